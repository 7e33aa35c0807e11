"""Statements, functions and patterns: the evaluator of whole programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from checklist.model import Location
from checklist.parse.js import methods
from checklist.parse.js import operators as ops
from checklist.parse.js.expressions import Expressions
from checklist.parse.js.heap import UNDEFINED, Arr, Fn, Obj, One, Prop, TooComplex, Unk, Val, one_of, ordered, unknown
from checklist.parse.js.state import MAX_DEPTH, Binding, Env, Left, Thrown, is_unknown

_LOOPS = ("ForStatement", "WhileStatement", "DoWhileStatement", "ForOfStatement", "ForInStatement")


class Program(Expressions):
    """One file's evaluation; what is asked of the world around it is given by module.py."""

    method = staticmethod(methods.call)
    has_method = staticmethod(methods.has)

    def __init__(self, place: Callable[[Any], Location | None], global_names: Callable[[str], Val | None]) -> None:
        super().__init__()
        self._place, self._globals = place, global_names

    def place(self, node: Any) -> Location | None:
        return self._place(node)

    def global_name(self, name: str) -> Val:
        found = self._globals(name)
        return unknown(f"{name} is not known here") if found is None else found

    # ---- scopes

    def hoist(self, body: list[Any], env: Env) -> None:
        """Declares what is visible before it is reached: functions and var; let, const and class without a value."""
        self.spend(len(body) // 4)
        for node in body:
            declared = getattr(node, "declaration", None) if node.type.startswith("Export") else None
            node = declared if declared is not None else node
            if node.type == "FunctionDeclaration" and node.id is not None:
                self.declare(env, node.id.name, self.function(node, env))
            elif node.type == "ClassDeclaration" and node.id is not None:
                self.declare(env, node.id.name, None)
            elif node.type == "VariableDeclaration" and node.kind != "var":
                for name in (n for d in node.declarations for n in names(d.id)):
                    self.declare(env, name, None)

    def hoist_var(self, nodes: list[Any], env: Env, of: Any = None) -> None:
        found = _vars(nodes, of)
        self.spend(len(found) // 2)
        for name in found:
            if name not in env.names:
                self.declare(env, name, Val(UNDEFINED))

    # ---- functions

    def function(self, node: Any, env: Env) -> Val:
        self.spend(6)
        at = self.place(node)
        if getattr(node, "async", False) or getattr(node, "isAsync", False) or getattr(node, "generator", False):
            return Val(Fn(lambda args, this, place: self._unseen_body(node, env, args, place), own=True), at)
        arrow = node.type == "ArrowFunctionExpression"
        own = getattr(node, "id", None)
        names_arguments = not arrow and "arguments" in _names_used(node)

        def call(args: list[Val], this: Val, call_at: Location | None) -> Val:
            if self.depth >= MAX_DEPTH:
                raise TooComplex
            inner = Env(env, function=True)
            if not arrow:
                self.declare(inner, "this", self._this(this))
                if names_arguments:
                    self.declare(inner, "arguments", self._arguments(args, bool(node.params)))
            if own is not None and node.type == "FunctionExpression":
                self.declare(inner, own.name, made)
                inner.names[own.name].constant = ...
            self.depth += 1
            regions = len(self.regions)
            try:
                return self._run_body(node, inner, args)
            finally:
                del self.regions[regions:]
                self.depth -= 1

        made = Val(Fn(call, own=True), at)
        return made

    def _this(self, this: Val) -> Val:
        """In sloppy mode `this` is an object: the global one for nothing (ECMA-262 §10.2.1.2)."""
        if self.strict is True or isinstance(this.data, (Obj, Arr, Fn, Unk, One)):
            return this
        nothing = this.data is None or this.data is UNDEFINED
        return Val(Obj(guarded=True, more=True, why="`this` is the global object"), this.at) if nothing and self.strict is False else unknown("`this` is not known", this.at)

    def _arguments(self, args: list[Val], aliased: bool) -> Val:
        """The `arguments` object; in sloppy mode its elements are the parameters, so with these nothing may be written."""
        aliased = aliased and self.strict is not True
        items = {} if aliased else {str(i): Prop(a) for i, a in enumerate(args)}
        return Val(self.born(Obj({"length": Prop(Val(len(args))), **items}, more=True, why="an element of `arguments`", guarded=aliased)))

    def _run_body(self, node: Any, env: Env, args: list[Val]) -> Val:
        self.spend(len(node.params))
        simple = all(param.type == "Identifier" for param in node.params)
        for name in [] if simple else (n for p in node.params for n in names(p)):
            self.declare(env, name, None)
        for index, param in enumerate(node.params):
            if param.type == "RestElement":
                self.bind(param.argument, Val(self.born(Arr(list(args[index:])))), env, True)
            else:
                self.bind(param, args[index] if index < len(args) else Val(UNDEFINED), env, True)
        if node.body.type != "BlockStatement":
            return self.eval(node.body, env)
        if simple:
            self.hoist_var(node.body.body, env, node)
        else:  # the body has its own `var` variables, which begin as the parameters of their name
            params, env = env, Env(env, function=True)
            for name in _vars(node.body.body, node):
                held = params.names.get(name)
                self.declare(env, name, held.value if held and held.value else Val(UNDEFINED))
        returned: list[Val] = []
        self.declare(env, "return", Val(Arr(returned)))
        try:
            self.run(node.body.body, env)
            last = Val(UNDEFINED)
        except Left as left:
            if left.how != "return":
                raise TooComplex from None
            last = left.value or Val(UNDEFINED)
        return one_of([*returned, last]) if returned else last

    def _unseen_body(self, node: Any, env: Env, args: list[Val], at: Location | None) -> Val:
        """An async function or generator: when it runs is not known, so what it writes is not."""
        with self.region(widening=True):
            try:
                inner = Env(env, function=True)
                for name in ("this", "arguments"):
                    self.declare(inner, name, unknown("not known"))
                self._run_body(node, inner, args)
            except (Thrown, Left):
                pass
        return unknown("what an async function or a generator gives is not known", at)

    # ---- patterns

    def bind(self, pattern: Any, value: Val, env: Env, declare: bool) -> None:
        """pattern = value."""
        self.step()
        match pattern.type:
            case "Identifier":
                if declare:
                    self.declare(env, pattern.name, value)
                else:
                    self.assign(env, pattern.name, value)
            case "MemberExpression":
                target, key = self.reference(pattern, env, writes=True)
                self._store(target, key, value, None)
            case "AssignmentPattern":
                self.bind(pattern.left, self._or_default(value, lambda: self.eval(pattern.right, env)), env, declare)
            case "ObjectPattern":
                self._bind_object(pattern, value, env, declare)
            case "ArrayPattern":
                self._bind_array(pattern, value, env, declare)
            case _:
                raise TooComplex

    def _or_default(self, value: Val, default: Callable[[], Val]) -> Val:
        match value.data:
            case One(options) if any(o.data is UNDEFINED for o in options):
                return one_of([o for o in options if o.data is not UNDEFINED] + [self._perhaps(default)])
            case Unk(why, None):
                told = self._perhaps(default)
                return Val(Unk(why, None if is_unknown(told) else told), value.at, value.secret)
        return default() if value.data is UNDEFINED else value

    def _bind_object(self, pattern: Any, value: Val, env: Env, declare: bool) -> None:
        if value.data is None or value.data is UNDEFINED:
            raise Thrown
        taken: list[str | None] = []
        for prop in pattern.properties:
            if prop.type in ("RestElement", "SpreadElement"):
                rest = Obj()
                self.spread(rest, value)
                for key in taken:
                    if key is None:
                        self.blur(rest, "which key is taken out is not known")
                    else:
                        rest.props.pop(key, None)
                self.bind(prop.argument, Val(self.born(rest), value.at), env, declare)
                continue
            key = self.key(prop, env)
            taken.append(key)
            self.bind(prop.value, self.get(value, key, self.place(prop)), env, declare)

    def _bind_array(self, pattern: Any, value: Val, env: Env, declare: bool) -> None:
        source = value.data
        if source is None or source is UNDEFINED or isinstance(source, (bool, int, float)):
            raise Thrown
        for index, element in enumerate(pattern.elements):
            if element is None:
                continue
            if element.type == "RestElement":
                self.weigh(value)
                rest = source.items[index:] if isinstance(source, Arr) else []
                more = source.more if isinstance(source, Arr) else True
                self.bind(element.argument, Val(self.born(Arr(list(rest), more))), env, declare)
            else:
                item = self.get(value, str(index), self.place(element)) if isinstance(source, (Arr, str, Unk, One)) else unknown("not known")
                self.bind(element, item, env, declare)

    # ---- statements

    def run(self, body: list[Any], env: Env) -> None:
        """Runs the statements of a block in its scope."""
        self.hoist(body, env)
        for node in body:
            self.statement(node, env)

    def statement(self, node: Any, env: Env) -> None:
        self.step()
        handler = getattr(self, f"_s_{node.type}", None)
        if handler is None:
            raise TooComplex
        handler(node, env)

    def _s_ExpressionStatement(self, node: Any, env: Env) -> None:
        self.eval(node.expression, env)

    def _s_EmptyStatement(self, node: Any, env: Env) -> None:
        pass

    _s_DebuggerStatement = _s_EmptyStatement

    def _s_FunctionDeclaration(self, node: Any, env: Env) -> None:
        """In a block, outside strict mode, it also sets the function's variable of its name (ECMA-262 §B.3.2)."""
        scope = env
        while scope.outer is not None and not scope.function:
            scope = scope.outer
        if scope is not env and self.strict is not True and node.id.name in scope.names:
            self.assign(scope, node.id.name, unknown("a function in a block may set it"))

    def _s_ClassDeclaration(self, node: Any, env: Env) -> None:
        self.declare(env, node.id.name, self.class_of(node, env))

    def class_of(self, node: Any, env: Env) -> Val:
        """A class, unknown, whose code may run from here on whenever code runs that is not seen."""
        if node.superClass is not None:
            self.eval(node.superClass, env)
        inside = Env(env, function=True)
        if node.id is not None:
            self.declare(inside, node.id.name, unknown("a class is not evaluated"))
        self.declare(inside, "this", unknown("an instance of a class is not evaluated"))
        for member in node.body.body:
            if getattr(member, "computed", False):
                self.eval(member.key, inside)
            if member.type == "MethodDefinition":
                self.spoil(self.function(member.value, inside), "")
                self.hooked = self.hooked or member.kind in ("get", "set")
            elif member.type == "PropertyDefinition" and member.value is not None:
                self.escaped.append(Val(Fn(lambda args, this, at, value=member.value: self.eval(value, inside), own=True)))
            elif member.type == "StaticBlock":
                self.escaped.append(Val(Fn(lambda args, this, at, body=member.body: self._static_block(body, inside), own=True)))
        self.run_escaped()
        return unknown("a class is not evaluated", self.place(node))

    def _static_block(self, body: list[Any], env: Env) -> Val:
        inner = Env(env, function=True)
        self.hoist_var(body, inner)
        self.run(body, inner)
        return Val(UNDEFINED)

    def _ClassExpression(self, node: Any, env: Env) -> Val:
        return self.class_of(node, env)

    def _s_VariableDeclaration(self, node: Any, env: Env) -> None:
        for declarator in node.declarations:
            if node.kind == "var":
                if declarator.init is not None:
                    self.bind(declarator.id, self.eval(declarator.init, env), env, False)
            else:
                value = Val(UNDEFINED, self.place(declarator.id)) if declarator.init is None else self.eval(declarator.init, env)
                self.bind(declarator.id, value, env, True)
                if node.kind == "const":
                    for name in names(declarator.id):
                        env.names[name].constant = True

    def _s_BlockStatement(self, node: Any, env: Env) -> None:
        self.run(node.body, Env(env))

    def _s_ReturnStatement(self, node: Any, env: Env) -> None:
        raise Left("return", value=Val(UNDEFINED) if node.argument is None else self.eval(node.argument, env))

    def _s_ThrowStatement(self, node: Any, env: Env) -> None:
        self.eval(node.argument, env)
        raise Thrown

    def _s_BreakStatement(self, node: Any, env: Env) -> None:
        raise Left("break", node.label.name if node.label else None)

    def _s_ContinueStatement(self, node: Any, env: Env) -> None:
        raise Left("continue", node.label.name if node.label else None)

    def _s_LabeledStatement(self, node: Any, env: Env) -> None:
        try:
            if node.body.type in _LOOPS:
                getattr(self, f"_s_{node.body.type}")(node.body, env, node.label.name)
            else:
                self.statement(node.body, env)
        except Left as left:
            if left.how != "break" or left.label != node.label.name:
                raise

    def _s_IfStatement(self, node: Any, env: Env) -> None:
        test = self.truth_of(self.eval(node.test, env))
        if test is not None:
            branch = node.consequent if test else node.alternate
            if branch is not None:
                self.statement(branch, env)
            return
        branches = [node.consequent] + ([node.alternate] if node.alternate is not None else [])
        self.after(self.maybe(*(lambda b=b: self.statement(b, env) for b in branches)), env, all_ways=node.alternate is not None)

    def after(self, left: list[Exception | None], env: Env, *, all_ways: bool) -> None:
        """Goes on after stretches of which at most one has run; `all_ways`: one of them is sure to have."""
        returned = [w.value or Val(UNDEFINED) for w in left if isinstance(w, Left) and w.how == "return"]
        gone = [w for w in left if w is not None and not isinstance(w, Thrown)]
        if all_ways and all(w is not None for w in left):
            if not gone:
                raise Thrown
            if len(returned) == len(gone):
                raise Left("return", value=one_of(returned))
            if not returned and len({(w.how, w.label) for w in gone if isinstance(w, Left)}) == 1:
                raise gone[0]
        if returned:
            binding = env.find("return")
            if binding is None or binding.value is None:
                raise TooComplex
            binding.value.data.items.extend(returned)
        if gone:
            self.enter_region()  # whatever follows may not run any more

    def _s_SwitchStatement(self, node: Any, env: Env) -> None:
        value = self.eval(node.discriminant, env)
        inner = Env(env)
        bodies = [case.consequent for case in node.cases]
        self.hoist([s for body in bodies for s in body], inner)
        start: int | None = None
        for index, case in enumerate(node.cases):
            if case.test is None:
                continue
            test = self.eval(case.test, env)
            equal = None if is_unknown(value) or is_unknown(test) else ops.strict_equal(value, test)
            if equal is None:
                return self._switch_unknown(bodies, inner, has_default=any(c.test is None for c in node.cases))
            if equal:
                start = index
                break
        else:
            start = next((i for i, c in enumerate(node.cases) if c.test is None), None)
        if start is not None:
            self._cases(bodies[start:], inner)
        return None

    def _switch_unknown(self, bodies: list[Any], env: Env, *, has_default: bool) -> None:
        runs = [lambda i=i: self._cases(bodies[i:], env) for i in range(len(bodies))]
        self.after(self.maybe(*runs), env, all_ways=has_default)

    def _cases(self, bodies: list[Any], env: Env) -> None:
        try:
            for statement in (s for body in bodies for s in body):
                self.statement(statement, env)
        except Left as left:
            if left.how != "break" or left.label is not None:
                raise

    def _s_TryStatement(self, node: Any, env: Env) -> None:
        if node.handler is None:
            try:
                self.statement(node.block, env)
            except (Left, Thrown):
                self.statement(node.finalizer, env)
                raise
        else:
            catch = Env(env)
            if node.handler.param is not None:
                for name in names(node.handler.param):
                    self.declare(catch, name, unknown("what is caught is not known"))
            # anything in it may throw, so either may have run, and the first in part
            self.after(self.maybe(lambda: self.statement(node.block, env), lambda: self.statement(node.handler.body, catch)), env, all_ways=False)
        if node.finalizer is not None:
            self.statement(node.finalizer, env)

    # ---- loops

    def _s_ForStatement(self, node: Any, env: Env, label: str | None = None) -> None:
        scope = Env(env)
        if node.init is not None:
            if node.init.type == "VariableDeclaration":
                self.hoist([node.init], scope)
                self.statement(node.init, scope)
            else:
                self.eval(node.init, scope)

        def fresh() -> Env:
            # each round has its own let variables, as closures see them
            self.spend(len(scope.names) // 2)
            return Env(env, {n: Binding(b.value, b.region, b.constant) for n, b in scope.names.items()})

        def test(inner: Env) -> bool | None:
            return True if node.test is None else self.truth_of(self.eval(node.test, inner))

        while (told := test(scope)) is True:
            if self._round(node.body, scope, label):
                return
            scope = fresh()
            if node.update is not None:
                self.eval(node.update, scope)
        if told is None:
            self._rounds(lambda: self._unsure_round(node, scope), scope)

    def _unsure_round(self, node: Any, scope: Env) -> None:
        if node.test is not None:
            self.eval(node.test, scope)
        self.statement(node.body, scope)
        if getattr(node, "update", None) is not None:
            self.eval(node.update, scope)

    def _s_WhileStatement(self, node: Any, env: Env, label: str | None = None) -> None:
        while (told := self.truth_of(self.eval(node.test, env))) is True:
            if self._round(node.body, env, label):
                return
        if told is None:
            self._rounds(lambda: self._unsure_round(node, env), env)

    def _s_DoWhileStatement(self, node: Any, env: Env, label: str | None = None) -> None:
        while True:
            if self._round(node.body, env, label):
                return
            told = self.truth_of(self.eval(node.test, env))
            if told is None:
                self._rounds(lambda: self._unsure_round(node, env), env)
            if told is not True:
                return

    def _s_ForOfStatement(self, node: Any, env: Env, label: str | None = None) -> None:
        over = self.eval(node.right, env)
        match over.data:
            case Arr() as array:
                index = 0
                while index < len(array.items):
                    if self._each(node, array.items[index], env, label):
                        return
                    index += 1
                if array.more:
                    self._unknown_each(node, env)
            case str() as text:
                for char in text:
                    if self._each(node, Val(char, None, over.secret), env, label):
                        return
            case None | bool() | int() | float():
                raise Thrown
            case _:
                self._unknown_each(node, env)

    def _s_ForInStatement(self, node: Any, env: Env, label: str | None = None) -> None:
        over = self.eval(node.right, env)
        self.weigh(over)
        match over.data:
            case Obj() as obj if not obj.more and not obj.odd and not obj.texts and obj.default is None and not any(is_unknown(p.value) and isinstance(p.value.data, One) for p in obj.props.values()):
                keys = ordered(obj.props)
            case Arr() as array if not array.more:
                keys = [str(i) for i in range(len(array.items))]
            case _:
                self._unknown_each(node, env)
                return
        for key in keys:
            if isinstance(over.data, Obj) and (over.data.more or key not in over.data.props):
                self._unknown_each(node, env)  # it changes while it is gone over
                return
            if self._each(node, Val(key), env, label):
                return

    def _each(self, node: Any, item: Val, env: Env, label: str | None) -> bool:
        scope = Env(env)
        if node.left.type == "VariableDeclaration":
            self.bind(node.left.declarations[0].id, item, scope, node.left.kind != "var")
        else:
            self.bind(node.left, item, scope, False)
        return self._round(node.body, scope, label)

    def _unknown_each(self, node: Any, env: Env) -> None:
        def once() -> None:
            self._each(node, unknown("what the loop goes over is not known"), env, None)

        self._rounds(once, env)

    def _round(self, body: Any, env: Env, label: str | None) -> bool:
        """One round of a loop; whether the loop ends with it."""
        try:
            self.statement(body, env)
        except Left as left:
            if left.how == "return" or left.label not in (None, label):
                raise
            return left.how == "break"
        return False

    def _rounds(self, once: Callable[[], None], env: Env) -> None:
        """A loop whose rounds are not known: whatever a round writes is unknown. Twice, since the second sees more."""
        left: list[Exception | None] = []
        with self.region(widening=True):
            for _ in range(3):
                left += self.maybe(once)
        ways = [w for w in left if not (isinstance(w, Left) and w.how != "return")]
        self.after(ways, env, all_ways=False)


def _names_used(node: Any) -> set[str]:
    """The identifiers in a function's parameters and body, those of arrow functions in it too."""
    found = getattr(node, "names_used", None)
    if found is None:
        found, waiting = set(), [*node.params, node.body]
        while waiting:
            part = waiting.pop()
            if isinstance(part, list):
                waiting += part
            elif hasattr(part, "type"):
                if part.type == "Identifier":
                    found.add(part.name)
                waiting += [v for v in vars(part).values() if isinstance(v, list) or hasattr(v, "type")]
        node.names_used = found
    return found


def names(pattern: Any) -> list[str]:
    """The variables that a pattern binds."""
    match pattern.type:
        case "Identifier":
            return [pattern.name]
        case "AssignmentPattern":
            return names(pattern.left)
        case "RestElement" | "SpreadElement":
            return names(pattern.argument)
        case "ObjectPattern":
            return [n for p in pattern.properties for n in names(p.argument if p.type in ("RestElement", "SpreadElement") else p.value)]
        case "ArrayPattern":
            return [n for e in pattern.elements if e is not None for n in names(e)]
    return []


_INSIDE = ("body", "consequent", "alternate", "block", "handler", "finalizer", "init", "left", "cases", "declaration")


def _vars(nodes: list[Any], of: Any = None) -> list[str]:
    """The `var` variables of a function's body, functions inside left out; remembered at the function's node `of`."""
    known: list[str] | None = getattr(of, "vars_declared", None)
    if known is not None:
        return known
    found: list[str] = []
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif getattr(node, "type", None) == "VariableDeclaration":
            found += [n for d in node.declarations for n in names(d.id)] if node.kind == "var" else []
        elif hasattr(node, "type") and not node.type.endswith("Expression") and not node.type.startswith(("Function", "Class")):
            waiting += [part for name in _INSIDE if (part := getattr(node, name, None)) is not None]
    if of is not None:
        of.vars_declared = found
    return found

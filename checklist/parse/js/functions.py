"""Functions, their scopes and the patterns that their parameters are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from checklist.model import Location
from checklist.parse.js.expressions import Expressions
from checklist.parse.js.heap import (
    UNDEFINED,
    Arr,
    Fn,
    Obj,
    One,
    Prop,
    Thrown,
    TooComplex,
    Unk,
    Val,
    aliases,
    iterable,
    one_of,
    unknown,
)
from checklist.parse.js.names import names, names_used_in, variables
from checklist.parse.js.regions import MAX_DEPTH, Env, Left
from checklist.parse.js.state import is_unknown


class Functions(Expressions):
    """The evaluator of functions."""

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
        found = variables(nodes, of)
        self.spend(len(found) // 2)
        for name in found:
            if name not in env.names:
                self.declare(env, name, Val(UNDEFINED))

    # ---- functions

    places: Callable[[Any], Location | None] = staticmethod(lambda node: None)
    """The places in the file whose code runs."""

    def placed(self, run: Callable[..., Val]) -> Callable[..., Val]:
        """Code of this file: wherever it is called from, what it makes stands here."""
        here = self.places

        def call(*args: Any) -> Val:
            caller, self.places = self.places, here
            try:
                return run(*args)
            finally:
                self.places = caller

        return call

    def function(self, node: Any, env: Env) -> Val:
        self.spend(6)
        at = self.place(node)
        if getattr(node, "async", False) or getattr(node, "isAsync", False) or getattr(node, "generator", False):
            return Val(
                Fn(self.placed(lambda args, this, place: self._unseen_body(node, env, args, place)), own=True), at
            )
        arrow = node.type == "ArrowFunctionExpression"
        own = getattr(node, "id", None)
        names_arguments = not arrow and "arguments" in names_used_in(node)

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

        made = Val(Fn(self.placed(call), own=True), at)
        return made

    def _this(self, this: Val) -> Val:
        """In sloppy mode `this` is an object: the global one for nothing (ECMA-262 §10.2.1.2)."""
        if self.strict is True or isinstance(this.data, (Obj, Arr, Fn, Unk, One)):
            return this
        nothing = this.data is None or this.data is UNDEFINED
        return (
            Val(Obj(guarded=True, more=True, why="`this` is the global object"), this.at)
            if nothing and self.strict is False
            else unknown("`this` is not known", this.at)
        )

    def _arguments(self, args: list[Val], aliased: bool) -> Val:
        """The `arguments` object; in sloppy mode its elements are the parameters, so with these nothing may be written."""
        aliased = aliased and self.strict is not True
        items = {} if aliased else {str(i): Prop(a) for i, a in enumerate(args)}
        return Val(
            self.born(
                Obj(
                    {"length": Prop(Val(len(args))), **items},
                    more=True,
                    why="an element of `arguments`",
                    guarded=aliased,
                )
            )
        )

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
            for name in variables(node.body.body, node):
                held = params.names.get(name)
                self.declare(env, name, held.value if held and held.value else Val(UNDEFINED))
        returned: list[Val] = []
        self.declare(env, "return", Val(Arr(returned)))
        try:
            self.run(node.body.body, env)
            returned.append(Val(UNDEFINED))
        except Left as left:
            if left.how != "return":
                raise TooComplex from None
            returned.append(left.value or Val(UNDEFINED))
        except Thrown:
            if not returned:  # else it has returned before, or there is no value at all
                raise
        return one_of(returned)

    def _unseen_body(self, node: Any, env: Env, args: list[Val], at: Location | None) -> Val:
        """An async function or generator: when it runs is not known, so what it writes is not."""
        depth = len(self.regions)
        with self.region(widening=True):
            try:
                inner = Env(env, function=True)
                for name in ("this", "arguments"):
                    self.declare(inner, name, unknown("not known"))
                self._run_body(node, inner, args)
            except (Thrown, Left):
                pass
        del self.regions[depth:]
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
                return Val(
                    Unk(why, None if is_unknown(told) else told, may=aliases([value, told])), value.at, value.secret
                )
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
        if not iterable(value):
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
                item = (
                    self.get(value, str(index), self.place(element))
                    if isinstance(source, (Arr, str, Unk, One))
                    else unknown("not known")
                )
                self.bind(element, item, env, declare)

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

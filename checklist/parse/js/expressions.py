"""Expressions: each `_Type` method evaluates one kind of node of the esprima tree (ESTree) in a scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from checklist.model import Location
from checklist.parse.js import operators as ops
from checklist.parse.js.heap import UNDEFINED, Arr, Fn, Obj, One, Prop, Rx, TooComplex, Unk, Val, each, one_of, unknown
from checklist.parse.js.state import MAX_ITEMS, Env, State, Thrown, is_unknown

INHERITED = frozenset({"hasOwnProperty", "toString", "valueOf", "constructor", "isPrototypeOf", "toLocaleString", "propertyIsEnumerable", "__proto__", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__"})
"""What every object has from Object.prototype (ECMA-262 §20.1.3)."""

Method = Callable[[Any, Val, str, list[Val], Location | None], Val | None]


class _Short(Exception):
    """An optional chain ends early."""


class Expressions(State):
    """The evaluator of expressions; statements and functions are in program.py."""

    method: Method
    """Built-in methods of arrays, strings and functions: methods.py."""
    has_method: Callable[[Val, str], bool]

    def place(self, node: Any) -> Location | None:
        raise NotImplementedError

    def function(self, node: Any, env: Env) -> Val:
        raise NotImplementedError

    def bind(self, pattern: Any, value: Val, env: Env, declare: bool) -> None:
        raise NotImplementedError

    def global_name(self, name: str) -> Val:
        raise NotImplementedError

    def eval(self, node: Any, env: Env) -> Val:
        """The value of an expression."""
        self.step()
        handler = getattr(self, f"_{node.type}", None)
        if handler is None:
            raise TooComplex
        found: Val = handler(node, env)
        return found

    # ---- values as they are written

    def _Literal(self, node: Any, env: Env) -> Val:
        if getattr(node, "regex", None) is not None:
            return Val(Rx(node.regex.pattern, node.regex.flags or ""), self.place(node))
        if getattr(node, "bigint", None) is not None:
            return unknown("a BigInt is not evaluated", self.place(node))
        data = node.value
        return Val(ops.tidy(data) if isinstance(data, float) else data, self.place(node))

    def _Identifier(self, node: Any, env: Env) -> Val:
        binding = env.find(node.name)
        if binding is None:
            return self.global_name(node.name)
        if binding.value is None:
            raise Thrown  # read before its declaration
        return binding.value

    def _ThisExpression(self, node: Any, env: Env) -> Val:
        binding = env.find("this")
        return binding.value if binding and binding.value else unknown("`this` is not known here", self.place(node))

    def _TemplateLiteral(self, node: Any, env: Env) -> Val:
        at = self.place(node)
        told = Val(node.quasis[0].value.cooked, at)
        for expression, quasi in zip(node.expressions, node.quasis[1:], strict=True):
            part = self.eval(expression, env)
            told = self.binary("+", self.binary("+", told, part, at), Val(quasi.value.cooked), at)
        return told

    def _ArrayExpression(self, node: Any, env: Env) -> Val:
        items, more = self.elements(node.elements, env)
        return Val(self.born(Arr(items, more)), self.place(node))

    def elements(self, nodes: list[Any], env: Env) -> tuple[list[Val], bool]:
        """The values of array elements or arguments, spreads opened; and whether there may be others."""
        items: list[Val] = []
        more = False
        for element in nodes:
            if element is None:
                items, more = [], True  # a hole is not told from undefined, and what goes over the array differs
                for later in (e for e in nodes if e is not None):
                    self.eval(later.argument if later.type == "SpreadElement" else later, env)
                break
            if element.type != "SpreadElement":
                items.append(self.eval(element, env))
            else:
                spread = self.eval(element.argument, env)
                match spread.data:
                    case Arr() as array:
                        if len(items) + len(array.items) > MAX_ITEMS:
                            raise TooComplex
                        self.spend(len(array.items))
                        items += array.items
                        more = more or array.more
                    case str() as text:
                        if len(items) + len(text) > MAX_ITEMS:
                            raise TooComplex
                        self.spend(len(text))
                        items += [Val(c, spread.at, spread.secret) for c in text]
                    case None | bool() | int() | float():
                        raise Thrown
                    case _:
                        more = True
                if more:  # what follows stands at a place that is not known
                    rest = [e for e in nodes[nodes.index(element) + 1 :] if e is not None]
                    for later in rest:
                        self.eval(later.argument if later.type == "SpreadElement" else later, env)
                    break
        return items, more

    def _ObjectExpression(self, node: Any, env: Env) -> Val:
        obj = Obj()
        made = Val(self.born(obj), self.place(node))
        for prop in node.properties:
            if prop.type == "SpreadElement":
                self.spread(obj, self.eval(prop.argument, env))
                continue
            key = self.key(prop, env, makes=True)
            key_at = self.place(prop.key)
            if prop.kind != "init":
                value = unknown("a getter is not evaluated", key_at)
                self.spoil(self.function(prop.value, env), "")
                obj.odd = self.hooked = True
            elif prop.method:
                value = self.function(prop.value, env)
            else:
                value = self.eval(prop.value, env)
            if key is None:
                self.blur(obj, "a key that is not known may set it")
            elif key == "__proto__" and not prop.computed and not prop.shorthand:
                self.spoil(made, "its prototype is not followed", deep=False)
            else:
                obj.props[key] = Prop(value, key_at)
        return made

    def key(self, node: Any, env: Env, *, makes: bool = False) -> str | None:
        """The name of a property or member, None if it is not known; `makes`: it may be a new one."""
        key = node.key if node.type == "Property" else node.property
        if node.computed:
            told = self.eval(key, env)
            self.weigh(told)
            # as the key of a new property it would be shown
            return None if makes and ops.secret(told) else ops.to_text(told)
        return key.name if key.type == "Identifier" else ops.to_text(self._Literal(key, env)) if key.type == "Literal" else None

    def spread(self, obj: Obj, source: Val) -> None:
        """{...source} or Object.assign: into an object that is being made."""
        self.weigh(source)
        match source.data:
            case Obj() as other:
                if other.odd:
                    self.spoil(source, "a getter may change it")
                    self.run_escaped()
                for key, prop in other.props.items():
                    obj.props[key] = Prop(prop.value, prop.key_at)
                obj.more = obj.more or other.texts
                if other.more or other.default is not None:
                    missing = obj.props.keys() - other.props.keys()
                    self.blur(obj, other.why, missing)
            case Arr() as array:
                for index, item in enumerate(array.items):
                    obj.props[str(index)] = Prop(item)
                if array.more:
                    obj.more = True
            case str() as text:
                self.spend(len(text))
                for index, char in enumerate(text):
                    obj.props[str(index)] = Prop(Val(char, source.at, source.secret))
            case One(options):
                # each option gives its own object; a key that only some set keeps what was there before
                trials = []
                self.spend(len(options) * len(obj.props))
                for option in options:
                    trial = Obj(dict(obj.props), obj.more, obj.why)
                    self.spread(trial, option)
                    trials.append(trial)
                for key in {k: None for t in trials for k in t.props}:
                    found = [t.props[key].value if key in t.props else Val(UNDEFINED) for t in trials]
                    first = next(t.props[key] for t in trials if key in t.props)
                    obj.props[key] = Prop(one_of(found), first.key_at)
                obj.more = any(t.more for t in trials)
            case Unk(why):
                self.blur(obj, why)

    def blur(self, obj: Obj, why: str, keys: set[str] | None = None) -> None:
        """Something unseen may have set more keys, and these again (None: all)."""
        self.spend(len(obj.props))
        for key in obj.props if keys is None else keys:
            old = obj.props[key]
            told = None if is_unknown(old.value) else old.value
            obj.props[key] = Prop(Val(Unk(why, told), old.value.at), old.key_at)
        obj.more, obj.why = True, why

    def _FunctionExpression(self, node: Any, env: Env) -> Val:
        return self.function(node, env)

    _ArrowFunctionExpression = _FunctionExpression

    # ---- operators

    def _UnaryExpression(self, node: Any, env: Env) -> Val:
        at = self.place(node)
        if node.operator == "delete":
            if node.argument.type in ("ChainExpression", "Identifier"):
                raise TooComplex
            if node.argument.type == "MemberExpression":
                target, key = self.reference(node.argument, env)
                if key is None:
                    self.put_unknown_key(target, Val(UNDEFINED))
                else:
                    self.remove(target, key)
            return Val(True, at)
        if node.operator == "typeof" and node.argument.type == "Identifier" and env.find(node.argument.name) is None:
            told = ops.kind(self.global_name(node.argument.name))
            return Val(told, at) if told else unknown("its type is not known here", at)
        of = self.eval(node.argument, env)
        if node.operator != "!":
            self.weigh(of)

        def one(value: Val) -> Val:
            match node.operator:
                case "!":
                    true = ops.truth(value)
                    return unknown("not known", at) if true is None else Val(not true, at)
                case "typeof":
                    told = ops.kind(value)
                    return Val(told, at) if told else unknown("its type is not known here", at)
                case "void":
                    return Val(UNDEFINED, at)
            number = ops.to_number(value)
            if number is None:
                return unknown("it is made of something that is not known", at)
            if node.operator == "~":
                return Val(~ops.to_int32(float(number)), at)
            negated = (-float(number) if number == 0 else -number) if node.operator == "-" else number
            return Val(ops.tidy(float(negated)) if isinstance(negated, float) else negated, at, value.secret)

        return each(of, one)

    def _BinaryExpression(self, node: Any, env: Env) -> Val:
        left, right = self.eval(node.left, env), self.eval(node.right, env)
        at = self.place(node)
        if node.operator == "in":
            return self._in(left, right, at)
        if node.operator == "instanceof":
            return unknown("instanceof is not evaluated", at)
        return self.binary(node.operator, left, right, at)

    def _in(self, left: Val, right: Val, at: Location | None) -> Val:
        key = ops.to_text(left)
        match right.data:
            case Obj() as obj if key is not None:
                if key in obj.props and not is_unknown(obj.props[key].value) and obj.default is None and not (obj.more or obj.odd):
                    return Val(True, at)
                if key not in obj.props and not obj.more and not obj.odd and obj.default is None and key not in INHERITED:
                    return Val(False, at)
            case Unk() | One() | Obj() | Arr() | Fn() | Rx():
                pass
            case _:
                raise Thrown
        return unknown("whether the key is there is not known", at)

    def binary(self, operator: str, left: Val, right: Val, at: Location | None) -> Val:
        """left operator right, over every option and default."""
        if operator not in ("===", "!=="):
            self.weigh(left, right)
        if isinstance(left.data, One) and isinstance(right.data, One):
            self.spend(4 * len(left.data.options) * len(right.data.options))

        def one(a: Val, b: Val) -> Val:
            told = ops.binary(operator, a, b)
            return unknown("it is made of something that is not known", at) if told is ... else Val(told, at, not isinstance(told, bool) and (ops.secret(a) or ops.secret(b)))

        found = each(left, lambda a: each(right, lambda b: one(a, b)))
        if isinstance(found.data, Unk) and found.data.default is None and isinstance(left.data, Unk) and isinstance(right.data, Unk):
            return Val(Unk(left.data.why), at, left.secret or right.secret)
        secret = not isinstance(found.data, bool) and (found.secret or left.secret or right.secret)
        return Val(found.data, at if isinstance(found.data, (Unk, One)) else found.at, secret)

    def _LogicalExpression(self, node: Any, env: Env) -> Val:
        return self.logical(node.operator, self.eval(node.left, env), lambda: self.eval(node.right, env), self.place(node))

    def logical(self, operator: str, left: Val, right: Callable[[], Val], at: Location | None) -> Val:
        """left || right, &&, ??; the right side is evaluated only if it may be asked."""
        match left.data:
            case One(options):
                asked = [self._stops(operator, o) is not True for o in options]
                if not any(asked):
                    return left
                if all(asked):
                    return right()
                other = self._perhaps(right)
                return one_of([o for o, a in zip(options, asked, strict=True) if not a] + [other], at)
            case Unk(why, default):
                if default is not None and self._stops(operator, default) is True:
                    self._perhaps(right)
                    return left
                other = self._perhaps(right)
                if operator == "&&":
                    return Val(Unk(why), at, left.secret)
                fallback = other.data.default if isinstance(other.data, Unk) else None if isinstance(other.data, One) else other
                return Val(Unk(why, fallback), at, left.secret)
        return left if self._stops(operator, left) else right()

    def _stops(self, operator: str, left: Val) -> bool | None:
        if operator == "??":
            return None if is_unknown(left) else not (left.data is None or left.data is UNDEFINED)
        true = ops.truth(left)
        return true if operator == "||" or true is None else not true

    def _perhaps(self, run: Callable[[], Val]) -> Val:
        """The value of an expression that may not be evaluated at all."""
        found = Val(UNDEFINED)
        with self.region():
            try:
                found = run()
            except Thrown:
                found = unknown("it may throw")
        return found

    def _ConditionalExpression(self, node: Any, env: Env) -> Val:
        test = self.truth_of(self.eval(node.test, env))
        if test is not None:
            return self.eval(node.consequent if test else node.alternate, env)
        return one_of([self._perhaps(lambda: self.eval(node.consequent, env)), self._perhaps(lambda: self.eval(node.alternate, env))], self.place(node))

    def truth_of(self, of: Val) -> bool | None:
        """Whether it counts as true; all options of a choice must agree."""
        if isinstance(of.data, One):
            told = {ops.truth(o) for o in of.data.options}
            return told.pop() if len(told) == 1 else None
        return ops.truth(of)

    def _SequenceExpression(self, node: Any, env: Env) -> Val:
        return [self.eval(e, env) for e in node.expressions][-1]

    def _TaggedTemplateExpression(self, node: Any, env: Env) -> Val:
        for part in (node.tag, *node.quasi.expressions):
            self.spoil(self.eval(part, env), "a tagged template is not evaluated")
        self.run_escaped()
        return unknown("a tagged template is not evaluated", self.place(node))

    def _YieldExpression(self, node: Any, env: Env) -> Val:
        if node.argument is not None:
            self.spoil(self.eval(node.argument, env), "it is yielded")
        return unknown("what is yielded is not known", self.place(node))

    def _ImportExpression(self, node: Any, env: Env) -> Val:
        self.eval(node.source, env)
        return unknown("an ES module that is imported", self.place(node))

    def _Super(self, node: Any, env: Env) -> Val:
        return unknown("a class is not evaluated", self.place(node))

    def _AwaitExpression(self, node: Any, env: Env) -> Val:
        self.eval(node.argument, env)
        return unknown("what is awaited is not known", self.place(node))

    # ---- assignments

    def _AssignmentExpression(self, node: Any, env: Env) -> Val:
        if node.operator == "=":
            if node.left.type == "MemberExpression":
                target, key = self.reference(node.left, env, writes=True)
                value = self.eval(node.right, env)
                self._store(target, key, value, self.place(node.left.property))
            else:
                value = self.eval(node.right, env)
                self.bind(node.left, value, env, False)
            return value
        operator = node.operator[:-1]
        if node.left.type == "MemberExpression":
            target, key = self.reference(node.left, env, writes=True)
            old = self.get(target, key, self.place(node.left))
            value = self._updated(operator, old, node, env)
            self._store(target, key, value, self.place(node.left.property))
        else:
            value = self._updated(operator, self.eval(node.left, env), node, env)
            self.bind(node.left, value, env, False)
        return value

    def _updated(self, operator: str, old: Val, node: Any, env: Env) -> Val:
        if operator in ("||", "&&", "??"):
            return self.logical(operator, old, lambda: self.eval(node.right, env), self.place(node))
        return self.binary(operator, old, self.eval(node.right, env), self.place(node))

    def _UpdateExpression(self, node: Any, env: Env) -> Val:
        at = self.place(node)
        step = Val(1 if node.operator == "++" else -1)
        if node.argument.type == "MemberExpression":
            target, key = self.reference(node.argument, env, writes=True)
            old = self.binary("-", self.get(target, key, at), Val(0), at)
            new = self.binary("+", old, step, at)
            self._store(target, key, new, None)
        else:
            old = self.binary("-", self.eval(node.argument, env), Val(0), at)
            new = self.binary("+", old, step, at)
            self.bind(node.argument, new, env, False)
        return new if node.prefix else old

    def _store(self, target: Val, key: str | None, value: Val, key_at: Location | None) -> None:
        if key is None:
            self.put_unknown_key(target, value)
        else:
            self.put(target, key, value, key_at)

    # ---- members and calls

    def reference(self, node: Any, env: Env, *, writes: bool = False) -> tuple[Val, str | None]:
        """The object and the key of a member expression."""
        target = self.eval(node.object, env)
        if getattr(node, "optional", False):
            if target.data is None or target.data is UNDEFINED:
                raise _Short
            if is_unknown(target):
                # the whole chain may be undefined
                return unknown(target.data.why if isinstance(target.data, Unk) else "it may be missing"), self.key(node, env)
        return target, self.key(node, env, makes=writes)

    def _ChainExpression(self, node: Any, env: Env) -> Val:
        try:
            return self.eval(node.expression, env)
        except _Short:
            return Val(UNDEFINED, self.place(node))

    def _MemberExpression(self, node: Any, env: Env) -> Val:
        target, key = self.reference(node, env)
        return self.get(target, key, self.place(node))

    def get(self, target: Val, key: str | None, at: Location | None) -> Val:
        """target[key]."""
        self.step()
        if self.hooked and (isinstance(target.data, Unk) or (isinstance(target.data, Obj) and target.data.odd)):
            self.run_escaped()
        match target.data:
            case Unk(why):
                return Val(Unk(why, calm=target.data.calm, shared=target.data.shared), at, target.secret)
            case Obj(odd=True) as obj if key is None or key not in obj.props or is_unknown(obj.props[key].value):
                self.spoil(target, "a getter may change it")
                return unknown("a getter is not evaluated", at)
            case One(options):
                self.spend(4 * len(options))
                # those that would throw are none, or there is no value at all
                told = [self.get(o, key, at) for o in options if not (o.data is None or o.data is UNDEFINED)]
                if not told:
                    raise Thrown
                return one_of(told, at)
            case None:
                raise Thrown
            case _ if target.data is UNDEFINED:
                raise Thrown
        if key is None:
            return unknown("which key is read is not known", at)
        match target.data:
            case Obj() as obj:
                if key in obj.props:
                    return obj.props[key].value
                if obj.default is not None:
                    found = obj.default(key)
                    return Val(found.data, at, found.secret)
                if obj.more:
                    return Val(Unk(obj.why, shared=obj.guarded), at)
            case Arr() as array:
                if key == "length":
                    return unknown("the array may hold more", at) if array.more else Val(len(array.items), at)
                if key.isdecimal():
                    if int(key) < len(array.items):
                        return array.items[int(key)]
                    return unknown("the array may hold more", at) if array.more else Val(UNDEFINED, at)
            case str() as text:
                if key == "length":
                    self.spend(0 if text.isascii() else len(text) // 50)
                    return Val(len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2, at, target.secret)
                self.spend(0 if text.isascii() else len(text) // 50)
                if key.isdecimal() and ops.narrow(text):
                    return Val(text[int(key)] if int(key) < len(text) else UNDEFINED, at, target.secret)
            case Fn() as fn if key in fn.props.props:
                return fn.props.props[key].value
            case Fn() as fn if fn.props.more or fn.own or key in ("name", "length"):
                if key not in ("call", "apply", "bind"):
                    return unknown(f"a function's .{key[:40]} is not known", at)
            case Fn() as fn if fn.props.default is not None:
                return fn.props.default(key)
        return self._inherited(target, key, at)

    def _inherited(self, target: Val, key: str, at: Location | None) -> Val:
        """A built-in method of the value, bound to it; undefined where it has none."""
        if isinstance(target.data, Obj) and key not in INHERITED:
            return Val(UNDEFINED, at)
        if key in ("prototype", "constructor", "__proto__"):
            return Val(Unk("what all such values share is not known", shared=True), at)
        if not self.has_method(target, key):
            return unknown(f".{key[:40]} is not evaluated", at)

        def call(args: list[Val], this: Val, call_at: Location | None) -> Val:
            found = self.method(self, target, key, args, call_at)
            if found is None:
                for given in (*args, target):
                    self.spoil(given, f".{key}() is not evaluated")
                self.run_escaped()
                return unknown(f".{key}() is not evaluated", call_at)
            return found

        return Val(Fn(call), at)

    def _CallExpression(self, node: Any, env: Env) -> Val:
        at = self.place(node)
        callee = node.callee
        this = Val(UNDEFINED)
        if callee.type == "MemberExpression":
            this, key = self.reference(callee, env)
            called = self.get(this, key, self.place(callee))
        else:
            called = self.eval(callee, env)
        if getattr(node, "optional", False) and (called.data is None or called.data is UNDEFINED):
            raise _Short
        args, more = self.elements(node.arguments, env)
        if more:
            for arg in args:
                self.spoil(arg, "it is given to a call whose arguments are not known")
            for part in (called, this):
                self.spoil(part, "it is called with arguments that are not known")
            self.run_escaped()
            return unknown("the arguments are not known", at)
        return self.call(called, args, this, at)

    def call(self, called: Val, args: list[Val], this: Val, at: Location | None) -> Val:
        """What a call gives; code that is not seen may change everything that it is given."""
        self.step()
        match called.data:
            case Fn(own=True) as fn:
                return fn.call(args, this, at)
            case Fn() as fn:
                self.weigh(*args)
                told = fn.call(args, this, at)
                if isinstance(told.data, str):
                    self.weigh(told)
                elif isinstance(told.data, Arr):
                    self.spend(len(told.data.items) // 5)
                return told
            case One(options):
                return one_of([self._perhaps(lambda o=o: self.call(o, args, this, at)) for o in options], at)  # type: ignore[misc]
            case Unk(why, calm=True):
                functions = [given for given in args if isinstance(given.data, Fn)]
                for given in functions:
                    self.spoil(given, "built-in code may call it")
                if functions:
                    self.run_escaped()
                return unknown(why, at)
            case Unk(why):
                for given in (*args, Val(UNDEFINED) if isinstance(this.data, Unk) else this):
                    self.spoil(given, "code that is not seen may change it")
                self.run_escaped()
                return unknown(why, at)
        raise Thrown

    def run_unseen(self, given: Val) -> None:
        """A function given to code that is not seen may be called at any time."""
        self.spoil(given, "code that is not seen may change it")
        self.run_escaped()

    def _NewExpression(self, node: Any, env: Env) -> Val:
        args, _ = self.elements(node.arguments, env)
        name = node.callee.name if node.callee.type == "Identifier" and env.find(node.callee.name) is None else ""
        if name not in ("Error", "TypeError", "RangeError", "Date", "URL"):
            self.spoil(self.eval(node.callee, env), "an instance of it may change it")
            for arg in args:
                self.spoil(arg, "code that is not seen may change it")
            self.run_escaped()
        return unknown(f"new {name} is not evaluated" if name else "an instance of a class is not evaluated", self.place(node))

    def _MetaProperty(self, node: Any, env: Env) -> Val:
        binding = env.find("import.meta")
        return binding.value if binding and binding.value else unknown("not known here", self.place(node))

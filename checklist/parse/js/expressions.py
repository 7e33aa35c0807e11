"""Assignments, members and calls: with them the evaluator of expressions is whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from checklist.model import Location
from checklist.parse.js import operators as ops
from checklist.parse.js.heap import UNDEFINED, Arr, Fn, Obj, One, Thrown, Unk, Val, aliases, each, one_of, unknown
from checklist.parse.js.operations import INHERITED, Operations
from checklist.parse.js.paths import new_url
from checklist.parse.js.state import Env, is_unknown

Method = Callable[[Any, Val, str, list[Val], Location | None], Val | None]


class _Short(Exception):
    """An optional chain ends early."""


class Expressions(Operations):
    """The evaluator of expressions; functions and statements are above it."""

    method: Method
    """Built-in methods of arrays, strings and functions: methods.py."""
    has_method: Callable[[Val, str], bool]

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
            if (stops := self._stays(operator, old)) is True:
                return old
            value = self._updated(operator, old, node, env)
            made = isinstance(target.data, Obj) and target.data.default is None and key is not None and (key not in target.data.props or target.data.props[key].maybe)
            self._store(target, key, value, self.place(node.left.property))
            if made and stops is None and key in target.data.props:
                target.data.props[key].maybe = True
        else:
            old = self.eval(node.left, env)
            if self._stays(operator, old) is True:
                return old
            value = self._updated(operator, old, node, env)
            self.bind(node.left, value, env, False)
        return value

    def _stays(self, operator: str, old: Val) -> bool | None:
        """Whether ||=, &&= or ??= leaves the old value."""
        return self.stops(operator, old) if operator in ("||", "&&", "??") else False

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
                return Val(Unk(target.data.why if isinstance(target.data, Unk) else "it may be missing", may=aliases([target]))), self.key(node, env)
        return target, self.key(node, env, makes=writes)

    def _ChainExpression(self, node: Any, env: Env) -> Val:
        try:
            return self.eval(node.expression, env)
        except _Short:
            return Val(UNDEFINED, self.place(node))

    def _MemberExpression(self, node: Any, env: Env) -> Val:
        at = self.place(node)
        if not node.computed or getattr(node, "optional", False):
            return self.get(*self.reference(node, env), at)
        target, key = self.eval(node.object, env), self.eval(node.property, env)
        self.weigh(key)
        if not is_unknown(key) or not isinstance(target.data, (Obj, Arr)) or getattr(target.data, "odd", False):
            return self.get(target, ops.to_text(key), at)
        found = each(key, lambda k: self.get(target, ops.to_text(k), at))
        if isinstance(found.data, Unk):
            return Val(Unk("which key is read is not known", found.data.default, may=aliases([target])), at)
        return found

    def get(self, target: Val, key: str | None, at: Location | None) -> Val:
        """target[key]."""
        self.step()
        if self.hooked and (isinstance(target.data, Unk) or (isinstance(target.data, Obj) and target.data.odd)):
            self.run_escaped()
        match target.data:
            case Unk(why):
                default = target.data.default
                part = self.get(default, key, at) if default is not None and isinstance(default.data, Obj) and not default.data.odd else None
                return Val(Unk(why, None if part is None or is_unknown(part) else part, calm=target.data.calm, shared=target.data.shared, may=target.data.touches()), at, target.secret)
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
            return Val(Unk("which key is read is not known", may=aliases([target])), at)
        match target.data:
            case Obj() as obj:
                if key in obj.props:
                    return obj.props[key].read()
                if obj.default is not None:
                    found = obj.default(key)
                    return Val(found.data, at, found.secret)
                if obj.more:
                    return Val(Unk(obj.why, shared=obj.guarded, may=obj.may), at)
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
                return fn.props.props[key].read()
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
                for given in (*args, Val(UNDEFINED) if isinstance(this.data, Unk) and this.data.shared else this):
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
        url = new_url(args, self.place(node)) if node.callee.type == "Identifier" and node.callee.name == "URL" and env.find("URL") is None else None
        if url is not None:
            return url
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

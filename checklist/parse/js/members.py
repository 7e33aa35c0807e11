"""Members: `a.b`, `a[b]`, `a?.b`, and what a value has by a name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from checklist.model import Location
from checklist.parse.js import operators as ops
from checklist.parse.js.heap import UNDEFINED, Arr, Fn, Obj, One, Thrown, Unk, Val, aliases, each, one_of, unknown
from checklist.parse.js.operations import INHERITED, Operations
from checklist.parse.js.regions import Env
from checklist.parse.js.state import is_unknown

Method = Callable[[Any, Val, str, list[Val], Location | None], Val | None]


class Short(Exception):
    """An optional chain ends early."""


class Members(Operations):
    """The evaluator of members."""

    method: Method
    """Built-in methods of arrays, strings and functions: methods.py."""
    has_method: Callable[[Val, str], bool]

    def reference(self, node: Any, env: Env, *, writes: bool = False) -> tuple[Val, str | None]:
        """The object and the key of a member expression."""
        target = self.eval(node.object, env)
        if getattr(node, "optional", False):
            if target.data is None or target.data is UNDEFINED:
                raise Short
            if is_unknown(target):
                # the whole chain may be undefined
                return Val(
                    Unk(target.data.why if isinstance(target.data, Unk) else "it may be missing", may=aliases([target]))
                ), self.key(node, env)
        return target, self.key(node, env, makes=writes)

    def _ChainExpression(self, node: Any, env: Env) -> Val:
        try:
            return self.eval(node.expression, env)
        except Short:
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
                part = (
                    self.get(default, key, at)
                    if default is not None and isinstance(default.data, Obj) and not default.data.odd
                    else None
                )
                return Val(
                    Unk(
                        why,
                        None if part is None or is_unknown(part) else part,
                        calm=target.data.calm,
                        shared=target.data.shared,
                        may=target.data.touches(),
                    ),
                    at,
                    target.secret,
                )
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
        own = self._own(target, key, at)
        return own if own is not None else self._inherited(target, key, at)

    def _own(self, target: Val, key: str, at: Location | None) -> Val | None:
        """What the value itself has by that name, None where it has nothing."""
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
                    return Val(
                        len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2,
                        at,
                        target.secret,
                    )
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
        return None

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

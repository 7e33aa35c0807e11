"""The functions of the global Object (ECMA-262 §20.1.2)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from checklist.model import Location
from checklist.parse.js import operators as ops
from checklist.parse.js.heap import UNDEFINED, Arr, Fn, Obj, One, Prop, Thrown, Unk, Val, iterable, ordered, unknown
from checklist.parse.js.native import arg, fn


class Objects:
    """Object.keys and the like for one program."""

    def __init__(self, interp: Any) -> None:
        self.interp = interp

    def members(self) -> dict[str, Val]:
        def listed(of: Callable[[str, Val], Val]) -> Val:
            def do(args: list[Val], at: Location | None) -> Val:
                source = arg(args, 0).data
                if source is None or source is UNDEFINED:
                    raise Thrown
                if isinstance(source, Obj) and source.odd:
                    self.interp.spoil(arg(args, 0), "a getter may change it")
                    self.interp.run_escaped()
                elif isinstance(source, Obj) and source.listed():
                    return Val(self.interp.born(Arr([of(k, source.props[k].value) for k in ordered(source.props)])), at)
                if isinstance(source, Arr) and not source.more and not source.named:
                    return Val(self.interp.born(Arr([of(str(i), v) for i, v in enumerate(source.items)])), at)
                return Val(self.interp.born(Arr([], True)), at)

            return fn(do)

        return {
            "keys": listed(lambda k, v: Val(k)),
            "values": listed(lambda k, v: v),
            "entries": listed(lambda k, v: Val(self.interp.born(Arr([Val(k), v])))),
            "fromEntries": fn(self._from_entries),
            "assign": fn(self._assign),
            "freeze": fn(self._freeze),
            "seal": fn(self._close),
            "defineProperty": fn(self._define),
            "defineProperties": fn(self._define),
            "preventExtensions": fn(self._close),
        }

    def _assign(self, args: list[Val], at: Location | None) -> Val:
        target = arg(args, 0)
        for source in args[1:]:
            if isinstance(source.data, Fn):
                source = Val(source.data.props)
            if isinstance(target.data, (Obj, Arr)) and target.data.frozen:
                if isinstance(source.data, Obj) and any(not p.maybe for p in source.data.props.values()):
                    raise Thrown
                continue
            match source.data:
                case Obj(odd=True):
                    self.interp.spoil(source, "a getter may change it")
                    self.interp.spoil(target, "it gets what a getter gives", deep=False)
                    self.interp.run_escaped()
                case Obj() as other:
                    self.interp.spend(len(other.props))
                    for key, prop in list(other.props.items()):
                        with self.interp.region() if prop.maybe else nullcontext():
                            self.interp.put(target, key, prop.value, prop.key_at)
                    if isinstance(target.data, Obj):
                        target.data.jumbled = target.data.jumbled or other.jumbled
                    if other.more or other.default is not None:
                        self.interp.spoil(target, other.why, deep=False)
                    elif other.texts and isinstance(target.data, Obj):
                        target.data.more = True
                case Unk() | One() | Arr() | str():
                    self.interp.spoil(target, "it gets keys that are not known", deep=False)
        return target

    def _define(self, args: list[Val], at: Location | None) -> Val:
        target, key = arg(args, 0), arg(args, 1).data
        if key == "__esModule" and isinstance(target.data, Obj):  # what compilers write at the top of a module
            self.interp.put(target, key, unknown("a property is defined that is not evaluated", at))
            target.data.more = True
            return target
        for given in args[1:]:
            self.interp.spoil(given, "it describes a property")
        return self._close(args, at)

    def _close(self, args: list[Val], at: Location | None) -> Val:
        """What is written to it from here on, or read from it, is not followed."""
        target = arg(args, 0)
        self.interp.spoil(target, "a property is defined that is not evaluated", deep=False)
        if isinstance(target.data, Obj):
            target.data.odd = self.interp.hooked = True
        return target

    def _freeze(self, args: list[Val], at: Location | None) -> Val:
        target = arg(args, 0)
        if isinstance(target.data, (Obj, Arr)):
            if self.interp.surely(target.data):
                target.data.frozen = True
            else:
                self._close(args, at)
        return target

    def _from_entries(self, args: list[Val], at: Location | None) -> Val:
        source = arg(args, 0).data
        made = Obj()
        told = Val(self.interp.born(made), at)
        if not iterable(arg(args, 0)):
            raise Thrown
        if not isinstance(source, Arr):
            made.more = True
            return told
        for pair in source.items:
            key = (
                ops.to_text(pair.data.items[0])
                if isinstance(pair.data, Arr)
                and len(pair.data.items) == 2
                and not pair.data.more
                and not pair.data.items[0].secret
                else None
            )
            if key is None:
                self.interp.blur(made, "it gets keys that are not known")
            else:
                made.props[key] = Prop(pair.data.items[1], pair.data.items[0].at)
        if source.more:
            self.interp.blur(made, "it gets keys that are not known")
        return told

"""Built-in methods that a value has, found by its kind."""

from __future__ import annotations

from typing import Any

from checklist.model import Location
from checklist.parse.js import arrays, strings
from checklist.parse.js import operators as ops
from checklist.parse.js.heap import UNDEFINED, Arr, Fn, Obj, Rx, Val, unknown


def has(this: Val, name: str) -> bool:
    """Whether a value has a built-in method of this name."""
    match this.data:
        case str():
            return name in strings.METHODS
        case Arr():
            return name in arrays.METHODS
        case Fn():
            return name in ("call", "apply", "bind")
        case Rx():
            return name == "test"
        case Obj():
            return name == "hasOwnProperty"
        case bool() | int() | float():
            return name == "toString"
    return False


def call(interp: Any, this: Val, name: str, args: list[Val], at: Location | None) -> Val | None:
    """What this.name(...args) gives; None where the method is none of ours."""
    match this.data:
        case str():
            return strings.call(interp, this, name, args, at)
        case Rx() as regex:
            return strings.test(interp, regex, args, at)
        case Arr() as array:
            return arrays.Call(interp, array, this, args, at).run(name)
        case Fn() as fn:
            return _function(interp, fn, this, name, args, at)
        case bool() | int() | float():
            return _number(this, name, args, at)
        case Obj() as obj if name == "hasOwnProperty" and args:
            key = ops.to_text(args[0])
            if (
                key is None
                or obj.more
                or obj.odd
                or obj.default is not None
                or (key in obj.props and obj.props[key].maybe)
            ):
                return unknown("not known", at)
            return Val(key in obj.props, at)
    return None


def _number(this: Val, name: str, args: list[Val], at: Location | None) -> Val | None:
    if name == "toString" and (not args or args[0].data in (10, UNDEFINED)):
        return Val(ops.to_text(this), at, this.secret)
    return None


def _function(interp: Any, fn: Fn, this: Val, name: str, args: list[Val], at: Location | None) -> Val | None:
    match name:
        case "call":
            return interp.call(Val(fn), args[1:], args[0] if args else Val(UNDEFINED), at)  # type: ignore[no-any-return]
        case "apply" if len(args) < 2 or (isinstance(args[1].data, Arr) and not args[1].data.more):
            items = args[1].data.items if len(args) > 1 else []
            return interp.call(Val(fn), list(items), args[0] if args else Val(UNDEFINED), at)  # type: ignore[no-any-return]
        case "bind":
            bound, first = (args[0] if args else Val(UNDEFINED)), args[1:]
            return Val(Fn(lambda more, _this, place: fn.call([*first, *more], bound, place), own=fn.own), at)
    return None

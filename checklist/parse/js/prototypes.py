"""The methods that values have by their type."""

from __future__ import annotations

from collections.abc import Mapping

from checklist.parse.js.arrays import ARRAY_PROTOTYPE
from checklist.parse.js.conversions import to_string
from checklist.parse.js.heap import Arr, Fn, Obj, Rx, Val
from checklist.parse.js.native import Call, Method
from checklist.parse.js.numbers import NUMBER_PROTOTYPE
from checklist.parse.js.operations import call
from checklist.parse.js.patterns import REGEXP_PROTOTYPE
from checklist.parse.js.strings import STRING_PROTOTYPE

INHERITED = frozenset(
    [
        "hasOwnProperty",
        "toString",
        "valueOf",
        "constructor",
        "isPrototypeOf",
        "toLocaleString",
        "propertyIsEnumerable",
        "__proto__",
        "__defineGetter__",
        "__defineSetter__",
        "__lookupGetter__",
        "__lookupSetter__",
    ]
)
"""What every object has from Object.prototype (ECMA-262 §20.1.3)."""


def has_property(obj: Obj, key: str | None) -> bool | None:
    """Whether an object has a property of its own; None where that is not known."""
    if key is None or obj.more or obj.accessors or obj.default is not None:
        return None
    return None if key in obj.props and obj.props[key].optional else key in obj.props


def _has_own_property(c: Call) -> Val | None:
    if not c.args:
        return None
    found = has_property(c.this.data, to_string(c.args[0]))
    return c.unknown() if found is None else c.value(found)


def _call(c: Call) -> Val:
    return call(c.store, Val(c.this.data), c.args[1:], c.arg(0), c.at)


def _apply(c: Call) -> Val | None:
    match c.arg(1).data if len(c.args) > 1 else Arr():
        case Arr(items, more=False):
            return call(c.store, Val(c.this.data), list(items), c.arg(0), c.at)
    return None


def _bind(c: Call) -> Val:
    fn, bound, first = c.this.data, c.arg(0), c.args[1:]
    return c.value(Fn(lambda args, _this, at: fn.call([*first, *args], bound, at), user=fn.user))


PROTOTYPES: Mapping[type, Mapping[str, Method]] = {
    Obj: {"hasOwnProperty": _has_own_property},
    Fn: {"call": _call, "apply": _apply, "bind": _bind},
    Arr: ARRAY_PROTOTYPE,
    str: STRING_PROTOTYPE,
    Rx: REGEXP_PROTOTYPE,
    **dict.fromkeys((bool, int, float), NUMBER_PROTOTYPE),
}


def method_of(of: Val, name: str) -> Method | None:
    """The built-in method of a value."""
    return PROTOTYPES.get(type(of.data), {}).get(name)

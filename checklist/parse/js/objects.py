"""The functions of the global Object (ECMA-262 §20.1.2)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

from checklist.parse.js.conversions import to_string
from checklist.parse.js.heap import Arr, Fn, Obj, One, Prop, Thrown, Unk, Val, is_nullish, iterable, ordered
from checklist.parse.js.native import Builtin, Call
from checklist.parse.js.properties import blur, put

NEW_KEYS = "it gets keys that are not known"


def _listing(of: Callable[[Call, str, Val], Val]) -> Builtin:
    """Object.keys and the like: an array of what is made of each key and value."""

    def run(c: Call) -> Val:
        source = c.arg(0)
        if is_nullish(source):
            raise Thrown
        match source.data:
            case Obj(accessors=True):
                c.store.expose(source, why="a getter may change it")
            case Obj(props) as obj if obj.listed():
                return c.array([of(c, key, props[key].value) for key in ordered(props)])
            case Arr(items, more=False, named=False):
                return c.array([of(c, str(index), item) for index, item in enumerate(items)])
        return c.array([], True)

    return run


def _assign(c: Call) -> Val:
    target = c.arg(0)
    for source in c.args[1:]:
        if isinstance(source.data, Fn):
            source = Val(source.data.props)
        if isinstance(target.data, (Obj, Arr)) and target.data.frozen:
            if isinstance(source.data, Obj) and any(not prop.optional for prop in source.data.props.values()):
                raise Thrown
            continue
        match source.data:
            case Obj(accessors=True):
                c.store.spoil(source, "a getter may change it")
                c.store.spoil(target, "it gets what a getter gives", deep=False)
                c.store.run_escaped()
            case Obj() as other:
                _assign_object(c, target, other)
            case Unk() | One() | Arr() | str():
                c.store.spoil(target, NEW_KEYS, deep=False)
    return target


def _assign_object(c: Call, target: Val, other: Obj) -> None:
    c.store.budget.spend(len(other.props))
    for key, prop in list(other.props.items()):
        with c.store.flow.region() if prop.optional else nullcontext():
            put(c.store, target, key, prop.value, prop.key_at)
    made = target.data if isinstance(target.data, Obj) else Obj()
    made.unordered = made.unordered or other.unordered
    if other.more or other.default is not None:
        c.store.spoil(target, other.why, deep=False)
    elif other.textual:
        made.more = True


def _define(c: Call) -> Val:
    target, key = c.arg(0), c.arg(1).data
    if key == "__esModule" and isinstance(target.data, Obj):  # what compilers write at the top of a module
        put(c.store, target, key, c.unknown("a property is defined that is not evaluated"))
        target.data.more = True
        return target
    for given in c.args[1:]:
        c.store.spoil(given, "it describes a property")
    return _close(c)


def _close(c: Call) -> Val:
    """What is written to it from here on, or read from it, is not followed."""
    target = c.arg(0)
    c.store.spoil(target, "a property is defined that is not evaluated", deep=False)
    if isinstance(target.data, Obj):
        target.data.accessors = c.store.accessors = True
    return target


def _freeze(c: Call) -> Val:
    target = c.arg(0)
    if isinstance(target.data, (Obj, Arr)):
        if not c.store.is_sure(target.data):
            return _close(c)
        target.data.frozen = True
    return target


def _from_entries(c: Call) -> Val:
    source, made = c.arg(0), Obj()
    result = c.store.made(made, c.at)
    if not iterable(source):
        raise Thrown
    if not isinstance(source.data, Arr):
        made.more = True
        return result
    for pair in source.data.items:
        match pair.data:
            case Arr([Val(secret=False) as name, value], more=False) if (key := to_string(name)) is not None:
                made.props[key] = Prop(value, name.at)
            case _:
                blur(c.store, made, NEW_KEYS)
    if source.data.more:
        blur(c.store, made, NEW_KEYS)
    return result


def convert(c: Call) -> Val:
    """Object(x)."""
    of = c.arg(0)
    return of if isinstance(of.data, (Obj, Arr, Fn)) else c.unknown("Object() is not evaluated")


OBJECT: dict[str, Builtin] = {
    "keys": _listing(lambda c, key, value: Val(key)),
    "values": _listing(lambda c, key, value: value),
    "entries": _listing(lambda c, key, value: c.store.array([Val(key), value])),
    "fromEntries": _from_entries,
    "assign": _assign,
    "freeze": _freeze,
    "seal": _close,
    "defineProperty": _define,
    "defineProperties": _define,
    "preventExtensions": _close,
}

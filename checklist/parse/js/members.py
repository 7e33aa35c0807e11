"""What a value has by a name: its own properties, then the methods of its prototype (ECMA-262 §7.3.2, §10.1.8)."""

from __future__ import annotations

from checklist.model import Location
from checklist.parse.js.conversions import is_narrow
from checklist.parse.js.heap import (
    UNDEFINED,
    Arr,
    Fn,
    Obj,
    One,
    Thrown,
    Undefined,
    Unk,
    Val,
    aliases,
    is_nullish,
    is_unknown,
    one_of,
    unknown,
)
from checklist.parse.js.native import Call
from checklist.parse.js.prototypes import INHERITED, method_of
from checklist.parse.js.store import Store


def get(store: Store, target: Val, key: str | None, at: Location | None) -> Val:
    """target[key]; no key: which one it is is not known."""
    store.budget.spend()
    if store.accessors and (isinstance(target.data, Unk) or (isinstance(target.data, Obj) and target.data.accessors)):
        store.run_escaped()
    match target.data:
        case Unk() as unk:
            return Val(_part(store, unk, key, at), at, target.secret)
        case Obj(props, accessors=True) if key is None or key not in props or is_unknown(props[key].value):
            store.spoil(target, "a getter may change it")
            return unknown("a getter is not evaluated", at)
        case One(options):
            store.budget.spend(4 * len(options))
            # those that would throw are none, or there is no value at all
            found = [get(store, option, key, at) for option in options if not is_nullish(option)]
            if not found:
                raise Thrown
            return one_of(found, at)
        case None | Undefined():
            raise Thrown
    if key is None:
        return Val(Unk("which key is read is not known", may=aliases([target])), at)
    own = _own(store, target, key, at)
    return own if own is not None else _inherited(store, target, key, at)


def _part(store: Store, unk: Unk, key: str | None, at: Location | None) -> Unk:
    """What is read of something unknown: that of its default, unless something outside says otherwise."""
    part = None
    match unk.default:
        case Val(Obj(accessors=False)):
            part = get(store, unk.default, key, at)
    default = None if part is None or is_unknown(part) else part
    return Unk(unk.why, default, pure=unk.pure, shared=unk.shared, may=unk.touches())


def _own(store: Store, target: Val, key: str, at: Location | None) -> Val | None:
    """What the value itself has by that name, None where it has nothing."""
    match target.data:
        case Obj() as obj:
            return _property(obj, key, at)
        case Arr() as array:
            return _element(array, key, at)
        case str() as text if key == "length" or key.isdecimal():
            return _of_text(store, text, key, target, at)
        case str() as text:
            store.budget.spend(0 if text.isascii() else len(text) // 50)
        case Fn() as fn if key in fn.props.props:
            return fn.props.props[key].read()
        case Fn() as fn if fn.props.more or fn.user or key in ("name", "length"):
            return None if key in ("call", "apply", "bind") else unknown(f"a function's .{key[:40]} is not known", at)
        case Fn() as fn if fn.props.default is not None:
            return fn.props.default(key)
    return None


def _property(obj: Obj, key: str, at: Location | None) -> Val | None:
    if key in obj.props:
        return obj.props[key].read()
    if obj.default is not None:
        found = obj.default(key)
        return Val(found.data, at, found.secret)
    return Val(Unk(obj.why, shared=obj.guarded, may=obj.may), at) if obj.more else None


def _element(array: Arr, key: str, at: Location | None) -> Val | None:
    if key.isdecimal() and int(key) < len(array.items):
        return array.items[int(key)]
    if key != "length" and not key.isdecimal():
        return None
    if array.more:
        return unknown("the array may hold more", at)
    return Val(len(array.items) if key == "length" else UNDEFINED, at)


def _of_text(store: Store, text: str, key: str, target: Val, at: Location | None) -> Val | None:
    """A text's length, or one of its characters."""
    store.budget.spend(0 if text.isascii() else len(text) // 50)
    if key == "length":
        units = len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
        return Val(units, at, target.secret)
    if not is_narrow(text):
        return None
    return Val(text[int(key)] if int(key) < len(text) else UNDEFINED, at, target.secret)


def _inherited(store: Store, target: Val, key: str, at: Location | None) -> Val:
    """A built-in method of the value, bound to it; undefined where it has none."""
    if isinstance(target.data, Obj) and key not in INHERITED:
        return Val(UNDEFINED, at)
    if key in ("prototype", "constructor", "__proto__"):
        return Val(Unk("what all such values share is not known", shared=True), at)
    method = method_of(target, key)
    if method is None:
        return unknown(f".{key[:40]} is not evaluated", at)

    def call(args: list[Val], this: Val, call_at: Location | None) -> Val:
        found = method(Call(store, target, args, call_at))
        if found is None:
            store.expose(*args, target, why=f".{key}() is not evaluated")
            return unknown(f".{key}() is not evaluated", call_at)
        return found

    return Val(Fn(call), at)

"""Writes to properties and elements (ECMA-262 §10.1.9): sure ones and those that may not happen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from checklist.model import Location
from checklist.parse.js.conversions import to_string
from checklist.parse.js.heap import (
    UNDEFINED,
    Arr,
    Fn,
    Obj,
    One,
    Prop,
    Thrown,
    Undefined,
    Unk,
    Val,
    aliases,
    each,
    is_unknown,
    one_of,
    unknown,
)
from checklist.parse.js.limits import MAX_ITEMS, TooComplex
from checklist.parse.js.store import Store


def put(store: Store, target: Val, key: str | None, value: Val, key_at: Location | None = None) -> None:
    """target[key] = value; with no key that is known any may have it now."""
    if key is None:
        store.spoil(target, "a key is set that is not known", deep=False)
        return
    match target.data:
        case One(options):
            store.flow.any_of(options, lambda option: put(store, option, key, value, key_at))
        case Obj(guarded=True) | Unk(shared=True):
            raise TooComplex
        case Obj(accessors=True):
            store.expose(target, why="a setter may change it")
        case Obj(frozen=True) | Arr(frozen=True):
            store.refuse()
        case Obj() as obj:
            _put_property(store, obj, key, value, key_at)
        case Arr() as array:
            _put_element(store, array, key, value)
        case Fn() as fn:
            put(store, Val(fn.props), key, value, key_at)
        case Unk() as unk:
            _spoil_aliases(store, unk)
        case Undefined() | None:
            raise Thrown


def _put_property(store: Store, obj: Obj, key: str, value: Val, key_at: Location | None) -> None:
    if obj.textual:
        value = each(value, _as_text)
    old = obj.props.get(key)
    if key == "__proto__":
        store.spoil(Val(obj), "its prototype is set", deep=False)
    elif store.is_sure(obj):
        obj.set(key, Prop(value, key_at))
    elif old is not None:
        obj.set(key, Prop(store.joined(old.value, value), old.key_at, old.optional))
    else:
        value = store.joined(Val(UNDEFINED), value) if store.flow.widening else value
        obj.set(key, Prop(value, key_at, optional=True))


def _as_text(of: Val) -> Val:
    """What process.env makes of what is written to it."""
    text = to_string(of)
    return unknown("it becomes a text that is not known", of.at) if text is None else Val(text, of.at, of.secret)


def _put_element(store: Store, array: Arr, key: str, value: Val) -> None:
    index = int(key) if key.isdecimal() and len(key) < 7 else -1
    if not 0 <= index < MAX_ITEMS or array.more or index > len(array.items):
        store.spoil(Val(array), "an element is set that is not known")
    elif not store.is_sure(array):
        if index < len(array.items):
            array.items[index] = store.joined(array.items[index], value)
        else:
            array.more = True
    else:
        array.items[index : index + 1] = [value]


def _spoil_aliases(store: Store, unk: Unk) -> None:
    for part in unk.touches():
        store.spoil(part, "it may be changed under another name")


def remove(store: Store, target: Val, key: str) -> None:
    """delete target[key]."""
    match target.data:
        case One(options):
            store.flow.any_of(options, lambda option: remove(store, option, key))
        case Undefined() | None:
            raise Thrown
        case Obj(guarded=True) | Unk(shared=True):
            raise TooComplex
        case Obj(accessors=True):
            store.spoil(target, "it has accessors")
        case Obj(frozen=True) as obj:
            if key in obj.props:
                store.refuse()
        case Obj() as obj:
            _remove_property(store, obj, key)
        case Arr():
            # a hole is not told from undefined: what goes over the array differs
            store.spoil(target, "an element is deleted", deep=False)
        case Fn() as fn:
            remove(store, Val(fn.props), key)
        case Unk() as unk:
            _spoil_aliases(store, unk)


def _remove_property(store: Store, obj: Obj, key: str) -> None:
    if key not in obj.props:
        if obj.default is None:
            return
        obj.props[key] = Prop(obj.default(key))
    if not store.is_sure(obj):
        obj.props[key] = replace(obj.props[key], optional=True)
        return
    del obj.props[key]
    if obj.default is not None:
        obj.props[key] = Prop(Val(UNDEFINED))


def blur(store: Store, obj: Obj, why: str, keys: Iterable[str] | None = None) -> None:
    """Something unseen may have set more keys, and these again (None: all)."""
    store.budget.spend(len(obj.props))
    for key in obj.props if keys is None else keys:
        old = obj.props[key]
        default = None if old.optional or is_unknown(old.value) else old.value
        obj.props[key] = replace(old, value=Val(Unk(why, default), old.value.at))
    obj.more, obj.why = True, why


def copy(store: Store, obj: Obj, source: Val) -> None:
    """CopyDataProperties (ECMA-262 §7.3.26), as {...source} does it, into an object that is being made."""
    store.weigh(source)
    match source.data:
        case Obj() as other:
            if other.accessors:
                store.expose(source, why="a getter may change it")
            _copy_object(store, obj, other)
        case Fn() as fn:
            copy(store, obj, Val(fn.props))
        case Arr() as array:
            obj.props.update({str(index): Prop(item) for index, item in enumerate(array.items)})
            obj.more = obj.more or array.more or array.named
        case str() as text:
            store.budget.spend(len(text))
            obj.props.update({str(n): Prop(Val(char, source.at, source.secret)) for n, char in enumerate(text)})
        case One(options):
            _copy_one_of(store, obj, options)
        case Unk(why) as unk:
            blur(store, obj, why)
            obj.may = aliases([*obj.may, *unk.touches()])


def _copy_object(store: Store, obj: Obj, other: Obj) -> None:
    for key, prop in other.props.items():
        old = obj.props.get(key)
        if prop.optional and old is not None:
            obj.set(key, Prop(one_of([old.value, prop.value], prop.value.at), prop.key_at, old.optional))
        else:
            obj.set(key, replace(prop))
    obj.more = obj.more or other.textual
    obj.unordered = obj.unordered or other.unordered
    obj.may = aliases([*obj.may, *other.may])
    if other.more or other.default is not None:
        blur(store, obj, other.why, obj.props.keys() - other.props.keys())


def _copy_one_of(store: Store, obj: Obj, options: tuple[Val, ...]) -> None:
    """Each option gives its own object; a key that only some set keeps what was there before."""
    store.budget.spend(len(options) * len(obj.props))
    trials = [Obj(dict(obj.props), obj.more, obj.why) for _ in options]
    for trial, option in zip(trials, options, strict=True):
        copy(store, trial, option)
    place = {key: n for n, key in enumerate({key: None for trial in trials for key in trial.props})}
    for key in place:
        found = [trial.props[key] for trial in trials if key in trial.props]
        optional = len(found) < len(trials) or any(prop.optional for prop in found)
        obj.props[key] = Prop(one_of([prop.value for prop in found]), found[0].key_at, optional)
    obj.more, obj.may = any(trial.more for trial in trials), aliases(v for trial in trials for v in trial.may)
    obj.unordered = obj.unordered or any(
        trial.unordered or list(trial.props) != sorted(trial.props, key=place.__getitem__) for trial in trials
    )

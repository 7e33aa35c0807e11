"""Writes to objects and arrays, sure ones and those that may not happen; the regions that this hangs on are below."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from checklist.model import Location
from checklist.parse.js.heap import (
    UNDEFINED,
    Arr,
    Fn,
    Obj,
    One,
    Prop,
    Thrown,
    TooComplex,
    Undefined,
    Unk,
    Val,
    each,
    unknown,
)
from checklist.parse.js.operators import to_text
from checklist.parse.js.regions import MAX_ITEMS, Left, Regions


class State(Regions):
    """What an evaluation has come to."""

    def put(self, target: Val, key: str, value: Val, key_at: Location | None = None) -> None:
        """target[key] = value."""
        match target.data:
            case One(options):
                self.any_of(options, lambda option: self.put(option, key, value, key_at))
            case Obj(guarded=True) | Unk(shared=True):
                raise TooComplex
            case Obj(odd=True):
                self.spoil(target, "a setter may change it")
                self.run_escaped()
            case Obj(frozen=True):
                # such a write is lost without a word outside strict mode
                if self.strict is not False:
                    raise Thrown if self.strict is True else TooComplex
            case Obj() as obj:
                if obj.texts:
                    value = self.text(value)
                if key == "__proto__":
                    self.spoil(target, "its prototype is set", deep=False)
                elif self.surely(obj):
                    obj.set(key, Prop(value, key_at))
                elif (old := obj.props.get(key)) is not None:
                    obj.set(key, Prop(self.joined(old.value, value), old.key_at, old.maybe))
                else:
                    obj.set(
                        key, Prop(self.joined(Val(UNDEFINED), value) if self.widening else value, key_at, maybe=True)
                    )
            case Arr(frozen=True):
                if self.strict is not False:
                    raise Thrown if self.strict is True else TooComplex
            case Arr() as array:
                self._put_item(array, key, value)
            case Fn() as fn:
                self.put(Val(fn.props), key, value, key_at)
            case Unk() as unk:
                for part in unk.touches():
                    self.spoil(part, "it may be changed under another name")
            case None:
                raise Thrown
            case _ if target.data is UNDEFINED:
                raise Thrown

    def _put_item(self, array: Arr, key: str, value: Val) -> None:
        index = int(key) if key.isdecimal() and len(key) < 7 else -1
        if not 0 <= index < MAX_ITEMS or array.more or index > len(array.items):
            self.spoil(Val(array), "an element is set that is not known")
            return
        if not self.surely(array):
            if index < len(array.items):
                array.items[index] = self.joined(array.items[index], value)
            else:
                array.more = True
            return
        if index < len(array.items):
            array.items[index] = value
        else:
            array.items.append(value)

    def put_unknown_key(self, target: Val, value: Val) -> None:
        """target[?] = value: any key may have it now."""
        del value
        self.spoil(target, "a key is set that is not known", deep=False)

    def push(self, array: Arr, values: list[Val]) -> None:
        """array.push(...values)."""
        if array.frozen:
            raise Thrown
        if not self.surely(array):
            array.more = True
        elif not array.more:
            if len(array.items) + len(values) > MAX_ITEMS:
                raise TooComplex
            array.items += values

    def remove(self, target: Val, key: str) -> None:
        """delete target[key]."""
        match target.data:
            case One(options):
                self.any_of(options, lambda option: self.remove(option, key))
            case Undefined() | None:
                raise Thrown
            case Obj(guarded=True) | Unk(shared=True):
                raise TooComplex
            case Obj(odd=True):
                self.spoil(target, "it has accessors")
            case Obj(frozen=False, default=default) as obj if key in obj.props or default is not None:
                if key not in obj.props:
                    assert default is not None
                    obj.props[key] = Prop(default(key))
                if self.surely(obj):
                    obj.props.pop(key)
                    if default is not None:
                        obj.props[key] = Prop(Val(UNDEFINED))
                else:
                    obj.props[key] = replace(obj.props[key], maybe=True)
            case Obj(frozen=True) as obj if key in obj.props and self.strict is not False:
                raise Thrown if self.strict is True else TooComplex
            case Arr():
                # a hole is not told from undefined: what goes over the array differs
                self.spoil(target, "an element is deleted", deep=False)
            case Fn() as fn:
                self.remove(Val(fn.props), key)
            case Unk() as unk:
                for part in unk.touches():
                    self.spoil(part, "it may be changed under another name")

    def spoil(self, of: Val, why: str, *, deep: bool = True) -> None:
        """Code that is not seen may have changed it: everything in it is unknown from here on."""
        waiting, seen = [of], set()
        while waiting:
            data = waiting.pop().data
            if id(data) in seen:
                continue
            seen.add(id(data))
            self.spend(1 + (len(data.props) if isinstance(data, Obj) else len(self.escaped) // 20))
            match data:
                case One(options):
                    waiting += options
                case Obj(guarded=True) | Unk(shared=True):
                    raise TooComplex
                case Unk() as unk:
                    waiting += unk.touches()
                case Obj() as obj:
                    waiting += [*(p.value for p in obj.props.values()), *obj.may] if deep else []
                    obj.props = {k: Prop(unknown(why, p.value.at), p.key_at) for k, p in obj.props.items()}
                    obj.more, obj.why = True, why
                case Arr() as array:
                    waiting += array.items if deep else []
                    array.items, array.more = [], True
                case Fn() as fn:
                    waiting.append(Val(fn.props))
                    if deep and fn.own and not any(e.data is fn for e in self.escaped):
                        self.escaped.append(Val(fn))

    def text(self, value: Val) -> Val:
        """What process.env makes of what is written to it."""

        def one(of: Val) -> Val:
            told = to_text(of)
            return (
                unknown("it becomes a text that is not known", of.at) if told is None else Val(told, of.at, of.secret)
            )

        return each(value, one)

    def run_escaped(self) -> None:
        """Code that is not seen runs: so may every function that it was given."""
        if self.running:
            return
        self.running = True
        try:
            for given in self.escaped:
                self.spend(4)
                with self.region(widening=True), suppress(Thrown):
                    given.data.call(
                        [unknown("it is called by code that is not seen") for _ in range(4)],
                        unknown("it is called by code that is not seen"),
                        None,
                    )
        finally:
            self.running = False

    def any_of(self, options: tuple[Val, ...], do: Callable[[Val], None]) -> None:
        """Does something to one of a few; those for which it throws are none, or there is no value at all."""
        if all(isinstance(way, Thrown) for way in self.maybe(*(lambda o=o: do(o) for o in options))):
            raise Thrown

    def maybe(self, *runs: Callable[[], None]) -> list[Exception | None]:
        """Runs each of some stretches as one that may or may not run; gives what each was left by."""
        left: list[Exception | None] = []
        for run in runs:
            with self.region():
                try:
                    run()
                    left.append(None)
                except (Thrown, Left) as way:
                    left.append(way)
        return left


def is_unknown(of: Val) -> bool:
    """Whether it is Unk or One."""
    return isinstance(of.data, (Unk, One))

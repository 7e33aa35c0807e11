"""Scopes and writes. A write under a condition that is not known joins the old value and the new one.

A *region* is a stretch of code that may or may not run. What was born in the region that is running now is written to
as usual; anything older keeps its old value as a possibility. In a *widening* region, a loop whose end is not known,
what is written becomes unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

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
    one_of,
    unknown,
)
from checklist.parse.js.operators import to_text

Way = tuple[str, str | None]
"""How code is left: break, continue or return, and the label."""

MAX_STEPS = 100_000
MAX_ITEMS = 10_000
MAX_DEPTH = 40


@dataclass(slots=True)
class Binding:
    """A variable; `value` is None before its declaration is reached."""

    value: Val | None
    region: int
    constant: Any = False
    """Whether it cannot be set again; Ellipsis if that is an error in strict mode only."""


@dataclass(slots=True)
class Env:
    """A scope."""

    outer: Env | None
    names: dict[str, Binding] = field(default_factory=dict)
    function: bool = False

    def find(self, name: str) -> Binding | None:
        here: Env | None = self
        while here is not None:
            if name in here.names:
                return here.names[name]
            here = here.outer
        return None


class State:
    """What an evaluation has come to: budget, regions, and who was born where."""

    def __init__(self) -> None:
        self.steps = 0
        self.depth = 0
        self.regions = [0]
        self.widening = 0
        self.strict: Any = None
        """Whether the code is in strict mode; Ellipsis if in part."""
        self.escaped: list[Val] = []
        """Functions that code which is not seen may call whenever it runs."""
        self.hooked = False
        """Whether reading a property may call one of them."""
        self.running = False
        self._next = 0
        self._ways: dict[int, frozenset[Way]] = {}
        self._born: dict[int, int] = {}
        self._kept: list[Obj | Arr] = []  # ids must not be reused while they are remembered

    def step(self) -> None:
        self.spend(1)

    def spend(self, steps: int) -> None:
        """Takes what some work costs out of the budget, before it is done."""
        self.steps += steps
        if self.steps > MAX_STEPS:
            raise TooComplex

    def weigh(self, *values: Val) -> None:
        """Spends what it costs to go over whole texts, arrays (and arrays in them) and objects."""
        waiting = [v.data for v in values if not isinstance(v.data, (bool, int, float))]
        while waiting:
            data = waiting.pop()
            match data:
                case str():
                    self.steps += len(data) // 50
                case Arr():
                    self.spend(len(data.items))
                    waiting += [v.data for v in data.items if isinstance(v.data, (str, Arr, One))]
                case Obj():
                    self.steps += len(data.props)
                case One():
                    self.spend(len(data.options))
                    waiting += [v.data for v in data.options]
                case Unk(_, default) if default is not None:
                    waiting.append(default.data)
        self.spend(0)

    def born(self, of: Obj | Arr) -> Obj | Arr:
        """Remembers in which region an object was made."""
        if self.regions[-1]:
            self._born[id(of)] = self.regions[-1]
            self._kept.append(of)
        return of

    def surely(self, of: Obj | Arr) -> bool:
        """Whether a write to this object is sure to happen if its making was."""
        return self._born.get(id(of), 0) == self.regions[-1]

    @contextmanager
    def region(self, *, widening: bool = False) -> Iterator[None]:
        """Code that may or may not run."""
        depth = len(self.regions)
        self.enter_region()
        self.widening += widening
        try:
            yield
        finally:
            ways = self.ways(depth)
            del self.regions[depth:]
            self.widening -= widening
            if ways:
                self.enter_region(ways)

    def enter_region(self, ways: frozenset[Way] = frozenset()) -> None:
        """From here on nothing is sure, since the code may have been left in these ways: until that leads nowhere else."""
        self._next += 1
        self.regions.append(self._next)
        if ways:
            self._ways[self._next] = ways

    def ways(self, depth: int) -> frozenset[Way]:
        """In which ways the code may have been left since `regions` had this depth."""
        return frozenset(way for region in self.regions[depth:] for way in self._ways.get(region, ()))

    # ---- variables

    def declare(self, env: Env, name: str, value: Val | None) -> None:
        env.names[name] = Binding(value, self.regions[-1])

    def assign(self, env: Env, name: str, value: Val) -> None:
        binding = env.find(name)
        if binding is None:
            top = env
            while top.outer is not None:
                top = top.outer
            if self.strict is not False:
                raise Thrown if self.strict is True else TooComplex
            top.names[name] = Binding(value if len(self.regions) == 1 else unknown("it is set under a condition"), 0)
        elif binding.constant is ...:
            raise TooComplex
        elif binding.constant or binding.value is None:
            raise Thrown
        elif binding.region == self.regions[-1] and not self.widening:
            binding.value = value
        else:
            binding.value = self.joined(binding.value, value)

    def joined(self, old: Val, new: Val) -> Val:
        if self.widening:
            return unknown("it changes in a loop whose end is not known", new.at)
        self.spend(sum(4 * len(v.data.options) for v in (old, new) if isinstance(v.data, One)))
        return one_of([old, new], new.at)

    # ---- objects

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
                    obj.set(key, Prop(self.joined(Val(UNDEFINED), value) if self.widening else value, key_at, maybe=True))
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
            return unknown("it becomes a text that is not known", of.at) if told is None else Val(told, of.at, of.secret)

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
                    given.data.call([unknown("it is called by code that is not seen") for _ in range(4)], unknown("it is called by code that is not seen"), None)
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


class Left(Exception):
    """A stretch of code is left by break, continue or return."""

    def __init__(self, how: str, label: str | None = None, value: Val | None = None) -> None:
        super().__init__()
        self.how, self.label, self.value = how, label, value


def is_unknown(of: Val) -> bool:
    """Whether it is Unk or One."""
    return isinstance(of.data, (Unk, One))

"""Scopes, and what may not run. A write under a condition that is not known joins the old value and the new one.

A *region* is a stretch of code that may or may not run. What was born in the region that is running now is written to
as usual; anything older keeps its old value as a possibility. In a *widening* region, a loop whose end is not known,
what is written becomes unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from checklist.parse.js.heap import Arr, Obj, One, Thrown, TooComplex, Unk, Val, one_of, unknown

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


class Regions:
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


class Left(Exception):
    """A stretch of code is left by break, continue or return."""

    def __init__(self, how: str, label: str | None = None, value: Val | None = None) -> None:
        super().__init__()
        self.how, self.label, self.value = how, label, value

"""How control flows where a condition is not known.

A *region* is a stretch of code that may or may not run. What was made in the region that is running now is written to
as usual; anything older keeps its old value as a possibility. In a *widening* region, a loop whose end is not known,
what is written becomes unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from checklist.parse.js.heap import UNDEFINED, Thrown, Val, one_of, unknown
from checklist.parse.js.limits import TooComplex

Target = tuple[str, str | None]
"""Where a break, continue or return goes: its kind and its label."""


class Abrupt(Exception):
    """An abrupt completion (ECMA-262 §6.2.4): break, continue or return. That of `throw` is Thrown."""

    def __init__(self, kind: str, label: str | None = None, value: Val | None = None) -> None:
        super().__init__()
        self.target: Target = (kind, label)
        self.value = Val(UNDEFINED) if value is None else value


Completion = Abrupt | Thrown | None
"""How a stretch of code ended; None: at its end."""


@dataclass(slots=True)
class Binding:
    """A variable; `value` is None before its declaration is reached."""

    value: Val | None
    region: int
    constant: bool | None = False
    """Whether it cannot be set again; None if that is an error in strict mode only."""


@dataclass(slots=True)
class Scope:
    """A declarative environment record (ECMA-262 §9.1)."""

    outer: Scope | None
    names: dict[str, Binding] = field(default_factory=dict)
    function: bool = False
    returned: list[Val] | None = None
    """What its function may have returned before it ends; None where there is nothing to return from."""

    def chain(self) -> Iterator[Scope]:
        """It and those around it."""
        here: Scope | None = self
        while here is not None:
            yield here
            here = here.outer

    def find(self, name: str) -> Binding | None:
        return next((scope.names[name] for scope in self.chain() if name in scope.names), None)

    def read(self, name: str) -> Val | None:
        """The value of a variable; None where there is none, or none yet."""
        binding = self.find(name)
        return None if binding is None else binding.value

    def may_return(self, values: list[Val]) -> None:
        """The function may have returned one of these values."""
        for scope in self.chain():
            if scope.returned is not None:
                scope.returned += values
                return
        raise TooComplex


class Flow:
    """The regions that are running, innermost last."""

    def __init__(self) -> None:
        self.regions = [0]
        self.widening = 0
        self._last = 0
        self._targets: dict[int, frozenset[Target]] = {}

    @property
    def here(self) -> int:
        return self.regions[-1]

    @property
    def depth(self) -> int:
        return len(self.regions)

    def leave(self, depth: int) -> None:
        """Goes back to where so many regions were running."""
        del self.regions[depth:]

    def enter(self, targets: frozenset[Target] = frozenset()) -> None:
        """From here on nothing is sure, as the code may have been left for these targets: until one is reached."""
        self._last += 1
        self.regions.append(self._last)
        if targets:
            self._targets[self._last] = targets

    @contextmanager
    def region(self, *, widening: bool = False) -> Iterator[None]:
        """Code that may or may not run."""
        depth = self.depth
        self.enter()
        self.widening += widening
        try:
            yield
        finally:
            targets = self.targets(depth)
            self.leave(depth)
            self.widening -= widening
            if targets:
                self.enter(targets)

    def targets(self, depth: int) -> frozenset[Target]:
        """For which targets the code may have been left since so many regions were running."""
        return frozenset(target for region in self.regions[depth:] for target in self._targets.get(region, ()))

    def maybe(self, *runs: Callable[[], object]) -> list[Completion]:
        """Runs each of some stretches as one that may or may not run."""
        completions: list[Completion] = []
        for run in runs:
            with self.region():
                try:
                    run()
                    completions.append(None)
                except (Thrown, Abrupt) as completion:
                    completions.append(completion)
        return completions

    def perhaps(self, run: Callable[[], Val]) -> Val:
        """The value of an expression that may not be evaluated at all."""
        with self.region():
            try:
                found = run()
            except Thrown:
                found = unknown("it may throw")
        return found

    def any_of(self, options: tuple[Val, ...], run: Callable[[Val], None]) -> None:
        """Does something to one of a few; those for which it throws are none, or there is no value at all."""
        if all(isinstance(end, Thrown) for end in self.maybe(*(lambda o=option: run(o) for option in options))):
            raise Thrown

    def until(self, run: Callable[[], None], scope: Scope, *ends: Target) -> None:
        """Runs what these targets end.

        If it may have been left for one of them, then whatever it is left by after that is not sure.
        """
        depth = self.depth
        completion: Completion = None
        try:
            run()
        except (Abrupt, Thrown) as left:
            completion = left
        targets = self.targets(depth)
        if completion is not None and not (isinstance(completion, Abrupt) and completion.target in ends):
            if not targets.intersection(ends):
                raise completion
            if isinstance(completion, Abrupt):
                targets |= {completion.target}
                if completion.target[0] == "return":
                    scope.may_return([completion.value])
        self.leave(depth)
        if targets.difference(ends):
            self.enter(targets.difference(ends))

    def after(self, completions: list[Completion], scope: Scope, *, one_ran: bool = False) -> None:
        """Goes on after stretches of which at most one has run; `one_ran`: one of them is sure to have."""
        left = [end for end in completions if isinstance(end, Abrupt)]
        returned = [end.value for end in left if end.target[0] == "return"]
        if one_ran and None not in completions:
            if not left:
                raise Thrown
            if len(returned) == len(left):
                raise Abrupt("return", value=one_of(returned))
            if not returned and len({end.target for end in left}) == 1:
                raise left[0]
        if returned:
            scope.may_return(returned)
        if left:
            self.enter(frozenset(end.target for end in left))  # whatever follows may not run any more

"""What may become of a run, all at once: a state is one course of events, a set of states is the bits of an int.

State 0 is the run in which nothing fails. Each step opens a state in which it fails (and fails again whenever it is
repeated), each condition that cannot be known one for either way. Everything else is then plain execution: a command is
run once, for all the states that come by.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

States = int
T = TypeVar("T")


def each(states: States) -> Iterator[States]:
    """Each of some states by itself."""
    while states:
        yield states & -states
        states &= states - 1


class Fails(Protocol):
    """A recorded command, as far as it matters here."""

    fails: States
    """The states in which it fails."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a health check printed: a good answer, but where the check fails a bad one."""

    step: Fails = field(compare=False)
    number: int
    """Tells the answers of different checks apart."""
    empty: bool
    """Whether a bad answer is nothing at all, as with `curl -f`."""
    instead: str | None = None
    """What is printed where the check fails, `curl … || echo none`; "\\0" if that is not known."""

    @property
    def state(self) -> States:
        return self.step.fails


class Default(str):
    """A text that whoever calls the script may replace: what it names is known, what a condition says of it is not."""

    __slots__ = ()


Field = str | Answer | None
"""One word after expansion: text, a health check's answer, or None where it cannot be known."""

Known = str | tuple[Field, ...] | Answer | None
"""A variable's value: text, the elements of an array, a health check's answer, or None where it cannot be known."""


@dataclass(slots=True)
class Completion:
    """How a piece of script completes: its status, what it prints, and what it does to the control flow.

    The status is 0 in the states of `true`, another in those of `false`; the other sets are the states that left.
    """

    true: States = 0
    false: States = 0
    left_true: States = 0
    """The shell was left with status 0: `exit`."""
    left_false: States = 0
    returned_true: States = 0
    """The function or sourced script was: `return`."""
    returned_false: States = 0
    broke: States = 0
    continued: States = 0
    output: tuple[Answer, ...] = ()
    """The health checks' answers that it prints."""

    def add(self, other: Completion) -> None:
        """What comes before in the output, and how the states of `other` left; not those that go on."""
        self.left_true |= other.left_true
        self.left_false |= other.left_false
        self.returned_true |= other.returned_true
        self.returned_false |= other.returned_false
        self.broke |= other.broke
        self.continued |= other.continued
        if other.output:
            self.output += other.output

    @property
    def on(self) -> States:
        """The states that go on."""
        return self.true | self.false

    def of_call(self) -> Completion:
        """What the caller of a function or sourced script sees of it: `return` is its end."""
        ok, bad = self.true | self.returned_true, self.false | self.returned_false
        return Completion(ok, bad, self.left_true, self.left_false, output=self.output)


class Guarded(NamedTuple, Generic[T]):
    """A value that may differ between states, each of which is in one pair.

    It is never changed, only followed by another: subshells share it. There are many, and a tuple is made fastest.
    """

    pairs: tuple[tuple[States, T], ...]

    @classmethod
    def of(cls, value: T) -> Guarded[T]:
        return cls(((-1, value),))

    @property
    def differs(self) -> bool:
        return len(self.pairs) > 1

    def put(self, states: States, value: T) -> Guarded[T]:
        """With another value in some states."""
        kept = [(left, v) for m, v in self.pairs if (left := m & ~states)]
        for i, (mask, held) in enumerate(kept):
            if held == value and type(held) is type(value):
                kept[i] = (mask | states, held)
                break
        else:
            kept.insert(0, (states, value))
        return Guarded(tuple(kept))

    def forget(self, absent: States) -> Guarded[T]:
        """States in which nothing happens need no value of their own."""
        last = self.pairs[-1][0]
        if last & ~absent and not absent & ~last:
            return self
        *rest, (mask, value) = [(left, v) for m, v in self.pairs if (left := m & ~absent)] or self.pairs[:1]
        return Guarded((*rest, (mask | absent, value)))

    def split(self, states: States) -> list[tuple[States, T]]:
        """The values in some states with the states that have them."""
        return [(mask & states, value) for mask, value in self.pairs if mask & states]

    def one(self, state: States) -> T:
        """The value in one state."""
        for mask, value in self.pairs:
            if mask & state:
                return value
        raise AssertionError("every state is in a pair")

    def born(self, parent: States, children: States) -> Guarded[T]:
        """New states have what their parent has."""
        for mask, _ in self.pairs:
            if mask & parent:
                if not children & ~mask:
                    return self
                break
        moved = [(mask | children if mask & parent else mask & ~children, value) for mask, value in self.pairs]
        return Guarded(tuple(moved))

    def merge(self, ways: list[States], parent: States) -> Guarded[T]:
        """Ways that were told apart are one again: what they agree on, else not known (None, False)."""
        every = sum(ways)
        for mask, _ in self.pairs:
            if mask & parent:
                if not every & ~mask:  # nothing was assigned on the way
                    return self
                break
        values = [self.one(way) for way in ways]
        unknown: Any = False if isinstance(values[0], bool) else None
        return self.put(parent, values[0] if all(v == values[0] for v in values) else unknown)

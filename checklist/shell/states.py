"""What may become of a run, all at once: a world is one course of events, a set of worlds is the bits of an int.

World 0 is the run in which nothing fails. Each step opens a world in which it fails (and fails again whenever it is
repeated), each condition that cannot be known one for either way. Everything else is then plain execution: a command is
run once, for all the worlds that come by.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

Worlds = int
T = TypeVar("T")


def single(worlds: Worlds) -> Iterator[Worlds]:
    """Each of some worlds by itself."""
    while worlds:
        yield worlds & -worlds
        worlds &= worlds - 1


@dataclass(slots=True)
class Out:
    """In which worlds a piece of script ended how."""

    true: Worlds = 0
    false: Worlds = 0
    left_true: Worlds = 0
    """The shell was left with status 0."""
    left_false: Worlds = 0
    returned_true: Worlds = 0
    returned_false: Worlds = 0
    broke: Worlds = 0
    continued: Worlds = 0

    def add(self, other: Out) -> None:
        """Takes over how the worlds of `other` left; not those that go on."""
        self.left_true |= other.left_true
        self.left_false |= other.left_false
        self.returned_true |= other.returned_true
        self.returned_false |= other.returned_false
        self.broke |= other.broke
        self.continued |= other.continued

    @property
    def on(self) -> Worlds:
        return self.true | self.false


class Fails(Protocol):
    """A step, as far as it matters here."""

    fails: Worlds


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
    def world(self) -> Worlds:
        return self.step.fails


class Default(str):
    """A text that whoever calls the script may replace: what it names is known, what a condition says of it is not."""

    __slots__ = ()


Known = str | tuple["str | Answer | None", ...] | Answer | None
"""A variable's value: text, the elements of an array, a health check's answer, or None where it cannot be known."""


class Masked(NamedTuple, Generic[T]):
    """A value that may differ between worlds, each of which is in one pair.

    It is never changed, only followed by another: subshells share it. There are many, and a tuple is made fastest.
    """

    pairs: tuple[tuple[Worlds, T], ...]

    @classmethod
    def of(cls, value: T) -> Masked[T]:
        return cls(((-1, value),))

    @property
    def differs(self) -> bool:
        return len(self.pairs) > 1

    def put(self, worlds: Worlds, value: T) -> Masked[T]:
        """With another value in some worlds."""
        kept = [(left, v) for m, v in self.pairs if (left := m & ~worlds)]
        for i, (mask, held) in enumerate(kept):
            if held == value and type(held) is type(value):
                kept[i] = (mask | worlds, held)
                break
        else:
            kept.insert(0, (worlds, value))
        return Masked(tuple(kept))

    def forget(self, absent: Worlds) -> Masked[T]:
        """Worlds in which nothing happens need no value of their own."""
        last = self.pairs[-1][0]
        if last & ~absent and not absent & ~last:
            return self
        *rest, (mask, value) = [(left, v) for m, v in self.pairs if (left := m & ~absent)] or self.pairs[:1]
        return Masked((*rest, (mask | absent, value)))

    def split(self, worlds: Worlds) -> list[tuple[Worlds, T]]:
        """The values in some worlds with the worlds that have them."""
        return [(mask & worlds, value) for mask, value in self.pairs if mask & worlds]

    def one(self, world: Worlds) -> T:
        """The value in one world."""
        for mask, value in self.pairs:
            if mask & world:
                return value
        raise AssertionError("every world is in a pair")

    def born(self, parent: Worlds, children: Worlds) -> Masked[T]:
        """New worlds have what their parent has."""
        for mask, _ in self.pairs:
            if mask & parent:
                if not children & ~mask:
                    return self
                break
        return Masked(tuple([(mask | children if mask & parent else mask & ~children, value) for mask, value in self.pairs]))

    def met(self, ways: list[Worlds], parent: Worlds) -> Masked[T]:
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

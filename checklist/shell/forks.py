"""The worlds that there are: which was split from which, at which condition, and where they came together again."""

from __future__ import annotations

from dataclasses import dataclass, field

from checklist.shell.constraints import Memory, Question
from checklist.shell.states import Worlds


@dataclass(slots=True)
class Fork:
    """A condition that cannot be known: `parent` waits while `yes` and `no` go their ways."""

    parent: Worlds
    yes: Worlds
    no: Worlds
    question: Question
    divided: Worlds = 0
    """Worlds in which something had failed before: they went both ways."""


@dataclass(slots=True)
class Ledger:
    """The worlds that there are."""

    count: int = 1
    base: Worlds = 1
    """Worlds in which nothing failed."""
    forks: list[Fork] = field(default_factory=list)
    divided: Worlds = 0
    """Worlds that went both ways of a condition: they may have left a shell and be in it still."""
    failed: Worlds = 0
    """Ways of forks that came back only with a failure."""
    parents: dict[Worlds, Worlds] = field(default_factory=dict)
    """Where the worlds of a fork came together again."""

    returns: dict[Worlds, int] = field(default_factory=dict)
    """How many steps had run then."""

    origins: dict[Worlds, Worlds] = field(default_factory=dict)
    """The world that each was split from."""

    births: dict[Worlds, int] = field(default_factory=dict)
    """How many steps had run when each was split off."""

    memory: Memory = field(default_factory=Memory)
    """What was asked before."""

    def new(self, origin: Worlds, steps: int) -> Worlds:
        made = 1 << self.count
        self.count += 1
        self.origins[made], self.births[made] = origin, steps
        self.memory.born(origin, made)
        return made

    def inherit(self, worlds: Worlds, one: Worlds, other: Worlds) -> tuple[Worlds, Worlds]:
        """Some worlds told apart by two sets; those in neither go with what they were split from."""
        first, second = worlds & one, worlds & other
        rest = worlds & ~(one | other)
        while rest:
            world = origin = rest & -rest
            rest ^= world
            while origin in self.origins and not origin & (one | other):
                origin = self.origins[origin]
            first |= world if origin & one else 0
            second |= world if origin & other else 0
        return first, second

    def usual(self, worlds: Worlds) -> Worlds:
        """The one of some worlds that says most: the first in which nothing has failed, if there is any."""
        based = worlds & self.base or worlds
        return based & -based

    def history(self, world: Worlds) -> Worlds:
        """A world and all that it was split from."""
        line = world
        while world in self.origins:
            world = self.origins[world]
            line |= world
        return line

    def good(self, left_true: Worlds) -> Worlds:
        """The worlds of the normal path: 0, and every way of a fork that came back or ended well."""
        good = 1
        for fork in self.forks:
            for way in (fork.yes, fork.no):
                if (way in self.parents or way & left_true) and fork.parent & good:
                    good |= way
        return good

"""The fork tree: which states there are, which was split from which, and where they came together again."""

from __future__ import annotations

from dataclasses import dataclass, field

from checklist.shell.constraints import Predicate
from checklist.shell.states import States


@dataclass(slots=True)
class Fork:
    """A condition that cannot be known: `parent` waits while `yes` and `no` go their ways."""

    parent: States
    yes: States
    no: States
    predicate: Predicate
    divided: States = 0
    """States in which something had failed before: they went both ways."""


@dataclass(slots=True)
class ForkTree:
    """All states of a run."""

    count: int = 1
    base: States = 1
    """States in which nothing failed."""
    forks: list[Fork] = field(default_factory=list)
    divided: States = 0
    """States that went both ways of a condition: they may have left a shell and be in it still."""
    failed: States = 0
    """Ways of forks that came back only with a failure."""
    parents: dict[States, States] = field(default_factory=dict)
    """Where the ways of a fork came together again."""
    returns: dict[States, int] = field(default_factory=dict)
    """How many steps had run then."""
    origins: dict[States, States] = field(default_factory=dict)
    """The state that each was split from."""
    births: dict[States, int] = field(default_factory=dict)
    """How many steps had run when each was split off."""

    def new(self, origin: States, steps: int) -> States:
        made = 1 << self.count
        self.count += 1
        self.origins[made], self.births[made] = origin, steps
        return made

    def inherit(self, states: States, one: States, other: States) -> tuple[States, States]:
        """Some states told apart by two sets; those in neither go with what they were split from."""
        first, second = states & one, states & other
        rest = states & ~(one | other)
        while rest:
            state = origin = rest & -rest
            rest ^= state
            while origin in self.origins and not origin & (one | other):
                origin = self.origins[origin]
            first |= state if origin & one else 0
            second |= state if origin & other else 0
        return first, second

    def usual(self, states: States) -> States:
        """The one of some states that says most: the first in which nothing has failed, if there is any."""
        based = states & self.base or states
        return based & -based

    def history(self, state: States) -> States:
        """A state and all that it was split from."""
        line = state
        while state in self.origins:
            state = self.origins[state]
            line |= state
        return line

    def good(self, left_true: States) -> States:
        """The states of the normal path: 0, and every way of a fork that came back or ended well."""
        good = 1
        for fork in self.forks:
            for way in (fork.yes, fork.no):
                if (way in self.parents or way & left_true) and fork.parent & good:
                    good |= way
        return good

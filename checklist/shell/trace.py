"""What a run leaves to be read: its steps in the order in which they first ran, and what could not be followed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from checklist.model import Location, Problem
from checklist.shell.calls import Call
from checklist.shell.states import Completion, Fails, States

Step = TypeVar("Step", bound=Fails)


@dataclass(slots=True)
class Trace(Generic[Step]):
    """The log of a run; what a step is, the host says."""

    steps: list[Step] = field(default_factory=list)
    failing: list[Step] = field(default_factory=list)
    """Those that a state was opened for."""
    known: dict[tuple[Call, ...], Step] = field(default_factory=dict)
    """Each by the calls that led to it and its own: a step that runs again is the same."""
    unknown: str | None = None
    """Why more may run than was followed."""
    problems: dict[Location, tuple[Problem, str]] = field(default_factory=dict)
    """What the shell cannot read of the texts in other files and other texts, and the host where it is read."""
    parts: list[tuple[Location, Completion]] = field(default_factory=list)
    """Where each shell of an entry point begins that has several, and how it completed."""

    def born(self, parent: States, children: States) -> None:
        """What has failed in a state has failed in those that are split from it."""
        for step in self.failing:
            if step.fails & parent:
                step.fails |= children

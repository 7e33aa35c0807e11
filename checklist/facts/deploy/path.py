"""From a run in all its worlds to what design.md asks of each step: `on_failure`, `then`, and whether a smoke test is real."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checklist.facts.deploy.commands import Commands
from checklist.facts.deploy.entries import Entry
from checklist.facts.deploy.steps import Step
from checklist.shell.constraints import contradictions
from checklist.shell.executor import Executor
from checklist.shell.host import BudgetExceeded
from checklist.shell.states import Completion, States, each


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a deploy in which one step fails."""

    on_failure: str
    then: tuple[int, ...]
    """The orders of the steps that run because of it."""
    ends_badly: bool
    """Whether the status is then not 0 in any case."""
    normal: bool
    """Whether the step is on the path where nothing fails."""


class Run:
    """A finished run."""

    def __init__(self, executor: Executor, out: Completion) -> None:
        self.steps: Sequence[Step] = executor.trace.steps
        self.unknown = executor.trace.unknown
        self.tree = executor.exploration.tree
        self.forks = self.tree.forks
        self._contradictions = list(contradictions([(f.predicate, f.yes, f.no) for f in self.forks]))
        self.guessed = executor.exploration.guesses > 0
        """Whether a condition was met that cannot be known."""
        self.problems = dict(executor.trace.problems)
        """What a shell cannot read, by its place, and the host where it is read."""
        self.parts = tuple(executor.trace.parts)
        """Where each step of a job begins, and how it completed."""
        self._ended_well = out.true
        self._ended_badly = out.false
        self.good: States = self.tree.good(out.true)
        self._together: dict[tuple[int, int], bool] = {}

    def ends(self, world: States) -> set[bool]:
        """How a world may end: with status 0, or not."""
        return {well for well, mask in ((True, self._ended_well), (False, self._ended_badly)) if mask & world}

    def normal(self, step: Step) -> bool:
        return bool(step.ran & self.good)

    def together(self, one: Step, other: Step) -> bool:
        """Whether both may run in one course of events without a failure: not on two ways of a condition, nor where the
        first of them ends the script."""
        first, second = (one, other) if one.order <= other.order else (other, one)
        key = (first.order, second.order)
        if key not in self._together:
            self._together[key] = any(
                self.tree.history(y) & self._line(x, second.last) and not self._exclusive(x, y) for x in each(first.ran & self.tree.base) for y in each(second.ran & self.tree.base)
            )
        return self._together[key]

    def _exclusive(self, x: States, y: States) -> bool:
        one, other = self.tree.history(x), self.tree.history(y)
        return any((one & way and other & against) or (one & against and other & way) for way, against in self._contradictions)

    def because(self, other: Step, step: Step) -> bool:
        """Whether the other step runs after this one has failed: later, or only because of the failure."""
        return bool(other.ran & step.world) and other is not step and (other.order > step.order or not other.ran & step.parent)

    def arranged(self, steps: Sequence[Step]) -> list[Step]:
        """Steps as they are read: what a trap on ERR does was first met at the first step that it waits for, and stands
        behind the last of them."""
        last = {t.order: max((s.order for s in steps if s.order > t.order and self.because(t, s)), default=t.order) for t in steps}
        return sorted(steps, key=lambda s: (last[s.order], s.order < last[s.order], s.order))

    def fate(self, step: Step, mine: Sequence[Step]) -> Fate:
        """What a failure of a step does; `mine` are the steps that count, in their order."""
        world = step.world
        ends_badly = bool(world & self._ended_badly) and not world & self._ended_well
        # a notice is sent either way: it is no part of the deploy that goes on
        after = [s for s in mine if s.order > step.order and s.effect != "notify"]
        if self.normal(step):
            usual = {s.order for s in after if self.normal(s)}
        else:
            usual = {s.order for s in after if s.ran & self._line(step.parent, s.last)}
        ran = [s for s in mine if s.effect != "notify" and self.because(s, step)]
        beside = tuple(s.order for s in ran if s.order not in usual)
        if any(s.order in usual for s in ran):
            result = "continues"
        elif beside:
            result = "handled" if ends_badly else "continues"
        else:
            result = "stops" if ends_badly or usual else "continues"
        return Fate(result, beside, ends_badly, self.normal(step))

    def _line(self, world: States, order: int) -> States:
        """A world with those that it has come together with until a step."""
        line = world
        while world in self.tree.parents and self.tree.returns[world] <= order:
            world = self.tree.parents[world]
            line |= world
        return line

    def guards(self) -> list[str]:
        """The paths whose existence ends the deploy with an error."""
        found = []
        for fork in self.forks:
            way, path = fork.yes, fork.predicate.path
            if path is None or not fork.parent & self.good:
                continue
            if way & (self._ended_badly | self.tree.failed) and not (way in self.tree.parents and not way & self.tree.failed):
                found.append(path)
        return found


def follow(entry: Entry, commands: Commands) -> Run:
    """What becomes of an entry point in all its worlds; where it is too long, what was met until then."""
    executor = Executor(commands)
    try:
        return Run(executor, entry.run(executor))
    except (BudgetExceeded, RecursionError):
        executor.trace.unknown = "it is too long to be followed"
        return Run(executor, executor.so_far())

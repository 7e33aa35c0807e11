"""Path constraints: conditions that were met before. What cannot be known is still the same when it is asked again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass, field

from checklist.shell.states import States, each

_YES: frozenset[Hashable] = frozenset({True})


@dataclass(frozen=True, slots=True)
class Predicate:
    """Whether something is one of a few: `$ENV` of {"prod"}, what `-d dist` says of {True}.

    What it is about is equal for two predicates only if nothing can have changed in between.
    """

    about: Hashable
    among: frozenset[Hashable] = _YES
    path: str | None = field(default=None, compare=False)
    """The path whose existence is asked."""


@dataclass(slots=True)
class PathConstraints:
    """In which states a predicate is known to hold, and in which not to."""

    _answers: dict[Hashable, dict[frozenset[Hashable], tuple[States, States]]] = field(default_factory=dict)
    _known: dict[States, set[tuple[Hashable, frozenset[Hashable]]]] = field(default_factory=lambda: defaultdict(set))
    """Which predicates each single state has an answer to."""

    def recall(self, predicate: Predicate, states: States) -> tuple[States, States]:
        """(the states in which it holds, those in which it does not); in the others it has not been asked."""
        yes = no = 0
        for among, (was, was_not) in self._answers.get(predicate.about, {}).items():
            if among <= predicate.among:
                yes |= was
            if among.isdisjoint(predicate.among):
                no |= was
            if among >= predicate.among:
                no |= was_not
        return states & yes & ~no, states & no

    def learn(self, predicate: Predicate, yes: States, no: States) -> None:
        answers = self._answers.setdefault(predicate.about, {})
        was, was_not = answers.get(predicate.among, (0, 0))
        answers[predicate.among] = (was | yes, was_not | no)
        for state in each(yes | no):
            self._known[state].add((predicate.about, predicate.among))

    def born(self, parent: States, child: States) -> None:
        """A new state knows what its parent knows."""
        for about, among in self._known[parent]:
            yes, no = self._answers[about][among]
            self._answers[about][among] = (yes | child if yes & parent else yes, no | child if no & parent else no)
        self._known[child] = set(self._known[parent])

    def merge(self, ways: Collection[States], parent: States) -> None:
        """Ways that were told apart are one again: it knows what they agree on."""
        every, agreed = sum(ways), set[tuple[Hashable, frozenset[Hashable]]]()
        for about, among in self._known[parent].union(*(self._known[way] for way in ways)):
            yes, no = self._answers[about][among]
            holds, fails = yes & every == every, no & every == every
            yes, no = (yes & ~parent) | (parent if holds else 0), (no & ~parent) | (parent if fails else 0)
            self._answers[about][among] = (yes, no)
            if holds or fails:
                agreed.add((about, among))
        self._known[parent] = agreed


def contradictions(told: Collection[tuple[Predicate, States, States]]) -> Iterator[tuple[States, States]]:
    """Of predicates with their two ways: the ways that are not in one course of events."""
    asked: dict[Hashable, dict[frozenset[Hashable], tuple[States, States]]] = {}
    for predicate, yes, no in told:
        known = asked.setdefault(predicate.about, {})
        was, was_not = known.get(predicate.among, (0, 0))
        known[predicate.among] = (was | yes, was_not | no)
    for known in asked.values():
        for among, (yes, _) in known.items():
            for other, (also, not_) in known.items():
                if among <= other:
                    yield yes, not_
                if among.isdisjoint(other):
                    yield yes, also

"""Conditions that were met before: what cannot be known is still the same when it is asked again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass, field

from checklist.shell.states import States, each

_YES: frozenset[Hashable] = frozenset({True})


@dataclass(frozen=True, slots=True)
class Predicate:
    """Whether something is one of a few: `$ENV` of {"prod"}, what `-d dist` says of {True}.

    What it is about is equal for two questions only if nothing can have changed in between.
    """

    about: Hashable
    among: frozenset[Hashable] = _YES
    path: str | None = field(default=None, compare=False)
    """The path whose existence is asked."""


@dataclass(slots=True)
class PathConstraints:
    """In which states a question has which answer, and since when the files of each host are as they are."""

    answers: dict[Hashable, dict[frozenset[Hashable], tuple[States, States]]] = field(default_factory=dict)
    files: dict[str, object] = field(default_factory=dict)
    folders: dict[str, object] = field(default_factory=dict)
    known: dict[States, set[tuple[Hashable, frozenset[Hashable]]]] = field(default_factory=lambda: defaultdict(set))
    """Which questions each single state has an answer to."""

    def recall(self, question: Predicate, states: States) -> tuple[States, States]:
        """(the states in which it is so, those in which it is not); in the others it has not been asked."""
        yes = no = 0
        for among, (was, was_not) in self.answers.get(question.about, {}).items():
            if among <= question.among:
                yes |= was
            if among.isdisjoint(question.among):
                no |= was
            if among >= question.among:
                no |= was_not
        return states & yes & ~no, states & no

    def learn(self, question: Predicate, yes: States, no: States) -> None:
        answers = self.answers.setdefault(question.about, {})
        was, was_not = answers.get(question.among, (0, 0))
        answers[question.among] = (was | yes, was_not | no)
        for state in each(yes | no):
            self.known[state].add((question.about, question.among))

    def born(self, parent: States, child: States) -> None:
        """A new state knows what its parent knows."""
        for about, among in self.known[parent]:
            yes, no = self.answers[about][among]
            self.answers[about][among] = (yes | child if yes & parent else yes, no | child if no & parent else no)
        self.known[child] = set(self.known[parent])

    def met(self, ways: Collection[States], parent: States) -> None:
        """Ways that were told apart are one again: it knows what they agree on."""
        every, agreed = sum(ways), set[tuple[Hashable, frozenset[Hashable]]]()
        for about, among in self.known[parent].union(*(self.known[way] for way in ways)):
            yes, no = self.answers[about][among]
            same, same_not = yes & every == every, no & every == every
            self.answers[about][among] = ((yes & ~parent) | (parent if same else 0), (no & ~parent) | (parent if same_not else 0))
            if same or same_not:
                agreed.add((about, among))
        self.known[parent] = agreed

    def wrote(self, host: str, *, removes: bool) -> None:
        """Its files are no longer what they were: a command may have changed them, or others in the time that went by.

        A folder is still there unless it is the command's business to take something away: nobody deploys where others do.
        """
        self.files[host] = object()
        if removes:
            self.folders[host] = object()

    def since(self, host: str) -> object:
        """Tells the files of a host from what they were before."""
        return self.files.setdefault(host, object())

    def there(self, host: str, path: Hashable) -> Predicate:
        """Whether a folder is there."""
        return Predicate(("there", host, self.folders.setdefault(host, object()), path))


def contradictions(told: Collection[tuple[Predicate, States, States]]) -> Iterator[tuple[States, States]]:
    """Of questions with their two ways: the ways that are not in one course of events."""
    asked: dict[Hashable, dict[frozenset[Hashable], tuple[States, States]]] = {}
    for question, yes, no in told:
        known = asked.setdefault(question.about, {})
        was, was_not = known.get(question.among, (0, 0))
        known[question.among] = (was | yes, was_not | no)
    for known in asked.values():
        for among, (yes, _) in known.items():
            for other, (also, not_) in known.items():
                if among <= other:
                    yield yes, not_
                if among.isdisjoint(other):
                    yield yes, also

"""Is every clause of a rule needed by one of its own examples? `test-rules --mutate` asks this.

The documents of an example are derived once; a mutant is only judged on them.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from checklist import engine, packs
from checklist.checks import CHECKS, Checks
from checklist.examples import project, wrong
from checklist.facts import Facts, derive
from checklist.model import Rule, Texts
from checklist.mutation import clauses, conditions


@dataclass(frozen=True, slots=True)
class Result:
    """What became of the mutants of one rule, or of one module of named checks."""

    clauses: int
    """How many mutants there are."""
    equivalent: int
    """Those of them that nothing needs for a reason that is given."""
    complaints: tuple[Texts, ...]
    """What survives without a reason, and the reasons that are out of date, each with its place."""


@dataclass(frozen=True, slots=True)
class _Case:
    """An example with all that is known about its project."""

    rule: Rule
    """With the parameters that the example's own policy gives it."""
    example: packs.Example
    facts: Facts

    def notices(self, rule: Rule, checks: Checks = CHECKS) -> bool:
        """Whether the example fails with this rule, or this code, in the place of the real one."""
        return wrong(rule, self.example, engine.judge(self.facts, [rule], checks)) is not None


def of_rule(file: Path, id: str) -> Result:
    """The mutants of a rule, each held against the rule's own examples; these have to come out as they say."""
    survivors: dict[str, clauses.Mutant] = {}
    noticed: set[str] = set()
    for case in _cases(file, packs.read(file, id)):
        for mutant in clauses.mutants(case.rule):
            if mutant.name in noticed:
                continue
            if case.notices(mutant.rule):
                noticed.add(mutant.name)
                survivors.pop(mutant.name, None)
            else:
                survivors[mutant.name] = mutant
    at = {name: packs.place(file, mutant.path) for name, mutant in survivors.items()}
    places = {name: f"{file}:{place.line}:{place.column}" for name, place in at.items()}
    return _result(len(survivors) + len(noticed), places, file, packs.equivalents(file))


def of_checks(rules: Mapping[str, Path]) -> Result:
    """The mutants of the named checks, each held against the examples of the rules that name a check of its module."""
    held = [(file, rule) for id, file in rules.items() if (rule := packs.read(file, id)).check is not None]
    count, survivors = 0, {}
    for name in sorted({check.__module__ for check in CHECKS.values()}):
        module = sys.modules[name]
        mine = [(f, r) for f, r in held if r.check is not None and CHECKS[r.check["name"]].__module__ == name]
        cases = [case for file, rule in mine for case in _cases(file, rule)]
        mutants = list(conditions.mutants(inspect.getsource(module)))
        count += len(mutants)
        for mutant in mutants:
            if not _noticed(cases, mutant, name):
                told = f"{name.rpartition('.')[2]}.{mutant.name}"
                survivors[told] = f"{inspect.getfile(module)}:{mutant.line}"
    return _result(count, survivors, *packs.equivalents_of_checks())


def _noticed(cases: Iterable[_Case], mutant: conditions.Mutant, name: str) -> bool:
    made = vars(mutant.module(name))
    checks = {n: made[check.__name__] if check.__module__ == name else check for n, check in CHECKS.items()}
    try:
        return any(case.notices(case.rule, checks) for case in cases)
    except Exception:  # code that was made wrong may go wrong in any way
        return True


def _result(count: int, survivors: Mapping[str, str], file: Path, listed: Iterable[packs.Equivalent]) -> Result:
    """Of the survivors, each with its place, and what is listed in a file as equivalent."""
    reasons = {e.clause: e for e in listed}
    complaints = [_said(place, _SURVIVES, name) for name, place in survivors.items() if name not in reasons]
    complaints += [_said(f"{file}:{e.line}", _STALE, e.clause) for e in reasons.values() if e.clause not in survivors]
    return Result(count, len(survivors.keys() & reasons), tuple(complaints))


def _cases(file: Path, rule: Rule) -> Iterator[_Case]:
    for example in packs.examples(file):
        facts = derive(project(example))
        yield _Case(engine.resolve(rule, facts.policy), example, facts)


_SURVIVES: Texts = {
    "en": "no example needs '{0}': write one that does, leave the clause out, or list it under `equivalent` with the reason",
    "ru": "ни одному примеру не нужно '{0}': добавить такой пример, убрать условие или внести его в `equivalent` с причиной",
}
_STALE: Texts = {
    "en": "'{0}' is listed as equivalent, but an example needs it or the rule has no such clause",
    "ru": "'{0}' есть в `equivalent`, но оно нужно какому-то примеру, или такого условия в правиле нет",
}


def _said(place: str, what: Texts, name: str) -> Texts:
    return {lang: f"{place}: {text.format(name)}" for lang, text in what.items()}

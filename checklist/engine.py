"""The whole tool as one pure function: `run(project, rules) -> Report`."""

from __future__ import annotations

import hashlib
import posixpath
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from checklist import schema, texts
from checklist.checks import CHECKS, Checks
from checklist.facts import Facts, derive
from checklist.model import (
    Document,
    Location,
    OneOf,
    Outcome,
    Path,
    Priority,
    Project,
    Related,
    Report,
    Rule,
    Texts,
    Unknown,
    Value,
    Verdict,
    plain,
    value,
    walk,
)
from checklist.schema.params import substitute
from checklist.secrets import mask
from checklist.snippets import Snippets

_OTHERS = 5  # names that a message has room for


# What they find is told where one would add what is missing, which need not lie in the folder that lacks it.
_ABOUT_A_FOLDER = frozenset({"env.variable", "git.build_dir"})
# There is one of each for every policy, and it is about all that the policy governs.
_ABOUT_ALL = frozenset({"ci.project", "measures", "policy", "project"})


@dataclass(frozen=True, slots=True)
class _Part:
    """The project under one of its policies, with the rules that are held there."""

    project: Project
    facts: Facts
    rules: tuple[Rule, ...]
    snippets: Snippets

    def judges(self, document: Document, file: str) -> bool:
        """Whether this policy is the one that decides about a document at a place in a file."""
        if document.kind in _ABOUT_A_FOLDER:
            file = posixpath.join(document.value.text("directory") or "", "*")
        return document.kind in _ABOUT_ALL or self.project.governs(file)


def run(
    project: Project, rules: Iterable[Rule], disabled: Mapping[str, Container[str]] = MappingProxyType({})
) -> Report:
    """What the rules say of the project: all outcomes, sorted by place.

    `disabled` has the ids of the rules that are not held in a folder, "" or one with a policy of its own. Each policy
    judges what stands in its own folder, so that every place is judged once.
    """
    rules = tuple(rules)
    parts = [_part(one, [r for r in rules if r.id not in disabled.get(one.folder, ())]) for one in project.parts()]
    outcomes = _one_a_place(
        (replace(outcome, snippet=part.snippets.of(outcome.location)), _named(document))
        for part in parts
        for outcome, document in _judged(part.facts, part.rules, CHECKS)
        if part.judges(document, outcome.location.file)
    )
    return Report(
        outcomes=tuple(_with_fingerprints(outcomes)),
        checked=parts[0].facts.checked,
        rules=tuple({rule.id: rule for part in reversed(parts) for rule in part.rules}.values()),
        documents=tuple(d for part in parts for d in part.facts.documents if part.judges(d, d.file)),
        digest=project.digest(),
        left_out=project.left_out,
    )


def _part(project: Project, rules: Iterable[Rule]) -> _Part:
    facts = derive(project)
    return _Part(project, facts, tuple(resolve(rule, facts.policy) for rule in rules), Snippets(project, facts))


def judge(facts: Facts, held: Iterable[Rule], checks: Checks = CHECKS) -> list[Outcome]:
    """What resolved rules say of what is known: all outcomes, sorted by place, without fingerprints and snippets."""
    return _one_a_place((outcome, _named(document)) for outcome, document in _judged(facts, held, checks))


def _judged(facts: Facts, held: Iterable[Rule], checks: Checks) -> Iterator[tuple[Outcome, Document]]:
    for rule in held:
        for document in facts.documents:
            if document.kind == rule.kind:
                for outcome in _judge(rule, document, facts, checks):
                    yield outcome, document


def resolve(rule: Rule, policy: Document) -> Rule:
    """The rule with its parameters taken from the policy and put into its schemas and texts."""
    params = {
        name: plain(policy.value.get(source["policy"])) if isinstance(source, Mapping) and "policy" in source else source
        for name, source in rule.params.items()
    }
    return replace(
        rule,
        params=params,
        title=_filled(rule.title, params),
        why=_filled(rule.why, params),
        fix=_filled(rule.fix, params),
        when=substitute(rule.when, params),
        must=substitute(rule.must, params),
        check=substitute(rule.check, params),
        raise_to=substitute(rule.raise_to, params),
        message=tuple(replace(m, when=substitute(m.when, params)) for m in rule.message),
    )


def _filled(of: Texts, params: Mapping[str, Any]) -> Texts:
    return {lang: texts.fill(text, {"params": params}, lang) for lang, text in of.items()}


def _judge(rule: Rule, document: Document, facts: Facts, checks: Checks) -> Iterable[Outcome]:
    condition = schema.judge(rule.when or {}, document.value)
    if condition.state == "fail":
        yield _outcome(rule, document, "notApplicable", (), facts)
        return
    verdict = _verdict(rule, document, checks)
    if verdict.state == "pass":
        yield _outcome(rule, document, "pass", (), facts)
    elif condition.state == "open" and not (verdict.state == "fail" and schema.by_default(rule.when or {}, document.value).state == "pass"):
        yield _outcome(rule, document, "open", condition.paths[0] if condition.paths else (), facts)
    else:
        paths = verdict.paths or ((),)
        for path in (paths[:1] if rule.at is not None else paths):
            yield _outcome(rule, document, verdict.state, path, facts)


def _verdict(rule: Rule, document: Document, checks: Checks) -> Verdict:
    if rule.check is not None:
        return checks[rule.check["name"]](document, rule.check.get("with", {}))
    return schema.judge(rule.must or {}, document.value)


def _outcome(rule: Rule, document: Document, state: Any, path: Path, facts: Facts) -> Outcome:
    where = rule.at if rule.at is not None else path
    location = document.place(where, key=rule.at_key)
    whole = facts.folder if {document.file, location.file} & {"", facts.policy.file} else None
    if not location.file:
        location = facts.fallback
    if state in ("pass", "notApplicable"):  # nothing is wrong: the title says what holds
        return Outcome(rule, state, rule.priority, location, mask(document.subject), rule.title, whole=whole)
    found = document.value.get(*path)
    told = plain(document.value) | {
        "params": rule.params,
        "value": plain(found) if found is not None else None,
        "key": str(path[-1]) if path else "",
    }
    if state == "open":
        why = _why(found) or _why(document.value) or ""
        message = {lang: texts.cannot_tell(title, why, lang) for lang, title in rule.title.items()}
    else:
        seen = replace(document.value, content={**document.value.members(), "value": found or value(None), "key": value(told["key"])})
        wording = next(m for m in rule.message if m.when is None or schema.judge(m.when, seen).state == "pass")
        message = {lang: texts.fill(text, told, lang) for lang, text in wording.texts.items()}
    return Outcome(
        rule=rule,
        state=state,
        priority=_priority(rule, document) if state == "fail" else rule.priority,
        location=location,
        subject=mask(document.subject if rule.at is not None or not path else _about(document.subject, path)),
        message=message,
        related=_once(_related(rule, document, location)) if state == "fail" else (),
        whole=whole,
    )


def _named(document: Document) -> str:
    """The app or service that a document is about."""
    return document.value.text("service") or document.value.text("name") or ""


def _one_a_place(judged: Iterable[tuple[Outcome, str]]) -> list[Outcome]:
    """The outcomes, sorted by place, but of those of a rule that are `fail` or `open` at one place only one.

    Two apps that share a line have one thing to mend.
    What fails is told before what is open, the higher priority before the lower, then by name: the order of documents
    decides nothing. An app comes before what it is in one environment, `api` before `api (production)`.
    """
    outcomes: list[Outcome] = []
    shared: dict[tuple[str, Location], list[tuple[Outcome, str]]] = {}
    for outcome, name in judged:
        if outcome.state in ("fail", "open"):
            shared.setdefault((outcome.rule.id, outcome.location), []).append((outcome, name))
        else:
            outcomes.append(outcome)
    for here in shared.values():
        told = [(o, name) for o, name in here if o.state == "fail"] or here
        told.sort(key=_rank)
        outcomes.append(_with_others(told) if told[0][0].state == "fail" else told[0][0])
    return sorted(outcomes, key=lambda o: (o.location, o.rule.id, o.subject, o.state))


def _rank(told: tuple[Outcome, str]) -> tuple[Any, ...]:
    outcome, name = told
    related = [(r.location, r.text) for r in outcome.related]
    return outcome.priority, not name, name, len(outcome.subject), outcome.subject, outcome.message["en"], related


def _with_others(told: Sequence[tuple[Outcome, str]]) -> Outcome:
    """The first of the findings at a place with what belongs to the others: their related places, and their apps where
    its message names its own.
    """
    of = told[0][0]
    of = replace(of, related=_once(related for outcome, _ in told for related in outcome.related))
    first, *others = dict.fromkeys(name for _, name in told)
    others = [name for name in others if name]
    if not others or not first or first not in of.message["en"]:
        return of
    rest = len(others) - _OTHERS
    more = {"en": f" and {rest} more", "ru": f" и ещё {rest}"} if rest > 0 else {"en": "", "ru": ""}
    also = {"en": "also", "ru": "также"}
    listed = ", ".join(others[:_OTHERS])
    return replace(of, message={lang: f"{text} ({also[lang]} {listed}{more[lang]})" for lang, text in of.message.items()})


def _about(subject: str, path: Path) -> str:
    """The app and the key meant; indices move when lines move, so they are left out."""
    keys = ".".join(k for k in path if isinstance(k, str))
    return f"{subject} {keys}".strip()


def _priority(rule: Rule, document: Document) -> Priority:
    for priority, condition in sorted(rule.raise_to.items()):
        if schema.judge(condition, document.value).state == "pass":
            return priority  # type: ignore[return-value]
    return rule.priority


def _related(rule: Rule, document: Document, own: Location) -> Iterable[Related]:
    found = document.value.get(*rule.related) if rule.related else None
    for item in found.items() if found is not None else ():
        if item.at is not None and item.at != own:
            yield Related(item.at, item.text("text") or (item.content if isinstance(item.content, str) else ""))


def _once(related: Iterable[Related]) -> tuple[Related, ...]:
    """A step that two ways of a deploy run, or that stands twice in one line, is one place to a reader."""
    once: dict[tuple[str, int, str], Related] = {}
    for one in related:
        once.setdefault((one.location.file, one.location.line, one.text), one)
    return tuple(once.values())


def _why(of: Value | None) -> str | None:
    for _, below in walk(of) if of is not None else ():
        if isinstance(below.content, Unknown):
            return below.content.why
        if isinstance(below.content, OneOf):
            return "it depends on a condition"
    return "more may be set than is seen here" if of is not None and of.more else None


def _with_fingerprints(outcomes: list[Outcome]) -> Iterable[Outcome]:
    """Fingerprints of what is meant, not of where it stands: they survive moved lines."""
    counted: Counter[tuple[str, ...]] = Counter()
    for outcome in outcomes:
        at = outcome.location.file if outcome.whole is None else f"{outcome.whole}/"
        meant = (outcome.rule.id, at, outcome.subject, outcome.state)
        counted[meant] += 1
        told = "\0".join((*meant[:3], str(counted[meant])))
        yield replace(outcome, fingerprint=hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16])

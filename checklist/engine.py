"""The whole tool as one pure function: `run(project, rules) -> Report`."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from checklist import schema, texts
from checklist.checks import CHECKS
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


def run(project: Project, rules: Iterable[Rule]) -> Report:
    """What the rules say of the project: all outcomes, sorted by place."""
    facts = derive(project)
    held = tuple(resolve(rule, facts.policy) for rule in rules)
    snippets = Snippets(project, facts)
    seen: dict[tuple[str, Location], list[str]] = {}
    outcomes = []
    for rule in held:
        for document in facts.documents:
            if document.kind == rule.kind:
                for outcome in _judge(rule, document, facts):
                    # one finding per rule and place: two apps that share a variable have one thing to mend
                    if outcome.state in ("fail", "open"):
                        names = seen.setdefault((rule.id, outcome.location), [])
                        names.append(_named(document))
                        if len(names) > 1:
                            continue
                    outcomes.append(outcome)
    outcomes = [_with_others(o, seen[o.rule.id, o.location]) if o.state == "fail" else o for o in outcomes]
    outcomes.sort(key=lambda o: (o.location, o.rule.id, o.subject, o.state))
    return Report(
        outcomes=tuple(replace(o, snippet=snippets.of(o.location)) for o in _with_fingerprints(outcomes)),
        checked=facts.checked,
        rules=held,
        documents=facts.documents,
        digest=project.digest(),
    )


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
    )


def _filled(of: Texts, params: Mapping[str, Any]) -> Texts:
    return {lang: texts.fill(text, {"params": params}, lang) for lang, text in of.items()}


def _judge(rule: Rule, document: Document, facts: Facts) -> Iterable[Outcome]:
    condition = schema.judge(rule.when or {}, document.value)
    if condition.state == "fail":
        yield _outcome(rule, document, "notApplicable", (), facts)
        return
    verdict = _verdict(rule, document)
    if verdict.state == "pass":
        yield _outcome(rule, document, "pass", (), facts)
    elif condition.state == "open" and not (verdict.state == "fail" and schema.by_default(rule.when or {}, document.value).state == "pass"):
        yield _outcome(rule, document, "open", condition.paths[0] if condition.paths else (), facts)
    else:
        paths = verdict.paths or ((),)
        for path in (paths[:1] if rule.at is not None else paths):
            yield _outcome(rule, document, verdict.state, path, facts)


def _verdict(rule: Rule, document: Document) -> Verdict:
    if rule.check is not None:
        return CHECKS[rule.check["name"]](document, rule.check.get("with", {}))
    return schema.judge(rule.must or {}, document.value)


def _outcome(rule: Rule, document: Document, state: Any, path: Path, facts: Facts) -> Outcome:
    where = rule.at if rule.at is not None else path
    location = document.place(where, key=rule.at_key)
    if not location.file:
        location = facts.fallback
    if state in ("pass", "notApplicable"):  # nothing is wrong: the title says what holds
        return Outcome(rule, state, rule.priority, location, mask(document.subject), rule.title)
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
        related=tuple(_related(rule, document, location)) if state == "fail" else (),
    )


def _named(document: Document) -> str:
    """The app or service that a document is about."""
    return document.value.text("service") or document.value.text("name") or ""


def _with_others(of: Outcome, names: list[str]) -> Outcome:
    """The finding with the other apps that share its place, where its message names the first of them."""
    first, *others = dict.fromkeys(names)
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
    once: dict[tuple[str, int, str], Related] = {}
    for item in found.items() if found is not None else ():
        if item.at is not None and item.at != own:
            text = item.text("text") or (item.content if isinstance(item.content, str) else "")
            # a step that two ways of a deploy run, or that stands twice in one line, is one place to a reader
            once.setdefault((item.at.file, item.at.line, text), Related(item.at, text))
    return once.values()


def _why(of: Value | None) -> str | None:
    for _, below in walk(of) if of is not None else ():
        if isinstance(below.content, Unknown):
            return below.content.why
        if isinstance(below.content, OneOf):
            return "it depends on a condition"
    return None


def _with_fingerprints(outcomes: list[Outcome]) -> Iterable[Outcome]:
    """Fingerprints of what is meant, not of where it stands: they survive moved lines."""
    counted: Counter[tuple[str, ...]] = Counter()
    for outcome in outcomes:
        meant = (outcome.rule.id, outcome.location.file, outcome.subject, outcome.state)
        counted[meant] += 1
        told = "\0".join((*meant[:3], str(counted[meant])))
        yield replace(outcome, fingerprint=hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16])

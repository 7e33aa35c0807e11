"""The items of the deploy checklist, and what became of each: done, failed, open, or not applicable."""

from __future__ import annotations

import math
import posixpath
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any, Literal

from checklist import schema
from checklist.model import Document, Location, Outcome, Report, Texts, Value, plain
from checklist.parse import yaml
from checklist.secrets import mask

State = Literal["done", "failed", "open", "notApplicable", "instruction"]

OTHER = "local/other"
"""The item of rules that name none."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that the text of an item says, and the rules of which one must have judged it."""

    text: Texts
    rules: frozenset[str]


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the checklist, as items.yaml has it or as the project's config adds it."""

    id: str
    text: Texts
    by: Literal["rules", "person", "probe", "instruction"]
    run: str | None = None
    see: Texts | None = None
    only: tuple[str, Mapping[str, Any]] | None = None
    otherwise: Texts | None = None
    folders: str | None = None
    """The kind of document in whose folders `run` runs."""
    quiet: bool = False
    """Not shown where it does not apply."""
    own: bool = False
    """Written by the project: its text is no Markdown of ours."""
    claims: tuple[Claim, ...] = ()
    """What the text says. Only where each of them was judged the item is done."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the checklist with its items."""

    id: str
    title: Texts
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """What became of an item, and why."""

    item: Item
    state: State
    text: Texts
    failed: tuple[Outcome, ...] = ()
    unknown: tuple[Outcome, ...] = ()
    held: tuple[str, ...] = ()
    """Ids of the rules that passed, sorted."""
    judged: tuple[Location, ...] = ()
    """Where the things stand that those rules passed; one place for each file."""
    commands: tuple[str, ...] = ()
    see: Texts | None = None
    unjudged: tuple[Texts, ...] = ()
    """What the item claims and no rule has judged: there was nothing here to judge it by."""
    why_not: Texts | None = None
    """Why an item does not apply; None where no rule of it had anything to judge."""


@cache
def load() -> tuple[Part, ...]:
    """The four parts as items.yaml has them."""
    text = resources.files("checklist.report").joinpath("items.yaml").read_text("utf-8")
    return tuple(
        Part(p["id"], p["title"], tuple(_item(i) for i in p["items"])) for p in plain(yaml.parse("items.yaml", text).value, reveal=True)
    )


def decide(report: Report, own: Mapping[str, Sequence[Mapping[str, str]]]) -> list[tuple[Part, list[Line]]]:
    """Every part with its lines; `own` are the config's items by part, `{text, run}` each."""
    known = {item.id for part in load() for item in part.items}
    outcomes: dict[str, list[Outcome]] = {}
    for outcome in report.outcomes:
        home = outcome.rule.checklist
        outcomes.setdefault(home if home in known else OTHER, []).append(outcome)
    decided = []
    for part in load():
        added = [_own(part.id, n, given) for n, given in enumerate(own.get(part.id, ()), 1)]
        lines = [_line(item, outcomes.get(item.id, []), report.documents) for item in (*part.items, *added)]
        decided.append((part, [line for line in lines if not (line.item.quiet and line.state == "notApplicable")]))
    return decided


def _item(raw: Mapping[str, Any]) -> Item:
    only = next(iter(raw["only"].items())) if "only" in raw else None
    return Item(
        id=raw["id"],
        text=raw["text"],
        by=raw["by"],
        run=raw.get("run"),
        see=raw.get("see"),
        only=only,
        otherwise=raw.get("else"),
        folders=raw.get("in"),
        quiet=raw.get("quiet", False),
        claims=tuple(Claim({"en": c["en"], "ru": c["ru"]}, frozenset(c["rules"])) for c in raw.get("claims", ())),
    )


def _own(part: str, number: int, given: Mapping[str, str]) -> Item:
    return Item(f"{part}/own-{number}", {"en": given["text"], "ru": given["text"]}, "person", given.get("run"), own=True)


def _line(item: Item, outcomes: list[Outcome], documents: Sequence[Document]) -> Line:
    failed = tuple(o for o in outcomes if o.state == "fail")
    unknown = tuple(o for o in outcomes if o.state == "open")
    held = {o.rule.id for o in outcomes if o.state == "pass"} - {o.rule.id for o in failed + unknown}
    governing = [d for d in documents if item.only and d.kind == item.only[0] and _fits(item.only[1], d)]
    words = _words(documents)
    judged = {o.rule.id for o in outcomes if o.state != "notApplicable"}
    line = Line(
        item,
        "open",
        item.text if item.own else {lang: text.format(**words) for lang, text in item.text.items()},
        failed,
        unknown,
        tuple(sorted(held)),
        _one_each(o.location for o in outcomes if o.state == "pass" and o.rule.id in held),
        _commands(item, [d for d in documents if d.kind == item.folders] if item.folders else governing, words),
        {lang: text.format(**words) for lang, text in item.see.items()} if item.see and words["provider"] else None,
        tuple(claim.text for claim in item.claims if judged and not claim.rules & judged),
    )
    if item.by == "instruction":
        return _with(line, "instruction")
    if failed:
        return _with(line, "failed")
    if item.only and not governing and not unknown:
        return _with(line, "notApplicable", item.otherwise)
    if unknown or line.unjudged or item.by != "rules":
        return line
    return _with(line, "done" if held else "notApplicable")


def _one_each(places: Iterable[Location]) -> tuple[Location, ...]:
    """The first place in each file."""
    first: dict[str, Location] = {}
    for place in sorted(places):
        if place.file:
            first.setdefault(place.file, place)
    return tuple(first.values())


def _with(line: Line, state: State, why_not: Texts | None = None) -> Line:
    return replace(line, state=state, why_not=why_not)


def _fits(asked: Mapping[str, Any], document: Document) -> bool:
    # What cannot be known may well apply: only a clear no takes an item away.
    return schema.judge(asked, document.value).state != "fail"


def _words(documents: Sequence[Document]) -> dict[str, str]:
    """What texts and commands may name; the URL may carry a login, which is masked."""
    policy = next((d.value for d in documents if d.kind == "policy"), Value({}))
    uptime = policy.get("min_uptime")
    ms = uptime.content if uptime and isinstance(uptime.content, (int, float)) else 30_000
    env_files = {
        posixpath.basename(d.value.text("name") or "")
        for d in documents
        if d.kind == "env.file" and d.value.text("role") == "real"
    }
    return {
        "health_url": shlex.quote(mask(policy.text("health_url") or "http://localhost:3000/health")),
        "seconds": str(math.ceil(ms / 1000)),
        "provider": policy.text("monitor", "provider") or "",
        "configs": _quoted({d.file for d in documents if d.kind == "pm2.app"}),
        "env_files": _quoted(
            env_files or {item.content for item in (policy.get("env_files") or Value(())).items()[:1]}
        ),
        "variables": _quoted({d.value.text("name") for d in documents if d.kind == "env.variable"}),
    }


def _quoted(words: Iterable[object]) -> str:
    return " ".join(shlex.quote(word) for word in sorted({str(word) for word in words if word}))


def _commands(item: Item, where: Sequence[Document], words: Mapping[str, str]) -> tuple[str, ...]:
    if item.run is None:
        return ()
    if item.own:
        return (mask(item.run),)
    command = item.run.format(**words)
    folders = sorted(
        {d.value.text("directory") or "" for d in where if d.kind in ("package", "service", "env.variable")}
    ) or [""]
    return tuple(f"cd {shlex.quote(folder)} && {command}" if folder else command for folder in folders)

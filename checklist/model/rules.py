"""Rules, and what becomes of them."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from checklist.model.project import Document, LeftOut
from checklist.model.values import Location, Path, Value

Priority = Literal["P0", "P1", "P2"]
PRIORITIES: tuple[Priority, ...] = ("P0", "P1", "P2")

State = Literal["pass", "fail", "notApplicable", "open"]
"""SARIF 2.1.0 §3.27.9 words for what became of one rule on one document."""

Texts = Mapping[str, str]
"""One text in both languages: `{"en": …, "ru": …}`."""


@dataclass(frozen=True, slots=True)
class Message:
    """One wording of a rule's message, for documents that satisfy `when` (None: all)."""

    texts: Texts
    when: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One YAML file under `rules/`; docs/rules.md says what each key means."""

    id: str
    title: Texts
    priority: Priority
    effort: int
    """Minutes to mend what it finds."""
    kind: str
    """Kind of document it judges, `for` in the file."""
    message: tuple[Message, ...]
    why: Texts
    fix: Texts
    checklist: str | None = None
    when: Mapping[str, Any] | None = None
    must: Mapping[str, Any] | None = None
    check: Mapping[str, Any] | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    raise_to: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Priority → schema: documents that satisfy it are findings of that priority."""
    at: Path | None = None
    at_key: bool = False
    """Point at the key rather than at its value."""
    related: Path | None = None
    """Path of an array whose elements are related places."""
    refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a schema or a named check says of a document, and at which paths."""

    state: Literal["pass", "fail", "open"]
    paths: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that belongs to a finding."""

    location: Location
    text: str


@dataclass(frozen=True, slots=True)
class Snippet:
    """A source line without its secrets, and the stretch of it that is meant (0-based, end exclusive)."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """One rule on one document at one place. A finding is an outcome that is `fail`."""

    rule: Rule
    state: State
    priority: Priority
    location: Location
    subject: str
    message: Texts
    fingerprint: str = ""
    related: tuple[Related, ...] = ()
    snippet: Snippet | None = None
    """None where the source must not be shown: env files, and files that could not be parsed."""
    whole: str | None = None
    """The folder that it is about as a whole, "" for the root, wherever its config lies; None: it is about a place."""


@dataclass(frozen=True, slots=True)
class Report:
    """All outcomes, sorted; what every renderer and the gate are given."""

    outcomes: tuple[Outcome, ...]
    checked: tuple[tuple[str, str], ...]
    """(file, kind) of everything that was read."""
    rules: tuple[Rule, ...]
    documents: tuple[Document, ...]
    digest: str
    left_out: tuple[LeftOut, ...] = ()

    @property
    def findings(self) -> tuple[Outcome, ...]:
        return tuple(o for o in self.outcomes if o.state == "fail")

    @property
    def open(self) -> tuple[Outcome, ...]:
        return tuple(o for o in self.outcomes if o.state == "open")

    def policy(self, file: str) -> Value:
        """The policy that a file is judged by: that of the nearest folder with one, else the root's."""
        root, *nested = [d for d in self.documents if d.kind == "policy"] or [Document("policy", "", Value({}))]
        governing = [d for d in nested if file.startswith(f"{posixpath.dirname(d.file)}/")]
        return max(governing, key=lambda d: len(d.file), default=root).value

"""A run with what its steps mean here: which app, which folder, which build output."""

from __future__ import annotations

from dataclasses import dataclass

from checklist.facts.deploy.entries import Entry
from checklist.facts.deploy.path import Fate, Run
from checklist.facts.deploy.steps import Step
from checklist.model import Document


@dataclass(frozen=True, slots=True)
class Met:
    """A step with what it means here."""

    step: Step
    fate: Fate
    folder: str | None
    app: Document | None
    output: str | None


@dataclass(frozen=True, slots=True)
class Path:
    """A finished run of an entry point; `met` are the steps with an effect."""

    entry: Entry
    run: Run
    met: list[Met]
    called: bool
    """Whether another entry point enters it."""

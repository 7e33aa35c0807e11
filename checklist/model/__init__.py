"""What everything else is made of: places, values, documents, rules, outcomes.

All of it is frozen: nobody edits a document, a fact or an outcome after it is made.
"""

from __future__ import annotations

from checklist.model.project import Document, LeftOut, Project
from checklist.model.rules import (
    PRIORITIES,
    Message,
    Outcome,
    Priority,
    Related,
    Report,
    Rule,
    Snippet,
    State,
    Texts,
    Verdict,
)
from checklist.model.sealed import sealed
from checklist.model.values import (
    MASK,
    Content,
    Function,
    Location,
    OneOf,
    Parsed,
    Path,
    Problem,
    Unknown,
    Value,
    plain,
    value,
    walk,
)

__all__ = [
    "MASK",
    "PRIORITIES",
    "Content",
    "Document",
    "Function",
    "LeftOut",
    "Location",
    "Message",
    "OneOf",
    "Outcome",
    "Parsed",
    "Path",
    "Priority",
    "Problem",
    "Project",
    "Related",
    "Report",
    "Rule",
    "Snippet",
    "State",
    "Texts",
    "Unknown",
    "Value",
    "Verdict",
    "plain",
    "sealed",
    "value",
    "walk",
]

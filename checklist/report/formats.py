"""The formats of `check`: a name, and the function from a report to text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from checklist.model import Report
from checklist.report.view import View

RENDERERS: Mapping[str, str] = {
    "text": "checklist.report.text",
    "json": "checklist.report.json",
    "sarif": "checklist.report.sarif",
    "github": "checklist.report.github",
    "junit": "checklist.report.junit",
    "gitlab": "checklist.report.gitlab",
    "markdown": "checklist.report.summary",
}
"""Format → the module whose `render` writes it; imported when it is asked for (rich costs 30 ms)."""


ENDINGS: Mapping[str, str] = {".txt": "text", ".json": "json", ".sarif": "sarif", ".xml": "junit", ".md": "markdown"}
"""What the ending of an output file says about its format."""


def renderer(name: str) -> Callable[[Report, View], str]:
    """The renderer of a format."""
    found: Callable[[Report, View], str] = import_module(RENDERERS[name]).render
    return found

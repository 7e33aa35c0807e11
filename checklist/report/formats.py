"""The formats of `check`: a name, and the function from a report to text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from checklist.model import Report
from checklist.report.view import View

RENDERERS: Mapping[str, str] = {
    "text": "checklist.report.text",
    "json": "checklist.report.json",
}
"""Format → the module whose `render` writes it; imported when it is asked for (rich costs 30 ms)."""


def renderer(name: str) -> Callable[[Report, View], str]:
    """The renderer of a format."""
    found: Callable[[Report, View], str] = import_module(RENDERERS[name]).render
    return found

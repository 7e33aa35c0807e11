"""Annotations for GitHub Actions: one workflow command per finding (docs.github.com, "Workflow commands")."""

from __future__ import annotations

import re

from checklist.model import Outcome, Report
from checklist.report import clean, coverage
from checklist.report.view import View

_COMMANDS = {"P0": "error", "P1": "warning", "P2": "notice"}


def render(report: Report, view: View) -> str:
    """The findings as workflow commands, and what was left out; nothing else is printed."""
    notices = [f"::notice title=onai-check::{_data(one)}" for one in coverage.notices(report, "en")]
    return "".join(line + "\n" for line in [*(_command(o, view) for o in report.findings), *notices])


def _command(of: Outcome, view: View) -> str:
    at = of.location
    fields = {"file": view.from_top(at.file), "line": at.line, "endLine": at.end_line, "col": at.column, "title": f"{of.priority} {of.rule.id}"}
    if at.end_line == at.line and at.end_column > at.column:
        fields["endColumn"] = at.end_column
    said = ",".join(f"{name}={_property(str(value))}" for name, value in fields.items())
    return f"::{_COMMANDS[of.priority]} {said}::{_data(of.message['en'])}"


def _data(text: str) -> str:
    """Text after `::`; controls are written out, so only the percent sign is left to escape."""
    return clean.one_line(text).replace("%", "%25")


def _property(text: str) -> str:
    """The value of a property; the line ends in a file's name are escaped as GitHub has it, so that it finds the file."""
    return re.sub("[^\r\n]+", lambda m: _data(m[0]), text).replace("\r", "%0D").replace("\n", "%0A").replace(":", "%3A").replace(",", "%2C")

"""`check --format json`, version 1: the contract is json.schema.json beside this file."""

from __future__ import annotations

import json
from typing import Any

from checklist import gate
from checklist.model import Outcome, Report, plain
from checklist.report import coverage, measures
from checklist.report.view import View

VERSION = 1


def render(report: Report, view: View) -> str:
    """The report as one JSON object; messages are English whatever the language."""
    data = {
        "version": VERSION,
        "gate": {"level": view.gate, "open": gate.is_open(report, view.gate)},
        "findings": [_outcome(o) for o in report.findings],
        "open": [_outcome(o) for o in report.open],
        "summary": {
            priority: {"findings": step.findings, "minutes": step.minutes, "open": step.open}
            for priority, step in gate.ladder(report).items()
        },
        "measures": plain(measures.of(report)),
        "coverage": coverage.as_json(report),
        "checked": [{"file": file, "kind": kind} for file, kind in report.checked],
    }
    # a file name may hold bytes that are no UTF-8: ASCII escapes survive any console
    return json.dumps(data, indent=2, ensure_ascii=True) + "\n"


def _outcome(of: Outcome) -> dict[str, Any]:
    at = of.location
    return {
        "rule": of.rule.id,
        "priority": of.priority,
        "file": at.file,
        "line": at.line,
        "column": at.column,
        "endLine": at.end_line,
        "endColumn": at.end_column,
        "subject": of.subject,
        "message": of.message["en"],
        "fingerprint": of.fingerprint,
        "effortMinutes": of.rule.effort,
        "related": [{"file": r.location.file, "line": r.location.line, "message": r.text} for r in of.related],
    }

"""GitLab Code Quality JSON (docs.gitlab.com, "Code Quality report format")."""

from __future__ import annotations

import json

from checklist.model import Report
from checklist.report.clean import one_line, utf8
from checklist.report.view import View

_SEVERITIES = {"P0": "blocker", "P1": "major", "P2": "minor"}


def render(report: Report, view: View) -> str:
    """The findings as a list of issues."""
    issues = [
        {
            "description": one_line(o.message["en"]),
            "check_name": o.rule.id,
            "fingerprint": o.fingerprint,
            "severity": _SEVERITIES[o.priority],
            "location": {"path": utf8(view.from_top(o.location.file)), "lines": {"begin": o.location.line, "end": o.location.end_line}},
        }
        for o in report.findings
    ]
    return json.dumps(issues, indent=2) + "\n"

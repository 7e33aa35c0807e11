"""SARIF 2.1.0 (OASIS), as GitHub code scanning takes it: every rule that was held, findings only, own fingerprints.

Paths are relative to the top of the repository, which is what GitHub resolves them against.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

from checklist import __version__
from checklist.model import Outcome, Report, Rule
from checklist.report import coverage
from checklist.report.clean import one_line
from checklist.report.markdown import prose
from checklist.report.view import View

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"P0": "error", "P1": "warning", "P2": "note"}
_SEVERITIES = {"P0": "error", "P1": "warning", "P2": "recommendation"}
_TOP = "%SRCROOT%"
_TOP_IS = "The top of the repository; outside one the folder of onai-check.yaml, else the one that was checked"
LIMIT = 25_000
"""How many results GitHub takes in one run."""


def render(report: Report, view: View) -> str:
    """The report as a SARIF log; the gate plays no part in it."""
    rules = {rule.id: n for n, rule in enumerate(report.rules)}
    run = {
        "tool": {"driver": {"name": "onai-check", "semanticVersion": __version__, "rules": [_rule(r) for r in report.rules]}},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_TOP: {"description": {"text": _TOP_IS}}},
        "invocations": [{"executionSuccessful": True, "toolConfigurationNotifications": _notifications(report)}],
        "results": [_result(o, rules[o.rule.id], view) for o in report.findings[:LIMIT]],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _notifications(report: Report) -> list[dict[str, Any]]:
    """What the configuration of the run left out (§3.20.22)."""
    return [{"level": "note", "message": {"text": _text(one)}} for one in coverage.notices(report, "en")]


def _rule(of: Rule) -> dict[str, Any]:
    why, fix = of.why["en"].strip(), of.fix["en"].strip()
    told: dict[str, Any] = {
        "id": of.id,
        "shortDescription": {"text": one_line(of.title["en"])},
        "fullDescription": {"text": why},
        "help": {
            "text": "\n\n".join([why, fix, *of.refs]),
            "markdown": "\n\n".join([f"**Why.** {prose(why)}", f"**What to do.** {prose(fix)}", *(f"<{_link(ref)}>" for ref in of.refs)]),
        },
        "defaultConfiguration": {"level": LEVELS[of.priority]},
        "properties": {
            "priority": of.priority,
            "effortMinutes": of.effort,
            "precision": "high",
            "problem.severity": _SEVERITIES[of.priority],
            "tags": [of.id.split("/")[0]],
        },
    }
    return told | ({"helpUri": _link(of.refs[0])} if of.refs else {})


def _link(ref: str) -> str:
    return quote(ref, safe=":/?#[]@!$&'()*+,;=%~")


def _result(of: Outcome, index: int, view: View) -> dict[str, Any]:
    told = {
        "ruleId": of.rule.id,
        "ruleIndex": index,
        "level": LEVELS[of.priority],
        "message": {"text": _text(of.message["en"])},
        "locations": [{"physicalLocation": _place(of, view)}],
        "partialFingerprints": {"onaiCheck/v1": of.fingerprint},
        "properties": {"priority": of.priority, "effortMinutes": of.rule.effort, "subject": one_line(of.subject)},
    }
    if of.related:
        told["relatedLocations"] = [
            {
                "id": n,
                "message": {"text": _text(r.text) or "also here"},
                "physicalLocation": {"artifactLocation": _file(r.location.file, view), "region": {"startLine": r.location.line}},
            }
            for n, r in enumerate(of.related, 1)
        ]
    return told


def _text(text: str) -> str:
    # a message may have links in it, `[here](https://…)` (§3.11.6); names that are not ours make none
    return re.sub(r"\[(?=[^\]]*\]\()", r"\\[", one_line(text))


def _place(of: Outcome, view: View) -> dict[str, Any]:
    at = of.location
    region: dict[str, Any] = {"startLine": at.line, "startColumn": at.column, "endLine": at.end_line, "endColumn": at.end_column}
    if (at.end_line, at.end_column) <= (at.line, at.column):
        region = {"startLine": at.line, "startColumn": at.column}
    elif of.snippet is not None and at.end_line == at.line:
        region["snippet"] = {"text": one_line(of.snippet.text)}
    return {"artifactLocation": _file(at.file, view), "region": region}


def _file(file: str, view: View) -> dict[str, str]:
    return {"uri": _uri(view.from_top(file)), "uriBaseId": _TOP}


def _uri(file: str) -> str:
    # a first segment with a colon would be read as a scheme (RFC 3986 §4.2)
    try:
        name = file.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        name = file.encode("utf-8", "surrogatepass")
    return quote(name.lstrip(b"/"), safe="/._-~!$&'()*+,;=@")

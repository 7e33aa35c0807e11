"""JUnit XML, as CI servers read it: a suite per file, a failed case per finding."""

from __future__ import annotations

from itertools import groupby
from xml.etree import ElementTree as xml

from checklist import gate
from checklist.model import Report
from checklist.report import coverage
from checklist.report.clean import one_line
from checklist.report.view import View


def render(report: Report, view: View) -> str:
    """The report as JUnit XML; without findings one passed case, for CI servers call an empty one broken. What was left
    out is a case that was skipped."""
    findings = report.findings
    notices = coverage.notices(report, "en")
    passed = not findings and coverage.nothing(report) is None
    total = len(findings) + passed + len(notices)
    skipped = str(len(notices))
    top = xml.Element("testsuites", name="onai-check", tests=str(total), failures=str(len(findings)), skipped=skipped)
    for file, outcomes in groupby(findings, key=lambda o: o.location.file):
        found = list(outcomes)
        suite = xml.SubElement(top, "testsuite", name=_text(one_line(file)), tests=str(len(found)), failures=str(len(found)))
        for outcome in found:
            at = outcome.location
            case = xml.SubElement(suite, "testcase", classname=_text(outcome.rule.id), name=_text(f"{one_line(file)}:{at.line}:{at.column}"), file=_text(one_line(view.from_top(file))), line=str(at.line))
            failure = xml.SubElement(case, "failure", type=outcome.priority, message=_text(outcome.message["en"]))
            failure.text = _text(outcome.rule.fix["en"].strip())
    if passed:
        suite = xml.SubElement(top, "testsuite", name="onai-check", tests="1", failures="0")
        xml.SubElement(suite, "testcase", classname="onai-check", name=f"gate {view.gate} is {'open' if gate.is_open(report, view.gate) else 'closed'}")
    if notices:
        suite = xml.SubElement(top, "testsuite", name="not judged", tests=skipped, failures="0", skipped=skipped)
        for notice in notices:
            xml.SubElement(xml.SubElement(suite, "testcase", classname="onai-check", name=_text(notice)), "skipped")
    xml.indent(top)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(top, encoding="unicode") + "\n"


def _text(text: str) -> str:
    # XML 1.0 has no place for control characters and surrogates, not even as references
    return "".join(c if c == "\t" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff") else "?" for c in "\n".join(map(one_line, text.split("\n"))).replace("\n", " "))

"""A short Markdown summary, for a pull request or `$GITHUB_STEP_SUMMARY`."""

from __future__ import annotations

from checklist import gate
from checklist.model import Report
from checklist.report import coverage, measures
from checklist.report.markdown import code, line
from checklist.report.view import View


def render(report: Report, view: View) -> str:
    """The gate, the ladder and every finding in one table, the worst first."""
    nothing = coverage.nothing(report)
    if nothing is not None:
        return f"### onai-check: nothing to judge\n\n{line(nothing['en'])}\n"
    opened = gate.is_open(report, view.gate)
    out = [f"### onai-check: the gate is {'open' if opened else 'closed'} ({view.gate})", ""]
    out += [f"Judged: {line(coverage.said(report, 'en'))}.", ""]
    out += ["| | findings | minutes to mend | cannot be known here |", "|---|---:|---:|---:|"]
    out += [f"| {p} | {step.findings} | {step.minutes} | {step.open} |" for p, step in gate.ladder(report).items()]
    if rows := measures.rows(report, "en"):
        out += ["", "| {} | {} | {} | {} |".format(*measures.heads("en")), "|---|---|---|---|"]
        out += [f"| {row.name} | {row.before} | {line(row.now)} | {row.goal} |" for row in rows]
    if report.findings:
        out += ["", "| | where | what | rule |", "|---|---|---|---|"]
        for o in sorted(report.findings, key=lambda o: o.priority):
            # a pipe ends a table's cell even in a code span (GFM 0.29 §4.10)
            where = code(f"{o.location.file}:{o.location.line}:{o.location.column}").replace("|", "\\|")
            out.append(f"| {o.priority} | {where} | {line(o.message['en'])} | {code(o.rule.id)} |")
    return "\n".join(out) + "\n"

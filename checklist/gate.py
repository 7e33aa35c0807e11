"""May the deploy go on: the ladder of priorities, and the gate at one of them."""

from __future__ import annotations

from dataclasses import dataclass

from checklist.model import PRIORITIES, Report


@dataclass(frozen=True, slots=True)
class Step:
    """One priority: how many findings, minutes to mend them, and what could not be known."""

    findings: int
    minutes: int
    open: int


def ladder(report: Report) -> dict[str, Step]:
    """The steps by priority, P0 first. Minutes count once per rule and file: the second place in a file is quick."""
    found: dict[str, Step] = {}
    for priority in PRIORITIES:
        mine = [o for o in report.findings if o.priority == priority]
        asks = {(o.rule.id, o.location.file): o.rule.effort for o in mine}
        found[priority] = Step(len(mine), sum(asks.values()), sum(o.priority == priority for o in report.open))
    return found


def is_open(report: Report, level: str) -> bool:
    """Whether no finding of this priority or a higher one stands; the level `none` is always open."""
    return level == "none" or not any(o.priority <= level for o in report.findings)

"""`measures`: the owner's measures of success as numbers, as they were in the incident, as they are now, and the goal."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence

from checklist.facts.monitor import detection
from checklist.model import Document, Location, Project, Unknown, Value, value

_MINUTE = 60_000
_GOAL_DETECTION = 5 * _MINUTE
_GOAL_REPAIR = 10 * _MINUTE
_GOAL_CHANNELS = 2

# 22 December 2025: nobody was told, and the repair took six minutes once somebody looked
_UNNOTICED = {"from": 120 * _MINUTE, "to": 180 * _MINUTE}
_BY_HAND = {"way": "by_hand", "to": 6 * _MINUTE}

_ROLLBACK = re.compile(r"(?i)(?:^|/)[^/]*(?:roll-?_?back|revert)[^/]*\.(?:sh|bash)$")
_ROLLBACK_SCRIPT = re.compile(r"(?i)\b(?:roll-?_?back|revert)\b")


def document(project: Project, monitor: Value | None, deploys: Iterable[Document], packages: Sequence[Document]) -> Document:
    """Five measures, each {before, now, goal, met}; `now` and `met` are null where they are not known. Times are ms.

    `detection` and `repair` are MTTD and MTTR, `monitoring` is whether something watches day and night, `alerts` are the
    channels, `rollback` says on how many ways to deploy a failed smoke test takes the old release back.
    """
    paths = [d for d in deploys if d.kind == "deploy.path" and (told := d.value.get("deploys")) is not None and told.content is True]
    rollback = _rollback(paths)
    measures = {
        "detection": _detection(monitor),
        "repair": _repair(rollback, _script(project, packages)),
        "monitoring": _measure(False, Value(monitor is not None, monitor.at if monitor else None), True, monitor is not None),
        "alerts": _alerts(monitor),
        "rollback": rollback,
    }
    return Document("measures", project.policy.file, Value(measures, project.policy.value.at), "measures")


def _measure(before: object, now: object, goal: object, met: bool | None) -> Value:
    kept = now if isinstance(now, Value) else value(now)
    return value({"before": before, "now": kept, "goal": goal, "met": met}, kept.at)


def _detection(monitor: Value | None) -> Value:
    goal = {"to": _GOAL_DETECTION}
    span = detection(monitor)
    if span is None:
        # a monitor without an interval is there, but how soon it knows is not said
        return _measure(_UNNOTICED, Value(None, monitor.at if monitor else None), goal, None if monitor is not None else False)
    soon, late = span
    return _measure(_UNNOTICED, Value({"from": soon, "to": late}, late.at), goal, isinstance(late.content, (int, float)) and late.content <= _GOAL_DETECTION)


def _alerts(monitor: Value | None) -> Value:
    channels = monitor.get("channels") if monitor is not None else None
    now = channels if channels is not None else Value((), monitor.at if monitor else None)
    return _measure([], now, _GOAL_CHANNELS, len(now.items()) >= _GOAL_CHANNELS)


def _rollback(paths: Sequence[Document]) -> Value:
    """`now` is {ways, back}: the ways to deploy, and those on which a smoke test that can fail ends in a rollback."""
    states = [_goes_back(p.value) for p in paths]
    bad = next((p for p, s in zip(paths, states, strict=True) if s is not True), None)
    shown = bad or (paths[0] if paths else None)
    at = shown.place(("last_restart",)) if shown else None
    if not paths:
        return _measure(False, Value(None, at), True, None)
    met = None if None in states and False not in states else all(states)
    return _measure(False, value({"ways": len(paths), "back": states.count(True)}, at), True, met)


def _goes_back(path: Value) -> bool | None:
    """Whether a smoke test that can fail ends in a rollback there; None where that is not known."""
    smoke, back = path.get("smoke"), path.get("rolls_back")
    if smoke is not None and isinstance(smoke.content, Unknown):
        steps = path.get("steps")
        has_one = any(step.text("effect") == "rollback" for step in (steps.items() if steps is not None else ()))
        return None if has_one or (back is not None and back.content is not False) else False
    if path.text("smoke") != "real":
        return False
    return back.content if back is not None and isinstance(back.content, bool) else None


def _repair(rollback: Value, script: Location | None) -> Value:
    """By a rollback that starts itself; else by a script that a person runs; else by hand, as in the incident."""
    goal = {"to": _GOAL_REPAIR}
    met, found = rollback.get("met"), rollback.get("now")
    if met is not None and met.content is True:
        return _measure(_BY_HAND, value({"way": "automatic", "to": _GOAL_REPAIR}, found.at if found else None), goal, True)
    if script is not None:
        return _measure(_BY_HAND, value({"way": "script"}, script), goal, None)
    if met is not None and met.content is None and found is not None and found.content is not None:
        return _measure(_BY_HAND, Value(None, found.at), goal, None)
    return _measure(_BY_HAND, value({"way": "by_hand"}), goal, False)


def _script(project: Project, packages: Sequence[Document]) -> Location | None:
    """Where a rollback that a person can start stands: a shell script, or a script of a package."""
    seen = sorted({*project.files, *project.paths, *(project.tracked or ())}, key=lambda p: (posixpath.dirname(p).count("/"), p))
    file = next((path for path in seen if _ROLLBACK.search(path) and "node_modules/" not in path), None)
    if file is not None:
        return Location(file)
    for package in packages:
        scripts = package.value.get("scripts")
        for name in scripts.members() if scripts is not None else ():
            if _ROLLBACK_SCRIPT.search(name):
                return package.place(("scripts", name), key=True)
    return None

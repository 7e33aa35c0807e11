"""`measures`: the owner's measures of success as numbers, as they were in the incident, as they are now, and the goal."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence

from checklist.facts.deploy.subject import STARTS, is_deploy
from checklist.facts.effects import changes_database, declares
from checklist.facts.monitor import detection
from checklist.facts.vocabulary import takes_back
from checklist.model import Document, Location, Project, Unknown, Value, value

_MINUTE = 60_000
_GOAL_DETECTION = 5 * _MINUTE
_GOAL_REPAIR = 10 * _MINUTE
_GOAL_CHANNELS = 2

# 22 December 2025: nobody was told, and the repair took six minutes once somebody looked
_UNNOTICED = {"from": 120 * _MINUTE, "to": 180 * _MINUTE}
_BY_HAND = {"way": "by_hand", "to": 6 * _MINUTE}



def document(project: Project, monitor: Value | None, deploys: Iterable[Document], rollbacks: Iterable[Document], packages: Sequence[Document]) -> Document:
    """Five measures, each {before, now, goal, met}; `now` and `met` are null where they are not known. Times are ms.

    `detection` and `repair` are MTTD and MTTR, `monitoring` is whether something watches day and night, `alerts` are the
    channels, `rollback` says on how many ways to deploy a failed smoke test takes the old release back, and on how many it
    calls something that would not.
    """
    paths = [d for d in deploys if is_deploy(d)]
    rollback = _rollback(paths, list(rollbacks))
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


def _rollback(paths: Sequence[Document], rollbacks: Sequence[Document]) -> Value:
    """`now` is {ways, back, broken}: the ways to deploy, those on which a smoke test that can fail ends in a rollback that
    works, and those on which it ends in one that does not."""
    if not paths:
        return _measure(False, Value(None), True, None)
    states = [_goes_back(p, rollbacks) for p in paths]
    told = [state for state, _ in states]
    at = next((at for state, at in states if state != "back"), states[0][1])
    met = None if None in told and not {"no", "broken"} & set(told) else set(told) == {"back"}
    return _measure(False, value({"ways": len(paths), "back": told.count("back"), "broken": told.count("broken")}, at), True, met)


def _goes_back(path: Document, rollbacks: Sequence[Document]) -> tuple[str | None, Location]:
    """Whether a smoke test that can fail ends in a rollback there, and where that is decided.

    `back`: it does, and that works; `broken`: it does, and that does not; `no`; None where it is not known.
    """
    at = path.place(("last_restart",))
    scripts = [d for d in rollbacks if d.kind == "rollback" and d.value.text("script") is not None]
    smoke, back = path.value.get("smoke"), path.value.get("rolls_back")
    steps = [s for s in (path.value.get("steps") or Value(())).items() if not (s.get("normal") or Value(True)).content]
    if smoke is not None and isinstance(smoke.content, Unknown):
        reached = any(s.text("effect") == "rollback" for s in (path.value.get("steps") or Value(())).items())
        return (None if reached or (back is not None and back.content is not False) else "no"), at
    if path.value.text("smoke") != "real" or back is None or back.content is False:
        return "no", at
    if isinstance(back.content, Unknown):
        return None, at
    for n, step in enumerate(steps):
        if step.text("effect") not in ("rollback", "fetch", "ship"):
            continue
        script = next((r for r in scripts if posixpath.basename(r.value.text("script") or "") in re.split(r"[\s/\"']", step.text("text") or "")), None)
        if script is not None:
            works = script.value.get("works")
            told = works.content if works is not None else None
            return ("back" if told is True else "broken" if told is False else None), (works.at if works is not None and works.at else at)
        text = step.text("text") or ""
        if text.startswith(("ln ", "git ")):
            places = [p for d in rollbacks if d.kind == "rollback.app" and text.startswith("ln ") and (p := d.value.get("place"))]
            if lost := next((p for p in places if p.content in ("first", "release", "elsewhere")), None):
                return "broken", lost.at or at
            if unknown := next((p for p in places if isinstance(p.content, Unknown)), None):
                return None, unknown.at or at
            # it goes back by itself: to what was in use before, if it restarts that
            return ("back" if any(s.text("effect") in STARTS for s in steps[n + 1 :]) else "broken"), step.at or at
        return None, at
    return None, at


def _repair(rollback: Value, script: Location | None) -> Value:
    """By a rollback that starts itself; else by a script that a person runs; else by hand, as in the incident.

    How long it takes is nowhere written: it is the way that is known, not the minutes.
    """
    goal = {"to": _GOAL_REPAIR}
    met, found = rollback.get("met"), rollback.get("now")
    if met is not None and met.content is True:
        return _measure(_BY_HAND, value({"way": "automatic"}, found.at if found else None), goal, True)
    if script is not None:
        return _measure(_BY_HAND, value({"way": "script"}, script), goal, None)
    if met is not None and met.content is None and found is not None and found.content is not None:
        return _measure(_BY_HAND, Value(None, found.at), goal, None)
    return _measure(_BY_HAND, value({"way": "by_hand"}), goal, False)


def _script(project: Project, packages: Sequence[Document]) -> Location | None:
    """Where a rollback that a person can start stands: a shell script, a script of a package, or a command of the config's."""
    seen = sorted({*project.files, *project.paths, *(project.tracked or ())}, key=lambda p: (posixpath.dirname(p).count("/"), p))
    files = (path for path in seen if path.endswith((".sh", ".bash")) and takes_back(path) and "node_modules/" not in path)
    file = next((path for path in files if not changes_database(project.files.get(path, ""), project.policy)), None)
    if file is not None:
        return Location(file)
    for package in packages:
        scripts = package.value.get("scripts")
        for name, body in (scripts.members() if scripts is not None else {}).items():
            if takes_back(name) and not changes_database(str(body.content), project.policy):
                return package.place(("scripts", name), key=True)
    return declares("rollback", project.policy)

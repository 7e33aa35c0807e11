"""`deploy.path` as a whole: whether it ends in a smoke test that can fail, and whether a failure leads back."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from checklist.facts.deploy import subject
from checklist.facts.deploy.met import Met, Path
from checklist.facts.deploy.steps import Step
from checklist.facts.deploy.subject import STARTS
from checklist.facts.listening import PM2_ANSWERS, PM2_ASKED
from checklist.facts.requests import request
from checklist.facts.vocabulary import says
from checklist.model import Project, Unknown, Value


def whole(project: Project, path: Path, values: list[Value], restarts: list[int], checks: list[int], *, brings: bool, quiet: bool) -> dict[str, object]:
    """The members of a `deploy.path` that its steps decide. `values` are its steps' documents, `restarts` and `checks` their
    numbers, `brings` whether it brings new code, `quiet` whether nothing of what it starts listens."""
    met, run, at = path.met, path.run, path.entry.at
    last = restarts[-1] if restarts else None
    after = run.steps if last is None else [s for s in run.steps if s.order > met[last].step.order]
    unseen = last is not None and any(may_check(s) for s in after)
    asked = quiet and any(PM2_ASKED.match(" ".join(s.argv or ())) for s in after)
    open_ = run.unknown or ("a command is not known here" if unseen else PM2_ANSWERS if asked else None)
    real = [i for i in checks if met[i].fate.ends_badly]
    smoke: object = "real" if real else "cannot_fail" if checks else "none"
    if smoke != "real" and open_:
        smoke = Value(Unknown(open_), met[last].step.at if last is not None else None)
    patient = any(_patient(met, last, i) for i in real) if last is not None else False
    restart = values[last] if last is not None else None
    check = values[real[-1] if real else checks[-1]] if checks else None
    return {
        "entry": path.entry.name,
        "steps": values,
        "apps": sorted({m.app.value.text("name") or "" for m in met if m.app is not None}),
        "runs": app.value.get("runs") if last is not None and (app := met[last].app) is not None else None,
        # a rollback fetches and installs as well, but it is what a failed deploy ends in, not one; a script that another
        # one calls is judged there
        "deploys": brings and not path.called and not says(posixpath.basename(path.entry.name), "back") and not _by_hand(path),
        "sets_up": subject.sets_up(run.steps),
        "complete": Value(Unknown(run.unknown), at) if run.unknown else True,
        "smoke": smoke,
        "silent": quiet,
        "patient": patient,
        "last_restart": restart,
        "health_check": check,
        "decisive": check or restart,
        "rolls_back": _rolls_back(project, path, real or ([last] if last is not None else [])),
    }


def _by_hand(path: Path) -> bool:
    """Whether it is a package's `pm2:start` that builds what is there and starts it: a person's way, no deploy."""
    return re.search(r"package\.json#pm2[:_-](?!.*(?:deploy|release|prod))", path.entry.name) is not None and all(
        m.step.at.file == path.entry.at.file and m.step.effect not in ("fetch", "ship", "install") for m in path.met
    )


def _patient(met: Sequence[Met], last: int, check: int) -> bool:
    """Whether the app is given time: a wait before the check, a repeated check, one that asks again by itself, or a check of the project's own."""
    step = met[check].step
    return step.meaning.waits or any(
        m.step.effect == "wait" and ((last < i < check and m.fate.normal) or (m.step.ran & step.world and i > last)) for i, m in enumerate(met)
    )


def _is_lost(project: Project, argv: Sequence[str]) -> bool:
    """Whether a script runs that nobody has: neither the repository, nor another machine by a path of its own."""
    script = next((w for w in argv if re.search(r"\.(?:ba)?sh$", w)), None)
    names = {posixpath.basename(f) for f in (*project.files, *project.paths, *(project.tracked or ()))}
    return script is not None and not script.startswith(("/", "~")) and posixpath.basename(script) not in names


def _rolls_back(project: Project, path: Path, decisive: Sequence[int]) -> object:
    """Whether a failure of the smoke test, or without one of the restart, leads back to the last good release."""
    lost = {m.step.order for m in path.met if m.step.effect == "rollback" and not m.fate.normal and _is_lost(project, m.step.argv or ())}
    for i in decisive:
        world = path.met[i].step.world
        beside = [m.step.effect for m in path.met if m.step.ran & world and not m.fate.normal and m.step.order not in lost]
        if "rollback" in beside or (("fetch" in beside or "ship" in beside) and any(e in STARTS for e in beside)):
            return True
        if any(s.ran & world and not path.run.normal(s) and may_check(s) for s in path.run.steps):
            return Value(Unknown("a command is not known here"), path.met[i].step.at)
    # a rollback that is reached in another way
    if any(m.step.effect == "rollback" and not m.fate.normal and m.step.order not in lost for m in path.met) or _put_back(path):
        return True
    if lost:
        return Value(Unknown("the rollback script is not in the repository"), path.entry.at)
    return Value(Unknown(path.run.unknown), path.entry.at) if path.run.unknown else False


def _put_back(path: Path) -> bool:
    """Whether what was kept is copied over what was brought, and the app restarted, where the deploy has failed."""
    copies = [s for s in path.run.steps if s.argv is not None and s.argv[0] in ("cp", "mv", "rsync") and any(says(w, "kept") for w in s.argv[1:]) and not path.run.normal(s)]
    return any(m.step.effect in STARTS and not m.fate.normal and m.step.order > s.order and m.step.ran & s.ran for s in copies for m in path.met)


def may_check(step: Step) -> bool:
    """Whether a step is a script or command of one's own that may well be the check, or anything else."""
    return step.effect is None and (step.argv is None or any(_may_check(words) for words in step.body or [list(step.argv)]))


def _may_check(argv: Sequence[str]) -> bool:
    if not argv or (argv[0] in ("bash", "sh") and "-n" in argv):
        return False
    asked = request(argv)
    if asked is not None:
        return asked.unknown
    return bool(re.match(r"(?:\./|\.\./|/|@/|~/|bash |sh |node |npm run |python)", " ".join(argv))) or bool(re.search(r"(?i)health|smoke|verify|check", argv[0]))

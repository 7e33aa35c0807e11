"""`deploy.step` and `deploy.path`: what each entry point really runs, step by step, and what a deploy by it lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from checklist.facts.deploy import subject
from checklist.facts.deploy.commands import Commands, Step
from checklist.facts.deploy.entries import Entry, entries
from checklist.facts.deploy.entries import is_shell as is_shell
from checklist.facts.deploy.machine import Machine, TooMuch
from checklist.facts.deploy.path import Fate, Run
from checklist.facts.deploy.subject import STARTS
from checklist.model import Document, Project, Unknown, Value, value
from checklist.secrets import mask, mask_words

_BRINGS = ("fetch", "ship", "install", "build")


@dataclass(frozen=True, slots=True)
class _Met:
    """A step with what it means here."""

    step: Step
    fate: Fate
    folder: str | None
    app: Document | None
    output: str | None


@dataclass(frozen=True, slots=True)
class _Path:
    entry: Entry
    run: Run
    met: list[_Met]


def documents(project: Project, apps: Sequence[Document], parsed: Mapping[str, Value] | None = None) -> list[Document]:
    """`deploy.path` for each entry point that has a step, a `deploy.step` for each command with an effect, a
    `deploy.command` for each other one that is run.

    `apps` are the `pm2.app` documents, `parsed` the values of the workflows, package.json files and PM2 configs.
    """
    commands = Commands(project)
    paths = [path for entry in entries(project, parsed or {}) if (path := _follow(project, entry, commands, apps)) is not None]
    out: list[Document] = []
    for path in paths:
        out += _documents(path, called=path.entry.name in commands.entered)
    return out


def _follow(project: Project, entry: Entry, commands: Commands, apps: Sequence[Document]) -> _Path | None:
    machine = Machine(commands)
    try:
        run = Run(machine, entry.run(machine))
    except (TooMuch, RecursionError):
        machine.unknown = "it is too long to be followed"
        run = Run(machine, machine.so_far())
    counted = [s for s in run.steps if s.effect is not None and not (s.effect == "rollback" and s.argv and s.argv[0] == "ln" and run.normal(s))]
    met = []
    for step in counted:
        folder = commands.folder(step.directory)
        app = subject.app(project, folder, step, apps)
        met.append(_Met(step, run.fate(step, counted), folder, app, subject.output(project, folder, step) if app is not None else None))
    return _Path(entry, run, met) if met or run.steps else None


def _documents(path: _Path, *, called: bool) -> Iterator[Document]:
    met = path.met
    restarts = [i for i, m in enumerate(met) if m.step.effect in STARTS and m.fate.normal]
    checks = [i for i, m in enumerate(met) if restarts and m.step.effect == "health_check" and i > restarts[-1]]
    values = [_step(path, n, smoke=n in checks) for n in range(len(met))]
    for told in values:
        yield Document("deploy.step", told.at.file if told.at else path.entry.at.file, told, told.text("text") or "")
    for step in path.run.steps:
        if step.effect is None and step.argv is not None and step.argv[0] not in ("cd", "echo", "printf"):
            text = _text(step)
            told = value({"text": text, "argv": _argv(step), "host": step.host}, step.at)
            yield Document("deploy.command", step.at.file, told, text)
    if met:
        yield Document("deploy.path", path.entry.at.file, _path(path, values, restarts, checks, called=called), path.entry.name)


def _text(step: Step) -> str:
    return " ".join(mask(step.text).split())


def _argv(step: Step) -> list[str] | None:
    if step.words is None or any("\0" in w for w in step.words):
        return None
    return [w.removeprefix("@/") for w in mask_words(step.words)]


def _step(path: _Path, n: int, *, smoke: bool) -> Value:
    met, step, fate = path.met[n], path.met[n].step, path.met[n].fate
    numbers = {m.step.order: i + 1 for i, m in enumerate(path.met)}
    told = {
        "n": n + 1,
        "entry": path.entry.name,
        "file": step.at.file,
        "line": step.at.line,
        "column": step.at.column,
        "text": _text(step),
        "argv": _argv(step),
        "host": step.host,
        "directory": met.folder,
        "effect": step.effect,
        "role": "smoke_test" if smoke else None,
        "on_failure": fate.on_failure,
        "then": [numbers[order] for order in fate.then if order in numbers],
        "branch": mask(step.branch) if step.branch else None,
        "runs": (met.app.value.get("runs") or Value(None)) if met.app else None,
        "app": met.app.value.text("name") if met.app else None,
        "output": met.output,
        "can_fail": fate.ends_badly,
        "tells": step.tells if step.effect == "health_check" else None,
        "restarts_anyway": any(m.step.effect in STARTS and m.step.ran & step.world and m.step.order > step.order and m.fate.normal for m in path.met),
        "down": _down(path, n),
        "astray": _astray(path, step),
    }
    return value(told, step.at)


def _down(path: _Path, n: int) -> bool:
    """Whether the app was stopped before this step and is not started again if it fails."""
    step = path.met[n].step
    for before in reversed(path.met[:n]):
        if before.step.effect in STARTS and before.fate.normal:
            return False
        if before.step.effect in ("stop", "delete") and before.fate.normal:
            return not any(m.step.effect in (*STARTS, "rollback") and m.step.ran & step.world and m.step.order > step.order for m in path.met)
    return False


def _astray(path: _Path, step: Step) -> bool:
    """Whether it runs in the wrong folder when a `cd` before it fails."""
    relative = step.effect == "clean" and all(not w.startswith(("/", "~", "@/")) and "\0" not in w for w in (step.argv or ())[1:] if not w.startswith("-"))
    return relative and any(s.argv is not None and s.argv[0] == "cd" and s.effect is None and s.world & step.ran and s.order < step.order for s in path.run.steps)


def _path(path: _Path, values: list[Value], restarts: list[int], checks: list[int], *, called: bool) -> Value:
    met, run, at = path.met, path.run, path.entry.at
    effects = [m.step.effect for m in met]
    last = restarts[-1] if restarts else None
    after = run.steps if last is None else [s for s in run.steps if s.order > met[last].step.order]
    unseen = last is not None and any(s.argv is None or _may_check(s.argv) for s in after if s.effect is None)
    open_ = run.unknown or ("a command is not known here" if unseen else None)
    real = [i for i in checks if met[i].fate.ends_badly]
    smoke: object = "real" if real else "cannot_fail" if checks else "none"
    if smoke != "real" and open_:
        smoke = Value(Unknown(open_), met[last].step.at if last is not None else None)
    patient = any(_patient(met, last, i) for i in real) if last is not None else False
    told = {
        "entry": path.entry.name,
        "steps": values,
        "apps": sorted({m.app.value.text("name") or "" for m in met if m.app is not None}),
        "runs": next((m.app.value.get("runs") for m in met if m.app is not None and m.step.effect in STARTS), None),
        "output": next((m.app.value.get("output_dir") for m in met if m.app is not None and m.step.effect in STARTS), None),
        # a rollback fetches and installs as well, but it is what a failed deploy ends in, not one; a script that another
        # one calls is judged there
        "deploys": last is not None and not called and any(e in _BRINGS for e in effects) and not re.search(r"(?i)roll-?_?back|revert", path.entry.name.rpartition("/")[2]),
        "complete": Value(Unknown(run.unknown), at) if run.unknown else True,
        "smoke": smoke,
        "patient": patient,
        "last_restart": values[last] if last is not None else None,
        "health_check": values[real[-1] if real else checks[-1]] if checks else None,
        "rolls_back": _rolls_back(path, real or ([last] if last is not None else [])),
        "guards": run.guards(),
    }
    return value(told, at)


def _patient(met: Sequence[_Met], last: int, check: int) -> bool:
    """Whether the app is given time: a wait before the check, a repeated check, or curl's own retries."""
    step = met[check].step
    return "--retry" in (step.argv or ()) or any(
        m.step.effect == "wait" and ((last < i < check and m.fate.normal) or (m.step.ran & step.world and i > last)) for i, m in enumerate(met)
    )


def _rolls_back(path: _Path, decisive: Sequence[int]) -> object:
    """Whether a failure of the smoke test, or without one of the restart, leads back to the last good release."""
    for i in decisive:
        world = path.met[i].step.world
        beside = [m.step.effect for m in path.met if m.step.ran & world and not m.fate.normal]
        if "rollback" in beside or (("fetch" in beside or "ship" in beside) and any(e in STARTS for e in beside)):
            return True
        if any(s.effect is None and s.ran & world and not path.run.normal(s) and (s.argv is None or _may_check(s.argv)) for s in path.run.steps):
            return Value(Unknown("a command is not known here"), path.met[i].step.at)
    # a rollback that is reached in another way
    if any(m.step.effect == "rollback" and not m.fate.normal for m in path.met):
        return True
    return Value(Unknown(path.run.unknown), path.entry.at) if path.run.unknown else False


def _may_check(argv: Sequence[str]) -> bool:
    """A script or command of one's own that may well be the check."""
    if argv[0] in ("curl", "wget", "http") and any("\0" in w for w in argv):
        return True
    return bool(re.match(r"(?:\./|\.\./|/|@/|~/|bash |sh |node |npm run |python)", " ".join(argv))) or bool(re.search(r"(?i)health|smoke|verify|check", argv[0]))

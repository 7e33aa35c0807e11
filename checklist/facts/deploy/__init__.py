"""`deploy.step` and `deploy.path`: what each script really runs, step by step, and what a deploy by it lacks."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checklist.facts.deploy.effects import effect, script_body
from checklist.facts.deploy.walk import Step, Walk
from checklist.facts.folders import build_dirs, home, is_frontend, scripts
from checklist.facts.outputs import written
from checklist.model import Document, Location, Project, Unknown, Value, value
from checklist.parse import recognise
from checklist.secrets import mask, mask_words

_STARTS = ("start", "restart", "reload")
_BRINGS = ("fetch", "ship", "install", "build")
_JAVASCRIPT = re.compile(r"\s*(?:import\s.+\sfrom\s|const\s+\w+\s*=|module\.exports|'use strict')")
_FAILS = re.compile(r"(?:^| )(?:-[a-zA-Z]*f[a-zA-Z]*|--fail(?:-with-body)?|--fail-early)(?: |$)")


@dataclass(frozen=True)
class _Met:
    step: Step
    effect: str | None
    directory: str | None
    app: Document | None
    output: str | None


def is_shell(path: str, text: str) -> bool:
    """Whether a file is a shell script by its name or first line; JavaScript that is named .sh is none."""
    return recognise(path, text[:200]) == "shell" and not _JAVASCRIPT.match(text)


def documents(project: Project, apps: Sequence[Document], packages: Sequence[Document]) -> list[Document]:
    """`deploy.path` for each script that has a step, and a `deploy.step` for each of its commands with an effect."""
    out: list[Document] = []
    for file, text in sorted(project.files.items()):
        if is_shell(file, text):
            out += _script(project, file, text, apps)
    return out


def _script(project: Project, file: str, text: str, apps: Sequence[Document]) -> Iterator[Document]:
    base = posixpath.dirname(file)
    start = base if project.exists(posixpath.join(base, "package.json")) else ""
    try:
        walk = Walk(file, text, start)
    except RecursionError:
        return
    met = [m for m in (_meet(project, step, apps) for step in walk.steps) if m.effect is not None]
    if not met:
        return
    restarts = [i for i, m in enumerate(met) if m.effect in _STARTS and m.step.normal]
    checks = [i for i, m in enumerate(met) if restarts and m.effect == "health_check" and i > restarts[-1]]
    values = [_step(walk, m, smoke=i in checks) for i, m in enumerate(met)]
    for told in values:
        yield Document("deploy.step", file, told, told.text("text") or "")
    yield _path(walk, file, met, values, restarts, checks)


def _step(walk: Walk, met: _Met, *, smoke: bool) -> Value:
    step = met.step
    result, exits = walk.result(step)
    text = " ".join(mask(step.text).split())
    argv = None if step.argv is None or any("\0" in w for w in step.argv) else mask_words(step.argv)
    told = {
        "file": step.at.file,
        "line": step.at.line,
        "column": step.at.column,
        "text": text,
        "argv": argv,
        "host": step.host,
        "directory": met.directory,
        "effect": met.effect,
        "role": "smoke_test" if smoke else None,
        "on_failure": result,
        "then": [],
        "branch": mask(step.branch) if step.branch else None,
        "runs": (met.app.value.get("runs") or Value(None)) if met.app else None,
        "app": met.app.value.text("name") if met.app else None,
        "output": met.output,
        "can_fail": exits and _tells(step),
    }
    return value(told, step.at)


def _tells(step: Step) -> bool:
    """Whether an answer of 500 makes it fail: `-f`, a compared status or body, and wget and HTTPie by themselves."""
    argv = step.argv or ()
    return step.compares or argv[:1] == ("wget",) or bool(_FAILS.search(" ".join(argv)))


def _path(walk: Walk, file: str, met: list[_Met], values: list[Value], restarts: list[int], checks: list[int]) -> Document:
    effects = [m.effect for m in met]
    last = restarts[-1] if restarts else None
    apps = sorted({m.app.value.text("name") or "" for m in met if m.app is not None})
    runs = next((m.app.value.get("runs") for m in met if m.app is not None and m.effect in _STARTS), None)
    unseen = last is not None and any(s.order > met[last].step.order and s.argv is None for s in walk.steps)
    custom = last is not None and any(s.order > met[last].step.order and s.argv and _may_check(s.argv) for s in walk.steps)
    open_ = walk.unknown or ("a command is not known here" if unseen or custom else None)
    real = [i for i in checks if values[i].get("can_fail") == Value(True, values[i].at)]
    smoke: object = "real" if real else "cannot_fail" if checks else "none"
    if smoke != "real" and open_:
        smoke = Value(Unknown(open_), met[last].step.at if last is not None else None)
    told = {
        "entry": file,
        "steps": values,
        "apps": apps,
        "runs": runs,
        # a rollback fetches and installs as well, but it is what a failed deploy ends in, not one
        "deploys": last is not None and any(e in _BRINGS for e in effects) and not re.search(r"(?i)roll-?_?back|revert", file.rpartition("/")[2]),
        "complete": Value(Unknown(walk.unknown), Location(file)) if walk.unknown else True,
        "smoke": smoke,
        "last_restart": values[last] if last is not None else None,
        "health_check": values[checks[-1]] if checks else None,
        "rolls_back": "rollback" in effects,
    }
    return Document("deploy.path", file, value(told, Location(file)), file)


def _may_check(argv: Sequence[str]) -> bool:
    """A script or command of one's own that may well be the check."""
    return bool(re.match(r"(?:\./|\.\./|/|bash |sh |node |npm run |python)", " ".join(argv))) or bool(re.search(r"health|smoke|verify|check", argv[0]))


def _meet(project: Project, step: Step, apps: Sequence[Document]) -> _Met:
    if step.argv is None:
        return _Met(step, None, step.directory, None, None)
    folder = _folder(project, step.directory)
    argv = list(step.argv)
    found = effect(argv, project.policy)
    body = script_body(argv, dict(scripts(project, home(project, folder)))) if folder is not None else None
    if body is not None:
        inside = [effect(b, project.policy) for b in body]
        found = next((e for e in ("build", *_STARTS, "migrate", "health_check") if e in inside), None)
    app = _app(project, folder, argv, found, apps)
    return _Met(step, found, folder, app, _output(project, folder, argv, found, body) if app is not None else None)


def _folder(project: Project, directory: str | None) -> str | None:
    """The folder of the repository; an absolute one on the server by its longest suffix."""
    if directory is None:
        return None
    if not directory.startswith(("/", "~", "..")):
        return "" if directory in (".", "") else directory
    parts = directory.strip("/").split("/")
    for i in range(1, len(parts)):
        suffix = "/".join(parts[i:])
        if project.exists(f"{suffix}/package.json"):
            return suffix
    return ""


def _app(project: Project, folder: str | None, argv: Sequence[str], found: str | None, apps: Sequence[Document]) -> Document | None:
    if found is None or not apps:
        return None
    if found in (*_STARTS, "stop", "delete"):
        named = [a for a in apps if a.value.text("name") in argv]
        if named or len(apps) == 1:
            return (named or list(apps))[0]
    if folder is None:
        return apps[0] if len(apps) == 1 else None
    place = home(project, folder)
    here = [a for a in apps if home(project, a.value.text("directory") or "") == place]
    if here:
        return here[0]
    if len(apps) > 1 or is_frontend(project, folder, apps, project.policy) or (place and project.exists(f"{place}/package.json")):
        return None
    return apps[0]


def _output(project: Project, folder: str | None, argv: Sequence[str], found: str | None, body: list[list[str]] | None) -> str | None:
    """The build dir that a step makes, packs, ships, starts or removes."""
    names = build_dirs(project.policy)
    if found == "build":
        place = home(project, folder or "")
        for command in body if body is not None else [list(argv)]:
            if effect(command, project.policy) != "build":
                continue
            for out in written(project, place, " ".join(command)):
                for name in names:
                    if out == posixpath.join(place, name) or out.startswith(posixpath.join(place, name) + "/"):
                        return name
        known = body is not None and any(project.exists(posixpath.join(place, f)) for f in ("tsconfig.json",))
        plain = " ".join(argv)
        tsc = any("tsc" in c for c in body or [list(argv)])
        if known or re.match(r"(?:next|vite|nuxt)\b", plain) or (body is not None and not tsc):
            return None
        return names[0] if names else None
    if found in ("archive", "ship", "clean", *_STARTS):
        for word in argv[1:]:
            for name in names:
                if re.search(rf"(?:^|[/=]){re.escape(name)}(?:/|$|\.(?:tar|tgz|zip))", word.split(":")[-1] if found != "ship" else word):
                    return name
    return None

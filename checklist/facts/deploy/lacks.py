"""What stands in a deploy and what is missing from it, for the rules that look at a whole `deploy.path`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from checklist.facts.deploy.met import Met, Path
from checklist.facts.deploy.subject import CONFIG, STARTS, has_own_build
from checklist.facts.folders import build_dirs, home, scripts
from checklist.facts.listening import PM2_ASKED
from checklist.facts.outputs import produced
from checklist.model import Document, Project, Unknown, Value

_PREPARES = ("fetch", "ship", "install", "build", "migrate")
_RESETS = re.compile(r"git (?:reset --hard|checkout (?:-f|--force|\.|-- \.))")
_FOLLOWS = re.compile(r"-[a-z]*[fF]\w*$|--follow\b")
_RELEASE = re.compile(r"(?i)current|release")
_LIFECYCLE = ("prepare", "postinstall", "install", "preinstall", "prestart")


def lacks(project: Project, path: Path, values: Sequence[Value], last: int | None, apps: Sequence[Document], packages: Sequence[Document]) -> dict[str, Any]:
    """{lets_pass, stops, stopped_for, hides, unlocked, doubles, flushes, stale, output, can_build, cleans, guards, builds}: see each below."""
    met = path.met
    app = met[last].app if last is not None else None
    stops = _stops(path)
    return {
        # steps whose failure does not keep the app from being restarted; a hook of PM2 is told so elsewhere
        "lets_pass": [] if path.entry.hides else [values[i] for i, m in enumerate(met) if m.fate.normal and m.step.effect in _PREPARES and _restarts_anyway(path, i)],
        # the step that takes the app down, and those after which it stays down if they fail
        "stops": values[stops[0]] if stops else None,
        "stopped_for": [values[i] for i in stops[1:]],
        # the first (re)start whose own failure nobody notices
        "hides": next((values[i] for i, m in enumerate(met) if m.fate.normal and _hides(path, i)), None),
        # installs that do not obey the lock file
        "unlocked": [v for v in values if v.text("lock")],
        # a start that adds a process of the same name each time it runs
        "doubles": next((values[i] for i, m in enumerate(met) if doubles(met, i)), None),
        # a checkout thrown away, and the way back with it; of releases beside each other it is only the source
        "resets": None if _flips(path) else next((values[i] for i, m in enumerate(met) if m.fate.normal and m.step.effect == "fetch" and _RESETS.match(" ".join(m.step.argv or ()))), None),
        # logs emptied between the restart and the check
        "flushes": _flushes(path, last),
        # the variables that a restart from the file does not hand on, and that restart
        "stale": _stale(project, path, values, apps),
        **_output(project, path, last, app, apps, packages),
    }


def _flips(path: Path) -> bool:
    """Whether what runs is a release that a link points to."""
    return any(s.effect == "rollback" and s.argv is not None and s.argv[0] == "ln" and _RELEASE.search(s.text) and path.run.normal(s) for s in path.run.steps)


def _restarts_anyway(path: Path, n: int) -> bool:
    step, then = path.met[n].step, path.met[n].fate.then
    # `git pull origin main || git pull origin master`: what counts is whether the other way fails too
    other = next((i for i, m in enumerate(path.met) if m.step.order in then and m.step.effect == step.effect), None)
    if other is not None and other > n:
        return _restarts_anyway(path, other)
    return any(m.step.effect in STARTS and m.fate.normal and path.run.because(m.step, step) for m in path.met)


def _stops(path: Path) -> list[int]:
    """[the stop, the steps after it whose failure leaves the app down]."""
    for i, m in enumerate(path.met):
        if m.step.effect not in ("stop", "delete") or not m.fate.normal:
            continue
        after = next((j for j in range(i + 1, len(path.met)) if path.met[j].step.effect in STARTS and path.met[j].fate.normal and path.run.together(path.met[j].step, m.step)), None)
        if after is None:
            continue
        risky = [
            j for j in range(i + 1, after)
            if path.met[j].step.effect in ("install", "build", "fetch", "migrate") and path.met[j].fate.normal and path.run.together(path.met[j].step, m.step)
            and not any(o.step.effect in (*STARTS, "rollback") and path.run.because(o.step, path.met[j].step) for o in path.met)
        ]  # fmt: skip
        if risky:
            return [i, *risky]
    return []


def _hides(path: Path, n: int) -> bool:
    step, fate = path.met[n].step, path.met[n].fate
    if step.effect not in STARTS or fate.on_failure != "continues" or fate.ends_badly:
        return False
    # another branch of a `case`: nothing new is started there
    if not any(m.step.effect in _PREPARES and path.run.together(m.step, step) for m in path.met):
        return False
    # PM2 itself is asked afterwards, and what the script does with the answer is not known here
    if any(PM2_ASKED.match(" ".join(s.argv or ())) and s.order > step.order and s.ran & step.world for s in path.run.steps):
        return False
    # `tail -f` never ends by itself: whoever started the deploy sits before what PM2 said
    if any(s.argv is not None and s.argv[0] == "tail" and any(_FOLLOWS.match(w) for w in s.argv[1:]) and s.order > step.order and path.run.normal(s) for s in path.run.steps):
        return False
    # another start that takes its place, or a check that is made later, will tell
    return not any(m.step.effect in (*STARTS, "health_check") and path.run.because(m.step, step) for m in path.met)


def doubles(met: Sequence[Met], n: int) -> bool:
    """`pm2 start npm --name x -- start` again makes a second process of the name (PM2 7.0.4, measured)."""
    m = met[n]
    argv = m.step.argv or ()
    if m.step.effect != "start" or not m.fate.normal or m.step.branch or argv[:2] != ("pm2", "start") or len(argv) < 3 or "--force" in argv:
        return False
    command = argv[2] in ("npm", "yarn", "pnpm", "npx", "bun") or " " in argv[2]
    return command and not any(o.step.effect in ("delete", "stop", "restart", "reload") for o in met[:n])


def _flushes(path: Path, last: int | None) -> Value | None:
    if last is None:
        return None
    after = path.met[last].step.order
    check = max((m.step.order for m in path.met if m.step.effect == "health_check"), default=None)
    for step in path.run.steps:
        if step.argv is not None and step.argv[:2] == ("pm2", "flush") and step.order > after and (check is None or step.order < check) and path.run.normal(step):
            return Value({"text": Value(step.text)}, step.at)
    return None


def _stale(project: Project, path: Path, values: Sequence[Value], apps: Sequence[Document]) -> Value | None:
    """{text, names}: a restart from a config whose app has an `env` block keeps the old values of exported variables that
    are not in it, also with --update-env (PM2 7.0.4, measured). Only variables that the sources read count."""
    for i, m in enumerate(path.met):
        argv = m.step.argv or ()
        if m.step.effect not in STARTS or not m.fate.normal or not any(CONFIG.search(w) for w in argv[2:]):
            continue
        if any(o.step.effect == "delete" for o in path.met[:i]):
            continue
        for app in apps:
            env = app.value.get("env")
            if env is None or not env.members() or env.more:
                continue
            names = [n for n in m.step.exported if n not in env.members() and n not in _OWN and _read(project, n)]
            if names:
                return Value({"text": values[i].get("text") or Value(""), "names": Value(", ".join(names[:3])), "app": app.value.get("name") or Value(None)}, values[i].at)
    return None


_OWN = {"PATH", "NODE_ENV", "HOME", "PM2_HOME", "NVM_DIR", "CI", "LANG", "LC_ALL", "DEBIAN_FRONTEND", "NODE_OPTIONS"}


@lru_cache(maxsize=1024)
def _read(project: Project, name: str) -> bool:
    """Whether a source of the service reads a variable."""
    read = re.compile(rf"process\.env\.{re.escape(name)}\b|process\.env\[['\"]{re.escape(name)}['\"]\]")
    return any(name in text and read.search(text) for text in project.sources.values())


def _output(project: Project, path: Path, last: int | None, app: Document | None, apps: Sequence[Document], packages: Sequence[Document]) -> dict[str, Any]:
    """About the build output of the app that is restarted: can its package make one, is it removed, is it guarded, is it built."""
    none = {"output": None, "can_build": False, "cleans": False, "guards": False, "builds": True}
    if app is None or last is None or has_own_build(app):
        return none
    place = home(project, app.value.text("directory") or "")
    names = build_dirs(project.policy)
    made = next((n for n in names if produced(project, place, n, (), packages, clients=False) is not None), None)
    entry = app.value.text("entry") or ""
    own = next((n for n in names if f"/{n}/" in f"/{entry}"), None)
    name = made or own
    if name is None or (own is None and any(home(project, a.value.text("directory") or "") == place and f"/{name}/" in f"/{a.value.text('entry') or ''}" for a in apps)):
        return none  # what another app of the package runs has to be there
    steps = [m for m in path.met if m.fate.normal]
    return {
        "output": name,
        "can_build": made is not None,
        "cleans": any(m.step.effect == "clean" and any(posixpath.basename(w.rstrip("/")) == name for w in (m.step.argv or ())[1:]) for m in steps),
        "guards": any(posixpath.basename(g.rstrip("/")) == name for g in path.run.guards()),
        "builds": _builds(project, path, last, place, name, own),
    }


def _builds(project: Project, path: Path, last: int, place: str, name: str, own: str | None) -> object:
    """Whether the build output that the app runs is made, or brought, before it is restarted."""
    before = path.met[: last + 1]
    if own is None or any(m.step.effect in ("build", "ship", "archive") for m in before):
        return True
    if any(f"{posixpath.join(place, name)}/" in f"{t}/" for t in project.tracked or ()):
        return True
    if any(m.step.effect == "install" for m in before) and any(re.search(r"build|tsc|compile", text) for n, text in scripts(project, place).items() if n in _LIFECYCLE):
        return True
    unseen = any(s.effect is None and s.order < path.met[last].step.order and (s.argv is None or s.argv[0] not in ("cd", "mkdir", "echo", "printf", "pm2", "git")) for s in path.run.steps)
    return Value(Unknown("a command is not known here"), path.met[last].step.at) if unseen or path.run.unknown else False

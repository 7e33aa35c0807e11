"""Which app a step is about, and which build output it makes, packs, ships or starts."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Sequence

from checklist.facts.deploy.steps import Step
from checklist.facts.effects import effect
from checklist.facts.folders import build_dirs, for_browsers, home, is_frontend, on_server, scripts
from checklist.facts.outputs import produced
from checklist.facts.outputs import written as paths_written
from checklist.facts.pm2.runs import program
from checklist.model import Document, Project
from checklist.shell.paths import REPOSITORY

ARCHIVE = r"\.(?:zip|7z|t[bgx]z2?|tar(?:\.\w+)?)"
"""The endings of archives."""
_PACKAGERS = ("apt", "apt-get", "yum", "dnf", "apk", "zypper")
STARTS = ("start", "restart", "reload")
CONFIG = re.compile(r"\.config\.[cm]?js$|\.(?:json|ya?ml)$")
"""Of what PM2 takes for a config, by the name that it is given."""


def is_deploy(document: Document) -> bool:
    """Whether it is a `deploy.path` that brings code and restarts the app."""
    deploys = document.value.get("deploys") if document.kind == "deploy.path" else None
    return deploys is not None and deploys.content is True


def sets_up(steps: Sequence[Step]) -> bool:
    """Whether they set up a new server: under no condition they install the system's packages and clone a repository."""
    always = [s.argv for s in steps if s.argv is not None and not s.branch]
    return any(a[0] in _PACKAGERS and "install" in a for a in always) and any(a[:2] == ("git", "clone") for a in map(tuple, always))


def started(steps: Sequence[Step], apps: Sequence[Document]) -> Sequence[Document]:
    """The apps that a deploy starts by the file of their config or by their name; all where it says neither."""
    words = {w for s in steps if s.effect in STARTS for w in s.argv or ()}
    files = {posixpath.basename(w) for w in words}
    return [a for a in apps if posixpath.basename(a.file) in files or a.value.text("name") in words] or apps


def app(project: Project, folder: str | None, step: Step, apps: Sequence[Document], likely: Sequence[Document]) -> Document | None:
    """The `pm2.app` that a step is about, None where that is not clear; of several in its folder one that is `likely`."""
    argv = step.argv or ()
    if step.effect is None or not apps or (step.host == "container" and step.effect not in STARTS):
        return None
    if step.effect in (*STARTS, "stop", "delete"):
        named = [a for a in apps if a.value.text("name") in argv]
        if not named and _names_another(argv):
            return None
        if named or len(apps) == 1:
            return (named or list(apps))[0]
    if folder is None:
        return apps[0] if len(apps) == 1 else None
    place = home(project, folder)
    here = [a for a in apps if home(project, a.value.text("directory") or "") == place]
    if here:
        return next((a for a in here if a in likely), here[0])
    if len(apps) > 1 or is_frontend(project, folder, apps, project.policy) or (place and project.exists(f"{place}/package.json")):
        return None
    return apps[0]


def _names_another(argv: Sequence[str]) -> bool:
    """Whether a PM2 command, none of whose words is a name in the configs, is about a process by its name."""
    given = [argv[i + 1] for i, w in enumerate(argv[:-1]) if w in ("--name", "-n", "--only")]
    if not given and argv[:2] in (("pm2", "restart"), ("pm2", "reload"), ("pm2", "stop"), ("pm2", "delete")):
        given = [w for w in argv[2:] if not w.startswith("-")][:1]
    return bool(given) and all(re.fullmatch(r"[A-Za-z][\w-]*", w) and w != "all" for w in given)


def has_own_build(app: Document) -> bool:
    """Whether it runs a framework's server, `next start`: what it runs lies in a folder of the framework, whatever else is built."""
    command = app.value.get("command")
    # an interpreter may stand before it
    first = [command.text(i) or "" for i in (0, 1)] if command is not None else []
    return any(program(word) in ("next", "nuxt", "nuxi") for word in first)


def _elsewhere(project: Project, folder: str, before: str, app: Document) -> bool:
    """Whether what is named lies in another package than the app's: `frontend/dist` beside a server."""
    if before.startswith(("/", "~")):
        place = on_server(project, before)
        return place is not None and place != home(project, app.value.text("directory") or "")
    known = before.startswith(f"{REPOSITORY}/")  # the script has said where: `$ROOT/web/dist`, be web/ here or not
    place = posixpath.normpath(before[2:] if known else posixpath.join(folder, before)) if before else folder
    if not before or not (known or project.exists(posixpath.join(place, "package.json"))):
        return False
    return place not in (*(() if known else (folder,)), home(project, app.value.text("directory") or ""))


def _not_here(project: Project, folder: str, before: str) -> bool:
    """Whether what is named lies in a folder that is not in the repository: whose it is, is not known."""
    if re.fullmatch(r"(?:\./)?[\w-]+(?:/[\w-]+)*", before) is None:
        return False
    place = posixpath.normpath(posixpath.join(folder, before))
    return not any(path == place or path.startswith(f"{place}/") for path in (*project.paths, *project.files))


def archives(step: Step) -> set[str]:
    """The names of the archives that a step speaks of."""
    return {posixpath.basename(w) for w in step.argv or () if re.search(f"{ARCHIVE}$", w)}


def output(project: Project, folder: str | None, step: Step, app: Document, others: Collection[str] = ()) -> str | None:
    """The build dir that a step makes, packs, ships, starts or removes; `others` are archives into which something else was put, whatever they are called."""
    argv = list(step.argv or ())
    names = build_dirs(project.policy)
    if step.effect == "build":
        return _built(project, folder or "", argv, step.body, names)
    if step.effect in ("archive", "ship", "clean", *STARTS):
        place = home(project, app.value.text("directory") or "")
        for word in _put_in(argv):
            if step.effect == "ship" and (re.match(r"[^/]+:", word) or posixpath.basename(word) in others):
                continue  # where it goes to, not what is shipped
            for name in names:
                said = word.split(":")[-1]
                found = re.search(rf"(?:^|[/=]){re.escape(name)}(?:/|$|\.(?:tar|tgz|zip))", said)
                if found is None or _elsewhere(project, folder or "", before := said[: found.start()].rpartition("=")[2], app):
                    continue
                if step.effect in STARTS or not (_not_here(project, folder or "", before) or (step.effect != "clean" and _pages(project, place, name))):
                    return name
    return None


def _pages(project: Project, place: str, name: str) -> bool:
    """Whether a build dir holds what browsers load from the server beside it: a client's build makes it, and nothing else does."""
    return produced(project, place, name, (), ()) is not None and produced(project, place, name, (), (), clients=False) is None


def _put_in(argv: Sequence[str]) -> Iterator[str]:
    """The words of a command that do not say what to leave out, nor what tar's archive is called: dist.tar.gz may hold anything."""
    skips = False
    for word in argv[1:]:
        if not skips and not word.startswith(("--exclude", "--file")):
            yield word
        skips = word in ("--exclude", "-x", "--file") or (argv[0] == "tar" and re.fullmatch(r"-?\w*f", word) is not None)


def _built(project: Project, folder: str, argv: list[str], body: list[list[str]] | None, names: Sequence[str]) -> str | None:
    own = place = home(project, folder)
    commands = body if body is not None else [argv]
    told = False
    for command in commands:
        if command[:1] == ["cd"] and len(command) == 2:
            place = posixpath.normpath(posixpath.join(place, command[1])) if not command[1].startswith(("/", "~")) else own
        if place != own or effect(command, project.policy) != "build" or for_browsers(project, place, " ".join(command)):
            continue
        for out in paths_written(project, place, " ".join(command)):
            told = True
            for name in names:
                if out == posixpath.join(place, name) or out.startswith(posixpath.join(place, name) + "/"):
                    return name
    tools = re.match(r"\w+ (?:exec |x )?(?:tsc|nest|tsup|ncc)\b", " ".join(argv))
    if body is None and not tools and argv[:1] in (["npm"], ["pnpm"], ["yarn"], ["bun"]) and scripts(project, place):
        return None  # the package has scripts, and this is none of them
    if place != own or told:
        return None  # it writes elsewhere
    tsc = any("tsc" in c for c in commands)
    configured = body is not None and project.exists(posixpath.join(place, "tsconfig.json"))
    if configured or re.match(r"(?:next|vite|nuxt)\b", " ".join(argv)) or (body is not None and not tsc):
        return None
    return names[0] if names else None

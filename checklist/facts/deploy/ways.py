"""Several ways to deploy one app: what one of them does and another leaves out."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from checklist.facts.deploy.entries import Job
from checklist.facts.deploy.met import Met, Path
from checklist.facts.deploy.steps import Step
from checklist.facts.deploy.subject import STARTS, has_own_build, is_deploy
from checklist.facts.deploy.whole import may_check
from checklist.facts.deploy.writes import own_configs
from checklist.facts.effects import effect
from checklist.facts.folders import home, scripts
from checklist.facts.vocabulary import says
from checklist.model import Document, Project, Value, walk

_MANY = 3
_PLACES = re.compile(r"(?i)environment|(?:\w+_)?(?:host|hostname|server|target|ip)")
"""Keys of a job under which it says where it leads."""
_ENTRY = re.compile(r"package\.json#(?:deploy|release)(?::prod(?:uction)?)?$|[Mm]akefile#(?:deploy|release)(?:-prod(?:uction)?)?$")
"""npm scripts and targets of make that deploy."""
_BRANCH = re.compile(r"main|master|prod\w*|release.*|live|stable|\*\*?|v.*")
_ADDRESS = re.compile(r"[\w.-]+@([\w-]+(?:\.[\w-]+)+)")
_UNPACKS = re.compile(r"(?:tar \S*x|unzip|docker|podman|7z x|git bundle)\b")
_LIFECYCLE = ("preinstall", "install", "postinstall", "prepare", "prestart", "start", "prebuild", "build", "postbuild")
"""npm scripts that run with a start, an install or a build."""


@dataclass(frozen=True, slots=True)
class _Way:
    document: Document
    path: Path
    restart: Met
    policy: Document
    unseen: bool
    """Whether it runs something that is not known here."""

    @property
    def job(self) -> Job | None:
        return self.path.entry.job

    @property
    def file(self) -> str:
        return self.path.entry.name.partition("#")[0]

    @property
    def apps(self) -> tuple[str, ...]:
        """The apps by their names; those that the restart names where there is no config."""
        known = self.document.value.get("apps")
        argv = self.restart.step.argv or ()
        named = [w for before, w in pairwise(argv) if before in ("--name", "-n")] or [w for w in argv[2:] if re.fullmatch(r"[\w-]+", w) and not w.startswith("-")][:1]
        return tuple(str(v.content) for v in known.items() if v.content) if known is not None and known.items() else tuple(named)

    def surely(self, name: str) -> list[Step]:
        """The steps with an effect that run in every deploy by this way, for the app and where it is restarted."""
        here = (m for m in self.path.met if m.app is not None or (self.restart.app is None and m.folder == self.restart.folder))
        met = [m for m in here if m.step.effect == name and m.step.host == self.restart.step.host]
        return [m.step for m in met if m.fate.normal and m.step.branch is None]

    def may(self, name: str) -> bool:
        """Whether any command has an effect, in whatever case."""
        return any(name == s.effect or any(effect(b, self.policy) == name for b in s.body or ()) for s in self.path.run.steps)


def compared(project: Project, documents: Iterable[Document], paths: Sequence[Path]) -> Iterator[Document]:
    """The documents, each `deploy.path` with `other_way`: {entry, lacks, late, restarts} of the first script, job or
    hook of PM2 that deploys the same apps to the same place in another way; null where there is none.

    `lacks` are the effects that this one leaves out, `late` whether it migrates after the restart and the other before,
    `restarts` whether it takes a cluster down that the other reloads.
    """
    given = list(documents)
    ways = {d.value.text("entry"): w for d in given if (w := _way(project, d, paths)) is not None}
    # a project of many such scripts holds experiments and repairs: which of them is meant is not known here
    count = Counter(w.apps for w in ways.values() if "#" not in w.path.entry.name)
    known = [w for w in ways.values() if w.apps and ("#" in w.path.entry.name or count[w.apps] <= _MANY)]
    for document in given:
        if document.kind != "deploy.path":
            yield document
            continue
        mine = next((w for w in known if w.document is document), None)
        found = (_differs(project, mine, other) for other in known) if mine is not None else ()
        told = next((v for v in found if v is not None), Value(None))
        yield replace(document, value=replace(document.value, content={**document.value.members(), "other_way": told}))


def _way(project: Project, document: Document, paths: Sequence[Path]) -> _Way | None:
    """A way that leads to production, as far as its names say."""
    if not is_deploy(document):
        return None
    path = next(p for p in paths if p.entry.name == document.value.text("entry"))
    starts = [m for m in path.met if m.step.effect in STARTS and m.fate.normal]
    name = posixpath.basename(path.entry.name)
    job = path.entry.job
    if job is not None:
        said = [path.entry.name, *re.findall(r"'([^']*)'", job.of.text("if") or "")]
        said += [v.content for key, v in walk(job.of) if isinstance(v.content, str) and any(_PLACES.fullmatch(str(k)) for k in key)]
        meant = starts and (starts[-1].step.host == "remote" or job.own_runner) and not says(path.entry.name, "partly")
        meant = meant and not any(_is_elsewhere(text) for text in said) and (not job.branches or any(_BRANCH.fullmatch(b) for b in job.branches))
    elif "#" in path.entry.name:
        meant = (path.entry.hook == "post-deploy" or _ENTRY.search(path.entry.name) is not None) and not _is_elsewhere(path.entry.name.partition("#")[2])
    else:
        # who writes the config sets a server up
        meant = says(name, "release") and not says(name, "beside") and not own_configs(project, path.run)
    far = [s for s in path.run.steps if s.argv is not None and s.argv[0] in ("ssh", "sshpass", "scp", "rsync")]
    if not meant or not starts or any(_is_elsewhere(s.text.split("\n")[0]) for s in far):
        return None
    unseen = path.run.unknown is not None or any(s.verifies is None and may_check(s) for s in path.run.steps)
    return _Way(document, path, starts[-1], project.policy, unseen)


def _is_elsewhere(text: str) -> bool:
    """Whether it says that it is about another place than production."""
    return says(text, "elsewhere") or "pull_request" in text


def _differs(project: Project, mine: _Way, other: _Way) -> Value | None:
    """In what a way falls short of another one, None where they are not known to be two ways of the same."""
    if mine is other or mine.apps != other.apps or mine.file == other.file or _elsewhere(mine, other) or mine.unseen:
        return None
    app = mine.restart.app
    lacks = [e for e in ("install", "build", "migrate") if _lacks(project, mine, other, e)]
    migrated, before = mine.surely("migrate"), other.surely("migrate")
    late = bool(migrated) and bool(before) and all(s.order > mine.restart.step.order for s in migrated) and all(s.order < _first(other) for s in before)
    cluster = app is not None and app.value.text("exec_mode") == "cluster_mode"
    restarts = cluster and bool(other.surely("reload")) and not mine.may("reload")
    if not (lacks or late or restarts):
        return None
    told: Mapping[str, Value] = {"entry": Value(other.path.entry.name), "lacks": Value(", ".join(lacks) or None), "late": Value(late), "restarts": Value(restarts)}
    return Value(told, mine.document.place())


def _first(way: _Way) -> int:
    return min(m.step.order for m in way.path.met if m.step.effect in STARTS and m.fate.normal)


def _lacks(project: Project, mine: _Way, other: _Way, name: str) -> bool:
    app = mine.restart.app
    if not other.surely(name) or mine.may(name):
        return False
    steps = mine.path.run.steps
    if name in ("install", "build"):
        # what is shipped may be ready to run, and so may what a job hands to an action
        brought = any(s.effect == "ship" or (s.argv is not None and _UNPACKS.match(" ".join(s.argv))) for s in steps)
        if brought or (mine.job is not None and not mine.may("fetch")):
            return False
    if name == "build" and (app is None or (app.value.text("runs") != "build" and not has_own_build(app))):
        return False
    if name == "install":
        return True
    own = scripts(project, home(project, (app.value.text("directory") if app is not None else mine.restart.folder) or ""))
    return not any(effect(command.split(), project.policy) == name for key in _LIFECYCLE for command in re.split(r"&&|\|\||;", own.get(key, "")) if key != name)


def _elsewhere(one: _Way, other: _Way) -> bool:
    """Whether they are known to lead to two places, or to be two parts of one way."""
    if one.job is not None and other.job is not None and (one.job.waits or other.job.waits):
        return True
    if all(w.path.entry.hook == "post-deploy" for w in (one, other)):
        return True
    return any(bool(a) and bool(b) and not a & b for a, b in ((_hosts(one), _hosts(other)), (_folders(one), _folders(other))))


def _hosts(way: _Way) -> set[str]:
    """The servers that are named."""
    return {found[1] for s in way.path.run.steps for word in s.argv or () if s.argv and s.argv[0] in ("ssh", "sshpass", "scp", "rsync") and (found := _ADDRESS.match(word))}


def _folders(way: _Way) -> set[str]:
    """The folders of the app on the server."""
    return {place.rstrip("/") for m in way.path.met if m.app is not None and m.step.host == way.restart.step.host and (place := m.step.directory or "").startswith("/")}

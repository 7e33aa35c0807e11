"""The services of a project, and where the variables of each may come from."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from checklist.facts import loading
from checklist.facts.folders import above, home, is_frontend, scripts
from checklist.facts.ignores import Ignores
from checklist.facts.placeholders import role
from checklist.facts.vocabulary import means
from checklist.model import Document, Location, OneOf, Project, Unknown, Value
from checklist.parse import recognise

NOT_HERE = "the env file is on the server: git ignores it"
_SERVES = re.compile(r"\b(?:(?:next|nuxt|nuxi) start|node|tsx|remix-serve|react-router-serve|pm2)\b")


@dataclass(frozen=True, slots=True)
class Service:
    """The apps of one folder, and where their variables may come from."""

    directory: str
    names: tuple[str, ...]
    files: Mapping[str, Value | None]
    """Env files that it may read, the one that counts first; None where one cannot be understood."""
    elsewhere: bool
    """An env file that it may read is ignored by git or cannot be read here: it is on the server."""
    expected: Value | None
    """The env file that should be there where none is: the first that the project's own config names, or, where there is
    an example to copy, the first of the policy."""
    env: Value
    """PM2's variables as production gets them."""
    place: Location
    unreadable: bool = False
    """Whether an env file is there that may not be read."""

    @property
    def called(self) -> str:
        """What a message calls it."""
        return ", ".join(self.names) or self.directory or "the service"


def services(
    project: Project, apps: Sequence[Document], files: Mapping[str, Value | None], quiet: Collection[str]
) -> Iterator[Service]:
    """The folders with apps that read variables; where no app is seen, those with an env file or a PM2 config."""
    node = [a for a in apps if a.value.text("starts") not in ("static", "other")]
    if apps:
        directories = list(dict.fromkeys(a.value.text("directory") or "" for a in node))
    else:
        own = [d for f in files if posixpath.basename(f) in loading.of_policy(project) and not _is_page(project, d := posixpath.dirname(f))]
        # a config without an app that is seen; JSON that only has such a name (`pm2_values.json`) is none
        configs = any(recognise(f) == "pm2.js" and f not in quiet for f in project.files)
        directories = list(dict.fromkeys(own)) or ([""] if configs else [])
    for directory in directories:
        mine = [a for a in node if (a.value.text("directory") or "") == directory]
        yield _service(project, directory, mine, loading.names(project, mine), files)


def _is_page(project: Project, directory: str) -> bool:
    """Whether what is built in a folder only runs in browsers: a bundler writes its variables into the page."""
    return is_frontend(project, directory, (), project.policy) and not _SERVES.search(scripts(project, home(project, directory)).get("start", ""))


def _service(project: Project, directory: str, apps: Sequence[Document], names: tuple[str, ...], files: Mapping[str, Value | None]) -> Service:
    candidates = loading.near(directory, names)
    here = {c: files[c] for c in candidates if c in files}
    ignores = Ignores(project)
    unreadable = any(c in project.broken or (c in project.paths and c not in files) for c in candidates)
    elsewhere = unreadable or any(c not in files and ignores.decide(c) for c in candidates)
    base = [a for a in apps if a.value.text("environment") is None]
    place = base[0].place() if base else _config(project)
    given = (project.policy.value.get("env_files") or Value(())).items()
    expected = next((n for n in given if n.at is not None), None)
    if expected is None and elsewhere and names and examples(project, directory):
        expected = Value(names[0], place)
    told = dict.fromkeys(a.subject for a in base)
    return Service(
        directory,
        tuple(told),
        here,
        elsewhere,
        expected if not here else None,
        _environment(apps),
        place,
        any(c in project.broken for c in candidates),
    )


def examples(project: Project, directory: str) -> list[str]:
    """The example env files in a folder and those above it."""
    folders = set(above(directory))
    return [f for f in sorted(project.files) if posixpath.dirname(f) in folders and recognise(f) == "env" and role(f) == "example"]


def _config(project: Project) -> Location:
    return Location(next((f for f in sorted(project.files) if (recognise(f) or "").startswith("pm2.")), project.policy.file))


def _environment(apps: Sequence[Document]) -> Value:
    """PM2's variables of all apps of a service: the last that says something wins, production's before all others."""
    ranked = sorted(apps, key=lambda a: (means(a.value.text("environment"), "production"), a.value.text("environment") is None))
    merged: dict[str, Value] = {}
    more = False
    for app in ranked:
        of = app.value.get("env")
        if of is None:
            continue
        merged |= of.members()
        more = more or of.more or isinstance(of.content, (Unknown, OneOf))
    return Value(merged, more=more)

"""`env.unused`: each env file that a service loads, and each PM2 config, with the variables that nothing reads."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from checklist.facts import loading
from checklist.facts.folders import above
from checklist.facts.ledger import UNSEEN
from checklist.facts.placeholders import role
from checklist.facts.readers import known
from checklist.model import Document, Location, Project, Unknown, Value, value
from checklist.parse import env as parser
from checklist.parse import recognise, usage

_FIRST = 3
_NAME = re.compile(r"[A-Z][A-Z0-9_]{2,}")
_REFERENCE = re.compile(r"\$\{?([A-Z][A-Z0-9_]+)")
_READ_BY_CONFIG = re.compile(r"env\s*(?:\.\s*|\[\s*['\"])([A-Z][A-Z0-9_]+)")

# Programs among the dependencies that run the code of the project that they are started in.
_RUNNERS = re.compile(r"(?:^|/)node_modules/(?:\.bin/)?@?(?:next|nuxt|nuxi|nest|nestjs|strapi|adonisjs|tsx|ts-node|ts-node-dev|nodemon|vite|vite-node|astro|remix-run|sveltejs|dotenv-cli|dotenv|env-cmd|cross-env)(?:/|\Z)")


def documents(project: Project, apps: Sequence[Document], usages: Mapping[str, usage.Usage]) -> list[Document]:
    """{file, names, more, set_at}: the first names, how many more there are, and where they are set.

    Read is what any text but an env file and a PM2 config names, what another value refers to, and what a library is
    known to take. `apps` also holds the apps of `env_X` environments, `usages` what each source reads.
    """
    given = dict((*_of_files(project, apps), *_of_apps(project, apps)))
    read = _read(project)
    hidden = _hidden(project, usages)
    found = []
    for file, names in sorted(given.items()):
        spare = [v for n, v in names.items() if n not in read]
        sure = [v for v in spare if not hidden.match(str(v.content))]
        place = next((v.at for v in (*sure, *spare) if v.at), None) or Location(file)
        told = ", ".join(str(v.content) for v in sure[:_FIRST]) or (Unknown(UNSEEN) if spare else None)
        data = {"file": file, "names": Value(told, place), "more": max(0, len(sure) - _FIRST), "set_at": sure[1:_FIRST]}
        found.append(Document("env.unused", file, value(data, place), file))
    return found


def _of_files(project: Project, apps: Sequence[Document]) -> Iterator[tuple[str, dict[str, Value]]]:
    """The variables of each env file that an app may load, where the app's code is here."""
    for app in apps:
        directory = app.value.text("directory")
        if directory is None or not _code_is_here(project, app):
            continue
        for file in loading.near(directory, loading.names(project, [app])):
            if file in project.files and recognise(file) == "env" and role(file) == "real":
                entries = parser.entries(file, project.files[file])
                yield file, {e.name: Value(e.name, e.value.key_at) for e in entries if _judged(project, e.name)}


def _of_apps(project: Project, apps: Sequence[Document]) -> Iterator[tuple[str, dict[str, Value]]]:
    """The variables that each PM2 config sets, of the apps whose code is here."""
    of_file: dict[str, dict[str, Value]] = {}
    for app in apps:
        if _code_is_here(project, app):
            members = (app.value.get("env") or Value({})).members()
            mine = of_file.setdefault(app.file, {})
            for name, of in members.items():
                if _judged(project, name):
                    mine.setdefault(name, Value(name, of.key_at or of.at or app.place()))
    yield from of_file.items()


def _code_is_here(project: Project, app: Document) -> bool:
    """Whether Node runs code of the project for the app: a program that was installed, and other languages, read by conventions of their own."""
    entry, directory = app.value.text("entry") or "", app.value.text("directory")
    installed = re.search(r"(?:^|/)node_modules/", entry) is not None and not _RUNNERS.search(entry)
    if directory is None or app.value.text("starts") in ("static", "other") or installed:
        return False
    home = next((f for f in above(directory) if project.exists(posixpath.join(f, "package.json"))), directory)
    below = f"{home}/" if home else ""
    return any(p.startswith(below) and usage.is_source(p) for p in (*project.paths, *project.sources))


def _judged(project: Project, name: str) -> bool:
    required = {str(w.content) for w in (project.policy.value.get("required_env") or Value(())).items()}
    return _NAME.fullmatch(name) is not None and not known(name) and name not in required


def _read(project: Project) -> set[str]:
    """The names that something in the project reads."""
    found = set(project.words or ())
    for file, text in project.files.items():
        kind = recognise(file) or ""
        if kind == "env":
            found.update(_REFERENCE.findall(text))
        elif kind.startswith("pm2."):
            found.update(_REFERENCE.findall(text))
            found.update(_READ_BY_CONFIG.findall(text))
    return found


def _hidden(project: Project, usages: Mapping[str, usage.Usage]) -> re.Pattern[str]:
    """The names that code may read although they stand nowhere, since it puts names together or goes through them all."""
    if project.words is None or any(of.composed for of in usages.values()):
        return re.compile("")
    if not any(of.dynamic or of.helpers for of in usages.values()):
        return re.compile(r"(?!)")
    pieces = [rf".*{re.escape(w)}\Z" if w.startswith("_") else re.escape(w) for w in sorted(project.words) if w.startswith("_") or w.endswith("_")]
    return re.compile("|".join(pieces) or r"(?!)")

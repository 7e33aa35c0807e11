"""`env.reading`: each env file that a script reads by the shell and a service by dotenv, with what comes out differently."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass

from checklist.facts import loading
from checklist.facts.folders import home
from checklist.facts.ledger import says
from checklist.facts.placeholders import is_placeholder, role
from checklist.model import Document, Location, Project, Value, value
from checklist.parse import env as parser
from checklist.parse import recognise, shell, sourced
from checklist.parse.sh import tree

_FIRST = 3
# dotenv by its name, what brings it along, Node's own reader
_BY_DOTENV = re.compile(r"(?<![\w-])dotenv(?![\w-])|@nestjs/config|--env-file|loadEnvFile|env-cmd|\"next\"|\"nuxt\"|@strapi/strapi|@adonisjs/core|\"react-scripts\"")
_EXPANDS = re.compile(r"dotenv-expand|expandVariables|\"next\"|\"react-scripts\"|\"vite\"")
_STARTS = re.compile(r"(?m)^[^#\n]*(?<![\w./-])(?:pm2|node|npm|npx|yarn|pnpm|bun|tsx)\s+(?!-v|--version|install|ci\b)\w")
_NO_COMMENTS = ("^#", "#", r"^\s*#", "^ *#", r"^[[:space:]]*#")


@dataclass(frozen=True, slots=True)
class _Reading:
    """A command by which a shell takes in an env file."""

    path: str
    """As it ends: `.env`, `backend/.env`."""
    how: str
    comments: str
    at: Location


def documents(project: Project, apps: Sequence[Document]) -> list[Document]:
    """{file, names, more, how, read_at}: the first names that differ, how many more there are, and where it is read.

    An example stands for the env file that is not here; its placeholders are left out.
    """
    texts = [t for f, t in project.files.items() if (recognise(f) or "").startswith(("package", "pm2"))]
    if not any(_BY_DOTENV.search(t) for t in (*project.sources.values(), *texts)):
        return []
    expands = any(_EXPANDS.search(t) for t in (*project.sources.values(), *texts))
    readings = [r for f, t in sorted(project.files.items()) if recognise(f, t[:200]) == "shell" for r in _readings(f, t)]
    found = []
    for file in sorted(_loaded(project, apps)):
        documents = (_document(project, file, r, expands=expands) for r in readings if _is_meant(project, r, file))
        found += [d for d in documents if d is not None][:1]
    return found


def _is_meant(project: Project, reading: _Reading, file: str) -> bool:
    """Whether a command takes in this file: the one that its path ends like, in the package of the script or around it."""
    real = _without_example(file)
    place = posixpath.dirname(reading.at.file)
    return f"/{real}".endswith(f"/{reading.path}") and posixpath.dirname(real) in (place, home(project, place), *_named_folder(reading))


def _named_folder(reading: _Reading) -> tuple[str, ...]:
    folder = posixpath.dirname(reading.path)
    return (folder,) if folder else ()


def _loaded(project: Project, apps: Sequence[Document]) -> set[str]:
    """The env files that a service may load, or the examples of those that are not here."""
    near = {f for a in apps if (d := a.value.text("directory")) is not None for f in loading.near(d, loading.names(project, [a]))}
    examples = {f for f in project.files if recognise(f) == "env" and role(f) == "example" and _without_example(f) in near - set(project.files)}
    return {f for f in near if f in project.files and recognise(f) == "env"} | examples


def _without_example(file: str) -> str:
    folder, name = posixpath.split(file)
    return posixpath.join(folder, re.sub(r"(?i)[._-]?(?:example|sample|template|dist)", "", name))


def _document(project: Project, file: str, reading: _Reading, *, expands: bool) -> Document | None:
    """The file's document for one reading; None where nothing can be said. A script that runs no Node after it
    asks only for what it names."""
    text = project.files[file]
    entries = parser.entries(file, text)
    if role(file) == "example":
        text = "\n".join(line for line in text.split("\n") if not any(is_placeholder(str(e.value.content)) or not e.value.content for e in parser.entries(file, line)))
    names = sourced.differences(text, reading.how, comments=reading.comments, expands=expands)
    if names is None:
        return None
    script = "\n".join(project.files[reading.at.file].split("\n")[reading.at.line - 1 :])
    names = [n for n in names if says(script, n) or _STARTS.search(script)]
    places = {e.name: e.value.key_at for e in entries}
    place = next((places[n] for n in names if places.get(n)), None) or Location(file)
    data = {
        "file": file,
        "names": Value(", ".join(names[:_FIRST]) or None, place),
        "more": max(0, len(names) - _FIRST),
        "script": reading.at.file,
        "how": reading.how,
        "read_at": [Value(reading.path, reading.at)],
    }
    return Document("env.reading", file, value(data, place), file)


# ---- who reads it by the shell ---------------------------------------------------------------------------------------


def _readings(file: str, text: str) -> Iterator[_Reading]:
    """The commands of a script that take in an env file: `. FILE`, `export $(cat FILE | grep -v '^#' | xargs)`."""
    if "env" not in text or not re.search(r"xargs|(?<![\w.])(?:source|\.)\s", text):
        return
    script = shell.parse(file, text)
    for command in _commands(script.root):
        first = command.words[0].literal() if command.words else None
        at = script.source.at(command.start, command.end)
        if first in (".", "source") and len(command.words) > 1 and (path := _env_file(command.words[1])):
            yield _Reading(path, "source", "", at)
        elif first == "export":
            bodies = [p.body for word in command.words[1:] for p in word.parts if isinstance(p, tree.Substitution) and not p.quoted]
            yield from (found for body in bodies if (found := _through_xargs(body, at)))


def _through_xargs(body: tree.Sequence, at: Location) -> _Reading | None:
    """`cat FILE | xargs`, `grep -v '^#' FILE | xargs` and both together; anything else in the pipe is not followed."""
    [pipeline] = body.items if len(body.items) == 1 else (None,)
    if not isinstance(pipeline, tree.Pipeline):
        return None
    path, comments = "", ""
    for command in pipeline.parts:
        words = [w.literal() for w in command.words] if isinstance(command, tree.Simple) else [None]
        match words:
            case ["xargs"] if path:
                return _Reading(path, "xargs", comments, at)
            case ["cat", _] | ["grep" | "egrep", "-v", _] | ["grep" | "egrep", "-v", _, _]:
                if words[0] != "cat":
                    if words[2] not in _NO_COMMENTS:
                        return None
                    comments = words[2].replace("[[:space:]]", r"\s")
                if words[0] == "cat" or len(words) == 4:
                    assert isinstance(command, tree.Simple)
                    path = _env_file(command.words[-1])
            case _:
                return None
    return None


def _env_file(word: tree.Word) -> str:
    """The end of the path that a word names, after any variable in it: `backend/.env`; "" if it is no env file's."""
    tail = ""
    for part in reversed(word.parts):
        if not isinstance(part, tree.Text):
            break
        tail = part.text + tail
    path = posixpath.normpath(tail.lstrip("/")) if tail else ""
    return path if recognise(path) == "env" else ""


def _commands(node: object) -> Iterator[tree.Simple]:
    """Every simple command in a tree, also those in substitutions."""
    if isinstance(node, tree.Simple):
        yield node
    if isinstance(node, (tuple, list)):
        for one in node:
            yield from _commands(one)
    elif is_dataclass(node) and not isinstance(node, tree.Text):
        for given in fields(node):
            yield from _commands(getattr(node, given.name))

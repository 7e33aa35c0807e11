"""`page`: a runbook, playbook or decision record: does it say anything, and are the commands there that it names."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from checklist.model import Document, Location, Project, Unknown, Value
from checklist.parse import markdown

# What follows a name that is whole: no placeholder, no pattern, no continued path
_END = r"(?=[\s;&|)\"'`]|$)"
_NPM = re.compile(rf"(?<![\w-])(?P<command>(?:npm|pnpm) run(?:-script)? (?P<name>[A-Za-z][\w:.-]*)){_END}(?P<rest>.*)")
_SCRIPT = re.compile(rf"(?<![\w/.~$@:{{}}<>*-])(?P<name>(?:\./)?(?:[\w-][\w.-]*/)+[\w.-]+\.(?:sh|bash)|\./[\w.-]+\.(?:sh|bash)){_END}")
_MAKE = re.compile(r"(?:^|&&|;|\|\|)\s*(?:\$ )?(?P<command>make (?P<name>[a-z][\w.-]*))\s*(?=$|&&|;|#|\|\|)")
_PM2 = re.compile(
    rf"(?<![\w-])(?P<command>pm2 (?:restart|reload|gracefulReload|stop|delete|del|describe|show|logs) (?P<name>[A-Za-z][\w.-]*)){_END}"
)
_PLACEHOLDER = re.compile(r"(?i)(?:your|my|the|some)?[-_]?(?:app|process|service|script)?[-_]?(?:name|id)|all|(?:your|my)[-_].*|xxx|foo|bar|example|app|[A-Z][A-Z0-9_]*_[A-Z0-9_]*")
_FILE = re.compile(r"\.(?:[cm]?js|ts|json|ya?ml)\Z")
# A line that makes the file that it names, or brings it from elsewhere
_MAKES = re.compile(r">\s*\S|(?<![\w-])(?:touch|nano|vim?|curl|wget|scp|git clone|ssh|docker|kubectl)(?![\w-])")
_ELSEWHERE = re.compile(r"(?:^|&&|;)\s*(?:\$ )?cd (?!/|~|-|\$)([\w./-]+)|(?<![\w-])git clone(?![\w-])|--prefix|--cwd|(?<!\w)-C ")
_NAMES = re.compile(r"(?:--name|-n)[ =]+['\"]?([\w.-]+)|\bname:\s*['\"]([\w.-]+)['\"]")
_TARGET = re.compile(r"^([\w./ -]+?)\s*::?(?!=)", re.MULTILINE)

# What is kept for the record is followed by nobody.
_ARCHIVED = re.compile(r"(?i)(?:^|/)(?:_?archived?|old|legacy|deprecated|obsolete|attic)/")


def documents(project: Project, apps: Sequence[Document], packages: Sequence[Document]) -> list[Document]:
    """{name, kind, empty, missing: [command]} for each; nothing is missing in a playbook or a decision record."""
    return [_page(file, of, project, apps, packages) for file in sorted(project.files) if (of := markdown.kind(file)) and not _ARCHIVED.search(file)]


def _page(file: str, of: str, project: Project, apps: Sequence[Document], packages: Sequence[Document]) -> Document:
    text = project.files[file]
    missing = _missing(file, text, _Known(project, apps, packages)) if of == "runbook" else ()
    data = {"kind": Value(of), "name": Value(file), "empty": Value(markdown.is_empty(text)), "missing": Value(tuple(missing))}
    return Document("page", file, Value(data, Location(file)), file)


class _Known:
    """What is there to be named: scripts, files, make targets, apps; None where not all of them can be seen."""

    def __init__(self, project: Project, apps: Sequence[Document], packages: Sequence[Document]) -> None:
        self.project = project
        self.paths = {*project.paths, *project.files, *(project.tracked or ())}
        broken = any(posixpath.basename(f) == "package.json" for f in project.broken)
        self.scripts = None if broken or not packages else {s for p in packages for s in (p.value.get("scripts") or Value({})).members()}
        self.targets = _targets(project)
        self.apps = _apps(project, apps)

    def file(self, name: str) -> bool:
        """Whether the file is there, from any folder; also where its folder is not looked into."""
        path = posixpath.normpath(name)
        if any(p == path or p.endswith("/" + path) for p in self.paths):
            return True
        folder = posixpath.dirname(path)
        return folder in self.paths and not any(p.startswith(folder + "/") for p in self.paths)


def _targets(project: Project) -> frozenset[str] | None:
    makefiles = [f for f in project.files if re.search(r"(?:^|/)(?:GNUm|M|m)akefile\Z|\.mk\Z", f)]
    texts = [project.files[f] for f in makefiles]
    if any(re.search(r"^-?include\b|^[^#\t\n]*%[^\n]*:|^\$\(", t, re.MULTILINE) for t in texts):
        return None
    return frozenset(word for t in texts for names in _TARGET.findall(t) for word in names.split())


def _apps(project: Project, apps: Sequence[Document]) -> frozenset[str] | None:
    names = set()
    for app in apps:
        name, namespace = app.value.get("name"), app.value.get("namespace")
        if name is None or not isinstance(name.content, str) or app.value.more or (namespace and isinstance(namespace.content, Unknown)):
            return None
        names |= {name.content, namespace.content if namespace and isinstance(namespace.content, str) else name.content}
    elsewhere = {n for text in project.files.values() for pair in _NAMES.findall(text) for n in pair if n}
    return frozenset(names | elsewhere) if names else None


def _missing(file: str, text: str, known: _Known) -> Iterator[Value]:
    seen: set[str] = set()
    for _, lines in groupby(markdown.code(text), key=lambda c: c.block):
        block = list(lines)
        if any(_ELSEWHERE.search(c.text) for c in block):
            continue  # these commands run in a folder that need not be here
        for c in block:
            for command, start, end in _absent(c.text, known):
                if command not in seen:
                    seen.add(command)
                    yield Value(command, Location(file, c.line, c.column + start, c.line, c.column + end))


def _absent(line: str, known: _Known) -> Iterator[tuple[str, int, int]]:
    if line.lstrip().startswith("#"):
        return
    for m in _NPM.finditer(line):
        if known.scripts is not None and m["name"] not in known.scripts and "--if-present" not in m["rest"]:
            yield m["command"], m.start("command"), m.end("command")
    for m in _SCRIPT.finditer(line) if not _MAKES.search(line) else ():
        if not known.file(m["name"]):
            yield m["name"], m.start("name"), m.end("name")
    for m in _MAKE.finditer(line):
        if known.targets is not None and m["name"] not in known.targets and not known.project.exists(m["name"]):
            yield m["command"], m.start("command"), m.end("command")
    for m in _PM2.finditer(line):
        if known.apps is not None and m["name"] not in known.apps and not _PLACEHOLDER.fullmatch(m["name"]) and not _FILE.search(m["name"]):
            yield m["command"], m.start("command"), m.end("command")

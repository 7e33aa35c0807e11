"""Every file that was read, parsed once: `source` documents, and the values that the other facts are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checklist.model import Document, Location, Parsed, Problem, Project, Unknown, Value, value
from checklist.parse import env as env_files
from checklist.parse import json, recognise, yaml
from checklist.parse import shell as shell_scripts

KINDS = {
    "pm2.js": "pm2.config",
    "pm2.json": "pm2.config",
    "pm2.yaml": "pm2.config",
    "pm2.ts": "pm2.config",
    "env": "env.file",
    "package": "package",
    "workflow": "ci.workflow",
    "shell": "script",
}
"""Format → the kind of document that it becomes; other formats are named as they are."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its format, and what its parser made of it."""

    file: str
    format: str
    parsed: Parsed
    style: str = ""
    """`esm` or `commonjs` for a PM2 config in JavaScript."""

    def document(self) -> Document:
        """The `source` document: {format, kind, readable, reason}; place: the problem's, else the file's start."""
        problem = self.parsed.problem
        readable: object = problem is None
        if problem is not None and self.format in ("shell", "makefile", "dockerfile"):
            grammar = problem.text.startswith("not understood as shell")
            readable = Value(Unknown("it is not understood as a shell script, `bash -n` may say why" if grammar else problem.text))
        told = {"format": self.format, "kind": KINDS.get(self.format, self.format), "readable": readable, "reason": problem.text if problem else None}
        return Document("source", self.file, value(told, problem.location if problem else Location(self.file)), self.file)


def read(project: Project) -> Mapping[str, Source]:
    """Every recognised file of the project by path."""
    found = {}
    for file, text in sorted(project.files.items()):
        format = recognise(file, text[:200])
        if format is not None:
            found[file] = _parse(file, format, text, project)
    for file, reason in sorted(project.broken.items()):
        format = recognise(file) or "file"
        found[file] = Source(file, format, Parsed(None, Problem(Location(file), reason)))
    return found


def _parse(file: str, format: str, text: str, project: Project) -> Source:
    match format:
        case "pm2.js" | "pm2.json":
            # 15 ms to import, and not every project has one
            from checklist.parse import javascript

            module = javascript.evaluate(file, text, root=project.root, files=project.files, env=project.environment, expression=format == "pm2.json")
            return Source(file, format, Parsed(module.value, module.problem), module.style)
        case "pm2.yaml" | "workflow" | "config":
            return Source(file, format, yaml.parse(file, text))
        case "package" | "json":
            return Source(file, format, json.parse(file, text, comments=format == "json"))
        case "env":
            return Source(file, format, env_files.parse(file, text))
        case "shell":
            return Source(file, format, Parsed(None, shell_scripts.parse(file, text).problem))
    return Source(file, format, Parsed(None))

"""`package`: each package.json with the folder it governs and the lock files beside it."""

from __future__ import annotations

import posixpath
from dataclasses import replace

from checklist.model import Document, Project, Value, value

_LOCKS = {"package-lock.json": "npm", "npm-shrinkwrap.json": "npm", "yarn.lock": "yarn", "pnpm-lock.yaml": "pnpm", "bun.lock": "bun", "bun.lockb": "bun"}
_SHOWN = ("name", "type", "main", "scripts", "dependencies", "devDependencies", "engines", "workspaces", "packageManager", "private", "files")


def document(file: str, of: Value, project: Project) -> Document:
    """One package.json: {directory, locks: [manager], scripts: {}, dependencies: {}, …}; unknown shapes are left out."""
    directory = posixpath.dirname(file)
    members = of.members()
    data = {key: members[key] for key in _SHOWN if key in members}
    for key in ("scripts", "dependencies", "devDependencies"):
        if not isinstance(data.get(key, Value({})).content, dict):
            del data[key]
        data.setdefault(key, Value({}, of.at))
    locks = sorted({manager for name, manager in _LOCKS.items() if project.exists(posixpath.join(directory, name))})
    told = value({"directory": directory, "locks": locks} | data, of.at)
    return Document("package", file, replace(told, at=of.at), of.text("name") or directory or "the package")

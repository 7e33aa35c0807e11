"""Paths on a server and in a config, matched to folders of the repository."""

from __future__ import annotations

import posixpath
from functools import lru_cache
from itertools import takewhile

from checklist.facts.folders import above
from checklist.model import Project


@lru_cache(maxsize=2)
@lru_cache(maxsize=2)
def folders(project: Project) -> frozenset[str]:
    """Every folder that holds something that was seen or is tracked; "" is the root."""
    found = {""}
    for path in (*project.files, *project.paths, *(project.tracked or ())):
        found.update(takewhile(lambda folder: folder not in found, above(posixpath.dirname(path))))
    return frozenset(found)


def within(path: str, base: str, project: Project, known: frozenset[str]) -> str | None:
    """The repository's path for one that is written in a config: relative to `base`, or absolute on some machine.

    An absolute one below the project's root loses the root; any other keeps its longest suffix that starts with a
    folder or file of the repository (`/srv/shop-main/backend` is `backend`). None if it leads out of the repository.
    """
    if not path.startswith("/"):
        joined = posixpath.normpath(posixpath.join(base, path))
        return None if joined.startswith("..") else joined.removeprefix(".").lstrip("/") if joined == "." else joined
    path = posixpath.normpath(path)
    if path == project.root or path.startswith(project.root.rstrip("/") + "/"):
        return path[len(project.root.rstrip("/")) + 1 :]
    parts = [p for p in path.split("/") if p]
    for start in range(len(parts)):
        folder = "/".join(parts[start:])
        if folder in known or project.exists(folder):
            return folder
    return None

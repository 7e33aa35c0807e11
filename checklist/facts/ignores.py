"""What git would ignore in the project, by the .gitignore files in it and above it."""

from __future__ import annotations

import posixpath

from checklist.model import Location, Project
from checklist.parse import gitignore


class Ignores:
    """The project's .gitignore files, those above its root included: discovery names them `../.gitignore` and so on."""

    def __init__(self, project: Project) -> None:
        own = {f: t for f, t in project.files.items() if posixpath.basename(f) == gitignore.NAME}
        self.depth = max((f.count("../") for f in own if f.startswith("../")), default=0)
        self.above = [p for p in project.root.split("/") if p][-self.depth :] if self.depth else []
        self.prefix = "".join(f"{p}/" for p in self.above)
        self.names = {self._from_top(f): f for f in own}
        self.files = {top: own[f] for top, f in self.names.items()}

    def _from_top(self, file: str) -> str:
        up = file.count("../")
        return "".join(f"{p}/" for p in self.above[: self.depth - up]) + file.replace("../", "")

    def decide(self, path: str, *, folder: bool = False) -> Location | None:
        """The line that makes git ignore a path below the root; None if it is not ignored."""
        found = gitignore.decide(self.files, self.prefix + path, folder=folder)
        if found is None or not found.ignored:
            return None
        line = self.files[found.file].split("\n")[found.line - 1].removesuffix("\r")
        return Location(self.names[found.file], found.line, 1, found.line, len(line) + 1)

    def end(self, folder: str) -> Location | None:
        """Where a line for a folder would be added: the end of the nearest .gitignore that governs it; None if there
        is none, or only one outside the project."""
        file = gitignore.governing(self.files, (self.prefix + folder).rstrip("/"))
        if file is None or self.names[file].startswith("../"):
            return None
        return gitignore.end(self.names[file], self.files[file])

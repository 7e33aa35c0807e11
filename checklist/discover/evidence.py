"""What stands beside the configs: the service's sources, runbooks and guides, and the names in capitals of all the rest.

It is evidence and no config: one that can't be read is no finding. Reading ends at limits, for a repository may be of any
size; what lies beyond them counts as not seen, and what would follow from it stays open.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from checklist.files import Unreadable, decoded, read
from checklist.parse import recognise, words
from checklist.parse.usage import CALL, SIGNS

MAX_PAGES = 200
MAX_SOURCES = 3_000
MAX_SOURCE = 1 << 19
MAX_TOTAL = 1 << 26
"""64 MiB, of sources and of other files that may name variables each: about a second of looking for names."""

_SIGNS = tuple(sign.encode() for sign in SIGNS)
_CALL = re.compile(CALL.encode())


class Evidence:
    """What has been read of a project besides its configs; `sources` has those that say something that the facts ask."""

    def __init__(self, root: Path) -> None:
        self.sources: dict[str, str] = {}
        self.sources_seen = True
        self._root = root
        self._pages = 0
        self._guides: list[str] = []
        self._sources = self._total = 0
        self._others: list[str] = []
        self._names: set[str] = set()

    def page(self, path: str) -> str | None:
        """The text of a runbook or the like."""
        self._pages += 1
        try:
            return decoded(read(self._root, path)) if self._pages <= MAX_PAGES else None
        except Unreadable:
            self._pages -= 1
            return None

    def source(self, path: str) -> None:
        """Reads a source of the service, and keeps it if it says something that the facts ask."""
        self._sources += 1
        if self._sources > MAX_SOURCES or self._total > MAX_TOTAL:
            self.sources_seen = False
            return
        try:
            data = read(self._root, path)
        except Unreadable:
            self.sources_seen = False
            return
        self._total += len(data)
        if len(data) > MAX_SOURCE:
            self.sources_seen = False
            return
        self._names |= words.names(path, data)
        if any(sign in data for sign in _SIGNS) or _CALL.search(data):
            self.sources[path] = decoded(data)

    def note(self, path: str) -> None:
        """Keeps the path of a file that is neither, to be read at the end if it is asked for."""
        if words.asks(path):
            self._others.append(path)
        if path.lower().endswith(".md"):
            self._guides.append(path)

    def guides(self) -> dict[str, str]:
        """The pages that say how the server's log files are rotated, which is done there once and by hand."""
        found = {}
        for path in self._guides[:MAX_PAGES]:
            try:
                data = read(self._root, path)
            except Unreadable:
                continue
            if b"logrotate" in data and not data.startswith(b"<!-- onai-check:"):  # our own checklist only asks for it
                found[path] = decoded(data)
        return found

    def names(self, files: Mapping[str, str]) -> frozenset[str] | None:
        """The names in capitals in all that may read variables, `files` included; None where not all of it can be read, or
        nothing sets any."""
        sets = any((recognise(file) or "").startswith(("env", "pm2")) for file in files)
        if not sets or not self.sources_seen or len(self._others) > MAX_SOURCES:
            return None
        total = 0
        for path in self._others:
            try:
                data = read(self._root, path)
            except Unreadable:
                continue  # larger than any code, or no file: it asks for nothing
            total += len(data)
            if total > MAX_TOTAL:
                return None
            self._names |= words.names(path, data)
        return words.of(files) | self._names

"""A place → the source line that a report shows of it."""

from __future__ import annotations

from bisect import bisect_right

from checklist.facts import Facts
from checklist.model import MASK, Location, Project, Snippet, walk
from checklist.parse import recognise
from checklist.secrets import spans


class Snippets:
    """Source lines with their secrets masked; of env files and unparsed files, none."""

    def __init__(self, project: Project, facts: Facts) -> None:
        self.files = {f: t for f, t in project.files.items() if f in facts.quotable}
        self.secret: dict[str, list[Location]] = {}
        for document in facts.documents:
            for _, below in walk(document.value):
                if below.secret and below.at is not None and not isinstance(below.content, (dict, tuple)):
                    self.secret.setdefault(below.at.file, []).append(below.at)
        self.lines: dict[str, tuple[list[str], dict[int, list[tuple[int, int]]]]] = {}

    def of(self, location: Location) -> Snippet | None:
        whole_file = (location.line, location.column, location.end_line, location.end_column) == (1, 1, 1, 1)
        if whole_file or location.file not in self.files:
            return None
        if location.file not in self.lines:
            self.lines[location.file] = self._read(location.file)
        lines, hidden = self.lines[location.file]
        if not 0 < location.line <= len(lines):
            return None
        line = lines[location.line - 1]
        start = location.column - 1
        end = location.end_column - 1 if location.end_line == location.line else len(line.rstrip())
        out, marks, done = "", [0, 0], 0
        for a, b in [*hidden.get(location.line, ()), (len(line), len(line))]:
            for i, column in enumerate((start, end)):
                if done <= column <= a:
                    marks[i] = len(out) + column - done
                elif a < column < b:
                    marks[i] = len(out) + a - done + (len(MASK) if i else 0)
            out += line[done:a] + (MASK if b > a else "")
            done = b
        return Snippet(out, marks[0], max(marks)) if line.strip() else None

    def _read(self, file: str) -> tuple[list[str], dict[int, list[tuple[int, int]]]]:
        text = self.files[file].removeprefix("\ufeff")
        lines = text.split("\n")
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line) + 1)
        found = [
            (starts[at.line - 1] + at.column - 1, starts[at.end_line - 1] + at.end_column - 1)
            for at in self.secret.get(file, ())
            if at.end_line <= len(lines)
        ]
        hidden: dict[int, list[tuple[int, int]]] = {}
        done = 0
        for start, end in sorted(found + list(spans(text, code=recognise(file) == "pm2.js"))):
            start = max(start, done)
            done = max(end, done)
            first = bisect_right(starts, start) - 1
            for n in range(first, len(lines)):
                if starts[n] >= end:
                    break
                piece = (max(start - starts[n], 0), min(end - starts[n], len(lines[n])))
                if piece[1] > piece[0]:
                    hidden.setdefault(n + 1, []).append(piece)
        return lines, hidden

"""Which line of which .gitignore decides about a path, as `git check-ignore --no-index -v` says it (gitignore(5)):
the nearest .gitignore speaks first, in a file the last line that fits, and nothing below an excluded folder can be
brought back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from checklist.model import Location, Parsed, Value
from checklist.parse.wildmatch import Pattern, compile_line

NAME = ".gitignore"


@dataclass(frozen=True, slots=True)
class Decision:
    """The line that decides about a path."""

    ignored: bool
    file: str
    line: int


def parse(file: str, text: str) -> Parsed:
    """The patterns of a .gitignore as an array of strings, each at its line; comments and empty lines are left out."""
    lines = enumerate(_lines(text), 1)
    patterns = (Value(line, Location(file, n, 1, n, len(line) + 1)) for n, line in lines if compile_line(line))
    return Parsed(Value(tuple(patterns), Location(file)))


def decide(files: Mapping[str, str], path: str, *, folder: bool = False) -> Decision | None:
    """The line that says whether git would ignore a path, None if no line does.

    `files` are texts by POSIX path, of which only .gitignore files are asked; `folder` says that the path is one, even
    if it is not there yet. What is in the index is not looked at (`--no-index`).
    """
    parts = path.strip("/").split("/")
    for depth in range(1, len(parts)):
        above = _one(files, parts[:depth], True)
        if above is not None and above.ignored:
            return above
    return _one(files, parts, folder)


def governing(files: Mapping[str, str], folder: str) -> str | None:
    """The .gitignore that is nearest in or above a folder, "" being the root."""
    parts = folder.split("/") if folder else []
    candidates = ("/".join((*parts[:depth], NAME)) for depth in range(len(parts), -1, -1))
    return next((c for c in candidates if c in files), None)


def end(file: str, text: str) -> Location:
    """Where a line would be added to a .gitignore: after its last one."""
    lines = text.split("\n")
    return Location(file, len(lines), len(lines[-1]) + 1, len(lines), len(lines[-1]) + 1)


def matcher(patterns: Sequence[str]) -> Callable[[str], str | None]:
    """Which of some patterns in .gitignore's language excludes a path, if any; a folder's path ends with a slash."""
    lines = "\n".join(patterns)
    files = {NAME: lines}

    def excluded(path: str) -> str | None:
        found = decide(files, path, folder=path.endswith("/"))
        return lines.split("\n")[found.line - 1] if found is not None and found.ignored else None

    return excluded


def _one(files: Mapping[str, str], parts: Sequence[str], folder: bool) -> Decision | None:
    for depth in range(len(parts) - 1, -1, -1):
        file = "/".join((*parts[:depth], NAME))
        if file in files:
            path = "/".join(parts[depth:])
            for line, pattern in _compiled(files[file]):
                if (folder or not pattern.folders_only) and pattern.fits(path):
                    return Decision(not pattern.brings_back, file, line)
    return None


@lru_cache(maxsize=256)
def _compiled(text: str) -> tuple[tuple[int, Pattern], ...]:
    """(line, pattern), the last line first: it is the one that counts."""
    found = [(number, pattern) for number, line in enumerate(_lines(text), 1) if (pattern := compile_line(line))]
    return tuple(reversed(found))


def _lines(text: str) -> list[str]:
    # git splits at \n only and drops one \r before it
    lines = text.removeprefix("\ufeff").split("\n")
    return [line.removesuffix("\r") for line in lines]

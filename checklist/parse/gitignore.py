"""Which line of which .gitignore decides about a path, as `git check-ignore --no-index -v` says it.

The pattern language is pathspec's; the order is ours (gitignore(5)): the nearest .gitignore speaks first, in a file the
last line that fits, and nothing below an excluded folder can be brought back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from checklist.model import Location, Parsed, Value

NAME = ".gitignore"


@dataclass(frozen=True, slots=True)
class Decision:
    """The line that decides about a path."""

    ignored: bool
    file: str
    line: int
    pattern: str


def parse(file: str, text: str) -> Parsed:
    """The patterns of a .gitignore as an array of strings, each at its line; comments and empty lines are left out."""
    lines = tuple(
        Value(line, Location(file, n, 1, n, len(line) + 1)) for n, line in enumerate(_lines(text), 1) if line.strip() and not line.startswith("#")
    )
    return Parsed(Value(lines, Location(file)))


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
    """The .gitignore that is nearest above or in a folder, "" being the root."""
    parts = folder.split("/") if folder else []
    candidates = ("/".join((*parts[:depth], NAME)) for depth in range(len(parts), -1, -1))
    return next((c for c in candidates if c in files), None)


def compile_patterns(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Whether a path is excluded by patterns in .gitignore's language; a folder's path ends with a slash."""
    files = {NAME: "\n".join(patterns)}

    def excluded(path: str) -> bool:
        found = decide(files, path, folder=path.endswith("/"))
        return found is not None and found.ignored

    return excluded


def _one(files: Mapping[str, str], parts: Sequence[str], folder: bool) -> Decision | None:
    for depth in range(len(parts) - 1, -1, -1):
        file = "/".join((*parts[:depth], NAME))
        if file in files:
            relative = "/".join(parts[depth:]) + ("/" if folder else "")
            for line, pattern, keep, fits in _compiled(files[file]):
                if fits(relative):
                    return Decision(not keep, file, line, pattern)
    return None


_Line = tuple[int, str, bool, Callable[[str], bool]]


@lru_cache(maxsize=256)
def _compiled(text: str) -> tuple[_Line, ...]:
    """(line, pattern, whether it brings back, whether it fits a path), the last line first."""
    return tuple(reversed(list(_compile(_lines(text)))))


def _compile(lines: Iterable[str]) -> Iterable[_Line]:
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern  # 28 ms, needed only where there is a .gitignore

    for number, line in enumerate(lines, 1):
        try:
            pattern = GitIgnoreSpecPattern(line)
        except ValueError:
            continue  # git passes over a pattern that it can't read
        if pattern.regex is not None and pattern.include is not None:
            yield number, line, not pattern.include, lambda path, p=pattern: p.match_file(path) is not None


def _lines(text: str) -> list[str]:
    # git splits at \n only and drops one \r before it
    return [line.removesuffix("\r") for line in text.removeprefix("\ufeff").split("\n")]

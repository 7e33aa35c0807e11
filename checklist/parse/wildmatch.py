"""One line of a .gitignore → does it fit a path, as git's wildmatch decides it (git's dir.c and wildmatch.c).

pathspec 1.1.1 was tried: it says otherwise than git 2.39 for `[[:digit:]]`, `foo**/bar`, a tab at the end, `?` on a
Cyrillic letter and `!dist/keep.js` after `dist/`, and costs 28 ms to import; the language is small. Patterns are run as
automata, so that none takes long on any name. Git compares bytes: `?` is one of the two bytes of a Cyrillic letter. Both
sides are therefore turned into one character per byte first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

_SPECIAL = re.compile(r"[*?\[\\]")
_CLASSES = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "blank": r" \t", "cntrl": r"\x00-\x1f\x7f", "digit": "0-9",
    "graph": r"!-~", "lower": "a-z", "print": r" -~", "punct": r"!-/:-@\[-`{-~", "space": r" \t-\r", "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pattern:
    """A line of a .gitignore; `fits` takes the path from the file's own folder, without a slash at its end."""

    brings_back: bool
    folders_only: bool
    fits: Callable[[str], bool]


def compile_line(line: str) -> Pattern | None:
    """The pattern of a line, None if it is empty, a comment or can never fit."""
    if line.startswith("#"):
        return None
    text = _bytes(_without_trailing_spaces(line))
    brings_back = text.startswith("!")
    text = text.removeprefix("!") if brings_back else text
    folders_only = text.endswith("/")
    text = text[:-1] if folders_only else text
    if not text:
        return None
    fits = _whole_path(text.removeprefix("/")) if "/" in text else _name(text)
    return None if fits is None else Pattern(brings_back, folders_only, fits)


def _without_trailing_spaces(line: str) -> str:
    """Spaces at the end do not count unless a backslash stands before them; so git, tabs do."""
    kept = line.rstrip(" ")
    slashes = len(kept) - len(kept.rstrip("\\"))
    return kept + " " if slashes % 2 and len(kept) < len(line) else kept


def _bytes(text: str) -> str:
    if text.isascii():
        return text
    try:
        return text.encode("utf-8", "surrogateescape").decode("latin-1")
    except UnicodeEncodeError:  # a surrogate that no file name on disk can give
        return text.encode("utf-8", "surrogatepass").decode("latin-1")


def _name(pattern: str) -> Callable[[str], bool] | None:
    """Without a slash a pattern is held against the last part of the path."""
    if not _SPECIAL.search(pattern):
        return lambda path: _bytes(path.rpartition("/")[2]) == pattern
    if pattern[0] == "*" and not _SPECIAL.search(pattern, 1):
        return lambda path: _bytes(path.rpartition("/")[2]).endswith(pattern[1:])
    steps = _steps(pattern, 0)
    return None if steps is None else lambda path: _run(steps, _bytes(path.rpartition("/")[2]))


def _whole_path(pattern: str) -> Callable[[str], bool] | None:
    found = _SPECIAL.search(pattern)
    if not found:
        return lambda path: _bytes(path) == pattern
    # git compares what stands before the first special character by itself: in `foo**/bar` the stars stand at the start
    plain, steps = pattern[: found.start()], _steps(pattern, found.start())
    if steps is None:
        return None

    def fits(path: str) -> bool:
        path = _bytes(path)
        return path.startswith(plain) and _run(steps, path[len(plain) :])

    return fits


# A step is a set of characters to take one of (a compiled class or one character), or one of these:
_STAR, _EVERYTHING, _FOLDERS = "within a folder", "to the end", "any folders"
_Step = str | re.Pattern[str]


def _steps(pattern: str, start: int) -> tuple[_Step, ...] | None:
    """The steps of a pattern, None if it is malformed and never fits."""
    steps: list[_Step] = []
    at = start
    while at < len(pattern):
        one = pattern[at]
        at += 1
        if one == "*":
            first = at - 1
            while pattern[at : at + 1] == "*":
                at += 1
            alone = first == start or pattern[first - 1] == "/"
            rest = pattern[at:]
            if at - first < 2 or not alone or (rest and not rest.startswith(("/", "\\/"))):
                steps.append(_STAR)
            elif not rest:
                steps.append(_EVERYTHING)
            else:
                # `**/` also fits no folder at all
                at += 1 if rest[0] == "/" else 2
                steps.append(_FOLDERS)
        elif one == "?":
            steps.append(_compiled(r"[^/]"))
        elif one == "[":
            found, at = _bracket(pattern, at)
            if found is None:
                return None
            steps.append(found)
        elif one == "\\":
            if at == len(pattern):
                return None
            steps.append(pattern[at])
            at += 1
        else:
            steps.append(one)
    return tuple(steps)


def _bracket(pattern: str, at: int) -> tuple[re.Pattern[str] | None, int]:
    """The class that starts after `[`, and where it ends; None if it does not end or names no known class."""
    negated = pattern[at : at + 1] in ("!", "^")
    inside, at = _members(pattern, at + negated)
    if inside is None:
        return None, at
    if not inside:
        return _compiled(r"[^/]" if negated else r"(?!)"), at + 1
    return _compiled(rf"(?!/)[^{inside}]" if negated else rf"(?!/)[{inside}]"), at + 1


def _members(pattern: str, at: int) -> tuple[str | None, int]:
    """The inside of a class as a regular expression has it, and where its `]` is."""
    parts: list[str] = []
    last = ""  # a character that a range may start with
    first = True
    while (one := pattern[at : at + 1]) != "]" or first:
        first = False
        if one == "\\":
            at += 1
            one = pattern[at : at + 1]
            parts.append(_escape(one) if one else "")
            last = one
        elif one == "-" and last and pattern[at + 1 : at + 2] not in ("", "]"):
            at += 1
            end = pattern[at]
            if end == "\\":
                at += 1
                end = pattern[at : at + 1]
            if end and last <= end:
                parts.append(f"{_escape(last)}-{_escape(end)}")
            last = ""
        elif one == "[" and pattern[at + 1 : at + 2] == ":":
            found, close = _named(pattern, at)
            if found is None:
                return None, at
            parts.append(found)
            last, at = ("[", at) if close == at else ("", close)
        else:
            parts.append(_escape(one) if one else "")
            last = one
        if at >= len(pattern):
            return None, at
        at += 1
    return "".join(parts), at


def _named(pattern: str, at: int) -> tuple[str | None, int]:
    """The class of `[:name:]`, and where its `]` is; a mere `[` where the `]` closes none; None for no known class."""
    close = pattern.find("]", at + 2)
    if close < 0:
        return None, at
    if close - at < 3 or pattern[close - 1] != ":":
        return _escape("["), at
    return _CLASSES.get(pattern[at + 2 : close - 1]), close


def _escape(one: str) -> str:
    return f"\\x{ord(one):02x}"


@lru_cache(maxsize=256)
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source, re.DOTALL)


def _run(steps: tuple[_Step, ...], text: str) -> bool:
    """Whether the steps take all of the text: every state at once, so the time is steps times length."""
    states = set(_closed(steps, {0}, True))
    for at, one in enumerate(text):
        states = set(_closed(steps, set(_after(steps, states, one)), one == "/" and at + 1 < len(text)))
        if not states:
            return False
    return len(steps) in states


def _after(steps: tuple[_Step, ...], states: set[int], one: str) -> Iterator[int]:
    for state in states:
        if state == len(steps):
            continue
        step = steps[state]
        if step is _EVERYTHING or step is _FOLDERS or (step is _STAR and one != "/"):
            yield state
        if (step == one) if isinstance(step, str) else step.match(one):
            yield state + 1


def _closed(steps: tuple[_Step, ...], states: set[int], after_slash: bool) -> Iterator[int]:
    """The states, and those that are reached from them without taking a character."""
    for state in states:
        yield state
        while state < len(steps):
            step = steps[state]
            if step is _STAR or step is _EVERYTHING or (step is _FOLDERS and after_slash):
                state += 1
                yield state
            else:
                break

"""Shell text → a tree with exact places, also where the text stands inside another file: behind ssh, in YAML, JSON or JavaScript."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Protocol

from checklist.model import Location, Problem
from checklist.parse.lines import Lines
from checklist.parse.sh import tree
from checklist.parse.sh.parser import Parser

_HOLE = re.compile(r"\$\{__EXPRESSION_(\d+)__\}")
TOO_DEEP = "it is nested too deeply"
"""The one problem that is a limit of the parser and none of bash's."""
_WINDOWS = re.compile(r"(\\?)\r\n")

Spot = tuple[int, int]
"""A line and a column, from 1."""


class Spots(Protocol):
    """The place of every character of a text."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> Spot: ...


class Source:
    """A text that is read as shell, and where in a file each of its characters stands."""

    def __init__(
        self, file: str, text: str, spots: Spots | None = None, holes: Sequence[str] = (), *, exact: bool = False, sure: int | None = None
    ) -> None:
        """`spots` has the place of every character, None for a text that is the whole file; `holes` is what `plain` took out.
        From `sure` on the text may be another one when it is read.

        Windows line ends are read as what was meant, since what bash makes of them is a fact of its own (`deploy.script`);
        `exact`: as bash takes them.
        """
        # no character moves: every place stays where it is in the file
        self.text = text if exact or "\r" not in text else _WINDOWS.sub(lambda end: " \\\n" if end[1] else "\n\n", text)
        self.file, self._spots, self._holes = file, spots, holes
        self.sure = len(text) + 1 if sure is None else sure
        self._lines = Lines(file, text) if spots is None else None

    @property
    def whole(self) -> bool:
        """Whether it is all of its file."""
        return self._spots is None

    def at(self, start: int, end: int) -> Location:
        """The place of text[start:end]."""
        if self._lines is not None:
            return self._lines.span(start, end)
        line, column = self.spot(start)
        end_line, end_column = self.spot(end - 1) if end > start else (line, column - 1)
        return Location(self.file, line, column, end_line, end_column + 1)

    def spot(self, offset: int) -> Spot:
        """Where a character stands; just behind the last one at the end."""
        if self._lines is not None:
            return self._lines.spot(offset)
        spots = self._spots or ()
        if offset < len(spots):
            return spots[offset]
        line, column = spots[len(spots) - 1] if spots else (1, 0)
        return line, column + 1

    def embedded(self, pieces: Iterable[tuple[str, int, bool]], *, unseen: str | None = None, sure: int | None = None) -> Source:
        """A text made of pieces of this one, (text, offset, literal): what was put in for a variable stands where the variable does.

        `unseen` stands in them for what nobody knows: it becomes a variable that has no value. Behind the first such no text
        is sure, nor behind `sure`.
        """
        holes, found = list(self._holes), list[tuple[str, int, bool]]()
        for piece, offset, literal in pieces:
            if unseen is not None and unseen in piece:
                piece = piece.replace(unseen, f"${{__EXPRESSION_{len(holes)}__}}")
                holes.append("…")
            if piece:
                found.append((piece, offset, literal))
        whole = "".join(text for text, _, _ in found)
        hole = _HOLE.search(whole) if holes else None
        known = [n for n in (sure, hole.start() if hole is not None else None) if n is not None]
        return Source(self.file, whole, _Pieces(self, found), holes, sure=min(known, default=None))

    def plain(self, holes: re.Pattern[str], words: re.Pattern[str]) -> Source:
        """The text with a variable that nobody knows in place of each match: GitHub's `${{ … }}` is none of the shell's.

        `words` is the pattern of those that stand for one plain word; any other may be any text.
        """
        pieces, at, found = list[tuple[str, int, bool]](), 0, list(holes.finditer(self.text))
        sure, length = None, 0
        for number, hole in enumerate(found):
            pieces += [(self.text[at : hole.start()], at, True), (f"${{__EXPRESSION_{number}__}}", hole.start(), False)]
            length += len(pieces[-2][0])
            if sure is None and not words.fullmatch(hole[0]):
                sure = length
            length += len(pieces[-1][0])
            at = hole.end()
        made = self.embedded([*pieces, (self.text[at:], at, True)])
        return Source(made.file, made.text, made._spots, [hole[0] for hole in found], sure=sure)

    def said(self, text: str) -> str:
        """A part of the text as a person has written it, with what `plain` took out."""
        return _HOLE.sub(lambda hole: self._holes[int(hole[1])], text) if self._holes else text


class _Pieces:
    """The spots of a text that is made of pieces of another; few of them are ever asked for."""

    def __init__(self, of: Source, pieces: Sequence[tuple[str, int, bool]]) -> None:
        self._of, self._pieces = of, pieces
        self._starts = [0, *accumulate(len(text) for text, _, _ in pieces)]

    def __len__(self) -> int:
        return self._starts[-1]

    def __getitem__(self, index: int, /) -> Spot:
        number = bisect_right(self._starts, index) - 1
        _, offset, literal = self._pieces[number]
        return self._of.spot(offset + index - self._starts[number] if literal else offset)


@dataclass(frozen=True, slots=True)
class Script:
    """A script as far as it was understood."""

    source: Source
    root: tree.Sequence
    problem: Problem | None
    certain: bool = True
    """Whether the problem is there whatever the text is where it is not sure."""


def parse(file: str, text: str) -> Script:
    """The tree of a script; never raises. A problem says where it could no longer be understood."""
    return _whole(file, text)


@lru_cache(maxsize=512)
def _whole(file: str, text: str) -> Script:
    return read(Source(file, text))


def read(source: Source) -> Script:
    """The tree of a text inside another file."""
    parser = Parser(source.text)
    root = parser.script()
    if not parser.problems:
        return Script(source, root, None)
    offset, why = parser.problems[0]
    offset = min(offset, len(source.text))
    # what is not closed may be closed by what is not known; what should not be there is there
    certain = source.sure > len(source.text) or (offset < source.sure and why.endswith("is not expected here"))
    return Script(source, root, Problem(source.at(offset, offset), f"not understood as shell: {why}"), certain and why != TOO_DEEP)

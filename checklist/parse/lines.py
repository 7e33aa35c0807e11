"""Offsets in a text → places, for parsers that count characters from its start."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from checklist.model import Location


class Lines:
    """The lines of a text; they end at \\n, as an editor counts them."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.starts = [0, *accumulate(len(line) + 1 for line in text.split("\n")[:-1])]

    def spot(self, offset: int) -> tuple[int, int]:
        """Its line and column."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def span(self, start: int, end: int) -> Location:
        """The place of text[start:end], in code points."""
        return Location(self.file, *self.spot(start), *self.spot(end))

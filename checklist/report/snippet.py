"""The source line below a finding: as much of it as fits, always with what is marked."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from rich.cells import cell_len

from checklist.model import Snippet
from checklist.report.clean import fitted, one_line

_TAB = " " * 4


@dataclass(frozen=True, slots=True)
class Cut:
    """A source line as it is shown, and which of its columns are marked (from 0)."""

    text: str
    column: int
    length: int


def cut(snippet: Snippet, room: int, encoding: str = "utf-8") -> Cut:
    """The window of a line that fits into `room` columns, with `…` where it is cut.

    The marked stretch is in it, or its beginning where it is itself wider; a quarter of the room is for what stands before.
    """
    text, start, end = _trimmed(snippet)
    # far more than can be shown: a minified file is one line of a megabyte
    low, high = max(0, start - 4 * room), start + 4 * room
    cells = [_TAB if c == "\t" else fitted(one_line(c), encoding) for c in text[low:high]]
    before, after, count = low > 0, high < len(text), len(cells)
    dots = fitted("…", encoding)
    until = [0, *accumulate(map(cell_len, cells))]

    def fits(first: int, last: int) -> bool:
        cuts = (first > 0 or before) + (last < count or after)
        return until[last] - until[first] + cuts * cell_len(dots) <= room

    start, end = start - low, min(end - low, count)
    first, last = start, start + 1
    if not fits(0, count):
        while last < end and fits(first, last + 1):
            last += 1
        while first and until[start] - until[first - 1] <= room // 4 and fits(first - 1, last):
            first -= 1
        while last < count and fits(first, last + 1):
            last += 1
        while first and fits(first - 1, last):
            first -= 1
        # at the very ends there are no dots that need room
        first, last = (0, last) if fits(0, last) else (first, count) if fits(first, count) else (first, last)
        while first < start and not cell_len(cells[first]):
            first += 1  # a combining character does not stand alone
    else:
        first, last = 0, count
    left, right = (dots if first or before else ""), (dots if last < count or after else "")
    column = cell_len(left) + until[start] - until[first]
    return Cut((left + "".join(cells[first:last]) + right).rstrip(), column, max(1, until[min(end, last)] - until[start]))


def _trimmed(snippet: Snippet) -> tuple[str, int, int]:
    """The line without its indent, with at least one character to mark."""
    text = snippet.text.rstrip()
    lead = min(len(text) - len(text.lstrip()), snippet.start)
    text, start = text[lead:], snippet.start - lead
    start = min(start, len(text))
    return (text if start < len(text) else text + " "), start, max(min(snippet.end - lead, len(text)), start + 1)

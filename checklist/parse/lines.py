"""Offsets in a text → places, for parsers that count characters from its start."""

from __future__ import annotations

import re
from bisect import bisect_right

from checklist.model import Location


class Lines:
    """The lines of a text; they end at \\n, as an editor counts them."""

    def __init__(self, file: str, text: str) -> None:
        self.file, self.starts = file, [0, *(m.end() for m in re.finditer("\n", text))]

    def span(self, start: int, end: int) -> Location:
        """The place of text[start:end], in code points."""
        first, last = bisect_right(self.starts, start), bisect_right(self.starts, end)
        return Location(self.file, first, start - self.starts[first - 1] + 1, last, end - self.starts[last - 1] + 1)

"""Text from a project made harmless for the place where it is shown: names and values are anybody's."""

from __future__ import annotations

import re
import unicodedata

# controls (ESC starts ANSI and OSC sequences), and characters that turn the direction of text or are not seen
_HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufff9-\ufffb]")
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1b": "\\e"}


def one_line(text: str) -> str:
    """The text on one line, with control and invisible characters written out."""
    return _HARMFUL.sub(lambda m: _NAMED.get(m[0]) or f"\\u{ord(m[0]):04x}", text)


def width(text: str) -> int:
    """How many columns of a terminal a text without control characters takes."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)

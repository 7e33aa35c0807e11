"""Text from a project made harmless for the place where it is shown: names and values are anybody's."""

from __future__ import annotations

import re

# controls (ESC starts ANSI and OSC sequences), and characters that turn the direction of text or are not seen
_HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufff9-\ufffb]")
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1b": "\\e"}

# what our own words are written with that not every console has
_PLAIN = {"─": "-", "│": "|", "…": "...", "—": "-", "–": "-", "→": "->", "«": '"', "»": '"', "’": "'", "≥": ">=", "≤": "<=", "×": "x"}


def one_line(text: str) -> str:
    """The text on one line, with control and invisible characters and bytes that are no UTF-8 written out."""
    return _HARMFUL.sub(lambda m: _NAMED.get(m[0]) or _written_out(ord(m[0])), text)


def utf8(text: str) -> str:
    """The very text, but for bytes that are no UTF-8: those are written out."""
    return re.sub("[\ud800-\udfff]", lambda m: _written_out(ord(m[0])), text)


def _written_out(code: int) -> str:
    # Python has a byte of a name that is no UTF-8 as one of these (PEP 383)
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


# What a CI server takes for a command to itself when it stands in a log: `::add-mask::` first on a line, `##[error]`,
# `##vso[…]` and `##teamcity[…]` anywhere (actions/runner, src/Runner.Common/ActionCommand.cs; Azure Pipelines; TeamCity).
_COMMANDS = re.compile(r"^((?:[^\S\n]|\x1b\[[\d;]*m)*)(?=::)|(?<=#)(?=#\w*\[)", re.MULTILINE)


def no_command(text: str) -> str:
    """The lines with a backslash in what a CI server would obey."""
    return _COMMANDS.sub(lambda m: f"{m[1] or ''}\\", text)


def fitted(text: str, encoding: str) -> str:
    """The text with what an encoding lacks in its nearest form: `...` for `…`, `\\u0416` for a letter."""
    try:
        text.encode(encoding)
        return text
    except UnicodeEncodeError:
        return "".join(_nearest(c, encoding) for c in text)


def _nearest(char: str, encoding: str) -> str:
    try:
        char.encode(encoding)
        return char
    except UnicodeEncodeError:
        return _PLAIN.get(char) or char.encode(encoding, "backslashreplace").decode(encoding)

"""The regular expressions whose meaning is the same in JavaScript and in Python (ECMA-262 §22.2, Python's `re`).

A small part of both: literals, classes, anchors, groups, alternatives and quantifiers that cannot take long. Whatever
is not known to be the same is None.
"""

from __future__ import annotations

import math
import re

from checklist.parse.js.conversions import SPACE

MAX_WORK = 1_000_000

_CLASSES = {"d": "0-9", "w": "A-Za-z0-9_", "s": "".join(re.escape(c) for c in SPACE)}
_CONTROLS = {"n": "\\n", "r": "\\r", "t": "\\t", "f": "\\f", "v": "\\v"}
_QUANTIFIER = re.compile(r"(?:[*+?]|\{(\d{1,3})(,(\d{1,3})?)?\})\??", re.ASCII)
_PLAIN = re.compile(r"[ !\"#%&',\-/0-9:;<=>@A-Z_`a-z~]")


def translate(pattern: str, flags: str, text: str) -> tuple[re.Pattern[str], int] | None:
    """Python's pattern for one in JavaScript that is held against `text`, and how much work that may be."""
    if set(flags) - set("gi") or not pattern.isascii() or not text.isascii():
        return None
    try:
        reader = _Reader(pattern)
        told = reader.alternatives()
        # each loop may end at any character, each choice may be gone back to
        work = (len(text) + 1) ** (1 + reader.loops) * reader.choices if reader.loops < 20 else math.inf
        if reader.at != len(pattern) or work > MAX_WORK:
            return None
        return re.compile(told, re.ASCII | (re.IGNORECASE if "i" in flags else 0)), int(work)
    except (_Other, re.error):
        return None


class _Other(Exception):
    """Something outside the part that is known to be the same."""


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.pattern, self.at, self.loops, self.depth = pattern, 0, 0, 0
        self.choices = 1
        """In how many ways its alternatives and optional parts can be taken."""

    def peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def take(self) -> str:
        char = self.peek()
        if not char:
            raise _Other
        self.at += 1
        return char

    def alternatives(self) -> str:
        parts = [self.sequence()]
        while self.peek() == "|":
            self.take()
            parts.append(self.sequence())
        self.choices = min(self.choices * len(parts), 2 * MAX_WORK)
        return "|".join(parts)

    def sequence(self) -> str:
        told = ""
        while self.peek() not in ("", "|", ")"):
            told += self.term()
        return told

    def term(self) -> str:
        start, loops = self.at, self.loops
        char = self.take()
        match char:
            case "^":
                return r"\A"
            case "$":
                return r"\Z"
            case "(":
                told = self.group()
            case "[":
                told = self.set()
            case ".":
                told = r"[^\n\r]"
            case "\\":
                told = self.escape()
            case _ if _PLAIN.fullmatch(char):
                told = re.escape(char)
            case _:
                raise _Other
        quantifier = _QUANTIFIER.match(self.pattern, self.at)
        if quantifier is None:
            return told
        # a group that repeats: captures, loops and empty matches inside it behave differently
        if (
            char == "("
            and (quantifier[0] not in ("?", "??") or self.loops > loops)
            and (
                self.loops > loops
                or "(" in self.pattern[start + 1 : self.at]
                or self.pattern[start + 1 : start + 3] != "?:"
                or _may_be_empty(told)
            )
        ):
            raise _Other
        if quantifier[0][0] != "?":
            self.loops += 1
        else:
            self.choices = min(self.choices * 2, 2 * MAX_WORK)
        self.at = quantifier.end()
        if self.peek() in ("*", "+", "?", "{"):
            raise _Other
        return told + quantifier[0]

    def group(self) -> str:
        start = "("
        if self.pattern.startswith("?:", self.at):
            self.at += 2
            start = "(?:"
        elif self.peek() == "?":
            raise _Other
        self.depth += 1
        if self.depth > 20:
            raise _Other
        inside = self.alternatives()
        self.depth -= 1
        if self.take() != ")":
            raise _Other
        return f"{start}{inside})"

    def escape(self) -> str:
        char = self.take()
        if char in _CLASSES:
            return f"[{_CLASSES[char]}]"
        if char.lower() in _CLASSES:
            return f"[^{_CLASSES[char.lower()]}]"
        if char in _CONTROLS:
            return _CONTROLS[char]
        if char.isalnum() or char == "_":
            raise _Other
        return re.escape(char)

    def set(self) -> str:
        told = "[^" if self.peek() == "^" else "["
        if told == "[^":
            self.take()
        if self.peek() == "]":
            raise _Other  # nothing, or anything
        while self.peek() != "]":
            first = self.member()
            if self.peek() == "-" and self.pattern[self.at + 1 : self.at + 2] not in ("]", ""):
                self.take()
                last = self.member()
                if len(first) > 2 or len(last) > 2:
                    raise _Other
                first = f"{first}-{last}"
            told += first
        self.take()
        return told + "]"

    def member(self) -> str:
        char = self.take()
        if char == "\\":
            char = self.take()
            if char in _CLASSES:
                return _CLASSES[char]
            if char in _CONTROLS:
                return _CONTROLS[char]
            if char.isalnum() or char == "_":
                raise _Other
            return f"\\{char}"
        if not " " <= char <= "~":
            raise _Other
        return char if char.isalnum() or char in " _" else f"\\{char}"


def _may_be_empty(told: str) -> bool:
    return re.compile(told).match("") is not None or re.search(r"[|(]\)|\|\||\(\||\(\?:\||[*?]|\{0", told) is not None

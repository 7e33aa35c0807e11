"""Shell text → a small frozen tree with exact places. Grammar: tree-sitter-bash 0.25; bytes become code points once, here."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from checklist.model import Location, Problem

_DEPTH = 150


@dataclass(frozen=True, slots=True)
class Node:
    """One piece of syntax: the grammar's word for it, its text, its place, and what it is made of."""

    kind: str
    text: str
    at: Location
    children: tuple[Node, ...] = ()
    field: str = ""

    def child(self, field: str) -> Node | None:
        """The first child that stands in a field of the grammar."""
        return next((c for c in self.children if c.field == field), None)


@dataclass(frozen=True, slots=True)
class Script:
    """A script as far as it was understood."""

    root: Node
    problem: Problem | None


def parse(file: str, text: str) -> Script:
    """The tree of a script; never raises. A problem says where the grammar lost its way."""
    return _parse(file, text)


@lru_cache(maxsize=1)
def _parser() -> Any:
    # 19 ms to import, and not every project has a script
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bash.language()))


def _plain(text: str) -> bytes:
    """What the grammar sees: letters beyond Latin-1 give way to others of as many bytes.

    The scanner of tree-sitter-bash hands code points to C's isdigit(), whose table ends at 255: `{` before U+10FFFF is a segmentation fault.
    """
    if not text.isascii():
        text = re.sub("[\u0080-\u07ff]", "é", text)
        text = re.sub("[\u0800-\uffff]", "é.", text)
        text = re.sub("[\U00010000-\U0010ffff]", "éé", text)
    return text.encode()


@lru_cache(maxsize=512)
def _parse(file: str, text: str) -> Script:
    data = text.encode("utf-8", "surrogatepass")
    lines = text.split("\n")
    # code points begin where a byte is no continuation byte; lines of ASCII need no table
    raw = data.split(b"\n")
    tables = [None if len(b) == len(t) else [i for i, byte in enumerate(b) if byte & 0xC0 != 0x80] for b, t in zip(raw, lines, strict=True)]
    problems: list[Location] = []

    def point(row: int, column: int) -> tuple[int, int]:
        row = min(row, len(lines) - 1)
        table = tables[row]
        column = column if table is None else bisect_right(table, column - 1)
        return row + 1, min(column, len(lines[row])) + 1

    tree = _parser().parse(_plain(text))
    cursor = tree.walk()

    def convert(depth: int) -> Node:
        of, field = cursor.node, cursor.field_name or ""
        assert of is not None
        at = Location(file, *point(*of.start_point), *point(*of.end_point))
        if of.type == "ERROR" or of.is_missing or depth > _DEPTH:
            problems.append(at)
        children = []
        if depth <= _DEPTH and cursor.goto_first_child():
            children.append(convert(depth + 1))
            while cursor.goto_next_sibling():
                children.append(convert(depth + 1))
            cursor.goto_parent()
        return Node(of.type, data[of.start_byte : of.end_byte].decode("utf-8", "replace"), at, tuple(children), field)

    root = convert(0)
    return Script(root, Problem(problems[0], "the shell grammar does not understand this") if problems else None)

"""The text of a config → its syntax tree, by esprima, and the place of each node."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from typing import Any

import esprima

from checklist.model import Location, Problem
from checklist.parse.js.limits import TooComplex
from checklist.parse.js.nodes import Node
from checklist.parse.lines import Lines

# Node puts a CommonJS module into a function: it may `return`, and ask for new.target
BEFORE, _AFTER = "(function () {", "\n})"


def parse(file: str, text: str, *, expression: bool = False) -> tuple[Any, str, Problem | None]:
    """(tree, style, problem)."""
    first: tuple[Exception, int] | None = None
    for style, read in (("commonjs", _script), ("esm", esprima.parseModule)):
        before, source = ("(", f"({text}\n)") if expression else ("", text) if style == "esm" else (BEFORE, text)
        try:
            return (esprima.parseScript if expression else read)(source, {"range": True}), style, None
        except Exception as error:  # esprima raises its own Error, and a few of Python's on odd input
            if isinstance(error, RecursionError) or isinstance(error.__context__, RecursionError):
                raise TooComplex from None  # Node can read it: that is no problem of the file
            if first is None or (style == "esm" and re.search(r"^\s*(?:import|export)\b", text, re.MULTILINE)):
                first = error, len(before)
        if expression or not re.search("import|export|await", text):
            break  # it would be parsed to the same end again
    return None, "commonjs", _problem(file, text, *(first or (None, 0)))


def _script(text: str, options: dict[str, bool]) -> Any:
    """The body of the function that Node makes of a CommonJS module."""
    text = f"//{text[2:]}" if text.startswith("#!") else text
    tree = esprima.parseScript(BEFORE + text + _AFTER, options)
    made = tree.body[0].expression
    if len(tree.body) != 1 or getattr(made, "type", "") != "FunctionExpression":
        return esprima.parseScript(text, options)  # it closes that function itself: say where
    return made.body


def _problem(file: str, text: str, error: Exception | None, shift: int) -> Problem:
    index = getattr(error, "index", None)
    at = Location(file)
    if isinstance(index, int):
        units = _Units(text)
        offset = units.offset(max(min(index - shift, units.length), 0))
        at = Lines(file, text).span(offset, offset)
    return Problem(
        at,
        "unexpected end"
        if at.line and isinstance(index, int) and index - shift >= len(text.rstrip())
        else "a syntax error",
    )


class _Units:
    """Offsets in UTF-16 units, as esprima counts, to offsets in code points."""

    def __init__(self, text: str) -> None:
        self.wide = [i for i, c in enumerate(text) if c > "\uffff"]
        self.starts = [i + n for n, i in enumerate(self.wide)]
        self.length = len(text) + len(self.wide)

    def offset(self, units: int) -> int:
        if not self.wide:
            return units
        before = bisect_right(self.starts, units - 1) if units else 0
        return units - before


def places(file: str, text: str, shift: int) -> Callable[[Node], Location | None]:
    """Node → place. `shift`: how many characters were put before the text."""
    units, lines = _Units(text), Lines(file, text)

    def place(node: Node) -> Location | None:
        start, end = (units.offset(min(max(n - shift, 0), units.length)) for n in node.range)
        return lines.span(start, end)

    return place

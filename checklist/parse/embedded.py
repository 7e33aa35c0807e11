"""Where each character of a string stands in the file that quotes it: YAML block scalars, JSON and JavaScript strings."""

from __future__ import annotations

from functools import lru_cache

from checklist.model import Location
from checklist.parse.shell import Source, Spot

_ESCAPES = {"\n": "n", "\t": "t", "\r": "r", "\\": "\\", "\"": "\""}


def source(text: str, at: Location, value: str) -> Source:
    """A string value as a source of its own; `text` is the file that `at` points into.

    Every character of the value is looked for in order behind the last one. Quotes, escapes, indentation and folded lines
    are what lies between; a character that cannot be found stands where the last one does.
    """
    lines = _lines(text)
    row, column = at.line - 1, at.column - 1
    if row < len(lines) and lines[row][column : column + 1] in ("|", ">"):
        row, column = row + 1, 0
        quote = ""
    elif row < len(lines) and (quote := lines[row][column : column + 1]) in ("'", '"', "`"):
        column += 1
    else:
        quote = ""
    # in YAML only double quotes know escapes
    escapes = quote == '"' or (quote != "" and not at.file.endswith((".yml", ".yaml")))
    spots: list[Spot] = []
    for character in value:
        found = _next(lines, row, column, character, escapes)
        if found is None:
            spots.append((row + 1, column + 1))
            continue
        row, column, width = found
        spots.append((row + 1, column + 1))
        column += width
    return Source(at.file, value, spots)


@lru_cache(maxsize=8)
def _lines(text: str) -> list[str]:
    """A file has many strings: it is taken apart once."""
    return text.split("\n")


def _next(lines: list[str], row: int, column: int, character: str, escapes: bool) -> tuple[int, int, int] | None:
    """(row, column, how wide it is written there) of the next place that can be this character."""
    if row >= len(lines):
        return None
    escape = _ESCAPES.get(character)
    if escapes and escape is not None and lines[row].startswith("\\" + escape, column):
        return row, column, 2
    if character in "\n ":
        if lines[row][column : column + 1] == character:
            return row, column, 1
        # a line that ends here, or was folded into a blank
        return (row, min(column, len(lines[row])), 0) if row + 1 >= len(lines) else (row, len(lines[row]), 1) if character == "\n" or column >= len(lines[row].rstrip()) else (row, column, 0)
    for ahead in range(row, min(row + 40, len(lines))):
        found = lines[ahead].find(character, column if ahead == row else 0)
        if found >= 0:
            return ahead, found, 1
    return None

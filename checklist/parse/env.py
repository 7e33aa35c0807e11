"""Env file → {name: text}, read as npm's `dotenv` 17 reads it, since the app does (docs: github.com/motdotla/dotenv).

A name may follow `export`, and `=` or `: ` follows it; a value in ' " or ` may span lines, and what stands after ` #`
is a comment; only in double quotes `\\n` and `\\r` become line breaks; of two equal names the last one wins. Lines that
are none of this are passed over without a word, as dotenv does.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from checklist.model import Location, Parsed, Problem, Value
from checklist.secrets import plain_value

# JavaScript's `\s`, and the four characters that end a line there (ECMA-262 §12.2, §12.3); Python's differ.
_SPACE = "\\t\\n\\v\\f\\r \\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff"
_BREAK = "\\n\\r\\u2028\\u2029"
_TRIMMED = "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"

_LINE = re.compile(rf"[^{_BREAK}]+")
_BEGINNING = re.compile(rf"[^{_SPACE}]")
_ENTRY = re.compile(
    rf"(?:export[{_SPACE}]+)?(?P<name>[A-Za-z0-9_.-]+)(?P<sign>[{_SPACE}]*=[{_SPACE}]*?|:[{_SPACE}]+?)"
    rf"(?P<value>[{_SPACE}]*(?:'(?:\\'|[^'])*'|\"(?:\\\"|[^\"])*\"|`(?:\\`|[^`])*`)|[^#\r\n]+)?"
    rf"[{_SPACE}]*(?:\#[^{_BREAK}]*)?(?=[{_BREAK}]|\Z)"
)
_QUOTED = re.compile(rf"(?:\A|(?<=[{_BREAK}]))(['\"`])([\s\S]*)\1(?=[{_BREAK}]|\Z)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One assignment as it stands in the file."""

    name: str
    value: Value


def parse(file: str, text: str) -> Parsed:
    """The variables of an env file as an object of strings, the last of equal names; values are secret by type."""
    if "\0" in text:
        return Parsed(None, Problem(Location(file), "no UTF-8 text, perhaps UTF-16: dotenv finds nothing in it"))
    found = {entry.name: entry.value for entry in entries(file, text)}
    found.pop("__proto__", None)  # assigning it to a JavaScript object sets no key
    return Parsed(Value(found, Location(file)))


def entries(file: str, text: str) -> tuple[Entry, ...]:
    """Every assignment in the order of the file, also those that a later one of the same name overrides."""
    return tuple(_entries(_Places(file, text), re.sub("\r\n?", "\n", text)))


def _entries(places: _Places, text: str) -> Iterator[Entry]:
    done = 0
    # dotenv searches for its pattern from each line on; only the first character of a line that is no space can begin it
    for line in _LINE.finditer(text):
        first = _BEGINNING.search(text, line.start(), line.end())
        found = _ENTRY.match(text, first.start()) if first and first.start() >= done else None
        if found is None:
            continue
        done = found.end()
        raw = found["value"] or ""
        start = found.start("value") if raw else found.end("sign")
        shown = raw.strip(_TRIMMED)
        start += len(raw) - len(raw.lstrip(_TRIMMED)) if shown else 0
        if not shown:  # right after the sign, before any spaces
            start = found.start("sign") + len(found["sign"].rstrip(_TRIMMED))
        name, value = found["name"], _unquote(shown)
        yield Entry(
            name,
            Value(
                value,
                places.span(start, start + len(shown)),
                places.span(*found.span("name")),
                secret=not plain_value(name, value),
            ),
        )


def _unquote(raw: str) -> str:
    if raw[:1] not in ("'", '"', "`") and not ("\u2028" in raw or "\u2029" in raw):
        return raw
    value = raw[1:-1] if len(raw) > 1 and raw[0] == raw[-1] and raw[0] in "'\"`" else _QUOTED.sub(r"\2", raw) if len(raw) < 10_000 else raw
    if raw[0] == '"':
        value = value.replace("\\n", "\n").replace("\\r", "\r")
    return value


class _Places:
    """Offsets in the text with `\\n` as its only line break → places in the file."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        pairs = [m.start() for m in re.finditer("\r\n", text)]
        self.dropped = [at - n for n, at in enumerate(pairs)]
        self.starts = [0, *(m.end() for m in re.finditer("\n", text))]

    def span(self, start: int, end: int) -> Location:
        return Location(self.file, *self._place(start), *self._place(end))

    def _place(self, at: int) -> tuple[int, int]:
        at += bisect_left(self.dropped, at)
        line = bisect_right(self.starts, at)
        return line, at - self.starts[line - 1] + 1

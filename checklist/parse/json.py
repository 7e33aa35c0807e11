"""JSON text → Value, with the place of every value (RFC 8259; comments allowed where the format has them)."""

from __future__ import annotations

import json
import re
from typing import Any

from checklist.model import Location, Parsed, Problem, Value
from checklist.parse.lines import Lines
from checklist.units import whole

_TOKEN = re.compile(
    r"""[ \t\r\n]+|(?P<comment>//[^\n]*|/\*[\s\S]*?\*/)|(?P<mark>[{}\[\],:])|(?P<string>"(?:[^"\\\x00-\x1f]|\\.)*")"""
    r"""|(?P<word>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.])|(?:true|false|null)(?!\w))"""
)


class _Broken(Exception):
    """(offset, what is wrong)."""


def parse(file: str, text: str, *, comments: bool = False) -> Parsed:
    """The value of a JSON text; with `comments`, also trailing commas, as TypeScript reads tsconfig.json."""
    start = 1 if text.startswith("\ufeff") else 0
    try:
        return Parsed(_Reader(file, text, comments).whole(start))
    except _Broken as broken:
        lines = Lines(file, text)
        return Parsed(None, Problem(lines.span(broken.args[0], broken.args[0]), broken.args[1]))
    except RecursionError:
        return Parsed(None, Problem(Location(file), "nested too deeply"))


class _Reader:
    def __init__(self, file: str, text: str, comments: bool) -> None:
        self.text, self.comments, self.lines = text, comments, Lines(file, text)

    def whole(self, start: int) -> Value:
        tokens = self._tokens(start)
        found, at = self._value(tokens, 0)
        if tokens[at][0] != "end":
            raise _Broken(tokens[at][1], "something after the end of the value")
        return found

    def _tokens(self, at: int) -> list[tuple[str, int, int]]:
        out = []
        while at < len(self.text):
            found = _TOKEN.match(self.text, at)
            if not found or (found.lastgroup == "comment" and not self.comments):
                raise _Broken(at, "no JSON from here on")
            if found.lastgroup and found.lastgroup != "comment":
                kind = found["mark"] or found.lastgroup
                out.append((kind, at, found.end()))
            at = found.end()
        out.append(("end", len(self.text), len(self.text)))
        return out

    def _value(self, tokens: list[tuple[str, int, int]], at: int, key: Location | None = None) -> tuple[Value, int]:
        kind, start, end = tokens[at]
        if kind in ("string", "word"):
            return Value(self._scalar(start, end), self.lines.span(start, end), key), at + 1
        if kind not in ("{", "["):
            raise _Broken(start, "a value is missing here" if kind != "end" else "the text ends too early" if self.text.strip("\ufeff \t\r\n") else "the file is empty")
        close = {"{": "}", "[": "]"}[kind]
        members: dict[str, Value] = {}
        items: list[Value] = []
        at += 1
        while tokens[at][0] != close:
            if kind == "{":
                if tokens[at][0] != "string" or tokens[at + 1][0] != ":":
                    raise _Broken(tokens[at][1], "a key in double quotes with a colon is missing here")
                name = self._scalar(*tokens[at][1:])
                # the last of two equal keys wins, as in JSON.parse
                members[name], at = self._value(tokens, at + 2, self.lines.span(*tokens[at][1:]))
            else:
                item, at = self._value(tokens, at)
                items.append(item)
            if tokens[at][0] == ",":
                at += 1
                if tokens[at][0] == close and not self.comments:
                    raise _Broken(tokens[at][1], "a comma before the end")
            elif tokens[at][0] != close:
                raise _Broken(tokens[at][1], "a comma is missing here")
        return Value(members if kind == "{" else tuple(items), self.lines.span(start, tokens[at][2]), key), at + 1

    def _scalar(self, start: int, end: int) -> Any:
        try:
            return json.loads(self.text[start:end], parse_int=whole)
        except ValueError:
            raise _Broken(start, "a malformed string or number") from None

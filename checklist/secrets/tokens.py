"""Text in any language → the words of the commands that may stand in it, with their places.

A command is looked for as it may be written anywhere: in a script, behind ssh, in YAML, in a string of JSON or
JavaScript, in an array of words. So quotes are taken for quotes only where they close on the same line, the same number
of backslashes before both, and what stands between them is read for commands of its own. Every character is read once
for each level of quotes, of which at most five are looked into.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_DEEP = 5
_QUOTE = re.compile(r"(?<!\\)\\{0,7}[\"'`]")
_TOKEN = re.compile(
    # a redirect ends no command: what stands behind it is its own still
    r"(?P<here><<<)|(?P<blank>(?:[ \t\r]|\\\r?\n)+|[<>]+&?(?![A-Za-z][\w .-]{0,40}>))|(?P<end>\n|\|\|?\s*|[;&()]+)"
    # `\n` in a string of JavaScript or JSON is the end of a line
    r"|(?P<line>\\[nrt])|(?P<bare>(?:[^\s;&|()<>\"'`\\]|\\(?![\"'`\n])\S?|\\\r?\n|<[A-Za-z][\w .-]{0,40}>)+)"
    r"|(?P<other>[\s\S])"
)
_LINE = re.compile(r"(?:[^\n]*(?:\\|\|[ \t]*)\r?\n)*+[^\n]*\n?")
"""With those that follow behind a backslash or a pipe."""


@dataclass(slots=True)
class Word:
    """A word without its quotes; character i of `text` stands at `offset(i)`."""

    pieces: list[tuple[str, int]] = field(default_factory=list)
    end: int = 0

    @property
    def text(self) -> str:
        return self.pieces[0][0] if len(self.pieces) == 1 else "".join(text for text, _ in self.pieces)

    def offset(self, index: int) -> int:
        for text, start in self.pieces:
            if index < len(text):
                return start + index
            index -= len(text)
        return self.end


@dataclass(slots=True)
class Command:
    """Words up to the end of a command; `piped`: it reads what the command before it prints."""

    words: list[Word] = field(default_factory=list)
    piped: bool = False
    here: Word | None = None
    """The here-string that it reads."""


def lines(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of the lines of a text, what is continued on the next one as one."""
    at = 0
    while at < len(text):
        found = _LINE.match(text, at)
        assert found
        yield at, found.end()
        at = found.end()


def commands(text: str, start: int, end: int, *, inside: bool = False, depth: int = 0) -> Iterator[list[Command]]:
    """The commands of a stretch of text in their order, a list for each level of quotes; `inside`: it is quoted."""
    pairs, here = _pairs(text, start, end), [Command()]
    word: Word | None = None
    string, at = False, start
    while at < end:
        if (quote := pairs.get(at)) is not None:
            opened, closes, closed = quote
            if opened < closes and depth < _DEEP:
                yield from commands(text, opened, closes, inside=True, depth=depth + 1)
            # `["-p", "x"]` and `{"a":"b"}` have words beside each other without a blank
            if word is not None and (text[at - 1] in "[{," or text[at - 3 : at + 1] in ('":"', "':'")):
                word = None
            word, string = _grown(here[-1], word, text[opened:closes], opened, closed, string), False
            at = closed
            if text[at : at + 1] in ("]", "}", ","):
                word, at = None, at + 1
            continue
        found = _TOKEN.match(text, at, end)
        assert found
        at = found.end()
        match found.lastgroup:
            case "bare":
                stop = next((o for o in range(found.start() + 1, at) if o in pairs), at) if pairs else at
                word, at = _grown(here[-1], word, text[found.start() : stop], found.start(), stop, string), stop
                string = False
            case "here":
                word, string = None, True
            case "end":
                word, string = None, False
                here.append(Command(piped=found[0].strip() == "|"))
            case "line" if inside:
                word = None
                here.append(Command())
            case "line":
                word = _grown(here[-1], word, found[0], found.start(), at, string)
            case "blank" | "other":
                word = None
    yield here


def _grown(command: Command, word: Word | None, text: str, start: int, end: int, string: bool) -> Word:
    """The word with one more piece; a new one of the command, or its here-string, where there is none."""
    if word is None:
        word = Word()
        if string:
            command.here = word
        else:
            command.words.append(word)
    word.pieces.append((text, start))
    word.end = end
    return word


def _pairs(text: str, start: int, end: int) -> dict[int, tuple[int, int, int]]:
    """Start of each quote that is closed on its line → (start, end of what it holds, its own end)."""
    found = [(m.start(), m.end()) for m in _QUOTE.finditer(text, start, end)]
    latest, nearest = dict[str, int](), list[int | None]([None] * len(found))
    for i in range(len(found) - 1, -1, -1):
        opened, behind = found[i]
        # an even number of backslashes is a text of its own before the quote
        kind = text[opened:behind] if (behind - opened) % 2 == 0 else text[behind - 1]
        nearest[i] = latest.get(kind)
        latest[kind] = i
    out, at = dict[int, tuple[int, int, int]](), start
    for i, (opened, behind) in enumerate(found):
        closing = nearest[i]
        if opened >= at and closing is not None:
            at = found[closing][1]
            out[opened] = (behind, found[closing][0], at)
    return out

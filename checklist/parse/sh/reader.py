"""Simple commands and what stands between commands: blanks, comments, assignments, redirects, here-documents."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from checklist.parse.sh.tree import Assignment, Command, Part, Redirect, Sequence, Simple, Text, Word
from checklist.parse.sh.words import Lost, inside, word

_BLANK = re.compile(r"(?:[ \t]|\\\n)*(?:#[^\n]*)?")
_LINES = re.compile(r"(?:[ \t\n]++|\\\n|#[^\n]*+)*+")
_ASSIGN = re.compile(r"([A-Za-z_]\w*)(?:\[[^\]\n]*\])?(\+?)=", re.ASCII)
_REDIRECT = re.compile(r"(\d+|\{\w+\})?(&>>|&>|<<<|<<-|<<|<>|<&|>>|>&|>\||<(?!\()|>(?!\())")
_REDIRECTS = set("<>&{0123456789")
"""What a redirect can begin with."""
_DECLARES = {"export", "local", "declare", "readonly", "typeset"}


class Reader:
    """A place in a text that is read up to `end`."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.end = text, 0, len(text)
        self.problems: list[tuple[int, str]] = []
        self._heredocs: list[tuple[str, bool, bool, Callable[[Word], None]]] = []
        self._depth = 0

    # ---- between commands ----

    def _blank(self) -> None:
        if self.at < self.end and self.text[self.at] in " \t\\#" and (found := _BLANK.match(self.text, self.at, self.end)):
            self.at = found.end()

    def _newlines(self) -> None:
        if self.at < self.end and self.text[self.at] not in " \t\n\\#":
            return
        if self._heredocs:
            self._blank()
            if self.at < self.end and self.text[self.at] == "\n":
                self.at += 1
                self._bodies()
        if found := _LINES.match(self.text, self.at, self.end):
            self.at = found.end()

    def _bodies(self) -> None:
        """The here-documents that were announced on the line before."""
        waiting, self._heredocs = self._heredocs, []
        for delimiter, tabs, quoted, take in waiting:
            start, parts = self.at, list[Part]()
            while True:
                if self.at >= self.end:
                    break
                stop = self.text.find("\n", self.at, self.end)
                stop = self.end if stop < 0 else stop
                begin = self.at
                while tabs and begin < stop and self.text[begin] == "\t":
                    begin += 1
                if self.text[begin:stop].rstrip("\r") == delimiter:
                    self.at = min(stop + 1, self.end)
                    break
                parts.append(Text(self.text[begin : min(stop + 1, self.end)], begin, True))
                self.at = min(stop + 1, self.end)
            take(Word(start, self.at, tuple(parts) if quoted else self._expanded(parts)))

    def _expanded(self, lines: list[Part]) -> tuple[Part, ...]:
        """The lines of a here-document whose delimiter is not quoted: dollars and backticks count in it."""
        out: list[Part] = []
        at, end = self.at, self.end
        pieces = [(p.start, p.start + len(p.text)) for p in lines if isinstance(p, Text)]
        merged: list[tuple[int, int]] = []
        for start, stop in pieces:
            if merged and merged[-1][1] == start:
                merged[-1] = (merged[-1][0], stop)
            else:
                merged.append((start, stop))
        for start, stop in merged:
            self.at, self.end = start, stop
            try:
                inside(self, out, "")
            except Lost:
                # bash finds out only when it runs
                out.append(Text(self.text[self.at : stop], self.at, True))
        self.at, self.end = at, end
        return tuple(out)

    def sequence(self, stops: tuple[str, ...], top: list[Command] | None = None) -> Sequence:
        """Commands up to one of some words or signs."""
        raise NotImplementedError

    # ---- simple commands ----

    def _simple(self) -> Command:
        start = self.at
        assignments: list[Assignment] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        last = start
        assigns = True
        text, end = self.text, self.end
        while self.at < end:
            if text[self.at] in _REDIRECTS and self._redirect(redirects):
                pass
            elif assigns and (found := _ASSIGN.match(text, self.at, end)):
                assignments.append(self._assignment(found))
            elif (item := word(self)) is not None:
                words.append(item)
                assigns = assigns and words[0].literal() in _DECLARES
            else:
                break
            last = self.at
            if last < end and text[last] == " ":
                self.at += 1  # most often there is just one
            if self.at < end and text[self.at] in " \t\\#":
                self._blank()
        if not (assignments or words or redirects):
            raise Lost(self.at, f"`{self.text[self.at : self.at + 1]}` is not expected here" if self.at < self.end else "a command is missing")
        return Simple(start, last, tuple(assignments), tuple(words), redirects)

    def _assignment(self, found: re.Match[str]) -> Assignment:
        start = self.at
        self.at = found.end()
        value: Word | tuple[Word, ...] | None
        if self.text.startswith("(", self.at):
            self.at += 1
            elements = []
            self._newlines()
            while (item := word(self)) is not None:
                elements.append(item)
                self._newlines()
            if self.at >= self.end or self.text[self.at] != ")":
                raise Lost(start, "( is not closed")
            self.at += 1
            value = tuple(elements)
        else:
            value = word(self) or Word(self.at, self.at, ())
        return Assignment(found[1], value, found[2] == "+", start, self.at)

    def _redirect(self, into: list[Redirect]) -> bool:
        found = _REDIRECT.match(self.text, self.at, self.end)
        if found is None:
            return False
        self.at = found.end()
        self._blank()
        target = word(self)
        if target is None:
            raise Lost(found.start(), "a redirect without a file")
        operator = found[2]
        if operator in ("<<", "<<-"):
            raw = self.text[target.start : target.end]
            quoted = any(c in raw for c in "\"'\\")
            delimiter = re.sub(r"[\"'\\]", "", raw)
            index = len(into)
            into.append(Redirect(operator, found[1] or "", target, quoted))

            def fill(body: Word) -> None:
                into[index] = replace(into[index], target=body)

            self._heredocs.append((delimiter, operator == "<<-", quoted, fill))
        else:
            into.append(Redirect(operator, found[1] or "", target))
        return True

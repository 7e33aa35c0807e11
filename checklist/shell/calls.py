"""What a person wrote to have a command run: the command, or the call of the wrapper that it is handed to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from checklist.model import Location
from checklist.parse.sh import tree
from checklist.parse.sh.tree import Word
from checklist.parse.shell import Source
from checklist.secrets import hide, spans


@dataclass(frozen=True, slots=True)
class Call:
    """A command where it stands, and what a person wrote to have it run: `run npm ci`, where it is the `"$@"` of
    `run`."""

    place: Location
    at: Location
    text: str

    def __hash__(self) -> int:
        # they are looked up for every command that is run: what tells most of them apart is enough
        return hash((self.text, self.place.line, self.place.column))


@dataclass(frozen=True, slots=True)
class CallSites:
    """Finds the call of a command; `wrappers` are the commands that run the one behind them, `sudo`."""

    wrappers: Collection[str]

    def of(self, source: Source, stack: tuple[Call, ...], node: tree.Simple, *, opens: bool = False) -> Call:
        """A command in the file that a person edits; one that is handed to its shell is what that was called with.

        `opens`: it is a function or script, which may itself hand on what it is given, `run "$@"`.
        """
        made = _written(source, node.start, node.end)
        if stack and self._hands_on(node.words, opens=opens):
            return Call(made.place, stack[-1].at, stack[-1].text)
        return made

    def _hands_on(self, words: tuple[Word, ...], *, opens: bool) -> bool:
        """Whether the words of a command are those that its shell was given."""
        for word in words:
            name = _variable(word)
            if name in ("@", "*") or (name.isdigit() and not opens):
                return True
            said = word.literal()
            if not opens and not (said and (said in self.wrappers or said.startswith("-"))):
                return False
        return False


@lru_cache(maxsize=4096)
def _written(source: Source, start: int, end: int) -> Call:
    place = source.at(start, end)
    hidden = [(max(a, start) - start, min(b, end) - start) for a, b in spans(source.text) if a < end and b > start]
    return Call(place, place, source.said(hide(source.text[start:end], hidden)))


def _variable(word: Word) -> str:
    """The name of the variable that is the whole of a word, "" for any other."""
    first = word.parts[0] if len(word.parts) == 1 else None
    return first.name if isinstance(first, tree.Variable) else ""

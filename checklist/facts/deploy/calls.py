"""What a person wrote to have a command run: the command, or the call of the wrapper that it is handed to."""

from __future__ import annotations

from functools import lru_cache

from checklist.facts.deploy.effects import BEFORE
from checklist.facts.deploy.state import Call, Shell
from checklist.parse.sh import tree
from checklist.parse.sh.tree import Word
from checklist.parse.shell import Source
from checklist.secrets import hide, spans


def call(shell: Shell, node: tree.Simple, *, opens: bool = False) -> Call:
    """A command in the file that a person edits; one that is handed to its shell is what that was called with.

    `opens`: it is a function or script, which may itself hand on what it is given, `run "$@"`.
    """
    made = _written(shell.source, node.start, node.end)
    if shell.calls and _hands_on(node.words, opens=opens):
        return Call(made.place, shell.calls[-1].at, shell.calls[-1].text)
    return made


@lru_cache(maxsize=4096)
def _written(source: Source, start: int, end: int) -> Call:
    place = source.at(start, end)
    hidden = [(max(a, start) - start, min(b, end) - start) for a, b in spans(source.text) if a < end and b > start]
    return Call(place, place, source.said(hide(source.text[start:end], hidden)))


def _hands_on(words: tuple[Word, ...], *, opens: bool) -> bool:
    """Whether the words of a command are those that its shell was given."""
    for word in words:
        name = _variable(word)
        if name in ("@", "*") or (name.isdigit() and not opens):
            return True
        said = word.literal()
        if not opens and not (said and (said in BEFORE or said.startswith("-"))):
            return False
    return False


def _variable(word: Word) -> str:
    """The name of the variable that is the whole of a word, "" for any other."""
    first = word.parts[0] if len(word.parts) == 1 else None
    return first.name if isinstance(first, tree.Variable) else ""

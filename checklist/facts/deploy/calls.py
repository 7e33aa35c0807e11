"""What a person wrote to have a command run: the command, or the call of the wrapper that it is handed to."""

from __future__ import annotations

from checklist.facts.deploy.effects import BEFORE
from checklist.facts.deploy.state import Call, Shell
from checklist.parse.sh import tree
from checklist.parse.sh.tree import Word


def call(shell: Shell, node: tree.Simple, *, opens: bool = False) -> Call:
    """A command in the file that a person edits; one that is handed to its shell is what that was called with.

    `opens`: it is a function or script, which may itself hand on what it is given, `run "$@"`.
    """
    place = shell.source.at(node.start, node.end)
    if shell.calls:
        words = [w for w in node.words if (w.literal() or "-") not in BEFORE and not (w.literal() or "").startswith("-")]
        if any(name in ("@", "*") or (name.isdigit() and not opens) for name in map(_variable, words if opens else words[:1])):
            return Call(place, shell.calls[-1].at, shell.calls[-1].text)
    return Call(place, place, shell.source.said(shell.source.text[node.start : node.end]))


def _variable(word: Word) -> str:
    """The name of the variable that is the whole of a word, "" for any other."""
    first = word.parts[0] if len(word.parts) == 1 else None
    return first.name if isinstance(first, tree.Variable) else ""

"""Env file → what a shell makes of it: read with `.`, or through `export $(cat FILE | xargs)`.

Bash 5.2 manual, 3.5 Shell Expansions and 3.7.4 Environment; POSIX xargs. An env file is written for dotenv, which knows
no expansion, no word splitting and other quotes: parse/env.py has that reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from checklist.parse import env as dotenv
from checklist.parse import shell
from checklist.parse.sh import tree

_DECLARES = ("export", "declare", "typeset", "readonly")
_VARIABLE = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)
_WORD = re.compile(r"([A-Za-z_]\w*)=(.*)", re.ASCII | re.DOTALL)
# What xargs takes apart: blanks between words, quotes that end on their line, a backslash before any character.
_XARG = re.compile(r"(?:[^ \t\n'\"\\]|'[^'\n]*'|\"[^\"\n]*\"|\\[\s\S])+")
_XARG_PART = re.compile(r"'([^'\n]*)'|\"([^\"\n]*)\"|\\([\s\S])|([^ \t\n'\"\\]+)")
# `~name` stays as it is where nobody is called so
_TILDE = re.compile(r"(?:\A|:)~(?:[+-]?[/:]|[+-]?\Z)")


@dataclass(slots=True)
class _State:
    values: dict[str, str | None] = field(default_factory=dict)
    """None: it depends on something outside the file."""
    expanded: set[str] = field(default_factory=set)
    """Names whose value has another variable in it."""


def differences(text: str, how: str, *, comments: str = "", expands: bool = False) -> list[str] | None:
    """The names that a shell does not give the value that npm's dotenv gives them; None where that can't be said.

    `how` is `source` or `xargs`; `comments` is the pattern of lines that `grep -v` takes out before xargs. With `expands`
    the app's loader puts variables in as well, and such values are not compared.
    """
    meant = {e.name: str(e.value.content) for e in dotenv.entries("", text)}
    state = _source(text) if how == "source" else _through_xargs(text, comments)
    if state is None:
        return None
    return [n for n, v in meant.items() if state.values.get(n) != v and not (expands and (n in state.expanded or "$" in v))]


# ---- `. FILE` --------------------------------------------------------------------------------------------------------


def _source(text: str) -> _State | None:
    """The variables after `. FILE`; None where the file is a program rather than a list."""
    if re.search(r"=\([^()\n]*\)[^\s;&|)]", text):
        return None  # an array with something stuck to it, which bash takes for neither
    script = shell.read(shell.Source("", text, exact=True))
    state = _State()
    for item in _until_problem(script, text):
        match item:
            case tree.Simple():
                if _command(item, state, text):
                    break
            case tree.Background() | tree.Pipeline():
                pass  # in a shell of its own
            case tree.AndOr():
                for name in re.findall(r"([A-Za-z_]\w*)=", text[item.start : item.end]):
                    state.values[name] = None
            case _:
                return None
    return state


def _until_problem(script: shell.Script, text: str) -> Iterator[tree.Command]:
    """The commands that run: bash reads a whole line before it runs it, and stops at the first that it can't understand."""
    items = list(script.root.items)
    if script.problem is not None:
        starts = [0, *(m.end() for m in re.finditer("\n", text))]
        offset = starts[min(script.problem.location.line, len(starts)) - 1] + script.problem.location.column - 1
        items = [i for i in items if i.end <= offset]
        while items and not re.match(r"[ \t]*(?:#[^\n]*)?\n", text[items[-1].end :]):
            items.pop()
    yield from items


def _command(command: tree.Simple, state: _State, text: str) -> bool:
    """Runs a command for its variables; whether it ends the file."""
    words = [w.literal() for w in command.words]
    if words and words[0] not in _DECLARES:
        return words[0] in ("exit", "return")
    for given in command.assignments:
        if isinstance(given.value, tree.Word):
            told, expanded = _value(given.value, state.values, text)
            state.values[given.name] = (state.values.get(given.name) or "") + told if given.appends and told is not None else told
            (state.expanded.add if expanded else state.expanded.discard)(given.name)
        elif given.value is not None:
            state.values.pop(given.name, None)  # an array is not exported
        elif not words:
            state.values[given.name] = ""
    return False


def _value(word: tree.Word, values: Mapping[str, str | None], whole: str) -> tuple[str | None, bool]:
    """The text of a word in the whole file's, and whether a variable was put in."""
    told: list[str] = []
    expanded = False
    for index, part in enumerate(word.parts):
        match part:
            case tree.Text(text=text, quoted=quoted):
                if not quoted and _TILDE.search(("" if index == 0 else ".") + text + ("" if index + 1 == len(word.parts) else ".")):
                    return None, False
                told.append(text)
            case tree.Variable(name=name, operator=""):
                expanded = True
                put = values.get(name)
                if put is None:
                    return None, True
                told.append(put)
            case tree.Variable():
                return None, True
            case _:
                return None, False
    if word.end == len(whole) and whole.endswith("\\") and (len(whole) - len(whole.rstrip("\\"))) % 2 and "'" not in whole[word.start :]:
        told.append("\\")  # nothing follows that it could escape
    return "".join(told), expanded


# ---- `export $(cat FILE | xargs)` ------------------------------------------------------------------------------------


def _through_xargs(text: str, comments: str) -> _State:
    lines = [line for line in text.split("\n") if not (comments and re.search(comments, line))]
    words = _xargs("\n".join(lines))
    state = _State()
    for word in re.split(r"[ \t\n]+", " ".join(words)):
        if given := _WORD.fullmatch(word):
            state.values[given[1]] = given[2]
    return state


def _xargs(text: str) -> list[str]:
    """The words that xargs gives to echo: those before a quote that is not closed on its line, where it stops."""
    words, at = [], 0
    while at < len(text):
        if text[at] in " \t\n":
            at += 1
            continue
        found = _XARG.match(text, at)
        if found is None or text[found.end() : found.end() + 1] in ("'", '"', "\\"):
            break
        words.append("".join(p[1] or p[2] or p[3] or p[4] or "" for p in _XARG_PART.finditer(found[0])))
        at = found.end()
    return words

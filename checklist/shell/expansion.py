"""Words → fields: parameters, substitutions and braces put in, state by state. Bash 5.2 manual, 3.5."""

from __future__ import annotations

import re
from collections.abc import Callable

from checklist.parse.sh.tree import Arithmetic, Part, Substitution, Text, Variable, Word
from checklist.shell import parameters
from checklist.shell.arithmetic import calculated
from checklist.shell.environment import Environment
from checklist.shell.parameters import UNSEEN, Values
from checklist.shell.states import Answer, Default, Field, Known, States

Run = Callable[[Substitution, Environment, States], Known]
"""Runs a substitution and gives back what it prints."""

_BRACES = re.compile(r"\{([^{}]*,[^{}]*|-?\d+\.\.-?\d+)\}")
_MOST = 200


def unseen(part: Substitution, env: Environment, states: States) -> Known:
    """In place of what a substitution prints, where it has run already or must not."""
    return None


def fields(word: Word, env: Environment, states: States, run: Run = unseen) -> list[tuple[States, tuple[Field, ...]]]:
    """What a word becomes in which states; a field is None where it cannot be known."""
    said = word.literal()
    if said is not None:
        unquoted = "{" in said and any(isinstance(p, Text) and not p.quoted for p in word.parts)
        return [(states, tuple(_braces(said)) if unquoted else (said,))]
    made: list[tuple[States, tuple[Field, ...], bool]] = [(states, (), False)]
    for part in word.parts:
        quoted = isinstance(part, Text) or part.quoted
        made = [
            (mask & inner, *_append(done, open_, value, quoted))
            for mask, done, open_ in made
            for inner, value in _part(part, env, mask, run)
            if mask & inner
        ]
    return [(mask, done) for mask, done, _ in made]


def text(word: Word, env: Environment, states: States, run: Run = unseen) -> list[tuple[States, Field]]:
    """What a word becomes where nothing is split: on the right of `=`, in `case`, in `[[`."""
    return [(mask, found[0] if len(found) == 1 else _joined(found)) for mask, found in fields(word, env, states, run)]


def _joined(found: tuple[Field, ...]) -> str | None:
    known = [f for f in found if isinstance(f, str)]
    return " ".join(known) if len(known) == len(found) else None


def _append(done: tuple[Field, ...], open_: bool, value: Known, quoted: bool) -> tuple[tuple[Field, ...], bool]:
    """The fields with one more part; `open_` says whether it joins the last of them."""
    pieces: tuple[Field, ...]
    if isinstance(value, tuple):
        pieces = value
        if not pieces:
            return done, open_
    elif isinstance(value, str) and not quoted:
        split = value.split()
        if not split:
            return done, open_
        pieces = tuple(map(type(value), split))
        if value[0].isspace() and open_:
            open_ = False
        ends = value[-1].isspace()
        first = (_both(done[-1], pieces[0]), *pieces[1:]) if open_ else pieces
        return (*(done[:-1] if open_ else done), *first), not ends
    else:
        pieces = (value,)
    if open_:
        return (*done[:-1], _both(done[-1], pieces[0]), *pieces[1:]), True
    return (*done, *pieces), True


def _both(left: Field, right: Field) -> Field:
    # a health check's answer with text around it stays one
    if isinstance(left, Answer) or isinstance(right, Answer):
        return left if isinstance(left, Answer) else right
    if left is None and right in (None, ""):
        return None
    made = (UNSEEN if left is None else left) + (UNSEEN if right is None else right)
    return Default(made) if isinstance(left, Default) or isinstance(right, Default) else made


def _part(part: Part, env: Environment, states: States, run: Run) -> Values:
    match part:
        case Text():
            return ((states, part.text),)
        case Variable():
            if not part.operator and part.name:
                return parameters.plain(part.name, env, states)
            return parameters.operated(part, env, states, lambda word, env, states: text(word, env, states, run))
        case Substitution():
            said = run(part, env, states)
            # `<(…)` is the name of a file
            return ((states, said if part.operator == "$" or isinstance(said, Answer) else None),)
        case Arithmetic():
            return calculated(part.text, env, states)


def _braces(said: str) -> list[str]:
    """`{a,b}` and `{1..3}` written out."""
    found = _BRACES.search(said)
    if found is None:
        return [said]
    inner = found[1]
    if ".." in inner and "," not in inner:
        first, last = (int(n) for n in inner.split("..", 1))
        numbers = list(range(first, last + 1)) if first <= last else list(range(first, last - 1, -1))
        items = [str(n) for n in (numbers if len(numbers) <= _MOST else [*numbers[: _MOST - 1], numbers[-1]])]
    else:
        items = inner.split(",")
    before, after = said[: found.start()], said[found.end() :]
    return [done for item in items for done in _braces(before + item + after)][:_MOST]

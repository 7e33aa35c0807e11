"""Symbolic values: what stands for a word that cannot be known, so that it can be told whether two are the same."""

from __future__ import annotations

from collections.abc import Hashable

from checklist.parse.sh.tree import Text, Variable, Word
from checklist.shell.environment import Environment
from checklist.shell.parameters import UNSEEN, lookup
from checklist.shell.states import Default, States

_CHANGING = {
    *("", "?", "!", "_", "-", "$", "RANDOM", "SRANDOM", "SECONDS", "LINENO", "EPOCHSECONDS", "EPOCHREALTIME"),
    *("BASHPID", "BASH_COMMAND", "PIPESTATUS", "REPLY", "OPTARG", "OPTIND", "OLDPWD"),
}
"""Variables that the shell sets itself (bash 5.2 manual, 3.4.2 and 5.2)."""


def symbol(word: Word | str, env: Environment, states: States) -> Hashable:
    """What stands for a word that cannot be known: equal for two only if they say the same."""
    return word if isinstance(word, str) else tuple(_symbol(part, env, states) for part in word.parts)


def _symbol(part: object, env: Environment, states: States) -> Hashable:
    if isinstance(part, Text):
        return part.text
    if not isinstance(part, Variable) or part.name in _CHANGING or part.operator.startswith("!"):
        return object()
    name, operator, argument = part.name, part.operator, part.argument
    value = lookup(name, env, states)[0][1] if not operator else None
    if isinstance(value, str) and not isinstance(value, Default) and UNSEEN not in value:
        return value
    if operator in ("-", ":-", "?", ":?") and (operator.endswith("?") or argument is None or not argument.parts):
        operator, argument = "", None  # an unset one is as good as an empty one
    return (name, operator, env.version(name), symbol(argument, env, states) if argument else None)

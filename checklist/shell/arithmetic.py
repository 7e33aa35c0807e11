"""Shell arithmetic as far as scripts use it: a number, a variable, two of them with a sign. Bash 5.2 manual, 6.5."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checklist.shell.environment import Environment
from checklist.shell.parameters import lookup
from checklist.shell.states import Known, States

_EXPRESSION = re.compile(r"\s*(\$?\{?\w+\}?)\s*(?:([-+*/%])\s*(\$?\{?\w+\}?)\s*)?")


def calculated(expression: str, env: Environment, states: States) -> Iterator[tuple[States, Known]]:
    """The value of `a`, `a + b` and the like; None for anything longer."""
    found = _EXPRESSION.fullmatch(expression)
    if found is None:
        yield states, None
        return
    for mask, left in _number(found[1], env, states):
        if found[2] is None:
            yield mask, None if left is None else str(left)
            continue
        for inner, right in _number(found[3], env, mask):
            yield inner, None if left is None or right is None else _calculate(left, found[2], right)


def _calculate(left: int, sign: str, right: int) -> str | None:
    match sign:
        case "+":
            return str(left + right)
        case "-":
            return str(left - right)
        case "*":
            return str(left * right)
    if right == 0:
        return None
    return str(int(left / right) if sign == "/" else left % right)


def _number(said: str, env: Environment, states: States) -> Iterator[tuple[States, int | None]]:
    name = said.strip("${}")
    if name.isdigit():
        yield states, int(name)
        return
    for mask, value in lookup(name, env, states):
        yield mask, int(value) if isinstance(value, str) and re.fullmatch(r"-?\d{1,15}", value) else None

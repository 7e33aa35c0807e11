"""Parameter expansion, state by state: variables, positional and special parameters, operators. Bash 5.2 manual, 3.5.3
and 3.4."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator

from checklist.parse.sh.tree import Variable, Word
from checklist.shell.environment import Environment
from checklist.shell.paths import REPOSITORY
from checklist.shell.states import Default, Field, Known, States

UNSEEN = "\0"
"""Stands in a text for the part of it that cannot be known."""

Values = Iterable[tuple[States, Known]]
Argument = Callable[[Word, Environment, States], list[tuple[States, Field]]]
"""Expands the word behind an operator."""

_SPECIAL = ("@", "*", "#", "!", "BASH_SOURCE")


def lookup(name: str, env: Environment, states: States) -> list[tuple[States, Known]]:
    """A parameter's value in which states."""
    if name == "?":
        ok, bad = env.status
        values: tuple[tuple[States, Known], ...] = ((states & bad, "1"), (states & ~bad, "0" if states & ok else None))
        return [(mask, said) for mask, said in values if mask]
    if name == "PIPESTATUS":
        return list(_pipe_status(env, states))
    if name == "PWD":
        return [*env.directory.split(states)]
    if name.isdigit() or name in _SPECIAL:
        return [(states, _given(name, env))]
    if (held := env.variables.values.get(name)) is not None:
        return held.split(states)
    unset: Known = "~" if name == "HOME" else None
    return [(states, unset)]


def plain(name: str, env: Environment, states: States) -> Values:
    """`$name`: of an array its first element."""
    found = lookup(name, env, states)
    if name in ("@", "*"):
        return found
    return [(mask, _element(value, None) if isinstance(value, tuple) else value) for mask, value in found]


def operated(part: Variable, env: Environment, states: States, argument: Argument) -> Iterator[tuple[States, Known]]:
    """`${name…}` with an operator, a subscript or a `#` or `!` before its name."""
    operator = part.operator
    # `${#x}` is a length, `${x#y}` is not
    pattern = r"([!#]?)(\[[^\]]*\])?" if part.argument is None else r"(!?)(\[[^\]]*\])?"
    subscript = re.match(pattern, operator)
    before, index = (subscript[1], subscript[2]) if subscript else ("", None)
    operator = operator[len(before) + len(index or "") :] if operator not in ("?",) or part.name else operator
    for mask, value in lookup(part.name, env, states):
        if isinstance(value, tuple) and part.name not in ("@", "*"):
            value = _element(value, index)
        if before or (part.name == "" and operator):
            yield mask, str(len(value)) if before == "#" and isinstance(value, (str, tuple)) else None
        elif not operator:
            yield mask, value
        elif operator.lstrip(":") in ("-", "=", "+", "?") and len(operator) <= 2:
            yield from _defaulted(part, operator, value, env, mask, argument)
        else:
            yield mask, _cut(part, operator, value)


def _given(name: str, env: Environment) -> Known:
    """What a script or function is called with."""
    known = env.arguments
    match name:
        case "0":
            return env.script
        case "!":
            return env.job
        case "BASH_SOURCE":
            return env.script if env.source.file in env.script else f"{REPOSITORY}/{env.source.file}"
        case "@" | "*":
            return (None,) if known is None else known  # type: ignore[return-value]  # no arrays in arrays
        case "#":
            return None if known is None else str(len(known))
    return None if known is None else known[int(name) - 1] if int(name) <= len(known) else ""


def _pipe_status(env: Environment, states: States) -> Iterator[tuple[States, Known]]:
    found: list[tuple[States, tuple[Field, ...]]] = [(states, ())]
    for ok, bad in env.pipe_status:
        ways = ((bad, "1"), (ok & ~bad, "0"), (~(ok | bad), None))
        found = [(mask & way, (*said, status)) for mask, said in found for way, status in ways if mask & way]
    yield from found if env.pipe_status else ((states, None),)


def _element(value: tuple[Field, ...], index: str | None) -> Known:
    if index in ("[@]", "[*]"):
        return value
    said = (index or "[0]")[1:-1]
    if not re.fullmatch(r"-?\d+", said):
        return None
    return value[int(said)] if -len(value) <= int(said) < len(value) else ""


def _defaulted(
    part: Variable, operator: str, value: Known, env: Environment, states: States, argument: Argument
) -> Iterator[tuple[States, Known]]:
    """`-`, `=`, `+`, `?`, with a colon for an empty value too."""
    word = part.argument or Word(part.end, part.end, ())
    sign, empty_too = operator[-1], operator[0] == ":"
    given = part.name.isdigit() and env.arguments is None
    set_here = part.name in env.variables.values or part.name.isdigit()
    absent = (value is None and (given or not set_here)) or (value == "" and empty_too)
    if sign == "+":
        if value is None:
            yield states, None
        elif absent:
            yield states, ""
        else:
            yield from argument(word, env, states)
    elif not absent or sign == "?" or (value is None and not word.parts):
        yield states, value  # `${X:-}` asks whether it is set
    else:
        # nothing in the script sets it: the default is what is meant
        for mask, default in argument(word, env, states):
            if sign == "=":
                env.assign(mask, part.name, default)
            yield mask, Default(default) if given and isinstance(default, str) else default


def _cut(part: Variable, operator: str, value: Known) -> Known:
    pattern = "" if part.argument is None else part.argument.literal()
    cut = _trimmed(value, operator, pattern) if isinstance(value, str) and pattern is not None else None
    if cut is None or UNSEEN in cut:
        return None
    return Default(cut) if isinstance(value, Default) else cut


def _trimmed(value: str, operator: str, pattern: str) -> str | None:
    """`#`, `##`, `%`, `%%` with a pattern, `^^` and `,,` without one."""
    if operator in ("^^", ",,") and not pattern:
        return value.upper() if operator == "^^" else value.lower()
    if operator[0] not in "#%":
        return None
    cuts = range(len(value) + 1)
    longest = len(operator) == 2
    if operator[0] == "#":
        for cut in reversed(cuts) if longest else cuts:
            if fnmatch.fnmatchcase(value[:cut], pattern):
                return value[cut:]
    else:
        for cut in cuts if longest else reversed(cuts):
            if fnmatch.fnmatchcase(value[cut:], pattern):
                return value[:cut]
    return value

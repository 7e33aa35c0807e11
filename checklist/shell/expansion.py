"""Words → fields: variables, substitutions and braces put in, state by state. Bash 5.2 manual, 3.5."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator

from checklist.parse.sh.tree import AndOr, Arithmetic, Part, Sequence, Simple, Substitution, Text, Variable, Word
from checklist.shell.environment import REPOSITORY, Environment, joined
from checklist.shell.states import Answer, Default, Known, States

UNSEEN = "\0"
"""Stands in a text for the part of it that cannot be known."""

Field = str | Answer | None
Run = Callable[[Substitution, Environment, States], Known]
"""Runs a substitution and gives back what it prints."""

_BRACES = re.compile(r"\{([^{}]*,[^{}]*|-?\d+\.\.-?\d+)\}")
_CALCULATION = re.compile(r"\s*(\$?\{?\w+\}?)\s*(?:([-+*/%])\s*(\$?\{?\w+\}?)\s*)?")
_MOST = 200


def fields(word: Word, env: Environment, states: States, run: Run) -> list[tuple[States, tuple[Field, ...]]]:
    """What a word becomes in which states; a field is None where it cannot be known."""
    said = word.literal()
    if said is not None:
        unquoted = "{" in said and any(isinstance(p, Text) and not p.quoted for p in word.parts)
        return [(states, tuple(_braces(said)) if unquoted else (said,))]
    made: list[tuple[States, tuple[Field, ...], bool]] = [(states, (), False)]
    for part in word.parts:
        made = [
            (mask & inner, *_append(done, open_, value, getattr(part, "quoted", False) or isinstance(part, Text)))
            for mask, done, open_ in made
            for inner, value in _part(part, env, mask, run)
            if mask & inner
        ]
    return [(mask, done) for mask, done, _ in made]


def text(word: Word, env: Environment, states: States, run: Run) -> list[tuple[States, Field]]:
    """What a word becomes where nothing is split: on the right of `=`, in `case`, in `[[`."""
    out = []
    for mask, found in fields(word, env, states, run):
        out.append((mask, found[0] if len(found) == 1 else "" if not found else None if any(not isinstance(f, str) for f in found) else " ".join(map(str, found))))
    return out


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


def _part(part: Part, env: Environment, states: States, run: Run) -> Iterable[tuple[States, Known]]:
    match part:
        case Text():
            return ((states, part.text),)
        case Variable():
            return _variable(part, env, states, run) if part.operator or not part.name else _plain(part.name, env, states)
        case Substitution():
            said = run(part, env, states)
            return ((states, said if part.operator == "$" or isinstance(said, Answer) else None),)  # `<(…)` is the name of a file
        case Arithmetic():
            return calculated(part.text, env, states)


def _plain(name: str, env: Environment, states: States) -> Iterable[tuple[States, Known]]:
    """`$name`: of an array its first element."""
    found = lookup(name, env, states)
    return found if name in ("@", "*") else [(mask, _element(value, None) if isinstance(value, tuple) else value) for mask, value in found]


def calculated(expression: str, env: Environment, states: States) -> Iterator[tuple[States, Known]]:
    """The value of `a`, `a + b` and the like; None for anything longer."""
    found = _CALCULATION.fullmatch(expression)
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
    if sign in "/%" and right == 0:
        return None
    return str({"+": left + right, "-": left - right, "*": left * right, "/": int(left / right) if right else 0, "%": left % right if right else 0}[sign])


def _number(said: str, env: Environment, states: States) -> Iterator[tuple[States, int | None]]:
    name = said.strip("${}")
    if name.isdigit():
        yield states, int(name)
        return
    for mask, value in lookup(name, env, states):
        yield mask, int(value) if isinstance(value, str) and re.fullmatch(r"-?\d{1,15}", value) else None


def lookup(name: str, env: Environment, states: States) -> list[tuple[States, Known]]:
    """A variable's value in which states."""
    if name == "?":
        ok, bad = env.status
        values: tuple[tuple[States, Known], ...] = ((states & bad, "1"), (states & ~bad, "0" if states & ok else None))
        return [(mask, said) for mask, said in values if mask]
    if name == "PIPESTATUS":
        return list(_piped(env, states))
    if name == "PWD":
        return [*env.directory.split(states)]
    if name.isdigit() or name in ("@", "*", "#", "!", "BASH_SOURCE"):
        return [(states, _given(name, env))]
    if (held := env.variables.get(name)) is not None:
        return held.split(states)
    unset: Known = "~" if name == "HOME" else None
    return [(states, unset)]


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


def _piped(env: Environment, states: States) -> Iterator[tuple[States, Known]]:
    found: list[tuple[States, tuple[Field, ...]]] = [(states, ())]
    for ok, bad in env.piped:
        ways = ((bad, "1"), (ok & ~bad, "0"), (~(ok | bad), None))
        found = [(mask & way, (*said, status)) for mask, said in found for way, status in ways if mask & way]
    yield from found if env.piped else ((states, None),)


def _variable(part: Variable, env: Environment, states: States, run: Run) -> Iterator[tuple[States, Known]]:
    operator = part.operator
    # `${#x}` is a length, `${x#y}` is not
    subscript = re.match(r"([!#]?)(\[[^\]]*\])?" if part.argument is None else r"(!?)(\[[^\]]*\])?", operator)
    before, index = (subscript[1], subscript[2]) if subscript else ("", None)
    operator = operator[len(before) + len(index or "") :] if operator not in ("?",) or part.name else operator
    for mask, value in lookup(part.name, env, states):
        if isinstance(value, tuple) and part.name not in ("@", "*"):
            value = _element(value, index)
        if before or (part.name == "" and operator):
            yield mask, str(len(value)) if before == "#" and isinstance(value, (str, tuple)) else None
        elif not operator:
            yield mask, value
        else:
            yield from _operated(part, operator, value, env, mask, run, set_here=part.name in env.variables or part.name.isdigit())


def _element(value: tuple[Field, ...], index: str | None) -> Known:
    if index in ("[@]", "[*]"):
        return value
    said = (index or "[0]")[1:-1]
    if not re.fullmatch(r"-?\d+", said):
        return None
    return value[int(said)] if -len(value) <= int(said) < len(value) else ""


def _operated(part: Variable, operator: str, value: Known, env: Environment, states: States, run: Run, *, set_here: bool) -> Iterator[tuple[States, Known]]:
    argument = part.argument or Word(part.end, part.end, ())
    if operator.lstrip(":") in ("-", "=", "+", "?") and len(operator) <= 2:
        sign, empty_too = operator[-1], operator[0] == ":"
        given = part.name.isdigit() and env.arguments is None
        absent = (value is None and (given or not set_here)) or (value == "" and empty_too)
        if sign == "+":
            if value is None:
                yield states, None
            elif absent:
                yield states, ""
            else:
                yield from text(argument, env, states, run)
        elif not absent or sign == "?" or (value is None and not argument.parts):
            yield states, value  # `${X:-}` asks whether it is set
        else:
            # nothing in the script sets it: the default is what is meant
            for mask, default in text(argument, env, states, run):
                if sign == "=":
                    env.assign(mask, part.name, default)
                yield mask, Default(default) if given and isinstance(default, str) else default
        return
    pattern = argument.literal()
    trimmed = _trimmed(value, operator, pattern) if isinstance(value, str) and pattern is not None else None
    yield states, None if trimmed is None or UNSEEN in trimmed else Default(trimmed) if isinstance(value, Default) else trimmed


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
    return [done for item in items for done in _braces(said[: found.start()] + item + said[found.end() :])][:_MOST]


def printed(body: Sequence, argv: list[Field] | None, directory: str | None) -> Known:
    """What a plain command prints: `echo`, `pwd`, `dirname`, `basename`, `cd x && pwd`."""
    if len(body.items) != 1:
        return None
    only = body.items[0]
    if isinstance(only, AndOr) and only.operator == "&&" and isinstance(only.right, Simple) and only.right.words and only.right.words[0].literal() == "pwd":
        return directory
    if not argv or any(not isinstance(a, str) for a in argv):
        return None
    words = [str(a) for a in argv]
    match words:
        case ["pwd", *_]:
            return directory
        case ["echo", *rest]:
            return None if rest[:1] in (["-e"], ["-n"]) else " ".join(rest)
        case ["printf", "%s" | "%s\\n", one]:
            return one
        case ["dirname", *flags, path] if all(f == "--" for f in flags):
            return None if path == REPOSITORY else posixpath.dirname(path) or "."
        case ["basename", path]:
            return posixpath.basename(path)
        case ["realpath" | "readlink", *flags, path] if all(f.startswith("-") for f in flags):
            return joined(directory, path)
    return None

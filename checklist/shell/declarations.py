"""What gives variables a value: assignments, `export`, `local`, `read`, `shift`. Bash 5.2 manual, 3.4, 4.1 and 4.2."""

from __future__ import annotations

import re
from collections.abc import Sequence

from checklist.parse.sh.tree import Assignment
from checklist.shell import expansion
from checklist.shell.environment import Environment
from checklist.shell.host import Execution, Invocation
from checklist.shell.parameters import UNSEEN, lookup
from checklist.shell.states import Completion, Field, States


def assign(
    x: Execution, env: Environment, assignments: Sequence[Assignment], states: States, *, own: bool = False
) -> Completion:
    """Assignments one after the other; their status is that of the last substitution. `own`: they are the function's,
    `local x=$x`."""
    status = None
    for one in assignments:
        run = x.substitutions()
        if isinstance(one.value, tuple):
            found: list[Field] = []
            for word in one.value:
                choices = expansion.fields(word, env, states, run)
                found += next(f for mask, f in choices if mask & x.usual(states))
            before = lookup(one.name, env, x.usual(states))[0][1] if one.appends else ()
            states |= run.opened
            if own:
                env.hide(states, one.name)
            env.assign(states, one.name, (*(before if isinstance(before, tuple) else ()), *found))
        elif one.value is not None:
            values = expansion.text(one.value, env, states, run)
            # the states that a substitution has opened get what it printed
            states |= run.opened
            if own:
                env.hide(states, one.name)
            for mask, value in [(values[0][0] | run.opened, values[0][1]), *values[1:]]:
                _put(env, one, mask, value)
        if run.status is not None:
            status = run.status
    if status is None:
        return Completion(true=states)
    return Completion(true=states & status[0] & ~status[1], false=states & status[1])


def _put(env: Environment, one: Assignment, states: States, value: Field) -> None:
    if not one.appends:
        env.assign(states, one.name, value)
        return
    for part, kept in list(lookup(one.name, env, states)):
        if kept == "":
            env.assign(part, one.name, value)
        else:
            known = isinstance(kept, str) and isinstance(value, str)
            env.assign(part, one.name, kept + value if known else None)  # type: ignore[operator]


def declare(x: Execution, command: Invocation) -> Completion:
    """`export`, `local`, `declare`, `readonly`, `typeset`: their own status, whatever a substitution's is."""
    argv, env, node = command.argv or [], command.env, command.node
    if argv[0] == "export" or any(re.fullmatch(r"-\w*x\w*", w) for w in argv[1:]):
        env.variables.exported |= {a.name for a in node.assignments} | {w for w in argv[1:] if w.isidentifier()}
    if any(UNSEEN in w for w in argv[1:]):
        env.variables.invalidate()  # `export $(cat .env)`
    wide = any(re.fullmatch(r"-\w*g\w*", w) for w in argv[1:])
    own = argv[0] in ("local", "declare", "typeset") and not wide
    for name in filter(str.isidentifier, argv[1:] if own else ()):
        env.hide(command.states, name)
    given = [a for a in node.assignments if a.value is not None]
    return Completion(true=assign(x, env, given, command.states, own=own).on)


def unset(x: Execution, command: Invocation) -> Completion:
    _to_names(command, "")
    return Completion(true=command.states)


def map_file(x: Execution, command: Invocation) -> Completion:
    """`mapfile`: what was in the file is not known."""
    _to_names(command, None)
    return Completion(true=command.states)


def read(x: Execution, command: Invocation) -> Completion:
    """`read` and `getopts`: they end with a failure when there is no more."""
    _to_names(command, None)
    return x.exploration.fork(command.states)


def shift(x: Execution, command: Invocation) -> Completion:
    env, argv = command.env, command.argv or []
    env.frame = object()
    count = argv[1] if len(argv) > 1 else "1"
    if not count.isdigit():
        env.arguments = None
    elif env.arguments is not None and int(count) <= len(env.arguments):
        env.arguments = env.arguments[int(count) :]
    return Completion(true=command.states)


def _to_names(command: Invocation, value: str | None) -> None:
    for name in filter(str.isidentifier, (command.argv or [])[1:]):
        command.env.assign(command.states, name, value)

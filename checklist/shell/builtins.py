"""What the shell does itself: options, traps, jobs, and how a script is entered and left. Bash 5.2 manual, 4."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from checklist.shell import declarations, directories
from checklist.shell.host import Execution, Invocation
from checklist.shell.parameters import UNSEEN
from checklist.shell.states import Completion
from checklist.shell.substitution import embedded

Builtin = Callable[[Execution, Invocation], Completion | None]
"""None where it is none of the shell's with these words."""


def _set(x: Execution, command: Invocation) -> Completion:
    """4.3.1."""
    env, words = command.env, (command.argv or [])[1:]
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word == "--":
            env.frame = object()
            env.arguments = tuple(None if UNSEEN in w else w for w in words[words.index("--") + 1 :])
            break
        if re.fullmatch(r"[-+][a-zA-Z]+", word):
            _option(command, word, following if word.endswith("o") else "")
    return Completion(true=command.states)


def _option(command: Invocation, word: str, named: str) -> None:
    """`-eu`, or `-o` with the name of an option."""
    env, on = command.env, word[0] == "-"
    if "e" in word[1:].replace("o", ""):
        env.put("errexit", command.states, on)
    if "E" in word or named == "errtrace":
        env.err_trace = on
    if "a" in word[1:]:
        env.variables.exports_all = on
    if named in ("errexit", "pipefail"):
        env.put(named, command.states, on)


def _leave(x: Execution, command: Invocation) -> Completion:
    """`exit` and `return`: without a word with the status of the command before."""
    states, bad = command.states, command.env.status[1]
    code = command.fields[1] if len(command.fields) > 1 else None
    if len(command.fields) == 1:
        good, failed = states & ~bad, states & bad
    elif isinstance(code, str) and code.lstrip("-").isdigit():
        good, failed = (states, 0) if int(code) % 256 == 0 else (0, states)
    else:
        # `exit $status`: it says what has happened
        base = x.exploration.tree.base
        good, failed = states & base, states & ~base
    if command.argv and command.argv[0] == "exit":
        return Completion(left_true=good, left_false=failed)
    return Completion(returned_true=good, returned_false=failed)


def _trap(x: Execution, command: Invocation) -> Completion:
    env, states = command.env, command.states
    words = [w for w in command.node.words[1:] if not (w.literal() or "").startswith("-") or w.literal() == "-"]
    if len(words) >= 2:
        signals = {(w.literal() or "").upper().removeprefix("SIG") for w in words[1:]}
        body = None if words[0].literal() in ("-", "") else embedded([words[0]], env, x.usual(states))
        if signals & {"ERR"}:
            env.put("err_trap", states, body)
        if signals & {"EXIT", "0"}:
            env.put("exit_trap", states, body)
    return Completion(true=states)


def _eval(x: Execution, command: Invocation) -> Completion:
    env = command.env
    if any(UNSEEN in w for w in (command.argv or [])[1:]):
        env.variables.invalidate()
        return x.host.run(x, replace(command, argv=None))
    text = embedded(list(command.node.words[1:]), env, x.usual(command.states))
    return x.processes.script(text, env, command.states, ignored=command.asked)


def _source(x: Execution, command: Invocation) -> Completion:
    """`.`: the commands of a file run in this shell."""
    env, states, argv = command.env, command.states, (command.argv or [])[1:]
    running = {e.source.file for e in x.exploration.environments}
    source = x.host.script(argv[0], env, x.usual(states), running) if argv else None
    if source is not None:
        return x.processes.script(source, env, states, ignored=command.asked).of_call()
    if not argv or not x.host.is_harmless(argv[0]):
        x.trace.unknown = "a sourced file may do more"
    env.variables.invalidate()
    x.exploration.files.change(env.host, removes=False)
    return Completion(true=states)


def _succeed(x: Execution, command: Invocation) -> Completion:
    return Completion(true=command.states)


def _touch(x: Execution, command: Invocation) -> Completion:
    """Files may be others than before."""
    x.exploration.files.change(command.env.host, removes=False)
    return Completion(true=command.states)


_QUIET = ("true", ":", "shopt", "umask", "ulimit", "alias", "unalias", "bind", "jobs", "disown", "hash", "enable")
"""Builtins that change nothing here, and programs that are as good as one."""

BUILTINS: dict[str, Builtin] = {
    **dict.fromkeys((*_QUIET, "clear", "tput", "date", "whoami"), _succeed),
    **dict.fromkeys(("cd", "pushd"), directories.change),
    "popd": directories.pop,
    "mkdir": directories.make,
    "touch": _touch,
    "set": _set,
    **dict.fromkeys(("exit", "return"), _leave),
    "break": lambda x, command: Completion(broke=command.states),
    "continue": lambda x, command: Completion(continued=command.states),
    "false": lambda x, command: Completion(false=command.states),
    "trap": _trap,
    **dict.fromkeys(("export", "local", "declare", "readonly", "typeset"), declarations.declare),
    "unset": declarations.unset,
    **dict.fromkeys(("mapfile", "readarray"), declarations.map_file),
    **dict.fromkeys(("read", "getopts"), declarations.read),
    "shift": declarations.shift,
    "let": lambda x, command: x.evaluator.calculation(" ".join((command.argv or [])[1:]), command.env, command.states),
    "eval": _eval,
    **dict.fromkeys(("source", "."), _source),
    "wait": lambda x, command: x.jobs.wait(command.env.host, command.states, (command.argv or [])[1:]),
}
"""By name; each ends with a status of its own."""

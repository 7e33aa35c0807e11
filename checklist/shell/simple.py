"""Simple commands: words are expanded, then a function, builtin or program runs. Bash 5.2 manual, 3.7.1, 3.7.2."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from checklist.parse.sh.tree import Redirect, Simple, Word
from checklist.shell import expansion
from checklist.shell.builtins import BUILTINS
from checklist.shell.declarations import assign
from checklist.shell.environment import Environment
from checklist.shell.host import Execution, Invocation
from checklist.shell.parameters import UNSEEN
from checklist.shell.states import Answer, Completion, Field, States
from checklist.shell.substitution import Substitutions

_PRINTERS = {"echo", "printf", "cat", "tee", "log", "info", "warn", "say"}
_FILTERS = {"grep", "egrep", "fgrep", "rg", "jq", "awk", "python", "python3", "node", "perl"}
_READ_VALUES = {"exit", "return", "cd", "export", "local", "declare", "readonly", "typeset"}
"""Builtins that have to look at each state by itself."""

Choice = tuple[States, list[Field], list[Word]]
"""The fields of a command in some states, and the words that became them."""


def simple(x: Execution, node: Simple, env: Environment, states: States, ignored: bool) -> Completion:
    out = x.processes.checked(_run(x, node, env, states, ignored), env, ignored)
    env.pipe_status = ()
    return out


def _run(x: Execution, node: Simple, env: Environment, states: States, ignored: bool) -> Completion:
    run = x.substitutions()
    choices = _expanded(node, env, states, run)
    opened = run.opened | x.redirect(node.redirects, env, states | run.opened)
    states |= opened
    choices[0] = (choices[0][0] | opened, *choices[0][1:])
    if not choices[0][1] and len(choices) == 1:
        return assign(x, env, node.assignments, states)
    name = choices[0][1][0] if choices[0][1] else ""
    if name in ("[", "test"):
        last = None if name == "test" else -1
        rows = [(mask, said[1:last], of[1:last]) for mask, said, of in choices]
        return x.evaluator.decide(rows, env, patterns=False)
    if len(choices) > 1 and name not in _READ_VALUES:
        choices = [(states, *next(c[1:] for c in choices if c[0] & x.usual(states)))]
    out = Completion()
    for mask, said, of in choices:
        words = _words(said)
        done = _invoke(x, Invocation(env, node, mask, None, said, of, words, ignored))
        out.add(done)
        out.true |= done.true
        out.false |= done.false
    return out


def _expanded(node: Simple, env: Environment, states: States, run: Substitutions) -> list[Choice]:
    """The fields of a command in which states. The lists of those that are only one state set are built in place."""
    choices: list[Choice] = [(states, [], [])]
    for word in node.words:
        if (literal := word.literal()) is not None and "{" not in literal:
            for _, said, of in choices:
                said.append(literal)
                of.append(word)
            continue
        choices = [
            (mask & inner, said + list(found), of + [word] * len(found))
            for mask, said, of in choices
            for inner, found in expansion.fields(word, env, mask, run)
            if mask & inner
        ]
    return choices


def _words(said: Sequence[Field]) -> tuple[str, ...] | None:
    """All words, what is not known of them unseen; None where the name of the command is not known."""
    return tuple(str(f) if isinstance(f, str) else UNSEEN for f in said) if isinstance(said[0], str) else None


def _invoke(x: Execution, command: Invocation) -> Completion:
    """By the order of 3.7.2; what prints or filters is no builtin everywhere, and the same everywhere."""
    words = command.words
    if words is None:
        return x.host.run(x, command)
    argv = x.host.unwrapped(words)
    if not argv:
        return Completion(true=command.states)
    if words[0] == "exec" and len(words) > 1:
        return _exec(x, command)
    wrapped = len(command.fields) - len(argv)
    command.argv, command.fields, command.origins = argv, command.fields[wrapped:], command.origins[wrapped:]
    name = argv[0]
    if name in command.env.functions and words[0] == name:  # sudo, `command` and the like call no functions
        return _call(x, command, name)
    if name in _PRINTERS:
        return _print(x, command)
    if (builtin := BUILTINS.get(name)) is not None and (done := builtin(x, command)) is not None:
        return done
    if name in _FILTERS and (answers := [*command.env.input, *_here_string(command.node.redirects, command)]):
        return _filter(answers, argv, command.states)
    return x.host.run(x, command)


def _exec(x: Execution, command: Invocation) -> Completion:
    """The shell itself becomes the command."""
    said = command.fields[1:]
    inner = replace(command, fields=said, origins=command.origins[1:], words=_words(said), asked=True)
    done = _invoke(x, inner)
    return Completion(left_true=done.true | done.left_true, left_false=done.false | done.left_false, output=done.output)


def _call(x: Execution, command: Invocation, name: str) -> Completion:
    """A function (3.3)."""
    env, node = command.env, command.node
    if node.assignments:
        # `ENV=prod deploy`: a variable of the function, for this call
        assign(x, env, node.assignments, command.states)
    if x.processes.too_deep(env):
        return Completion(true=command.states)
    function, source = env.functions[name]
    outside = (env.arguments, env.source, env.calls, env.frame)
    local, env.variables.local = env.variables.local, {}
    env.calls = (*env.calls, x.call(env, node, opens=True))
    env.arguments, env.source, env.frame = tuple(command.fields[1:]), source, object()
    hides = not env.err_trace
    if hides:
        env.hide_trap()
    out = x.command(function.body, env, command.states, command.asked)
    if hides:
        env.show_trap()
    env.arguments, env.source, env.calls, env.frame = outside
    env.variables.show(local)
    return out.of_call()


def _print(x: Execution, command: Invocation) -> Completion:
    argv = command.argv or []
    if argv[:2] == ["printf", "-v"] and len(argv) > 2:
        command.env.assign(command.states, argv[2], None)
    noted = x.host.step(x, command)
    answers = tuple(f for f in command.fields if isinstance(f, Answer))
    return Completion(true=command.states, output=answers + noted.output)


def _here_string(redirects: Sequence[Redirect], command: Invocation) -> list[Answer]:
    fed: list[Answer] = []
    for redirect in redirects:
        if redirect.operator == "<<<":
            values = expansion.text(redirect.target, command.env, command.states)
            fed += [value for _, value in values if isinstance(value, Answer)]
    return fed


def _filter(answers: Sequence[Answer], argv: Sequence[str], states: States) -> Completion:
    """`grep -q ok` over a health check's answer: it fails where the answer is bad."""
    bad = 0
    for answer in answers:
        bad |= answer.state
    output = tuple(answers)
    tells = argv[0] != "awk"
    if argv[0] == "jq":
        tells = any(re.fullmatch(r"-\w*e\w*|--exit-status", w) for w in argv[1:])
    if not tells:
        return Completion(true=states, output=output)
    inverts = any(re.search(r"(?i)err|fail|50\d|down", w) or re.fullmatch(r"-\w*v\w*", w) for w in argv[1:])
    if inverts:
        bad = ~bad
    return Completion(true=states & ~bad, false=states & bad, output=output)

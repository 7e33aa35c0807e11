"""Folders that a script goes into and makes: which of them are there, and what a `cd` that fails leaves behind."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import replace

from checklist.shell.host import Execution, Invocation
from checklist.shell.parameters import UNSEEN
from checklist.shell.paths import joined
from checklist.shell.states import Completion
from checklist.shell.symbols import symbol


def change(x: Execution, command: Invocation) -> Completion:
    """`cd` and `pushd`."""
    # a `cd` that fails leaves the next command in the wrong folder: that state is worth a look
    env, states, argv = command.env, command.states, command.argv or []
    n = next((n for n, w in enumerate(argv) if n and (not w.startswith("-") or w == "-")), None)
    target = "~" if n is None else argv[n]
    known = n is not None and target != "-"
    there = x.evaluator.there(_path(command, n or 0), env, states) if known else []
    constraints = x.exploration.constraints
    exists, missing = constraints.recall(there[0], states) if there else (0, 0)
    fails = bool(missing or states & x.exploration.tree.base & ~exists)
    failed = x.host.record(x, replace(command, argv=["cd", target]), fails=fails)
    for one in there:
        constraints.learn(one, states & ~failed, 0)
    for mask, base in list(env.directory.split(states & ~failed)):
        env.put("directory", mask, None if target in (UNSEEN, "-") else joined(base, target))
    return Completion(true=states & ~failed, false=failed)


def pop(x: Execution, command: Invocation) -> Completion:
    """`popd`."""
    command.env.put("directory", command.states, None)
    return Completion(true=command.states)


def make(x: Execution, command: Invocation) -> Completion:
    """`mkdir`: what `mkdir -p` has made is there, and where it has failed perhaps not."""
    env, states, argv = command.env, command.states, command.argv or []
    x.exploration.files.change(env.host, removes=False)
    if not any(re.fullmatch(r"-\w*p\w*|--parents", w) for w in argv[1:]):
        return Completion(true=states)
    failed = x.host.record(x, command, fails=True)
    for n in range(1, len(argv)):
        for one in x.evaluator.there(_path(command, n), env, states):
            x.exploration.constraints.learn(one, states & ~failed, failed)
    return Completion(true=states & ~failed, false=failed)


def _path(command: Invocation, n: int) -> Hashable:
    """A word as a path, or what stands for it."""
    said = (command.argv or [])[n]
    return symbol(command.origins[n], command.env, command.states) if UNSEEN in said else said

"""Pipelines: every part is a subshell, the last has the status, with pipefail any. Bash 5.2 manual, 3.2.3."""

from __future__ import annotations

from checklist.parse.sh import tree
from checklist.parse.sh.tree import Command, Sequence
from checklist.shell.environment import Environment
from checklist.shell.host import Execution, goes_away
from checklist.shell.states import Answer, Completion, States


def pipeline(x: Execution, node: tree.Pipeline, env: Environment, states: States, ignored: bool) -> Completion:
    alone = len(node.parts) == 1
    if alone:
        out = x.command(node.parts[0], env, states, ignored or node.negated)
    else:
        out = _connected(x, node, env, states, ignored or node.negated)
    if node.negated:
        out.true, out.false = out.false, out.true
        return out
    return out if alone else x.processes.checked(out, env, ignored)


def _connected(x: Execution, node: tree.Pipeline, env: Environment, states: States, ignored: bool) -> Completion:
    ends: list[Completion] = []
    piped: tuple[Answer, ...] = ()
    for n, part in enumerate(node.parts):
        inner = env.child()
        inner.fed_by = node.parts[n - 1] if n else None
        inner.into = (*map(_program, node.parts[n + 1 :]), *env.into)
        inner.input = (*env.input, *piped)
        since = len(x.exploration.tree.forks)
        ends.append(x.processes.subshell(Sequence(part.start, part.end, (part,)), inner, states, ignored))
        if part is not node.parts[-1]:
            x.exploration.rejoin(ends[-1], since)
        states |= ends[-1].on
        piped += ends[-1].output
    env.pipe_status = tuple((end.true, end.false) for end in ends)
    last = ends[-1]
    strict = sum(mask for mask, on in env.pipefail.split(states) if on)
    # a part that ran before a state was opened has ended as it did for the others
    failed = last.false
    for end in ends[:-1]:
        failed |= end.false & strict & ~(end.true & last.true)
    # what is piped through is printed at the end
    through = tuple(a for a in piped if a not in last.output and a not in env.input)
    return Completion(true=last.true & ~(failed & ~last.false), false=failed, output=last.output + through)


def _program(node: Command) -> str:
    """The name of what a part of a pipe runs, "" where it is not plain to see or prints elsewhere."""
    words = node.words if isinstance(node, tree.Simple) and not goes_away(node.redirects) else ()
    return (words[0].literal() or "") if words else ""

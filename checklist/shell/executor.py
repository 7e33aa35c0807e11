"""Runs a script in all its states: lists of commands, and each kind of command by its handler. Bash 5.2 manual, 3.2."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from checklist.parse.sh import tree
from checklist.parse.sh.tree import Command, Redirect, Simple
from checklist.shell import expansion
from checklist.shell.branches import and_or, case, if_
from checklist.shell.calls import Call, CallSites
from checklist.shell.environment import Environment
from checklist.shell.evaluator import ConditionEvaluator
from checklist.shell.exploration import Exploration
from checklist.shell.host import BudgetExceeded, Execution, Host, goes_away
from checklist.shell.jobs import JobControl
from checklist.shell.loops import for_, while_
from checklist.shell.pipelines import pipeline
from checklist.shell.processes import Processes
from checklist.shell.simple import simple
from checklist.shell.states import Completion, States
from checklist.shell.substitution import Substitutions
from checklist.shell.trace import Trace

_READS_STATUS = re.compile(r"(?:return|exit)[ \t]*(?=[;}#\n]|\Z)|[^\n]*\$(?:\?|\{\?\})")
"""A command that begins with what has become of the one before it."""
_NO_FILE = re.compile(r"/dev/|\d+$|-$")


class Executor:
    """One run of one entry point, put together from its parts; what it leaves is the trace and the fork tree."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.trace: Trace[Any] = Trace()
        self.exploration = Exploration(self.trace)
        self.usual = self.exploration.usual
        self.evaluator = ConditionEvaluator(self.exploration)
        self.processes = Processes(self.exploration, self.trace, self.sequence)
        self.jobs = JobControl(self.exploration)
        self._sites = CallSites(host.wrappers)
        self._spent = 0

    def so_far(self) -> Completion:
        """How it ended, where the end was not reached: nothing is known of any state."""
        every = (1 << self.exploration.tree.count) - 1
        return Completion(true=every, false=every)

    def sequence(self, node: tree.Sequence, env: Environment, states: States, ignored: bool) -> Completion:
        """Command after command; the ways of the last of them stay apart, since its status is that of what is around
        it."""
        forks = self.exploration.tree
        out, asked, since = Completion(true=states), False, 0
        for item, following in zip(node.items, (*node.items[1:], None), strict=False):
            if not states:
                break
            since = since if asked else len(forks.forks)
            asked = following is not None and _reads_status(env, following)
            # with `set -e` or a trap a failure does not come to be read
            alone = asked and not any(held.differs or held.one(1) for held in (env.errexit, env.err_trap))
            done = self.command(item, env, states, ignored or alone)
            if following is not None and not asked:
                self.exploration.rejoin(done, since)
            out.add(done)
            out.true, out.false = done.true, done.false
            states = done.on
            env.status = (done.true & ~done.false, done.false)
            gone = (done.left_true | done.left_false) & ~forks.divided & ~env.absent
            if gone and not env.exit_trap.differs and env.exit_trap.one(1) is None:
                # who has left this shell needs its variables no more
                env.forget(gone)
        return out

    def command(self, node: Command, env: Environment, states: States, ignored: bool) -> Completion:
        """One command of any kind; BudgetExceeded where that is more than the host grants."""
        self._spent += 1
        budget = self.host.budget
        if self._spent > budget.commands or self.exploration.tree.count > budget.states:
            raise BudgetExceeded
        return _HANDLERS[type(node)](self, node, env, states, ignored)

    def substitutions(self) -> Substitutions:
        """To run those of one command."""
        return Substitutions(self.processes)

    def redirect(self, redirects: Sequence[Redirect], env: Environment, states: States) -> States:
        """Runs what stands in the targets of redirects, `< <(…)`; those may also write files. The states that were
        opened."""
        if not redirects:
            return 0
        run = self.substitutions()
        for redirect in redirects:
            target = redirect.target.literal()
            if ">" in redirect.operator and not _NO_FILE.match(target or ""):
                self.exploration.files.change(env.host, removes=False)
            if target is None:
                expansion.fields(redirect.target, env, states, run)
        return run.opened

    def call(self, env: Environment, node: Simple, *, opens: bool = False) -> Call:
        """What a person wrote to have a command run; `opens`: it is a function or script."""
        return self._sites.of(env.source, env.calls, node, opens=opens)


def _reads_status(env: Environment, node: Command) -> bool:
    return _READS_STATUS.match(env.source.text, node.start, node.end) is not None


def _sequence(x: Execution, node: tree.Sequence, env: Environment, states: States, ignored: bool) -> Completion:
    return x.sequence(node, env, states, ignored)


def _group(x: Execution, node: tree.Group, env: Environment, states: States, ignored: bool) -> Completion:
    if not node.subshell:
        return x.sequence(node.body, env, states, ignored)
    return x.processes.checked(x.processes.subshell(node.body, env.child(), states, ignored), env, ignored)


def _redirected(x: Execution, node: tree.Redirected, env: Environment, states: States, ignored: bool) -> Completion:
    opened = x.redirect(node.redirects, env, states)
    outside = env.into
    env.into = ("",) if goes_away(node.redirects) else outside
    out = x.command(node.command, env, states | opened, ignored)
    env.into = outside
    return out


def _background(x: Execution, node: tree.Background, env: Environment, states: States, ignored: bool) -> Completion:
    """`&`: an asynchronous list has status 0 (3.2.4)."""
    inner = node.command
    body = tree.Sequence(inner.start, inner.end, (inner,))
    done = x.processes.subshell(body, env.child(), states, ignored)
    env.job = x.jobs.add(done)
    return Completion(true=states | done.on, output=done.output)


def _function(x: Execution, node: tree.Function, env: Environment, states: States, ignored: bool) -> Completion:
    env.functions[node.name] = (node, env.source)
    return Completion(true=states)


def _test(x: Execution, node: tree.Test, env: Environment, states: States, ignored: bool) -> Completion:
    return x.processes.checked(x.evaluator.test(node, env, states, x.substitutions()), env, ignored)


def _calculation(x: Execution, node: tree.Calculation, env: Environment, states: States, ignored: bool) -> Completion:
    return x.processes.checked(x.evaluator.calculation(node.text, env, states), env, ignored)


_HANDLERS: dict[type[Command], Callable[[Execution, Any, Environment, States, bool], Completion]] = {
    tree.Simple: simple,
    tree.Group: _group,
    tree.Sequence: _sequence,
    tree.AndOr: and_or,
    tree.Pipeline: pipeline,
    tree.If: if_,
    tree.While: while_,
    tree.For: for_,
    tree.Case: case,
    tree.Redirected: _redirected,
    tree.Background: _background,
    tree.Function: _function,
    tree.Test: _test,
    tree.Calculation: _calculation,
}

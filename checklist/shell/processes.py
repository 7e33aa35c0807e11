"""How shells begin and end in all their states, and what `set -e` and traps make of a failure. Bash 5.2 manual, 3.7.3,
4.1 (trap) and 4.3.1 (set)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from checklist.parse.sh.tree import Sequence
from checklist.parse.shell import Source, parse, read
from checklist.shell.environment import Environment
from checklist.shell.exploration import Exploration
from checklist.shell.states import Completion, States
from checklist.shell.trace import Trace

Body = Callable[[Sequence, Environment, States, bool], Completion]
"""Runs a list of commands; the last says whether `set -e` is ignored."""

_DEEPEST = 12
TOO_DEEP = "scripts in scripts go too deep"

# what bash takes for syntax, and another shell for words
_BASH = re.compile(r"\[\[|\(\(|<\(|>\(|\b(?:select|time|function|coproc)\b|&>|\|&")


class Processes:
    """Runs texts and bodies in shells of their own."""

    def __init__(self, exploration: Exploration, trace: Trace[Any], body: Body) -> None:
        self._exploration, self._trace, self._body = exploration, trace, body
        self.usual = exploration.usual

    def script(
        self, source: Source, env: Environment, states: States, *, ignored: bool = False, asked: bool = False
    ) -> Completion:
        """A script in a shell of its own, or sourced into one.

        `asked`: something depends on its status, which is that of the command where it is only one.
        """
        parsed = parse(source.file, source.text) if source.whole else read(source)
        if parsed.problem:
            self._trace.unknown = "part of the script is not understood"
            reads = env.reads == "bash" or (env.reads == "sh" and not _BASH.search(source.text))
            if not source.whole and parsed.certain and reads:
                self._trace.problems[parsed.problem.location] = (parsed.problem, env.host)
        outer, env.source = env.source, source
        out = self._body(parsed.root, env, states, ignored or (asked and len(parsed.root.items) == 1))
        env.source = outer
        return out

    def process(self, source: Source, env: Environment, states: States, *, asked: bool = False) -> Completion:
        """A script in a new process: only its status and output come back."""
        if self.too_deep(env):
            return Completion(true=states)
        env.forget(~states)
        self._exploration.environments.append(env)
        try:
            return self._ended(self.script(source, env, states, asked=asked), env)
        finally:
            self._exploration.environments.pop()

    def subshell(self, body: Sequence, env: Environment, states: States, ignored: bool) -> Completion:
        """A body in a subshell: leaving it is only its status."""
        env.forget(~states)
        self._exploration.environments.append(env)
        try:
            return self._ended(self._body(body, env, states, ignored), env)
        finally:
            self._exploration.environments.pop()

    def too_deep(self, env: Environment) -> bool:
        """Whether no further call is followed, which is noted."""
        if len(env.calls) > _DEEPEST:
            self._trace.unknown = TOO_DEEP
            return True
        return False

    def checked(self, out: Completion, env: Environment, ignored: bool) -> Completion:
        """What a trap on ERR and `set -e` make of a failure."""
        failed = out.false
        if ignored or not failed:
            return out
        for mask, trap in list(env.err_trap.split(failed)):
            if trap is None:
                continue
            env.hide_trap()
            env.status = (0, mask)
            done = self.script(trap, env, mask)
            env.show_trap()
            out.add(done)
            out.false = (out.false & ~mask) | done.on
        leaves = sum(mask for mask, on in env.errexit.split(out.false) if on)
        out.false &= ~leaves
        out.left_false |= leaves
        return out

    def _ended(self, out: Completion, env: Environment) -> Completion:
        """The end of a shell: its trap on EXIT runs, however it was left."""
        ok = out.true | out.left_true | out.returned_true | out.broke | out.continued
        bad = out.false | out.left_false | out.returned_false
        output = out.output
        for mask, trap in list(env.exit_trap.split((ok | bad) & ~env.absent)):
            if trap is None:
                continue
            env.put("exit_trap", -1, None)
            env.status = (ok & mask & ~bad, bad & mask)
            ended = self.script(trap, env, mask)
            # the trap does not change the status, also in the states that it has opened
            well, badly = self._exploration.tree.inherit(ended.on, ok & mask, bad & mask)
            ok, bad = (ok & ~mask) | well | ended.left_true, (bad & ~mask) | badly | ended.left_false
            output += ended.output
        return Completion(true=ok, false=bad, output=output)

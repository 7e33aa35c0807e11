"""Symbolic execution: states are opened where a command may fail, split where a condition cannot be known, and merged
where the ways of a condition come together."""

from __future__ import annotations

from typing import Any

from checklist.shell.constraints import PathConstraints, Predicate
from checklist.shell.environment import Environment
from checklist.shell.filesystem import FileSystem
from checklist.shell.forks import Fork, ForkTree
from checklist.shell.states import Completion, States
from checklist.shell.trace import Trace


class Exploration:
    """The states of one run, and the shells that are in them."""

    def __init__(self, trace: Trace[Any]) -> None:
        self.tree = ForkTree()
        self.constraints = PathConstraints()
        self.files = FileSystem()
        self.environments: list[Environment] = []
        """The shells that are being run, the innermost last."""
        self.guesses = 0
        """How many conditions were met that cannot be known."""
        self._trace = trace

    def usual(self, states: States) -> States:
        """The one of some states that says most."""
        return self.tree.usual(states)

    def open(self, parent: States) -> States:
        """A new state that so far is like its parent."""
        made = self._new(parent)
        self._born(parent, made)
        return made

    def fork(self, states: States, predicate: Predicate | None = None) -> Completion:
        """Both ways of a condition that cannot be known; where it was asked before, the way that it went then."""
        asked, tree = predicate or Predicate(object()), self.tree
        yes, no = self.constraints.recall(asked, states)
        states &= ~(yes | no)
        out = Completion(true=yes, false=no)
        if not states:
            return out
        divided = states & ~tree.base
        tree.divided |= divided
        out.true |= divided
        out.false |= divided
        waiting = states & tree.base
        while waiting:
            parent = waiting & -waiting
            waiting ^= parent
            yes, no = self._new(parent), self._new(parent)
            self._born(parent, yes | no)
            self.constraints.learn(asked, yes, no)
            tree.base |= yes | no
            tree.forks.append(Fork(parent, yes, no, asked, divided))
            out.true |= yes
            out.false |= no
        self.guesses += 1
        return out

    def rejoin(self, out: Completion, since: int) -> None:
        """Ways that were told apart since so many forks and both go on are one again; where one has returned from a
        function, at its end."""
        forks, waiting = self.tree.forks, out.returned_true | out.returned_false
        if len(forks) == since:
            return
        for fork in reversed(forks[since:]):
            if waiting & (fork.yes | fork.no):
                waiting |= fork.parent
                continue
            back = [way for way in (fork.yes, fork.no) if way & (out.true | out.false | out.broke | out.continued)]
            if back:
                self._merge(fork, back, out)

    def _merge(self, fork: Fork, back: list[States], out: Completion) -> None:
        """The ways of a fork that came back become its parent again."""
        tree, parent, left = self.tree, fork.parent, out.left_true | out.left_false
        # the other way came back before, `return` has kept this one
        before = [parent] if out.on & parent and {fork.yes, fork.no} & tree.parents.keys() else []
        self.constraints.merge([*back, *before], parent)
        if len(back) == 1 and (fork.yes | fork.no) & ~back[0] & left:
            # what had failed before went both ways as well; it goes on only where the others do
            here = fork.divided & left & (out.true | out.false)
            self.constraints.learn(fork.predicate, *((here, 0) if back[0] == fork.yes else (0, here)))
        for way in back:
            tree.parents[way], tree.returns[way] = parent, len(self._trace.steps)
            if not way & (out.true | out.returned_true | out.broke | out.continued):
                tree.failed |= way
        ways = sum(back)
        for name in ("true", "false", "broke", "continued"):
            if getattr(out, name) & ways:
                setattr(out, name, (getattr(out, name) & ~ways) | parent)
        if out.true & out.false & parent:
            out.false &= ~parent
        for environment in self.environments:
            environment.merge(back, before, parent)

    def _new(self, parent: States) -> States:
        made = self.tree.new(parent, len(self._trace.steps))
        self.constraints.born(parent, made)
        return made

    def _born(self, parent: States, children: States) -> None:
        for environment in self.environments:
            environment.born(parent, children)
        self._trace.born(parent, children)

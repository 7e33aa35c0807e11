"""Shells in all their states: how they begin and end, what `set -e` and traps make of a failure, what words say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from checklist.model import Location, Problem
from checklist.parse import shell as shell_parser
from checklist.parse.sh import tree
from checklist.parse.sh.tree import Sequence, Substitution, Text, Word
from checklist.parse.shell import Source
from checklist.shell import expansion
from checklist.shell.constraints import Predicate
from checklist.shell.environment import Call, Environment
from checklist.shell.forks import Fork, ForkTree
from checklist.shell.states import Answer, Completion, Known, States

# what bash takes for syntax, and another shell for words
_BASH = re.compile(r"\[\[|\(\(|<\(|>\(|\b(?:select|time|function|coproc)\b|&>|\|&")


class Processes:
    """What a run is made of; how commands follow each other, the machine says. `steps` are in the order in which they first ran."""

    def __init__(self, execute: Callable[[Any, Environment, tree.Simple, States, bool], Completion]) -> None:
        self.ledger = ForkTree()
        self.steps: list[Any] = []
        self.failing: list[Any] = []
        """Those that a state was opened for."""
        self.known: dict[tuple[Call, ...], Any] = {}
        self.unknown: str | None = None
        self.piped: tuple[Answer, ...] = ()
        self.printed: list[Answer] = []
        self.substituted: tuple[States, States] | None = None
        self.words: tuple[str, ...] | None = None
        """All words of the command that is being run."""
        self.asked = False
        """Whether something depends on the status of that command."""
        self.born: States = 0
        """States opened in substitutions, until the command around them takes them over."""
        self.jobs: dict[str, tuple[States, States]] = {}
        """How what was sent to the background ended, by what `$!` said."""
        self.shells: list[Environment] = []
        self.problems: dict[Location, tuple[Problem, str]] = {}
        """What the shell cannot read of the texts in other files and other texts, and the host where it is read."""
        self.parts: list[tuple[Location, Completion]] = []
        self.spent = 0
        self.forked = 0
        self._execute = execute

    def sequence(self, node: Sequence, env: Environment, states: States, ignored: bool) -> Completion:
        """Command after command."""
        raise NotImplementedError

    # ---- a whole shell ----

    def run(self, source: Source, env: Environment, states: States, *, ignored: bool = False, asked: bool = False) -> Completion:
        """A script in a shell of its own, or sourced into one; its traps run at its end.

        `asked`: something depends on its status, which is that of the command where it is only one.
        """
        script = shell_parser.parse(source.file, source.text) if source.whole else shell_parser.read(source)
        if script.problem:
            self.unknown = "part of the script is not understood"
            if not source.whole and script.certain and (env.reads == "bash" or (env.reads == "sh" and not _BASH.search(source.text))):
                self.problems[script.problem.location] = (script.problem, env.host)
        outer, env.source = env.source, source
        out = self.sequence(script.root, env, states, ignored or (asked and len(script.root.items) == 1))
        env.source = outer
        return out

    def process(self, source: Source, env: Environment, states: States, *, asked: bool = False) -> Completion:
        """A script in a new process: only its status comes back."""
        if len(env.calls) > 12:
            self.unknown = "scripts in scripts go too deep"
            return Completion(true=states)
        env.forget(~states)
        self.shells.append(env)
        try:
            return self._ended(self.run(source, env, states, asked=asked), env)
        finally:
            self.shells.pop()

    def so_far(self) -> Completion:
        """How it ended, where the end was not reached: nothing is known of any state."""
        every = (1 << self.ledger.count) - 1
        return Completion(true=every, false=every)

    def _ended(self, out: Completion, env: Environment) -> Completion:
        ok = out.true | out.left_true | out.returned_true | out.broke | out.continued
        bad = out.false | out.left_false | out.returned_false
        for mask, trap in list(env.exit_trap.split((ok | bad) & ~env.absent)):
            if trap is None:
                continue
            env.put("exit_trap", -1, None)
            env.status = (ok & mask & ~bad, bad & mask)
            ended = self.run(trap, env, mask)
            # the trap does not change the status, also in the states that it has opened
            well, badly = self.ledger.inherit(ended.on, ok & mask, bad & mask)
            ok, bad = (ok & ~mask) | well | ended.left_true, (bad & ~mask) | badly | ended.left_false
        return Completion(true=ok, false=bad)

    # ---- states ----

    def open(self, parent: States) -> States:
        """A new state that so far is like its parent."""
        made = self.ledger.new(parent, len(self.steps))
        self._born(parent, made)
        return made

    def _born(self, parent: States, children: States) -> None:
        for env in self.shells:
            env.born(parent, children)
        for step in self.failing:
            if step.fails & parent:
                step.fails |= children

    def fork(self, states: States, question: Predicate | None = None) -> Completion:
        """Both ways of a condition that cannot be known; where it was asked before, the way that it went then."""
        asked, memory = question or Predicate(object()), self.ledger.memory
        yes, no = memory.recall(asked, states)
        states &= ~(yes | no)
        out = Completion(true=yes, false=no)
        if not states:
            return out
        divided = states & ~self.ledger.base
        self.ledger.divided |= divided
        out.true |= divided
        out.false |= divided
        waiting = states & self.ledger.base
        while waiting:
            parent = waiting & -waiting
            waiting ^= parent
            yes, no = (self.ledger.new(parent, len(self.steps)) for _ in range(2))
            fork = Fork(parent, yes, no, asked, divided)
            self._born(parent, fork.yes | fork.no)
            memory.learn(asked, fork.yes, fork.no)
            self.ledger.base |= fork.yes | fork.no
            self.ledger.forks.append(fork)
            out.true |= fork.yes
            out.false |= fork.no
        self.forked += 1
        return out

    def rejoin(self, out: Completion, since: int) -> None:
        """Ways that were told apart since then and both go on are one again; where one has returned from a function, at its end."""
        forks, waiting = self.ledger.forks, out.returned_true | out.returned_false
        if len(forks) == since:
            return
        for fork in reversed(forks[since:]):
            if waiting & (fork.yes | fork.no):
                waiting |= fork.parent
                continue
            back = [way for way in (fork.yes, fork.no) if way & (out.true | out.false | out.broke | out.continued)]
            if not back:
                continue
            # the other way came back before, `return` has kept this one
            before = [fork.parent] if out.on & fork.parent and {fork.yes, fork.no} & self.ledger.parents.keys() else []
            self.ledger.memory.met([*back, *before], fork.parent)
            if len(back) == 1 and (fork.yes | fork.no) & ~back[0] & (out.left_true | out.left_false):
                # what had failed before went both ways as well; it goes on only where the others do
                here = fork.divided & (out.left_true | out.left_false) & (out.true | out.false)
                self.ledger.memory.learn(fork.question, *((here, 0) if back[0] == fork.yes else (0, here)))
            for way in back:
                self.ledger.parents[way], self.ledger.returns[way] = fork.parent, len(self.steps)
                if not way & (out.true | out.returned_true | out.broke | out.continued):
                    self.ledger.failed |= way
            ways = sum(back)
            for name in ("true", "false", "broke", "continued"):
                if getattr(out, name) & ways:
                    setattr(out, name, (getattr(out, name) & ~ways) | fork.parent)
            if out.true & out.false & fork.parent:
                out.false &= ~fork.parent
            for env in self.shells:
                env.met(back, before, fork.parent)

    # ---- the ends of a shell ----

    def inside(self, body: Sequence, env: Environment, states: States, ignored: bool) -> Completion:
        """A body in a subshell: leaving it is only its status."""
        env.forget(~states)
        self.shells.append(env)
        try:
            return self._ended(self.sequence(body, env, states, ignored), env)
        finally:
            self.shells.pop()

    def checked(self, out: Completion, env: Environment, ignored: bool) -> Completion:
        """What `set -e` and a trap on ERR make of a failure."""
        failed = out.false
        if ignored or not failed:
            return out
        for mask, trap in list(env.err_trap.split(failed)):
            if trap is None:
                continue
            env.hide_trap()
            env.status = (0, mask)
            done = self.run(trap, env, mask)
            env.show_trap()
            out.add(done)
            out.false = (out.false & ~mask) | done.on
        leaves = sum(mask for mask, on in env.errexit.split(out.false) if on)
        out.false &= ~leaves
        out.left_false |= leaves
        return out

    # ---- words ----

    def substitution(self, part: Substitution, env: Environment, states: States) -> Known:
        """What `$(…)` prints; its status is that of an assignment."""
        printed, self.printed = self.printed, []
        inner = env.child(errexit=False)
        inner.into = ("",)
        done = self.inside(part.body, inner, states, False)
        answers, self.printed = self.printed, printed
        self.substituted = (done.true, done.false)
        self.born |= done.on & ~states
        only = part.body.items[0] if len(part.body.items) == 1 else None
        if len(answers) == 1 and isinstance(only, tree.AndOr) and only.operator == "||":
            return replace(answers[0], instead=_instead(only.right))
        if answers:
            return answers[-1]
        argv: list[expansion.Field] | None = None
        if isinstance(only, tree.Simple):
            argv = []
            for word in only.words:
                argv += expansion.fields(word, env, self.ledger.usual(states), lambda *_: None)[0][1]
        return expansion.printed(part.body, argv, inner.directory.one(self.ledger.usual(states)))

    def take(self) -> States:
        """The states that substitutions have opened."""
        born, self.born = self.born, 0
        return born

    def substitutions(self, redirects: list[tree.Redirect], env: Environment, states: States) -> None:
        """Runs what stands in the targets of redirects: `< <(…)`; those may also write files."""
        for redirect in redirects:
            if ">" in redirect.operator and not re.match(r"/dev/|\d+$|-$", redirect.target.literal() or ""):
                self.ledger.memory.wrote(env.host, removes=False)
            if redirect.target.literal() is None:
                expansion.fields(redirect.target, env, states, self.substitution)


def _instead(node: tree.Command) -> str | None:
    """What a command prints that runs where the one before it has failed; None for nothing."""
    words = [w.literal() for w in node.words] if isinstance(node, tree.Simple) else []
    if words[:1] == ["echo"] and None not in words:
        return " ".join(w or "" for w in words[1:])
    return None if words[:1] in (["true"], [":"], ["false"], ["exit"], ["return"]) else expansion.UNSEEN


def script_of(words: Iterable[Word | tuple[str, int]], env: Environment, state: States) -> Source:
    """The script that words or a here-document hand to another shell, known variables put in; a text stands where it was put in."""
    pieces: list[tuple[str, int, bool]] = []
    sure = None
    for n, word in enumerate(words):
        start = word[1] if isinstance(word, tuple) else word.start
        if n:
            pieces.append((" ", start, False))
        if isinstance(word, tuple):
            pieces.append((word[0], word[1], False))
            continue
        for part in word.parts:
            if isinstance(part, Text):
                pieces.append((part.text, part.start, True))
                continue
            value = expansion.text(Word(part.start, part.end, (part,)), env, state, lambda *_: None)[0][1]
            if isinstance(part, Substitution):
                value = expansion.UNSEEN  # it has run here
            elif value == expansion.UNSEEN:
                value = None
            if isinstance(value, str):
                pieces.append((value, part.start, False))
                continue
            sure = sum(len(text) for text, _, _ in pieces) if sure is None and not any(expansion.UNSEEN in text for text, _, _ in pieces) else sure
            pieces.append((env.source.text[part.start : part.end], part.start, True))
    return env.source.embedded(pieces, unseen=expansion.UNSEEN, sure=sure)

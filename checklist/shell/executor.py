"""Runs a script in all its states: lists, pipelines, branches and loops as bash has them (manual 5.2, 3.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from checklist.parse.sh import tree
from checklist.parse.sh.tree import Command, Sequence
from checklist.shell import expansion
from checklist.shell.environment import Environment
from checklist.shell.evaluator import Asking
from checklist.shell.states import Completion, Known, States
from checklist.shell.symbols import identity

_ROUNDS = 60
_BUDGET = 5_000
_WORLDS = 3_000
"""Each command costs as much as there are states. Of 1,679 public scripts half have 7, one in a hundred 636, and two more than this."""
_READS_STATUS = re.compile(r"(?:return|exit)[ \t]*(?=[;}#\n]|\Z)|[^\n]*\$(?:\?|\{\?\})")
"""A command that begins with what has become of the one before it."""


class TooMuch(Exception):
    """The script runs for longer than is worth following."""


class Machine(Asking):
    """One run of one entry point."""

    def sequence(self, node: Sequence, env: Environment, states: States, ignored: bool) -> Completion:
        """Command after command; the ways of the last of them stay apart, since its status is that of what is around it."""
        out, asked, since = Completion(true=states), False, 0
        for item, following in zip(node.items, (*node.items[1:], None), strict=False):
            if not states:
                break
            since = since if asked else len(self.ledger.forks)
            asked = following is not None and _READS_STATUS.match(env.source.text, following.start, following.end) is not None
            # with `set -e` or a trap a failure does not come to be read
            alone = asked and not any(held.differs or held.one(1) for held in (env.errexit, env.err_trap))
            done = self.command(item, env, states, ignored or alone)
            if following is not None and not asked:
                self.rejoin(done, since)
            out.add(done)
            out.true, out.false = done.true, done.false
            states = done.on
            env.status = (done.true & ~done.false, done.false)
            gone = (done.left_true | done.left_false) & ~self.ledger.divided & ~env.absent
            if gone and not env.exit_trap.differs and env.exit_trap.one(1) is None:
                # who has left this shell needs its variables no more
                env.forget(gone)
        return out

    def command(self, node: Command, env: Environment, states: States, ignored: bool) -> Completion:
        self.spent += 1
        if self.spent > _BUDGET or self.ledger.count > _WORLDS:
            raise TooMuch
        match node:
            case tree.Simple():
                out = self.checked(self._execute(self, env, node, states, ignored), env, ignored)
                env.piped = ()
                return out
            case tree.Group(_, _, body, subshell):
                if not subshell:
                    return self.sequence(body, env, states, ignored)
                return self.checked(self.inside(body, env.child(), states, ignored), env, ignored)
            case Sequence():
                return self.sequence(node, env, states, ignored)
            case tree.AndOr(_, _, left, operator, right):
                return self._and_or(left, operator, right, env, states, ignored)
            case tree.Pipeline():
                return self._pipeline(node, env, states, ignored)
            case tree.If():
                return self._if(node, env, states, ignored)
            case tree.While():
                return self._while(node, env, states, ignored)
            case tree.For():
                return self._for(node, env, states, ignored)
            case tree.Case():
                return self._case(node, env, states, ignored)
            case tree.Redirected(_, _, inner, redirects):
                self.substitutions(redirects, env, states)
                outside = env.into
                env.into = ("",) if goes_away(redirects) else outside
                out = self.command(inner, env, states | self.take(), ignored)
                env.into = outside
                return out
            case tree.Background(_, _, inner):
                done = self.inside(Sequence(inner.start, inner.end, (inner,)), env.child(), states, ignored)
                env.job = f"{expansion.UNSEEN}{len(self.jobs)}"
                self.jobs[env.job] = (done.true, done.false)
                return Completion(true=states | done.on)
            case tree.Function(_, _, name, _):
                env.functions[name] = (node, env.source)
                return Completion(true=states)
            case tree.Test(_, _, tokens):
                return self.checked(self.test(tokens, env, states), env, ignored)
            case tree.Calculation(_, _, text):
                return self.checked(self.calculation(text, env, states), env, ignored)
        raise AssertionError(node)

    def _and_or(self, left: Command, operator: str, right: Command, env: Environment, states: States, ignored: bool) -> Completion:
        out = self.command(left, env, states, True)
        goes = out.true if operator == "&&" else out.false
        if not goes:
            return out
        env.status = (out.true & ~out.false, out.false)
        branch = env.branch
        if operator == "||":
            env.branch = f"{_said(env, left)} || …"
        done = self.command(right, env, goes, ignored)
        env.branch = branch
        made = Completion(true=done.true, false=out.false | done.false) if operator == "&&" else Completion(true=out.true | done.true, false=done.false)
        made.add(out)
        made.add(done)
        return made

    def _pipeline(self, node: tree.Pipeline, env: Environment, states: States, ignored: bool) -> Completion:
        ignored_inside = ignored or node.negated
        if len(node.parts) == 1:
            out = self.command(node.parts[0], env, states, ignored_inside)
        else:
            held, ends = self.piped, []
            for n, part in enumerate(node.parts):
                printed, self.printed = self.printed, []
                inner = env.child()
                inner.fed_by = node.parts[n - 1] if n else None
                inner.into = (*map(_program, node.parts[n + 1 :]), *env.into)
                since = len(self.ledger.forks)
                ends.append(self.inside(Sequence(part.start, part.end, (part,)), inner, states, ignored_inside))
                if part is not node.parts[-1]:
                    self.rejoin(ends[-1], since)
                states |= ends[-1].on
                self.piped = (*self.piped, *self.printed)
                self.printed = [*printed, *self.printed] if part is node.parts[-1] else printed
            env.piped = tuple((end.true, end.false) for end in ends)
            passed, self.piped = self.piped, held
            self.printed += [a for a in passed if a not in self.printed and a not in held]
            strict = sum(mask for mask, on in env.pipefail.split(states) if on)
            # a part that ran before a state was opened has ended as it did for the others
            failed = ends[-1].false
            for end in ends[:-1]:
                failed |= end.false & strict & ~(end.true & ends[-1].true)
            true = ends[-1].true & ~(failed & ~ends[-1].false)
            out = Completion(true=true, false=failed)
        if node.negated:
            out.true, out.false = out.false, out.true
            return out
        return out if len(node.parts) == 1 else self.checked(out, env, ignored)

    def _if(self, node: tree.If, env: Environment, states: States, ignored: bool) -> Completion:
        out, branch = Completion(), env.branch
        for condition, body in node.clauses:
            if not states:
                break
            decided = self.sequence(condition, env, states, True)
            out.add(decided)
            said = " ".join(env.source.said(env.source.text[condition.start : condition.end]).rstrip("; \n").split())
            env.branch = f"if {said[:60]}"
            self._arm(body, env, decided, decided.true, ignored, out)
            states = decided.false
            env.branch = f"else of {said[:60]}"
            env.status = (decided.true & ~decided.false, decided.false)
        if node.otherwise is not None and states:
            self._arm(node.otherwise, env, None, states, ignored, out)
        else:
            out.true |= states
        env.branch = branch
        return out

    def _arm(self, body: Sequence, env: Environment, decided: Completion | None, states: States, ignored: bool, into: Completion) -> None:
        if not states:
            return
        if decided is not None:
            env.status = (decided.true, 0)
        done = self.sequence(body, env, states, ignored)
        into.add(done)
        into.true |= done.true
        into.false |= done.false

    def _while(self, node: tree.While, env: Environment, states: States, ignored: bool) -> Completion:
        out, branch = Completion(), env.branch
        for _ in range(_ROUNDS):
            forks, before = self.forked, env.view(states)
            decided = self.sequence(node.condition, env, states, True)
            out.add(decided)
            guessed = self.forked != forks
            enters, leaves = (decided.false, decided.true) if node.until else (decided.true, decided.false)
            out.true |= leaves
            if not enters:
                break
            since = len(self.ledger.forks)
            done = self.sequence(node.body, env, enters, ignored)
            self.rejoin(done, since)
            out.true |= done.broke
            done.broke = 0
            again = done.on | done.continued
            done.continued = 0
            out.add(done)
            if guessed:
                out.true |= again
                break
            if again == states and env.view(states) == before:
                # nothing changes any more: this loop does not end
                self._hang(again, out)
                break
            states = again
            if not states:
                break
        else:
            self._hang(states, out)
        env.branch = branch
        return out

    def _hang(self, states: States, out: Completion) -> None:
        out.true |= states & self.ledger.base
        out.left_false |= states & ~self.ledger.base

    def _for(self, node: tree.For, env: Environment, states: States, ignored: bool) -> Completion:
        out, name = Completion(), node.name
        items: list[Known]
        if node.loop is not None:
            # `for ((i = 0; i < n; i++))`: a few rounds with an unknown counter
            name, items = node.loop.split("=")[0].strip(), [None, None]
        elif node.words is None:
            items = [None, None] if env.arguments is None else list(env.arguments)
        else:
            items = []
            for word in node.words:
                found = next(f for mask, f in expansion.fields(word, env, states, self.substitution) if mask & self.ledger.usual(states))
                known = not any(isinstance(f, str) and any(c in f for c in "*?[") for f in found)
                items += found if known and None not in found else [None, None]
                states |= self.take()
        if len(items) > _ROUNDS:
            items = [*items[: _ROUNDS - 1], items[-1]]
        last = Completion(true=states)
        for item in items:
            env.assign(states, name, item)
            since = len(self.ledger.forks)
            last = self.sequence(node.body, env, states, ignored)
            self.rejoin(last, since)
            out.true |= last.broke
            states = last.on | last.continued
            last.broke = last.continued = 0
            out.add(last)
            if not states:
                return out
        out.true |= states & ~last.false
        out.false |= last.false
        return out

    def _case(self, node: tree.Case, env: Environment, states: States, ignored: bool) -> Completion:
        out, branch = Completion(), env.branch
        for mask, subject in expansion.text(node.word, env, states, self.substitution):
            rest, falls = mask | self.take(), 0
            for item in node.items:
                patterns = [p.literal() for p in item.patterns]
                hit = falls
                if rest:
                    yes, no = self.matches(subject, patterns, rest, identity(node.word, env, rest))
                    hit |= yes
                    rest = no
                if not hit:
                    continue
                said = " ".join(env.source.said(env.source.text[node.word.start : node.word.end]).split())
                env.branch = f"case {said} in {'|'.join(p or '?' for p in patterns)}"[:70]
                done = self.sequence(item.body, env, hit, ignored)
                out.add(done)
                falls = done.on if item.falls_through else 0
                if not item.falls_through:
                    out.true |= done.true
                    out.false |= done.false
            out.true |= rest | falls
        env.branch = branch
        return out


def _said(env: Environment, node: Command) -> str:
    return " ".join(env.source.said(env.source.text[node.start : node.end]).split())[:60]


def _program(node: Command) -> str:
    """The name of what a part of a pipe runs, "" where it is not plain to see or prints elsewhere."""
    words = node.words if isinstance(node, tree.Simple) and not goes_away(node.redirects) else ()
    return (words[0].literal() or "") if words else ""


def goes_away(redirects: Iterable[tree.Redirect]) -> bool:
    """Whether what is printed goes elsewhere than to the terminal or log."""
    return any(r.operator in (">", ">>", "&>", "&>>", ">|") and r.descriptor in ("", "1") for r in redirects)

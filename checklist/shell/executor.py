"""Runs a script in all its worlds: lists, pipelines, branches and loops as bash has them (manual 5.2, 3.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from checklist.parse.sh import tree
from checklist.parse.sh.tree import Command, Sequence
from checklist.shell import expansion
from checklist.shell.environment import Shell
from checklist.shell.evaluator import Asking
from checklist.shell.states import Known, Out, Worlds
from checklist.shell.symbols import identity

_ROUNDS = 60
_BUDGET = 5_000
_WORLDS = 3_000
"""Each command costs as much as there are worlds. Of 1,679 public scripts half have 7, one in a hundred 636, and two more than this."""
_READS_STATUS = re.compile(r"(?:return|exit)[ \t]*(?=[;}#\n]|\Z)|[^\n]*\$(?:\?|\{\?\})")
"""A command that begins with what has become of the one before it."""


class TooMuch(Exception):
    """The script runs for longer than is worth following."""


class Machine(Asking):
    """One run of one entry point."""

    def sequence(self, node: Sequence, shell: Shell, worlds: Worlds, ignored: bool) -> Out:
        """Command after command; the ways of the last of them stay apart, since its status is that of what is around it."""
        out, asked, since = Out(true=worlds), False, 0
        for item, following in zip(node.items, (*node.items[1:], None), strict=False):
            if not worlds:
                break
            since = since if asked else len(self.ledger.forks)
            asked = following is not None and _READS_STATUS.match(shell.source.text, following.start, following.end) is not None
            # with `set -e` or a trap a failure does not come to be read
            alone = asked and not any(held.differs or held.one(1) for held in (shell.errexit, shell.err_trap))
            done = self.command(item, shell, worlds, ignored or alone)
            if following is not None and not asked:
                self.rejoin(done, since)
            out.add(done)
            out.true, out.false = done.true, done.false
            worlds = done.on
            shell.status = (done.true & ~done.false, done.false)
            gone = (done.left_true | done.left_false) & ~self.ledger.divided & ~shell.absent
            if gone and not shell.exit_trap.differs and shell.exit_trap.one(1) is None:
                # who has left this shell needs its variables no more
                shell.forget(gone)
        return out

    def command(self, node: Command, shell: Shell, worlds: Worlds, ignored: bool) -> Out:
        self.spent += 1
        if self.spent > _BUDGET or self.ledger.count > _WORLDS:
            raise TooMuch
        match node:
            case tree.Simple():
                out = self.checked(self._execute(self, shell, node, worlds, ignored), shell, ignored)
                shell.piped = ()
                return out
            case tree.Group(_, _, body, subshell):
                if not subshell:
                    return self.sequence(body, shell, worlds, ignored)
                return self.checked(self.inside(body, shell.child(), worlds, ignored), shell, ignored)
            case Sequence():
                return self.sequence(node, shell, worlds, ignored)
            case tree.AndOr(_, _, left, operator, right):
                return self._and_or(left, operator, right, shell, worlds, ignored)
            case tree.Pipeline():
                return self._pipeline(node, shell, worlds, ignored)
            case tree.If():
                return self._if(node, shell, worlds, ignored)
            case tree.While():
                return self._while(node, shell, worlds, ignored)
            case tree.For():
                return self._for(node, shell, worlds, ignored)
            case tree.Case():
                return self._case(node, shell, worlds, ignored)
            case tree.Redirected(_, _, inner, redirects):
                self.substitutions(redirects, shell, worlds)
                outside = shell.into
                shell.into = ("",) if goes_away(redirects) else outside
                out = self.command(inner, shell, worlds | self.take(), ignored)
                shell.into = outside
                return out
            case tree.Background(_, _, inner):
                done = self.inside(Sequence(inner.start, inner.end, (inner,)), shell.child(), worlds, ignored)
                shell.job = f"{expansion.UNSEEN}{len(self.jobs)}"
                self.jobs[shell.job] = (done.true, done.false)
                return Out(true=worlds | done.on)
            case tree.Function(_, _, name, _):
                shell.functions[name] = (node, shell.source)
                return Out(true=worlds)
            case tree.Test(_, _, tokens):
                return self.checked(self.test(tokens, shell, worlds), shell, ignored)
            case tree.Calculation(_, _, text):
                return self.checked(self.calculation(text, shell, worlds), shell, ignored)
        raise AssertionError(node)

    def _and_or(self, left: Command, operator: str, right: Command, shell: Shell, worlds: Worlds, ignored: bool) -> Out:
        out = self.command(left, shell, worlds, True)
        goes = out.true if operator == "&&" else out.false
        if not goes:
            return out
        shell.status = (out.true & ~out.false, out.false)
        branch = shell.branch
        if operator == "||":
            shell.branch = f"{_said(shell, left)} || …"
        done = self.command(right, shell, goes, ignored)
        shell.branch = branch
        made = Out(true=done.true, false=out.false | done.false) if operator == "&&" else Out(true=out.true | done.true, false=done.false)
        made.add(out)
        made.add(done)
        return made

    def _pipeline(self, node: tree.Pipeline, shell: Shell, worlds: Worlds, ignored: bool) -> Out:
        ignored_inside = ignored or node.negated
        if len(node.parts) == 1:
            out = self.command(node.parts[0], shell, worlds, ignored_inside)
        else:
            held, ends = self.piped, []
            for n, part in enumerate(node.parts):
                printed, self.printed = self.printed, []
                inner = shell.child()
                inner.fed_by = node.parts[n - 1] if n else None
                inner.into = (*map(_program, node.parts[n + 1 :]), *shell.into)
                since = len(self.ledger.forks)
                ends.append(self.inside(Sequence(part.start, part.end, (part,)), inner, worlds, ignored_inside))
                if part is not node.parts[-1]:
                    self.rejoin(ends[-1], since)
                worlds |= ends[-1].on
                self.piped = (*self.piped, *self.printed)
                self.printed = [*printed, *self.printed] if part is node.parts[-1] else printed
            shell.piped = tuple((end.true, end.false) for end in ends)
            passed, self.piped = self.piped, held
            self.printed += [a for a in passed if a not in self.printed and a not in held]
            strict = sum(mask for mask, on in shell.pipefail.split(worlds) if on)
            # a part that ran before a world was opened has ended as it did for the others
            failed = ends[-1].false
            for end in ends[:-1]:
                failed |= end.false & strict & ~(end.true & ends[-1].true)
            true = ends[-1].true & ~(failed & ~ends[-1].false)
            out = Out(true=true, false=failed)
        if node.negated:
            out.true, out.false = out.false, out.true
            return out
        return out if len(node.parts) == 1 else self.checked(out, shell, ignored)

    def _if(self, node: tree.If, shell: Shell, worlds: Worlds, ignored: bool) -> Out:
        out, branch = Out(), shell.branch
        for condition, body in node.clauses:
            if not worlds:
                break
            decided = self.sequence(condition, shell, worlds, True)
            out.add(decided)
            said = " ".join(shell.source.said(shell.source.text[condition.start : condition.end]).rstrip("; \n").split())
            shell.branch = f"if {said[:60]}"
            self._arm(body, shell, decided, decided.true, ignored, out)
            worlds = decided.false
            shell.branch = f"else of {said[:60]}"
            shell.status = (decided.true & ~decided.false, decided.false)
        if node.otherwise is not None and worlds:
            self._arm(node.otherwise, shell, None, worlds, ignored, out)
        else:
            out.true |= worlds
        shell.branch = branch
        return out

    def _arm(self, body: Sequence, shell: Shell, decided: Out | None, worlds: Worlds, ignored: bool, into: Out) -> None:
        if not worlds:
            return
        if decided is not None:
            shell.status = (decided.true, 0)
        done = self.sequence(body, shell, worlds, ignored)
        into.add(done)
        into.true |= done.true
        into.false |= done.false

    def _while(self, node: tree.While, shell: Shell, worlds: Worlds, ignored: bool) -> Out:
        out, branch = Out(), shell.branch
        for _ in range(_ROUNDS):
            forks, before = self.forked, shell.view(worlds)
            decided = self.sequence(node.condition, shell, worlds, True)
            out.add(decided)
            guessed = self.forked != forks
            enters, leaves = (decided.false, decided.true) if node.until else (decided.true, decided.false)
            out.true |= leaves
            if not enters:
                break
            since = len(self.ledger.forks)
            done = self.sequence(node.body, shell, enters, ignored)
            self.rejoin(done, since)
            out.true |= done.broke
            done.broke = 0
            again = done.on | done.continued
            done.continued = 0
            out.add(done)
            if guessed:
                out.true |= again
                break
            if again == worlds and shell.view(worlds) == before:
                # nothing changes any more: this loop does not end
                self._hang(again, out)
                break
            worlds = again
            if not worlds:
                break
        else:
            self._hang(worlds, out)
        shell.branch = branch
        return out

    def _hang(self, worlds: Worlds, out: Out) -> None:
        out.true |= worlds & self.ledger.base
        out.left_false |= worlds & ~self.ledger.base

    def _for(self, node: tree.For, shell: Shell, worlds: Worlds, ignored: bool) -> Out:
        out, name = Out(), node.name
        items: list[Known]
        if node.loop is not None:
            # `for ((i = 0; i < n; i++))`: a few rounds with an unknown counter
            name, items = node.loop.split("=")[0].strip(), [None, None]
        elif node.words is None:
            items = [None, None] if shell.arguments is None else list(shell.arguments)
        else:
            items = []
            for word in node.words:
                found = next(f for mask, f in expansion.fields(word, shell, worlds, self.substitution) if mask & self.ledger.usual(worlds))
                known = not any(isinstance(f, str) and any(c in f for c in "*?[") for f in found)
                items += found if known and None not in found else [None, None]
                worlds |= self.take()
        if len(items) > _ROUNDS:
            items = [*items[: _ROUNDS - 1], items[-1]]
        last = Out(true=worlds)
        for item in items:
            shell.assign(worlds, name, item)
            since = len(self.ledger.forks)
            last = self.sequence(node.body, shell, worlds, ignored)
            self.rejoin(last, since)
            out.true |= last.broke
            worlds = last.on | last.continued
            last.broke = last.continued = 0
            out.add(last)
            if not worlds:
                return out
        out.true |= worlds & ~last.false
        out.false |= last.false
        return out

    def _case(self, node: tree.Case, shell: Shell, worlds: Worlds, ignored: bool) -> Out:
        out, branch = Out(), shell.branch
        for mask, subject in expansion.text(node.word, shell, worlds, self.substitution):
            rest, falls = mask | self.take(), 0
            for item in node.items:
                patterns = [p.literal() for p in item.patterns]
                hit = falls
                if rest:
                    yes, no = self.matches(subject, patterns, rest, identity(node.word, shell, rest))
                    hit |= yes
                    rest = no
                if not hit:
                    continue
                said = " ".join(shell.source.said(shell.source.text[node.word.start : node.word.end]).split())
                shell.branch = f"case {said} in {'|'.join(p or '?' for p in patterns)}"[:70]
                done = self.sequence(item.body, shell, hit, ignored)
                out.add(done)
                falls = done.on if item.falls_through else 0
                if not item.falls_through:
                    out.true |= done.true
                    out.false |= done.false
            out.true |= rest | falls
        shell.branch = branch
        return out


def _said(shell: Shell, node: Command) -> str:
    return " ".join(shell.source.said(shell.source.text[node.start : node.end]).split())[:60]


def _program(node: Command) -> str:
    """The name of what a part of a pipe runs, "" where it is not plain to see or prints elsewhere."""
    words = node.words if isinstance(node, tree.Simple) and not goes_away(node.redirects) else ()
    return (words[0].literal() or "") if words else ""


def goes_away(redirects: Iterable[tree.Redirect]) -> bool:
    """Whether what is printed goes elsewhere than to the terminal or log."""
    return any(r.operator in (">", ">>", "&>", "&>>", ">|") and r.descriptor in ("", "1") for r in redirects)

"""Runs a script in all its worlds: control flow, `set -e`, traps and functions as bash has them (manual 5.2, 3.2 and 4.3.1)."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from checklist.facts.deploy import conditions, expand
from checklist.facts.deploy.state import Shell
from checklist.facts.deploy.worlds import Answer, Fork, Known, Ledger, Masked, Out, Worlds
from checklist.model import Location
from checklist.parse import shell as shell_parser
from checklist.parse.sh import tree
from checklist.parse.sh.tree import Command, Sequence, Substitution, Text, Word
from checklist.parse.shell import Source

if TYPE_CHECKING:
    from checklist.facts.deploy.steps import Step

_ROUNDS = 60
_BUDGET = 5_000


class TooMuch(Exception):
    """The script runs for longer than is worth following."""


class Machine:
    """One run of one entry point. `steps` are in the order in which they first ran."""

    def __init__(self, execute: Callable[[Machine, Shell, tree.Simple, Worlds, bool], Out]) -> None:
        self.ledger = Ledger()
        self.steps: list[Step] = []
        self.known: dict[tuple[Location, ...], Step] = {}
        self.unknown: str | None = None
        self.piped: tuple[Answer, ...] = ()
        self.printed: list[Answer] = []
        self.substituted: tuple[Worlds, Worlds] | None = None
        self.words: tuple[str, ...] | None = None
        """All words of the command that is being run."""
        self.born: Worlds = 0
        """Worlds opened in substitutions, until the command around them takes them over."""
        self.shells: list[Shell] = []
        self.changes = 0
        self.spent = 0
        self.forked = 0
        self._execute = execute

    # ---- a whole shell ----

    def run(self, source: Source, shell: Shell, worlds: Worlds, *, ignored: bool = False) -> Out:
        """A script in a shell of its own, or sourced into one; its traps run at its end."""
        script = shell_parser.parse(source.file, source.text) if source.whole else shell_parser.read(source)
        if script.problem:
            self.unknown = "part of the script is not understood"
        outer, shell.source = shell.source, source
        out = self.sequence(script.root, shell, worlds, ignored)
        shell.source = outer
        return out

    def process(self, source: Source, shell: Shell, worlds: Worlds) -> Out:
        """A script in a new process: only its status comes back."""
        if len(shell.calls) > 12:
            self.unknown = "scripts in scripts go too deep"
            return Out(true=worlds)
        self.shells.append(shell)
        try:
            return self._ended(self.run(source, shell, worlds), shell)
        finally:
            self.shells.pop()

    def so_far(self) -> Out:
        """How it ended, where the end was not reached: nothing is known of any world."""
        every = (1 << self.ledger.count) - 1
        return Out(true=every, false=every)

    def _ended(self, out: Out, shell: Shell) -> Out:
        ok = out.true | out.left_true | out.returned_true | out.broke | out.continued
        bad = out.false | out.left_false | out.returned_false
        for mask, trap in list(shell.exit_trap.split(ok | bad)):
            if trap is None:
                continue
            shell.put("exit_trap", -1, None)
            shell.status = (ok & mask & ~bad, bad & mask)
            ended = self.run(trap, shell, mask)
            # the trap does not change the status, also in the worlds that it has opened
            well, badly = self.ledger.inherit(ended.on, ok & mask, bad & mask)
            ok, bad = (ok & ~mask) | well | ended.left_true, (bad & ~mask) | badly | ended.left_false
        return Out(true=ok, false=bad)

    # ---- worlds ----

    def open(self, parent: Worlds) -> Worlds:
        """A new world that so far is like its parent."""
        made = self.ledger.new(parent, len(self.steps))
        for shell in self.shells:
            shell.change(lambda masked: masked.born(parent, made))
            ok, bad = shell.status
            shell.status = (ok | made, bad & ~made) if ok & parent else (ok & ~made, bad | made)
        for step in self.steps:
            if step.fails & parent:
                step.fails |= made
        return made

    def fork(self, worlds: Worlds, exists: tuple[str, bool] | None = None) -> Out:
        """Both ways of a condition that cannot be known."""
        out = Out(true=worlds & ~self.ledger.base, false=worlds & ~self.ledger.base)
        waiting = worlds & self.ledger.base
        while waiting:
            parent = waiting & -waiting
            waiting ^= parent
            fork = Fork(parent, self.open(parent), self.open(parent), exists)
            self.ledger.base |= fork.yes | fork.no
            self.ledger.forks.append(fork)
            out.true |= fork.yes
            out.false |= fork.no
        self.forked += 1
        return out

    def rejoin(self, out: Out, since: int) -> None:
        """Ways that were told apart since then and both go on are one again."""
        for fork in reversed(self.ledger.forks[since:]):
            back = [way for way in (fork.yes, fork.no) if way & (out.true | out.false | out.returned_true | out.broke | out.continued)]
            if not back:
                continue
            for way in back:
                self.ledger.parents[way] = fork.parent
                if not way & (out.true | out.returned_true | out.broke | out.continued):
                    self.ledger.failed |= way
            ways = sum(back)
            for name in ("true", "false", "returned_true", "returned_false", "broke", "continued"):
                if getattr(out, name) & ways:
                    setattr(out, name, (getattr(out, name) & ~ways) | fork.parent)
            if out.true & out.false & fork.parent:
                out.false &= ~fork.parent
            for shell in self.shells:
                shell.change(lambda masked, back=back, ways=ways, parent=fork.parent: _together(masked, back, ways, parent))  # type: ignore[misc]

    # ---- statements ----

    def sequence(self, node: Sequence, shell: Shell, worlds: Worlds, ignored: bool, *, decides: bool = False) -> Out:
        """Command after command; `decides`: the last of them is a condition, whose ways stay apart until its statement ends."""
        out = Out(true=worlds)
        for item in node.items:
            if not worlds:
                break
            since = len(self.ledger.forks)
            done = self.command(item, shell, worlds, ignored)
            if not (decides and item is node.items[-1]):
                self.rejoin(done, since)
            out.add(done)
            out.true, out.false = done.true, done.false
            worlds = done.on
            shell.status = (done.true & ~done.false, done.false)
            if (gone := done.left_true | done.left_false) and not shell.exit_trap.differs and shell.exit_trap.one(1) is None:
                # who has left this shell needs its variables no more
                shell.change(lambda masked, gone=gone: masked.forget(gone))  # type: ignore[misc]
        return out

    def command(self, node: Command, shell: Shell, worlds: Worlds, ignored: bool) -> Out:
        self.spent += 1
        if self.spent > _BUDGET:
            raise TooMuch
        match node:
            case tree.Simple():
                return self.checked(self._execute(self, shell, node, worlds, ignored), shell, ignored)
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
            case tree.Group(_, _, body, subshell):
                if not subshell:
                    return self.sequence(body, shell, worlds, ignored)
                return self.checked(self.inside(body, shell.child(), worlds, ignored), shell, ignored)
            case tree.Redirected(_, _, inner, redirects):
                self.substitutions(redirects, shell, worlds)
                return self.command(inner, shell, worlds | self.take(), ignored)
            case tree.Background(_, _, inner):
                done = self.inside(Sequence(inner.start, inner.end, (inner,)), shell.child(), worlds, True)
                return Out(true=worlds | done.on)
            case tree.Function(_, _, name, _):
                shell.functions[name] = (node, shell.source)
                return Out(true=worlds)
            case tree.Test(_, _, tokens):
                return self.checked(self._test(tokens, shell, worlds), shell, ignored)
            case tree.Calculation(_, _, text):
                return self.checked(self.calculation(text, shell, worlds), shell, ignored)
        raise AssertionError(node)

    def inside(self, body: Sequence, shell: Shell, worlds: Worlds, ignored: bool) -> Out:
        """A body in a subshell: leaving it is only its status."""
        self.shells.append(shell)
        try:
            return self._ended(self.sequence(body, shell, worlds, ignored), shell)
        finally:
            self.shells.pop()

    def checked(self, out: Out, shell: Shell, ignored: bool) -> Out:
        """What `set -e` and a trap on ERR make of a failure."""
        failed = out.false
        if ignored or not failed:
            return out
        for mask, trap in list(shell.err_trap.split(failed)):
            if trap is None:
                continue
            held, shell.err_trap = shell.err_trap, Masked.of(None)
            shell.status = (0, mask)
            done = self.run(trap, shell, mask)
            shell.err_trap = held
            out.add(done)
            out.false = (out.false & ~mask) | done.on
        leaves = sum(mask for mask, on in shell.errexit.split(out.false) if on)
        out.false &= ~leaves
        out.left_false |= leaves
        return out

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
            for part in node.parts:
                printed, self.printed = self.printed, []
                inner = shell.child()
                inner.quiet |= part is not node.parts[-1]
                ends.append(self.inside(Sequence(part.start, part.end, (part,)), inner, worlds, ignored_inside))
                worlds |= ends[-1].on
                self.piped = (*self.piped, *self.printed)
                self.printed = [*printed, *self.printed] if part is node.parts[-1] else printed
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
            decided = self.sequence(condition, shell, worlds, True, decides=True)
            out.add(decided)
            said = " ".join(shell.source.text[condition.start : condition.end].rstrip("; \n").split())
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
            forks, changes = self.forked, self.changes
            decided = self.sequence(node.condition, shell, worlds, True, decides=True)
            out.add(decided)
            guessed = self.forked != forks
            enters, leaves = (decided.false, decided.true) if node.until else (decided.true, decided.false)
            out.true |= leaves
            if not enters:
                break
            done = self.sequence(node.body, shell, enters, ignored)
            out.true |= done.broke
            done.broke = 0
            again = done.on | done.continued
            done.continued = 0
            out.add(done)
            if guessed:
                out.true |= again
                break
            if again == worlds and self.changes == changes:
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
                found = expand.fields(word, shell, worlds, self.substitution)[0][1]
                known = not any(isinstance(f, str) and any(c in f for c in "*?[") for f in found)
                items += found if known and None not in found else [None, None]
                worlds |= self.take()
        if len(items) > _ROUNDS:
            items = [*items[: _ROUNDS - 1], items[-1]]
        last = Out(true=worlds)
        for item in items:
            shell.assign(worlds, name, item)
            last = self.sequence(node.body, shell, worlds, ignored)
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
        for mask, subject in expand.text(node.word, shell, worlds, self.substitution):
            rest, falls = mask | self.take(), 0
            for item in node.items:
                patterns = [p.literal() for p in item.patterns]
                hit = falls
                if rest:
                    yes, no = self._matches(subject, patterns, rest)
                    hit |= yes
                    rest = no
                if not hit:
                    continue
                said = " ".join(shell.source.text[node.word.start : node.word.end].split())
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

    def _matches(self, subject: expand.Field, patterns: list[str | None], worlds: Worlds) -> tuple[Worlds, Worlds]:
        """(the worlds where one of the patterns fits, those where none does)."""
        if "*" in patterns:
            return worlds, 0
        if isinstance(subject, str) and None not in patterns:
            return (worlds, 0) if any(fnmatch.fnmatchcase(subject, p) for p in patterns if p is not None) else (0, worlds)
        if isinstance(subject, Answer) and None not in patterns:
            yes = 0
            for part, broken in ((worlds & subject.world, True), (worlds & ~subject.world, False)):
                if any(conditions.judge([subject, "==", p], broken=broken, patterns=True) for p in patterns if p is not None):
                    yes |= part
            return yes, worlds & ~yes
        forked = self.fork(worlds)
        return forked.true, forked.false

    # ---- conditions and words ----

    def _test(self, tokens: tuple[Word | str, ...], shell: Shell, worlds: Worlds) -> Out:
        choices: list[tuple[Worlds, list[conditions.Token]]] = [(worlds, [])]
        for token in tokens:
            if isinstance(token, str):
                choices = [(m, [*said, token]) for m, said in choices]
            else:
                choices = [(m & inner, [*said, value]) for m, said in choices for inner, value in expand.text(token, shell, m, self.substitution) if m & inner]
        choices[0] = (choices[0][0] | self.take(), choices[0][1])
        return self.decide(choices, patterns=True)

    def decide(self, choices: list[tuple[Worlds, list[conditions.Token]]], *, patterns: bool) -> Out:
        """What a condition says in each world; both where it cannot be known."""
        out = Out()
        for mask, tokens in choices:
            broken = 0
            for token in tokens:
                if isinstance(token, Answer):
                    broken |= token.world
            for part, bad in ((mask & broken, True), (mask & ~broken, False)):
                if not part:
                    continue
                match conditions.judge(tokens, broken=bad, patterns=patterns):
                    case True:
                        out.true |= part
                    case False:
                        out.false |= part
                    case None:
                        forked = self.fork(part, conditions.asked(tokens))
                        out.true |= forked.true
                        out.false |= forked.false
        return out

    def calculation(self, text: str, shell: Shell, worlds: Worlds) -> Out:
        """`(( … ))` and `let`: counting up is followed, comparisons of numbers are judged, the rest may be either."""
        said = text.replace(" ", "")
        for sign, step in (("++", 1), ("--", -1), ("+=", 1), ("-=", -1)):
            name, found, by = said.partition(sign)
            if found and (name or by).isidentifier() | by.isdigit():
                target = name or by
                amount = int(by) if by.isdigit() else 1
                for mask, value in list(expand.lookup(target, shell, worlds)):
                    shell.assign(mask, target, str(int(value) + (amount if step > 0 else -amount)) if isinstance(value, str) and value.isdigit() else None)
                self.changes += 1
                return Out(true=worlds)
        for sign, operator in (("==", "-eq"), ("!=", "-ne"), ("<=", "-le"), (">=", "-ge"), ("<", "-lt"), (">", "-gt")):
            left, found, right = said.partition(sign)
            if found:
                choices: list[tuple[Worlds, list[conditions.Token]]] = []
                for mask, a in expand.calculated(left, shell, worlds):
                    for inner, b in expand.calculated(right, shell, mask):
                        choices.append((inner, [a if not isinstance(a, tuple) else None, operator, b if not isinstance(b, tuple) else None]))
                return self.decide(choices, patterns=False)
        name, found, expression = said.partition("=")
        if found and name.isidentifier():
            for mask, value in list(expand.calculated(expression, shell, worlds)):
                shell.assign(mask, name, value)
            self.changes += 1
            return Out(true=worlds)
        return self.fork(worlds)

    def substitution(self, part: Substitution, shell: Shell, worlds: Worlds) -> Known:
        """What `$(…)` prints; its status is that of an assignment."""
        printed, self.printed = self.printed, []
        inner = shell.child(errexit=False)
        inner.quiet = True
        done = self.inside(part.body, inner, worlds, False)
        answers, self.printed = self.printed, printed
        self.substituted = (done.true, done.false)
        self.born |= done.on & ~worlds
        if answers:
            return answers[-1]
        only = part.body.items[0] if len(part.body.items) == 1 else None
        argv: list[expand.Field] | None = None
        if isinstance(only, tree.Simple):
            argv = []
            for word in only.words:
                argv += expand.fields(word, shell, worlds, lambda *_: None)[0][1]
        return expand.printed(part.body, argv, inner.directory.one(worlds))

    def take(self) -> Worlds:
        """The worlds that substitutions have opened."""
        born, self.born = self.born, 0
        return born

    def substitutions(self, redirects: list[tree.Redirect], shell: Shell, worlds: Worlds) -> None:
        """Runs what stands in the targets of redirects: `< <(…)`."""
        for redirect in redirects:
            if redirect.operator not in ("<<", "<<-") and redirect.target.literal() is None:
                expand.fields(redirect.target, shell, worlds, self.substitution)


def _together(masked: Masked[Any], back: list[Worlds], ways: Worlds, parent: Worlds) -> Masked[Any]:
    """A value after ways have come together: what they agree on, else not known."""
    for i, (mask, _) in enumerate(masked.pairs):
        if mask & parent and mask & ways == ways:  # nothing was assigned on the way
            return masked.forget(ways) if i < len(masked.pairs) - 1 else masked
    values = [masked.one(way) for way in back]
    same = all(v == values[0] for v in values)
    return masked.put(parent, values[0] if same else (False if isinstance(values[0], bool) else None)).forget(ways)


def script_of(words: list[Word], shell: Shell, worlds: Worlds) -> Source:
    """The script that words or a here-document hand to another shell, known variables put in."""
    pieces: list[tuple[str, int, bool]] = []
    for n, word in enumerate(words):
        if n:
            pieces.append((" ", word.start, False))
        for part in word.parts:
            if isinstance(part, Text):
                pieces.append((part.text, part.start, True))
                continue
            value = expand.text(Word(part.start, part.end, (part,)), shell, worlds, lambda *_: None)[0][1]
            said = shell.source.text[part.start : part.end]
            pieces.append((value, part.start, False) if isinstance(value, str) and expand.UNSEEN not in value else (said, part.start, True))
    return shell.source.embedded(pieces)


def _said(shell: Shell, node: Command) -> str:
    return " ".join(shell.source.text[node.start : node.end].split())[:60]


def place(shell: Shell, node: Command) -> Location:
    """Where a command stands in the file that a person edits."""
    return shell.source.at(node.start, node.end)

"""Conditions in all worlds: `[ … ]`, `[[ … ]]`, `(( … ))` and the patterns of `case`."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Hashable, Sequence

from checklist.parse.sh import tree
from checklist.parse.sh.tree import Word
from checklist.shell import conditions, expansion
from checklist.shell.constraints import Question
from checklist.shell.environment import Shell, located
from checklist.shell.processes import Processes
from checklist.shell.states import Answer, Default, Out, Worlds
from checklist.shell.symbols import identity

Choice = tuple[Worlds, Sequence[conditions.Token], Sequence[Word | str]]
"""What a condition is in some worlds, and the words that became its tokens."""


class Asking(Processes):
    """Says what a condition does in each world."""

    def test(self, tokens: tuple[Word | str, ...], shell: Shell, worlds: Worlds) -> Out:
        choices: list[tuple[Worlds, list[conditions.Token]]] = [(worlds, [])]
        for token in tokens:
            if isinstance(token, str):
                choices = [(m, [*said, token]) for m, said in choices]
            else:
                choices = [(m & inner, [*said, value]) for m, said in choices for inner, value in expansion.text(token, shell, m, self.substitution) if m & inner]
        choices[0] = (choices[0][0] | self.take(), choices[0][1])
        return self.decide([(mask, said, tokens) for mask, said in choices], shell, patterns=True)

    def decide(self, choices: Sequence[Choice], shell: Shell, *, patterns: bool) -> Out:
        """What a condition says in each world; both where it cannot be known."""
        out = Out()
        for mask, tokens, words in choices:
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
                        for here, _ in list(shell.directory.split(part)):
                            forked = self._ask(tokens, words, shell, here, patterns)
                            out.true |= forked.true
                            out.false |= forked.false
        return out

    def _ask(self, tokens: Sequence[conditions.Token], words: Sequence[Word | str], shell: Shell, worlds: Worlds, patterns: bool) -> Out:
        """What cannot be known, as it was when it was asked before. The worlds are in one folder."""
        files = (shell.host, self.ledger.memory.since(shell.host))
        names = [t if isinstance(t, str) and not isinstance(t, Default) and expansion.UNSEEN not in t else identity(w, shell, worlds) for t, w in zip(tokens, words, strict=True)]
        question, straight = conditions.question(tokens, names, lambda path: (files, located(shell.directory.one(worlds), path, shell)), patterns=patterns)
        out = self.fork(worlds, question)
        if question.among == conditions.FOLDER:
            for one in self.there(names[-1], shell, worlds):
                self.ledger.memory.learn(one, out.true & ~out.false, 0)
        return out if straight else Out(true=out.false, false=out.true)

    def there(self, path: Hashable, shell: Shell, worlds: Worlds) -> list[Question]:
        """Whether a folder is there, and with it those that it lies in. The worlds are in one folder."""
        memory = self.ledger.memory
        if isinstance(path, tuple) and path and not isinstance(path[0], str):
            # what a variable holds is a path from the root as a rule
            return [memory.there(shell.host, path)]
        place = located(shell.directory.one(worlds), path, shell)
        above = [place]
        while isinstance(place, str) and "/" in place.strip("/"):
            above.append(place := posixpath.dirname(place))
        return [memory.there(shell.host, p) for p in above]

    def calculation(self, text: str, shell: Shell, worlds: Worlds) -> Out:
        """`(( … ))` and `let`: counting up is followed, comparisons of numbers are judged, the rest may be either."""
        said = text.replace(" ", "")
        for sign, step in (("++", 1), ("--", -1), ("+=", 1), ("-=", -1)):
            name, found, by = said.partition(sign)
            if found and (name or by).isidentifier() | by.isdigit():
                target = name or by
                amount = step * (int(by) if by.isdigit() else 1)
                out = Out()
                for mask, value in list(expansion.lookup(target, shell, worlds)):
                    before = int(value) if isinstance(value, str) and value.isdigit() else None
                    shell.assign(mask, target, None if before is None else str(before + amount))
                    # `n++` is what n was before: 0 is a failure
                    if before is not None and (before if name and not by else before + amount) == 0:
                        out.false |= mask
                    else:
                        out.true |= mask
                return out
        for sign, operator in (("==", "-eq"), ("!=", "-ne"), ("<=", "-le"), (">=", "-ge"), ("<", "-lt"), (">", "-gt")):
            left, found, right = said.partition(sign)
            if found:
                words: list[Word | str] = [_operand(left), operator, _operand(right)]
                choices = list[Choice]()
                for mask, a in expansion.calculated(left, shell, worlds):
                    for inner, b in expansion.calculated(right, shell, mask):
                        choices.append((inner, [a if not isinstance(a, tuple) else None, operator, b if not isinstance(b, tuple) else None], words))
                return self.decide(choices, shell, patterns=False)
        bare = re.fullmatch(r"(!?)\$?\{?(\w+)\}?", said)
        if bare:
            plain: list[Word | str] = [_operand(bare[2]), "-eq" if bare[1] else "-ne", "0"]
            return self.decide([(mask, [a if not isinstance(a, tuple) else None, str(plain[1]), "0"], plain) for mask, a in expansion.calculated(bare[2], shell, worlds)], shell, patterns=False)
        name, found, expression = said.partition("=")
        if found and name.isidentifier():
            for mask, value in list(expansion.calculated(expression, shell, worlds)):
                shell.assign(mask, name, value)
            return Out(true=worlds)
        return self.fork(worlds)

    def matches(self, subject: expansion.Field, patterns: list[str | None], worlds: Worlds, identity: Hashable) -> tuple[Worlds, Worlds]:
        """(the worlds where one of the patterns fits, those where none does)."""
        if "*" in patterns:
            return worlds, 0
        if isinstance(subject, str) and not isinstance(subject, Default) and None not in patterns:
            return (worlds, 0) if any(fnmatch.fnmatchcase(subject, p) for p in patterns if p is not None) else (0, worlds)
        if isinstance(subject, Answer) and None not in patterns:
            yes = 0
            for part, broken in ((worlds & subject.world, True), (worlds & ~subject.world, False)):
                if any(conditions.judge([subject, "==", p], broken=broken, patterns=True) for p in patterns if p is not None):
                    yes |= part
            return yes, worlds & ~yes
        forked = self.fork(worlds, conditions.fits(identity, patterns))
        return forked.true, forked.false


def _operand(said: str) -> Word:
    """One side of a comparison in `(( … ))`."""
    name = said.strip("${}")
    return Word(0, 0, (tree.Variable(name, 0, 0) if name.isidentifier() else tree.Arithmetic(said, 0, 0),))

"""Conditions in all states: `[ … ]`, `[[ … ]]`, `(( … ))` and the patterns of `case`."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Hashable, Sequence

from checklist.parse.sh import tree
from checklist.parse.sh.tree import Word
from checklist.shell import conditions, expansion
from checklist.shell.constraints import Predicate
from checklist.shell.environment import Environment, located
from checklist.shell.processes import Processes
from checklist.shell.states import Answer, Completion, Default, States
from checklist.shell.symbols import identity

Choice = tuple[States, Sequence[conditions.Token], Sequence[Word | str]]
"""What a condition is in some states, and the words that became its tokens."""


class Asking(Processes):
    """Says what a condition does in each state."""

    def test(self, tokens: tuple[Word | str, ...], env: Environment, states: States) -> Completion:
        choices: list[tuple[States, list[conditions.Token]]] = [(states, [])]
        for token in tokens:
            if isinstance(token, str):
                choices = [(m, [*said, token]) for m, said in choices]
            else:
                choices = [(m & inner, [*said, value]) for m, said in choices for inner, value in expansion.text(token, env, m, self.substitution) if m & inner]
        choices[0] = (choices[0][0] | self.take(), choices[0][1])
        return self.decide([(mask, said, tokens) for mask, said in choices], env, patterns=True)

    def decide(self, choices: Sequence[Choice], env: Environment, *, patterns: bool) -> Completion:
        """What a condition says in each state; both where it cannot be known."""
        out = Completion()
        for mask, tokens, words in choices:
            broken = 0
            for token in tokens:
                if isinstance(token, Answer):
                    broken |= token.state
            for part, bad in ((mask & broken, True), (mask & ~broken, False)):
                if not part:
                    continue
                match conditions.judge(tokens, broken=bad, patterns=patterns):
                    case True:
                        out.true |= part
                    case False:
                        out.false |= part
                    case None:
                        for here, _ in list(env.directory.split(part)):
                            forked = self._ask(tokens, words, env, here, patterns)
                            out.true |= forked.true
                            out.false |= forked.false
        return out

    def _ask(self, tokens: Sequence[conditions.Token], words: Sequence[Word | str], env: Environment, states: States, patterns: bool) -> Completion:
        """What cannot be known, as it was when it was asked before. The states are in one folder."""
        files = (env.host, self.ledger.memory.since(env.host))
        names = [t if isinstance(t, str) and not isinstance(t, Default) and expansion.UNSEEN not in t else identity(w, env, states) for t, w in zip(tokens, words, strict=True)]
        question, straight = conditions.question(tokens, names, lambda path: (files, located(env.directory.one(states), path, env)), patterns=patterns)
        out = self.fork(states, question)
        if question.among == conditions.FOLDER:
            for one in self.there(names[-1], env, states):
                self.ledger.memory.learn(one, out.true & ~out.false, 0)
        return out if straight else Completion(true=out.false, false=out.true)

    def there(self, path: Hashable, env: Environment, states: States) -> list[Predicate]:
        """Whether a folder is there, and with it those that it lies in. The states are in one folder."""
        memory = self.ledger.memory
        if isinstance(path, tuple) and path and not isinstance(path[0], str):
            # what a variable holds is a path from the root as a rule
            return [memory.there(env.host, path)]
        place = located(env.directory.one(states), path, env)
        above = [place]
        while isinstance(place, str) and "/" in place.strip("/"):
            above.append(place := posixpath.dirname(place))
        return [memory.there(env.host, p) for p in above]

    def calculation(self, text: str, env: Environment, states: States) -> Completion:
        """`(( … ))` and `let`: counting up is followed, comparisons of numbers are judged, the rest may be either."""
        said = text.replace(" ", "")
        for sign, step in (("++", 1), ("--", -1), ("+=", 1), ("-=", -1)):
            name, found, by = said.partition(sign)
            if found and (name or by).isidentifier() | by.isdigit():
                target = name or by
                amount = step * (int(by) if by.isdigit() else 1)
                out = Completion()
                for mask, value in list(expansion.lookup(target, env, states)):
                    before = int(value) if isinstance(value, str) and value.isdigit() else None
                    env.assign(mask, target, None if before is None else str(before + amount))
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
                for mask, a in expansion.calculated(left, env, states):
                    for inner, b in expansion.calculated(right, env, mask):
                        choices.append((inner, [a if not isinstance(a, tuple) else None, operator, b if not isinstance(b, tuple) else None], words))
                return self.decide(choices, env, patterns=False)
        bare = re.fullmatch(r"(!?)\$?\{?(\w+)\}?", said)
        if bare:
            plain: list[Word | str] = [_operand(bare[2]), "-eq" if bare[1] else "-ne", "0"]
            return self.decide([(mask, [a if not isinstance(a, tuple) else None, str(plain[1]), "0"], plain) for mask, a in expansion.calculated(bare[2], env, states)], env, patterns=False)
        name, found, expression = said.partition("=")
        if found and name.isidentifier():
            for mask, value in list(expansion.calculated(expression, env, states)):
                env.assign(mask, name, value)
            return Completion(true=states)
        return self.fork(states)

    def matches(self, subject: expansion.Field, patterns: list[str | None], states: States, identity: Hashable) -> tuple[States, States]:
        """(the states where one of the patterns fits, those where none does)."""
        if "*" in patterns:
            return states, 0
        if isinstance(subject, str) and not isinstance(subject, Default) and None not in patterns:
            return (states, 0) if any(fnmatch.fnmatchcase(subject, p) for p in patterns if p is not None) else (0, states)
        if isinstance(subject, Answer) and None not in patterns:
            yes = 0
            for part, broken in ((states & subject.state, True), (states & ~subject.state, False)):
                if any(conditions.judge([subject, "==", p], broken=broken, patterns=True) for p in patterns if p is not None):
                    yes |= part
            return yes, states & ~yes
        forked = self.fork(states, conditions.fits(identity, patterns))
        return forked.true, forked.false


def _operand(said: str) -> Word:
    """One side of a comparison in `(( … ))`."""
    name = said.strip("${}")
    return Word(0, 0, (tree.Variable(name, 0, 0) if name.isidentifier() else tree.Arithmetic(said, 0, 0),))

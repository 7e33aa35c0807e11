"""Conditions in all states: `[ … ]`, `[[ … ]]`, `(( … ))` and the patterns of `case`. Bash 5.2 manual, 3.2.5.2."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Hashable, Iterator, Sequence

from checklist.parse.sh import tree
from checklist.parse.sh.tree import Word
from checklist.shell import conditions, expansion, predicates
from checklist.shell.arithmetic import calculated
from checklist.shell.constraints import Predicate
from checklist.shell.environment import Environment
from checklist.shell.exploration import Exploration
from checklist.shell.parameters import UNSEEN, lookup
from checklist.shell.paths import located
from checklist.shell.states import Answer, Completion, Default, Field, States
from checklist.shell.substitution import Substitutions
from checklist.shell.symbols import symbol

Choice = tuple[States, Sequence[Field], Sequence[Word | str]]
"""What a condition is in some states, and the words that became its tokens."""

_COUNTS = (("++", 1), ("--", -1), ("+=", 1), ("-=", -1))
_COMPARES = (("==", "-eq"), ("!=", "-ne"), ("<=", "-le"), (">=", "-ge"), ("<", "-lt"), (">", "-gt"))


class ConditionEvaluator:
    """Says what a condition is in each state; both where it cannot be known."""

    def __init__(self, exploration: Exploration) -> None:
        self._exploration = exploration

    def test(self, node: tree.Test, env: Environment, states: States, run: Substitutions) -> Completion:
        """`[[ … ]]`."""
        choices: list[tuple[States, list[Field]]] = [(states, [])]
        for token in node.tokens:
            if isinstance(token, str):
                choices = [(m, [*said, token]) for m, said in choices]
            else:
                choices = [
                    (m & inner, [*said, value])
                    for m, said in choices
                    for inner, value in expansion.text(token, env, m, run)
                    if m & inner
                ]
        choices[0] = (choices[0][0] | run.opened, choices[0][1])
        return self.decide([(mask, said, node.tokens) for mask, said in choices], env, patterns=True)

    def decide(self, choices: Sequence[Choice], env: Environment, *, patterns: bool) -> Completion:
        """What a condition says in each state."""
        out = Completion()
        for choice in choices:
            broken = 0
            for token in choice[1]:
                if isinstance(token, Answer):
                    broken |= token.state
            for part, bad in ((choice[0] & broken, True), (choice[0] & ~broken, False)):
                if part:
                    self._judge((part, *choice[1:]), env, out, broken=bad, patterns=patterns)
        return out

    def _judge(self, choice: Choice, env: Environment, out: Completion, *, broken: bool, patterns: bool) -> None:
        states, tokens, words = choice
        match conditions.judge(tokens, broken=broken, patterns=patterns):
            case True:
                out.true |= states
            case False:
                out.false |= states
            case None:
                for here, _ in list(env.directory.split(states)):
                    forked = self._ask((here, tokens, words), env, patterns)
                    out.true |= forked.true
                    out.false |= forked.false

    def _ask(self, choice: Choice, env: Environment, patterns: bool) -> Completion:
        """What cannot be known, as it was when it was asked before. The states are in one folder."""
        states, tokens, words = choice
        version = (env.host, self._exploration.files.version(env.host))
        names = [t if _is_known(t) else symbol(w, env, states) for t, w in zip(tokens, words, strict=True)]

        def locate(path: Hashable) -> Hashable:
            return (version, located(env.directory.one(states), path, env.version("PWD")))

        predicate, straight = predicates.of_test(tokens, names, locate, patterns=patterns)
        out = self._exploration.fork(states, predicate)
        if predicate.among == predicates.FOLDER:
            for one in self.there(names[-1], env, states):
                self._exploration.constraints.learn(one, out.true & ~out.false, 0)
        return out if straight else Completion(true=out.false, false=out.true)

    def there(self, path: Hashable, env: Environment, states: States) -> list[Predicate]:
        """Whether a folder is there, and with it those that it lies in. The states are in one folder."""
        files = self._exploration.files
        if isinstance(path, tuple) and path and not isinstance(path[0], str):
            # what a variable holds is a path from the root as a rule
            return [files.has_folder(env.host, path)]
        place = located(env.directory.one(states), path, env.version("PWD"))
        above = [place]
        while isinstance(place, str) and "/" in place.strip("/"):
            above.append(place := posixpath.dirname(place))
        return [files.has_folder(env.host, p) for p in above]

    # ---- `(( … ))` and `let` ----

    def calculation(self, text: str, env: Environment, states: States) -> Completion:
        """Counting up is followed, comparisons of numbers are judged, the rest may be either."""
        said = text.replace(" ", "")
        done = self._counted(said, env, states)
        if done is not None:
            return done
        choices = list(self._compared(said, env, states))
        if choices:
            return self.decide(choices, env, patterns=False)
        name, found, expression = said.partition("=")
        if found and name.isidentifier():
            for mask, value in list(calculated(expression, env, states)):
                env.assign(mask, name, value)
            return Completion(true=states)
        return self._exploration.fork(states)

    def _counted(self, said: str, env: Environment, states: States) -> Completion | None:
        """`n++`, `--n`, `n += 2`; None for anything else."""
        for sign, step in _COUNTS:
            name, found, by = said.partition(sign)
            if not (found and (name or by).isidentifier() | by.isdigit()):
                continue
            target = name or by
            amount = step * (int(by) if by.isdigit() else 1)
            out = Completion()
            for mask, value in list(lookup(target, env, states)):
                before = int(value) if isinstance(value, str) and value.isdigit() else None
                env.assign(mask, target, None if before is None else str(before + amount))
                # `n++` is what n was before: 0 is a failure
                if before is not None and (before if name and not by else before + amount) == 0:
                    out.false |= mask
                else:
                    out.true |= mask
            return out
        return None

    def _compared(self, said: str, env: Environment, states: States) -> Iterator[Choice]:
        """`a < b`, `n` and `!n`; nothing for anything else."""
        for sign, test in _COMPARES:
            left, found, right = said.partition(sign)
            if found:
                words: list[Word | str] = [_operand(left), test, _operand(right)]
                for mask, a in calculated(left, env, states):
                    for inner, b in calculated(right, env, mask):
                        yield inner, [_scalar(a), test, _scalar(b)], words
                return
        bare = re.fullmatch(r"(!?)\$?\{?(\w+)\}?", said)
        if bare:
            test = "-eq" if bare[1] else "-ne"
            for mask, a in calculated(bare[2], env, states):
                yield mask, [_scalar(a), test, "0"], [_operand(bare[2]), test, "0"]

    # ---- `case` ----

    def matches(
        self, subject: Field, patterns: Sequence[str | None], states: States, name: Hashable
    ) -> tuple[States, States]:
        """(the states where one of the patterns fits, those where none does); `name` stands for the subject."""
        known = [p for p in patterns if p is not None]
        if "*" in known:
            return states, 0
        if len(known) == len(patterns):
            if isinstance(subject, str) and UNSEEN in subject:
                if not any(_may_fit(subject, p) for p in known):
                    return 0, states
            elif isinstance(subject, str) and not isinstance(subject, Default):
                return (states, 0) if any(fnmatch.fnmatchcase(subject, p) for p in known) else (0, states)
            if isinstance(subject, Answer):
                return self._fits(subject, known, states)
        forked = self._exploration.fork(states, predicates.of_case(name, patterns))
        return forked.true, forked.false

    def _fits(self, answer: Answer, patterns: Sequence[str], states: States) -> tuple[States, States]:
        yes = 0
        for part, broken in ((states & answer.state, True), (states & ~answer.state, False)):
            if any(conditions.judge([answer, "==", p], broken=broken, patterns=True) for p in patterns):
                yes |= part
        return yes, states & ~yes


def _may_fit(subject: str, pattern: str) -> bool:
    """Whether a text of which parts are not seen may be one that a pattern fits."""
    if any(c in pattern for c in "*?[") or UNSEEN in pattern:
        return True
    return re.fullmatch(".*".join(map(re.escape, subject.split(UNSEEN))), pattern, re.DOTALL) is not None


def _is_known(token: Field) -> bool:
    return isinstance(token, str) and not isinstance(token, Default) and UNSEEN not in token


def _scalar(value: object) -> Field:
    return value if isinstance(value, (str, Answer)) else None


def _operand(said: str) -> Word:
    """One side of a comparison in `(( … ))`."""
    name = said.strip("${}")
    return Word(0, 0, (tree.Variable(name, 0, 0) if name.isidentifier() else tree.Arithmetic(said, 0, 0),))

"""`&&` and `||`, `if` and `case`: which states go which way. Bash 5.2 manual, 3.2.4 and 3.2.5.2."""

from __future__ import annotations

from collections.abc import Sequence

from checklist.parse.sh import tree
from checklist.shell import expansion
from checklist.shell.environment import Environment
from checklist.shell.host import Execution
from checklist.shell.states import Completion, Field, States
from checklist.shell.symbols import symbol


def and_or(x: Execution, node: tree.AndOr, env: Environment, states: States, ignored: bool) -> Completion:
    out = x.command(node.left, env, states, True)
    both = node.operator == "&&"
    goes = out.true if both else out.false
    if not goes:
        return out
    env.status = (out.true & ~out.false, out.false)
    branch = env.branch
    if not both:
        env.branch = f"{_said(env, node.left)[:60]} || …"
    done = x.command(node.right, env, goes, ignored)
    env.branch = branch
    if both:
        made = Completion(true=done.true, false=out.false | done.false)
    else:
        made = Completion(true=out.true | done.true, false=done.false)
    made.add(out)
    made.add(done)
    return made


def if_(x: Execution, node: tree.If, env: Environment, states: States, ignored: bool) -> Completion:
    out, branch = Completion(), env.branch
    for condition, body in node.clauses:
        if not states:
            break
        decided = x.sequence(condition, env, states, True)
        out.add(decided)
        said = _said(env, condition, "; \n")[:60]
        env.branch = f"if {said}"
        if decided.true:
            env.status = (decided.true, 0)
            _take(out, x.sequence(body, env, decided.true, ignored))
        states = decided.false
        env.branch = f"else of {said}"
        env.status = (decided.true & ~decided.false, decided.false)
    if node.otherwise is not None and states:
        _take(out, x.sequence(node.otherwise, env, states, ignored))
    else:
        out.true |= states
    env.branch = branch
    return out


def case(x: Execution, node: tree.Case, env: Environment, states: States, ignored: bool) -> Completion:
    out, branch = Completion(), env.branch
    run = x.substitutions()
    choices = expansion.text(node.word, env, states, run)
    choices[0] = (choices[0][0] | run.opened, choices[0][1])
    for mask, subject in choices:
        rest, falls = mask, 0
        for item in node.items:
            patterns = [p.literal() for p in item.patterns]
            hit, rest = _hit(x, node, env, (subject, patterns), rest)
            hit |= falls
            if not hit:
                continue
            env.branch = f"case {_said(env, node.word)} in {'|'.join(p or '?' for p in patterns)}"[:70]
            done = x.sequence(item.body, env, hit, ignored)
            falls = done.on if item.falls_through else 0
            if item.falls_through:
                out.add(done)
            else:
                _take(out, done)
        out.true |= rest | falls
    env.branch = branch
    return out


def _hit(
    x: Execution, node: tree.Case, env: Environment, item: tuple[Field, Sequence[str | None]], states: States
) -> tuple[States, States]:
    """(the states where an item's patterns fit the subject, those where they do not)."""
    if not states:
        return 0, states
    return x.evaluator.matches(item[0], item[1], states, symbol(node.word, env, states))


def _take(out: Completion, done: Completion) -> None:
    """An arm is one way to complete."""
    out.add(done)
    out.true |= done.true
    out.false |= done.false


def _said(env: Environment, node: tree.Command | tree.Word, ends: str = "") -> str:
    """A condition as a person wrote it, in one line, without what ends it."""
    return " ".join(env.source.said(env.source.text[node.start : node.end]).rstrip(ends).split())

"""`while`, `until`, `for`: rounds until nothing changes, two where it cannot be known. Bash 5.2 manual, 3.2.5.1."""

from __future__ import annotations

from checklist.parse.sh import tree
from checklist.shell import expansion
from checklist.shell.environment import Environment
from checklist.shell.host import Execution
from checklist.shell.states import Completion, Known, States

_ROUNDS = 60


def while_(x: Execution, node: tree.While, env: Environment, states: States, ignored: bool) -> Completion:
    out, branch = Completion(), env.branch
    for _ in range(_ROUNDS):
        guesses, before = x.exploration.guesses, env.view(states)
        decided = x.sequence(node.condition, env, states, True)
        out.add(decided)
        guessed = x.exploration.guesses != guesses
        enters, leaves = (decided.false, decided.true) if node.until else (decided.true, decided.false)
        out.true |= leaves
        if not enters:
            break
        again = _round(x, node.body, env, enters, ignored, out)
        if guessed:
            out.true |= again
            break
        if again == states and env.view(states) == before:
            # nothing changes any more: this loop does not end
            _hang(x, again, out)
            break
        states = again
        if not states:
            break
    else:
        _hang(x, states, out)
    env.branch = branch
    return out


def _round(
    x: Execution, body: tree.Sequence, env: Environment, states: States, ignored: bool, out: Completion
) -> States:
    """The states in which there may be another round."""
    since = len(x.exploration.tree.forks)
    done = x.sequence(body, env, states, ignored)
    x.exploration.rejoin(done, since)
    out.true |= done.broke
    again = done.on | done.continued
    done.broke = done.continued = 0
    out.add(done)
    return again


def _hang(x: Execution, states: States, out: Completion) -> None:
    base = x.exploration.tree.base
    out.true |= states & base
    out.left_false |= states & ~base


def for_(x: Execution, node: tree.For, env: Environment, states: States, ignored: bool) -> Completion:
    out = Completion()
    # `for ((i = 0; i < n; i++))`: a few rounds with an unknown counter
    name = node.name if node.loop is None else node.loop.split("=")[0].strip()
    items, opened = _items(x, node, env, states)
    states |= opened
    if len(items) > _ROUNDS:
        items = [*items[: _ROUNDS - 1], items[-1]]
    last = Completion(true=states)
    for item in items:
        env.assign(states, name, item)
        since = len(x.exploration.tree.forks)
        last = x.sequence(node.body, env, states, ignored)
        x.exploration.rejoin(last, since)
        out.true |= last.broke
        states = last.on | last.continued
        last.broke = last.continued = 0
        out.add(last)
        if not states:
            return out
    out.true |= states & ~last.false
    out.false |= last.false
    return out


def _items(x: Execution, node: tree.For, env: Environment, states: States) -> tuple[list[Known], States]:
    """What the variable becomes, and the states that were opened; two unknown values stand for a list that is not
    known."""
    if node.loop is not None or (node.words is None and env.arguments is None):
        return [None, None], 0
    if node.words is None:
        return list(env.arguments or ()), 0
    items: list[Known] = []
    opened = 0
    for word in node.words:
        run = x.substitutions()
        choices = expansion.fields(word, env, states | opened, run)
        found = next(f for mask, f in choices if mask & x.usual(states | opened))
        known = not any(isinstance(f, str) and any(c in f for c in "*?[") for f in found)
        items += found if known and None not in found else [None, None]
        opened |= run.opened
    return items, opened

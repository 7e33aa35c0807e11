"""Folders that a script goes into and makes: which of them are there, and what a `cd` that fails leaves behind."""

from __future__ import annotations

from collections.abc import Hashable

from checklist.facts.deploy.doors import Doors
from checklist.parse.sh.tree import Simple, Word
from checklist.shell.environment import Environment, joined
from checklist.shell.executor import Machine
from checklist.shell.expansion import UNSEEN
from checklist.shell.states import Completion, States
from checklist.shell.symbols import identity


class Moves(Doors):
    """`cd` and `mkdir -p`."""

    def _cd(self, m: Machine, shell: Environment, node: Simple, worlds: States, argv: list[str], of: list[Word]) -> Completion:
        # a `cd` that fails leaves the next command in the wrong folder: that world is worth a look
        n = next((n for n, w in enumerate(argv) if n and (not w.startswith("-") or w == "-")), None)
        target = "~" if n is None else argv[n]
        there = [] if n is None or target == "-" else m.there(_path(target, of[n], shell, worlds), shell, worlds)
        known, missing = m.ledger.memory.recall(there[0], worlds) if there else (0, 0)
        fails = bool(missing or worlds & m.ledger.base & ~known)
        _, failed = self._record(m, shell, node, worlds, ["cd", target], shell.directory.one(m.ledger.usual(worlds)), None, None, None, fails=fails)
        for one in there:
            m.ledger.memory.learn(one, worlds & ~failed, 0)
        for mask, base in list(shell.directory.split(worlds & ~failed)):
            shell.put("directory", mask, None if target in (UNSEEN, "-") else joined(base, target))
        return Completion(true=worlds & ~failed, false=failed)

    def _makes(self, m: Machine, shell: Environment, node: Simple, worlds: States, argv: list[str], of: list[Word]) -> Completion:
        """`mkdir -p`: what it has made is there, and where it has failed perhaps not."""
        m.ledger.memory.wrote(shell.host, removes=False)
        _, failed = self._record(m, shell, node, worlds, argv, shell.directory.one(m.ledger.usual(worlds)), None, None, None, fails=True)
        for path, word in zip(argv[1:], of[1:], strict=True):
            for one in m.there(_path(path, word, shell, worlds), shell, worlds):
                m.ledger.memory.learn(one, worlds & ~failed, failed)
        return Completion(true=worlds & ~failed, false=failed)


def _path(said: str, word: Word, shell: Environment, worlds: States) -> Hashable:
    return identity(word, shell, worlds) if UNSEEN in said else said

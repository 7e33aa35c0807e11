"""The evaluator of one file: it gives each node of the tree to the function that a table has for its type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from checklist.model import Location
from checklist.parse.js.flow import Scope
from checklist.parse.js.heap import Val, unknown
from checklist.parse.js.limits import TooComplex
from checklist.parse.js.nodes import Node
from checklist.parse.js.store import Store


@dataclass(frozen=True, slots=True)
class Evaluator:
    """Evaluates the code of one file in a store that it shares with the files that it requires."""

    store: Store
    globals: Mapping[str, Val]
    place: Callable[[Node], Location | None]
    expressions: Mapping[str, Expression]
    statements: Mapping[str, Statement]

    def eval(self, node: Node, scope: Scope) -> Val:
        """The value of an expression."""
        self.store.budget.spend()
        evaluate = self.expressions.get(node.type)
        if evaluate is None:
            raise TooComplex
        return evaluate(self, node, scope)

    def run(self, node: Node, scope: Scope) -> None:
        """Runs a statement."""
        self.store.budget.spend()
        execute = self.statements.get(node.type)
        if execute is None:
            raise TooComplex
        execute(self, node, scope)

    def global_name(self, name: str) -> Val:
        found = self.globals.get(name)
        return unknown(f"{name} is not known here") if found is None else found

    def unknown(self, why: str, node: Node) -> Val:
        return unknown(why, self.place(node))


Expression = Callable[[Evaluator, Node, Scope], Val]
Statement = Callable[[Evaluator, Node, Scope], None]

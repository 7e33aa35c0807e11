"""The body of an ES module: what it imports and exports (ECMA-262 §16.2)."""

from __future__ import annotations

from collections.abc import Callable

from checklist.model import Location
from checklist.parse.js.evaluator import Evaluator
from checklist.parse.js.flow import Scope
from checklist.parse.js.functions import hoist
from checklist.parse.js.heap import Val, unknown
from checklist.parse.js.members import get
from checklist.parse.js.nodes import Node, declared
from checklist.parse.js.properties import put

Load = Callable[[str, Location | None], Val]
"""The module of a name."""
Live = dict[str, tuple[str, Location | None]]
"""Exported name → variable, whose last value counts, and where it is exported."""


def link(on: Evaluator, body: list[Node], scope: Scope, exports: Val, load: Load) -> None:
    """Runs a module and puts what it exports into `exports`."""
    hoist(on, body, scope)
    live: Live = {}
    for node in body:
        match node.type:
            case "ImportDeclaration":
                _import(on, node, scope, load)
            case "ExportNamedDeclaration" if node.source is not None:
                found = load(str(node.source.value), on.place(node))
                for one in node.specifiers:
                    put(on.store, exports, one.exported.name, get(on.store, found, one.local.name, on.place(one)))
            case "ExportNamedDeclaration":
                live |= _named(on, node, scope)
            case "ExportDefaultDeclaration":
                put(on.store, exports, "default", _default(on, node, scope), on.place(node))
            case "ExportAllDeclaration":
                on.store.spoil(exports, "it exports everything from another module", deep=False)
            case _:
                on.run(node, scope)
    for exported, (local, at) in live.items():
        put(on.store, exports, exported, scope.read(local) or unknown("not known here", at), at)


def _import(on: Evaluator, node: Node, scope: Scope, load: Load) -> None:
    module = load(str(node.source.value), on.place(node))
    for one in node.specifiers:
        # what is known of other modules is CommonJS, whose `default` is the whole
        whole = one.type != "ImportSpecifier" or one.imported.name == "default"
        value = module if whole else get(on.store, module, one.imported.name, on.place(one))
        on.store.declare(scope, one.local.name, value)


def _named(on: Evaluator, node: Node, scope: Scope) -> Live:
    if node.declaration is None:
        return {one.exported.name: (one.local.name, on.place(one)) for one in node.specifiers}
    on.run(node.declaration, scope)
    return {name: (name, on.place(node)) for name in declared(node.declaration)}


def _default(on: Evaluator, node: Node, scope: Scope) -> Val:
    if node.declaration.type in ("FunctionDeclaration", "ClassDeclaration"):
        return on.unknown("a function or class is exported", node)
    return on.eval(node.declaration, scope)

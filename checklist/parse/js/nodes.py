"""Nodes of a syntax tree, and the names in it: which a pattern binds, which a body declares, which a function uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol


class Node(Protocol):
    """A node of the tree (ESTree, as esprima makes it); what it does not have is None."""

    type: str
    range: tuple[int, int]
    """Offsets in UTF-16 units."""
    names_used: set[str] | None
    vars_declared: list[str] | None
    """What is remembered at a function."""

    def __getattr__(self, name: str) -> Any: ...


def names_used_in(function: Node) -> set[str]:
    """The identifiers in a function's parameters and body, those of arrow functions in it too."""
    if function.names_used is None:
        function.names_used = set(_identifiers([*function.params, function.body]))
    return function.names_used


def _identifiers(waiting: list[Any]) -> Iterator[str]:
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif hasattr(part, "type"):
            if part.type == "Identifier":
                yield part.name
            waiting += [value for value in vars(part).values() if isinstance(value, list) or hasattr(value, "type")]


def names(pattern: Node | None) -> list[str]:
    """The variables that a pattern binds."""
    if pattern is None:
        return []
    match pattern.type:
        case "Identifier":
            return [pattern.name]
        case "AssignmentPattern":
            return names(pattern.left)
        case "RestElement" | "SpreadElement":
            return names(pattern.argument)
        case "Property":
            return names(pattern.value)
        case "ObjectPattern":
            return all_names(pattern.properties)
        case "ArrayPattern":
            return all_names(pattern.elements)
    return []


def all_names(patterns: Iterable[Node | None]) -> list[str]:
    """The variables that some patterns bind."""
    return [name for pattern in patterns for name in names(pattern)]


def declared(node: Node) -> list[str]:
    """The variables that a declaration declares."""
    return [node.id.name] if node.id is not None else all_names(one.id for one in node.declarations or ())


_INSIDE = ("body", "consequent", "alternate", "block", "handler", "finalizer", "init", "left", "cases", "declaration")


def variables(nodes: list[Node], function: Node | None = None) -> list[str]:
    """The `var` variables of a function's body, functions inside left out; remembered at the function's node."""
    if function is not None and function.vars_declared is not None:
        return function.vars_declared
    found: list[str] = []
    waiting: list[Any] = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif node.type == "VariableDeclaration":
            found += declared(node) if node.kind == "var" else []
        elif not node.type.endswith("Expression") and not node.type.startswith(("Function", "Class")):
            waiting += [part for name in _INSIDE if (part := getattr(node, name)) is not None]
    if function is not None:
        function.vars_declared = found
    return found

"""The names in a syntax tree: which a pattern binds, which a body declares, which a function uses."""

from __future__ import annotations

from typing import Any


def names_used_in(node: Any) -> set[str]:
    """The identifiers in a function's parameters and body, those of arrow functions in it too."""
    found = getattr(node, "names_used", None)
    if found is None:
        found, waiting = set(), [*node.params, node.body]
        while waiting:
            part = waiting.pop()
            if isinstance(part, list):
                waiting += part
            elif hasattr(part, "type"):
                if part.type == "Identifier":
                    found.add(part.name)
                waiting += [v for v in vars(part).values() if isinstance(v, list) or hasattr(v, "type")]
        node.names_used = found
    return found


def names(pattern: Any) -> list[str]:
    """The variables that a pattern binds."""
    match pattern.type:
        case "Identifier":
            return [pattern.name]
        case "AssignmentPattern":
            return names(pattern.left)
        case "RestElement" | "SpreadElement":
            return names(pattern.argument)
        case "ObjectPattern":
            return [
                n
                for p in pattern.properties
                for n in names(p.argument if p.type in ("RestElement", "SpreadElement") else p.value)
            ]
        case "ArrayPattern":
            return [n for e in pattern.elements if e is not None for n in names(e)]
    return []


_INSIDE = ("body", "consequent", "alternate", "block", "handler", "finalizer", "init", "left", "cases", "declaration")


def variables(nodes: list[Any], of: Any = None) -> list[str]:
    """The `var` variables of a function's body, functions inside left out; remembered at the function's node `of`."""
    known: list[str] | None = getattr(of, "vars_declared", None)
    if known is not None:
        return known
    found: list[str] = []
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif getattr(node, "type", None) == "VariableDeclaration":
            found += [n for d in node.declarations for n in names(d.id)] if node.kind == "var" else []
        elif (
            hasattr(node, "type")
            and not node.type.endswith("Expression")
            and not node.type.startswith(("Function", "Class"))
        ):
            waiting += [part for name in _INSIDE if (part := getattr(node, name, None)) is not None]
    if of is not None:
        of.vars_declared = found
    return found

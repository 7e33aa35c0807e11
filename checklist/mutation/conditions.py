"""The source of a module of named checks → its mutants: the same source with one condition changed."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType

_OPPOSITE: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    # the other side, and the limit itself
    ast.Lt: (ast.GtE, ast.LtE),
    ast.LtE: (ast.Gt, ast.Lt),
    ast.Gt: (ast.LtE, ast.GtE),
    ast.GtE: (ast.Lt, ast.Gt),
}

Change = Callable[[ast.AST], None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one condition changed."""

    name: str
    """`_ordered: not missing: always true`: the function, the condition and what becomes of it. It has no line in it."""
    line: int
    tree: ast.Module

    def module(self, name: str) -> ModuleType:
        """The module, made in memory only."""
        made = ModuleType(name)
        exec(compile(self.tree, f"<{self.name}>", "exec"), vars(made))
        return made


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of the functions in a module, in the order of its lines."""
    tree = ast.parse(source)
    nodes = list(ast.walk(tree))
    inside = {node: of for of in tree.body if isinstance(of, ast.FunctionDef) for node in ast.walk(of)}
    found = [(nodes.index(node), of.name, what, change) for node, of in inside.items() for what, change in _changes(node)]
    for index, function, what, change in sorted(found, key=lambda f: _line(nodes[f[0]])):
        mutated = copy.deepcopy(tree)
        change(list(ast.walk(mutated))[index])
        yield Mutant(f"{function}: {what}", _line(nodes[index]), ast.fix_missing_locations(mutated))


def _line(node: ast.AST) -> int:
    # a comprehension's `for` has no line of its own, its parts have
    return next(n.lineno for n in ast.walk(node) if isinstance(n, (ast.expr, ast.stmt)))


def _changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    match node:
        case ast.If(test=test) | ast.IfExp(test=test):
            yield from ((f"{_told(test)}: always {str(is_).lower()}", _set("test", ast.Constant(is_))) for is_ in (True, False))
        case ast.While(test=test):  # always true would not end
            yield f"{_told(test)}: always false", _set("test", ast.Constant(False))
        case ast.match_case(guard=ast.expr() as guard):
            yield from ((f"{_told(guard)}: always {str(is_).lower()}", _set("guard", ast.Constant(is_))) for is_ in (True, False))
        case ast.comprehension(ifs=ifs):
            for n, test in enumerate(ifs):
                yield f"{_told(test)}: left out", _set("ifs", [*ifs[:n], *ifs[n + 1 :]])
        case ast.BoolOp(values=values):
            for n, value in enumerate(values):
                rest = [*values[:n], *values[n + 1 :]]
                # one operand alone is no BoolOp: twice the same says the same
                yield f"{_told(node)}: without {_told(value)}", _set("values", rest if len(rest) > 1 else rest * 2)
        case ast.Compare(ops=ops):
            for n, op in enumerate(ops):
                for other in _OPPOSITE[type(op)]:
                    changed = [*ops[:n], other(), *ops[n + 1 :]]
                    yield f"{_told(node)}: {other.__name__}", _set("ops", changed)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield f"{_told(node)}: without not", _set("operand", ast.UnaryOp(ast.Not(), operand))


def _set(field: str, value: object) -> Change:
    return lambda node: setattr(node, field, value)


def _told(of: ast.AST) -> str:
    return ast.unparse(of)

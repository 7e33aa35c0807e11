"""Statements (ECMA-262 §14)."""

from __future__ import annotations

from checklist.parse.js.conversions import to_boolean
from checklist.parse.js.evaluator import Evaluator, Statement
from checklist.parse.js.flow import Abrupt, Scope
from checklist.parse.js.functions import class_declaration, function_declaration, hoist, run_block
from checklist.parse.js.heap import UNDEFINED, Thrown, Val, is_unknown, unknown
from checklist.parse.js.loops import LOOPS, labeled
from checklist.parse.js.nodes import Node, names
from checklist.parse.js.operators import is_strictly_equal
from checklist.parse.js.references import bind


def _expression(on: Evaluator, node: Node, scope: Scope) -> None:
    on.eval(node.expression, scope)


def _empty(on: Evaluator, node: Node, scope: Scope) -> None:
    pass


def _variables(on: Evaluator, node: Node, scope: Scope) -> None:
    lexical = node.kind != "var"
    for declarator in node.declarations:
        if declarator.init is not None:
            value = on.eval(declarator.init, scope)
        elif lexical:
            value = Val(UNDEFINED, on.place(declarator.id))
        else:
            continue
        bind(on, declarator.id, value, scope, lexical)
        for name in names(declarator.id) if node.kind == "const" else ():
            scope.names[name].constant = True


def _block(on: Evaluator, node: Node, scope: Scope) -> None:
    run_block(on, node.body, Scope(scope))


def _return(on: Evaluator, node: Node, scope: Scope) -> None:
    raise Abrupt("return", value=None if node.argument is None else on.eval(node.argument, scope))


def _throw(on: Evaluator, node: Node, scope: Scope) -> None:
    on.eval(node.argument, scope)
    raise Thrown


def _break(on: Evaluator, node: Node, scope: Scope) -> None:
    raise Abrupt("break", node.label.name if node.label else None)


def _continue(on: Evaluator, node: Node, scope: Scope) -> None:
    raise Abrupt("continue", node.label.name if node.label else None)


def _if(on: Evaluator, node: Node, scope: Scope) -> None:
    test = to_boolean(on.eval(node.test, scope))
    branches = [branch for branch in (node.consequent, node.alternate) if branch is not None]
    if test is None:
        completions = on.store.flow.maybe(*(lambda b=branch: on.run(b, scope) for branch in branches))
        on.store.flow.after(completions, scope, one_ran=node.alternate is not None)
    elif test or node.alternate is not None:
        on.run(node.consequent if test else node.alternate, scope)


def _switch(on: Evaluator, node: Node, scope: Scope) -> None:
    value = on.eval(node.discriminant, scope)
    inner, flow = Scope(scope), on.store.flow
    bodies = [case.consequent for case in node.cases]
    default = next((index for index, case in enumerate(node.cases) if case.test is None), None)
    hoist(on, [statement for body in bodies for statement in body], inner)

    def run(start: int) -> None:
        def run_cases() -> None:
            for statement in (statement for body in bodies[start:] for statement in body):
                on.run(statement, inner)

        flow.until(run_cases, inner, ("break", None))

    tests = [(index, case.test) for index, case in enumerate(node.cases) if case.test is not None]
    for index, test in tests:
        case = on.eval(test, scope)
        equal = None if is_unknown(value) or is_unknown(case) else is_strictly_equal(value, case)
        if equal:
            return run(index)
        if equal is None:
            for _, later in (pair for pair in tests if pair[0] > index):
                flow.perhaps(lambda later=later: on.eval(later, scope))  # type: ignore[misc]
            completions = flow.maybe(*(lambda start=start: run(start) for start in range(len(bodies))))
            return flow.after(completions, inner, one_ran=default is not None)
    return None if default is None else run(default)


def _try(on: Evaluator, node: Node, scope: Scope) -> None:
    if node.handler is None:
        try:
            on.run(node.block, scope)
        except (Abrupt, Thrown):
            on.run(node.finalizer, scope)
            raise
    else:
        catch, flow = Scope(scope), on.store.flow
        for name in names(node.handler.param):
            on.store.declare(catch, name, unknown("what is caught is not known"))
        # anything in it may throw, so either may have run, and the first in part
        depth = flow.depth
        completions = flow.maybe(lambda: on.run(node.block, scope), lambda: on.run(node.handler.body, catch))
        if flow.depth == depth and all(isinstance(completion, Thrown) for completion in completions):
            raise Thrown
        flow.after(completions, scope)
    if node.finalizer is not None:
        on.run(node.finalizer, scope)


STATEMENTS: dict[str, Statement] = {
    **LOOPS,
    "ExpressionStatement": _expression,
    "EmptyStatement": _empty,
    "DebuggerStatement": _empty,
    "VariableDeclaration": _variables,
    "FunctionDeclaration": function_declaration,
    "ClassDeclaration": class_declaration,
    "BlockStatement": _block,
    "ReturnStatement": _return,
    "ThrowStatement": _throw,
    "BreakStatement": _break,
    "ContinueStatement": _continue,
    "LabeledStatement": labeled,
    "IfStatement": _if,
    "SwitchStatement": _switch,
    "TryStatement": _try,
}

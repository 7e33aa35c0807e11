"""Functions and classes of the program: their scopes, their calls, and what is declared before it is reached."""

from __future__ import annotations

from contextlib import suppress

from checklist.model import Location
from checklist.parse.js.conversions import is_primitive
from checklist.parse.js.evaluator import Evaluator
from checklist.parse.js.flow import Abrupt, Scope
from checklist.parse.js.heap import UNDEFINED, Fn, Obj, Prop, Thrown, Val, is_nullish, one_of, unknown
from checklist.parse.js.limits import TooComplex
from checklist.parse.js.nodes import Node, all_names, declared, names_used_in, variables
from checklist.parse.js.references import bind

# ---- blocks


def run_block(on: Evaluator, body: list[Node], scope: Scope) -> None:
    """Runs the statements of a block in its scope."""
    hoist(on, body, scope)
    for node in body:
        on.run(node, scope)


def hoist(on: Evaluator, body: list[Node], scope: Scope) -> None:
    """Declares what is visible before it is reached: functions; let, const and class without a value."""
    on.store.budget.spend(len(body) // 4)
    for node in body:
        if node.type.startswith("Export") and node.declaration is not None:
            node = node.declaration
        match node.type:
            case "FunctionDeclaration" if node.id is not None:
                on.store.declare(scope, node.id.name, closure(on, node, scope))
            case "ClassDeclaration" if node.id is not None:
                on.store.declare(scope, node.id.name, None)
            case "VariableDeclaration" if node.kind != "var":
                for name in declared(node):
                    on.store.declare(scope, name, None)


def hoist_var(on: Evaluator, nodes: list[Node], scope: Scope, function: Node | None = None) -> None:
    found = variables(nodes, function)
    on.store.budget.spend(len(found) // 2)
    for name in found:
        if name not in scope.names:
            on.store.declare(scope, name, Val(UNDEFINED))


# ---- functions


def function_expression(on: Evaluator, node: Node, scope: Scope) -> Val:
    return closure(on, node, scope)


def closure(on: Evaluator, node: Node, scope: Scope) -> Val:
    """The function that a node makes in a scope."""
    on.store.budget.spend(6)
    if getattr(node, "async") or node.isAsync or node.generator:
        return Val(Fn(lambda args, this, at: _call_later(on, node, scope, args, at), user=True), on.place(node))

    def call(args: list[Val], this: Val, at: Location | None) -> Val:
        flow = on.store.flow
        with on.store.budget.nested():
            inner = Scope(scope, function=True)
            if node.type != "ArrowFunctionExpression":
                on.store.declare(inner, "this", _this(on, this))
                if "arguments" in names_used_in(node):
                    on.store.declare(inner, "arguments", _arguments(on, args, bool(node.params)))
            if node.id is not None and node.type == "FunctionExpression":
                on.store.declare(inner, node.id.name, made)
                inner.names[node.id.name].constant = None
            depth = flow.depth
            try:
                return _run_body(on, node, inner, args)
            finally:
                flow.leave(depth)

    made = Val(Fn(call, user=True), on.place(node))
    return made


def _this(on: Evaluator, this: Val) -> Val:
    """In sloppy mode `this` is an object: the global one for nothing (ECMA-262 §10.2.1.2)."""
    if on.store.strict or not is_primitive(this):
        return this
    if is_nullish(this) and on.store.strict is False:
        return Val(Obj(guarded=True, more=True, why="`this` is the global object"), this.at)
    return unknown("`this` is not known", this.at)


def _arguments(on: Evaluator, args: list[Val], aliased: bool) -> Val:
    """The `arguments` object.

    In sloppy mode its elements are the parameters, so with these nothing may be written.
    """
    aliased = aliased and not on.store.strict
    props = {"length": Prop(Val(len(args)))}
    if not aliased:
        props |= {str(index): Prop(arg) for index, arg in enumerate(args)}
    return on.store.made(Obj(props, more=True, why="an element of `arguments`", guarded=aliased))


def _bind_parameters(on: Evaluator, node: Node, scope: Scope, args: list[Val]) -> bool:
    """Gives the parameters their values; whether all of them are plain names."""
    on.store.budget.spend(len(node.params))
    simple = all(param.type == "Identifier" for param in node.params)
    for name in [] if simple else all_names(node.params):
        on.store.declare(scope, name, None)
    for index, param in enumerate(node.params):
        if param.type == "RestElement":
            bind(on, param.argument, on.store.array(args[index:]), scope, True)
        else:
            bind(on, param, args[index] if index < len(args) else Val(UNDEFINED), scope, True)
    return simple


def _run_body(on: Evaluator, node: Node, scope: Scope, args: list[Val]) -> Val:
    simple = _bind_parameters(on, node, scope, args)
    if node.body.type != "BlockStatement":
        return on.eval(node.body, scope)
    body = node.body.body
    if simple:
        hoist_var(on, body, scope, node)
    else:  # the body has its own `var` variables, which begin as the parameters of their name
        params, scope = scope, Scope(scope, function=True)
        for name in variables(body, node):
            parameter = params.names.get(name)
            on.store.declare(scope, name, (parameter and parameter.value) or Val(UNDEFINED))
    returned: list[Val] = []
    scope.returned = returned
    try:
        run_block(on, body, scope)
        returned.append(Val(UNDEFINED))
    except Abrupt as completion:
        if completion.target[0] != "return":
            raise TooComplex from None
        returned.append(completion.value)
    except Thrown:
        if not returned:  # else it has returned before, or there is no value at all
            raise
    return one_of(returned)


def _call_later(on: Evaluator, node: Node, scope: Scope, args: list[Val], at: Location | None) -> Val:
    """An async function or generator: when it runs is not known, so what it writes is not."""
    depth = on.store.flow.depth
    with on.store.flow.region(widening=True), suppress(Thrown, Abrupt):
        inner = Scope(scope, function=True)
        for name in ("this", "arguments"):
            on.store.declare(inner, name, unknown("not known"))
        _run_body(on, node, inner, args)
    on.store.flow.leave(depth)
    return unknown("what an async function or a generator gives is not known", at)


def function_declaration(on: Evaluator, node: Node, scope: Scope) -> None:
    """In a block, outside strict mode, it also sets the function's variable of its name (ECMA-262 §B.3.2)."""
    around = next((s for s in scope.chain() if s.function or s.outer is None), scope)
    if around is not scope and not on.store.strict and node.id.name in around.names:
        on.store.assign(around, node.id.name, unknown("a function in a block may set it"))


# ---- classes


def class_declaration(on: Evaluator, node: Node, scope: Scope) -> None:
    on.store.declare(scope, node.id.name, class_expression(on, node, scope))


def class_expression(on: Evaluator, node: Node, scope: Scope) -> Val:
    """A class, unknown, whose code may run from here on whenever code runs that is not seen."""
    if node.superClass is not None:
        on.eval(node.superClass, scope)
    inside = Scope(scope, function=True)
    if node.id is not None:
        on.store.declare(inside, node.id.name, unknown("a class is not evaluated"))
    on.store.declare(inside, "this", unknown("an instance of a class is not evaluated"))
    for member in node.body.body:
        if member.computed:
            on.eval(member.key, inside)
        if member.type == "MethodDefinition":
            on.store.spoil(closure(on, member.value, inside), "")
            on.store.accessors = on.store.accessors or member.kind in ("get", "set")
        elif member.type == "StaticBlock" or (member.type == "PropertyDefinition" and member.value is not None):
            on.store.escape(_initializer(on, member, inside))
    on.store.run_escaped()
    return on.unknown("a class is not evaluated", node)


def _initializer(on: Evaluator, member: Node, scope: Scope) -> Fn:
    """The code of a field or of a static block."""

    def call(args: list[Val], this: Val, at: Location | None) -> Val:
        if member.type != "StaticBlock":
            return on.eval(member.value, scope)
        inner = Scope(scope, function=True)
        hoist_var(on, member.body, inner)
        run_block(on, member.body, inner)
        return Val(UNDEFINED)

    return Fn(call, user=True)

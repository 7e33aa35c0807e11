"""Expressions (ECMA-262 §13): literals, operators, assignments and calls."""

from __future__ import annotations

from checklist.model import Location
from checklist.parse.js.conversions import is_primitive, to_boolean, to_string
from checklist.parse.js.evaluator import Evaluator, Expression
from checklist.parse.js.flow import Scope
from checklist.parse.js.functions import class_expression, closure, function_expression
from checklist.parse.js.heap import UNDEFINED, Arr, Obj, Prop, Thrown, Val, is_nullish, iterable, one_of, unknown
from checklist.parse.js.limits import MAX_ITEMS, TooComplex
from checklist.parse.js.members import get
from checklist.parse.js.nodes import Node
from checklist.parse.js.operations import binary, call, logical, type_of, unary
from checklist.parse.js.paths import new_url
from checklist.parse.js.properties import blur, copy, put, remove
from checklist.parse.js.prototypes import INHERITED, has_property
from checklist.parse.js.references import (
    Short,
    assignment,
    chain,
    identifier,
    increment,
    literal,
    member,
    meta,
    property_key,
    reference,
    this,
)

# ---- literals


def _template(on: Evaluator, node: Node, scope: Scope) -> Val:
    at = on.place(node)
    text = Val(node.quasis[0].value.cooked, at)
    for expression, quasi in zip(node.expressions, node.quasis[1:], strict=True):
        text = binary(on.store, "+", text, on.eval(expression, scope), at)
        text = binary(on.store, "+", text, Val(quasi.value.cooked), at)
    return text


def _array(on: Evaluator, node: Node, scope: Scope) -> Val:
    items, more = _elements(on, node.elements, scope)
    return on.store.array(items, on.place(node), more)


def _elements(on: Evaluator, nodes: list[Node | None], scope: Scope) -> tuple[list[Val], bool]:
    """The values of array elements or arguments, spreads opened; and whether there may be others."""
    items: list[Val] = []
    for index, element in enumerate(nodes):
        if element is None:
            # a hole is not told from undefined, and what goes over the array differs
            _eval_only(on, nodes, scope)
            return [], True
        if element.type != "SpreadElement":
            items.append(on.eval(element, scope))
        elif _spread(on, items, on.eval(element.argument, scope)):
            _eval_only(on, nodes[index + 1 :], scope)  # it stands at a place that is not known
            return items, True
    return items, False


def _eval_only(on: Evaluator, nodes: list[Node | None], scope: Scope) -> None:
    for node in nodes:
        if node is not None:
            on.eval(node.argument if node.type == "SpreadElement" else node, scope)


def _spread(on: Evaluator, items: list[Val], source: Val) -> bool:
    """Adds the elements of what is spread; whether there may be others."""
    match source.data:
        case Arr(added, more):
            pass
        case str() as text:
            added, more = [Val(char, source.at, source.secret) for char in text[: MAX_ITEMS + 1]], False
        case _ if iterable(source):
            return True
        case _:
            raise Thrown
    if len(items) + len(added) > MAX_ITEMS:
        raise TooComplex
    on.store.budget.spend(len(added))
    items += added
    return more


def _object(on: Evaluator, node: Node, scope: Scope) -> Val:
    obj = Obj()
    made = on.store.made(obj, on.place(node))
    for prop in node.properties:
        if prop.type == "SpreadElement":
            copy(on.store, obj, on.eval(prop.argument, scope))
            continue
        key, key_at = property_key(on, prop, scope, makes=True), on.place(prop.key)
        if prop.kind != "init":
            value = unknown("a getter is not evaluated", key_at)
            on.store.spoil(closure(on, prop.value, scope), "")
            obj.accessors = on.store.accessors = True
        else:
            value = closure(on, prop.value, scope) if prop.method else on.eval(prop.value, scope)
        if key is None:
            blur(on.store, obj, "a key that is not known may set it")
        elif key == "__proto__" and not prop.computed and not prop.shorthand:
            on.store.spoil(made, "its prototype is not followed", deep=False)
        else:
            obj.set(key, Prop(value, key_at))
    return made


# ---- operators


def _unary(on: Evaluator, node: Node, scope: Scope) -> Val:
    at, operator, argument = on.place(node), node.operator, node.argument
    if operator == "delete":
        return _delete(on, argument, scope, at)
    if operator == "typeof" and argument.type == "Identifier" and scope.find(argument.name) is None:
        return type_of(on.global_name(argument.name), at)
    of = on.eval(argument, scope)
    if operator == "void":
        return Val(UNDEFINED, at)
    if operator != "!":
        on.store.weigh(of)
    return unary(operator, of, at)


def _delete(on: Evaluator, node: Node, scope: Scope, at: Location | None) -> Val:
    if node.type in ("ChainExpression", "Identifier"):
        raise TooComplex
    if node.type != "MemberExpression":
        return Val(True, at)
    target, key = reference(on, node, scope)
    if key is None:
        put(on.store, target, None, Val(UNDEFINED))
        return Val(True, at)
    remove(on.store, target, key)
    match target.data:
        case Obj(frozen=False, accessors=False):
            return Val(True, at)
        case Arr(frozen=False) if key != "length":
            return Val(True, at)
    return unknown("not known", at)


def _binary(on: Evaluator, node: Node, scope: Scope) -> Val:
    left, right = on.eval(node.left, scope), on.eval(node.right, scope)
    if node.operator == "in":
        return _in(left, right, on.place(node))
    if node.operator == "instanceof":
        return on.unknown("instanceof is not evaluated", node)
    return binary(on.store, node.operator, left, right, on.place(node))


def _in(left: Val, right: Val, at: Location | None) -> Val:
    if is_primitive(right):
        raise Thrown
    key = to_string(left)
    found = has_property(right.data, key) if isinstance(right.data, Obj) else None
    if found is None or (not found and key in INHERITED):
        return unknown("whether the key is there is not known", at)
    return Val(found, at)


def _logical(on: Evaluator, node: Node, scope: Scope) -> Val:
    left = on.eval(node.left, scope)
    return logical(on.store, node.operator, left, lambda: on.eval(node.right, scope), on.place(node))


def _conditional(on: Evaluator, node: Node, scope: Scope) -> Val:
    test = to_boolean(on.eval(node.test, scope))
    if test is not None:
        return on.eval(node.consequent if test else node.alternate, scope)
    perhaps = on.store.flow.perhaps
    options = [perhaps(lambda: on.eval(node.consequent, scope)), perhaps(lambda: on.eval(node.alternate, scope))]
    return one_of(options, on.place(node))


def _sequence(on: Evaluator, node: Node, scope: Scope) -> Val:
    return [on.eval(expression, scope) for expression in node.expressions][-1]


# ---- calls


def _call(on: Evaluator, node: Node, scope: Scope) -> Val:
    at, callee, receiver = on.place(node), node.callee, Val(UNDEFINED)
    if callee.type == "MemberExpression":
        receiver, key = reference(on, callee, scope)
        called = get(on.store, receiver, key, on.place(callee))
    else:
        called = on.eval(callee, scope)
    if node.optional and is_nullish(called):
        raise Short
    args, more = _elements(on, node.arguments, scope)
    if not more:
        return call(on.store, called, args, receiver, at)
    for arg in args:
        on.store.spoil(arg, "it is given to a call whose arguments are not known")
    on.store.expose(called, receiver, why="it is called with arguments that are not known")
    return unknown("the arguments are not known", at)


def _new(on: Evaluator, node: Node, scope: Scope) -> Val:
    args, _ = _elements(on, node.arguments, scope)
    is_global = node.callee.type == "Identifier" and scope.find(node.callee.name) is None
    name = node.callee.name if is_global else ""
    url = new_url(args, on.place(node)) if name == "URL" else None
    if url is not None:
        return url
    if name not in ("Error", "TypeError", "RangeError", "Date", "URL"):
        on.store.spoil(on.eval(node.callee, scope), "an instance of it may change it")
        on.store.expose(*args)
    return on.unknown(f"new {name} is not evaluated" if name else "an instance of a class is not evaluated", node)


def _tagged_template(on: Evaluator, node: Node, scope: Scope) -> Val:
    why = "a tagged template is not evaluated"
    for part in (node.tag, *node.quasi.expressions):
        on.store.spoil(on.eval(part, scope), why)
    on.store.run_escaped()
    return on.unknown(why, node)


def _yield(on: Evaluator, node: Node, scope: Scope) -> Val:
    if node.argument is not None:
        on.store.spoil(on.eval(node.argument, scope), "it is yielded")
    return on.unknown("what is yielded is not known", node)


def _not_followed(why: str, part: str | None = None) -> Expression:
    """An expression whose value is unknown, whatever that of its part."""

    def evaluate(on: Evaluator, node: Node, scope: Scope) -> Val:
        if part is not None:
            on.eval(getattr(node, part), scope)
        return on.unknown(why, node)

    return evaluate


EXPRESSIONS: dict[str, Expression] = {
    "Literal": literal,
    "Identifier": identifier,
    "ThisExpression": this,
    "MetaProperty": meta,
    "TemplateLiteral": _template,
    "ArrayExpression": _array,
    "ObjectExpression": _object,
    "FunctionExpression": function_expression,
    "ArrowFunctionExpression": function_expression,
    "ClassExpression": class_expression,
    "MemberExpression": member,
    "ChainExpression": chain,
    "UnaryExpression": _unary,
    "BinaryExpression": _binary,
    "LogicalExpression": _logical,
    "ConditionalExpression": _conditional,
    "SequenceExpression": _sequence,
    "AssignmentExpression": assignment,
    "UpdateExpression": increment,
    "CallExpression": _call,
    "NewExpression": _new,
    "TaggedTemplateExpression": _tagged_template,
    "YieldExpression": _yield,
    "ImportExpression": _not_followed("an ES module that is imported", "source"),
    "AwaitExpression": _not_followed("what is awaited is not known", "argument"),
    "Super": _not_followed("a class is not evaluated"),
}

"""References (ECMA-262 §6.2.5): names and members, read, assigned and destructured."""

from __future__ import annotations

from collections.abc import Callable

from checklist.parse.js.conversions import canonical, is_secret, to_string
from checklist.parse.js.evaluator import Evaluator
from checklist.parse.js.flow import Scope
from checklist.parse.js.heap import (
    UNDEFINED,
    Arr,
    Obj,
    One,
    Rx,
    Thrown,
    Unk,
    Val,
    aliases,
    each,
    is_nullish,
    is_unknown,
    iterable,
    one_of,
)
from checklist.parse.js.limits import TooComplex
from checklist.parse.js.members import get
from checklist.parse.js.nodes import Node
from checklist.parse.js.operations import binary, logical, short_circuits
from checklist.parse.js.properties import blur, copy, put


class Short(Exception):
    """An optional chain ends early."""


def literal(on: Evaluator, node: Node, scope: Scope | None = None) -> Val:
    if node.regex is not None:
        return Val(Rx(node.regex.pattern, node.regex.flags or ""), on.place(node))
    if node.bigint is not None:
        return on.unknown("a BigInt is not evaluated", node)
    return Val(canonical(node.value) if isinstance(node.value, float) else node.value, on.place(node))


def identifier(on: Evaluator, node: Node, scope: Scope) -> Val:
    binding = scope.find(node.name)
    if binding is None:
        return on.global_name(node.name)
    if binding.value is None:
        raise Thrown  # read before its declaration
    return binding.value


def this(on: Evaluator, node: Node, scope: Scope) -> Val:
    return scope.read("this") or on.unknown("`this` is not known here", node)


def meta(on: Evaluator, node: Node, scope: Scope) -> Val:
    return scope.read("import.meta") or on.unknown("not known here", node)


# ---- members


def property_key(on: Evaluator, node: Node, scope: Scope, *, makes: bool = False) -> str | None:
    """The name of a property or member, None if it is not known; `makes`: it may be a new one."""
    key = node.key if node.type == "Property" else node.property
    if node.computed:
        value = on.eval(key, scope)
        on.store.weigh(value)
        # as the key of a new property it would be shown
        return None if makes and is_secret(value) else to_string(value)
    if key.type == "Identifier":
        return str(key.name)
    return to_string(literal(on, key)) if key.type == "Literal" else None


def reference(on: Evaluator, node: Node, scope: Scope, *, writes: bool = False) -> tuple[Val, str | None]:
    """The object and the key of a member expression."""
    target = on.eval(node.object, scope)
    if node.optional:
        if is_nullish(target):
            raise Short
        if is_unknown(target):
            # the whole chain may be undefined
            why = target.data.why if isinstance(target.data, Unk) else "it may be missing"
            return Val(Unk(why, may=aliases([target]))), property_key(on, node, scope)
    return target, property_key(on, node, scope, makes=writes)


def chain(on: Evaluator, node: Node, scope: Scope) -> Val:
    try:
        return on.eval(node.expression, scope)
    except Short:
        return Val(UNDEFINED, on.place(node))


def member(on: Evaluator, node: Node, scope: Scope) -> Val:
    at = on.place(node)
    if not node.computed or node.optional:
        return get(on.store, *reference(on, node, scope), at)
    target, key = on.eval(node.object, scope), on.eval(node.property, scope)
    on.store.weigh(key)
    plain = isinstance(target.data, Arr) or (isinstance(target.data, Obj) and not target.data.accessors)
    if not is_unknown(key) or not plain:
        return get(on.store, target, to_string(key), at)
    found = each(key, lambda option: get(on.store, target, to_string(option), at))
    if isinstance(found.data, Unk):
        return Val(Unk("which key is read is not known", found.data.default, may=aliases([target])), at)
    return found


# ---- patterns


def bind(on: Evaluator, pattern: Node, value: Val, scope: Scope, declare: bool) -> None:
    """pattern = value."""
    on.store.budget.spend()
    match pattern.type:
        case "Identifier" if declare:
            on.store.declare(scope, pattern.name, value)
        case "Identifier":
            on.store.assign(scope, pattern.name, value)
        case "MemberExpression":
            put(on.store, *reference(on, pattern, scope, writes=True), value)
        case "AssignmentPattern":
            value = _or_default(on, value, lambda: on.eval(pattern.right, scope))
            bind(on, pattern.left, value, scope, declare)
        case "ObjectPattern":
            _bind_object(on, pattern, value, scope, declare)
        case "ArrayPattern":
            _bind_array(on, pattern, value, scope, declare)
        case _:
            raise TooComplex


def _or_default(on: Evaluator, value: Val, default: Callable[[], Val]) -> Val:
    match value.data:
        case One(options) if any(option.data is UNDEFINED for option in options):
            return one_of([o for o in options if o.data is not UNDEFINED] + [on.store.flow.perhaps(default)])
        case Unk(why, None):
            other = on.store.flow.perhaps(default)
            unk = Unk(why, None if is_unknown(other) else other, may=aliases([value, other]))
            return Val(unk, value.at, value.secret)
    return default() if value.data is UNDEFINED else value


def _bind_object(on: Evaluator, pattern: Node, value: Val, scope: Scope, declare: bool) -> None:
    if is_nullish(value):
        raise Thrown
    taken: list[str | None] = []
    for prop in pattern.properties:
        if prop.type == "Property":
            taken.append(property_key(on, prop, scope))
            bind(on, prop.value, get(on.store, value, taken[-1], on.place(prop)), scope, declare)
            continue
        rest = Obj()
        copy(on.store, rest, value)
        for key in taken:
            if key is None:
                blur(on.store, rest, "which key is taken out is not known")
            else:
                rest.props.pop(key, None)
        bind(on, prop.argument, on.store.made(rest, value.at), scope, declare)


def _bind_array(on: Evaluator, pattern: Node, value: Val, scope: Scope, declare: bool) -> None:
    if not iterable(value):
        raise Thrown
    source = value.data
    for index, element in enumerate(pattern.elements):
        if element is None:
            continue
        if element.type == "RestElement":
            on.store.weigh(value)
            known = source if isinstance(source, Arr) else Arr([], True)
            bind(on, element.argument, on.store.array(known.items[index:], None, known.more), scope, declare)
        else:
            at = on.place(element)
            item = Val(Unk("not known")) if isinstance(source, Obj) else get(on.store, value, str(index), at)
            bind(on, element, item, scope, declare)


# ---- assignments


def assignment(on: Evaluator, node: Node, scope: Scope) -> Val:
    left, operator = node.left, node.operator[:-1]
    if operator:
        return _update(on, node, scope, operator)
    if left.type == "MemberExpression":
        target, key = reference(on, left, scope, writes=True)
        value = on.eval(node.right, scope)
        put(on.store, target, key, value, on.place(left.property))
    else:
        value = on.eval(node.right, scope)
        bind(on, left, value, scope, False)
    return value


def _update(on: Evaluator, node: Node, scope: Scope, operator: str) -> Val:
    """left += right and its like; ||=, &&= and ??= may leave the old value."""
    left, short = node.left, operator in ("||", "&&", "??")
    is_member = left.type == "MemberExpression"
    target, key = reference(on, left, scope, writes=True) if is_member else (Val(UNDEFINED), None)
    old = get(on.store, target, key, on.place(left)) if is_member else on.eval(left, scope)
    stays = short_circuits(operator, old) if short else False
    if stays:
        return old
    if short:
        value = logical(on.store, operator, old, lambda: on.eval(node.right, scope), on.place(node))
    else:
        value = binary(on.store, operator, old, on.eval(node.right, scope), on.place(node))
    if not is_member:
        bind(on, left, value, scope, False)
        return value
    obj = target.data if isinstance(target.data, Obj) and target.data.default is None else Obj()
    before = obj.props.get(key or "")
    put(on.store, target, key, value, on.place(left.property))
    if stays is None and (before is None or before.optional) and key in obj.props:
        obj.props[key].optional = True
    return value


def increment(on: Evaluator, node: Node, scope: Scope) -> Val:
    at, argument, step = on.place(node), node.argument, Val(1 if node.operator == "++" else -1)
    is_member = argument.type == "MemberExpression"
    target, key = reference(on, argument, scope, writes=True) if is_member else (Val(UNDEFINED), None)
    old = get(on.store, target, key, at) if is_member else on.eval(argument, scope)
    old = binary(on.store, "-", old, Val(0), at)
    new = binary(on.store, "+", old, step, at)
    if is_member:
        put(on.store, target, key, new)
    else:
        bind(on, argument, new, scope, False)
    return new if node.prefix else old

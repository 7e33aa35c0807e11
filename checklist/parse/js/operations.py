"""Operators and calls on values that may not be known: over every option and default."""

from __future__ import annotations

from collections.abc import Callable

from checklist.model import Location
from checklist.parse.js import operators
from checklist.parse.js.conversions import canonical, is_secret, to_boolean, to_int32, to_number, typeof
from checklist.parse.js.heap import (
    UNDEFINED,
    Arr,
    Fn,
    One,
    Thrown,
    Unk,
    Val,
    aliases,
    each,
    is_nullish,
    is_unknown,
    one_of,
    unknown,
)
from checklist.parse.js.store import UNSEEN, Store

UNKNOWN_PARTS = "it is made of something that is not known"


def unary(operator: str, of: Val, at: Location | None) -> Val:
    """operator of, for `!`, `typeof`, `~`, `-` and `+`."""

    def one(value: Val) -> Val:
        if operator == "!":
            truth = to_boolean(value)
            return unknown("not known", at) if truth is None else Val(not truth, at)
        if operator == "typeof":
            return type_of(value, at)
        number = to_number(value)
        if number is None:
            return unknown(UNKNOWN_PARTS, at)
        if operator == "~":
            return Val(~to_int32(float(number)), at)
        if operator == "-":
            number = -float(number) if number == 0 else -number
        return Val(canonical(number) if isinstance(number, float) else number, at, value.secret)

    return each(of, one)


def type_of(value: Val, at: Location | None) -> Val:
    """typeof value."""
    kind = typeof(value)
    return Val(kind, at) if kind else unknown("its type is not known here", at)


def binary(store: Store, operator: str, left: Val, right: Val, at: Location | None) -> Val:
    """left operator right."""
    if operator not in ("===", "!=="):
        store.weigh(left, right)
    if isinstance(left.data, One) and isinstance(right.data, One):
        store.budget.spend(4 * len(left.data.options) * len(right.data.options))

    def one(a: Val, b: Val) -> Val:
        data = operators.binary(operator, a, b)
        if data is None:
            return unknown(UNKNOWN_PARTS, at)
        return Val(data, at, not isinstance(data, bool) and (is_secret(a) or is_secret(b)))

    found = each(left, lambda a: each(right, lambda b: one(a, b)))
    if isinstance(left.data, Unk) and isinstance(right.data, Unk):
        match found.data:
            case Unk(_, None):
                return Val(Unk(left.data.why), at, left.secret or right.secret)
    secret = not isinstance(found.data, bool) and (found.secret or left.secret or right.secret)
    return Val(found.data, at if is_unknown(found) else found.at, secret)


def short_circuits(operator: str, left: Val) -> bool | None:
    """Whether ||, && or ?? gives its left side."""
    if is_unknown(left):
        return None
    if operator == "??":
        return not is_nullish(left)
    return to_boolean(left) is (operator == "||")


def logical(store: Store, operator: str, left: Val, right: Callable[[], Val], at: Location | None) -> Val:
    """left || right, &&, ??; the right side is evaluated only if it may be asked."""
    match left.data:
        case One(options):
            kept = [option for option in options if short_circuits(operator, option)]
            if len(kept) == len(options):
                return left
            return one_of([*kept, store.flow.perhaps(right)], at) if kept else right()
        case Unk(why, default):
            other = store.flow.perhaps(right)
            if default is not None and short_circuits(operator, default):
                return left
            fallback: Val | None = other.data.default if isinstance(other.data, Unk) else other
            if operator == "&&" or (fallback is not None and isinstance(fallback.data, One)):
                fallback = None
            return Val(Unk(why, fallback, may=aliases([left, other])), at, left.secret)
    return left if short_circuits(operator, left) else right()


def call(store: Store, called: Val, args: list[Val], this: Val, at: Location | None) -> Val:
    """What a call gives; code that is not seen may change everything that it is given."""
    store.budget.spend()
    match called.data:
        case Fn(user=True) as fn:
            return fn.call(args, this, at)
        case Fn() as fn:
            store.weigh(*args)
            result = fn.call(args, this, at)
            if isinstance(result.data, str):
                store.weigh(result)
            elif isinstance(result.data, Arr):
                store.budget.spend(len(result.data.items) // 5)
            return result
        case One(options):
            perhaps = store.flow.perhaps
            return one_of([perhaps(lambda o=option: call(store, o, args, this, at)) for option in options], at)  # type: ignore[misc]
        case Unk(why, pure=True):
            functions = [given for given in args if isinstance(given.data, Fn)]
            if functions:
                store.expose(*functions, why="built-in code may call it")
            return unknown(why, at)
        case Unk(why):
            shared = isinstance(this.data, Unk) and this.data.shared
            store.expose(*args, Val(UNDEFINED) if shared else this, why=UNSEEN)
            return unknown(why, at)
    raise Thrown

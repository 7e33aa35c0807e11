"""Built-in methods of arrays (ECMA-262 §23.1.3), as far as configs use them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cmp_to_key

from checklist.parse.js.conversions import is_integer, to_number, to_string
from checklist.parse.js.heap import UNDEFINED, Arr, Obj, Thrown, Val, is_nullish, is_unknown
from checklist.parse.js.iteration import MIXED, READING
from checklist.parse.js.limits import MAX_ITEMS, TooComplex
from checklist.parse.js.native import Builtin, Call, Method


def push(c: Call) -> Val:
    array, items = c.this.data, c.this.data.items
    if array.frozen:
        raise Thrown
    if not c.store.is_sure(array):
        array.more = True
    elif not array.more:
        if len(items) + len(c.args) > MAX_ITEMS:
            raise TooComplex
        items += c.args
    return c.unknown(MIXED) if array.more else c.value(len(items))


def _changing(do: Callable[[Call, list[Val]], Val]) -> Method:
    """A method that changes the array in place, if that is sure to happen."""

    def run(c: Call) -> Val:
        array = c.this.data
        if array.frozen:
            raise Thrown
        if array.more or not c.store.is_sure(array):
            c.store.spoil(c.this, "it is changed under a condition", deep=False)
            return c.unknown(MIXED)
        return do(c, array.items)

    return run


def _popping(index: int) -> Method:
    return _changing(lambda c, items: items.pop(index) if items else c.value(UNDEFINED))


def _unshift(c: Call, items: list[Val]) -> Val:
    items[0:0] = c.args
    return c.value(len(items))


def _reverse(c: Call, items: list[Val]) -> Val:
    items.reverse()
    return c.this


def _splice(c: Call) -> Val | None:
    if not c.args or not all(map(is_integer, c.args[:2])):
        c.store.spoil(c.this, "it is changed in a way that is not known", deep=False)
        return c.unknown(MIXED)
    return _splice_known(c)


@_changing
def _splice_known(c: Call, items: list[Val]) -> Val:
    start = c.args[0].data
    start = max(len(items) + start, 0) if start < 0 else min(start, len(items))
    count = len(items) - start
    if len(c.args) > 1:
        count = min(max(c.args[1].data, 0), count)
    gone = items[start : start + count]
    items[start : start + count] = c.args[2:]
    return c.array(gone)


class _Unsure(Exception):
    """A comparison that cannot be known."""


def _sort(c: Call, items: list[Val]) -> Val:
    def compare(a: Val, b: Val) -> int:
        result = c.callback(a, b)
        number = None if is_unknown(result) else to_number(result)
        if number is None or number != number:  # not a number orders nothing, so the algorithm decides
            raise _Unsure
        return (number > 0) - (number < 0)

    def text(item: Val) -> str:
        found = None if is_unknown(item) or item.data is UNDEFINED else to_string(item)
        if found is None or not found.isascii():
            raise _Unsure
        return found

    try:
        if c.args:  # undefined goes to the end unasked
            there = sorted((item for item in items if item.data is not UNDEFINED), key=cmp_to_key(compare))
            items[:] = there + [item for item in items if item.data is UNDEFINED]
        else:
            items.sort(key=text)
    except _Unsure:
        c.store.spoil(c.this, "its order is not known", deep=False)
    return c.this


def _fill(c: Call) -> Val | None:
    return _fill_whole(c) if len(c.args) == 1 else None


@_changing
def _fill_whole(c: Call, items: list[Val]) -> Val:
    items[:] = c.args * len(items)
    return c.this


_METHODS: dict[str, Method] = {
    **READING,
    "push": push,
    "pop": _popping(-1),
    "shift": _popping(0),
    "unshift": _changing(_unshift),
    "reverse": _changing(_reverse),
    "splice": _splice,
    "sort": _changing(_sort),
    "fill": _fill,
}
_DEEP = ("join", "toString", "sort", "flat")
"""Methods that go into the arrays inside."""
_SHORT = ("push", "pop", "at")
"""Methods that take as long for a large array as for a small one."""


def _method(name: str, of: Method) -> Method:
    def run(c: Call) -> Val | None:
        items = c.this.data.items
        if len(items) > MAX_ITEMS:
            raise TooComplex
        if name in _DEEP:
            c.store.weigh(c.this)
        elif name not in _SHORT:
            c.store.budget.spend(len(items) // 5)
        return of(c)

    return run


ARRAY_PROTOTYPE: dict[str, Method] = {name: _method(name, of) for name, of in _METHODS.items()}


def _array_from(c: Call) -> Val:
    source = c.arg(0)
    if is_nullish(source):
        raise Thrown
    items = _elements(c, source)
    if items is None:
        if len(c.args) > 1:
            c.store.expose(c.args[1])
        return c.array([], True)
    if len(c.args) > 1:
        mapped = Call(c.store, source, c.args[1:], c.at)
        items = [mapped.callback(item, Val(index)) for index, item in enumerate(items)]
    return c.array(items)


def _elements(c: Call, source: Val) -> list[Val] | None:
    """The elements of what Array.from is given, where they are known."""
    match source.data:
        case Arr(items, more=False):
            return list(items)
        case Obj(props, more=False) if set(props) == {"length"}:
            length = props["length"].read().data
            return (
                [c.value(UNDEFINED) for _ in range(length)] if isinstance(length, int) and 0 <= length <= 1000 else None
            )
        case str() as text if text.isascii():
            return [Val(char, c.at, source.secret) for char in text]
    return None


def _is_array(c: Call) -> Val:
    return c.unknown() if is_unknown(c.arg(0)) else c.value(isinstance(c.arg(0).data, Arr))


ARRAY: dict[str, Builtin] = {
    "isArray": _is_array,
    "from": _array_from,
    "of": lambda c: c.array(list(c.args)),
}

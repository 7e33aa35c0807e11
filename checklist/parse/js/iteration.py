"""Methods of arrays that leave the array as it is (ECMA-262 §23.1.3); those that change it are in arrays.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from checklist.parse.js.conversions import is_integer, is_secret, to_boolean, to_string, typeof
from checklist.parse.js.heap import UNDEFINED, Arr, One, Thrown, Unk, Val, is_nullish, is_unknown
from checklist.parse.js.limits import MAX_TEXT, TooComplex
from checklist.parse.js.native import Call, Method
from checklist.parse.js.operations import binary
from checklist.parse.js.operators import is_strictly_equal

MIXED = "the array may hold more"
WHICH = "which element it is is not known"


def _visited(c: Call, *, gaps: bool = False) -> Iterator[tuple[int, Val]]:
    """The elements that the callback is called for: each as it is at its turn, none that is added meanwhile.

    One that is gone by then is left out, or undefined with `gaps`.
    """
    if typeof(c.arg(0)) not in ("function", None):
        raise Thrown
    array = c.this.data
    for index in range(len(array.items)):
        if index < len(array.items):
            yield index, array.items[index]
        elif gaps:
            yield index, c.unknown(MIXED) if array.more else c.value(UNDEFINED)


def _told(c: Call, index: int, item: Val) -> Val:
    """What the callback gives for an element."""
    return c.callback(item, Val(index), c.this)


def _call_for_others(c: Call) -> None:
    """The callback also runs for elements that are not seen."""
    if c.this.data.more and c.args:
        c.store.expose(c.args[0])


def _map(c: Call) -> Val:
    count = len(c.this.data.items)
    items = [_told(c, index, item) for index, item in _visited(c)]
    _call_for_others(c)
    return c.array(items, c.this.data.more or len(items) < count)


def _for_each(c: Call) -> Val:
    _map(c)
    return c.value(UNDEFINED)


def _filter(c: Call) -> Val:
    items: list[Val] = []
    sure = True
    for index, item in _visited(c):
        kept = to_boolean(_told(c, index, item))
        sure = sure and kept is not None  # what stands behind one that may be gone has no sure place
        if sure and kept:
            items.append(item)
    _call_for_others(c)
    return c.array(items, c.this.data.more or not sure)


def _first(c: Call, wanted: bool, *, gaps: bool = False) -> tuple[int, Val] | None:
    """The first element for which the callback says so, where the calls end; -1 and undefined if there is none."""
    for index, item in _visited(c, gaps=gaps):
        truth = to_boolean(_told(c, index, item))
        if truth is wanted:
            return index, item
        if truth is None:
            c.store.expose(c.args[0])  # it may be called for the others too
            return None
    _call_for_others(c)
    return None if c.this.data.more else (-1, c.value(UNDEFINED))


def _search(wanted: bool, result: Callable[[Call, int, Val], Val], *, gaps: bool = False, why: str = "") -> Method:
    """find and its like: made of the first element, and its index, for which the callback says so."""

    def run(c: Call) -> Val:
        found = _first(c, wanted, gaps=gaps)
        return c.unknown(why or "not known") if found is None else result(c, *found)

    return run


def _reduce(c: Call) -> Val:
    result = c.args[1] if len(c.args) > 1 else None
    for index, item in _visited(c):
        result = item if result is None else c.callback(result, item, Val(index), c.this)
    _call_for_others(c)
    if result is None and not c.this.data.more:
        raise Thrown
    return c.unknown(MIXED) if result is None or c.this.data.more else result


def _joined(c: Call, first: Arr, *others: Val) -> Val:
    """A new array of an array's elements and those of others that are arrays, up to what is not known."""
    items, more = list(first.items), first.more
    for other in others:
        if more:
            break
        match other.data:
            case Arr() as array:
                items += array.items
                more = array.more
            case Unk() | One():
                more = True
            case _:
                items.append(other)
    return c.array(items, more)


def _concat(c: Call) -> Val:
    return _joined(c, c.this.data, *c.args)


def _flat(c: Call) -> Val:
    if c.args and c.args[0].data != 1:
        return c.array([], True)
    array = c.this.data
    flat = _joined(c, Arr(), *(array.items[:1] if array.more else array.items))
    flat.data.more = flat.data.more or array.more
    return flat


def _flat_map(c: Call) -> Val:
    mapped = _map(c)
    c.store.weigh(mapped)
    return _flat(Call(c.store, mapped, [], c.at))


def _join(c: Call) -> Val:
    array = c.this.data
    between = to_string(c.args[0]) if c.args and c.args[0].data is not UNDEFINED else ","
    if array.more or between is None:
        return c.unknown(MIXED)
    c.store.budget.spend(len(between) * len(array.items) // 50)
    parts = [Val("", c.at) if is_nullish(item) else item for item in array.items]
    texts = [text for part in parts if (text := to_string(part)) is not None]
    if len(texts) == len(parts):
        if sum(map(len, texts)) + len(between) * max(len(texts) - 1, 0) > MAX_TEXT:
            raise TooComplex
        return c.value(between.join(texts), secret=any(map(is_secret, (*c.args[:1], *array.items))))
    joined = c.value("")
    for index, part in enumerate(parts):
        following = binary(c.store, "+", Val(between if index else ""), part, c.at)
        joined = binary(c.store, "+", joined, following, c.at)
    return joined


def _slice(c: Call) -> Val:
    if c.this.data.more or not all(map(is_integer, c.args)):
        return c.array([], True)
    start, end = (*(arg.data for arg in c.args[:2]), None, None)[:2]
    return c.array(c.this.data.items[start:end])


def _includes(c: Call) -> Val:
    wanted = c.arg(0)
    if not c.args or is_unknown(wanted) or wanted.data != wanted.data:  # includes finds NaN, unlike ===
        return c.unknown()
    equal = [None if isinstance(item.data, One) else is_strictly_equal(item, wanted) for item in c.this.data.items]
    if True in equal:
        return c.value(True)
    return c.unknown() if None in equal or c.this.data.more else c.value(False)


def _index_of(c: Call) -> Val:
    if not c.args or is_unknown(c.args[0]):
        return c.unknown()
    for index, item in enumerate(c.this.data.items):
        equal = None if isinstance(item.data, One) else is_strictly_equal(item, c.args[0])
        if equal is not False:
            return c.value(index) if equal else c.unknown()
    return c.unknown(MIXED) if c.this.data.more else c.value(-1)


def _at(c: Call) -> Val:
    items, index = c.this.data.items, c.args[0] if c.args else Val(0)
    if c.this.data.more or not is_integer(index):
        return c.unknown(MIXED)
    return items[index.data] if -len(items) <= index.data < len(items) else c.value(UNDEFINED)


def _to_string(c: Call) -> Val:
    text = to_string(c.this)
    return c.unknown(MIXED) if text is None else c.value(text, secret=is_secret(c.this))


def _listing(of: Callable[[Call, int, Val], Val]) -> Method:
    """entries and its like; an iterator is as good as an array of what it gives."""
    return lambda c: c.array([of(c, i, item) for i, item in enumerate(c.this.data.items)], c.this.data.more)


READING: dict[str, Method] = {
    "map": _map,
    "forEach": _for_each,
    "filter": _filter,
    "find": _search(True, lambda c, index, item: item, gaps=True, why=WHICH),
    "findIndex": _search(True, lambda c, index, item: c.value(index), gaps=True, why=WHICH),
    "some": _search(True, lambda c, index, item: c.value(index >= 0)),
    "every": _search(False, lambda c, index, item: c.value(index < 0)),
    "reduce": _reduce,
    "concat": _concat,
    "join": _join,
    "slice": _slice,
    "includes": _includes,
    "indexOf": _index_of,
    "at": _at,
    "flat": _flat,
    "flatMap": _flat_map,
    "toString": _to_string,
    "entries": _listing(lambda c, index, item: c.array([Val(index), item])),
    "keys": _listing(lambda c, index, item: Val(index)),
    "values": _listing(lambda c, index, item: item),
}

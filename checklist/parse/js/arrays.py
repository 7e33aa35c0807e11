"""Built-in methods of arrays (ECMA-262 §23.1.3), as far as configs use them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cmp_to_key

from checklist.parse.js import operators as ops
from checklist.parse.js.heap import UNDEFINED, Thrown, TooComplex, Val, unknown
from checklist.parse.js.reading import MIXED, Reading
from checklist.parse.js.regions import MAX_ITEMS
from checklist.parse.js.state import is_unknown


class Call(Reading):
    """One call of an array's method."""

    def run(self, name: str) -> Val | None:
        if name.startswith("_") or name not in METHODS:
            return None
        if len(self.array.items) > MAX_ITEMS:
            raise TooComplex
        if name in _DEEP:
            self.interp.weigh(self.this)
        elif name not in _ONE:
            self.interp.spend(len(self.array.items) // 5)
        return METHODS[name](self)

    def push(self) -> Val:
        self.interp.push(self.array, self.args)
        return unknown(MIXED, self.at) if self.array.more else Val(len(self.array.items), self.at)

    def changed(self, do: Callable[[list[Val]], Val]) -> Val:
        """A method that changes the array in place, if that is sure to happen."""
        if self.array.frozen:
            raise Thrown
        if self.array.more or not self.interp.surely(self.array):
            self.interp.spoil(self.this, "it is changed under a condition", deep=False)
            return unknown(MIXED, self.at)
        return do(self.array.items)

    def pop(self) -> Val:
        return self.changed(lambda items: items.pop() if items else Val(UNDEFINED, self.at))

    def shift(self) -> Val:
        return self.changed(lambda items: items.pop(0) if items else Val(UNDEFINED, self.at))

    def unshift(self) -> Val:
        def do(items: list[Val]) -> Val:
            items[0:0] = self.args
            return Val(len(items), self.at)

        return self.changed(do)

    def reverse(self) -> Val:
        def do(items: list[Val]) -> Val:
            items.reverse()
            return self.this

        return self.changed(do)

    def splice(self) -> Val:
        numbers = [a.data for a in self.args[:2]]
        if any(isinstance(n, bool) or not isinstance(n, int) for n in numbers) or not numbers:
            self.interp.spoil(self.this, "it is changed in a way that is not known", deep=False)
            return unknown(MIXED, self.at)

        def do(items: list[Val]) -> Val:
            start = max(len(items) + numbers[0], 0) if numbers[0] < 0 else min(numbers[0], len(items))
            count = min(max(numbers[1], 0), len(items) - start) if len(numbers) > 1 else len(items) - start
            gone = items[start : start + count]
            items[start : start + count] = self.args[2:]
            return self.made(gone)

        return self.changed(do)

    def sort(self) -> Val:
        def do(items: list[Val]) -> Val:
            if self.args:

                def compare(a: Val, b: Val) -> int:
                    told = self.interp.call(self.args[0], [a, b], Val(UNDEFINED), self.at)
                    number = None if is_unknown(told) else ops.to_number(told)
                    if number is None or number != number:  # not a number orders nothing, so the algorithm decides
                        raise _Unsure
                    return (number > 0) - (number < 0)

                try:  # undefined goes to the end unasked
                    there = sorted((i for i in items if i.data is not UNDEFINED), key=cmp_to_key(compare))
                    items[:] = there + [i for i in items if i.data is UNDEFINED]
                except _Unsure:
                    self.interp.spoil(self.this, "its order is not known", deep=False)
                return self.this
            texts = [ops.to_text(i) if not is_unknown(i) else None for i in items]
            if None in texts or any(i.data is UNDEFINED for i in items) or any(not (t or "").isascii() for t in texts):
                self.interp.spoil(self.this, "its order is not known", deep=False)
            else:
                items.sort(key=lambda i: ops.to_text(i) or "")
            return self.this

        return self.changed(do)

    def fill(self) -> Val | None:
        if len(self.args) != 1:
            return None

        def do(items: list[Val]) -> Val:
            items[:] = [self.args[0]] * len(items)
            return self.this

        return self.changed(do)


_DEEP = frozenset({"join", "toString", "sort", "flat"})
"""Methods that go into the arrays inside."""
_ONE = frozenset({"push", "pop", "at"})
"""Methods that take as long for a large array as for a small one."""


class _Unsure(Exception):
    """A comparison that cannot be known."""


METHODS: dict[str, Callable[[Call], Val | None]] = {
    "map": Call.map,
    "forEach": Call.for_each,
    "filter": Call.filter,
    "find": Call.find,
    "findIndex": Call.find_index,
    "some": Call.some,
    "every": Call.every,
    "reduce": Call.reduce,
    "concat": Call.concat,
    "join": Call.join,
    "slice": Call.slice,
    "includes": Call.includes,
    "indexOf": Call.index_of,
    "at": Call.at_index,
    "flat": Call.flat,
    "flatMap": Call.flat_map,
    "push": Call.push,
    "pop": Call.pop,
    "shift": Call.shift,
    "unshift": Call.unshift,
    "reverse": Call.reverse,
    "splice": Call.splice,
    "sort": Call.sort,
    "fill": Call.fill,
    "toString": Call.to_string,
    "entries": Call.entries,
    "keys": Call.keys,
    "values": Call.values,
}

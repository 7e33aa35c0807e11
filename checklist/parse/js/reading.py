"""Methods of arrays that leave the array as it is (ECMA-262 §23.1.3); those that change it are in arrays.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from checklist.model import Location
from checklist.parse.js import operators as ops
from checklist.parse.js.heap import UNDEFINED, Arr, One, Thrown, TooComplex, Unk, Val, unknown
from checklist.parse.js.state import State, is_unknown

MIXED = "the array may hold more"


class Reading:
    """One call of a method that leaves the array as it is."""

    def __init__(self, interp: State, array: Arr, this: Val, args: list[Val], at: Location | None) -> None:
        self.interp: Any = interp
        self.array, self.this, self.args, self.at = array, this, args, at

    def made(self, items: Sequence[Val], more: bool = False) -> Val:
        return Val(self.interp.born(Arr(list(items), more)), self.at)

    def over(self, *, gaps: bool = False) -> Iterator[tuple[int, Val]]:
        """The elements that the callback is called for: each as it is at its turn, none that is added meanwhile.

        One that is gone by then is left out, or undefined with `gaps`.
        """
        if ops.kind(self.args[0] if self.args else Val(UNDEFINED)) not in ("function", None):
            raise Thrown
        for index in range(len(self.array.items)):
            if index < len(self.array.items):
                yield index, self.array.items[index]
            elif gaps:
                yield index, unknown(MIXED, self.at) if self.array.more else Val(UNDEFINED, self.at)

    def told(self, index: int, item: Val) -> Val:
        """What the callback gives for an element."""
        found: Val = self.interp.call(self.args[0], [item, Val(index), self.this], Val(UNDEFINED), self.at)
        return found

    def unseen(self) -> None:
        """The callback also runs for elements that are not seen."""
        if self.array.more and self.args:
            self.interp.run_unseen(self.args[0])

    def map(self) -> Val:
        count = len(self.array.items)
        told = [self.told(index, item) for index, item in self.over()]
        self.unseen()
        return self.made(told, self.array.more or len(told) < count)

    def for_each(self) -> Val:
        self.map()
        return Val(UNDEFINED, self.at)

    def filter(self) -> Val:
        items: list[Val] = []
        sure = True
        for index, item in self.over():
            kept = self.interp.truth_of(self.told(index, item))
            sure = sure and kept is not None  # what stands behind one that may be gone has no sure place
            if sure and kept:
                items.append(item)
        self.unseen()
        return self.made(items, self.array.more or not sure)

    def first(self, wanted: bool, *, gaps: bool = False) -> tuple[int, Val] | None:
        """The first element for which the callback says so, where the calls end; -1 and undefined if there is none."""
        for index, item in self.over(gaps=gaps):
            told = self.interp.truth_of(self.told(index, item))
            if told is wanted:
                return index, item
            if told is None:
                self.interp.run_unseen(self.args[0])  # it may be called for the others too
                return None
        self.unseen()
        return None if self.array.more else (-1, Val(UNDEFINED, self.at))

    def find(self) -> Val:
        found = self.first(True, gaps=True)
        return unknown("which element it is is not known", self.at) if found is None else found[1]

    def find_index(self) -> Val:
        found = self.first(True, gaps=True)
        return unknown("which element it is is not known", self.at) if found is None else Val(found[0], self.at)

    def some(self) -> Val:
        found = self.first(True)
        return unknown("not known", self.at) if found is None else Val(found[0] >= 0, self.at)

    def every(self) -> Val:
        found = self.first(False)
        return unknown("not known", self.at) if found is None else Val(found[0] < 0, self.at)

    def reduce(self) -> Val | None:
        told = self.args[1] if len(self.args) > 1 else None
        for index, item in self.over():
            if told is None:
                told = item
            else:
                told = self.interp.call(self.args[0], [told, item, Val(index), self.this], Val(UNDEFINED), self.at)
        self.unseen()
        if told is None and not self.array.more:
            raise Thrown
        return unknown(MIXED, self.at) if told is None or self.array.more else told

    def concat(self) -> Val:
        items, more = list(self.array.items), self.array.more
        for arg in self.args:
            match arg.data:
                case Arr() as other:
                    items += other.items if not more else []
                    more = more or other.more
                case Unk() | One():
                    more = True
                case _:
                    items += [arg] if not more else []
        return self.made(items, more)

    def join(self) -> Val | None:
        between = ops.to_text(self.args[0]) if self.args and self.args[0].data is not UNDEFINED else ","
        if self.array.more or between is None:
            return unknown(MIXED, self.at)
        self.interp.spend(len(between) * len(self.array.items) // 50)
        if not any(is_unknown(item) for item in self.array.items):
            texts = [
                "" if item.data is None or item.data is UNDEFINED else ops.to_text(item) for item in self.array.items
            ]
            known = [t for t in texts if t is not None]
            if len(known) == len(texts):
                if sum(map(len, known)) + len(between) * max(len(known) - 1, 0) > ops.MAX_TEXT:
                    raise TooComplex
                return Val(
                    between.join(known), self.at, any(ops.secret(v) for v in (*self.args[:1], *self.array.items))
                )
        told = Val("", self.at)
        for index, item in enumerate(self.array.items):
            part = Val("", self.at) if item.data is None or item.data is UNDEFINED else item
            told = self.interp.binary(
                "+", told, self.interp.binary("+", Val(between if index else ""), part, self.at), self.at
            )
        return told

    def slice(self) -> Val:
        numbers = [a.data for a in self.args]
        if self.array.more or any(isinstance(n, bool) or not isinstance(n, int) for n in numbers):
            return self.made([], True)
        return self.made(self.array.items[slice(*(numbers or [0]), *([None] if len(numbers) < 2 else []))])

    def includes(self) -> Val:
        if not self.args:
            return unknown("not known", self.at)
        told = [
            ops.strict_equal(item, self.args[0]) if not isinstance(item.data, One) else None
            for item in self.array.items
        ]
        if self.args[0].data != self.args[0].data:  # includes finds NaN, unlike ===
            return unknown("not known", self.at)
        if isinstance(self.args[0].data, (Unk, One)):
            return unknown("not known", self.at)
        if True in told:
            return Val(True, self.at)
        return unknown("not known", self.at) if None in told or self.array.more else Val(False, self.at)

    def index_of(self) -> Val:
        if not self.args or is_unknown(self.args[0]):
            return unknown("not known", self.at)
        for index, item in enumerate(self.array.items):
            told = None if isinstance(item.data, One) else ops.strict_equal(item, self.args[0])
            if told is None:
                return unknown("not known", self.at)
            if told:
                return Val(index, self.at)
        return unknown(MIXED, self.at) if self.array.more else Val(-1, self.at)

    def at_index(self) -> Val:
        index = self.args[0].data if self.args else 0
        if self.array.more or isinstance(index, bool) or not isinstance(index, int):
            return unknown(MIXED, self.at)
        items = self.array.items
        return items[index] if -len(items) <= index < len(items) else Val(UNDEFINED, self.at)

    def flat(self) -> Val:
        items: list[Val] = []
        more = self.array.more
        if self.args and self.args[0].data != 1:
            return self.made([], True)
        for item in self.array.items:
            match item.data:
                case Arr() as inner:
                    items += inner.items
                    more = more or inner.more
                case Unk() | One():
                    more = True
                case _:
                    items.append(item)
            if more:
                break
        return self.made(items, more)

    def flat_map(self) -> Val:
        told = self.map()
        self.interp.weigh(told)
        return Reading(self.interp, told.data, told, [], self.at).flat()

    def to_string(self) -> Val:
        told = ops.to_text(self.this)
        return unknown(MIXED, self.at) if told is None else Val(told, self.at, ops.secret(self.this))

    def entries(self) -> Val:
        return self.made([self.made([Val(i), item]) for i, item in enumerate(self.array.items)], self.array.more)

    def keys(self) -> Val:
        return self.made([Val(i) for i in range(len(self.array.items))], self.array.more)

    def values(self) -> Val:
        return self.made(self.array.items, self.array.more)

"""Built-in methods of strings, arrays and functions (ECMA-262 §22.1.3, §23.1.3), as far as configs use them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cmp_to_key
from typing import Any

from checklist.model import Location
from checklist.parse.js import operators as ops
from checklist.parse.js.heap import UNDEFINED, Arr, Fn, Obj, One, Rx, TooComplex, Unk, Val, unknown
from checklist.parse.js.regex import translate
from checklist.parse.js.state import MAX_ITEMS, State, Thrown, is_unknown

MIXED = "the array may hold more"


_TEXT = frozenset(
    ["toString", "valueOf", "trim", "trimStart", "trimLeft", "trimEnd", "trimRight", "toUpperCase", "toLocaleUpperCase", "toLowerCase", "toLocaleLowerCase", "concat", "startsWith", "endsWith", "includes", "indexOf", "lastIndexOf", "repeat", "split", "replace", "replaceAll", "slice", "substring", "at", "charAt", "padStart", "padEnd", "match", "search", "charCodeAt"]
)


def has(this: Val, name: str) -> bool:
    """Whether a value has a built-in method of this name."""
    match this.data:
        case str():
            return name in _TEXT
        case Arr():
            return name in _ARRAY
        case Fn():
            return name in ("call", "apply", "bind")
        case Rx():
            return name == "test"
        case Obj():
            return name == "hasOwnProperty"
        case bool() | int() | float():
            return name == "toString"
    return False


def call(interp: Any, this: Val, name: str, args: list[Val], at: Location | None) -> Val | None:
    """What this.name(...args) gives; None where the method is none of ours."""
    match this.data:
        case str() as text:
            interp.weigh(this)
            found = _with_regex(interp, text, name, args, at) if args and isinstance(args[0].data, Rx) else _text(text, name, args, at, this.secret)
            if found is None:
                return None
            if isinstance(found.data, Arr):
                interp.spend(len(found.data.items))
                if len(found.data.items) > MAX_ITEMS:
                    raise TooComplex
            secret = this.secret or any(a.secret for a in args)
            if secret and isinstance(found.data, Arr):
                found.data.items = [Val(v.data, v.at, True) for v in found.data.items]
            return Val(found.data, found.at, secret)
        case Rx() as regex:
            return _test(interp, regex, args, at)
        case Arr() as array:
            return _Array(interp, array, this, args, at).run(name)
        case Fn() as fn:
            return _function(interp, fn, this, name, args, at)
        case bool() | int() | float():
            return _number(this, name, args, at)
        case Obj() as obj if name == "hasOwnProperty" and args:
            key = ops.to_text(args[0])
            if key is None or obj.more or obj.odd or obj.default is not None or (key in obj.props and is_unknown(obj.props[key].value)):
                return unknown("not known", at)
            return Val(key in obj.props, at)
    return None


def _number(this: Val, name: str, args: list[Val], at: Location | None) -> Val | None:
    if name == "toString" and (not args or args[0].data in (10, UNDEFINED)):
        return Val(ops.to_text(this), at, this.secret)
    return None


def _function(interp: Any, fn: Fn, this: Val, name: str, args: list[Val], at: Location | None) -> Val | None:
    match name:
        case "call":
            return interp.call(Val(fn), args[1:], args[0] if args else Val(UNDEFINED), at)  # type: ignore[no-any-return]
        case "apply" if len(args) < 2 or (isinstance(args[1].data, Arr) and not args[1].data.more):
            items = args[1].data.items if len(args) > 1 else []
            return interp.call(Val(fn), list(items), args[0] if args else Val(UNDEFINED), at)  # type: ignore[no-any-return]
        case "bind":
            bound, first = (args[0] if args else Val(UNDEFINED)), args[1:]
            return Val(Fn(lambda more, _this, place: fn.call([*first, *more], bound, place), own=fn.own), at)
    return None


# ---- strings


def _test(interp: Any, regex: Rx, args: list[Val], at: Location | None) -> Val | None:
    text = args[0].data if args else None
    if not isinstance(text, str) or "g" in regex.flags:  # a global one goes on where it stopped
        return None
    found = _compiled(interp, regex, text)
    return None if found is None else Val(found.search(text) is not None, at)


def _compiled(interp: Any, regex: Rx, text: str) -> re.Pattern[str] | None:
    interp.spend(100 + len(regex.pattern))
    found = translate(regex.pattern, regex.flags, text)
    if found is None:
        return None
    interp.spend(found[1] // 100)
    return found[0]


def _with_regex(interp: Any, text: str, name: str, args: list[Val], at: Location | None) -> Val | None:
    """A string's method whose first argument is a regular expression."""
    regex = args[0].data
    found = _compiled(interp, regex, text)
    if found is None:
        return None
    whole = "g" in regex.flags
    match name:
        case "search" if len(args) == 1:
            first = found.search(text)
            return Val(first.start() if first else -1, at)
        case "replace" | "replaceAll" if len(args) == 2 and isinstance(args[1].data, str) and "$" not in args[1].data and (whole or name == "replace"):
            into = args[1].data
            if (len(text) + 1) * (len(into) + 1) > ops.MAX_TEXT:
                raise TooComplex
            if any(m.end() == m.start() for m in found.finditer(text)):
                return None  # where the next match begins differs
            return Val(found.sub(lambda _: into, text, count=0 if whole else 1), at)
        case "split" if len(args) == 1 and not found.groups and found.match("") is None:
            parts = found.split(text)
            return None if any(m.end() == m.start() for m in found.finditer(text)) else Val(interp.born(Arr([Val(p, at) for p in parts])), at)
        case "match" if len(args) == 1:
            if whole:
                if any(m.end() == m.start() for m in found.finditer(text)):
                    return None
                told = [m[0] for m in found.finditer(text)]
                return Val(interp.born(Arr([Val(t, at) for t in told])) if told else None, at)
            first = found.search(text)
            parts = [] if first is None else [first[0], *first.groups()]
            return Val(interp.born(Arr([Val(UNDEFINED if p is None else p, at) for p in parts])) if first else None, at)
    return None


def _text(text: str, name: str, args: list[Val], at: Location | None, secret: bool) -> Val | None:
    if any(is_unknown(a) or not ops.primitive(a) for a in args) or (not text.isascii() and name not in ("trim", "toString", "concat", "startsWith", "endsWith", "includes")):
        return None
    told = _known_text(text, name, args)
    if told is None:
        return None
    if isinstance(told, list):
        return Val(Arr([Val(part, at, secret) for part in told]), at, secret)
    return Val(told, at, secret)


def _known_text(text: str, name: str, args: list[Val]) -> Any:
    words = [ops.to_text(a) or "" for a in args]
    first = words[0] if words else ""
    match name:
        case "toString" | "valueOf":
            return text
        case "trim":
            return text.strip(ops.SPACE)
        case "trimStart" | "trimLeft":
            return text.lstrip(ops.SPACE)
        case "trimEnd" | "trimRight":
            return text.rstrip(ops.SPACE)
        case "toUpperCase" | "toLocaleUpperCase":
            return text.upper()
        case "toLowerCase" | "toLocaleLowerCase":
            return text.lower()
        case "concat":
            return text + "".join(words)
        case "startsWith" if len(args) == 1:
            return text.startswith(first)
        case "endsWith" if len(args) == 1:
            return text.endswith(first)
        case "includes" if len(args) == 1:
            return first in text
        case "indexOf" if len(args) == 1:
            return text.find(first)
        case "lastIndexOf" if len(args) == 1:
            return text.rfind(first)
        case "repeat" if args and isinstance(args[0].data, int) and args[0].data >= 0:
            if len(text) * args[0].data > ops.MAX_TEXT:
                raise TooComplex
            return text * args[0].data
        case "split" if len(args) == 1 and isinstance(args[0].data, str):
            return list(text[: MAX_ITEMS + 1]) if first == "" else text.split(first, MAX_ITEMS + 1)
        case "split" if not args:
            return [text]
        case "replace" | "replaceAll" if len(args) == 2 and all(isinstance(a.data, str) for a in args) and "$" not in words[1]:
            if name == "replaceAll" and len(text) * (len(words[1]) + 1) > ops.MAX_TEXT:
                raise TooComplex
            return text.replace(first, words[1], 1 if name == "replace" else -1)
        case "slice" | "substring" | "at" | "charAt" | "padStart" | "padEnd":
            return _cut_text(text, name, args)
    return None


def _cut_text(text: str, name: str, args: list[Val]) -> Any:
    numbers = [a.data for a in args if isinstance(a.data, int) and not isinstance(a.data, bool)]
    if name in ("padStart", "padEnd"):
        if not numbers or (len(args) > 1 and not isinstance(args[1].data, str)) or numbers[0] > ops.MAX_TEXT:
            return None
        fill = args[1].data if len(args) > 1 else " "
        room = max(numbers[0] - len(text), 0)
        filling = (fill * (room // max(len(fill), 1) + 1))[:room] if fill else ""
        return filling + text if name == "padStart" else text + filling
    if len(numbers) != len(args):
        return None
    start = numbers[0] if numbers else 0
    match name:
        case "at":
            return text[start] if -len(text) <= start < len(text) else UNDEFINED
        case "charAt":
            return text[start] if 0 <= start < len(text) else ""
        case "slice":
            return text[start : numbers[1] if len(numbers) > 1 else None]
    a, b = (max(0, min(n, len(text))) for n in (start, numbers[1] if len(numbers) > 1 else len(text)))
    return text[min(a, b) : max(a, b)]


# ---- arrays


class _Array:
    """One call of an array's method."""

    def __init__(self, interp: State, array: Arr, this: Val, args: list[Val], at: Location | None) -> None:
        self.interp: Any = interp
        self.array, self.this, self.args, self.at = array, this, args, at

    def run(self, name: str) -> Val | None:
        if name.startswith("_") or name not in _ARRAY:
            return None
        if len(self.array.items) > MAX_ITEMS:
            raise TooComplex
        if name in _DEEP:
            self.interp.weigh(self.this)
        elif name not in _ONE:
            self.interp.spend(len(self.array.items) // 5)
        return _ARRAY[name](self)

    def made(self, items: Sequence[Val], more: bool = False) -> Val:
        return Val(self.interp.born(Arr(list(items), more)), self.at)

    def each(self) -> list[Val]:
        """What the callback gives for each element."""
        if not self.args:
            return []
        fn = self.args[0]
        return [self.interp.call(fn, [item, Val(i), self.this], Val(UNDEFINED), self.at) for i, item in enumerate(list(self.array.items))]

    def unseen(self) -> None:
        """The callback also runs for elements that are not seen."""
        if self.array.more and self.args:
            self.interp.run_unseen(self.args[0])

    def map(self) -> Val:
        told = self.each()
        self.unseen()
        return self.made(told, self.array.more)

    def for_each(self) -> Val:
        self.each()
        self.unseen()
        return Val(UNDEFINED, self.at)

    def filter(self) -> Val:
        items = list(self.array.items)
        kept = [self.interp.truth_of(t) for t in self.each()]
        self.unseen()
        if None in kept:  # what stands behind one that may be gone has no sure place
            first = kept.index(None)
            return self.made([i for i, k in zip(items[:first], kept[:first], strict=True) if k], True)
        return self.made([i for i, k in zip(items, kept, strict=True) if k], self.array.more)

    def find(self) -> Val:
        for item in list(self.array.items):
            told = self.interp.truth_of(self.interp.call(self.args[0], [item], Val(UNDEFINED), self.at))
            if told is None:
                return unknown("which element it is is not known", self.at)
            if told:
                return item
        return unknown(MIXED, self.at) if self.array.more else Val(UNDEFINED, self.at)

    def find_index(self) -> Val:
        for index, told in enumerate(self.each()):
            true = self.interp.truth_of(told)
            if true is None:
                return unknown("which element it is is not known", self.at)
            if true:
                return Val(index, self.at)
        return unknown(MIXED, self.at) if self.array.more else Val(-1, self.at)

    def some(self) -> Val:
        told = [self.interp.truth_of(t) for t in self.each()]
        if True in told:
            return Val(True, self.at)
        return unknown("not known", self.at) if None in told or self.array.more else Val(False, self.at)

    def every(self) -> Val:
        told = [self.interp.truth_of(t) for t in self.each()]
        if False in told:
            return Val(False, self.at)
        return unknown("not known", self.at) if None in told or self.array.more else Val(True, self.at)

    def reduce(self) -> Val | None:
        items = list(self.array.items)
        if self.array.more or not self.args:
            self.unseen()
            return unknown(MIXED, self.at)
        if len(self.args) > 1:
            told, start = self.args[1], 0
        elif items:
            told, start = items[0], 1
        else:
            return None
        for index in range(start, len(items)):
            told = self.interp.call(self.args[0], [told, items[index], Val(index), self.this], Val(UNDEFINED), self.at)
        return told

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
            texts = ["" if item.data is None or item.data is UNDEFINED else ops.to_text(item) for item in self.array.items]
            known = [t for t in texts if t is not None]
            if len(known) == len(texts):
                if sum(map(len, known)) + len(between) * max(len(known) - 1, 0) > ops.MAX_TEXT:
                    raise TooComplex
                return Val(between.join(known), self.at, any(ops.secret(v) for v in (*self.args[:1], *self.array.items)))
        told = Val("", self.at)
        for index, item in enumerate(self.array.items):
            part = Val("", self.at) if item.data is None or item.data is UNDEFINED else item
            told = self.interp.binary("+", told, self.interp.binary("+", Val(between if index else ""), part, self.at), self.at)
        return told

    def slice(self) -> Val:
        numbers = [a.data for a in self.args]
        if self.array.more or any(isinstance(n, bool) or not isinstance(n, int) for n in numbers):
            return self.made([], True)
        return self.made(self.array.items[slice(*(numbers or [0]), *([None] if len(numbers) < 2 else []))])

    def includes(self) -> Val:
        if not self.args:
            return unknown("not known", self.at)
        told = [ops.strict_equal(item, self.args[0]) if not isinstance(item.data, One) else None for item in self.array.items]
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
        return _Array(self.interp, told.data, told, [], self.at).flat()

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
                    if number is None:
                        raise _Unsure
                    return 0 if number != number else (number > 0) - (number < 0)

                try:
                    items.sort(key=cmp_to_key(compare))
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

    def to_string(self) -> Val:
        told = ops.to_text(self.this)
        return unknown(MIXED, self.at) if told is None else Val(told, self.at, ops.secret(self.this))

    def entries(self) -> Val:
        return self.made([self.made([Val(i), item]) for i, item in enumerate(self.array.items)], self.array.more)

    def keys(self) -> Val:
        return self.made([Val(i) for i in range(len(self.array.items))], self.array.more)

    def values(self) -> Val:
        return self.made(self.array.items, self.array.more)


_DEEP = frozenset({"join", "toString", "sort", "flat"})
"""Methods that go into the arrays inside."""
_ONE = frozenset({"push", "pop", "at"})
"""Methods that take as long for a large array as for a small one."""


class _Unsure(Exception):
    """A comparison that cannot be known."""


_ARRAY: dict[str, Callable[[_Array], Val | None]] = {
    "map": _Array.map,
    "forEach": _Array.for_each,
    "filter": _Array.filter,
    "find": _Array.find,
    "findIndex": _Array.find_index,
    "some": _Array.some,
    "every": _Array.every,
    "reduce": _Array.reduce,
    "concat": _Array.concat,
    "join": _Array.join,
    "slice": _Array.slice,
    "includes": _Array.includes,
    "indexOf": _Array.index_of,
    "at": _Array.at_index,
    "flat": _Array.flat,
    "flatMap": _Array.flat_map,
    "push": _Array.push,
    "pop": _Array.pop,
    "shift": _Array.shift,
    "unshift": _Array.unshift,
    "reverse": _Array.reverse,
    "splice": _Array.splice,
    "sort": _Array.sort,
    "fill": _Array.fill,
    "toString": _Array.to_string,
    "entries": _Array.entries,
    "keys": _Array.keys,
    "values": _Array.values,
}

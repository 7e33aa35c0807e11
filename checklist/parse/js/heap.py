"""The values of a JavaScript program while it is evaluated, and their freezing into a Value.

Objects and arrays are mutable here and shared by reference, as in JavaScript; every value knows the place where a
person would edit it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from checklist.model import Location
from checklist.parse.js.limits import MAX_OPTIONS, TooComplex


class Thrown(Exception):
    """The program throws here."""


class Undefined:
    """JavaScript's undefined; there is one, UNDEFINED."""

    def __bool__(self) -> bool:
        return False


UNDEFINED = Undefined()


@dataclass(slots=True)
class Val:
    """A value and where it stands. Data: Undefined, None (null), bool, int, float, str, Obj, Arr, Fn, Unk, One."""

    data: Any
    at: Location | None = None
    secret: bool = False


@dataclass(slots=True)
class Prop:
    """A property of an object: its value if it is there, and the place of its key."""

    value: Val
    key_at: Location | None = None
    optional: bool = False
    """It may be absent."""

    def read(self) -> Val:
        """What reading it gives."""
        return one_of([self.value, Val(UNDEFINED)], self.value.at) if self.optional else self.value


@dataclass(slots=True, eq=False)
class Obj:
    """An object; with `more` it may hold keys that are not seen."""

    props: dict[str, Prop] = field(default_factory=dict)
    more: bool = False
    why: str = "it may be changed by code that is not seen here"
    default: Callable[[str], Val] | None = None
    """What an absent key gives: process.env has unknown ones."""
    frozen: bool = False
    textual: bool = False
    """What is written to it becomes text, and the order of its keys is not known, as in process.env."""
    unordered: bool = False
    """The order of its keys is not known: one of them may have been gone when it was set."""
    accessors: bool = False
    """It has getters or setters that are not run: whatever is read or written through them may change it."""
    guarded: bool = False
    """The global object, or `arguments` that stand for the parameters: a change of it could change everything."""
    may: tuple[Val, ...] = ()
    """What the keys that are not seen may hold parts of."""
    region: int = 0
    """The region of code in which it was made (flow.py)."""

    def set(self, key: str, prop: Prop) -> None:
        """Sets a property. One that is there keeps its place among the keys, any other becomes the last."""
        old = self.props.get(key)
        if old is not None and old.optional and key != next(reversed(self.props)) and not _index(key):
            self.unordered = True
        self.props[key] = prop

    def listed(self) -> bool:
        """Whether its keys are known, and their order."""
        return not (
            self.more
            or self.accessors
            or self.textual
            or self.unordered
            or self.default is not None
            or any(p.optional for p in self.props.values())
        )


@dataclass(slots=True, eq=False)
class Arr:
    """An array; with `more` it may hold other elements, in any place."""

    items: list[Val] = field(default_factory=list)
    more: bool = False
    frozen: bool = False
    named: bool = False
    """It has keys beside those of its elements, as a match of a regular expression has."""
    region: int = 0
    """The region of code in which it was made (flow.py)."""


@dataclass(slots=True, eq=False)
class Fn:
    """A function: of the program, or a built-in one. It is called with its arguments, `this` and the call's place."""

    call: Callable[[list[Val], Val, Location | None], Val]
    props: Obj = field(default_factory=Obj)
    user: bool = False
    """It is the program's, not a built-in one."""


@dataclass(slots=True, eq=False)
class Rx:
    """A regular expression as it is written."""

    pattern: str
    flags: str


@dataclass(slots=True, eq=False)
class Unk:
    """Unknown, with the value that it has unless something outside says otherwise."""

    why: str
    default: Val | None = None
    pure: bool = False
    """Built-in code, which changes nothing that it is given."""
    shared: bool = False
    """Part of what all code shares: a change of it could change everything."""
    may: tuple[Val, ...] = ()
    """What it may be, or be a part of: a change of it may change these."""

    def touches(self) -> tuple[Val, ...]:
        """What a change of it may change."""
        return self.may if self.default is None else (*self.may, self.default)


@dataclass(slots=True, eq=False)
class One:
    """One of a few; none of them is Unk or One."""

    options: tuple[Val, ...]


OBJECTS = (Obj, Arr, Fn, Rx)


def unknown(why: str, at: Location | None = None, default: Val | None = None) -> Val:
    """A value that cannot be known."""
    return Val(Unk(why, default), at)


def is_unknown(of: Val) -> bool:
    """Whether it is not known, or one of a few."""
    return isinstance(of.data, (Unk, One))


def is_nullish(of: Val) -> bool:
    """Whether it is null or undefined."""
    return of.data is None or of.data is UNDEFINED


def one_of(options: list[Val], at: Location | None = None) -> Val:
    """A value that is one of some; one option is that option, an unknown among them makes the whole unknown."""
    flat: list[Val] = []
    for option in options:
        for each in option.data.options if isinstance(option.data, One) else (option,):
            if isinstance(each.data, Unk):
                return Val(Unk(each.data.why, may=aliases(options)), each.at or at)
            if not any(same(each, other) for other in flat):
                flat.append(each)
            if len(flat) > MAX_OPTIONS:
                return unknown("it has too many possible values", at)
    if len(flat) == 1:
        return flat[0]
    return Val(One(tuple(flat)), at or flat[0].at)


def aliases(options: Iterable[Val]) -> tuple[Val, ...]:
    """The objects among some values, or that these may be."""
    found: dict[int, Val] = {}
    for option in options:
        match option.data:
            case Obj() | Arr() | Fn():
                found[id(option.data)] = option
            case One(inner):
                found |= {id(v.data): v for v in aliases(inner)}
            case Unk() as unk:
                found |= {id(v.data): v for v in aliases(unk.touches())}
    if len(found) > 2 * MAX_OPTIONS:
        raise TooComplex
    return tuple(found.values())


def same(a: Val, b: Val) -> bool:
    """Whether two values are the same one; objects by reference."""
    x, y = a.data, b.data
    if isinstance(x, OBJECTS) or isinstance(y, OBJECTS):
        return x is y
    return type(x) is type(y) and (x == y or (x != x and y != y))


def iterable(of: Val) -> bool:
    """Whether it may be gone over by `for of`, a spread or an array pattern: arrays, texts and what is not known."""
    return isinstance(of.data, (Arr, str, Unk, One)) or (
        isinstance(of.data, Obj) and (of.data.more or of.data.accessors)
    )


def each(of: Val, do: Callable[[Val], Val]) -> Val:
    """The function over a value: over each option of a choice, and over the default of an unknown.

    Those for which it throws are none: all of them, and there is no value at all.
    """
    match of.data:
        case One(options):
            given = []
            for option in options:
                with suppress(Thrown):
                    given.append(do(option))
            if not given:
                raise Thrown
            return one_of(given, of.at)
        case Unk(why, default) if default is not None:
            try:
                told = do(default)
            except Thrown:
                return Val(Unk(why), of.at, of.secret)
            return Val(Unk(why, None if isinstance(told.data, (Unk, One)) else told), of.at, of.secret)
        case Unk():
            return of
    return do(of)


def _index(key: str) -> bool:
    return (
        key.isascii() and key.isdecimal() and (key == "0" or key[0] != "0") and len(key) < 11 and int(key) < 2**32 - 1
    )


def ordered(props: dict[str, Prop]) -> list[str]:
    """Keys in JavaScript's order: integer ones first, by size (ECMA-262 §10.1.11)."""
    numbers = sorted((k for k in props if _index(k)), key=int)
    return numbers + [k for k in props if not _index(k)] if numbers else list(props)

"""Values: plain data that may be unknown, and where a person would edit it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from checklist.secrets import MASK as MASK
from checklist.secrets import mask, mask_words

Path = tuple[str | int, ...]
"""Keys and indices inside a document, `("apps", 0, "watch")`; never a file name."""


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A stretch of a file. Lines and columns count from 1, columns in code points; the end is exclusive."""

    file: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that cannot be known here; `why` is a short English phrase without any value in it."""

    why: str
    default: Value | None = None
    """What it is unless something outside says otherwise: 15 in `process.env.X || 15`."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """A value that is one of a few, such as both branches of a ternary."""

    options: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """A function: there, but not data."""


Content: TypeAlias = "bool | int | float | str | Mapping[str, Value] | tuple[Value, ...] | Unknown | OneOf | Function | None"


@dataclass(frozen=True, slots=True)
class Value:
    """A value, and where a person would edit it. Objects hold values by key, arrays are tuples of values."""

    content: Content
    at: Location | None = None
    key_at: Location | None = None
    """Where its key stands, when it is the value of one."""
    more: bool = False
    """An object or array that may hold more than is seen here."""
    secret: bool = False
    """Its content may be judged but never shown."""

    def __repr__(self) -> str:
        return f"Value({plain(self)!r}, at={self.at})"

    def get(self, *path: str | int) -> Value | None:
        """The value at a path below this one, None where there is none."""
        here: Value | None = self
        for key in path:
            match here.content if here else None, key:
                case (dict() as members, str()):
                    here = members.get(key)
                case (tuple() as items, int()) if key < len(items):
                    here = items[key]
                case _:
                    return None
        return here

    def members(self) -> Mapping[str, Value]:
        """The keys of an object; empty for anything else."""
        return self.content if isinstance(self.content, dict) else {}

    def items(self) -> tuple[Value, ...]:
        """The elements of an array; empty for anything else."""
        return self.content if isinstance(self.content, tuple) else ()

    def text(self, *path: str | int) -> str | None:
        """The string at a path, None if there is none or it is not a known string."""
        found = self.get(*path)
        return found.content if found is not None and isinstance(found.content, str) else None

    def known(self) -> bool:
        """Whether the whole of it is known: no unknown, no choice, nothing more."""
        match self.content:
            case Unknown() | OneOf():
                return False
            case dict() as members:
                return not self.more and all(v.known() for v in members.values())
            case tuple() as items:
                return not self.more and all(v.known() for v in items)
        return True


def value(data: Any, at: Location | None = None, *, secret: bool = False) -> Value:
    """A Value made of plain data; Values inside it stay as they are, the rest is placed `at`."""
    match data:
        case Value():
            return data
        case dict():
            return Value({str(k): value(v, at, secret=secret) for k, v in data.items()}, at, secret=secret)
        case list() | tuple() | set() | frozenset():
            return Value(tuple(value(v, at, secret=secret) for v in data), at, secret=secret)
    return Value(data, at, secret=secret)


def plain(of: Value | None, *, reveal: bool = False) -> Any:
    """The JSON form of a value, as `show` prints it (design: contracts); secrets masked unless `reveal`, also those within
    a text.

    `reveal` is for judging a value inside the process; what it gives must not reach any output.
    """
    if of is None:
        return None
    match of.content:
        case Unknown(why, default):
            return {"$unknown": why} | ({} if default is None else {"$default": plain(default, reveal=reveal)})
        case OneOf(options):
            return {"$oneOf": [plain(o, reveal=reveal) for o in options]}
        case Function():
            return {"$function": True}
        case dict() as members:
            shown = {k: plain(v, reveal=reveal) for k, v in members.items()}
            return shown | {"$more": True} if of.more else shown
        case tuple() as items:
            listed = [plain(v, reveal=reveal) for v in items] + ([{"$more": True}] if of.more else [])
            # of the words of a command one may give another away
            return listed if reveal or not all(isinstance(one, str) for one in listed) else mask_words(listed)
        case str() as text if not reveal and not of.secret:
            return mask(text)
    if of.secret and not reveal:
        return {"$secret": True}
    if isinstance(of.content, float) and not math.isfinite(of.content):
        return "NaN" if math.isnan(of.content) else "Infinity" if of.content > 0 else "-Infinity"
    return of.content


def walk(of: Value, path: Path = ()) -> Iterator[tuple[Path, Value]]:
    """Every value in a value with its path, the outermost first."""
    yield path, of
    for key, member in of.members().items():
        yield from walk(member, (*path, key))
    for index, item in enumerate(of.items()):
        yield from walk(item, (*path, index))


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file cannot be understood, and where; the text never quotes the file."""

    location: Location
    text: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a parser gives back: a value, a problem, or both where part of the file was understood."""

    value: Value | None
    problem: Problem | None = None

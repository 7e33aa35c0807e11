"""JavaScript's binary operators on known values (ECMA-262 §7.2, §13.15.3). None stands for "cannot say"."""

from __future__ import annotations

import math
import operator as python
from collections.abc import Callable, Mapping
from typing import Any

from checklist.parse.js.conversions import (
    canonical,
    is_narrow,
    is_number,
    is_primitive,
    to_int32,
    to_number,
    to_string,
)
from checklist.parse.js.heap import OBJECTS, Unk, Val, is_nullish, is_unknown
from checklist.parse.js.limits import MAX_TEXT, TooComplex


def is_strictly_equal(a: Val, b: Val) -> bool | None:
    """a === b."""
    x, y = a.data, b.data
    if isinstance(x, Unk) or isinstance(y, Unk):
        return None
    if isinstance(x, OBJECTS) or isinstance(y, OBJECTS):
        return x is y
    return bool(x == y) and (type(x) is type(y) or (is_number(a) and is_number(b)))


def is_loosely_equal(a: Val, b: Val) -> bool | None:
    """a == b, for values that are no objects."""
    if is_unknown(a) or is_unknown(b):
        return None
    if is_nullish(a) or is_nullish(b):
        return is_nullish(a) and is_nullish(b)
    if isinstance(a.data, OBJECTS) or isinstance(b.data, OBJECTS):
        return a.data is b.data if isinstance(a.data, OBJECTS) and isinstance(b.data, OBJECTS) else None
    return bool(
        a.data == b.data if isinstance(a.data, str) and isinstance(b.data, str) else to_number(a) == to_number(b)
    )


def binary(operator: str, a: Val, b: Val) -> bool | int | float | str | None:
    """a operator b."""
    if operator in _EQUALITIES:
        equals, wanted = _EQUALITIES[operator]
        equal = equals(a, b)
        return None if equal is None else equal is wanted
    if operator == "+" and not (_is_added(a) and _is_added(b)):
        x, y = to_string(a), to_string(b)
        if x is None or y is None:
            return None
        if len(x) + len(y) > MAX_TEXT:
            raise TooComplex
        return x + y
    if not (is_primitive(a) and is_primitive(b)):
        return None
    if operator in _COMPARISONS and isinstance(a.data, str) and isinstance(b.data, str):
        # JavaScript compares UTF-16 units; code points agree where there are no surrogates
        return _COMPARISONS[operator](a.data, b.data) if is_narrow(a.data) and is_narrow(b.data) else None
    m, n = to_number(a), to_number(b)
    compute = _ARITHMETIC.get(operator)
    return None if m is None or n is None or compute is None else compute(float(m), float(n))


def _is_added(of: Val) -> bool:
    return is_primitive(of) and not isinstance(of.data, str)


def _divide(x: float, y: float) -> float | int:
    if y != 0:
        return canonical(x / y)
    return math.nan if x == 0 or x != x else math.copysign(math.inf, x) * math.copysign(1, y)


def _remainder(x: float, y: float) -> float | int:
    return math.nan if y == 0 or y != y or not math.isfinite(x) else canonical(math.fmod(x, y))


def _power(x: float, y: float) -> float | int | None:
    """Other powers may differ in their last digit from one engine to the next."""
    exact = x.is_integer() and y.is_integer() and 0 <= y <= 64 and abs(x) < 2**53 and abs(int(x)) ** int(y) < 2**53
    return canonical(x**y) if exact else None


_EQUALITIES: Mapping[str, tuple[Callable[[Val, Val], bool | None], bool]] = {
    "===": (is_strictly_equal, True),
    "!==": (is_strictly_equal, False),
    "==": (is_loosely_equal, True),
    "!=": (is_loosely_equal, False),
}
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": python.lt,
    ">": python.gt,
    "<=": python.le,
    ">=": python.ge,
}
_ARITHMETIC: Mapping[str, Callable[[float, float], bool | float | int | None]] = {
    **_COMPARISONS,
    "+": lambda x, y: canonical(x + y),
    "-": lambda x, y: canonical(x - y),
    "*": lambda x, y: canonical(x * y),
    "/": _divide,
    "%": _remainder,
    "**": _power,
    "&": lambda x, y: to_int32(x) & to_int32(y),
    "|": lambda x, y: to_int32(x) | to_int32(y),
    "^": lambda x, y: to_int32(x) ^ to_int32(y),
    "<<": lambda x, y: to_int32(float(to_int32(x) << (to_int32(y) & 31))),
    ">>": lambda x, y: to_int32(x) >> (to_int32(y) & 31),
    ">>>": lambda x, y: (to_int32(x) & 0xFFFFFFFF) >> (to_int32(y) & 31),
}

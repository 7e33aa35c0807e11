"""JavaScript's conversions of known values (ECMA-262 §7.1). None stands for "cannot say"."""

from __future__ import annotations

import math
import re

from checklist.parse.js.heap import OBJECTS, Arr, Fn, Obj, One, Rx, Undefined, Unk, Val, is_nullish

SPACE = (
    " \t\n\v\f\r\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
_DECIMAL = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_BASED = r"0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+"
_TYPES = {Undefined: "undefined", bool: "boolean", int: "number", float: "number", str: "string", Fn: "function"}
_TYPES |= dict.fromkeys((Obj, Arr, Rx, type(None)), "object")


def typeof(of: Val) -> str | None:
    """What `typeof` gives."""
    return _TYPES.get(type(of.data))


def is_primitive(of: Val) -> bool:
    """Whether it is no object."""
    return not isinstance(of.data, (*OBJECTS, Unk, One))


def is_number(of: Val) -> bool:
    """Whether it is a number."""
    return isinstance(of.data, (int, float)) and not isinstance(of.data, bool)


def is_integer(of: Val) -> bool:
    """Whether it is a number that is kept as an integer."""
    return isinstance(of.data, int) and not isinstance(of.data, bool)


def is_narrow(text: str) -> bool:
    """Whether it has no surrogates, so that its code points are its UTF-16 units."""
    return text.isascii() or max(text, default="") <= "\uffff"


def is_secret(of: Val) -> bool:
    """Whether what is made of it must not be shown."""
    return of.secret or (isinstance(of.data, Arr) and any(item.secret for item in of.data.items))


def to_boolean(of: Val) -> bool | None:
    """Whether it counts as true; all options of a choice must agree."""
    match of.data:
        case One(options):
            truths = {to_boolean(option) for option in options}
            return truths.pop() if len(truths) == 1 else None
        case Unk():
            return None
        case Obj() | Arr() | Fn() | Rx():
            return True
        case value:
            return bool(value) and value == value


def to_number(of: Val) -> float | int | None:
    """Number(x); NaN where it is none."""
    match of.data:
        case bool() | int() | float() as number:
            return int(number) if isinstance(number, bool) else number
        case None:
            return 0
        case Undefined():
            return math.nan
        case str() as text:
            return _number(text.strip(SPACE))
    return None


def _number(text: str) -> float | int:
    if not text:
        return 0
    if re.fullmatch(_BASED, text):
        try:
            return canonical(float(int(text, 0)))
        except OverflowError:
            return math.inf
    if text in ("Infinity", "+Infinity", "-Infinity"):
        return -math.inf if text[0] == "-" else math.inf
    return canonical(float(text)) if re.fullmatch(_DECIMAL, text, re.ASCII) else math.nan


def canonical(number: float) -> float | int:
    """A whole number as int where JavaScript keeps it exactly; -0 stays a float."""
    exact = number.is_integer() and abs(number) < 2**53 and not (number == 0 and math.copysign(1, number) < 0)
    return int(number) if exact else number


def to_int32(number: float) -> int:
    """ToInt32 (ECMA-262 §7.1.6)."""
    if not math.isfinite(number):
        return 0
    return (int(number) + 0x80000000) % 0x100000000 - 0x80000000


def to_string(of: Val) -> str | None:
    """String(x)."""
    match of.data:
        case str() as text:
            return text
        case bool() as truth:
            return "true" if truth else "false"
        case None | Undefined() as nothing:
            return "null" if nothing is None else "undefined"
        case int() | float() as number:
            return _decimal(number)
        case Arr(more=False) as array:
            texts = ["" if is_nullish(item) else to_string(item) for item in array.items]
            return None if None in texts else ",".join(text for text in texts if text is not None)
    return None


def _decimal(number: float | int) -> str:
    """A number as JavaScript writes it (ECMA-262 §6.1.6.1.20): the digits are those of Python's repr."""
    if isinstance(number, int) and abs(number) < 2**53:
        return str(number)
    if not math.isfinite(number):
        return "NaN" if number != number else "Infinity" if number > 0 else "-Infinity"
    mantissa, _, exponent = repr(float(number)).partition("e")
    if number == 0 or not exponent:
        return "0" if number == 0 else mantissa.removesuffix(".0")
    if 1e-6 <= abs(number) < 1e21:
        from decimal import Decimal

        return format(Decimal(f"{mantissa}e{exponent}"), "f")
    return f"{mantissa}e{int(exponent):+d}"

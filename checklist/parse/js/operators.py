"""JavaScript's conversions and operators on known values (ECMA-262 §7.1, §7.2, §13). None stands for "cannot say"."""

from __future__ import annotations

import math
import re
from typing import Any

from checklist.parse.js.heap import UNDEFINED, Arr, Fn, Obj, One, Rx, TooComplex, Undefined, Unk, Val

MAX_TEXT = 100_000

_DECIMAL = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_BASED = re.compile(r"0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+")
SPACE = " \t\n\v\f\r\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"


def truth(of: Val) -> bool | None:
    """Whether it counts as true."""
    match of.data:
        case Unk():
            return None
        case Obj() | Arr() | Fn() | Rx():
            return True
        case Undefined() | None:
            return False
        case str() as text:
            return text != ""
        case bool() | int() | float() as number:
            return bool(number) and number == number
    return None


def primitive(of: Val) -> bool:
    """Whether it is no object."""
    return isinstance(of.data, (Undefined, bool, int, float, str)) or of.data is None


def to_number(of: Val) -> float | int | None:
    """Number(x); NaN where it is none."""
    match of.data:
        case bool() as b:
            return int(b)
        case int() | float() as number:
            return number
        case None:
            return 0
        case Undefined():
            return math.nan
        case str() as text:
            text = text.strip(SPACE)
            if not text:
                return 0
            if _BASED.fullmatch(text):
                return _whole(text)
            if text.lstrip("+-") == "Infinity" and len(text) <= 9:
                return -math.inf if text[0] == "-" else math.inf
            return tidy(float(text)) if _DECIMAL.fullmatch(text) else math.nan
    return None


def _whole(text: str) -> float | int:
    try:
        return tidy(float(int(text, 0)))
    except OverflowError:
        return math.inf


def to_text(of: Val) -> str | None:
    """String(x)."""
    match of.data:
        case str() as text:
            return text
        case bool() as b:
            return "true" if b else "false"
        case None:
            return "null"
        case Undefined():
            return "undefined"
        case int() | float() as number:
            return number_text(number)
        case Arr() as array if not array.more:
            texts = ["" if v.data in (None, UNDEFINED) else to_text(v) for v in array.items]
            return None if None in texts else ",".join(t for t in texts if t is not None)
    return None


def narrow(text: str) -> bool:
    """Whether it has no surrogates, so that its code points are its UTF-16 units."""
    return text.isascii() or max(text, default="") <= "\uffff"


def secret(of: Val) -> bool:
    """Whether what is made of it must not be shown."""
    return of.secret or (isinstance(of.data, Arr) and any(v.secret for v in of.data.items))


def number_text(number: float | int) -> str:
    """A number as JavaScript writes it (ECMA-262 §6.1.6.1.20)."""
    if number != number:
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == 0:
        return "0"
    if isinstance(number, int) and abs(number) < 2**53:
        return str(number)
    sign = "-" if number < 0 else ""
    digits, _, exponent = f"{abs(float(number))!r}".partition("e")
    whole, _, rest = digits.partition(".")
    point = len(whole) + int(exponent or 0)
    figures = (whole + ("" if rest == "0" else rest)).lstrip("0")
    point -= len(whole + ("" if rest == "0" else rest)) - len(figures)
    figures = figures.rstrip("0") or "0"
    count = len(figures)
    if count <= point <= 21:
        return sign + figures + "0" * (point - count)
    if 0 < point <= 21:
        return f"{sign}{figures[:point]}.{figures[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{figures}"
    power = f"e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return sign + figures[0] + (f".{figures[1:]}" if count > 1 else "") + power


def tidy(number: float) -> float | int:
    """A whole number as int where JavaScript keeps it exactly; -0 stays a float."""
    if (
        isinstance(number, float)
        and number.is_integer()
        and abs(number) < 2**53
        and not (number == 0 and math.copysign(1, number) < 0)
    ):
        return int(number)
    return number


def kind(of: Val) -> str | None:
    """typeof."""
    match of.data:
        case Undefined():
            return "undefined"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case Fn():
            return "function"
        case Obj() | Arr() | Rx() | None:
            return "object"
    return None


def strict_equal(a: Val, b: Val) -> bool | None:
    """a === b."""
    x, y = a.data, b.data
    if isinstance(x, Unk) or isinstance(y, Unk):
        return None
    if isinstance(x, (Obj, Arr, Fn, Rx)) or isinstance(y, (Obj, Arr, Fn, Rx)):
        return x is y
    if _number(x) and _number(y):
        return bool(x == y)
    return type(x) is type(y) and bool(x == y)


def loose_equal(a: Val, b: Val) -> bool | None:
    """a == b, for values that are no objects."""
    nothing = [v.data is None or v.data is UNDEFINED for v in (a, b)]
    if any(nothing) and not any(isinstance(v.data, (Unk, One)) for v in (a, b)):
        return all(nothing)
    if not (primitive(a) and primitive(b)):
        return (
            strict_equal(a, b)
            if isinstance(a.data, (Obj, Arr, Fn, Rx)) and isinstance(b.data, (Obj, Arr, Fn, Rx))
            else None
        )
    if isinstance(a.data, str) and isinstance(b.data, str):
        return a.data == b.data
    x, y = to_number(a), to_number(b)
    return None if x is None or y is None else x == y


def _number(of: Any) -> bool:
    return isinstance(of, (int, float)) and not isinstance(of, bool)


def binary(operator: str, a: Val, b: Val) -> Any:
    """What a binary operator gives for two known values; Ellipsis where that cannot be said."""
    match operator:
        case "===":
            return _or_dots(strict_equal(a, b))
        case "!==":
            return _or_dots(strict_equal(a, b), negate=True)
        case "==":
            return _or_dots(loose_equal(a, b))
        case "!=":
            return _or_dots(loose_equal(a, b), negate=True)
        case "+" if not (_adds(a) and _adds(b)):
            x, y = to_text(a), to_text(b)
            if x is None or y is None:
                return ...
            if len(x) + len(y) > MAX_TEXT:
                raise TooComplex
            return x + y
        case "<" | ">" | "<=" | ">=" if isinstance(a.data, str) and isinstance(b.data, str):
            # JavaScript compares UTF-16 units; code points agree where there are no surrogates
            if not (narrow(a.data) and narrow(b.data)):
                return ...
            return {"<": a.data < b.data, ">": a.data > b.data, "<=": a.data <= b.data, ">=": a.data >= b.data}[
                operator
            ]
    if not (primitive(a) and primitive(b)):
        return ...
    m, n = to_number(a), to_number(b)
    if m is None or n is None:
        return ...
    return _arithmetic(operator, m, n)


def _adds(of: Val) -> bool:
    return primitive(of) and not isinstance(of.data, str)


def _or_dots(of: bool | None, *, negate: bool = False) -> Any:
    return ... if of is None else of is not negate


def _arithmetic(operator: str, m: float | int, n: float | int) -> Any:
    x, y = float(m), float(n)
    match operator:
        case "<" | ">" | "<=" | ">=":
            return {"<": x < y, ">": x > y, "<=": x <= y, ">=": x >= y}[operator]
        case "+":
            return tidy(x + y)
        case "-":
            return tidy(x - y)
        case "*":
            return tidy(x * y)
        case "/":
            if y == 0:
                return math.nan if x == 0 or x != x else math.copysign(math.inf, x) * math.copysign(1, y)
            return tidy(x / y)
        case "%":
            if y == 0 or math.isinf(x) or x != x or y != y:
                return math.nan
            return tidy(math.fmod(x, y))
        case "**":
            # other powers may differ in their last digit from one engine to the next
            exact = (
                x.is_integer() and y.is_integer() and 0 <= y <= 64 and abs(x) < 2**53 and abs(int(x)) ** int(y) < 2**53
            )
            return tidy(x**y) if exact else ...
        case "&" | "|" | "^":
            i, j = to_int32(x), to_int32(y)
            return {"&": i & j, "|": i | j, "^": i ^ j}[operator]
        case "<<":
            return to_int32(float(to_int32(x) << (to_int32(y) & 31)))
        case ">>":
            return to_int32(x) >> (to_int32(y) & 31)
        case ">>>":
            return (to_int32(x) & 0xFFFFFFFF) >> (to_int32(y) & 31)
    return ...


def to_int32(of: float) -> int:
    """ToInt32 (ECMA-262 §7.1.6)."""
    if of != of or math.isinf(of):
        return 0
    whole = int(of) & 0xFFFFFFFF
    return whole - 0x100000000 if whole >= 0x80000000 else whole

"""Numbers from texts, Number and Math (ECMA-262 §19.2, §21.1, §21.3)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from checklist.model import Location
from checklist.parse.js.conversions import SPACE, canonical, is_number, is_secret, to_number, to_string
from checklist.parse.js.heap import UNDEFINED, Val, each, is_unknown, unknown
from checklist.parse.js.native import Builtin, Call, Method, over_first


def parse_int(c: Call) -> Val:
    if c.arg(1).data not in (UNDEFINED, 10, 0):
        return c.unknown("parseInt with another base is not evaluated")
    return each(c.arg(0), lambda of: _parse_int(of, c.at))


def _parse_int(of: Val, at: Location | None) -> Val:
    text = to_string(of)
    if text is None:
        return unknown("not known", at)
    text = text.strip(SPACE)
    if text.lstrip("+-")[:2].lower() == "0x":
        return unknown("parseInt of a hexadecimal number is not evaluated", at)
    found = re.match(r"[-+]?\d+", text, re.ASCII)
    return Val(canonical(float(int(found[0]))) if found and len(found[0]) < 300 else math.nan, at, is_secret(of))


def _parse_float(of: Val, at: Location | None) -> Val:
    text = to_string(of)
    if text is None:
        return unknown("not known", at)
    found = re.match(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?Infinity", text.strip(SPACE), re.ASCII)
    return Val(canonical(float(found[0].replace("Infinity", "inf"))) if found else math.nan, at, is_secret(of))


parse_float = over_first(_parse_float)


def is_nan(of: Val) -> bool | None:
    number = to_number(of)
    return None if number is None else number != number


def is_finite(of: Val) -> bool | None:
    number = to_number(of)
    return None if number is None else math.isfinite(number)


def _is(does: Callable[[float], bool]) -> Builtin:
    """Number.isNaN and its like: false for what is no number."""
    return over_first(lambda of, at: Val(is_number(of) and does(float(of.data)), at))


def _math(do: Callable[[list[float | int]], float | int | None]) -> Builtin:
    def run(c: Call) -> Val:
        numbers = [None if is_unknown(arg) else to_number(arg) for arg in c.args]
        known = [number for number in numbers if number is not None and number == number]
        if len(known) < len(numbers):
            return c.unknown("it is made of something that is not known")
        result = do(known)
        if result is None:
            return c.unknown("not evaluated")
        return c.value(canonical(float(result)), secret=any(arg.secret for arg in c.args))

    return run


def _of_one(do: Callable[[float], float]) -> Builtin:
    return _math(lambda numbers: do(float(numbers[0])) if numbers and not math.isinf(numbers[0]) else None)


NUMBER: dict[str, Builtin] = {
    "parseInt": parse_int,
    "parseFloat": parse_float,
    "isInteger": _is(float.is_integer),
    "isFinite": _is(math.isfinite),
    "isNaN": _is(math.isnan),
}
MATH: dict[str, Builtin] = {
    "max": _math(lambda numbers: max(numbers, default=-math.inf)),
    "min": _math(lambda numbers: min(numbers, default=math.inf)),
    "floor": _of_one(math.floor),
    "ceil": _of_one(math.ceil),
    "round": _of_one(lambda n: math.floor(n) + (n - math.floor(n) >= 0.5)),
    "trunc": _of_one(math.trunc),
    "abs": _of_one(abs),
}


def _to_string(c: Call) -> Val | None:
    decimal = not c.args or c.args[0].data in (10, UNDEFINED)
    return c.value(to_string(c.this), secret=c.this.secret) if decimal else None


NUMBER_PROTOTYPE: dict[str, Method] = {"toString": _to_string}

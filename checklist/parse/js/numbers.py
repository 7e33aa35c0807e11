"""Numbers from texts, and Math (ECMA-262 §19.2, §21.3)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from checklist.model import Location
from checklist.parse.js import operators as ops
from checklist.parse.js.heap import Val, unknown
from checklist.parse.js.native import fn, opaque
from checklist.parse.js.state import is_unknown


def said(told: Any, at: Location | None, of: Val) -> Val:
    return unknown("it is made of something that is not known", at) if told is None else Val(told, at, ops.secret(of))


def parse_int(of: Val, at: Location | None) -> Val:
    text = ops.to_text(of)
    if text is None:
        return unknown("not known", at)
    found = re.match(r"[-+]?\d+", text.strip(ops.SPACE), re.ASCII)
    if text.strip(ops.SPACE).lstrip("+-")[:2].lower() == "0x":
        return unknown("parseInt of a hexadecimal number is not evaluated", at)
    return Val(ops.tidy(float(int(found[0]))) if found and len(found[0]) < 300 else math.nan, at, ops.secret(of))


def parse_float(of: Val, at: Location | None) -> Val:
    text = ops.to_text(of)
    if text is None:
        return unknown("not known", at)
    found = re.match(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?Infinity", text.strip(ops.SPACE), re.ASCII)
    return Val(ops.tidy(float(found[0].replace("Infinity", "inf"))) if found else math.nan, at, ops.secret(of))


def is_nan(of: Val) -> bool | None:
    number = ops.to_number(of)
    return None if number is None else number != number


def is_finite(of: Val) -> bool | None:
    number = ops.to_number(of)
    return None if number is None else math.isfinite(number)


def of_number(does: Callable[[float | int], bool]) -> Callable[[Val, Location | None], Val]:
    """Number.isNaN and its like: false for what is no number."""
    return lambda of, at: Val(isinstance(of.data, (int, float)) and not isinstance(of.data, bool) and does(of.data), at)


def math_members() -> dict[str, Val]:
    def over(do: Callable[[list[float | int]], float | int | None]) -> Val:
        def call(args: list[Val], at: Location | None) -> Val:
            numbers = [None if is_unknown(a) else ops.to_number(a) for a in args]
            if None in numbers or any(n != n for n in numbers):
                return unknown("it is made of something that is not known", at)
            told = do([n for n in numbers if n is not None])
            return (
                unknown("not evaluated", at)
                if told is None
                else Val(ops.tidy(float(told)), at, any(a.secret for a in args))
            )

        return fn(call)

    def one(do: Callable[[float], float]) -> Val:
        return over(lambda n: do(float(n[0])) if n and not math.isinf(n[0]) else None)

    return {
        "max": over(lambda n: max(n, default=-math.inf)),
        "min": over(lambda n: min(n, default=math.inf)),
        "floor": one(math.floor),
        "ceil": one(math.ceil),
        "round": one(lambda n: math.floor(n) + (n - math.floor(n) >= 0.5)),
        "trunc": one(math.trunc),
        "abs": one(abs),
        "random": opaque("Math.random differs each time"),
    }

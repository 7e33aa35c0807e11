"""Numbers, times in milliseconds and sizes in bytes, read as people write them and shown the same way."""

from __future__ import annotations

import math
import re

_MS = {"": 1, "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
FOREVER = 1e15
"""Milliseconds, 31,700 years: beyond them a double does not tell one from the next for long."""


def whole(digits: str, base: int = 10) -> int | float:
    """A whole number of any length as Node holds it: beyond the doubles (ECMA-262, 6.1.6.1) it is infinite."""
    try:
        number = int(digits, base)
        float(number)
    except (OverflowError, ValueError):  # ValueError: Python reads no more than 4,300 digits
        return -math.inf if digits.startswith("-") else math.inf
    return number


def parse_time(text: str | int | float) -> float | None:
    """Milliseconds of `2s`, `5m`, `1.5h` or bare milliseconds; None if it is no time, or one beyond all clocks."""
    if isinstance(text, (int, float)):
        return None if isinstance(text, bool) or not abs(text) < FOREVER else text
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?\s*", text, re.ASCII)
    if not found:
        return None
    ms = float(found[1]) * _MS[found[2] or ""]
    return None if ms >= FOREVER else int(ms) if ms.is_integer() else ms


def spell_time(ms: float) -> str:
    """A time as parse_time reads it, in the largest unit that says it without a fraction: `2m`, `90s`, `1500ms`."""
    unit = next((u for u in ("h", "m", "s") if ms and ms % _MS[u] == 0), "ms")
    number = ms / _MS[unit]
    return f"{int(number) if number.is_integer() else number}{unit}"


def show_time(ms: float, lang: str = "en") -> str:
    """`300 ms`, `1.4 s`, `1 min 30 s`, `2 h 47 min`: the largest unit and, from a minute on, the next one, rounded there."""
    milli, second, minute, hour = {"en": ("ms", "s", "min", "h"), "ru": ("мс", "с", "мин", "ч")}[lang]
    if ms < 1000 or not ms < FOREVER:  # what is no number or beyond all clocks is told as it is
        return f"{_number(ms, lang)} {milli}"
    if ms < 59_950:
        return f"{_number(ms / 1000, lang)} {second}"
    seconds, minutes = round(ms / 1000), round(ms / 60_000)
    many, rest, large, small = (*divmod(seconds, 60), minute, second) if seconds < 3600 else (*divmod(minutes, 60), hour, minute)
    return f"{many} {large} {rest} {small}" if rest else f"{many} {large}"


def show_size(size: float) -> str:
    """`512 MB`, `300 B`; 1 KB is 1024 bytes, as PM2 counts."""
    for step, word in ((1024**3, "GB"), (1024**2, "MB"), (1024, "KB")):
        if size >= step:
            return f"{_number(size / step)} {word}"
    return f"{_number(size)} B"


def _number(of: float, lang: str = "en") -> str:
    told = f"{of:.1f}".removesuffix(".0") if of < 1e15 else f"{of:.3g}"
    return told.replace(".", ",") if lang == "ru" else told

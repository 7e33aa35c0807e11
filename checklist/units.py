"""Times in milliseconds and sizes in bytes, read as people write them and shown the same way."""

from __future__ import annotations

import re

_MS = {"": 1, "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def parse_time(text: str | int | float) -> float | None:
    """Milliseconds of `2s`, `5m`, `1.5h` or bare milliseconds; None if it is no time."""
    if isinstance(text, (int, float)):
        return None if isinstance(text, bool) else text
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?\s*", text, re.ASCII)
    if not found:
        return None
    ms = float(found[1]) * _MS[found[2] or ""]
    return int(ms) if ms.is_integer() else ms


def show_time(ms: float, lang: str = "en") -> str:
    """`30 s`, `1.5 min`, `2 h`: the largest unit that says it without many digits."""
    words = {"en": ("ms", "s", "min", "h"), "ru": ("мс", "с", "мин", "ч")}[lang]
    for step, word in ((3_600_000, words[3]), (60_000, words[2]), (1000, words[1])):
        if ms >= step and (ms % step == 0 or ms >= 2 * step or step == 1000):
            return f"{_number(ms / step)} {word}"
    return f"{_number(ms)} {words[0]}"


def show_size(size: float) -> str:
    """`512 MB`, `300 B`; 1 KB is 1024 bytes, as PM2 counts."""
    for step, word in ((1024**3, "GB"), (1024**2, "MB"), (1024, "KB")):
        if size >= step:
            return f"{_number(size / step)} {word}"
    return f"{_number(size)} B"


def _number(of: float) -> str:
    return f"{of:.1f}".removesuffix(".0") if of < 1e15 else f"{of:.3g}"

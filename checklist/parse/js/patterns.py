"""Methods of strings and of regular expressions that match one against the other (ECMA-262 §22.1.3, §22.2.6)."""

from __future__ import annotations

import re
from collections.abc import Callable

from checklist.parse.js.heap import UNDEFINED, Arr, Rx, Val
from checklist.parse.js.limits import MAX_TEXT, TooComplex
from checklist.parse.js.native import Call, Method
from checklist.parse.js.regex import translate


def _compiled(c: Call, regex: Rx, text: str) -> re.Pattern[str] | None:
    c.store.budget.spend(100 + len(regex.pattern))
    found = translate(regex.pattern, regex.flags, text)
    if found is None:
        return None
    c.store.budget.spend(found[1] // 100)
    return found[0]


def _test(c: Call) -> Val | None:
    text, regex = c.arg(0).data, c.this.data
    if not isinstance(text, str) or "g" in regex.flags:  # a global one goes on where it stopped
        return None
    pattern = _compiled(c, regex, text)
    return None if pattern is None else c.value(pattern.search(text) is not None)


REGEXP_PROTOTYPE: dict[str, Method] = {"test": _test}


def apply(c: Call, name: str) -> Val | None:
    """A string's method whose first argument is a regular expression."""
    pattern = _compiled(c, c.args[0].data, c.this.data)
    method = _METHODS.get(name)
    return method(c, pattern) if pattern is not None and method is not None else None


def _matches(c: Call, pattern: re.Pattern[str]) -> list[re.Match[str]] | None:
    """All matches; None where one is empty, since where the next one begins differs."""
    matches = list(pattern.finditer(c.this.data))
    return None if any(match.end() == match.start() for match in matches) else matches


def _is_global(c: Call) -> bool:
    return "g" in c.args[0].data.flags


def _search(c: Call, pattern: re.Pattern[str]) -> Val | None:
    first = pattern.search(c.this.data)
    return c.value(first.start() if first else -1) if len(c.args) == 1 else None


def _replace(c: Call, pattern: re.Pattern[str]) -> Val | None:
    text, into = c.this.data, c.arg(1).data
    if len(c.args) != 2 or not isinstance(into, str) or "$" in into:
        return None
    if (len(text) + 1) * (len(into) + 1) > MAX_TEXT:
        raise TooComplex
    if _matches(c, pattern) is None:
        return None
    return c.value(pattern.sub(lambda _: into, text, count=0 if _is_global(c) else 1))


def _split(c: Call, pattern: re.Pattern[str]) -> Val | None:
    if len(c.args) != 1 or pattern.groups or pattern.match("") is not None or _matches(c, pattern) is None:
        return None
    return c.array([c.value(part) for part in pattern.split(c.this.data)])


def _match(c: Call, pattern: re.Pattern[str]) -> Val | None:
    if len(c.args) != 1:
        return None
    if _is_global(c):
        matches = _matches(c, pattern)
        if matches is None:
            return None
        return c.array([c.value(match[0]) for match in matches]) if matches else c.value(None)
    first = pattern.search(c.this.data)
    if first is None:
        return c.value(None)
    parts = [c.value(UNDEFINED if part is None else part) for part in (first[0], *first.groups())]
    return c.store.made(Arr(parts, named=True), c.at)


_METHODS: dict[str, Callable[[Call, re.Pattern[str]], Val | None]] = {
    "search": _search,
    "replace": _replace,
    "replaceAll": lambda c, pattern: _replace(c, pattern) if _is_global(c) else None,
    "split": _split,
    "match": _match,
}

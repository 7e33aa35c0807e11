"""Built-in methods of strings and regular expressions (ECMA-262 §22.1.3, §22.2.6), as far as configs use them."""

from __future__ import annotations

import re
from typing import Any

from checklist.model import Location
from checklist.parse.js import operators as ops
from checklist.parse.js.heap import UNDEFINED, Arr, Rx, Thrown, TooComplex, Val
from checklist.parse.js.regex import translate
from checklist.parse.js.regions import MAX_ITEMS
from checklist.parse.js.state import is_unknown

METHODS = frozenset(
    [
        "toString",
        "valueOf",
        "trim",
        "trimStart",
        "trimLeft",
        "trimEnd",
        "trimRight",
        "toUpperCase",
        "toLocaleUpperCase",
        "toLowerCase",
        "toLocaleLowerCase",
        "concat",
        "startsWith",
        "endsWith",
        "includes",
        "indexOf",
        "lastIndexOf",
        "repeat",
        "split",
        "replace",
        "replaceAll",
        "slice",
        "substring",
        "at",
        "charAt",
        "padStart",
        "padEnd",
        "match",
        "search",
        "charCodeAt",
    ]
)


def call(interp: Any, this: Val, name: str, args: list[Val], at: Location | None) -> Val | None:
    """What 'text'.name(...args) gives; None where the method is none of ours."""
    text: str = this.data
    interp.weigh(this)
    found = (
        _with_regex(interp, text, name, args, at)
        if args and isinstance(args[0].data, Rx)
        else _text(text, name, args, at, this.secret)
    )
    if found is None:
        return None
    if isinstance(found.data, Arr):
        interp.spend(len(found.data.items))
        if len(found.data.items) > MAX_ITEMS:
            raise TooComplex
    secret = this.secret or any(a.secret for a in args)
    if secret and isinstance(found.data, Arr):
        found.data.items = [Val(v.data, v.at, True) for v in found.data.items]
    return Val(found.data, found.at, secret)


def test(interp: Any, regex: Rx, args: list[Val], at: Location | None) -> Val | None:
    text = args[0].data if args else None
    if not isinstance(text, str) or "g" in regex.flags:  # a global one goes on where it stopped
        return None
    found = _compiled(interp, regex, text)
    return None if found is None else Val(found.search(text) is not None, at)


def _compiled(interp: Any, regex: Rx, text: str) -> re.Pattern[str] | None:
    interp.spend(100 + len(regex.pattern))
    found = translate(regex.pattern, regex.flags, text)
    if found is None:
        return None
    interp.spend(found[1] // 100)
    return found[0]


def _with_regex(interp: Any, text: str, name: str, args: list[Val], at: Location | None) -> Val | None:
    """A string's method whose first argument is a regular expression."""
    regex = args[0].data
    found = _compiled(interp, regex, text)
    if found is None:
        return None
    whole = "g" in regex.flags
    match name:
        case "search" if len(args) == 1:
            first = found.search(text)
            return Val(first.start() if first else -1, at)
        case "replace" | "replaceAll" if (
            len(args) == 2
            and isinstance(args[1].data, str)
            and "$" not in args[1].data
            and (whole or name == "replace")
        ):
            into = args[1].data
            if (len(text) + 1) * (len(into) + 1) > ops.MAX_TEXT:
                raise TooComplex
            if any(m.end() == m.start() for m in found.finditer(text)):
                return None  # where the next match begins differs
            return Val(found.sub(lambda _: into, text, count=0 if whole else 1), at)
        case "split" if len(args) == 1 and not found.groups and found.match("") is None:
            parts = found.split(text)
            return (
                None
                if any(m.end() == m.start() for m in found.finditer(text))
                else Val(interp.born(Arr([Val(p, at) for p in parts])), at)
            )
        case "match" if len(args) == 1:
            if whole:
                if any(m.end() == m.start() for m in found.finditer(text)):
                    return None
                told = [m[0] for m in found.finditer(text)]
                return Val(interp.born(Arr([Val(t, at) for t in told])) if told else None, at)
            first = found.search(text)
            parts = [] if first is None else [first[0], *first.groups()]
            return Val(
                interp.born(Arr([Val(UNDEFINED if p is None else p, at) for p in parts], named=True))
                if first
                else None,
                at,
            )
    return None


def _text(text: str, name: str, args: list[Val], at: Location | None, secret: bool) -> Val | None:
    if any(is_unknown(a) or not ops.primitive(a) for a in args) or (
        not text.isascii() and name not in ("trim", "toString", "concat", "startsWith", "endsWith", "includes")
    ):
        return None
    told = _known_text(text, name, args)
    if told is None:
        return None
    if isinstance(told, list):
        return Val(Arr([Val(part, at, secret) for part in told]), at, secret)
    return Val(told, at, secret)


def _known_text(text: str, name: str, args: list[Val]) -> Any:
    words = [ops.to_text(a) or "" for a in args]
    first = words[0] if words else ""
    match name:
        case "toString" | "valueOf":
            return text
        case "trim":
            return text.strip(ops.SPACE)
        case "trimStart" | "trimLeft":
            return text.lstrip(ops.SPACE)
        case "trimEnd" | "trimRight":
            return text.rstrip(ops.SPACE)
        case "toUpperCase" | "toLocaleUpperCase":
            return text.upper()
        case "toLowerCase" | "toLocaleLowerCase":
            return text.lower()
        case "concat":
            return text + "".join(words)
        case "startsWith" if len(args) == 1:
            return text.startswith(first)
        case "endsWith" if len(args) == 1:
            return text.endswith(first)
        case "includes" if len(args) == 1:
            return first in text
        case "indexOf" if len(args) == 1:
            return text.find(first)
        case "lastIndexOf" if len(args) == 1:
            return text.rfind(first)
        case "repeat" if args and isinstance(args[0].data, int) and args[0].data >= 0:
            if len(text) * args[0].data > ops.MAX_TEXT:
                raise TooComplex
            return text * args[0].data
        case "repeat" if args and isinstance(args[0].data, int) and not isinstance(args[0].data, bool):
            raise Thrown
        case "split" if len(args) == 1 and isinstance(args[0].data, str):
            return list(text[: MAX_ITEMS + 1]) if first == "" else text.split(first, MAX_ITEMS + 1)
        case "split" if not args:
            return [text]
        case "replace" | "replaceAll" if (
            len(args) == 2 and all(isinstance(a.data, str) for a in args) and "$" not in words[1]
        ):
            if name == "replaceAll" and len(text) * (len(words[1]) + 1) > ops.MAX_TEXT:
                raise TooComplex
            return text.replace(first, words[1], 1 if name == "replace" else -1)
        case "slice" | "substring" | "at" | "charAt" | "padStart" | "padEnd":
            return _cut_text(text, name, args)
    return None


def _cut_text(text: str, name: str, args: list[Val]) -> Any:
    numbers = [a.data for a in args if isinstance(a.data, int) and not isinstance(a.data, bool)]
    if name in ("padStart", "padEnd"):
        if not numbers or (len(args) > 1 and not isinstance(args[1].data, str)) or numbers[0] > ops.MAX_TEXT:
            return None
        fill = args[1].data if len(args) > 1 else " "
        room = max(numbers[0] - len(text), 0)
        filling = (fill * (room // max(len(fill), 1) + 1))[:room] if fill else ""
        return filling + text if name == "padStart" else text + filling
    if len(numbers) != len(args):
        return None
    start = numbers[0] if numbers else 0
    match name:
        case "at":
            return text[start] if -len(text) <= start < len(text) else UNDEFINED
        case "charAt":
            return text[start] if 0 <= start < len(text) else ""
        case "slice":
            return text[start : numbers[1] if len(numbers) > 1 else None]
    a, b = (max(0, min(n, len(text))) for n in (start, numbers[1] if len(numbers) > 1 else len(text)))
    return text[min(a, b) : max(a, b)]

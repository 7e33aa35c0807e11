"""Built-in methods of strings (ECMA-262 §22.1.3), as far as configs use them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from checklist.parse.js import patterns
from checklist.parse.js.conversions import SPACE, is_integer, is_primitive, to_string
from checklist.parse.js.heap import UNDEFINED, Arr, Rx, Thrown, Val
from checklist.parse.js.limits import MAX_ITEMS, MAX_TEXT, TooComplex
from checklist.parse.js.native import Call, Method

TextMethod = Callable[[str, list[Val]], Any]
"""A method on known primitive arguments; None where such arguments are not evaluated."""


def _plain(do: Callable[[str], Any]) -> TextMethod:
    return lambda text, args: do(text)


def _of_one(do: Callable[[str, str], Any]) -> TextMethod:
    return lambda text, args: do(text, to_string(args[0]) or "") if len(args) == 1 else None


def _repeat(text: str, args: list[Val]) -> str | None:
    count = args[0].data if args else None
    if not isinstance(count, int):
        return None
    if count < 0:
        raise Thrown
    if len(text) * count > MAX_TEXT:
        raise TooComplex
    return text * count


def _split(text: str, args: list[Val]) -> list[str] | None:
    if not args:
        return [text]
    if len(args) > 1 or not isinstance(args[0].data, str):
        return None
    return text.split(args[0].data, MAX_ITEMS + 1) if args[0].data else list(text[: MAX_ITEMS + 1])


def _replace(text: str, args: list[Val], count: int = 1) -> str | None:
    if len(args) != 2 or not all(isinstance(arg.data, str) for arg in args) or "$" in args[1].data:
        return None
    if count < 0 and len(text) * (len(args[1].data) + 1) > MAX_TEXT:
        raise TooComplex
    return text.replace(args[0].data, args[1].data, count)


def _cut(do: Callable[..., Any]) -> TextMethod:
    """A method whose arguments are integers."""
    return lambda text, args: do(text, *(arg.data for arg in args)) if all(map(is_integer, args)) else None


def _substring(text: str, start: int = 0, end: int | None = None, *_: int) -> str:
    a, b = (max(0, min(n, len(text))) for n in (start, len(text) if end is None else end))
    return text[min(a, b) : max(a, b)]


def _padding(text: str, args: list[Val]) -> str | None:
    length = next((arg.data for arg in args if is_integer(arg)), None)
    if length is None or (len(args) > 1 and not isinstance(args[1].data, str)) or length > MAX_TEXT:
        return None
    fill = args[1].data if len(args) > 1 else " "
    room = max(length - len(text), 0)
    return str((fill * (room // max(len(fill), 1) + 1))[:room]) if fill else ""


def _pad(at_start: bool) -> TextMethod:
    def pad(text: str, args: list[Val]) -> str | None:
        padding = _padding(text, args)
        return None if padding is None else padding + text if at_start else text + padding

    return pad


_WIDE: dict[str, TextMethod] = {
    "trim": _plain(lambda text: text.strip(SPACE)),
    "toString": _plain(str),
    "concat": lambda text, args: text + "".join(to_string(arg) or "" for arg in args),
    "startsWith": _of_one(str.startswith),
    "endsWith": _of_one(str.endswith),
    "includes": _of_one(str.__contains__),
}
"""Methods that do the same for texts that are not ASCII."""
_ASCII: dict[str, TextMethod] = {
    "valueOf": _plain(str),
    **dict.fromkeys(("trimStart", "trimLeft"), _plain(lambda text: text.lstrip(SPACE))),
    **dict.fromkeys(("trimEnd", "trimRight"), _plain(lambda text: text.rstrip(SPACE))),
    **dict.fromkeys(("toUpperCase", "toLocaleUpperCase"), _plain(str.upper)),
    **dict.fromkeys(("toLowerCase", "toLocaleLowerCase"), _plain(str.lower)),
    "indexOf": _of_one(str.find),
    "lastIndexOf": _of_one(str.rfind),
    "repeat": _repeat,
    "split": _split,
    "replace": _replace,
    "replaceAll": lambda text, args: _replace(text, args, -1),
    "slice": _cut(lambda text, start=0, end=None, *_: text[start:end]),
    "substring": _cut(_substring),
    "at": _cut(lambda text, start=0, *_: text[start] if -len(text) <= start < len(text) else UNDEFINED),
    "charAt": _cut(lambda text, start=0, *_: text[start] if 0 <= start < len(text) else ""),
    "padStart": _pad(True),
    "padEnd": _pad(False),
}
_PATTERNS_ONLY = ("match", "search", "charCodeAt")


def _method(name: str) -> Method:
    def run(c: Call) -> Val | None:
        c.store.weigh(c.this)
        is_pattern = bool(c.args) and isinstance(c.args[0].data, Rx)
        found = patterns.apply(c, name) if is_pattern else _applied(c, name)
        if found is None:
            return None
        secret = c.this.secret or any(arg.secret for arg in c.args)
        if isinstance(found.data, Arr):
            items = found.data.items
            c.store.budget.spend(len(items))
            if len(items) > MAX_ITEMS:
                raise TooComplex
            if secret:
                found.data.items = [Val(item.data, item.at, True) for item in items]
        return Val(found.data, found.at, secret)

    return run


def _applied(c: Call, name: str) -> Val | None:
    text = c.this.data
    method = _WIDE.get(name) or (_ASCII.get(name) if text.isascii() else None)
    data = method(text, c.args) if method is not None and all(map(is_primitive, c.args)) else None
    if isinstance(data, list):
        return Val(Arr([c.value(part) for part in data]), c.at)
    return None if data is None else c.value(data)


STRING_PROTOTYPE: dict[str, Method] = {name: _method(name) for name in (*_WIDE, *_ASCII, *_PATTERNS_ONLY)}

"""JSON.stringify and JSON.parse (ECMA-262 §25.5)."""

from __future__ import annotations

import json
from typing import Any

from checklist.model import Value, walk
from checklist.parse.js.frozen import freeze, thaw
from checklist.parse.js.heap import UNDEFINED, Arr, Fn, Obj, Thrown, Val, each, is_nullish
from checklist.parse.js.limits import MAX_TEXT, TooComplex
from checklist.parse.js.members import get
from checklist.parse.js.native import Builtin, Call
from checklist.parse.js.operations import UNKNOWN_PARTS


def _stringify(c: Call) -> Val:
    of, replacer, indent = c.arg(0), c.arg(1), c.arg(2).data
    if not is_nullish(replacer) or not (indent is UNDEFINED or type(indent) in (int, str)):
        c.store.expose(replacer)
        return c.unknown("JSON.stringify with such arguments is not evaluated")
    if of.data is UNDEFINED:
        return c.value(UNDEFINED)
    if c.store.accessors:
        c.store.run_escaped()
    whole = freeze(of, order=True)
    parts = list(walk(whole))
    if any(path and path[-1] == "toJSON" for path, _ in parts):
        c.store.expose(of)
    c.store.budget.spend(len(parts))
    text = _serialized(whole, indent)
    if text is not None and len(text) > MAX_TEXT:
        raise TooComplex
    return c.unknown(UNKNOWN_PARTS) if text is None else c.value(text, secret=any(part.secret for _, part in parts))


def _serialized(of: Value, indent: Any) -> str | None:
    """The JSON of a value, as far as Python's is the same; None where it is not."""
    space = indent[:10] if isinstance(indent, str) else max(0, min(indent, 10)) if isinstance(indent, int) else 0
    separators = None if space else (",", ":")
    try:
        return json.dumps(_data(of), ensure_ascii=False, indent=space or None, separators=separators)
    except ValueError:
        return None


def _data(of: Value) -> Any:
    match of.content:
        case dict() as members if not of.more:
            return {key: _data(member) for key, member in members.items()}
        case tuple() as items if not of.more:
            return [_data(item) for item in items]
        case str() as text if not any("\ud800" <= char <= "\udfff" for char in text):
            return text
        case None | bool() | int():
            return of.content
    raise ValueError


def _parse(c: Call) -> Val:
    return each(c.arg(0), lambda of: _parse_one(c, of))


def _parse_one(c: Call, of: Val) -> Val:
    from checklist.parse.json import parse

    if isinstance(of.data, Obj) and of.data.default is not None:  # a Buffer is read as its text
        text = get(c.store, of, "toString", c.at)
        of = text.data.call([], of, c.at) if isinstance(text.data, Fn) else text
    c.store.budget.spend(len(of.data) // 2 if isinstance(of.data, str) else 0)
    if of.data is UNDEFINED:
        raise Thrown
    if not isinstance(of.data, str):
        return c.unknown("not evaluated")
    parsed = parse("", of.data)
    if parsed.value is None:
        return c.unknown("JSON.parse throws")

    def place(found: Val) -> Val:
        match found.data:
            case Obj(props):
                for prop in props.values():
                    prop.value, prop.key_at = place(prop.value), None
            case Arr(items):
                items[:] = map(place, items)
        return Val(found.data, c.at, of.secret)

    return place(thaw(parsed.value))


JSON: dict[str, Builtin] = {"stringify": _stringify, "parse": _parse}

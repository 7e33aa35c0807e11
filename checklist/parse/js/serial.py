"""JSON.stringify and JSON.parse (ECMA-262 §25.5)."""

from __future__ import annotations

import json
from typing import Any

from checklist.model import Location, Value, walk
from checklist.parse.js import operators as ops
from checklist.parse.js.frozen import freeze, thaw
from checklist.parse.js.heap import UNDEFINED, Arr, Fn, Obj, Prop, Thrown, TooComplex, Val, unknown
from checklist.parse.js.native import arg, fn, obj, on_first


class Json:
    """The global JSON for one program."""

    def __init__(self, interp: Any) -> None:
        self.interp = interp

    def value(self) -> Val:
        return obj({"stringify": fn(self.stringify), "parse": on_first(self.parse)})

    def stringify(self, args: list[Val], at: Location | None) -> Val:
        indent = arg(args, 2).data
        if not (arg(args, 1).data is None or arg(args, 1).data is UNDEFINED) or not (
            indent is UNDEFINED or (type(indent) in (int, str))
        ):
            self.interp.run_unseen(arg(args, 1))
            return unknown("JSON.stringify with such arguments is not evaluated", at)
        if arg(args, 0).data is UNDEFINED:
            return Val(UNDEFINED, at)
        if self.interp.hooked:
            self.interp.run_escaped()
        whole = freeze(arg(args, 0), order=True)
        if any(path and path[-1] == "toJSON" for path, _ in walk(whole)):
            self.interp.run_unseen(arg(args, 0))
        self.interp.spend(sum(1 for _ in walk(whole)))
        told = _plain(
            whole, indent[:10] if isinstance(indent, str) else min(indent, 10) if isinstance(indent, int) else 0
        )
        if told is not None and len(told) > ops.MAX_TEXT:
            raise TooComplex
        secret = any(part.secret for _, part in walk(whole))
        return unknown("it is made of something that is not known", at) if told is None else Val(told, at, secret)

    def parse(self, of: Val, at: Location | None) -> Val:
        if isinstance(of.data, Obj) and of.data.default is not None:  # a Buffer is read as its text
            told = self.interp.get(of, "toString", at)
            of = told.data.call([], of, at) if isinstance(told.data, Fn) else told
        self.interp.spend(len(of.data) // 2 if isinstance(of.data, str) else 0)
        return _parsed(of, at)


def _parsed(of: Val, at: Location | None) -> Val:
    from checklist.parse.json import parse

    if of.data is UNDEFINED:
        raise Thrown
    if not isinstance(of.data, str):
        return unknown("not evaluated", at)
    parsed = parse("", of.data)
    if parsed.value is None:
        return unknown("JSON.parse throws", at)

    def placed(found: Val) -> Val:
        match found.data:
            case Obj() as inner:
                inner.props = {k: Prop(placed(p.value)) for k, p in inner.props.items()}
            case Arr() as array:
                array.items = [placed(v) for v in array.items]
        return Val(found.data, at, of.secret)

    return placed(thaw(parsed.value))


def _plain(of: Value, indent: int | str) -> str | None:
    def data(part: Value) -> Any:
        match part.content:
            case dict() as members if not part.more:
                return {k: data(v) for k, v in members.items()}
            case tuple() as items if not part.more:
                return [data(v) for v in items]
            case str() as text if not any("\ud800" <= c <= "\udfff" for c in text):
                return text
            case None | bool() | int():
                return part.content
        raise ValueError

    try:
        if (isinstance(indent, str) and indent) or (isinstance(indent, int) and indent > 0):
            return json.dumps(data(of), ensure_ascii=False, indent=indent)
        return json.dumps(data(of), ensure_ascii=False, separators=(",", ":"))
    except ValueError:
        return None

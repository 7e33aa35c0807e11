"""Globals and modules that configs use: Object, JSON, Math, process, path, os, fs, dotenv (Node 20 documentation)."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any

from checklist.model import Location, Value, walk
from checklist.parse.js import operators as ops
from checklist.parse.js.disk import fs_module
from checklist.parse.js.heap import (
    UNDEFINED,
    Arr,
    Fn,
    Obj,
    One,
    Prop,
    Thrown,
    TooComplex,
    Unk,
    Val,
    each,
    freeze,
    iterable,
    ordered,
    thaw,
    unknown,
)
from checklist.parse.js.native import arg, fn, obj, on_first, opaque
from checklist.parse.js.numbers import is_finite, is_nan, math_members, of_number, parse_float, parse_int, said
from checklist.parse.js.paths import file_url, path_module
from checklist.parse.js.state import is_unknown


class Library:
    """The globals and modules for one file."""

    def __init__(self, interp: Any, environment: Val, root: str, files: Mapping[str, str], env_file: Callable[[str], Value | None]) -> None:
        self.interp, self.environment, self.root, self.files, self.env_file = interp, environment, root, files, env_file

    # ---- globals

    def globals(self) -> dict[str, Val]:
        number = fn(lambda args, at: each(args[0], lambda a: said(ops.to_number(a), at, a)) if args else Val(0, at))
        to_float = fn(lambda args, at: each(arg(args, 0), lambda a: parse_float(a, at)))
        return {
            "undefined": Val(UNDEFINED),
            "NaN": Val(math.nan),
            "Infinity": Val(math.inf),
            "Object": fn(lambda args, at: arg(args, 0) if isinstance(arg(args, 0).data, (Obj, Arr, Fn)) else unknown("Object() is not evaluated", at), **self._object()),
            "Array": fn(lambda args, at: unknown("Array() is not evaluated", at), isArray=fn(self._is_array), **{"from": fn(self._array_from), "of": fn(self._array_of)}),
            "String": fn(lambda args, at: each(args[0], lambda a: said(ops.to_text(a), at, a)) if args else Val("", at)),
            "Number": Val(Fn(number.data.call, Obj({"parseInt": Prop(self._parse_int()), "parseFloat": Prop(to_float), "MAX_SAFE_INTEGER": Prop(Val(2**53 - 1)), "isInteger": Prop(on_first(of_number(lambda n: float(n).is_integer()))), "isFinite": Prop(on_first(of_number(math.isfinite))), "isNaN": Prop(on_first(of_number(math.isnan)))}, default=lambda k: opaque(f"Number.{k} is not evaluated")))),
            "Boolean": on_first(lambda a, at: Val(ops.truth(a), at)),
            "parseInt": self._parse_int(),
            "parseFloat": to_float,
            "isNaN": on_first(lambda a, at: said(is_nan(a), at, a)),
            "isFinite": on_first(lambda a, at: said(is_finite(a), at, a)),
            "Math": obj(math_members(), otherwise="Math.* is not evaluated"),
            "JSON": obj({"stringify": fn(self._stringify), "parse": on_first(self._json_parse)}),
            "globalThis": Val(Obj(guarded=True, more=True, why="the global object is not evaluated")),
            "global": Val(Obj(guarded=True, more=True, why="the global object is not evaluated")),
            "eval": fn(self._eval),
            "console": obj({}, otherwise="console.* gives nothing"),
            "process": self.process(),
            "Date": opaque("the clock is not known"),
            "Symbol": opaque("symbols are not evaluated"),
            "Promise": opaque("what a promise gives is not known"),
            "Buffer": opaque("Buffer is not evaluated"),
            "encodeURIComponent": opaque("encodeURIComponent is not evaluated"),
        }

    def process(self) -> Val:
        here = Val(self.root)
        return Val(
            Obj(
                {
                    "env": Prop(self.environment),
                    "cwd": Prop(fn(lambda args, at: unknown("the folder in which pm2 is called", at, Val(self.root, at)))),
                    "argv": Prop(Val(Arr([], True))),
                    "exit": Prop(fn(self._exit)),
                },
                default=lambda key: opaque(f"process.{key} differs by machine") if key in _CALLS else Val(Unk(f"process.{key} differs by machine"), here.at),
            )
        )

    def _object(self) -> dict[str, Val]:
        def listed(of: Callable[[str, Val], Val]) -> Val:
            def do(args: list[Val], at: Location | None) -> Val:
                source = arg(args, 0).data
                if source is None or source is UNDEFINED:
                    raise Thrown
                if isinstance(source, Obj) and source.odd:
                    self.interp.spoil(arg(args, 0), "a getter may change it")
                    self.interp.run_escaped()
                elif isinstance(source, Obj) and source.listed():
                    return Val(self.interp.born(Arr([of(k, source.props[k].value) for k in ordered(source.props)])), at)
                if isinstance(source, Arr) and not source.more and not source.named:
                    return Val(self.interp.born(Arr([of(str(i), v) for i, v in enumerate(source.items)])), at)
                return Val(self.interp.born(Arr([], True)), at)

            return fn(do)

        return {
            "keys": listed(lambda k, v: Val(k)),
            "values": listed(lambda k, v: v),
            "entries": listed(lambda k, v: Val(self.interp.born(Arr([Val(k), v])))),
            "fromEntries": fn(self._from_entries),
            "assign": fn(self._assign),
            "freeze": fn(self._freeze),
            "seal": fn(self._close),
            "defineProperty": fn(self._define),
            "defineProperties": fn(self._define),
            "preventExtensions": fn(self._close),
        }

    def _assign(self, args: list[Val], at: Location | None) -> Val:
        target = arg(args, 0)
        for source in args[1:]:
            if isinstance(source.data, Fn):
                source = Val(source.data.props)
            if isinstance(target.data, (Obj, Arr)) and target.data.frozen:
                if isinstance(source.data, Obj) and any(not p.maybe for p in source.data.props.values()):
                    raise Thrown
                continue
            match source.data:
                case Obj(odd=True):
                    self.interp.spoil(source, "a getter may change it")
                    self.interp.spoil(target, "it gets what a getter gives", deep=False)
                    self.interp.run_escaped()
                case Obj() as other:
                    self.interp.spend(len(other.props))
                    for key, prop in list(other.props.items()):
                        with self.interp.region() if prop.maybe else nullcontext():
                            self.interp.put(target, key, prop.value, prop.key_at)
                    if isinstance(target.data, Obj):
                        target.data.jumbled = target.data.jumbled or other.jumbled
                    if other.more or other.default is not None:
                        self.interp.spoil(target, other.why, deep=False)
                    elif other.texts and isinstance(target.data, Obj):
                        target.data.more = True
                case Unk() | One() | Arr() | str():
                    self.interp.spoil(target, "it gets keys that are not known", deep=False)
        return target

    def _define(self, args: list[Val], at: Location | None) -> Val:
        target, key = arg(args, 0), arg(args, 1).data
        if key == "__esModule" and isinstance(target.data, Obj):  # what compilers write at the top of a module
            self.interp.put(target, key, unknown("a property is defined that is not evaluated", at))
            target.data.more = True
            return target
        for given in args[1:]:
            self.interp.spoil(given, "it describes a property")
        return self._close(args, at)

    def _close(self, args: list[Val], at: Location | None) -> Val:
        """What is written to it from here on, or read from it, is not followed."""
        target = arg(args, 0)
        self.interp.spoil(target, "a property is defined that is not evaluated", deep=False)
        if isinstance(target.data, Obj):
            target.data.odd = self.interp.hooked = True
        return target

    def _eval(self, args: list[Val], at: Location | None) -> Val:
        raise TooComplex  # it sees and may change every variable

    def _exit(self, args: list[Val], at: Location | None) -> Val:
        raise Thrown

    def _freeze(self, args: list[Val], at: Location | None) -> Val:
        target = arg(args, 0)
        if isinstance(target.data, (Obj, Arr)):
            if self.interp.surely(target.data):
                target.data.frozen = True
            else:
                self._close(args, at)
        return target

    def _from_entries(self, args: list[Val], at: Location | None) -> Val:
        source = arg(args, 0).data
        made = Obj()
        told = Val(self.interp.born(made), at)
        if not iterable(arg(args, 0)):
            raise Thrown
        if not isinstance(source, Arr):
            made.more = True
            return told
        for pair in source.items:
            key = ops.to_text(pair.data.items[0]) if isinstance(pair.data, Arr) and len(pair.data.items) == 2 and not pair.data.more and not pair.data.items[0].secret else None
            if key is None:
                self.interp.blur(made, "it gets keys that are not known")
            else:
                made.props[key] = Prop(pair.data.items[1], pair.data.items[0].at)
        if source.more:
            self.interp.blur(made, "it gets keys that are not known")
        return told

    def _is_array(self, args: list[Val], at: Location | None) -> Val:
        of = arg(args, 0)
        return unknown("not known", at) if is_unknown(of) else Val(isinstance(of.data, Arr), at)

    def _array_from(self, args: list[Val], at: Location | None) -> Val:
        source = arg(args, 0).data
        if source is None or source is UNDEFINED:
            raise Thrown
        items: list[Val] | None = None
        if isinstance(source, Arr) and not source.more:
            items = list(source.items)
        elif isinstance(source, Obj) and set(source.props) == {"length"} and not source.more:
            length = source.props["length"].read().data
            if isinstance(length, int) and 0 <= length <= 1000:
                items = [Val(UNDEFINED, at) for _ in range(length)]
        elif isinstance(source, str) and source.isascii():
            items = [Val(c, at, arg(args, 0).secret) for c in source]
        if items is None:
            if len(args) > 1:
                self.interp.run_unseen(args[1])
            return Val(self.interp.born(Arr([], True)), at)
        if len(args) > 1:
            items = [self.interp.call(args[1], [item, Val(i)], Val(UNDEFINED), at) for i, item in enumerate(items)]
        return Val(self.interp.born(Arr(items)), at)

    def _array_of(self, args: list[Val], at: Location | None) -> Val:
        return Val(self.interp.born(Arr(list(args))), at)

    def _parse_int(self) -> Val:
        def do(args: list[Val], at: Location | None) -> Val:
            base = arg(args, 1).data
            if base not in (UNDEFINED, 10, 0):
                return unknown("parseInt with another base is not evaluated", at)
            return each(arg(args, 0), lambda a: parse_int(a, at))

        return fn(do)

    def _stringify(self, args: list[Val], at: Location | None) -> Val:
        indent = arg(args, 2).data
        if not (arg(args, 1).data is None or arg(args, 1).data is UNDEFINED) or not (indent is UNDEFINED or (type(indent) in (int, str))):
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
        told = _plain(whole, indent[:10] if isinstance(indent, str) else min(indent, 10) if isinstance(indent, int) else 0)
        if told is not None and len(told) > ops.MAX_TEXT:
            raise TooComplex
        secret = any(part.secret for _, part in walk(whole))
        return unknown("it is made of something that is not known", at) if told is None else Val(told, at, secret)

    def _json_parse(self, of: Val, at: Location | None) -> Val:
        if isinstance(of.data, Obj) and of.data.default is not None:  # a Buffer is read as its text
            told = self.interp.get(of, "toString", at)
            of = told.data.call([], of, at) if isinstance(told.data, Fn) else told
        self.interp.spend(len(of.data) // 2 if isinstance(of.data, str) else 0)
        return _json_parse(of, at)

    # ---- modules

    def module(self, name: str) -> Val | None:
        """A module by its name; None where it is none of those that are known here."""
        name = name.removeprefix("node:")
        match name:
            case "path" | "path/posix":
                return path_module(self.interp, self.root)
            case "os":
                return obj({"EOL": Val("\n")}, otherwise="os.*() differs by machine")
            case "fs":
                return fs_module(self.interp, self.root, self.files)
            case "fs/promises" | "child_process" | "crypto" | "util":
                return obj({}, otherwise=f"{name}.*() is not evaluated")
            case "process":
                return self.process()
            case "url":
                return obj({"fileURLToPath": on_first(file_url)}, otherwise="url.* is not evaluated")
            case "dotenv":
                return obj({"config": fn(self._dotenv)}, otherwise="dotenv.* is not evaluated")
            case "dotenv/config":
                self._dotenv([], None)
                return obj({})
        return None

    def _dotenv(self, args: list[Val], at: Location | None) -> Val:
        option = arg(args, 0)
        path: Any = None
        if isinstance(option.data, Obj) and "path" in option.data.props:
            path = option.data.props["path"].read().data
        file = self.env_file(path) if isinstance(path, str) else self.env_file(self.root + "/.env") if path is None else None
        environment = self.environment.data
        if is_unknown(option) or (isinstance(option.data, Obj) and ("override" in option.data.props or option.data.more)):
            self.interp.spoil(self.environment, "dotenv may override it")
        for key, place in (file.members() if file is not None else {}).items():
            if key not in environment.props:
                environment.props[key] = Prop(Val(Unk("set in the env file"), place.at, True))
            elif environment.props[key].maybe or environment.props[key].value.data is UNDEFINED:
                environment.props[key] = Prop(unknown(f"process.env.{key} is set outside"))
        if file is None:
            environment.default = lambda key: unknown(f"process.env.{key} is set outside")
        return unknown("dotenv reads a file", at)

_CALLS = {"memoryUsage", "uptime", "hrtime", "on", "once", "nextTick", "chdir", "emitWarning"}


def _json_parse(of: Val, at: Location | None) -> Val:
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

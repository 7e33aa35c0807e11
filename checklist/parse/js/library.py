"""Globals and modules that configs use: Object, JSON, Math, process, path, os, fs, dotenv (Node 20 documentation)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from checklist.model import Location, Value
from checklist.parse.js import operators as ops
from checklist.parse.js.disk import fs_module
from checklist.parse.js.heap import (
    UNDEFINED,
    Arr,
    Fn,
    Obj,
    Prop,
    Thrown,
    TooComplex,
    Unk,
    Val,
    each,
    unknown,
)
from checklist.parse.js.native import arg, fn, obj, on_first, opaque
from checklist.parse.js.numbers import is_finite, is_nan, math_members, of_number, parse_float, parse_int, said
from checklist.parse.js.objects import Objects
from checklist.parse.js.paths import file_url, path_module
from checklist.parse.js.serial import Json
from checklist.parse.js.state import is_unknown


class Library:
    """The globals and modules for one file."""

    def __init__(
        self,
        interp: Any,
        environment: Val,
        root: str,
        files: Mapping[str, str],
        env_file: Callable[[str], Value | None],
    ) -> None:
        self.interp, self.environment, self.root, self.files, self.env_file = interp, environment, root, files, env_file

    # ---- globals

    def globals(self) -> dict[str, Val]:
        number = fn(lambda args, at: each(args[0], lambda a: said(ops.to_number(a), at, a)) if args else Val(0, at))
        return {
            "undefined": Val(UNDEFINED),
            "NaN": Val(math.nan),
            "Infinity": Val(math.inf),
            "Object": fn(
                lambda args, at: (
                    arg(args, 0)
                    if isinstance(arg(args, 0).data, (Obj, Arr, Fn))
                    else unknown("Object() is not evaluated", at)
                ),
                **Objects(self.interp).members(),
            ),
            "Array": fn(
                lambda args, at: unknown("Array() is not evaluated", at),
                isArray=fn(self._is_array),
                **{"from": fn(self._array_from), "of": fn(self._array_of)},
            ),
            "String": fn(
                lambda args, at: each(args[0], lambda a: said(ops.to_text(a), at, a)) if args else Val("", at)
            ),
            "Number": Val(Fn(number.data.call, self._number())),
            "Boolean": on_first(lambda a, at: Val(ops.truth(a), at)),
            "parseInt": self._parse_int(),
            "parseFloat": self._parse_float(),
            "isNaN": on_first(lambda a, at: said(is_nan(a), at, a)),
            "isFinite": on_first(lambda a, at: said(is_finite(a), at, a)),
            "Math": obj(math_members(), otherwise="Math.* is not evaluated"),
            "JSON": Json(self.interp).value(),
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

    def _number(self) -> Obj:
        members = {
            "parseInt": self._parse_int(),
            "parseFloat": self._parse_float(),
            "MAX_SAFE_INTEGER": Val(2**53 - 1),
            "isInteger": on_first(of_number(lambda n: float(n).is_integer())),
            "isFinite": on_first(of_number(math.isfinite)),
            "isNaN": on_first(of_number(math.isnan)),
        }
        return Obj({k: Prop(v) for k, v in members.items()}, default=lambda k: opaque(f"Number.{k} is not evaluated"))

    def process(self) -> Val:
        here = Val(self.root)
        return Val(
            Obj(
                {
                    "env": Prop(self.environment),
                    "cwd": Prop(
                        fn(lambda args, at: unknown("the folder in which pm2 is called", at, Val(self.root, at)))
                    ),
                    "argv": Prop(Val(Arr([], True))),
                    "exit": Prop(fn(self._exit)),
                },
                default=lambda key: (
                    opaque(f"process.{key} differs by machine")
                    if key in _CALLS
                    else Val(Unk(f"process.{key} differs by machine"), here.at)
                ),
            )
        )

    def _eval(self, args: list[Val], at: Location | None) -> Val:
        raise TooComplex  # it sees and may change every variable

    def _exit(self, args: list[Val], at: Location | None) -> Val:
        raise Thrown

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

    def _parse_float(self) -> Val:
        return fn(lambda args, at: each(arg(args, 0), lambda a: parse_float(a, at)))

    def _parse_int(self) -> Val:
        def do(args: list[Val], at: Location | None) -> Val:
            base = arg(args, 1).data
            if base not in (UNDEFINED, 10, 0):
                return unknown("parseInt with another base is not evaluated", at)
            return each(arg(args, 0), lambda a: parse_int(a, at))

        return fn(do)

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
        file = (
            self.env_file(path)
            if isinstance(path, str)
            else self.env_file(self.root + "/.env")
            if path is None
            else None
        )
        environment = self.environment.data
        if is_unknown(option) or (
            isinstance(option.data, Obj) and ("override" in option.data.props or option.data.more)
        ):
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

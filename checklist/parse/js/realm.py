"""The realm (ECMA-262 §9.3): globals and modules that configs use, from tables of built-ins (Node 20 documentation)."""

from __future__ import annotations

import math
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from checklist.model import Value
from checklist.parse import env as env_files
from checklist.parse.js import objects
from checklist.parse.js.arrays import ARRAY
from checklist.parse.js.conversions import to_boolean, to_number, to_string
from checklist.parse.js.disk import fs_module
from checklist.parse.js.heap import UNDEFINED, Arr, Obj, Prop, Thrown, Unk, Val, is_unknown, unknown
from checklist.parse.js.limits import TooComplex
from checklist.parse.js.native import Builtin, Call, convert, function, functions, obj, opaque, over_first
from checklist.parse.js.numbers import MATH, NUMBER, is_finite, is_nan, parse_float, parse_int
from checklist.parse.js.paths import file_url, path_module
from checklist.parse.js.serial import JSON
from checklist.parse.js.store import Store
from checklist.secrets import plain_value

_MACHINE_CALLS = {"memoryUsage", "uptime", "hrtime", "on", "once", "nextTick", "chdir", "emitWarning"}


@dataclass(frozen=True, slots=True)
class Host:
    """What a program sees of the machine that it runs on."""

    root: str
    """The absolute path of the project."""
    files: Mapping[str, str]
    """The project's texts, by their paths from the root."""
    env: Mapping[str, str] | None = None
    """The whole of process.env; None: any variable may be set outside."""


def _eval(c: Call) -> NoReturn:
    raise TooComplex  # it sees and may change every variable


def _exit(c: Call) -> NoReturn:
    raise Thrown


FUNCTIONS: dict[str, Builtin] = {
    "Object": objects.convert,
    "Array": lambda c: c.unknown("Array() is not evaluated"),
    "String": convert(to_string, ""),
    "Number": convert(to_number, 0),
    "Boolean": over_first(lambda of, at: Val(to_boolean(of), at)),
    "parseInt": parse_int,
    "parseFloat": parse_float,
    "isNaN": convert(is_nan),
    "isFinite": convert(is_finite),
    "eval": _eval,
}
OPAQUE = {
    "Date": "the clock is not known",
    "Symbol": "symbols are not evaluated",
    "Promise": "what a promise gives is not known",
    "Buffer": "Buffer is not evaluated",
    "encodeURIComponent": "encodeURIComponent is not evaluated",
}
OPAQUE_MODULES = ("fs/promises", "child_process", "crypto", "util")


def global_names(store: Store, process: Val) -> dict[str, Val]:
    """The properties of the global object."""
    number = obj(functions(store, NUMBER) | {"MAX_SAFE_INTEGER": Val(2**53 - 1)}, otherwise="Number.* is not evaluated")
    members = {"Object": obj(functions(store, objects.OBJECT)), "Array": obj(functions(store, ARRAY)), "Number": number}
    random = {"random": opaque("Math.random differs each time")}
    whole = Val(Obj(guarded=True, more=True, why="the global object is not evaluated"))
    return {
        "undefined": Val(UNDEFINED),
        "NaN": Val(math.nan),
        "Infinity": Val(math.inf),
        **{name: function(store, of, members.get(name)) for name, of in FUNCTIONS.items()},
        **{name: opaque(why) for name, why in OPAQUE.items()},
        "Math": Val(obj(functions(store, MATH) | random, otherwise="Math.* is not evaluated")),
        "JSON": Val(obj(functions(store, JSON))),
        "console": Val(obj({}, otherwise="console.* gives nothing")),
        "process": process,
        "global": whole,
        "globalThis": whole,
    }


class Realm:
    """The globals and modules of one evaluation."""

    def __init__(self, store: Store, host: Host) -> None:
        self.store, self.host = store, host
        self.environment = Obj(
            {name: Prop(Val(value, None, not plain_value(name, value))) for name, value in (host.env or {}).items()},
            textual=True,
        )
        if host.env is None:
            self.open_environment()
        self.globals = global_names(store, self._process())

    def open_environment(self) -> None:
        """Variables that nothing else has set may be set outside, or by a package that is not read."""
        self.environment.default = lambda key: unknown(f"process.env.{key} is set outside")

    def _process(self) -> Val:
        root = self.host.root

        def other(name: str) -> Val:
            why = f"process.{name} differs by machine"
            return opaque(why) if name in _MACHINE_CALLS else unknown(why)

        def cwd(c: Call) -> Val:
            return c.value(Unk("the folder in which pm2 is called", c.value(root)))

        members = {
            "env": Val(self.environment),
            "cwd": function(self.store, cwd),
            "argv": Val(Arr([], True)),
            "exit": function(self.store, _exit),
        }
        return Val(Obj({key: Prop(member) for key, member in members.items()}, default=other))

    def module(self, name: str) -> Val | None:
        """A module by its name; None where it is none of those that are known here."""
        name = name.removeprefix("node:")
        match name:
            case "path" | "path/posix":
                return path_module(self.store, self.host.root)
            case "os":
                return Val(obj({"EOL": Val("\n")}, otherwise="os.*() differs by machine"))
            case "fs":
                return fs_module(self.store, self.host.root, self.host.files)
            case "process":
                return self._process()
            case "url":
                members = functions(self.store, {"fileURLToPath": over_first(file_url)})
                return Val(obj(members, otherwise="url.* is not evaluated"))
            case "dotenv":
                return Val(obj(functions(self.store, {"config": self._dotenv}), otherwise="dotenv.* is not evaluated"))
            case "dotenv/config":
                self._dotenv(Call(self.store, Val(UNDEFINED), [], None))
                return Val(Obj())
        return Val(obj({}, otherwise=f"{name}.*() is not evaluated")) if name in OPAQUE_MODULES else None

    def _dotenv(self, c: Call) -> Val:
        """dotenv.config(): sets what the environment lacks."""
        options, path = c.arg(0), self.host.root + "/.env"
        if isinstance(options.data, Obj) and "path" in options.data.props:
            given = options.data.props["path"].read().data
            path = path if given is None else given
        members = self._variables(path) if isinstance(path, str) else None
        if is_unknown(options) or (
            isinstance(options.data, Obj) and ("override" in options.data.props or options.data.more)
        ):
            self.store.spoil(Val(self.environment), "dotenv may override it")
        props = self.environment.props
        for name, variable in (members or {}).items():
            if name not in props:
                props[name] = Prop(Val(Unk("set in the env file"), variable.at, True))
            elif props[name].optional or props[name].value.data is UNDEFINED:
                props[name] = Prop(unknown(f"process.env.{name} is set outside"))
        if members is None:
            self.open_environment()
        return c.unknown("dotenv reads a file")

    def _variables(self, path: str) -> Mapping[str, Value] | None:
        """The env file that dotenv would read, None if it is not here; its values stay here."""
        file = posixpath.relpath(path, self.host.root) if path.startswith("/") else posixpath.normpath(path)
        if file not in self.host.files:
            return None
        found = env_files.parse(file, self.host.files[file]).value
        return None if found is None else found.members()

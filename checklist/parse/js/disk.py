"""Node's fs for the files of the project (Node 20 documentation): what is read is known, whether a file is missing is not.

An env file is another one on each machine; so neither its text nor that it is there is known.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from checklist.model import Location
from checklist.parse import recognise
from checklist.parse.js.heap import UNDEFINED, Obj, Prop, Unk, Val, each, unknown
from checklist.parse.js.native import arg, fn, opaque
from checklist.parse.js.paths import file_url


def fs_module(interp: Any, root: str, files: Mapping[str, str]) -> Val:
    """What `require('fs')` gives."""

    def at_path(path: Val, at: Location | None, file: Any) -> Val:
        def one(of: Val) -> Val:
            if isinstance(of.data, Obj):
                of = file_url(of, at)
            if not isinstance(of.data, str):
                return unknown("it is a path that is not known", at)
            if of.data.startswith("/"):
                return file(posixpath.relpath(of.data, root))  # type: ignore[no-any-return]
            told = file(posixpath.normpath(of.data))
            return Val(Unk("the folder in which pm2 is called", None if isinstance(told.data, Unk) else told), at)

        return each(path, one)

    changed: list[str] = []

    def other(name: str) -> Val:
        if not name.startswith(("read", "exists", "stat", "lstat", "access")):
            changed.append(name)  # it may write: from here on nothing is as it was
        return opaque(f"fs.{name}() is not evaluated")

    def kept(file: str) -> bool:
        return not changed and file in files and recognise(file) != "env"

    def read(args: list[Val], at: Location | None) -> Val:
        how = arg(args, 1)
        if isinstance(how.data, Obj) and how.data.listed() and set(how.data.props) == {"encoding"}:
            how = how.data.props["encoding"].value
        if how.data not in (None, UNDEFINED, "utf8", "utf-8"):
            return unknown("fs.readFileSync() is not evaluated", at)

        def text(file: str) -> Val:
            if not kept(file):
                return unknown("fs.readFileSync() is not evaluated", at)
            interp.spend(len(files[file]) // 4)
            told = Val(files[file], at, posixpath.basename(file) != "package.json")  # any other may hold secrets
            return told if isinstance(how.data, str) else _buffer(told)

        return at_path(arg(args, 0), at, text)

    def exists(args: list[Val], at: Location | None) -> Val:
        return at_path(
            arg(args, 0),
            at,
            lambda file: Val(True, at) if kept(file) else unknown("fs.existsSync() is not evaluated", at),
        )

    return Val(Obj({"readFileSync": Prop(fn(read)), "existsSync": Prop(fn(exists))}, default=other))


def _buffer(text: Val) -> Val:
    """A Buffer, of which nothing is known but its text."""

    def told(args: list[Val], at: Location | None) -> Val:
        return text if arg(args, 0).data in (UNDEFINED, "utf8", "utf-8") else unknown("Buffer is not evaluated", at)

    return Val(
        Obj(default=lambda key: fn(told) if key == "toString" else unknown("Buffer is not evaluated")),
        text.at,
        text.secret,
    )

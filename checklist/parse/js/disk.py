"""Node's fs for the files of the project (Node 20 documentation).

What is read is known, whether a file is missing is not. An env file is another one on each machine; so neither its text
nor that it is there is known.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping

from checklist.parse import recognise
from checklist.parse.js.heap import UNDEFINED, Obj, Prop, Unk, Val, each, unknown
from checklist.parse.js.native import Call, function, opaque
from checklist.parse.js.paths import UNKNOWN, file_url
from checklist.parse.js.store import Store

_TEXT = (UNDEFINED, "utf8", "utf-8")


def fs_module(store: Store, root: str, files: Mapping[str, str]) -> Val:
    """What `require('fs')` gives."""
    changed: list[str] = []

    def other(name: str) -> Val:
        if not name.startswith(("read", "exists", "stat", "lstat", "access")):
            changed.append(name)  # it may write: from here on nothing is as it was
        return opaque(f"fs.{name}() is not evaluated")

    def is_kept(file: str) -> bool:
        return not changed and file in files and recognise(file) != "env"

    def read(c: Call) -> Val:
        encoding = c.arg(1)
        if isinstance(encoding.data, Obj) and encoding.data.listed() and set(encoding.data.props) == {"encoding"}:
            encoding = encoding.data.props["encoding"].value
        if encoding.data is not None and encoding.data not in _TEXT:
            return c.unknown("fs.readFileSync() is not evaluated")

        def text(file: str) -> Val:
            if not is_kept(file):
                return c.unknown("fs.readFileSync() is not evaluated")
            store.budget.spend(len(files[file]) // 4)
            # any other file may hold secrets
            content = c.value(files[file], secret=posixpath.basename(file) != "package.json")
            return content if isinstance(encoding.data, str) else _buffer(store, content)

        return _at_path(c, root, text)

    def exists(c: Call) -> Val:
        missing = c.unknown("fs.existsSync() is not evaluated")
        return _at_path(c, root, lambda file: c.value(True) if is_kept(file) else missing)

    members = {"readFileSync": Prop(function(store, read)), "existsSync": Prop(function(store, exists))}
    return Val(Obj(members, default=other))


def _at_path(c: Call, root: str, at_file: Callable[[str], Val]) -> Val:
    """What is at the path that is the first argument, over every option and default of it."""

    def one(of: Val) -> Val:
        path = (file_url(of, c.at) if isinstance(of.data, Obj) else of).data
        if not isinstance(path, str):
            return c.unknown(UNKNOWN)
        if path.startswith("/"):
            return at_file(posixpath.relpath(path, root))
        found = at_file(posixpath.normpath(path))
        return c.value(Unk("the folder in which pm2 is called", None if isinstance(found.data, Unk) else found))

    return each(c.arg(0), one)


def _buffer(store: Store, text: Val) -> Val:
    """A Buffer, of which nothing is known but its text."""
    why = "Buffer is not evaluated"
    to_string = function(store, lambda c: text if c.arg(0).data in _TEXT else c.unknown(why))
    return Val(Obj(default=lambda key: to_string if key == "toString" else unknown(why)), text.at, text.secret)

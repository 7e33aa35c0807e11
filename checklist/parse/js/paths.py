"""Node's path.posix (Node 20 documentation): unlike Python's, it keeps a slash at the end."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import replace

from checklist.model import Location
from checklist.parse.js.heap import Obj, Prop, Thrown, Unk, Val, each, is_unknown, unknown
from checklist.parse.js.native import Builtin, Call, functions, obj
from checklist.parse.js.store import Store

UNKNOWN = "it is a path that is not known"


def _known(args: list[Val]) -> list[str] | None:
    texts = [arg.data for arg in args if isinstance(arg.data, str)]
    return texts if len(texts) == len(args) else None


def _path(do: Callable[[list[str]], str | None], texts_first: int = 0) -> Builtin:
    """A function of texts, over every option and default; the first arguments (0: all) throw if they are none."""

    def run(c: Call, done: int = 0) -> Val:
        index = next((n for n in range(done, len(c.args)) if is_unknown(c.args[n])), None)
        if index is not None:
            before, after = c.args[:index], c.args[index + 1 :]
            return each(c.args[index], lambda of: run(replace(c, args=[*before, of, *after]), len(before) + 1))
        c.store.budget.spend(1 + sum(len(arg.data) // 50 for arg in c.args if isinstance(arg.data, str)))
        texts = _known(c.args)
        if texts is None and _known(c.args[: texts_first or len(c.args)]) is None:
            raise Thrown
        path = None if texts is None else do(texts)
        return c.unknown(UNKNOWN) if path is None else c.value(path, secret=any(arg.secret for arg in c.args))

    return run


def _path_of_one(do: Callable[[str], str]) -> Builtin:
    return _path(lambda texts: do(texts[0]) if len(texts) == 1 else None)


def _resolving(root: str) -> Builtin:
    """path.resolve: reads its arguments from the last one to the first that is absolute."""
    resolve = _path(_resolve)

    def run(c: Call) -> Val:
        absolute = [i for i, arg in enumerate(c.args) if isinstance(arg.data, str) and arg.data.startswith("/")]
        here = [Val(Unk("the folder in which pm2 is called", Val(root)))]
        return resolve(replace(c, args=c.args[absolute[-1] :] if absolute else here + c.args))

    return run


def _is_absolute(c: Call) -> Val:
    return c.value(c.args[0].data.startswith("/")) if _known(c.args) else c.unknown(UNKNOWN)


def path_module(store: Store, root: str) -> Val:
    """What `require('path')` gives."""
    members = functions(store, {**PATH, "resolve": _resolving(root)})
    module = obj({**members, "sep": Val("/"), "delimiter": Val(":")}, otherwise="path.* is not evaluated")
    module.props["posix"] = Prop(Val(module))
    return Val(module)


def normalize(path: str) -> str:
    """path.posix.normalize."""
    if not path:
        return "."
    told = posixpath.normpath("/" + path.lstrip("/") if path.startswith("/") else path)
    return told + "/" if path.endswith("/") and not told.endswith("/") else told


def _resolve(parts: list[str]) -> str | None:
    told = ""
    for part in reversed(parts):
        if part:
            told = f"{part}/{told}" if told else part
        if told.startswith("/"):
            break
    if not told.startswith("/"):
        return None  # relative to the folder in which pm2 is called
    return posixpath.normpath("/" + told.lstrip("/"))


def _dirname(path: str) -> str:
    rooted, stripped = path.startswith("/"), path.rstrip("/")
    end = stripped.rfind("/")
    if end <= 0:
        return "/" if rooted else "."
    return "//" if rooted and end == 1 else path[:end]


def _basename(texts: list[str]) -> str | None:
    if len(texts) not in (1, 2):
        return None
    if len(texts) == 2 and texts[0] == texts[1]:
        return ""
    name = texts[0].rstrip("/").rpartition("/")[2]
    return name.removesuffix(texts[1]) if len(texts) == 2 and name != texts[1] else name


def _extname(path: str) -> str:
    name = path.rstrip("/").rpartition("/")[2]
    stem, dot, ending = name.rpartition(".")
    return dot + ending if stem.strip(".") or (stem and stem != "." and name != "..") else ""


PATH: dict[str, Builtin] = {
    "join": _path(lambda texts: normalize("/".join(filter(None, texts))) if any(texts) else "."),
    "normalize": _path_of_one(normalize),
    "dirname": _path_of_one(_dirname),
    "basename": _path(_basename, 1),
    "extname": _path_of_one(_extname),
    "isAbsolute": _is_absolute,
}


def new_url(args: list[Val], at: Location | None) -> Val | None:
    """new URL('./x', import.meta.url); None where it is another one."""
    if (
        len(args) != 2
        or not all(isinstance(a.data, str) and re.fullmatch(r"(?:file://)?[\w./@+-]+", a.data, re.ASCII) for a in args)
        or not args[1].data.startswith("file:///")
    ):
        return None
    from urllib.parse import urljoin

    href = urljoin(args[1].data, args[0].data)
    told = {"href": href, "pathname": href.removeprefix("file://"), "protocol": "file:"}
    return Val(Obj(default=lambda key: Val(told[key], at) if key in told else unknown("new URL is not evaluated")), at)


def file_url(of: Val, at: Location | None) -> Val:
    """url.fileURLToPath."""
    if isinstance(of.data, Obj) and of.data.default is not None:
        of = of.data.default("href")
    if isinstance(of.data, str) and of.data.startswith("file:///") and "%" not in of.data:
        return Val(of.data.removeprefix("file://"), at)
    return unknown(UNKNOWN, at)

"""Node's path.posix (Node 20 documentation): unlike Python's, it keeps a slash at the end."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

from checklist.model import Location
from checklist.parse.js.heap import Obj, Prop, Thrown, Unk, Val, each, unknown
from checklist.parse.js.native import fn, obj
from checklist.parse.js.state import is_unknown


def path_module(interp: Any, root: str) -> Val:
    """What `require('path')` gives."""

    def known(args: list[Val]) -> list[str] | None:
        texts = [a.data for a in args]
        return [t for t in texts if isinstance(t, str)] if all(isinstance(t, str) for t in texts) else None

    def over(do: Callable[[list[str]], str | None], texts_first: int = 0) -> Val:
        def call(args: list[Val], at: Location | None, done: int = 0) -> Val:
            for index, one in enumerate(args[done:], done):
                if is_unknown(one):
                    return each(one, lambda o, i=index: call([*args[:i], o, *args[i + 1 :]], at, i + 1))  # type: ignore[misc]
            interp.spend(1 + sum(len(a.data) // 50 for a in args if isinstance(a.data, str)))
            texts = known(args)
            if texts is None and not all(isinstance(a.data, str) for a in args[: texts_first or len(args)]):
                raise Thrown
            told = None if texts is None else do(texts)
            return (
                unknown("it is a path that is not known", at)
                if told is None
                else Val(told, at, any(a.secret for a in args))
            )

        return fn(call)

    def resolve(args: list[Val], at: Location | None) -> Val:
        """Reads its arguments from the last one to the first that is absolute."""
        for index in range(len(args) - 1, -1, -1):
            if isinstance(args[index].data, str) and args[index].data.startswith("/"):
                args = args[index:]
                break
        else:
            args = [Val(Unk("the folder in which pm2 is called", Val(root))), *args]
        found: Val = over(_resolve).data.call(args, Val(None), at)
        return found

    found = {
        "join": over(lambda t: normalize("/".join(p for p in t if p)) if any(t) else "."),
        "resolve": fn(resolve),
        "normalize": over(lambda t: normalize(t[0]) if len(t) == 1 else None),
        "dirname": over(lambda t: _dirname(t[0]) if len(t) == 1 else None),
        "basename": over(_basename, 1),
        "extname": over(lambda t: _extname(t[0]) if len(t) == 1 else None),
        "isAbsolute": fn(
            lambda args, at: (
                Val(args[0].data.startswith("/"), at)
                if known(args) and args
                else unknown("it is a path that is not known", at)
            )
        ),
        "sep": Val("/"),
        "delimiter": Val(":"),
    }
    whole = obj(found, otherwise="path.* is not evaluated")
    whole.data.props["posix"] = Prop(whole)
    return whole


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


def new_url(args: list[Val], at: Location | None) -> Val | None:
    """new URL('./x', import.meta.url); None where it is another one."""
    if (
        len(args) != 2
        or not all(isinstance(a.data, str) and re.fullmatch(r"(?:file://)?[\w./@+-]+", a.data, re.ASCII) for a in args)
        or not args[1].data.startswith("file:///")
    ):
        return None
    href = urljoin(args[1].data, args[0].data)
    told = {"href": href, "pathname": href.removeprefix("file://"), "protocol": "file:"}
    return Val(Obj(default=lambda key: Val(told[key], at) if key in told else unknown("new URL is not evaluated")), at)


def file_url(of: Val, at: Location | None) -> Val:
    """url.fileURLToPath."""
    if isinstance(of.data, Obj) and of.data.default is not None:
        of = of.data.default("href")
    if isinstance(of.data, str) and of.data.startswith("file:///") and "%" not in of.data:
        return Val(of.data.removeprefix("file://"), at)
    return unknown("it is a path that is not known", at)

"""Which logs of an app lie among the files that PM2 watches for it.

PM2 7.0.4 lib/Watcher.js: `watch: true` and `watch: []` are the app's cwd, else the paths given; `ignore_watch` replaces the built-in list
(dot files and node_modules). Patterns are chokidar's: a path, a glob, a folder with all below it.
"""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Mapping, Sequence

from checklist.model import Unknown, Value

_LOGS = ("out_file", "error_file", "log_file")


def watched_logs(options: Mapping[str, Value], entry: Value) -> Value:
    """{option: path} of each log of an app's entry that is written where PM2 watches; only what is known for certain."""
    at = entry.at
    watch, ignore, cwd = (options.get(k) for k in ("watch", "ignore_watch", "cwd"))
    if watch is None or watch.content in (False, "") or isinstance(watch.content, dict):
        return Value({}, at)
    given = {k: options[k] for k in _LOGS if isinstance((options.get(k) or Value(None)).content, str)}
    if not given:
        return Value({}, at, more=entry.more)
    ignored = _texts(ignore)
    watched = [""] if watch.content in (True, ()) else _texts(watch)
    if isinstance(watch.content, Unknown) or watched is None or ignored is None:
        return Value(Unknown("not known here"), watch.at)
    found = {}
    for option, of in given.items():
        path = _relative(str(of.content), cwd)
        if path is not None and any(_below(path, w) for w in watched) and not _ignored(path, ignored if ignore is not None else None):
            found[option] = of
    return Value(found, at, more=entry.more)


def _texts(of: Value | None) -> Sequence[str] | None:
    """The known strings of an option; None if it may hold others."""
    if of is None:
        return []
    items = of.items() if isinstance(of.content, tuple) else (of,)
    texts = [i.content for i in items if isinstance(i.content, str)]
    return texts if len(texts) == len(items) and not of.more else None


def _relative(path: str, cwd: Value | None) -> str | None:
    """The log's path from the app's cwd; None if it is outside or not to be compared."""
    base = cwd.content if cwd is not None and isinstance(cwd.content, str) else ""
    if path.startswith("/"):
        if not base.startswith("/"):
            return None
        path = posixpath.relpath(path, base)
    path = posixpath.normpath(path)
    return None if path.startswith(("..", "~")) or path == "NULL" else path


def _below(path: str, folder: str) -> bool:
    folder = posixpath.normpath(folder) if folder else "."
    return folder == "." or path == folder or path.startswith(folder + "/") or fnmatch.fnmatch(path, folder)


def _ignored(path: str, patterns: Sequence[str] | None) -> bool:
    """Whether one of the patterns keeps PM2 from looking at a path; any doubt counts as ignored."""
    parts = path.split("/")
    if patterns is None:
        return any(p.startswith(".") or p == "node_modules" for p in parts)
    for pattern in patterns:
        bare = posixpath.normpath(pattern.removeprefix("./")).strip("/")
        if _below(path, bare) or fnmatch.fnmatch(path, bare) or fnmatch.fnmatch(path, f"*{bare}*") or any(fnmatch.fnmatch(p, bare.removeprefix("**/").removesuffix("/**").removesuffix("/*")) for p in parts):
            return True
        if any(word in bare.lower() for word in ("log", "\\.")):
            return True
    return False

"""What Node's `require` of a config would give, found without running it.

A value is known, one of a few, or unknown; it is never another one than Node would give. Every value is placed where
a person would edit it: the literal behind a variable, a spread or a helper function.
"""

from __future__ import annotations

from collections.abc import Mapping

from checklist.model import Location, Unknown, Value
from checklist.parse.js.limits import Budget, TooComplex
from checklist.parse.js.loader import Loader, Module
from checklist.parse.js.realm import Host


def evaluate(
    file: str,
    text: str,
    *,
    root: str = "/project",
    files: Mapping[str, str] | None = None,
    env: Mapping[str, str] | None = None,
    expression: bool = False,
    budget: Budget | None = None,
) -> Module:
    """The value of a config.

    `file` is its POSIX path from the project's root, `root` that root's absolute path, `files` the project's texts that
    a local `require` may read; `env` is the whole of process.env (None: any variable may be set outside). With
    `expression` the text is what PM2 makes of a .json file: a JavaScript expression (PM2 7.0.4 lib/Common.js:285).
    `budget` is what the evaluation may cost.
    """
    try:
        return Loader(Host(root, files or {}, env), budget or Budget()).config(file, text, expression=expression)
    except (TooComplex, RecursionError, MemoryError):
        return Module(Value(Unknown("too complex to know"), Location(file)))

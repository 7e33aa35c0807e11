"""Paths as a script means them: relative to a folder, which may be unknown."""

from __future__ import annotations

import posixpath
from collections.abc import Hashable

REPOSITORY = "@"
"""Stands for the repository's root in paths: `@/scripts`. Paths on a server begin with `/` or `~`."""


def joined(base: str | None, target: str) -> str | None:
    """A path seen from a folder; None if that is not known or the way leads out of the repository."""
    if target != REPOSITORY and not target.startswith(("/", "~", f"{REPOSITORY}/")):
        if base is None:
            return None
        target = posixpath.join(base, target)
    made = posixpath.normpath(target)
    return None if made in (".", "..") or made.startswith("../") else made


def located(base: str | None, path: Hashable, unknown_base: object) -> Hashable:
    """A path seen from a folder, for what is only to be told apart: either may be unknown, `unknown_base` stands for
    the folder then."""
    full = joined(base, path) if isinstance(path, str) else None
    return full if full is not None else (base or unknown_base, path)

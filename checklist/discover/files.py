"""One file of a folder → its bytes, or the reason why it is not read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

MAX_BYTES = 1 << 20
"""Larger files are no configs: they are named as unreadable instead of being read."""
OUTSIDE = "a link that leads out of the project or nowhere"
_LARGE = "larger than 1 MiB"


class Unreadable(Exception):
    """(why)."""


def read(root: Path, path: str, *, whole: bool) -> bytes | None:
    """The bytes of a file; without `whole` only those of a shell script, None for any other."""
    file = root / path
    try:
        if file.is_symlink() and not _inside(root, file):
            raise Unreadable(OUTSIDE)
        about = file.stat()
        if not stat.S_ISREG(about.st_mode):
            if whole:
                raise Unreadable("no regular file")
            return None  # opening a pipe would wait for ever
        with file.open("rb") as stream:
            if not whole and stream.peek(64)[:2] != b"#!":
                return None
            if about.st_size > MAX_BYTES:
                raise Unreadable(_LARGE)
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise Unreadable((error.strerror or "cannot be read").lower()) from None
    if len(data) > MAX_BYTES:
        raise Unreadable(_LARGE)  # it has grown since, or does not say its size
    return data


def decoded(data: bytes) -> str:
    """The text of a file; what is no UTF-8 in it becomes U+FFFD."""
    return data.decode("utf-8", "replace").removeprefix("\ufeff")


def mode(file: Path) -> int:
    """The permissions of a file; 0 where the system has none."""
    try:
        return 0 if os.name == "nt" else stat.S_IMODE(file.stat().st_mode)
    except OSError:
        return 0  # gone since it was read


def _inside(root: Path, file: Path) -> bool:
    try:
        return file.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):  # RuntimeError: a circle of links, until Python 3.13
        return False

"""Reading a file that somebody else has written: regular, of a bounded size, inside its project. No other place opens one.

A pipe would hold us for ever, /dev/zero fill the memory, and a link could show a file of the machine to whom may not see it.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

MAX_BYTES = 1 << 20
"""Larger files are no configs: they are named as unreadable instead of being read."""
OUTSIDE = "a link that leads out of the project or nowhere"
_OTHER = "no regular file"


class Unreadable(Exception):
    """(why)."""


def read(root: Path | None, path: Path | str) -> bytes:
    """The bytes of a file; Unreadable says why there are none.

    It may not lie outside `root`, a resolved folder. Without one, because the user has named it, it may lie anywhere.
    """
    with _opened(root, path) as stream:
        return _whole(stream)


def read_script(root: Path, path: str) -> bytes | None:
    """The bytes of a file that begins as a script does; None for any other."""
    try:
        with _opened(root, path) as stream:
            return _whole(stream) if stream.peek(64)[:2] == b"#!" else None
    except Unreadable as reason:
        if reason.args[0] == _OTHER:
            return None
        raise


def blob(root: Path, path: str, algorithm: str) -> str:
    """The id that git would give to the content of a file of any size (gitformat-pack(5)); Unreadable as above."""
    with _opened(root, path) as stream:
        told = hashlib.new(algorithm, b"blob %d\0" % os.fstat(stream.fileno()).st_size, usedforsecurity=False)
        while part := stream.read(MAX_BYTES):
            told.update(part)
        return told.hexdigest()


def home(folder: Path) -> Path:
    """What a resolved folder's files may lead into: the repository that it lies in; itself outside one."""
    return next((above for above in (folder, *folder.parents) if (above / ".git").exists()), folder)


def decoded(data: bytes) -> str:
    """The text of a file; what is no UTF-8 in it becomes U+FFFD."""
    return data.decode("utf-8", "replace").removeprefix("\ufeff")


def mode(file: Path) -> int:
    """The permissions of a file; 0 where the system has none."""
    try:
        return 0 if os.name == "nt" else stat.S_IMODE(file.stat().st_mode)
    except OSError:
        return 0  # gone since it was read


def leads_out(root: Path, path: Path | str) -> bool:
    """Whether a path below a folder is, or passes, a link that leads out of the folder or nowhere."""
    file, above = os.path.join(root, path), f"{root}{os.sep}"
    steps = file.removeprefix(above).split(os.sep)
    below = file.startswith(above) and ".." not in steps
    # to resolve each of some thousand files would be the most of their reading
    if below and not any(os.path.islink(os.path.join(root, *steps[:n])) for n in range(1, len(steps) + 1)):
        return False
    try:
        return not Path(file).resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):  # RuntimeError: a circle of links, until Python 3.13
        return True


@contextmanager
def _opened(root: Path | None, path: Path | str) -> Iterator[BufferedReader]:
    file = Path(path) if root is None else root / path
    try:
        file.lstat()
        if root is not None and leads_out(root, path):
            raise Unreadable(OUTSIDE)
        # to open a device may do something by itself, to open a pipe waits for whoever writes into it
        if not stat.S_ISREG(file.stat().st_mode):
            raise Unreadable(_OTHER)
        with open(file, "rb", opener=_without_waiting) as stream:
            yield stream
    except OSError as error:
        raise Unreadable((error.strerror or "cannot be read").lower()) from None
    except ValueError:
        raise Unreadable("cannot be read") from None  # a name with a NUL in it


def _whole(stream: BufferedReader) -> bytes:
    # a file of /proc does not say its size
    if os.fstat(stream.fileno()).st_size > MAX_BYTES or len(data := stream.read(MAX_BYTES + 1)) > MAX_BYTES:
        raise Unreadable("larger than 1 MiB")
    return data


def _without_waiting(file: str, flags: int) -> int:
    # a pipe that took the file's place since it was looked at
    return os.open(file, flags | getattr(os, "O_NONBLOCK", 0))

"""Writing files: each whole, and all of them or none."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from checklist.errors import CheckError
from checklist.files import home
from checklist.reasons import in_russian


def unwritable(file: Path | str, error: OSError) -> CheckError:
    """What to say of a file that cannot be written."""
    if isinstance(error, FileNotFoundError) and (folder := Path(file).parent) != Path():
        return CheckError(
            f"{file}: cannot be written: there is no folder {folder}", f"{file}: не записать: нет папки {folder}"
        )
    return CheckError(f"{file}: cannot be written: {error.strerror}", f"{file}: не записать: {in_russian(str(error.strerror))}")


def guard(root: Path, files: Iterable[Path]) -> None:
    """CheckError for a file that the project sends elsewhere: it is, or lies behind, a link that leads out of the project, or
    it is a pipe or a device among the project's files. One that the user names elsewhere may be anything."""
    project = home(root)
    for file in files:
        whole = file.absolute()
        try:
            links = [part for part in (whole, *whole.parents) if part.is_symlink() and part.parent.resolve().is_relative_to(project)]
            sent = any(not link.resolve().is_relative_to(project) for link in links)
            special = whole.exists() and not (whole.is_file() or whole.is_dir()) and whole.resolve().is_relative_to(project)
        except (OSError, RuntimeError):  # RuntimeError: a circle of links, until Python 3.13
            sent, special = True, False
        if sent:
            raise CheckError(
                f"{file}: is or lies behind a link that leads out of the project; nothing is written there",
                f"{file}: это ссылка, которая ведёт за пределы проекта, или путь через неё; туда ничего не записывается",
            )
        if special:
            raise CheckError(f"{file}: is no regular file; nothing is written there", f"{file}: это не обычный файл; туда ничего не записывается")


def replace(files: Sequence[tuple[Path, bytes]]) -> None:
    """Write the files, or leave them all as they were and say in a CheckError which one cannot be written.

    A file keeps its mode; through a symbolic link the file it points to is written. A pipe or a device is written into.
    """
    staged: list[tuple[Path, str]] = []
    done: list[tuple[Path, bytes | None]] = []
    given = Path()
    try:
        special = []
        for given, data in files:
            target = _behind(given)
            if target.exists() and not target.is_file():
                special.append((target, data))
            else:
                staged.append((given, _staged(target, data)))
        for given, data in special:
            given.write_bytes(data)
        for n, (given, name) in enumerate(staged, 1):
            target = _behind(given)
            # what is there is kept for as long as one of the next may fail
            old = target.read_bytes() if n < len(staged) and target.exists() else None
            os.replace(name, target)
            done.append((target, old))
    except BaseException as error:
        for target, old in done:
            with suppress(OSError):
                os.unlink(target) if old is None else os.replace(_staged(target, old), target)
        if isinstance(error, OSError):
            raise unwritable(given, error) from None
        raise
    finally:
        for _, name in staged:
            with suppress(OSError):
                os.unlink(name)


def _behind(file: Path) -> Path:
    return file.resolve() if file.is_symlink() else file


def _staged(target: Path, data: bytes) -> str:
    """The name of a file beside the target that has its new content and its mode."""
    mode = target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask()
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
    return name


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask

"""What `report --record` says of the deploy itself: which commit, from which branch, when, by whom."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from checklist.discover.git import GitError, program, repository, run
from checklist.errors import CheckError
from checklist.files import Unreadable, blob
from checklist.report.checklist import Deploy

_DIFF = {"raw": True, "z": True, "no_ext_diff": True, "no_textconv": True, "no_renames": True, "ignore_submodules": "all"}


def deploy(root: Path) -> Deploy:
    """What is deployed from a folder of a git repository, now; CheckError where that cannot be said."""
    top = repository(root)
    if program(top) is None:
        raise CheckError("git is not installed or not in PATH, so there is no commit to record", "git не установлен или его нет в PATH, и коммит не узнать")
    if top is None:
        raise CheckError(
            f"{root}: is not in a git repository, so there is no commit to record",
            f"{root}: это не репозиторий git, и коммита для записи нет",
        )
    try:
        git = _git(root, top)
        return Deploy(
            commit=git.rev_parse("HEAD^{commit}", verify=True).decode().strip(),
            branch=_asked(git.symbolic_ref, "HEAD", quiet=True, short=True),
            changed=len(_changed(git, top)),
            time=datetime.now().astimezone().isoformat(timespec="seconds"),
            who=_asked(git.config, "user.name", get=True) or getpass.getuser(),
        )
    except (GitError, ImportError, OSError):
        raise CheckError(
            f"{root}: git does not say which commit this is; is there one, and may this user read it?",
            f"{root}: git не говорит, какой это коммит; есть ли он и есть ли права его прочитать?",
        ) from None


def _git(root: Path, top: Path) -> Any:
    """GitPython's `Git` for a folder: it makes methods into commands and keywords into options, and `run` calls them. Each
    gives what git has printed, in bytes, or raises GitError."""
    # it asks for git's version while it is imported, which takes 57 ms; only a record needs it
    os.environ["GIT_PYTHON_GIT_EXECUTABLE"] = program(top) or ""
    from git import Git

    settings: dict[str, str] = {}

    class Hardened(Git):
        def execute(self, command: Sequence[str], **options: Any) -> bytes:  # type: ignore[override]
            return run(root, top, command[1:], settings)

    git = Hardened(root)
    settings |= _no_filters(_asked(git.config, r"^filter\.", z=True, name_only=True, get_regexp=True) or "")
    if any("=" in key and _asked(git.config, key, get=True) != value for key, value in settings.items()):
        raise GitError("git cannot read the index")  # before git 2.31 there is no way to switch that filter off
    return git


def _no_filters(keys: str) -> dict[str, str]:
    """Settings that switch off every content filter: `diff-files` runs them where a file is as young as the index."""
    drivers = {key.rpartition(".")[0] for key in keys.split("\0") if key}
    return {f"{driver}.{key}": value for driver in drivers for key, value in (("clean", ""), ("process", ""), ("required", "false"))}


def _asked(command: Callable[..., bytes], *words: str, **options: Any) -> str | None:
    """What git says; None where it has nothing to say, which it calls a failure."""
    try:
        return command(*words, **options).decode("utf-8", "replace").strip()
    except GitError:
        return None


def _changed(git: Any, top: Path) -> set[bytes]:
    """Paths of tracked files that differ from HEAD, in the index or on disk."""
    found = {path for _, path in _entries(git.diff_index("HEAD", cached=True, **_DIFF))}
    return found | {path for entry, path in _entries(git.diff_files(**_DIFF)) if not _same(top, path, entry)}


def _entries(raw: bytes) -> list[tuple[bytes, bytes]]:
    """`:MODE MODE OID OID STATUS NUL path NUL …` of git's raw diff, as (entry, path)."""
    fields = raw.rstrip(b"\0").split(b"\0") if raw else []
    return list(zip(fields[::2], fields[1::2], strict=False))


def _same(top: Path, path: bytes, entry: bytes) -> bool:
    """Whether a file whose stat has changed still has the bytes that the index knows it by."""
    old_mode, new_mode, oid = entry.lstrip(b":").split()[:3]
    name = os.fsdecode(path)
    try:
        return old_mode == new_mode and not (top / name).is_symlink() and blob(top, name, "sha1" if len(oid) == 40 else "sha256") == oid.decode()
    except Unreadable:
        return False

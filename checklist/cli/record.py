"""What `report --record` says of the deploy itself: which commit, from which branch, when, by whom."""

from __future__ import annotations

import getpass
import hashlib
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from checklist.errors import CheckError
from checklist.report.checklist import Deploy

if TYPE_CHECKING:
    from git import Repo

# A repository's own config must not run anything: no file system monitor, no hooks, no transport for missing objects.
_SETTINGS = {"core.fsmonitor": "false", "core.hooksPath": os.devnull, "diff.relative": "false", "protocol.allow": "never"}
_DIFF = {"raw": True, "z": True, "no_ext_diff": True, "no_renames": True, "ignore_submodules": "all"}


def deploy(root: Path) -> Deploy:
    """What is deployed from a folder of a git repository, now; CheckError where that cannot be said."""
    # 57 ms to import, and only a record needs it; it looks for git while it is imported
    try:
        import git
        from git.exc import GitError, InvalidGitRepositoryError
    except ImportError:
        raise CheckError("git is not installed or not in PATH, so there is no commit to record", "git не установлен или его нет в PATH, и коммит не узнать") from None

    try:
        with git.Repo(root, search_parent_directories=True) as repo:
            repo.git.update_environment(**_environment(_SETTINGS | _no_filters(repo)))
            return Deploy(
                commit=repo.head.commit.hexsha,
                branch=None if repo.head.is_detached else repo.head.ref.name,
                changed=len(_changed(repo)),
                time=datetime.now().astimezone().isoformat(timespec="seconds"),
                who=_who(repo),
            )
    except InvalidGitRepositoryError:
        raise CheckError(
            f"{root}: is not in a git repository, so there is no commit to record",
            f"{root}: это не репозиторий git, и коммита для записи нет",
        ) from None
    except (GitError, ValueError, OSError):
        raise CheckError(
            f"{root}: git does not say which commit this is; is there one, and may this user read it?",
            f"{root}: git не говорит, какой это коммит; есть ли он и есть ли права его прочитать?",
        ) from None


def _no_filters(repo: Repo) -> dict[str, str]:
    """Settings that switch off every content filter: `diff-files` runs them where a file is as young as the index."""
    keys = repo.git.config("-z", "--name-only", "--get-regexp", r"^filter\.", with_exceptions=False)
    drivers = {key.rpartition(".")[0] for key in keys.split("\0") if key}
    return {f"{driver}.{key}": value for driver in drivers for key, value in (("clean", ""), ("process", ""), ("required", "false"))}


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The settings as git takes them from the environment, after those that are there: names may hold any character."""
    given = os.environ.get("GIT_CONFIG_COUNT", "0")
    first = int(given) if given.isdecimal() else 0
    told = {"GIT_CONFIG_COUNT": str(first + len(settings))}
    for n, (key, value) in enumerate(settings.items(), first):
        told |= {f"GIT_CONFIG_KEY_{n}": key, f"GIT_CONFIG_VALUE_{n}": value}
    return told


def _changed(repo: Repo) -> set[bytes]:
    """Paths of tracked files that differ from HEAD, in the index or on disk."""
    staged = repo.git.diff_index("HEAD", cached=True, stdout_as_string=False, **_DIFF)
    found = {path for _, path in _entries(staged)}
    for entry, path in _entries(repo.git.diff_files(stdout_as_string=False, **_DIFF)):
        if not _same(Path(repo.working_tree_dir or "."), path, entry):
            found.add(path)
    return found


def _entries(raw: bytes) -> list[tuple[bytes, bytes]]:
    """`:MODE MODE OID OID STATUS NUL path NUL …` of git's raw diff, as (entry, path)."""
    fields = raw.rstrip(b"\0").split(b"\0") if raw else []
    return list(zip(fields[::2], fields[1::2], strict=False))


def _same(top: Path, path: bytes, entry: bytes) -> bool:
    """Whether a file whose stat has changed still has the bytes that the index knows it by."""
    old_mode, new_mode, oid = entry.lstrip(b":").split()[:3]
    file = top / path.decode("utf-8", "surrogateescape")
    if old_mode != new_mode or file.is_symlink() or not file.is_file():
        return False
    data = file.read_bytes()
    algorithm = "sha1" if len(oid) == 40 else "sha256"
    return hashlib.new(algorithm, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest() == oid.decode()


def _who(repo: Repo) -> str:
    with repo.config_reader() as config:
        name = str(config.get_value("user", "name", default=""))
    return name or getpass.getuser()

"""Every call of git, and the index that it tells of. Nothing that a repository's own config names is run.

A repository's config is the work of whoever wrote the repository: it names programs (monitor, hooks, filters, transports)
and the files that are read with it. The user's own config stays in force: whom they trust stands there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread, Timer

from checklist.files import Unreadable, read

SECONDS = 30
"""So long git may take; an include that is a pipe would hold it for ever."""
_MEMORY = 1 << 28
"""Bytes of its own that git may take, 256 MiB: a file that it reads whole may be a link to /dev/zero."""
_ANSWER = 1 << 26
"""The longest answer, 64 MiB: what an index packs into a few bytes may be many long paths."""

# What a hook's caller sets to point git somewhere. The repository is the one that the folder itself lies in.
_POINTERS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_NAMESPACE", "GIT_LITERAL_PATHSPECS", "GIT_EXTERNAL_DIFF")
# Keys of git-config(1) that name a program, a file outside the repository, or what is done besides (git 2.47).
_SETTINGS = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.untrackedCache": "false",
    "core.attributesFile": os.devnull,
    "core.excludesFile": os.devnull,
    "core.sshCommand": "false",
    "core.gitProxy": "false",
    "core.askPass": "false",
    "core.editor": "false",
    "core.alternateRefsCommand": "false",
    "credential.helper": "",
    "diff.relative": "false",
    "protocol.allow": "never",
    "submodule.recurse": "false",
    "safe.bareRepository": "explicit",
}
# GIT_ALLOW_PROTOCOL outweighs `protocol.NAME.allow` of the config (transport.c, is_transport_allowed); there is no
# transport of this name, and an empty value would unset it on Windows.
_SAFE = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "false",
    "GIT_PAGER": "cat",
    "LC_ALL": "C",
}


class GitError(Exception):
    """(why git gave no answer), one of the reasons of `checklist.reasons`."""


def repository(root: Path) -> Path | None:
    """The top folder of the git repository that a folder lies in; None outside one."""
    return next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), None)


def program(top: Path | None) -> str | None:
    """The path of git: from a folder of PATH that is absolute and outside the repository. None: there is none."""
    name = "git.exe" if os.name == "nt" else "git"
    folders = (f for f in os.environ.get("PATH", os.defpath).split(os.pathsep) if os.path.isabs(f))
    # npm puts the project's own node_modules/.bin in front
    outside = (f for f in folders if top is None or top == top.parent or not Path(f).resolve().is_relative_to(top))
    return next((found for f in outside if (found := shutil.which(os.path.join(f, name)))), None)


def run(root: Path, top: Path, words: Sequence[str], settings: Mapping[str, str] | None = None) -> bytes:
    """What a git command prints, in a folder of the repository whose top is given; GitError where it does not end well.

    The one place where git is called. `settings` are further keys of its config.
    """
    git = program(top)
    if git is None:
        raise GitError("git is not installed")
    told = _SETTINGS | dict(settings or {})
    options = [word for key, value in told.items() if "=" not in key for word in ("-c", f"{key}={value}")]
    # git would obey core.worktree otherwise, and look at files that are somewhere else
    command = [git, "--no-pager", f"--work-tree={top}", *options, *words]
    try:
        status, out, said = _ended(command, root, _environment(top) | _told({key: told[key] for key in told if "=" in key}))
    except OSError:
        raise GitError("git did not answer") from None
    if status < 0 or len(out) > _ANSWER:
        raise GitError("git did not answer")
    if status:
        # git's own words name folders of this machine
        untrusted = b"dubious ownership" in said or b"safe.directory" in said
        raise GitError("git does not trust this folder, see safe.directory" if untrusted else "git cannot read the index")
    return out


def _ended(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> tuple[int, bytes, bytes]:
    """(status, stdout, stderr) of a program that is kept within its limits; the status is negative if it was killed."""
    said: list[bytes] = []
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        if sys.platform == "linux":
            import resource

            with suppress(OSError):
                resource.prlimit(process.pid, resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
        errors, end = Thread(target=lambda read: said.append(read(_ANSWER)), args=(process.stderr.read,)), Timer(SECONDS, process.kill)
        errors.start()
        end.start()
        try:
            out = process.stdout.read(_ANSWER + 1)
            if len(out) > _ANSWER:
                process.kill()
            process.wait()
        finally:
            process.kill()
            end.cancel()
            errors.join()
    return process.returncode, out, b"".join(said)


def index(root: Path, top: Path | None) -> tuple[dict[str, bool] | None, str | None]:
    """(paths in the git index below the root and relative to it, and whether they are executable; what of it cannot be
    known, and why).

    (None, None) outside a repository. A path that no checkout can have (git's own verify_path refuses it) is left out and
    said: it was put there by other means than git.
    """
    if top is None:
        return None, None
    try:
        listed = run(root, top, ["ls-files", "-z", "--stage"])
    except GitError as error:
        return None, str(error)
    modes = dict(_entries(listed))
    odd = [path for path in modes if not _is_path(path)]
    for path in odd:
        del modes[path]
    return modes, f"the git index names a path that no checkout has: {min(odd)}" if odd else None


def held_with_lf(root: Path, top: Path | None, paths: Sequence[str]) -> Iterator[str]:
    """Those of some files that a server gets with LF, whatever the checkout made of them here (core.autocrlf on Windows).

    `git ls-files --eol -z`: `i/END w/END attr/ATTRIBUTES<TAB>path<NUL>`, git-scm.com/docs/git-ls-files, 2026-11.
    """
    if not paths or top is None:
        return
    try:
        listed = run(root, top, ["ls-files", "-z", "--eol", "--", *(f":(literal){path}" for path in paths)])
    except GitError:
        return
    for entry in listed.split(b"\0"):
        about, _, path = entry.partition(b"\t")
        if about.startswith(b"i/lf") and b"eol=crlf" not in about:
            yield os.fsdecode(path)


def _entries(listed: bytes) -> Iterator[tuple[str, bool]]:
    """Paths of `git ls-files --stage -z`: `mode object stage<TAB>path<NUL>`; submodules (160000) are no files."""
    for entry in listed.split(b"\0"):
        about, tab, path = entry.partition(b"\t")
        if tab and not about.startswith(b"160000"):
            yield os.fsdecode(path), about.startswith(b"100755")


def _is_path(path: str) -> bool:
    """Whether a path is one below a folder, in its plain form."""
    parts = path.split("/")
    return not {"", ".", ".."} & set(parts) and not any(part.lower() == ".git" for part in parts)


def _environment(top: Path) -> dict[str, str]:
    """The environment for git. `git commit` and pre-commit name the index to judge in GIT_INDEX_FILE, as a path from
    the hook's folder; that of another repository, left over from a hook around us, is none of ours."""
    kept = {k: v for k, v in os.environ.items() if k not in _POINTERS} | _SAFE
    kept["GIT_CEILING_DIRECTORIES"] = str(top.parent)  # a .git that git cannot use is no reason to look further up
    if "GIT_INDEX_FILE" in kept:
        file = Path(kept["GIT_INDEX_FILE"]).absolute()
        foreign = (file.parent / "HEAD").is_file() and not _same_repository(file.parent, top / ".git")
        if foreign:
            del kept["GIT_INDEX_FILE"]
        else:
            kept["GIT_INDEX_FILE"] = str(file)
    return kept


def _told(settings: Mapping[str, str]) -> dict[str, str]:
    """Settings as git takes them from the environment since 2.31, after those that are there: names may hold any character."""
    given = os.environ.get("GIT_CONFIG_COUNT", "0")
    first = int(given) if given.isdecimal() else 0
    told = {"GIT_CONFIG_COUNT": str(first + len(settings))} if settings else {}
    for n, (key, value) in enumerate(settings.items(), first):
        told |= {f"GIT_CONFIG_KEY_{n}": key, f"GIT_CONFIG_VALUE_{n}": value}
    return told


def _same_repository(folder: Path, git_dir: Path) -> bool:
    """Whether a git folder is the one that `.git` is or, in worktrees and submodules, names (`gitdir: PATH`)."""
    try:
        if git_dir.is_file():
            named = os.fsdecode(read(None, git_dir)).removeprefix("gitdir:").strip()
            git_dir = git_dir.parent / named
        return folder.samefile(git_dir)
    except (OSError, ValueError, Unreadable):
        return False

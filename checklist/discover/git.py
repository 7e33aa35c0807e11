"""The git index of the repository that a folder lies in. Nothing that a repository's own config names is run."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

# What a hook's caller sets to point git somewhere. The repository is the one that the folder itself lies in.
_POINTERS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_NAMESPACE", "GIT_LITERAL_PATHSPECS")


def repository(root: Path) -> Path | None:
    """The top folder of the git repository that a folder lies in; None outside one."""
    return next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), None)


def index(root: Path, top: Path | None) -> tuple[dict[str, bool] | None, str | None]:
    """(paths in the git index below the root and relative to it, and whether they are executable; why they cannot be known).

    (None, None) outside a repository. Nothing that a repository's own config names is run: no fsmonitor, no hook, no
    fetch of missing objects, and a bare repository hidden among the files is not taken for one.
    """
    if top is None:
        return None, None
    try:
        done = _ls_files(root, top, "--stage")
    except FileNotFoundError:
        return None, "git is not installed"
    except (OSError, subprocess.TimeoutExpired):
        return None, "git did not answer"
    if done.returncode:
        # git's own words name folders of this machine
        untrusted = b"dubious ownership" in done.stderr or b"safe.directory" in done.stderr
        return None, "git does not trust this folder, see safe.directory" if untrusted else "git cannot read the index"
    return dict(_entries(done.stdout)), None


def held_with_lf(root: Path, top: Path | None, paths: Sequence[str]) -> Iterator[str]:
    """Those of some files that a server gets with LF, whatever the checkout made of them here (core.autocrlf on Windows).

    `git ls-files --eol -z`: `i/END w/END attr/ATTRIBUTES<TAB>path<NUL>`, git-scm.com/docs/git-ls-files, 2026-11.
    """
    if not paths or top is None:
        return
    try:
        done = _ls_files(root, top, "--eol", "--", *(f":(literal){path}" for path in paths))
    except (OSError, subprocess.TimeoutExpired):
        return
    for entry in done.stdout.split(b"\0"):
        about, _, path = entry.partition(b"\t")
        if about.startswith(b"i/lf") and b"eol=crlf" not in about:
            yield os.fsdecode(path)


def _ls_files(root: Path, top: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    settings = ("core.fsmonitor=false", f"core.hooksPath={os.devnull}", "core.untrackedCache=false", "safe.bareRepository=explicit")
    command = ["git", "--no-pager", *(word for s in settings for word in ("-c", s)), "ls-files", "-z", *words]
    return subprocess.run(command, cwd=root, env=_environment(top / ".git"), capture_output=True, timeout=60, stdin=subprocess.DEVNULL)


def _entries(listed: bytes) -> Iterator[tuple[str, bool]]:
    """Paths of `git ls-files --stage -z`: `mode object stage<TAB>path<NUL>`; submodules (160000) are no files."""
    for entry in listed.split(b"\0"):
        about, tab, path = entry.partition(b"\t")
        if tab and not about.startswith(b"160000"):
            yield os.fsdecode(path), about.startswith(b"100755")


def _environment(git_dir: Path) -> dict[str, str]:
    """The environment for git. `git commit` and pre-commit name the index to judge in GIT_INDEX_FILE, as a path from
    the hook's folder; that of another repository, left over from a hook around us, is none of ours."""
    kept = {k: v for k, v in os.environ.items() if k not in _POINTERS}
    kept |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    if "GIT_INDEX_FILE" in kept:
        file = Path(kept["GIT_INDEX_FILE"]).absolute()
        foreign = (file.parent / "HEAD").is_file() and not _same_repository(file.parent, git_dir)
        if foreign:
            del kept["GIT_INDEX_FILE"]
        else:
            kept["GIT_INDEX_FILE"] = str(file)
    return kept


def _same_repository(folder: Path, git_dir: Path) -> bool:
    """Whether a git folder is the one that `.git` is or, in worktrees and submodules, names (`gitdir: PATH`)."""
    try:
        if git_dir.is_file():
            named = git_dir.read_text("utf-8", "surrogateescape").removeprefix("gitdir:").strip()
            git_dir = git_dir.parent / named
        return folder.samefile(git_dir)
    except OSError:
        return False

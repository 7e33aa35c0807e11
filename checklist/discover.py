"""A folder and its git index → Project. Everything that is read of a project is read here, once.

Walked is what people write: dependencies, caches, build output, other repositories and folders with a config of their
own are passed by. Files that git ignores are read all the same: an env file is at home there.
"""

from __future__ import annotations

import os
import posixpath
import re
import stat
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from checklist.errors import CheckError
from checklist.model import Document, Location, Problem, Project, plain
from checklist.parse import markdown, needs_head, recognise, words
from checklist.parse.gitignore import matcher
from checklist.parse.usage import CALL, SIGNS, is_source

CONFIG = "onai-check.yaml"
_MAX_FILES = 50_000
MAX_BYTES = 1 << 20
"""Larger files are no configs: they are named as unreadable instead of being read."""
_MAX_PAGES = 200

_MAX_SOURCES = 3_000
_MAX_SOURCE = 1 << 19
_SIGNS = tuple(sign.encode() for sign in SIGNS)
_CALL = re.compile(CALL.encode())

# fmt: off
_PASSED_BY = frozenset({
    ".git", ".hg", ".svn", "node_modules", "bower_components", "jspm_packages", "vendor", "third_party", "venv", ".venv",
    "virtualenv", "__pycache__", ".tox", "coverage", ".nyc_output", ".next", ".nuxt", ".output", ".svelte-kit", ".cache",
    ".turbo", ".parcel-cache", ".yarn", ".pnpm-store", ".npm", ".angular", ".docusaurus", ".terraform", ".gradle",
    ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".idea",
})
# fmt: on

# What a hook's caller sets to point git somewhere. The repository is the one that the folder itself lies in.
_POINTERS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_NAMESPACE", "GIT_LITERAL_PATHSPECS")


def discover(path: Path, *, exclude: Sequence[str] = (), policy: Document) -> Project:
    """The project in a folder: its texts, its paths, its git index.

    `exclude` has .gitignore patterns; what they name is neither read nor looked for in the index. CheckError if the
    folder is none or can't be listed.
    """
    root = path.resolve()
    if not root.is_dir():
        raise CheckError(f"{path}: is no folder", f"{path}: это не папка")
    excluded = matcher(exclude)
    found = _Found()
    try:
        _walk(root, _build_dirs(policy), excluded, found)
    except PermissionError:
        raise CheckError(f"{path}: may not be listed", f"{path}: содержимое папки не посмотреть, нет прав") from None
    top = repository(root)
    if found.files.keys() - {CONFIG}:  # else there is nothing to check, and the ignores of others make it no something
        _ignores_above(root, top, found)
        _take_guides(root, found)
    _required(root, found)
    modes, unread = index(root, top)
    tracked = executable = None
    if modes is not None:
        own = tuple(f"{folder}/" for folder in found.own_projects)
        kept = [p for p in modes if not p.startswith(own) and not excluded(p)]
        tracked = frozenset(_short(p) for p in kept)
        executable = frozenset(p for p in kept if modes[p] and p in found.files)
        _unix_line_ends(root, top, [p for p in kept if recognise(p, found.files.get(p, "")[:200]) == "shell" and "\r\n" in found.files.get(p, "")], found)
    return Project(
        files=found.files,
        tracked=tracked,
        paths=frozenset(found.paths),
        policy=policy,
        root=str(root),
        broken=found.broken,
        sources=found.sources,
        sources_seen=found.sources_seen,
        words=_words(root, found),
        modes={p: _mode(root / p) for p in found.files if recognise(p) == "env"},
        git_problem=None if top is None or unread is None else Problem(Location(Path(os.path.relpath(top / ".git", root)).as_posix()), unread),
        executable=executable,
    )


def texts(root: Path, paths: Iterable[str]) -> dict[str, str | None]:
    """Those of some paths below a folder that exist, also as a link that leads nowhere; None for one that is not to be read:
    no regular file, too large, outside the project."""
    found: dict[str, str | None] = {}
    for path in paths:
        if os.path.lexists(root / path):
            try:
                data = _read(root.resolve(), path, whole=True)
                found[path] = None if data is None else data.decode("utf-8")
            except (_Unreadable, UnicodeDecodeError):
                found[path] = None
    return found


# ---- the folder ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Found:
    files: dict[str, str] = field(default_factory=dict)
    paths: set[str] = field(default_factory=set)
    broken: dict[str, str] = field(default_factory=dict)
    own_projects: list[str] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    sources_read: int = 0
    sources_seen: bool = True
    words: set[str] = field(default_factory=set)
    others: list[str] = field(default_factory=list)
    """Files that no parser reads and that may name variables."""
    guides: list[str] = field(default_factory=list)
    """Pages in Markdown that are no runbook or the like."""


def _walk(root: Path, build_dirs: frozenset[str], excluded: Callable[[str], bool], found: _Found) -> None:
    """Fills `found`. A folder that is not entered stands for itself in `paths`, so that facts know it is there."""
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(root / folder) as listed:
                entries = sorted(listed, key=lambda e: e.name)
        except OSError:
            if not folder:
                raise
            found.broken[folder] = "may not be listed"  # and nothing in it can be judged
            continue
        names = {e.name for e in entries}
        if folder and _own_project(names):
            found.own_projects.append(folder)
            continue
        below = []
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if excluded(path + "/" if entry.is_dir(follow_symlinks=False) else path):
                continue
            if entry.is_dir(follow_symlinks=False):
                if entry.name != ".git":
                    found.paths.add(path)
                if entry.name not in _PASSED_BY and not _is_build_dir(path, build_dirs):
                    below.append(path)
            else:
                found.paths.add(path)
                _take(root, path, found)
        waiting += reversed(below)


def _short(path: str) -> str:
    """A path in the index; of what lies in a folder that is passed by (a committed node_modules) only that folder."""
    parts = path.split("/")
    if _PASSED_BY.isdisjoint(parts[:-1]):
        return path
    return "/".join(parts[: next(n for n, part in enumerate(parts, 1) if part in _PASSED_BY)])


def _own_project(names: set[str]) -> bool:
    # a repository or a submodule, a folder with a config of its own, a Python environment
    return ".git" in names or CONFIG in names or "pyvenv.cfg" in names


def _build_dirs(policy: Document) -> frozenset[str]:
    return frozenset(str(d).removeprefix("./").strip("/") for d in plain(policy.value.get("build_dirs")) or ())


def _is_build_dir(path: str, build_dirs: frozenset[str]) -> bool:
    return any(path == d or path.endswith(f"/{d}") for d in build_dirs)


def _take(root: Path, path: str, found: _Found) -> None:
    """Reads a file if a parser is interested in it."""
    kind = recognise(path)
    if kind is None and markdown.kind(path) is not None:
        _take_page(root, path, found)
        return
    if kind is None and is_source(path):
        _take_source(root, path, found)
        return
    if kind is None and words.asks(path):
        found.others.append(path)
    if path.lower().endswith(".md"):
        found.guides.append(path)
    if kind is None and not needs_head(path):
        return
    try:
        data = _read(root, path, whole=kind is not None)
    except _Unreadable as reason:
        # a link that leads to an env file outside, as releases share one, is no fault: it is not here
        if kind is not None and not (kind == "env" and reason.args[0] == _OUTSIDE):
            found.broken[path] = reason.args[0]
        return
    if data is None:
        return
    text = _decoded(data)
    if kind or recognise(path, text):
        found.files[path] = text


def _take_page(root: Path, path: str, found: _Found) -> None:
    """Reads a runbook or the like. It is evidence and no config: one that can't be read is not there."""
    if sum(markdown.kind(p) is not None for p in found.files) < _MAX_PAGES:
        try:
            data = _read(root, path, whole=True)
        except _Unreadable:
            return
        found.files[path] = _decoded(data or b"")


def _take_guides(root: Path, found: _Found) -> None:
    """Reads the pages that say how the server's log files are rotated, which is done there once and by hand."""
    for path in found.guides[:_MAX_PAGES]:
        try:
            data = _read(root, path, whole=True) or b""
        except _Unreadable:
            continue
        if b"logrotate" in data and not data.startswith(b"<!-- onai-check:"):  # our own checklist only asks for it
            found.files[path] = _decoded(data)


def _take_source(root: Path, path: str, found: _Found) -> None:
    """Reads a source of the service, and keeps it if it says something that the facts ask."""
    found.sources_read += 1
    if found.sources_read > _MAX_SOURCES:
        found.sources_seen = False
        return
    try:
        data = _read(root, path, whole=True) or b""
    except _Unreadable:
        found.sources_seen = False
        return
    if len(data) > _MAX_SOURCE:
        found.sources_seen = False
        return
    found.words |= words.names(path, data)
    if any(sign in data for sign in _SIGNS) or _CALL.search(data):
        found.sources[path] = _decoded(data)


def _words(root: Path, found: _Found) -> frozenset[str] | None:
    """The names in capitals in all that may read variables; None where not all of it can be read, or nothing sets any."""
    if not found.sources_seen or len(found.others) > _MAX_SOURCES or not any((recognise(f) or "").startswith(("env", "pm2")) for f in found.files):
        return None
    for path in found.others:
        try:
            data = _read(root, path, whole=True)
        except _Unreadable:
            continue  # larger than any code, or no file: it asks for nothing
        found.words |= words.names(path, data or b"")
    return words.of(found.files) | found.words


def _mode(file: Path) -> int:
    try:
        return 0 if os.name == "nt" else stat.S_IMODE(file.stat().st_mode)
    except OSError:
        return 0  # gone since it was read


_REQUIRES = re.compile(r"""\brequire\(\s*['"](\.{1,2}/[^'"\n]+)['"]\s*\)""")


def _required(root: Path, found: _Found) -> None:
    """Reads the local modules that PM2 configs require, and those that they require: their values come from there."""
    waiting = [path for path in found.files if recognise(path) == "pm2.js"]
    while waiting and len(found.files) < _MAX_FILES:
        file = waiting.pop()
        for name in _REQUIRES.findall(found.files[file]):
            path = posixpath.normpath(posixpath.join(posixpath.dirname(file), name))
            for candidate in (path, f"{path}.js", f"{path}.json", f"{path}.cjs", f"{path}/index.js"):
                if candidate in found.paths and candidate not in found.files and candidate.endswith((".js", ".json", ".cjs")):
                    try:
                        data = _read(root, candidate, whole=True)
                    except _Unreadable:
                        continue
                    if data is not None:
                        found.files[candidate] = data.decode("utf-8", "replace").removeprefix("\ufeff")
                        waiting.append(candidate)


class _Unreadable(Exception):
    """(why)."""


_OUTSIDE = "a link that leads out of the project or nowhere"


def _read(root: Path, path: str, *, whole: bool) -> bytes | None:
    """The bytes of a file; without `whole` only those of a shell script, None for any other."""
    file = root / path
    try:
        if file.is_symlink() and not _inside(root, file):
            raise _Unreadable(_OUTSIDE)
        about = file.stat()
        if not stat.S_ISREG(about.st_mode):
            if whole:
                raise _Unreadable("no regular file")
            return None  # opening a pipe would wait for ever
        with file.open("rb") as stream:
            if not whole and stream.peek(64)[:2] != b"#!":
                return None
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise _Unreadable((error.strerror or "cannot be read").lower()) from None
    if len(data) > MAX_BYTES:
        raise _Unreadable("larger than 1 MiB")
    return data


def _inside(root: Path, file: Path) -> bool:
    try:
        return file.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):  # RuntimeError: a circle of links, until Python 3.13
        return False


def _ignores_above(root: Path, top: Path | None, found: _Found) -> None:
    """The .gitignore files between the root and the top of its repository: git obeys them too. They are `../.gitignore`."""
    for up, folder in enumerate(root.parents, 1):
        if top is None or not folder.is_relative_to(top):
            break
        if (folder / ".gitignore").is_file():
            try:
                found.files["../" * up + ".gitignore"] = _decoded(_read(folder, ".gitignore", whole=True) or b"")
            except _Unreadable:
                continue  # then git could not read it either


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "replace").removeprefix("\ufeff")


# ---- the index -------------------------------------------------------------------------------------------------------


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


def _ls_files(root: Path, top: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    settings = ("core.fsmonitor=false", f"core.hooksPath={os.devnull}", "core.untrackedCache=false", "safe.bareRepository=explicit")
    command = ["git", "--no-pager", *(word for s in settings for word in ("-c", s)), "ls-files", "-z", *words]
    return subprocess.run(command, cwd=root, env=_environment(top / ".git"), capture_output=True, timeout=60, stdin=subprocess.DEVNULL)


def _unix_line_ends(root: Path, top: Path | None, scripts: Sequence[str], found: _Found) -> None:
    """Takes scripts as a server gets them: on Windows the checkout has CR LF where git has LF (core.autocrlf).

    `git ls-files --eol -z`: `i/END w/END attr/ATTRIBUTES<TAB>path<NUL>`, git-scm.com/docs/git-ls-files, 2026-11.
    """
    if not scripts or top is None:
        return
    try:
        done = _ls_files(root, top, "--eol", "--", *(f":(literal){script}" for script in scripts))
    except (OSError, subprocess.TimeoutExpired):
        return
    for entry in done.stdout.split(b"\0"):
        about, _, path = entry.partition(b"\t")
        name = os.fsdecode(path)
        if about.startswith(b"i/lf") and b"eol=crlf" not in about and name in found.files:
            found.files[name] = found.files[name].replace("\r\n", "\n")


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

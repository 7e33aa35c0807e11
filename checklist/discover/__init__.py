"""A folder and its git index → Project. Everything that is read of a project is read here, once.

Walked is what people write: dependencies, caches and build output are passed by. What is left out because somebody said
so, or because it is another repository, is counted. Files that git ignores are read all the same: an env file is at home
there.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from checklist.discover.evidence import Evidence
from checklist.discover.git import held_with_lf, index, repository
from checklist.errors import CheckError
from checklist.files import MAX_BYTES, OUTSIDE, Unreadable, decoded, mode, read, read_script
from checklist.model import Document, LeftOut, Location, Problem, Project, plain
from checklist.parse import markdown, needs_head, recognise
from checklist.parse.gitignore import matcher
from checklist.parse.usage import is_source

__all__ = ["CONFIG", "MAX_BYTES", "discover", "repository", "texts"]

CONFIG = "onai-check.yaml"
_CONFIGS = frozenset({CONFIG, "onai-check.yml"})
_MAX_FILES = 50_000

# fmt: off
_PASSED_BY = frozenset({
    ".git", ".hg", ".svn", "node_modules", "bower_components", "jspm_packages", "vendor", "third_party", "venv", ".venv",
    "virtualenv", "__pycache__", ".tox", "coverage", ".nyc_output", ".next", ".nuxt", ".output", ".svelte-kit", ".cache",
    ".turbo", ".parcel-cache", ".yarn", ".pnpm-store", ".npm", ".angular", ".docusaurus", ".terraform", ".gradle",
    ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".idea",
})
# fmt: on


Nested = Callable[[str], tuple[Sequence[str], Document]]
"""A folder with a config of its own → what that excludes, and its policy; CheckError where it is wrong."""


def discover(
    path: Path, *, exclude: Sequence[str] = (), above: str = "", policy: Document, nested: Nested | None = None
) -> Project:
    """The project in a folder: its texts, its paths, its git index.

    `exclude` has .gitignore patterns; what they name is neither read nor looked for in the index. They are written from
    the config's folder, from which `above` leads here. Without `nested` a config below says nothing. CheckError if the
    folder is none or can't be listed.
    """
    root = path.resolve()
    if not root.is_dir():
        raise CheckError(f"{path}: is no folder", f"{path}: это не папка")
    found = _Found(root, nested)
    found.configs.append(_Config("", above, exclude, policy))
    try:
        _walk(root, found)
    except PermissionError:
        raise CheckError(f"{path}: may not be listed", f"{path}: содержимое папки не посмотреть, нет прав") from None
    top = repository(root)
    if found.files.keys() - {CONFIG}:  # else there is nothing to check, and the ignores of others make it no something
        _ignores_above(root, top, found)
        found.files |= found.evidence.guides()
    _required(root, found)
    modes, unread = index(root, top)
    tracked = executable = problem = None
    if top is not None and unread is not None:
        problem = Problem(Location(Path(os.path.relpath(top / ".git", root)).as_posix()), unread)
    if modes is not None:
        others = tuple(f"{folder}/" for folder in found.others)
        kept = [p for p in modes if not p.startswith(others) and found.excluded(p) is None]
        tracked = frozenset(_short(p) for p in kept)
        executable = frozenset(p for p in kept if modes[p] and p in found.files)
        scripts = [p for p in kept if "\r\n" in found.files.get(p, "") and recognise(p, found.files[p][:200]) == "shell"]
        found.files |= {p: found.files[p].replace("\r\n", "\n") for p in held_with_lf(root, top, scripts) if p in found.files}
    return Project(
        files=found.files,
        tracked=tracked,
        paths=frozenset(found.paths),
        policy=policy,
        root=str(root),
        broken=found.broken,
        sources=found.evidence.sources,
        sources_seen=found.evidence.sources_seen,
        words=found.evidence.names(found.files),
        modes={p: mode(root / p) for p in found.files if recognise(p) == "env"},
        git_problem=problem,
        executable=executable,
        nested={config.folder: config.policy for config in found.configs[1:]},
        left_out=tuple(_left_out(root, top, found)),
    )


def texts(root: Path, paths: Iterable[str]) -> dict[str, str | None]:
    """Those of some paths below a folder that exist, also as a link that leads nowhere; None for one that is not to be read:
    no regular file, too large, outside the project."""
    found: dict[str, str | None] = {}
    for path in paths:
        if os.path.lexists(root / path):
            try:
                found[path] = read(root.resolve(), path).decode("utf-8")
            except (Unreadable, UnicodeDecodeError):
                found[path] = None
    return found


class _Config:
    """What a config says of the paths below its folder."""

    def __init__(self, folder: str, above: str, exclude: Sequence[str], policy: Document) -> None:
        self.folder = folder
        self.policy = policy
        self.exclude = exclude
        self.build_dirs = _build_dirs(policy)
        self.prefix = f"{folder}/" if folder else ""
        self._above = f"{above}/" if above else ""
        self._matches = matcher(exclude)

    def excludes(self, path: str) -> str | None:
        """The pattern that leaves a path out."""
        pattern = self._matches(self._above + path.removeprefix(self.prefix)) if path.startswith(self.prefix) else None
        return None if pattern is None else self.named(pattern)

    def named(self, pattern: str) -> str:
        """A pattern as a person at the root would write it."""
        return self.prefix + pattern.removeprefix("/") if self.prefix else pattern


class _Found:
    def __init__(self, root: Path, nested: Nested | None) -> None:
        self.files: dict[str, str] = {}
        self.paths: set[str] = set()
        self.broken: dict[str, str] = {}
        self.others: list[str] = []
        """Folders that are another repository or a Python environment."""
        self.configs: list[_Config] = []
        """That of the root first."""
        self.excluded_files: Counter[str] = Counter()
        """How many each pattern leaves out."""
        self.repositories: dict[str, int] = {}
        """Folders that are another repository, and how many files are in them."""
        self.nested = nested
        self.evidence = Evidence(root)

    def excluded(self, path: str) -> str | None:
        return next((pattern for config in self.configs if (pattern := config.excludes(path)) is not None), None)

    def passed_by(self, path: str) -> bool:
        """Whether a folder holds what nobody has written."""
        governing = max((c for c in self.configs if path.startswith(c.prefix)), key=lambda c: len(c.prefix))
        return posixpath.basename(path) in _PASSED_BY or _is_build_dir(path, governing.build_dirs)


def _walk(root: Path, found: _Found) -> None:
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
        if folder and (".git" in names or "pyvenv.cfg" in names):
            found.others.append(folder)
            if ".git" in names:
                found.repositories[folder] = sum(1 for _ in _below(root, folder))
            continue
        if folder and found.nested is not None and not names.isdisjoint(_CONFIGS):
            found.configs.append(_Config(folder, "", *found.nested(folder)))
        below = []
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            is_dir = entry.is_dir(follow_symlinks=False)
            pattern = found.excluded(path + "/" if is_dir else path)
            if pattern is not None:
                if not (is_dir and found.passed_by(path)):
                    found.excluded_files[pattern] += sum(1 for _ in _below(root, path)) if is_dir else 1
                continue
            if is_dir:
                if entry.name != ".git":
                    found.paths.add(path)
                if not found.passed_by(path):
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


def _below(root: Path, folder: str) -> Iterator[str]:
    """The files below a folder, 50,000 at most; dependencies and caches are none."""
    left = _MAX_FILES
    for _, folders, files in os.walk(root / folder):
        folders[:] = sorted(set(folders) - _PASSED_BY)
        yield from [file for file in files if file != ".git"][:left]
        left -= len(files)
        if left <= 0:
            return


def _left_out(root: Path, top: Path | None, found: _Found) -> Iterator[LeftOut]:
    """What each pattern leaves out, also where there is nothing of it here; then other repositories."""
    patterns = (config.named(p) for config in found.configs for p in config.exclude if p[0] not in "!#")
    yield from (LeftOut("exclude", pattern, found.excluded_files[pattern]) for pattern in dict.fromkeys(patterns))
    # one that is not checked out is an empty folder, and one in vendor/ is not walked to
    submodules = [f for f in _submodules(root, top) if (root / f).is_dir() and found.excluded(f"{f}/") is None]
    counted = {f: sum(1 for _ in _below(root, f)) for f in submodules if f not in found.repositories}
    yield from (LeftOut("submodule", folder, n) for folder, n in sorted((counted | found.repositories).items()))


_SUBMODULE = re.compile(r"^[ \t]*path[ \t]*=[ \t]*(\S.*?)[ \t]*$", re.MULTILINE)


def _submodules(root: Path, top: Path | None) -> Iterator[str]:
    """The folders that .gitmodules at the top of the repository names, those below the root."""
    try:
        text = decoded(read(top, ".gitmodules")) if top is not None else ""
    except Unreadable:
        return
    for path in _SUBMODULE.findall(text):
        folder = Path(os.path.relpath((top or root) / path, root)).as_posix()
        if not folder.startswith("../"):
            yield folder


def _build_dirs(policy: Document) -> frozenset[str]:
    return frozenset(str(d).removeprefix("./").strip("/") for d in plain(policy.value.get("build_dirs")) or ())


def _is_build_dir(path: str, build_dirs: frozenset[str]) -> bool:
    return any(path == d or path.endswith(f"/{d}") for d in build_dirs)


def _take(root: Path, path: str, found: _Found) -> None:
    """Reads a file if a parser is interested in it, or if it is evidence."""
    kind = recognise(path)
    if kind is None and markdown.kind(path) is not None:
        page = found.evidence.page(path)
        if page is not None:
            found.files[path] = page
        return
    if kind is None and is_source(path):
        found.evidence.source(path)
        return
    if kind is None:
        found.evidence.note(path)
        if not needs_head(path):
            return
    try:
        data = read_script(root, path) if kind is None else read(root, path)
    except Unreadable as reason:
        # a link that leads to an env file outside, as releases share one, is no fault: it is not here
        if kind is not None and not (kind == "env" and reason.args[0] == OUTSIDE):
            found.broken[path] = reason.args[0]
        return
    if data is None:
        return
    text = decoded(data)
    if kind or recognise(path, text):
        found.files[path] = text


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
                        found.files[candidate] = decoded(read(root, candidate))
                    except Unreadable:
                        continue
                    waiting.append(candidate)


def _ignores_above(root: Path, top: Path | None, found: _Found) -> None:
    """The .gitignore files between the root and the top of its repository: git obeys them too. They are `../.gitignore`."""
    for up, folder in enumerate(root.parents, 1):
        if top is None or not folder.is_relative_to(top):
            break
        if (folder / ".gitignore").is_file():
            try:
                found.files["../" * up + ".gitignore"] = decoded(read(folder, ".gitignore"))
            except Unreadable:
                continue  # then git could not read it either

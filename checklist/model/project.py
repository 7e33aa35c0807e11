"""Documents, and the project that they come from."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import Literal

from checklist.model.values import Location, Path, Problem, Value

_ENV_FILE = re.compile(r"(?:^|[/.])env(?:\.[^/]*)?$")
_ENV_KEY = re.compile(r"^\s*(?:export\s+)?([\w.-]+)\s*[=:]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data with places. What was parsed, what was derived from it and the policy are all documents."""

    kind: str
    file: str
    """POSIX path from the project's root of the file it comes from; "" if from none."""
    value: Value
    subject: str = ""
    """The app, job, variable or command it is about, as a person would name it."""

    def place(self, path: Path = (), *, key: bool = False) -> Location:
        """Where a path stands: its own place, else that of the nearest value around it, else the file's start."""
        for end in range(len(path), -1, -1):
            here = self.value.get(*path[:end])
            if here is not None and key and here.key_at is not None:
                return here.key_at
            if here is not None and here.at is not None:
                return here.at
        return Location(self.file)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a check has not judged because somebody said so."""

    by: Literal["exclude", "disabled", "select", "submodule"]
    what: str
    """The pattern, the rule or group (`docs/`), the rules selected, or the folder, as a person would name it."""
    files: int = 0
    """How many files are not read, up to 50,000; dependencies and what git keeps for itself are none of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Project:
    """What was read from a folder and its git index. A dict of texts is as good as a folder.

    One is only equal to itself: what is true of the whole of it can be found once, behind an lru_cache.
    """

    files: Mapping[str, str]
    """Text of every recognised file, by POSIX path from the root."""
    tracked: frozenset[str] | None = None
    """Paths in the git index, also of files not read; None outside a git repository."""
    paths: frozenset[str] = frozenset()
    """Every path seen below the root, also of files not read."""
    policy: Document = field(default_factory=lambda: Document("policy", "", Value({})))
    """onai-check.yaml over the defaults, times in ms; see config.py."""
    root: str = "/project"
    """The absolute path that `__dirname` is resolved with. Never printed."""
    broken: Mapping[str, str] = field(default_factory=dict)
    """Recognised files that could not be read at all, with the reason."""
    environment: Mapping[str, str] | None = None
    """The variables that a config is evaluated with, from the env file that the user names; None: any may be set."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Text of the service's own JavaScript and TypeScript that matters here: evidence, not judged itself, not in the digest."""
    sources_seen: bool = False
    """Whether `sources` is all there is of it."""
    words: frozenset[str] | None = None
    """Names in capitals in every text that may read variables, whatever its language; None where not all are seen."""
    modes: Mapping[str, int] = field(default_factory=dict)
    """Permission bits of the env files on the disk; 0 on Windows, where they say nothing. Not in the digest."""
    git_problem: Problem | None = None
    """Where git's folder is, and why the index of a repository that is there could not be read, or not all of it; in the
    first case `tracked` is None."""
    executable: frozenset[str] | None = None
    """Tracked paths whose mode in the index is 100755; None where modes are not known."""
    nested: Mapping[str, Document] = field(default_factory=dict)
    """The policy of each folder below the root that has an onai-check.yaml of its own, by that folder."""
    folder: str = ""
    """The folder that `policy` is the policy of: "", the root, or one of `nested`."""
    left_out: tuple[LeftOut, ...] = ()
    """What was not read. Not in the digest."""

    def parts(self) -> Iterator[Project]:
        """The project under each of its policies, the root's first. A folder with a policy of its own is seen with what
        lies above it, which may deploy it, and without its neighbours, which are other services."""
        yield self
        for folder, policy in sorted(self.nested.items()):
            below = f"{folder}/"
            above = {"", *(other for other in self.nested if below.startswith(f"{other}/"))}

            def seen(path: str, below: str = below, above: Set[str] = frozenset(above)) -> bool:
                return path.startswith(below) or self.owner(path) in above

            yield replace(
                self,
                files={path: text for path, text in self.files.items() if seen(path)},
                tracked=None if self.tracked is None else frozenset(filter(seen, self.tracked)),
                paths=frozenset(filter(seen, self.paths)),
                broken={path: why for path, why in self.broken.items() if seen(path)},
                sources={path: text for path, text in self.sources.items() if seen(path)},
                policy=policy,
                folder=folder,
            )

    def owner(self, path: str) -> str:
        """The folder whose policy a file is judged by: the nearest above it with a config of its own, else the root."""
        while path not in self.nested and (above := posixpath.dirname(path)) != path:
            path = above
        return path if path in self.nested else ""

    def governs(self, path: str) -> bool:
        """Whether a file is judged by this policy."""
        return path == self.policy.file or self.owner(path) == self.folder

    def exists(self, path: str) -> bool:
        """Whether a file is there or in the index."""
        return path in self.files or path in self.paths or path in (self.tracked or ())

    def digest(self) -> str:
        """SHA-256 over everything that was read, and which of it is tracked: the same on any machine.

        Of env files only the names count: the digest stands in a committed file, where it must not help to guess a password.
        """
        told = hashlib.sha256()
        for path, text in sorted(self.files.items()):
            seen = "\n".join(_ENV_KEY.findall(text)) if _ENV_FILE.search(path) else text
            told.update(f"{path}\0{len(seen)}\0{seen}\0{path in (self.tracked or ())}\0".encode("utf-8", "surrogatepass"))
            if path in (self.executable or ()):
                told.update(b"x")
        return told.hexdigest()

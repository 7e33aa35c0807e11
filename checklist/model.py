"""What everything else is made of: places, values, documents, rules, outcomes.

All of it is frozen: nobody edits a document, a fact or an outcome after it is made.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Path = tuple[str | int, ...]
"""Keys and indices inside a document, `("apps", 0, "watch")`; never a file name."""

Priority = Literal["P0", "P1", "P2"]
PRIORITIES: tuple[Priority, ...] = ("P0", "P1", "P2")

State = Literal["pass", "fail", "notApplicable", "open"]
"""SARIF 2.1.0 §3.27.9 words for what became of one rule on one document."""

Texts = Mapping[str, str]
"""One text in both languages: `{"en": …, "ru": …}`."""

MASK = "***"

_ENV_FILE = re.compile(r"(?:^|[/.])env(?:\.[^/]*)?$")
_ENV_KEY = re.compile(r"^\s*(?:export\s+)?([\w.-]+)\s*[=:]", re.MULTILINE)


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A stretch of a file. Lines and columns count from 1, columns in code points; the end is exclusive."""

    file: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1


# ---- values ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that cannot be known here; `why` is a short English phrase without any value in it."""

    why: str
    default: Value | None = None
    """What it is unless something outside says otherwise: 15 in `process.env.X || 15`."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """A value that is one of a few, such as both branches of a ternary."""

    options: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """A function: there, but not data."""


Content: TypeAlias = "bool | int | float | str | Mapping[str, Value] | tuple[Value, ...] | Unknown | OneOf | Function | None"


@dataclass(frozen=True, slots=True)
class Value:
    """A value, and where a person would edit it. Objects hold values by key, arrays are tuples of values."""

    content: Content
    at: Location | None = None
    key_at: Location | None = None
    """Where its key stands, when it is the value of one."""
    more: bool = False
    """An object or array that may hold more than is seen here."""
    secret: bool = False
    """Its content may be judged but never shown."""

    def __repr__(self) -> str:
        return f"Value({plain(self)!r}, at={self.at})"

    def get(self, *path: str | int) -> Value | None:
        """The value at a path below this one, None where there is none."""
        here: Value | None = self
        for key in path:
            match here.content if here else None, key:
                case (dict() as members, str()):
                    here = members.get(key)
                case (tuple() as items, int()) if key < len(items):
                    here = items[key]
                case _:
                    return None
        return here

    def members(self) -> Mapping[str, Value]:
        """The keys of an object; empty for anything else."""
        return self.content if isinstance(self.content, dict) else {}

    def items(self) -> tuple[Value, ...]:
        """The elements of an array; empty for anything else."""
        return self.content if isinstance(self.content, tuple) else ()

    def text(self, *path: str | int) -> str | None:
        """The string at a path, None if there is none or it is not a known string."""
        found = self.get(*path)
        return found.content if found is not None and isinstance(found.content, str) else None

    def known(self) -> bool:
        """Whether the whole of it is known: no unknown, no choice, nothing more."""
        match self.content:
            case Unknown() | OneOf():
                return False
            case dict() as members:
                return not self.more and all(v.known() for v in members.values())
            case tuple() as items:
                return not self.more and all(v.known() for v in items)
        return True


def value(data: Any, at: Location | None = None, *, secret: bool = False) -> Value:
    """A Value made of plain data; Values inside it stay as they are, the rest is placed `at`."""
    match data:
        case Value():
            return data
        case dict():
            return Value({str(k): value(v, at, secret=secret) for k, v in data.items()}, at, secret=secret)
        case list() | tuple() | set() | frozenset():
            return Value(tuple(value(v, at, secret=secret) for v in data), at, secret=secret)
    return Value(data, at, secret=secret)


def plain(of: Value | None, *, reveal: bool = False) -> Any:
    """The JSON form of a value, as `show` prints it (design: contracts); secrets masked unless `reveal`.

    `reveal` is for judging a value inside the process; what it gives must not reach any output.
    """
    if of is None:
        return None
    match of.content:
        case Unknown(why, default):
            return {"$unknown": why} | ({} if default is None else {"$default": plain(default, reveal=reveal)})
        case OneOf(options):
            return {"$oneOf": [plain(o, reveal=reveal) for o in options]}
        case Function():
            return {"$function": True}
        case dict() as members:
            shown = {k: plain(v, reveal=reveal) for k, v in members.items()}
            return shown | {"$more": True} if of.more else shown
        case tuple() as items:
            return [plain(v, reveal=reveal) for v in items] + ([{"$more": True}] if of.more else [])
    if of.secret and not reveal:
        return {"$secret": True}
    if isinstance(of.content, float) and not math.isfinite(of.content):
        return "NaN" if math.isnan(of.content) else "Infinity" if of.content > 0 else "-Infinity"
    return of.content


def walk(of: Value, path: Path = ()) -> Iterator[tuple[Path, Value]]:
    """Every value in a value with its path, the outermost first."""
    yield path, of
    for key, member in of.members().items():
        yield from walk(member, (*path, key))
    for index, item in enumerate(of.items()):
        yield from walk(item, (*path, index))


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file cannot be understood, and where; the text never quotes the file."""

    location: Location
    text: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a parser gives back: a value, a problem, or both where part of the file was understood."""

    value: Value | None
    problem: Problem | None = None


# ---- documents and the project ---------------------------------------------------------------------------------------


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
class Project:
    """What was read from a folder and its git index. A dict of texts is as good as a folder."""

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
    """Where git's folder is, and why the index of a repository that is there could not be read; `tracked` is None then."""
    executable: frozenset[str] | None = None
    """Tracked paths whose mode in the index is 100755; None where modes are not known."""

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


# ---- rules and what becomes of them ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Message:
    """One wording of a rule's message, for documents that satisfy `when` (None: all)."""

    texts: Texts
    when: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One YAML file under `rules/`; docs/rules.md says what each key means."""

    id: str
    title: Texts
    priority: Priority
    effort: int
    """Minutes to mend what it finds."""
    kind: str
    """Kind of document it judges, `for` in the file."""
    message: tuple[Message, ...]
    why: Texts
    fix: Texts
    checklist: str | None = None
    when: Mapping[str, Any] | None = None
    must: Mapping[str, Any] | None = None
    check: Mapping[str, Any] | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    raise_to: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Priority → schema: documents that satisfy it are findings of that priority."""
    at: Path | None = None
    at_key: bool = False
    """Point at the key rather than at its value."""
    related: Path | None = None
    """Path of an array whose elements are related places."""
    refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a schema or a named check says of a document, and at which paths."""

    state: Literal["pass", "fail", "open"]
    paths: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that belongs to a finding."""

    location: Location
    text: str


@dataclass(frozen=True, slots=True)
class Snippet:
    """A source line without its secrets, and the stretch of it that is meant (0-based, end exclusive)."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """One rule on one document at one place. A finding is an outcome that is `fail`."""

    rule: Rule
    state: State
    priority: Priority
    location: Location
    subject: str
    message: Texts
    fingerprint: str = ""
    related: tuple[Related, ...] = ()
    snippet: Snippet | None = None
    """None where the source must not be shown: env files, and files that could not be parsed."""


@dataclass(frozen=True, slots=True)
class Report:
    """All outcomes, sorted; what every renderer and the gate are given."""

    outcomes: tuple[Outcome, ...]
    checked: tuple[tuple[str, str], ...]
    """(file, kind) of everything that was read."""
    rules: tuple[Rule, ...]
    documents: tuple[Document, ...]
    digest: str

    @property
    def findings(self) -> tuple[Outcome, ...]:
        return tuple(o for o in self.outcomes if o.state == "fail")

    @property
    def open(self) -> tuple[Outcome, ...]:
        return tuple(o for o in self.outcomes if o.state == "open")

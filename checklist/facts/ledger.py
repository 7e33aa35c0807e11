"""`env.key`: each variable that the service's sources read or that an env file or PM2 sets, and where both happen."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence

from checklist.facts.folders import above
from checklist.facts.placeholders import role
from checklist.model import Document, Project, Unknown, Value, value
from checklist.parse import env as parser
from checklist.parse import recognise, usage

UNSEEN = "code that is not seen may read it"
_SHORTEST = 5
_SHORT_WORD = 3
_TEXTS = ("workflow", "shell", "makefile", "dockerfile", "package")


def documents(project: Project, apps: Sequence[Document], usages: Mapping[str, usage.Usage]) -> list[Document]:
    """One `env.key` for each name: {name, read, needed, set, set_in, example, misspells}.

    `read` are the places in sources, `needed` says whether one of them has no default. `misspells` is the name that is
    read and set nowhere, one slip away from this one, which is set and read nowhere; null where there is none. `usages`
    has what each source reads.
    """
    reads: dict[str, list[usage.Read]] = {}
    dynamic = False
    for found in usages.values():
        dynamic = dynamic or found.dynamic
        for read in found.reads:
            reads.setdefault(read.name, []).append(read)
    given: dict[str, list[Value]] = {}
    examples = set()
    for file, text in sorted(project.files.items()):
        if recognise(file) != "env" or role(file) == "backup":
            continue
        for entry in parser.entries(file, text):
            if role(file) == "example":
                examples.add(entry.name)
            else:
                given.setdefault(entry.name, []).append(Value(entry.name, entry.value.key_at))
    for app in apps:
        for name, of in (app.value.get("env") or Value({})).members().items():
            given.setdefault(name, []).append(Value(name, of.key_at or of.at))
    sure = project.sources_seen and not dynamic
    return [_key(project, name, reads, given, examples, sure=sure) for name in sorted({*reads, *given})]


def _key(
    project: Project, name: str, reads: Mapping[str, Sequence[usage.Read]], given: Mapping[str, Sequence[Value]], examples: set[str], *, sure: bool
) -> Document:
    places = [Value(r.name, r.at) for r in reads.get(name, ())]
    own = given.get(name, ())
    meant = None if name in reads or name in examples else _meant(project, own, reads, given)
    at = (own[0] if own else places[0]).at
    told = {
        "name": Value(name, at),
        "read": places,
        "needed": any(not r.has_default for r in reads.get(name, ())),
        "set": bool(own),
        "set_in": sorted({v.at.file for v in own if v.at is not None}),
        "example": name in examples,
        "misspells": Value(meant if meant is None or sure else Unknown(UNSEEN), at),
        "meant_at": [Value(r.name, r.at) for r in reads.get(meant, ())] if meant else [],
    }
    return Document("env.key", at.file if at else "", value(told, at), name)


def _meant(project: Project, own: Sequence[Value], reads: Mapping[str, Sequence[usage.Read]], given: Mapping[str, Sequence[Value]]) -> str | None:
    """The name that was meant by one that is set in vain: the only one that a source near by reads and nothing sets."""
    if not own or len(name := str(own[0].content)) < _SHORTEST:
        return None
    folders = {posixpath.dirname(v.at.file) for v in own if v.at is not None}
    close = [
        other
        for other, places in reads.items()
        if other not in given and len(other) >= _SHORTEST and _slip(name, other) and any(folders & set(above(posixpath.dirname(r.at.file))) for r in places)
    ]
    if len(close) != 1 or name in (project.words or ()) or _named(project, name) or _named(project, close[0]):
        return None
    return close[0]


def _named(project: Project, name: str) -> bool:
    """Whether a script, a workflow, an image or package.json says the name: then it is read or set there."""
    return any(says(text, name) for f, text in project.files.items() if recognise(f, text[:200]) in _TEXTS)


def says(text: str, name: str) -> bool:
    """Whether a text has a variable's name as a word."""
    return name in text and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _slip(one: str, other: str) -> bool:
    """Whether one letter was added, left out, changed or swapped with its neighbour, and no other word came of it.

    Names differ on purpose in digits, in a plural (USER, USERS), in URL and URI, and in a short word that has another
    letter (DEV, DEB; EU, US).
    """
    if one == other or abs(len(one) - len(other)) > 1 or re.sub(r"\d", "", one) == re.sub(r"\d", "", other):
        return False
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    swapped = a[:2] == b[1::-1] and a[2:] == b[2:]
    changed = a[1:] == b[1:]
    if not (swapped or changed or a[1:] == b or a == b[1:]):
        return False
    words = [(x, y) for x, y in zip(one.split("_"), other.split("_"), strict=False) if x != y][:1]
    return not any(x + "S" == y or y + "S" == x or (changed and max(len(x), len(y)) <= _SHORT_WORD) for x, y in words)

"""Several ways to deploy one app: what one of them does and another leaves out."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from checklist.facts.deploy.subject import is_deploy
from checklist.model import Document, Value, plain

_MANY = 3
_MATTERS = ("fetch", "ship", "install", "build", "migrate")
# to set a server up, to repair it, or to deploy to another place, is another thing
_OTHERS = re.compile(r"(?i)set-?_?up|init|first|bootstrap|provision|install|stag|dev|local|test|preview|demo|quick|fast|fix|force|reset|repair|build|boot|start|front|client|web|admin|worker")
_DEPLOYS = re.compile(r"(?i)deploy|release|update|publish|ship|roll-?_?out")


def compared(documents: Iterable[Document]) -> Iterator[Document]:
    """The documents, each `deploy.path` of a script with `other_way`: {entry, lacks, at} of the first script that
    deploys the same apps with a step that this one leaves out; null where there is none."""
    given = list(documents)
    groups: dict[str, list[Document]] = {}
    for document in given:
        if document.kind == "deploy.path" and _is_main(document):
            groups.setdefault(str(plain(document.value.get("apps"))), []).append(document)
    # a project of many such scripts holds experiments and repairs: which of them is meant is not known here
    scripts = [d for group in groups.values() if len(group) <= _MANY for d in group]
    for document in given:
        if document.kind != "deploy.path":
            yield document
            continue
        other = _other(document, scripts) if document in scripts else None
        yield replace(document, value=replace(document.value, content={**document.value.members(), "other_way": other or Value(None)}))


def _is_main(path: Document) -> bool:
    entry = path.value.text("entry") or ""
    return is_deploy(path) and "#" not in entry and _DEPLOYS.search(posixpath.basename(entry)) is not None and not _OTHERS.search(posixpath.basename(entry))


def _other(path: Document, scripts: Iterable[Document]) -> Value | None:
    mine, apps = _effects(path), plain(path.value.get("apps"))
    for other in scripts:
        lacks = [e for e in _MATTERS if e in _effects(other) and e not in mine]
        # what is shipped need not be fetched, and the other way round
        if {"fetch", "ship"} & mine:
            lacks = [e for e in lacks if e not in ("fetch", "ship")]
        if other is not path and apps and plain(other.value.get("apps")) == apps and lacks:
            return Value({"entry": Value(other.value.text("entry")), "lacks": Value(", ".join(lacks))}, path.place())
    return None


def _effects(path: Document) -> set[str]:
    steps = path.value.get("steps")
    return {e for s in (steps.items() if steps is not None else ()) if (e := s.text("effect")) in _MATTERS and e is not None}

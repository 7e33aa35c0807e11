"""What a word in a name says, from the one table `vocabulary.yaml`: `rollback`, `staging`, `health` and the like."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from importlib import resources

from checklist.model import plain
from checklist.parse import yaml

_BREAK = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@cache
def _table() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Meaning → the words that have it, each as the words that stand side by side."""
    text = resources.files("checklist.facts").joinpath("vocabulary.yaml").read_text("utf-8")
    told = plain(yaml.parse("vocabulary.yaml", text).value, reveal=True)
    return {meaning: tuple(tuple(w.split()) for w in _words(entries)) for meaning, entries in told.items()}


def _words(entries: Sequence[object]) -> Iterator[str]:
    """The words of a meaning; a list among them is another meaning's."""
    for entry in entries:
        yield from _words(entry) if isinstance(entry, list | tuple) else [str(entry)]


def tokens(name: str) -> list[str]:
    """The words of a name in lower case: `.env.prodEU-2` → env, prod, eu, 2."""
    return [w.lower() for w in _BREAK.split(name) if w]


@lru_cache(maxsize=4096)
def says(name: str, *meanings: str) -> bool:
    """Whether a word of a name has one of the meanings."""
    words = tokens(name)
    return any(_stands(entry, words) for meaning in meanings for entry in _table()[meaning])


def means(word: object, *meanings: str) -> bool:
    """Whether a whole value is a word with one of the meanings: a NODE_ENV, the name of an environment."""
    return isinstance(word, str) and any(entry == (word,) for meaning in meanings for entry in _table()[meaning])


def of_database(path: str) -> bool:
    """Whether a file, an npm script or a target is about a database, by its own name or its folder's."""
    *_, folder, own = ("", *path.split("/"))
    return means(folder.lower(), "database") or says(own, "database")


def takes_back(path: str) -> bool:
    """Whether a file, an npm script or a target is named for taking a release back; a database is no release."""
    return says(posixpath.basename(path), "back") and not of_database(path)


def _stands(entry: Sequence[str], words: Sequence[str]) -> bool:
    """Whether the words of an entry stand side by side."""
    starts = range(len(words) - len(entry) + 1)
    return any(all(_is(words[start + n], wanted) for n, wanted in enumerate(entry)) for start in starts)


def _is(word: str, wanted: str) -> bool:
    return fnmatchcase(word, wanted) or fnmatchcase(word.rstrip("0123456789"), wanted)

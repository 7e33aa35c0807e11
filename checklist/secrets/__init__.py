"""What must never be shown: a text → its secrets, and the text without them.

Three things tell one: a name that promises it (`naming`, `assigned`), a form (`patterns`), and a program that takes it
as an argument (`programs`, after the table programs.yaml). A variable is no secret, nor is a placeholder or the path of
a file (`literal`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from checklist.secrets import assigned, naming, patterns, programs
from checklist.secrets.literal import literal
from checklist.secrets.naming import secret_name as secret_name

MASK = "***"
"""What is shown of a secret."""


@lru_cache(maxsize=512)
def found(text: str, *, code: bool = False) -> tuple[tuple[int, int, str], ...]:
    """(start, end, what gives it away) of everything in a text that looks like a secret, sorted; they may overlap.

    It is given away by its issuer's form (`issued`), its place (`webhook`, `login`, `query`, `header`), the `name` that
    it is assigned to, or the program that takes it as an `argument`. `code`: the text is JavaScript.
    """
    given = [(start, end, "argument") for start, end, value in programs.places(text) if literal(value)]
    named = [(start, end, "name") for start, end in assigned.found(text, code=code)]
    return tuple(sorted([*patterns.found(text), *named, *given]))


@lru_cache(maxsize=1024)
def arguments(text: str) -> tuple[tuple[int, int], ...]:
    """(start, end) of every argument that a program takes for a secret, be it a variable."""
    return tuple((start, end) for start, end, _ in programs.places(text))


@lru_cache(maxsize=8192)
def spans(text: str, *, code: bool = False) -> tuple[tuple[int, int], ...]:
    """(start, end) of every stretch that looks like a secret, sorted, without overlap."""
    merged: list[tuple[int, int]] = []
    for start, end, _ in found(text, code=code):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def mask(text: str) -> str:
    """The text with everything that looks like a secret replaced by `***`; newlines stay where they are."""
    return hide(text, spans(text))


def mask_words(words: Iterable[str]) -> list[str]:
    """The words of a command without secrets, also those that only another word gives away (`--token x`)."""
    given = list(words)
    out = [mask(word) for word in given]
    for n, at, value in programs.in_words(given):
        if literal(value):
            out[n] = given[n][:at] + MASK
    return out


def hide(text: str, where: Sequence[tuple[int, int]]) -> str:
    """The text with stretches of it replaced by `***`; newlines stay where they are."""
    out, done = [], 0
    for start, end in where:
        out += [text[done:start], MASK + "\n" * text[start:end].count("\n")]
        done = end
    return "".join(out) + text[done:]


def plain_value(name: str, text: str) -> bool:
    """Whether a variable's value may be shown: its name and its form are both harmless."""
    return naming.plain_value(name, text) and not found(text)


def is_public(text: str) -> bool:
    """Whether a key is made to be public, or says that it is an example."""
    return patterns.PUBLIC.search(text) is not None


def issued(text: str) -> bool:
    """Whether a key that its issuer's form gives away stands in a text, and it is neither public nor an example."""
    return any(not is_public(m[0]) for form in (patterns.ISSUED, patterns.WEBHOOK) for m in form.finditer(text))

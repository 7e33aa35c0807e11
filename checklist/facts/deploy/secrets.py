"""Secrets written into a script or command: known as what is masked, judged by what they are, not repeated."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checklist.facts.placeholders import is_placeholder, is_reference, is_strong, is_weak
from checklist.model import Location
from checklist.parse.lines import Lines
from checklist.secrets import found, is_public

_LOCAL = re.compile(r"localhost\b|127\.0\.0\.1|\[::1\]|[a-z][\w-]*(?::\d+)?(?:[/?'\"\s]|\Z)")
# what lets nobody in from elsewhere may be weak; who logs in to a machine or a registry does come from elsewhere
_LOGS_IN = re.compile(r"\b(?:sshpass|plink|pscp|login)\b")
_MAIL = re.compile(r"[\w.+-]+@[\w.-]+\.[a-z]+")
_FILE = re.compile(r"[^\s:]*\.(?:json|txt|pem|key|crt|p12|jks|ya?ml|env|sh|js|ts)")
# words of an example, and expressions that take an address apart: `sed 's|://[^:]+:([^@]+)@.*|\1|'`
_EXAMPLE = re.compile(
    r"(?i)^pk_|\be2e\b|example|dummy|fake|test|sample|xxx|\*\*\*|pass(?:word)?$|^secret|^token|\[\^|\(\[|\\\(|\.\*|\\[dws1]"
)


def places(file: str, text: str) -> Iterator[Location]:
    """The lines of a script that hold one; none of its comments."""
    lines, done = Lines(file, text), -1
    for start, end, by in found(text):
        begin, stop = text.rfind("\n", 0, start) + 1, text.find("\n", end)
        line = text[begin : len(text) if stop < 0 else stop]
        if begin > done and not line.lstrip().startswith("#") and _real(text, start, end, by, line):
            done = begin
            yield lines.span(begin + len(line) - len(line.lstrip()), begin + len(line.rstrip()))


def written(text: str) -> bool:
    """Whether a secret stands in a command or a script."""
    return next(places("", text), None) is not None


def _real(text: str, start: int, end: int, by: str, line: str) -> bool:
    value = text[start:end]
    if by in ("issued", "webhook"):
        return not is_public(value) and len(value) >= 20
    if by == "login" or (by == "argument" and "://" not in value and re.fullmatch(r"[^\s:]+:\S+", value)):
        value = value.partition(":")[2] or value.rstrip(":")
    if is_placeholder(value) or is_reference(value) or _EXAMPLE.search(value) or _FILE.fullmatch(value) or "$" in value:
        return False
    match by:
        case "login":
            return len(value) >= 4 and not (is_weak(value) and _LOCAL.match(text, end + 1))
        case "argument":
            told = not is_weak(value) or _LOGS_IN.search(line) is not None
            return told and len(value) >= 4 and re.search(r"[A-Za-z]", value) is not None
        case "name":  # a login in a URL is found as one; words with blanks tell of a secret, an address is none
            if "://" in value or "/" in value[:2] or re.search(r"\s", value) or _MAIL.fullmatch(value):
                return False
            return is_strong(value) and not is_weak(value)
    return is_strong(value)

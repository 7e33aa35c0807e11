"""Secrets that are written into a script: known by their form, never repeated."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checklist.facts.placeholders import is_placeholder, is_weak
from checklist.model import Location
from checklist.parse.lines import Lines
from checklist.secrets import issued

_LOGIN = re.compile(r"://[^\s/'\"@:$]+:([^\s/'\"@$]{4,})@")
_SSHPASS = re.compile(r"sshpass\s+-p\s*(['\"]?)([^\s'\"$]{3,})\1")
_ASSIGNED = re.compile(r"(?<![\w$-])([A-Za-z_]*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|SECRET_?KEY|ACCESS_?KEY))=(['\"]?)([A-Za-z0-9+/=_.!@#%^&*-]{8,})\2(?=\s|;|$)", re.IGNORECASE)
_BEARER = re.compile(r"(?i)authorization:\s*(?:bearer|basic|token)\s+([\w.~+/=-]{16,})")


def places(file: str, text: str) -> Iterator[Location]:
    """The lines of a script that hold one."""
    lines, offset = Lines(file, text), 0
    for line in text.split("\n"):
        if not line.lstrip().startswith("#") and (issued(line) or any(_real(value) for value in _written(line))):
            indent = len(line) - len(line.lstrip())
            yield lines.span(offset + indent, offset + len(line.rstrip()))
        offset += len(line) + 1


def _written(line: str) -> Iterator[str]:
    # the first password of a database that nobody else reaches is no secret
    yield from (m[1] for m in _LOGIN.finditer(line) if not (is_weak(m[1]) and re.match(r"localhost\b|127\.0\.0\.1", line[m.end() :])))
    yield from (m[2] for m in _SSHPASS.finditer(line))
    yield from (m[1] for m in _BEARER.finditer(line))
    # a word such as `production` in a variable of that name is no key: letters and digits mixed are
    yield from (m[3] for m in _ASSIGNED.finditer(line) if re.search(r"\d", m[3]) and re.search(r"[A-Za-z]", m[3]) and not re.search(r"\.(?:json|txt|pem|key|ya?ml|env)$|^/|^\./", m[3]))


def _real(value: str) -> bool:
    # `sed 's|://[^:]+:([^@]+)@.*|\1|'` takes an address apart
    return not is_placeholder(value) and not re.search(r"\[\^|\(\[|\\\(|\.\*", value) and not re.search(r"(?i)^pk_|\be2e\b|example|dummy|fake|test|sample|xxx|\*\*\*|pass(?:word)?$|^secret|^token", value)

"""What must never be shown: names that promise a secret, and forms that are one.

Forms after the public descriptions of their issuers (GitHub, Slack, Stripe, AWS, Telegram, Sentry, JWT RFC 7519).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from checklist.model import MASK, OneOf, Unknown, Value

_PLAIN_NAMES = re.compile(
    r"StrictHostKeyChecking|HostKeyAlgorithms|NODE_ENV|PORT|HOST|TZ|LANG|LC_\w+|PATH|DEBUG|LOG_LEVEL"
    r"|\w*_(?:ENABLED|PORT|HOST|LEVEL|TIMEOUT|PATH|DIR|FILE|MODE|TTL|NAME|ALIAS|PREFIX|SUFFIX|DOMAIN|SECURE|ALGORITHM|ISSUER|AUDIENCE|EXPIR\w+|EXPIRES_IN|MAX_AGE|LENGTH|ROUNDS)",
    re.IGNORECASE,
)
# Values of variables are secret by type; these names hold none, and a value is shown only if it has a plain form as well.
_SHOWN_NAMES = re.compile(r"NODE_ENV|APP_ENV|PORT|HOST|TZ|LANG|LOG_LEVEL|\w+_(?:ENABLED|PORT|ENVIRONMENT|LOG_LEVEL)", re.IGNORECASE)
# Words, numbers, addresses and names of hosts; letters and digits mixed as in a key are none of these.
_SHOWN_VALUES = re.compile(r"[A-Za-z_/-]{0,32}|[\d.:]{1,40}|[a-z0-9-]{1,20}(?:\.[a-z0-9-]{1,20}){1,3}|[A-Za-z]{1,12}[-_.:]?\d{1,5}|[a-z]{2}_[A-Z]{2}\.UTF-?8")
_SECRET_NAMES = re.compile(
    r"(?:^|[_\-.]|(?<=[a-z])(?=[A-Z]))(?:secret|token|passw(?:or)?d|passwd|passphrase|pwd|pass|api[_-]?key|private[_-]?key|"
    r"access[_-]?key|secret[_-]?key|auth|credentials?|dsn|salt|cookie|jwt|signature|key)s?(?:$|[_\-.\d]|(?=[A-Z]))"
    r"|(?:DATABASE|MONGO(?:DB)?|REDIS|POSTGRES|MYSQL|AMQP|RABBITMQ|DB|WEBHOOK)_?UR[IL]",
    re.IGNORECASE,
)
_FORMS = re.compile(
    r"""(?x)
      gh[pousr]_[A-Za-z0-9]{20,} | github_pat_\w{20,} | glpat-[\w-]{16,} | npm_[A-Za-z0-9]{30,}
    | xox[abprs]-[\w-]{10,} | hooks\.slack\.com/services/[\w/]+
    | (?:sk|pk|rk)_(?:live|test)_\w{10,} | sk-[\w-]{20,} | AKIA[0-9A-Z]{12,} | AIza[\w-]{30,}
    | \bbot\d{6,12}:[\w-]{25,} | \b\d{8,12}:[\w-]{30,}
    | eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{5,}
    | -----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY-----[\s\S]*?(?:-----END[ ][A-Z ]*PRIVATE[ ]KEY-----|\Z)
    """
)
_URL_LOGIN = re.compile(r"(?<=://)[^\s/'\"@]+(?=@)")
_BEARER = re.compile(r"(?i)\b(?:bearer|basic|token)\s+([\w.~+/=-]{8,})")
# `-p 3000` is a port, `-p tsconfig.json` a project
_FLAG = re.compile(
    r"(?i)(?:^|\s)(?:-p(?!(?:\s+|=)(?:\d{2,5}|[\w./-]+\.json)(?:\s|$))|--?(?:password|pass|token|secret|api-?key|auth))(?:\s+|=)(['\"]?)([^\s'\"]+)\1"
    r"|sshpass\s+-p\s*(['\"]?)([^\s'\"]+)\3"
)
_ASSIGNED = re.compile(
    r"""(?P<name>[A-Za-z_][\w.-]*)(?P<quote>['"]?)\s*(?P<sign>[:=])\s*"""
    r"""(?P<value>"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|`[^`\n]*`?|[^\s'"`,;&|)}]+)"""
)
_HARMLESS = re.compile(r"""^['"`]?(?:\$[\w{(]|process\.env\b|true\b|false\b|null\b|undefined\b|\d{1,5}['"`]?$|['"`]?$)""")


def secret_name(name: str) -> bool:
    """Whether a variable or key of this name holds something that must not be shown."""
    return not _PLAIN_NAMES.fullmatch(name) and _SECRET_NAMES.search(name) is not None


# Keys that are made to be public, and words that say an example is one.
_PUBLIC = re.compile(r"(?i)pk_|AIza|eyJ|xxx|\.{3}|example|dummy|fake|placeholder|changeme|your[-_]|do[-_]?not[-_]?use")


def issued(text: str) -> bool:
    """Whether a key that its issuer's form gives away stands in a text, and it is neither public nor an example."""
    return any(not _PUBLIC.search(m[0]) for m in _FORMS.finditer(text))


def mask(text: str) -> str:
    """The text with everything that looks like a secret replaced by `***`; newlines stay where they are."""
    return _replace(text, spans(text))


def mask_words(words: Iterable[str]) -> list[str]:
    """The words of a command without secrets, also those that only the word before gives away (`--token x`)."""
    given = list(words)
    hidden = spans(" ".join(given))
    out, start = [], 0
    for word in given:
        inside = [(max(a - start, 0), min(b - start, len(word))) for a, b in hidden if a < start + len(word) and b > start]
        out.append(_replace(word, inside))
        start += len(word) + 1
    return out


def spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of every stretch that looks like a secret, sorted, without overlap."""
    found = [m.span() for m in _FORMS.finditer(text)]
    found += [m.span() for m in _URL_LOGIN.finditer(text)]
    found += [m.span(1) for m in _BEARER.finditer(text)]
    found += [m.span(2) if m[2] else m.span(4) for m in _FLAG.finditer(text) if not (m[2] or m[4]).startswith("$")]
    for m in _ASSIGNED.finditer(text):
        if secret_name(m["name"]) and not _HARMLESS.match(m["value"]):
            start, end = m.span("value")
            quoted = m["value"][0] in "'\"`"
            found.append((start + quoted, end - (quoted and end - start > 1 and m["value"][-1] == m["value"][0])))
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def sealed(of: Value, *, below: bool = False) -> Value:
    """The value with everything in it marked secret that is one: what stands under `env`, a secret name or form."""
    match of.content:
        case dict() as members:
            kept = {
                k: v if below and _harmless(k, v) else sealed(v, below=below or k == "env" or k.startswith("env_") or secret_name(k))
                for k, v in members.items()
            }
            return replace(of, content=kept)
        case tuple() as items:
            return replace(of, content=tuple(sealed(v, below=below) for v in items))
        case OneOf(options):
            return replace(of, content=OneOf(tuple(sealed(v, below=below) for v in options)))
        case Unknown(_, Value() as default):
            return replace(of, content=replace(of.content, default=sealed(default, below=below)))
        case str() as text if below or spans(text):
            return replace(of, secret=True)
        case bool() | None:
            return of
        case int() | float() if below:
            return replace(of, secret=True)
    return of


def plain_value(name: str, text: str) -> bool:
    """Whether a variable's value may be shown: its name and its form are both harmless."""
    return bool(_SHOWN_NAMES.fullmatch(name) and _SHOWN_VALUES.fullmatch(text)) and not spans(text)


def _harmless(name: str, of: Value) -> bool:
    return isinstance(of.content, (str, int, float)) and plain_value(name, str(of.content))


def _replace(text: str, where: list[tuple[int, int]]) -> str:
    out, done = [], 0
    for start, end in where:
        out += [text[done:start], MASK + "\n" * text[start:end].count("\n")]
        done = end
    return "".join(out) + text[done:]

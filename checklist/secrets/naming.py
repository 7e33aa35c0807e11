"""What the name of a variable, key or header says of its value: that it is a secret, or that it may be shown."""

from __future__ import annotations

import re

_PLAIN_NAMES = re.compile(
    r"StrictHostKeyChecking|HostKeyAlgorithms|NOPASSWD|\w*(?:PUBLIC|PUBLISHABLE|SITE|CACHE)[_-]?KEY"
    r"|NODE_ENV|PORT|HOST|TZ|LANG|LC_\w+|PATH|DEBUG|LOG_LEVEL"
    r"|\w*_(?:ENABLED|PORT|HOST|LEVEL|TIMEOUT|PATH|DIR|FILE|MODE|TTL|NAME|ALIAS|PREFIX|SUFFIX|DOMAIN|SECURE|ALGORITHM"
    r"|ISSUER|AUDIENCE|EXPIR\w+|EXPIRES_IN|MAX_AGE|LENGTH|ROUNDS|PROMPT"
    r"|ENCRYPTION|POLICY)",
    re.IGNORECASE,
)
# Values of variables are secret by type; these names hold none, and a value is shown if it has a plain form as well.
_SHOWN_NAMES = re.compile(
    r"NODE_ENV|APP_ENV|PORT|HOST|TZ|LANG|LOG_LEVEL|\w+_(?:ENABLED|PORT|ENVIRONMENT|LOG_LEVEL)", re.IGNORECASE
)
# Words, numbers, addresses and names of hosts; letters and digits or capitals mixed as in a key are none of these.
_WORD, _LABEL = r"(?:[A-Za-z][a-z]{0,15}|[A-Z]{2,12})", r"[a-z]+\d{0,3}(?:-[a-z]+\d{0,3}|-\d{1,3})*"
_SHOWN_VALUES = re.compile(
    rf"(?:{_WORD}(?:[-_/]{_WORD}){{0,3}})?|[\d.:]{{1,40}}|(?=\S{{1,60}}$){_LABEL}(?:\.{_LABEL}){{1,3}}"
    r"|[A-Za-z]{1,12}[-_.:]?\d{1,5}"
    r"|[a-z]{2}_[A-Z]{2}\.UTF-?8"
)
# Words that mean nothing else, wherever a part of a name ends in them (`PGPASSWORD`, `tokenValue`), and those that the
# name must end in: an author, a monkey, a compass and `keys_zone` are no secrets.
_SECRET_NAMES = re.compile(
    r"(?i:secret|token|passw(?:or)?d|passphrase|credential|(?:api|private|access)[_-]?key|(?:db|pg|user|admin|root|mysql)_?pass)"
    r"(?i:s)?(?:$|[_\-.\d]|(?<=[a-z])(?=[A-Z]))"
    r"|(?:^|[_\-.:]|(?<=[a-z])(?=[A-Z]))(?i:pwd|pass|pw|auth|authorization|dsn|salt|cookie|jwt|signature|key)(?i:s)?"
    r"(?i:[_-]?(?:\d+|header|value|string|base|phrase|data|hash|pem|(?:base|b)64))?$"
    r"|(?i:(?:DATABASE|MONGO(?:DB)?|REDIS|POSTGRES|MYSQL|AMQP|RABBITMQ|DB|WEBHOOK)_?UR[IL])"
)


def secret_name(name: str) -> bool:
    """Whether a variable or key of this name holds something that must not be shown."""
    return len(name) < 200 and not _PLAIN_NAMES.fullmatch(name) and _SECRET_NAMES.search(name) is not None


def setting_name(name: str) -> bool:
    """Whether a variable of this name holds a word, a number or a host, so that a key in it is a slip."""
    return len(name) < 200 and _SHOWN_NAMES.fullmatch(name) is not None


def plain_value(name: str, text: str) -> bool:
    """Whether the name and the form of a variable's value are both harmless."""
    return bool(_SHOWN_NAMES.fullmatch(name) and _SHOWN_VALUES.fullmatch(text))

"""What a text has to look like: the formats of a schema, and its patterns."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from checklist.errors import CheckError


@lru_cache(maxsize=512)
def compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise CheckError(f"'{pattern}' is not a regular expression: {error}", f"'{pattern}' — не регулярное выражение: {error}") from None


def _url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


# Sentry's documented form, https://PUBLIC_KEY@HOST/PROJECT_ID; the key is 32 hex digits on sentry.io, self-hosted ones
# and old `key:secret` pairs are taken too.
_DSN = re.compile(r"https?://[A-Za-z0-9]{8,}(?::[A-Za-z0-9]+)?@[A-Za-z0-9.-]+(?::\d+)?(?:/[\w.-]+)*/\d+/?")

FORMATS: Mapping[str, Callable[[str], bool]] = {
    "url": _url,
    "https-url": lambda text: _url(text) and text.startswith("https:"),
    "sentry-dsn": lambda text: _DSN.fullmatch(text) is not None,
    "time": lambda text: re.fullmatch(r"\d+(?:\.\d+)?\s*(?:ms|s|m|h)?", text) is not None,
    "regex": lambda text: bool(compiled(text)) or True,
}

"""Any text → the names in capitals that stand in it: what nothing else names is read by nothing.

Looked at is what a program may read a variable's name from: code in any language, configs, scripts, templates; not env
files and PM2 configs, which set them, nor pages in Markdown, which only tell of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from checklist.parse import recognise

_ASKS = re.compile(
    r"(?i)(?:.*/)?(?:[^/.]+|[^/]+\.(?:[cm]?[jt]sx?|vue|svelte|astro|coffee|prisma|graphql|gql|py|rb|php|go|rs|java|kt|cs|ex|exs|lua|pl|sql|ya?ml|toml|tf|ini|cfg|conf|properties|service|timer"
    r"|json5?|html?|hbs|ejs|pug|njk|tmpl|tpl|template|j2|mk|sh|bash|zsh|fish|ps1|bat|cmd|gradle|xml|nix|dockerfile))",
    re.DOTALL,
)
_LOCK = re.compile(r"(?i)(?:^|/)(?:package-lock|npm-shrinkwrap|composer|pnpm-lock|yarn)[^/]*\.(?:json|ya?ml)\Z|\.min\.\w+\Z|(?:^|/)(?:LICEN[SC]E|NOTICE|COPYING|AUTHORS|CHANGELOG)\Z")
# In these languages a field may stand for a variable by the same name in small letters (pydantic's settings, envconfig).
_ANY_CASE = re.compile(r"(?i).*\.(?:py|rb|php|go|rs|java|kt|cs)", re.DOTALL)
_SETS = ("env", "pm2.js", "pm2.ts", "pm2.json", "pm2.yaml", "gitignore", "config")
_CAPITALS = bytes(c if chr(c) in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_" else 32 for c in range(256))


def asks(path: str) -> bool:
    """Whether a program may read the names of variables from a file."""
    return _ASKS.fullmatch(path) is not None and not _LOCK.search(path) and recognise(path) not in _SETS


def names(path: str, data: bytes) -> set[str]:
    """The names in a file; also beginnings and ends of names that are put together, such as `_URL` and `SMTP_`."""
    capitals = (data.upper() if _ANY_CASE.fullmatch(path) else data).translate(_CAPITALS).split()
    return {word.decode() for word in capitals if len(word) > 2}


def of(texts: Mapping[str, str]) -> frozenset[str]:
    """The names in all of a project's texts that may be read from."""
    return frozenset(name for path, text in texts.items() if asks(path) for name in names(path, text.encode("utf-8", "replace")))

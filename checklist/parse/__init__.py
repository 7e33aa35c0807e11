"""Which format a file has, by its name: the one table that discovery, facts and `checked` share.

A module per format stands beside this one. Names that no parser reads (`vite.config.ts`, `nest-cli.json`) have no
format: the project knows them only as paths.
"""

from __future__ import annotations

import re

_SHEBANG = re.compile(r"#!\s*\S*?/(?:env\s+(?:-\S+\s+|\w+=\S*\s+)*)?(?:ba|da|z|k|a)?sh\b")

# What stands before a PM2 name, or between it and its ending: `api.ecosystem`, `ecosystem.prod`, `pm2-staging`.
_BEFORE, _MORE = r"(?:[^/]*[._-])?", r"(?:[._-][^/]*)?"
# Endings that make `.env.…` or `….env.…` something else than an env file: code, data, encrypted text, archives.
_NOT_ENV = (
    r"[cm]?[jt]sx?|d\.ts|json5?|ya?ml|toml|xml|md|mdx|rst|html?|vue|svelte|css|py|rb|go|php|rs|java|kt|cs|sh|bash|zsh|ps1|bat|cmd|fish"
    r"|vault|secret|enc|encrypted|gpg|asc|age|sops|zip|gz|tgz|tar|bz2|xz|7z|png|jpe?g|svg|lock|log|snap|map"
)

# The first that fits wins. Paths are POSIX, from the project's root.
_FORMATS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(rf"(?:{pattern})\Z", re.DOTALL))
    for name, pattern in (
        ("config", r"(?:.*/)?onai-check\.ya?ml"),
        ("workflow", r"\.github/workflows/[^/]+\.ya?ml|\.github/actions/(?:.*/)?action\.ya?ml"),
        ("package", r"(?:.*/)?package\.json"),
        ("json", r"(?:.*/)?tsconfig[\w.-]*\.json"),
        # PM2 7.0.4 lib/Common.js:242: `.config.js|cjs|mjs`, `.json`, `.yml`, `.yaml` anywhere in the name. The names
        # people use besides (`ecosystem.js`, `ecosystem.config.prod.js`) are started as programs: rules say so.
        ("pm2.js", rf"(?:.*/)?{_BEFORE}(?:ecosystem|pm2|process(?:es)?){_MORE}\.config{_MORE}\.[cm]?js"),
        ("pm2.js", r"(?!(?:.*/)?(?:src|lib|tests?)/)(?:.*/)?ecosystem(?:[.-](?!test|spec|min)[\w-]+)?\.[cm]?js|pm2\.[cm]?js"),
        ("pm2.ts", r"(?!(?:.*/)?(?:src|lib|tests?)/)(?:.*/)?(?:ecosystem|pm2)(?:[.-](?!test|spec|d\.)\w+)*\.[cm]?ts"),
        ("pm2.json", rf"(?:.*/)?{_BEFORE}(?:ecosystem{_MORE}|pm2{_MORE}|process(?:es)?(?:[.-]\w+)?)\.json5?"),
        ("pm2.yaml", rf"(?:.*/)?{_BEFORE}(?:ecosystem{_MORE}|pm2{_MORE}|process(?:es)?(?:[.-]\w+)?)\.ya?ml"),
        ("gitignore", r"(?:.*/)?\.gitignore"),
        ("node-version", r"\.(?:nvmrc|node-version)"),
        ("shell", r".*\.(?:sh|bash|zsh|ksh)"),
        ("env", rf"(?:.*/)?(?:[^/]*\.env|\.env(?:[.~_-](?!(?:.*\.)?(?:{_NOT_ENV})\Z)[^/]*)?|\.env~)"),
        ("env", rf"(?:.*/)?[^/]+\.env[.~](?!(?:.*\.)?(?:{_NOT_ENV})\Z)[^/]*"),
        ("env", r"(?:.*/)?env\.(?:example|sample|template|dist|defaults?|local|dev|development|prod|production|staging|test)"),
        ("makefile", r"(?:.*/)?(?:GNUm|M|m)akefile|.*\.mk"),
        ("dockerfile", r"(?:.*/)?(?:(?:Docker|Container)file(?:\.(?!md\b|dockerignore\b)[\w-]+)*|[\w.-]+\.[Dd]ockerfile)"),
    )
)


def recognise(path: str, head: str = "") -> str | None:
    """The name of the format of a file, None if nothing here reads it.

    `head` is the beginning of its text: a file without an ending is shell if its first line says so.
    """
    for name, pattern in _FORMATS:
        if pattern.match(path):
            return name
    return "shell" if needs_head(path) and _SHEBANG.match(head) else None


def needs_head(path: str) -> bool:
    """Whether the first line decides: a name without an ending, such as `bin/deploy`."""
    return "." not in path.rpartition("/")[2]

"""What a command does to a deploy, from the table `effects.yaml` and the policy's own lines before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from checklist.model import Document
from checklist.parse import yaml

_ASSIGNED = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
BACK = re.compile(r"(?i)roll-?_?back|revert")
"""Of a script that goes back, by its name."""
BEFORE = {"sudo", "env", "nohup", "time", "command", "exec", "nice", "npx", "bunx", "pnpx", "cross-env", "timeout"}
_VERIFIES = ("test", "lint")
# what only looks at files, or has to do with none on this host
_LOOKS = re.compile(
    r"(?:e?grep|fgrep|rg|jq|cat|ls|head|tail|wc|cut|tr|stat|diff|cmp|du|df|ps|pgrep|which|type|command|hostname|id|uname|lsof|ss|netstat|nc|ping|ssh|sshpass|pm2 (?:ls|list|jlist|prettylist|status|describe|show|pid|id|ping|logs?))(?: |$)"
    r"|git (?:-C \S+ )?(?:status|log|rev-parse|rev-list|describe|diff|show|ls-files|ls-remote|remote|branch --show-current)(?: |$)"
)
_TAKES = {"-u", "-g", "-n", "--user"}
_CHAIN = re.compile(r"\s*(?:&&|\|\||;|\|)\s*")
_RUN = re.compile(r"(?:npm|pnpm|yarn|bun) (?:run |run-script )?([\w:.-]+)")


@lru_cache(maxsize=1)
def _table() -> tuple[re.Pattern[str], tuple[str, ...]]:
    """All lines as one expression whose group n is line n, and the effect of each."""
    path = Path(__file__).parent.parent / "effects.yaml"
    parsed = yaml.parse(path.name, path.read_text(encoding="utf-8")).value
    rows = parsed.items() if parsed is not None else ()
    return re.compile("|".join(f"({row.text(1)})" for row in rows)), tuple(row.text(0) or "" for row in rows)


def bare(argv: Sequence[str]) -> list[str]:
    """The words of a command without assignments and wrappers such as sudo before them."""
    rest = list(argv)
    while rest:
        if _ASSIGNED.fullmatch(rest[0]):
            rest = rest[1:]
        elif rest[:2] in (["command", "-v"], ["command", "-V"]):
            break  # asks where it is
        elif rest[0] in BEFORE:
            timed = rest[0] == "timeout"
            rest = rest[1:]
            while rest and rest[0].startswith("-"):
                rest = rest[2:] if rest[0] in _TAKES else rest[1:]
            rest = rest[1:] if timed else rest
        else:
            break
    if rest and "/" in rest[0] and rest[0].endswith(("/pm2", "/npm", "/node", "/curl", "/tsc", "/yarn", "/pnpm")):
        rest[0] = rest[0].rpartition("/")[2]
    return rest


def without_place(argv: Sequence[str]) -> tuple[list[str], str | None]:
    """The command without the flag that names its folder (`npm --prefix x`, `pnpm -C x`, `yarn --cwd x`), and that folder."""
    out, folder, rest = [], None, list(argv)
    if not rest or rest[0] not in ("npm", "pnpm", "yarn", "bun", "git", "make"):
        return rest, None
    while rest:
        flag, sign, given = rest[0].partition("=")
        if flag in ("--prefix", "-C", "--cwd", "--dir") and (sign or len(rest) > 1):
            folder, rest = (given, rest[1:]) if sign else (rest[1], rest[2:])
        else:
            out.append(rest[0])
            rest = rest[1:]
    return [w for i, w in enumerate(out) if i == 0 or out[0] == "git" or w not in ("-s", "--silent")], folder


def declared(argv: Sequence[str], policy: Document) -> str | None:
    """The effect that the project's config gives a command's bare words."""
    said = " ".join(argv)
    own = policy.value.get("effects")
    for row in own.items() if own is not None else ():
        match = row.text("match")
        if match and (said == match or said.startswith(f"{match} ")):
            return row.text("effect")
    return None


def effect(argv: Sequence[str], policy: Document) -> str | None:
    """The effect of a command's bare words, None for one that has none."""
    return meaning(argv, policy)[0]


def meaning(argv: Sequence[str], policy: Document) -> tuple[str | None, str | None]:
    """The effect of a command's bare words, and `test` or `lint` for one that says whether the code is good."""
    named = _named(" ".join(argv))
    verifies = named if named in _VERIFIES else None
    found = declared(argv, policy) or named
    return None if found in ("none", *_VERIFIES) else found, verifies


def looks(argv: Sequence[str]) -> bool:
    """Whether a command leaves the files of its host as they are."""
    said = " ".join(argv)
    return bool(_LOOKS.match(said)) or _named(said) in ("health_check", "notify")


@lru_cache(maxsize=1024)
def _named(said: str) -> str | None:
    """The effect of the first line of the table that fits."""
    table, effects = _table()
    found = table.match(said.replace("\n", " "))
    return effects[found.lastindex - 1] if found is not None and found.lastindex else None


def script_body(argv: Sequence[str], scripts: dict[str, str], depth: int = 5) -> list[list[str]] | None:
    """The commands that `npm run X` runs in the end, None if the command is none or X is not known."""
    found = _RUN.match(" ".join(argv))
    if not found or found[1] not in scripts or depth == 0:
        return None
    out: list[list[str]] = []
    for part in _CHAIN.split(scripts[found[1]]):
        words = bare(part.split())
        out += script_body(words, scripts, depth - 1) or [words]
    return out

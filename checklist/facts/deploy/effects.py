"""What a command does to a deploy, from the table `effects.yaml` and the policy's own lines before it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from checklist.facts.requests import request
from checklist.facts.vocabulary import says, takes_back
from checklist.model import Document, Location
from checklist.parse import yaml

_ASSIGNED = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
BEFORE = {"sudo", "env", "nohup", "time", "command", "exec", "nice", "npx", "bunx", "pnpx", "cross-env", "timeout"}
_VERIFIES = ("test", "lint")
# what only looks at files, or has to do with none on this host
_LOOKS = re.compile(
    r"(?:e?grep|fgrep|rg|jq|cat|ls|head|tail|wc|cut|tr|stat|diff|cmp|du|df|ps|pgrep|which|type|command|hostname|id|uname|lsof|ss|netstat|nc|ping|ssh|sshpass|pm2 (?:ls|list|jlist|prettylist|status|describe|show|pid|id|ping|logs?))(?: |$)"
    r"|git (?:-C \S+ )?(?:status|log|rev-parse|rev-list|describe|diff|show|ls-files|ls-remote|remote|branch --show-current)(?: |$)"
)
_TAKES = {"-u", "-g", "-n", "--user"}
_CHAIN = re.compile(r"\s*(?:&&|\|\||;|\|)\s*")
_OWN = re.compile(
    r"(?:npm|pnpm|yarn|bun) (?:run |run-script )?(?!(?:-|install|i|add|ci|exec|create|publish|remove|update|why|info)\b)(?P<name>[\w:.-]+)|make (?:-\S+ )*(?P<target>[\w.-]+)"
    r"|(?:ba|z|da)?sh (?:-[a-mo-z]+ )*(?P<shell>[^\s-]\S*)|(?:node|tsx|ts-node|bun|deno run|python3?|k6 run|newman run) (?:-\S+ )*(?P<code>[^\s-]\S*)|(?P<path>\S*/\S*)|(?P<bare>[\w-]+(?:\.sh)?)(?: |$)"
)
"""A script, program or target of the project's own, and its name."""
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
    own = policy.value.get("effects")
    for row in own.items() if own is not None else ():
        words, _ = without_place(bare((row.text("match") or "").split()))
        if words and list(argv[: len(words)]) == words:
            return row.text("effect")
    return None


def declares(effect: str, policy: Document) -> Location | None:
    """Where the project's config gives a command an effect; None where it gives it to none."""
    own = policy.value.get("effects")
    return next((row.at for row in (own.items() if own is not None else ()) if row.text("effect") == effect), None)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a command is."""

    effect: str | None = None
    """What it does to a deploy."""
    verifies: str | None = None
    """`test` or `lint`, for one that says whether the code is good."""
    tells: bool = False
    """For a health check: whether its status tells an HTTP 500 from a 200."""
    waits: bool = False
    """For a health check: whether it asks again by itself until the answer is good."""
    named: bool = False
    """Whether it is a health check by the name of the project's own script, which vouches that it waits and that it tells."""
    declared: bool = False
    """Whether the project's config says what it does; of a health check it vouches for the same."""


NOTHING = Meaning()


def effect(argv: Sequence[str], policy: Document) -> str | None:
    """The effect of a command's bare words, None for one that has none."""
    return meaning(argv, policy).effect


def meaning(argv: Sequence[str], policy: Document) -> Meaning:
    """What a command's bare words say; a variable that is not known may stand there as it is written."""
    named = _named(tuple(argv))
    own = declared(argv, policy)
    if own is None:
        return named
    checks = own == "health_check"
    return Meaning(own, named.verifies, tells=checks, waits=checks, declared=True)


def looks(argv: Sequence[str]) -> bool:
    """Whether a command leaves the files of its host as they are."""
    found = _named(tuple(argv))
    return bool(_LOOKS.match(" ".join(argv))) or found.effect == "notify" or (found.effect == "health_check" and not found.named)


@lru_cache(maxsize=1024)
def _named(argv: tuple[str, ...]) -> Meaning:
    """What the tables say: a request over the network, else the first line of effects.yaml that fits, else a script by its name."""
    asked = request(argv)
    if asked is not None:
        return Meaning(asked.effect, tells=asked.tells, waits=asked.waits)
    table, effects = _table()
    said = " ".join(argv).replace("\n", " ")
    found = table.match(said)
    told = effects[found.lastindex - 1] if found is not None and found.lastindex else None
    if told in _VERIFIES:
        return Meaning(verifies=told)
    if told is not None:
        return Meaning(None if told == "none" else told, tells=said.startswith("grpc_health_probe"))
    return _by_name(said)


def _by_name(said: str) -> Meaning:
    """What a script of the project's own that is run is by its name."""
    found = _OWN.match(said)
    path = next((g for g in found.groups() if g), "") if found is not None else ""
    name = posixpath.basename(path)
    if says(name, "back"):
        return Meaning("rollback" if takes_back(path) else "migrate")
    if says(name, "health") and not says(name, "doing"):
        return Meaning("health_check", tells=True, waits=True, named=True)
    return NOTHING


def changes_database(script: str, policy: Document) -> bool:
    """Whether a script, or the text of an npm script, changes the database and does nothing else to a deploy."""
    lines = (line for line in script.split("\n") if line.strip() and not line.lstrip().startswith("#"))
    effects = {effect(bare(part.split()), policy) for line in lines for part in _CHAIN.split(line)}
    return "migrate" in effects and effects <= {"migrate", "notify", "wait", None}


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

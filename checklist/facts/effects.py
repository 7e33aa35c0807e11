"""What a command is to a deploy, a workflow, the way back: from `effects.yaml` and the project's config.

`meaning(argv, policy)` is what others ask. Who knows more than the words (it runs on a server, it is piped into a
shell) decides with that what becomes of the answer.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from checklist.facts.requests import request
from checklist.facts.rows import fitting
from checklist.facts.vocabulary import says, takes_back
from checklist.model import Document, Location

_ASSIGNED = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
BEFORE = {"sudo", "env", "nohup", "time", "command", "exec", "nice", "npx", "bunx", "pnpx", "cross-env", "timeout"}
_TAKES = {"-u", "-g", "-n", "--user"}
_CHAIN = re.compile(r"\s*(?:&&|\|\||;|\|)\s*")
_OWN = re.compile(
    r"(?:npm|pnpm|yarn|bun) (?:run |run-script )?"
    r"(?!(?:-|install|i|add|ci|exec|create|publish|remove|update|why|info)\b)(?P<name>[\w:.-]+)"
    r"|make (?:-\S+ )*(?P<target>[\w.-]+)|(?:ba|z|da)?sh (?:-[a-mo-z]+ )*(?P<shell>[^\s-]\S*)"
    r"|(?:node|tsx|ts-node|bun|deno run|python3?|k6 run|newman run) (?:-\S+ )*(?P<code>[^\s-]\S*)"
    r"|(?P<path>\S*/\S*)|(?P<bare>[\w-]+(?:\.sh)?)(?: |$)"
)
"""A script, program or target of the project's own, and its name."""
_SAYS = {"looks", "restarts", "deploys", "brings", "elsewhere", "may_verify", "destroys"}
_RUN = re.compile(r"(?:npm|pnpm|yarn|bun) (?:run |run-script )?([\w:.-]+)")


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
    """The command without the flag that names its folder (`npm --prefix x`, `pnpm -C x`, `yarn --cwd x`); that folder."""
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
    """It is a health check by the name of the project's own script, which vouches that it waits and tells."""
    declared: bool = False
    """The project's config says what it does; of a health check it vouches for the same."""
    looks: bool = False
    """It leaves the files of its host as they are."""
    restarts: bool = False
    """It starts or restarts a service by another manager than PM2."""
    deploys: bool = False
    """It is a deploy by itself."""
    brings: bool = False
    """It brings code to where it runs."""
    elsewhere: bool = False
    """It may bring code to where the service runs in a way that is not read here."""
    may_verify: bool = False
    """By its name it may say whether the code is good."""
    destroys: bool = False
    """It removes what no deploy brings back: a database, a volume."""


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
    return replace(named, effect=own, tells=checks, waits=checks, named=False, declared=True)


@lru_cache(maxsize=4096)
def _named(argv: tuple[str, ...]) -> Meaning:
    """What the table says: a request over the network, else what fits of its rows, else a script by its name."""
    said: dict[str, Any] = {}
    for row in fitting(argv):
        for key in row.keys() & _SAYS:
            said.setdefault(key, row[key])
        if "effect" not in said and "verifies" not in said:
            said |= {key: row[key] for key in ("effect", "verifies", "tells") if key in row}
    asked = request(argv)
    if asked is not None:
        looks = said.get("looks") or asked.effect is not None
        said = {key: told for key, told in said.items() if key in _SAYS}
        said |= {"effect": asked.effect, "tells": asked.tells, "waits": asked.waits, "looks": looks}
    if "effect" not in said and "verifies" not in said:
        said = {**_by_name(" ".join(argv).replace("\n", " ")), **said}
    return Meaning(**said | ({"effect": None} if said.get("effect") == "none" else {}))


def _by_name(said: str) -> Mapping[str, Any]:
    """What a script of the project's own that is run is by its name."""
    found = _OWN.match(said)
    path = next((g for g in found.groups() if g), "") if found is not None else ""
    name = posixpath.basename(path)
    deploys = path.endswith((".sh", ".bash")) and says(name, "deploying") and not says(name, "about a deploy")
    if says(name, "back"):
        return {"effect": "rollback" if takes_back(path) else "migrate", "deploys": deploys}
    if says(name, "health") and not says(name, "doing"):
        return {"effect": "health_check", "tells": True, "waits": True, "named": True, "deploys": deploys}
    return {"deploys": deploys}


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

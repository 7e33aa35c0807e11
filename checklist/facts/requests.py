"""What a command asks over the network: the service whether it is well, people to look, or somebody else's server.

The programs, their options and the addresses are the second half of the table `effects.yaml`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Any

from checklist.facts.rows import table
from checklist.facts.vocabulary import says

_SENDING = ("POST", "PUT", "PATCH", "DELETE")
_NOWHERE = ("/dev/null", "-", "/dev/stdout", "NUL")
_LOCAL = re.compile(r"(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\])?(?::\d+)?$")
_UNKNOWN = re.compile(r"^(?:\$\{?\{?|\0)[^/]*|\$\{\{.*?\}\}|^\$\w+")
_ITEM = re.compile(r"[\w-]+(?::=|==?|@)")
_URL = re.compile(r"https?://[^\s'\"`)]+")
_PORT = re.compile(r"(?:^|:)(\d{2,5})$")


@dataclass(frozen=True, slots=True)
class Request:
    """What asks or tells something over the network."""

    effect: str | None
    """`health_check`, `notify`, or None for a download, for what is sent somewhere, and for what is not known."""
    tells: bool = False
    """Whether its exit status tells an HTTP 500 from a 200."""
    waits: bool = False
    """Whether it asks again by itself until the answer is good."""
    unknown: bool = False
    """Whether it asks an address that is not known here."""


@dataclass(slots=True)
class _Said:
    """A request as its words have it."""

    addresses: list[str]
    sends: bool = False
    saves: bool = False
    shows: bool = False
    tells: bool = False
    waits: bool = False


def request(words: Sequence[str]) -> Request | None:
    """The request that a command is, None for none; a variable that is not known stands there as it is written."""
    told, words = table(), _inside(words)
    name = posixpath.basename(words[0]).removesuffix(".exe").removesuffix(".sh").lower() if words else ""
    if name in told["clients"]:
        return _judged(_read(told["clients"][name], words[1:]))
    if name in told["probes"]:
        return _probe(told["probes"][name], words[1:])
    if name in told["powershell"]["shells"] or name in told["powershell"]["commands"]:
        return _powershell(" ".join(words).split())
    if name in told["code"]["programs"]:
        return _code(next((code for flag, code in pairwise(words[1:]) if flag in told["code"]["flags"]), ""))
    return None


def _code(written: str) -> Request | None:
    """What the code asks that `node -e` or `python -c` is given."""
    asks, sends, tells = (re.search(table()["code"][key], written) is not None for key in ("asks", "sends", "tells"))
    return _judged(_Said(_URL.findall(written), sends, tells=tells)) if asks else None


def _powershell(words: Sequence[str]) -> Request | None:
    said = [w.strip("({\"')}") for w in words]
    lower = [w.lower() for w in said]
    if not any(w in table()["powershell"]["commands"] for w in lower):
        return None
    sends = any(flag == "-method" and value in ("post", "put", "patch", "delete") for flag, value in pairwise(lower))
    return _judged(_Said([w for w in said if "://" in w or w.startswith("$")], sends, "-outfile" in lower, tells=True))


def _probe(options: Mapping[str, Any], words: Sequence[str]) -> Request:
    """What asks whether a port is open, or waits for that; `http://…` has to be answered well."""
    asks = "needs" not in options or any(re.fullmatch(options["needs"], w) for w in words)
    ports = [int(m[1]) for w in words if (m := _PORT.search(re.sub(r"^(\w+://[^/]*).*", r"\1", w)))]
    if not asks or not set(ports).isdisjoint(table()["ports"]):
        return Request(None)
    return Request("health_check", tells=any(w.startswith("http") for w in words), waits="waits" in options)


def _inside(words: Sequence[str]) -> Sequence[str]:
    """The command that `docker exec`, `docker compose exec` or `kubectl exec` runs inside; else the command itself."""
    if words[:1] and words[0] in ("docker", "docker-compose", "podman", "kubectl") and "exec" in words:
        after = words[words.index("exec") + 1 :]
        return next((after[n:] for n, w in enumerate(after) if w in table()["clients"]), ())
    return words


def _read(options: Mapping[str, Any], words: Sequence[str]) -> _Said:
    tells = options.get("tells", ())
    said = _Said([], tells=tells == "always")
    rest = iter(words)
    for word in rest:
        if not word.startswith("-") or word == "-":
            if options.get("items") and word.upper() in (*_SENDING, "GET", "HEAD"):
                said.sends |= word.upper() in _SENDING
            elif options.get("items") and said.addresses:
                said.sends |= _ITEM.match(word) is not None and "==" not in word
            else:
                said.addresses.append(word)
            continue
        for flag, value in _flags(word, options, rest):
            said.sends |= flag in options.get("sends", ())
            said.sends |= flag in options.get("method", ()) and value.strip("\"'").upper() in _SENDING
            said.saves |= flag in options.get("folder", ())
            said.saves |= flag in options.get("saves", ()) and value not in _NOWHERE
            said.shows |= flag in options.get("shows", ())
            said.tells |= flag in tells
            said.waits |= flag == "--retry"
            if flag == "--url":
                said.addresses.append(value)
    return said


def _flags(word: str, options: Mapping[str, Any], rest: Iterator[str]) -> Iterator[tuple[str, str]]:
    """The flags of a word with their values: the rest of it or the next one, `-sSfo /dev/null`, `--retry=3`."""
    valued = {"--url", *(f for key in ("takes", "sends", "method", "saves", "shows") for f in options.get(key, ()))}
    if word.startswith("--"):
        name, sign, value = word.partition("=")
        yield name, value if sign else next(rest, "") if name in valued else ""
        return
    for n, letter in enumerate(word[1:], 2):
        if f"-{letter}" in valued:
            yield f"-{letter}", word[n:] or next(rest, "")
            return
        yield f"-{letter}", ""


def _judged(said: _Said) -> Request:
    addresses = [a.strip("\"'") for a in said.addresses]
    to_people = any(_listed(a, "messengers") for a in addresses)
    if to_people or (said.sends and any(says(a, "messenger") for a in addresses)):
        return Request("notify")
    asks = [a for a in addresses if _is_service(a, said)]
    if addresses and len(asks) == len(addresses):
        return Request("health_check", said.tells, said.waits)
    unknown = any(_UNKNOWN.match(a) and "://" not in a and not says(a, "hook") for a in addresses)
    return Request(None, unknown=unknown and not said.sends)


def _is_service(address: str, said: _Said) -> bool:
    """Whether it is the service that is asked, and asked how it is."""
    host, port, path = _parts(address)
    named = says(path, "health") or (_UNKNOWN.match(address) is not None and says(address, "health"))
    if _listed(address, "elsewhere") or port in table()["ports"]:
        return False
    if any(fnmatchcase(path, f"*.{end}") for end in table()["downloads"]):
        return False
    if (said.saves and not (said.shows or named)) or (says(path, "hook") and says(path, "release")):
        return False
    local = _LOCAL.fullmatch(f"{host}{':' if port else ''}{port or ''}") is not None
    if said.sends:
        return named or local
    if _UNKNOWN.match(address) and "://" not in address:
        return named
    return named or "://" in address or local or "." in host


def _parts(address: str) -> tuple[str, int | None, str]:
    """(host, port, path without its query); the host is "" for one that is not written."""
    rest = re.sub(r"^\w+://", "", address)
    host, slash, path = re.split(r"[?#]", rest, maxsplit=1)[0].partition("/")
    host = host.rpartition("@")[2]
    name, colon, port = host.rpartition(":")
    return (name, int(port), slash + path) if colon and port.isdecimal() else (host, None, slash + path)


def _listed(address: str, key: str) -> bool:
    """Whether an address is one of the table's: by its host, or by its host and the beginning of its path."""
    host, _, path = _parts(address)
    for row in table()[key]:
        wanted, slash, below = str(row).partition("/")
        if fnmatchcase(host, wanted) and (not slash or (f"{path}/").startswith(f"/{posixpath.normpath(below)}/")):
            return True
    return False

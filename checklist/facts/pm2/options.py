"""What PM2 makes of the options in an app entry: aliases, refusals, lost values, units, defaults.

Facts from PM2 7.0.4 lib/tools/Config.js, lib/API/schema.json and lib/Common.js, read and measured; the table is
options.json beside this file. What the validator refuses makes PM2 refuse the whole file.
"""

from __future__ import annotations

import difflib
import json
import math
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any

from checklist.model import Content, OneOf, Unknown, Value, value
from checklist.units import whole

_UNITS = {"time": {"h": 3_600_000, "m": 60_000, "s": 1000}, "size": {"G": 1024**3, "M": 1024**2, "K": 1024}}
_ENV = re.compile(r"env_\S*")
_NUMERIC = re.compile(r"\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*|[-+]?Infinity", re.ASCII)
_HEX = re.compile(r"\s*0[xX][0-9a-fA-F]+\s*")
_WORD = re.compile(r"""[^\s"'=]+=(?:"[^"]*"|'[^']*')|"[^"]*"|'[^']*'|\S+""")
_DATE = re.compile(r"\s*\d{4}-\d\d-\d\dT")


@cache
def table() -> Mapping[str, Mapping[str, Any]]:
    """Option → what PM2 knows of it, see options.json."""
    text = resources.files("checklist.facts.pm2").joinpath("options.json").read_text("utf-8")
    found: dict[str, Mapping[str, Any]] = json.loads(text)["options"]
    return found


@cache
def _names() -> Mapping[str, str]:
    """Every spelling of an option → its canonical name."""
    return {alias: name for name, about in table().items() for alias in (*about.get("aliases", ()), name)}


def canonical(key: str) -> str | None:
    """The option that a key means, None if PM2 drops the key without a word."""
    if _ENV.fullmatch(key) or key == "env":
        return key
    return _names().get(key)


def nearest(key: str) -> str | None:
    """The option that a misspelt key probably means."""
    if key == "exec_cwd":
        return "cwd"
    close = difflib.get_close_matches(key, [n for n in _names() if not n.startswith("^")], 1, 0.85)
    return close[0] if close else None


@dataclass(frozen=True, slots=True)
class Taken:
    """An app entry as PM2 takes it."""

    options: Mapping[str, Value]
    """By canonical name: times in ms, sizes in bytes, strings of numbers as numbers, defaults filled in."""
    defaults: tuple[str, ...]
    """Options that were not given, or given and lost."""
    lost: Mapping[str, Value] = field(default_factory=dict)
    """Options whose falsy value PM2 throws away: the default applies."""
    refused: Mapping[str, Value] = field(default_factory=dict)
    """Options whose value the validator refuses, with {kind, wanted}: PM2 then starts nothing from the file. Where a
    condition decides whether it does, one of null and that."""
    unknown: Mapping[str, Value] = field(default_factory=dict)
    """Keys that PM2 does not know, with the option that was probably meant, "" if none is near."""


def take(entry: Value) -> Taken:
    """What PM2 makes of an app entry."""
    options: dict[str, Value] = {}
    lost: dict[str, Value] = {}
    refused: dict[str, Value] = {}
    members = entry.members()
    names = dict.fromkeys(canonical(key) for key in members)
    unknown = {k: Value(nearest(k) or "", v.at, v.key_at) for k, v in members.items() if canonical(k) is None}
    for name in names:
        if name is None:
            continue
        key = _spelling(name, members)
        given = members[key]
        told = _each(given, lambda content, name=name, key=key: _one(name, content, key))  # type: ignore[misc]
        contents = {type(t) for t in told}
        why = next((t for t in told if isinstance(t, _Refused)), None)
        if why is not None:
            reason = replace(value({"kind": why.kind, "wanted": why.wanted}, given.at), key_at=given.key_at)
            certain = contents == {_Refused}
            refused[name] = reason if certain else replace(reason, content=OneOf((Value(None), reason)))
        if contents == {_Refused}:
            options[name] = given
        elif _Lost in contents and len(told) == 1:
            # a falsy value that the default would replace by the same thing is no loss
            options.pop(name, None)
            if given.content is not None and given.content != table().get(name, {}).get("effective"):
                lost[name] = given
        else:
            options[name] = _rebuilt(given, name, key)
    defaults = [n for n, about in table().items() if "effective" in about and n not in options]
    for name in defaults:
        at = lost.get(name, entry)
        options[name] = Value(table()[name]["effective"], at.at, at.key_at if name in lost else None)
    if entry.more:
        # what is not seen may set anything that is not written
        for name in defaults:
            options[name] = Value(Unknown("the app may get more options from elsewhere"), entry.at)
    return Taken(options, tuple(defaults), lost, refused, unknown)


def _spelling(name: str, members: Mapping[str, Value]) -> str:
    """The key that counts where an option is given in several spellings: the first that is not falsy, else the last."""
    aliases: list[str] = table().get(name, {}).get("aliases", [])
    spellings = [k for k in (name, *aliases) if k in members]
    return next((k for k in spellings if not _falsy(members[k].content)), spellings[-1])


def _falsy(content: Content) -> bool:
    return content is None or content in (False, 0, "")


@dataclass(frozen=True, slots=True)
class _Refused:
    kind: str
    """`time`, `size`, `mode`, `cron`: of the wrong form; `number`: text where a plain number is taken; `least`: too small; `type`."""
    wanted: str = ""


class _Lost:
    pass


def _each(given: Value, of: Callable[[Content], object]) -> list[object]:
    match given.content:
        case OneOf(options):
            return [told for option in options for told in _each(option, of)]
        case Unknown():
            return [given]
    return [of(given.content)]


def _rebuilt(given: Value, name: str, key: str) -> Value:
    """The value with every known part as PM2 stores it."""
    match given.content:
        case OneOf(options):
            return replace(given, content=OneOf(tuple(_rebuilt(o, name, key) for o in options)))
        case Unknown(why, default) if default is not None:
            return replace(given, content=Unknown(why, _rebuilt(default, name, key)))
        case Unknown():
            return given
    told = _one(name, given.content, key)
    if isinstance(told, _Refused):
        return given
    if isinstance(told, _Lost):
        return replace(given, content=table().get(name, {}).get("effective"))
    if isinstance(told, list):
        return replace(given, content=value([value(w, given.at, secret=given.secret) for w in told]).content)
    return replace(given, content=told)  # type: ignore[arg-type]


def _one(name: str, content: Content, key: str) -> object:
    """What becomes of one known content that is given by this key: stored so, lost, or refused with a reason."""
    about = table().get(name) or table()["^env_\\S*$"]
    if name == "env" and _falsy(content):
        return {}
    if content is None and name.startswith("env_"):
        return _Refused("type", " / ".join(about["types"]))
    # the last spelling that PM2 looks at, the one in camelCase, keeps what the others lose
    if content is None or (about.get("falsy_lost") and _falsy(content) and key != about.get("aliases", (None,))[-1]):
        return _Lost()
    if key == "cron_restart" and not _cron(content):
        return _Refused("cron")
    if name == "instances" and isinstance(content, str):
        # `max` and any other word without digits before it: as many as there are CPUs (lib/Common.js:857)
        digits = re.match(r"\s*([-+]?[0-9]+)", content)
        content = whole(content, 16) if _HEX.fullmatch(content) else whole(digits[1]) if digits else 0
    kinds = about["types"]
    if "number" in kinds and about.get("numeric_string") and not (isinstance(content, tuple) and "array" in kinds):
        content = _number(content)
    kind = _kind(content)
    if kind not in kinds:
        return _Refused("number") if isinstance(content, str) and "number" in kinds else _Refused("type", " / ".join(kinds))
    if isinstance(content, float) and math.isnan(content):
        return content
    if isinstance(content, str):
        pattern = about.get("pattern")
        if pattern and not re.search(pattern.replace("\\d", "[0-9]").replace("$", r"\Z"), content):
            return _Refused(about.get("unit", "mode"))
        if "unit" in about and not content.isdigit():
            return whole(content[:-1]) * _UNITS[about["unit"]][content[-1]]
        if name == "exec_mode":
            return content if content.endswith("_mode") else content + "_mode"
        return _split(content) if about.get("split") else content
    if kind == "number" and "min" in about and isinstance(content, (int, float)) and content < about["min"]:
        return _Refused("least", str(about["min"]))
    return content


def _number(content: Content) -> Content:
    """The number that JavaScript takes a text, or an array of one, for; anything else as it is."""
    match content:
        case () | (Value(str() | int() | float()),):
            text = str(content[0].content) if content else ""
        case str() as text:
            pass
        case _:
            return content
    if not text.strip():
        return math.nan
    if _HEX.fullmatch(text):
        return 0  # it is taken for a number, and read up to the x
    if not _NUMERIC.fullmatch(text):
        return content
    number = float(text.replace("Infinity", "inf"))
    return int(number) if number.is_integer() else number


def _cron(content: Content) -> bool:
    """Whether it may be a pattern that PM2 takes: five or six fields (no `@daily`), or a moment; what stands in them is not checked."""
    match content:
        case str() as text:
            return not text.strip() or text == "0" or len(text.split()) in (5, 6) or bool(_DATE.match(text))
        case bool() | 0:
            return True
        case int() | float():
            return False
    return True


def _split(text: str) -> list[str]:
    """A text where PM2 wants a list: quotes around a whole word are taken off, those after a = stay."""
    found = (w[1:-1] if w[0] == w[-1] and w[0] in "\"'" and len(w) > 1 else w for w in _WORD.findall(text))
    return [w for w in found if w.strip()]


def words(text: str) -> list[str]:
    """A command split at blanks outside quotes, as a shell splits it."""
    try:
        return shlex.split(text, posix=True)
    except ValueError:
        return text.split()


def _kind(content: object) -> str:
    return {bool: "boolean", int: "number", float: "number", str: "string", tuple: "array", dict: "object"}.get(type(content), "function")

"""onai-check.yaml: found, checked and put over the defaults.

config.schema.json is the one table of keys, defaults and descriptions; editors read the same file. It is held against
the config with our own evaluator, which knows the place of every value and costs nothing to import.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

from checklist import schema, units
from checklist.errors import CheckError, nearest
from checklist.files import Unreadable, home, read
from checklist.model import Document, Location, Texts, Value, plain, sealed, value
from checklist.model import Path as Keys
from checklist.parse import yaml
from checklist.reasons import in_russian

NAME = "onai-check.yaml"
DURATION = "duration"
"""Title of every duration in the schema: a text with its unit in the file, milliseconds in the policy."""


@dataclass(frozen=True, slots=True)
class Config:
    """What the project says about itself."""

    file: str | None
    """Path of the config as the user knows it, None if there is none."""
    gate: str
    lang: str | None
    exclude: tuple[str, ...]
    policy: Document
    """Kind `policy`: every policy key, `monitor` where declared; times in ms; places in onai-check.yaml."""
    packs: tuple[Path, ...]
    disable: Value
    checklist: Mapping[str, Any]
    above: str = ""
    """The way from the config's folder to the folder that is checked: `exclude` is written from there."""


def find(path: Path) -> Path | None:
    """The config that governs a path: in it, or in the nearest folder above, up to the git repository it is in.

    Whatever bears the name is it, even if it cannot be read: to pass over it in silence would open the gate. CheckError for
    an onai-check.yml, which would be passed over.
    """
    start = path if path.is_dir() else path.parent
    for folder in (start, *start.parents):
        if os.path.lexists(folder / NAME):
            return folder / NAME
        if os.path.lexists(other := (folder / NAME).with_suffix(".yml")):
            raise CheckError(f"{other}: the name of the config is {NAME}", f"{other}: конфиг называется {NAME}")
        if (folder / ".git").exists():
            return None
    return None


def content(file: Path, *, given: bool) -> bytes:
    """What is in a config; CheckError where it cannot be read. One that is not `given` by name does not lead out of its project."""
    folder = file.parent.resolve()
    try:
        return read(None, file) if given else read(home(folder), folder / file.name)
    except Unreadable as reason:
        raise CheckError(f"{file}: cannot be read: {reason}", f"{file}: не читается: {in_russian(str(reason))}") from None


def load(file: Path | None, root: Path, *, given: bool = False) -> Config:
    """The config in a file (None: the defaults), its places relative to the root; CheckError where it is wrong.

    Its folders are written from its own folder; where it lies beside the project and is `given` by name, from the root.
    Its packs lie in the project, or in the folder of a config that is `given` by name.
    """
    if file is None:
        return parse("", "", root)
    try:
        text = content(file, given=given).decode("utf-8")
    except UnicodeDecodeError:
        raise CheckError(f"{file}: is not UTF-8 text", f"{file}: это не текст в UTF-8") from None
    if not text.strip("\ufeff \t\r\n"):
        raise CheckError(
            f"{file}:1:1: is empty; write what differs from the defaults, or a comment, or remove it",
            f"{file}:1:1: пустой файл; написать в нём то, что отличается от умолчаний, или комментарий, или удалить его",
        )
    folder = file.parent.resolve()
    base = root if given and not root.is_relative_to(folder) else folder
    name = _place(folder / file.name, root)
    told = parse(name, text, folder, shown=str(file))
    homes = (home(root), folder if given else home(folder))
    for pack in told.packs:
        if not any(pack.resolve().is_relative_to(allowed) for allowed in homes):
            raise CheckError(
                f"{name or file}: rules.packs: {pack}: lies outside the project; put it into it, or name a config beside it with --config",
                f"{name or file}: rules.packs: {pack}: лежит вне проекта; положить в проект или указать --config с конфигом из той же папки",
            )
    above = root.relative_to(base).as_posix() if root.is_relative_to(base) else ""
    return replace(told, policy=_from(base, root, told.policy), above="" if above == "." else above)


def _place(file: Path, root: Path) -> str:
    """The config as places name it: the way from the root, if both lie in one repository or one below the other; else
    "", for it is another file on every machine."""
    top = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), None)
    inside = root.is_relative_to(file.parent) if top is None else file.is_relative_to(top)
    return Path(os.path.relpath(file, root)).as_posix() if inside or file.is_relative_to(root) else ""


def _from(base: Path, root: Path, policy: Document) -> Document:
    """The policy with its folders, written from the base, as they are named from the root."""
    frontends = policy.value.get("frontends")
    if base == root or frontends is None:
        return policy
    ways = (Path(os.path.relpath(base / str(folder.content), root)).as_posix() for folder in frontends.items())
    told = tuple(replace(folder, content=way) for folder, way in zip(frontends.items(), ways, strict=True))
    members = {**policy.value.members(), "frontends": replace(frontends, content=told)}
    return replace(policy, value=replace(policy.value, content=members))


def parse(name: str, text: str, folder: Path, *, shown: str = "") -> Config:
    """The config in a text; packs are looked for relative to `folder`. `shown` names it where places do not."""
    shown = name or shown
    parsed = yaml.parse(name, text)
    if parsed.problem or parsed.value is None:
        at = parsed.problem.location if parsed.problem else Location(name)
        why = parsed.problem.text if parsed.problem else "cannot be read"
        raise CheckError(f"{shown}:{at.line}:{at.column}: {why}", f"{shown}:{at.line}:{at.column}: {in_russian(why)}")
    given = parsed.value if parsed.value.content is not None else Value({}, Location(name))
    whole = shape()
    verdict = schema.judge(whole, given)
    if verdict.state != "pass":
        place, said = _explain(whole, given, verdict.paths[0], shown)
        raise CheckError(f"{place}: {said['en']}", f"{place}: {said['ru']}")
    filled = _fill(whole, given)
    policy = dict(filled.get("policy").members() if filled.get("policy") else {})  # type: ignore[union-attr]
    if monitor := filled.get("monitor"):
        policy["monitor"] = _sealed(monitor)
    if logging := filled.get("logging"):
        policy["logging"] = sealed(logging)
    if health := policy.get("health_url"):
        policy["health_url"] = sealed(health)
    return Config(
        file=shown or None,
        gate=filled.text("gate") or "P0",
        lang=filled.text("lang"),
        exclude=tuple(plain(filled.get("exclude"), reveal=True)),
        policy=Document("policy", name, Value(policy, Location(name) if name else None)),
        packs=tuple(folder / p for p in plain(filled.get("rules", "packs"), reveal=True)),
        disable=filled.get("rules", "disable") or Value(()),
        checklist=plain(filled.get("checklist")),
    )


def shape() -> dict[str, Any]:
    """config.schema.json with its `$ref`s followed."""
    raw = json.loads(resources.files("checklist").joinpath("config.schema.json").read_text("utf-8"))

    def follow(part: Any) -> Any:
        match part:
            case {"$ref": str() as ref, **beside}:
                return follow(raw["$defs"][ref.rsplit("/", 1)[1]]) | follow(beside)
            case dict():
                return {k: follow(v) for k, v in part.items() if k not in ("$schema", "$defs")}
            case list():
                return [follow(v) for v in part]
        return part

    found: dict[str, Any] = follow(raw)
    return found


def _fill(part: Mapping[str, Any], given: Value | None) -> Value:
    """The given value with the defaults filled in and times in milliseconds; defaults have no place of their own."""
    if given is None:
        given = value(part.get("default"))
    if part.get("title") == DURATION and isinstance(given.content, str):
        return Value(units.parse_time(given.content), given.at, given.key_at)
    if "properties" in part and isinstance(given.content, dict):
        members = dict(given.content)
        for key, below in part["properties"].items():
            if key in members or "default" in below:
                members[key] = _fill(below, members.get(key))
        return Value(members, given.at, given.key_at)
    return given


def _sealed(monitor: Value) -> Value:
    """The monitor with its secrets marked: a login in its URL, every webhook among its alerts (who knows one can post there)."""
    monitor = sealed(monitor)
    alerts = monitor.get("alerts")
    if alerts is None:
        return monitor
    kept = tuple(replace(a, secret=True) if "://" in str(a.content) else a for a in alerts.items())
    return replace(monitor, content={**monitor.members(), "alerts": replace(alerts, content=kept)})


def _explain(whole: Mapping[str, Any], given: Value, path: Keys, name: str) -> tuple[str, Texts]:
    """(file:line:column; the key, what is wrong there and what may stand there); never the value itself."""
    part: Mapping[str, Any] | None = whole
    for key in path:
        if part is not None:
            part = part.get("properties", {}).get(key) if isinstance(key, str) else part.get("items")
    found = given.get(*path) or given
    at = (found.key_at if part is None else found.at) or found.at or Location(name)
    place, key = f"{name}:{at.line}:{at.column}", ".".join(str(k) for k in path)
    if part is None:
        above = whole
        for step in path[:-1]:
            above = above["properties"][step] if isinstance(step, str) else above["items"]
        told = nearest(str(path[-1]), above["properties"])
        # what is no word was not meant as a key: it may be a line of any file
        shown = {"en": f" '{key}'", "ru": f": '{key}'"} if re.fullmatch(r"[\w.-]{1,60}", key) else {"en": "", "ru": ""}
        return place, {"en": f"unknown key{shown['en']}; {told['en']}", "ru": f"нет такого ключа{shown['ru']}; {told['ru']}"}
    said: Texts = {"en": key, "ru": key} if key else {"en": "the file", "ru": "файл"}
    missing = next((k for k in part.get("required", ()) if isinstance(found.content, dict) and k not in found.content), None)
    if missing is not None:
        return place, {"en": f"{said['en']}: '{missing}' is missing", "ru": f"{said['ru']}: не хватает '{missing}'"}
    if part.get("title") == DURATION and re.fullmatch(r"\d+(\.\d+)?", bare := str(found.content)):
        asked = {"en": f"{bare}s or {bare}ms?", "ru": f"{bare}s или {bare}ms?"}
        return place, {
            "en": f"{key}: {bare} has no unit: {asked['en']}",
            "ru": f"{key}: {bare} без единицы измерения: {asked['ru']}",
        }
    wanted = _wanted(part)
    return place, {"en": f"{said['en']} must be {wanted['en']}", "ru": f"{said['ru']}: ожидается {wanted['ru']}"}


_WANTED: Mapping[str, Texts] = {
    DURATION: {"en": "a time with its unit, such as 30s, 2m or 500ms", "ru": "время с единицей: 30s, 2m, 500ms"},
    "url": {"en": "a URL such as http://localhost:3000/health", "ru": "URL вроде http://localhost:3000/health"},
    "integer": {"en": "a whole number", "ru": "целое число"},
    "string": {"en": "a text that is not empty", "ru": "непустая строка"},
    "array": {"en": "a list", "ru": "список"},
    "object": {"en": "a mapping", "ru": "набор ключей и значений"},
}


def _wanted(part: Mapping[str, Any]) -> Texts:
    if "enum" in part:
        choices = ", ".join(part["enum"])
        return {"en": f"one of {choices}", "ru": f"одно из: {choices}"}
    if part.get("title") in _WANTED:
        return _WANTED[part["title"]]
    said = _WANTED[part["type"]]
    limit = {"en": f", {part['minimum']} or more", "ru": f", не меньше {part['minimum']}"} if "minimum" in part else {"en": "", "ru": ""}
    pattern = part.get("pattern", r"\S")
    form = {"en": f" of the form {pattern}", "ru": f" вида {pattern}"} if pattern != r"\S" else {"en": "", "ru": ""}
    return {lang: said[lang] + limit[lang] + form[lang] for lang in said}

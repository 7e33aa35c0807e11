"""What the names in a rule stand for, held against the tables that know: kinds, fields, items, parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from checklist import texts
from checklist.errors import nearest
from checklist.facts import kinds
from checklist.forms.mistake import Mistake, place, unknown
from checklist.model import Path, Value, plain, walk
from checklist.parse import yaml

_ALWAYS = frozenset({"value", "key"})
"""What a message may name besides the document's own fields."""


def mistakes(rule: Value, filled: Mapping[str, Any]) -> Iterator[Mistake]:
    """What is wrong with a rule whose form is right; `filled` is the same rule with its parameters put in."""
    kind, item = filled["for"], filled.get("checklist")
    if kind not in kinds.table():
        yield place(rule, "for"), unknown({"en": "kind of document", "ru": "вида документа"}, kind, kinds.table())
    elif "check" in filled and kind != "deploy.path":
        yield place(rule, "for"), {
            "en": "a check judges the steps of a deploy: for must be deploy.path",
            "ru": "check судит о шагах деплоя: for здесь должно быть deploy.path",
        }
    if item is not None and item not in _items():
        yield place(rule, "checklist"), unknown({"en": "item of the checklist", "ru": "пункта чек-листа"}, item, _items())
    for priority in filled.get("raise_to", {}):
        if priority >= filled["priority"]:
            yield place(rule, "raise_to", priority, key=True), {
                "en": f"raise_to.{priority} is not above the rule's own priority, {filled['priority']}",
                "ru": f"raise_to.{priority}: не выше собственного приоритета правила ({filled['priority']})",
            }
    yield from _wordings(rule, filled["message"])
    yield from _placeholders(rule, kinds.table().get(kind))
    for path, schema, _ in _schemas(filled):
        if "pattern" in schema and (why := _no_regex(schema["pattern"])):
            no_regex = {"en": f"not a regular expression: {why}", "ru": f"не регулярное выражение: {why}"}
            yield place(rule, *path, "pattern"), no_regex
    for path, name, of in _fields(filled):
        fields = kinds.table().get(of)
        if fields is not None and name not in (fields | _ALWAYS if path[0] == "message" else fields):
            said = unknown({"en": f"field of {of}", "ru": f"поля у {of}"}, name, fields)
            yield place(rule, *path, key=path[-1] == name), said


@cache
def _items() -> frozenset[str]:
    text = resources.files("checklist").joinpath("report", "items.yaml").read_text("utf-8")
    return frozenset(item["id"] for part in plain(yaml.parse("items.yaml", text).value, reveal=True) for item in part["items"])


def _no_regex(pattern: str) -> str | None:
    try:
        re.compile(pattern)
    except re.error as error:
        return error.msg
    return None


def _wordings(rule: Value, message: Any) -> Iterator[Mistake]:
    """Of several wordings the first that fits is taken, and one must fit: all have a `when` but the last."""
    several = message if isinstance(message, list) else [message]
    for n, wording in enumerate(several[:-1]):
        if "when" not in wording:
            yield place(rule, "message", n), {
                "en": "a wording without `when` is the last one: those below it are never used",
                "ru": "формулировка без `when` бывает только последней: до следующих очередь не дойдёт",
            }
    if "when" in several[-1]:
        yield place(rule, "message", len(several) - 1, "when", key=True), {
            "en": "the last wording has no `when`: it is for every document that is left",
            "ru": "у последней формулировки нет `when`: она для всех остальных документов",
        }


def _placeholders(rule: Value, fields: frozenset[str] | None) -> Iterator[Mistake]:
    """Names in braces: in a message fields and parameters, in the other texts parameters only."""
    params = rule.get("params")
    known = {f"params.{name}" for name in (params.members() if params is not None else ())}
    for part in ("title", "message", "why", "fix"):
        for path, text in walk(rule.members()[part], (part,)):
            if path[-1] not in ("en", "ru") or not isinstance(text.content, str):
                continue
            for name in texts.placeholders(text.content):
                at, field = place(rule, *path), name.split(".")[0]
                if name in known or (part == "message" and field != "params" and (fields is None or field in fields | _ALWAYS)):
                    continue
                if field == "params" or part == "message":
                    yield at, unknown({"en": "field", "ru": "поля"}, name, known if field == "params" else fields or ())
                    continue
                told = nearest(name, sorted(known))
                yield at, {
                    "en": f"{{{name}}} cannot be filled in `{part}`, only parameters can; {told['en']}",
                    "ru": f"{{{name}}} в `{part}` подставить нельзя, только параметры; {told['ru']}",
                }


def _schemas(filled: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any], bool]]:
    """Every schema in a rule with its path, and whether the document itself is held against it."""
    left: list[tuple[Path, Any, bool]] = [((name,), filled[name], True) for name in ("when", "must") if name in filled]
    left += [(("raise_to", priority), schema, True) for priority, schema in filled.get("raise_to", {}).items()]
    wordings = filled["message"] if isinstance(filled["message"], list) else []
    left += [(("message", n, "when"), wording["when"], True) for n, wording in enumerate(wordings) if "when" in wording]
    while left:
        path, schema, whole = left.pop()
        yield path, schema, whole
        left += [((*path, word), schema[word], whole) for word in ("not", "if", "then", "else") if word in schema]
        many = [(word, n, one) for word in ("allOf", "anyOf") for n, one in enumerate(schema.get(word, ()))]
        left += [((*path, word, n), one, whole) for word, n, one in many]
        inner = ("items", "contains", "additionalProperties")
        left += [((*path, word), schema[word], False) for word in inner if schema.get(word)]
        left += [((*path, "properties", key), one, False) for key, one in schema.get("properties", {}).items()]


def _fields(filled: Mapping[str, Any]) -> Iterator[tuple[Path, str, str]]:
    """(path, field, kind of document that should have it) of every field that a rule names outside its texts."""
    kind = filled["for"]
    for word in ("at", "related"):
        if word in filled:
            path = filled[word].split(".") if isinstance(filled[word], str) else filled[word]
            yield (word,), str(path[0]), kind
    for path, schema, whole in _schemas(filled):
        if whole:
            yield from (((*path, "properties", key), key, kind) for key in schema.get("properties", ()))
            yield from (((*path, "required", n), key, kind) for n, key in enumerate(schema.get("required", ())))
    for part in ("each", "needs"):
        wanted = filled.get("check", {}).get("with", {}).get(part, ())
        yield from ((("check", "with", part, key), key, "deploy.step") for key in wanted)

"""The keys and types of a rule file, by a JSON Schema; what jsonschema objects to is said in our words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from checklist.checks import CHECKS
from checklist.errors import nearest
from checklist.forms.mistake import Mistake, place
from checklist.model import Texts, Value
from checklist.schema.formats import FORMATS

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_LINE: Texts = {"en": "one line without a dot at its end", "ru": "одна строка без точки в конце"}
_PATTERNS: Mapping[str, Texts] = {
    "effort": {
        "en": "the time to mend one finding, such as 5m or 2h",
        "ru": "время на исправление одной находки, например 5m или 2h",
    },
    "refs": {"en": "an address that begins with https://", "ru": "адрес, который начинается с https://"},
    "modes": {"en": 'three octal digits such as "644"', "ru": 'три восьмеричные цифры, например "644"'},
    "at": {"en": "FILE:LINE:COLUMN", "ru": "ФАЙЛ:СТРОКА:КОЛОНКА"},
    "en": _LINE,
    "ru": _LINE,
}
_TYPES: Mapping[str, Texts] = {
    "string": {"en": "a text", "ru": "строка"},
    "number": {"en": "a number", "ru": "число"},
    "integer": {"en": "a whole number", "ru": "целое число"},
    "array": {"en": "a list", "ru": "список"},
    "object": {"en": "a mapping", "ru": "набор ключей и значений"},
}


def mistakes(document: Value, data: Any, schema: str) -> Iterator[Mistake]:
    """What a schema of ours objects to in plain data that a document of YAML has become."""
    # 61 ms to import, and only packs of users, test-rules and our own tests need it
    from jsonschema import Draft202012Validator

    try:
        for error in Draft202012Validator(_schema(schema)).iter_errors(data):
            for one in _innermost(error):
                yield from _said(one, document)
    except RecursionError:
        yield place(document), {"en": "nested too deeply", "ru": "слишком глубокая вложенность"}


@cache
def _schema(name: str) -> Any:
    schema = json.loads(resources.files("checklist").joinpath(name).read_text("utf-8"))
    if name == "rule.schema.json":
        schema["properties"]["check"]["properties"]["name"] = {"enum": sorted(CHECKS)}
        schema["$defs"]["schema"]["properties"]["format"] = {"enum": sorted(FORMATS)}
    return schema


def _innermost(error: ValidationError) -> Iterator[ValidationError]:
    """The errors that say most: of alternatives those in the one that has the type of the value."""
    branches: dict[Any, list[ValidationError]] = {}
    for below in error.context or ():
        branches.setdefault(below.relative_schema_path[0], []).append(below)
    other_type = ("type", "const")
    meant = [b for b in branches.values() if not any(e.validator in other_type and not e.relative_path for e in b)]
    if error.validator != "anyOf" or len(meant) != 1:
        yield error
        return
    for below in meant[0]:
        yield from _innermost(below)


def _said(error: ValidationError, document: Value) -> Iterator[Mistake]:
    path, found, asked = tuple(error.absolute_path), _any(error.instance), _any(error.validator_value)
    at, named = place(document, *path), ".".join(map(str, path))
    match error.validator:
        case "additionalProperties":
            known = _any(error.schema)["properties"]
            for key in found.keys() - known.keys():
                told, full = nearest(key, known), f"{named}.{key}".lstrip(".")
                said = {"en": f"unknown key '{full}'; {told['en']}", "ru": f"нет такого ключа: '{full}'; {told['ru']}"}
                yield place(document, *path, key, key=True), said
        case "required":
            for key in (key for key in asked if key not in found):
                en, ru = named or "the rule", named or "правило"
                yield at, {"en": f"{en}: '{key}' is missing", "ru": f"{ru}: не хватает '{key}'"}
        case "oneOf":
            if isinstance(found, dict):
                yield at, {"en": "a rule has one of `must` and `check`", "ru": "в правиле должно быть `must` или `check`, одно из двух"}
        case _:
            wanted, en, ru = _wanted(error), named or "the document", named or "документ"
            yield at, {"en": f"{en} must be {wanted['en']}", "ru": f"{ru}: ожидается {wanted['ru']}"}


def _wanted(error: ValidationError) -> Texts:
    asked = _any(error.validator_value)
    match error.validator:
        case "type":
            return _either([asked] if isinstance(asked, str) else asked)
        case "anyOf":
            return _either(branch.get("type", "object") for branch in asked if branch != {"const": False})
        case "enum":
            choices = [str(choice) for choice in asked]
            close = nearest(str(error.instance), choices)
            ends = {lang: f"; {told}" if told.endswith("?") else "" for lang, told in close.items()}
            listed = ", ".join(choices)
            return {"en": f"one of {listed}{ends['en']}", "ru": f"одно из: {listed}{ends['ru']}"}
        case "pattern":
            key = next(p for p in reversed(error.absolute_path) if isinstance(p, str))
            return _PATTERNS["modes" if "modes" in error.absolute_path else key]
    return {"en": "not empty", "ru": "непустое значение"}


def _either(types: Iterable[str]) -> Texts:
    told = [_TYPES[t] for t in dict.fromkeys(types)]
    return {"en": " or ".join(t["en"] for t in told), "ru": " или ".join(t["ru"] for t in told)}


def _any(of: Any) -> Any:
    # jsonschema types what an error is about as perhaps unset; of an error that it gives it never is
    return of

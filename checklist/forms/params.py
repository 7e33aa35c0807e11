"""A rule with its parameters put in: what its schemas are, if the policy has its defaults."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from checklist import units
from checklist.forms.mistake import Mistake, place, unknown
from checklist.model import Value, plain, walk
from checklist.schema.params import substitute

_TEXTS = ("params", "title", "why", "fix")


def filled(rule: Value) -> tuple[dict[str, Any], list[Mistake]]:
    """The rule as plain data with every parameter put in, and the names that stand for nothing."""
    found: list[Mistake] = []
    values: dict[str, Any] = {}
    params = rule.get("params")
    for name, given in (params.members() if params is not None else {}).items():
        values[name] = plain(given, reveal=True)
        key = given.text("policy")
        if key is not None:
            values[name] = _policy().get(key)
            if key not in _policy():
                at = place(rule, "params", name, "policy")
                found.append((at, unknown({"en": "policy", "ru": "ключа в policy"}, key, _policy())))
    for path, below in walk(rule):
        wanted = below.text("param")
        if wanted is not None and len(below.members()) == 1 and wanted not in values and path[0] not in _TEXTS:
            at = place(rule, *path, "param")
            found.append((at, unknown({"en": "parameter", "ru": "параметра"}, wanted, values)))
            values[wanted] = None
    return {k: v if k in _TEXTS else substitute(v, values) for k, v in plain(rule, reveal=True).items()}, found


@cache
def _policy() -> Mapping[str, Any]:
    """Every key of the policy with its default, times in milliseconds."""
    text = resources.files("checklist").joinpath("config.schema.json").read_text("utf-8")
    keys = json.loads(text)["properties"]["policy"]["properties"].items()
    known = {
        k: units.parse_time(v["default"]) if v.get("$ref") == "#/$defs/duration" else v["default"] for k, v in keys
    }
    return known | {"monitor": None, "logging": None}

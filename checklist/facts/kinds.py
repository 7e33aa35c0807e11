"""The kinds of documents and their fields, for whoever has to tell a misspelt name from a right one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

from checklist.facts.pm2 import options
from checklist.model import plain
from checklist.parse import yaml

ANY = "any"
"""Stands in kinds.yaml in the place of fields where the document is a file's own value."""


@cache
def table() -> Mapping[str, frozenset[str] | None]:
    """Kind → its fields; None where it may have any."""
    text = resources.files("checklist.facts").joinpath("kinds.yaml").read_text("utf-8")
    told = plain(yaml.parse("kinds.yaml", text).value, reveal=True)
    told["pm2.app"] += [name for name in options.table() if name.isidentifier()]
    return {kind: None if fields == ANY else frozenset(fields) for kind, fields in told.items()}

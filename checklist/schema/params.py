"""Parameters in a schema: `{param: name}` stands for a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checklist.errors import CheckError


def substitute(schema: Any, params: Mapping[str, Any]) -> Any:
    """The schema with each `{param: name}` replaced by the parameter's value."""
    match schema:
        case {"param": str() as name, **rest} if not rest:
            if name not in params:
                known = ", ".join(params)
                raise CheckError(
                    f"unknown parameter '{name}', known: {known or 'none'}",
                    f"нет такого параметра: '{name}', есть: {known or 'ни одного'}",
                )
            return params[name]
        case dict():
            return {k: substitute(v, params) for k, v in schema.items()}
        case list():
            return [substitute(v, params) for v in schema]
    return schema

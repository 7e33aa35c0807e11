"""What Node gives held against what the static evaluator claims."""

from __future__ import annotations

from typing import Any

from checklist.model import Function, OneOf, Unknown, Value


def differs(ours: Value | None, theirs: Any, path: str = "") -> str | None:
    """Where a value is another one than Node gives; None where it is equal or unknown."""
    if ours is None:
        return None if theirs == {"$undefined": True} else f"{path}: absent, Node has it"
    match ours.content:
        case Unknown():
            return None
        case OneOf(options):
            told = [differs(o, theirs, path) for o in options]
            return None if None in told else told[0]
        case Function():
            return None if theirs == {"$function": True} else f"{path}: a function"
        case dict() as members:
            if not isinstance(theirs, dict) or (len(theirs) == 1 and next(iter(theirs)).startswith("$")):
                return f"{path}: an object"
            for key in members.keys() | theirs.keys():
                if key not in members and ours.more:
                    continue
                wrong = differs(members.get(key), theirs.get(key, {"$undefined": True}), f"{path}.{key}")
                if wrong:
                    return wrong
            return None
        case tuple() as items:
            if not isinstance(theirs, list) or len(items) > len(theirs) or (len(items) < len(theirs) and not ours.more):
                return f"{path}: an array of another length"
            return next((w for i, v in enumerate(items) if (w := differs(v, theirs[i], f"{path}[{i}]"))), None)
        case None if theirs == {"$undefined": True}:
            return None
        case float() as number if isinstance(theirs, dict):
            return None if theirs == {"$number": {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(str(number))} else path
    same = type(ours.content) is type(theirs) or (isinstance(ours.content, (int, float)) and isinstance(theirs, (int, float)) and bool not in (type(ours.content), type(theirs)))
    return None if same and ours.content == theirs else f"{path}: {ours.content!r}, Node has {theirs!r}"

"""The texts of rules with their placeholders filled, in both languages.

`{name}`, `{a.b}` and `{params.x}` are looked up in the document and the rule's parameters, `{value}` is what failed,
`{key}` its key; `{x:time}` and `{x:size}` show milliseconds and bytes as people write them, `{x:words}` a parser's or a
fact's own English words in the language of the text. What is secret or unknown is shown as such. A brace that is no
placeholder stays, and so does `${x}`: that is shell or JavaScript.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from checklist import units
from checklist.model import MASK
from checklist.reasons import in_russian

_PLACEHOLDER = re.compile(r"(?<!\$)\{([A-Za-z_][\w.]*)(?::(time|size|words))?\}")
_LONG = 80
_UNKNOWN = {"en": "unknown", "ru": "неизвестно"}
_NOTHING = {"en": "nothing", "ru": "ничего"}


def placeholders(text: str) -> list[str]:
    """The paths of all placeholders in a text."""
    return [m[1] for m in _PLACEHOLDER.finditer(text)]


def fill(text: str, told: Mapping[str, Any], lang: str) -> str:
    """The text with its placeholders filled from plain data."""

    def one(found: re.Match[str]) -> str:
        here: Any = told
        for key in found[1].split("."):
            if isinstance(here, list):
                here = here[int(key)] if key.isdigit() and int(key) < len(here) else None
            else:
                here = here.get(key) if isinstance(here, Mapping) else None
        return show(here, found[2], lang)

    return _PLACEHOLDER.sub(one, text)


def show(of: Any, form: str | None, lang: str) -> str:
    """One value in a sentence."""
    match of:
        case None:
            return _NOTHING[lang]
        case {"$secret": True}:
            return MASK
        case {"$default": default}:
            return show(default, form, lang)
        case {"$unknown": _} | {"$function": _}:
            return _UNKNOWN[lang]
        case {"$oneOf": options}:
            return {"en": " or ", "ru": " или "}[lang].join(show(o, form, lang) for o in options)
        case bool():
            return "true" if of else "false"
        case int() | float() if form == "time":
            return units.show_time(of, lang)
        case int() | float() if form == "size":
            return units.show_size(of)
        case str() if form == "words":
            return in_russian(of) if lang == "ru" else of
        case list():
            return _short(", ".join(show(o, form, lang) for o in of))
        case dict():
            return _short(", ".join(k for k in of if k != "$more"))
    return _short(str(of))


def cannot_tell(title: str, why: str, lang: str) -> str:
    """The message of an outcome that is open."""
    start = {"en": "cannot be known here", "ru": "отсюда не узнать"}[lang]
    told = in_russian(why) if lang == "ru" else why
    return f"{start}: {title}" + (f" ({told})" if told else "")


def _short(text: str) -> str:
    return text if len(text) <= _LONG else text[: _LONG - 1] + "…"

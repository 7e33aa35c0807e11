"""Templates: `@name@` stands for a value, and a line that begins with `{en}` or `{source,ru}` is there under all of these."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache
from importlib import resources

_CONDITION = re.compile(r"\{([a-z]+(?:,[a-z]+)*)\}(.*)")
_PLACE = re.compile(r"@([a-z_]+)@")


def render(name: str, values: Mapping[str, str], true: Collection[str]) -> str:
    """A template with its values, without the lines whose condition does not hold. A line that is only a value that is empty goes."""
    lines = []
    for line in _text(name).split("\n"):
        condition = _CONDITION.match(line)
        if condition and not set(condition[1].split(",")) <= set(true):
            continue
        given = condition[2] if condition else line
        told = _PLACE.sub(lambda m: values[m[1]], given)
        if told or not _PLACE.fullmatch(given):
            lines.append(told)
    # what a condition has taken away leaves no hole
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


@cache
def _text(name: str) -> str:
    return resources.files("checklist.propose").joinpath("templates", f"{name}.tmpl").read_text("utf-8")

"""Which predicate a condition asks for, where it cannot be known whether it holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence

from checklist.shell.conditions import ABOUT_FILES, ABOUT_SHELL
from checklist.shell.constraints import Predicate
from checklist.shell.states import Field

FOLDER: frozenset[Hashable] = frozenset({"folder"})
_THERE: dict[str, frozenset[Hashable]] = {
    "-d": FOLDER,
    "-f": frozenset({"file"}),
    "-e": frozenset({"folder", "file", "other"}),
}
"""What a path then is."""
_EMPTY: frozenset[Hashable] = frozenset({""})

Locate = Callable[[Hashable], Hashable]


def of_test(
    tokens: Sequence[Field], names: Sequence[Hashable], locate: Locate, *, patterns: bool
) -> tuple[Predicate, bool]:
    """What `[ … ]` asks, and whether the condition holds where it is so: `[ ! -n "$X" ]` asks like `[ -z "$X" ]`
    whether $X is one of {""}.

    `names` stand for the tokens, known or not; `locate` tells a path of now from the same one elsewhere and earlier.
    """
    said, straight = list(names), True
    while len(said) > 1 and said[0] == "!":
        said, straight = said[1:], not straight
    path = tokens[-1] if tokens and isinstance(tokens[-1], str) else None
    asked = _unary(said, path, locate) or _binary(said, patterns)
    if asked is not None:
        return asked[0], straight == asked[1]
    words = {name for name in said if isinstance(name, str)}
    if words & ABOUT_SHELL:
        return Predicate(object()), straight
    return Predicate((*said, locate("") if words & ABOUT_FILES else None)), straight


def _unary(said: Sequence[Hashable], path: str | None, locate: Locate) -> tuple[Predicate, bool] | None:
    match said:
        case [str(test), where] if test in _THERE:
            return Predicate(("what is", locate(where)), _THERE[test], path=path), True
        case [str(test), where] if test in ABOUT_FILES:
            return Predicate((test, locate(where))), True
        case ["-z", value]:
            return Predicate(value, _EMPTY), True
        case ["-n", value] | [value]:
            return Predicate(value, _EMPTY), False
    return None


def _binary(said: Sequence[Hashable], patterns: bool) -> tuple[Predicate, bool] | None:
    match said:
        case [left, "=" | "==" | "!=" as sign, right]:
            straight = sign != "!="
            if patterns and not (isinstance(right, str) and not set("*?[") & set(right)):
                return Predicate(("like", left, right)), straight
            if isinstance(left, str):
                left, right = right, left
            known = isinstance(right, str)
            return Predicate(left, frozenset({right})) if known else Predicate(("=", left, right)), straight
        case [left, "-eq", str(number)] if re.fullmatch(r"\d+", number):
            return Predicate(("number", left), frozenset({int(number)})), True
    return None


def of_case(subject: Hashable, patterns: Sequence[str | None]) -> Predicate | None:
    """What an item of `case` asks; None where its patterns are not known."""
    texts = [p for p in patterns if p is not None]
    if len(texts) < len(patterns):
        return None
    if any(set("*?[") & set(t) for t in texts):
        return Predicate(("like", subject, *texts))
    return Predicate(subject, frozenset(texts))

"""Every reason why something cannot be known has its Russian words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from checklist.reasons import in_russian
from tests.conftest import ROOT

MAKERS = {"Unknown", "unknown", "opaque", "Unk"}


def reasons() -> Iterator[str]:
    """The reasons written in the sources, with NAME in the place of what is filled in."""
    for file in sorted((ROOT / "checklist").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in MAKERS and node.args:
                yield from _texts(node.args[0])


def _texts(of: ast.expr) -> Iterator[str]:
    match of:
        case ast.Constant(str() as text):
            yield text
        case ast.JoinedStr(parts):
            yield "".join(str(p.value) if isinstance(p, ast.Constant) else "NAME" for p in parts)
        case ast.IfExp(_, one, other):
            yield from _texts(one)
            yield from _texts(other)


@pytest.mark.parametrize("why", sorted(set(reasons())))
def test_a_reason_can_be_said_in_russian(why: str) -> None:
    told = in_russian(why)
    assert re.search("[а-я]", told)
    assert ("NAME" in why) == ("NAME" in told)


def test_a_reason_nobody_has_translated_is_told_as_it_is() -> None:
    assert in_russian("because") == "because"

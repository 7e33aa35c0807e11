"""Every reason why something cannot be known or read has its Russian words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from checklist.parse import yaml
from checklist.reasons import in_russian
from tests.conftest import ROOT

# what makes a reason, and which of its arguments is one
MAKERS = {"Unknown": 0, "unknown": 0, "opaque": 0, "Unk": 0, "Problem": 1, "_Broken": 1, "_Refused": 1, "_Unreadable": 0, "Lost": 1}


def reasons() -> Iterator[str]:
    """The reasons written in the sources, with NAME in the place of what is filled in."""
    for file in sorted((ROOT / "checklist").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and (at := MAKERS.get(getattr(node.func, "id", getattr(node.func, "attr", "")))) is not None:
                yield from (text for one in node.args[at : at + 1] for text in _texts(one))
            elif isinstance(node, ast.Assign) and any(isinstance(t, ast.Attribute) and t.attr == "unknown" for t in node.targets):
                yield from _texts(node.value)


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


@pytest.mark.parametrize(
    "text",
    ["a: [", "a: [1 2", "a: {x y", "a: b: c", "- a\nb", "a:\n  - b\n c", "a: @x", "a: *x", "!x!y a", 'a: "x', 'a: "\\q"', "a: |3x\n x", "a: &", '"\\u00g"', '"a\n---\n', "a: - b", "a:\n  - b\n  c: d", "- b\nc: d", "a: b\n\tc: d", "\x01", "a: 1\na: 2", "&a [*a]"],
)  # fmt: skip
def test_what_the_yaml_parser_says_can_be_said_in_russian(text: str) -> None:
    problem = yaml.parse("a.yaml", text).problem
    assert problem is not None
    assert re.search("[а-я]", in_russian(problem.text)), problem.text


def test_a_reason_nobody_has_translated_is_told_as_it_is() -> None:
    assert in_russian("because") == "because"

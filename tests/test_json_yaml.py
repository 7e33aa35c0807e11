"""JSON and YAML: read as other programs read them, every value at its place, and never an exception."""

from __future__ import annotations

import json as python_json
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from npm_modules import FOLDER, node_with

from checklist.model import Location, Parsed, plain, walk
from checklist.parse import json, yaml


def inside(parsed: Parsed, text: str) -> None:
    lines = text.split("\n")
    places = [v.at for _, v in walk(parsed.value)] if parsed.value is not None else []
    for at in [*places, *([parsed.problem.location] if parsed.problem else [])]:
        assert isinstance(at, Location)
        assert 1 <= at.line <= len(lines)
        assert at.column >= 1


data = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(), lambda d: st.lists(d, max_size=4) | st.dictionaries(st.text(), d, max_size=4), max_leaves=12)


@settings(max_examples=200, deadline=None)
@given(data, st.sampled_from([None, 2]))
def test_json_is_read_as_python_reads_it(of: object, indent: int | None) -> None:
    text = python_json.dumps(of, indent=indent, ensure_ascii=False)
    parsed = json.parse("a.json", text)
    assert parsed.problem is None
    assert plain(parsed.value) == python_json.loads(text)
    inside(parsed, text)


@settings(max_examples=300, deadline=None)
@given(st.text() | st.text(alphabet='{}[]:,"\\ntrue0-e.\n /*'))
def test_any_text_is_json_or_a_problem_inside_it(text: str) -> None:
    parsed = json.parse("a.json", text)
    try:
        python_json.loads(text)
        valid = "NaN" not in text and "Infinity" not in text
    except ValueError:
        valid = False
    assert (parsed.problem is None) is valid
    inside(parsed, text)


@settings(max_examples=300, deadline=None)
@given(st.text() | st.text(alphabet="a:- \n[]{}&*!|>'\"#%@<,?.0"))
def test_any_text_is_yaml_or_a_problem(text: str) -> None:
    for parsed in yaml.parse_all("a.yaml", text):
        assert (parsed.value is None) is (parsed.problem is not None)
        if parsed.problem:
            assert parsed.problem.location.line >= 1


@pytest.mark.parametrize(
    ("text", "at", "end"),
    [
        ("apps:\n  - name: api\n    n: 15\n", ("apps", 0, "n"), (3, 8, 3, 10)),
        ("é: 'ü'\nb: [1, 22]\n", ("b", 1), (2, 8, 2, 10)),
        ("a: &x 5\nb: *x\n", ("b",), (1, 4, 1, 8)),
    ],
)
def test_a_yaml_value_is_where_one_would_edit_it(text: str, at: tuple[str | int, ...], end: tuple[int, int, int, int]) -> None:
    value = yaml.parse("a.yaml", text).value
    assert value is not None
    found = value.get(*at)
    assert found is not None
    assert found.at is not None
    assert (found.at.line, found.at.column) == end[:2]


YAML = [
    "on: push\noff: no\nyes: on\n", "a: 010\nb: 0o10\nc: 0x1F\nd: 1_000\n", "a: 2026-01-01\nb: 12:30\n", "a: ~\nb: null\nc:\nd: ''\n",
    "a: 1.5\nb: 1e3\nc: .5\nd: 1.\ne: -1\nf: +7\n", "a: True\nb: TRUE\nc: tRue\n", "base: &b {x: 1, y: 2}\nmine: {<<: *b, y: 3}\n",
    "a: |\n  x\n  y\nb: >-\n  x\n  y\n", "- 'a'\n- \"b\\n\"\n- c # no\n- d#yes\n", "'1': a\n2: b\ntrue: c\n", "a: !!str 5\nb: '5'\n", "{a: 1, b: [x, y]}\n",
    "list:\n- a\n- b\n", "a: 0.1.2\nb: 1e\nc: 0b11\n", "",
]


def test_yaml_is_read_as_js_yaml_reads_it() -> None:
    node = node_with("js-yaml")
    script = """
      const y = require('js-yaml')
      const schema = y.CORE_SCHEMA.extend({ implicit: [y.types.merge] })
      const texts = JSON.parse(require('fs').readFileSync(0))
      console.log(JSON.stringify(texts.map((t) => y.load(t, { schema }) ?? null)))
    """
    done = subprocess.run([node, "-e", script], cwd=FOLDER, input=python_json.dumps(YAML), capture_output=True, text=True, check=True, timeout=30)
    for text, theirs in zip(YAML, python_json.loads(done.stdout), strict=True):
        assert plain(yaml.parse("a.yaml", text).value) == theirs, text

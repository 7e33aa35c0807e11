"""Shell text is read with exact places, and never with an exception."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checklist.parse import shell
from checklist.parse.shell import Node

SEED = "set -e\nAPP=/srv/é\ncd \"$APP\" && npm ci || { echo x; exit 1; }\nssh h <<'EOF'\npm2 restart a 😀\nEOF\nfor i in 1 2; do curl -sf http://x; done\n"


def nodes(of: Node) -> list[Node]:
    return [of, *(n for c in of.children for n in nodes(c))]


@pytest.mark.parametrize(
    ("text", "word", "place"),
    [
        ("pm2 restart é x", "x", (1, 15)),
        ("echo 😀; pm2 save", "pm2 save", (1, 9)),
        ("# Привет\n  npm ci\n", "npm ci", (2, 3)),
        ("ssh h <<EOF\né pm2 x\nEOF\n", "é pm2 x\n", (2, 1)),
    ],
)
def test_places_count_code_points(text: str, word: str, place: tuple[int, int]) -> None:
    found = next(n for n in nodes(shell.parse("x.sh", text).root) if n.text == word)
    assert (found.at.line, found.at.column) == place


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(), st.tuples(st.integers(0, len(SEED)), st.text(max_size=4), st.integers(0, 9)).map(lambda t: SEED[: t[0]] + t[1] + SEED[t[0] + t[2] :])))
def test_no_text_raises_or_gets_a_place_outside_the_file(text: str) -> None:
    lines = text.split("\n")
    for node in nodes(shell.parse("x.sh", text).root):
        at = node.at
        assert 1 <= at.line <= at.end_line <= len(lines)
        assert 1 <= at.column <= len(lines[at.line - 1]) + 1
        assert 1 <= at.end_column <= len(lines[at.end_line - 1]) + 1


def test_deep_nesting_is_a_problem_and_no_exception() -> None:
    assert shell.parse("x.sh", "(" * 3000 + ")" * 3000).problem is not None


@pytest.mark.parametrize("letter", ["é", "я", "\u2003", "\ud800", "\uffff", "😀", "\U0010ffff"])
def test_no_letter_after_a_brace_ends_the_process(letter: str) -> None:
    text = f"for i in{{{letter}}}; do {{{letter} x; done\n"
    assert shell.parse("x.sh", text).root.text == text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")

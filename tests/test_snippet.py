"""The source line below a finding: whatever its length, what is meant is seen and the mark is under it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from checklist.model import Snippet
from checklist.report.snippet import cut

LONG = "const one = 1; " * 6

# (source line with ‹what is meant›, columns, what is shown with the same marks)
CASES = [
    ("    max_restarts: ‹15›,", 40, "max_restarts: ‹15›,"),
    ("\tmax_restarts:\t‹15›,", 40, "max_restarts:    ‹15›,"),
    ("‹   x›", 20, "‹   x›"),
    ("x‹›", 20, "x‹ ›"),
    ("{‹›", 20, "{‹ ›"),
    ("x  ‹›", 20, "x‹ ›"),
    (LONG + "‹end›", 24, "…= 1; const one = 1; ‹end›"),
    ("‹start›" + LONG, 20, "‹start›const one = 1;…"),
    (LONG + "‹mid›" + LONG, 24, "… = 1; ‹mid›const one = 1…"),
    (LONG + "‹" + "m" * 60 + "›" + LONG, 20, "…‹" + "m" * 18 + "›…"),
    (LONG + "‹" + "m" * 60 + "›", 20, "…‹" + "m" * 18 + "›…"),
    ("‹" + "m" * 20 + "›", 20, "‹" + "m" * 20 + "›"),
    ("echo 部署开始; ‹npm run build›", 40, "echo 部署开始; ‹npm run build›"),
    ("部署" * 20 + "‹npm›" + "开始" * 20, 20, "…部署‹npm›开始开始开…"),
    ("‹" + "部署" * 20 + "›", 21, "‹" + "部署" * 5 + "›…"),
    ("e\u0301" * 30 + "‹x›", 20, "…" + "e\u0301" * 18 + "‹x›"),
    ("\x1b[31m‹x›", 40, "\\e[31m‹x›"),
    ("a\u202eb‹x›", 40, "a\\u202eb‹x›"),
]


def marked(text: str) -> Snippet:
    start, end = text.index("‹"), text.index("›") - 1
    return Snippet(text.replace("‹", "").replace("›", ""), start, end)


@pytest.mark.parametrize(("source", "room", "shown"), CASES)
def test_the_window(source: str, room: int, shown: str) -> None:
    got, wanted = cut(marked(source), room), marked(shown)
    assert got.text == wanted.text.rstrip()
    assert got.column == cell_len(wanted.text[: wanted.start])
    assert got.length == cell_len(wanted.text[wanted.start : wanted.end])


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("utf-8", "…x é → Ж ‹end›"), ("cp1252", "…x é -> \\u0416 ‹end›"), ("cp866", "...x \\xe9 -> Ж ‹end›"), ("ascii", "...x \\xe9 -> \\u0416 ‹end›")],
)
def test_what_the_console_lacks_moves_the_mark_along(encoding: str, shown: str) -> None:
    wanted = marked(shown)
    got = cut(marked("x" * 60 + " é → Ж ‹end›"), cell_len(wanted.text), encoding)
    assert (got.text, got.column, got.length) == (wanted.text, cell_len(wanted.text[: wanted.start]), 3)


@given(st.text(max_size=200), st.integers(0, 220), st.integers(0, 220), st.integers(20, 60), st.sampled_from(["utf-8", "cp1252", "ascii"]))
def test_any_line_fits_and_its_mark_is_on_it(text: str, start: int, end: int, room: int, encoding: str) -> None:
    got = cut(Snippet(text, start, end), room, encoding)
    assert sum(map(cell_len, got.text)) <= room
    assert got.length >= 1
    assert got.column + got.length <= room + 5  # one character may be six columns wide when it is written out
    got.text.encode(encoding)

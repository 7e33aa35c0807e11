"""Env files are read as npm's dotenv reads them: each text is given to both."""

from __future__ import annotations

import json
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from npm_modules import FOLDER, node_with

from checklist.model import Location, Value, plain
from checklist.parse import env

TEXTS = [
    "A=1",
    "A=1\nB=2\n",
    "A = 1",
    "A=  1  ",
    "A=\nB=1",
    "A= \nB=1",
    "A=\n'x'",
    "A\n=1",
    "A=1\nA=2\nA=3",
    "export A=1",
    "export  A = 'x y'",
    "exportA=1",
    "export\nA=1",
    "export=1",
    "A: yes",
    "A:no",
    "A : no",
    "A:\tx",
    "# A=1\nB=2",
    "  # A=1",
    "A=1 # comment",
    "A=1# comment",
    "A=a#b",
    "A='a # b' # c",
    'A="a # b" # c',
    "A=`a # b` # c",
    "A='x' y",
    "A='x'y'",
    "A=\"x' y",
    "A='unclosed\nB=2",
    'A="unclosed\nB=2',
    'A="line 1\nline 2"\nB=3',
    "A='line 1\nline 2'\nB=3",
    "A=`line 1\nline 2`\nB=3",
    r'A="a\nb\rc\td"',
    r"A='a\nb'",
    r"A=a\nb",
    r'A="a\"b"',
    r"A='a\'b'",
    'A="\\\nB=1"',
    "A=''",
    'A=""',
    "A=``",
    "A='",
    "A=\"'x'\"",
    "A='\"x\"'",
    'A="x"\r\nB=y\r\n',
    "A=1\rB=2\rC=3",
    "A='1\r\n2'\r\nB=3",
    "\ufeffA=1\nB=2",
    "A=1\n\n\n\nB=2",
    "A.B=1\nA-B=2\nA_B=3\n1A=4",
    "Ж=1\nB=я",
    "A=🚀\nB=2",
    "=1\nB=2",
    "A\nB=2",
    "A B=2",
    "A=1 B=2",
    "A==1",
    "A=b=c",
    "A=$B\nB=${A}",
    "A='$B'",
    "SENTRY_DSN=https://k@o1.ingest.sentry.io/2",
    'JSON={"a": "b"}',
    "JSON='{\"a\": \"b\"}'",
    "KEY=\"-----BEGIN-----\nabc\n-----END-----\"",
    "A=\u00a01\u00a0",
    "A=1\u2028B=2",
    "A='x\u2028y'",
    "A\u2003=\u30031",
    "\n\n  A=1",
    "\t A=1",
    "A=1;B=2",
    "A=1 ",
    "A=#",
    "A= #x\nB=1",
    "A='x' #y 'z'",
    "A=\"x\" 'y'",
    "A=\"x\" \"y\"",
    "__proto__=1\nB=2",
    "toString=1",
    "A=\x001",
    "set A=1",
    "A+=1",
    "",
    "\n",
    "A",
]  # fmt: skip

PIECES = ["A", "B", "=", ":", " ", "\n", "\r\n", "\r", "'", '"', "`", "#", "\\", "\\n", "\\\"", "export ", "\t", "\u2028", "\xa0", "x", "я", "🚀"]
PIECED = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)

READ = """
const dotenv = require('dotenv');
const texts = JSON.parse(require('fs').readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(texts.map(t => Object.fromEntries(Object.entries(dotenv.parse(t))))));
"""


def dotenv_says(texts: list[str]) -> list[dict[str, str]]:
    node = node_with("dotenv")
    done = subprocess.run([node, "-e", READ], cwd=FOLDER, input=json.dumps(texts), capture_output=True, text=True, check=True, timeout=300)
    told: list[dict[str, str]] = json.loads(done.stdout)
    return told


def ours(text: str) -> dict[str, str]:
    found = {e.name: e.value for e in env.entries(".env", text)}
    found.pop("__proto__", None)
    told: dict[str, str] = plain(Value(found), reveal=True)
    return told


def test_every_file_is_read_as_dotenv_reads_it() -> None:
    told = dotenv_says(TEXTS)
    assert [(t, ours(t)) for t in TEXTS] == list(zip(TEXTS, told, strict=True))


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example])
@given(st.lists(PIECED, min_size=200, max_size=200))
def test_generated_files_are_read_as_dotenv_reads_them(texts: list[str]) -> None:
    told = dotenv_says(texts)
    assert [(t, ours(t)) for t in texts] == list(zip(texts, told, strict=True))


# (text, name, key's line:column-end, value's line:column-line:end)
PLACES = [
    ("A=1", "A", (1, 1, 1, 2), (1, 3, 1, 4)),
    ("\nexport A = 'x' # c", "A", (2, 8, 2, 9), (2, 12, 2, 15)),
    ("A=\nB=1", "A", (1, 1, 1, 2), (1, 3, 1, 3)),
    ("A=  \nB=1", "A", (1, 1, 1, 2), (1, 3, 1, 3)),
    ("A=1\r\nBB=22\r\n", "BB", (2, 1, 2, 3), (2, 4, 2, 6)),
    ("A=\"1\r\n2\"\r\nB=3", "A", (1, 1, 1, 2), (1, 3, 2, 3)),
    ("# я🚀\nA=я🚀", "A", (2, 1, 2, 2), (2, 3, 2, 5)),
    ("A=1\nA=2", "A", (2, 1, 2, 2), (2, 3, 2, 4)),
    ("\ufeffA=1", "A", (1, 2, 1, 3), (1, 4, 1, 5)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name", "key", "at"), PLACES)
def test_names_and_values_have_exact_places(text: str, name: str, key: tuple[int, ...], at: tuple[int, ...]) -> None:
    parsed = env.parse(".env", text)
    assert parsed.value is not None
    found = parsed.value.members()[name]
    assert found.key_at == Location(".env", *key)
    assert found.at == Location(".env", *at)


SECRET = "hunter2hunter2"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("NODE_ENV=production", "production"),
        ("PORT=3000", "3000"),
        ("SENTRY_ENABLED=false", "false"),
        (f"ANYTHING={SECRET}", None),
        (f"SENTRY_DSN={SECRET}", None),
        (f"HOST=postgres://u:{SECRET}@h/d", None),
        (f"PORT='{SECRET} {SECRET}'", None),
        ("PORT=ghp_" + "a" * 36, None),
    ],
)
def test_only_harmless_values_are_shown(text: str, shown: str | None) -> None:
    parsed = env.parse(".env", text)
    (told,) = plain(parsed.value).values()
    assert told == ({"$secret": True} if shown is None else shown)
    assert SECRET not in repr(parsed)


def test_utf_16_is_a_problem_and_no_empty_file() -> None:
    parsed = env.parse(".env", "A=1\n".encode("utf-16").decode("utf-8", "replace"))
    assert parsed.value is None
    assert parsed.problem is not None


@given(st.one_of(st.text(), PIECED))
def test_any_text_is_taken_and_no_place_lies_outside(text: str) -> None:
    env.parse(".env", text)
    lines = text.split("\n")
    for entry in env.entries(".env", text):
        for at in (entry.value.at, entry.value.key_at):
            assert at is not None
            assert (1, 1) <= (at.line, at.column) <= (at.end_line, at.end_column)
            assert at.end_line <= len(lines)
            assert at.end_column <= len(lines[at.end_line - 1]) + 1


@pytest.mark.parametrize("text", ["\n" * 500_000, "A=" + " \n" * 200_000, "A='" * 100_000, "A\n" * 200_000, "`\n" * 200_000, "A=\"\\\"" * 100_000])
def test_hostile_files_are_read_in_one_go(text: str) -> None:
    env.parse(".env", text)

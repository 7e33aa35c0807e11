"""What a shell makes of an env file, against real bash, xargs and npm's dotenv: which names come out differently."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from conftest import need
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_env import dotenv_says

from checklist.parse.sourced import differences

# (text, names that differ after `. FILE`, names that differ after `export $(cat FILE | xargs)`)
TABLE = [
    ("A=1", "", ""),
    ("A=1\nB=2\n", "", ""),
    ("A=hello world", "A", "A"),
    ("A='hello world'", "", "A"),
    ('A="hello world"', "", "A"),
    ("A=a#b", "A", "A"),
    ("A='a#b'", "", ""),
    ("A=1 # note", "", ""),
    ("A='a # b' # note", "", "A"),
    ("# A=1\nA=2", "", ""),
    ("A=2\n# A=1", "", "A"),
    ("A = 1", "A", "A"),
    ("A= 1", "A", "A"),
    ("A=1 ", "", ""),
    ("  A=1", "", ""),
    ("export A=1", "", ""),
    ("export A='x y'", "", "A"),
    ("A: 1", "A", "A"),
    ("A-B=1", "A-B", "A-B"),
    ("A.B=1", "A.B", "A.B"),
    ("A=$B", "A", ""),
    ("A='$B'", "", ""),
    ('A="$B"', "A", ""),
    ("B=1\nA=${B}/x", "A", ""),
    ("A=pa$$word", "A", ""),
    ("A=a$", "", ""),
    ("A=$5", "A", ""),
    ("A='pa$$word'", "", ""),
    ("A=`date`", "A", "A"),
    ("A=$(date)", "A", ""),
    ("A='it''s'", "A", "A"),
    ("A=it's", "A", "A"),
    ("A=it's\nB=2", "A B", "A B"),
    ("B=2\nA=it's", "A", "A"),
    ('A="\nB=2', "A B", "A B"),
    ("A=\"x'y\"", "", ""),
    ("A='x\"y'", "", ""),
    (r"A=a\b", "A", "A"),
    (r"A='a\b'", "", ""),
    (r'A="a\nb"', "A", "A"),
    (r"A='a\nb'", "", ""),
    (r'A="a\"b"', "A", "A"),
    (r'A="a\\b"', "A", ""),
    (r"A=C:\dir", "A", "A"),
    ('A={"k": "v"}', "A", "A"),
    ("A='{\"k\": \"v\"}'", "", "A"),
    ("A='{\"k\":\"v\"}'", "", ""),
    ("A=[1,2]", "", ""),
    ("A=a;B=b", "A", ""),
    ("A=a&b", "A", ""),
    ("A=https://x.test/?a=1&b=2", "A", ""),
    ("A='https://x.test/?a=1&b=2'", "", ""),
    ("A=a|b", "A", ""),
    ("A=<key>\nB=1", "A B", ""),
    ("A=a>b", "A", ""),
    ("A=(1 2)", "A", "A"),
    ("A=a(b)", "A", ""),
    ("A=a)\nB=1", "A B", ""),
    ("B=1\nA=a)", "A", ""),
    ("A=My App <a@x.test>", "A", "A"),
    ("A=~/x", "A", ""),
    ("A='~/x'", "", ""),
    ("A=a:~/b", "A", ""),
    ("A=*", "", ""),
    ("A={a,b}", "", ""),
    ("A=!x", "", ""),
    ("A=a=b", "", ""),
    ("A==", "", ""),
    ("A=", "", ""),
    ("A=''", "", ""),
    ('A=""', "", ""),
    ("A=1\r\nB=2\r\n", "A B", "A B"),
    ("A='1'\r\nB=2", "A", "A"),
    ("A=a\\", "", "A"),
    ("A=~no-such-user", "", ""),
    ("A='l1\nl2'\nB=1", "", "A B"),
    ('A="l1\nl2"', "", "A"),
    ("A='x' y", "A", "A"),
    ("A='x'y", "A", "A"),
    ("A=`x y`", "A", "A"),
    ("A=5 * *", "A", "A"),
    ("A=0 3 * * *", "A", "A"),
    ("A=a,b c", "A", "A"),
    ("A=я🚀", "", ""),
    ("A=1\nA=2", "", ""),
    ("A=1\nA=x y", "A", "A"),
    ("A=x\\\nB=1", "A B", "A"),
    ("A=-----BEGIN KEY-----", "A", "A"),
    ("A=postgres://u:p@h:5/d?a=b", "", ""),
    ("A=postgres://u:p&w@h/d", "A", ""),
    ("A=#x", "A", "A"),
    ("A= #x", "", ""),
    ("set A=1", "", ""),
    ("A=1\nexit\nB=2", "B", ""),
]  # fmt: skip

# A shell of its own for each file, in which neither commands nor files are to be found. A syntax error ends the shell:
# what it has then is written on its way out.
READ = """
for file in "$1"/*.env; do
  ( trap '{env} -0 > "$file.out"' EXIT
    {reads} ) > /dev/null 2>&1
done
:
"""
SOURCE = 'set -a; . "$file"'
XARGS = 'export $({cat} "$file" | {xargs} {echo})'


def bash_says(texts: list[str], how: str, folder: Path) -> list[dict[str, str]]:
    """The variables that real bash has after reading each text."""
    for number, text in enumerate(texts):
        (folder / f"{number:04}.env").write_bytes(text.encode("utf-8", "surrogatepass"))
    programs = {name: need(name) for name in ("env", "cat", "xargs", "echo")}
    script = READ.format(reads=(SOURCE if how == "source" else XARGS).format(**programs), **programs)
    subprocess.run([need("bash"), "--norc", "-c", script, "x", str(folder)], cwd=folder, env={"HOME": "/home/ann", "PATH": "/nowhere"}, timeout=120, stdin=subprocess.DEVNULL, check=True)
    found = []
    for number in range(len(texts)):
        told = (folder / f"{number:04}.env.out").read_bytes().decode("utf-8", "surrogateescape")
        found.append(dict(pair.split("=", 1) for pair in told.split("\0") if "=" in pair))
    return found


def truth(texts: list[str], how: str, folder: Path) -> list[set[str]]:
    """The names that dotenv and bash give different values, by running both."""
    return [{n for n, v in meant.items() if given.get(n) != v} for meant, given in zip(dotenv_says(texts), bash_says(texts, how, folder), strict=True)]


@pytest.mark.parametrize("how", ["source", "xargs"])
def test_the_table_is_what_bash_and_dotenv_say(how: str, tmp_path: Path) -> None:
    texts = [text for text, *_ in TABLE]
    said = [set((row[1] if how == "source" else row[2]).split()) for row in TABLE]
    assert list(zip(texts, said, strict=True)) == list(zip(texts, truth(texts, how, tmp_path), strict=True))


@pytest.mark.parametrize(("text", "sourced", "through_xargs"), TABLE)
def test_which_names_differ(text: str, sourced: str, through_xargs: str) -> None:
    assert set(differences(text, "source") or ()) == set(sourced.split())
    assert set(differences(text, "xargs") or ()) == set(through_xargs.split())


PIECES = ["A", "B", "=", " ", "\n", "'", '"', "#", "\\", "$", "$A", "x", "y", ";", "&", "|", "(", ")", "<", ">", "~", "*", "`", "{", "}", "\r\n", "A=", "B='", "export ", ":"]


@pytest.mark.parametrize("how", ["source", "xargs"])
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.large_base_example, HealthCheck.data_too_large])
@given(texts=st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=9).map(lambda p: "A=" + "".join(p)), min_size=30, max_size=30))
def test_generated_files_differ_where_bash_and_dotenv_do(how: str, texts: list[str], tmp_path: Path) -> None:
    for text, real in zip(texts, truth(texts, how, tmp_path), strict=True):
        ours = differences(text, how)
        assert ours is None or set(ours) == real, text

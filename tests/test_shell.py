"""Shell text is read as bash reads it, with exact places, and never with an exception."""

from __future__ import annotations

import dataclasses
import re
import subprocess
from collections.abc import Iterator

import pytest
from conftest import need
from hypothesis import given, settings
from hypothesis import strategies as st

from checklist.parse import shell
from checklist.parse.sh.tree import Word

SEED = "set -e\nAPP=/srv/é\ncd \"$APP\" && npm ci || { echo x; exit 1; }\nssh h <<'EOF'\npm2 restart a 😀\nEOF\nfor i in 1 2; do curl -sf http://x; done\n"

TAKEN = [
    "ssh h <<EOF && echo hi\npm2 x $A\nEOF\nssh h <<-\"E\" | cat > x\n\t a\n\tE\nssh a bash -s <<E arg\nx\nE",
    "cat <<A <<B\na\nA\nb\nB",
    "if [ \"$x\" = 2 ] && [[ $a == *b* || -f c ]]; then :; elif ! a; then b; else c; fi",
    "if x\nthen y\nfi | c",
    "for i in {1..3} \"$@\"; do x; done; for i; do y; done; for i in a b\ndo z\ndone",
    "for ((i=0;i<3;i++)); do y; done; for ((;;)) { z; }",
    "case \"$1\" in a|b) c;; (d) ;; *) e;& f) g ;;& esac\nf() { a; }; function g { b; }; function h() ( c )",
    "case x in esac",
    "case x in a) b\nesac",
    "a 2>&1 | b |& c\nuntil a; do b; done\n(( n++ ))\n((n>=3)) && exit",
    "x=$((n+1)) y=${a:-b} z=${a%%/*} w=(1 2 \"$q\")\nx+=a\n! a\ntime -p a",
    "w=(\n  a # one\n  b\n)\nw[1]=x",
    "bash -s < f.sh > /dev/null 2>&1\ncat <<< \"$x\"\necho \"a${b}c$(d \"e\")\" 'x' $'y\\'z' `q`",
    "while read -r l; do z; done < <(cat q)\n{ a; } > f\n(a) || b\na=b c d\ndiff <(a) <(b)",
    "echo ${x:-\"a}b\"} \"${y:-it's}\" ${#a} ${a[@]} ${!p*} $(( 10#$x )) $( (a); b )",
    "[[ $x =~ ^(a|b)+$ ]] && y\n[[ -n $a && ! ( -f b || $c < d ) ]]",
    "cat > f <> EOF",
    "a |\n b &&\n # a comment\n c",
    "x=1 ; y() ( a )\necho $[1+2] ${a/(/b}",
    "echo a\\\n b # c\n#d",
    "a & b &",
    "f() {\n  local x=$(date) y=(1 2)\n  export A=b\n}",
    "echo \"$(case x in a) b;; esac)\"",
    "echo ${a//\\//_} ${b:1:2} ${c^^} ${d@Q}",
    "x() { :; } 2>/dev/null\nselect x in a; do b; done",
    "{ a; b; } && ( c; d ) & wait",
    "cat <<'E' > \"$f\"\n$x `y`\nE",
    "a <<E; b\n$(c\nE",
    "echo }; echo {; echo if then",
    "",
    "# only a comment",
    "\r\n",
]
REFUSED = ["if x; then y", "a )", "x \"unclosed", "case x in a", "( a", "{ a", "for do", "a && ", "| a", "done", "echo $(", "f() ", "a ;; b", "if; then a; fi", "[[ a", "'"]


@pytest.mark.parametrize("text", TAKEN + REFUSED)
def test_a_script_is_taken_if_bash_takes_it(text: str) -> None:
    done = subprocess.run([need("bash"), "-n"], input=text + "\n", capture_output=True, text=True, timeout=10, check=False)
    assert (shell.parse("x.sh", text).problem is None) == (done.returncode == 0), done.stderr


def parts(of: object) -> Iterator[object]:
    """Everything in a tree that has a start and an end."""
    if isinstance(of, (tuple, list)):
        for item in of:
            yield from parts(item)
    elif dataclasses.is_dataclass(of) and not isinstance(of, type):
        yield of
        for field in dataclasses.fields(of):
            yield from parts(getattr(of, field.name))


@pytest.mark.parametrize(
    ("text", "word", "place"),
    [
        ("pm2 restart é x", "x", (1, 15)),
        ("echo 😀; pm2 save", "save", (1, 13)),
        ("# Привет\n  npm ci\n", "npm", (2, 3)),
        ("f() { a; }\n\nb \\\n  c", "c", (4, 3)),
        ("x=$(a \"b$(c)\")", "c", (1, 11)),
    ],
)
def test_places_count_code_points(text: str, word: str, place: tuple[int, int]) -> None:
    script = shell.parse("x.sh", text)
    at = next(script.source.at(p.start, p.end) for p in parts(script.root) if isinstance(p, Word) and p.literal() == word)
    assert (at.line, at.column, at.end_column - at.column) == (*place, len(word))


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(),
        st.text(alphabet="a $(){}[]<>|&;'\"`\\\n=#!?*-0if then fi do done case esac in"),
        st.tuples(st.sampled_from([SEED, *TAKEN]), st.integers(0, 200), st.text(max_size=4), st.integers(0, 9)).map(lambda t: t[0][: t[1]] + t[2] + t[0][t[1] + t[3] :]),
    )
)
def test_no_text_raises_or_gets_a_place_outside_the_file(text: str) -> None:
    script = shell.parse("x.sh", text)
    for part in parts(script.root):
        start, end = getattr(part, "start", 0), getattr(part, "end", 0)
        assert 0 <= start <= len(text)
        assert 0 <= end <= len(text)
    if script.problem:
        at = script.problem.location
        assert 1 <= at.line <= text.count("\n") + 1


@pytest.mark.parametrize("text", ["(" * 3000 + ")" * 3000, "$(" * 3000, "{ " * 3000, "if a; then " * 3000, "\"${a:-" * 3000, "`" * 3001, "f() " * 3000, "! " * 3000])
def test_deep_nesting_is_a_problem_and_no_exception(text: str) -> None:
    shell.parse("x.sh", text)


def test_what_is_understood_after_an_error_stands() -> None:
    script = shell.parse("x.sh", "a\n)\nnpm ci\n")
    assert script.problem is not None
    assert script.problem.location.line == 2
    assert [w.literal() for w in parts(script.root) if isinstance(w, Word)] == ["a", "npm", "ci"]


@pytest.mark.parametrize(
    "text",
    [
        "SAY\nif x; then\nSAY\n",
        "SAY\nSAY )\nSAY\n",
        "SAY\necho 'it\nSAY\n",
        "SAY\nif [[ -f x ; then\nSAY\nfi\nSAY\n",
        "SAY\ncase x in\na) SAY\nSAY\n",
        "SAY\nfor i in 1 2; do\nSAY\n",
        "SAY\nf() {\nSAY\n",
        "SAY\nSAY; fi\nSAY\n",
        "if true; then\nSAY\nfi\nSAY\nwhile true; SAY; done\nSAY\n",
        "SAY\n(SAY\nSAY\n",
        "SAY\nx=$(SAY\nSAY\n",
        "SAY\n| SAY\nSAY\n",
        "SAY\nelse\nSAY\n",
    ],
)
def test_what_stands_before_the_place_is_run_and_nothing_after_it(text: str) -> None:
    numbered = re.sub("SAY", lambda said: f"echo said {text.count(chr(10), 0, said.start()) + 1}", text)
    problem = shell.parse("x.sh", numbered).problem
    assert problem is not None
    done = subprocess.run([need("bash")], input=numbered, capture_output=True, text=True, timeout=10, check=False)
    said = [int(line.split()[1]) for line in done.stdout.splitlines() if line.startswith("said")]
    meant = [n for n, line in enumerate(text.splitlines(), 1) if "SAY" in line]
    assert said == [n for n in meant if n < problem.location.line]


@pytest.mark.parametrize("text", [t for t in TAKEN if "\r" not in t])
def test_windows_line_ends_are_read_as_what_was_meant(text: str) -> None:
    unix, windows = shell.parse("x.sh", text), shell.parse("x.sh", text.replace("\n", "\r\n"))
    assert (windows.problem is None) == (unix.problem is None)
    assert _literals(windows) == _literals(unix)


def _literals(script: shell.Script) -> list[str | None]:
    said = [part.literal() for part in parts(script.root) if isinstance(part, Word)]
    return [" ".join(literal.split()) if literal is not None else None for literal in said]

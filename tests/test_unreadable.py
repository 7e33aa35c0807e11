"""What a shell cannot read, held against the shells: bash with anything in the place of an expression, dash for scripts of sh."""

from __future__ import annotations

import random
import re
import subprocess

import pytest

from checklist.facts.deploy.entries import _EXPRESSION, _WORDS
from checklist.parse import shell
from checklist.parse.sh.bashisms import bashisms
from checklist.parse.shell import Source
from tests.conftest import need

TEXTS = [
    'set -e\ncd "/srv/${{ github.sha }}"\nif [ -f package-lock.json ]; then\n  npm ci\nelse\n  npm install\nfi\npm2 reload api || { echo "no"; exit 1; }\n',
    "ssh web@example.com <<'EOF'\ncd api && git pull\nfor i in 1 2 3; do (curl -sf localhost:3000) && break; sleep $((i * 2)); done\nEOF\n",
    'case "${{ inputs.target }}" in\n  prod|live) host=a ;;\n  *) host="b $(date)" ;;\nesac\nwhile ! nc -z "$host" 22; do sleep 1; done\n',
    "deploy() {\n  git fetch && git reset --hard ${{ inputs.ref }}\n  [[ -n $1 && ! -e dist ]] || return 1\n}\ndeploy 'x' `hostname` # it's done\n",
]
FILLS = ["x", "", '"', "'", "; fi", ")", "; done", "}", "]]", "; esac", "`", "\nEOF\n", "then"]


def refused(program: str, text: str) -> bool:
    run = subprocess.run([program, "-n"], input=text, capture_output=True, text=True, errors="replace", timeout=20)
    return run.returncode != 0 or "syntax error" in run.stderr


def broken(text: str, chance: random.Random) -> str:
    """The text as a slip of the hand leaves it."""
    at = chance.randrange(len(text))
    lines = text.split("\n")
    marks = list(re.finditer(r"\b(?:fi|then|do|done|esac|in)\b|[\"'(){}]", text))
    mark = chance.choice(marks)
    return chance.choice(
        [text[:at], text[:at] + text[at + 1 :], "\n".join(line for line in lines if line is not chance.choice(lines)), text[: mark.start()] + text[mark.end() :], text[:at] + chance.choice("\"'(){};&|`") + text[at:]]
    )


@pytest.mark.parametrize("seed", range(40))
def test_what_is_certain_is_refused_by_bash_whatever_an_expression_gives(seed: int) -> None:
    bash, chance = need("bash"), random.Random(seed)
    for _ in range(8):
        text = broken(chance.choice(TEXTS), chance)
        read = shell.read(Source("deploy.yml", text).plain(_EXPRESSION, _WORDS))
        if read.problem is not None and read.certain:
            fills = FILLS if any(not _WORDS.fullmatch(m[0]) for m in _EXPRESSION.finditer(text)) else ["x"]
            for fill in fills:
                assert refused(bash, _EXPRESSION.sub(lambda m, put=fill: "x" if _WORDS.fullmatch(m[0]) else put, text)), (text, fill)


@pytest.mark.parametrize("text", ["if true; then\nfi", "for i in 1; do # nothing\ndone", "f() { }", "( )", "while\ndo :; done", "if a; then b; else\nfi", "{ }"])
def test_a_body_needs_a_command(text: str) -> None:
    assert refused(need("bash"), text)
    problem = shell.parse("x.sh", text).problem
    assert problem is not None
    assert problem.text.endswith("is not expected here")


@pytest.mark.parametrize(
    ("text", "certain"),
    [
        ("if [ ${{ github.sha }} ]; then", True),  # a commit is a word
        ("if [ ${{ inputs.x }} ]; then", False),
        ("echo 'a\n${{ inputs.x }}", False),
        ("fi\n${{ inputs.x }}", True),  # bash has stopped by then
        ("${{ inputs.x }}\nfi", False),
    ],
)
def test_behind_an_expression_nothing_is_certain(text: str, certain: bool) -> None:
    read = shell.read(Source("deploy.yml", text).plain(_EXPRESSION, _WORDS))
    assert read.problem is not None
    assert read.certain is certain


@pytest.mark.parametrize(
    ("text", "word", "ends"),
    [
        ("[[ a = a ]] && echo yes", "[[", False),
        ("a=(1 2)", "a=(…)", True),
        ("function f { echo in; }; f", "function", True),
        ("function f() { echo in; }; f", "function", True),
        ("source /dev/null && echo in", "source", False),
        ("cat <(echo in)", "<(…)", True),
        ("cat <<< in", "<<<", True),
        ("false &> /dev/null || echo failed", "&>", False),
        ("set -o pipefail", "set -o pipefail", True),
        ("set -euo pipefail", "set -o pipefail", True),
        ("x=aXb; echo ${x//X/-}", "${x//X/-}", True),
        ("x=abc; echo ${x:0:1}", "${x:0:1}", True),
        ("x=abc; echo ${x^^}", "${x^^}", True),
        ("y=1; x=y; echo ${!x}", "${!x}", True),
        ("((i=1)); echo $i", "((", False),
        ("for ((i=0; i<2; i++)); do echo $i; done", "for ((…))", True),
        ("pushd / > /dev/null && echo in", "pushd", False),
    ],
)
def test_dash_ends_or_does_something_else(text: str, word: str, ends: bool) -> None:
    found = list(bashisms(shell.parse("x.sh", text).root, text))
    assert (word, ends) in [(w, e) for _, w, e in found]
    said = {
        name: subprocess.run([*program, "-c", f"{text}\necho after"], capture_output=True, text=True, timeout=20)
        for name, program in (("dash", [need("dash")]), ("bash", [need("bash"), "--posix"]))
    }
    assert "after" in said["bash"].stdout
    assert ("after" not in said["dash"].stdout) is ends
    assert said["dash"].stdout != said["bash"].stdout or said["dash"].stderr != said["bash"].stderr


@pytest.mark.parametrize(
    "text",
    ['x="[[ <(a) a=(1) &> <<< function"', "[ -n \"$x\" ] && echo ${x:-1} ${x%.*} ${#x} ${x:+y} $((1 + 1))", "f() { local a=1; }; f > /dev/null 2>&1", "cat <<'EOF'\n[[ ${x//a/b} ]]\nEOF", "set -eu; . ./env || :", "echo a > x & wait; rm -f x"],
)
def test_what_only_looks_like_bash(text: str) -> None:
    assert not list(bashisms(shell.parse("x.sh", text).root, text))
    assert not refused(need("dash"), text)

"""The static evaluator against Node: each value is equal or unknown, never another one; and each is where one edits it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, need
from hypothesis import given, settings
from hypothesis import strategies as st
from javascript_bombs import BOMBS, TAIL
from javascript_configs import CONFIGS, LOCAL
from javascript_people import FILES, PEOPLE
from javascript_truth import differs

from checklist.model import OneOf, Unknown, Value, walk
from checklist.parse.javascript import evaluate
from checklist.parse.js.limits import Budget

RUNNER = Path(__file__).parent / "truth_runner.js"
KEYS = """
;module.exports = (function keys(of) {
  return typeof of !== 'object' || of === null ? 0 : [Object.keys(of).join(), Object.values(of).map(keys)]
})(module.exports)"""
"""Makes of a config the keys of its objects in their order, which a value does not tell."""
TEXTS = [*CONFIGS, *(text + KEYS for text in CONFIGS if "o.self" not in text)]

DOTENV = {"node_modules/dotenv/package.json": '{"exports": {".": "./index.js", "./config": "./index.js"}}', "node_modules/dotenv/index.js": "exports.config = () => ({})"}
"""A stand-in that reads no file: what dotenv sets is unknown anyway."""


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    node = need("node")
    root = tmp_path_factory.mktemp("truth").resolve()
    folders = {f"{number:03}": {**LOCAL, "ecosystem.config.js": text} for number, text in enumerate(TEXTS)}
    folders |= {f"people{number}": {**FILES, **DOTENV, config(text): text} for number, text in enumerate(PEOPLE)}
    for folder, files in folders.items():
        for name, content in files.items():
            (root / folder / name).parent.mkdir(parents=True, exist_ok=True)
            (root / folder / name).write_bytes(content.encode())
    done = subprocess.run([node, str(RUNNER)], cwd=root, env=ENVIRONMENT, capture_output=True, text=True, encoding="utf-8", timeout=300, check=True)
    return root, json.loads(done.stdout)


ENVIRONMENT = {"SET": "yes", "PATH": ""}


def ours(root: Path, number: int, env: dict[str, str] | None = None) -> Value | None:
    folder = f"{number:03}"
    files = {f"{folder}/{name}": text for name, text in LOCAL.items()} | {f"{folder}/ecosystem.config.js": TEXTS[number]}
    return evaluate(f"{folder}/ecosystem.config.js", TEXTS[number], root=str(root), files=files, env=env).value


@pytest.mark.parametrize("env", [None, ENVIRONMENT], ids=["any environment", "this environment"])
@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_a_value_is_what_node_gives_or_unknown(number: int, env: dict[str, str] | None, truth: tuple[Path, dict[str, Any]]) -> None:
    root, theirs = truth
    told = theirs[f"{number:03}"]
    found = ours(root, number, env)
    if "throws" in told:
        assert found is None or not found.known() or TEXTS[number].startswith(("if (!process", "require('dotenv')"))
    else:
        assert differs(found, told["value"]) is None, TEXTS[number]


def config(text: str) -> str:
    return "ecosystem.config.mjs" if re.search(r"^(?:import|export)\b|await import", text, re.MULTILINE) else "ecosystem.config.js"


def of_people(root: Path, number: int, env: dict[str, str] | None) -> Value:
    files = {f"people{number}/{name}": text for name, text in (FILES | {config(PEOPLE[number]): PEOPLE[number]}).items()}
    module = evaluate(f"people{number}/{config(PEOPLE[number])}", PEOPLE[number], root=str(root), files=files, env=env)
    assert module.problem is None
    assert module.value is not None
    return module.value


@pytest.mark.parametrize("number", range(len(PEOPLE)))
def test_what_people_write_is_what_node_gives(number: int, truth: tuple[Path, dict[str, Any]]) -> None:
    root, theirs = truth
    for env in (None, ENVIRONMENT):
        told = theirs[f"people{number}"]
        found = of_people(root, number, env)
        assert not found.known() if "throws" in told else differs(found, told["value"]) is None, PEOPLE[number]


def test_most_of_what_people_write_is_known_where_the_environment_is(tmp_path: Path) -> None:
    wholly = sum(not any(isinstance(v.content, (Unknown, OneOf)) or v.more for _, v in walk(of_people(tmp_path, n, ENVIRONMENT))) for n in range(len(PEOPLE)))
    assert wholly >= 58, (wholly, len(PEOPLE))


def test_most_of_it_is_known(tmp_path: Path) -> None:
    known = sum(1 for n in range(len(CONFIGS)) if (v := ours(tmp_path, n)) is not None and v.known())
    assert known >= 60, known


MOST = 130_000
"""The budget, and what the last piece of work may cost that goes over it."""


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_too_complex_to_know(text: str) -> None:
    budget = Budget()
    module = evaluate("ecosystem.config.js", text + TAIL, budget=budget)
    assert module.problem is None
    assert module.value is not None
    assert module.value.content == Unknown("too complex to know")
    assert budget.spent <= MOST


@pytest.mark.parametrize(
    ("text", "path", "place"),
    [
        ("const MAX = 15\nmodule.exports = { apps: [{ max: MAX }] }", ("apps", 0, "max"), (1, 13)),
        ("const base = {\n\tmin: '5s',\n}\nmodule.exports = { apps: [{ ...base }] }", ("apps", 0, "min"), (2, 7)),
        ("const f = (n) => ({ n, up: '1s' })\nmodule.exports = { apps: [f('x')] }", ("apps", 0, "up"), (1, 28)),
        ("const f = (n) => ({ n })\nmodule.exports = { apps: [f('x')] }", ("apps", 0, "n"), (2, 29)),
        ("module.exports = { a: '😀', b: 5 }", ("b",), (1, 31)),
        ("/* 😀\n */ module.exports = { b: `x${1}` }", ("b",), (2, 27)),
    ],
)
def test_a_value_is_where_one_would_edit_it(text: str, path: tuple[str | int, ...], place: tuple[int, int]) -> None:
    value = evaluate("ecosystem.config.js", text).value
    assert value is not None
    found = value.get(*path)
    assert found is not None
    assert found.at is not None
    assert (found.at.line, found.at.column) == place


def test_what_a_required_function_gives_is_in_its_file() -> None:
    helper = "// a helper\nmodule.exports = (name) => ({ name, up: '1s' })\n"
    text = "const app = require('./helper')\nmodule.exports = { apps: [app('api')] }\n"
    value = evaluate("ecosystem.config.js", text, files={"helper.js": helper}).value
    assert value is not None
    found = {key: member.at and (member.at.file, member.at.line, member.at.column) for key, member in (value.get("apps", 0) or value).members().items()}
    assert found == {"name": ("ecosystem.config.js", 2, 31), "up": ("helper.js", 2, 41)}


CANARY = "canary-4711"
SPILLS = """const path = require('path')
const pw = process.env.DB_PASSWORD, o = {}
o[pw] = 1
module.exports = { apps: [{
  name: `x${pw}`, script: pw, cwd: path.join('/x', pw), exec_interpreter: pw, error_file: pw, instances: parseInt(process.env.COUNT, 10),
  args: ['--pw', pw, ...pw, ...pw.split('-'), pw.slice(1), String([pw]), [pw].join(), JSON.stringify({ pw }), pw.replace(/c/g, 'k'), pw.toUpperCase()],
  env: { ...process.env, [pw]: 1, ...o, copy: pw, list: `${[pw]}`, gone: process.env.UNSET || 'd', ...Object.fromEntries([[pw, 1]]) },
}, { name: 'b', script: 'a.js', args: ['--pw', pw, `-x${pw}`] }, { name: 'c', script: 'a.js', args: `--pw ${pw}`, cwd: `/srv/${pw}` }] }
"""


def test_variables_of_a_named_file_are_known_and_stay_secret(tmp_path: Path) -> None:
    (tmp_path / "ecosystem.config.js").write_text(SPILLS, "utf-8")
    named = tmp_path / "named.vars"
    named.write_text(f"DB_PASSWORD={CANARY}\nCOUNT=3\n", "utf-8")
    value = evaluate("ecosystem.config.js", SPILLS, env={"DB_PASSWORD": CANARY, "COUNT": "3"}).value
    assert value is not None
    assert (value.get("apps", 0, "instances") or value).content == 3
    for command in (("show", str(tmp_path / "ecosystem.config.js")), *(("check", str(tmp_path), "--format", f) for f in ("text", "json", "sarif", "markdown"))):
        done = subprocess.run([sys.executable, "-c", "from checklist.cli import main; main()", *command, "--env-from", str(named)], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=300)
        assert done.returncode in (0, 1), done.stderr
        assert "Traceback" not in done.stderr
        assert not re.search("canary|4711|kanary", done.stdout + done.stderr, re.IGNORECASE), done.stdout


def test_an_es_module_gives_its_exports() -> None:
    module = evaluate("ecosystem.config.mjs", "import path from 'node:path'\nconst n = 3\nexport const apps = [{ n, p: path.join('/a', 'b') }]\nexport default { apps }\n")
    assert module.style == "esm"
    assert module.value is not None
    assert module.value.text("apps", 0, "p") == "/a/b"
    assert module.value.get("default", "apps", 0, "n") is not None


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.text(alphabet="module.exports={}[]();'`$ab1,:?&|=>\n", max_size=60))
def test_any_text_has_a_value_or_a_problem_inside_it(text: str) -> None:
    module = evaluate("ecosystem.config.js", text)
    lines = text.split("\n")
    places = [v.at for _, v in walk(module.value) if v.at] if module.value is not None else []
    for at in [*places, *([module.problem.location] if module.problem else [])]:
        assert 1 <= at.line <= len(lines)
        assert 1 <= at.column <= len(lines[at.line - 1]) + 1


@pytest.mark.parametrize("body", ["for (let i = 0; i < 60; i++) a = [...a, ...a]", "for (let i = 0; i < 60; i++) a = JSON.stringify([a, a])"])
def test_doubling_ends_before_the_memory_does(body: str) -> None:
    module = evaluate("ecosystem.config.js", f"let a = [1]; {body}; module.exports = {{ a }}")
    assert module.value is not None
    assert not module.value.known()

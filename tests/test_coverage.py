"""What the gate says that it has judged, what was left out, and that it is not open where there was nothing to judge."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from conftest import ROOT, need

from checklist import cli
from checklist.parse import yaml
from checklist.report.formats import RENDERERS

Folder = Callable[[Mapping[str, str]], Path]
APP = "module.exports = { apps: [{ name: 'api', script: 'a.ts', interpreter: 'tsx', max_restarts: 3, min_uptime: '30s' }] };\n"
DEPLOY = "set -e\ngit pull\nnpm ci\npm2 restart api\n"
LEFT_OUT = ["2 files in legacy/ (exclude)", "1 file by *.old (exclude)", "rule docs/no-adr (disabled)", "rules ci/ (disabled)", "submodule vendor/api"]


@pytest.fixture
def narrowed(folder: Folder) -> Path:
    """A project with something left out in every way; `gone/` is excluded and not there."""
    root = folder({
        "ecosystem.config.js": APP, "deploy.sh": DEPLOY, "legacy/a.sh": "", "legacy/b/c.sh": "", "x.old": "", "vendor/api/deploy.sh": DEPLOY,
        "onai-check.yaml": "gate: none\nexclude: [legacy/, '*.old', gone/]\nrules: {disable: [docs/no-adr, ci]}\n",
        ".gitmodules": '[submodule "api"]\n\tpath = vendor/api\n\turl = ../api\n',
    })  # fmt: skip
    subprocess.run([need("git"), "init", "-q", str(root)], check=True)
    return root


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def run(*args: object) -> tuple[int, str, str]:
        status = cli.run([str(a) for a in args])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def sentences(of: str) -> str:
    return " ".join(of.split())


def test_the_gate_says_what_it_judged_and_what_was_left_out(narrowed: Path, told: Callable[..., Any]) -> None:
    left_out = ", ".join([*LEFT_OUT[:2], LEFT_OUT[4], *LEFT_OUT[2:4]])
    assert f"Gate open, its level is none: 1 app, 1 way to deploy; left out: {left_out}." in sentences(told("check", narrowed)[1])
    assert f"Gate closed at P0: do not deploy. Judged: 1 app, 1 way to deploy; left out: {left_out}." in sentences(told("check", narrowed, "--gate", "P0")[1])
    said = sentences(told("check", narrowed, "--gate", "P0", "--select", "pm2/too-many-restarts")[1])
    assert "Gate open at P0: 1 app, 1 way to deploy; left out: 2 files in legacy/ (exclude), 1 file by *.old (exclude), submodule vendor/api, all rules but pm2/too-many-restarts (select)." in said
    said = sentences(told("check", narrowed, "--lang", "ru", "--ignore", "pm2/")[1])
    assert "1 приложение, 1 способ деплоя; не проверялось: 2 файла в legacy/ (exclude), 1 файл по *.old (exclude), подмодуль vendor/api, правила pm2/ (отключены)" in said


def test_the_json_has_the_coverage_of_the_contract(narrowed: Path, told: Callable[..., Any]) -> None:
    found = json.loads(told("check", narrowed, "--format", "json")[1])
    jsonschema.validate(found, json.loads(resources.files("checklist.report").joinpath("json.schema.json").read_text("utf-8")))
    assert found["coverage"] == {
        "apps": [{"name": "api", "file": "ecosystem.config.js", "line": 1}],
        "leftOut": [
            {"by": "exclude", "what": "legacy/", "files": 2},
            {"by": "exclude", "what": "*.old", "files": 1},
            {"by": "exclude", "what": "gone/", "files": 0},
            {"by": "submodule", "what": "vendor/api", "files": 1},
            {"by": "disabled", "what": "docs/no-adr", "files": 0},
            {"by": "disabled", "what": "ci/", "files": 0},
        ],
    }


@pytest.mark.parametrize("format", ["sarif", "github", "junit", "markdown"])
def test_formats_for_machines_tell_what_was_left_out(narrowed: Path, told: Callable[..., Any], format: str) -> None:
    out = told("check", narrowed, "--format", format)[1]
    match format:
        case "sarif":
            log = json.loads(out)
            jsonschema.validate(log, json.loads((ROOT / "tests/data/sarif-schema-2.1.0.json").read_text("utf-8")))
            said = "\n".join(n["message"]["text"] for n in log["runs"][0]["invocations"][0]["toolConfigurationNotifications"])
        case "junit":
            top = ElementTree.fromstring(out)
            cases = list(top.iter("testcase"))
            said = "\n".join(str(case.get("name")) for case in cases if case.find("skipped") is not None)
            assert (int(str(top.get("tests"))), int(str(top.get("skipped")))) == (len(cases), len(LEFT_OUT))
        case _:
            said = out.replace("\\*", "*")
    assert [one for one in LEFT_OUT if one not in said] == []


@pytest.mark.parametrize("format", ["markdown", "html"])
def test_the_checklist_tells_what_was_left_out_and_no_number_that_differs_elsewhere(narrowed: Path, told: Callable[..., Any], format: str) -> None:
    said = told("report", narrowed, "--format", format, "-o", "-")[1].replace("\\*", "*")
    assert "Left out: legacy/ (exclude), *.old (exclude), gone/ (exclude), submodule vendor/api, rule docs/no-adr (disabled), rules ci/ (disabled)." in said
    (narrowed / "legacy" / "of mine.txt").write_text("")
    assert told("report", narrowed, "--format", format, "-o", "-")[1].replace("\\*", "*") == said


# ---- nothing to judge ------------------------------------------------------------------------------------------------

NOTHING: list[tuple[Mapping[str, str], list[str], str]] = [
    ({"package.json": "{}", ".gitignore": "x\n"}, [], "seen: .gitignore, package.json"),
    ({"ecosystem.config.js": APP, "deploy.sh": DEPLOY, "onai-check.yaml": "exclude: ['*.js', '*.sh']\n"}, [], "seen: nothing of it; left out: 1 file by *.js (exclude), 1 file by *.sh (exclude)"),
    ({"ecosystem.config.js": APP}, ["--select", "ci/unpinned-action"], "no rule that is held has anything to look at; seen: ecosystem.config.js; left out: all rules but ci/unpinned-action (select)"),
    ({"ecosystem.config.js": APP, "onai-check.yaml": "rules: {disable: [ci, deploy, docs, env, git, logging, monitor, pm2, project, rollback, tests]}\n"}, [], "no rule that is held has anything to look at; seen: ecosystem.config.js; left out: rules ci/ (disabled)"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "args", "said"), NOTHING)
def test_nothing_to_judge_is_2_in_every_format_and_no_open_gate(folder: Folder, told: Callable[..., Any], files: Mapping[str, str], args: list[str], said: str) -> None:
    root = folder(files)
    for format in RENDERERS:
        status, out, err = told("check", root, *args, "--format", format)
        assert (status, out) == (2, "")
        assert "nothing to judge: " in err
        assert said in err


@pytest.mark.parametrize(("files", "args", "said"), NOTHING)
def test_nothing_to_judge_may_be_allowed_and_is_said_all_the_same(folder: Folder, told: Callable[..., Any], files: Mapping[str, str], args: list[str], said: str) -> None:
    root = folder(files)
    status, out, err = told("check", root, "--allow-nothing", *args)
    assert (status, err) == (0, "")
    assert sentences(out).startswith("Nothing to judge: ")
    assert said in sentences(out)
    for format in RENDERERS:
        status, out, err = told("check", root, "--allow-nothing", *args, "--format", format)
        assert status == 0
        assert "ate open" not in out
        assert "gate is open" not in out
        assert "gate P0 is open" not in out
        assert "nothing to judge" in (out + err).lower()


def test_a_finding_or_a_deploy_is_something_to_judge(folder: Folder, told: Callable[..., Any]) -> None:
    assert told("check", folder({"scripts/deploy.sh": "set -e\ngit pull\nnpm ci\npm2 restart api\n"}), "--gate", "none")[0] == 0
    assert told("check", folder({"broken/package.json": "{"}), "--gate", "none")[0] == 0


def test_the_hook_allows_nothing_and_the_checklist_of_nothing_does_not_call_the_gate_open(folder: Folder, told: Callable[..., Any]) -> None:
    hooks = yaml.parse("hooks", (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")).value
    assert hooks is not None
    root = folder({"package.json": "{}"})
    entry = next(str(h.text("entry")) for h in hooks.items() if h.text("id") == "onai-check").split()
    assert told(*entry[1:], root)[0] == 0
    for format in ("markdown", "html"):
        said = told("report", root, "--format", format, "-o", "-")[1]
        assert "Nothing is judged" in said
        assert "gate is open" not in said

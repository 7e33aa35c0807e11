"""Where things are said to be: by paths that lead there from any checkout, wherever the config lies."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from conftest import need

from checklist import cli
from checklist.cli import common
from checklist.facts import derive
from checklist.model import plain
from checklist.report.formats import RENDERERS

CONFIG = "policy: {required_env: [DB_URL]}\nexclude: [api/legacy/]\n"
WHERE = ("above", "inside", "elsewhere", "outside", "none")
Place = Callable[..., tuple[Path, list[str]]]


@pytest.fixture
def checkout(tmp_path: Path) -> Place:
    """(the top of a checkout, what to call onai-check with to check its folder `api`), with its config above, inside, named
    elsewhere in the repository or outside of it, or without one."""

    def make(name: str, where: str, *, git: bool = True) -> tuple[Path, list[str]]:
        top = tmp_path / name / "repo"
        files = {
            "api/ecosystem.config.js": "module.exports = { apps: [{ name: 'api', script: 'src/a.ts', interpreter: 'tsx', max_restarts: 15 }] };\n",
            "api/package.json": '{"name": "api"}\n',
            "api/src/a.ts": "connect(process.env.DB_URL);\n",
        }
        config = {"above": "onai-check.yaml", "inside": "api/onai-check.yaml", "elsewhere": "conf/check.yaml", "outside": "../shared.yaml"}.get(where)
        if config:
            files[config] = CONFIG.replace("api/", "") if where != "above" else CONFIG
        files["api/legacy/deploy.sh"] = "git pull\npm2 restart api\n"
        for path, text in files.items():
            (top / path).parent.mkdir(parents=True, exist_ok=True)
            (top / path).write_text(text)
        if git:
            subprocess.run([need("git"), "init", "-q", str(top)], check=True)
        return top, [str(top / "api"), *(["--config", str(top / str(config))] if where in ("elsewhere", "outside") else [])]

    return make


@pytest.mark.parametrize("git", [True, False])
@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("format", RENDERERS)
def test_no_path_of_this_machine_is_in_any_format(checkout: Place, capsys: pytest.CaptureFixture[str], format: str, where: str, git: bool) -> None:
    top, args = checkout("one", where, git=git)
    assert cli.run(["check", *args, "--format", format]) == 1
    told = capsys.readouterr().out
    assert str(top).strip("/") not in told
    assert "shared.yaml" not in told or not git  # outside of a repository what lies above is a way that one can go


@pytest.mark.parametrize("where", WHERE)
def test_no_path_of_this_machine_is_in_the_checklist(checkout: Place, capsys: pytest.CaptureFixture[str], where: str) -> None:
    written = []
    for name in ("one", "two"):
        top, args = checkout(name, where)
        for format in ("markdown", "html"):
            assert cli.run(["report", *args, "--format", format, "-o", "-"]) == 0
        written.append(capsys.readouterr().out)
        assert str(top) not in written[-1]
    assert written[0] == written[1]


@pytest.mark.parametrize("where", ["above", "inside", "elsewhere", "outside", "none"])
def test_every_place_leads_to_a_file_of_the_repository(checkout: Place, capsys: pytest.CaptureFixture[str], where: str) -> None:
    top, args = checkout("one", where)
    for format in ("json", "sarif", "github", "gitlab", "junit"):
        assert cli.run(["check", *args, "--format", format]) == 1
        told = capsys.readouterr().out
        match format:
            case "json":
                files = {f"api/{f['file']}" for f in json.loads(told)["findings"]}
            case "sarif":
                found = [r["locations"][0]["physicalLocation"]["artifactLocation"] for r in json.loads(told)["runs"][0]["results"]]
                assert {f["uriBaseId"] for f in found} == {"%SRCROOT%"}
                files = {unquote(f["uri"]) for f in found}
            case "github":
                files = set(re.findall(r"^::\w+ file=([^,]*),", told, re.MULTILINE))
            case "gitlab":
                files = {f["location"]["path"] for f in json.loads(told)}
            case _:
                files = {str(case.get("file")) for case in ElementTree.fromstring(told).iter("testcase") if case.get("file")}
        assert files
        assert all((top / file).resolve().is_relative_to(top.resolve()) and (top / file).is_file() for file in files), (format, files)
        assert format == "json" or not any(".." in file for file in files)
    assert where != "above" or "onai-check.yaml" in files  # what is about the whole is told there, as a place of the repository


def fingerprints(args: list[str], capsys: pytest.CaptureFixture[str]) -> dict[tuple[str, str], str]:
    assert cli.run(["check", *args, "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    return {(f["rule"], f["subject"]): f["fingerprint"] for f in (*told["findings"], *told["open"])}


def test_fingerprints_are_the_same_in_any_checkout_and_wherever_the_config_lies(checkout: Place, capsys: pytest.CaptureFixture[str]) -> None:
    first = fingerprints(checkout("one", "above")[1], capsys)
    assert ("monitor/not-declared", "project") in first
    assert ("env/variable-missing", "DB_URL") in first
    for name, where in [("two", "above"), ("three", "inside"), ("four", "elsewhere"), ("five", "outside")]:
        assert fingerprints(checkout(name, where)[1], capsys) == first, where
    bare = fingerprints(checkout("six", "none")[1], capsys)
    assert bare.items() >= {(k, v) for k, v in first.items() if not k[0].startswith("env/")}
    assert len(set(first.values())) == len(first)


@pytest.mark.parametrize("where", ["above", "inside", "elsewhere"])
def test_what_a_config_excludes_is_written_from_its_own_folder(checkout: Place, capsys: pytest.CaptureFixture[str], where: str) -> None:
    assert cli.run(["check", *checkout("one", where)[1], "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert "legacy/deploy.sh" not in {c["file"] for c in told["checked"]}
    assert [(one["by"], one["files"]) for one in told["coverage"]["leftOut"]] == [("exclude", 1)]


def test_frontends_are_written_from_the_folder_of_the_config(tmp_path: Path) -> None:
    files = {
        "onai-check.yaml": "policy: {frontends: [api/web]}\n",
        "api/ecosystem.config.js": "module.exports = { apps: [{ name: 'api', script: 'src/a.ts' }] };\n",
        "api/.gitignore": "x\n",
        "api/web/package.json": '{"name": "web", "scripts": {"build": "mytool"}}\n',
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    root = tmp_path / "api"
    project, _ = common.discovered(root, common.load_config(root, None))
    built = {d.value.text("directory"): plain(d.value.get("frontend")) for d in derive(project).documents if d.kind == "git.build_dir"}
    assert built == {"": False, "web": True}


def test_an_error_in_a_config_names_it_wherever_it_lies(checkout: Place, capsys: pytest.CaptureFixture[str]) -> None:
    for where, named in [("above", "../onai-check.yaml:1:10: "), ("elsewhere", "../conf/check.yaml:1:10: "), ("outside", "/shared.yaml:1:10: ")]:
        top, args = checkout("one", where)
        file = next(f for f in (top / "onai-check.yaml", top / "conf/check.yaml", top / "../shared.yaml") if f.is_file())
        file.write_text("policy: {max_restart: 3}\n")
        assert cli.run(["check", *args]) == 2
        assert f"{named}unknown key 'policy.max_restart'" in capsys.readouterr().err
        file.unlink()

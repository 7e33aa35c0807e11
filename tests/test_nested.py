"""A folder with an onai-check.yaml of its own: judged from the root as it is judged by itself, by its own policy."""

from __future__ import annotations

import json
import posixpath
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, need

from checklist import cli

Folder = Callable[[Mapping[str, str]], Path]


def app(name: str, limits: str = "max_restarts: 3, min_uptime: '30s'") -> str:
    return f"module.exports = {{ apps: [{{ name: '{name}', script: 'src/app.ts', interpreter: 'tsx', {limits} }}] }};\n"


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """`check --format json` of a folder, parsed; with a status of 2 what is said."""

    def run(root: Path, *args: str) -> Any:
        status = cli.run(["check", str(root), "--format", "json", *args])
        told = capsys.readouterr()
        return told.err if status == 2 else json.loads(told.out)

    return run


def places(told: Any, rule: str, key: str = "findings") -> list[str]:
    return sorted(f"{f['file']}:{f['line']}" for f in told[key] if f["rule"] == rule)


def test_a_nested_folder_is_judged_by_its_own_policy_and_no_other(folder: Folder, check: Callable[..., Any]) -> None:
    lax, strict = "max_restarts: 5, min_uptime: '30s'", "max_restarts: 4, min_uptime: '30s'"
    root = folder({
        "ecosystem.config.js": app("root", lax), "onai-check.yaml": "policy: {max_restarts: 3}\n",
        "a/ecosystem.config.js": app("a", lax), "a/onai-check.yaml": "policy: {max_restarts: 9}\n",
        "a/deep/x/ecosystem.config.js": app("x", strict), "a/deep/onai-check.yaml": "policy: {max_restarts: 1}\n",
        "b/ecosystem.config.js": app("b", lax),
    })  # fmt: skip
    told = check(root)
    assert places(told, "pm2/too-many-restarts") == ["a/deep/x/ecosystem.config.js:1", "b/ecosystem.config.js:1", "ecosystem.config.js:1"]
    assert sorted(a["name"] for a in told["coverage"]["apps"]) == ["a", "b", "root", "x"]
    said = {f["file"]: f["message"] for f in told["findings"] if f["rule"] == "pm2/too-many-restarts"}
    assert "at most 1 " in said["a/deep/x/ecosystem.config.js"]
    assert "at most 3 " in said["b/ecosystem.config.js"]


def test_a_fault_below_a_nested_config_closes_the_gate(folder: Folder, check: Callable[..., Any]) -> None:
    assert check(folder({"ecosystem.config.js": app("root"), "a/ecosystem.config.js": app("a", "max_restarts: 15"), "a/onai-check.yaml": "# its own\n"}), "--select", "pm2/too-many-restarts")["gate"]["open"] is False


def test_what_is_told_of_a_whole_is_told_of_each(folder: Folder, check: Callable[..., Any]) -> None:
    monitor = "monitor: {provider: betterstack, url: 'https://a.example.com/health', interval: 2m, down_checks: 2, alerts: [telegram, sms]}\n"
    root = folder({
        "ecosystem.config.js": app("root"), "onai-check.yaml": "gate: P1\n",
        "a/ecosystem.config.js": app("a"), "a/onai-check.yaml": monitor,
        "b/ecosystem.config.js": app("b"), "b/onai-check.yaml": "policy: {max_restarts: 3}\n",
    })  # fmt: skip
    told = check(root)
    said = {f["file"]: f["message"] for f in told["findings"] if f["rule"] == "monitor/not-declared"}
    assert said == {"onai-check.yaml": "no uptime monitor is declared for root", "b/onai-check.yaml": "no uptime monitor is declared for b"}
    assert told["measures"]["monitoring"]["met"] is False  # what holds for a is no comfort for b
    assert len({f["fingerprint"] for f in told["findings"]}) == len(told["findings"])


def test_the_measures_are_of_the_folder_that_has_apps(folder: Folder, check: Callable[..., Any]) -> None:
    monitor = "monitor: {provider: betterstack, url: 'https://a.example.com/health', interval: 2m, down_checks: 2, alerts: [telegram, sms]}\n"
    told = check(folder({"deploy.sh": "git pull\npm2 restart a\n", "a/ecosystem.config.js": app("a"), "a/onai-check.yaml": monitor}))
    assert told["measures"]["monitoring"]["met"] is True


def test_disable_and_exclude_of_a_folder_hold_there_only(folder: Folder, check: Callable[..., Any]) -> None:
    loops = "max_restarts: 15, min_uptime: '30s'"
    root = folder({
        "ecosystem.config.js": app("root", loops), "old/x.sh": "", "onai-check.yaml": "rules: {disable: [docs/no-adr]}\n",
        "a/ecosystem.config.js": app("a", loops), "a/old/ecosystem.config.js": app("old", loops),
        "a/onai-check.yaml": "exclude: [old/]\nrules: {disable: [docs/, pm2/too-many-restarts]}\n",
    })  # fmt: skip
    told = check(root)
    assert places(told, "pm2/too-many-restarts") == ["ecosystem.config.js:1"]
    assert {c["file"] for c in told["checked"]} >= {"old/x.sh", "a/ecosystem.config.js"}
    assert "a/old/ecosystem.config.js" not in {c["file"] for c in told["checked"]}
    assert places(told, "docs/no-runbook") == ["onai-check.yaml:1"]
    assert told["coverage"]["leftOut"] == [
        {"by": "exclude", "what": "a/old/", "files": 1},
        {"by": "disabled", "what": "docs/no-adr", "files": 0},
        {"by": "disabled", "what": "docs/ in a/", "files": 0},
        {"by": "disabled", "what": "pm2/too-many-restarts in a/", "files": 0},
    ]


def test_a_rule_disabled_at_the_root_only_is_held_in_a_folder_in_every_format(folder: Folder, capsys: pytest.CaptureFixture[str], check: Callable[..., Any]) -> None:
    root = folder({"onai-check.yaml": "rules: {disable: [pm2]}\n", "a/ecosystem.config.js": app("a", "max_restarts: 15"), "a/onai-check.yaml": "# its own\n"})
    assert places(check(root), "pm2/too-many-restarts") == ["a/ecosystem.config.js:1"]
    assert cli.run([str(root), "--format", "sarif"]) == 1
    run = json.loads(capsys.readouterr().out)["runs"][0]
    assert all(run["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] == r["ruleId"] for r in run["results"])


def test_secrets_of_a_nested_config_are_masked(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    monitor = "monitor: {provider: betterstack, url: 'https://me:hunter2@a.example.com/', interval: 1h, down_checks: 2, alerts: ['https://hooks.example.com/T0/hunter3']}\n"
    root = folder({"a/ecosystem.config.js": app("a"), "a/onai-check.yaml": monitor})
    for args in (["check"], ["check", "--format", "json"], ["check", "--format", "sarif"], ["report", "-o", "-"], ["show", str(root / "a")]):
        cli.run([*args[:1], *args[1:], *([] if args[0] == "show" else [str(root)])])
        told = capsys.readouterr()
        assert "hunter" not in told.out + told.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("policy: {max_restart: 3}\n", "a/b/onai-check.yaml:1:10: unknown key 'policy.max_restart'; did you mean 'max_restarts'?"),
        ("policy: [\n", "a/b/onai-check.yaml:2:1: "),
        ("\n", "a/b/onai-check.yaml:1:1: is empty"),
        ("rules: {disable: [pm2/nothing]}\n", "a/b/onai-check.yaml:1:19: rules.disable: no rule is called 'pm2/nothing'"),
    ],
)
def test_a_wrong_nested_config_is_an_error_with_its_place(folder: Folder, check: Callable[..., Any], text: str, said: str) -> None:
    assert said in check(folder({"ecosystem.config.js": app("root"), "a/b/onai-check.yaml": text}))


def test_a_nested_config_by_another_name_is_an_error(folder: Folder, check: Callable[..., Any]) -> None:
    assert "the name of the config is onai-check.yaml" in check(folder({"ecosystem.config.js": app("root"), "a/onai-check.yml": "gate: P2\n"}))


def test_gate_language_and_packs_are_the_roots(folder: Folder, check: Callable[..., Any]) -> None:
    root = folder({
        "ecosystem.config.js": app("root"), "onai-check.yaml": "gate: P2\nlang: en\n",
        "a/ecosystem.config.js": app("a"), "a/own/x.yaml": "no rule",
        "a/onai-check.yaml": "gate: none\nlang: ru\nrules: {packs: [own], disable: [x]}\n",
    })  # fmt: skip
    told = check(root)
    assert told["gate"] == {"level": "P2", "open": False}


def test_nested_frontends_and_effects_are_written_from_their_folder(folder: Folder, check: Callable[..., Any]) -> None:
    deploy = "set -e\nshipctl push\npm2 restart a\n"
    files = {
        "a/ecosystem.config.js": app("a"), "a/deploy.sh": deploy, "a/web/package.json": '{"name": "web", "scripts": {"build": "mytool"}}', "a/.gitignore": "node_modules/\n",
        "a/onai-check.yaml": "policy:\n  frontends: [web]\n  effects: [{match: shipctl push, effect: ship}]\n",
        "b/deploy.sh": deploy,
    }  # fmt: skip
    told = check(folder(files))
    assert places(told, "deploy/no-smoke-test") == ["a/deploy.sh:3"]  # b has no table of its own, where nothing is known of shipctl


def test_a_script_of_the_root_that_deploys_a_nested_folder_is_judged_once_and_by_the_root(folder: Folder, check: Callable[..., Any]) -> None:
    root = folder({
        "deploy.sh": "set -e\ngit pull\n(cd a && npm ci && ./restart.sh)\n",
        "a/restart.sh": "#!/bin/bash\ncd /nowhere\npm2 reload ecosystem.config.js\n",
        "a/ecosystem.config.js": app("a"), "a/package.json": "{}", "a/package-lock.json": "{}", "a/onai-check.yaml": "# its own\n",
    })  # fmt: skip
    told = check(root)
    seen = [(f["rule"], f["file"], f["line"], f["column"]) for f in (*told["findings"], *told["open"])]
    assert len(seen) == len(set(seen))
    assert "deploy/config-not-there" not in {rule for rule, *_ in seen if rule}
    assert places(told, "deploy/no-smoke-test")


def test_the_items_of_a_nested_checklist_are_in_the_checklist(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    root = folder({"a/ecosystem.config.js": app("a"), "a/onai-check.yaml": "checklist: {local: [{text: Ask the team of a}]}\n", "onai-check.yaml": "checklist: {local: [{text: Tell the support}]}\n"})
    cli.run(["report", str(root), "-o", "-"])
    told = capsys.readouterr().out
    assert "Tell the support" in told
    assert "Ask the team of a" in told


# ---- the same from the root and by itself ------------------------------------------------------------------------------

SERVICES = {"incident": "shop", "healthy": "blog"}  # a folder called incident is a playbook to us


@pytest.fixture
def monorepo(tmp_path: Path) -> Path:
    """Both examples, each in a folder of one repository; GitHub runs no workflow that lies below."""
    for name in SERVICES:
        shutil.copytree(ROOT / "examples" / name, tmp_path / "services" / SERVICES[name], ignore=shutil.ignore_patterns(".github"))
    (tmp_path / "README.md").write_text("Two services.\n")
    for args in (["init", "-q"], ["add", "-A"]):
        subprocess.run([need("git"), *args], cwd=tmp_path, check=True)
    return tmp_path


def told_of(found: Any, prefix: str) -> Iterator[tuple[object, ...]]:
    """Each outcome with its places from the root; paths in messages are left out, for they are told from where one stands."""
    for key in ("findings", "open"):
        for f in found[key]:
            file = posixpath.normpath(prefix + f["file"])
            related = tuple((posixpath.normpath(prefix + r["file"]), r["line"]) for r in f["related"])
            yield key, f["rule"], f["priority"], file, f["line"], f["column"], f["endLine"], f["endColumn"], related


@pytest.mark.parametrize("name", SERVICES.values())
def test_a_nested_folder_is_the_same_from_the_root_and_by_itself(monorepo: Path, check: Callable[..., Any], name: str) -> None:
    below = f"services/{name}/"
    alone = sorted(told_of(check(monorepo / below), below), key=str)
    whole = sorted((o for o in told_of(check(monorepo), "") if str(o[3]).startswith(below)), key=str)
    assert whole == alone
    assert len(alone) > 2


def test_a_nested_folder_is_told_by_text_checklist_plan_and_simulate(monorepo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for args, said in ((["check"], "services/shop/ecosystem.config.js"), (["plan"], "services/shop/deploy-production.sh"), (["simulate"], "shop-api"), (["report", "-o", "-"], "services/shop/ecosystem.config.js")):
        cli.run([args[0], str(monorepo), *args[1:]])
        assert said in capsys.readouterr().out

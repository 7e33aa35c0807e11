"""What the docs show is true: the rule in them works, the tables in them are whole."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import ROOT, Snapshot, need
from test_cli import command

from checklist import cli, examples, schema
from checklist.parse import yaml
from checklist.report.formats import ENDINGS, RENDERERS
from checklist.report.items import load as items_of
from checklist.schema import formats

RULES = (ROOT / "docs" / "rules.md").read_text("utf-8")


def block(after: str) -> str:
    """The first YAML block after a heading."""
    found = re.search(r"```yaml\n(.*?)```", RULES.split(after, 1)[1], re.DOTALL)
    assert found
    return found[1]


def table(after: str) -> set[str]:
    """The code spans in the first column of the first table after a heading."""
    rows = RULES.split(after, 1)[1].split("\n\n|", 1)[1].split("\n\n")[0].split("\n")
    return {name for row in rows[2:] for name in re.findall(r"`([^`]+)`", row.strip("|").split("|")[0])}


def test_the_rule_in_the_docs_works(tmp_path: Path) -> None:
    file = tmp_path / "own" / "watch-on.yaml"
    file.parent.mkdir()
    file.write_text(block("## The whole of one"), "utf-8")
    assert list(examples.failures(file, "own/watch-on")) == []


def test_all_keywords_of_the_schema_are_told() -> None:
    told = {word for cell in table("## The schema of") for word in cell.split("/")}
    assert told == set(schema.KEYWORDS)


def test_all_formats_are_told() -> None:
    row = next(row for row in RULES.split("\n") if row.startswith("| `pattern`, `format`"))
    assert set(re.findall(r"`([^`]+)`", row.split("|")[2])) == set(formats.FORMATS)


def test_all_items_of_the_checklist_are_told() -> None:
    rows = re.findall(r"(?m)^\| `(\w+)` \| (.*) \|$", RULES.split("## Items of the checklist")[1].split("## The schema")[0])
    assert {f"{part}/{item}" for part, items in rows for item in re.findall("`([^`]+)`", items)} == {i.id for part in items_of() for i in part.items}


def test_all_keys_of_an_example_are_told() -> None:
    shape = json.loads((ROOT / "checklist" / "examples.schema.json").read_text("utf-8"))["$defs"]["example"]["properties"]
    assert {re.split(r"[:\s]", key)[0] for key in table("## Examples")} == set(shape)


def test_all_keys_of_a_rule_are_told() -> None:
    shape = json.loads((ROOT / "checklist" / "rule.schema.json").read_text("utf-8"))["properties"]
    assert not [key for key in shape if not re.search(rf"(?m)^{key}:|`{key}[:`]|{key}: ", RULES)]


@pytest.mark.parametrize("file", sorted((ROOT / "docs").glob("*.md")), ids=lambda f: f.name)
def test_yaml_in_the_docs_is_yaml(file: Path) -> None:
    for text in re.findall(r"```yaml\n(.*?)```", file.read_text("utf-8"), re.DOTALL):
        assert all(parsed.problem is None for parsed in yaml.parse_all(file.name, text))


def test_the_settings_in_the_docs_are_such_as_an_editor_takes(tmp_path: Path) -> None:
    schema_file = ROOT / "checklist" / "config.schema.json"
    known = json.loads(schema_file.read_text("utf-8"))["properties"].keys()
    files = [ROOT / "examples" / "healthy" / "onai-check.yaml", ROOT / "examples" / "incident" / "onai-check.yaml"]
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for n, text in enumerate(re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)):
            told = next(iter(yaml.parse_all(page.name, text))).value
            if (
                told is not None and told.members().keys() & known and told.text("for") is None
            ):  # a rule has a checklist too
                files.append(tmp_path / f"{page.stem}-{n}.yaml")
                files[-1].write_text(text, "utf-8")
    assert {"README", "settings", "checklist"} <= {file.stem.rpartition("-")[0] for file in files}
    if importlib.util.find_spec("check_jsonschema") is None:
        need("check-jsonschema")
    check = [sys.executable, "-m", "check_jsonschema", "--color", "never", "--schemafile", str(schema_file)]
    done = subprocess.run([*check, *map(str, files)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (tmp_path / "wrong.yaml").write_text("policy: {min_uptime: 30}\n")
    assert subprocess.run([*check, str(tmp_path / "wrong.yaml")], capture_output=True).returncode == 1


def test_the_hooks_are_such_that_pre_commit_takes() -> None:
    clientlib = pytest.importorskip("pre_commit.clientlib")
    hooks = {hook["id"]: hook for hook in clientlib.load_manifest(ROOT / ".pre-commit-hooks.yaml")}
    assert {id: hook["stages"] for id, hook in hooks.items()} == {
        "onai-check": ["pre-commit", "pre-merge-commit", "pre-push", "manual"],
        "onai-checklist": ["pre-push", "manual"],
    }
    for hook in hooks.values():
        assert hook["always_run"]
        assert not hook["pass_filenames"]


KNOWN = re.compile(
    r"(?:[\w-]+\.)*example\.com|localhost|127\.0\.0\.1|pm2\.keymetrics\.io|json-schema\.org|docs\.oasis-open\.org"
)
"""Hosts that a reader may find in our pages: placeholders, and those whose pages we have read."""


def addresses(text: str) -> set[str]:
    return set(re.findall(r"(?:https?|git|ssh)://(?:[^/\s@]*@)?([\w.-]+)", text))


@pytest.mark.parametrize(
    "file",
    [
        "README.md",
        "CONTRIBUTING.md",
        "pyproject.toml",
        ".pre-commit-hooks.yaml",
        *(f"docs/{f.name}" for f in sorted((ROOT / "docs").glob("*.md"))),
    ],
)
def test_every_address_works_or_is_plainly_a_placeholder(file: str) -> None:
    assert {host for host in addresses((ROOT / file).read_text("utf-8")) if not KNOWN.fullmatch(host)} == set()


@pytest.mark.parametrize(
    "args",
    [["--format", "sarif"], ["--format", "markdown"], ["--format", "gitlab"], ["explain", "pm2/watch-on"], ["--help"]],
)
def test_nothing_that_is_shown_names_an_address_of_ours(args: list[str]) -> None:
    said = command(*args, cwd=ROOT / "examples" / "incident").stdout
    assert said
    # the tool has no home on the net yet
    assert not re.search(r"//[^\s\"]*onai", said)


# ---- docs/formats.md ---------------------------------------------------------------------------------------------------

FORMATS = (ROOT / "docs" / "formats.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", FORMATS, re.DOTALL)


def commands() -> list[list[str]]:
    """Every command line of ours in the page, without what follows in a pipe, and the arguments of the hook."""
    found = []
    for line in [line for language in ("yaml", "groovy", "bash") for text in blocks(language) for line in text.split("\n")] + FORMATS.split("\n")[2:4]:
        at = re.search(r"(?:^|[\s/'])onai-check (-[^|'#]*)", line)
        if at:
            found.append(shlex.split(at[1]))
        elif "args:" in line:
            found.append([word.strip(" []") for word in line.split("args:")[1].split(",")])
    return found


def test_the_table_names_every_format_and_ending() -> None:
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in re.findall(r"(?m)^\| `.*\|$", FORMATS)]
    assert [row[0].strip("`") for row in rows] == list(RENDERERS)
    assert {row[2].strip("`"): row[0].strip("`") for row in rows if row[2]} == ENDINGS


def test_there_are_as_many_commands_as_one_reads() -> None:
    assert len(commands()) == 7


@pytest.mark.parametrize("args", commands(), ids=" ".join)
def test_every_command_in_the_page_runs(args: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(ROOT / "examples" / "incident", tmp_path / "it")
    monkeypatch.chdir(tmp_path / "it")
    assert cli.run(args) == 1, capsys.readouterr().err
    written = {word.split("=")[-1] for option, word in pairwise(args) if option == "-o"}
    assert {file for file in written if (tmp_path / "it" / file).stat().st_size} == written


def test_what_one_step_writes_the_next_reads() -> None:
    steps = next(text for text in blocks("yaml") if "runs-on" in text)
    assert f"-o {re.findall('sarif_file: ([^,]+)', steps)[0]}\n" in steps
    job = next(text for text in blocks("yaml") if "artifacts" in text)
    assert {f"gitlab={re.findall('codequality: (.+)', job)[0]}", f"junit={re.findall('junit: (.+)', job)[0]}"} == set(re.findall("-o ([^ \n]+)", job))
    [pipeline] = blocks("groovy")
    [shown] = re.findall("junit '([^']+)'", pipeline)
    assert f"-o junit={shown}'" in pipeline


@pytest.mark.parametrize("format", ["github", "markdown", "gitlab", "junit", "json", "sarif"])
def test_what_the_page_shows_of_a_format_is_real(format: str, snapshot: Snapshot, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples" / "incident", tmp_path / "shop")
    told = command("--select", "pm2/too-many-restarts", "--format", format, cwd=tmp_path / "shop").stdout
    if format == "json":
        told = json.dumps(json.loads(told)["findings"][0], indent=2) + "\n"
    elif format == "sarif":
        told = json.dumps(json.loads(told)["runs"][0]["results"][0], indent=2) + "\n"
    snapshot(f"docs/formats.md#{format}", told)


# ---- docs/settings.md, docs/adopting.md --------------------------------------------------------------------------------

SETTINGS = (ROOT / "docs" / "settings.md").read_text("utf-8")
ADOPTING = (ROOT / "docs" / "adopting.md").read_text("utf-8")


def named(page: str, name: str) -> str:
    """The block after `<!-- NAME -->`."""
    found = re.search(rf"<!-- {name} -->\n```\w*\n(.*?)```", page, re.DOTALL)
    assert found
    return found[1]


def test_the_page_has_every_key_with_its_default() -> None:
    shape = json.loads((ROOT / "checklist" / "config.schema.json").read_text("utf-8"))["properties"]
    known: dict[str, str] = {}
    for key, about in shape.items():
        if key in ("monitor", "checklist") or "properties" not in about:
            known[key] = "" if about.get("default") in (None, {}) else f"`{about['default']}`"
        else:
            known |= {f"{key}.{k}": f"`{a['default']}`" if "default" in a else "" for k, a in about["properties"].items()}
    rows = dict(re.findall(r"(?m)^\| `([\w.]+)` \| (.*?) ?\| ", SETTINGS))
    assert rows == {key: default.replace("'", "") for key, default in known.items()}


def test_the_page_has_every_effect() -> None:
    shape = json.loads((ROOT / "checklist" / "config.schema.json").read_text("utf-8"))["properties"]["policy"]["properties"]
    told = re.findall(r"(?m)^\| ((?:`\w+`(?:, )?)+) \| ", SETTINGS.split("| effect |")[1])
    assert sorted(re.findall("\\w+", " ".join(told))) == sorted(shape["effects"]["items"]["properties"]["effect"]["enum"])


def test_a_command_of_ones_own_is_what_the_config_says(snapshot: Snapshot, tmp_path: Path) -> None:
    (tmp_path / "ecosystem.config.js").write_text("module.exports = { apps: [{ name: 'api', script: 'src/server.ts' }] };\n")
    (tmp_path / "deploy.sh").write_text(named(SETTINGS, "script"))
    assert json.loads(command("--format", "json", "--select", "deploy", cwd=tmp_path).stdout)["findings"] == []
    assert "(deploy)" not in command("plan", cwd=tmp_path).stdout
    (tmp_path / "onai-check.yaml").write_text(named(SETTINGS, "effects"))
    snapshot("docs/settings.md#plan", command("plan", cwd=tmp_path).stdout)
    assert json.loads(command("--format", "json", "--select", "deploy", cwd=tmp_path).stdout)["findings"] == []
    # and without the check it is a deploy that lacks one
    (tmp_path / "deploy.sh").write_text(named(SETTINGS, "script").rpartition("shipctl verify")[0])
    found = json.loads(command("--format", "json", "--select", "deploy/no-smoke-test", cwd=tmp_path).stdout)["findings"]
    assert [f["line"] for f in found] == [3]


@pytest.fixture
def adopting(tmp_path: Path) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Runs a bash block of the page in a copy of the incident."""
    shutil.copytree(ROOT / "examples" / "incident", tmp_path / "shop")
    program = tmp_path / "bin" / "onai-check"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nfrom checklist.cli import main\nmain()\n")
    program.chmod(0o755)
    environment = {"PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}

    def run(script: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([need("bash"), "-c", script], cwd=tmp_path / "shop", env=environment, capture_output=True, text=True, timeout=120)

    return run


def test_every_command_of_adopting_does_what_it_says(adopting: Callable[[str], subprocess.CompletedProcess[str]]) -> None:
    need("jq")
    look, order, hold, keep, new = re.findall(r"```bash\n(.*?)```", ADOPTING, re.DOTALL)
    assert adopting(f"set -e\n{look}").returncode == 0
    lines = re.findall(r"(?m)^P\d  \d+ min  \S+$", adopting(f"set -e\n{order}").stdout)
    assert lines == sorted(lines, key=lambda line: (line[:2], int(line.split()[1])))
    assert len(lines) > 20
    assert adopting(hold).returncode == 1
    assert adopting(keep).returncode == 0
    assert adopting(new).returncode == 0
    added = adopting("sed -i '1i\\\\' ecosystem.config.js; sed -i \"s/script:/watch: true, script:/\" ecosystem.config.js\n" + new)
    assert (added.returncode, added.stderr) == (1, "new: ecosystem.config.js:6 pm2/watch-on app shop-api is restarted whenever a file changes\n")
    # what could not be checked is no open gate
    assert adopting("echo 'gate: P9' > onai-check.yaml\n" + new).returncode == 2


def test_the_settings_of_adopting_are_settings(folder: Callable[[Mapping[str, str]], Path]) -> None:
    [text] = re.findall(r"```yaml\n(.*?)```", ADOPTING, re.DOTALL)
    assert command("rules", cwd=folder({"onai-check.yaml": text})).returncode == 0

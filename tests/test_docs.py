"""What the docs show is true: the rule in them works, the tables in them are whole."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from checklist import examples, schema
from checklist.parse import yaml
from tests.conftest import ROOT

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
    assert set(re.findall(r"`([^`]+)`", row.split("|")[2])) == set(schema.FORMATS)


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


def test_the_hook_is_one_that_pre_commit_takes() -> None:
    clientlib = pytest.importorskip("pre_commit.clientlib")
    (hook,) = clientlib.load_manifest(ROOT / ".pre-commit-hooks.yaml")
    assert hook["id"] == "onai-check"
    assert hook["always_run"]
    assert not hook["pass_filenames"]
    assert hook["stages"] == ["pre-commit", "pre-merge-commit", "pre-push", "manual"]

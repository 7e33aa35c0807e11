"""Every format is well-formed whatever stands in names and values, and the same on each run."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as xml

import jsonschema
import pytest
from conftest import ROOT
from test_cli import command

from checklist.model import Location, Message, Outcome, Related, Report, Rule, Snippet
from checklist.report.formats import RENDERERS, renderer
from checklist.report.view import View

HOSTILE = [
    "\x1b[31mred\x1b]8;;http://evil\x07link\x1b]0;title\x07",
    "two\nlines\r\nand ::error::three",
    "%0A::error::x,y:z",
    "<script>alert(1)</script> & ]]> <!-- --> \"'",
    "| a | b |\n|---|\n[x](javascript:1) ![i](http://h/i) `code` **b** @someone",
    "\u202eevil\u2066\u200b\ufeff",
    "bytes that are no UTF-8: \udcff\udc80",
    "\x00\x08\x0c\x85\ufffe",
    "файл с пробелом 🚀.js",
    "a" * 5000,
]


def report(text: str) -> Report:
    rule = Rule("pm2/x", {"en": text, "ru": text}, "P0", 5, "pm2.app", (Message({"en": text, "ru": text}),), {"en": text, "ru": text}, {"en": text, "ru": text})
    at = Location(text.replace("/", "_").lstrip("/") or "x", 1, 1, 1, 9)
    outcomes = tuple(
        Outcome(rule, state, "P0", at, text, {"en": text, "ru": text}, "0123456789abcdef", (Related(at, text),), Snippet(text, 0, 3))  # type: ignore[arg-type]
        for state in ("fail", "open")
    )
    return Report(outcomes, ((at.file, "pm2.config"),), (rule,), (), "00")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("name", RENDERERS)
def test_hostile_text_reaches_no_terminal_raw(name: str, text: str) -> None:
    for view in (View(), View(lang="ru", width=40, encoding="ascii")):
        out = renderer(name)(report(text), view)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", out)
        out.encode("utf-8", "surrogateescape" if name == "text" else "strict")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_breaks_no_format(text: str) -> None:
    out = {name: renderer(name)(report(text), View()) for name in RENDERERS}
    assert json.loads(out["json"])["findings"][0]["rule"] == "pm2/x"
    assert json.loads(out["sarif"])["runs"][0]["results"][0]["ruleId"] == "pm2/x"
    assert json.loads(out["gitlab"])[0]["check_name"] == "pm2/x"
    tree = xml.fromstring(out["junit"])
    assert [e.tag for e in tree.iter()] == ["testsuites", "testsuite", "testcase", "failure"]
    lines = out["github"].splitlines()
    assert len(lines) == 1
    head, _, data = lines[0][2:].partition("::")
    assert head.startswith("error file=")
    assert head.count(",") == 5
    assert "\n" not in data
    rows = [line for line in out["markdown"].splitlines() if line.startswith("| P0 |")]
    assert [len(re.findall(r"(?<!\\)\|", row)) for row in rows] == [5, 5]
    outside_code = re.sub("(`+)(?!`).*?(?<!`)\\1(?!`)", "", out["markdown"])
    assert not re.search("<script|<!--(?! -->)", outside_code)


def test_sarif_keeps_the_standard_and_githubs_limits() -> None:
    schema = json.loads((Path(__file__).parent / "data" / "sarif-schema-2.1.0.json").read_text("utf-8"))
    log: dict[str, Any] = json.loads(command(str(ROOT / "examples" / "incident"), "--format", "sarif").stdout)
    for one in (log, *(json.loads(renderer("sarif")(report(t), View())) for t in HOSTILE)):
        jsonschema.Draft4Validator(schema).validate(one)
    results = log["runs"][0]["results"]
    found = json.loads(command(str(ROOT / "examples" / "incident"), "--format", "json").stdout)["findings"]
    assert [(r["ruleId"], r["partialFingerprints"]["onaiCheck/v1"]) for r in results] == [(f["rule"], f["fingerprint"]) for f in found]
    for result, finding in zip(results, found, strict=True):
        [place] = result["locations"]
        uri = place["physicalLocation"]["artifactLocation"]["uri"]
        assert not re.match("[a-z]+:|/", uri)
        assert unquote(uri) == finding["file"]
        assert log["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_several_outputs_in_one_run_and_the_step_summary(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    names = [f"junit={tmp_path}/a.out", f"{tmp_path}/b.sarif", f"{tmp_path}/c.json", f"{tmp_path}/d.txt"]
    done = command("examples/incident", "--format", "github", *(w for n in names for w in ("-o", n)), GITHUB_STEP_SUMMARY=str(summary))
    assert done.returncode == 1
    assert all(line.startswith("::") for line in done.stdout.splitlines())
    assert xml.parse(tmp_path / "a.out").getroot().tag == "testsuites"
    assert json.loads((tmp_path / "b.sarif").read_text())["version"] == "2.1.0"
    assert json.loads((tmp_path / "c.json").read_text())["version"] == 1
    assert "Gate closed" in (tmp_path / "d.txt").read_text("utf-8")
    assert "the gate is closed" in summary.read_text("utf-8")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.out", "b.sarif", "c.json", "d.txt", "summary.md"]


@pytest.mark.parametrize(("target", "said"), [("a.pdf", "which format?"), ("no/such/folder/a.json", "cannot be written")])
def test_an_output_that_cannot_be_is_2(target: str, said: str) -> None:
    done = command("examples/incident", "-o", target)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("args", "groups"),
    [
        (["--select", "pm2"], {"pm2"}),
        (["--select", "pm2/", "--ignore", "pm2/short-min-uptime"], {"pm2"}),
        (["--ignore", "deploy", "--ignore", "pm2"], {"git", "env", "monitor", "tests", "docs"}),
    ],
)
def test_rules_are_selected_by_id_or_prefix(args: list[str], groups: set[str]) -> None:
    found = json.loads(command("examples/incident", "--format", "json", *args).stdout)["findings"]
    assert {f["rule"].split("/")[0] for f in found} == groups
    assert "pm2/short-min-uptime" not in {f["rule"] for f in found} or "--ignore" not in args


def test_an_unknown_rule_is_2_with_a_suggestion() -> None:
    done = command("examples/incident", "--ignore", "pm2/too-many-restart")
    assert done.returncode == 2
    assert "did you mean 'pm2/too-many-restarts'?" in done.stderr

"""Every format is well-formed whatever stands in names and values, and the same on each run."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_to_bytes
from xml.etree import ElementTree as xml

import jsonschema
import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from test_cli import command
from test_terminal import ODD, SELECT

from checklist.cli import files
from checklist.errors import CheckError
from checklist.model import Location, Message, Outcome, Related, Report, Rule, Snippet
from checklist.report.clean import one_line, utf8
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
    "::error::first on the line ::add-mask::x",
    "words " * 20 + "::stop-commands::after a break",
    "##[error]x ##vso[task.setvariable variable=a]b ##teamcity[message text='x']",
    "[text](1) [a](https://evil.example) {0} {{1}}",
    "a" * 5000,
]


CHANNELS = ("file", "subject", "message", "related", "snippet", "rule")


def report(text: str, *channels: str) -> Report:
    """A finding and an open outcome with the text in some places that others can fill (none named: in all)."""
    said = {name: text if not channels or name in channels else "plain" for name in CHANNELS}
    texts = {"en": said["rule"], "ru": said["rule"]}
    rule = Rule("pm2/x", texts, "P0", 5, "pm2.app", (Message(texts),), texts, texts)
    at = Location(said["file"].replace("/", "_").lstrip("/") or "x", 1, 1, 1, 9)
    message = {"en": said["message"], "ru": said["message"]}
    outcomes = tuple(
        Outcome(rule, state, "P0", at, said["subject"], message, "0123456789abcdef", (Related(at, said["related"]),), Snippet(said["snippet"], 0, 3))  # type: ignore[arg-type]
        for state in ("fail", "open")
    )
    return Report(outcomes, ((at.file, "pm2.config"),), (rule,), (), "00")


def taken_by_github(line: str) -> tuple[str, dict[str, str], str] | None:
    """(command, properties, data) that the runner of GitHub Actions makes of a line of a log; None for a line of text."""
    v2 = re.match(r"\s*::(\w[\w-]*)(?: (.*?))?::(.*)", line)
    v1 = re.search(r"##(?:\w*)\[(\w[\w-]*)(?: (.*?))?\](.*)", line)
    found = v2 or v1
    if not found:
        return None
    fields = dict(pair.split("=", 1) for pair in (found[2] or "").split(",") if "=" in pair)
    plain = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}
    return found[1], {k: re.sub("%(0D|0A|3A|2C|25)", lambda m: plain[m[0]], v) for k, v in fields.items()}, re.sub("%(0D|0A|25)", lambda m: plain[m[0]], found[3])


def shown(cell: Token) -> str:
    """What a reader of Markdown sees of a table's cell."""
    return "".join(child.content for child in cell.children or () if child.type != "html_inline")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("name", RENDERERS)
def test_hostile_text_reaches_no_terminal_raw(name: str, text: str) -> None:
    for view in (View(), View(color=True), View(lang="ru", width=40, encoding="ascii")):
        for channels in ((), *((channel,) for channel in CHANNELS)):
            out = renderer(name)(report(text, *channels), view)
            ours = re.sub(r"\x1b\[[\d;]*m", "", out) if view.color else out
            assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]", ours)
            out.encode(view.encoding if name == "text" else "utf-8")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("channel", CHANNELS)
def test_hostile_text_says_what_it_says_and_nothing_more(channel: str, text: str) -> None:
    given = report(text, channel)
    [finding] = given.findings
    file, message = finding.location.file, finding.message["en"]
    out = {name: renderer(name)(given, View()) for name in RENDERERS}

    assert not [line for width in range(40, 140, 7) for line in renderer("text")(given, View(width=width)).split("\n") if taken_by_github(line)]

    [line] = out["github"].splitlines()
    command, fields, data = taken_by_github(line) or ("", {}, "")
    assert (command, data) == ("error", one_line(message))
    assert {k: v for k, v in fields.items() if not k.startswith("end")} == {"file": "\n".join("\r".join(map(one_line, part.split("\r"))) for part in file.split("\n")), "line": "1", "col": "1", "title": "P0 pm2/x"}

    tree = xml.fromstring(out["junit"])
    assert [e.tag for e in tree.iter()] == ["testsuites", "testsuite", "testcase", "failure"]
    assert tree.find(".//failure").get("message") == " ".join(map(one_line, message.split("\n"))).replace("\ufffe", "?")  # type: ignore[union-attr]

    [issue] = json.loads(out["gitlab"])
    assert (issue["description"], issue["location"]["path"]) == (one_line(message), utf8(file))

    [result] = json.loads(out["sarif"])["runs"][0]["results"]
    assert unquote_to_bytes(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) == os.fsencode(file)
    assert result["message"]["text"].replace("\\[", "[") == one_line(message)
    assert not re.search(r"(?<!\\)\[[^\]]*\]\(", result["message"]["text"] + result["relatedLocations"][0]["message"]["text"])

    found = json.loads(out["json"])["findings"][0]
    assert (found["file"], found["message"], found["subject"], found["related"][0]["message"]) == (file, message, finding.subject, finding.related[0].text)

    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(out["markdown"])
    inside = [child for token in tokens for child in token.children or ()]
    assert {t.type for t in tokens if not re.match("heading|paragraph|inline|t[rdh]_|tbody|thead|table", t.type)} == set()
    assert {t.type for t in inside} <= {"text", "text_special", "code_inline", "html_inline"}
    assert {t.content for t in inside if t.type == "html_inline"} <= {"<!-- -->"}
    assert not re.search(r"[@#]\w|(?i:https?:|www\.)", "".join(t.content if t.type != "code_inline" else " " for t in inside))
    cells = [shown(t) for t in tokens if t.type == "inline"][-4:]
    assert [" ".join(c.split()) for c in cells] == ["P0", " ".join(f"{one_line(file)}:1:1".split()), " ".join(one_line(message).split()), "pm2/x"]


SARIF = json.loads((Path(__file__).parent / "data" / "sarif-schema-2.1.0.json").read_text("utf-8"))


def sarif(*args: str) -> dict[str, Any]:
    """The one run of a log that keeps the standard's schema."""
    log = json.loads(command(*args, "--format", "sarif").stdout)
    jsonschema.Draft4Validator(SARIF).validate(log)
    [run] = log["runs"]
    return dict(run)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_sarif_keeps_the_standard_whatever_the_text(text: str) -> None:
    jsonschema.Draft4Validator(SARIF).validate(json.loads(renderer("sarif")(report(text), View(folder="a b/в"))))


def test_sarif_has_every_finding_and_every_rule_that_was_held() -> None:
    run = sarif("examples/incident")
    rules = run["tool"]["driver"]["rules"]
    found = json.loads(command("examples/incident", "--format", "json").stdout)["findings"]
    assert [(r["ruleId"], r["partialFingerprints"]["onaiCheck/v1"]) for r in run["results"]] == [(f["rule"], f["fingerprint"]) for f in found]
    assert [r["id"] for r in rules] == [r["rule"] for r in json.loads(command("rules", "--format", "json").stdout)["rules"]]
    for result, finding in zip(run["results"], found, strict=True):
        rule = rules[result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        # only what failed is written, and a failure has a level (§3.27.10): open ones are no results
        assert result.get("kind", "fail") == "fail"
        assert result["level"] == rule["defaultConfiguration"]["level"] == {"P0": "error", "P1": "warning", "P2": "note"}[finding["priority"]]


def test_a_rule_in_sarif_says_all_that_github_shows_of_it() -> None:
    for rule in sarif("examples/incident")["tool"]["driver"]["rules"]:
        assert max(len(rule[part]["text"]) for part in ("shortDescription", "fullDescription")) <= 1024
        assert rule["fullDescription"]["text"] in rule["help"]["text"]
        assert re.match(r"\*\*Why\.\*\* .+\n\n\*\*What to do\.\*\* .+", rule["help"]["markdown"], re.DOTALL)
        assert rule["properties"]["precision"] in ("very-high", "high", "medium", "low")
        assert rule["properties"]["problem.severity"] in ("error", "warning", "recommendation")
        assert rule["properties"]["tags"] == [rule["id"].split("/")[0]]
        assert "helpUri" not in rule or f"<{rule['helpUri']}>" in rule["help"]["markdown"]


# (where PATH lies below the top of the repository, the file as the report names it, as GitHub and GitLab need it)
@pytest.mark.parametrize(
    ("below", "file", "from_top"),
    [
        ("", "ecosystem.config.js", "ecosystem.config.js"),
        ("services/api", "ecosystem.config.js", "services/api/ecosystem.config.js"),
        ("services/мой api", "deploy/a b.sh", "services/мой api/deploy/a b.sh"),
    ],
)
def test_paths_for_a_repositorys_host_start_at_its_top(below: str, file: str, from_top: str, repository: Any) -> None:
    root = repository(
        {
            f"{below}/ecosystem.config.js".lstrip("/"): "module.exports = { apps: [{ name: 'api', script: 'api.ts', max_restarts: 15 }] };\n",
            f"{below}/deploy/a b.sh".lstrip("/"): "npm ci\nnpm run build\npm2 restart api\n",
            f"{below}/package.json".lstrip("/"): '{"scripts": {"build": "tsc"}, "devDependencies": {"typescript": "5"}}\n',
            f"{below}/tsconfig.json".lstrip("/"): '{"compilerOptions": {"outDir": "dist"}}\n',
            ".gitignore": "node_modules/\n",
        }
    )
    path = str(root / below)
    assert file in {f["file"] for f in json.loads(command(path, "--format", "json").stdout)["findings"]}
    assert f"\n{file}\n" in "\n" + command(path).stdout
    run = sarif(path)
    places = [place["physicalLocation"]["artifactLocation"] for r in run["results"] for place in (*r["locations"], *r.get("relatedLocations", ()))]
    assert {place["uriBaseId"] for place in places} == set(run["originalUriBaseIds"]) == {"%SRCROOT%"}
    assert from_top in {unquote(place["uri"]) for place in places}
    assert all((root / unquote(place["uri"])).exists() or "onai-check.yaml" in place["uri"] for place in places)
    assert f" file={from_top}," in command(path, "--format", "github").stdout
    assert from_top in {i["location"]["path"] for i in json.loads(command(path, "--format", "gitlab").stdout)}
    assert from_top in {e.get("file") for e in xml.fromstring(command(path, "--format", "junit").stdout).iter("testcase")}


def test_a_gitignore_above_the_folder_is_below_the_top() -> None:
    assert View(folder="services/api").from_top("../.gitignore") == "services/.gitignore"


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


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("a.pdf", "which format?"),
        ("no/such/folder/a.json", "cannot be written: there is no folder no/such/folder"),
        ("{tmp}/folder.json", "folder.json: cannot be written: Is a directory"),
        ("text={tmp}/old.json", "is named twice"),
        ("text={tmp}/link.json", "is named twice"),
    ],
)
def test_an_output_that_cannot_be_is_2_and_no_other_is_changed(target: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("old")
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "link.json").symlink_to(tmp_path / "old.json")
    done = command("examples/incident", "-o", f"{tmp_path}/old.json", "-o", f"{tmp_path}/new.sarif", "-o", target.format(tmp=tmp_path))
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""
    assert (tmp_path / "old.json").read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder.json", "link.json", "old.json"]


def test_what_was_replaced_already_is_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "old.json"
    old.write_text("old")
    old.chmod(0o640)
    last = tmp_path / "last.json"
    real = os.replace

    def busy(source: str, target: Path) -> None:  # as a file is that a container has mounted
        if target == last:
            raise OSError(16, "Device or resource busy")
        real(source, target)

    monkeypatch.setattr("os.replace", busy)
    with pytest.raises(CheckError, match=r"last\.json: cannot be written: Device or resource busy"):
        files.replace([(old, b"1"), (tmp_path / "new.json", b"2"), (last, b"3")])
    assert [(p.name, p.read_text(), p.stat().st_mode & 0o777) for p in tmp_path.iterdir()] == [("old.json", "old", 0o640)]


@pytest.mark.parametrize(
    ("args", "groups"),
    [
        (["--select", "pm2"], {"pm2"}),
        (["--select", "pm2/", "--ignore", "pm2/short-min-uptime"], {"pm2"}),
        (["--ignore", "deploy", "--ignore", "pm2"], {"rollback", "git", "env", "ci", "logging", "monitor", "tests", "docs"}),
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


def test_a_hostile_project_is_reported_as_it_is_named(repository: Any) -> None:
    root = str(repository({f"sub/{name}": text for name, text in ODD.items()}) / "sub")
    out = {name: command(root, *SELECT, "--format", name, "--color", "always", FORCE_COLOR="1").stdout for name in RENDERERS}
    found = json.loads(out["json"])["findings"]
    assert {f["file"] for f in found} < set(ODD)
    assert any("\x1b[31m ::error::x\n<b>\u202e" in f["message"] for f in found)
    places = [(f"sub/{f['file']}", f["line"]) for f in found]
    commands = [taken_by_github(line) for line in out["github"].splitlines()]
    assert [(c[1]["file"], int(c[1]["line"])) for c in commands if c and "file" in c[1]] == [("\n".join(map(one_line, file.split("\n"))), line) for file, line in places]
    assert [(i["location"]["path"], i["location"]["lines"]["begin"]) for i in json.loads(out["gitlab"])] == places
    results = [r["locations"][0]["physicalLocation"] for r in json.loads(out["sarif"])["runs"][0]["results"]]
    assert [(unquote(r["artifactLocation"]["uri"]), r["region"]["startLine"]) for r in results] == places
    assert len(list(xml.fromstring(out["junit"]).iter("failure"))) == len(found)
    assert not [line for line in re.sub(r"\x1b\[[\d;]*m", "", out["text"]).split("\n") if taken_by_github(line)]
    assert "\x1b" not in "".join(out[name] for name in RENDERERS if name != "text")


def test_a_name_is_told_so_that_its_file_is_found(tmp_path: Path) -> None:
    bad = "module.exports = { apps: [{ name: 'api', script: 'a.js', max_restarts: 15 }] };\n"
    for name in (b"a\xff", b"two\nlines", "имя".encode()):
        (tmp_path / os.fsdecode(name)).mkdir()
        (tmp_path / os.fsdecode(name) / "pm2.config.js").write_text(bad)
    out = {name: command(str(tmp_path), "--select", "pm2/too-many-restarts", "--format", name, COLUMNS="200").stdout for name in RENDERERS}
    commands = [taken_by_github(line) for line in out["github"].splitlines()]
    assert [c[1]["file"] for c in commands if c and "file" in c[1]] == ["a\\xff/pm2.config.js", "two\nlines/pm2.config.js", "имя/pm2.config.js"]
    assert [i["location"]["path"] for i in json.loads(out["gitlab"])] == ["a\\xff/pm2.config.js", "two\nlines/pm2.config.js", "имя/pm2.config.js"]
    assert [os.fsencode(f["file"]) for f in json.loads(out["json"])["findings"]] == [b"a\xff/pm2.config.js", b"two\nlines/pm2.config.js", "имя/pm2.config.js".encode()]
    uris = [r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in json.loads(out["sarif"])["runs"][0]["results"]]
    assert [unquote_to_bytes(uri) for uri in uris] == [b"a\xff/pm2.config.js", b"two\nlines/pm2.config.js", "имя/pm2.config.js".encode()]
    suites = [s.get("name") for s in xml.fromstring(out["junit"])]
    assert suites == ["a\\xff/pm2.config.js", "two\\nlines/pm2.config.js", "имя/pm2.config.js", "not judged"]
    for name in ("text", "markdown"):
        assert "a\\xff/pm2.config.js" in out[name]
        assert "two\\nlines/pm2.config.js" in out[name]

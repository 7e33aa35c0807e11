"""Rules that users write: every mistake is told with its place and what may stand there, in `test-rules` and in `check` alike."""

from __future__ import annotations

import re
import textwrap
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from conftest import ROOT, Snapshot
from test_cli import BAD, command
from test_docs import block

from checklist import examples, packs
from checklist.errors import CheckError
from checklist.facts import derive, kinds
from checklist.facts.pm2 import options

Folder = Callable[[Mapping[str, str]], Path]
RULE = block("## The whole of one")


def written(text: str, folder: Path) -> Path:
    file = folder / "own" / "x.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")
    return file


def said(text: str, tmp_path: Path, lang: str = "en") -> list[str]:
    """What is said of a rule file, without the path of its folder; the loader says the same of its first document."""
    file = written(text, tmp_path)
    told = [line.removeprefix(f"{file.parent}/") for f in examples.failures(file, "own/x") for line in f[lang].split("\n")]
    if not any("example" in line for line in told):
        with pytest.raises(CheckError) as error:
            packs.load(tmp_path)
        assert [line.removeprefix(f"{file.parent}/") for line in error.value.texts[lang].split("\n")] == told
    return told


def test_the_rule_of_the_docs_has_no_mistake(tmp_path: Path) -> None:
    assert list(examples.failures(written(RULE, tmp_path), "own/x")) == []


# (what is written, what is written by mistake, line:column and what is said)
MISTAKES = [
    # keys
    ("priority: P0", "prioritiy: P0", "4:1: unknown key 'prioritiy'; did you mean 'priority'?"),
    ("priority: P0", "prioritiy: P0", "1:1: the rule: 'priority' is missing"),
    ("fix: {en:", "fix: {eng:", "16:7: unknown key 'fix.eng'; did you mean 'en'?"),
    ("refs:", "links:", "17:1: unknown key 'links'; known here: "),
    ("must: {properties: {watch: {enum: [false]}}}  ", "must: {propertys: {watch: {enum: [false]}}}  ", "9:8: unknown key 'must.propertys'; did you mean 'properties'?"),
    ("{enum: [false]}", "{maximun: 3}", "9:29: unknown key 'must.properties.watch.maximun'; did you mean 'maximum'?"),
    ("must: {properties: {watch: {enum: [false]}}}  ", "", "1:1: a rule has one of `must` and `check`"),
    # types and values
    ("priority: P0", "priority: P3", "4:11: priority must be one of P0, P1, P2"),
    ("priority: P0", "priority: 0", "4:11: priority must be one of P0, P1, P2"),
    ("effort: 2m", "effort: 5 minutes", "5:9: effort must be the time to mend one finding, such as 5m or 2h"),
    ("effort: 2m", "effort: 5", "5:9: effort must be a text"),
    ("{enum: [false]}", "{type: bolean}", "9:35: must.properties.watch.type must be one of string, number, integer, boolean, object, array, null, function; did you mean 'boolean'?"),
    ("{enum: [false]}", "{enum: false}", "9:35: must.properties.watch.enum must be a list"),
    ("{enum: [false]}", "{maximum: '3'}", "9:38: must.properties.watch.maximum must be a number"),
    ("{enum: [false]}", "{pattern: 3}", "9:38: must.properties.watch.pattern must be a text"),
    ("{enum: [false]}", "{pattern: '[a-'}", "9:38: not a regular expression: unterminated character set"),
    ("{enum: [false]}", "{format: uri}", "9:37: must.properties.watch.format must be one of https-url, regex, sentry-dsn, time, url"),
    ("{enum: [false]}", "{not: [true]}", "9:34: must.properties.watch.not must be a mapping"),
    ("must: {properties: {watch: {enum: [false]}}}  ", "must: {required: watch}  ", "9:18: must.required must be a list"),
    ("must: {properties: {watch: {enum: [false]}}}  ", "must: false  ", "9:7: must must be a mapping"),
    ("https://pm2", "http://pm2", "17:8: refs.0 must be an address that begins with https://"),
    # texts
    ('\n  ru: "PM2 не следит за файлами"', "", "2:3: title: 'ru' is missing"),
    ('"PM2 не следит за файлами"', '""', "3:7: title.ru must be not empty"),
    ("changes\"", "changes.\"", "11:7: message.en must be one line without a dot at its end"),
    ("fix: {en", "fix: text\nnot: {en", "16:6: fix must be a mapping"),
    ("app {name} restarts", "app {nmae} restarts", "11:7: unknown field 'nmae'; did you mean 'name'?"),
    ("app {name} restarts", "app {maxRestarts} restarts", "11:7: unknown field 'maxRestarts'; did you mean 'max_restarts'?"),
    ("app {name} restarts", "app {params.limit} restarts", "11:7: unknown field 'params.limit'; known here: none"),
    ("не следит за", "{name} не следит за", "3:7: {name} cannot be filled in `title`, only parameters can"),
    # names
    ("for: pm2.app ", "for: pm2.ap ", "7:6: unknown kind of document 'pm2.ap'; did you mean 'pm2.app'?"),
    ("for: pm2.app ", "for: ecosystem ", "7:6: unknown kind of document 'ecosystem'; known here: ci.command, ci.job"),
    ("server/ecosystem-up-to-date", "server/ecosystem", "6:12: unknown item of the checklist 'server/ecosystem'; did you mean 'server/ecosystem-up-to-date'?"),
    ("app {name} restarts", "app {colour} restarts", "11:7: unknown field 'colour'; `onai-check show FILE` shows those there are"),
    ("{watch: {enum", "{wacth: {enum", "9:21: unknown field of pm2.app 'wacth'; did you mean 'watch'?"),
    ("{properties: {autorestart: {not: {const: false}}}}", "{required: [interpreter]}", "8:19: unknown field of pm2.app 'interpreter'; did you mean 'exec_interpreter'?"),
    ("fix: {en", "at: scirpt\nfix: {en", "16:5: unknown field of pm2.app 'scirpt'; did you mean 'script'?"),
    ("fix: {en", "related: [build_step]\nfix: {en", "16:10: unknown field of pm2.app 'build_step'; did you mean 'build_steps'?"),
    ("fix: {en", "point: keys\nfix: {en", "16:8: point must be one of value, key; did you mean 'key'?"),
    ("fix: {en", "raise_to: {P1: {}}\nfix: {en", "16:12: raise_to.P1 is not above the rule's own priority, P0"),
    # parameters
    ("{enum: [false]}", "{enum: {param: allowed}}", "9:43: unknown parameter 'allowed'; known here: none"),
    ("{enum: [false]}}}  ", "{maximum: {param: most}}}}\nparams: {most: {policy: max_restart}}  ", "10:25: unknown policy 'max_restart'; did you mean 'max_restarts'?"),
    ("{enum: [false]}}}  ", "{maximum: {param: most}}}}\nparams: {most: three}  ", "9:38: must.properties.watch.maximum must be a number"),
    # checks
    ("must: {properties: {watch: {enum: [false]}}}  ", "check: {name: folows, with: {each: {}, needs: {}}}  ", "9:15: check.name must be one of follows, never, precedes; did you mean 'follows'?"),
    ("must: {properties: {watch: {enum: [false]}}}  ", "check: {name: follows, with: {each: {}}}  ", "9:30: check.with: 'needs' is missing"),
    ("must: {properties: {watch: {enum: [false]}}}  ", "check: {name: never, with: {each: {effects: start}}}  ", "9:36: unknown field of deploy.step 'effects'; did you mean 'effect'?"),
    ("must: {properties: {watch: {enum: [false]}}}  ", "check: {name: never, with: {each: {effect: start}}}  ", "7:6: a check judges the steps of a deploy: for must be deploy.path"),
    # several wordings
    ('  en: "app {name} restarts whenever a file changes"\n  ru:', "  - {en: a, ru: я}\n  - en: b\n    ru:", "11:5: a wording without `when` is the last one"),
    # YAML
    ("  en: \"PM2 does", "\ten: \"PM2 does", "2:1: found character that cannot start any token"),
    ("priority: P0", "priority: P0\npriority: P1", "5:1: a key that stands twice in one mapping"),
    ("priority: P0", "priority: &a [*a]", "4:11: an anchor that contains itself"),
    ("priority: P0", "a: &a [x,x,x,x,x,x,x,x,x]\n" + "\n".join(f"{b}: &{b} [*{a},*{a},*{a},*{a},*{a},*{a},*{a},*{a},*{a}]" for a, b in zip("abcdef", "bcdefg", strict=True)), "9:4: more than 100,000 values"),
    ("message: ", "message: {en: {name} restarts, ru: x}\nfoo: ", "10:22: did not find expected ',' or '}'"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "told"), MISTAKES, ids=[w.strip()[:40] for _, w, _ in MISTAKES])
def test_a_mistake_is_told_with_its_place(right: str, wrong: str, told: str, tmp_path: Path) -> None:
    assert right in RULE
    text = RULE.replace(right, wrong, 1)
    found = said(text, tmp_path)
    assert any(line.startswith(f"x.yaml:{told}") for line in found), found
    assert all(re.match(r"x\.yaml:\d+:\d+: \S", line) for line in found)
    assert all(re.search("[а-яё]", line) for line in said(text, tmp_path, "ru")), said(text, tmp_path, "ru")


OTHER_FILES = [
    ({"x.yaml": RULE}, "x.yaml:1:1: 'x' is no id: below the pack's folder the file is GROUP/NAME.yaml"),
    ({"own/Watch On.yaml": RULE}, "own/Watch On.yaml:1:1: 'own/Watch On' is no id"),
    ({"own/x.yml": RULE}, "own/x.yml: the name of a rule file ends in .yaml"),
    ({"own/x.yaml": ""}, "own/x.yaml:1:1: an empty rule file"),
    ({"own/x.yaml": "# later\n"}, "own/x.yaml:1:1: an empty rule file"),
    ({"own/x.yaml": "---\n---\n"}, "own/x.yaml:1:1: an empty rule file"),
    ({"own/x.yaml": "- title\n"}, "own/x.yaml:1:1: the document must be a mapping"),
    ({"own/x.yaml": "watch is off"}, "own/x.yaml:1:1: the document must be a mapping"),
    ({"own/x.yaml": "must: " + "{not: " * 400 + "{}" + "}" * 400}, "own/x.yaml:1:1: nested too deeply"),
    ({"pm2/watch-on.yaml": RULE}, "pm2/watch-on.yaml:1:1: there is already a rule 'pm2/watch-on'; give the file another name"),
    ({"README.md": "rules"}, "holds no rule (*.yaml)"),
]


@pytest.mark.parametrize(("files", "told"), OTHER_FILES, ids=[t for _, t in OTHER_FILES])
def test_a_pack_with_a_mistake_is_told_at_once_by_both_commands(files: Mapping[str, str], told: str, folder: Folder) -> None:
    root = folder({**BAD, "onai-check.yaml": "rules: {packs: [./rules]}\n", **{f"rules/{name}": text for name, text in files.items()}})
    tested, checked = command("test-rules", "rules", cwd=root), command(cwd=root)
    assert told in tested.stdout + tested.stderr
    assert tested.returncode in (1, 2)
    assert told in checked.stderr
    assert checked.returncode == 2
    assert "Traceback" not in tested.stderr + checked.stderr


def test_a_checkout_of_the_built_in_pack_is_tested_like_any(tmp_path: Path) -> None:
    for id, file in packs.files(packs.builtin()).items():
        (tmp_path / id).parent.mkdir(exist_ok=True)
        (tmp_path / f"{id}.yaml").write_bytes(file.read_bytes())
    done = command("test-rules", str(tmp_path))
    assert (done.returncode, done.stdout) == (0, f"{len(packs.files(packs.builtin()))} rules, 0 failures\n")


EXAMPLES = [
    ("watch: true}", "watch: false}", "25: bad example 'switched on': found at no place, should be at ecosystem.config.js:1:72"),
    ("js:1:72", "js:1:7", "25: bad example 'switched on': found at ecosystem.config.js:1:72, should be at ecosystem.config.js:1:7"),
    ('    at: ["ecosystem.config.js:1:72"]\n', "", "25:5: bad.0: 'at' is missing"),
    ('["ecosystem.config.js:1:72"]', '["ecosystem.config.js:1"]', "29:10: bad.0.at.0 must be FILE:LINE:COLUMN"),
    ('["ecosystem.config.js:1:72"]', "ecosystem.config.js:1:72", "29:9: bad.0.at must be a list"),
    ("good:", "goods:", "19:1: unknown key 'goods'; did you mean 'good'?"),
    ("script: 'src/server.ts'}", "script: 'src/server.ts', watch: true}", "20: good example 'no watch at all': found at ecosystem.config.js:1:72, open at no place"),
    ("process.env.WATCH", "false", "31: unclear example 'the environment decides': found at no place, should be open"),
    ("ecosystem.config.js: |\n        module.exports = {apps: [{name: 'api', script: 'src/server.ts', watch: true}]};", "env: ''", "25: bad example 'switched on': there is no pm2.app in it"),
    ("    files:\n      ecosystem.config.js: |\n        module.exports = {apps: [{name: 'api', script: 'src/server.ts', watch: true", "    config: 'gate: P7'\n    files:\n      ecosystem.config.js: |\n        module.exports = {apps: [{name: 'api', script: 'src/server.ts', watch: true", "25: bad example 'switched on': onai-check.yaml:1:7: gate must be one of"),
    ('["ecosystem.config.js:1:72"]', '["ecosystem.config.js:1:72"]\n    says: ["app api is watched"]', "25: bad example 'switched on': says 'app api restarts whenever a file changes', should say 'app api is watched'"),
    ('["ecosystem.config.js:1:72"]', '["ecosystem.config.js:1:72"]\n    priority: P1', "25: bad example 'switched on': of priority P0, should be P1"),
    ("  - title: no watch at all", "  - title: no watch at all\n    applies: false", "20: good example 'no watch at all': the rule should not apply"),
    ("unclear:", "---\nunclear:", "31:1: a rule file has two documents"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "told"), EXAMPLES, ids=[w.strip()[:40] for _, w, _ in EXAMPLES])
def test_an_example_that_does_not_come_out_is_told_with_its_line(right: str, wrong: str, told: str, tmp_path: Path) -> None:
    assert right in RULE
    file = written(RULE.replace(right, wrong, 1), tmp_path)
    found = [line for f in examples.failures(file, "own/x") for line in f["en"].split("\n")]
    assert any(line.startswith(f"{file}:{told}") for line in found), found


def test_the_when_of_a_wording_may_name_a_parameter(tmp_path: Path) -> None:
    wordings = """message:
  - {when: {properties: {max_restarts: {minimum: {param: many}}}}, en: "watched, and restarted often", ru: "следит"}
  - {en: "watched", ru: "следит"}
"""
    text = RULE[: RULE.index("message:")] + "params: {many: 10}\n" + wordings + RULE[RULE.index("why:") :]
    text = text.replace('["ecosystem.config.js:1:72"]', '["ecosystem.config.js:1:72"]\n    says: ["watched, and restarted often"]')
    assert list(examples.failures(written(text, tmp_path), "own/x")) == []


def test_a_rule_without_examples_is_no_tested_rule(tmp_path: Path) -> None:
    file = written(RULE.split("---")[0], tmp_path)
    assert [f["en"] for f in examples.failures(file, "own/x")] == [f"{file}:1: own/x has no examples: write some below a line `---`"]


def test_explain_tells_the_mistakes_of_an_own_rule_too(folder: Folder) -> None:
    root = folder({"onai-check.yaml": "rules: {packs: [rules]}\n", "rules/own/x.yaml": RULE.replace("why:", "wy:")})
    done = command("explain", "own/x", cwd=root)
    assert done.returncode == 2
    assert "unknown key 'wy'; did you mean 'why'?" in done.stderr


# ---- the table of kinds ------------------------------------------------------------------------------------------------


def test_the_kinds_and_their_fields_are_those_that_there_are(snapshot: Snapshot) -> None:
    fields: dict[str, set[str]] = defaultdict(set)
    for file in packs.files(packs.builtin()).values():
        for example in packs.examples(file):
            for document in derive(examples.project(example)).documents:
                fields[document.kind] |= document.value.members().keys()
    fields["pm2.app"] -= options.table().keys()
    told = {kind: f"[{', '.join(sorted(names))}]" for kind, names in sorted(fields.items())} | dict.fromkeys(("package", "pm2.config"), kinds.ANY)
    lines = [f"{kind}: {names}" for kind, names in told.items()]
    head = "# Every kind of document and its fields, as the examples of the rules show them; an app has PM2's options besides.\n# Written by `pytest --update-snapshots`. A field that no example shows is unknown to a user's rule: add an example.\n"
    snapshot("checklist/facts/kinds.yaml", head + "".join(textwrap.fill(line, 120, subsequent_indent="  ") + "\n" for line in lines))


def test_the_docs_name_every_kind() -> None:
    documented = {kind for row in re.findall(r"(?m)^\| (`.*?) \|", (ROOT / "docs" / "rules.md").read_text("utf-8").split("## Documents")[1].split("\n## ")[0]) for kind in re.findall("`([^`]+)`", row)}
    assert documented == set(kinds.table())


def test_what_test_rules_says_is_said_in_russian_where_russian_is_read(folder: Folder) -> None:
    root = folder({"rules/own/x.yaml": RULE.replace("watch: true}", "watch: false}"), "rules/own/y.yaml": RULE.replace("why:", "wy:")})
    done = command("test-rules", "rules", "--lang", "ru", cwd=root)
    assert done.returncode == 1
    assert done.stdout.split("\n") == [
        "rules/own/x.yaml:25: пример bad 'switched on': найдено в: нигде, должно быть в: ecosystem.config.js:1:72",
        "rules/own/y.yaml:1:1: правило: не хватает 'why'",
        "rules/own/y.yaml:13:1: нет такого ключа: 'wy'; возможно, 'why'?",
        "правил: 2, не прошло: 2",
        "",
    ]

"""Deploys are found wherever their shell stands, with exact places, and `plan` prints them as they will run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import jsonschema
import pytest
from conftest import make, run
from hypothesis import given, settings
from hypothesis import strategies as st

from checklist import cli, engine
from checklist.facts import derive
from checklist.model import Project, plain
from checklist.parse import embedded, yaml
from checklist.parse import json as json_parser
from checklist.report import plan

APP = "module.exports = { apps: [{ name: 'api', script: 'tsx', args: 'src/server.ts' }] };\n"

FILES: dict[str, tuple[dict[str, str], list[tuple[str, str, str]]]] = {
    "a block in a workflow": (
        {".github/workflows/d.yml": "on: push\njobs:\n  go:\n    runs-on: x\n    steps:\n      - run: |\n          npm ci\n          if true; then\n            pm2 restart api\n          fi\n"},
        [(".github/workflows/d.yml#go", ".github/workflows/d.yml:7:11", "npm ci"), (".github/workflows/d.yml#go", ".github/workflows/d.yml:9:13", "pm2 restart api")],
    ),
    "one line in a workflow, an expression before": (
        {".github/workflows/d.yml": "jobs:\n  go:\n    steps:\n      - run: DIR=${{ env.X }} npm ci && pm2 restart api\n"},
        [(".github/workflows/d.yml#go", ".github/workflows/d.yml:4:14", "DIR=${{ env.X }} npm ci"), (".github/workflows/d.yml#go", ".github/workflows/d.yml:4:41", "pm2 restart api")],
    ),
    "quotes in a workflow": (
        {".github/workflows/d.yml": 'jobs:\n  go:\n    steps:\n      - run: "echo \\"x\\" && pm2 restart api"\n'},
        [(".github/workflows/d.yml#go", ".github/workflows/d.yml:4:29", "pm2 restart api")],
    ),
    "folded lines in a workflow": (
        {".github/workflows/d.yml": "jobs:\n  go:\n    steps:\n      - run: >\n          npm ci\n          && pm2 restart api\n"},
        [(".github/workflows/d.yml#go", ".github/workflows/d.yml:5:11", "npm ci"), (".github/workflows/d.yml#go", ".github/workflows/d.yml:6:14", "pm2 restart api")],
    ),
    "an ssh action": (
        {".github/workflows/d.yml": "jobs:\n  go:\n    steps:\n      - uses: appleboy/ssh-action@v1\n        with:\n          script: |\n            cd /srv/api\n            pm2 restart api\n"},
        [(".github/workflows/d.yml#go", ".github/workflows/d.yml:8:13", "pm2 restart api")],
    ),
    "a script of the project, called by a job": (
        {".github/workflows/d.yml": "jobs:\n  go:\n    steps:\n      - run: ./ship.sh\n", "ship.sh": "npm ci\n"},
        [(".github/workflows/d.yml#go", "ship.sh:1:1", "npm ci"), ("ship.sh", "ship.sh:1:1", "npm ci")],
    ),
    "a hook of pm2 deploy": (
        {"ecosystem.config.js": "module.exports = {\n  apps: [],\n  deploy: { production: { 'post-deploy': 'npm ci && pm2 reload api' } },\n};\n"},
        [("ecosystem.config.js#production/post-deploy", "ecosystem.config.js:3:43", "npm ci"), ("ecosystem.config.js#production/post-deploy", "ecosystem.config.js:3:53", "pm2 reload api")],
    ),
    "a script of package.json": (
        {"package.json": '{\n  "scripts": {"deploy": "git pull \\\\\\n && pm2 restart \\"api\\""}\n}\n'},
        [("package.json#deploy", "package.json:2:26", "git pull"), ("package.json#deploy", "package.json:2:43", 'pm2 restart "api"')],
    ),
    "npm run deploy in a script": (
        {"package.json": '{"scripts": {"ship": "pm2 restart api"}}', "go.sh": "npm run ship\n"},
        [("go.sh", "package.json:1:23", "pm2 restart api"), ("package.json#ship", "package.json:1:23", "pm2 restart api")],
    ),
    "a Makefile": (
        {"Makefile": "deploy: test\n\t@git pull\n\t-npm ci\n\tpm2 restart api\n"},
        [("Makefile#deploy", "Makefile:2:3", "git pull"), ("Makefile#deploy", "Makefile:3:3", "npm ci"), ("Makefile#deploy", "Makefile:4:2", "pm2 restart api")],
    ),
    "quotes behind ssh": (
        {"go.sh": 'ssh h "cd /srv && echo \\"x\\" && pm2 restart api"\n'},
        [("go.sh", "go.sh:1:33", "pm2 restart api")],
    ),
    "a variable that is put in on this side": (
        {"go.sh": 'NAME=api\nssh h "npm ci; pm2 restart $NAME; pm2 save"\n'},
        [("go.sh", "go.sh:2:8", "npm ci"), ("go.sh", "go.sh:2:16", "pm2 restart api"), ("go.sh", "go.sh:2:35", "pm2 save")],
    ),
    "ssh in a here-document of sudo": (
        {"go.sh": "ssh h <<'A'\nsudo -u app bash <<'B'\npm2 restart api\nB\nA\n"},
        [("go.sh", "go.sh:3:1", "pm2 restart api")],
    ),
    "su, docker, eval, sh -c": (
        {"go.sh": "su - app -c 'npm ci'\ndocker exec -it web sh -c 'pm2 restart api'\neval 'pm2 save'\nsudo sh -c \"pm2 stop x\"\n"},
        [("go.sh", "go.sh:1:14", "npm ci"), ("go.sh", "go.sh:2:28", "pm2 restart api"), ("go.sh", "go.sh:3:7", "pm2 save"), ("go.sh", "go.sh:4:13", "pm2 stop x")],
    ),
    "a known variable is ssh": (
        {"go.sh": 'SSH="ssh -p 22 deploy@h"\n$SSH "pm2 restart api"\n'},
        [("go.sh", "go.sh:2:7", "pm2 restart api")],
    ),
    "what a wrapper is given": (
        {"go.sh": 'run() {\n  "$@"\n}\nrun npm ci\nbash lib/x.sh pm2 restart api\n', "lib/x.sh": 'echo "> $*"\nsudo exec "$@"\n'},
        [("go.sh", "go.sh:4:1", "run npm ci"), ("go.sh", "go.sh:5:1", "bash lib/x.sh pm2 restart api")],
    ),
    "wrappers in wrappers, and a function's own commands": (
        {"go.sh": 'run() { "$@"; }\ntry() { run "$@" || exit 1; }\nstart() { run pm2 start "$1"; pm2 save; }\ntry npm ci\nstart api\n'},
        [("go.sh", "go.sh:4:1", "try npm ci"), ("go.sh", "go.sh:3:11", 'run pm2 start "$1"'), ("go.sh", "go.sh:3:31", "pm2 save")],
    ),
    "a sourced library": (
        {"go.sh": ". \"$(dirname \"$0\")/lib/util.sh\"\nrestart\n", "lib/util.sh": "restart() {\n  pm2 restart api\n}\n"},
        [("go.sh", "lib/util.sh:2:3", "pm2 restart api")],
    ),
    "a Dockerfile": (
        {"Dockerfile": "FROM node:20\nRUN npm ci \\\n  # why\n  && npm run build\nRUN --mount=type=cache,target=/x npx prisma db push\nCMD [\"pm2\", \"start\", \"a.js\"]\n"},
        [("Dockerfile", "Dockerfile:2:5", "npm ci"), ("Dockerfile", "Dockerfile:4:6", "npm run build"), ("Dockerfile", "Dockerfile:5:34", "npx prisma db push"), ("Dockerfile", "Dockerfile:6:7", "pm2 start a.js")],
    ),
    "a composite action of the repository": (
        {".github/workflows/d.yml": "jobs:\n  go:\n    steps:\n      - uses: ./.github/actions/ship\n", ".github/actions/ship/action.yml": "runs:\n  using: composite\n  steps:\n    - run: pm2 restart api\n      shell: bash\n"},
        [(".github/workflows/d.yml#go", ".github/actions/ship/action.yml:4:12", "pm2 restart api")],
    ),
    "a script on standard input": (
        {"go.sh": "ssh h 'bash -s' < remote.sh\n", "remote.sh": "pm2 restart api\n"},
        [("go.sh", "remote.sh:1:1", "pm2 restart api"), ("remote.sh", "remote.sh:1:1", "pm2 restart api")],
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_shell_is_found_wherever_it_stands(name: str) -> None:
    files, wanted = FILES[name]
    found = []
    for path, steps in plan.entries(engine.run(make(files), [])):
        found += [(path.text("entry"), f"{plain(s.get('file'))}:{plain(s.get('line'))}:{plain(s.get('column'))}", s.text("text")) for s, _ in steps]
    assert sorted(found) == sorted(wanted)


TEXTS = st.text(alphabet="ab é😀\n\t\"'\\$|>#: -", min_size=1, max_size=30)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_every_character_of_a_json_string_is_found_again(text: str) -> None:
    file = json.dumps({"x": text}, ensure_ascii=False)
    value = json_parser.parse("p.json", file).value
    assert value is not None
    where = value.get("x")
    assert where is not None
    assert where.at is not None
    source = embedded.source(file, where.at, text)
    for i, character in enumerate(text):
        if character.isalnum():
            line, column = source.spot(i)
            assert file.split("\n")[line - 1][column - 1] == character


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(alphabet="ab é😀\"'\\$|>#: -", min_size=1, max_size=12).filter(lambda t: t.strip() == t), min_size=1, max_size=4))
def test_every_character_of_a_yaml_block_is_found_again(lines: list[str]) -> None:
    file = "run: |\n" + "".join(f"    {line}\n" for line in lines)
    value = yaml.parse("w.yml", file).value
    found = value.get("run") if value is not None else None
    if found is None or not isinstance(found.content, str) or found.at is None:
        return  # YAML itself may not take it
    source = embedded.source(file, found.at, found.content)
    for i, character in enumerate(found.content):
        if character.isalnum():
            line, column = source.spot(i)
            assert file.split("\n")[line - 1][column - 1] == character


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab $(){}[]<>|&;'\"`\\\n=#!?*-0.", max_size=80), st.sampled_from(["{}", "set -e\n{}\npm2 restart a\n", "ssh h \"{}\"\n", "ssh h <<EOF\n{}\nEOF\n", "f() {{\n{}\n}}\nf || x\n", "if {}; then pm2 stop a; fi"]))
def test_no_script_raises_or_has_a_step_outside_its_file(text: str, around: str) -> None:
    script = around.format(text.replace("{", "").replace("}", "") if "{{" in around else text)
    for document in derive(Project(files={"a.sh": script})).documents:
        if document.kind == "deploy.step":
            at = document.place()
            lines = script.split("\n")
            assert at.file == "a.sh"
            assert 1 <= at.line <= len(lines)
            assert 1 <= at.column <= len(lines[at.line - 1]) + 1


def test_json_is_the_contract() -> None:
    report = run({"deploy.sh": "git pull\nnpm run build\npm2 restart api || pm2 start dist/server.js\n", "ecosystem.config.js": APP, "package.json": "{}"})
    data = json.loads(plan.as_json(report))
    step = {
        "type": "object",
        "required": [*plan.FIELDS, "findings"],
        "additionalProperties": False,
        "properties": {
            **{name: {} for name in plan.FIELDS},
            "n": {"type": "integer", "minimum": 1},
            "on_failure": {"enum": ["stops", "continues", "handled"]},
            "effect": {"enum": ["fetch", "install", "build", "archive", "ship", "clean", "migrate", "env", "start", "restart", "reload", "stop", "delete", "save", "wait", "health_check", "rollback", "notify"]},
            "then": {"type": "array", "items": {"type": "integer"}},
            "findings": {"type": "array", "items": {"type": "string", "pattern": "^[a-z0-9]+/[a-z0-9-]+$"}},
        },
    }
    jsonschema.validate(data, {"type": "object", "required": ["version", "entries"], "properties": {"version": {"const": 1}, "entries": {"items": {"properties": {"steps": {"items": step}}}}}})
    (entry,) = data["entries"]
    assert [(s["n"], s["effect"], s["on_failure"], s["then"]) for s in entry["steps"]] == [(1, "fetch", "continues", []), (2, "build", "continues", []), (3, "restart", "continues", [4]), (4, "start", "stops", [])]
    assert "deploy/build-step" in entry["steps"][1]["findings"]


def test_text_says_where_it_runs_and_what_a_failure_does(folder: Callable[[Mapping[str, str]], Path], capsys: pytest.CaptureFixture[str], snapshot: Callable[[str, str], None]) -> None:
    script = "set -e\ngit pull\nssh deploy@example.com <<'EOF'\nset -e\ncd backend\nnpm ci\npm2 restart api\nsleep 5\nif ! curl -sf http://localhost:3000/health; then\n  ./rollback.sh\n  exit 1\nfi\nEOF\n"
    root = folder({"deploy.sh": script, "ecosystem.config.js": APP, "package.json": "{}", "backend/package.json": "{}"})
    for lang in ("en", "ru"):
        assert cli.run(["plan", str(root), "--lang", lang]) == 0
        snapshot(f"tests/snapshots/plan-{lang}.txt", capsys.readouterr().out)
    assert cli.run(["plan", str(root), "--format", "mermaid"]) == 0
    snapshot("tests/snapshots/plan.mmd", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("script", "wanted"),
    [
        # (the step, the steps that a failure brings, whether it runs only after one)
        ("set -e\ntrap './rollback.sh; pm2 reload api' ERR\ngit pull\nnpm ci\npm2 restart api\n", [("git pull", [4, 5], False), ("npm ci", [4, 5], False), ("pm2 restart api", [4, 5], False), ("./rollback.sh", [], True), ("pm2 reload api", [], True)]),
        # what the trap does not wait for stands behind it
        ("set -e\ntrap ./rollback.sh ERR\ngit pull\ntrap - ERR\nnpm ci\n", [("git pull", [2], False), ("./rollback.sh", [], True), ("npm ci", [], False)]),
        ("set -e\ntrap ./rollback.sh EXIT\ngit pull\nnpm ci\n", [("git pull", [], False), ("npm ci", [], False), ("./rollback.sh", [], False)]),
        ("set -e\ngit pull || { ./rollback.sh; exit 1; }\nnpm ci\n", [("git pull", [2], False), ("./rollback.sh", [], True), ("npm ci", [], False)]),
    ],
)
def test_what_a_trap_does_stands_behind_the_steps_that_it_waits_for(script: str, wanted: list[tuple[str, list[int], bool]]) -> None:
    report = engine.run(make({"deploy.sh": script, "rollback.sh": "pm2 reload api\n"}), [])
    steps = next(steps for path, steps in plan.entries(report) if path.text("entry") == "deploy.sh")
    assert [(s.text("text"), plain(s.get("then")), not plain(s.get("normal"))) for s, _ in steps] == wanted
    told = [line.plain for line in plan.lines(report, "en", 100)]
    assert sum("[only after a failure]" in line for line in told) == sum(aside and " || " not in script for _, _, aside in wanted)


@pytest.mark.parametrize("text", ['x"] --> y["', "a`b", "<script>", "%%{init: {}}%%", "end", "#quot;", "\x1b[31m", "click e0s1 href"])
def test_a_label_of_the_diagram_is_only_text(text: str) -> None:
    report = engine.run(make({"deploy.sh": f"npm ci '{text}'\n"}), [])
    lines = plan.mermaid(report).split("\n")
    assert len(lines) == len(plan.mermaid(engine.run(make({"deploy.sh": "npm ci x\n"}), [])).split("\n"))
    label = next(line for line in lines if line.lstrip().startswith("e0s1[")).strip()
    assert re.fullmatch(r'e0s1\["[\w ./:,=@+#;-]*"\]', label)


def test_a_project_without_a_deploy_says_so(folder: Callable[[Mapping[str, str]], Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["plan", str(folder({"ecosystem.config.js": APP}))]) == 0
    assert "No script, CI job or deploy hook" in capsys.readouterr().out


SEQUENCE = """title: {{en: Saved, ru: Сохранено}}
priority: P2
effort: 1m
for: deploy.path
check: {check}
message: {{en: "x", ru: "х"}}
why: {{en: x, ru: х}}
fix: {{en: x, ru: х}}
---
good: []
bad: []
"""


@pytest.mark.parametrize(
    ("check", "script", "lines"),
    [
        ("{name: follows, with: {each: {effect: [start, restart]}, needs: {effect: save}}}", "pm2 restart a\npm2 save", []),
        ("{name: follows, with: {each: {effect: [start, restart]}, needs: {effect: save}}}", "pm2 restart a\npm2 save\npm2 start b\npm2 restart c", [3, 4]),
        ("{name: follows, with: {each: {effect: [start, restart]}, needs: {effect: save}, at: last}}", "pm2 save\npm2 start b\npm2 restart c", [3]),
        ("{name: follows, with: {each: {effect: restart}, needs: {effect: save}}}", "pm2 restart a\nsource /opt/more.sh", "open"),
        ("{name: precedes, with: {each: {effect: restart}, needs: {effect: install}}}", "npm ci\npm2 restart a", []),
        ("{name: precedes, with: {each: {effect: restart}, needs: {effect: install}}}", "pm2 restart a\nnpm ci\npm2 restart b", [1]),
        ("{name: never, with: {each: {effect: archive}}}", "npm ci", []),
        ("{name: never, with: {each: {effect: archive}}}", "tar -czf a.tgz a\nnpm ci\nzip b b", [1, 3]),
        ("{name: never, with: {each: {effect: clean, on_failure: continues}}}", "rm -rf a\nrm -rf b", [1]),
    ],
)
def test_order_is_judged_by_one_family_of_checks(check: str, script: str, lines: list[int] | str, tmp_path: Path) -> None:
    from checklist import packs

    file = tmp_path / "own" / "order.yaml"
    file.parent.mkdir()
    file.write_text(SEQUENCE.format(check=check), "utf-8")
    report = engine.run(make({"deploy.sh": script}), [packs.read(file, "own/order")])
    assert ("open" if report.open else [o.location.line for o in report.findings]) == lines

"""The command line: exit statuses, the JSON contract, and that no secret travels."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from conftest import ROOT, Snapshot, need

from checklist import cli
from checklist.report.formats import RENDERERS

Folder = Callable[[Mapping[str, str]], Path]
BAD = {"ecosystem.config.js": "module.exports = { apps: [{ name: 'api', script: 'api.ts', max_restarts: 15, min_uptime: '30s' }] };\n"}
GOOD = {
    "ecosystem.config.js": "module.exports = { apps: [{ name: 'api', script: 'api.ts', max_restarts: 3, min_uptime: '30s' }] };\n",
    "onai-check.yaml": "policy: {required_env: []}\nrules: {disable: [env, monitor]}\n",
}


def command(*args: str, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    """Runs the real command line in a process of its own."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "utf-8", **env}
    code = "from checklist.cli import main; main()"
    return subprocess.run([sys.executable, "-c", code, *args], capture_output=True, text=True, encoding=environment["PYTHONIOENCODING"], cwd=cwd, env=environment, timeout=300)


def test_a_closed_gate_is_1_whatever_the_format(folder: Folder) -> None:
    root = folder(BAD)
    assert [command(str(root), "--format", f).returncode for f in ("text", "json")] == [1, 1]
    assert command(str(root), "--gate", "none").returncode == 0


def test_an_open_gate_is_0(folder: Folder) -> None:
    done = command("check", str(folder(GOOD)), "--gate", "P0")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["no/such/folder"], "does not exist"),
        (["--format", "xml", "."], "'xml' is not one of"),
        (["--nonsense"], "No such option"),
        (["--config", "no/such/file"], "'no/such/file' does not exist"),
        (["explain", "pm2/too-many-restart"], "did you mean 'pm2/too-many-restarts'?"),
        (["explain", "rollback"], "'rollback' is a group of rules: rollback/"),
    ],
)
def test_what_could_not_be_checked_is_2(args: list[str], said: str) -> None:
    done = command(*args)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_to_check_is_2_and_says_what_was_looked_for(tmp_path: Path) -> None:
    done = command(str(tmp_path))
    assert done.returncode == 2
    assert "nothing to judge: there is no app under PM2, no deploy and no finding; looked for a PM2 config (ecosystem.config.js" in done.stderr


def test_a_wrong_config_is_2_with_its_place(folder: Folder) -> None:
    done = command(str(folder({**BAD, "onai-check.yaml": "policy:\n  max_restart: 3\n"})))
    assert done.returncode == 2
    assert "onai-check.yaml:2:3: unknown key 'policy.max_restart'; did you mean 'max_restarts'?" in done.stderr


def test_a_bug_is_3_and_its_own_words_are_not_shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("canary-in-an-exception")

    monkeypatch.setattr("checklist.engine.run", fail)
    assert cli.run(["check", str(ROOT / "examples" / "incident")]) == 3
    said = capsys.readouterr()
    assert "has a bug: ValueError" in said.err
    assert "canary" not in said.err + said.out


def test_an_interrupt_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("checklist.engine.run", stop)
    assert cli.run(["check", str(ROOT / "examples" / "incident")]) == 130


def shell(script: str, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    """What bash says of a script in which `onai-check` is the real command line."""
    called = f'onai-check() {{ "{sys.executable}" -m checklist "$@"; }}\n'
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", **env}
    return subprocess.run(
        [need("bash"), "-c", called + script], capture_output=True, text=True, cwd=cwd, env=environment, timeout=120
    )


def test_it_is_a_module_that_python_runs() -> None:
    assert shell("onai-check --version").stdout == command("--version").stdout
    assert shell("onai-check examples/incident").returncode == 1


@pytest.mark.parametrize(
    "args", ["check", "check -o json=-", "report -o -", "report -o markdown=- --format html", "plan", "simulate"]
)
def test_a_full_disk_is_no_bug_and_no_open_gate(args: str) -> None:
    done = shell(f"onai-check {args} examples/incident > /dev/full")
    assert (done.returncode, done.stderr) == (2, "onai-check: stdout: cannot be written: No space left on device\n")


def test_a_full_disk_in_russian() -> None:
    done = shell("onai-check examples/incident > /dev/full", LC_ALL="", LANG="ru", PYTHONIOENCODING="utf-8")
    assert (done.returncode, done.stderr) == (2, "onai-check: stdout: не записать: на диске нет места\n")


@pytest.mark.parametrize(
    "args", ["--help", "rules", "explain pm2/watch-on", "config --schema", "show examples/incident/ecosystem.config.js"]
)
def test_a_full_disk_is_told_by_every_command(args: str) -> None:
    assert shell(f"onai-check {args} > /dev/full").returncode == 2


@pytest.mark.parametrize(
    ("args", "status"),
    [
        ("check examples/incident", 1),
        ("check examples/incident -o json=-", 1),
        ("report examples/incident -o -", 0),
        ("rules", 0),
    ],
)
def test_a_reader_who_goes_away_changes_no_exit_status(args: str, status: int) -> None:
    done = shell(f"onai-check {args} | head -1; exit ${{PIPESTATUS[0]}}")
    assert (done.returncode, done.stderr) == (status, "")
    assert done.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("script", "status"),
    [
        ("onai-check examples/incident >&-", 1),
        ("onai-check no/such/folder 2> /dev/full", 2),
        ("onai-check no/such/folder 2>&-", 2),
        ("onai-check examples/incident > /dev/full 2>&1", 2),
        ("onai-check report examples/incident --check 2> /dev/full", 1),
        ("onai-check report examples/incident --check 2> >(exec true)", 1),
    ],
)
def test_where_nobody_listens_the_exit_status_is_right(script: str, status: int) -> None:
    assert shell(script).returncode == status


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ("-o json=/dev/full", "onai-check: /dev/full: cannot be written: No space left on device\n"),
        ("-o json=no/such/x.json", "onai-check: no/such/x.json: cannot be written: there is no folder no/such\n"),
        ("-o sarif=folder", "onai-check: folder: cannot be written: Is a directory\n"),
        ("-o file/x.json", "onai-check: file/x.json: cannot be written: Not a directory\n"),
        ("-o json=- -o sarif=-", "onai-check: stdout takes one format, and these are asked for: json, sarif\n"),
        ("-o json=- --format text", "onai-check: stdout takes one format, and these are asked for: json, text\n"),
    ],
)
def test_what_cannot_be_written_is_2_and_named(args: str, said: str, folder: Folder) -> None:
    root = folder({**BAD, "folder/x": "", "file": ""})
    done = shell(f"onai-check check {args}", cwd=root)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)
    done = (
        shell(f"onai-check report {args.replace('-o json=', '-o ').replace('-o sarif=', '-o ')}", cwd=root)
        if args.count("-") == 1
        else done
    )
    assert done.returncode == 2
    assert sorted(os.listdir(root)) == ["ecosystem.config.js", "file", "folder"]


def test_a_folder_that_may_not_be_written_is_2(folder: Folder) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    root = folder({**BAD, "closed/x": ""})
    (root / "closed").chmod(0o555)
    done = shell("onai-check check -o json=closed/x.json", cwd=root)
    assert (done.returncode, done.stderr) == (2, "onai-check: closed/x.json: cannot be written: Permission denied\n")


def test_a_dash_is_stdout_everywhere(folder: Folder) -> None:
    root = folder(BAD)
    assert shell("onai-check -o json=-", cwd=root).stdout == shell("onai-check --format json", cwd=root).stdout
    assert shell("onai-check -o -", cwd=root).stdout == shell("onai-check", cwd=root).stdout
    both = shell("onai-check -o json=- -o text=report.txt", cwd=root)
    assert json.loads(both.stdout)["gate"]["open"] is False
    assert "Gate closed" in (root / "report.txt").read_text("utf-8")
    assert (
        shell("onai-check report -o html=-", cwd=root).stdout
        == shell("onai-check report --format html -o -", cwd=root).stdout
    )
    git = "git init -q; git config user.name t; git config user.email t@example.com; git add -A; git commit -qm x;"
    recorded = shell(f"{git} onai-check report --record -", cwd=root)
    assert "\n# Deploy record\n" in recorded.stdout
    assert shell("onai-check report -o - --record -", cwd=root).returncode == 2
    assert "-" not in os.listdir(root)


def test_json_keeps_its_contract(folder: Folder) -> None:
    shape = json.loads(resources.files("checklist.report").joinpath("json.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(shape)
    for path in (ROOT / "examples" / "incident", ROOT / "examples" / "healthy", folder(BAD)):
        first, second = command(str(path), "--format", "json", "--lang", "ru"), command(str(path), "--format", "json", COLUMNS="40")
        jsonschema.validate(json.loads(first.stdout), shape)
        assert first.stdout == second.stdout
    found = json.loads(first.stdout)
    assert found["summary"]["P0"]["findings"] == len([f for f in found["findings"] if f["priority"] == "P0"])
    assert {"file": "ecosystem.config.js", "kind": "pm2.config"} in found["checked"]


def test_a_fingerprint_survives_moved_lines(folder: Folder) -> None:
    def prints(text: str) -> dict[str, str]:
        found: dict[str, Any] = json.loads(command(str(folder({"ecosystem.config.js": text})), "--format", "json").stdout)
        return {f["rule"]: f["fingerprint"] for f in found["findings"]}

    assert prints(BAD["ecosystem.config.js"]) == prints("// a line\n\n" + BAD["ecosystem.config.js"].replace("{ name", "{\n  name"))


def test_the_source_line_is_shown_with_a_mark(folder: Folder) -> None:
    lines = command(str(folder(BAD)), COLUMNS="200").stdout.splitlines()
    at = next(i for i, line in enumerate(lines) if "pm2/too-many-restarts" in line) + 2
    assert lines[at + 1].index("^") == lines[at].index("15")
    assert lines[at + 1].count("^") == 2


def test_a_config_that_does_not_parse_is_found_and_not_quoted(folder: Folder) -> None:
    done = command(str(folder({"ecosystem.config.js": "module.exports = { apps: [{ name: 'canary-7f3' script }] }\n"})))
    assert done.returncode == 1
    assert "project/unreadable-file" in done.stdout
    assert "canary-7f3" not in done.stdout + done.stderr


@pytest.mark.parametrize(("file", "text", "said"), [("package.json", "", "1:1: the file is empty"), ("pm2.json", '{"apps": [}', "1:11: a syntax error"), (".env", "A=1\n" * 300_000, "1:1: larger than 1 MiB")])
def test_a_file_that_cannot_be_read_is_not_shown_as_nothing(file: str, text: str, said: str, folder: Folder) -> None:
    done = command("show", str(folder({file: text}) / file))
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"onai-check: {file}:{said}\n")


def test_names_in_any_script_and_with_control_characters_do_no_harm(folder: Folder) -> None:
    root = folder({"сервис/деплой 🚀.sh": "npm run build && pm2 restart api\n", "\x1b[31mevil\x1b[0m/ecosystem.config.js": BAD["ecosystem.config.js"]})
    done = command(str(root), "--format", "text")
    assert "\x1b" not in done.stdout
    assert "\\e[31mevil" in done.stdout
    files = {c["file"] for c in json.loads(command(str(root), "--format", "json").stdout)["checked"]}
    assert "сервис/деплой 🚀.sh" in files


def test_russian_is_shown_where_the_console_can_show_it(folder: Folder) -> None:
    root = str(folder(BAD))
    assert "приложение api может упасть 15 раз" in command(root, "--lang", "ru", COLUMNS="200").stdout
    narrow = command(root, "--lang", "ru", PYTHONIOENCODING="cp1252", COLUMNS="200").stdout
    assert "app api may crash 15 times" in narrow


CANARY = "c4n4ryS3cr3tV4lu3"


def test_a_secret_travels_nowhere(repository: Callable[[Mapping[str, str]], Path]) -> None:
    dsn = f"https://{CANARY}0123456789abcdef@o1.ingest.sentry.io/x"
    root = repository(
        {
            "ecosystem.config.js": (
                f"const password = '{CANARY}';\n"
                f"module.exports = {{ apps: [{{ name: 'api', script: 'dist/api.js', env: {{ FOO: '{CANARY}', API_KEY: `{CANARY}${{1}}` }}, max_restarts: 15, api_key: '{CANARY}', health: 'https://u:{CANARY}@h/x' }}],\n"
                f"  deploy: {{ production: {{ repo: 'https://token:{CANARY}@github.com/x/y.git', 'post-deploy': 'API_TOKEN={CANARY} npm run build && pm2 restart api' }} }} }};\n"
            ),
            "pm2.json": f'{{"apps": [{{"name": "b", "script": "b.js", "env": {{"FOO": "{CANARY}"}}, "min_uptime": "5s"}}]}}\n',
            "pm2.yaml": f"apps:\n  - {{name: c, script: c.js, env: {{FOO: {CANARY}}}, max_restarts: 9}}\n",
            "env.env": f"SENTRY_DSN={dsn}\nDB_PASSWORD='{CANARY}'\nPORT={CANARY}\nexport X=\"{CANARY}\n",
            ".env.production": f"API_KEY={CANARY}\n",
            "deploy.sh": (
                f"#!/bin/bash\nexport API_TOKEN={CANARY}\nPASSWORD='{CANARY}' npm run build\nsshpass -p {CANARY} scp dist.tar.gz h:/x\n"
                f"ssh h \"TOKEN={CANARY} pm2 start dist/server.js --token {CANARY}\"\ncurl -s -H 'Authorization: Bearer {CANARY}' http://u:{CANARY}@localhost:3000/health || true\n"
            ),
            ".github/workflows/deploy.yml": f"on: push\njobs:\n  d:\n    runs-on: x\n    env: {{API_KEY: {CANARY}}}\n    steps:\n      - run: |\n          curl -H 'Authorization: Bearer {CANARY}' https://h || true\n",
            "onai-check.yaml": f"monitor: {{provider: x, url: 'https://u:{CANARY}@h/', alerts: ['https://hooks.example/T0/{CANARY}']}}\n",
            ".gitignore": "node_modules/\n",
        }
    )
    done = [
        command(str(root), "--format", f, *lang) for f in RENDERERS for lang in ([], ["--lang", "ru"])
    ]
    done += [command("show", str(root / f), "--format", "json") for f in ("ecosystem.config.js", "pm2.json", "pm2.yaml", "env.env", ".env.production", "deploy.sh", ".github/workflows/deploy.yml", "onai-check.yaml")]
    done += [command("report", str(root), "-o", "-", "--format", f) for f in ("markdown", "html")]
    assert [(d.args[3:], d.stderr) for d in done if d.returncode not in (0, 1)] == []
    for one in done:
        place = re.search(f".{{0,60}}{CANARY}", one.stdout + one.stderr)
        assert place is None, f"{one.args[3:6]}: …{place[0].removesuffix(CANARY) if place else ''}"


def test_the_reports_in_the_readme_are_real(snapshot: Snapshot) -> None:
    snapshot("README.md#incident", "$ onai-check examples/incident\n" + command("examples/incident", COLUMNS="100").stdout)
    snapshot("README.md#rules", command("rules").stdout)


def test_a_config_is_judged_with_the_local_modules_that_it_requires(folder: Folder) -> None:
    root = folder(
        {
            "ecosystem.config.js": "const { limits } = require('./config/limits');\nmodule.exports = { apps: [{ name: 'api', script: 'api.ts', ...limits }] };\n",
            "config/limits.js": "const values = require('./values.json');\nexports.limits = { max_restarts: values.crashes, min_uptime: '30s' };\n",
            "config/values.json": '{"crashes": 12}\n',
        }
    )
    found = json.loads(command(str(root), "--format", "json", "--select", "pm2").stdout)["findings"]
    assert [(f["rule"], f["file"], f["line"], f["column"]) for f in found] == [("pm2/too-many-restarts", "config/values.json", 1, 13)]


RUSSIAN = [
    (["--gate", "P7", "."], "Ошибка: неверное значение '--gate': 'P7', а бывают 'P0', 'P1', 'P2', 'none'"),
    (["--nonsense"], "нет такого параметра: --nonsense"),
    (["--selct", "pm2"], "нет такого параметра: --selct; возможно, "),
    (["--select"], "параметру '--select' нужно значение"),
    (["report", "--check=1"], "у параметра '--check' не бывает значения"),
    (["a", "b"], "такого файла или папки нет"),
    ([".", "b"], "лишние аргументы: b"),
    (["explain"], "не указан аргумент 'RULE'"),
    (["explain", "pm2/too-many-restart"], "нет правила 'pm2/too-many-restart'; возможно, 'pm2/too-many-restarts'?"),
    (["cheks"], "нет ни такой команды, ни такого пути: 'cheks'; возможно, 'check'?"),
    (["simulate", "--lifetime", "soon"], "'soon', это не время"),
    (["simulate", "--max-restarts", "x"], "'x', это не число"),
    (["simulate", "--max-restarts", "-1"], "а должно быть x>=0"),
    (["--config", "."], "'.', это папка"),
    (["test-rules", "README.md"], "'README.md', это не папка"),
    (["-o", "a.json", "-o", "./a.json", "."], "--output a.json: указан дважды"),
    (["-o", "a", "."], "в каком формате?"),
    (["report", "--require-done", "locl"], "такой части нет; возможно, 'local'?"),
    (["show", "README.md"], "в такие файлы правила не смотрят"),
]  # fmt: skip


@pytest.mark.parametrize(("args", "said"), RUSSIAN, ids=lambda x: " ".join(x) if isinstance(x, list) else "")
def test_an_error_is_told_in_russian_where_russian_is_read(args: list[str], said: str) -> None:
    done = command(*args, LC_ALL="ru_RU.UTF-8")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert not re.search("Error|Usage|Try", done.stderr)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("policy: {max_restart: 3}", "onai-check.yaml:2:10: нет такого ключа: 'policy.max_restart'; возможно, 'max_restarts'?"),
        ("gate: P9", "onai-check.yaml:2:7: gate: ожидается одно из: P0, P1, P2, none"),
        ("policy: {max_restarts: many}", "policy.max_restarts: ожидается целое число, не меньше 0"),
        ("policy: {min_uptime: soon}", "policy.min_uptime: ожидается время с единицей: 30s"),
        ("monitor: {provider: x}", "monitor: не хватает 'url'"),
        ("gate: [", "onai-check.yaml:3:1: не хватает значения"),
        ("rules: {disable: [pm3]}", "rules.disable: нет правила 'pm3'; возможно, 'pm2'?"),
        ("rules: {packs: [nowhere]}", "нет такой папки с правилами"),
    ],
)
def test_a_config_in_russian_says_so_also_of_its_own_mistakes(config: str, said: str, folder: Folder) -> None:
    root = folder({**BAD, "onai-check.yaml": f"lang: ru\n{config}\n"})
    assert said in command(str(root)).stderr
    assert said in command(cwd=root).stderr


def test_what_is_asked_for_wins_over_config_and_locale(folder: Folder) -> None:
    root = str(folder({**BAD, "onai-check.yaml": "lang: ru\ngate: P9\n"}))
    for args in (["--lang", "en"], ["--lang=en"]):
        assert "gate must be one of" in command(root, *args, LC_ALL="ru_RU.UTF-8").stderr
    assert "gate must be one of" in command(root, PYTHONIOENCODING="cp1252").stderr


def test_a_file_that_cannot_be_read_is_told_in_russian(folder: Folder) -> None:
    root = folder({"ecosystem.config.js": "module.exports = {\n", "package.json": '{"a": 1,}\n'})
    told = command(str(root), "--lang", "ru").stdout
    assert "PM2 не сможет прочитать этот конфиг: неожиданный конец файла" in told
    assert "файл не разобрать: лишняя запятая перед концом" in told
    assert not re.search(r"\b(?:the|a) [a-z]", told)


def test_texts_name_the_port_that_the_project_has(folder: Folder) -> None:
    files = {"ecosystem.config.js": "module.exports = { apps: [{ name: 'api', script: 'src/api.js' }] };\n", "deploy.sh": "git pull\npm2 restart api\n", "package.json": "{}\n"}
    for port, said in (("4100", "4100"), ("process.env.PORT", "3000")):
        root = folder({**files, "src/api.js": f"app.get('/healthz', ok);\napp.listen({port});\n"})
        for args in (["report", "-o", "-"], ["explain", "deploy/no-smoke-test", "--path"], ["--format", "junit"]):
            assert f"http://localhost:{said}/healthz" in command(*args, str(root), COLUMNS="300").stdout
    declared = folder({**files, "src/api.js": "app.listen(4100);\n", "onai-check.yaml": "policy: {health_url: 'http://localhost:5000/up'}\n"})
    assert "`curl -sf http://localhost:5000/up`" in command("report", str(declared), "-o", "-").stdout


def test_help_is_in_russian_where_russian_is_read(tmp_path: Path) -> None:
    for args in ([], *([name] for name in cli.COMMANDS)):
        told = command(*args, "-h", LC_ALL="ru_RU.UTF-8", cwd=tmp_path)
        assert (told.returncode, told.stderr) == (0, "")
        if "--lang" in told.stdout:
            assert command(*args, "--help", "--lang", "ru", cwd=tmp_path).stdout == told.stdout
        assert not re.search(r"Usage|Options:|Commands:|[a-z]{3,} [a-z]{2,} [a-z]{2,} [a-z]{2,}", told.stdout)
        asked = {line.split()[0] for line in command(*args, "--help", cwd=tmp_path).stdout.split("\n") if line.startswith("  -")}
        assert {line.split()[0] for line in told.stdout.split("\n") if line.startswith("  -")} == asked
    assert "Usage:" in command("--help", "--lang", "en", LC_ALL="ru_RU.UTF-8").stdout
    assert "Usage:" in command("--help", LC_ALL="ru_RU.UTF-8", PYTHONIOENCODING="cp1252").stdout

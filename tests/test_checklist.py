"""DEPLOY_CHECKLIST.md: what a person reads, and what becomes of the file on disk."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checklist import packs
from checklist.cli import common, run
from checklist.cli.report import write_checklist
from checklist.errors import CheckError
from checklist.model import Document, Location, Outcome, Priority, Related, Report, Rule, State, value
from checklist.report import checklist, items, markdown
from checklist.report.view import View
from tests.conftest import ROOT, need
from tests.conftest import run as hold
from tests.test_cli import command

POLICY = Document("policy", "", value({"health_url": "http://localhost:3000/health", "min_uptime": 30_000, "run_from": "auto"}))
PACKAGE = Document(
    "package", "backend/package.json", value({"directory": "backend", "scripts": {"dev": "tsx"}, "dependencies": {}, "devDependencies": {"typescript": "5"}})
)


def rule(id: str, item: str | None, priority: Priority = "P0") -> Rule:
    texts = {"en": "title", "ru": "заголовок"}
    fix = {"en": "Write `max_restarts: 3`", "ru": "Написать `max_restarts: 3`"}
    return Rule(id, texts, priority, 5, "x", (), texts, fix, checklist=item)


RESTARTS = rule("pm2/too-many-restarts", "server/ecosystem-up-to-date")
TRACKED = rule("git/env-file-tracked", "local/gitignore")
IGNORED = rule("git/build-output-not-ignored", "local/gitignore")
DSN = rule("env/sentry-dsn-missing", "server/env-complete")
STRAY = rule("own/something", None, "P2")
APP = Document("pm2.app", "ecosystem.config.js", value({"name": "shop-api"}))


def outcome(of: Rule, state: State, *, file: str = "ecosystem.config.js", line: int = 9, text: str = "shop-api restarts 15 times") -> Outcome:
    return Outcome(of, state, of.priority, Location(file, line, 5, line, 9), "shop-api", {"en": text, "ru": text})


def report(*outcomes: Outcome, documents: tuple[Document, ...] = (POLICY, APP)) -> Report:
    return Report(outcomes, (("ecosystem.config.js", "pm2.config"),), (), documents, "0123456789abcdef" * 4)


def unsealed(text: str) -> str:
    """Without the last line, which is for the next run."""
    body, _, seal = text.removesuffix("\n").rpartition("\n\n")
    assert re.fullmatch("<!-- onai-check: state [0-9a-f]{12} [A-Za-z0-9+/=]+ -->", seal)
    return body + "\n"


def lines(text: str, part: str) -> str:
    """The lines of one part of a checklist."""
    return text.split(f"## {part}\n\n")[1].split("\n\n")[0]


def test_commands_run_in_the_folder_of_the_service() -> None:
    service = Document("service", "backend/package.json", value({"directory": "backend", "apps": ["shop-api"]}))
    text = checklist.render(report(documents=(POLICY, PACKAGE, service)), View())
    for told in ("cd backend && npm start", "cd backend && npm ls", "cd backend && test ! -e dist && test ! -e dist.tar.gz"):
        assert f"  - for you to do: `{told}`\n" in text


def test_a_new_checklist_as_a_person_reads_it() -> None:
    text = checklist.render(report(outcome(RESTARTS, "fail"), outcome(IGNORED, "pass"), documents=(POLICY, PACKAGE)), View())
    assert text.split("\n## ")[0] == (
        "<!-- onai-check: this file is generated; `onai-check report` writes it anew -->\n"
        "\n"
        "# Deploy checklist\n"
        "\n"
        "> [!CAUTION]\n"
        "> **The gate is closed** (P0): do not deploy before the lines marked ❌ are mended.\n"
        "\n"
        "Files read: 1, digest `0123456789ab`. `onai-check report` writes this file anew; your ticks stay as long as the digest does, "
        "your notes (`> note` below an item, or behind ` — `) for ever.\n"
        "\n"
        "| | findings | to mend | cannot be known here |\n"
        "|---|---:|---:|---:|\n"
        "| **P0** | 1 | 5 min | 0 |\n"
        "| **P1** | 0 | — | 0 |\n"
        "| **P2** | 0 | — | 0 |\n"
    )
    assert lines(text, "Locally") == (
        "- [ ] The backend starts without errors\n"
        "  - for you to do: `npm start`\n"
        "- [ ] `npm run dev` works\n"
        "  - for you to do: `cd backend && npm run dev`\n"
        "- [ ] No TypeScript errors\n"
        "  - for you to do: `cd backend && npx tsc --noEmit`\n"
        "- [x] .gitignore is up to date (`dist/` is ignored)\n"
        "  - rules that hold: `git/build-output-not-ignored` · judged: `ecosystem.config.js:9`"
    )
    assert (
        "- [ ] ❌ **ecosystem.config.js is up to date**\n"
        "  - **P0** `ecosystem.config.js:9` shop-api restarts 15 times\n"
        "    - What to do (5 min): Write `max_restarts: 3` · `pm2/too-many-restarts`\n"
    ) in text
    assert lines(text, "After the deploy").startswith('- [ ] PM2 status shows "online"\n  - after the deploy: `pm2 status`\n')
    assert lines(text, "If something is wrong").startswith("1. **ROLL BACK at once**\n2. **Do NOT")


def test_the_same_in_russian() -> None:
    text = checklist.render(report(outcome(RESTARTS, "fail")), View(lang="ru"))
    assert "> **Шлюз закрыт** (P0): не деплоить, пока не исправлены пункты с ❌." in text
    assert "- [ ] ❌ **ecosystem.config.js актуален**\n" in text
    assert "    - Что сделать (5 мин): Написать `max_restarts: 3` · `pm2/too-many-restarts`\n" in text
    assert "- ➖ Нет ошибок TypeScript — неприменимо: ни один package.json не зависит от TypeScript\n" in text
    assert unsealed(text).endswith("1. **СРАЗУ ОТКАТИТЬ**\n2. **НЕ «чинить на проде»**\n3. **Починить локально → протестировать → задеплоить снова**\n")


@pytest.mark.parametrize(
    ("states", "mark"),
    [
        ([(IGNORED, "pass"), (TRACKED, "pass")], "- [x] .gitignore"),
        ([(IGNORED, "pass"), (TRACKED, "notApplicable")], "- [x] .gitignore"),
        ([(IGNORED, "pass"), (TRACKED, "open")], "- [ ] .gitignore"),
        ([(IGNORED, "pass"), (TRACKED, "fail")], "- [ ] ❌ **.gitignore"),
        ([(IGNORED, "open"), (TRACKED, "fail")], "- [ ] ❌ **.gitignore"),
        ([(IGNORED, "notApplicable")], "- ➖ .gitignore"),
        ([(IGNORED, "notApplicable"), (TRACKED, "notApplicable")], "- ➖ .gitignore"),
        ([(IGNORED, "notApplicable"), (TRACKED, "pass")], "- [ ] .gitignore"),
        ([], "- ➖ .gitignore"),
    ],
)
def test_one_objection_or_doubt_takes_the_tick(states: list[tuple[Rule, State]], mark: str) -> None:
    text = checklist.render(report(*(outcome(of, state) for of, state in states)), View())
    assert f"\n{mark}" in text


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_what_nobody_judged_is_not_ticked_and_is_named(lang: str) -> None:
    told = {
        "en": "- [ ] .gitignore is up to date (`dist/` is ignored)\n  - ❔ not judged, nothing here tells of it: what builds write\n",
        "ru": "- [ ] .gitignore актуален (`dist/` в игноре)\n  - ❔ не проверено, здесь об этом ничего не сказано: то, что пишет сборка\n",
    }
    assert told[lang] in checklist.render(report(outcome(TRACKED, "pass")), View(lang=lang))


SCRIPTS, PIPELINE = "The deploy scripts do what the service needs", "CI tests before it deploys"
TESTS_ONLY = (
    "on: push\njobs: {test: {runs-on: x, steps: [{uses: actions/checkout@v4}, {run: npm ci}, {run: npm test}]}}\n"
)


@pytest.mark.parametrize(
    ("files", "item", "unjudged"),
    [
        ({"r.sh": "pm2 restart a\n"}, SCRIPTS, "what the deploy builds, the smoke test, the rollback"),
        ({"Dockerfile": "FROM node:20\nRUN npm ci\n"}, SCRIPTS, "what the deploy builds, the smoke test, the rollback"),
        ({".github/workflows/t.yml": TESTS_ONLY}, PIPELINE, "the tests before the deploy, the check after the deploy"),
    ],
    ids=["a restart", "an image", "tests alone"],
)
def test_a_deploy_that_is_not_seen_is_not_certified(
    files: Mapping[str, str],
    item: str,
    unjudged: str,
    folder: Callable[[Mapping[str, str]], Path],
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = folder(files)
    assert run(["report", str(root), "--require-done", "local"]) == 1
    assert f"local: not done: {item}" in capsys.readouterr().err
    text = (root / "DEPLOY_CHECKLIST.md").read_text("utf-8")
    told = re.search(rf"- \[ \] {item}.*\n  - ❔ not judged, nothing here tells of it: (.*)\n", text)
    assert told is not None
    assert told[1] == unjudged


def test_on_the_server_and_after_the_deploy_nothing_is_ticked_from_files() -> None:
    assert {i.by for p in items.load() for i in p.items if p.id in ("server", "after")} == {"person", "probe"}
    text = checklist.render(common.check(ROOT / "examples" / "healthy").report, View())
    assert "[x]" in lines(text, "Locally")
    assert "[x]" not in lines(text, "On the server (staging/preview)") + lines(text, "After the deploy")


def test_every_claim_names_rules_of_its_item() -> None:
    home = {rule.id: rule.checklist for rule in packs.load(packs.builtin(), strict=False)}
    claims = [
        (item.id, id) for part in items.load() for item in part.items for claim in item.claims for id in claim.rules
    ]
    assert claims
    assert {(home.get(id), id) for _, id in claims} == set(claims)


def _commands(files: Mapping[str, str], text: str) -> str:
    """The command of an item in a project of these files."""
    decided = [line for _, lines in items.decide(hold(files), {}) for line in lines]
    (command,) = next(line.commands for line in decided if line.item.id == text)
    return command


SERVICE = {
    "backend/it's/ecosystem.config.js": "module.exports = {apps: [{name: 'a', script: 'src/a.js'}]};\n",
    "backend/it's/package.json": "{}",
    "backend/it's/src/a.js": "\n",
}


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ("SENTRY_DSN=https://key@x.io/1\nSENTRY_ENABLED=true\n", ""),
        ("export SENTRY_DSN=x\nSENTRY_ENABLED=\n", "SENTRY_ENABLED is not set\n"),
        ("# SENTRY_DSN=x\nXSENTRY_ENABLED=1\n", "SENTRY_DSN is not set\nSENTRY_ENABLED is not set\n"),
        (None, "SENTRY_DSN is not set\nSENTRY_ENABLED is not set\n"),
    ],
)
def test_the_command_for_the_env_file_names_what_is_missing_and_shows_no_value(
    env: str | None, said: str, folder: Callable[[Mapping[str, str]], Path]
) -> None:
    root = folder(SERVICE | ({} if env is None else {"backend/it's/env.env": env}))
    done = subprocess.run(
        [need("bash"), "-c", _commands(SERVICE, "server/env-complete")], cwd=root, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == (said, "")


def test_the_command_for_the_config_compares_it_with_what_is_to_be_deployed(
    repository: Callable[[Mapping[str, str]], Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root, server = repository(SERVICE), tmp_path_factory.mktemp("server") / "app"
    git = [need("git"), "-C"]
    subprocess.run([*git, str(root), "commit", "-qm", "first"], check=True)
    subprocess.run([git[0], "clone", "-q", str(root), str(server)], check=True)
    command = [need("bash"), "-c", _commands(SERVICE, "server/ecosystem-up-to-date")]
    assert subprocess.run(command, cwd=server).returncode == 0
    config = next(name for name in SERVICE if name.endswith(".config.js"))
    (root / config).write_text("module.exports = {apps: []};\n")
    subprocess.run([*git, str(root), "commit", "-qam", "second"], check=True)
    assert subprocess.run(command, cwd=server, capture_output=True).returncode == 1
    subprocess.run([*git, str(server), "pull", "-q"], check=True)
    assert subprocess.run(command, cwd=server).returncode == 0
    (server / config).write_text("mended on the server\n")
    assert subprocess.run(command, cwd=server, capture_output=True).returncode == 1


def test_a_doubt_is_said_where_it_is() -> None:
    text = checklist.render(report(outcome(DSN, "open", file="env.env", line=1, text="cannot be known here: SENTRY_DSN")), View())
    assert "- [ ] env.env holds every variable needed\n  - ❔ `env.env:1` cannot be known here: SENTRY\\_DSN".replace("\\_", "_") in text


def test_items_of_a_person_are_crossed_by_rules_but_never_ticked() -> None:
    tracked = rule("git/build-output-tracked", "server/no-dist")
    assert "\n- [ ] The folder `dist/`" in checklist.render(report(outcome(tracked, "pass")), View())
    assert "\n- [ ] ❌ **The folder `dist/`" in checklist.render(report(outcome(tracked, "fail")), View())


def test_a_rule_without_a_home_is_not_lost() -> None:
    stray = STRAY
    assert "Everything else" not in checklist.render(report(outcome(stray, "notApplicable")), View())
    assert "- [x] Everything else that the rules ask for" in checklist.render(report(outcome(stray, "pass")), View())
    assert "- [ ] ❌ **Everything else that the rules ask for**\n  - **P2**" in checklist.render(report(outcome(stray, "fail")), View())


def test_items_of_the_project_follow_ours() -> None:
    text = checklist.render(report(), View(), own={"local": [{"text": "*types*", "run": "npm run typecheck"}, {"text": "told the team"}]})
    assert lines(text, "Locally").endswith(
        "- [ ] \\*types\\*\n  - for you to do: `npm run typecheck`\n- [ ] told the team\n  - for you to decide"
    )


def test_the_policy_speaks_in_texts_and_commands() -> None:
    policy = Document("policy", "", value({"health_url": "https://joe:hunter2@x/h?a=1&b=2", "min_uptime": 1500, "run_from": "build", "monitor": {"provider": "kuma"}}))
    text = checklist.render(report(documents=(policy,)), View())
    assert "Uptime is over 2 seconds" in text
    assert "`curl -sf 'https://***@x/h?a=1&b=2'`" in text
    assert "- ➖ The folder `dist/` does NOT exist — does not apply: the service is meant to run" in text
    assert "The uptime monitor shows UP\n  - after the deploy: on the page of kuma" in text


def test_many_places_of_one_rule_have_one_remedy() -> None:
    many = replace(outcome(RESTARTS, "fail"), related=tuple(Related(Location("deploy.sh", n), "x") for n in range(1, 9)))
    text = checklist.render(report(many, outcome(RESTARTS, "fail", line=20)), View())
    assert "(see also `deploy.sh:1`, `deploy.sh:2`, `deploy.sh:3`, `deploy.sh:4`, `deploy.sh:5`, `deploy.sh:6` and 2 more)" in text
    assert text.count("What to do") == 1


def test_every_item_has_its_place_in_the_owners_order() -> None:
    assert [i.id for p in items.load() for i in p.items if not i.quiet] == [
        *("local/starts", "local/dev", "local/types", "local/gitignore"),
        *("server/git-pull", "server/npm-install", "server/no-dist", "server/ecosystem-up-to-date", "server/env-complete"),
        *("after/pm2-online", "after/uptime", "after/health", "after/logs-clean", "after/monitor-up"),
        *("trouble/roll-back", "trouble/no-repair-in-production", "trouble/repair-locally"),
    ]


HOSTILE = [
    "a\n- [x] ticked",
    "\x1b[31mred\x1b]0;title\x07",
    "<img src=x onerror=alert(1)>",
    "`code` ``more``",
    "[link](javascript:alert(1)) ![i](http://x/y.png)",
    "**bold** __bold__ ~~gone~~ | cell",
    "@everyone https://evil.example www.evil.example",
    "--> <!-- <details>",
    "\u202eturned \u2066 \ud800",
    "&lt;&#60; $x^2$ ::error::",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_and_messages_stay_text(text: str) -> None:
    plain = checklist.render(report(outcome(RESTARTS, "fail", file="x", text="x")), View(), own={"local": [{"text": "x", "run": "x"}]})
    out = checklist.render(report(outcome(RESTARTS, "fail", file=text, text=text)), View(), own={"local": [{"text": text, "run": text}]})
    assert len(out.split("\n")) == len(plain.split("\n"))
    assert out.count("- [x]") == plain.count("- [x]") + (0 if "[x]" not in text else len(re.findall(r"`[^\n]*- \[x\]", out)))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", out)
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", unsealed(out).removeprefix(checklist.MARKER)).replace("<!-- -->", "")
    assert "<" not in outside
    assert not re.search(r"(?<!\\)[*~|$\[](?=\w*(bold|gone|cell|link|x\^2))", outside)


@given(st.text())
def test_any_text_stays_on_its_line_and_inside_its_span(text: str) -> None:
    span = markdown.code(text)
    fence = re.match("`+", span)
    assert fence
    inside = span[len(fence[0]) : -len(fence[0])]
    assert fence[0] not in re.findall("`+", inside)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", span + markdown.line(text))
    assert "<" not in markdown.line(text).replace("<!-- -->", "")


# ---- the file ----------------------------------------------------------------------------------------------------------

SHOP: Mapping[str, str] = {
    "ecosystem.config.js": "module.exports = {apps: [{name: 'shop', script: 'src/server.js', max_restarts: 15, min_uptime: '5s'}]};\n",
    ".gitignore": "dist/\n",
    "src/server.js": "\n",
}


@pytest.fixture
def shop(repository: Callable[[Mapping[str, str]], Path]) -> Path:
    return repository(SHOP)


def test_report_writes_the_file_and_check_believes_it(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = shop / "DEPLOY_CHECKLIST.md"
    assert run(["report", "--check", str(shop)]) == 1
    assert "DEPLOY_CHECKLIST.md: is missing" in capsys.readouterr().err
    assert run(["report", str(shop)]) == 0
    first = file.read_bytes()
    assert first.startswith(checklist.MARKER.encode())
    assert str(shop).encode() not in first
    assert run(["report", "--check", str(shop)]) == 0
    # a person ticks, and nothing is stale
    file.write_bytes(first.replace(b"- [ ] The backend", b"- [x] The backend"))
    assert run(["report", "--check", str(shop)]) == 0
    assert run(["report", str(shop)]) == 0
    assert b"- [x] The backend" in file.read_bytes()
    # committing the checklist itself does not make it stale
    subprocess.run([need("git"), "-C", str(shop), "add", "-A"], check=True)
    assert run(["report", "--check", str(shop)]) == 0
    (shop / "ecosystem.config.js").write_text(SHOP["ecosystem.config.js"].replace("15", "3"))
    capsys.readouterr()
    assert run(["report", "--check", str(shop)]) == 1
    said = capsys.readouterr().err
    assert "is stale" in said
    assert "what was read has changed: digest " in said
    assert "- [x] The backend starts without errors  →  - [ ] The backend starts without errors\n" in said
    assert run(["report", str(shop)]) == 0
    assert b"- [ ] The backend" in file.read_bytes()
    assert file.read_bytes() != first


def test_a_part_can_be_required_to_be_done(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = shop / "DEPLOY_CHECKLIST.md"
    (shop / "onai-check.yaml").write_text("rules: {disable: [pm2, env, docs, tests, logging, deploy, ci]}\n")
    assert run(["report", str(shop), "--require-done", "local"]) == 1
    assert capsys.readouterr().err.splitlines()[0] == "local: not done: The backend starts without errors"
    assert run(["report", str(shop)]) == 0
    file.write_text(file.read_text("utf-8").replace("- [ ] The backend", "- [x] The backend"), "utf-8")
    assert run(["report", str(shop), "--require-done", "local"]) == 0
    assert run(["report", str(shop), "--check", "--require-done", "local"]) == 0
    assert run(["report", str(shop), "--check", "--require-done", "local", "--require-done", "after"]) == 1
    # a tick on what a rule has crossed does not count
    (shop / ".gitignore").write_text("")
    (shop / "package.json").write_text('{"scripts": {"build": "tsc"}}')
    (shop / "tsconfig.json").write_text('{"compilerOptions": {"outDir": "dist"}}')
    assert run(["report", str(shop)]) == 0
    assert "- [ ] ❌ **.gitignore" in file.read_text("utf-8")
    file.write_text(file.read_text("utf-8").replace("- [ ]", "- [x]"), "utf-8")
    capsys.readouterr()
    assert run(["report", str(shop), "--check", "--require-done", "local"]) == 1
    assert "local: not done: ❌ **.gitignore is up to date" in capsys.readouterr().err
    assert run(["report", str(shop), "--require-done", "locale"]) == 2
    assert "there is no such part; did you mean 'local'?" in capsys.readouterr().err


def test_the_locale_of_another_machine_makes_nothing_stale(shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("LC_ALL", "ru_RU.UTF-8")
    assert run(["report", str(shop)]) == 0
    monkeypatch.setenv("LC_ALL", "C")
    assert run(["report", str(shop), "--check"]) == 0
    assert run(["report", str(shop), "--check", "--lang", "en"]) == 1
    assert capsys.readouterr().err.endswith("is in Russian, and English is asked for (--lang, or lang in onai-check.yaml); `onai-check report` writes it anew\n")


def test_a_note_in_any_encoding_stays_byte_for_byte(shop: Path) -> None:
    file = shop / "DEPLOY_CHECKLIST.md"
    assert run(["report", str(shop)]) == 0
    # above the evidence, where it is not kept: still nothing is stale
    above = file.read_bytes().replace(b"without errors\n", b"without errors\n> ok  \n\n").replace(b"- [ ] PM2", b"- [X] PM2")
    first = file.read_bytes()
    file.write_bytes(above)
    assert run(["report", str(shop), "--check"]) == 0
    file.write_bytes(first)
    noted = file.read_bytes().replace(b"`npm start`\n", b"`npm start`\n  > \xef\xf0\xe8\xe2\xe5\xf2\n")
    file.write_bytes(noted)
    assert run(["report", str(shop), "--check"]) == 0
    assert run(["report", str(shop)]) == 0
    assert file.read_bytes() == noted


def test_stdout_gives_the_bytes_of_the_file(shop: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["report", str(shop), "-o", "-", "--lang", "ru"]) == 0
    shown = capfdbinary.readouterr().out
    assert run(["report", str(shop), "--lang", "ru"]) == 0
    assert shown == (shop / "DEPLOY_CHECKLIST.md").read_bytes()
    assert "Чек-лист деплоя".encode() in shown


def test_a_file_that_is_not_ours_is_left_alone(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = shop / "DEPLOY_CHECKLIST.md"
    file.write_text("my own list\n")
    assert run(["report", str(shop)]) == 2
    assert "not a file that onai-check has written; --force overwrites it" in capsys.readouterr().err
    assert file.read_text() == "my own list\n"
    assert run(["report", str(shop), "--check"]) == 1
    assert run(["report", str(shop), "--force"]) == 0
    assert file.read_text().startswith(checklist.MARKER)


def test_writing_keeps_the_mode_and_leaves_nothing_behind(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text(checklist.MARKER)
    file.chmod(0o640)
    assert write_checklist(file, checklist.MARKER + "\nnew\n", force=False)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert not write_checklist(file, checklist.MARKER + "\nnew\n", force=False)
    assert os.listdir(tmp_path) == ["a.md"]


def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.md"
    file.write_text(checklist.MARKER)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(CheckError, match="No space left"):
        write_checklist(file, "new", force=False)
    assert file.read_text() == checklist.MARKER
    assert os.listdir(tmp_path) == ["a.md"]


def test_through_a_link_the_file_behind_it_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    real, link = tmp_path / "docs" / "real.md", tmp_path / "link.md"
    real.write_text(checklist.MARKER)
    link.symlink_to(real)
    assert write_checklist(link, checklist.MARKER + "\nnew\n", force=False)
    assert link.is_symlink()
    assert "\nnew\n" in real.read_text()
    real.write_text("somebody's notes")
    with pytest.raises(CheckError):
        write_checklist(link, "x", force=False)
    real.unlink()
    with pytest.raises(CheckError):
        write_checklist(link, "x", force=False)


def test_a_record_says_which_deploy_it_was(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    git = [need("git"), "-C", str(shop)]
    subprocess.run([*git, "commit", "-qm", "first"], check=True)
    commit = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    # younger than the index: git must look into them, and would do so through the filter
    young = (shop / ".git/index").stat().st_mtime + 60
    for name in SHOP:
        os.utime(shop / name, (young, young))
    subprocess.run([*git, "update-index", "-q", "--refresh"], check=True)
    # nothing of the repository's own config may run: each of these would leave its name
    trace = tmp_path_factory.mktemp("trace") / "ran"
    for key in ("core.fsmonitor", "diff.external", "filter.x.clean", "filter.a=b c.clean", "diff.x.textconv", "core.pager"):
        subprocess.run([*git, "config", key, f"echo '{key}' >> {trace}; cat"], check=True)
    (shop / ".gitattributes").write_text("* filter=x diff=x\n")
    record = shop / "record.md"
    assert run(["report", str(shop), "--record", str(record)]) == 0
    text = record.read_text("utf-8")
    assert text.startswith(checklist.MARKER + "\n\n# Deploy record\n\n")
    assert f"| Commit | `{commit}` |\n|---|---|\n| Branch | `main` |\n| State | as committed |\n| Time | 20" in text
    assert "| Who | t |\n" in text
    assert unsealed(text).split("> [!")[1] == unsealed((shop / "DEPLOY_CHECKLIST.md").read_text("utf-8")).split("> [!")[1]
    # ticks go from the checklist into the record, not from one record into the next
    record.write_text(text.replace("- [ ] PM2", "- [x] PM2"))
    file = shop / "DEPLOY_CHECKLIST.md"
    file.write_text(file.read_text("utf-8").replace("- [ ] The backend", "- [x] The backend"), "utf-8")
    (shop / "src/server.js").write_text("changed\n")
    (shop / ".git/HEAD").write_text(commit + "\n")
    assert run(["report", str(shop), "--record", str(record)]) == 0
    text = record.read_text("utf-8")
    assert "| Branch | — |\n| State | **files changed since the commit: 1** |" in text
    assert "- [x] The backend" in text
    assert "- [ ] PM2" in text
    assert not trace.exists(), trace.read_text()


def test_without_a_commit_there_is_nothing_to_record(folder: Callable[[Mapping[str, str]], Path], capsys: pytest.CaptureFixture[str]) -> None:
    root = folder(SHOP)
    assert run(["report", str(root), "--record", "x.md"]) == 2
    assert "not in a git repository" in capsys.readouterr().err
    assert not (root / "DEPLOY_CHECKLIST.md").exists()


def test_without_git_there_is_nothing_to_record_and_the_report_says_why(repository: Callable[[Mapping[str, str]], Path], tmp_path_factory: pytest.TempPathFactory) -> None:
    root, empty = repository(SHOP), str(tmp_path_factory.mktemp("empty"))
    done = command("report", str(root), "--record", "x.md", PATH=empty)
    assert (done.returncode, done.stderr) == (2, "onai-check: git is not installed or not in PATH, so there is no commit to record\n")
    assert "  .git  git/env-file-tracked  No env file with secrets is in the git index (git is not installed)\n" in command(str(root), PATH=empty, COLUMNS="120").stdout

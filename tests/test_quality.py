"""What is told of a service by its package and its files, and of the documents beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from checklist import config, discover
from checklist.facts import testing
from checklist.model import plain
from checklist.parse import markdown
from checklist.report import checklist
from tests.conftest import run

APP = "module.exports = { apps: [{ name: 'api', script: 'api.ts', error_file: 'logs/err.log' }] };\n"


def told(kind: str, files: dict[str, str]) -> dict[str, object]:
    """The one document of a kind."""
    [document] = [d for d in run(files, "docs/empty-document").documents if d.kind == kind]
    found: dict[str, object] = plain(document.value)
    return found


@pytest.mark.parametrize(
    ("dependency", "logger"),
    [
        ("pino-http", "pino-http"),
        ("express-winston", "express-winston"),
        ("@google-cloud/logging-winston", "@google-cloud/logging-winston"),
        ("tslog", "tslog"),
        ("fastify", "fastify"),
        ("redux-logger", None),
        ("koa-logger", None),
        ("opinion", None),
        ("spinosaurus", None),
        ("consola", {"$unknown": "whether its logger writes JSON is set in the code"}),
        ("my-logger-kit", {"$unknown": "whether its logger writes JSON is set in the code"}),
    ],
)
def test_the_logger_among_the_dependencies(dependency: str, logger: object) -> None:
    package = f'{{"dependencies": {{"{dependency}": "1"}}}}'
    assert told("service", {"ecosystem.config.js": APP, "package.json": package})["logger"] == logger


@pytest.mark.parametrize(
    ("version", "known"), [("^11.0.0", False), ("latest", False), ("^10.4.1", True), ("~9", True), (">=8.0.0 <11", True), ("12.1.0", False)]
)
def test_only_nest_that_can_log_json_is_left_open(version: str, known: bool) -> None:
    package = f'{{"dependencies": {{"@nestjs/common": "{version}"}}}}'
    assert (told("service", {"ecosystem.config.js": APP, "package.json": package})["logger"] is None) == known


OPEN = {"$unknown": "the server may rotate them without the repository saying so"}


@pytest.mark.parametrize(
    ("files", "rotation"),
    [
        ({}, OPEN),
        ({"setup.sh": "pm2 install pm2-logrotate\n"}, "seen"),
        ({"setup.sh": "sudo pm2 logrotate -u deploy\n"}, "seen"),
        ({"docs/runbook.md": "`pm2 install pm2-logrotate`\n"}, "seen"),
        ({"ops/logrotate.d/api": "/var/log/api/*.log {}\n"}, "seen"),
        ({"setup.sh": "pm2 startup\n"}, "none"),
        ({"setup.sh": "sudo env PATH=\"$PATH:/usr/bin\" pm2 startup systemd -u deploy\n"}, "none"),
        ({"setup.sh": "# pm2 startup\necho 'pm2 startup'\n"}, OPEN),
        ({"package.json": '{"scripts": {"start": "pm2-runtime ecosystem.config.js"}}', "ecosystem.config.js": "module.exports = { apps: [{ name: 'api', script: 'api.ts' }] };\n"}, "off"),
        ({"package.json": '{"scripts": {"start": "pm2-runtime ecosystem.config.js"}}'}, OPEN),
        ({"ecosystem.config.js": "module.exports = { apps: [{ script: 'api.ts', disable_logs: true }] };\n"}, "off"),
        ({"ecosystem.config.js": "module.exports = { apps: [{ script: 'a.ts', disable_logs: true }, { script: 'b.ts' }] };\n"}, OPEN),
        ({"ecosystem.config.js": "module.exports = { apps: [{ script: 'a.ts', out_file: 'NULL', error_file: '/dev/null', log_file: 'all.log' }] };\n"}, OPEN),
        ({"ecosystem.config.js": "module.exports = { apps: [] };\n"}, None),
    ],
)
def test_rotation_of_the_log_files(files: dict[str, str], rotation: object) -> None:
    assert told("project", {"ecosystem.config.js": APP, "package.json": "{}", **files}).get("rotation") == rotation


def test_a_guide_that_tells_of_rotation_is_read(tmp_path: Path) -> None:
    for name, text in {"README.md": "`pm2 install pm2-logrotate`", "OTHER.md": "logs", "DEPLOY_CHECKLIST.md": f"{checklist.MARKER}\nlogrotate", "ecosystem.config.js": APP}.items():
        (tmp_path / name).write_text(text)
    found = discover.discover(tmp_path, policy=config.parse("", "", tmp_path).policy).files
    assert sorted(found) == ["README.md", "ecosystem.config.js"]


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("src/price.test.ts", "unit"),
        ("src/utils/date.spec.js", "unit"),
        ("test/price.js", "unit"),
        ("src/__tests__/price.mjs", "unit"),
        ("test.js", "unit"),
        ("src/integrations/slack.test.ts", "unit"),
        ("src/parse-int.test.ts", "unit"),
        ("tests/integration/users.js", "integration"),
        ("src/users.int.test.ts", "integration"),
        ("src/users.integration.spec.ts", "integration"),
        ("test/app.e2e-spec.ts", "end-to-end"),
        ("cypress/login.cy.js", "end-to-end"),
        ("e2e/login.ts", "end-to-end"),
        ("features/order.feature", "end-to-end"),
        ("src/latest.ts", None),
        ("src/contest.js", None),
        ("test/setup.ts", None),
        ("test/fixtures/user.js", None),
        ("playwright.config.ts", None),
        ("test/data.json", None),
        ("spec/openapi.yaml", None),
    ],
)
def test_tests_are_known_by_their_names(file: str, kind: str | None) -> None:
    assert (testing.kind(file) if testing.is_test(file) else None) == kind


@pytest.mark.parametrize(
    ("text", "empty"),
    [
        ("", True),
        ("# Runbook\n\n## Restart\n", True),
        ("Runbook\n=======\n", True),
        ("# Runbook\nTODO\n- [ ] TBD\n", True),
        ("---\nstatus: draft\n---\n# A\n<!-- say\nmore -->\n", True),
        ("# План\n\nВ работе\n", True),
        ("# Runbook\nCall Ann.\n", False),
        ("# Runbook\n`pm2 restart api`\n", False),
        ("[wiki](https://w.example)\n", False),
        ("# План\nОткатить.\n", False),
    ],
)
def test_a_text_of_headings_and_promises_is_empty(text: str, empty: bool) -> None:
    assert markdown.is_empty(text) == empty


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a `b c` and ``d ` e``", [("b c", 1, 4), ("d ` e", 1, 15)]),
        ("```sh\nmake x\n```\nmake y\n", [("make x", 2, 1)]),
        ("~~~\n```\n~~~\n`z`", [("```", 2, 1), ("z", 4, 2)]),
        ("```js\nmake x\n```\n", []),
        ("make x\n", []),
        ("```sh\nnever closed", [("never closed", 2, 1)]),
    ],
)
def test_code_is_what_stands_in_spans_and_shell_blocks(text: str, lines: list[tuple[str, int, int]]) -> None:
    assert [(c.text, c.line, c.column) for c in markdown.code(text)] == lines


SCRIPTS = '{"scripts": {"migrate": "x", "db:seed": "y"}}'


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        ("npm run migrate", []),
        ("npm run db:seed -- --all", []),
        ("npm run old && npm run migrate", ["npm run old"]),
        ("npm run build:*", []),
        ("npm run old --if-present", []),
        ("npm run $TASK", []),
        ("yarn run tsc", []),
        ("npm --prefix ../web run old", []),
        ("scripts/deploy.sh prod", []),
        ("bash ./scripts/gone.sh", ["./scripts/gone.sh"]),
        ("../ops/gone.sh", []),
        ("/opt/api/scripts/gone.sh", []),
        ("~/scripts/gone.sh", []),
        ("curl -o scripts/gone.sh https://x.example", []),
        ("cat > scripts/gone.sh", []),
        ("ssh web ./scripts/gone.sh", []),
        ("make deploy", []),
        ("make gone", ["make gone"]),
        ("make sure that it runs", []),
        ("pm2 restart api", []),
        ("pm2 restart 0", []),
        ("pm2 restart all", []),
        ("pm2 restart ecosystem.config.js", []),
        ("pm2 logs --lines 50", []),
        ("pm2 restart <name>", []),
        ("pm2 restart app-name", []),
        ("pm2 logs shop-api --lines 50", ["pm2 logs shop-api"]),
    ],
)
def test_commands_of_the_runbook_that_nobody_has(line: str, missing: list[str]) -> None:
    files = {
        "ecosystem.config.js": APP,
        "package.json": SCRIPTS,
        "scripts/deploy.sh": "pm2 restart api\n",
        "Makefile": "deploy: x\n\tpm2 restart api\n",
        "docs/runbook.md": f"```sh\n{line}\n```\n",
    }
    assert told("page", files)["missing"] == missing


def test_documents_are_evidence_and_no_files_that_are_checked(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "runbook.md").write_text("# Runbook\n", "utf-8")
    (tmp_path / "docs" / "style.md").write_text("# Style\n", "utf-8")
    (tmp_path / "docs" / "playbook.md").write_bytes(b"x" * (discover.MAX_BYTES + 1))
    found = discover.discover(tmp_path, policy=config.parse("", "", tmp_path).policy)
    assert (dict(found.files), dict(found.broken)) == ({"docs/runbook.md": "# Runbook\n"}, {})
    report = run(dict(found.files), "docs/empty-document")
    assert report.checked == ()
    assert [o.location.file for o in report.findings] == ["docs/runbook.md"]

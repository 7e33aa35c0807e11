"""`onai-check init`: what is seen of a project, what is proposed, and that it is never more than asked."""

from __future__ import annotations

import os
import posixpath
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from conftest import ROOT, make, need
from test_examples import said_by

from checklist import cli, propose
from checklist.facts import derive
from checklist.propose import Survey

Folder = Callable[[Mapping[str, str]], Path]
HEALTHY = ROOT / "examples" / "healthy"

ECOSYSTEM = "module.exports = {{ apps: [{{ name: 'shop', cwd: '/srv/shop/current{below}', script: '{script}', max_restarts: 3, min_uptime: '30s', env: {{ PORT: 8080 }} }}] }}\n"
SOURCE = {
    "ecosystem.config.js": ECOSYSTEM.format(below="", script="src/server.js"),
    "package.json": '{"name": "shop", "engines": {"node": ">=20"}, "scripts": {"lint": "eslint .", "test": "node --test"}}\n',
    "package-lock.json": "{}\n",
    ".gitignore": "node_modules/\ndist/\nbuild/\nenv.env\n.env\n",
    "src/server.js": "require('dotenv').config({ path: 'env.env' })\napp.get('/api/health', ok)\nconnect(process.env.DATABASE_URL)\n",
}
BUILD = {
    **SOURCE,
    "ecosystem.config.js": ECOSYSTEM.format(below="", script="dist/server.js"),
    "package.json": '{"name": "shop", "scripts": {"build": "tsc", "test": "node --test"}, "devDependencies": {"typescript": "^5"}}\n',
    "tsconfig.json": '{"compilerOptions": {"outDir": "dist", "rootDir": "src"}}\n',
    "src/server.ts": "app.get('/healthz', ok)\n",
    "onai-check.yaml": "policy: {run_from: build, health_url: 'http://localhost:8080/healthz'}\nmonitor: {provider: uptimerobot, url: 'https://shop.example.com/healthz', interval: 2m, down_checks: 2, alerts: [telegram, sms]}\n",
}
MONOREPO = {
    "backend/ecosystem.config.js": ECOSYSTEM.format(below="/backend", script="src/server.js"),
    **{f"backend/{name}": SOURCE[name] for name in ("package.json", "package-lock.json", "src/server.js")},
    ".gitignore": SOURCE[".gitignore"],
    "web/package.json": '{"name": "web", "scripts": {"build": "vite build"}}\n',
    "web/vite.config.js": "export default {}\n",
}
WORKSPACES = {
    **{path: text for path, text in MONOREPO.items() if path != "backend/package-lock.json"},
    "package.json": '{"name": "all", "private": true, "workspaces": ["backend", "web"]}\n',
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
    "backend/.env.example": "DATABASE_URL=\nSENTRY_DSN=\nSENTRY_ENABLED=\n",
}
BOT = {
    **SOURCE,
    "package.json": '{"name": "shop", "engines": {"node": ">=20"}, "scripts": {"test": "node --test"}, "dependencies": {"grammy": "^1"}}\n',
    "src/server.js": "require('dotenv').config({ path: 'env.env' })\nnew Bot(process.env.TOKEN).start()\n",
}
PROJECTS = {"bot": BOT, "source": SOURCE, "build": BUILD, "monorepo": MONOREPO, "workspaces": WORKSPACES}
# health URL, source or build, folder, branch, monitor, its provider: what was seen is right, and there is a monitor
ANSWERS = "\n\n\n\nhttps://shop.example.com/api/health\nuptimerobot\n"


def init(root: Path, *args: str, input: str = "") -> Result:
    return CliRunner().invoke(cli.group, ["init", str(root), *args], input=input, catch_exceptions=False)


def said(root: Path) -> set[tuple[str, str, str]]:
    """(priority, rule, file) of what the gate finds at P0 and P1, with every rule."""
    return {(f["priority"], f["rule"], f["file"]) for f in said_by("check", str(root))["findings"] if f["priority"] != "P2"}


def texts(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file() and ".git" not in p.relative_to(root).parts}


def seen(files: Mapping[str, str], settings: str = "") -> Survey:
    recognised = {p: t for p, t in files.items() if not propose.is_code(p) or "ecosystem" in p}
    project = make(recognised, settings=settings, paths=list(files))
    return propose.survey(project, derive(project).documents, {p: t for p, t in files.items() if propose.is_code(p)})


# ---- what is seen ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "url", "where"),
    [
        ({}, "http://localhost:3000/health", ""),
        ({"src/app.ts": "app.get('/health', ok)"}, "http://localhost:3000/health", "src/app.ts:1"),
        ({"src/app.ts": "\napp.get(\"/api/v1/healthz\", ok)\napp.listen(4000)"}, "http://localhost:4000/api/v1/healthz", "src/app.ts:2"),
        ({"src/app.ts": "const port = process.env.PORT ?? 5001\nrouter.get(`/health-check`, ok)"}, "http://localhost:5001/health-check", "src/app.ts:2"),
        ({"src/app.ts": "// app.listen(1111)\nconst redis = { port: 6379 }\nconst PORT: number = 4002\n"}, "http://localhost:4002/health", ""),
        ({".env.example": "PORT=4003\n", "src/app.ts": "app.listen(process.env.PORT || 3000)"}, "http://localhost:4003/health", ""),
        ({".env": "PORT=4004\n", "src/app.ts": "app.listen(process.env.PORT || '4005')"}, "http://localhost:4005/health", ""),
        ({"web/src/app.ts": "app.listen(4006)", "web/package.json": '{"scripts": {"build": "vite build"}}', "web/vite.config.js": ""}, "http://localhost:3000/health", ""),
        # the check of another service; what a browser is sent
        ({"scripts/check.sh": "curl -sf http://localhost:8000/v1/models\n", "public/app.js": "fetch('/api/status')"}, "http://localhost:3000/health", ""),
        ({"scripts/check.sh": "curl -sf 'http://localhost:9000/health?token=abc'\n"}, "http://localhost:9000/health", "scripts/check.sh:1"),
        ({"src/app.ts": "app.get('/ping', ok)\napp.get('/health', ok)"}, "http://localhost:3000/health", "src/app.ts:2"),
        ({"src/health.controller.ts": "@Controller('health')\nexport class H {}"}, "http://localhost:3000/health", "src/health.controller.ts:1"),
        # a test, a type and a page of the frontend say nothing of the service
        ({"src/app.test.ts": "get('/ping')", "src/app.d.ts": "'/ping'", "tests/a.js": "'/ping'"}, "http://localhost:3000/health", ""),
        ({"scripts/check.sh": "curl -sf http://localhost:9000/status/health\n", "src/app.ts": "app.get('/health', ok)"}, "http://localhost:9000/status/health", "scripts/check.sh:1"),
    ],
)
def test_the_health_url_is_where_the_project_says_it_is(files: Mapping[str, str], url: str, where: str) -> None:
    config = "module.exports = { apps: [{ name: 'shop', script: 'src/server.js' }] }\n"
    found = seen({"ecosystem.config.js": config, "package.json": "{}", **files}).health
    assert (found.value, found.where) == (url, where)


def test_the_config_has_the_last_word() -> None:
    found = seen(SOURCE, "policy: {health_url: 'http://localhost:1/ok', run_from: build}")
    assert (found.health.value, found.runs.value) == ("http://localhost:1/ok", "build")


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("process.env.API_KEY; process.env['OTHER_KEY']; process.env.NODE_ENV; process.env.PORT", ["API_KEY", "OTHER_KEY"]),
        ("const { DB_URL, DB_POOL = 5, REDIS: cache } = process.env", ["DB_POOL", "DB_URL", "REDIS"]),
        ("const name = process.env[key]", []),
    ],
)
def test_the_variables_are_those_that_the_code_reads(code: str, names: list[str]) -> None:
    files = {**SOURCE, "src/server.js": code}
    assert list(seen(files, "policy: {required_env: []}").env_names) == names


@pytest.mark.parametrize(
    ("files", "file"),
    [
        ({"src/server.js": "config({ path: 'env.env' })"}, "env.env"),
        ({"src/server.js": "require('dotenv').config({ path: '.env.production' })"}, ".env.production"),
        ({"src/server.js": "import 'dotenv/config'"}, ".env"),
        ({"src/server.js": "", "package.json": '{"scripts": {"start": "node --env-file=.env src/server.js"}}'}, ".env"),
        ({"src/server.js": ""}, "env.env"),
        ({"src/server.js": "", ".gitignore": "dist/\n"}, ""),
    ],
)
def test_the_env_file_is_the_one_that_the_service_reads(files: Mapping[str, str], file: str) -> None:
    assert seen({**SOURCE, **files}).env_file.value == file


def test_names_that_an_example_elsewhere_lacks_are_shown(folder: Folder) -> None:
    root = folder({**WORKSPACES, "backend/.env.example": "DATABASE_URL=\n"})
    told = init(root, "--write").output
    assert ".env.example: to be added by hand: these names are missing in backend/.env.example\n\nSENTRY_DSN=\nSENTRY_ENABLED=\n" in told
    assert not (root / ".env.example").exists()


def test_workspaces_are_installed_where_their_lock_file_is(folder: Folder) -> None:
    root = folder(WORKSPACES)
    init(root, "--write")
    assert 'cd "$release"\npnpm install --frozen-lockfile\ncd "$release/backend"\n' in (root / "scripts" / "deploy.sh").read_text()
    assert "- run: pnpm install --frozen-lockfile\n        working-directory: .\n" in (root / ".github" / "workflows" / "deploy.yml").read_text()


def test_names_that_are_no_names_get_into_no_script() -> None:
    config = "module.exports = { apps: [{ name: 'a$(id)', script: 'a.js' }, { name: 'b', script: 'b.js' }] }\n"
    assert seen({"ecosystem.config.js": config}).apps == ("b",)


def test_a_browser_package_without_a_bundler_is_named_as_a_frontend() -> None:
    web = '{"dependencies": {"react": "^19"}, "scripts": {"build": "node make.js"}}'
    assert seen({**SOURCE, "panel/package.json": web}).frontends == ("panel",)
    assert seen({**SOURCE, "panel/package.json": web, "panel/vite.config.ts": ""}).frontends == ()


# ---- what is written -------------------------------------------------------------------------------------------------


def test_nothing_is_written_until_it_is_asked_for(folder: Folder) -> None:
    root = folder(SOURCE)
    before = texts(root)
    shown = init(root)
    assert shown.exit_code == 0
    assert "+++ b/scripts/deploy.sh" in shown.output
    assert "Nothing is written yet: onai-check init --write" in shown.output
    assert texts(root) == before


@pytest.mark.parametrize("name", PROJECTS)
def test_the_diff_is_what_is_written(tmp_path: Path, name: str) -> None:
    git, roots = need("git"), [tmp_path / "applied", tmp_path / "written"]
    for root in roots:
        for file, text in PROJECTS[name].items():
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_text(text)
        subprocess.run([git, "init", "-q", str(root)], check=True)
    subprocess.run([git, "apply"], cwd=roots[0], input=init(roots[0]).stdout.encode(), check=True)
    init(roots[1], "--write")
    assert texts(roots[0]) == texts(roots[1])
    assert set(texts(roots[1])) >= set(propose.TARGETS) - ({".env.example"} if name == "workspaces" else set())


def test_a_second_time_there_is_nothing_to_write(folder: Folder) -> None:
    root = folder(SOURCE)
    init(root, "--write")
    before = texts(root)
    again = init(root, "--write")
    assert again.output.endswith("Nothing to write.\n")
    assert texts(root) == before
    assert all(os.access(root / p, os.X_OK) for p in propose.TARGETS if p.endswith(".sh"))


@pytest.mark.parametrize("target", propose.TARGETS)
def test_what_is_there_stays(folder: Folder, target: str) -> None:
    mine = "# mine\n" if not target.endswith("onai-check.yaml") else "gate: P1\n"
    root = folder({**SOURCE, target: mine})
    init(root, "--write")
    assert (root / target).read_text().startswith(mine)
    if target != ".env.example":
        assert (root / target).read_text() == mine


def test_the_healthy_example_needs_no_more_than_its_hook(tmp_path: Path) -> None:
    root = tmp_path / "healthy"
    shutil.copytree(HEALTHY, root)
    before = set(texts(root))
    init(root, "--write")
    assert set(texts(root)) - before == {".pre-commit-config.yaml"}


@pytest.mark.parametrize("script", ["deploy-production.sh", "tools/ship.sh"])
def test_nothing_is_written_beside_a_deploy_that_is_there(folder: Folder, script: str) -> None:
    root = folder({**SOURCE, script: "#!/bin/bash\nset -e\nssh deploy@shop.example.com 'cd /var/www/shop && git pull && npm ci && pm2 restart shop'\n"})
    told = init(root, "--write").output
    assert re.search(rf"^scripts/deploy\.sh, .*: not proposed: there is a deploy already, and this would take its place: {re.escape(script)} \(shop", told, re.MULTILINE)
    written = set(texts(root))
    assert not written & {"scripts/deploy.sh", "scripts/rollback.sh", ".github/workflows/deploy.yml", "docs/runbook.md"}
    assert written >= {".pre-commit-config.yaml", "onai-check.yaml"}
    # nor is anything said of a folder that only the new deploy would make
    assert b"on the server only\n" in texts(root)[".env.example"]


@pytest.mark.parametrize(("scripts", "told"), [(["a.sh"], "Remove it and"), (["a.sh", "b.sh"], "Remove them and")])
def test_one_deploy_that_is_there_or_several(folder: Folder, scripts: list[str], told: str) -> None:
    root = folder({**SOURCE, **dict.fromkeys(scripts, "#!/bin/bash\nset -e\ngit pull\nnpm ci\npm2 restart shop\n")})
    assert told in init(root).output


@pytest.mark.parametrize(
    ("script", "line", "added"),
    [
        ("cd /srv/shop\ngit pull\nnpm ci\npm2 restart shop\necho done\n", 4, "bash scripts/smoke-test.sh || exit 1"),
        ("set -e\ngit pull\npm2 restart shop || pm2 start ecosystem.config.js\n", 3, "bash scripts/smoke-test.sh || exit 1"),
        ("ssh h 'cd /srv/shop && git pull && pm2 restart shop'\n", 1, "&& sleep 10 && curl -sf http://localhost:8080/api/health || exit 1"),
        ("ssh h <<'END'\ncd /srv/shop\ngit pull\npm2 restart shop\nEND\n", 4, "&& sleep 10 && curl -sf http://localhost:8080/api/health || exit 1"),
        ("ssh h <<'END'\nset -e\ncd /srv/shop\ngit pull\npm2 restart shop\nEND\necho done\n", 5, "&& sleep 10 && curl -sf http://localhost:8080/api/health || exit 1"),
        ("git pull\npm2 restart shop\ncurl -sf http://localhost:8080/api/health || exit 1\n", 0, ""),
    ],
)
def test_a_deploy_that_is_there_is_told_what_to_add_and_where(folder: Folder, script: str, line: int, added: str) -> None:
    root = folder({**SOURCE, "deploy.sh": script})
    told = init(root, "--write").output
    assert (f"  - deploy.sh:{line}: " in told, f": {added}\n" in told) == (bool(line), bool(line))
    assert "/current" not in told
    assert (root / "scripts" / "smoke-test.sh").exists() == added.startswith("bash")
    if line:
        lines = script.split("\n")
        # in a line of its own, or in the same command: before the quote that ends it
        lines[line - 1 : line] = [lines[line - 1], added] if added.startswith("bash") else [re.sub(r"('?)$", rf" {added}\1", lines[line - 1])]
        (root / "deploy.sh").write_text("set -e\n" * ("deploy.sh: put set -e at the top" in told) + "\n".join(lines))
        init(root, "--write")
        found = {f["rule"] for f in said_by("check", str(root))["findings"]}
        assert not found & {"deploy/no-smoke-test", "deploy/smoke-test-cannot-fail", "deploy/smoke-test-too-early"}
        assert "  - deploy.sh:" not in init(root).output


def test_in_a_folder_of_a_larger_repository_only_its_own_files_are_proposed(repository: Folder) -> None:
    root = repository(MONOREPO)
    told = init(root / "backend", "--write").output
    assert "the repository begins above this folder" in told
    assert not (root / "backend" / ".github").exists()
    assert (root / "backend" / "onai-check.yaml").exists()


def test_nothing_is_written_through_a_link_that_leads_out(folder: Folder, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    root = folder(SOURCE)
    (root / "scripts").symlink_to(outside)
    before = texts(root)
    assert cli.run(["init", str(root), "--write"]) == 2
    assert list(outside.iterdir()) == []
    assert texts(root) == before


def test_no_value_of_an_env_file_is_shown_or_written(folder: Folder) -> None:
    root = folder({**SOURCE, "env.env": "DATABASE_URL=postgres://u:canary-4711@db/x\nSENTRY_DSN=https://canary-4711@o1.ingest.sentry.io/2\n"})
    told = init(root, "--write").output
    assert "canary" not in told
    example = (root / ".env.example").read_text()
    assert "DATABASE_URL=\nSENTRY_DSN=\nSENTRY_ENABLED=\n" in example
    del (files := texts(root))["env.env"]
    assert not any(b"canary" in text for text in files.values())


@pytest.mark.parametrize("end", ["", "\n"])
def test_what_is_in_an_example_file_already_is_not_shown(folder: Folder, end: str) -> None:
    root = folder({**SOURCE, ".env.example": f"DATABASE_URL=postgres://u:canary-4711@db/x{end}"})
    told = init(root, "--write").output
    assert "canary" not in told
    assert "+++ b/.env.example\n@@ -1,0 +2,2 @@\n+SENTRY_DSN=\n+SENTRY_ENABLED=\n" in told
    assert (root / ".env.example").read_text() == "DATABASE_URL=postgres://u:canary-4711@db/x\nSENTRY_DSN=\nSENTRY_ENABLED=\n"


def test_what_a_terminal_would_obey_is_written_out(folder: Folder) -> None:
    root = folder({**SOURCE, ".pre-commit-config.yaml": "repos:\n- repo: local\n  hooks: []\n  # \u202e evil\n"})
    assert "+++ b/.pre-commit-config.yaml" in (told := init(root).output)
    assert "\u202e" not in told
    assert "\\u202e evil" in told


HOOK = "  - repo: local\n    hooks:\n      - id: onai-check\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("repos:\n  - repo: local\n    hooks: []\n", HOOK),
        ("repos:\n- repo: local\n  hooks: []", "- repo: local\n  hooks:\n    - id: onai-check\n"),
        ("# ours\nci: {skip: []}\nrepos:\n  - repo: https://example.com/hooks  # mine\n    rev: v1\n    hooks:\n      - id: a\n", HOOK),
        # here the end of the file is not the end of the list
        ("repos:\n  - repo: local\n    hooks: []\ndefault_stages: [pre-commit]\n", None),
        ("repos: [{repo: local, hooks: []}]\n", None),
        ("repos: []\n", None),
        ("repos:\n  - repo: local\n    hooks: [\n", None),
        ("repos:\n  - repo: https://github.com/onai/onai-check\n    rev: v0.0.1\n    hooks: [{id: onai-check}]\n", None),
    ],
)
def test_the_hook_is_added_only_where_the_rest_stays_as_it_is(folder: Folder, before: str, after: str | None) -> None:
    root = folder({**SOURCE, ".pre-commit-config.yaml": before})
    told = init(root, "--write").output
    now = (root / ".pre-commit-config.yaml").read_text()
    if after is None:
        assert now == before
        assert "onai-check/onai-check" in before or ".pre-commit-config.yaml: " in told
    else:
        assert now.startswith(before)
        assert after in now
        subprocess.run([sys.executable, "-m", "pre_commit", "validate-config", str(root / ".pre-commit-config.yaml")], check=True)


def test_the_hook_runs_what_is_installed(repository: Folder, tmp_path_factory: pytest.TempPathFactory) -> None:
    root, bin = repository(SOURCE), tmp_path_factory.mktemp("bin")
    init(root, "--write")
    (bin / "onai-check").write_text(f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom checklist.cli import main\nmain()\n")
    (bin / "onai-check").chmod(0o755)
    subprocess.run([need("git"), "-C", str(root), "add", "-A"], check=True)
    environment = {**os.environ, "PATH": f"{bin}:{os.environ['PATH']}", "PRE_COMMIT_HOME": str(bin / "cache")}
    done = subprocess.run([sys.executable, "-m", "pre_commit", "run", "onai-check"], cwd=root, env=environment, capture_output=True, text=True)
    # the monitor is what a person has to declare
    assert (done.returncode, "monitor/not-declared" in done.stdout, "Gate closed" in done.stdout) == (1, True, True), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("cwd", "wanted"),
    [
        ("", True),
        ("cwd: __dirname,", True),
        ("cwd: './',", True),
        ("cwd: process.env.DIR,", True),
        ("cwd: '/srv/shop/releases/1',", True),
        ("cwd: '/srv/shop/currently',", True),
        ("cwd: '/srv/shop/current/../repo',", True),
        ("cwd: '/srv/shop/current',", False),
        ("cwd: '/srv/shop/current/',", False),
        ("cwd: '/srv/shop/current/backend',", False),
    ],
)
@pytest.mark.parametrize("name", ["shop", "jobs"])
def test_every_app_has_to_run_in_the_link_before_a_rollback_is_written(folder: Folder, name: str, cwd: str, wanted: bool) -> None:
    given = {"shop": "cwd: '/srv/shop/current',", "jobs": "cwd: '/srv/shop/current',", name: cwd}
    apps = "".join(f"{{ name: '{n}', {c} script: 'src/server.js' }},\n" for n, c in given.items())
    root = folder({**SOURCE, "ecosystem.config.js": f"module.exports = {{ apps: [\n{apps}] }}\n"})
    told = init(root, "--write").output
    line = 2 if name == "shop" else 3
    assert (f"before anything else: ecosystem.config.js:{line}: {name}: cwd: '/srv/shop/current'" in told) == wanted
    assert [(root / p).exists() for p in propose.SCRIPTS] == [not wanted] * 5


def test_names_that_a_config_service_reads_are_in_the_example(folder: Folder) -> None:
    nest = """import { ConfigService } from '@nestjs/config'
class Orders {
  constructor(private readonly config: ConfigService) {}
  url() { return this.config.getOrThrow<string>('ORDERS_URL') + this.config.get('ORDERS_KEY', 'x') }
}
"""
    root = folder({**SOURCE, "src/orders.service.ts": nest})
    init(root, "--write")
    assert "DATABASE_URL=\nORDERS_KEY=\nORDERS_URL=\n" in (root / ".env.example").read_text()


# ---- shapes of projects ----------------------------------------------------------------------------------------------

FETCH = "set -e\ncd /var/www/shop\ngit pull\nnpm ci\npm2 restart shop\ncurl -sf http://localhost:8080/api/health\n"
WORKFLOW = "on: push\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ssh d@shop.example.com 'cd /srv/shop && git pull && npm ci && pm2 restart shop'\n"
TESTS_ONLY = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: npm ci && npm test\n"
SECTION = "deploy: { production: { user: 'd', host: 'shop.example.com', ref: 'origin/main', repo: 'git@example.com:shop.git', path: '/srv/shop', 'post-deploy': 'npm ci && pm2 reload ecosystem.config.js' } }, "
GITLAB = "deploy:\n  script:\n    - ssh d@shop.example.com 'cd /srv/shop && git pull && pm2 restart shop'\n"

DEPLOYS: dict[str, dict[str, str]] = {
    "none": {},
    "tests only": {".github/workflows/ci.yml": TESTS_ONLY},
    "script here": {"scripts/deploy.sh": FETCH},
    "script here, another argument": {"scripts/deploy.sh": 'set -e\nssh "$1" \'cd /srv/shop && git pull && npm ci && pm2 restart shop\'\n'},
    "script here, not understood": {"scripts/deploy.sh": "exec ansible-playbook site.yml -e target=$1\n"},
    "script of another name": {"tools/ship-it.sh": FETCH},
    "script called post-deploy": {"scripts/post-deploy.sh": FETCH},
    "rollback only": {"bin/rollback.sh": "git reset --hard HEAD~1\npm2 restart shop\n"},
    "smoke test of another": {"scripts/smoke-test.sh": 'curl -sf "$1"\n'},
    "workflow": {".github/workflows/release.yml": WORKFLOW},
    "workflow under our name": {".github/workflows/deploy.yml": WORKFLOW},
    "npm script": {"package.json": SOURCE["package.json"].replace('"lint"', '"deploy": "git pull && npm ci && pm2 restart shop", "lint"')},
    "make": {"Makefile": "deploy:\n\tgit pull\n\tnpm ci\n\tpm2 restart shop\n"},
    "pm2 deploy": {"ecosystem.config.js": SECTION},
    "gitlab": {".gitlab-ci.yml": GITLAB},
    "gitlab, tests only": {".gitlab-ci.yml": "test:\n  script: [npm ci, npm test]\n"},
    "powershell": {"deploy.ps1": "ssh d@h 'pm2 restart shop'\n"},
    "javascript": {"scripts/deploy.js": "const { Client } = require('ssh2')\nnew Client().connect({ host: 'shop.example.com' })\n"},
    "commands of a bot": {"deploy-commands.js": "new REST().put(Routes.applicationCommands(id), { body: commands })\n"},
    "capistrano": {"Capfile": "require 'capistrano/setup'\n"},
}
FREE = {"none", "tests only", "gitlab, tests only", "commands of a bot"}
"""Where nothing deploys yet."""
LOCKS = {"npm": ("package-lock.json", "{}\n"), "yarn": ("yarn.lock", "# yarn lockfile v1\n"), "pnpm": ("pnpm-lock.yaml", "lockfileVersion: '9.0'\n"), "bun": ("bun.lock", "{}\n")}
# a file of the project by its path, wherever it is said: not one of the server's own folders
_NAMED = re.compile(r"(?<![\w./$@-])(?:/srv/shop/(?:repo|current)/|\$here/)?((?:scripts|docs|\.github)/[\w./-]+\.\w+|[\w-]+\.sh|\.env\.example|[\w.-]+\.config\.\w+|package(?:-lock)?\.json|\.nvmrc)(?![\w/])")


def shaped(deploy: str, *, cwd: bool, production: bool, manager: str) -> dict[str, str]:
    files = {path: text for path, text in SOURCE.items() if path != "package-lock.json"}
    files |= dict([LOCKS[manager]])
    files |= {path: text for path, text in DEPLOYS[deploy].items() if path != "ecosystem.config.js"}
    written = "cwd: '/srv/shop/current', " * cwd
    env = "env_production: { NODE_ENV: 'production' }, " * production
    options = f"name: 'shop', {written}script: 'src/server.js', max_restarts: 3, min_uptime: '30s', {env}env: {{ PORT: 8080 }}"
    files["ecosystem.config.js"] = f"module.exports = {{ {DEPLOYS[deploy].get('ecosystem.config.js', '')}apps: [{{ {options} }}] }}\n"
    return files


# where nothing deploys all of it, elsewhere what is there decides
SHAPES = [("none", *rest) for rest in product((False, True), (False, True), LOCKS)] + [
    (deploy, cwd, True, "npm") for deploy in DEPLOYS if deploy != "none" for cwd in (False, True)
]


@pytest.mark.parametrize(("deploy", "cwd", "production", "manager"), SHAPES)
def test_whatever_the_shape_of_the_project(repository: Folder, deploy: str, cwd: bool, production: bool, manager: str) -> None:
    root = repository(shaped(deploy, cwd=cwd, production=production, manager=manager))
    before = set(texts(root))
    done = init(root, "--write")
    assert done.exit_code == 0
    made = set(texts(root)) - before
    # one deploy, and never a second one
    assert (propose.DEPLOY in made) == (cwd and deploy in FREE)
    assert (".github/workflows/deploy.yml" in made) == (cwd and deploy in FREE - {"gitlab, tests only"})
    assert bool(made & {"docs/runbook.md", "docs/incident-response.md", propose.ROLLBACK, propose.START}) == (cwd and deploy in FREE)
    # what is named is there
    here = set(texts(root)) | {posixpath.basename(p) for p in texts(root) if p.startswith("scripts/")}
    for file in made:
        text = (root / file).read_text()
        assert {m[1] for m in _NAMED.finditer(text)} <= here, file
        for run in re.findall(rf"\b{manager} run ([\w:]+)", text):
            assert run in SOURCE["package.json"], (file, run)
    # and it is right
    subprocess.run([need("git"), "-C", str(root), "add", "-A"], check=True)
    # what is not there is said at the config: a monitor, and a workflow where it is not proposed
    absent = {("P0", "monitor/not-declared", "onai-check.yaml"), ("P1", "ci/no-deploy-workflow", "onai-check.yaml")}
    assert {f for f in said(root) if f[2] in made} <= absent
    scripts = [p for p in propose.SCRIPTS if p in made]
    if scripts:
        checked = subprocess.run([shellcheck(), "--norc", "--severity=style", *scripts], capture_output=True, text=True, cwd=root)
        assert (checked.returncode, checked.stdout) == (0, "")
    assert init(root, "--write").output.endswith("Nothing to write.\n")


def test_what_was_deleted_of_ours_is_written_again(folder: Folder) -> None:
    root = folder(SOURCE)
    init(root, "--write")
    whole = texts(root)
    for path in (propose.ROLLBACK, propose.SMOKE, ".github/workflows/deploy.yml", "docs/runbook.md"):
        (root / path).unlink()
    with (root / propose.DEPLOY).open("a") as mine:
        mine.write("# mine\n")
    init(root, "--write")
    assert {p for p, text in texts(root).items() if whole.get(p) != text} == {propose.DEPLOY}
    assert set(texts(root)) == set(whole)


# ---- whether it is any good ------------------------------------------------------------------------------------------


@pytest.fixture(params=[(name, lang) for name in PROJECTS for lang in ("en", "ru")], ids=lambda p: f"{p[0]}-{p[1]}")
def written(request: pytest.FixtureRequest, repository: Folder) -> Path:
    """A project with all that is proposed for it, in one of the languages."""
    name, lang = request.param
    root = repository(PROJECTS[name])
    answers = ANSWERS.removeprefix("\n") if name == "bot" else ANSWERS  # a bot is not asked where it answers
    done = init(root, "--write", "--lang", lang, "--interactive", input=answers)
    assert done.exit_code == 0
    subprocess.run([need("git"), "-C", str(root), "add", "-A"], check=True)
    return root


def test_nothing_is_left_of_the_templates(written: Path) -> None:
    for target in {p for p in propose.TARGETS if (written / p).exists()}:
        text = (written / target).read_text()
        assert not re.search(r"^\{[a-z,]+\}|(?<![\w'\"/])@[a-z_]+@", text, re.MULTILINE), target
        assert "\n\n\n" not in text


def test_the_gate_finds_nothing_in_what_is_proposed(written: Path) -> None:
    assert {f for f in said(written) if f[2] in propose.TARGETS} == set()


def test_with_it_the_whole_project_is_clean(written: Path) -> None:
    assert said(written) == set()


def test_nobody_asks_a_bot_over_http(repository: Folder) -> None:
    root = repository(BOT)
    assert init(root, "--write").exit_code == 0
    assert not [p for p in propose.TARGETS if re.search(r"curl\b.*localhost|health_url:", (root / p).read_text("utf-8") if (root / p).exists() else "")]
    assert "sleep 30" in (root / "scripts/smoke-test.sh").read_text("utf-8")


def shellcheck() -> str:
    found = shutil.which("shellcheck", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    return found or need("shellcheck")


def test_shellcheck_finds_nothing_in_the_scripts(written: Path) -> None:
    scripts = [str(written / p) for p in propose.TARGETS if p.endswith(".sh")]
    done = subprocess.run([shellcheck(), "--norc", "--severity=style", *scripts], capture_output=True, text=True, cwd=written)
    assert (done.returncode, done.stdout) == (0, "")


def test_shellcheck_finds_nothing_in_the_healthy_example() -> None:
    scripts = [str(p) for p in sorted((HEALTHY / "scripts").glob("*.sh"))]
    done = subprocess.run([shellcheck(), "--norc", "--severity=style", *scripts], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_where_no_app_is_seen_only_config_and_hook_are_proposed(folder: Folder) -> None:
    root = folder({"src/server.js": "process.env.KEY", "package.json": "{}"})
    init(root, "--write")
    assert set(texts(root)) == {"package.json", "src/server.js", "onai-check.yaml", ".pre-commit-config.yaml"}


def test_that_build_output_is_what_runs_is_said_and_not_only_written(folder: Folder) -> None:
    root = folder({path: text for path, text in BUILD.items() if path != "onai-check.yaml"})
    told = init(root, "--write").output
    assert "ecosystem.config.js: PM2 starts dist/server.js, so run_from: build is proposed" in told
    assert "  run_from: build\n" in (root / "onai-check.yaml").read_text()


def test_what_only_a_person_knows_is_not_made_up(folder: Folder) -> None:
    root = folder(SOURCE)
    init(root, "--write")
    assert said(root) == {("P0", "monitor/not-declared", "onai-check.yaml")}


# ---- the incident, step by step --------------------------------------------------------------------------------------


def edit(file: Path, *changes: tuple[str, str]) -> None:
    text = file.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text)


def test_the_incident_is_put_right_step_by_step(tmp_path: Path) -> None:
    root = tmp_path / "shop-api"
    shutil.copytree(ROOT / "examples" / "incident", root)
    git = need("git")
    subprocess.run([git, "init", "-q", "-b", "main", str(root)], check=True)

    def findings() -> dict[str, Any]:
        subprocess.run([git, "-C", str(root), "add", "-A"], check=True)
        return said_by("check", str(root))

    def rules() -> set[str]:
        return {f["rule"] for f in findings()["findings"] if f["priority"] != "P2"}

    # one look, and what can be written beside the old deploy is written
    at_first = rules()
    init(root, "--write")
    assert not (root / "scripts" / "deploy.sh").exists()
    assert "env/sentry-dsn-missing" in at_first - rules()
    # the old deploy goes, as init says, and it is asked again
    for old in ("deploy-backend-final.sh", "deploy-production.sh", "scripts/deploy-backend.sh", ".github/workflows/deploy.yml"):
        (root / old).unlink()
    # and the cwd comes first: without it a rollback would do nothing
    assert "before anything else: ecosystem.config.js:3: shop-api: cwd: '/srv/shop-api/current'" in init(root, "--write").output
    assert not (root / "scripts").exists() or not (root / "scripts" / "rollback.sh").exists()
    edit(root / "ecosystem.config.js", ("script: 'tsx',\n", "cwd: '/srv/shop-api/current',\n      script: 'tsx',\n"))
    init(root, "--write")
    left = rules()
    assert not {r for r in left if r.startswith(("deploy/", "ci/", "docs/"))}
    # what the findings name in the files that are the owner's
    edit(
        root / "ecosystem.config.js",
        ("max_restarts: 15", "max_restarts: 3"),
        ("min_uptime: '5s'", "min_uptime: '30s'"),
        ("      exp_backoff_restart_delay: 100,\n", ""),
        ("script: 'tsx',\n      args: 'src/server.ts',", "script: 'src/server.ts',\n      interpreter: 'node',\n      interpreter_args: '--import tsx',"),
    )
    edit(root / ".gitignore", ("node_modules/\n", "node_modules/\ndist/\nbuild/\ndist.tar.gz\n"))
    with (root / "onai-check.yaml").open("a") as config:
        config.write("monitor: {provider: uptimerobot, url: 'https://shop.example.com/health', interval: 2m, down_checks: 2, alerts: [telegram, sms]}\n")
    (root / "package-lock.json").write_text("{}\n")
    assert rules() == set()
    # on the server, where the env file is, nothing is open at P0 either
    (root / "env.env").write_text("PORT=3000\nDATABASE_URL=postgres://shop@db/shop\nSENTRY_ENABLED=true\nSENTRY_DSN=https://0123456789abcdef0123456789abcdef@o42.ingest.sentry.io/7\n")
    told = findings()
    assert [f for f in (*told["findings"], *told["open"]) if f["priority"] != "P2"] == []
    assert told["gate"]["open"] is True


@pytest.mark.parametrize("files", [{}, {"notes.txt": "x\n"}, {"onai-check.yaml": "gate: P1\n"}])
def test_where_nothing_would_be_checked_nothing_is_proposed(folder: Folder, files: Mapping[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    root = folder(files)
    for args in (["init", str(root), "--write"], ["check", str(root)]):
        assert cli.run(args) == 2
        assert "looked for a PM2 config" in capsys.readouterr().err
    assert set(texts(root)) == set(files)


def test_an_answer_of_the_wrong_form_is_asked_for_again_and_told_why(folder: Folder) -> None:
    done = init(folder(SOURCE), "--interactive", "--lang", "ru", input="localhost\nhttp://localhost:1/ok\n\nsrv/shop\n\n\n\n")
    assert done.exit_code == 0
    assert [line for line in done.stderr.splitlines() if line.startswith("нуж")] == ["нужен URL, например http://localhost:3000/health", "нужен абсолютный путь из букв, цифр и . _ -"]
    assert "health_url: http://localhost:1/ok" in done.stdout

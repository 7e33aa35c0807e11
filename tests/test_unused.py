"""Which variables are set and read by nothing: what counts as reading is looked for in every text of a project."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import run

from checklist import config, discover
from checklist.facts.readers import known
from checklist.parse import words

PM2 = {"ecosystem.json": json.dumps({"apps": [{"name": "api", "script": "a.js"}]}), "a.js": "f(process.env.A_URL);\n"}

# (files besides the config and its source, messages, how many are open)
FILES = [
    ({".env": "OLD_URL=1\n"}, [".env sets OLD_URL, which nothing here reads"], 0),
    ({".env": "A1_X=1\nB1_X=2\nC1_X=3\nD1_X=4\nE1_X=5\n"}, [".env sets A1_X, B1_X, C1_X and 2 more that nothing here reads"], 0),
    ({".env": "A_URL=1\n"}, [], 0),
    ({".env": "old_url=1\n"}, [], 0),
    ({".env": "OLD_URL=1\n", "docs/env.md": "OLD_URL"}, [".env sets OLD_URL, which nothing here reads"], 0),
    ({".env": "OLD_URL=1\n", ".env.example": "OLD_URL=\n", ".env.test": "OLD_URL=2\n"}, [".env sets OLD_URL, which nothing here reads"], 0),
    ({".env": "OLD_URL=1\n", ".github/workflows/ci.yml": "on: push\njobs: {a: {runs-on: x, steps: [{run: 'echo $OLD_URL'}]}}"}, [], 0),
    ({".env": "OLD_URL=1\n", "package.json": '{"scripts": {"dump": "pg_dump $OLD_URL"}}'}, [], 0),
    ({".env": "OLD_URL=1\n", "Dockerfile": "FROM node\nRUN echo $OLD_URL\n"}, [], 0),
    ({".env": "OLD_URL=1\n", "test/a.test.js": "process.env.OLD_URL"}, [], 0),
    ({".env": "OLD_URL=1\nFULL_URL=${OLD_URL}/x\n", "b.js": "process.env.FULL_URL"}, [], 0),
    ({".env": "OLD_URL=1\n", "web/src/App.vue": "<p>{{ config.OLD_URL }}</p>"}, [], 0),
    ({".env": "OLD_URL=1\n", "job.py": "os.environ['old_url']"}, [], 0),
    ({".env": "OLD_URL=1\n", "job.js": "settings.old_url"}, [".env sets OLD_URL, which nothing here reads"], 0),
    ({".env": "OLD_URL=1\n", "b.js": "process.env[`${name}_URL`]"}, [], 1),
    ({".env": "OLD_URL=1\n", "b.js": "const name = 'OLD_' + kind; process.env[name]"}, [], 1),
    ({".env": "OLD_URL=1\nSPARE=1\n", "b.js": "const name = 'OLD_' + kind; process.env[name]"}, [".env sets SPARE, which nothing here reads"], 0),
    ({".env": "OLD_URL=1\n", "b.js": "spawn('x', { env: { ...process.env } })"}, [".env sets OLD_URL, which nothing here reads"], 0),
    ({".env": "SENTRY_DSN=1\nSENTRY_ENABLED=true\n"}, [], 0),
    ({"bot/.env": "OLD_URL=1\n"}, [], 0),
    ({".env.staging": "OLD_URL=1\n"}, [], 0),
    ({".env": "OLD_URL=1\n", "ecosystem.json": json.dumps({"apps": [{"name": "api", "script": "a.js", "node_args": "--env-file=.env.live"}]}), ".env.live": "SPARE=1\n"}, [
        ".env sets OLD_URL, which nothing here reads", ".env.live sets SPARE, which nothing here reads"], 0),
    ({"ecosystem.json": json.dumps({"apps": [{"name": "web", "script": "node_modules/.bin/next", "args": "start", "env": {"SPARE": "1"}}]})}, [
        "ecosystem.json sets SPARE, which nothing here reads"], 0),
    ({"ecosystem.json": json.dumps({"apps": [{"name": "web", "script": "serve", "args": "-s dist", "env": {"SPARE": "1"}}]})}, [], 0),
]  # fmt: skip


@pytest.mark.parametrize(("files", "messages", "unknown"), FILES)
def test_what_nothing_reads(files: dict[str, str], messages: list[str], unknown: int) -> None:
    report = run({**PM2, **files}, "env/variable-unused")
    assert [o.message["en"] for o in report.findings] == messages
    assert len(report.open) == unknown


def test_every_text_on_the_disk_is_looked_at(tmp_path: Path) -> None:
    texts = {"a.js": "A1_X", "a.test.ts": "A2_X", "b.py": "a3_x", "compose.yml": "${A4_X}", "Procfile": "A5_X", "web/App.vue": "A6_X", "run.sh": "A7_X", "s.prisma": "A8_X"}
    silent = {"README.md": "B1_X", ".env.example": "B2_X=", "package-lock.json": '{"B3_X": 1}', "node_modules/x/a.js": "B4_X", "logo.png": "B5_X"}
    for path, text in (texts | silent | {".env": "B6_X=1"}).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    found = discover.discover(tmp_path, policy=config.parse("", "", tmp_path).policy).words
    assert found is not None
    assert {w for w in found if w.endswith("_X")} == {f"A{n}_X" for n in range(1, 9)}


def test_a_project_that_sets_nothing_is_not_read_for_words(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("A_X")
    assert discover.discover(tmp_path, policy=config.parse("", "", tmp_path).policy).words is None


@pytest.mark.parametrize(("text", "found"), [("f(A_B, x.CD_1)", {"A_B", "CD_1"}), ("`${x}_URL` + 'SMTP_'", {"_URL", "SMTP_"}), ("aB Cd E", set())])
def test_names_in_a_text(text: str, found: set[str]) -> None:
    assert words.names("a.js", text.encode()) == found


@pytest.mark.parametrize(
    ("name", "is_known"),
    [("PGHOST", True), ("PG_POOL_SIZE", False), ("AWS_REGION", True), ("PORT", True), ("SERVER_PORT", False), ("NEXT_PUBLIC_X", True), ("NEXTCLOUD_X", False), ("DEBUG", True), ("DEBUGGER", False), ("JWT_SECRET", False)],
)
def test_what_libraries_read_by_themselves(name: str, is_known: bool) -> None:
    assert known(name) == is_known

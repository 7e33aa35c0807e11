"""What an env file and PM2 say about the same variable, and which mode production gets."""

from __future__ import annotations

import json

import pytest
from conftest import run

from checklist.model import plain

CANARY = ("k3yOf-PM2-4d1f", "k3yOf-file-9b2e")


def pm2(env: object, **more: object) -> str:
    return json.dumps({"apps": [{"name": "api", "script": "a.js", "env": env} | more]})


# (files, places of findings, how many are open)
MODES = [
    ({".env.prod": "NODE_ENV=test\n"}, [".env.prod:1"], 0),
    ({"api/.env.production": "NODE_ENV=development\n"}, ["api/.env.production:1"], 0),
    ({".env.production.local": "NODE_ENV=development\n"}, [".env.production.local:1"], 0),
    ({".env.prod.local": "NODE_ENV=development\n"}, [".env.prod.local:1"], 0),
    ({".env.live": "NODE_ENV=development\n"}, [".env.live:1"], 0),
    ({".env.preprod": "NODE_ENV=development\n"}, [], 0),
    ({".env.product": "NODE_ENV=development\n"}, [], 0),
    ({".env.production": "NODE_ENV=\n"}, [], 1),
    ({".env.production": "# NODE_ENV=development\n"}, [], 0),
    ({".env.production.example": "NODE_ENV=development\n"}, [], 0),
    ({"examples/api/env.env": "NODE_ENV=development\n"}, [], 0),
    ({"env.env": "NODE_ENV=production\n"}, [], 0),
    ({"ecosystem.json": pm2({"NODE_ENV": "development"})}, ["ecosystem.json:1"], 0),
    ({"ecosystem.dev.json": pm2({"NODE_ENV": "development"})}, [], 0),
    ({"ecosystem.json": pm2({"NODE_ENV": "development"}, cwd="e2e")}, [], 0),
    ({"ecosystem.json": pm2({"NODE_ENV": "development"}, env_prod={})}, [], 0),
    ({"ecosystem.json": pm2({"NODE_ENV": "development"}, env_server={"NODE_ENV": "production"})}, [], 0),
    ({"ecosystem.json": pm2({"NODE_ENV": "development"}, env_staging={"NODE_ENV": "staging"})}, ["ecosystem.json:1"], 0),
    ({"ecosystem.json": pm2({"PORT": 1})}, [], 0),
    ({"ecosystem.json": pm2({"NODE_ENV": "development"}, cwd="/Users/ann/api")}, [], 0),
]  # fmt: skip

SETTINGS = [
    ({"ecosystem.json": pm2({"A": "b"}), ".env": "A=c\n"}, ["ecosystem.json:1"], 0),
    ({"ecosystem.json": pm2({"A": 1.5, "B": True}), ".env": "A=1.5\nB=true\n"}, [], 0),
    ({"ecosystem.json": pm2({"A": None}), ".env": "A=1\n"}, [], 1),
    ({"ecosystem.json": pm2({"A": "b"}), "env.env": "A=b\n", ".env": "A=c\n"}, [], 0),
    ({"ecosystem.json": pm2({"A": "b"}), ".env": "A=$B\n"}, [], 0),
    ({"ecosystem.json": pm2({}, env_production={"A": "b"}), ".env": "A=c\n"}, [], 0),
    ({"ecosystem.json": pm2({"A": "b"}), ".env": "A=c\n", "a.js": "require('dotenv').config({override: true})"}, [], 1),
    ({"ecosystem.json": pm2({"A": "b"}), ".env": "A=c\n", "a.js": "require('dotenv').config({override: false})"}, ["ecosystem.json:1"], 0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "files", "found", "unknown"),
    [("env/not-production", *case) for case in MODES] + [("env/set-differently", *case) for case in SETTINGS],
)
def test_settings(rule: str, files: dict[str, str], found: list[str], unknown: int) -> None:
    report = run(files, rule)
    assert [f"{o.location.file}:{o.location.line}" for o in report.findings] == found
    assert len(report.open) == unknown


def test_the_values_that_differ_are_in_no_output() -> None:
    report = run({"ecosystem.json": pm2({"TOKEN": CANARY[0]}), "env.env": f"TOKEN={CANARY[1]}\n"}, "env/set-differently")
    assert len(report.findings) == 1
    told = repr(report) + json.dumps([plain(d.value) for d in report.documents])
    assert not any(word in told for word in CANARY)

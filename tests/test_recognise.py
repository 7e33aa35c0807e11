"""Which format a file has, by its name; the near misses are the point."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checklist.parse import needs_head, recognise

NAMES = {
    "pm2.js": """
        ecosystem.config.js ecosystem.config.cjs ecosystem.config.mjs backend/ecosystem.config.js ecosystem.dev.config.js
        pm2.config.js pm2.production.config.cjs process.config.js my-app.ecosystem.config.js api-pm2.config.js
        ecosystem.config.prod.js ecosystem.js ecosystem.prod.js pm2.js processes.config.js
    """,
    "pm2.ts": "ecosystem.config.ts pm2.config.mts deploy/ecosystem.ts",
    "pm2.json": "ecosystem.json ecosystem.config.json pm2.json pm2.prod.json process.json processes.json ecosystem.json5 deploy/pm2.json",
    "pm2.yaml": "ecosystem.yml ecosystem.config.yaml pm2.yaml process.yml pm2.prod.yml",
    "env": """
        .env env.env .env.local .env.production .env.production.local prod.env config/api.env .env.example env.example
        env.production .env.sample .env.template example.env .env.test .env.bak .env~ .env.old env.env.bak env.env~ .env_backup .env-prod
        .env.tpl .env.j2 .env.dist .env.20251222 .env.keys .env.sample.txt тест.env 🚀.env
    """,
    "gitignore": ".gitignore backend/.gitignore ../.gitignore",
    "node-version": ".nvmrc .node-version",
    "shell": "deploy.sh scripts/deploy-production.sh run.bash x.zsh .env.sh деплой.sh",
    "workflow": ".github/workflows/deploy.yml .github/workflows/ci.yaml .github/workflows/pm2.yml .github/actions/a/action.yml .github/actions/a/b/action.yaml",
    "package": "package.json apps/api/package.json",
    "json": "tsconfig.json tsconfig.build.json api/tsconfig.app.json",
    "makefile": "Makefile makefile GNUmakefile deploy.mk",
    "dockerfile": "Dockerfile Dockerfile.prod api/Dockerfile prod.Dockerfile Containerfile",
    "config": "onai-check.yaml examples/a/onai-check.yaml onai-check.yml",
    None: """
        vite.config.js next.config.mjs jest.config.js webpack.config.js src/process.js process.js src/pm2.js lib/ecosystem.js
        ecosystem.test.js ecosystem.spec.js src/pm2.ts pm2.d.ts ecosystem.md src/process.ts subprocess.json
        env.ts env.js src/env.mjs .env.d.ts environment.env.js .envrc environment .environment my.envelope .env.js .env.json .env.yml
        .env.vault .env.enc .env.gpg .env.prod.gpg .env.zip .env.tar.gz .env.example.md venv .env/readme dotenv
        gitignore .gitignore.md x.gitignore.txt deploy.sh.md sh .shrc package-lock.json package.json5 mypackage.json my-tsconfig.json
        x/.github/workflows/ci.yml .github/workflows/a/b.yml .github/workflows/readme.md .github/dependabot.yml .github/actions/a/other.yml
        docker.md Dockerfile.md .dockerignore Makefile.am.txt nest-cli.json README.md dist.tar.gz
    """,
}


@pytest.mark.parametrize(("path", "format"), [(path, format) for format, paths in NAMES.items() for path in paths.split()])
def test_a_name_tells_its_format(path: str, format: str | None) -> None:
    assert recognise(path) == format


@pytest.mark.parametrize("path", ["my deploy.sh", "a\nb/deploy.sh", "a\udcff/deploy.sh", " .sh"])
def test_odd_names_are_names(path: str) -> None:
    assert recognise(path) == "shell"


@pytest.mark.parametrize(
    ("head", "format"),
    [
        ("#!/bin/sh\n", "shell"),
        ("#!/bin/bash -e\n", "shell"),
        ("#! /usr/bin/env bash\n", "shell"),
        ("#!/usr/bin/env -S bash -eu\n", "shell"),
        ("#!/usr/bin/env FOO=1 zsh\n", "shell"),
        ("#!/usr/local/bin/dash\n", "shell"),
        ("#!/usr/bin/env node\n", None),
        ("#!/usr/bin/python3\n", None),
        ("#!/bin/bashful\n", None),
        ("# !/bin/sh\n", None),
        ("", None),
    ],
)
def test_a_file_without_an_ending_is_shell_if_its_first_line_says_so(head: str, format: str | None) -> None:
    assert recognise("bin/deploy", head) == format
    assert recognise("bin/deploy.txt", head) is None


@pytest.mark.parametrize("path", ["a-" * 2000 + "!", "ecosystem" + "-a" * 2000, ".env" + ".a" * 2000, "_" * 4000])
def test_long_names_take_no_time(path: str) -> None:
    assert recognise(path) in (None, "env")


@given(st.text(), st.text())
def test_any_name_is_taken(path: str, head: str) -> None:
    recognise(path, head)
    needs_head(path)

"""docs/architecture.md is true: its files, folders, functions and layers are there, its walks end where it says, and a rule
of each sort is one file.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from conftest import ROOT
from test_cli import command
from test_layers import LAYERS, MODULES

PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
LINKS = re.findall(r"\[(`?)([^]`]+)`?\]\(([^)#]+)\)", PAGE)
SPANS = re.findall(r"`([^`\n]+)`", PAGE)

TEXTS = """\
title: {en: all is well, ru: всё хорошо}
priority: P1
effort: 5m
why: {en: an outage, ru: авария}
fix: {en: mend it, ru: исправить}
"""

PM2_OPTION = """\
for: pm2.app
must: {properties: {kill_timeout: {minimum: 10000}}}
message: {en: "app {name} is killed after {kill_timeout:time}", ru: "приложение {name} убивают через {kill_timeout:time}"}
---
good:
  - title: just long enough
    files:
      ecosystem.config.js: |
        module.exports = { apps: [{ name: 'api', script: 'api.js', kill_timeout: 10000 }] };
bad:
  - title: PM2's default applies
    files:
      ecosystem.config.js: |
        module.exports = { apps: [{ name: 'api', script: 'api.js' }] };
    at: ["ecosystem.config.js:1:27"]
  - title: a millisecond short
    files:
      ecosystem.config.js: |
        module.exports = { apps: [{ name: 'api', script: 'api.js', kill_timeout: 9999 }] };
    at: ["ecosystem.config.js:1:74"]
unclear:
  - title: set outside
    files:
      ecosystem.config.js: |
        module.exports = { apps: [{ name: 'api', script: 'api.js', kill_timeout: process.env.KILL_TIMEOUT }] };
"""

DEPLOY_STEP = """\
for: deploy.step
when: {properties: {argv: {contains: {const: pull}}}}
must: {properties: {argv: {contains: {const: --ff-only}}}}
message: {en: "may merge on the server: {text}", ru: "может слить ветки на сервере: {text}"}
---
good:
  - title: fast-forward only
    files:
      deploy.sh: |
        git pull --ff-only && pm2 restart api
  - title: nothing is merged
    applies: false
    files:
      deploy.sh: |
        git fetch && git reset --hard origin/main && pm2 restart api
bad:
  - title: behind ssh
    files:
      deploy.sh: |
        ssh web@example.com 'cd api && git pull && pm2 restart api'
    at: ["deploy.sh:1:32"]
"""

STEP_ORDER = """\
for: deploy.path
check: {name: precedes, with: {each: {effect: migrate}, needs: {effect: stop}}}
message: {en: "migrates while the app runs", ru: "миграция при работающем приложении"}
---
good:
  - title: stopped before
    files:
      deploy.sh: |
        git pull && pm2 stop api && npx prisma migrate deploy && pm2 restart api
bad:
  - title: stopped after
    files:
      deploy.sh: |
        git pull && npx prisma migrate deploy && pm2 stop api && pm2 restart api
    at: ["deploy.sh:1:13"]
"""

CI_JOB = """\
for: ci.job
when: {properties: {deploys: {const: true}}}
must: {properties: {needs: {contains: {const: audit}}}}
message: {en: "job {id} does not wait for audit", ru: "job {id} не ждёт audit"}
---
good:
  - title: no deploy
    applies: false
    files:
      .github/workflows/ci.yml: |
        on: push
        jobs:
          build: {runs-on: ubuntu-latest, steps: [{run: npm test}]}
  - title: waits
    files:
      .github/workflows/deploy.yml: |
        on: push
        jobs:
          ship:
            needs: [test, audit]
            runs-on: ubuntu-latest
            steps: [{run: ssh web@example.com "cd api && git pull && pm2 restart api"}]
bad:
  - title: waits for another job
    files:
      .github/workflows/deploy.yml: |
        on: push
        jobs:
          ship:
            needs: test
            runs-on: ubuntu-latest
            steps: [{run: ssh web@example.com "cd api && git pull && pm2 restart api"}]
    at: [".github/workflows/deploy.yml:3:3"]
unclear:
  - title: what brings the code is not seen
    files:
      .github/workflows/deploy.yml: |
        on: push
        jobs:
          ship:
            runs-on: ubuntu-latest
            steps: [{run: ssh web@example.com pm2 restart api}]
"""

OWN = {"pm2-option": PM2_OPTION, "deploy-step": DEPLOY_STEP, "step-order": STEP_ORDER, "ci-job": CI_JOB}

SERVICE = {
    "onai-check.yaml": "rules: {packs: [./rules]}\n",
    "ecosystem.config.js": "module.exports = {\n  apps: [\n    { name: 'api', script: 'api.js', kill_timeout: 5000 },\n  ],\n};\n",
    "scripts/deploy.sh": 'set -e\nssh web@example.com <<"EOF"\ncd api\ngit pull\nnpx prisma migrate deploy\npm2 restart api\nEOF\n',
    ".github/workflows/ship.yml": "on: push\njobs:\n  ship:\n    runs-on: ubuntu-latest\n    steps:\n      - run: bash scripts/deploy.sh\n",
}
"""A service that breaks each of the rules once, none of them at the place of an example."""


@pytest.fixture
def service(folder: Callable[[Mapping[str, str]], Path]) -> Path:
    """The service, with its pack in `rules/own`."""
    return folder(SERVICE | {f"rules/own/{name}.yaml": TEXTS + text for name, text in OWN.items()})


def test_a_rule_of_each_sort_is_one_file_that_its_own_examples_prove(service: Path) -> None:
    done = command("test-rules", "--mutate", "rules", cwd=service)
    survivors = re.findall(r"no example needs '([^']+)'", done.stderr + done.stdout)
    assert "4 rules, 0 failures" in done.stdout, done.stdout + done.stderr
    assert survivors == [], done.stdout
    assert done.returncode == 0


def test_a_rule_of_each_sort_finds_its_place_in_a_project(service: Path) -> None:
    done = command("--format", "json", "--select", "own", cwd=service)
    assert done.returncode in (0, 1), done.stderr
    found = {(f["rule"], f["file"], f["line"], f["column"], f["message"]) for f in json.loads(done.stdout)["findings"]}
    assert found == {
        ("own/pm2-option", "ecosystem.config.js", 3, 52, "app api is killed after 5 s"),
        ("own/deploy-step", "scripts/deploy.sh", 4, 1, "may merge on the server: git pull"),
        ("own/step-order", "scripts/deploy.sh", 5, 1, "migrates while the app runs"),
        ("own/ci-job", ".github/workflows/ship.yml", 3, 3, "job ship does not wait for audit"),
    }


def test_each_walk_ends_where_the_page_says() -> None:
    done = command("--format", "json", cwd=ROOT / "examples" / "incident")
    found = {(f["rule"], f["file"]) for f in json.loads(done.stdout)["findings"]}
    walks = re.findall(r"### One .+?(?=\n##)", PAGE, re.DOTALL)
    ends = [set(re.findall(r"\(\.\./rules/([\w/-]+)\.yaml\)", walk)) for walk in walks]
    assert ends == [{"pm2/too-many-restarts"}, {"deploy/smoke-test-cannot-fail"}, {"env/variable-undocumented"}]
    files = ["ecosystem.config.js", "scripts/deploy-backend.sh", ".env.example"]
    for walk, file, [rule] in zip(walks, files, ends, strict=True):
        assert file in walk
        assert (rule, file) in found


def test_every_file_that_is_linked_or_named_is_there() -> None:
    assert len(LINKS) > 20
    for code, text, target in LINKS:
        assert (ROOT / "docs" / target).resolve().exists(), target
        assert not code or (ROOT / text).resolve() == (ROOT / "docs" / target).resolve(), f"{text} leads to {target}"
    named = [span for span in SPANS if re.fullmatch(r"(?:checklist|rules|tests|docs|examples)/[\w./-]*", span)]
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_package_is_named() -> None:
    packages = {f"{file.parent.relative_to(ROOT).as_posix()}/" for file in MODULES} - {"checklist/"}
    assert sorted(packages - set(SPANS)) == []


def test_every_function_that_is_named_is_there() -> None:
    trees = [ast.parse(file.read_text("utf-8")) for file in MODULES]
    defined = {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    named = {name for span in SPANS for name in re.findall(r"^(?:\w+\.)?(\w+)\(.*\)", span)}
    assert len(named) > 10
    assert named <= defined


def test_the_layers_are_those_that_are_held() -> None:
    [shown] = re.findall(r"<!-- layers -->\n```text\n(.*?)```", PAGE, re.DOTALL)
    assert [set(line.split()) for line in shown.splitlines()] == [set(layer) for layer in LAYERS]


def test_the_page_is_one_page_and_names_no_lines() -> None:
    assert len(PAGE.splitlines()) <= 180
    assert re.findall(r"\.(?:py|yaml|json|md|js|ts|sh)(?::\d+|#L\d+)", PAGE) == []


def test_contributing_leads_here_and_repeats_nothing() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8").split("## Where things are")[1].split("\n## ")[0]
    assert "](docs/architecture.md)" in text
    assert "|---|" not in text

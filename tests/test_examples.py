"""The two examples: the service on the day of the outage, and the same service put right."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from checklist.cli import run
from tests.conftest import ROOT, need

INCIDENT = ROOT / "examples" / "incident"
HEALTHY = ROOT / "examples" / "healthy"


def said_by(*args: str) -> dict[str, Any]:
    """What a command says in JSON, and its exit status."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        status = run([*args, "--format", "json"])
    told: dict[str, Any] = json.loads(out.getvalue())
    return told | {"status": status}


@pytest.fixture(scope="module")
def checked() -> dict[str, Any]:
    return {folder.name: said_by("check", str(folder)) for folder in (INCIDENT, HEALTHY)}


def places(said: dict[str, Any], rule: str) -> list[str]:
    return [f"{f['file']}:{f['line']}:{f['column']}" for f in said["findings"] if f["rule"] == rule]


@pytest.mark.parametrize(
    ("rule", "at"),
    [
        ("pm2/too-many-restarts", ["ecosystem.config.js:9:21"]),
        ("pm2/short-min-uptime", ["ecosystem.config.js:10:19"]),
        ("deploy/build-step", ["deploy-backend-final.sh:9:1", "deploy-production.sh:5:1", "scripts/deploy-backend.sh:7:1"]),
        ("deploy/archives-build-output", ["deploy-backend-final.sh:12:1", "deploy-backend-final.sh:15:1", "deploy-production.sh:6:1", "deploy-production.sh:7:1", "scripts/deploy-backend.sh:8:1"]),
        ("deploy/starts-build-output", ["deploy-backend-final.sh:23:25"]),
        ("env/sentry-dsn-missing", ["ecosystem.config.js:3:5"]),
        ("git/build-output-not-ignored", [".gitignore:5:1"]),
        ("deploy/smoke-test-cannot-fail", ["scripts/deploy-backend.sh:12:1"]),
    ],
)
def test_the_incident_is_unmissable(checked: dict[str, Any], rule: str, at: list[str]) -> None:
    said = checked["incident"]
    assert said["status"] == 1
    assert said["gate"] == {"level": "P0", "open": False}
    assert places(said, rule) == at
    assert {f["priority"] for f in said["findings"] if f["rule"] == rule} == {"P0"}


def test_the_healthy_one_is_clean_at_every_priority(checked: dict[str, Any]) -> None:
    said = checked["healthy"]
    assert said["findings"] == []
    assert said["status"] == 0
    assert said_by("check", str(HEALTHY), "--gate", "P2")["status"] == 0


def test_what_the_healthy_one_leaves_open_is_on_the_server(checked: dict[str, Any]) -> None:
    assert {f["rule"].split("/")[0] for f in checked["healthy"]["open"]} <= {"env"}


@pytest.mark.parametrize("script", sorted((*INCIDENT.rglob("*.sh"), *HEALTHY.rglob("*.sh"))), ids=lambda p: p.relative_to(ROOT / "examples").as_posix())
def test_the_scripts_are_bash(script: Path) -> None:
    subprocess.run([need("bash"), "-n", str(script)], check=True)
    assert script.stat().st_mode & 0o111


@pytest.mark.parametrize("folder", [INCIDENT, HEALTHY], ids=lambda p: p.name)
def test_node_takes_the_config_as_we_do(folder: Path) -> None:
    loaded = subprocess.run(
        [need("node"), "-p", "JSON.stringify(require('./ecosystem.config.js'))"], cwd=folder, check=True, capture_output=True, text=True
    )
    shown = said_by("show", str(folder / "ecosystem.config.js"))
    (config,) = [d["data"] for d in shown["documents"] if d["kind"] == "pm2.config"]
    assert config == json.loads(loaded.stdout)


@pytest.fixture
def server(tmp_path: Path) -> dict[str, Any]:
    """The healthy service's scripts on a machine of their own: real git and bash, npm, pm2, curl and sleep as stubs.

    curl asks the release in use: one that holds a file `broken` does not answer.
    """
    root, bin = tmp_path / "shop-api", tmp_path / "bin"
    bin.mkdir()
    stubs = {"npm": "exit 0", "sleep": "exit 0", "pm2": f'echo "$*" >> {tmp_path}/pm2.log', "curl": f"[ ! -e {root}/current/broken ]"}
    for name, body in stubs.items():
        (bin / name).write_text(f"#!/bin/sh\n{body}\n")
        (bin / name).chmod(0o755)
    # a clock that never gives two releases one name
    (bin / "date").write_text(f"#!/bin/sh\necho x >> {tmp_path}/clock\nprintf '20260101T%06dZ' $(wc -l < {tmp_path}/clock)\n")
    (bin / "date").chmod(0o755)
    origin = tmp_path / "origin"
    shutil.copytree(HEALTHY, origin)
    for script in (origin / "scripts").iterdir():
        script.write_text(script.read_text().replace("/srv/shop-api", str(root)))
    env = {"PATH": f"{bin}:/usr/local/bin:/usr/bin:/bin", "HOME": str(tmp_path), "GIT_CONFIG_GLOBAL": "/dev/null"}
    who = {f"GIT_{role}_{what}": "t" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return {"root": root, "origin": origin, "env": env | who}


def test_a_deploy_that_fails_its_smoke_test_rolls_itself_back(server: dict[str, Any]) -> None:
    root, origin, env = server["root"], server["origin"], server["env"]
    bash, git = need("bash"), need("git")

    def do(*args: str | Path, cwd: Path = origin) -> int:
        return subprocess.run(args, cwd=cwd, env=env, capture_output=True).returncode

    def commit(*, broken: bool) -> None:
        (origin / "broken").write_text("") if broken else (origin / "broken").unlink(missing_ok=True)
        assert do(git, "add", "-A") == do(git, "commit", "-q", "--allow-empty", "-m", "x") == 0

    def deploy() -> int:
        return do(bash, origin / "scripts" / "deploy.sh")

    def release() -> int:
        return int((root / "current").resolve().name[9:15])

    assert do(git, "init", "-q", "-b", "main") == 0
    commit(broken=False)
    (root / "shared").mkdir(parents=True)
    (root / "shared" / "env.env").write_text("PORT=3000\n")
    (root / "releases").mkdir()
    assert do(git, "clone", "-q", origin, root / "repo") == 0
    assert (deploy(), release()) == (0, 1)
    assert (deploy(), release()) == (0, 2)
    commit(broken=True)
    assert (deploy(), release()) == (1, 2)  # 3 was bad
    commit(broken=False)
    assert (deploy(), release()) == (0, 4)
    # two rollbacks in a row go back two good releases, past the bad one, and not to and fro
    rollback = root / "repo" / "scripts" / "rollback.sh"
    assert (do(bash, rollback), release()) == (0, 2)
    assert (do(bash, rollback), release()) == (0, 1)
    assert (do(bash, rollback), release()) == (1, 1)

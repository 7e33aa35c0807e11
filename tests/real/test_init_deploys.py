"""The scripts that `init` proposes, run for real: git, bash, Node, curl, flock and PM2. Only `sleep` and npm are shortened.

One server with a repository to deploy from; the releases in it come and go as they would in a bad week.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import need
from real_pm2 import PM2, daemon, until

from checklist import cli

APP = """
const http = require('http')
if (process.env.RELEASE_TEST_BROKEN || require('fs').existsSync(__dirname + '/broken')) throw new SyntaxError('as planned')
const answer = require('fs').readFileSync(__dirname + '/version', 'utf8').trim()
const well = !require('fs').existsSync(__dirname + '/ill')
http.createServer((request, response) => {
  response.writeHead(request.url === '/health' && well ? 200 : 503).end(answer)
}).listen(Number(process.env.PORT ?? PORT), '127.0.0.1')
"""


@dataclass
class Server:
    """A server with its releases, and the repository that they come from."""

    pm2: PM2
    home: Path
    origin: Path
    port: int
    environment: dict[str, str]

    @property
    def root(self) -> Path:
        return self.home / "srv" / "shop"

    def run(self, *command: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run([str(c) for c in command], cwd=cwd or self.home, env=self.environment, capture_output=True, text=True, timeout=90, stdin=subprocess.DEVNULL)

    def git(self, *args: str) -> None:
        done = self.run("git", *args, cwd=self.origin)
        assert done.returncode == 0, done.stderr

    def commit(self, version: str, **marks: bool) -> None:
        (self.origin / "src" / "version").write_text(version)
        for name in ("broken", "ill", "dist"):
            path = self.origin / ("src/" + name)
            path.write_text("") if marks.get(name) else path.unlink(missing_ok=True)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", version)

    def script(self, name: str, *args: str, of: str = "current") -> subprocess.CompletedProcess[str]:
        return self.run("bash", self.root / of / "scripts" / name, *args)

    def deploy(self, version: str, *, of: str = "current", **marks: bool) -> subprocess.CompletedProcess[str]:
        self.commit(version, **marks)
        return self.script("deploy.sh", of=of)

    def answer(self) -> tuple[int, str]:
        """What the service says, once it says anything."""

        def ask() -> tuple[int, str]:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5) as told:
                    return told.status, told.read().decode()
            except urllib.error.HTTPError as error:
                return error.code, ""
            except OSError:
                return 0, ""

        return until(ask, lambda told: told[0] != 0, seconds=15)

    def release(self) -> str:
        return (self.root / "current" / "src" / "version").read_text()

    def releases(self) -> list[Path]:
        return sorted((self.root / "releases").iterdir())


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server after its first deploy, of version 1."""
    home = tmp_path_factory.mktemp("server").resolve()
    for program in ("git", "bash", "curl", "flock", "npm"):
        need(program)
    port = free_port()
    origin, bin = home / "origin", home / "bin"
    for folder in (origin / "src", bin, home / "srv" / "shop" / "releases", home / "srv" / "shop" / "shared"):
        folder.mkdir(parents=True)
    with daemon() as pm2:
        # a tenth of each wait is enough here
        (bin / "sleep").write_text(f'#!/bin/sh\nexec {shutil.which("sleep")} "$(awk "BEGIN {{ print $1 / 10 }}")"\n')
        (bin / "pm2").write_text(f'#!/bin/sh\nexec {pm2.node} {pm2.modules}/pm2/bin/pm2 "$@"\n')
        for program in bin.iterdir():
            program.chmod(0o755)
        environment = {**pm2.environment, "PATH": f"{bin}:{pm2.environment['PATH']}", "GIT_CONFIG_GLOBAL": os.devnull, "npm_config_offline": "true", "npm_config_cache": str(home / "npm")}
        environment |= {f"GIT_{who}_{what}": "t@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        made = Server(pm2, home, origin, port, environment)
        files = {
            "ecosystem.config.js": f"module.exports = {{ apps: [{{ name: 'shop', cwd: '{made.root}/current', script: 'src/server.js', max_restarts: 3, min_uptime: '30s', env: {{ PORT: {port} }} }}] }}\n",
            "package.json": json.dumps({"name": "shop", "version": "1.0.0", "scripts": {"test": "node --test"}}),
            "package-lock.json": json.dumps({"name": "shop", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {"name": "shop", "version": "1.0.0"}}}),
            ".gitignore": "node_modules/\nenv.env\n",
            "src/server.js": APP.replace("PORT)", f"{port})"),
        }
        for name, text in files.items():
            (origin / name).write_text(text)
        made.git("init", "-q", "-b", "main")
        assert cli.run(["init", str(origin), "--write", "--root", str(made.root)]) == 0
        (made.root / "shared" / "env.env").write_text("KEY=1\n")
        made.commit("1")
        assert made.run("git", "clone", "-q", origin, made.root / "repo").returncode == 0
        first = made.script("deploy.sh", of="repo")
        assert first.returncode == 0, first.stdout + first.stderr
        yield made


def test_a_good_release_answers_and_pm2_runs_it_from_the_link(server: Server) -> None:
    assert server.answer() == (200, "1")
    (process,) = server.pm2.list()
    assert process["pm2_env"]["pm_cwd"] == str(server.root / "current")
    done = server.deploy("2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert server.answer() == (200, "2")


def test_a_release_that_crashes_is_rolled_back_by_itself(server: Server) -> None:
    before = server.release()
    done = server.deploy("bad", broken=True)
    assert done.returncode == 1
    assert f"rolled back to {(server.root / 'current').resolve().name}" in done.stdout, done.stdout + done.stderr
    assert server.release() == before
    assert server.answer() == (200, before)


def test_a_release_that_answers_503_is_rolled_back_by_itself(server: Server) -> None:
    before = server.release()
    done = server.deploy("ill", ill=True)
    assert done.returncode == 1
    assert "answers 503, not 200" in done.stderr
    assert server.answer() == (200, before)


def test_two_rollbacks_go_two_good_releases_back_and_past_the_bad_ones(server: Server) -> None:
    for version in ("a", "b"):
        assert server.deploy(version).returncode == 0
    assert server.deploy("worse", broken=True).returncode == 1
    assert server.deploy("c").returncode == 0
    assert server.script("rollback.sh").returncode == 0
    assert server.answer() == (200, "b")
    assert server.script("rollback.sh").returncode == 0
    assert server.answer() == (200, "a")
    # and a deploy after that is one like any other
    assert server.deploy("d").returncode == 0
    assert server.answer() == (200, "d")
    assert server.script("rollback.sh").returncode == 0
    assert server.answer() == (200, "a")


def test_a_deploy_that_ends_before_its_restart_is_nothing_to_go_back_to(server: Server) -> None:
    now = server.release()
    package = server.origin / "package-lock.json"
    kept = package.read_text()
    package.write_text("{")
    assert server.deploy("half").returncode != 0
    package.write_text(kept)
    assert server.answer() == (200, now)
    assert server.deploy("whole").returncode == 0
    assert server.script("rollback.sh").returncode == 0
    assert server.answer() == (200, now)


def test_a_crash_loop_that_answers_in_between_is_no_success(server: Server) -> None:
    source = server.origin / "src" / "server.js"
    kept, now = source.read_text(), server.release()
    source.write_text(kept + "\nsetTimeout(() => process.exit(1), 400)\n")
    done = server.deploy("loop")
    source.write_text(kept)
    assert done.returncode == 1
    assert server.answer() == (200, now)


def test_two_deploys_at_once_are_one(server: Server) -> None:
    now = server.release()
    lock = subprocess.Popen(["flock", str(server.root / "deploy.lock"), "-c", "echo held; read -r _"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert lock.stdout is not None
        lock.stdout.readline()
        refused = server.deploy("second")
        assert refused.returncode == 1
        assert "another deploy or rollback is running" in refused.stderr
        assert server.release() == now
    finally:
        lock.communicate(b"\n", timeout=20)
    # PM2 lives on and has not kept the lock of the deploy that started it
    assert server.deploy("second again").returncode == 0


def test_an_app_that_pm2_knows_from_another_folder_is_started_anew_from_the_link(server: Server) -> None:
    elsewhere = server.home / "old"
    if elsewhere.exists():
        shutil.rmtree(elsewhere)
    shutil.copytree((server.root / "current").resolve(), elsewhere, ignore=shutil.ignore_patterns(".git"))
    (elsewhere / "src" / "version").write_text("old")
    config = (elsewhere / "ecosystem.config.js").read_text().replace(str(server.root / "current"), str(elsewhere))
    (elsewhere / "ecosystem.config.js").write_text(config)
    server.pm2("delete", "shop")
    server.pm2("start", str(elsewhere / "ecosystem.config.js"))
    assert until(server.answer, lambda told: told == (200, "old"), seconds=15) == (200, "old")
    done = server.deploy("moved")
    assert done.returncode == 0, done.stdout + done.stderr
    assert server.answer() == (200, "moved")


def test_old_releases_go_but_never_the_one_in_use_nor_the_one_before(server: Server) -> None:
    for n in range(6):
        done = server.deploy(f"n{n}")
        assert done.returncode == 0, done.stdout + done.stderr
    assert 5 <= len(server.releases()) <= 6
    for _ in range(3):
        assert server.deploy("no", broken=True).returncode == 1
    assert server.release() == "n5"
    for _ in range(3):
        server.deploy("no", broken=True)
    assert server.deploy("last").returncode == 0
    assert len(server.releases()) <= 6
    assert server.script("rollback.sh").returncode == 0
    assert server.answer() == (200, "n5")

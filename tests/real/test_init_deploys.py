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
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import need
from real_pm2 import PM2, daemon, until

from checklist import cli

APP = """
const http = require('http')
if (require('fs').existsSync(__dirname + '/broken')) throw new SyntaxError('as planned')
const answer = require('fs').readFileSync(__dirname + '/version', 'utf8').trim()
const well = !require('fs').existsSync(__dirname + '/ill')
http.createServer((request, response) => {
  response.writeHead(request.url === '/health' && well ? 200 : 503).end(answer)
}).listen(Number(process.env.PORT), '127.0.0.1')
"""


@dataclass
class Server:
    """A server with its releases, and the repository that they come from."""

    pm2: PM2
    home: Path
    origin: Path
    port: int
    environment: dict[str, str]
    folder: str = ""
    """Where the app lies in the repository."""

    @property
    def root(self) -> Path:
        return self.home / "srv" / "shop"

    def run(self, *command: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run([str(c) for c in command], cwd=cwd or self.home, env=self.environment, capture_output=True, text=True, timeout=90, stdin=subprocess.DEVNULL)

    def git(self, *args: str) -> None:
        done = self.run("git", *args, cwd=self.origin)
        assert done.returncode == 0, done.stderr

    def commit(self, version: str, **marks: bool) -> None:
        (self.origin / self.folder / "src" / "version").write_text(version)
        for name in ("broken", "ill"):
            path = self.origin / self.folder / "src" / name
            path.write_text("") if marks.get(name) else path.unlink(missing_ok=True)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", version)

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


@contextmanager
def before_first_deploy(home: Path, folder: str, files: Callable[[str, int], Mapping[str, str]], config: str = "") -> Iterator[Server]:
    """A server with a clone, and no release yet; `files` are made from PM2's `cwd` and the port."""
    for program in ("git", "bash", "curl", "flock", "npm"):
        need(program)
    port = free_port()
    origin, bin = home / "origin", home / "bin"
    for path in (origin / folder / "src", bin, home / "srv" / "shop" / "releases", home / "srv" / "shop" / "shared"):
        path.mkdir(parents=True)
    with daemon() as pm2:
        # a tenth of each wait is enough here
        (bin / "sleep").write_text(f'#!/bin/sh\nexec {shutil.which("sleep")} "$(awk "BEGIN {{ print $1 / 10 }}")"\n')
        (bin / "pm2").write_text(f'#!/bin/sh\nexec {pm2.node} {pm2.modules}/pm2/bin/pm2 "$@"\n')
        for program in bin.iterdir():
            program.chmod(0o755)
        environment = {**pm2.environment, "PATH": f"{bin}:{pm2.environment['PATH']}", "GIT_CONFIG_GLOBAL": os.devnull, "npm_config_offline": "true", "npm_config_cache": str(home / "npm")}
        environment |= {f"GIT_{who}_{what}": "t@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        made = Server(pm2, home, origin, port, environment, folder)
        for name, text in files(f"{made.root}/current/{folder}".rstrip("/"), port).items():
            (origin / folder / name).write_text(text)
        if config:
            (origin / "onai-check.yaml").write_text(config)
        made.git("init", "-q", "-b", "main")
        assert cli.run(["init", str(origin), "--write", "--root", str(made.root)]) == 0
        (made.root / "shared" / "env.env").write_text("KEY=1\n")
        made.commit("1")
        assert made.run("git", "clone", "-q", origin, made.root / "repo").returncode == 0
        yield made


@contextmanager
def first_deploy(home: Path, folder: str, files: Callable[[str, int], Mapping[str, str]], config: str = "") -> Iterator[Server]:
    """A server after its first deploy, of version 1."""
    with before_first_deploy(home, folder, files, config) as made:
        first = made.script("deploy.sh", of="repo")
        assert first.returncode == 0, first.stdout + first.stderr
        yield made


def package(**scripts: str) -> Mapping[str, str]:
    """A package that needs nothing from anywhere."""
    about = {"name": "shop", "version": "1.0.0"}
    return {
        "package.json": json.dumps({**about, "scripts": {"test": "node --test", **scripts}}),
        "package-lock.json": json.dumps({**about, "lockfileVersion": 3, "packages": {"": about}}),
    }


def ecosystem(cwd: str, port: int, script: str) -> str:
    app = {"name": "shop", "cwd": cwd, "script": script, "max_restarts": 3, "min_uptime": "30s", "env": {"PORT": port}}
    return f"module.exports = {json.dumps({'apps': [app]})}\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service that runs from its sources, and has an env file."""

    def files(cwd: str, port: int) -> Mapping[str, str]:
        ignored = {".gitignore": "node_modules/\nenv.env\n"}
        return {**package(), **ignored, "ecosystem.config.js": ecosystem(cwd, port, "src/server.js"), "src/server.js": APP}

    with first_deploy(tmp_path_factory.mktemp("server").resolve(), "", files) as made:
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
    lock = server.origin / "package-lock.json"
    kept = lock.read_text()
    lock.write_text("{")
    assert server.deploy("half").returncode != 0
    lock.write_text(kept)
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
    before = server.release()
    # newer by their names than anything that is deployed here: none of the five newest is in use
    later = [server.root / "releases" / f"29990101T00000{n}.000Z" for n in range(6)]
    for release in later:
        release.mkdir()
    assert server.deploy("last").returncode == 0
    kept = server.releases()
    assert kept[2:] == later[1:]
    assert kept[1] == (server.root / "current").resolve()
    assert server.script("rollback.sh").returncode == 0
    assert (server.root / "current").resolve() == kept[0]
    assert server.answer() == (200, before)


def test_a_service_in_a_folder_of_its_own_runs_from_what_the_deploy_builds(tmp_path: Path) -> None:
    def files(cwd: str, port: int) -> Mapping[str, str]:
        build = "node -e \"fs.cpSync('src', process.env.NOWHERE ?? 'dist', {recursive: true})\" -- --outDir dist"
        return {**package(build=build), "ecosystem.config.js": ecosystem(cwd, port, "dist/server.js"), "src/server.js": APP}

    with first_deploy(tmp_path.resolve(), "backend", files, "policy: {run_from: build}\n") as server:
        assert server.answer() == (200, "1")
        assert server.pm2.list()[0]["pm2_env"]["pm_exec_path"] == f"{server.root}/current/backend/dist/server.js"
        # a build that says nothing and makes nothing: what runs goes on
        server.environment["NOWHERE"] = "elsewhere"
        done = server.deploy("2")
        assert done.returncode == 1
        assert "the build has not made dist/server.js" in done.stderr
        assert server.answer() == (200, "1")
        del server.environment["NOWHERE"]
        assert server.deploy("4").returncode == 0
        assert server.answer() == (200, "4")

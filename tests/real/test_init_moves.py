"""The scripts that `init` proposes where PM2 runs the app already, from another place, by another script, in another mode.

No restart brings these to a running app (PM2 7.0.4). After a deploy the new release answers with the new options, after
a rollback the old one does, or the script has failed.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import need
from real_pm2 import until
from test_init_deploys import APP, Server, before_first_deploy, first_deploy, package

# what tsx does: a program of Node's that runs another one
TSX = """#!/usr/bin/env node
const child = require('child_process').spawn(process.execPath, process.argv.slice(2), { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code) => process.exit(code === null ? 1 : code))
"""
# it goes on whatever happens to it, as many do
STUBBORN = "process.on('uncaughtException', (error) => console.error(error))\n"

Options = dict[str, Any]


def configured(*apps: Options) -> str:
    return f"module.exports = {json.dumps({'apps': apps})}\n"


def app(cwd: str, port: int, **options: Any) -> Options:
    return {"name": "shop", "cwd": cwd, "script": "src/server.js", "max_restarts": 3, "min_uptime": "30s", "env": {"PORT": port}, **options}


def worker(cwd: str, **options: Any) -> Options:
    return {"name": "jobs", "cwd": cwd, "script": "src/jobs.js", "max_restarts": 3, "min_uptime": "30s", **options}


def files(*of: Callable[[str, int], Options], config: Callable[..., str] = configured, name: str = "ecosystem.config.js") -> Callable[[str, int], Mapping[str, str]]:
    def made(cwd: str, port: int) -> Mapping[str, str]:
        return {
            **package(),
            ".gitignore": "node_modules/\nenv.env\n",
            name: config(*(one(cwd, port) for one in of)),
            "src/server.js": APP,
            "src/jobs.js": "setInterval(() => {}, 1000)\n",
        }

    return made


def processes(server: Server, name: str = "shop") -> list[Options]:
    return [one["pm2_env"] for one in server.pm2.list() if one["name"] == name]


def change(server: Server, text: str, name: str = "ecosystem.config.js") -> None:
    (server.origin / name).write_text(text)


def good(done: subprocess.CompletedProcess[str]) -> bool:
    assert done.returncode == 0, done.stdout + done.stderr
    return True


def old_place(server: Server, **options: Any) -> Path:
    """The app as it ran before there were releases: build output in a folder of its own, under the same name."""
    old = server.home / "old"
    (old / "dist").mkdir(parents=True)
    (old / "dist" / "version").write_text("old")
    (old / "dist" / "server.js").write_text(APP)
    config = {"name": "shop", "script": "dist/server.js", "cwd": str(old), "max_restarts": 15, "min_uptime": "5s", "env": {"PORT": server.port}, **options}
    (old / "ecosystem.config.js").write_text(configured(config))
    assert server.pm2("start", str(old / "ecosystem.config.js")).returncode == 0
    assert until(server.answer, lambda told: told == (200, "old"), seconds=15) == (200, "old")
    return old


@pytest.fixture
def tsx(tmp_path: Path) -> Iterator[Server]:
    """The incident's own service: `script: 'tsx'` in the config, and PM2 still runs dist/server.js from the old folder."""
    of = files(lambda cwd, port: app(cwd, port, script="tsx", args="src/server.ts"))

    def made(cwd: str, port: int) -> Mapping[str, str]:
        told = dict(of(cwd, port))
        return {**told, "src/server.ts": told.pop("src/server.js")}

    with before_first_deploy(tmp_path.resolve(), "", made) as server:
        (server.home / "bin" / "tsx").write_text(TSX)
        (server.home / "bin" / "tsx").chmod(0o755)
        old_place(server)
        yield server


def test_the_move_of_the_incident(tsx: Server) -> None:
    # the first release is broken: what ran before runs again
    assert tsx.deploy("first", of="repo", broken=True).returncode == 1
    assert tsx.answer() == (200, "old")
    assert processes(tsx)[0]["pm_cwd"] == str(tsx.home / "old")
    # the next one is well: it answers, with the options of its config
    assert good(tsx.deploy("second", of="repo"))
    assert tsx.answer() == (200, "second")
    [found] = processes(tsx)
    assert (found["pm_cwd"], found["pm_exec_path"]) == (str(tsx.root / "current"), str(tsx.home / "bin" / "tsx"))
    assert (found["max_restarts"], found["min_uptime"], found["args"]) == (3, 30_000, ["src/server.ts"])
    assert tsx.script("which-release.sh").stdout.strip() == (tsx.root / "current").resolve().name
    # and a later one that is broken gives way to it
    assert tsx.deploy("third", broken=True).returncode == 1
    assert tsx.answer() == (200, "second")


def test_what_a_restart_does_not_bring_arrives_and_goes_back(tmp_path: Path) -> None:
    with first_deploy(tmp_path.resolve(), "", files(app_with := lambda cwd, port: app(cwd, port, max_memory_restart="500M"))) as server:
        link = str(server.root / "current")
        assert (processes(server)[0]["exec_mode"], "max_memory_restart" in processes(server)[0]) == ("fork_mode", True)
        # cluster mode, two of them, another log, and a key that is gone
        log = str(server.home / "out.log")
        change(server, configured(app(link, server.port, exec_mode="cluster", instances=2, out_file=log)))
        assert good(server.deploy("cluster"))
        assert server.answer() == (200, "cluster")
        found = processes(server)
        assert [one["exec_mode"] for one in found] == ["cluster_mode"] * 2
        assert all(one["pm_out_log_path"].startswith(log.removesuffix(".log")) and "max_memory_restart" not in one for one in found)
        # the same config once more is a restart
        ids = [one["pm_id"] for one in found]
        assert good(server.deploy("again"))
        assert server.answer() == (200, "again")
        assert [one["pm_id"] for one in processes(server)] == ids
        # somebody has scaled it by hand
        assert server.pm2("scale", "shop", "3").returncode == 0
        assert good(server.deploy("scaled"))
        assert len(processes(server)) == 2
        # back to fork mode, by a rollback of a release that does not answer
        change(server, configured(app_with(link, server.port)))
        assert server.deploy("ill", ill=True).returncode == 1
        assert server.answer() == (200, "scaled")
        assert len(processes(server)) == 2
        # and by hand, past all that were cluster
        for _ in range(3):
            assert good(server.script("rollback.sh"))
        assert server.answer() == (200, "1")
        assert [one["exec_mode"] for one in processes(server)] == ["fork_mode"]


def test_a_config_that_cannot_be_loaded_touches_nothing(tmp_path: Path) -> None:
    with first_deploy(tmp_path.resolve(), "", files(app)) as server:
        change(server, "module.exports = {\n")
        done = server.deploy("unloaded")
        assert done.returncode == 1
        assert "ecosystem.config.js cannot be loaded" in done.stderr
        assert server.answer() == (200, "1")


def test_of_two_apps_one_is_stopped_and_one_not_known_and_one_has_given_up(tmp_path: Path) -> None:
    two = files(app, lambda cwd, port: worker(cwd))
    with before_first_deploy(tmp_path.resolve(), "", two) as server:
        # the one runs from the old place, the other is not known
        old_place(server)
        assert good(server.script("deploy.sh", of="repo"))
        assert server.answer() == (200, "1")
        assert {one["name"]: one["pm2_env"]["pm_cwd"] for one in server.pm2.list()} == dict.fromkeys(("shop", "jobs"), str(server.root / "current"))
        # both are stopped
        server.pm2("stop", "all")
        assert good(server.deploy("2"))
        assert server.answer() == (200, "2")
        assert [one["pm2_env"]["status"] for one in server.pm2.list()] == ["online", "online"]
        # one has given up
        link = server.root / "current" / "src" / "jobs.js"
        kept = link.read_text()
        link.write_text("throw new Error('as planned')\n")
        server.pm2("restart", "jobs")
        until(lambda: processes(server, "jobs")[0]["status"], lambda told: told == "errored", seconds=20)
        link.write_text(kept)
        assert good(server.deploy("3"))
        assert server.answer() == (200, "3")
        # the worker of a release breaks, the service is well: it is rolled back all the same
        (server.origin / "src" / "jobs.js").write_text("throw new Error('as planned')\n")
        assert server.deploy("4").returncode == 1
        assert server.answer() == (200, "3")
        assert [one["pm2_env"]["status"] for one in server.pm2.list()] == ["online", "online"]


def test_a_config_that_has_lost_its_cwd_is_rolled_back_all_the_same(tmp_path: Path) -> None:
    # the folder of the releases is reached through a link as well
    (tmp_path / "data").mkdir()
    (tmp_path / "srv").symlink_to("data")
    with before_first_deploy(tmp_path.resolve(), "", files(app)) as server:
        lost = app("", server.port)
        del lost["cwd"]
        change(server, configured(lost))
        for version, of in (("1", "repo"), ("2", "current"), ("3", "current")):
            server.commit(version)
            assert good(server.script("deploy.sh", of=of))
            assert server.answer() == (200, version)
        # the config is the same, and PM2 knows the folder of one release
        assert good(server.script("rollback.sh"))
        assert server.answer() == (200, "2")
        # whoever flips the link alone is told
        assert good(server.script("which-release.sh"))
        now = (server.root / "current").resolve()
        (server.root / "current").unlink()
        (server.root / "current").symlink_to(server.releases()[0])
        assert server.script("which-release.sh", of=f"releases/{now.name}").returncode == 1


def test_another_process_that_answers_is_no_success(tmp_path: Path) -> None:
    with first_deploy(tmp_path.resolve(), "", files(app)) as server:
        # nobody knows of it: a copy that PM2 has lost, or one that somebody started beside it
        server.pm2("stop", "shop")
        rogue = server.home / "rogue" / "src"
        rogue.mkdir(parents=True)
        (rogue / "server.js").write_text(APP)
        (rogue / "version").write_text("rogue")
        process = subprocess.Popen([need("node"), str(rogue / "server.js")], cwd=rogue, env={**server.environment, "PORT": str(server.port)})
        try:
            assert until(server.answer, lambda told: told == (200, "rogue"), seconds=15) == (200, "rogue")
            (server.origin / "src" / "server.js").write_text(STUBBORN + APP)
            done = server.deploy("2")
            assert done.returncode == 1
            assert f"process {process.pid} in {rogue} answers on port {server.port}" in done.stdout
            assert "rolled back" not in done.stdout
        finally:
            process.terminate()
            process.wait(timeout=20)
        assert good(server.deploy("3"))
        assert server.answer() == (200, "3")


@pytest.mark.parametrize(("name", "config"), [("ecosystem.config.json", "json"), ("ecosystem.config.yml", "yaml")])
def test_a_config_that_is_no_javascript(tmp_path: Path, name: str, config: str) -> None:
    """What PM2 reads as JSON may have comments; JSON is YAML as well."""

    def written(*apps: Options) -> str:
        return ("// ours\n" if config == "json" else "") + json.dumps({"apps": apps})

    with before_first_deploy(tmp_path.resolve(), "", files(app, config=written, name=name)) as server:
        old_place(server)
        assert good(server.script("deploy.sh", of="repo"))
        assert server.answer() == (200, "1")
        change(server, written(app(str(server.root / "current"), server.port, instances=2, exec_mode="cluster")), name)
        assert good(server.deploy("2"))
        assert server.answer() == (200, "2")
        assert len(processes(server)) == 2
        assert good(server.script("rollback.sh"))
        assert server.answer() == (200, "1")
        assert [one["exec_mode"] for one in processes(server)] == ["fork_mode"]


def test_the_production_environment_is_the_one_that_runs(tmp_path: Path) -> None:
    def of(cwd: str, port: int) -> Options:
        return app(cwd, port, env={"PORT": port, "NODE_ENV": "development"}, env_production={"NODE_ENV": "production"})

    with first_deploy(tmp_path.resolve(), "", files(of)) as server:
        assert processes(server)[0]["NODE_ENV"] == "production"
        assert good(server.deploy("2"))
        assert good(server.script("rollback.sh"))
        assert (server.answer(), processes(server)[0]["NODE_ENV"]) == ((200, "1"), "production")

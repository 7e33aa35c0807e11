"""What `show` says of an app, and what a real PM2 makes of it."""

from __future__ import annotations

import json
import os
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from conftest import make
from real_pm2 import PM2, daemon, until

from checklist.facts import derive
from checklist.facts.pm2.options import table
from checklist.model import Document, plain

# writes down what it was given, and then sleeps; each place that a value comes from has a name of its own
WAIT = """
const fs = require('fs')
const { argv, execArgv, env } = process
fs.writeFileSync(`${env.SEEN}-${env.pm_id}`, JSON.stringify({ args: argv.slice(2), node_args: execArgv, env, cwd: process.cwd() }))
setTimeout(() => {}, 300000)
"""


@dataclass(frozen=True)
class Case:
    """A config, the command line's `--env`, and the scripts that it names."""

    config: str
    scripts: tuple[str, ...] = ("app.js",)
    env: str | None = None
    file: str = "ecosystem.config.js"


OVERLAY = """
const shared = { LEVEL: 'info', KEPT: 1, ON: true, NOTHING: null, MISSING: undefined, LIST: [1, { a: 'b' }] }
module.exports = {
  apps: [
    { name: 'overlay', script: 'app.js', env: { ...shared, FROM: 'env', DEPLOYED: 'env' }, env_production: { FROM: 'env_production', NODE_ENV: 'production' } },
    { name: 'overlay-less', script: 'app.js', env: { OWN: 'env' } },
  ],
  deploy: { production: { host: 'h', ref: 'r', repo: 'r', path: '/p', env: { FROM: 'deploy', DEPLOYED: 'deploy', ADDED: 'deploy' } } },
}
"""

CASES = {
    "nothing but a script": Case("module.exports = { apps: [{ script: 'unnamed.one.js' }] }", ("unnamed.one.js",)),
    "all kinds of options": Case("""
        module.exports = { apps: [{
          name: 'options', script: './app.js', namespace: 'shop', autorestart: false, max_restarts: '7', min_uptime: '45s', restart_delay: 1500,
          exp_backoff_restart_delay: 120, max_memory_restart: '300M', kill_timeout: '2500', listen_timeout: 4000, wait_ready: false, merge_logs: true,
          out_file: 'logs/out.log', error_file: './logs/err.log', log_file: 'logs/all.log', pid_file: 'run/app.pid', log_date_format: 'YYYY', treekill: false, vizion: false,
          cron_restart: '0 0 1 1 *', stop_exit_codes: [3, 4], instance_var: 'NUMBER', source_map_support: true, shutdown_with_message: true, time: false,
        }] }"""),
    "aliases": Case("""
        module.exports = { apps: [{
          name: 'aliases', exec: 'app.js', interpreter: 'node', interpreter_args: '--stack-trace-limit=20 --title="a b"', out: 'o.log', err: 'e.log', combine_logs: true,
          maxRestarts: 0, minUptime: '5m', execMode: 'fork', args: '--name="a b" "c d" \\'e\\' f=g', killTimeout: 3000, log: true, user: undefined,
        }] }"""),
    "an overlay": Case(OVERLAY, env="production"),
    "an overlay that is not asked for": Case(OVERLAY.replace("overlay", "unasked")),
    "instances": Case("""
        module.exports = { apps: [
          { name: 'two', script: 'app.js', instances: 2 }, { name: 'one', script: 'app.js', instances: 1 }, { name: 'text', script: 'app.mjs', instances: '2' },
          { name: 'forked', script: 'app.js', instances: 2, exec_mode: 'fork' }, { name: 'all', script: 'app.js', instances: 'max' }, { name: 'less', script: 'app.cjs', instances: -1 },
          { name: 'shell', script: 'app.sh', instances: 2 }, { name: 'line', script: 'node app.js', instances: 2 }, { name: 'none', script: 'app.js', instances: 1, interpreter: 'bash' },
          { name: 'program', script: 'bash', args: ['-c', 'sleep 300'], instances: 1 },
        ] }""", ("app.js", "app.mjs", "app.cjs", "app.sh")),
    "a folder of its own": Case("""
        module.exports = { apps: [{ name: 'folder', cwd: './services/api', script: 'src/app.js', out_file: 'out.log', error_file: '/dev/null', port: 4123, env: { PORT: 3000 } }] }
        """, ("services/api/src/app.js",)),
    "the config's own folder": Case("""
        const path = require('path')
        module.exports = { apps: [{ name: 'own', cwd: __dirname, script: path.join(__dirname, 'app.js'), args: ['a b', '-c'], node_args: ['--stack-trace-limit=5'], watch: ['src'], ignore_watch: 'a b' }] }
        """, ("app.js", "src/other.js")),
    "worked out": Case("""
        const max = process.env.NOBODY_SETS_THIS || 9
        const base = (name, more) => ({ name, script: 'app.js', max_restarts: Number(max), ...more })
        module.exports = { pm2: ['x', 'y'].map((n) => base(`made-${n}`, { env: { NAME_OF: n.toUpperCase() }, min_uptime: 2 * 1000 })) }
        """),
    "JSON": Case("""[ // a comment
        { name: 'json', script: 'app.js', max_memory_restart: 2e8, env: { 'A': '1', B: 2, }, env_staging: {B: 3} }, ]""", file="process.json", env="staging"),
    "YAML": Case("apps:\n  - name: yaml\n    script: app.js\n    args: -a yes\n    min_uptime: 90s\n    env: {A: no, B: 1.50, C: 0x10, D: '010'}\n", file="ecosystem.config.yaml"),
    "one app, no list": Case("exports.apps = { name: 'single', script: 'app.js', exec_mode: 'cluster', instances: 0, autorestart: true, watch: false, env: {} }"),
    "npm": Case("module.exports = { name: 'npm', script: 'npm', args: 'start -- --port 1' }", ("app.js", "package.json")),
}  # fmt: skip

PATHS = {"out_file": "pm_out_log_path", "error_file": "pm_err_log_path", "log_file": "pm_log_path", "pid_file": "pm_pid_path", "script": "pm_exec_path"}
OTHERWISE = {"cwd", "env", "args", "node_args", "instances", "exec_mode", "name"}
"""Options that are compared in another way."""


def contents(case: Case) -> dict[str, str]:
    scripts = dict.fromkeys(case.scripts, WAIT)
    for name in scripts:
        if name.endswith(".mjs"):
            scripts[name] = WAIT.replace("const fs = require('fs')", "import fs from 'fs'")
        elif name.endswith(".sh"):
            scripts[name] = "sleep 300\n"
        elif name == "package.json":
            scripts[name] = json.dumps({"scripts": {"start": "node app.js"}})
    return {case.file: case.config, **scripts}


@pytest.fixture(scope="module")
def processes() -> Iterator[dict[str, list[dict[str, Any]]]]:
    """What PM2 made of each case."""
    with daemon() as pm2:
        yield dict(_started(pm2))


def _started(pm2: PM2) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for number, (title, case) in enumerate(CASES.items()):
        root = pm2.home / f"case-{number}"
        for name, text in contents(case).items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        env = ["--env", case.env] if case.env else []
        done = pm2("start", case.file, *env, cwd=root, env={"SEEN": str(root / "seen")})
        assert done.returncode == 0, done.stdout + done.stderr
        made = until(pm2.list, lambda made, root=root: all(_seen(p, root) for p in made), seconds=20)  # type: ignore[misc]
        yield title, [{**p, "root": str(root), "seen": _seen(p, root)} for p in made]
        pm2("delete", "all")


def _seen(process: Mapping[str, Any], root: Path) -> Any:
    """What the script of a process was given; what bash runs does not tell."""
    if process["name"] in ("shell", "none", "program"):
        return {"silent": True}
    try:
        return json.loads((root / f"seen-{process['pm_id']}").read_text())
    except (OSError, ValueError):
        return None


def text(of: Any) -> str:
    """A variable's value as it reaches the app."""
    return of if isinstance(of, str) else json.dumps(of, separators=(",", ":"))


def unlike(app: Document, made: list[dict[str, Any]]) -> list[str]:
    """Where a document and the processes that PM2 made of its app differ."""
    env, seen, root = made[0]["pm2_env"], made[0]["seen"], made[0]["root"]
    ours = {k: plain(v, reveal=True) for k, v in app.value.members().items() if v.known()}
    cwd = posixpath.join(root, ours["directory"]).rstrip("/")
    count = ours["instances"] if ours["instances"] > 0 else len(os.sched_getaffinity(0)) + ours["instances"]
    # a command line is bash's, and a program from the PATH has its path from there
    by_path = " " not in ours["script"] and ours["script"] not in ("npm", "bash")
    told = [("name", ours["name"], made[0]["name"]), ("cwd", cwd, env["pm_cwd"]), ("exec_mode", ours["exec_mode"], env["exec_mode"]), ("instances", count, len(made))]
    for option, field in PATHS.items():
        if isinstance(ours.get(option), str) and (by_path or option != "script"):
            # several processes cannot share a pid file: PM2 puts the number of each in its name
            theirs = env.get(field, "").replace(f"-{made[0]['pm_id']}.pid", ".pid")
            told.append((option, posixpath.normpath(posixpath.join(cwd, ours[option])), theirs))
    if "silent" not in seen:
        told += [(f"env {k}", text(v), seen["env"].get(k)) for k, v in ours["env"].items()]
        told.append(("where it runs", cwd, seen["cwd"]))
        if by_path:
            told.append(("args", ours.get("args", []), seen["args"]))
        if ours["exec_mode"] == "fork_mode":
            told.append(("node_args", ours.get("node_args", []), seen["node_args"]))
    for option in ours.keys() & (table().keys() - {*PATHS, *OTHERWISE}):
        if option in env or option not in ours["defaults"]:
            told.append((option, ours[option], env.get(option, "nothing")))
    return [f"{option}: ours {one!r}, PM2 has {other!r}" for option, one, other in told if one != other]


@pytest.mark.parametrize("title", CASES)
def test_every_known_value_is_what_pm2_has(processes: dict[str, list[dict[str, Any]]], title: str) -> None:
    case, made = CASES[title], processes[title]
    project = replace(make(contents(case)), root=made[0]["root"])
    documents = [d for d in derive(project).documents if d.kind == "pm2.app"]
    environments = {d.value.text("name"): {} for d in documents}
    for d in documents:
        environments[d.value.text("name")][d.value.text("environment")] = d
    assert environments.keys() == {p["name"] for p in made}
    for name, by_environment in environments.items():
        app = by_environment.get(case.env) or by_environment[None]
        assert not unlike(app, [p for p in made if p["name"] == name]), name

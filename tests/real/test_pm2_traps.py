"""What a real PM2 does with the configs that rules warn of: each trap beside its near miss, and the rule that stands on it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from conftest import run
from real_pm2 import PM2, daemon, until

from checklist import packs

SLEEP = "setTimeout(() => {}, 300000)\n"
RULES = {rule.id for rule in packs.load(packs.builtin(), strict=False)}


@dataclass(frozen=True)
class Trap:
    """A config and what PM2 made of it; `rule` finds it if `found`."""

    rule: str
    config: str
    """The apps of an ecosystem.config.js, or all of another file."""
    exit: int = 0
    names: tuple[str, ...] = ()
    """The processes that there are then, by name."""
    has: Mapping[str, Any] = field(default_factory=dict)
    """What is soon in the fields of one of them, of each in a near miss; None: it has no such field."""
    stands: float = 0
    """Seconds after which that is still so."""
    found: bool = True
    file: str = "ecosystem.config.js"
    more: Mapping[str, str] = field(default_factory=dict)
    args: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    """A second command."""


def apps(text: str) -> str:
    return f"module.exports = {{ apps: [{text}] }}"


ONE = apps("{ name: 'api', script: 'app.js' }")
# a path is a port as well as a number is, and no other program has it
LISTENS = "const api = { name: 'api', script: 'server.js', max_restarts: 1, min_uptime: '10s', env: { PORT: 'server.sock' } }\n"
SERVER = {"server.js": "require('http').createServer().listen(process.env.PORT)\n"}
SHELL = {"app.sh": "sleep 300; echo done\n"}
CRASHES = "const api = { name: 'api', script: 'crash.js', min_uptime: '10s' }\n"
CRASH = {"crash.js": "setTimeout(() => { throw new Error('as planned') }, 500)\n"}
MODULE = {"package.json": '{"type": "module"}'}

TRAPS = {
    "export default": Trap("pm2/export-default", "export default { apps: [{ name: 'api', script: 'app.js' }] }", 1, more=MODULE),
    "no export default": Trap("pm2/export-default", ONE, 0, ("api",), found=False),
    "module.exports in an ES module": Trap("pm2/esm-config", ONE, 1, more=MODULE),
    "module.exports in a .cjs": Trap("pm2/esm-config", ONE, 0, ("api",), found=False, more=MODULE, file="ecosystem.config.cjs"),
    "a config by another name": Trap("pm2/config-name", ONE + "\n" + SLEEP, 0, ("ecosystem",), file="ecosystem.js"),
    "a config by another name that is known": Trap("pm2/config-name", ONE, 0, ("api",), found=False, file="pm2.config.js"),
    "env is a text": Trap("pm2/env-not-an-object", apps("{ name: 'api', script: 'app.js', env: 'A=1' }"), 1),
    "env_x is a text": Trap("pm2/env-not-an-object", apps("{ name: 'api', script: 'app.js', env_x: 'A=1' }"), 0, ("api",), {"A": None}, args=("--env", "x")),
    "env is an object": Trap("pm2/env-not-an-object", apps("{ name: 'api', script: 'app.js', env: { A: 1 } }"), 0, ("api",), {"A": 1}, found=False),
    "env_file": Trap("pm2/env-file-unread", apps("{ name: 'api', script: 'app.js', env_file: '.env' }"), 0, ("api",), {"A": None}, more={".env": "A=1\n"}),
    "a name twice": Trap("pm2/duplicate-name", apps("{ name: 'api', script: 'app.js' }, { name: 'api', script: 'b.js' }"), 0, ("api",) * 4, more={"b.js": SLEEP}, again=("reload",)),
    "two names": Trap("pm2/duplicate-name", apps("{ name: 'api', script: 'app.js' }, { name: 'b', script: 'b.js' }"), 0, ("api", "b"), found=False, more={"b.js": SLEEP}, again=("reload",)),
    "max_restarts 0": Trap("pm2/lost-value", apps("{ name: 'api', script: 'app.js', max_restarts: 0 }"), 0, ("api",), {"max_restarts": None}),
    "maxRestarts 0": Trap("pm2/lost-value", apps("{ name: 'api', script: 'app.js', maxRestarts: 0 }"), 0, ("api",), {"max_restarts": 0}),
    "max_restarts 1": Trap("pm2/lost-value", apps("{ name: 'api', script: 'app.js', max_restarts: 1 }"), 0, ("api",), {"max_restarts": 1}, found=False),
    "a variable called name": Trap("pm2/env-overrides-option", apps("{ name: 'api', script: 'app.js', env: { name: 'other' } }"), 0, ("other",)),
    "a variable called NAME": Trap("pm2/env-overrides-option", apps("{ name: 'api', script: 'app.js', env: { NAME: 'other' } }"), 0, ("api",), found=False),
    "one bad value, two apps": Trap("pm2/invalid-value", apps("{ name: 'api', script: 'app.js' }, { name: 'b', script: 'b.js', min_uptime: 30 }"), 1, more={"b.js": SLEEP}),
    "@daily": Trap("pm2/invalid-value", apps("{ name: 'api', script: 'app.js', cron_restart: '@daily' }"), 1),
    "null for variables": Trap("pm2/invalid-value", apps("{ name: 'api', script: 'app.js', env_production: null }"), 1),
    "exec_cwd": Trap("pm2/unknown-option", apps("{ name: 'api', script: 'app.js', exec_cwd: './srv' }"), 1, more={"srv/app.js": SLEEP, "app.js": ""}),
    "cwd": Trap("pm2/unknown-option", apps("{ name: 'api', script: 'app.js', cwd: './srv' }"), 0, ("api",), found=False, more={"srv/app.js": SLEEP, "app.js": ""}),
    "a script without its extension": Trap("pm2/script-without-extension", apps("{ name: 'api', script: 'src/main' }"), 1, more={"src/main.js": SLEEP}),
    "a script with its extension": Trap("pm2/script-without-extension", apps("{ name: 'api', script: 'src/main.js' }"), 0, ("api",), found=False, more={"src/main.js": SLEEP}),
    "one of two scripts is not there": Trap("pm2/script-missing", apps("{ name: 'api', script: 'app.js' }, { name: 'b', script: 'gone.js' }"), 1, ("api",)),
    "one instance": Trap("pm2/instances-choose-cluster", apps("{ name: 'api', script: 'app.js', instances: 1 }"), 0, ("api",), {"exec_mode": "cluster_mode"}),
    "one instance in fork mode": Trap(
        "pm2/instances-choose-cluster", apps("{ name: 'api', script: 'app.js', instances: 1, exec_mode: 'fork' }"), 0, ("api",), {"exec_mode": "fork_mode"}, found=False
    ),
    "one port, two processes": Trap("pm2/fork-instances", LISTENS + apps("{ ...api, instances: 2, exec_mode: 'fork' }"), 0, ("api", "api"), {"status": "errored"}, more=SERVER),
    "one port, two workers": Trap("pm2/fork-instances", LISTENS + apps("{ ...api, instances: 2, exec_mode: 'cluster' }"), 0, ("api", "api"), {"status": "online"}, found=False, stands=1.5, more=SERVER),
    "a shell script in cluster mode": Trap("pm2/cluster-runs-a-shell", apps("{ name: 'api', script: 'app.sh', exec_mode: 'cluster', max_restarts: 1 }"), 0, ("api",), {"status": "errored"}, more=SHELL),
    "a shell script in fork mode": Trap("pm2/cluster-runs-a-shell", apps("{ name: 'api', script: 'app.sh', exec_mode: 'fork', max_restarts: 1 }"), 0, ("api",), {"status": "online"}, found=False, stands=1.5, more=SHELL),
    "exit code 0 in cluster mode": Trap("pm2/stop-exit-codes-in-cluster", CRASHES + apps("{ ...api, exec_mode: 'cluster', stop_exit_codes: [0] }"), 0, ("api",), {"status": "stopped"}, more=CRASH),
    "exit code 0 in fork mode": Trap("pm2/stop-exit-codes-in-cluster", CRASHES + apps("{ ...api, exec_mode: 'fork', max_restarts: 1, stop_exit_codes: [0] }"), 0, ("api",), {"status": "errored"}, found=False, more=CRASH),
}  # fmt: skip


def has(made: list[dict[str, Any]], trap: Trap) -> bool:
    """Whether the fields of the processes are as expected."""
    return not trap.has or (any if trap.found else all)(all(p["pm2_env"].get(k) == v for k, v in trap.has.items()) for p in made)


@pytest.fixture(scope="module")
def pm2() -> Iterator[PM2]:
    with daemon() as found:
        yield found


@pytest.mark.parametrize("title", TRAPS)
def test_pm2_does_what_the_rule_says(pm2: PM2, tmp_path: Path, title: str) -> None:
    trap = TRAPS[title]
    files = {trap.file: trap.config, "app.js": SLEEP, **trap.more}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        # an empty text stands for a file that is not there
        if text:
            (tmp_path / name).write_text(text)
    try:
        done = pm2("start", trap.file, *trap.args, cwd=tmp_path)
        for command in trap.again:
            done = pm2(command, trap.file, cwd=tmp_path)
        time.sleep(trap.stands)
        made = until(pm2.list, lambda made: has(made, trap), seconds=10)
    finally:
        pm2("delete", "all")
    assert done.returncode == trap.exit, done.stdout + done.stderr
    assert tuple(sorted(p["name"] for p in made)) == trap.names
    assert has(made, trap)


@pytest.mark.parametrize("title", [t for t, trap in TRAPS.items() if trap.rule in RULES])
def test_the_rule_finds_the_trap_and_not_the_near_miss(title: str) -> None:
    trap = TRAPS[title]
    report = run({name: text for name, text in {trap.file: trap.config, "app.js": SLEEP, **trap.more}.items() if text}, trap.rule)
    assert bool(report.findings) is trap.found


STARTS = {
    "the name": ("start api", False),
    "the id": ("start 0", False),
    "all": ("start all", False),
    "the file that was saved": ("start ecosystem.config.js", False),
    "what was saved": ("resurrect", False),
    "a script under a new name": ("start app.js --name other", True),
    "a delete": ("delete api", True),
}


@pytest.mark.parametrize("title", STARTS)
def test_what_changes_the_set_that_was_saved_has_to_be_saved_again(pm2: PM2, tmp_path: Path, title: str) -> None:
    command, changes = STARTS[title]
    (tmp_path / "ecosystem.config.js").write_text(ONE)
    (tmp_path / "app.js").write_text(SLEEP)
    try:
        pm2("start", "ecosystem.config.js", cwd=tmp_path)
        pm2("save")
        # ids count on for as long as the daemon lives
        words = command.replace("0", str(pm2.list()[0]["pm_id"])).split()
        pm2(*words, cwd=tmp_path)
        names = [p["name"] for p in pm2.list()]
    finally:
        pm2("delete", "all")
    assert (names != ["api"]) is changes
    report = run({"ecosystem.config.js": ONE, "setup.sh": "pm2 start ecosystem.config.js\npm2 save\n", "deploy.sh": f"git pull\nnpm ci\npm2 {command}\npm2 restart api\n"}, "deploy/not-saved")
    assert bool(report.findings) is changes

"""What a real PM2 does with the configs that rules warn of: each trap beside its near miss, and the rule that stands on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from conftest import run
from real_pm2 import PM2, daemon

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
    """Fields of the first of them; None: it has no such field."""
    found: bool = True
    file: str = "ecosystem.config.js"
    more: Mapping[str, str] = field(default_factory=dict)
    args: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    """A second command."""


def apps(text: str) -> str:
    return f"module.exports = {{ apps: [{text}] }}"


ONE = apps("{ name: 'api', script: 'app.js' }")
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
    "maxRestarts 0": Trap("pm2/lost-value", apps("{ name: 'api', script: 'app.js', maxRestarts: 0 }"), 0, ("api",), {"max_restarts": 0}, found=False),
    "a variable called name": Trap("pm2/env-overrides-option", apps("{ name: 'api', script: 'app.js', env: { name: 'other' } }"), 0, ("other",)),
    "a variable called NAME": Trap("pm2/env-overrides-option", apps("{ name: 'api', script: 'app.js', env: { NAME: 'other' } }"), 0, ("api",), found=False),
    "one bad value, two apps": Trap("pm2/invalid-value", apps("{ name: 'api', script: 'app.js' }, { name: 'b', script: 'b.js', min_uptime: 30 }"), 1, more={"b.js": SLEEP}),
    "@daily": Trap("pm2/invalid-value", apps("{ name: 'api', script: 'app.js', cron_restart: '@daily' }"), 1),
    "null for variables": Trap("pm2/invalid-value", apps("{ name: 'api', script: 'app.js', env_production: null }"), 1),
    "exec_cwd": Trap("pm2/unknown-option", apps("{ name: 'api', script: 'app.js', exec_cwd: './srv' }"), 1, more={"srv/app.js": SLEEP, "app.js": ""}),
    "cwd": Trap("pm2/unknown-option", apps("{ name: 'api', script: 'app.js', cwd: './srv' }"), 0, ("api",), found=False, more={"srv/app.js": SLEEP, "app.js": ""}),
}  # fmt: skip


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
        made = pm2.list()
    finally:
        pm2("delete", "all")
    assert done.returncode == trap.exit, done.stdout + done.stderr
    assert tuple(sorted(p["name"] for p in made)) == trap.names
    assert {k: made[0]["pm2_env"].get(k) for k in trap.has} == dict(trap.has)


@pytest.mark.parametrize("title", [t for t, trap in TRAPS.items() if trap.rule in RULES])
def test_the_rule_finds_the_trap_and_not_the_near_miss(title: str) -> None:
    trap = TRAPS[title]
    report = run({name: text for name, text in {trap.file: trap.config, "app.js": SLEEP, **trap.more}.items() if text}, trap.rule)
    assert bool(report.findings) is trap.found

"""What real bash does with a script when one of its steps fails: the judge of the deploy plan.

Each step of a script ends in a name of its own (`npm ci s1`). Stand-ins on PATH write that name down and fail when they
are told to; `ssh` is a local bash.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from checklist.facts.deploy.commands import Commands
from checklist.facts.deploy.entries import entries
from checklist.facts.deploy.machine import Machine
from checklist.facts.deploy.path import Run
from checklist.model import Document, Project, value

POLICY = Document("policy", "", value({"build_dirs": ["dist", "build"]}))

_LOG = 'for name in "$@"; do :; done; name=${name##*/}; echo "$name" >> "$LOG"\n'
_ASKED = 'case " $FAIL " in *" $name "*) fails=1;; *) fails=;; esac\n'
_STUBS = {
    **dict.fromkeys(("npm", "pm2", "git", "tar", "rsync"), _LOG + _ASKED + '[ -z "$fails" ]\n'),
    # without -f an HTTP 500 is an answer like any other
    "curl": _LOG + _ASKED + 'case " $* " in *" -"[a-zA-Z]*f*|*" --fail "*) f=1;; *) f=;; esac\n'
    'if [ -n "$fails" ]; then [ -z "$f" ] && echo 500; [ -z "$f" ]; exit; fi\necho 200\n',
    "ssh": 'while [ "${1#-}" != "$1" ]; do [ "$1" = -p ] && shift; shift; done; shift; while [ "${1#-}" != "$1" ]; do shift; done; if [ $# -gt 0 ]; then exec bash -c "$*"; else exec bash -s; fi\n',
    "sleep": "exit 0\n",
}


def install(folder: Path) -> None:
    """Puts the stand-ins into a folder."""
    (folder / "bin").mkdir()
    for name, body in _STUBS.items():
        (folder / "bin" / name).write_text(f"#!/bin/sh\n{body}")
        (folder / "bin" / name).chmod(0o755)


def real(bash: str, folder: Path, files: Mapping[str, str], fail: str) -> tuple[set[str], bool]:
    """(names of the steps that ran, whether the status was 0) of deploy.sh; `fail` has the names of those that fail."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    log = folder / "log"
    log.write_text("")
    first = files["deploy.sh"].split("\n", 1)[0]
    flags = ["-e"] if re.match(r"#!\S*bash -e", first) else []
    done = subprocess.run(
        [bash, *flags, "deploy.sh"], cwd=folder, capture_output=True, timeout=5, check=False, stdin=subprocess.DEVNULL,
        env={"PATH": f"{folder}/bin{os.pathsep}/usr/bin:/bin", "LOG": str(log), "FAIL": fail},
    )  # fmt: skip
    return set(log.read_text().split()), done.returncode == 0


def planned(files: Mapping[str, str]) -> tuple[Run, dict[str, int]]:
    """The run of deploy.sh in all its worlds, and each step's own world by its name."""
    commands = Commands(Project(files=files, policy=POLICY))
    entry = next(e for e in entries(Project(files=files, policy=POLICY), {}) if e.name == "deploy.sh")
    machine = Machine(commands)
    run = Run(machine, entry.run(machine))
    return run, {_name(s.argv): s.world for s in run.steps if s.effect is not None and s.effect != "wait" and s.argv}


def ran(run: Run, world: int) -> set[str]:
    """The steps that run in a world: before it was split off those of the worlds that it came from."""
    steps = [s for s in run.steps if s.effect is not None and s.effect != "wait" and s.argv]
    found, until = set(), len(run.steps) + 1
    while world:
        since = run.ledger.births.get(world & -world, 0)
        ways = world
        for way, back in reversed(run.ledger.parents.items()):
            ways |= way if back & ways else 0
        found |= {_name(s.argv) for s in steps if s.argv and s.ran & ways and s.order < until}
        world, until = run.ledger.origins.get(world & -world, 0), since
    return found


def _name(argv: tuple[str, ...]) -> str:
    return argv[-1].rpartition("/")[2]

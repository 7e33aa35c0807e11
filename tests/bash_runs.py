"""What real bash does with a script when one of its steps fails: the judge of the deploy plan.

Each step of a script ends in a name of its own (`npm ci s1`). Stand-ins on PATH write that name down and fail when they
are told to; `ssh` is a local bash.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path

from checklist.facts.deploy.commands import Commands
from checklist.facts.deploy.entries import entries
from checklist.facts.deploy.path import Run
from checklist.model import Document, Project, value
from checklist.shell.executor import Executor
from checklist.shell.forks import Fork

POLICY = Document("policy", "", value({"build_dirs": ["dist", "build"]}))

_LOG = 'for name in "$@"; do :; done; name=${name##*/}; echo "$name" >> "$LOG"; echo "$name $PWD" >> "$LOG.folders"\n'
_ASKED = 'case " $FAIL " in *" $name "*) fails=1;; *) fails=;; esac\n'
_STUBS = {
    **dict.fromkeys(("npm", "pm2", "git", "tar", "rsync", "ask"), _LOG + _ASKED + '[ -z "$fails" ]\n'),
    # without -f an HTTP 500 is an answer like any other
    "curl": _LOG + _ASKED + 'case " $* " in *" -"[a-zA-Z]*f*|*" --fail "*) f=1;; *) f=;; esac\n'
    'if [ -n "$fails" ]; then [ -z "$f" ] && echo 500; [ -z "$f" ]; exit; fi\necho 200\n',
    "ssh": 'while [ "${1#-}" != "$1" ]; do [ "$1" = -p ] && shift; shift; done; shift; while [ "${1#-}" != "$1" ]; do shift; done; export ENV="$THERE"; [ -d there ] && cd there; if [ $# -gt 0 ]; then exec bash -c "$*"; else exec bash -s; fi\n',
    "sleep": "exit 0\n",
}


_MADE = ("dist", "there", "old", "x", "y")


def install(folder: Path) -> None:
    """Puts the stand-ins into a folder."""
    (folder / "bin").mkdir()
    for name, body in _STUBS.items():
        (folder / "bin" / name).write_text(f"#!/bin/sh\n{body}")
        (folder / "bin" / name).chmod(0o755)


def real(bash: str, folder: Path, files: Mapping[str, str], fail: str, given: Mapping[str, str] | None = None) -> tuple[set[str], bool]:
    """(names of the steps that ran, whether the status was 0) of deploy.sh; `fail` has the names of those that fail.

    `given` are variables from outside. What MADE and FILES name are there as folders and files before the script runs, STATE
    stands in the files `state` and `state.env`; ARGUMENTS are those of the script; on the far side of ssh $ENV is what is given as THERE, and the folder `there` is home.
    """
    outside = given or {}
    for made in _MADE:
        shutil.rmtree(folder / made, ignore_errors=True)
        (folder / made).unlink(missing_ok=True)
    for made in outside.get("MADE", "").split():
        (folder / made).mkdir(parents=True, exist_ok=True)
    for made in (*outside.get("FILES", "").split(), "state", "state.env"):
        (folder / made).write_text(outside.get("STATE", ""))
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    log = folder / "log"
    for file in (log, folder / "log.folders"):
        file.write_text("")
    first = files["deploy.sh"].split("\n", 1)[0]
    flags = ["-e"] if re.match(r"#!\S*bash -e", first) else []
    done = subprocess.run(
        [bash, *flags, "deploy.sh", *outside.get("ARGUMENTS", "").split()], cwd=folder, capture_output=True, timeout=5, check=False, stdin=subprocess.DEVNULL,
        env={"PATH": f"{folder}/bin{os.pathsep}/usr/bin:/bin", "LOG": str(log), "FAIL": fail, **outside},
    )  # fmt: skip
    return set(log.read_text().split()), done.returncode == 0


def planned(files: Mapping[str, str]) -> tuple[Run, dict[str, int]]:
    """The run of deploy.sh in all its worlds, and each step's own world by its name."""
    commands = Commands(Project(files=files, policy=POLICY))
    entry = next(e for e in entries(Project(files=files, policy=POLICY), {}) if e.name == "deploy.sh")
    executor = Executor(commands)
    run = Run(executor, entry.run(executor))
    return run, {step_name(s.argv): s.world for s in run.steps if s.effect is not None and s.effect != "wait" and s.argv}


def ran(run: Run, world: int) -> set[str]:
    """The steps that run in a world: before it was split off those of the worlds that it came from."""
    steps = [s for s in run.steps if s.effect is not None and s.effect != "wait" and s.argv]
    found, until = set(), len(run.steps) + 1
    while world:
        since = run.tree.births.get(world & -world, 0)
        ways = world
        for way, back in reversed(run.tree.parents.items()):
            ways |= way if back & ways else 0
        found |= {step_name(s.argv) for s in steps if s.argv and s.ran & ways and s.order < until}
        world, until = run.tree.origins.get(world & -world, 0), since
    return found


def courses(run: Run) -> set[frozenset[str]]:
    """The steps of each course of events in which nothing fails, for every answer that its conditions may have."""
    values: dict[Hashable, set[object]] = {}
    for fork in run.forks:
        values.setdefault(fork.predicate.about, {"another"}).update(fork.predicate.among)
    found = set()
    for chosen in itertools.product(*values.values()):
        answers = dict(zip(values, chosen, strict=True))
        ways = [(fork, fork.yes if answers[fork.predicate.about] in fork.predicate.among else fork.no) for fork in run.forks]
        found.add(frozenset(step_name(s.argv) for s in run.steps if s.effect is not None and s.argv and any(_comes(run, b, s.order, ways) for b in _bits(s.ran & run.tree.base))))
    return found


def _comes(run: Run, world: int, order: int, ways: Sequence[tuple[Fork, int]]) -> bool:
    """Whether a course of events comes through a world at a step."""
    history = run.tree.history(world)

    def back(way: int) -> bool:
        return run.tree.returns.get(way, order + 1) <= order and all(back(inner) for fork, inner in ways if fork.parent == way)

    return not any(
        history & (fork.yes | fork.no) & ~way  # it went the other way
        or (history & fork.parent and not history & way and not back(way) and run.tree.births[way] <= order)  # its way has not led back
        for fork, way in ways
    )


def _bits(worlds: int) -> Iterator[int]:
    while worlds:
        yield worlds & -worlds
        worlds &= worlds - 1


def step_name(argv: tuple[str, ...]) -> str:
    return argv[-1].rpartition("/")[2]

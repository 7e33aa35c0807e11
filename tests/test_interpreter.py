"""The shell's interpreter by itself: a host that knows nothing but the names of programs is enough, and bash agrees."""

from __future__ import annotations

import subprocess
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pytest
from conftest import need

from checklist.parse.shell import Source
from checklist.shell.environment import Environment
from checklist.shell.executor import Executor
from checklist.shell.host import Budget, BudgetExceeded, Execution, Invocation
from checklist.shell.states import Completion, Guarded, States

PROGRAMS = "abcde"
SCRIPTS = [
    "a && b || c",
    "set -e\na\nb",
    "set -e\na || true\n! b\nc",
    "if a; then b; elif c; then d; else e; fi",
    "a | b\nc",
    "set -o pipefail\na | b && c",
    "f() { a || return 3; b; }\nf && c\nd",
    "trap c EXIT\nset -e\na\nb",
    "trap d ERR\na\nb && c",
    "x=$(a) && b\nc",
    "set -e\nlocal_() { local x=$(a); b; }\nlocal_\nc",
    "for i in 1 2 3; do a || break; [ $i = 2 ] && b; done\nc",
    "(set -e; a; b)\nc",
    "n=0\nuntil [ $n -eq 2 ]; do n=$((n + 1)); a; done\nb",
    "case abc in x*) a ;; a*) b ;& d) c ;; *) e ;; esac",
    "a & wait $! || b\nc",
    'eval "a && b"\nc',
]


@dataclass(slots=True)
class Ran:
    name: str
    number: int
    ran: States
    parent: States
    fails: States


class Programs:
    """Every command that is none of the shell's is a program that may fail."""

    wrappers: Collection[str] = ()

    def __init__(self, budget: Budget | None = None) -> None:
        self.budget = budget or Budget()

    def unwrapped(self, words: Sequence[str]) -> list[str]:
        return list(words)

    def run(self, execution: Execution, command: Invocation) -> Completion:
        failed = self.record(execution, command, fails=True)
        return Completion(true=command.states & ~failed, false=failed)

    def step(self, execution: Execution, command: Invocation) -> Completion:
        return Completion(true=command.states)

    def record(self, execution: Execution, command: Invocation, *, fails: bool) -> States:
        name = " ".join(command.argv or [])
        for step in execution.trace.steps:
            if step.name == name:
                step.ran |= command.states
                return command.states & step.fails
        parent = execution.usual(command.states)
        world = execution.exploration.open(parent) if fails else 0
        step = Ran(name, len(execution.trace.steps), command.states | world, parent, world)
        execution.trace.steps.append(step)
        execution.trace.failing.append(step)
        return world

    def script(self, name: str, env: Environment, state: States, running: Collection[str]) -> Source | None:
        return None

    def is_harmless(self, name: str) -> bool:
        return True


def run(text: str, host: Programs) -> tuple[Executor, Completion]:
    executor, source = Executor(host), Source("x.sh", text)
    return executor, executor.processes.process(source, Environment(source, "@/x.sh", "local", Guarded.of("@")), 1)


def bash(text: str, fails: str) -> tuple[set[str], bool]:
    """(the programs that run where one fails, whether the status is 0)."""
    programs = "".join(f'{p}() {{ echo {p} >&9; [ "$FAILS" != {p} ]; }}\n' for p in PROGRAMS)
    exported = "".join(f"export -f {p}\n" for p in PROGRAMS)
    inner = f'{programs}{exported}bash -c "$SCRIPT" 9>&1 >/dev/null'
    env = {"SCRIPT": text, "FAILS": fails, "PATH": "/usr/bin:/bin"}
    done = subprocess.run([need("bash"), "-c", inner], env=env, capture_output=True, text=True, timeout=10, check=False)
    return set(done.stdout.split()), done.returncode == 0


@pytest.mark.parametrize("text", SCRIPTS)
def test_what_runs_and_how_it_ends_is_what_bash_does(text: str) -> None:
    executor, out = run(text, Programs())
    steps: list[Ran] = executor.trace.steps
    assert not executor.exploration.guesses
    assert ({s.name for s in steps if s.ran & 1}, bool(out.true & 1)) == bash(text, "")
    for step in steps:
        if step.parent == 1:
            world = step.fails & -step.fails
            ran = {s.name for s in steps if s.ran & world or (s.number < step.number and s.ran & 1)}
            assert (ran, bool(out.true & world)) == bash(text, step.name), f"{step.name} fails"


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("for i in {1..50}; do a; done", Budget(commands=20)),
        ("a\nb\nc\nd", Budget(states=3)),
        ("f() { f; f; }\nf", Budget()),
    ],
)
def test_a_run_ends_with_the_budget_of_its_host(text: str, budget: Budget) -> None:
    with pytest.raises(BudgetExceeded):
        run(text, Programs(budget))

"""What the interpreter asks of whoever knows the other commands and the scripts, and what it offers in return."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from checklist.parse.sh import tree
from checklist.parse.sh.tree import Redirect, Simple, Word
from checklist.parse.shell import Source
from checklist.shell.calls import Call
from checklist.shell.environment import Environment
from checklist.shell.evaluator import ConditionEvaluator
from checklist.shell.exploration import Exploration
from checklist.shell.jobs import JobControl
from checklist.shell.processes import Processes
from checklist.shell.states import Completion, Field, States
from checklist.shell.substitution import Substitutions
from checklist.shell.trace import Trace


@dataclass(frozen=True, slots=True)
class Budget:
    """How much of a run is worth following."""

    commands: int = 5_000
    states: int = 3_000
    """Each command costs as much as there are states. Of 1,679 public scripts half have 7, one in a hundred 636, and
    two more than this."""


class BudgetExceeded(Exception):
    """The script runs for longer than is worth following."""


@dataclass(slots=True)
class Invocation:
    """A simple command after expansion, in the states in which it is that."""

    env: Environment
    node: Simple
    states: States
    argv: list[str] | None
    """Its words without wrappers such as sudo, what is not known of them unseen; None where its name is not known."""
    fields: list[Field]
    """The same words as values."""
    origins: list[Word]
    """The words as they are written that became them."""
    words: tuple[str, ...] | None
    """All its words, those of the wrappers too."""
    asked: bool
    """Whether something depends on its status, `set -e` apart."""


class Execution(Protocol):
    """One run, as it offers itself to those who run commands in it: the modules of the shell and the host."""

    host: Host
    trace: Trace[Any]
    exploration: Exploration
    evaluator: ConditionEvaluator
    processes: Processes
    jobs: JobControl

    def usual(self, states: States) -> States:
        """The one of some states that says most."""

    def sequence(self, node: tree.Sequence, env: Environment, states: States, ignored: bool) -> Completion: ...

    def command(self, node: tree.Command, env: Environment, states: States, ignored: bool) -> Completion: ...

    def substitutions(self) -> Substitutions:
        """To run those of one command."""

    def redirect(self, redirects: Sequence[Redirect], env: Environment, states: States) -> States:
        """Runs what stands in the targets of redirects, `< <(…)`; gives the states that were opened."""

    def call(self, env: Environment, node: Simple, *, opens: bool = False) -> Call:
        """What a person wrote to have a command run; `opens`: it is a function or script."""


class Host(Protocol):
    """Knows the programs and the scripts. The shell itself knows neither."""

    budget: Budget
    wrappers: Collection[str]
    """Commands that run the one behind them."""

    def unwrapped(self, words: Sequence[str]) -> list[str]:
        """The words of a command without assignments and wrappers before them."""

    def run(self, execution: Execution, command: Invocation) -> Completion:
        """Runs a program, or what it hands its work to."""

    def step(self, execution: Execution, command: Invocation) -> Completion:
        """Records what is only to be seen: a command that prints what it is given, whatever it prints."""

    def record(self, execution: Execution, command: Invocation, *, fails: bool) -> States:
        """Records what the shell runs itself; the states in which it fails, none if it is not taken to."""

    def script(self, name: str, env: Environment, state: States, running: Collection[str]) -> Source | None:
        """The script that `.` reads by this name, if it is there to be read and not one of those that are running."""

    def is_harmless(self, name: str) -> bool:
        """Whether a script that is not there to be read is known to run nothing, such as a profile."""


def goes_away(redirects: Sequence[Redirect]) -> bool:
    """Whether what is printed goes elsewhere than to the terminal or log."""
    return any(r.operator in (">", ">>", "&>", "&>>", ">|") and r.descriptor in ("", "1") for r in redirects)

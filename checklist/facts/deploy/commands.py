"""The host of the interpreter: what each command of a script is to a deploy, a door to another script or a step."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from checklist.facts.deploy.doors import Doors
from checklist.facts.deploy.steps import Steps
from checklist.facts.effects import BEFORE, NOTHING, bare
from checklist.model import Project
from checklist.parse.shell import Source
from checklist.shell.environment import Environment
from checklist.shell.host import Budget, Execution, Invocation
from checklist.shell.states import Completion, States

_SAFE_SOURCES = re.compile(
    r"(?:^|/)(?:nvm\.sh|\.?(?:bash|zsh)?(?:rc|_?profile)|\.?env(?:\.[\w.-]*)?|[\w.-]*\.env)$"
    r"|/etc/|bin/activate$|nvm|asdf|fnm|sdkman|volta"
)


class Commands:
    """Knows a project and what commands do to a deploy of it (checklist.shell.host.Host)."""

    budget = Budget()
    wrappers: Collection[str] = BEFORE

    def __init__(self, project: Project) -> None:
        self._steps = Steps(project)
        self._doors = Doors(self._steps)
        self.folder = self._steps.folder

    @property
    def entered(self) -> Collection[str]:
        """Scripts of the project that were run or sourced by another."""
        return self._doors.entered

    def unwrapped(self, words: Sequence[str]) -> list[str]:
        return bare(words)

    def run(self, execution: Execution, command: Invocation) -> Completion:
        entered = self._doors.enter(execution, command) if command.argv is not None else None
        return entered if entered is not None else self._steps.step(execution, command, asked=command.asked)

    def step(self, execution: Execution, command: Invocation) -> Completion:
        return self._steps.step(execution, command, asked=False)

    def record(self, execution: Execution, command: Invocation, *, fails: bool) -> States:
        directory = command.env.directory.one(execution.usual(command.states))
        return self._steps.record(execution, command, directory, NOTHING, fails=fails)[1]

    def script(self, name: str, env: Environment, state: States, running: Collection[str]) -> Source | None:
        return self._doors.sourced(name, env, state, running)

    def is_harmless(self, name: str) -> bool:
        return _SAFE_SOURCES.search(name) is not None

"""Job control: what was sent to the background, and `wait`. Bash 5.2 manual, 7.1 and 7.2."""

from __future__ import annotations

from collections.abc import Sequence

from checklist.shell.exploration import Exploration
from checklist.shell.parameters import UNSEEN
from checklist.shell.states import Completion, States


class JobControl:
    """How jobs ended, by what `$!` said."""

    def __init__(self, exploration: Exploration) -> None:
        self._exploration = exploration
        self._jobs: dict[str, tuple[States, States]] = {}

    def add(self, done: Completion) -> str:
        """A new job; gives its `$!`."""
        name = f"{UNSEEN}{len(self._jobs)}"
        self._jobs[name] = (done.true, done.false)
        return name

    def wait(self, host: str, states: States, argv: Sequence[str]) -> Completion:
        """`wait`: its status is that of the last job that it is given, with -n of the first that ends."""
        self._exploration.files.change(host, removes=False)
        named = [self._jobs[w] for w in argv[-1:] if w in self._jobs]
        failed = 0
        for ok, bad in named or (list(self._jobs.values()) if "-n" in argv else []):
            failed |= self._exploration.tree.inherit(states, ok, bad)[1]
        return Completion(true=states & ~failed, false=failed)

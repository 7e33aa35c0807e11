"""A shell execution environment in every state: folder, options, variables, traps. Bash 5.2 manual, 3.7.3."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from checklist.parse.sh.tree import Command, Function
from checklist.parse.shell import Source
from checklist.shell.calls import Call
from checklist.shell.states import Answer, Guarded, Known, States
from checklist.shell.variables import Variables

_GUARDED = ("directory", "errexit", "pipefail", "err_trap", "exit_trap")
_OFF = Guarded.of(False)
_NO_TRAP: Guarded[Source | None] = Guarded.of(None)


@dataclass
class Environment:
    """One shell. Subshells are copies of it (`child`), other processes inherit little (`fresh`)."""

    source: Source
    script: str
    """The path of the script, `@/scripts/deploy.sh`."""
    host: str
    directory: Guarded[str | None]
    reads: str = field(default="bash", kw_only=True)
    """The shell that reads the text: `bash`, `sh`, "" where it is not known."""
    variables: Variables = field(default_factory=Variables)
    functions: dict[str, tuple[Function, Source]] = field(default_factory=dict)
    absent: States = 0
    """The states in which nothing happens here: those not yet opened, those that have left. They have any value."""
    errexit: Guarded[bool] = _OFF
    pipefail: Guarded[bool] = _OFF
    arguments: tuple[Known, ...] | None = None
    """The positional parameters; None where they cannot be known."""
    frame: object = field(default_factory=object)
    """Whose arguments `$1` and the others are."""
    status: tuple[States, States] = (-1, 0)
    """The states in which `$?` is 0, and those in which it is not."""
    pipe_status: tuple[tuple[States, States], ...] = ()
    """`$PIPESTATUS` of the pipeline that has just run, like `status`."""
    job: str | None = None
    """`$!`"""
    err_trap: Guarded[Source | None] = _NO_TRAP
    exit_trap: Guarded[Source | None] = _NO_TRAP
    hidden: list[Guarded[Source | None]] = field(default_factory=list)
    """The traps on ERR around the functions and traps that are being run: they have none themselves."""
    err_trace: bool = False
    branch: str | None = None
    """The condition that is around the command, as a person wrote it."""
    fed_by: Command | None = None
    """What prints into its standard input: `cat x | bash`."""
    input: tuple[Answer, ...] = ()
    """The health checks' answers that it reads from there."""
    into: tuple[str, ...] = ()
    """The programs that read what is printed, "" for a variable; none of them for the terminal or log."""
    calls: tuple[Call, ...] = ()
    """The call stack: it tells two calls of one function apart."""

    def child(self, *, errexit: bool = True) -> Environment:
        """A subshell: it has all, and what it changes is lost. Command substitutions drop `set -e` (3.7.3)."""
        made = copy(self)
        made.variables, made.functions = self.variables.copy(), dict(self.functions)
        made.hidden, made.exit_trap = [], _NO_TRAP
        if not errexit:
            made.errexit = _OFF
        if not self.err_trace:
            made.err_trap = _NO_TRAP
        return made

    def fresh(self, source: Source, *, script: str | None = None, host: str | None = None) -> Environment:
        """A new shell process: only the folder and exported variables go along, and not to another host."""
        far = host is not None and host != self.host
        return Environment(
            source,
            script or self.script,
            host or self.host,
            Guarded.of("~") if far else self.directory,
            variables=Variables() if far else self.variables.inherited(),
            branch=self.branch,
            input=self.input,
            into=self.into,
            calls=self.calls,
        )

    def view(self, states: States) -> object:
        """All that commands can change here, as it is in some states: equal where nothing has changed."""
        options = [getattr(self, name).split(states) for name in _GUARDED]
        values = {name: held.split(states) for name, held in self.variables.values.items()}
        status = [states & mask for mask in self.status]
        return values, options, self.arguments, status, set(self.variables.exported), len(self.functions)

    # ---- states ----

    def forget(self, states: States) -> None:
        """Nothing will happen in some states any more."""
        if states & ~self.absent:
            self.absent |= states
            self._change(lambda guarded: guarded.forget(self.absent))

    def born(self, parent: States, children: States) -> None:
        """New states so far are like their parent."""
        self.absent &= ~children
        self._change(lambda guarded: guarded.born(parent, children))
        ok, bad = self.status
        self.status = (ok | children, bad & ~children) if ok & parent else (ok & ~children, bad | children)

    def merge(self, ways: list[States], before: list[States], parent: States) -> None:
        """Ways that were told apart are one again, with the parent itself if another was `before`; their own states are
        over."""
        self.absent |= sum(ways)
        self._change(lambda guarded: guarded.merge([*ways, *before], parent).forget(self.absent))

    def _change(self, how: Callable[[Guarded[Any]], Guarded[Any]]) -> None:
        """Everything that differs between states, changed alike."""
        if self.variables.differing:
            self.variables.change(how)
        for name in _GUARDED:
            held = getattr(self, name)
            if len(held.pairs) > 1:
                setattr(self, name, how(held))
        if self.hidden:
            self.hidden = [how(held) if held.differs else held for held in self.hidden]

    # ---- options and variables ----

    def put(self, option: str, states: States, value: object) -> None:
        """`directory`, `errexit` and the like in some states."""
        setattr(self, option, getattr(self, option).put(states | self.absent, value))
        if option == "directory":
            self.variables.renew("PWD")

    def assign(self, states: States, name: str, value: Known) -> None:
        self.variables.assign(states | self.absent, name, value)

    def hide(self, states: States, name: str) -> None:
        """`local`."""
        self.variables.hide(states | self.absent, name, len(self.calls))

    def version(self, name: str) -> object:
        """Equal for two reads of a parameter only if it was not set in between."""
        return self.frame if name.isdigit() or name in ("@", "*", "#") else self.variables.version(name)

    # ---- the trap on ERR, which functions and traps do not inherit without `set -E` (4.1, trap) ----

    def hide_trap(self) -> None:
        """There is no trap on ERR until `show_trap`."""
        self.hidden.append(self.err_trap)
        self.err_trap = _NO_TRAP

    def show_trap(self) -> None:
        """The trap is what it was, where no other was set in the meantime."""
        found = self.hidden.pop()
        for mask, trap in self.err_trap.split(-1):
            if trap is not None:
                found = found.put(mask, trap)
        self.err_trap = found


def strict(text: str) -> bool:
    """Whether the first line of a script gives its shell `-e`: it counts where the script is started by its name."""
    return re.match(r"#!\S+(?:\s+\S+)*\s+-\w*e", text.split("\n", 1)[0]) is not None

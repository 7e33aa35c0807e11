"""One shell: its variables, functions, options and folder, in every state."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Hashable
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from checklist.model import Location
from checklist.parse.sh.tree import Command, Function
from checklist.parse.shell import Source
from checklist.shell.states import Guarded, Known, States

REPOSITORY = "@"
"""Stands for the repository's root in paths: `@/scripts`. Paths on a server begin with `/` or `~`."""


_OPTIONS = ("directory", "errexit", "pipefail", "err_trap", "exit_trap")
_UNSET: Guarded[Known] = Guarded.of(None)
_OFF = Guarded.of(False)
_NO_TRAP: Guarded[Source | None] = Guarded.of(None)


@dataclass(frozen=True, slots=True)
class Call:
    """A command where it stands, and what a person wrote to have it run: `run npm ci`, where it is the `"$@"` of `run`."""

    place: Location
    at: Location
    text: str

    def __hash__(self) -> int:
        # they are looked up for every command that is run: what tells most of them apart is enough
        return hash((self.text, self.place.line, self.place.column))


@dataclass
class Environment:
    source: Source
    script: str
    """The path of the script, `@/scripts/deploy.sh`."""
    host: str
    directory: Guarded[str | None]
    reads: str = field(default="bash", kw_only=True)
    """The shell that reads the text: `bash`, `sh`, "" where it is not known."""
    variables: dict[str, Guarded[Known]] = field(default_factory=dict)
    functions: dict[str, tuple[Function, Source]] = field(default_factory=dict)
    exported: set[str] = field(default_factory=set)
    differing: set[str] = field(default_factory=set)
    """The variables whose value differs between states."""
    absent: States = 0
    """The states in which nothing happens here: those not yet opened, those that have left. They have any value."""
    exports_all: bool = False
    """After `set -a`."""
    errexit: Guarded[bool] = _OFF
    pipefail: Guarded[bool] = _OFF
    arguments: tuple[Known, ...] | None = None
    """None where they cannot be known."""
    status: tuple[States, States] = (-1, 0)
    """The states in which `$?` is 0, and those in which it is not."""
    piped: tuple[tuple[States, States], ...] = ()
    """`$PIPESTATUS` of the pipeline that has just run, like `status`."""
    job: str | None = None
    """`$!`"""
    err_trap: Guarded[Source | None] = _NO_TRAP
    exit_trap: Guarded[Source | None] = _NO_TRAP
    hidden: list[Guarded[Source | None]] = field(default_factory=list)
    """The traps on ERR around the functions and traps that are being run: they have none themselves."""
    err_trace: bool = False
    branch: str | None = None
    fed_by: Command | None = None
    """What prints into its standard input: `cat x | bash`."""
    into: tuple[str, ...] = ()
    """The programs that read what is printed, "" for a variable; none of them for the terminal or log."""
    calls: tuple[Call, ...] = ()
    """The calls that led here: they tell two calls of one function apart."""
    outside: object = field(default_factory=object)
    """The environment that it got its other variables from."""
    local: dict[str, str | None] | None = None
    """The variables of the function that is being run, and the names under which those that they hide are kept; None outside."""
    frame: object = field(default_factory=object)
    """Whose arguments `$1` and the others are."""
    since: dict[str, object] = field(default_factory=dict)
    """Tells the value of a variable from those that it had before, where it was set here."""

    def child(self, *, errexit: bool = True) -> Environment:
        """A subshell: it has all, and what it changes is lost. Command substitutions drop `set -e` (bash 5.2, 3.7.3)."""
        made = copy(self)
        made.variables, made.functions = dict(self.variables), dict(self.functions)
        made.exported, made.differing = set(self.exported), set(self.differing)
        made.hidden, made.since, made.exit_trap = [], dict(self.since), _NO_TRAP
        made.local = None if self.local is None else dict(self.local)
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
            {} if far else {k: v for k, v in self.variables.items() if k in self.exported},
            exported=set() if far else set(self.exported),
            differing=set() if far else self.differing & self.exported,
            branch=self.branch,
            into=self.into,
            calls=self.calls,
            outside=object() if far else self.outside,
            since={} if far else {k: v if k in self.exported else object() for k, v in self.since.items() if k != "PWD"},
        )

    def view(self, states: States) -> object:
        """All that commands can change here, as it is in some states: equal where nothing has changed."""
        options = [getattr(self, name).split(states) for name in _OPTIONS]
        values = {name: held.split(states) for name, held in self.variables.items()}
        return values, options, self.arguments, [states & mask for mask in self.status], set(self.exported), len(self.functions)

    def forget(self, states: States) -> None:
        """Nothing will happen in some states any more."""
        if states & ~self.absent:
            self.absent |= states
            self._change(lambda masked: masked.forget(self.absent))

    def born(self, parent: States, children: States) -> None:
        """New states so far are like their parent."""
        self.absent &= ~children
        self._change(lambda masked: masked.born(parent, children))
        ok, bad = self.status
        self.status = (ok | children, bad & ~children) if ok & parent else (ok & ~children, bad | children)

    def met(self, ways: list[States], before: list[States], parent: States) -> None:
        """Ways that were told apart are one again, with the parent itself if another was `before`; their own states are over."""
        self.absent |= sum(ways)
        self._change(lambda masked: masked.met([*ways, *before], parent).forget(self.absent))

    def _change(self, how: Callable[[Guarded[Any]], Guarded[Any]]) -> None:
        """Everything that differs between states, changed alike."""
        for name in tuple(self.differing):
            if (made := how(held := self.variables[name])) is not held:
                self._keep(name, made)
        for name in _OPTIONS:
            held = getattr(self, name)
            if len(held.pairs) > 1:
                setattr(self, name, how(held))
        if self.hidden:
            self.hidden = [how(held) if held.differs else held for held in self.hidden]

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

    def put(self, option: str, states: States, value: object) -> None:
        """`directory`, `errexit` and the like in some states."""
        setattr(self, option, getattr(self, option).put(states | self.absent, value))
        if option == "directory":
            self.since["PWD"] = object()

    def changed(self) -> None:
        """Any variable may have another value."""
        self.outside = object()
        self.since.clear()

    def which(self, name: str) -> object:
        """Equal for two reads of a variable only if it was not set in between."""
        return self.frame if name.isdigit() or name in ("@", "*", "#") else self.since.get(name, self.outside)

    def assign(self, states: States, name: str, value: Known) -> None:
        self.since[name] = object()
        self._keep(name, self.variables.get(name, _UNSET).put(states | self.absent, value))
        if self.exports_all:
            self.exported.add(name)

    def hide(self, states: States, name: str) -> None:
        """A variable of the function that is being run, in place of the one outside."""
        if self.local is None:
            return
        if name not in self.local:
            kept = self.local[name] = f"{name} outside of {len(self.calls)}" if name in self.variables else None
            if kept is not None:
                self._keep(kept, self.variables[name])
        self.assign(states, name, "")

    def show(self, local: dict[str, str | None] | None) -> None:
        """The end of a function: the variables outside are seen again; `local` are those of the function around it."""
        for name, kept in (self.local or {}).items():
            held = self.variables.pop(name)
            if kept is not None:
                held = self.variables.pop(kept)
                self._keep(name, held)
            self.differing -= {name, kept} if kept is None or not held.differs else {kept}
            self.since[name] = object()
        self.local = local

    def _keep(self, name: str, made: Guarded[Known]) -> None:
        self.variables[name] = made
        if len(made.pairs) > 1:
            self.differing.add(name)
        else:
            self.differing.discard(name)


def joined(base: str | None, target: str) -> str | None:
    """A path seen from a folder; None if that is not known or the way leads out of the repository."""
    if target != REPOSITORY and not target.startswith(("/", "~", f"{REPOSITORY}/")):
        if base is None:
            return None
        target = posixpath.join(base, target)
    made = posixpath.normpath(target)
    return None if made in (".", "..") or made.startswith("../") else made


def located(base: str | None, path: Hashable, env: Environment) -> Hashable:
    """A path seen from a folder, for what is only to be told apart: either may be unknown."""
    full = joined(base, path) if isinstance(path, str) else None
    return full if full is not None else (base or env.which("PWD"), path)


def strict(text: str) -> bool:
    """Whether the first line of a script gives its shell `-e`: it counts where the script is started by its name."""
    return re.match(r"#!\S+(?:\s+\S+)*\s+-\w*e", text.split("\n", 1)[0]) is not None

"""The variables of one shell: values, attributes and scopes, in every state. Bash 5.2 manual, 3.4 and 3.3."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from checklist.shell.states import Guarded, Known, States

_UNSET: Guarded[Known] = Guarded.of(None)


@dataclass
class Variables:
    """What names stand for. Scopes are dynamic: a function sees the variables of its caller."""

    values: dict[str, Guarded[Known]] = field(default_factory=dict)
    exported: set[str] = field(default_factory=set)
    exports_all: bool = False
    """After `set -a`."""
    differing: set[str] = field(default_factory=set)
    """Those whose value differs between states."""
    local: dict[str, str | None] | None = None
    """Those of the function that is being run, and the names under which what they hide is kept; None outside."""
    outside: object = field(default_factory=object)
    """The version of all that were not set here."""
    versions: dict[str, object] = field(default_factory=dict)
    """Tells the value of a variable from those that it had before, where it was set here."""

    def copy(self) -> Variables:
        """Those of a subshell."""
        return Variables(
            dict(self.values),
            set(self.exported),
            self.exports_all,
            set(self.differing),
            None if self.local is None else dict(self.local),
            self.outside,
            dict(self.versions),
        )

    def inherited(self) -> Variables:
        """Those of a new process: what is exported. The folder has its version from the parent's own."""
        return Variables(
            {name: held for name, held in self.values.items() if name in self.exported},
            set(self.exported),
            differing=self.differing & self.exported,
            outside=self.outside,
            versions={k: v if k in self.exported else object() for k, v in self.versions.items() if k != "PWD"},
        )

    def assign(self, states: States, name: str, value: Known) -> None:
        self.versions[name] = object()
        self._keep(name, self.values.get(name, _UNSET).put(states, value))
        if self.exports_all:
            self.exported.add(name)

    def hide(self, states: States, name: str, depth: int) -> None:
        """`local`: a variable of the function that is being run, `depth` calls deep, in place of the one outside."""
        if self.local is None:
            return
        if name not in self.local:
            kept = self.local[name] = f"{name} outside of {depth}" if name in self.values else None
            if kept is not None:
                self._keep(kept, self.values[name])
        self.assign(states, name, "")

    def show(self, local: dict[str, str | None] | None) -> None:
        """The end of a function: the variables outside are seen again; `local` are those of the function around it."""
        for name, kept in (self.local or {}).items():
            held = self.values.pop(name)
            if kept is not None:
                held = self.values.pop(kept)
                self._keep(name, held)
            self.differing -= {name, kept} if kept is None or not held.differs else {kept}
            self.versions[name] = object()
        self.local = local

    def invalidate(self) -> None:
        """Any variable may have another value."""
        self.outside = object()
        self.versions.clear()

    def renew(self, name: str) -> None:
        """What the shell itself sets has another value."""
        self.versions[name] = object()

    def version(self, name: str) -> object:
        """Equal for two reads of a variable only if it was not set in between."""
        return self.versions.get(name, self.outside)

    def change(self, how: Callable[[Guarded[Any]], Guarded[Any]]) -> None:
        """Every value that differs between states, changed alike."""
        values = self.values
        for name in tuple(self.differing):
            if (made := how(held := values[name])) is not held:
                self._keep(name, made)

    def _keep(self, name: str, made: Guarded[Known]) -> None:
        self.values[name] = made
        if len(made.pairs) > 1:
            self.differing.add(name)
        else:
            self.differing.discard(name)

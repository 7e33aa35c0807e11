"""The deploys that a project has already, and the names of those that are proposed."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checklist.facts.vocabulary import says
from checklist.model import Document, Value, plain

DEPLOY, ROLLBACK, SMOKE = "scripts/deploy.sh", "scripts/rollback.sh", "scripts/smoke-test.sh"

_BRINGS, _STARTS = {"fetch", "ship", "install", "build"}, {"start", "restart", "reload"}


@dataclass(frozen=True, slots=True)
class Restart:
    """Where a deploy restarts the app for the last time, and nothing asks the app afterwards."""

    file: str
    line: int
    folder: str | None
    """The folder of the project that it runs in; None where that is elsewhere, or not seen."""
    lost: str
    """The script that goes on when it fails, "" for none."""


def named(documents: Sequence[Document]) -> Iterator[str]:
    """Scripts that bring code and restart the app, whether a workflow calls them or a person, with app and host."""
    for path, steps in _scripts(documents):
        entry = path.text("entry") or ""
        if entry != DEPLOY:
            hosts = [h for s in steps if (h := s.text("host")) and h not in ("local", "remote") and h.isprintable()]
            apps = [str(a.content) for a in (path.get("apps") or Value(())).items() if a.content]
            told = ", ".join(dict.fromkeys([*apps, *hosts]))
            yield f"{entry} ({told})" if told else entry


def unchecked(documents: Sequence[Document]) -> Iterator[Restart]:
    """The last restart of each deploy after which nothing asks the app."""
    for path, steps in _scripts(documents):
        last = [s for s in steps if s.text("effect") in _STARTS][-1]
        file, line, folder = last.text("file"), plain(last.get("line")), last.get("directory")
        if file and line and not any(s.text("role") == "smoke_test" for s in steps):
            here = last.text("host") == "local" and folder is not None and isinstance(folder.content, str)
            lost = last.text("on_failure") == "continues"
            yield Restart(file, line, str(folder.content) if here and folder else None, (path.text("entry") or "") if lost else "")


def _scripts(documents: Sequence[Document]) -> Iterator[tuple[Value, tuple[Value, ...]]]:
    """Each `deploy.path` that begins with a script, brings code and restarts the app, with its steps; no rollback."""
    for path in documents:
        entry = path.value.text("entry") or ""
        if path.kind == "deploy.path" and "#" not in entry and not says(posixpath.basename(entry), "back"):
            steps = (path.value.get("steps") or Value(())).items()
            effects = {s.text("effect") for s in steps}
            if effects & _BRINGS and effects & _STARTS:
                yield path.value, steps

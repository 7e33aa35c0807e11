"""Which commands change the set of processes that PM2 brings back after a reboot (PM2 7.0.4, measured).

`pm2 start NAME`, with an id or `all`, restarts what is on PM2's list and fails where it is not there; `pm2 start FILE` of
apps that are on it restarts them; `pm2 resurrect` starts what was saved. A delete, or a start after one, changes the set.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Sequence

from checklist.facts.deploy.met import Met, Path
from checklist.facts.deploy.subject import STARTS
from checklist.model import Document

_CONFIG = re.compile(r"\.config\.[cm]?js$|\.(?:json|ya?ml)$|(?:^|/)ecosystem\.[cm]?js$")


def saved(paths: Iterable[Path]) -> frozenset[tuple[str, str]]:
    """The configs, as (folder, name), that some path starts and then saves: their apps are on the list."""
    return frozenset(
        config
        for path in paths
        for i, m in enumerate(path.met)
        if m.step.effect in STARTS and m.fate.normal and (config := _config(m)) is not None
        and any(o.step.effect == "save" and o.fate.normal and path.run.together(o.step, m.step) for o in path.met[i + 1 :])
    )  # fmt: skip


def changes_set(path: Path, n: int, apps: Sequence[Document], known: Collection[tuple[str, str]]) -> bool:
    """Whether a step may put a process on PM2's list, or take one off; `known` are the configs that were saved elsewhere."""
    m = path.met[n]
    if m.step.effect == "delete":
        return True
    if m.step.effect != "start" or _words(m)[:1] == ["resurrect"]:
        return False
    if any(o.step.effect == "delete" and path.run.together(o.step, m.step) for o in path.met[:n]):
        return True
    names = {a.value.text("name") for a in apps} | {"all"}
    targets = _targets(m)
    if targets and all(t in names or t.isdigit() for t in targets):
        return False
    return _config(m) not in known


def _config(m: Met) -> tuple[str, str] | None:
    file = next((t for t in _targets(m) if _CONFIG.search(t)), None)
    return None if file is None else (m.folder or "", posixpath.basename(file))


def _targets(m: Met) -> list[str]:
    """What a start names: words before the first flag."""
    words = _words(m)[1:]
    return words[: next((i for i, w in enumerate(words) if w.startswith("-")), len(words))]


def _words(m: Met) -> list[str]:
    """The words behind `pm2`, also those of the package script that is called."""
    commands = [list(m.step.argv or ()), *(m.step.body or ())]
    return next(([w for w in c[1:] if w not in ("-s", "--silent")] for c in commands if c[:1] == ["pm2"]), [])

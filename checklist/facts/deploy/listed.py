"""Which commands change the set of processes that PM2 brings back after a reboot (PM2 7.0.4, measured).

`pm2 start NAME`, with an id or `all`, restarts what is on PM2's list and fails where it is not there; `pm2 start FILE` of
apps that are on it restarts them; `pm2 resurrect` starts what was saved. A delete, or a start after one, changes the set.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Sequence

from checklist.facts.deploy.lacks import doubles
from checklist.facts.deploy.met import Met, Path
from checklist.facts.deploy.subject import CONFIG, STARTS
from checklist.facts.vocabulary import says
from checklist.model import Document

_PROGRAM = re.compile(r"(?:^|/)ecosystem\.[cm]?js$")
"""Meant as a config; PM2 runs it as a program (see pm2/config-name)."""
_FILE = re.compile(r"/|\.(?:[cm]?[jt]sx?|json\d?|ya?ml|sh|py)$")


def saved(paths: Iterable[Path]) -> frozenset[tuple[str, str]]:
    """The configs, as (folder, name), that some path starts and then saves: their apps are on the list."""
    return frozenset(
        config
        for path in paths
        for i, m in enumerate(path.met)
        if m.step.effect in STARTS and m.fate.normal and (config := _config(m)) is not None
        and any(o.step.effect == "save" and o.fate.normal and path.run.together(o.step, m.step) for o in path.met[i + 1 :])
    )  # fmt: skip


def facts(path: Path, n: int, apps: Sequence[Document], known: Collection[tuple[str, str]]) -> dict[str, object]:
    """{changes_set, past_config} of a step: see below; `known` are the configs that were saved elsewhere."""
    return {"changes_set": _changes_set(path, n, apps, known), "past_config": _past_config(path, n, apps)}


def _changes_set(path: Path, n: int, apps: Sequence[Document], known: Collection[tuple[str, str]]) -> bool:
    """Whether a step may put a process on PM2's list, or take one off."""
    m = path.met[n]
    if m.step.effect == "delete":
        return True
    if m.step.effect != "start" or _words(m)[:1] == ["resurrect"]:
        return False
    if any(o.step.effect == "delete" and path.run.together(o.step, m.step) for o in path.met[:n]):
        return True
    # what is stopped or restarted by a name is on the list; a file may be started for the first time
    listed = {t for o in path.met if o.step.effect in ("stop", "restart", "reload") for t in _targets(o) if not _FILE.search(t)}
    names = {a.value.text("name") for a in apps} | listed | {"all"}
    targets = _targets(m)
    if targets and all(t in names or t.isdigit() for t in targets):
        return False
    return _config(m) not in known


def _past_config(path: Path, n: int, apps: Sequence[Document]) -> str | None:
    """The config of the app that a step starts without it: `pm2 start server.js --name api`. None where the app is in none."""
    m = path.met[n]
    words, targets = _words(m), _targets(m)
    if m.step.effect != "start" or m.step.host == "container" or words[:1] != ["start"] or len(targets) != 1 or _config(m) is not None or says(path.entry.name, "desk"):
        return None
    given = next((words[i + 1] for i, w in enumerate(words[:-1]) if w in ("--name", "-n")), None)
    name = given or posixpath.splitext(posixpath.basename(targets[0]))[0]
    # a start by name is a restart; what doubles the process is another finding
    if (targets[0] == name and given is None) or targets[0].isdigit() or doubles(path.met, n):
        return None
    found = next((a.file for a in apps if a.value.text("name") == name), None)
    if found is None or posixpath.basename(found) in (m.step.branch or ""):
        return None
    # a start that is made only where there is no config is meant for that
    by_config = (o.step for o in path.met if (config := _config(o)) is not None and config[1] == posixpath.basename(found))
    return None if any(not path.run.together(m.step, other) for other in by_config) else found


def _config(m: Met) -> tuple[str, str] | None:
    file = next((t for t in _targets(m) if CONFIG.search(t) or _PROGRAM.search(t)), None)
    return None if file is None else (m.folder or "", posixpath.basename(file))


def _targets(m: Met) -> list[str]:
    """What a start names: words before the first flag."""
    words = _words(m)[1:]
    return words[: next((i for i, w in enumerate(words) if w.startswith("-")), len(words))]


def _words(m: Met) -> list[str]:
    """The words behind `pm2`, also those of the package script that is called."""
    commands = [list(m.step.argv or ()), *(m.step.body or ())]
    return next(([w for w in c[1:] if w not in ("-s", "--silent")] for c in commands if c[:1] == ["pm2"]), [])

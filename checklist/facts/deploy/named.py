"""The PM2 config that a command names, where the folder it runs in is known to have none of that name.

pm2 seeks a file in the folder where it runs, says "File ecosystem.config.js not found" and ends with 1 (PM2 7.0.4, measured).
"""

from __future__ import annotations

import posixpath

from checklist.facts.deploy.met import Path
from checklist.facts.deploy.steps import Step
from checklist.facts.deploy.subject import CONFIG, STARTS
from checklist.facts.deploy.writes import writes
from checklist.facts.folders import on_server
from checklist.facts.ignores import Ignores
from checklist.model import Project
from checklist.parse import recognise
from checklist.shell.parameters import UNSEEN
from checklist.shell.paths import REPOSITORY

_BRINGS = {"cp", "mv", "ln", "install", "scp", "rsync", "tee", "tar", "unzip", "envsubst", "sed"}


def not_there(project: Project, path: Path, n: int) -> str | None:
    """The config that a step names, None where it is there, may be, or the folder is not known.

    A folder is known where the script went to one of the repository, or where a job of GitHub's begins in the checkout.
    """
    step = path.met[n].step
    argv = step.argv or ()
    if step.effect not in STARTS or argv[:1] != ("pm2",) or len(argv) < 3 or UNSEEN in argv[2]:
        return None
    file, base = argv[2], posixpath.basename(argv[2])
    if base in (step.branch or "") or file.startswith(("/", "~", "-", REPOSITORY)) or not CONFIG.search(base):
        return None
    folder = _folder(project, step.directory, step.at.file.startswith(".github/") and step.host == "local")
    if folder is None or project.exists(here := posixpath.normpath(posixpath.join(folder, file))):
        return None
    # a script that stays in its own folder, where there is no package, is copied beside what it starts
    if folder == posixpath.dirname(step.at.file) and not project.exists(posixpath.join(folder, "package.json")):
        return None
    elsewhere = [f for f in project.files if posixpath.basename(f) == base and (recognise(f) or "").startswith("pm2.")]
    if not elsewhere or Ignores(project).decide(here) or path.run.unknown:
        return None
    if any(posixpath.basename(w.word) == base for w in writes(path.run)):
        return None
    return None if any(s.order < step.order and _may_bring(s, base) for s in path.run.steps) else here


def _may_bring(step: Step, base: str) -> bool:
    argv = step.argv
    if argv is None:
        return True
    return argv[0] in _BRINGS and step.effect != "archive" and any(base in w or "deploy" in w or w.endswith(("*", "/", ".")) for w in argv[1:])


def _folder(project: Project, directory: str | None, checkout: bool) -> str | None:
    if directory is None or UNSEEN in directory:
        return None
    if directory == REPOSITORY:
        return "" if checkout else None
    if directory.startswith(f"{REPOSITORY}/"):
        inside = directory.removeprefix(f"{REPOSITORY}/")
        return inside if any(f.startswith(f"{inside}/") for f in project.paths | project.files.keys()) else None
    return on_server(project, directory)

"""The lock file that `npm install` does not obey, and whether it is there at all."""

from __future__ import annotations

import posixpath
import re

from checklist.facts.deploy.met import Met, Path
from checklist.facts.deploy.steps import Step
from checklist.facts.folders import home
from checklist.model import Project
from checklist.parse import recognise

_COPIED = re.compile(r"(?im)^\s*(?:COPY|ADD)\b(?:.*(?:lock|shrinkwrap|\*)|(?: --\S+)* \.{1,2}/?\s)")
"""What brings a lock file into an image: its name, a pattern, or all there is."""


def ignored(project: Project, met: Met) -> str | None:
    """The lock file that `npm install` without a package does not obey; a runner's own steps are the rules' of CI."""
    argv = list(met.step.argv or ())
    if argv[:2] not in (["npm", "install"], ["npm", "i"]) or any(not w.startswith("-") for w in argv[2:]) or met.folder is None:
        return None
    # the lock file is made anew, or the script itself asks whether there is one
    if "--package-lock-only" in argv or re.search(r"package-lock|shrinkwrap", met.step.branch or ""):
        return None
    if met.step.host == "local" and met.step.at.file.startswith(".github/"):
        return None
    place = home(project, met.folder)
    # an image is built from the root or from the folder of its Dockerfile; beside a package.json it is the latter
    if recognise(met.step.at.file) == "dockerfile" and project.exists(posixpath.join(own := posixpath.dirname(met.step.at.file), "package.json")):
        place = own
    return next((name for name in ("package-lock.json", "npm-shrinkwrap.json") if project.exists(posixpath.join(place, name))), None)


def is_left_out(lock: str, project: Project, path: Path, step: Step) -> bool:
    """Whether the lock file is not there when packages are installed: removed before, or not copied into the image."""
    if recognise(step.at.file) == "dockerfile":
        return not _COPIED.search("\n".join(project.files[step.at.file].split("\n")[: step.at.line - 1]))
    before = [s for s in path.run.steps if s.order < step.order and s.directory == step.directory and s.argv is not None]
    return any(s.argv is not None and s.argv[0] == "rm" and any(posixpath.basename(w) == lock for w in s.argv) for s in before)

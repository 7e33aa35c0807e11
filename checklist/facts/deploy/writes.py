"""Files that a run writes: PM2 configs of its own, and files of the checkout that git tracks."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from checklist.facts.deploy.met import Path
from checklist.facts.deploy.path import Run
from checklist.facts.deploy.steps import Step
from checklist.model import Project, Value
from checklist.parse import recognise
from checklist.shell.parameters import UNSEEN
from checklist.shell.paths import joined

_EXECUTABLE = re.compile(r"[ugoa]*\+[rw]*x|0?7[0-7][0-7]")
# git commands that take nothing away from a changed file; the others may well put it right
_LEAVES = {"pull", "fetch", "merge", "clone", "status", "log", "rev-parse", "rev-list", "remote", "branch", "describe", "diff", "show", "tag", "ls-remote", "ls-files"}


@dataclass(frozen=True, slots=True)
class Write:
    """A file that a command writes."""

    step: Step
    word: str
    """As it is named there; may hold `*`."""
    back: bool = False
    """Whether something is copied or moved there: it may be what was there before."""
    mode: bool = False
    """Whether only its mode is changed."""


def writes(run: Run) -> Iterator[Write]:
    """Every file that is known to be written, as the commands come."""
    for step in run.steps:
        for word in step.prints_to:
            yield Write(step, word)
        argv = step.argv or ()
        named = [w for w in argv[1:] if not w.startswith("-")]
        if argv[:1] == ("tee",) or (argv[:1] == ("sed",) and any(re.match(r"-[a-zA-Z]*i|--in-place", w) for w in argv[1:])):
            yield from (Write(step, word) for word in named)
        elif argv[:1] in (("cp",), ("mv",)) and len(named) == 2 and "-n" not in argv:
            yield Write(step, named[1], back=True)
        elif argv[:1] == ("chmod",) and len(named) > 1 and _EXECUTABLE.fullmatch(named[0]) and "-R" not in argv:
            yield from (Write(step, word, mode=True) for word in named[1:])


def own_configs(project: Project, run: Run) -> list[tuple[str, Step]]:
    """(name, the step that writes it) of each PM2 config; one that is written only where it is not there yet is none here
    that the project has."""
    return [(posixpath.basename(w.word), w.step) for w in writes(run) if not w.back and not w.mode and (recognise(w.word) or "").startswith("pm2.") and not _only_absent(project, run, w)]


def _only_absent(project: Project, run: Run, write: Write) -> bool:
    name = posixpath.basename(write.word)
    asked = [fork.no for fork in run.forks if fork.predicate.path is not None and posixpath.basename(fork.predicate.path) == name]
    first = write.step.ran & -write.step.ran
    return any(run.tree.history(first) & way for way in asked) and any(posixpath.basename(f) == name for f in project.files)


def dirties(project: Project, path: Path) -> Value | None:
    """{text, file, always}: the first command that changes a tracked file of a checkout that this run updates with a plain
    `git pull`, and puts it right nowhere. Git then stops at the first commit that changes the file, with `--rebase` at any
    (git 2.39, measured)."""
    pulls = [m for m in path.met if m.fate.normal and m.step.argv is not None and m.step.argv[:2] == ("git", "pull") and "--autostash" not in m.step.argv]
    if project.tracked is None or any(_puts_right(s) for s in path.run.steps):
        return None
    found = list(writes(path.run))
    for pull in pulls:
        for write in found:
            if write.step.host != pull.step.host or not path.run.together(write.step, pull.step) or not path.run.normal(write.step):
                continue
            file = _tracked(project, write, pull.step.directory, pull.folder)
            if file is None or any(o is not write and o.word == write.word and (o.back or write.back) for o in found):
                continue
            always = any(w in ("--rebase", "-r") for w in pull.step.argv or ())
            return Value({"text": Value(write.step.text), "file": Value(file), "always": Value(always)}, write.step.at)
    return None


def _puts_right(step: Step) -> bool:
    argv = step.argv or ()
    if argv[:1] != ("git",) or len(argv) < 2 or argv[1] in _LEAVES:
        return False
    branch = argv[1] in ("checkout", "switch") and len(argv) == 3 and not re.match(r"-|\.$", argv[2])
    return not branch and not (argv[1] == "config" and "core.fileMode" not in argv)


def _tracked(project: Project, write: Write, checkout: str | None, folder: str | None) -> str | None:
    """The path of the file in the index, if it lies in the checkout; env files and build output are other rules'."""
    full = joined(write.step.directory, write.word)
    if checkout is None or folder is None or full is None or UNSEEN in full or not full.startswith(f"{checkout}/"):
        return None
    wanted = posixpath.join(folder, full[len(checkout) + 1 :])
    paths = (project.tracked or frozenset()) if "*" in wanted else (project.tracked or frozenset()) & {wanted}
    for path in sorted(paths):
        if not fnmatch.fnmatchcase(path, wanted) or path.count("/") != wanted.count("/") or recognise(path) == "env":
            continue
        if not write.mode or (project.executable is not None and path in project.files and path not in project.executable):
            return path
    return None

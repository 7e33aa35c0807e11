"""Archives of build output that are unpacked where an app lives."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from checklist.facts.deploy import subject
from checklist.facts.deploy.met import Met, Path
from checklist.facts.deploy.steps import Step
from checklist.facts.folders import build_dirs, has_bundler
from checklist.model import Document, Project, Unknown, Value
from checklist.shell.paths import joined

_UNPACKS = re.compile(r"(?:bsd)?tar (?:-?\w*x|(?:\S+ )*(?:-\w*x\w*|--extract|--get)(?: |$))|unzip (?!(?:\S+ )*-\w*[lptvz])|7z x ")


@dataclass(frozen=True, slots=True)
class Packed:
    """What the project's own scripts pack and ship."""

    output: frozenset[object]
    """The apps whose build output it is: to unpack that is the same fault."""
    other: frozenset[str]
    """The archives that hold something else, whatever they are called."""


def packed(paths: Iterable[Path]) -> Packed:
    """From all ways to deploy: what one script packs another may unpack."""
    put = [m for path in paths for m in path.met if m.step.effect in ("archive", "ship")]
    other = {name for m in put if m.step.effect == "archive" and m.output is None for name in subject.archives(m.step)}
    return Packed(frozenset(m.app.value.text("name") for m in put if m.app is not None and m.output is not None), frozenset(other))


def unpacked(project: Project, path: Path, last: int | None, apps: Sequence[Document], packages: Collection[Document], known: Packed) -> Value | None:
    """{text, output, app} of the first command that unpacks an archive named after the build output (dist.tar.gz) in the
    folder of the app that is restarted and runs its sources, and leaves it there."""
    app = path.met[last].app if last is not None else None
    runs = app.value.get("runs") if app is not None else None
    if last is None or app is None or runs is None or subject.has_own_build(app) or not (runs.content == "source" or isinstance(runs.content, Unknown)) or app.value.text("name") in known.output:
        return None
    # it may as well be a site's
    if any(has_bundler(project, p.value.text("directory") or posixpath.dirname(p.file)) for p in packages):
        return None
    for step in path.run.steps:
        name = _named(project, step, known)
        if name is None or not path.run.normal(step) or step.order > path.met[last].step.order or not path.run.together(step, path.met[last].step):
            continue
        place = joined(step.directory, _target(step.argv or ()))
        if place is None or not any(m.app is app and m.step.host == step.host and place in (m.step.directory, joined(m.step.directory, name)) for m in path.met):
            continue
        if subject.app(project, path.met[last].folder, replace(step, effect="archive"), apps, [app]) is app and not _removed(path.met[: last + 1], step, name):
            return Value(runs.content, step.at) if isinstance(runs.content, Unknown) else Value({"text": Value(step.text), "output": Value(name), "app": app.value.get("name") or Value(None)}, step.at)
    return None


def _named(project: Project, step: Step, known: Packed) -> str | None:
    """The build dir after which the archive that a step unpacks is called."""
    if step.argv is None or not _UNPACKS.match(" ".join(step.argv)):
        return None
    for word in map(posixpath.basename, step.argv[1:]):
        found = next((n for n in build_dirs(project.policy) if re.fullmatch(re.escape(n) + subject.ARCHIVE, word)), None)
        if found is not None and word not in known.other:
            return found
    return None


def _target(argv: Sequence[str]) -> str:
    for i, word in enumerate(argv[1:], 1):
        flag, sign, given = word.partition("=")
        if flag in ("-C", "-d", "--directory") and (sign or i + 1 < len(argv)):
            return given if sign else argv[i + 1]
    return "."


def _removed(met: Sequence[Met], unpack: Step, name: str) -> bool:
    return any(m.step.effect == "clean" and m.step.order > unpack.order and m.fate.normal and any(posixpath.basename(w.rstrip("/")) == name for w in m.step.argv or ()) for m in met)

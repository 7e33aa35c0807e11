"""The deploys that a project has already, and the names of those that are proposed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from checklist.facts.ci import OTHERS
from checklist.facts.vocabulary import says
from checklist.model import Document, Value, plain

DEPLOY, ROLLBACK, SMOKE = "scripts/deploy.sh", "scripts/rollback.sh", "scripts/smoke-test.sh"
START, WHICH = "scripts/start-release.sh", "scripts/which-release.sh"
SCRIPTS = (DEPLOY, ROLLBACK, START, WHICH, SMOKE)
"""Each calls others of them, as they are written here."""

_OURS = re.compile(r"^# (?:Written by onai-check init|Создан командой onai-check init)\.$", re.MULTILINE)
# programs that deploy and that are not followed; what lies deeper is a part of the service
_UNREAD = re.compile(
    r"(?i)(?:(?:scripts?|bin|tools|ops|deploy(?:ment)?|infra)/)?(?:[\w.-]*[-_.])?deploy(?:[-_.][\w.-]*)?\."
    r"(?:ps1|bat|cmd|py|rb|php|(?P<code>[cm]?js|ts))"
    r"|(?:.*/)?(?:capfile|fabfile\.py|deploy\.php|shipitfile\.[cm]?[jt]s|flightplan\.[cm]?js|appspec\.ya?ml)"
    r"|(?:.*/)?ansible/.+\.ya?ml"
)
_SERVER = re.compile(r"\b(?:ssh2?|scp|rsync|pm2)\b")
"""Of a program in JavaScript: others deploy a bot's commands or a contract."""
_DEPLOYS = re.compile(r"(?i)\b(?:ssh|scp|rsync|pm2)\b|deploy")
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


def ours(text: str | None) -> bool:
    """Whether a file is one that `init` has written, changed since then or not."""
    return bool(text and _OURS.search(text))


def other_systems(paths: Sequence[str]) -> tuple[str, ...]:
    """Files of CI systems other than GitHub's."""
    return tuple(f for f in paths if OTHERS.fullmatch(f))


def named(documents: Sequence[Document], texts: Mapping[str, str], paths: Sequence[str]) -> Iterator[str]:
    """What brings code and restarts the app already, with app and host; nothing that `init` has written.

    Scripts, jobs, make targets and npm scripts that were followed; PM2's own deploy; and, by what they are called or
    say, other CI systems and programs that are not followed.
    """
    for way, steps in _followed(documents):
        entry = way.text("entry") or ""
        if not ours(texts.get(entry.partition("#")[0])) and not entry.partition("#")[2].endswith("/post-deploy"):
            hosts = [h for s in steps if (h := s.text("host")) and h not in ("local", "remote") and h.isprintable()]
            apps = [str(a.content) for a in (way.get("apps") or Value(())).items() if a.content]
            told = ", ".join(dict.fromkeys([*apps, *hosts]))
            yield f"{entry} ({told})" if told else entry
    yield from (f"{d.file} (pm2 deploy {d.subject})" for d in documents if d.kind == "pm2.deploy")
    yield from (f for f in other_systems(paths) if _DEPLOYS.search(texts.get(f, "deploy")))
    for path in paths:
        found = _UNREAD.fullmatch(path)
        if found and "node_modules/" not in path and (not found["code"] or _SERVER.search(texts.get(path, ""))):
            yield path


def unchecked(documents: Sequence[Document]) -> Iterator[Restart]:
    """The last restart of each deploy after which nothing asks the app."""
    for path, steps in _followed(documents):
        if "#" in (path.text("entry") or ""):
            continue
        last = [s for s in steps if s.text("effect") in _STARTS][-1]
        file, line, folder = last.text("file"), plain(last.get("line")), last.get("directory")
        if file and line and not any(s.text("role") == "smoke_test" for s in steps):
            here = last.text("host") == "local" and folder is not None and isinstance(folder.content, str)
            lost = last.text("on_failure") == "continues"
            yield Restart(file, line, str(folder.content) if here and folder else None, (path.text("entry") or "") if lost else "")


def _followed(documents: Sequence[Document]) -> Iterator[tuple[Value, tuple[Value, ...]]]:
    """Each `deploy.path` that brings code and restarts the app, with its steps; no rollback."""
    for path in documents:
        entry = path.value.text("entry") or ""
        if path.kind == "deploy.path" and not says(posixpath.basename(entry), "back"):
            steps = (path.value.get("steps") or Value(())).items()
            effects = {s.text("effect") for s in steps}
            if effects & _BRINGS and effects & _STARTS:
                yield path.value, steps

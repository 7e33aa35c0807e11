"""Whether the log files that PM2 writes are rotated, as far as the repository says: one answer for the machine."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from checklist.model import Document, Project, Unknown, Value
from checklist.parse import recognise

ON_THE_SERVER = "the server may rotate them without the repository saying so"
_CONFIG = re.compile(r"(?:^|/)logrotate(?:\.d/|[\w.-]*\Z)|\.logrotate\Z")
_FILES = ("out_file", "error_file", "log_file")
# PM2 7.0.4 lib/Common.js:209, lib/Utility.js:262
_NOWHERE = ("/dev/null", "NULL", "\\\\.\\NUL")
# It writes no files unless it is told to (PM2 7.0.4 lib/binaries/Runtime4Docker.js:42).
_RUNTIME = re.compile(r"(?<![\w-])pm2-(?:runtime|docker)(?![\w-])")


def rotation(project: Project, apps: Sequence[Document], deploys: Sequence[Document]) -> Value | None:
    """`off` where PM2 writes no log file, `seen` where some text tells of rotation, `none` at the command that makes PM2
    start at boot where the project sets up the server and leaves rotation out, else unknown; None where no app is seen.

    `deploys` are the documents of commands.
    """
    writing = [a for a in apps if not _off(a)]
    if not apps:
        return None
    at = next((a.value.get(k) for a in writing for k in _FILES if _named(a.value.get(k))), None) or apps[0].value
    runtime = at is apps[0].value and any(_RUNTIME.search(t) for t in _texts(project))
    if not writing or runtime:
        return Value("off", at.at)
    if any(_CONFIG.search(p) for p in (*project.paths, *project.files, *(project.tracked or ()))) or any("logrotate" in t for t in project.files.values()):
        return Value("seen", at.at)
    setup = next((d for d in deploys if d.kind == "deploy.command" and _at_boot(d)), None)
    return Value("none", setup.place()) if setup else Value(Unknown(ON_THE_SERVER), at.at)


def _named(of: Value | None) -> bool:
    return of is not None and of.content not in (None, False, *_NOWHERE)


def _off(app: Document) -> bool:
    """Whether PM2 writes no log file of an app."""
    out, error, disabled = (app.value.get(key) for key in ("out_file", "error_file", "disable_logs"))
    nowhere = all(of is not None and of.content in _NOWHERE for of in (out, error))
    return (disabled is not None and disabled.content is True) or (nowhere and not _named(app.value.get("log_file")))


def _at_boot(command: Document) -> bool:
    words = [w.content for w in (command.value.get("argv") or Value(())).items()]
    return words[:2] == ["pm2", "startup"] or re.match(r"(?:sudo|env)\s[^|;&]*\bpm2 startup\b", command.value.text("text") or "") is not None


def _texts(project: Project) -> Iterator[str]:
    return (t for f, t in project.files.items() if recognise(f, t[:200]) in ("shell", "dockerfile", "package", "workflow", "makefile"))

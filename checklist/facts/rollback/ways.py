"""The ways that a project is run, and what they say together: does anything lead back, where are releases made and removed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

from checklist.facts.deploy.entries import is_shell
from checklist.facts.deploy.met import Path
from checklist.facts.deploy.path import Run
from checklist.facts.effects import changes_database, declares
from checklist.facts.rollback.links import Link, links
from checklist.facts.vocabulary import of_database, says, takes_back
from checklist.model import Content, Document, Project, Unknown, Value, value
from checklist.parse import recognise

_PROGRAM = re.compile(r"(?i)\.(?:sh|bash|py|js|mjs|cjs|ts|rb|php|ya?ml|ps1)$|(?:^|/)bin/[^/.]+$")
_TOOLS = re.compile(r"(?i)(?:^|/)(?:capfile|deploy\.php|shipitfile\.[cm]?[jt]s|flightplan\.[cm]?js|fabfile\.py|deploy\.rb)$|(?:^|/)ansible/|(?:^|/)playbooks?/")
_DEFINED = re.compile(r"(?m)^[ \t]*(?:([\w.-]+)[ \t]*:|(?:function[ \t]+)?(\w+)[ \t]*\(\)|[\"']?-*([\w-]+)[\"']?[ \t]*\))")
"""A target of make or a job, a function, a case of `case`, by its name."""

# a deploy that is told which commit is a rollback if it is told an earlier one
_ANY_COMMIT = re.compile(
    r"(?i)\bgit\b[^\n]*\b(?:checkout|reset|switch|worktree\s+add)\b[^\n]*\$\{?(?:1\b|\w*(?:ref|commit|sha|tag|version|revision)\b)|\bref:[ \t]*\$\{\{[^}\n]*\binputs\."
)

_FILLS = {"git", "cp", "rsync", "scp", "tar", "unzip", "mv", "npm", "pnpm", "yarn"}
RELEASE = re.compile(r"(?:^|[/:])releases/[^/]+")
_PRUNES = re.compile(
    r"\bxargs\b[^\n;]*\brm\b|\btail\s+(?:-n\s*)?\+\d|\bhead\s+(?:-n\s*)?-\d|\bgit\b[^\n]*\bworktree\s+(?:remove|prune)\b|\bfind\b[^\n]*(?:-delete|-exec\s+rm)"
    r"|\brm\s+-\w*r\w*\s[^\n]*releases?|(?i:prune[-_]?(?:old|rel)|prune\s*\(\)|clean_?up|keep_?releases)"
)


@dataclass(frozen=True, slots=True)
class Way:
    """A way that is run, with the links that it flips; `script` is its file if that is a script named for going back."""

    run: Run
    links: list[Link]
    script: str | None


def way(project: Project, path: Path) -> Way:
    name = path.entry.name
    back = says(posixpath.basename(name), "back") and is_shell(name, project.files.get(name, ""))
    return Way(path.run, list(links(path.run, again=back)), name if back else None)


def common(project: Project, ways: Sequence[Way], paths: Sequence[Document], deploys: Sequence[Document], targets: Sequence[Document], packages: Sequence[Document]) -> dict[str, Value]:
    """{deploys, way, releases, prunes}: `way` says whether anything leads back, `releases` where they are made."""
    steps = [step for w in ways for step in w.run.steps]
    made = next((s.at for s in steps if s.argv and _fills(s.argv)), None) or next((d.place() for d in deploys if _fills((d.value.text("text") or "").split())), None)
    texts = [t for f, t in project.files.items() if recognise(f, t[:200]) in ("shell", "workflow", "makefile")]
    # what a script that is not seen does, such as one of cron's, is not known; what is here may say it
    prunes = any(_PRUNES.search(t) for t in texts)
    return {
        "deploys": value(bool(paths)),
        "way": Value(_leads_back(project, texts, ways, paths, targets, packages), paths[0].place(("last_restart",)) if paths else None),
        "releases": Value(made is not None, made),
        "prunes": Value(prunes, made),
    }


def _fills(words: Sequence[str]) -> bool:
    """Whether a command puts files into a release of its own."""
    return bool(words) and words[0] in _FILLS and any(RELEASE.search(w) for w in words[1:])


def _leads_back(project: Project, texts: Sequence[str], ways: Sequence[Way], paths: Sequence[Document], targets: Sequence[Document], packages: Sequence[Document]) -> Content:
    seen = sorted({*project.files, *project.paths, *(project.tracked or ())})
    named = [(n, str(body.content)) for p in packages if (s := p.value.get("scripts")) is not None for n, body in s.members().items()]
    if (
        any(w.script and (w.links or not (of_database(w.script) or changes_database(project.files[w.script], project.policy))) for w in ways)
        or targets  # `pm2 deploy … revert 1`
        or declares("rollback", project.policy) is not None
        or any((_is_program(f) or _TOOLS.search(f)) and "node_modules/" not in f and not of_database(f) and not changes_database(project.files.get(f, ""), project.policy) for f in seen)
        or any(takes_back(n) and not changes_database(body, project.policy) for n, body in named)
        or any(_defines(t) or _ANY_COMMIT.search(t) for t in texts)
    ):
        return True
    backs = [b for p in paths if (b := p.value.get("rolls_back")) is not None]
    if any(b.content is True for b in backs):
        return True
    return next((b.content for b in backs if isinstance(b.content, Unknown)), False)


def _is_program(file: str) -> bool:
    """Whether a file is a program that is named for going back; `orderRollback.ts` is code of the service."""
    return _PROGRAM.search(file) is not None and says(posixpath.basename(file).lower(), "rollback")


def _defines(text: str) -> bool:
    return "back" in text.lower() and any(says(name := next(g for g in m.groups() if g), "rollback") and not of_database(name) for m in _DEFINED.finditer(text))

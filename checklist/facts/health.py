"""Where the service answers 200 when it is well, as the policy, the deploy, the PM2 config or the code says."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from checklist.facts.folders import is_frontend
from checklist.facts.placeholders import role
from checklist.model import Document, Project, Value, plain
from checklist.parse import env, recognise
from checklist.parse.lexer import HIDDEN, hide

_ROUTE = re.compile(r"""(?<![\w./-])(?:['"`])(/(?:[\w-]+/){0,3}(?:health(?:[-_]?check)?|healthz|livez|readyz|liveness|readiness|ping|status))/?['"`]""")
# Nest names a route in pieces
_CONTROLLER = re.compile(r"""@Controller\(\s*['"`]/?(health(?:[-_]?check)?|healthz)['"`]""")
# a `port: 6379` is often that of something else
_PORT = re.compile(r"""process\.env\.PORT[^\n;]{0,20}?(?:\?\?|\|\|)\s*['"]?(\d{2,5})\b|\.listen\(\s*(\d{2,5})\b|\b(?:const|let|var)\s+(?:PORT|port)\b[^\n=]*=\s*(\d{2,5})\b""")
_LOCAL = re.compile(r"https?://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?/[^\s'\"|;)<>?#][^\s'\"|;)<>]*")
_NAMED = re.compile(r"/(?:health|livez|liveness|readyz|readiness|ping|status)")
_SENT = re.compile(r"(?:^|/)(?:public|static)/")


def known(project: Project, apps: Sequence[Document], steps: Iterable[Document], packages: Iterable[Document]) -> Value | None:
    """The policy's `health_url`: as declared, else as the project has it, then without a place of its own."""
    told = project.policy.value.get("health_url")
    if told is None or told.at is not None:
        return told
    app = next((a.value for a in apps if _number(a.value.get("env", "PORT"))), Value({}))
    return Value(url(project, app, steps, served(project, project.sources, packages, apps))[0])


def served(project: Project, code: Mapping[str, str], packages: Iterable[Document], apps: Sequence[Document]) -> dict[str, str]:
    """The sources that neither a frontend is made of nor a browser is sent."""
    folders = [f for p in packages if (f := p.value.text("directory")) and is_frontend(project, f, list(apps), project.policy)]
    return {path: text for path, text in code.items() if not _SENT.search(path) and not any(path.startswith(f"{f}/") for f in folders)}


def url(project: Project, app: Value, steps: Iterable[Document], code: Mapping[str, str]) -> tuple[str, str]:
    """(the URL, the file or FILE:LINE that says so); "" where that is only what is usual."""
    told = project.policy.value.get("health_url")
    if told is not None and told.at is not None and isinstance(told.content, str) and not told.secret:
        return told.content, told.at.file
    for step in steps:
        if step.kind == "deploy.step" and step.value.text("effect") == "health_check":
            for word in (step.value.get("argv") or Value(())).items():
                # what a script asks besides is often another service
                if isinstance(word.content, str) and _LOCAL.fullmatch(word.content) and (step.value.text("role") == "smoke_test" or _NAMED.search(word.content)):
                    return re.split("[?#]", word.content)[0], f"{step.value.text('file')}:{plain(step.value.get('line'))}"
    port = _number(app.get("env", "PORT")) or _example_port(project, app.text("directory") or "") or _port(code) or "3000"
    routes = [*matches(_ROUTE, code), *matches(_CONTROLLER, code)]
    # what is named health comes before a ping or a status, and the shorter path before the longer
    best = min(routes, key=lambda r: ("health" not in r[2][1], r[2][1].count("/"), r[0], r[1]), default=None)
    if best is None:
        return f"http://localhost:{port}/health", ""
    return f"http://localhost:{port}/{best[2][1].lstrip('/')}", f"{best[0]}:{best[1]}"


def _number(of: Value | None) -> str | None:
    found = None if of is None or isinstance(of.content, bool) else of.content
    return str(found) if isinstance(found, int | str) and re.fullmatch(r"[1-9]\d{1,4}", str(found), re.ASCII) else None


def _example_port(project: Project, folder: str) -> str | None:
    """PORT in the example env file of the app's folder or the top; the file itself is not on every machine."""
    examples = (f for f in sorted(project.files) if recognise(f) == "env" and role(f) == "example" and posixpath.dirname(f) in (folder, ""))
    entries = (entry for f in examples for entry in env.entries(f, project.files[f]) if entry.name == "PORT")
    return next((port for entry in entries if (port := _number(entry.value))), None)


def _port(code: Mapping[str, str]) -> str | None:
    for _, text in sorted(code.items()):
        if _PORT.search(text):
            bare = "".join(was if now == HIDDEN else now for was, now in zip(text, hide(text), strict=True))  # without its comments
            if found := _PORT.search(bare):
                return next(group for group in found.groups() if group)
    return None


def matches(pattern: re.Pattern[str], code: Mapping[str, str]) -> Iterator[tuple[str, int, re.Match[str]]]:
    """(file, line, match) of a pattern in sources, in the order of their paths."""
    for file, text in sorted(code.items()):
        for found in pattern.finditer(text):
            yield file, text.count("\n", 0, found.start()) + 1, found

"""What an app runs: its sources, build output, a server of files, or something that is not Node."""

from __future__ import annotations

import posixpath
import re

from checklist.facts.folders import above
from checklist.facts.places import within
from checklist.facts.pm2.runs import Run, program
from checklist.model import Content, Document, Project, Unknown, Value

_STATIC = {"serve", "http-server", "live-server", "pm2-serve"}
# What is installed in a Python environment: `./venv/bin/celery`.
_VENV = re.compile(r"(?:^|/)\.?v?env\d*/bin/")
_OTHERS = {
    "python", "python3", "java", "php", "ruby", "go", "cargo", "dotnet", "gunicorn", "uvicorn", "hypercorn", "celery", "flask", "streamlit",
    "bundle", "rails", "puma", "ngrok", "cloudflared", "caddy", "nginx", "redis-server",
}  # fmt: skip
_TYPESCRIPT = {"tsx", "ts-node", "ts-node-esm", "ts-node-dev", "tsnd", "esno", "swc-node"}


def entry_file(run: Run, directory: str, package: Document | None, project: Project, known: frozenset[str]) -> str | None:
    """The repository's path of the file that is run in the end; only its name where that lies elsewhere."""
    entry = run.entry
    if entry in (".", "./"):
        entry = (package.value.text("main") if package else None) or "index.js"
    return None if entry is None else within(entry, directory, project, known) or posixpath.basename(entry)


def starts_with(script: Value | None, run: Run, entry: str | None, project: Project, *, here: bool, as_it_is: bool = False) -> Content:
    """`source`, `build`, `static` (a server of files), `other` (no Node), or unknown, which counts as source only where
    nothing speaks against it. `as_it_is`: PM2 puts no interpreter before it."""
    if script is None or not run.command:
        why = script.content.why if script and isinstance(script.content, Unknown) else "no script is given"
        return Unknown(why, Value("source"))
    name = program(run.command[0])
    # Vite serves a client, built or not
    if name in _STATIC or name == "vite" or run.command[:2] == ("pm2", "serve"):
        return "static"
    build_dirs = [d.content for d in (project.policy.value.get("build_dirs") or Value(())).items()]
    written = entry if entry is not None else ""
    if any(f"/{d}/" in f"/{written}" for d in build_dirs if isinstance(d, str)):
        return "build"
    if written.endswith((".py", ".rb", ".php", ".jar")) or name in _OTHERS or _VENV.search(run.command[0]):
        return "other"
    if as_it_is and not here and run.entry is not None and "." not in posixpath.basename(run.entry):
        return "other"  # a program of the machine or one that is compiled
    if name == "nest" and run.command[1:2] == ("start",):
        return Unknown("what it runs in the end is not seen here")  # it compiles, then starts what it has compiled
    if name in ("bash", "sh") or written.endswith((".sh", ".bash")):
        return Unknown("a shell script starts it")
    if entry is not None and not here and name not in _TYPESCRIPT and not entry.endswith((".ts", ".tsx", ".mts", ".cts")):
        return Unknown("the file that it runs is not in the project")
    if entry is not None or name in _TYPESCRIPT:
        return "source"
    return Unknown("what it runs in the end is not seen here", Value("source"))


def is_here(run: Run, entry: str | None, config: str, project: Project) -> bool:
    """Whether a file that Node would find under this name is in the project, as far as its paths were seen; of a folder
    on the server it is not known which one here it is: the config's, or one above."""
    if entry is None or run.entry is None or config not in project.paths:
        return True
    places = (entry, *(posixpath.normpath(posixpath.join(folder, run.entry)) for folder in above(posixpath.dirname(config))))
    return any(project.exists(place + ending) for place in places for ending in ("", ".js", ".cjs", ".mjs", ".json", ".ts", "/index.js"))

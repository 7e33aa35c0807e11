"""Where an app's `script` points: a file that is there, one that only lacks its ending, build output, or nothing.

PM2 resolves it from `cwd`, else from the folder in which pm2 is called, needs the ending, and looks the word up in PATH
where there is no such file (PM2 7.0.4 lib/Common.js:105-150). The folder of the call is not known here: a file counts as
there if it lies in the config's folder or in any above, or where a deploy script calls pm2 with the config.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from checklist.facts.folders import above, build_dirs
from checklist.facts.ignores import Ignores
from checklist.facts.outputs import produced, written
from checklist.model import Content, Document, Project, Unknown, Value, value
from checklist.parse import recognise

_ENDINGS = (".js", ".cjs", ".mjs", ".ts")
_SOURCES = (".ts", ".tsx", ".mts", ".cts", ".coffee", ".jsx")
_BUILDS = re.compile(
    r"(?i)\b(?:t?tsc|tspc|tsgo|build\w*|compile\w*|transpile\w*|bundle\w*|babel|swc|esbuild|webpack|rollup|vite|nest|tsup|tsdown|unbuild|pkgroll|parcel|ncc|nx|turbo|gulp|grunt|make|coffee|bun)\b"
)
_TEXTS = ("workflow", "shell", "makefile", "dockerfile")
_TOOLS = ("Gruntfile.js", "gulpfile.js", "webpack.config.js", "rollup.config.js", "esbuild.js", "build.js", "nx.json", "turbo.json", ".swcrc", "nest-cli.json", "lerna.json")


def script_file(
    script: Value | None, cwd: Value | None, config: str, project: Project, packages: Sequence[Document], known: frozenset[str]
) -> Mapping[str, Content]:
    """{state, path, built}: `state` is there, command, elsewhere, build, extension, missing, or unknown; `built` says
    whether anything here makes the build output (null where that is not asked)."""
    base = posixpath.dirname(config)
    if script is None:
        return _told("command")
    if not isinstance(script.content, str):
        return _told(Unknown("not known here"))
    text = script.content
    if " " in text.strip() or not text or text == "serve":
        return _told("command")
    if cwd is not None and not isinstance(cwd.content, str):
        return _told(Unknown("it is a path that is not known"))
    bases = _bases(cwd.content if cwd is not None and isinstance(cwd.content, str) else "", base, project.root)
    root = project.root.rstrip("/") + "/"
    if text.startswith("/"):
        bases, text = ([""], text[len(root) :]) if text.startswith(root) else ([], text)
    paths = [p for p in (posixpath.normpath(posixpath.join(b, text)) for b in bases) if not p.startswith("..")]
    if not paths:
        return _told("elsewhere")
    for path in paths:
        if project.exists(path) or path in known:
            return _told("there", path)
    bare = "/" not in text and "." not in text
    found = _absent(paths, project, packages, known, bare=bare)
    return _told("elsewhere", paths[0]) if found["state"] == "missing" and _is_copied(config, project) else found


def found_by_deploys(app: Document, steps: Iterable[Document], project: Project) -> Document:
    """The app, its script looked for as well in the folder in which a deploy calls PM2 with the config: without `cwd` PM2
    takes it from there (`cd .next/standalone && pm2 start ../../ecosystem.config.js`)."""
    of, script = app.value.get("script_file"), app.value.text("script")
    if of is None or of.text("state") != "missing" or script is None or app.value.text("cwd") is not None:
        return app
    for step in steps:
        folder, argv = step.value.text("directory"), [w.content for w in (step.value.get("argv") or Value(())).items()]
        if not folder or argv[:1] != ["pm2"] or not any(isinstance(w, str) and posixpath.basename(w) == posixpath.basename(app.file) for w in argv):
            continue
        path = posixpath.normpath(posixpath.join(folder, script))
        if project.exists(path) or not any(p.startswith(f"{folder}/") for p in (*project.files, *project.paths)):
            told = value(_told("there" if project.exists(path) else "elsewhere", path), of.at)
            return replace(app, value=replace(app.value, content={**app.value.members(), "script_file": told}))
    return app


def _is_copied(config: str, project: Project) -> bool:
    """Whether an image gets the config: its script lies beside it there."""
    copies = re.compile(rf"(?im)^\s*(?:COPY|ADD)\b.*[\s/]{re.escape(posixpath.basename(config))}\s")
    return any(copies.search(text) for file, text in project.files.items() if recognise(file) == "dockerfile")


def namesake(options: Mapping[str, Value], directory: str, project: Project, packages: Sequence[Document]) -> str | None:
    """The folder of the only package that is called as the app is, where it makes the script, the config's own folder does
    not, and no cwd is said: PM2 is called there, or the config is copied to it."""
    name, script = options.get("name"), options.get("script")
    text = script.content if script is not None and isinstance(script.content, str) else ""
    built, below, _ = text.removeprefix("./").partition("/")
    if name is None or not below or "cwd" in options or text.startswith(("/", "~", "..")) or project.exists(posixpath.join(directory, text)):
        return None
    found = [p.value.text("directory") or "" for p in packages if p.value.text("name") == name.content]
    made = len(found) == 1 and produced(project, found[0], built, (), packages) and not produced(project, directory, built, (), packages)
    return found[0] if made else None


def _bases(cwd: str, base: str, root: str) -> list[str]:
    """The folders of the project in which a relative script may be sought; none if it is somewhere else."""
    if cwd.startswith("/"):
        root = root.rstrip("/") + "/"
        return [posixpath.relpath(cwd, root).removeprefix(".") or ""] if f"{posixpath.normpath(cwd)}/".startswith(root) else []
    return [posixpath.join(folder, cwd) for folder in above(base)]


def _absent(paths: Sequence[str], project: Project, packages: Sequence[Document], known: frozenset[str], *, bare: bool) -> Mapping[str, Content]:
    path = paths[0]
    for candidate in paths:
        if any(project.exists(candidate + ending) for ending in _ENDINGS) and not _dependency(posixpath.basename(candidate), packages):
            return _told("extension", candidate)
    if bare:
        return _told("command")
    if any(part == "node_modules" or part.startswith(".") for part in path.split("/")):
        return _told("elsewhere", path)
    dirs = build_dirs(project.policy)
    for candidate in paths:
        name = next((d for d in dirs if f"/{d}/" in f"/{candidate}"), None)
        if name is not None:
            folder = f"/{candidate}".split(f"/{name}/")[0].strip("/")
            if _typescript(candidate, name, project, packages):
                return _told("extension", candidate)
            return _told("build", candidate, built=_may_be_built(project, folder, name, packages))
    if any(_written(candidate, project, packages) for candidate in paths):
        return _told("build", path)
    stem = posixpath.splitext(path)[0]
    if any(project.exists(posixpath.splitext(p)[0] + ending) for p in paths for ending in _SOURCES):
        return _told(Unknown("a build may write it beside its source"), path)
    certain = [p for p in paths if _holds_code(posixpath.dirname(p), project, known)]
    return _told("missing", certain[0]) if certain and stem else _told("elsewhere", path)


def _typescript(path: str, name: str, project: Project, packages: Sequence[Document]) -> bool:
    """Whether `dist/main` is what a compiler makes `dist/main.js` of: its TypeScript source is there under that name."""
    if "." in posixpath.basename(path):
        return False
    folder, _, rest = f"/{path}".partition(f"/{name}/")
    sources = [posixpath.join(folder.strip("/"), s) for s in (f"src/{rest}.ts", f"{rest}.ts")]
    compiled = any(re.search(r"--compile\b|\b(?:pkg|nexe|caxa)\b", str(s.content)) for p in packages for s in (p.value.get("scripts") or Value({})).members().values())
    return not compiled and any(project.exists(s) for s in sources)


def _may_be_built(project: Project, folder: str, name: str, packages: Sequence[Document]) -> bool:
    """Whether anything at all here may make a build dir; a word that smells of building is enough."""
    if any(produced(project, f, name, (), packages) for f in above(folder)):
        return True
    path = posixpath.join(folder, name)
    if any(p == path or p.startswith(path + "/") for p in (*project.paths, *(project.tracked or ()))):
        return True
    if any(_BUILDS.search(f"{k} {s.content}") for p in packages for k, s in (p.value.get("scripts") or Value({})).members().items()):
        return True
    if any(posixpath.basename(p) in _TOOLS or "tsconfig" in p for p in (*project.paths, *project.files)):
        return True
    return any(_BUILDS.search(text) for file, text in project.files.items() if recognise(file, text[:200]) in _TEXTS)


def _written(path: str, project: Project, packages: Sequence[Document]) -> bool:
    """Whether git ignores the file, or a build script writes the folder that it lies in: it is made, not written."""
    if Ignores(project).decide(path) is not None:
        return True
    for package in packages:
        folder = package.value.text("directory") or ""
        for script in (package.value.get("scripts") or Value({})).members().values():
            outs = written(project, folder, script.content) if isinstance(script.content, str) else ()
            if any(path == out or path.startswith(out + "/") for out in outs):
                return True
    return False


def _dependency(name: str, packages: Sequence[Document]) -> bool:
    """Whether a bare word is a program that a dependency brings."""
    return any(p.value.get(kind, name) is not None for p in packages for kind in ("dependencies", "devDependencies"))


def _holds_code(folder: str, project: Project, known: frozenset[str]) -> bool:
    """Whether a folder is certainly one that apps are kept in: code that is no tool's config lies in it."""
    return folder in known and any(
        posixpath.dirname(p) == folder and p.endswith((".js", ".mjs", ".cjs", *_SOURCES)) and ".config." not in p and recognise(p) is None
        for p in (*project.paths, *project.files, *(project.tracked or ()))
    )


def _told(state: Content, path: str | None = None, *, built: bool | None = None) -> Mapping[str, Content]:
    return {"state": state, "path": path, "built": built}

"""Can a build write a certain folder here: what package scripts, compilers' configs, entries and the folder itself say."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from checklist.facts.folders import above, for_browsers, home, scripts
from checklist.model import Document, Project
from checklist.parse import json, recognise

# Where a tool writes when its command line does not say otherwise (the tools' documentation, 2025). Not here: rollup and
# rspack, whose config decides; a `--config` of another tool decides as well.
_DEFAULTS = {
    "dist": r"nest\s+build|tsup|tsdown|unbuild|pkgroll|webpack|vite\s+build|parcel\s+build|ncc\s+build|ng\s+build|vue-cli-service\s+build|astro\s+build|rsbuild\s+build|microbundle|vinxi\s+build|bunchee",
    "build": r"react-scripts\s+build|react-app-rewired\s+build|craco\s+build|preact\s+build|remix\s+build|react-router\s+build|docusaurus\s+build|node\s+ace\s+build",
}
_OUT = re.compile(r"(?:--(?:out-?dir|outDir|dist-dir|output-path|out-file|outfile|out|output|dest|dir)|-d|-o)[= ]+['\"]?(?:\./)?([\w.][\w./-]*)")
_BUILDS = re.compile(r"(?:pre|post|re)?(?:build|compile|bundle|dist)|prepa(?:re|ck)|prepublish", re.IGNORECASE)
_TSC = re.compile(r"(?<![\w./-])(?:tsc|ttsc|tspc|tsgo)(?![\w./-])(?!.*--noEmit)(?:.*?(?:-p|--project|-b|--build)[= ]+['\"]?([\w./-]+))?")
# `tsc -b` builds what the config refers to; Nx and the like know outputs that stand in files of theirs
_REFERENCES = re.compile(r"(?<![\w./-])tsc\b.*\s(?:-b|--build)\b|(?<![\w./-])nx\b")
_NEST = re.compile(r"(?<![\w./-])(?:nest\s+(?:start|build)|tsc-watch|gulp|grunt)\b")
_PROGRAM = re.compile(r"(?<![\w./-])(?:node|tsx|ts-node|bun|sh|bash|make|just|rake)\s|\.sh\b")
_COMMANDS = ("shell", "workflow", "makefile", "dockerfile")


def produced(
    project: Project, folder: str, name: str, apps: Sequence[Document], packages: Sequence[Document], *, clients: bool = True
) -> tuple[str, str] | None:
    """What makes a build dir of a folder, `npm run build` or the name of a config, and the path that it writes in it;
    None if nothing here would make it. Without `clients`, what is made for browsers does not count."""
    return next(_evidence(project, folder, name, apps, packages, clients), None)


@lru_cache(maxsize=2)
def _tsconfigs(project: Project) -> dict[str, list[str]]:
    """Those of each folder."""
    found: dict[str, list[str]] = {}
    for file in sorted(project.files):
        if posixpath.basename(file).startswith("tsconfig"):
            found.setdefault(posixpath.dirname(file), []).append(file)
    return found


def _evidence(
    project: Project, folder: str, name: str, apps: Sequence[Document], packages: Sequence[Document], clients: bool
) -> Iterator[tuple[str, str]]:
    path = posixpath.join(folder, name)
    for around in above(folder):
        for script, text in scripts(project, around).items():
            for place, part in _placed(around, text):
                if place == folder and (clients or not for_browsers(project, place, part)):
                    yield from ((f"npm run {script}", out) for out in written(project, place, part) if _below(out, path))
    for file in _tsconfigs(project).get(folder, ()):
        output = _tsconfig_out(project, file)
        if output is not None and _below(output, path) and _compiled(project, folder, output):
            yield file, output
    for package in packages:
        main = package.value.text("main")
        # an entry without anything that builds it is left over from `npm init` or from before
        if not any(_BUILDS.match(script) for script in scripts(project, folder)):
            continue
        if (package.value.text("directory") or "") == folder and main:
            entry = posixpath.normpath(posixpath.join(folder, main))
            if _below(entry, path):
                yield posixpath.join(folder, "package.json"), entry
    # a config in a folder that is no package, such as deploy/: where its relative script lies is decided where pm2 runs
    for app in apps if home(project, folder) == folder else ():
        entry = app.value.text("entry") or ""
        # an absolute cwd is a folder on the server: what lies there need not be this one
        if _below(entry, path) and not (app.value.text("cwd") or "").startswith(("/", "~")):
            yield app.file, entry


def _placed(folder: str, script: str) -> Iterator[tuple[str, str]]:
    """The commands of an npm script with the folder that each runs in; one elsewhere than in the repository is left out."""
    place = folder
    for part in re.split(r"&&|;|\|\|", script):
        moved = re.match(r"\s*cd\s+([^\s&;|]+)\s*\Z", part)
        if moved is None:
            yield place, part
        elif moved[1].startswith(("/", "~", "$")):
            return
        else:
            place = posixpath.normpath(posixpath.join(place, moved[1]))
            place = "" if place == "." else place


def _compiled(project: Project, folder: str, output: str) -> bool:
    """Whether something may run a compiler by the tsconfig of a folder, or has: one that nothing runs is for the editor.

    What the scripts around the folder write is known; here it is about the compilers that say no folder of their own, and
    builds by programs that are not followed.
    """
    if any(_below(path, output) for path in (*project.paths, *(project.tracked or ()))):
        return True
    own = scripts(project, folder)
    if any(_BUILDS.match(name) and _PROGRAM.search(text) for name, text in own.items()) or any(_NEST.search(text) for text in own.values()):
        return True
    if any(_REFERENCES.search(text) for around in above(folder) for text in scripts(project, around).values()):
        return True
    texts = (text for file, text in project.files.items() if "tsc" in text and recognise(file, text[:200]) in _COMMANDS)
    return any(_TSC.search(line) and not _OUT.search(line) for text in texts for line in text.split("\n"))


def written(project: Project, folder: str, script: str) -> Iterator[str]:
    """The paths that a script's compilers and bundlers write into."""
    given = _OUT.findall(script)
    if given:
        yield from (posixpath.normpath(posixpath.join(folder, out)) for out in given)
        return
    tsc = _TSC.search(script)
    if tsc:
        config = tsc[1] or "tsconfig.json"
        config = config if config.endswith(".json") else posixpath.join(config, "tsconfig.json")
        output = _tsconfig_out(project, posixpath.normpath(posixpath.join(folder, config)))
        if output is not None:
            yield output
    # SvelteKit has Vite write elsewhere; adapter-node's own default is build/ (svelte.dev, 2026)
    kit = '"@sveltejs/kit"' in project.files.get(posixpath.join(folder, "package.json"), "")
    for name, tools in _DEFAULTS.items():
        if kit and re.search(r"(?<![\w./-])vite\s+build", script):
            yield posixpath.join(folder, "build")
        elif re.search(rf"(?<![\w./-])(?:{tools})(?![\w-])(?!.*--config)", script):
            yield posixpath.join(folder, name)


def _tsconfig_out(project: Project, file: str, seen: tuple[str, ...] = ()) -> str | None:
    """The folder that a tsconfig writes into, followed through `extends`; None if it writes none or is not here."""
    text = project.files.get(file)
    of = json.parse(file, text, comments=True).value if text is not None and file not in seen else None
    if of is None:
        return None
    if (no_emit := of.get("compilerOptions", "noEmit")) is not None and no_emit.content is True:
        return None
    here = posixpath.dirname(file)
    out = of.text("compilerOptions", "outDir") or of.text("compilerOptions", "declarationDir")
    if out is not None:
        return posixpath.normpath(posixpath.join(here, out.replace("${configDir}/", "")))
    base = of.text("extends")
    if base is None or not base.startswith("."):
        return None
    base = posixpath.normpath(posixpath.join(here, base if base.endswith(".json") else f"{base}.json"))
    return _tsconfig_out(project, base, (*seen, file))


def _below(path: str, folder: str) -> bool:
    path = posixpath.normpath(path)
    return path == folder or path.startswith(f"{folder}/")

"""What a folder of the project is: whose it is, whether it is a frontend, what its build writes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from checklist.model import Document, Project, Value
from checklist.parse import json

# Config files of tools that make what a browser loads (their own documentation, 2025).
_TOOLS = ("vite", "webpack", "next", "nuxt", "vue", "svelte", "astro", "remix", "quasar", "rsbuild", "rspack", "craco", "react-router")
_CONFIGS = (*(f"{tool}.config" for tool in _TOOLS), "gatsby-config", "ember-cli-build", ".umirc")
_BUNDLERS = ("angular.json", ".parcelrc", *(f"{name}.{ending}" for name in _CONFIGS for ending in ("js", "ts", "mjs", "cjs", "mts", "cts")))

_FRONTEND_BUILDS = re.compile(
    r"(?<![\w-])(?:(?:react-scripts|react-app-rewired|craco|vue-cli-service|ng|next|nuxt|nuxi|astro|gatsby|vite|quasar|rsbuild|umi|max|ember"
    r"|preact|parcel|remix|react-router|docusaurus|vuepress|vitepress|elm-app|expo)(?:\s+[\w:-]+)*?\s+(?:build|export|generate))(?![\w-])"
)
_ROOTS = ("", "client", "frontend", "web", "webapp", "app", "ui", "src", "src/client", "packages/client")
# "old/" and "legacy/" may well be what production runs
_RETIRED = re.compile(r"(?i)(?:^|/)[._]?(?:archived?(?:[-_](?:files|code|scripts))?|backups?|deprecated|trash|graveyard)/")

PERSONAL = re.compile(r"/(?:Users|Volumes)/|[A-Za-z]:[\\/]")
"""The beginning of a folder on somebody's own machine; a server may be a Mac or Windows as well, but is not in development."""


def build_dirs(policy: Document) -> tuple[str, ...]:
    """The names of the policy's build folders, without slashes around them."""
    given = policy.value.get("build_dirs") or Value(())
    return tuple(d.content.removeprefix("./").strip("/") for d in given.items() if isinstance(d.content, str))


def is_retired(path: str) -> bool:
    """Whether a file was put away: what lies under archive/ is not run any more unless something else runs it."""
    return _RETIRED.search(path) is not None


def home(project: Project, folder: str) -> str:
    """The folder of the package.json that governs a folder: the nearest at or above it; the root where there is none."""
    return next((place for place in above(folder) if project.exists(posixpath.join(place, "package.json"))), "")


def on_server(project: Project, path: str) -> str | None:
    """The folder of the repository that one on another machine is: the longest end of its path with a package.json here."""
    parts = path.strip("/~").split("/")
    return next((end for i in range(len(parts)) if project.exists(posixpath.join(end := "/".join(parts[i:]), "package.json"))), None)


def above(folder: str) -> Iterator[str]:
    """A folder and all above it, up to the root: "" or, of a path on a machine, "/"."""
    yield folder
    while (higher := posixpath.dirname(folder)) != folder:  # of "/" that is "/", of "//" "//"
        yield (folder := higher)


def of_code(project: Project, entry: str | None, directory: str) -> str:
    """Where the code of an entry is, which need not be below the folder that it runs in. What is still to be built is not
    there, but the package that it is to lie in is."""
    folder = posixpath.dirname(entry or "")
    in_package = any(project.exists(posixpath.join(f, "package.json")) for f in above(folder) if f)
    return folder if in_package or (entry is not None and project.exists(entry)) else directory


def is_frontend(project: Project, folder: str, apps: Sequence[Document], policy: Document) -> bool:
    """Whether a folder's build output is what it is for: policy names it, or it has a bundler and no PM2 app there.

    An app that only serves files (`serve -s dist`) makes no folder a service.
    """
    named = {f.content.removeprefix("./").strip("/") for f in (policy.value.get("frontends") or Value(())).items() if isinstance(f.content, str)}
    if any(f in named for f in above(folder)):
        return True
    place = home(project, folder)
    if any(_runs_in(app, place, project) for app in apps):
        return False
    return has_bundler(project, place)


def has_bundler(project: Project, folder: str) -> bool:
    """Whether a frontend bundler's config lies in a folder, or its package's build script calls one."""
    return any(project.exists(posixpath.join(folder, name)) for name in _BUNDLERS) or any(
        _FRONTEND_BUILDS.search(script) for name, script in scripts(project, folder).items() if name.split(":")[0] == "build"
    )


def for_browsers(project: Project, folder: str, command: str) -> bool:
    """Whether a command makes what a browser loads: beside a server that is its client, no build of the server.

    Vite builds an app from an index.html (Vite 7 manual), which may lie in the folder that its config calls `root`;
    without one it is a library or a server.
    """
    if not _FRONTEND_BUILDS.search(command) or "--ssr" in command:
        return False
    return not re.search(r"(?<![\w-])vite\b", command) or any(project.exists(posixpath.join(folder, root, "index.html")) for root in _ROOTS)


def scripts(project: Project, folder: str) -> Mapping[str, str]:
    """The npm scripts of the package.json in a folder."""
    return _scripts(project.files.get(posixpath.join(folder, "package.json"), ""))


@lru_cache(maxsize=256)
def _scripts(text: str) -> Mapping[str, str]:
    of = json.parse("package.json", text).value if text else None
    found = of.get("scripts") if of else None
    return {k: v.content for k, v in found.members().items() if isinstance(v.content, str)} if found else {}


def _runs_in(app: Document, folder: str, project: Project) -> bool:
    if app.value.text("starts") in ("static", "other"):
        return False
    entry = app.value.text("entry")
    places = [home(project, app.value.text("directory") or "")]
    if entry is not None:
        places.append(home(project, posixpath.dirname(entry)))
    return folder in places

"""Documents and sources → what a deploy of this project has to know, and where that was seen."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from checklist.facts import health
from checklist.facts.folders import has_bundler, is_frontend
from checklist.facts.placeholders import role
from checklist.facts.vocabulary import takes_back
from checklist.model import Document, Project, Value, plain
from checklist.parse import env as env_parser
from checklist.parse import markdown, recognise, usage
from checklist.propose.deploys import Restart, named, other_systems, ours, unchecked

_CODE = re.compile(r"(?i)(?!(?:.*/)?(?:tests?|__tests__|__mocks__|e2e|cypress|examples?|migrations|public|static)/)(?!.*(?:\.(?:test|spec|stories|min|d)|\.config)\.\w+$).*\.(?:[cm]?[jt]s|tsx|jsx)")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
# names are anybody's: what is no plain path is put into no script
_PATH = re.compile(r"[\w./ @+-]*")
_READS_FILE = re.compile(r"""(?:config|loadEnvFile|env-file)\w*\s*[(=][^)\n]*?['"`]?((?:[\w./-]*/)?(?:\.env[\w.-]*|[\w-]+\.env))(?=['"`\s)])""")
# set by Node, npm, PM2 or the system, not by an env file
_GIVEN = re.compile(r"NODE_ENV|NODE_APP_INSTANCE|CI|HOME|PATH|PWD|USER|SHELL|TERM|TZ|LANG|HOSTNAME|DEBUG|npm_\w+|pm_\w+|PM2_\w+")
_BROWSER = re.compile(r"^(?:react|vue|preact|svelte|solid-js|@angular/core|lit)$")
_NO_TEST = re.compile(r"no test specified")


@dataclass(frozen=True, slots=True)
class Seen:
    """A value, and the file or key that says so; `where` is "" where it is only what is usual."""

    value: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Home:
    """Where PM2 is told to run an app."""

    app: str
    cwd: str | None
    """As it is written; None where it is not, or not known."""
    folder: str
    """The folder in the repository."""
    line: int


@dataclass(frozen=True, slots=True)
class Survey:
    """What is known of the project, as far as a deploy needs it."""

    apps: tuple[str, ...]
    """Names of the PM2 apps that one config starts; empty where none can be told."""
    config: str
    """Path of that PM2 config."""
    folder: str
    """The folder of the app's package."""
    runs: Seen
    """`source` or `build`."""
    entry: str
    """What is started, relative to `folder`."""
    build_dirs: tuple[str, ...]
    health: Seen
    silent: bool
    """Nothing can ask the apps: they listen nowhere."""
    env_file: Seen
    env_names: tuple[str, ...]
    example: str
    """The example env file that is there, "" for none."""
    environment: str
    """`production` where the PM2 config has an env_production."""
    frontends: tuple[str, ...]
    root: str
    """The folder on the server that holds the releases."""
    branch: str
    manager: str
    lock: str | None
    """The folder with the lock file: the app's own, or the root of its workspaces; None where there is none."""
    node: Seen
    """Version of Node.js, or the file that names it."""
    scripts: Mapping[str, str]
    typed: bool
    deploys: tuple[str, ...]
    """What deploys already, with what it does."""
    unchecked: tuple[Restart, ...]
    rollbacks: tuple[str, ...]
    workflows: tuple[str, ...]
    """Workflows of its own that deploy already."""
    other_ci: tuple[str, ...]
    """Files of other CI systems."""
    documents: Mapping[str, str]
    """Which of runbook, playbook and adr are there, and one file of each."""
    homes: tuple[Home, ...]
    """Of each app."""
    monitor: tuple[str, str] | None = None
    """Provider and URL of the uptime monitor, where somebody has said so."""

    @property
    def name(self) -> str:
        return self.apps[0] if self.apps else ""

    @property
    def link(self) -> str:
        """The folder that PM2 is to start the first app in."""
        return self.link_to(self.folder)

    def link_to(self, folder: str) -> str:
        """A folder of the repository, as it is reached through the link to the release in use."""
        return posixpath.join(self.root, "current", folder).rstrip("/")

    @property
    def strays(self) -> tuple[Home, ...]:
        """Apps that PM2 does not run through that link: a rollback would not reach them."""
        link = self.link_to("")
        return tuple(home for home in self.homes if not f"{posixpath.normpath(home.cwd or '/')}/".startswith(f"{link}/"))

    @property
    def makes(self) -> str:
        """The command that builds, "" where none is seen."""
        if "build" in self.scripts:
            return f"{self.manager} run build"
        return "npx tsc" if self.typed else ""


def is_code(path: str) -> bool:
    """Whether a file may hold the service's own code."""
    return bool(_CODE.fullmatch(path))


def survey(project: Project, documents: Sequence[Document], read: Mapping[str, str]) -> Survey:
    """The survey of a project; `read` has the texts of its sources, and of the files of other CI systems."""
    code = {path: text for path, text in read.items() if is_code(path)}
    apps = [d for d in documents if d.kind == "pm2.app" and _PATH.fullmatch(d.file) and d.value.get("environment") in (None, Value(None)) and d.value.text("starts") != "static"]
    # of ecosystem.config.js and ecosystem.config.dev.js the first, at whatever depth it is
    config = min((a.file for a in apps if _NAME.fullmatch(a.value.text("name") or "")), key=lambda f: (len(posixpath.basename(f)), f.count("/"), f), default="")
    mine = [a for a in apps if a.file == config and _NAME.fullmatch(a.value.text("name") or "")]
    first = mine[0].value if mine else Value({})
    packages = {d.value.text("directory") or "": d.value for d in documents if d.kind == "package"}
    folder = posixpath.dirname(config) if posixpath.dirname(config) in packages else first.text("directory") or ""
    package = packages.get(folder, Value({}))
    frontends = [f for f in packages if is_frontend(project, f, apps, project.policy)]
    served = health.served(project, code, [d for d in documents if d.kind == "package"], apps)
    scripts = {k: v.content for k, v in (package.get("scripts") or Value({})).members().items() if isinstance(v.content, str)}
    locks = [(f, str(lock.content)) for f in dict.fromkeys((folder, "")) for lock in (packages.get(f, Value({})).get("locks") or Value(())).items()]
    paths = sorted({*project.files, *project.paths})
    examples = sorted((f for f in project.files if recognise(f) == "env" and role(f) == "example" and posixpath.dirname(f) in ("", folder)), key=lambda f: (posixpath.dirname(f) != folder, f))
    declared = project.policy.value.get("run_from")
    whole = next((d.value for d in documents if d.kind == "project"), Value({}))
    return Survey(
        apps=tuple(dict.fromkeys(a.value.text("name") or "" for a in mine)),
        config=config,
        folder=folder,
        runs=_runs(first, declared, config),
        entry=posixpath.relpath(first.text("entry") or "dist", folder or "."),
        build_dirs=tuple(dict.fromkeys(d.value.text("name") or "" for d in documents if d.kind == "git.build_dir" and (d.value.text("directory") or "") == folder and plain(d.value.get("produced")))) or ("dist",),
        health=Seen(*health.url(project, first, documents, served)),
        silent=plain(whole.get("silent")) is True,
        env_file=_env_file(project, served, package),
        env_names=_env_names(project, served, first, examples),
        example=examples[0] if examples else "",
        environment="production" if any(d.kind == "pm2.app" and d.file == config and d.value.text("environment") == "production" for d in documents) else "",
        frontends=_unrecognised(project, packages, frontends, folder),
        root=_root(first, config, documents) or f"/srv/{mine[0].value.text('name') if mine else 'app'}",
        branch=_branch(documents),
        manager=locks[0][1] if locks else "npm",
        lock=locks[0][0] if locks else None,
        node=_node(project, package, folder),
        scripts=scripts,
        typed=project.exists(posixpath.join(folder, "tsconfig.json")) and any("typescript" in (package.get(k) or Value({})).members() for k in ("dependencies", "devDependencies")),
        deploys=tuple(dict.fromkeys(named(documents, {**read, **project.files}, paths))),
        unchecked=tuple(dict.fromkeys(unchecked(documents))),
        rollbacks=tuple(p for p in paths if p.endswith((".sh", ".bash")) and takes_back(p) and not ours(project.files.get(p))),
        workflows=tuple(
            sorted({d.file for d in documents if d.kind == "ci.job" and plain(d.value.get("deploys")) is not False and not ours(project.files.get(d.file))})
        ),
        other_ci=other_systems(paths),
        documents={k: next((p for p in paths if pattern.search(p)), "") for k, pattern in markdown.KINDS.items() if plain(whole.get(k)) is True},
        homes=tuple(_home(a) for a in mine),
    )


def _home(app: Document) -> Home:
    cwd = app.value.get("cwd")
    written = cwd.content if cwd is not None and isinstance(cwd.content, str) and cwd.content.startswith("/") else None
    return Home(app.value.text("name") or "", written, app.value.text("directory") or "", app.place(("cwd",)).line)


def _runs(app: Value, declared: Value | None, config: str) -> Seen:
    if declared is not None and declared.content in ("source", "build"):
        return Seen(str(declared.content), "policy.run_from")
    return Seen(app.text("runs") or "source", config)


def _env_file(project: Project, code: Mapping[str, str], package: Value) -> Seen:
    """The env file that the service reads: as its code says, else one that is there, else one that git ignores by name."""
    names = [str(f.content) for f in (project.policy.value.get("env_files") or Value(())).items()]
    scripts = {"package.json": "\n".join(v.content for v in (package.get("scripts") or Value({})).members().values() if isinstance(v.content, str))}
    for file, line, found in health.matches(_READS_FILE, {**code, **scripts}):
        name = found[1].removeprefix("./")
        if role(name) == "real" and "/" not in name:
            return Seen(name, file if file == "package.json" else f"{file}:{line}")
    for name in names:
        if project.exists(name):
            return Seen(name, name)
    if any("dotenv" in text for text in code.values()):
        return Seen(".env", "dotenv")
    ignored = {line.strip().strip("/") for line in project.files.get(".gitignore", "").split("\n")}
    found_name = next((n for n in names if n in ignored), None)
    return Seen(found_name, ".gitignore") if found_name else Seen("")


def _env_names(project: Project, code: Mapping[str, str], app: Value, examples: Iterable[str]) -> tuple[str, ...]:
    """The variables that the service reads and that an env file has to set, without those that the example names already."""
    read = {read.name for found in usage.scan_all(code).values() for read in found.reads}
    wanted = {str(v.content) for v in (project.policy.value.get("required_env") or Value(())).items()}
    known = {e.name for f in examples for e in env_parser.entries(f, project.files[f])} | set((app.get("env") or Value({})).members())
    return tuple(sorted(n for n in read | wanted if re.fullmatch(r"[A-Za-z_]\w*", n) and n not in known and not _GIVEN.fullmatch(n)))


def _unrecognised(project: Project, packages: Mapping[str, Value], frontends: Sequence[str], own: str) -> tuple[str, ...]:
    """Folders that are frontends by what they depend on, though no bundler is seen there."""
    return tuple(
        f
        for f, package in sorted(packages.items())
        if f and f != own and f not in frontends and not has_bundler(project, f) and any(_BROWSER.match(d) for d in (package.get("dependencies") or Value({})).members())
        and "build" in (package.get("scripts") or Value({})).members()
    )


def _root(app: Value, config: str, documents: Sequence[Document]) -> str | None:
    """The folder above `current`, where the PM2 config names one; else the path of PM2's own deploy."""
    cwd = app.text("cwd") or ""
    found = re.fullmatch(r"(/[\w./-]+?)/current(?:/[\w./-]*)?", cwd)
    return found[1] if found else None


def _branch(documents: Sequence[Document]) -> str:
    """main, or master where that is what workflows and scripts deploy."""
    for d in documents:
        branch = d.value.text("branch") if d.kind == "deploy.step" else None
        if branch and branch.removeprefix("origin/") in ("main", "master", "production"):
            return branch.removeprefix("origin/")
    return "main"


def _node(project: Project, package: Value, folder: str) -> Seen:
    for name in (".nvmrc", ".node-version"):
        if project.exists(name):
            return Seen(name, "file")
    if package.text("engines", "node"):
        return Seen(posixpath.join(folder, "package.json"), "file")
    return Seen("22")


def has_tests(of: Survey) -> bool:
    """Whether `npm test` runs something."""
    return "test" in of.scripts and not _NO_TEST.search(of.scripts["test"])

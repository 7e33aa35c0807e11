"""`git.build_dir`: each folder that a build may write, and whether git would ignore it; `git.tracked`: what is in the
index and should not be: env files, their backups, build output and archives of it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence

from checklist.facts.folders import above, build_dirs, is_frontend
from checklist.facts.ignores import Ignores
from checklist.facts.outputs import produced
from checklist.facts.placeholders import real_secrets, role
from checklist.model import Document, Location, Project, Unknown, Value, value
from checklist.parse import env as env_parser
from checklist.parse import recognise

_ARCHIVE = r"(?:tar|tar\.(?:gz|bz2|xz|zst)|tgz|tbz2?|txz|zip|7z|rar)"
_VERSION = r"(?:v?\d[\w.]*|latest|prod(?:uction)?|release|staging|old|new|bak|backup|final)"
_CODE = re.compile(r".*\.(?:[cm]?js|css|html|wasm)(?:\.map)?|.*\.d\.[cm]?ts")
_SHOWN = 5
# Of a database that lives as long as a test.
_FOR_TESTS = re.compile(r"(?i)(?:^|/)(?:(?:__tests__|tests?|e2e|fixtures?|[^/]*[-_]tests?)/|\.env[.-](?:test|testing|e2e|ci)(?:\.local)?\Z|(?:test|testing|e2e)\.env\Z)")


def documents(project: Project, apps: Sequence[Document], packages: Sequence[Document]) -> list[Document]:
    """`git.build_dir` and `git.tracked` documents."""
    folders = sorted({p.value.text("directory") or "" for p in packages} | {a.value.text("directory") or "" for a in apps})
    folders = [f for f in folders if not _is_action(project, f)]
    return [*_build_dirs(project, apps, packages, folders), *_tracked(project, apps, packages, folders)]


def _build_dirs(project: Project, apps: Sequence[Document], packages: Sequence[Document], folders: Sequence[str]) -> Iterator[Document]:
    """{directory, name, path, ignored, by, produced, how, there, tracked, frontend}, one for each folder of a package or app and each
    build dir of the policy; none where there is neither a repository nor a .gitignore."""
    ignores = Ignores(project)
    there = _inside(project, folders, (*project.paths, *(project.tracked or ())))
    if project.tracked is None and project.git_problem is None and not ignores.files:
        return
    for folder in folders:
        frontend = is_frontend(project, folder, apps, project.policy)
        for name in build_dirs(project.policy):
            path = posixpath.join(folder, name)
            made = produced(project, folder, name, apps, packages)
            # `dist/*` ignores all that would be in the folder, `build/source` the part of it that is written
            line = ignores.decide(path, folder=True) or ignores.decide(f"{path}/index.js")
            if line is None and made is not None:
                line = ignores.decide(made[1], folder=True)
            inside = line if line is not None and not line.file.startswith("../") else None
            at = inside or ignores.end(folder) or _pm2_config(project, apps)
            files = there.get(path, [])
            # a folder of notes or icons is no output: code is, or what git has not seen yet
            is_there = any(_CODE.fullmatch(f) for f in files) if files else path in project.paths
            if name == "build" and not set(files).isdisjoint(project.tracked or ()):
                is_there = False  # committed under that name without anything that makes it: what a build is made with
            how = made[0] if made else f"{path}/" if is_there else None
            told = {
                "directory": folder,
                "name": name,
                "path": f"{path}/",
                "ignored": Value(line is not None, at),
                "by": f"{line.file}:{line.line}" if line else None,
                "produced": Value(how is not None, at),
                "how": how,
                "there": how == f"{path}/",
                "tracked": any(_CODE.fullmatch(f) for f in files) and not (name == "build" and made is None),
                "frontend": frontend,
            }
            yield Document("git.build_dir", at.file, value(told, at), f"{path}/")


def _inside(project: Project, folders: Sequence[str], paths: Iterable[str]) -> dict[str, list[str]]:
    """The paths below each build dir of the folders, sorted; in one pass, since a repository may have many of both."""
    dirs = {posixpath.join(folder, name) for folder in folders for name in build_dirs(project.policy)} - {""}
    found: dict[str, list[str]] = {}
    for path in paths:
        for here in above(posixpath.dirname(path)):
            if here in dirs:
                found.setdefault(here, []).append(path)
    return {path: sorted(files) for path, files in found.items()}


def _pm2_config(project: Project, apps: Sequence[Document]) -> Location:
    return Location(apps[0].file if apps else next((f for f in sorted(project.files) if (recognise(f) or "").startswith("pm2.")), ""))


# ---- the index -------------------------------------------------------------------------------------------------------


def _tracked(project: Project, apps: Sequence[Document], packages: Sequence[Document], folders: Sequence[str]) -> Iterator[Document]:
    """{path, what, …} of each thing in the index that matters; `what` is env_file, env_backup, build_output,
    build_archive, or unknown where a repository's index cannot be read, or not all of it."""
    if project.git_problem is not None:
        where, why = project.git_problem.location, Unknown(project.git_problem.text)
        yield Document("git.tracked", where.file, value({"path": "", "what": why, "holds": why}, where), "the git index")
    if project.tracked is None:
        return
    for path in sorted(project.tracked):
        if recognise(path) == "env" and role(path) != "example":
            yield _env_file(project, path)
    yield from _outputs(project, apps, packages, folders)
    yield from _archives(project, apps)


def _env_file(project: Project, path: str) -> Document:
    """{path, what, holds, secrets, names}: `holds` is secrets, settings, or unknown where the text is not at hand."""
    text = project.files.get(path)
    parsed = env_parser.parse(path, text).value if text is not None else None
    names = real_secrets(parsed.members()) if parsed is not None and not _FOR_TESTS.search(path) else []
    holds: object = "secrets" if names else "settings"
    if parsed is None:
        holds = Value(Unknown("the file in the index is not at hand" if text is None else "the file cannot be understood"))
    at = Location(path)
    first = parsed.members()[names[0]] if names and parsed is not None else None
    told = {
        "path": path,
        "what": "env_backup" if role(path) == "backup" else "env_file",
        "holds": holds,
        "secrets": len(names),
        "names": names[:_SHOWN],
        "evidence": [Value(n, parsed.members()[n].key_at) for n in names[:_SHOWN]] if parsed is not None and first is not None else [],
    }
    return Document("git.tracked", path, value(told, at), path)


def _outputs(project: Project, apps: Sequence[Document], packages: Sequence[Document], folders: Sequence[str]) -> Iterator[Document]:
    """{path, what, files, examples, frontend}: tracked files below one build dir are one document."""
    tracked = _inside(project, folders, project.tracked or ())
    published = {posixpath.join(folder, name) for p in packages if (folder := p.value.text("directory")) for name in _published(p)}
    running = {a.value.text("directory") or "" for a in apps}
    for folder in folders:
        for name in build_dirs(project.policy):
            path = posixpath.join(folder, name)
            # somebody else's library, copied in as it is published: its dist/ is what it is for
            if path in published and folder not in running:
                continue
            files = tracked.get(path, [])
            code = [f for f in files if _CODE.fullmatch(f)]
            # a folder called build/ may as well hold what a build is made with
            meant = name == "build" and produced(project, folder, name, apps, packages) is None
            if code and not meant:
                yield _output(project, apps, f"{path}/", folder, "build_output", files=code, count=len(files))


def _published(package: Document) -> Iterator[str]:
    """What a package of a registry holds, by its `files`; nothing of one that is private."""
    private = package.value.get("private")
    if private is None or private.content is not True:
        yield from (f.content.removeprefix("./").rstrip("/") for f in (package.value.get("files") or Value(())).items() if isinstance(f.content, str))


def _archives(project: Project, apps: Sequence[Document]) -> Iterator[Document]:
    names = "|".join(re.escape(posixpath.basename(n)) for n in build_dirs(project.policy))
    # what stands after the folder's name is a version or a date: `app-build-fixed.zip` may hold anything
    archive = re.compile(rf"(?:.*[-_.])?(?:{names})(?:[-_.]{_VERSION})*\.{_ARCHIVE}") if names else re.compile(r"(?!)")
    for path in sorted(project.tracked or ()):
        if archive.fullmatch(posixpath.basename(path)):
            yield _output(project, apps, path, posixpath.dirname(path), "build_archive", files=[path], count=1)


def _output(project: Project, apps: Sequence[Document], path: str, folder: str, what: str, *, files: Sequence[str], count: int) -> Document:
    told = {
        "path": path,
        "what": what,
        "files": count,
        "examples": [Value(f, Location(f)) for f in files[:_SHOWN]],
        "frontend": is_frontend(project, folder, apps, project.policy),
    }
    return Document("git.tracked", files[0], value(told, Location(files[0])), path)


def _is_action(project: Project, folder: str) -> bool:
    # GitHub runs an action from the repository as it stands: its dist/ is committed because it has to be
    return any(project.exists(posixpath.join(folder, name)) for name in ("action.yml", "action.yaml"))

"""`deploy.step` and `deploy.path`: what each entry point really runs, step by step, and what a deploy by it lacks."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from checklist.facts.deploy import listed, locks, named, scripts, subject, unpacks, ways, writes
from checklist.facts.deploy.commands import Commands
from checklist.facts.deploy.entries import Entry, entries
from checklist.facts.deploy.entries import is_shell as is_shell
from checklist.facts.deploy.lacks import lacks
from checklist.facts.deploy.leaves import leaves
from checklist.facts.deploy.met import Met, Path
from checklist.facts.deploy.path import Run, follow
from checklist.facts.deploy.steps import Step
from checklist.facts.deploy.subject import STARTS
from checklist.facts.deploy.whole import whole
from checklist.facts.listening import silent
from checklist.facts.vocabulary import takes_back
from checklist.model import Document, Project, Unknown, Value, value
from checklist.secrets import MASK, arguments, mask, mask_words

_TELLING = {"ssh", "sshpass", "scp", "rsync", "sftp", "pm2", "cat", "echo", "printf", "env", "printenv", "export"}
"""Commands that rules look at by their words alone."""
# what a package manager or a build makes again wherever it is missing
_REMADE = re.compile(r"(?:\./)?(?:[\w-]+/)?(?:node_modules|\.next|\.nuxt|\.turbo|\.cache|\.parcel-cache|\.npm|package-lock\.json)(?:/|$)")
# a script is in a folder that is there: `cd "$(dirname "$0")"`
_OWN_FOLDER = re.compile(r"dirname\b.*(?:\$0|\$\{0|BASH_SOURCE)")
_NEVER = re.compile(r"! -[de] \S*(?:node_modules|dist|build|out|\.next|\.nuxt|\.output)(?![\w-])")
# `npm install -D tsx`
_TOOL = re.compile(r"(?:npm|pnpm|bun|yarn) (?:install|i|add)(?: (?:-[DSEO]|--save(?:-\w+)?|--no-save|--force|--silent|--legacy-peer-deps))* [@\w]")
_BRINGS = ("fetch", "ship", "install", "build")


def paths(project: Project, apps: Sequence[Document], parsed: Mapping[str, Value] | None = None) -> list[Path]:
    """Every entry point as it runs, followed once for all facts.

    `apps` are the `pm2.app` documents, `parsed` the values of the workflows, package.json files and PM2 configs.
    """
    commands = Commands(project)
    runs = [(entry, follow(entry, commands)) for entry in entries(project, parsed or {})]
    return [Path(entry, run, _met(project, entry, run, commands, apps), called=entry.name in commands.entered) for entry, run in runs]


def documents(
    project: Project, paths: Sequence[Path], apps: Sequence[Document], packages: Sequence[Document] = (), environments: Mapping[str, Mapping[str, bool]] | None = None
) -> list[Document]:
    """`deploy.path` for each entry point that has a step, a `deploy.step` for each command with an effect, a
    `deploy.command` for each of those that rules look at by their words (ssh, pm2, what prints), a `deploy.script` for each script.

    `apps` and `packages` are the documents of those kinds, `environments` has the names X of the `env_X` in each PM2
    config, and whether it differs from the plain `env`.
    """
    saved, back = listed.saved(paths), any(takes_back(path.entry.name) for path in paths)
    packed = unpacks.packed(paths)
    found = [d for path in paths for d in _documents(project, path, apps, packages, environments or {}, saved=saved, packed=packed, back=back)]
    deploying = {d.value.text("entry") or "" for d in found if subject.is_deploy(d)}
    deployed = {s.at.file for path in paths if path.entry.name in deploying for s in path.run.steps} | deploying
    return [*ways.compared(project, found, paths), *scripts.documents(project, deployed, paths, packages, apps=bool(apps))]


def _met(project: Project, entry: Entry, run: Run, commands: Commands, apps: Sequence[Document]) -> list[Met]:
    counted = run.arranged([s for s in run.steps if s.effect is not None and not (s.effect == "rollback" and s.argv and s.argv[0] == "ln" and run.normal(s))])
    met = []
    likely = subject.started(counted, apps)
    own = writes.own_configs(project, run)
    others = set[str]()
    for step in counted:
        folder = commands.folder(step.directory)
        app = subject.app(project, folder, step, apps, likely)
        if app is not None and any(name == posixpath.basename(app.file) and run.together(step, by) for name, by in own):
            app = replace(app, value=replace(app.value, content={**app.value.members(), "runs": Value(Unknown("the script writes its PM2 config itself"), app.value.at)}))
        output = subject.output(project, folder, step, app, others) if app is not None and not subject.has_own_build(app) else None
        if step.effect == "archive" and output is None:
            others |= subject.archives(step)
        met.append(Met(step, run.fate(step, counted), folder, app, output))
    return met


def _documents(
    project: Project,
    path: Path,
    apps: Sequence[Document],
    packages: Sequence[Document],
    environments: Mapping[str, Mapping[str, bool]],
    *,
    saved: Collection[tuple[str, str]],
    packed: unpacks.Packed,
    back: bool,
) -> Iterator[Document]:
    met = path.met
    # what an image starts is no deploy of it
    restarts = [i for i, m in enumerate(met) if m.step.effect in STARTS and m.fate.normal and m.step.host != "container"]
    # of `case "$1" in build) … restart) …` the ways count that do both
    deploying = [i for i in restarts if any(m.step.effect in _BRINGS and path.run.together(m.step, met[i].step) and not _adds_nothing(m.step) for m in met)]
    restarts = deploying or restarts
    checks = list[int]()
    for i, m in enumerate(met):
        # `curl A || curl B`: the second is asked where the first has failed
        asked = restarts and (path.run.together(m.step, met[restarts[-1]].step) or any(path.run.because(m.step, met[c].step) for c in checks))
        if asked and m.step.effect == "health_check" and i > restarts[-1]:
            checks.append(i)
    values = [_step(project, path, n, environments, listed.facts(path, n, apps, saved), smoke=n in checks) for n in range(len(met))]
    for told in values:
        yield Document("deploy.step", told.at.file if told.at else path.entry.at.file, told, told.text("text") or "")
    for step in path.run.steps:
        if step.argv is not None and step.argv[0] in _TELLING:
            text = _text(step)
            # what a script prints that only makes keys or an account is for the person before it
            shown = not step.into and (bool(restarts) or path.entry.at.file.startswith(".github/"))
            told = value({"text": text, "argv": _argv(step), "host": step.host, "effect": step.effect, "shown": shown}, step.at)
            yield Document("deploy.command", step.at.file, told, text)
    if met:
        last = restarts[-1] if restarts else None
        quiet = last is not None and silent(project, subject.started([m.step for m in met], apps), packages)
        # pm2 deploy has checked out the new commit before it calls this hook
        brings = bool(deploying) or (bool(restarts) and path.entry.hook == "post-deploy")
        members = whole(project, path, values, restarts, checks, brings=brings, quiet=quiet)
        members |= lacks(project, path, values, last, apps, packages) | {"dirties": writes.dirties(project, path), "rollback_script": back}
        members["unpacks"] = unpacks.unpacked(project, path, last, apps, packages, packed)
        yield Document("deploy.path", path.entry.at.file, value(members, path.entry.at), path.entry.name)


def _adds_nothing(step: Step) -> bool:
    """Whether it installs or builds only where that was never done, or installs a tool: that brings no new code, a script
    that starts the app does it as well."""
    tool = step.effect == "install" and _TOOL.match(" ".join(step.argv or ()))
    return bool(tool) or (step.effect in ("install", "build") and _NEVER.search(step.branch or "") is not None)


def _text(step: Step) -> str:
    return " ".join(step.text.split())


def _argv(step: Step) -> list[str] | None:
    if step.words is None or any("\0" in w for w in step.words):
        return None
    words = [w.removeprefix("@/") for w in mask_words(step.words)]
    # what is printed for `docker login --password-stdin` only its reader gives away, and a variable is filled in here
    handed = step.into and words[:1] in (["echo"], ["printf"]) and arguments(step.source.text)
    return [words[0], MASK] if handed and any(step.node.start <= a < step.node.end for a, _ in handed) else words


def _step(project: Project, path: Path, n: int, environments: Mapping[str, Mapping[str, bool]], of_list: Mapping[str, object], *, smoke: bool) -> Value:
    met, step, fate = path.met[n], path.met[n].step, path.met[n].fate
    numbers = {m.step.order: i + 1 for i, m in enumerate(path.met)}
    absent = named.not_there(project, path, n)
    # another config's environments say nothing of one that is not there
    asked, known = _environment(step, {} if absent is not None else environments)
    told = {
        "n": n + 1,
        "entry": path.entry.name,
        "file": step.at.file,
        "line": step.at.line,
        "column": step.at.column,
        "text": _text(step),
        "argv": _argv(step),
        "host": step.host,
        "directory": met.folder,
        "effect": step.effect,
        "role": "smoke_test" if smoke else None,
        "on_failure": fate.on_failure,
        "then": [numbers[order] for order in fate.then if order in numbers],
        "branch": mask(step.branch) if step.branch else None,
        "runs": (met.app.value.get("runs") or Value(None)) if met.app else None,
        "app": met.app.value.text("name") if met.app else None,
        "output": met.output,
        "leaves": leaves(path, met.output),
        "can_fail": fate.ends_badly,
        "tells": step.meaning.tells if step.effect == "health_check" else None,
        "astray": _astray(path, step),
        "lock": (lock := locks.ignored(project, met)),
        "lock_left_out": lock is not None and locks.is_left_out(lock, project, path, step),
        "environment": asked,
        "environments": sorted(known) if known is not None else None,
        "other_environments": sorted(name for name, differs in known.items() if differs) if known is not None else None,
        "config_not_there": absent,
        "known_environment": known is None or asked is None or asked in known,
        "normal": fate.normal,
        **of_list,
    }
    return value(told, step.at)


def _environment(step: Step, environments: Mapping[str, Mapping[str, bool]]) -> tuple[str | None, Mapping[str, bool] | None]:
    """(what `--env` asks for beside a PM2 config, the environments that the config has); (…, None) without such a config."""
    argv = step.argv or ()
    asked = next((argv[i + 1] if w == "--env" and i + 1 < len(argv) else w.partition("=")[2] for i, w in enumerate(argv) if w == "--env" or w.startswith("--env=")), None)
    named = [w for w in argv[2:] if re.search(r"\.config\.[cm]?js|\.(?:json|ya?ml)", w)]
    base = posixpath.basename(named[0]) if named else None
    known = [names for file, names in environments.items() if posixpath.basename(file) == base]
    return asked, known[0] if len(known) == 1 and step.effect in STARTS else None


def _from_anywhere(cd: Step) -> bool:
    return "".join((cd.argv or ())[1:2]).startswith(("/", "~")) or _OWN_FOLDER.search(cd.text) is not None


def _astray(path: Path, step: Step) -> bool:
    """Whether it runs in the wrong folder when a `cd` before it fails."""
    if step.effect != "clean":
        return False
    words = [w for w in (step.argv or ())[2 if (step.argv or ("",))[0] == "git" else 1 :] if not w.startswith("-")]
    if any(w.startswith(("/", "~", "@/")) or "\0" in w for w in words) or (words and all(_REMADE.match(w) for w in words)):
        return False
    cds = [s for s in path.run.steps if s.argv is not None and s.argv[0] == "cd" and s.effect is None and s.order < step.order]
    # a later one that starts at the root, or goes to the script's own folder, leads to the same folder from anywhere
    found = (i for i, s in enumerate(cds) if not any(_from_anywhere(c) and s.world & c.ran & ~c.world for c in cds[i + 1 :]))
    return any(cds[i].world & step.ran and not _OWN_FOLDER.search(cds[i].text) for i in found)

"""`pm2.config` and `pm2.app`: a config as Node gives it, and each app in each environment as PM2 takes it.

Top-level shapes after PM2 7.0.4 lib/API.js:943-954: `apps` (array or one object), else `pm2`, else the whole value.
"""

from __future__ import annotations

import itertools
import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from checklist.facts import loading, testing
from checklist.facts.folders import PERSONAL, above, home, of_code
from checklist.facts.places import folders, within
from checklist.facts.pm2 import crashloop
from checklist.facts.pm2.mode import mode, mode_by
from checklist.facts.pm2.neighbours import together
from checklist.facts.pm2.options import Taken, take, words
from checklist.facts.pm2.runs import Run, resolve
from checklist.facts.pm2.script import namesake, script_file
from checklist.facts.pm2.starts import entry_file, is_here, starts_with
from checklist.facts.pm2.watched import watched_logs
from checklist.facts.vocabulary import means
from checklist.model import MASK, Document, Location, OneOf, Project, Unknown, Value, plain, value
from checklist.parse.usage import is_source
from checklist.secrets import mask

_DIRECTORY_FLAGS = {"--prefix", "-C", "--cwd", "--dir"}


def apps(config: Document, project: Project, packages: Sequence[Document]) -> list[Document]:
    """The `pm2.app` documents of a config: for each app one as it stands, and one for each `env_X` it has."""
    found = list(_apps(config, project, packages))
    return together(config, [app for app in found if not _at_a_desk(app, found)])


def _at_a_desk(app: Document, apps: Sequence[Document]) -> bool:
    """Whether an app runs for development in a folder on somebody's own machine."""
    mine = [a for a in apps if a.value.text("name") == app.value.text("name")]
    modes = [plain(env.get("NODE_ENV"), reveal=True) for a in mine if (env := a.value.get("env")) is not None]
    return PERSONAL.match(app.value.text("cwd") or "") is not None and bool(modes) and all(means(mode, "desk") for mode in modes)


def _apps(config: Document, project: Project, packages: Sequence[Document]) -> Iterator[Document]:
    known = folders(project)
    for entry in entries(config.value):
        if not isinstance(entry.content, dict):
            yield _unknown(config, entry)
            continue
        taken = take(entry)
        facts = _facts(config, entry, taken, project, packages, known)
        name = facts["name"]
        said = _said(name)
        shared = {k: v for k, v in taken.options.items() if not k.startswith("env")}
        env = _with_port(taken.options.get("env", Value({}, entry.at)), taken.options.get("port"))
        yield _app(config, entry, shared | facts | {"environment": Value(None), "env": env}, said)
        for key, overlay in taken.options.items():
            if key.startswith("env_") and isinstance(overlay.content, dict):
                layers = (env, _deployed(config.value, key[4:]), overlay)
                merged = Value({k: v for layer in layers for k, v in layer.members().items()}, overlay.at, overlay.key_at, any(layer.more for layer in layers))
                environment = Value(key[4:], overlay.key_at or overlay.at)
                yield _app(config, entry, shared | facts | {"environment": environment, "env": merged}, f"{said} ({key[4:]})")


def _with_port(env: Value, port: Value | None) -> Value:
    """`env` with the `port` option, which PM2 puts over its PORT (PM2 7.0.4 lib/Common.js:128)."""
    if port is None or port.content in (0, None) or not isinstance(env.content, dict):
        return env
    return replace(env, content={**env.content, "PORT": port})


def _deployed(config: Value, environment: str) -> Value:
    """`deploy.X.env`, which PM2 puts over `env` and under `env_X` when it is asked for `--env X`."""
    here = config.get("deploy")
    for key in (environment, "env"):
        if here is None or isinstance(here.content, Unknown | OneOf):
            break
        here = here.get(key)
    return Value({}, more=here is not None) if here is None or not isinstance(here.content, dict) else here


def entries(config: Value) -> tuple[Value, ...]:
    """The app entries of a config's value; one that stands for those which cannot be seen is no object."""
    members = config.members()
    # PM2 does not look into `default` (its own rule says so), but what stands there is what was meant
    top = config if "apps" in members or "pm2" in members or "default" not in members else members["default"]
    found = top.get("apps") or top.get("pm2")
    if found is None:
        if isinstance(top.content, dict) and not ({"script", "exec", "cmd", "command"} & top.members().keys()) and not top.more:
            return ()
        found = top
    match found.content:
        case tuple() as items:
            rest = (Value(Unknown("there may be more apps than are seen here"), found.at),) if found.more else ()
            return items + rest
        case OneOf(options):
            return tuple(entry for option in options for entry in (option.items() or (option,)))
        case dict() | Unknown():
            return (found,)
    return ()


def _unknown(config: Document, entry: Value) -> Document:
    """An app of which nothing is known: every rule about it is open."""
    why = entry.content if isinstance(entry.content, Unknown) else Unknown("it depends on a condition")
    return _app(config, entry, {"name": Value(replace(why, default=None), entry.at)}, "?", more=True)


def _app(config: Document, entry: Value, data: Mapping[str, Value], subject: str, *, more: bool = False) -> Document:
    return Document("pm2.app", config.file, Value(dict(data), entry.at, more=more or entry.more), subject)


def _facts(
    config: Document, entry: Value, taken: Taken, project: Project, packages: Sequence[Document], known: frozenset[str]
) -> dict[str, Value]:
    # what is made of a secret, such as a path, would show it; where it stands within a text, the rest of that is known
    secret = {k: (v, mask(v.content)) for k, v in taken.options.items() if v.secret and isinstance(v.content, str) and not k.startswith("env")}
    hidden = {k: replace(v, content=shown if shown != v.content else Unknown("it is kept secret")) for k, (v, shown) in secret.items()}
    taken = replace(taken, options={**taken.options, **hidden})
    script = taken.options.get("script")
    at = script.at if script else entry.at
    base = posixpath.dirname(config.file)
    given = _words(script) + _words(taken.options.get("args")) if script else []
    # a relative script of a config in a folder that is no package, such as deploy/, is meant from the package around it
    directory = _directory(taken, given, home(project, base), project, packages, known)
    package = governing(directory, packages, project)
    interpreter = taken.options.get("exec_interpreter")
    run = _run(given, interpreter, package)
    found = entry_file(run, directory, package, project, known)
    file = script_file(script, taken.options.get("cwd"), config.file, project, packages, known)
    here = file["state"] == "there" or is_here(run, found, config.file, project)
    starts = starts_with(script, run, found, project, here=here, as_it_is=interpreter is not None and interpreter.content == "none")
    if script is not None and isinstance(script.content, OneOf):
        others = (_facts(config, entry, replace(taken, options={**taken.options, "script": option}), project, packages, known) for option in script.content.options[1:])
        starts = starts if all(other["starts"].content == starts for other in others) else Unknown("it depends on a condition")
    declared = project.policy.value.text("run_from")
    allowed = {v.content for v in (project.policy.value.get("pm2_options") or Value(())).items()}
    return {
        "name": taken.options.get("name") or Value(_stem(given[0]) if given else None, entry.at),
        "config": Value(config.file, entry.at),
        "test_script": testing.script(governing(of_code(project, found, directory), packages, project), packages, at),
        "directory": value(directory, at),
        "command": value(list(run.command), at),
        "entry": value(found, at),
        "via": value(list(run.via), at),
        "dev": value(run.dev, at),
        "starts": Value(starts, at),
        "declared": value(declared, at),
        "runs": Value(declared, at)
        if declared in ("source", "build") and starts not in ("static", "other")
        else Value(starts, at),
        "exec_mode": mode(taken, script, here=here),
        "mode_by": Value(mode_by(taken), entry.at),
        "script_file": value(file, at),
        "env_texts": Value(_env_texts(taken.options), entry.at, more=entry.more),
        "loads_env_file": value(loading.by_code(project, directory), at),
        "relative_env_file": _relative_env_file(taken.options.get("node_args"), entry.at),
        "says_ready": _says_ready(project, entry.at),
        "watched_logs": watched_logs(taken.options, entry),
        "crash_loop": crashloop.of(taken, entry),
        "defaults": value(list(taken.defaults), entry.at),
        "lost": Value(dict(taken.lost), entry.at, more=entry.more),
        "refused": Value(dict(taken.refused), entry.at, more=entry.more),
        "unknown_options": Value(
            {k: v for k, v in taken.unknown.items() if k not in allowed}, entry.at, more=entry.more
        ),
    }


def _env_texts(options: Mapping[str, Value]) -> dict[str, Value]:
    return {k: v for k, v in options.items() if k.startswith("env") and isinstance(v.content, (str, OneOf))}


def _said(name: Value) -> str:
    """What to call an app: what it is called unless something outside says otherwise."""
    match name.content:
        case str() as known:
            return known
        case Unknown(_, Value(str() as default)):
            return default
    return "?"


def _says_ready(project: Project, at: Location | None) -> Value:
    """Whether a source of the project sends a message to the process above it, as `process.send('ready')` does."""
    if any("process.send" in text for text in project.sources.values()):
        return Value(True, at)
    seen = project.sources_seen and any(is_source(path) for path in (*project.paths, *project.sources))
    return Value(False if seen else Unknown("not all sources are seen"), at)


def _stem(script: str) -> str:
    """What PM2 calls an app without a name."""
    return posixpath.splitext(posixpath.basename(script.rstrip("/")))[0]


def _directory(
    taken: Taken, given: Sequence[str], base: str, project: Project, packages: Sequence[Document], known: frozenset[str]
) -> str:
    """The folder of the repository that the app runs in: `cwd`, then what a flag such as --prefix says."""
    cwd = taken.options.get("cwd")
    found = within(cwd.content, base, project, known) if cwd is not None and isinstance(cwd.content, str) else None
    directory = base if found is None else found
    for flag, folder in itertools.pairwise(given):
        if flag in _DIRECTORY_FLAGS:
            directory = within(folder, directory, project, known) or directory
    return namesake(taken.options, directory, project, packages) or directory


def _run(given: Sequence[str], interpreter: Value | None, package: Document | None) -> Run:
    """What the words of script and args run in the end, through the scripts of the package."""
    named = (package.value.get("scripts") or Value({})).members() if package else {}
    scripts = {k: v.content for k, v in named.items() if isinstance(v.content, str)}
    by = interpreter.content if interpreter is not None else None
    first = [by] if isinstance(by, str) and by != "none" else []
    return resolve([*first, *given], scripts) if given else Run((), None, None)


def _words(of: Value | None) -> list[str]:
    """The words of a script or its arguments, as far as they are known."""
    if of is None:
        return []
    match of.content:
        case str() as text:
            return words(text)
        case tuple() as items:
            return [MASK if i.secret else str(i.content) for i in items if isinstance(i.content, (str, int, float))]
        case Unknown(_, default):
            return _words(default)
        case OneOf(options):
            return _words(options[0])
    return []


def governing(directory: str, packages: Iterable[Document], project: Project) -> Document | None:
    """The package.json that governs a folder: its own, else the nearest above; None where that cannot be read."""
    file = next((file for folder in above(directory) if project.exists(file := posixpath.join(folder, "package.json"))), None)
    return next((p for p in packages if p.file == file), None)


def _relative_env_file(node_args: Value | None, at: Location | None) -> Value:
    """The file of `--env-file` where it is a relative path, else null."""
    given = _words(node_args)
    for i, word in enumerate(given):
        flag, sign, path = word.partition("=")
        if flag in ("--env-file", "--env-file-if-exists"):
            path = path if sign else "".join(given[i + 1 : i + 2])
            if path and not path.startswith("/"):
                return Value(path, node_args.at if node_args else at)
    return Value(None, at)

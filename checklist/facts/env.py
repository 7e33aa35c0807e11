"""`env.file`: each env file, and one for each service that has none here; `env.variable`: each required variable of
each service, with the state of its value where that can be known."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from checklist.facts import loading, stages
from checklist.facts.folders import above, home, is_frontend, scripts
from checklist.facts.ignores import Ignores
from checklist.facts.placeholders import is_placeholder, is_reference, real_secrets, role
from checklist.model import Document, Location, OneOf, Project, Unknown, Value, plain, value
from checklist.parse import env as parser
from checklist.parse import recognise

NOT_HERE = "the env file is on the server: git ignores it"
_TEXTS = ("workflow", "shell", "makefile", "dockerfile")
_LACKING = ("missing", "empty", "placeholder")
_OFF = ("false", "0", "no", "off", "disabled", "n", "f")
# `Sentry.init(`, `SentryModule.forRoot(`; a mere `process.env.SENTRY_DSN` starts nothing
_SENTRY = re.compile(r"(?<![\w$])Sentry\w*\s*\.\s*(?:init|forRoot)\w*\s*\(")
_SERVES = re.compile(r"\b(?:(?:next|nuxt|nuxi) start|node|tsx|remix-serve|react-router-serve|pm2)\b")
_SENTRY_NAMED = re.compile(r"(?i)sentry(?!_(?:DSN|ENABLED)\b)")


def documents(project: Project, apps: Sequence[Document], packages: Sequence[Document], quiet: Collection[str] = ()) -> list[Document]:
    """`env.file` and `env.variable` documents; `apps` also holds the apps of `env_X` environments, `quiet` are the PM2
    configs that start nothing on a server."""
    files = {f: parser.parse(f, t).value for f, t in sorted(project.files.items()) if recognise(f) == "env"}
    ignores = Ignores(project)
    services = list(_services(project, apps, files, quiet))
    required = (project.policy.value.get("required_env") or Value(())).items()
    return [
        *(_file(project, ignores, f, v) for f, v in files.items()),
        *(_absent(s, s.expected) for s in services if s.expected is not None),
        *(_variable(project, s, w) for s in services for w in required if isinstance(w.content, str)),
    ]


@dataclass(frozen=True, slots=True)
class _Service:
    """The apps of one folder, and where their variables may come from."""

    directory: str
    names: tuple[str, ...]
    files: Mapping[str, Value | None]
    """Env files that it may read, the one that counts first; None where one cannot be understood."""
    elsewhere: bool
    """An env file that it may read is ignored by git or cannot be read here: it is on the server."""
    expected: Value | None
    """The env file that should be there where none is: the first that the project's own config names, or, where there is
    an example to copy, the first of the policy."""
    env: Value
    """PM2's variables as production gets them."""
    place: Location
    unreadable: bool = False
    """Whether an env file is there that may not be read."""


def _services(project: Project, apps: Sequence[Document], files: Mapping[str, Value | None], quiet: Collection[str]) -> Iterator[_Service]:
    node = [a for a in apps if a.value.text("starts") not in ("static", "other")]
    if apps:
        directories = list(dict.fromkeys(a.value.text("directory") or "" for a in node))
    else:
        own = [d for f in files if posixpath.basename(f) in loading.of_policy(project) and not _is_page(project, d := posixpath.dirname(f))]
        # a config without an app that is seen; JSON that only has such a name (`pm2_values.json`) is none
        configs = any(recognise(f) == "pm2.js" and f not in quiet for f in project.files)
        directories = list(dict.fromkeys(own)) or ([""] if configs else [])
    for directory in directories:
        mine = [a for a in node if (a.value.text("directory") or "") == directory]
        yield _service(project, directory, mine, loading.names(project, mine), files)


def _is_page(project: Project, directory: str) -> bool:
    """Whether what is built in a folder only runs in browsers: a bundler writes its variables into the page."""
    return is_frontend(project, directory, (), project.policy) and not _SERVES.search(scripts(project, home(project, directory)).get("start", ""))


def _service(project: Project, directory: str, apps: Sequence[Document], names: tuple[str, ...], files: Mapping[str, Value | None]) -> _Service:
    candidates = loading.near(directory, names)
    here = {c: files[c] for c in candidates if c in files}
    ignores = Ignores(project)
    unreadable = any(c in project.broken or (c in project.paths and c not in files) for c in candidates)
    elsewhere = unreadable or any(c not in files and ignores.decide(c) for c in candidates)
    base = [a for a in apps if a.value.text("environment") is None]
    place = base[0].place() if base else _config(project)
    given = (project.policy.value.get("env_files") or Value(())).items()
    expected = next((n for n in given if n.at is not None), None)
    if expected is None and elsewhere and names and _examples(project, directory):
        expected = Value(names[0], place)
    told = dict.fromkeys(a.subject for a in base)
    return _Service(
        directory,
        tuple(told),
        here,
        elsewhere,
        expected if not here else None,
        _environment(apps),
        place,
        any(c in project.broken for c in candidates),
    )


def _examples(project: Project, directory: str) -> list[str]:
    """The example env files in a folder and those above it."""
    folders = set(above(directory))
    return [f for f in sorted(project.files) if posixpath.dirname(f) in folders and recognise(f) == "env" and role(f) == "example"]


def _config(project: Project) -> Location:
    return Location(next((f for f in sorted(project.files) if (recognise(f) or "").startswith("pm2.")), project.policy.file))


def _environment(apps: Sequence[Document]) -> Value:
    """PM2's variables of all apps of a service: the last that says something wins, production's before all others."""
    ranked = sorted(apps, key=lambda a: (a.value.text("environment") in stages.PRODUCTION, a.value.text("environment") is None))
    merged: dict[str, Value] = {}
    more = False
    for app in ranked:
        of = app.value.get("env")
        if of is None:
            continue
        merged |= of.members()
        more = more or of.more or isinstance(of.content, (Unknown, OneOf))
    return Value(merged, more=more)


# ---- env.file --------------------------------------------------------------------------------------------------------


def _file(project: Project, ignores: Ignores, file: str, of: Value | None) -> Document:
    """{name, role, present, tracked, ignored, variables, repeated, secrets, mode, for_others}.

    `repeated` are names that a later line overrides; `secrets` says whether a real one is in it; `mode` is as chmod
    writes it, and `for_others` whether users that neither own the file nor are in its group may do anything with it.
    """
    entries = parser.entries(file, project.files[file])
    last = {e.name: e.value for e in entries}
    told = {
        "name": posixpath.basename(file),
        "role": role(file),
        "present": True,
        "tracked": file in project.tracked if project.tracked is not None else None,
        "ignored": bool(ignores.decide(file)),
        "variables": of if of is not None else Value(Unknown("the file cannot be understood")),
        "secrets": bool(real_secrets(of.members())) if of is not None else None,
        "mode": f"{project.modes[file]:03o}" if file in project.modes else None,
        "for_others": bool(project.modes[file] & 0o007) if file in project.modes else None,
        "repeated": [Value(e.name, e.value.key_at) for e in entries if e.value is not last[e.name]],
    }
    return Document("env.file", file, value(told, Location(file)), file)


def _absent(service: _Service, expected: Value) -> Document:
    """The document of an env file that is expected and not here: `present` is unknown where git ignores it."""
    present = Value(Unknown(NOT_HERE), service.place) if service.elsewhere else Value(False, expected.at)
    told = {"name": expected.content, "role": "real", "present": present, "service": _called(service), "variables": {}}
    return Document("env.file", service.place.file, value(told, service.place), posixpath.join(service.directory, str(expected.content)))


# ---- env.variable ----------------------------------------------------------------------------------------------------


def _variable(project: Project, service: _Service, wanted: Value) -> Document:
    """{name, service, directory, state, value, on, file, provided_by, alone, enabled_too, initialised, switch}.

    `state` is set, empty, placeholder, missing or unknown; `value` is there where it is set, and `on` says whether it
    means yes. `alone` is false for SENTRY_ENABLED where SENTRY_DSN is missing too: then Sentry as a whole is not set
    up, which is one thing to mend, and SENTRY_DSN's document says so in `enabled_too`. `switch` is false where a source
    starts Sentry and none names SENTRY_ENABLED: there the DSN alone switches it on.
    """
    name = str(wanted.content)
    providers = _providers(project, service, name)
    state, found = _state(project, service, name, providers)
    at = found.at if found is not None and found.at is not None else _place(service, wanted)
    switch = _initialised(project) is not True or any("SENTRY_ENABLED" in text for text in project.sources.values())
    data = {
        "name": name,
        "switch": switch,
        "service": _called(service),
        "directory": service.directory,
        "state": Value(state, at, found.key_at if found else None) if isinstance(state, Unknown) else Value(state, at),
        "file": at.file,
        "provided_by": providers,
        "alone": name != "SENTRY_ENABLED" or state != "missing" or _state_of(project, service, "SENTRY_DSN") not in _LACKING,
        "enabled_too": name == "SENTRY_DSN" and state == "missing" and switch and _asked(project, "SENTRY_ENABLED") and _state_of(project, service, "SENTRY_ENABLED") == "missing",
    }
    if name == "SENTRY_DSN":
        data["initialised"] = Value(_initialised(project), at)
    if found is not None and state == "set":
        data["value"] = found
        data["on"] = Value(str(plain(found, reveal=True)).strip().lower() not in _OFF, found.at)
    return Document("env.variable", at.file, value(data, at), name if not service.directory else f"{service.directory}: {name}")


def _initialised(project: Project) -> bool | Unknown:
    """Whether some source starts Sentry; false only where all of them are seen and none so much as names it."""
    if any(_SENTRY.search(text) for text in project.sources.values()):
        return True
    flags = any("sentry" in text.lower() for f, text in project.files.items() if recognise(f) in ("package", "pm2.js", "pm2.json", "dockerfile", "shell"))
    named = flags or any(_SENTRY_NAMED.search(text) for text in project.sources.values())
    return Unknown("Sentry may be started by code that is not seen") if named or not project.sources_seen else False


def _asked(project: Project, name: str) -> bool:
    return any(w.content == name for w in (project.policy.value.get("required_env") or Value(())).items())


def _state_of(project: Project, service: _Service, name: str) -> str | Unknown:
    return _state(project, service, name, _providers(project, service, name))[0]


def _state(project: Project, service: _Service, name: str, providers: Sequence[str]) -> tuple[str | Unknown, Value | None]:
    """The state of a variable, and the value that it comes from."""
    given = service.env.members().get(name)
    if given is not None:
        return _of_pm2(given), given  # dotenv overrides nothing that is set, not even an empty text
    if service.env.more:
        return Unknown("the PM2 config may hold more variables than are seen here"), None
    found = [v for f in service.files.values() if f is not None and (v := f.members().get(name)) is not None]
    states = [(_of_text(str(v.content)), v) for v in found]
    best = next((s for s in states if s[0] == "set" or isinstance(s[0], Unknown)), next(iter(states), None))
    if best is not None and (best[0] == "set" or isinstance(best[0], Unknown)):
        return best
    if service.unreadable or any(f is None for f in service.files.values()):
        return Unknown("an env file cannot be understood"), None
    outside = [p for p in providers if p != "example"]
    if outside:
        return Unknown(f"{outside[0]} may set it"), best[1] if best else None
    if service.elsewhere and not service.files and providers:
        return Unknown(NOT_HERE), None
    return best or ("missing", None)


def _of_pm2(of: Value) -> str | Unknown:
    match of.content:
        case Unknown():
            return Unknown(of.content.why)
        case OneOf():
            return Unknown("it depends on a condition")
        case None:
            return "empty"
        case str() as text:
            return _of_text(text)
    return "set"


def _of_text(text: str) -> str | Unknown:
    if not text.strip():
        return "empty"
    if is_placeholder(text):
        return "placeholder"
    return Unknown("another variable or tool fills it in") if is_reference(text) else "set"


def _providers(project: Project, service: _Service, name: str) -> list[str]:
    """What else names the variable: `example` (an example env file), or the file of a workflow or script."""
    word = re.escape(name)
    given = re.compile(rf"(?:secrets|vars)\.{word}(?![\w-])|(?<![\w.-]){word}(?:=(?!\s*$)|:\s*\S)")
    found = {"example" for f in _examples(project, service.directory) if any(e.name == name for e in parser.entries(f, project.files[f]))}
    for file, text in project.files.items():
        if name in text and recognise(file, text[:200]) in _TEXTS:
            lines = (line for line in text.split("\n") if not line.lstrip().startswith("#"))
            if any(given.search(line) for line in lines):
                found.add(file)
    return sorted(found, key=lambda p: (p != "example", p))


def _place(service: _Service, wanted: Value) -> Location:
    """Where a missing key is to be added: the start of the env file, else the policy that asks for it, else PM2's."""
    if service.files:
        return Location(next(iter(service.files)))
    return wanted.at or service.place


def _called(service: _Service) -> str:
    return ", ".join(service.names) or service.directory or "the service"

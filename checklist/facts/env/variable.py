"""`env.variable`: each required variable of each service, with the state of its value where that can be known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from checklist.facts.env.service import NOT_HERE, Service, examples
from checklist.facts.placeholders import is_placeholder, is_reference
from checklist.model import Document, Location, OneOf, Project, Unknown, Value, plain, value
from checklist.parse import env as parser
from checklist.parse import recognise
from checklist.parse.usage import is_source

_TEXTS = ("workflow", "shell", "makefile", "dockerfile")
_LACKING = ("missing", "empty", "placeholder")
_OFF = ("false", "0", "no", "off", "disabled", "n", "f")
# `Sentry.init(`, `SentryModule.forRoot(`; a mere `process.env.SENTRY_DSN` starts nothing
_SENTRY = re.compile(r"(?<![\w$])Sentry\w*\s*\.\s*(?:init|forRoot)\w*\s*\(")
_SENTRY_NAMED = re.compile(r"(?i)sentry(?!_(?:DSN|ENABLED)\b)")


def document(project: Project, service: Service, wanted: Value) -> Document:
    """{name, service, directory, state, value, on, file, provided_by, alone, enabled_too, initialised, switch}.

    `state` is set, empty, placeholder, missing or unknown; `value` is there where it is set, and `on` says whether it
    means yes. `alone` is false for SENTRY_ENABLED where SENTRY_DSN is missing too: then Sentry as a whole is not set
    up, which is one thing to mend, and SENTRY_DSN's document says so in `enabled_too`. `switch` is false where the
    code is here and nothing names SENTRY_ENABLED: there the DSN alone switches it on.
    """
    name = str(wanted.content)
    providers = _providers(project, service, name)
    state, found = _state(project, service, name, providers)
    at = found.at if found is not None and found.at is not None else _place(service, wanted)
    switch = _known_here(project, "SENTRY_ENABLED")
    data = {
        "name": name,
        "switch": switch,
        "service": service.called,
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


@lru_cache(maxsize=2)
def _initialised(project: Project) -> bool | Unknown:
    """Whether some source starts Sentry; false only where all of them are seen and none so much as names it."""
    if any(_SENTRY.search(text) for text in project.sources.values()):
        return True
    flags = any("sentry" in text.lower() for f, text in project.files.items() if recognise(f) in ("package", "pm2.js", "pm2.json", "dockerfile", "shell"))
    named = flags or any(_SENTRY_NAMED.search(text) for text in project.sources.values())
    return Unknown("Sentry may be started by code that is not seen") if named or not project.sources_seen else False


def _known_here(project: Project, name: str) -> bool:
    """Whether the project's own config asks for a variable, some text names it, or the code that might is not here."""
    asked = any(w.content == name and w.at is not None for w in (project.policy.value.get("required_env") or Value(())).items())
    texts = (*project.files.values(), *project.sources.values())
    return asked or name in (project.words or ()) or any(name in text for text in texts) or not any(is_source(path) for path in (*project.paths, *project.sources))


def _asked(project: Project, name: str) -> bool:
    return any(w.content == name for w in (project.policy.value.get("required_env") or Value(())).items())


def _state_of(project: Project, service: Service, name: str) -> str | Unknown:
    return _state(project, service, name, _providers(project, service, name))[0]


def _state(project: Project, service: Service, name: str, providers: Sequence[str]) -> tuple[str | Unknown, Value | None]:
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


def _providers(project: Project, service: Service, name: str) -> list[str]:
    """What else names the variable: `example` (an example env file), or the file of a workflow or script."""
    word = re.escape(name)
    given = re.compile(rf"(?:secrets|vars)\.{word}(?![\w-])|(?<![\w.-]){word}(?:=(?!\s*$)|:\s*\S)")
    found = {"example" for f in examples(project, service.directory) if any(e.name == name for e in parser.entries(f, project.files[f]))}
    for file, text in project.files.items():
        if name in text and recognise(file, text[:200]) in _TEXTS:
            lines = (line for line in text.split("\n") if not line.lstrip().startswith("#"))
            if any(given.search(line) for line in lines):
                found.add(file)
    return sorted(found, key=lambda p: (p != "example", p))


def _place(service: Service, wanted: Value) -> Location:
    """Where a missing key is to be added: the start of the env file, else the policy that asks for it, else PM2's."""
    if service.files:
        return Location(next(iter(service.files)))
    return wanted.at or service.place

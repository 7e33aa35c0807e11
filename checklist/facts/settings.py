"""`env.mode`: each NODE_ENV that is meant for production; `env.setting`: each variable that both PM2 and an env file set."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from checklist.facts import loading
from checklist.facts.folders import PERSONAL, above
from checklist.facts.placeholders import is_placeholder, is_reference, role
from checklist.facts.vocabulary import means, says
from checklist.model import Document, OneOf, Project, Unknown, Value, plain, value
from checklist.parse import env as parser
from checklist.parse import recognise

OVERRIDES = "the code may let the env file win"
_OVERRIDE = re.compile(r"(?<![\w$])override\s*:(?!\s*false)|(?<![\w-])(?:--override|-o)(?![\w-])|DOTENV_CONFIG_OVERRIDE|(?<![\w$])process\s*\.\s*env\s*=(?!=)|Object\.assign\s*\(\s*process\.env")


def documents(project: Project, apps: Sequence[Document]) -> list[Document]:
    """`apps` also holds the apps of `env_X` environments."""
    files = {f: v for f, t in sorted(project.files.items()) if recognise(f) == "env" and role(f) == "real" and (v := parser.parse(f, t).value) is not None}
    base = [a for a in apps if a.value.text("environment") is None and a.value.text("starts") not in ("static", "other")]
    return [*_modes_of_apps(base, apps), *_modes_of_files(base, apps, files), *_settings(project, base, apps, files)]


# ---- env.mode --------------------------------------------------------------------------------------------------------


def _modes_of_apps(base: Sequence[Document], apps: Sequence[Document]) -> Iterator[Document]:
    """{app, file, mode}: of apps that have no environment of their own for production, and whose name says nothing else."""
    for app in base:
        mode = _variables(app).get("NODE_ENV")
        told = " ".join(filter(None, (app.file, app.value.text("name"), app.value.text("directory"), str(plain(app.value.get("command"))))))
        if mode is None or app.value.more or PERSONAL.match(app.value.text("cwd") or "") or says(told, "not production") or means(mode.content, "staging"):
            continue
        others = _siblings(app, apps)
        if not any(means(a.value.text("environment"), "production") or plain(_variables(a).get("NODE_ENV"), reveal=True) == "production" for a in others):
            yield _mode(mode, app.subject)


def _modes_of_files(base: Sequence[Document], apps: Sequence[Document], files: Mapping[str, Value]) -> Iterator[Document]:
    """The same, `app` null, of env files that are named for production; where PM2 sets NODE_ENV, the file's means nothing."""
    for file, of in files.items():
        mode = of.members().get("NODE_ENV")
        if mode is None or not loading.named_for_production(file) or says(posixpath.dirname(file), "not production"):
            continue
        folder = posixpath.dirname(file)
        if any("NODE_ENV" in _variables(a) or (a.value.get("env") or Value({})).more for a in apps if folder in above(a.value.text("directory") or "")):
            continue
        text = str(mode.content)
        if not text.strip() or is_placeholder(text) or is_reference(text):
            mode = Value(Unknown("another variable or tool fills it in"), mode.at, mode.key_at)
        yield _mode(mode, None)


def _mode(mode: Value, app: str | None) -> Document:
    file = mode.at.file if mode.at else ""
    return Document("env.mode", file, value({"app": app, "file": file, "mode": mode}, mode.at), app or file)


def _siblings(app: Document, apps: Sequence[Document]) -> list[Document]:
    return [a for a in apps if a.file == app.file and a.value.text("name") == app.value.text("name") and a is not app]


def _variables(app: Document) -> Mapping[str, Value]:
    return (app.value.get("env") or Value({})).members()


# ---- env.setting -----------------------------------------------------------------------------------------------------


def _settings(project: Project, base: Sequence[Document], apps: Sequence[Document], files: Mapping[str, Value]) -> Iterator[Document]:
    """{name, app, file, value, same, elsewhere}: `same` compares what PM2 and the app's env file say; no value is kept.

    What an environment for production sets as the file does is the same.
    """
    for app in base:
        production = next((_variables(a) for a in _siblings(app, apps) if means(a.value.text("environment"), "production")), {})
        # it does not load production's file
        elsewhere = says(f"{posixpath.basename(app.file)} {app.value.text('name')}", "not production")
        loaded = None if elsewhere else loading.loaded(project, app, files)
        if loaded is None:
            continue
        overrides = any(_OVERRIDE.search(t) for t in project.sources.values() if "dotenv" in t) or _OVERRIDE.search(str(plain(app.value.get("command"))))
        for name, ours in _variables(app).items():
            theirs = files[loaded].members().get(name)
            if theirs is None or is_placeholder(str(theirs.content)) or is_reference(str(theirs.content)):
                continue
            same = _same(ours, str(theirs.content))
            if same is False and name in production:
                same = _same(production[name], str(theirs.content))
            told = {
                "name": name,
                "app": app.subject,
                "file": loaded,
                "same": Value(Unknown(OVERRIDES) if same is False and overrides else same, ours.at),
                "elsewhere": [Value(name, theirs.at)],
            }
            at = ours.at or app.place()
            yield Document("env.setting", at.file, value(told, at), f"{told['app']}: {name}")


def _same(ours: Value, theirs: str) -> bool | Unknown:
    """Whether PM2 gives the app the same text as its env file."""
    match ours.content:
        case bool() as on:
            return str(on).lower() == theirs
        case str() | int() as plainly:
            return str(plainly) == theirs
        case float() as number:
            return f"{number:g}" == theirs or str(number) == theirs
        case OneOf():
            return Unknown("it depends on a condition")
        case Unknown() as unknown:
            return Unknown(unknown.why)
    return Unknown("not known")

"""`env.file`: each env file, and one for each service that has none here; `env.variable`: see variable.py."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Sequence

from checklist.facts.env import variable
from checklist.facts.env.service import NOT_HERE, Service, services
from checklist.facts.ignores import Ignores
from checklist.facts.placeholders import real_secrets, role
from checklist.model import Document, Location, Project, Unknown, Value, value
from checklist.parse import env as parser
from checklist.parse import recognise


def documents(project: Project, apps: Sequence[Document], packages: Sequence[Document], quiet: Collection[str] = ()) -> list[Document]:
    """`env.file` and `env.variable` documents; `apps` also holds the apps of `env_X` environments, `quiet` are the PM2
    configs that start nothing on a server."""
    files = {f: parser.parse(f, t).value for f, t in sorted(project.files.items()) if recognise(f) == "env"}
    ignores = Ignores(project)
    found = list(services(project, apps, files, quiet))
    required = (project.policy.value.get("required_env") or Value(())).items()
    return [
        *(_file(project, ignores, f, v) for f, v in files.items()),
        *(_absent(s, s.expected) for s in found if s.expected is not None),
        *(variable.document(project, s, w) for s in found for w in required if isinstance(w.content, str)),
    ]


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


def _absent(service: Service, expected: Value) -> Document:
    """The document of an env file that is expected and not here: `present` is unknown where git ignores it."""
    present = Value(Unknown(NOT_HERE), service.place) if service.elsewhere else Value(False, expected.at)
    told = {"name": expected.content, "role": "real", "present": present, "service": service.called, "variables": {}}
    return Document("env.file", service.place.file, value(told, service.place), posixpath.join(service.directory, str(expected.content)))

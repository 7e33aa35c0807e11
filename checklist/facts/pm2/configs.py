"""The PM2 configs of a project: those that are used, and the apps in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checklist.facts import pm2
from checklist.facts.pm2 import files
from checklist.facts.sources import Source
from checklist.model import Document, Project, Value, plain, sealed


@dataclass(frozen=True, slots=True)
class Configs:
    """What stands in the PM2 configs of a project."""

    written: list[Document]
    """All that were understood."""
    used: list[Document]
    spare: frozenset[str]
    """Files of those that nobody uses: examples, copies, configs of a desk."""
    apps: list[Document]
    """`pm2.app`: each app in each of its environments."""
    quiet: frozenset[str]
    """Files that tell of no app, though they hold some."""

    @property
    def base(self) -> list[Document]:
        """What most facts ask is which apps there are, not in which environments."""
        return [a for a in self.apps if a.value.get("environment") in (None, Value(None))]

    def environments(self) -> dict[str, dict[str, bool]]:
        """The X of the `env_X` of each config, and whether it says anything else than the plain `env`. The NODE_ENV
        of the plain `env` of all apps counts as one: PM2 takes it where there is no `env_X` of that name. Configs that are
        not known to the end are left out."""
        out: dict[str, dict[str, bool]] = {c.file: {} for c in self.used if c.value.known() or not c.value.more}
        for app in self.apps:
            environment = app.value.text("environment")
            if environment is not None and app.file in out:
                usual = [a for a in self.apps if a.file == app.file and a.value.text("name") == app.value.text("name") and a.value.text("environment") is None]
                differs = not any(plain(a.value.get("env"), reveal=True) == plain(app.value.get("env"), reveal=True) for a in usual)
                out[app.file][environment] = differs or out[app.file].get(environment, False)
        for file, known in out.items():
            modes = {a.value.text("env", "NODE_ENV") for a in self.base if a.file == file}
            if len(modes) == 1 and (mode := modes.pop()) is not None:
                known.setdefault(mode, False)
        return out


def read(project: Project, sources: Mapping[str, Source], packages: Sequence[Document]) -> Configs:
    """The configs among the files that were read."""
    found = {f: s for f, s in sources.items() if s.format.startswith("pm2.")}
    spare = {f for f in found if not files.is_used(project, f)}
    written = [Document("pm2.config", f, sealed(s.parsed.value), f) for f, s in found.items() if s.parsed.value is not None]
    spare |= files.at_desks(project, [c for c in written if c.file not in spare])
    spare |= files.copies(project, [c for c in written if c.file not in spare], packages)
    used = [c for c in written if c.file not in spare]
    apps = [app for config in used for app in pm2.apps(config, project, packages)]
    quiet = {c.file for c in used if pm2.entries(c.value) and not any(a.file == c.file for a in apps)}
    return Configs(written, used, frozenset(spare), apps, frozenset(spare | quiet))

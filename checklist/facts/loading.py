"""Which env files a service loads in production: by what its command, its code and the policy name, and by what they say."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from checklist.facts.folders import above
from checklist.facts.ignores import Ignores
from checklist.facts.vocabulary import means, says
from checklist.model import Document, Project, Value, plain

# `node --env-file=.env.prod`, `dotenv -e .env.prod`, `env-cmd -f .env.prod`
_NAMED = re.compile(r"--env-file(?:-if-exists)?[= ](\S+)|(?:dotenv|env-cmd)\s+-[ef]\s+(\S+)")
# `config({ path: '.env.prod' })`, `path.resolve(__dirname, '../.env.prod')` in it, Node's loadEnvFile, Nest's envFilePath
_IN_CODE = re.compile(r"(?:(?<![\w$])(?:path|envFilePath)\s*:|loadEnvFile\s*\()[^;{}\n]*?['\"`](?:[^'\"`\n$]*/)?([^'\"`\n$/]*\benv\b[^'\"`\n$/]*)['\"`]")
# dotenv's own two ways, Node's, and that of Nest's config module
_BY_CODE = re.compile(r"dotenv/config|(?<![\w-])dotenv\b[^;]*?\bconfig\s*\(|loadEnvFile\s*\(|ConfigModule\s*\.\s*forRoot", re.DOTALL)


def names(project: Project, apps: Sequence[Document]) -> tuple[str, ...]:
    """Names of env files in the order in which they count: those that a command names, then the policy's."""
    given = [plain(a.value.get(key)) for a in apps for key in ("command", "node_args")]
    words = [" ".join(map(str, g)) if isinstance(g, list) else g for g in given if isinstance(g, (list, str))]
    named = [a or b for text in words for a, b in _NAMED.findall(text)]
    return tuple(dict.fromkeys([*(n.strip("'\"").removeprefix("./") for n in named), *of_policy(project)]))


def of_policy(project: Project) -> tuple[str, ...]:
    """The policy's `env_files`."""
    return tuple(n.content for n in (project.policy.value.get("env_files") or Value(())).items() if isinstance(n.content, str))


@lru_cache(maxsize=2)
def in_code(project: Project) -> frozenset[str]:
    """The base names of env files that some source names to its loader."""
    return frozenset(name for text in project.sources.values() for name in _IN_CODE.findall(text))


def by_code(project: Project, directory: str) -> bool:
    """Whether a source of a folder or below it loads an env file itself."""
    return any(_BY_CODE.search(text) for path, text in project.sources.items() if directory in above(posixpath.dirname(path)))


def loaded(project: Project, app: Document, files: Mapping[str, Value]) -> str | None:
    """The env file among those of the project that the app loads in production; None where none is known to be.

    A plain `.env` may be a developer's: it counts if it says that it is production's, if the policy names it, or if
    nobody says a mode and git has the file.
    """
    directory = app.value.text("directory")
    if directory is None:
        return None
    coded = in_code(project)
    order = dict.fromkeys([*names(project, [app]), *sorted(coded)])
    present = [f for n in order if (f := posixpath.normpath(posixpath.join(directory, n))) in files]
    chosen = [f for f in present if posixpath.basename(f) in coded] if coded else []
    return next((f for f in chosen or present if is_production(project, app, f, files[f])), None)


def named_for_production(file: str) -> bool:
    """Whether an env file is production's by its name; `env.env` is what some call the one on the server."""
    name = posixpath.basename(file)
    return name == "env.env" or (says(name, "production") and not says(name, "staging", "test", "example"))


def is_production(project: Project, app: Document | None, file: str, of: Value) -> bool:
    """Whether an env file is meant for production, as the app's own mode and the file say."""
    given = (project.policy.value.get("env_files") or Value(())).items()
    if named_for_production(file) or any(n.at is not None and str(n.content) in (file, posixpath.basename(file)) for n in given):
        return True
    mode = of.members().get("NODE_ENV")
    if mode is not None:
        return means(plain(mode, reveal=True), "production")
    if posixpath.basename(file) != ".env":
        return False
    set_by_pm2 = app is not None and "NODE_ENV" in (app.value.get("env") or Value({})).members()
    return not set_by_pm2 and not Ignores(project).decide(file)


def near(directory: str, order: Sequence[str]) -> list[str]:
    """Where the env files of these names would be: in a folder and in those above it."""
    return [posixpath.normpath(posixpath.join(folder, name)) for folder in above(directory) for name in order]

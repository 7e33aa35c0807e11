"""`env.example`: each example env file, with what the code reads and it lacks; `env.need`: each service that PM2 runs,
with what its code reads and nothing in the project sets."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from checklist.facts import loading
from checklist.facts.env.service import NOT_HERE
from checklist.facts.folders import home, is_frontend, is_retired
from checklist.facts.ignores import Ignores
from checklist.facts.ledger import UNSEEN
from checklist.facts.placeholders import role
from checklist.model import Document, Location, Project, Unknown, Value, value
from checklist.parse import recognise, usage

_FIRST = 3
# What the system, a shell, npm, PM2, a CI or a bundler sets.
_AMBIENT = re.compile(
    r"NODE_ENV|NODE_OPTIONS|NODE_DEBUG|NODE_PATH|NODE_VERSION|NODE_APP_INSTANCE|NODE_EXTRA_CA_CERTS|NODE_TLS_REJECT_UNAUTHORIZED|INSTANCE_ID|PORT|HOST|HOSTNAME|HOME|PATH|PWD|CI|TZ|USER|USERNAME|SHELL|TERM|COLORTERM"
    r"|LANG|LC_\w+|TMPDIR|TEMP|TMP|EDITOR|USERPROFILE|APPDATA|LOCALAPPDATA|PROGRAMFILES|SYSTEMROOT|OS|COMPUTERNAME|LOGNAME|DISPLAY|DEBUG|NO_COLOR|FORCE_COLOR|UV_THREADPOOL_SIZE"
    r"|(?:XDG|SSH|JEST|VITEST|PM2|GITHUB|GITLAB|CI|VERCEL|NETLIFY|RAILWAY|RENDER|HEROKU|DYNO|FLY|AWS_LAMBDA|KUBERNETES|K_|FUNCTION)\w*|(?:npm|pm)_\w+|(?i:https?_proxy|no_proxy|all_proxy)"
    r"|NEXT_RUNTIME|VUE_ENV|REPL(?:IT)?_\w+|(?:NEXT_PUBLIC|VITE|REACT_APP|NUXT|EXPO_PUBLIC|GATSBY|VUE_APP|PUBLIC|NG_APP|STORYBOOK)_\w+|BASE_URL|PUBLIC_URL"
)
# Code that is run by hand, by a build or as a sample, and is no part of the service.
_ASIDE = re.compile(r"(?:^|/)(?:scripts?|tools?|examples?|samples?|docs?|bench(?:marks?)?|fixtures?|seeders?|migrations?|client|frontend|browser|public|static|www|cypress|playwright|k6|seeds?|\.[^/]+)/|[.-](?:config|setup|conf)\.[^/]*\Z|(?:^|/)[^/]*(?:seed|migration|knexfile|webpack|gulpfile|Gruntfile)[^/]*\Z")
_SETTERS = ("workflow", "shell", "makefile", "dockerfile", "package", "env", "pm2.js", "pm2.ts", "pm2.json", "pm2.yaml")
_ASSIGNED = re.compile(r"env(?:\.|\[['\"])(\w+)(?:['\"]\])?\s*(?:\?\?|\|\|)?=(?!=)")
_UNREAD = re.compile(r"(?i)(?:^|/)(?:[^/]*compose[^/]*\.ya?ml|chart\.ya?ml|[^/]+\.(?:tf|service)|\.(?:gitlab-ci|travis)\.yml|manifest[^/]*\.ya?ml|jenkinsfile|app\.ya?ml|procfile|fly\.toml|render\.ya?ml|captain-definition|\.circleci|k8s|kubernetes|helm|ansible|terraform|playbooks?)(?:/|\Z)")
_LOADERS = re.compile(r"dotenv|@nestjs/config|env-file|env-cmd|loadEnvFile|doppler|infisical|vault|ssm|secrets?-?manager|key-?vault|chamber|(?<![\w-])convict|Object\.assign\s*\(\s*process\.env|process\.env\s*=(?!=)", re.IGNORECASE)


def documents(project: Project, apps: Sequence[Document], usages: Mapping[str, usage.Usage]) -> list[Document]:
    """`apps` also holds the apps of `env_X` environments, `usages` what each source reads."""
    reads = _reads(project, usages)
    base = [a for a in apps if a.value.text("environment") is None]
    return [*_examples(project, base, reads), *_needs(project, base, apps, reads)]


def _reads(project: Project, usages: Mapping[str, usage.Usage]) -> dict[str, dict[str, Value]]:
    """By package folder, the variables that every read of the package takes without a default."""
    all_reads: dict[str, list[tuple[str, usage.Read]]] = {}
    for file, found_there in usages.items():
        if not _ASIDE.search(file) and not is_retired(file):
            folder = home(project, posixpath.dirname(file))
            for read in found_there.reads:
                if not _AMBIENT.fullmatch(read.name) and read.name.isupper():
                    all_reads.setdefault(read.name, []).append((folder, read))
    found: dict[str, dict[str, Value]] = {}
    for name, places in sorted(all_reads.items(), key=lambda item: (item[1][0][1].at.file, item[1][0][1].at.line)):
        if not any(read.has_default or _kept(project, read.at, name) for _, read in places):
            for folder, read in places:
                found.setdefault(folder, {}).setdefault(name, Value(name, read.at))
    return found


def _lacking(names: Mapping[str, Value], at: Location, otherwise: Unknown | None) -> dict[str, object]:
    """{lacks, more, read_at}: the first names, how many more there are, and where they are read."""
    first = list(names.values())[:_FIRST]
    lacks = ", ".join(str(f.content) for f in first) if first else otherwise
    return {"lacks": Value(lacks, at), "more": max(0, len(names) - _FIRST), "read_at": first}


# ---- env.example -----------------------------------------------------------------------------------------------------


def _examples(project: Project, base: Sequence[Document], reads: Mapping[str, Mapping[str, Value]]) -> Iterator[Document]:
    """{file, lacks, more, read_at}: one for each folder that has an example; all that it has count together."""
    beside: dict[str, list[str]] = {}
    for file in sorted(project.files, key=lambda f: (len(f), f)):
        if recognise(file) == "env" and role(file) == "example":
            beside.setdefault(posixpath.dirname(file), []).append(file)
    said = _words(t for f, t in project.files.items() if _sets(project, f))
    for folder, files in beside.items():
        if is_frontend(project, folder, base, project.policy):
            continue
        lacked = {
            n: v
            for n, v in reads.get(folder, {}).items()
            if n not in said and not _tested_later(project.sources[v.at.file] if v.at else "", n, demanding=False)
        }
        place = Location(files[0])
        told = {"file": files[0], **_lacking(lacked, place, None if project.sources_seen else Unknown(UNSEEN))}
        yield Document("env.example", files[0], value(told, place), files[0])


def _words(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in re.findall(r"\w+", text)}


def _sets(project: Project, file: str) -> bool:
    """Whether what a file says of a variable sets or documents it; an env file that only this machine has does neither."""
    kind = recognise(file, project.files[file][:200])
    return kind in _SETTERS and (kind != "env" or role(file) == "example" or file in (project.tracked or ()))


# ---- env.need --------------------------------------------------------------------------------------------------------


def _needs(project: Project, base: Sequence[Document], apps: Sequence[Document], reads: Mapping[str, Mapping[str, Value]]) -> Iterator[Document]:
    """{app, lacks, more, read_at}: one for each package that PM2 runs with Node; what is set is looked for everywhere."""
    required = {str(w.content) for w in (project.policy.value.get("required_env") or Value(())).items()}
    texts = [t for f, t in project.files.items() if recognise(f, t[:200]) in _SETTERS]
    running: dict[str, list[Document]] = {}
    for app in base:
        directory = app.value.text("directory")
        if directory is not None and app.value.text("starts") not in ("static", "other"):
            running.setdefault(home(project, directory), []).append(app)
    assigned = {name for text in project.sources.values() for name in _ASSIGNED.findall(text)}
    said = _words(texts)
    for folder, mine in running.items():
        lacked = {
            n: v
            for n, v in reads.get(folder, {}).items()
            if n not in required and not _tested_later(project.sources[v.at.file] if v.at else "", n, demanding=True) and n not in said and n not in assigned
        }
        why = _elsewhere(project, folder, [a for a in apps if home(project, a.value.text("directory") or "") == folder])
        place = mine[0].place()
        data = _lacking(lacked, place, None if project.sources_seen else Unknown(UNSEEN))
        if lacked and why is not None:
            data["lacks"] = Value(Unknown(why), place)
        names = ", ".join(dict.fromkeys(a.subject for a in mine))
        yield Document("env.need", place.file, value({"app": names, **data}, place), names)


def _tested_later(text: str, name: str, *, demanding: bool) -> bool:
    """Whether a variable is kept under a name of its own that the code tests: then it may well be optional.

    `demanding`: a test for the missing one that throws or exits counts too.
    """
    kept = re.search(
        rf"(?:const|let|var)\s+([\w$]+)\s*(?::[^=;\n]+)?=\s*(?:(?:Number|parseInt|parseFloat)\s*\(\s*)?process\.env(?:\.|\[['\"]){name}(?!\w)"
        rf"|\{{[^{{}}]*(?<![\w$])({name})(?![\w$:])[^{{}}]*\}}\s*=\s*process\.env",
        text,
    )
    if kept is None:
        return False
    word = rf"(?<![\w$.]){re.escape(kept[1] or kept[2])}(?![\w$])"
    if not demanding and re.search(rf"if\s*\(\s*!\s*{word}\s*\)\s*\{{?(?:(?!return)[^{{}}]){{0,120}}?(?:(?<![\w$])throw|exit\s*\(|reject\s*\()", text):
        return False
    return re.search(rf"(?:!|if\s*\(|&&|\|\||[=!]==?|is(?:Finite|NaN)\s*\()\s*{word}|{word}\s*(?:&&|\|\||\?|[=!]==?)", text) is not None


def _kept(project: Project, at: Location | None, name: str) -> bool:
    """Whether a variable is a member of a config of the code, `url: process.env.URL`, and copes where that member is used."""
    member = re.search(rf"(?<![\w$.])([A-Za-z_$][\w$]*)\s*:\s*process\.env(?:\.{name}|\[['\"]{name}['\"]\])\s*[,}}\n]", project.sources[at.file]) if at else None
    if member is None:
        return False
    use = re.compile(rf"(?<=\.){re.escape(member[1])}\s*(?:\|\||\?\?|&&|\?[^.?])")
    return any(use.search(text) for text in project.sources.values())


@lru_cache(maxsize=2)
def _unread(project: Project) -> bool:
    """Whether there is a file that is not read here and may set variables."""
    return any(_UNREAD.search(p) for p in project.paths)


def _elsewhere(project: Project, folder: str, apps: Sequence[Document]) -> str | None:
    """Why variables may come from something that is not seen here; None where it is all here."""
    if any(a.value.more or (a.value.get("env") or Value({})).more or not isinstance((a.value.get("env") or Value({})).content, dict) for a in apps):
        return "the PM2 config may hold more variables than are seen here"
    if _unread(project):
        return "files that are not read here may set it"
    candidates = loading.near(folder, loading.of_policy(project))
    if any(c in project.broken or (c in project.paths and c not in project.files) for c in candidates):
        return "an env file cannot be understood"
    if any(c in project.files for c in candidates):
        return None
    ignores = Ignores(project)
    if any(ignores.decide(c) for c in candidates):
        return NOT_HERE
    told = [t for f, t in project.files.items() if recognise(f) in ("package", "pm2.js", "pm2.json", "pm2.yaml", "pm2.ts", "shell")]
    return "the env file that the code loads is not here" if any(_LOADERS.search(t) for t in (*project.sources.values(), *told)) else None

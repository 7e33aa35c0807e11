"""`pm2.file`: each PM2 config as a file: does PM2 take it for a config, can Node load it, which secrets lie in it.

Recognition after PM2 7.0.4 lib/Common.js:242-267, loading measured on Node 18 to 24.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from checklist.facts.folders import PERSONAL, above, is_retired, scripts
from checklist.facts.placeholders import real_secrets, role
from checklist.facts.pm2 import entries, governing
from checklist.facts.pm2.options import canonical
from checklist.facts.vocabulary import means, says
from checklist.model import Content, Document, Location, Project, Unknown, Value, value
from checklist.parse import recognise

_COMMANDS = ("shell", "workflow", "makefile", "dockerfile", "package")
_TAKEN = (".json", ".yml", ".yaml", ".config.js", ".config.cjs", ".config.mjs")
_STARTED = {"script", "exec", "cmd", "command"}
_TYPESCRIPT = re.compile(r"\bapps\s*:\s*\[[\s\S]*?\b(?:script|exec|cmd|command)\s*:")
# `myMasterKey`: the words of a template that everybody copies
_COPIED = re.compile(r"my[A-Z][A-Za-z]*\d{0,3}")
_RUN_BY = r"(?:node|nodejs|tsx|ts-node|bun|deno|babel-node|esbuild|tsc|swc)\b[^\n;&|]*(?<![\w.-]){name}(?![\w-])"


def documents(project: Project, configs: Sequence[Document], styles: Mapping[str, str], packages: Sequence[Document], spare: Collection[str]) -> Iterator[Document]:
    """{role, loads, secrets} of each file that holds apps; see `_role` and `_loads`. Of one that is
    `spare`, since no server starts it, only the secrets are told; that is its `role`, too."""
    for config in configs:
        if not any(_STARTED & entry.members().keys() for entry in entries(config.value)):
            continue
        secrets = list(_secrets(project, config))
        if config.file in spare:
            yield Document("pm2.file", config.file, value({"path": config.file, "role": "spare", "loads": None, "secrets": secrets}, Location(config.file)), config.file)
            continue
        package = governing(posixpath.dirname(config.file), packages, project)
        here = config.value.at if config.value.at and config.value.at.file == config.file else Location(config.file)
        told = {
            "role": Value(_role(project, config.file, packages), Location(config.file)),
            "loads": _loads(config, styles.get(config.file, ""), (package.value.text("type") if package else None) or "commonjs", here),
            "secrets": secrets,
        }
        yield Document("pm2.file", config.file, value({"path": config.file} | told, Location(config.file)), config.file)
    for file, text in sorted(project.files.items()):
        if recognise(file) == "pm2.ts" and _TYPESCRIPT.search(text) and is_used(project, file):
            told = {"path": file, "role": _role(project, file, packages), "loads": "yes", "secrets": []}
            yield Document("pm2.file", file, value(told, Location(file)), file)


def is_used(project: Project, file: str) -> bool:
    """Whether a config is started: it was not put away, and is no example or backup by its name or a command names it."""
    if is_retired(file) or role(file) == "real":
        return not is_retired(file)
    name = posixpath.basename(file)
    # of archive/ecosystem.config.js and ecosystem.config.js the command means the latter
    name = file if any(posixpath.basename(f) == name and role(f) == "real" and not is_retired(f) for f in project.files) else name
    return any(name in text and _named(name).search(text) for other, text in project.files.items() if recognise(other, text[:200]) in _COMMANDS)


def at_desks(project: Project, configs: Sequence[Document]) -> set[str]:
    """The configs that are started on somebody's own machine only: they are for development by their name or by every
    NODE_ENV in them, one for a server lies beside or above them or a script for development starts them, and nothing
    that runs on a server names them."""
    found = set()
    with_apps = [c for c in configs if entries(c.value)]
    for config in with_apps:
        named = says(posixpath.basename(config.file), "desk")
        if not named and _modes(config) != {"development"}:
            continue
        around = [c for c in with_apps if posixpath.dirname(c.file) in above(posixpath.dirname(config.file)) and not says(posixpath.basename(c.file), "desk")]
        # of two that are not named for it, the other has to say that it is production's
        others = around if named else [c for c in around if _modes(c) == {"production"}]
        if (others or (named and _named_at_desks(project, config))) and not _on_servers(project, config, by_folder=not named):
            found.add(config.file)
    return found


def copies(project: Project, configs: Sequence[Document], packages: Sequence[Document]) -> set[str]:
    """The configs in a folder that is a copy of another, packed for the server: each has the text of one that lies less
    deep, and beside both is a package.json of one name. What is said of the other need not be said again."""
    first: dict[tuple[str, str], str] = {}
    names = {p.value.text("directory") or "": p.value.text("name") for p in packages}
    found = set()
    for file in sorted((c.file for c in configs), key=lambda f: (f.count("/"), f)):
        name = names.get(posixpath.dirname(file))
        if name is not None and first.setdefault((name, project.files[file]), file).count("/") < file.count("/"):
            found.add(file)
    return found


def _named_at_desks(project: Project, config: Document) -> bool:
    """Whether a script or an image that is for development itself starts it."""
    name = posixpath.basename(config.file)
    return any(
        name in text and says(posixpath.basename(file), "desk") and recognise(file, text[:200]) in ("shell", "dockerfile") and _named(name).search(text)
        for file, text in project.files.items()
    )


def _modes(config: Document) -> set[str]:
    """For which environments its apps are by their NODE_ENV: `production`, `development`, `other`."""
    blocks = [v.get("NODE_ENV") for entry in entries(config.value) for k, v in entry.members().items() if k.startswith("env") and isinstance(v.content, dict)]
    said = {str(b.content) for b in blocks if b is not None}
    return {"production" if means(mode, "production") else "development" if means(mode, "desk") else "other" for mode in said}


def _on_servers(project: Project, config: Document, *, by_folder: bool) -> bool:
    """Whether a config is a server's: an app of it lies in a folder of one (a config that is named for development may be
    used there as well), it says how it is deployed, or a script, workflow or image names it that is not for development
    itself, or a `deploy` of package.json."""
    cwds = [cwd for entry in entries(config.value) if (cwd := entry.text("cwd") or "").startswith(("/", "~"))]
    if (by_folder and any(not PERSONAL.match(cwd) for cwd in cwds)) or config.value.get("deploy") is not None:
        return True
    name = posixpath.basename(config.file)
    for file, text in project.files.items():
        kind = recognise(file, text[:200]) if name in text else None
        if kind in ("shell", "workflow", "dockerfile") and not says(posixpath.basename(file), "desk") and _named(name).search(text):
            return True
        if kind == "package" and any("deploy" in script and not says(script, "desk") and _named(name).search(body) for script, body in scripts(project, posixpath.dirname(file)).items()):
            return True
    return False


def _named(name: str) -> re.Pattern[str]:
    """Where a command names a config."""
    return re.compile(rf"(?m)^(?![ \t]*#).*(?<![\w.-]){re.escape(name)}(?![\w-])")


def _role(project: Project, file: str, packages: Sequence[Document]) -> Content:
    """`config`: PM2 reads it as one; `module`: other code loads it or runs it; `program`: PM2 would start it as an app."""
    name = posixpath.basename(file)
    if any(part in name for part in _TAKEN):
        return "config"
    stem = re.escape(posixpath.splitext(name)[0])
    loaded = re.compile(rf"""(?:require\(|from\s|import\()\s*['"][./\w-]*/{stem}(?:\.\w+)?['"]|{_RUN_BY.format(name=re.escape(name))}""")
    if any(loaded.search(text) for other, text in project.files.items() if other != file):
        return "module"
    if name.endswith("ts") and any(posixpath.dirname(f) == posixpath.dirname(file) and recognise(f) in ("pm2.js", "pm2.json", "pm2.yaml") for f in project.files):
        return "module"  # what PM2 reads is made from it
    started = re.compile(rf"\bpm2\b[^\n;&|]*(?<![\w.-]){re.escape(name)}(?![\w-])")
    if any(started.search(text) for other, text in project.files.items() if other != file):
        return "program"
    if role(file) != "real":
        return "config"  # it is copied, and PM2 takes the copy by a name of its own
    if any(p.value.get("dependencies", "pm2") is not None for p in packages):
        return Unknown("a program may load it through PM2's API")
    return "program"


def _loads(config: Document, style: str, package_type: str, here: Location) -> Value:
    """`yes`, or why `require` of it gives PM2 no apps: `commonjs_in_module`, `module_in_commonjs`, `export_default`."""
    name = posixpath.basename(config.file)
    default = config.value.get("default")
    if style == "esm" and name.endswith(".cjs"):
        return Value("module_in_commonjs", here)
    if style == "esm" and default is not None and not ({"apps", "pm2"} & config.value.members().keys()):
        return Value("export_default", default.at if default.at and default.at.file == config.file else here)
    if style == "commonjs" and (name.endswith(".mjs") or (name.endswith(".js") and package_type == "module")):
        return Value("commonjs_in_module", here)
    return Value("yes", here)


def _secrets(project: Project, config: Document) -> Iterator[Value]:
    """The name of each literal secret in a block of variables, placed at its value; of files in the git index only."""
    blocks = [v for entry in entries(config.value) for k, v in entry.members().items() if (canonical(k) or "").startswith("env")]
    blocks += [target.get("env") or Value(None) for target in (config.value.get("deploy") or Value(None)).members().values()]
    seen = set()
    for block in blocks:
        members = block.members()
        for name in real_secrets(members):
            at = members[name].at
            if _COPIED.fullmatch(str(members[name].content)):
                continue
            if at is not None and at not in seen and at.file in (project.tracked or ()):
                seen.add(at)
                yield value(name, at)

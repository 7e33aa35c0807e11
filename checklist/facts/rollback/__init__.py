"""`rollback`, `rollback.link`, `rollback.app`: whether there is a way back, and whether it works the second time too."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from checklist.facts.deploy.met import Path
from checklist.facts.deploy.path import Run
from checklist.facts.deploy.steps import Step
from checklist.facts.deploy.subject import STARTS, is_deploy
from checklist.facts.rollback.links import Link
from checklist.facts.rollback.picks import needs_argument, pick
from checklist.facts.rollback.ways import RELEASE, Way, common, way
from checklist.facts.vocabulary import says
from checklist.model import Content, Document, Location, Project, Unknown, Value, value
from checklist.parse import shell as shell_parser
from checklist.parse.shell import Source
from checklist.secrets import mask

_RESTARTS = re.compile(r"\b(?:systemctl|service|supervisorctl|docker(?:-compose)?|podman|kubectl|kill|pkill|nginx|caddy|forever|passenger\S*|deploy\w*|publish|rollout|[\w./-]*(?:restart|reload)[\w./-]*)\b")
_OWN = re.compile(r"^(?:\./|\.\./|/|~/|bash |sh |npm run |yarn |pnpm |make |node )")
_NO_COMMAND = "a command is not known here"


def documents(project: Project, apps: Sequence[Document], paths: Sequence[Path], deploys: Sequence[Document], targets: Sequence[Document], packages: Sequence[Document]) -> list[Document]:
    """One `rollback` for each script that goes back, or one without a script; `rollback.link` for each flip of a link,
    `rollback.app` for each app whose cwd is known where releases have a link. None in a project without PM2 apps.

    `paths` are the runs of the deploy, `deploys` what it makes of them.
    """
    if not apps:
        return []
    ways = [way(project, path) for path in paths]
    whole = [d for d in deploys if is_deploy(d)]
    together = common(project, ways, whole, deploys, targets, packages)
    flips = {link.step.at: link for w in ways for link in w.links}
    housed = list(_apps(project.root, apps, ways, list(flips.values())))
    out = [_rollback(project, w, w.script, deploys, together, housed) for w in ways if w.script is not None] or [_none(apps, whole, together)]
    out += [
        Document("rollback.link", at.file, value({"path": link.path and link.path.replace("\0", "…"), "how": link.how, "text": _text(link.step)}, at), at.file) for at, link in flips.items()
    ]
    return [*out, *housed]


def _text(step: Step) -> str:
    return " ".join(mask(step.text).split())


def _none(apps: Sequence[Document], paths: Sequence[Document], common: dict[str, Value]) -> Document:
    at = paths[0].place(("last_restart",)) if paths else apps[0].place()
    data = {"script": Value(None), "kind": Value(None), **common}
    return Document("rollback", at.file, Value({k: v if v.at else Value(v.content, at) for k, v in data.items()}, at), "rollback")


# ---- one script ------------------------------------------------------------------------------------------------------


def _rollback(
    project: Project, way: Way, script: str, deploys: Sequence[Document], common: dict[str, Value], apps: Sequence[Document]
) -> Document:
    text, run = project.files[script], way.run
    source = Source(script, text)
    start = Location(script)
    problem = shell_parser.parse(script, text).problem
    kind, back = _kind(way)
    how, at = pick(text)
    flips = next((link for link in way.links if link.how != "atomic"), way.links[0] if way.links else None)
    restart = next((s for s in reversed(run.steps) if s.effect in STARTS and run.normal(s)), None)
    path = next((d.value for d in deploys if d.kind == "deploy.path" and d.value.text("entry") == script), None)
    call = _called(script, deploys)
    executable: bool | None = None
    if project.executable is not None and script in (project.tracked or ()):
        executable = script in project.executable
    where = back.at if back is not None else start
    data = {
        **common,
        "script": Value(script, start),
        "valid": Value(problem is None, start),
        "kind": Value(kind, where),
        "executable": Value(Unknown("the file is not in the git index") if executable is None else executable, start),
        "picks": Value(how if how else Unknown("how the release is found is not seen"), source.at(at, at) if how else start),
        "link": Value(flips.path.replace("\0", "…") if flips and flips.path else None, flips.step.at if flips else start),
        "flips": Value(flips.how if flips else None, flips.step.at if flips else start),
        "restarts": Value(_restarts(run, restart), where),
        "restart": Value(_text(restart), restart.at) if restart is not None else Value(None, where),
        "checks": Value(_checks(path) if restart is not None else None, restart.at if restart is not None else where),
        "called": Value(call is not None, call.place() if call is not None else start),
        "by_path": Value(call is not None and _by_path(project, script, call), call.place() if call is not None else start),
        "argument": Value(_argument(text, script, call), call.place() if call is not None else start),
        "call": Value(call.value.text("text") if call is not None else None, call.place() if call is not None else start),
    }
    return Document("rollback", script, Value({**data, "works": _works(data, apps if way.links else ())}, start), script)


def _works(told: Mapping[str, Value], apps: Sequence[Document]) -> Value:
    """Whether it is right in all that the rules ask of a rollback, and where it is not; `apps` run in the link that it flips."""
    asked: list[tuple[Value, set[object]]] = [(told["picks"], {"before", "mark", "argument"}), (told["flips"], {"atomic", None}), (told["argument"], {"given", None}), (told["restarts"], {True})]
    if told["restarts"].content is True:
        asked.append((told["checks"], {True}))
    if told["by_path"].content is True:
        asked.append((told["executable"], {True}))
    asked += [(place, {"link", None}) for app in apps if (place := app.value.get("place")) is not None]
    open_ = next((of for of, _ in asked if isinstance(of.content, Unknown)), None)
    wrong = next((of for of, right in asked if not isinstance(of.content, Unknown) and of.content not in right), None)
    if told["kind"].content is None or told["valid"].content is not True:
        return Value(Unknown("the file cannot be understood" if told["kind"].content else "how the release is found is not seen"), told["kind"].at)
    if wrong is not None:
        return Value(False, wrong.at)
    return Value(open_.content if open_ is not None else True, told["kind"].at)


def _kind(way: Way) -> tuple[str | None, Step | None]:
    """`releases` where it flips a link, `git` where it goes to an earlier commit, `archive` where it unpacks one,
    `pm2` where PM2's own deploy goes back; else None: a database's is none of ours."""
    if way.links:
        return "releases", way.links[0].step
    for step in way.run.steps:
        argv = step.argv or ()
        if argv[:1] == ("git",) and step.effect != "rollback" and _returns(argv):
            return "git", step
        if argv[:2] == ("pm2", "deploy") and "revert" in argv:
            return "pm2", step
        if argv[:1] in (("tar",), ("unzip",)) and step.effect != "archive" and not says(way.script or "", "aside"):
            return "archive", step
    return None, None


def _returns(argv: Sequence[str]) -> bool:
    words = list(argv[1:])
    while words[:1] in (["-C"], ["-c"]):
        words = words[2:]
    match words:
        case ["reset", *rest]:
            return "--hard" in rest and any(not w.startswith("-") and not w.startswith("origin/") for w in rest)
        case ["checkout" | "switch", *rest]:
            named = [w for w in rest if not w.startswith("-") or w == "-"]
            return "--" not in rest and "-b" not in rest and len(named) == 1 and not re.fullmatch(r"main|master|develop|\.", named[0])
        case ["revert", *rest]:
            return any(not w.startswith("-") for w in rest)
    return False


def _restarts(run: Run, restart: Step | None) -> Content:
    if restart is not None:
        return True
    if run.unknown:
        return Unknown(run.unknown)
    rest = [s for s in run.steps if s.effect in (None, "rollback", *STARTS)]
    if any(s.argv is None or s.effect in STARTS or _RESTARTS.search(" ".join(s.argv)) or (_OWN.match(" ".join(s.argv)) and s.effect is None) for s in rest):
        return Unknown(_NO_COMMAND)
    return False


def _checks(path: Value | None) -> Content:
    smoke = path.get("smoke") if path is not None else None
    if smoke is None or isinstance(smoke.content, Unknown):
        return smoke.content if smoke is not None else Unknown(_NO_COMMAND)
    return smoke.content == "real"


def _called(file: str, deploys: Sequence[Document]) -> Document | None:
    """The step of another script that starts this one."""
    name = re.compile(rf"(?:^|[\s/\"'}}]){re.escape(posixpath.basename(file))}(?:$|[\s\"';&|)])")
    steps = [d for d in deploys if d.kind in ("deploy.step", "deploy.command") and d.file != file and (d.kind == "deploy.command" or d.value.text("effect") == "rollback")]
    return next((d for d in steps if name.search(d.value.text("text") or "") and not re.match(r"(?:chmod|scp|rsync|cp|mv|cat)\b", d.value.text("text") or "")), None)


def _argument(text: str, script: str, call: Document | None) -> str | None:
    """`given` or `missing`, for a script that needs to be told the release."""
    if call is None or not needs_argument(text):
        return None
    rest = re.search(rf"{re.escape(posixpath.basename(script))}[\"']?(?P<given>[^;&|)\n]*)", call.value.text("text") or "")
    return "given" if rest is None or re.sub(r"\d?[<>]\S*\s*\S*", "", rest["given"]).strip(" \"'") else "missing"


def _by_path(project: Project, file: str, call: Document) -> bool:
    """Whether the kernel has to run it: its path is the command, and nothing here makes it executable first."""
    first = re.sub(r"^(?:sudo(?:\s+-\w+(?:\s+[\w-]+)?)*\s+|\w+=\S*\s+)*", "", call.value.text("text") or "").split(" ")[0].strip("\"'")
    name = posixpath.basename(file)
    made = any(re.search(rf"\bchmod\b[^\n]*(?:{re.escape(name)}|\*|\s-R|\sscripts\b|\$)", t) for t in project.files.values() if "chmod" in t)
    return first.endswith(name) and "/" in first and not made


# ---- apps ------------------------------------------------------------------------------------------------------------


def _apps(root: str, apps: Sequence[Document], ways: Sequence[Way], flips: Sequence[Link]) -> Iterator[Document]:
    """{name, cwd, link, place}: `place` is `link`, `release`, `elsewhere`, or `first` where there is no cwd, or none that
    stays the same: the folder of the first start; null where it is not known which server is meant."""
    known = [link.path for link in flips if link.path]
    linked = {app.value.text("name") for app in apps if (told := app.value.text("cwd")) and _place(told, known) == "link"}
    for app in apps:
        cwd = app.value.get("cwd") or Value(None)
        if cwd.secret or not known:
            continue
        written = cwd.content.rstrip("/") if isinstance(cwd.content, str) else ""
        absolute = written.startswith(("/", "~"))
        place: Content = _place(written, known) if written else None
        # `__dirname` is a release as well: Node resolves links
        if place is None and (not absolute or f"{written}/".startswith(f"{root}/")):
            if any(_only_restarts(way, app) for way in ways):
                place = cwd.content if isinstance(cwd.content, Unknown) else "first"
            elif not written:
                continue
        if place in ("elsewhere", "first") and app.value.text("name") in linked:
            place = None  # a second config, for servers without the link
        link = known[0].replace("\0", "…")
        at = app.place(("cwd",))
        data = {"name": app.value.get("name") or Value(None), "cwd": cwd, "link": link, "place": Value(place, at)}
        yield Document("rollback.app", app.file, value(data, at), app.subject)


def _only_restarts(way: Way, app: Document) -> bool:
    """Whether a run flips a link and then restarts the app without deleting it before: it stays where PM2 first started it
    (PM2 7.0.4, measured; lib/API.js takes process.cwd(), in which links are resolved)."""
    run = way.run
    about = [s for s in run.steps if s.argv and s.argv[0] == "pm2" and _means(s.argv, app)]
    for step in about:
        if step.effect in STARTS and "--cwd" not in (step.argv or ()):
            lost = not run.normal(step)  # both after a failure
            before = [s for s in run.steps if s.order < step.order and (run.together(s, step) or (lost and not run.normal(s)))]
            if any(link.step in before for link in way.links) and not any(s.effect == "delete" and s in before for s in about):
                return True
    return False


def _means(argv: Sequence[str], app: Document) -> bool:
    """Whether a command of PM2's is about the app: by its name, by the file of its config, or as one of all."""
    if "--only" in argv[:-1]:
        return app.value.text("name") in argv[argv.index("--only") + 1].split(",")
    return any(w in (app.value.text("name"), "all") or posixpath.basename(w) == posixpath.basename(app.file) for w in argv[2:])


def _place(cwd: str, known: Sequence[str]) -> str | None:
    if any(posixpath.basename(path) in cwd.split("/") for path in known):
        return "link"
    if RELEASE.search(cwd) and cwd.startswith(("/", "~")):
        return "release"
    # another server's paths are not compared with: the folder that holds the link says that it is this one
    homes = [posixpath.dirname(path) for path in known if path.startswith("/") and "\0" not in path]
    return "elsewhere" if any(home != "/" and (cwd == home or cwd.startswith(f"{home}/")) for home in homes) else None

"""`ci.step` for each action that is used, `ci.command` for each command of a workflow."""

from __future__ import annotations

import posixpath
import re

from checklist.facts.ci.workflows import Job, Step, Workflow
from checklist.model import Document, Location, Project, Unknown, Value, value
from checklist.secrets import mask

_MOVES = {"master", "main", "develop", "dev", "trunk", "HEAD", "latest"}
_NAMED = re.compile(r"\$\{\{\s*(matrix|env)\.([\w-]+)\s*\}\}")
_IMPORTANT = ("test", "lint", "build")
_LOCK_REMOVED = re.compile(r"(?:sudo )?rm .*?(?<=\s)(?:\./)?(?:package-lock|npm-shrinkwrap)\.json(?=\s|$)")


def step_documents(flow: Workflow, packages: list[Document], project: Project) -> list[Document]:
    """`ci.step`: {job, uses, ref, pin: commit|version|branch|none|local|image, node, asks, asked, node_fits, does, tolerated}."""
    out = []
    for job in flow.jobs.values():
        if job.uses:
            out.append(_step(flow, job, job.of, packages, project, None))
        for step in job.steps:
            # steps of a composite action stand in another file, which every job that calls it would report again
            if step.of.at is not None and step.of.at.file == flow.file:
                out.append(_step(flow, job, step.of, packages, project, step))
    return out


def _step(flow: Workflow, job: Job, of: Value, packages: list[Document], project: Project, step: Step | None) -> Document:
    uses = of.get("uses")
    said = of.text("uses") or ""
    ref = said.rpartition("@")[2] if "@" in said else ""
    data: dict[str, object] = {"job": job.id, "uses": uses or Value(None), "ref": ref, "pin": _pin(said, ref)}
    does = next((w for w in _IMPORTANT if step is not None and any(c.does == w for c in step.commands)), None)
    tolerated = of.get("continue-on-error") or (job.of.get("continue-on-error") if step is not None else None)
    if does and tolerated is not None and not (step is not None and (step.does("deploy") or _linted_strictly(flow, step, does))):
        data["does"] = does
        data["tolerated"] = tolerated if isinstance(tolerated.content, bool) else Value(Unknown("it depends on a condition"), tolerated.at)
    if said.startswith("actions/setup-node@"):
        data |= _node(flow, job, of, packages, project)
    return Document("ci.step", flow.file, value(data, of.at or Location(flow.file)), said or f"{job.id}: {of.text('name') or does or 'step'}")


def _linted_strictly(flow: Workflow, step: Step, does: str) -> bool:
    """Whether another step of the workflow lints and may not fail: a debt in old files is tolerated, new ones are looked at."""
    strict = (s for job in flow.jobs.values() if job.of.get("continue-on-error") is None for s in job.steps if s.of.get("continue-on-error") is None)
    return does == "lint" and any(s.does("lint") for s in strict if s is not step)


def _pin(uses: str, ref: str) -> str:
    if not uses or uses.startswith("./"):
        return "local"
    if uses.startswith("docker://"):
        return "image"
    if re.fullmatch(r"[0-9a-f]{40}", ref):
        return "commit"
    if not ref:
        return "none"
    return "branch" if ref in _MOVES or ref.startswith("refs/heads/") else "version"


def _versions(flow: Workflow, job: Job, given: Value) -> list[str]:
    """What `node-version` says, a matrix and `env` put in: one version or several, each as written."""
    named = _NAMED.fullmatch(str(given.content).strip())
    if named is None:
        return [str(given.content)]
    if named[1] == "matrix":
        matrix = job.of.get("strategy", "matrix")
        found = list((matrix.get(named[2]) or Value(())).items()) if matrix is not None else []
        found += [v for row in ((matrix.get("include") if matrix is not None else None) or Value(())).items() if (v := row.get(named[2])) is not None]
    else:
        found = [v for where in (job.of, flow.of) if (v := where.get("env", named[2])) is not None][:1]
    return [str(v.content) for v in found] or [str(given.content)]


def _node(flow: Workflow, job: Job, of: Value, packages: list[Document], project: Project) -> dict[str, object]:
    """The version that CI sets up, and the first of those the project asks for that it may not be; of a matrix one is enough."""
    named = (of.text("with", "node-version-file") or "").removeprefix("./")
    given, versions = of.get("with", "node-version"), list[str]()
    if given is None and named in project.files:
        given, versions = of.get("with", "node-version-file"), [project.files[named].strip()]
    elif given is not None:
        versions = _versions(flow, job, given)
    root = next((p for p in packages if p.file == "package.json"), None)
    wanted = {"package.json": root.value.text("engines", "node") if root else None}
    wanted |= {f: project.files[f].strip() for f in (".nvmrc", ".node-version") if f in project.files and f != named}
    if given is None or not any(wanted.values()):
        return {}
    answers = {f: _any_fits(versions, w) for f, w in wanted.items() if w}
    asker = next((f for f, fits in answers.items() if fits is False), next((f for f, fits in answers.items() if fits is None), next(iter(answers))))
    told = answers[asker]
    return {"node": ", ".join(versions), "asks": asker, "asked": wanted[asker], "node_fits": Value(Unknown("not known here") if told is None else told, given.at)}


def _any_fits(versions: list[str], wanted: str) -> bool | None:
    told = [_fits(v, wanted) for v in versions]
    return True if True in told else None if None in told else False


def _fits(version: str, wanted: str) -> bool | None:
    """Whether a major version can satisfy a range; None where that is not plain to see."""
    major = re.fullmatch(r"v?(\d+)(?:\.(?:x|\*|\d+))*", version.strip())
    if not major:
        return None
    have = int(major[1])
    answers = []
    for part in wanted.split("||"):
        bounds = re.findall(r"(>=|<=|>|<|\^|~|=)?\s*v?(\d+)((?:\.(?:\d+|x|\*))*)", part)
        if not bounds or re.sub(r"(?:>=|<=|>|<|\^|~|=)?\s*v?\d+(?:\.(?:\d+|x|\*))*", "", part).strip():
            return None
        # `<21` excludes 21, `<21.5` does not; `>18` leaves later versions of 18 to choose from
        answers.append(all(_within(have, sign, int(number), rest) for sign, number, rest in bounds))
    return any(answers)


def _within(have: int, sign: str, number: int, rest: str) -> bool:
    if sign in (">=", ">"):
        return have >= number
    if sign == "<=":
        return have <= number
    if sign == "<":
        return have < number if not rest.strip(".0x*") else have <= number
    return have == number


def command_documents(flow: Workflow, packages: list[Document]) -> list[Document]:
    """`ci.command`: {job, text, does, masked, shows, remote, ignores_lock, lock_left_out}."""
    locked = {p.value.text("directory") or "" for p in packages if any(i.content == "npm" for i in (p.value.get("locks") or Value(())).items())}
    out = []
    for job in flow.jobs.values():
        removed = set[str]()
        for step in job.steps:
            if step.of.at is None or step.of.at.file != flow.file:
                continue
            folder = step.of.text("working-directory") or job.of.text("defaults", "run", "working-directory") or flow.of.text("defaults", "run", "working-directory") or ""
            moved = any(re.match(r"cd\b|pushd\b", c.text) for c in step.commands)
            for c in step.commands:
                plain = c.does == "install" and re.fullmatch(r"(?:sudo )?npm (?:install|i)(?: --?[a-z][\w-]*(?:=\S+)?)*", c.text) and not re.search(r"\s(?:-g|--global|--prefix|-C|--package-lock-only)\b", c.text)
                place = posixpath.normpath(folder or ".")
                ignores = bool(plain and not c.remote and not moved and place in {d or "." for d in locked})
                if _LOCK_REMOVED.match(c.text) and not c.remote and not moved:
                    removed.add(place)
                data = {"job": job.id, "text": mask(c.text.splitlines()[0]), "does": c.does, "masked": c.masked, "shows": c.shows, "remote": c.remote, "ignores_lock": ignores, "lock_left_out": place in removed}
                out.append(Document("ci.command", flow.file, value(data, c.at), mask(c.text.splitlines()[0])))
    return out

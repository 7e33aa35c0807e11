"""Documents → more documents: everything the rules can be held against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from checklist.facts import ci as ci
from checklist.facts import deploy as deploy
from checklist.facts import (
    env,
    git,
    health,
    ledger,
    listening,
    measures,
    needs,
    packages,
    pages,
    rollback,
    rotation,
    services,
    settings,
    sources,
    sourcing,
    unused,
)
from checklist.facts import monitor as monitors
from checklist.facts.pm2 import configs as pm2_configs
from checklist.facts.pm2 import files as pm2_files
from checklist.facts.pm2 import targets
from checklist.facts.pm2.script import found_by_deploys
from checklist.model import Document, Location, Project, Value
from checklist.parse import markdown, usage

_NEVER_QUOTED = {"env"}


@dataclass(frozen=True, slots=True)
class Facts:
    """All documents of a project, and what the engine needs to know about its files."""

    documents: tuple[Document, ...]
    policy: Document
    """The project's policy, with what the project itself says where nothing is declared."""
    checked: tuple[tuple[str, str], ...]
    """(file, kind) of everything that was read."""
    quotable: frozenset[str]
    """Files whose lines may be shown: those that were understood, env files never."""
    fallback: Location
    """Where a finding points that has no place: onai-check.yaml, else the PM2 config, else the first file."""
    folder: str
    """The folder that the policy is the policy of, "" for the root."""


def derive(project: Project) -> Facts:
    """Every document of the project as its policy sees it; pure. What is told of the whole is of what it governs."""

    def own(documents: Iterable[Document]) -> list[Document]:
        return [d for d in documents if project.governs(d.file)]

    read = sources.read(project)
    understood = {f: s for f, s in read.items() if s.parsed.value is not None}
    package_docs = listening.told(project, [packages.document(f, s.parsed.value, project) for f, s in understood.items() if s.format == "package" and s.parsed.value])
    configs = pm2_configs.read(project, read, package_docs)
    base = configs.base
    values = {f: s.parsed.value for f, s in understood.items() if s.parsed.value is not None and f not in configs.spare}
    paths = deploy.paths(project, base, values)
    deploy_docs = deploy.documents(project, paths, base, package_docs, configs.environments())
    usages = usage.scan_all(project.sources)
    target_docs = [target for config in configs.used for target in targets.documents(config)]
    rollback_docs = rollback.documents(project, base, paths, deploy_docs, target_docs, package_docs)
    monitor = monitors.monitor(project.policy.value)
    policy = _policy(project, health.known(project, own(base), own(deploy_docs), own(package_docs)))
    documents = (
        policy,
        _whole(project, own(base), monitor, deploy_docs, package_docs),
        measures.document(project, monitor, own(deploy_docs), rollback_docs, package_docs),
        *(s.document() for f, s in read.items() if f not in configs.spare),
        *configs.written,
        *pm2_files.documents(project, configs.written, {f: s.style for f, s in understood.items()}, package_docs, configs.spare),
        *target_docs,
        *(_with_steps(found_by_deploys(app, deploy_docs, project), deploy_docs) for app in configs.apps),
        *package_docs,
        *services.documents(project, base, package_docs),
        *pages.documents(project, base, package_docs),
        *git.documents(project, base, package_docs),
        *env.documents(project, configs.apps, package_docs, configs.quiet),
        *ledger.documents(project, configs.apps, usages),
        *settings.documents(project, configs.apps),
        *needs.documents(project, configs.apps, usages),
        *unused.documents(project, configs.apps, usages),
        *sourcing.documents(project, configs.apps),
        *deploy_docs,
        *rollback_docs,
        *ci.documents(project, {f: v for f, v in values.items() if read[f].format == "workflow"}, base, package_docs, paths),
    )
    files = filter(project.governs, (project.policy.file, *(config.file for config in configs.used), *read))
    return Facts(
        documents=documents,
        policy=policy,
        checked=tuple((f, sources.KINDS.get(s.format, s.format)) for f, s in read.items()),
        quotable=frozenset(f for f, s in read.items() if s.parsed.problem is None and s.format not in _NEVER_QUOTED),
        fallback=Location(next(filter(None, files), "")),
        folder=project.folder,
    )


def _policy(project: Project, health_url: Value | None) -> Document:
    told = project.policy
    return told if health_url is None else replace(told, value=replace(told.value, content={**told.value.members(), "health_url": health_url}))


def _whole(project: Project, apps: list[Document], monitor: Value | None, deploy_docs: list[Document], packages: list[Document]) -> Document:
    """`project`: {apps: [names], silent, monitor, detection, rotation, runbook, playbook, adr}.

    `silent`: nothing can ask any of the apps; `detection` is how long the monitor may take to notice at most (ms); the
    last three say whether such a document is there.
    """
    data = {"apps": Value(tuple({a.value.text("name"): a.value.get("name") or Value(None) for a in apps}.values())), "silent": Value(listening.silent(project, apps, packages))}
    if monitor is not None:
        data["monitor"] = monitor
        span = monitors.detection(monitor)
        if span is not None:
            data["detection"] = span[1]
    rotated = rotation.rotation(project, apps, deploy_docs)
    if rotated is not None:
        data["rotation"] = rotated
    seen = [*project.paths, *project.files, *(project.tracked or ())]
    for name, pattern in markdown.KINDS.items():
        data[name] = Value(any(pattern.search(path) for path in seen))
    return Document("project", project.policy.file, Value(data, project.policy.value.at), "project")


def _with_steps(app: Document, deploy_docs: list[Document]) -> Document:
    """The app with the deploy steps that build, pack, ship or start its build output: related places of one finding."""
    mine = [
        Value({"text": Value(step.value.text("text"))}, step.place())
        for step in deploy_docs
        if step.kind == "deploy.step" and step.value.text("output") is not None and step.value.text("app") == app.value.text("name")
    ]
    return replace(app, value=replace(app.value, content={**app.value.members(), "build_steps": Value(tuple(mine), app.value.at)}))

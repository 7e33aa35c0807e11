"""GitHub Actions: `ci.workflow`, `ci.job`, `ci.step` and `ci.command` documents, and `ci.project` for all of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from checklist.facts.ci.jobs import jobs
from checklist.facts.ci.steps import command_documents, step_documents
from checklist.facts.ci.workflows import Workflow, workflow
from checklist.facts.deploy.met import Path
from checklist.facts.listening import silent
from checklist.model import Document, Project, Unknown, Value, value

OTHERS = re.compile(
    r"(?i)(?:\.gitlab-ci|\.circleci/config|bitbucket-pipelines|azure-pipelines|\.travis|\.drone|\.woodpecker|\.buildkite/pipeline|appveyor|cloudbuild|buildspec)\.ya?ml"
    r"|\.teamcity/settings\.kts|(?:.*/)?jenkinsfile(?:[._-][\w.-]*)?"
)
"""The files of other CI systems; a Jenkinsfile may lie and be called as one likes."""


def documents(project: Project, parsed: dict[str, Value], apps: list[Document], packages: list[Document], paths: Sequence[Path]) -> list[Document]:
    """Everything that the workflows of a project say; `parsed` is each workflow and composite action by its file, `paths` the runs of the deploy."""
    runs = {path.entry.name: path.run for path in paths}
    flows = {f: workflow(f, v, project, parsed, runs) for f, v in parsed.items() if f.startswith(".github/workflows/")}
    quiet = silent(project, apps, packages)
    job_docs = [d for flow in flows.values() for d in jobs(flow, flows, quiet)]
    out: list[Document] = [flow.document() for flow in flows.values()]
    out += job_docs
    for flow in flows.values():
        out += step_documents(flow, packages, project)
        out += command_documents(flow, packages)
    return [*out, _whole(project, [a for a in apps if project.governs(a.file)], job_docs, flows)]


def _whole(project: Project, apps: list[Document], job_docs: list[Document], flows: dict[str, Workflow]) -> Document:
    """`ci.project`: {apps: [name], deploys}: whether a push can bring the code to a server."""
    seen = [d.value.get("deploys") for d in job_docs]
    deploys: object = any(v is not None and v.content is True for v in seen)
    if not deploys:
        if any(s.other_way for f in flows.values() for j in f.jobs.values() for s in j.steps):
            deploys = Value(Unknown("a workflow may deploy in a way that is not read here"))
        elif any(v is not None and isinstance(v.content, Unknown) for v in seen):
            deploys = Value(Unknown("a workflow that is not seen may deploy"))
        elif any(OTHERS.fullmatch(p) for p in (*project.paths, *project.files)):
            deploys = Value(Unknown("another CI system may deploy"))
        elif any(f.problem for f in flows.values()):
            deploys = Value(Unknown("the file cannot be understood"))
    told = {"apps": [a.value.text("name") or "" for a in apps], "deploys": deploys}
    return Document("ci.project", project.policy.file, value(told, project.policy.value.at), "project")

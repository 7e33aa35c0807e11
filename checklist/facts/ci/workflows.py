"""Workflows as they are written: jobs, and their steps with the commands of them, through the actions of the project."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from checklist.facts.ci.commands import Command, commands
from checklist.facts.deploy import secrets
from checklist.facts.deploy.entries import script
from checklist.facts.deploy.path import Run
from checklist.model import Document, Location, Project, Value, value, walk
from checklist.secrets import issued

_RUNS = re.compile(r"(?i)(?:appleboy/ssh-action|fifsky/ssh-action|cross-the-world/ssh[\w-]*|garygrossgarten/github-action-ssh|d3rhase/ssh-command-action)@")
"""Actions that run commands on a server."""
_COPIES = re.compile(
    r"(?i)(?:appleboy/scp-action|easingthemes/ssh-deploy|burnett01/rsync-deployments|garygrossgarten/github-action-scp|cross-the-world/scp[\w-]*|wlixcc/sftp-deploy-action|"
    r"samkirkland/(?:ftp|web)-deploy[\w-]*|contention/rsync-deployments|azurydev/deploy-action|up9cloud/action-rsync|nogsantos/ssh-scp-deploy|cross-the-world/[\w-]*scp[\w-]*)@"
)
"""Actions that copy files to a server."""
_OTHER_WAYS = re.compile(r"(?i)[^@]*(?:deploy|flyctl|heroku|vercel|netlify|railway|build-push-action|ansible|wrangler|caprover)")
_MOVES = re.compile(r"(?:sudo )?(?:rsync|cp -\w*[ra])\b.* [\"']?(?:/(?:var|srv|opt|home|usr/share)/|~/(?!\.)|\$)[^ ]*$")
"""Files that are copied out of the folder of the job, to where a service may run."""
_HOSTED = re.compile(r"(?i)(?:ubuntu|windows|macos)-")
_PASSWORDS = ("password", "passphrase", "key", "ssh_private_key", "ssh-private-key", "proxy_password", "proxy_key")
_NOTICE = re.compile(r"(?i)[^@]*(?:telegram|slack|discord|notif|send-mail|msteams|teams-|mattermost|rocketchat|pushover)")
_HEALTH = re.compile(r"(?i)[^@]*(?:health|smoke|wait-for|uptime|http-request|playwright|cypress)")
_TESTS = re.compile(r"(?i)[^@]*(?:cypress-io|jest|vitest|test-reporter|coverage)")


@dataclass(frozen=True, slots=True)
class Step:
    """One step, those of composite actions of the project in the place of their call."""

    of: Value
    commands: tuple[Command, ...]
    uses: str
    condition: str
    unseen: bool = False
    tolerated: bool = False
    """The job goes on if it fails."""

    def does(self, what: str) -> bool:
        """Whether it ships to a server ("deploy"), or does something else that a command can be for; tests that cannot fail are "mock"."""
        own = {"deploy": _COPIES, "notify": _NOTICE, "health": _HEALTH, "test": _TESTS}.get(what)
        if own and self.uses and own.match(self.uses):
            return True
        match what:
            case "deploy":
                return any(c.ships for c in self.commands)
            case "test":
                return any(c.does == "test" and not (c.masked or c.may_pass) for c in self.commands) and not self.tolerated
            case "mock":
                return any(c.does == "test" and (c.masked or self.tolerated) for c in self.commands)
        return any(c.does == what for c in self.commands)

    @property
    def other_way(self) -> bool:
        """Whether it may bring code to where the service runs in a way that is not read here."""
        return any(c.other_way for c in self.commands) or _OTHER_WAYS.match(self.uses) is not None

    @property
    def restarts(self) -> bool:
        return any(c.restarts for c in self.commands)


@dataclass(frozen=True, slots=True)
class Job:
    """One job."""

    id: str
    of: Value
    steps: tuple[Step, ...]
    needs: tuple[str, ...]
    uses: str
    condition: str
    unseen: bool = False
    """Some of what it runs is not understood."""

    def does(self, what: str) -> bool:
        return any(s.does(what) for s in self.steps)


@dataclass(frozen=True, slots=True)
class Workflow:
    """One file."""

    file: str
    of: Value
    jobs: Mapping[str, Job]
    problem: bool

    @property
    def name(self) -> str:
        return self.of.text("name") or self.file

    def trigger(self, event: str) -> Value | None:
        """What `on` says of an event, an empty object if it is only named."""
        on = self.of.get("on")
        if on is None:
            return None
        if on.content == event:
            return Value({}, on.at, on.key_at)
        for item in on.items():
            if item.content == event:
                return Value({}, item.at)
        return on.members().get(event)

    def document(self) -> Document:
        """`ci.workflow`: {name, permissions, literals: [places of secrets written into it]}."""
        written = [v for _, v in walk(self.of) if isinstance(v.content, str) and issued(v.content)]
        mine = [step for job in self.jobs.values() for step in job.steps if step.of.at and step.of.at.file == self.file]
        written += [v for step in mine for v in (*_passwords(step), *_scripts(step))]
        literals = [Value("", at, secret=True) for at in dict.fromkeys(v.at for v in written)]
        given = [v for v in (self.of.get("permissions"), *(j.of.get("permissions") for j in self.jobs.values())) if v is not None]
        wide = next((v for v in given if v.content == "write-all"), None)
        told: dict[str, Any] = {"name": self.name, "permissions": wide or Value("limited" if given else "default"), "literals": literals}
        return Document("ci.workflow", self.file, value(told, self.of.at or Location(self.file)), self.name)


def _passwords(step: Step) -> list[Value]:
    """What an action for servers is given as a password, word for word; what has a slash may be a path."""
    if not (_RUNS.match(step.uses) or _COPIES.match(step.uses)):
        return []
    given = [step.of.get("with", key) for key in _PASSWORDS]
    return [v for v in given if v is not None and isinstance(v.content, str) and v.content.strip() and "${{" not in v.content and "/" not in v.content]


def _scripts(step: Step) -> list[Value]:
    """What a step runs, where a secret stands in it."""
    told = script(step.of)
    return [told[0]] if told is not None and secrets.written(str(told[0].content)) else []


def workflow(file: str, of: Value, project: Project, parsed: Mapping[str, Value], runs: Mapping[str, Run]) -> Workflow:
    """One workflow with the steps of its jobs; `parsed` holds the composite actions too, `runs` the runs of the jobs, FILE#JOB."""
    found = {}
    for id, job in (of.get("jobs") or Value(None)).members().items():
        needs = job.get("needs")
        names = (needs.content,) if needs is not None and isinstance(needs.content, str) else tuple(n.content for n in needs.items()) if needs else ()
        runner = " ".join(str(v.content) for _, v in walk(job.get("runs-on") or Value("ubuntu-")))
        run = runs.get(f"{file}#{id}")
        steps = tuple(s for step in (job.get("steps") or Value(None)).items() for s in _steps(step, project, parsed, run, runner=runner))
        if (job.get("continue-on-error") or Value(None)).content is True:
            steps = tuple(replace(s, tolerated=True, commands=tuple(replace(c, masked=False) for c in s.commands)) for s in steps)
        found[id] = Job(id, job, steps, tuple(str(n) for n in names), job.text("uses") or "", _condition(job), run is not None and run.unknown is not None)
    return Workflow(file, of, found, not of.members())


def _steps(step: Value, project: Project, parsed: Mapping[str, Value], run: Run | None, *, runner: str, depth: int = 3) -> list[Step]:
    """A step, those of an action of the project in its place. A runner that is not GitHub's may be the server."""
    uses = step.text("uses") or ""
    tolerated = (step.get("continue-on-error") or Value(None)).content is True
    told = script(step)
    inside = commands(told[0], run, project) if told is not None and run is not None else []
    if tolerated:  # which is found where it is said
        inside = [replace(c, masked=False) for c in inside]
    if "${{" in runner:
        inside = [replace(c, remote=True) if c.does == "restart" else c for c in inside]
    elif not _HOSTED.search(runner):
        inside = [replace(c, does="deploy") if c.does == "restart" or _MOVES.match(c.text) else c for c in inside]
    if not uses.startswith("./"):
        # of another shell than bash it is only known whether it may reach a server
        unseen = bool(_RUNS.match(uses)) or (told is not None and not uses and re.search(r"\b(?:ssh|scp|rsync|pm2)\b", str(told[0].content)) is not None)
        return [Step(step, tuple(inside), uses, _condition(step), unseen and not inside, tolerated)]
    action = next((parsed[p] for p in (f"{uses[2:].rstrip('/')}/action.yml", f"{uses[2:].rstrip('/')}/action.yaml") if p in parsed), None)
    below = action.get("runs", "steps") if action is not None else None
    if below is None or depth == 0:
        return [Step(step, (), uses, _condition(step), True, tolerated)]
    return [Step(step, (), uses, _condition(step)), *(replace(s, tolerated=s.tolerated or tolerated) for inner in below.items() for s in _steps(inner, project, parsed, run, runner=runner, depth=depth - 1))]


def _condition(of: Value) -> str:
    said = of.get("if")
    return "" if said is None else str(said.content)

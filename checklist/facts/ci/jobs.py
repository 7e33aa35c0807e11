"""Jobs: what they wait for, and what they do about a deploy."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from typing import Any

from checklist.facts.ci.workflows import Job, Step, Workflow
from checklist.facts.listening import PM2_ANSWERS, PM2_ASKED
from checklist.facts.vocabulary import says
from checklist.model import Document, Location, Unknown, Value, value

_WHATEVER = re.compile(r"always\(\)|failure\(\)|!\s*cancelled\(\)")
_LIMITS = re.compile(r"github\.(?:ref|ref_name|base_ref|event_name|head_ref|event)\b|inputs\.")


def jobs(flow: Workflow, flows: Mapping[str, Workflow], silent: bool) -> list[Document]:
    """`ci.job` of each job: {id, workflow, needs, deploys, tests, mock_tests, health, silent, notifies, any_branch, concurrency, timeout}.

    `silent`: nothing of the project can be asked over the network.
    """
    return [_job(flow, job, flows, silent) for job in flow.jobs.values()]


def _job(flow: Workflow, job: Job, flows: Mapping[str, Workflow], silent: bool) -> Document:
    last = max((i for i, s in enumerate(job.steps) if s.does("deploy")), default=-1)
    tests, mocks = _tests(flow, job, last, flows)
    at = job.of.key_at or job.of.at or Location(flow.file)
    deploys: object = last >= 0
    if says(f"{job.id} {posixpath.basename(flow.file)}", "back"):
        deploys = False  # it is what a failed deploy ends in, and a person watches it
    elif job.uses and not job.uses.startswith("./") and re.search(r"(?i)deploy|release", job.id + job.uses):
        deploys = Value(Unknown("a workflow that is not seen may deploy"))
    elif last < 0 and (any(s.unseen or any((c.unseen or job.unseen) and c.remote for c in s.commands) for s in job.steps) or (re.search(r"(?i)deploy", job.id) and any(_npm_deploy(s) for s in job.steps))):
        deploys = Value(Unknown("a script that is not seen may deploy"))
    elif last < 0 and any(s.restarts for s in job.steps):
        deploys = Value(Unknown("a build or a restart is seen, but not what brings the code"))
    open_branch, where = _any_branch(flow, job, flows)
    data: dict[str, Any] = {
        "id": job.id,
        "workflow": flow.name,
        "needs": list(job.needs),
        "deploys": deploys,
        "tests": tests,
        "mock_tests": mocks,
        "health": _health(flow, job, flows, silent),
        "silent": silent,
        "notifies": _notifies(flow, job, flows),
        "any_branch": Value(open_branch, where or at),
        "concurrency": _concurrency(flow, job, flows),
        "timeout": job.of.get("timeout-minutes") is not None or (last >= 0 and all(_limited(s) for s in job.steps if s.does("deploy"))),
    }
    return Document("ci.job", flow.file, value(data, at), job.id)


def _limited(step: Step) -> bool:
    """Whether something ends a step that hangs. appleboy's actions have `command_timeout: 10m` by default (their action.yml, November 2026)."""
    if step.of.get("timeout-minutes") is not None or step.uses.startswith(("appleboy/ssh-action@", "appleboy/scp-action@")):
        return True
    reaching = [c.text for c in step.commands if not c.remote and (c.ships or re.search(r"\bssh(?:pass)? ", c.text))]
    return bool(reaching) and all(re.match(r"(?:sudo )?timeout ", text) for text in reaching)


def _concurrency(flow: Workflow, job: Job, flows: Mapping[str, Workflow]) -> object:
    if job.of.get("concurrency") is not None or flow.of.get("concurrency") is not None:
        return True
    if not _called(flow):
        return False
    told = _each([_concurrency(f, j, flows) is True for f, j in _callers(flow, flows)])
    return Value(Unknown("the workflow that calls it may set it")) if told is None else told


def _npm_deploy(step: Step) -> bool:
    return any(re.match(r"(?:npm|pnpm|yarn|bun) (?:run )?\S*deploy", c.text) for c in step.commands)


def _before(flow: Workflow, job: Job) -> list[Job]:
    """The jobs that have to end before this one."""
    found: dict[str, Job] = {}
    left = list(job.needs)
    while left:
        id = left.pop()
        if id in flow.jobs and id not in found:
            found[id] = flow.jobs[id]
            left += flow.jobs[id].needs
    return list(found.values())


def _after(flow: Workflow, job: Job) -> list[Job]:
    return [j for j in flow.jobs.values() if job in _before(flow, j)]


def _called(flow: Workflow) -> bool:
    return flow.trigger("workflow_call") is not None


def _callers(flow: Workflow, flows: Mapping[str, Workflow]) -> list[tuple[Workflow, Job]]:
    """The jobs of the project that call a workflow; none where one of them is called itself."""
    found = [(f, j) for f in flows.values() for j in f.jobs.values() if j.uses.startswith("./") and j.uses.removeprefix("./") == flow.file]
    return [] if any(_called(f) for f, _ in found) else found


def _each(answers: Sequence[bool | None]) -> bool | None:
    """Whether it is so for each of them; None where that is not known, or there is none."""
    return False if False in answers else None if not answers or None in answers else True


def _some(answers: Sequence[bool | None]) -> bool | None:
    """Whether it is so for some of them; None where that is not known."""
    return True if True in answers else None if None in answers else False


def _may_stop(steps: Sequence[Step]) -> bool:
    """Whether it hangs on a condition that is not known if a failed test fails its step."""
    return any(c.does == "test" and c.may_pass and not s.tolerated for s in steps for c in s.commands)


def _any_does(job: Job, what: str, flows: Mapping[str, Workflow]) -> bool | None:
    """Whether a job does something, itself or in the workflow that it calls; None: not seen."""
    if not job.uses:
        return job.does(what) or (None if job.unseen or (what == "test" and _may_stop(job.steps)) or any(s.unseen for s in job.steps) else False)
    called = flows.get(job.uses.removeprefix("./")) if job.uses.startswith("./") else None
    return None if called is None else any(j.does(what) for j in called.jobs.values())


def _tests(flow: Workflow, job: Job, last: int, flows: Mapping[str, Workflow]) -> tuple[object, bool]:
    """Whether tests come before the deploy, and whether some do that cannot fail."""
    done = job.steps[: last + 1]
    before = _before(flow, job)
    mocks = any(s.does("mock") for s in done) or any(j.does("mock") for j in before)
    if any(s.does("test") for s in done):
        return True, mocks
    answers = [_any_does(j, "test", flows) for j in before]
    after = flow.trigger("workflow_run")
    if after is not None:
        names = [n.content for n in (after.get("workflows") or Value(None)).items()]
        first = [w for w in flows.values() if w.name in names]
        answers += [any(_any_does(j, "test", flows) for j in w.jobs.values()) or None for w in first] or [None]
    called = _each([_some([_any_does(b, "test", flows) for b in _before(f, j)]) for f, j in _callers(flow, flows)])
    if True in answers or called is True:
        return True, mocks
    if _may_stop(done):
        return Value(Unknown("a condition decides whether a failed test stops it")), mocks
    if None in answers or (_called(flow) and called is None) or job.unseen or any(s.unseen or any(c.unseen or c.may_verify for c in s.commands) for s in done):
        return Value(Unknown("a script or workflow that is not seen may test")), mocks
    others = (w for w in flows.values() if w is not flow and w.trigger("pull_request") is not None)
    if any(_any_does(j, "test", flows) for w in others for j in w.jobs.values()):
        return Value(Unknown("pull requests are tested, and the branch may require it")), mocks
    return False, mocks


def _health(flow: Workflow, job: Job, flows: Mapping[str, Workflow], silent: bool) -> object:
    last = max((i for i, s in enumerate(job.steps) if s.does("deploy") or s.restarts), default=-1)
    # a step can restart and check, so the order of commands in it counts
    told = [c for s in job.steps[last:] for c in s.commands] if last >= 0 else []
    restart = max((i for i, c in enumerate(told) if c.ships or c.restarts), default=-1)
    if any(c.does == "health" for c in told[restart + 1 :]) or any(s.does("health") for s in job.steps[last + 1 :]) or any(j.does("health") for j in _after(flow, job)):
        return True
    called = _each([_some([_any_does(a, "health", flows) for a in _after(f, j)]) for f, j in _callers(flow, flows)])
    if called is True:
        return True
    if (_called(flow) and called is None) or job.unseen or any(c.unseen for s in job.steps for c in s.commands) or any(s.unseen for s in job.steps) or any(j.uses for j in _after(flow, job)):
        return Value(Unknown("a script or workflow that is not seen may check"))
    if any(c.may_check for c in told[restart + 1 :]) or any(c.may_check for s in job.steps[last + 1 :] for c in s.commands):
        return Value(Unknown("a command is not known here"))
    if silent and any(PM2_ASKED.match(c.text) for c in told[restart + 1 :]):
        return Value(Unknown(PM2_ANSWERS))
    return False


def _notifies(flow: Workflow, job: Job, flows: Mapping[str, Workflow]) -> object:
    for step in job.steps:
        if step.does("notify") and _WHATEVER.search(step.condition):
            return True
        if any(c.does == "notify" and not c.normal for c in step.commands):
            return True  # in the script itself, where a command of it fails
    if any(j.does("notify") and (_WHATEVER.search(j.condition) or any(_WHATEVER.search(s.condition) for s in j.steps)) for j in _after(flow, job)):
        return True
    for other in flows.values():
        names = [n.content for n in ((other.trigger("workflow_run") or Value(None)).get("workflows") or Value(None)).items()]
        if flow.name in names and any(j.does("notify") for j in other.jobs.values()):
            return True
    callers = _callers(flow, flows)
    if callers and all(_notifies(f, j, flows) is True for f, j in callers):
        return True
    unseen = any(j.uses and _WHATEVER.search(j.condition) for j in _after(flow, job)) or any(s.unseen and _WHATEVER.search(s.condition) for s in job.steps)
    if unseen or (_called(flow) and (not callers or any(_notifies(f, j, flows) is not False for f, j in callers))):
        return Value(Unknown("a script or workflow that is not seen may notify"))
    return False


def _any_branch(flow: Workflow, job: Job, flows: Mapping[str, Workflow]) -> tuple[bool | Unknown, Location | None]:
    """Whether a push to any branch, or a pull request that is not merged, starts the job; and the trigger that does."""
    where = _open_trigger(flow)
    if where is None:
        limited = job.of.get("environment") is not None or _LIMITS.search(job.condition)
        called = [] if limited else [_any_branch(f, j, flows) for f, j in _callers(flow, flows)]
        return next((told for told in called if told[0] is not False), (False, None))
    conditions = [job.condition, *(s.condition for s in job.steps if s.does("deploy")), *(j.condition for j in _before(flow, job))]
    if job.of.get("environment") is not None or any(_LIMITS.search(c) for c in conditions):
        return False, None
    if any(c and not _WHATEVER.search(c) for c in conditions) or any("github.ref" in c.text or "GITHUB_REF" in c.text for s in job.steps for c in s.commands):
        return Unknown("it depends on a condition"), where
    return True, where


def _open_trigger(flow: Workflow) -> Location | None:
    push = flow.trigger("push")
    if push is not None:
        branches = push.get("branches")
        filtered = any(push.get(k) is not None for k in ("branches", "branches-ignore", "tags", "tags-ignore"))
        if not filtered or (branches is not None and any(b.content in ("*", "**") for b in branches.items())):
            return push.key_at or push.at
    for event in ("pull_request", "pull_request_target"):
        asked = flow.trigger(event)
        if asked is not None:
            types = [t.content for t in (asked.get("types") or Value(None)).items()] or [(asked.get("types") or Value(None)).content]
            if types == [None] or any(t != "closed" for t in types):
                return asked.key_at or asked.at
    return None

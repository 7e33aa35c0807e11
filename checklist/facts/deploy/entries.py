"""Where a deploy can begin: scripts, CI jobs, PM2's deploy hooks, `deploy` scripts of package.json, Makefile targets, Dockerfiles."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from checklist.facts.folders import is_retired
from checklist.facts.placeholders import is_unfilled
from checklist.facts.pm2 import targets
from checklist.facts.vocabulary import says
from checklist.model import Location, Project, Value, walk
from checklist.parse import embedded, recognise
from checklist.parse.shell import Source
from checklist.shell.environment import Environment, strict
from checklist.shell.executor import Executor
from checklist.shell.paths import REPOSITORY
from checklist.shell.states import Completion, Guarded, States

_JAVASCRIPT = re.compile(r"\s*(?:import\s.+\sfrom\s|const\s+\w+\s*=|module\.exports|'use strict')")
_WORDS = re.compile(r"\$\{\{\s*(?:github\.(?:sha|run_id|run_number|run_attempt|repository|repository_owner|actor|job|event_name|workspace)|runner\.\w+|job\.status)\s*\}\}")
"""Expressions whose value holds nothing that a shell takes for syntax (docs.github.com, contexts reference)."""
_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_TARGET = re.compile(r"(?m)^([A-Za-z0-9_.-]+)[ \t]*:(?!=)[^\n]*\n((?:\t[^\n]*(?:\n|\Z))+)")
_INSTRUCTION = re.compile(r"(?im)^[ \t]*(RUN|CMD|ENTRYPOINT)[ \t]+((?:\\\n(?:[ \t]*#[^\n]*\n)*|[^\\\n]|\\.)*)", re.DOTALL)
_DEPLOYS = re.compile(r"(?i)^(?:(?:post|pre)?deploy|release|ship|rollout|publish:prod|pm2)(?:[:_-].*)?$")
_FAILED = re.compile(r"(?:\$\{\{)?[\s(]*failure\(\)(?:\s*&&(?:(?!\|\|).)*)?(?:\}\})?\s*", re.DOTALL)
"""A condition that holds only after a failure (docs.github.com, status check functions)."""
_SSH_ACTION = re.compile(r"(?i)ssh-?(?:action|deploy|command|remote|script)|remote-ssh")


@dataclass(frozen=True, slots=True)
class Job:
    """What a workflow says of a job that is an entry point."""

    of: Value
    branches: tuple[str, ...]
    """Those whose pushes start it; none: all, or something else starts it."""
    waits: bool
    """Whether another workflow has to end before."""

    @property
    def own_runner(self) -> bool:
        """Whether it runs on a machine that may be the server."""
        return not re.search(r"(?i)(?:ubuntu|windows|macos)-", " ".join(str(v.content) for _, v in walk(self.of.get("runs-on") or Value("ubuntu-"))))


@dataclass(frozen=True, slots=True)
class Entry:
    """One way a deploy can begin; `run` runs it in an executor."""

    name: str
    """`deploy.sh`, `.github/workflows/deploy.yml#deploy`, `ecosystem.config.js#production/post-deploy`."""
    at: Location
    run: Callable[[Executor], Completion]
    job: Job | None = None
    hook: str = ""
    """Of a hook of PM2: `post-deploy`."""
    hides: bool = False
    """Whether it is a hook of PM2 of which pm2/hook-hides-failure says already that it goes on after a failure."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A shell of those that an entry point runs."""

    source: Source
    options: Mapping[str, object]
    passes: bool = False
    """Whether its failure is let pass."""
    always: bool = False
    """Whether it runs after a failure too."""
    rescues: bool = False
    """Whether it runs only after a failure."""
    conditional: bool = False


def entries(project: Project, parsed: Mapping[str, Value]) -> Iterator[Entry]:
    """All of them; `parsed` has the values of workflows, package.json files and PM2 configs."""
    for file, text in sorted(project.files.items()):
        if is_retired(file):
            continue
        if is_shell(file, text):
            yield Entry(file, Location(file), _script(project, file, text))
        elif recognise(file) == "makefile":
            yield from _make(file, text)
        elif recognise(file) == "dockerfile":
            yield from _docker(file, text)
    for file, value in sorted(parsed.items()):
        text = project.files.get(file, "")
        match recognise(file):
            case "workflow" if file.startswith(".github/workflows/"):
                yield from _jobs(project, file, value, parsed)
            case "package":
                yield from _scripts(file, text, value)
            case "pm2.js" | "pm2.json" | "pm2.yaml":
                yield from _hooks(file, text, value)


def is_shell(path: str, text: str) -> bool:
    """Whether a file is a shell script by its name or first line; JavaScript that is named .sh is none."""
    return recognise(path, text[:200]) == "shell" and not _JAVASCRIPT.match(text)


def _shell(source: Source, *, directory: str = REPOSITORY, host: str = "local", errexit: bool = False, pipefail: bool = False, reads: str = "bash") -> Environment:
    return Environment(source, f"{REPOSITORY}/{source.file}", host, Guarded.of(directory), errexit=Guarded.of(errexit), pipefail=Guarded.of(pipefail), reads=reads)


def _script(project: Project, file: str, text: str) -> Callable[[Executor], Completion]:
    def run(executor: Executor) -> Completion:
        base = posixpath.dirname(file)
        # a script beside a package.json is called there, any other from the root
        directory = f"{REPOSITORY}/{base}" if base and project.exists(posixpath.join(base, "package.json")) else REPOSITORY
        source = Source(file, text)
        return executor.processes.process(source, _shell(source, directory=directory, errexit=strict(text)), 1)

    return run


def _one(source: Source, **options: object) -> Callable[[Executor], Completion]:
    return lambda executor: executor.processes.process(source, _shell(source, **options), 1)  # type: ignore[arg-type]


def _scripts(file: str, text: str, package: Value) -> Iterator[Entry]:
    found = package.get("scripts")
    for name, script in (found.members() if found is not None else {}).items():
        if _DEPLOYS.match(name) and not says(name, "desk", "test", "load test") and isinstance(script.content, str) and script.at is not None:
            directory = f"{REPOSITORY}/{posixpath.dirname(file)}".rstrip("/")
            yield Entry(f"{file}#{name}", script.at, _one(embedded.source(text, script.at, script.content), directory=directory, reads="sh"))


def _hooks(file: str, text: str, config: Value) -> Iterator[Entry]:
    deploy = config.get("deploy")
    for target, settings in (deploy.members() if deploy is not None else {}).items():
        if is_unfilled(settings):
            continue
        for hook, script in settings.members().items():
            if re.fullmatch(r"(?:pre|post)-(?:setup|deploy|deploy-local)", hook) and isinstance(script.content, str) and script.at is not None:
                host = "local" if hook.endswith("-local") else "remote"
                reads = "bash" if host == "remote" else "sh"
                yield Entry(f"{file}#{target}/{hook}", script.at, _one(embedded.source(text, script.at, script.content), host=host, reads=reads), hook=hook, hides=targets.hides(script) is not None)


def _make(file: str, text: str) -> Iterator[Entry]:
    """A recipe's lines, each in a shell of its own; make stops at the first that fails, unless a `-` stands before it (GNU make manual, 5.4 and 5.5)."""
    for target in _TARGET.finditer(text):
        recipe = re.sub(r"\\\n\t?", lambda m: " " * len(m[0]), target[2])
        lines, offset = [], target.start(2)
        for line in recipe.splitlines(keepends=True):
            prefix = re.match(r"\t[ \t]*([-@+]*)", line)
            if prefix and line[prefix.end() :].strip():
                raw = line[prefix.end() :].rstrip("\n")
                body = re.sub(r"\$\$", " $", re.sub(r"\$\((\w+)\)", lambda m: "${" + m[1] + "}", raw))
                put_in = re.search(r"(?<!\$)(?:\$\$)*\$[^$]", raw)
                lines.append((body, offset + prefix.end(), "-" in prefix[1], put_in.start() if put_in else None))
            offset += len(line)
        source = Source(file, text)
        pieces = [(source.embedded([(body, at, True)], sure=sure), skips) for body, at, skips, sure in lines]
        reads = "" if re.search(r"(?m)^\.ONESHELL|^[ \t]*(?:export )?SHELL\b|^define\b", text) else "sh"
        at = source.at(target.start(1), target.end(1))
        yield Entry(f"{file}#{target[1]}", at, _steps([_Part(s, {"reads": reads}, passes=skips) for s, skips in pieces]))


def _docker(file: str, text: str) -> Iterator[Entry]:
    """The RUN lines of a Dockerfile and what it starts: each a shell of its own, the first that fails ends the build (docs.docker.com, Dockerfile reference)."""
    source, parts = Source(file, text), list[_Part]()
    for found in _INSTRUCTION.finditer(text):
        start, body = found.start(2), found[2]
        if body.startswith("["):  # the exec form: its words without what stands between them
            body = re.sub(r'["\[\],]', " ", body)
        flags = re.match(r"(?:--\S+\s+)*", body)
        start, body = start + (flags.end() if flags else 0), body[flags.end() if flags else 0 :]
        # comments between continued lines are none of the shell's
        body = re.sub(r"(?m)^[ \t]*#.*$", lambda m: " " * len(m[0]), body)
        parts.append(_Part(source.embedded([(re.sub(r"\\\n\s*\n", lambda m: "\\\n" + " " * (len(m[0]) - 2), body), start, True)]), {"host": "container", "reads": ""}))
    if parts:
        yield Entry(file, Location(file), _steps(parts))


def _steps(parts: Sequence[_Part]) -> Callable[[Executor], Completion]:
    """Shells one after the other."""

    def run(executor: Executor) -> Completion:
        ok: States = 1
        bad: States = 0
        for part in parts:
            worlds = ok | bad if part.always else bad if part.rescues else ok
            if not worlds:
                continue
            since = len(executor.exploration.tree.forks)
            done = executor.processes.process(part.source, _shell(part.source, **part.options), worlds)  # type: ignore[arg-type]
            executor.trace.parts.append((part.source.at(0, 0), done))
            failed = 0 if part.passes else done.false
            if part.rescues:
                bad |= done.true | done.false  # of worlds in it there may be more by now
            elif part.always:
                bad, ok = bad | failed, (done.true | done.false) & ~failed & ~bad
            else:
                # what can only fail is there to be skipped
                bad, ok = bad | failed, done.true | (done.false & ~failed) or (worlds if part.conditional else 0)
            goes_on = Completion(true=ok)
            executor.exploration.rejoin(goes_on, since)
            ok = goes_on.true
        return Completion(true=ok, false=bad)

    return run


def _jobs(project: Project, file: str, workflow: Value, parsed: Mapping[str, Value]) -> Iterator[Entry]:
    """GitHub's own shells: `bash -e`, with `shell: bash` also pipefail (docs.github.com, workflow syntax, `jobs.<id>.steps[*].shell`)."""
    jobs, on = workflow.get("jobs"), workflow.get("on")
    pushed = workflow.get("on", "push", "branches")
    branches = tuple(str(v.content) for v in (pushed.items() if pushed is not None else ()))
    for name, job in (jobs.members() if jobs is not None else {}).items():
        parts = list[_Part]()
        for step, where, around in _inlined(file, job.get("steps"), workflow, parsed):
            source, options = _step(project.files.get(where, ""), step, job, around)
            if source is None:
                continue
            condition = str((step.get("if") or Value("")).content)
            passes = (flag := step.get("continue-on-error")) is not None and flag.content is True
            rescues = _FAILED.fullmatch(condition) is not None
            parts.append(_Part(source, options, passes=passes, always=not rescues and re.search(r"(?:always|failure)\(\)", condition) is not None, rescues=rescues, conditional=bool(condition)))
        if parts and job.at is not None:
            yield Entry(f"{file}#{name}", job.key_at or job.at, _steps(parts), Job(job, branches, on is not None and "workflow_run" in on.members()))


def _inlined(file: str, steps: Value | None, around: Value, parsed: Mapping[str, Value], depth: int = 3) -> Iterator[tuple[Value, str, Value]]:
    """The steps of a job with those of the composite actions of the repository that it uses: (step, its file, that file's value)."""
    for step in steps.items() if steps is not None else ():
        uses = step.text("uses") or ""
        folder = posixpath.normpath(uses) if uses.startswith("./") else None
        action = next((f for f in (f"{folder}/action.yml", f"{folder}/action.yaml") if f in parsed), None) if folder and depth else None
        if action is None:
            yield step, file, around
        else:
            yield from _inlined(action, parsed[action].get("runs", "steps"), parsed[action], parsed, depth - 1)


def script(step: Value) -> tuple[Value, str] | None:
    """The shell text of a workflow's step, and where it runs: `local`, or `remote` for an action that logs in over ssh."""
    uses = step.text("uses") or ""
    if not uses:
        found, host = step.get("run"), "local"
    elif _SSH_ACTION.search(uses):
        found, host = next((v for key in ("script", "command", "run", "args") if (v := step.get("with", key)) is not None), None), "remote"
    else:
        return None
    return (found, host) if found is not None and isinstance(found.content, str) and found.at is not None else None


def _step(text: str, step: Value, job: Value, workflow: Value) -> tuple[Source | None, dict[str, object]]:
    found = script(step)
    if found is None or found[0].at is None:
        return None, {}
    of, host = found
    source = embedded.source(text, found[0].at, str(of.content)).plain(_EXPRESSION, _WORDS)
    if host == "remote":
        stops = step.get("with", "script_stop")
        return source, {"directory": "~", "host": host, "errexit": stops is not None and str(stops.content).lower() == "true"}
    shell = _default(step, job, workflow, "shell") or ""
    if shell and not re.match(r"(?:ba)?sh\b", shell):
        return None, {}
    place = _default(step, job, workflow, "working-directory") or ""
    directory = posixpath.normpath(f"{REPOSITORY}/{place}") if "$" not in place else REPOSITORY
    runner = " ".join(str(v.content) for _, v in walk(job.get("runs-on") or Value("")))
    if job.get("container") is not None or shell.startswith("sh"):
        reads = "sh"
    else:  # without a word about it Windows takes PowerShell
        reads = "bash" if shell or not re.search(r"(?i)windows|\$\{\{", runner) else ""
    return source, {"reads": reads, "directory": directory, "errexit": "{0}" not in shell or "-e" in shell, "pipefail": shell == "bash" or "pipefail" in shell}


def _default(step: Value, job: Value, workflow: Value, key: str) -> str | None:
    """A step's own word, else the job's default, else the workflow's."""
    return step.text(key) or job.text("defaults", "run", key) or workflow.text("defaults", "run", key)

"""External commands as steps: what each does to a deploy, and the world in which it fails."""

from __future__ import annotations

from dataclasses import dataclass, replace

from checklist.facts.effects import NOTHING, Meaning, bare, meaning, script_body, without_place
from checklist.facts.folders import home, on_server, scripts
from checklist.model import Location, Project
from checklist.parse.sh.tree import Simple, Text
from checklist.parse.shell import Source
from checklist.shell import expansion
from checklist.shell.calls import Call
from checklist.shell.constraints import Predicate
from checklist.shell.host import Execution, Invocation, goes_away
from checklist.shell.parameters import UNSEEN
from checklist.shell.paths import REPOSITORY, joined
from checklist.shell.states import Answer, Completion, States
from checklist.shell.symbols import symbol
from checklist.shell.trace import Trace

DOWNLOADS = {"bash", "sh", "zsh", "sudo", "tar", "gpg", "apt-key"}
"""What a download is piped into."""
_RUNNERS = (["npm"], ["pnpm"], ["yarn"], ["bun"])
_SAYS = (["echo"], ["printf"], ["true"], [":"], ["exit"])
_ASKED = {"command", "which", "type", "git", "pm2"}
"""They look at what is on the disk or at what PM2 has been told, and read nothing from their standard input."""


@dataclass(slots=True)
class Step:
    """One command as met on the way."""

    call: Call
    node: Simple
    source: Source
    """Where it is written; it is `node` there."""
    calls: tuple[Location, ...]
    """The calls that led to it, from the entry point on."""
    argv: tuple[str, ...] | None
    """Its words without sudo, assignments and flags that name a folder."""
    words: tuple[str, ...] | None
    """All its words."""
    host: str
    directory: str | None
    effect: str | None
    verifies: str | None
    """`test` or `lint`, for what has no effect and may fail all the same."""
    body: list[list[str]] | None
    """The commands behind `npm run x`."""
    branch: str | None
    order: int
    world: States
    """The world in which it fails; 0 if nobody asks."""
    parent: States
    ran: States
    last: int = 0
    """How many steps had run when it last ran."""
    fails: States = 0
    """All worlds in which it fails: its own, and those that were split from it."""
    exported: tuple[str, ...] = ()
    """The variables that the script has exported before it."""
    into: tuple[str, ...] = ()
    """The programs that read what it prints, "" for a file or variable; none of them for the terminal or log."""
    prints_to: tuple[str, ...] = ()
    """The files that it prints into, as far as they are known."""
    meaning: Meaning = NOTHING
    """What it is by its words alone."""

    @property
    def at(self) -> Location:
        """Where a person has written it."""
        return self.call.at

    @property
    def text(self) -> str:
        """What a person has written."""
        return self.call.text

    @property
    def written(self) -> list[str]:
        """Its words like `argv`, with variables as they are written."""
        return _written(self.node, self.source)


def _written(node: Simple, source: Source) -> list[str]:
    words = ["".join(p.text if isinstance(p, Text) else source.text[p.start : p.end] for p in w.parts) for w in node.words]
    return [source.said(w) for w in without_place(bare(words))[0]]


def _readable(argv: list[str], node: Simple, source: Source) -> list[str]:
    """The words of a command, those that are not known as they are written: the name of a variable may say what it holds."""
    if not any(UNSEEN in w for w in argv):
        return argv
    written = _written(node, source)
    return [w if UNSEEN in known else known for known, w in zip(argv, written, strict=True)] if len(written) == len(argv) else argv


class Steps:
    """Takes down the steps; knows the project, whose folders and package scripts they are about."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def folder(self, directory: str | None) -> str | None:
        """The folder of the repository that a directory is; one on the server by its longest suffix, else the root."""
        if directory is None:
            return None
        if directory == REPOSITORY or directory.startswith(f"{REPOSITORY}/"):
            return directory.removeprefix(REPOSITORY).lstrip("/")
        return on_server(self.project, directory.rpartition(UNSEEN)[2]) or ""

    def step(self, m: Execution, command: Invocation, *, asked: bool) -> Completion:
        """An external command. What has no effect is taken to succeed, unless its status is asked for: then it may be either."""
        told, body, looks = NOTHING, None, False
        shell, node, worlds, argv = command.env, command.node, command.states, command.argv
        directory = shell.directory.one(m.usual(worlds))
        if argv is not None:
            argv, folder = without_place(argv)
            if folder is not None:
                directory = None if folder == UNSEEN else joined(directory, folder)
            told = meaning(_readable(argv, node, shell.source), self.project.policy)
            if argv[:1] in _RUNNERS and (where := self.folder(directory)) is not None:
                body = script_body(argv, dict(scripts(self.project, home(self.project, where))))
            if body is not None and not told.declared:
                told = self._behind(told, body)
            looks = told.looks
            if told.effect == "health_check" and not DOWNLOADS.isdisjoint(shell.into):
                told = NOTHING  # what is downloaded is run
        found, verifies = told.effect, told.verifies
        if argv is None or not looks:
            m.exploration.files.change(shell.host, removes=found == "clean" or (argv is not None and argv[:1] in (["mv"], ["rm"], ["rmdir"])))
        command = command if argv == command.argv else replace(command, argv=argv)
        step, failed = self.record(m, command, directory, told, body, fails=found is not None or verifies is not None)
        if found is None and verifies is None:
            return m.exploration.fork(worlds, _asked(m, command, looks)) if asked else Completion(true=worlds)
        if found == "health_check":
            # the state in which it fails is the one where the service answers 500
            answer = Answer(step, step.order, told.tells)
            if not told.tells:
                return Completion(true=worlds | failed, output=(answer,))
            return Completion(true=worlds & ~failed, false=failed, output=(answer,))
        return Completion(true=worlds & ~failed, false=failed)

    def _behind(self, told: Meaning, body: list[list[str]]) -> Meaning:
        """What `npm run x` is, by the commands behind it."""
        if told.named and all(b[:1] in _SAYS for b in body):
            told = NOTHING  # by its name it was one
        inside = [meaning(b, self.project.policy) for b in body]
        known = (m for effect in ("build", "start", "restart", "reload", "migrate", "health_check") for m in inside if m.effect == effect)
        of = next(known, told)
        verifies = told.verifies or next((m.verifies for m in inside if m.verifies is not None), None)
        return replace(told, effect=of.effect, verifies=verifies, tells=of.tells, waits=of.waits, named=of.named)

    def record(
        self, m: Execution, command: Invocation, directory: str | None, told: Meaning, body: list[list[str]] | None = None, *, fails: bool
    ) -> tuple[Step, States]:
        """The step, and the states in which it fails now: its own is opened when it first runs."""
        shell, node, worlds, argv = command.env, command.node, command.states, command.argv
        said = m.call(shell, node)
        key = (*shell.calls, said)
        trace: Trace[Step] = m.trace
        step = trace.known.get(key)
        if step is not None:
            step.ran |= worlds
            step.last = len(trace.steps)
            return step, worlds & step.fails
        parent = m.usual(worlds)
        world = m.exploration.open(parent) if fails else 0
        targets = [expansion.text(r.target, shell, m.usual(worlds))[0][1] for r in node.redirects if goes_away([r])]
        files = tuple(str(t) for t in targets if isinstance(t, str) and not t.startswith("/dev/"))
        into = ("",) if goes_away(node.redirects) else shell.into
        step = Step(said, node, shell.source, tuple(c.place for c in shell.calls), None if argv is None else tuple(map(str, argv)), command.words and tuple(map(str, command.words)), shell.host, directory, told.effect, told.verifies, body,
                    shell.branch, len(trace.steps), world, parent, worlds | world, len(trace.steps), world, tuple(sorted(shell.variables.exported)), into, files, told)  # fmt: skip
        trace.known[key] = step
        trace.steps.append(step)
        if world:
            trace.failing.append(step)
        return step, world


def _asked(m: Execution, command: Invocation, looks: bool) -> Predicate | None:
    """What a command says that is asked for its status and may say the same again."""
    shell, worlds, argv = command.env, command.states, command.argv
    words = tuple(symbol(w, shell, worlds) for w in command.node.words)
    if argv is None:
        # `if $SKIP_TESTS`: `true` and nothing are the commands that do nothing and succeed
        return Predicate(words[0], frozenset({"true", ""})) if len(words) == 1 else None
    if argv[0] in _ASKED and looks:
        return Predicate((words, shell.directory.one(worlds) or shell.version("PWD"), shell.host, m.exploration.files.version(shell.host)))
    return None

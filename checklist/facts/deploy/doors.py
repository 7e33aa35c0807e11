"""Doors to other scripts: ssh, shells, scripts of the project and of package.json."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Sequence

from checklist.facts.deploy.steps import Steps
from checklist.facts.effects import bare, declared, effect, script_body, without_place
from checklist.facts.folders import home, scripts
from checklist.facts.vocabulary import takes_back
from checklist.parse import embedded, recognise
from checklist.parse.sh.tree import Redirect, Simple, Word
from checklist.parse.shell import Source
from checklist.shell import expansion
from checklist.shell.environment import Environment, strict
from checklist.shell.host import Execution, Invocation
from checklist.shell.parameters import UNSEEN
from checklist.shell.paths import REPOSITORY, joined
from checklist.shell.states import Completion, Field, Guarded, States
from checklist.shell.substitution import embedded as text_of

_SHELLS = {"bash", "sh", "dash", "zsh", "ksh", "ash"}
_OTHERS = {"sudo", "su", "runuser", "env", "doas"}
"""They give what they run an environment of its own."""
_SSH_TAKES = re.compile(r"-[1246AaCfGgKkMNnqsTtVvXxYy]*[BbcDEeFIiJLlmOoPpQRSWw]")
_ENTERED = {"start", "restart", "reload", "stop", "delete", "save", "fetch", "ship", "archive", "rollback", "health_check", "notify"}


class Doors:
    """Enters what a command hands its work to."""

    def __init__(self, steps: Steps) -> None:
        self.steps, self.project = steps, steps.project
        self.entered: set[str] = set()
        """Scripts of the project that were run or sourced by another."""

    def enter(self, m: Execution, command: Invocation) -> Completion | None:
        """What becomes of the script behind a command; None if there is none, or it is not to be read."""
        argv, of = command.argv or [], command.origins
        if declared(without_place(argv)[0], self.project.policy) is not None:
            return None  # what it does is said, whatever is inside
        match argv:
            case ["ssh" | "sshpass" | "autossh", *_]:
                return self._ssh(m, command, argv)
            case ["su" | "runuser", *rest] if "-c" in rest:
                return self._text(m, command, [of[argv.index("-c") + 1]] if argv.index("-c") + 1 < len(of) else [])
            case ["su" | "runuser", *_]:
                return self._stdin(m, command, errexit=False)
            case ["docker" | "podman" | "docker-compose" | "kubectl", *rest]:
                index = next((i for i, w in enumerate(argv) if w in _SHELLS and i + 2 < len(argv) and re.fullmatch(r"-\w*c", argv[i + 1])), None)
                return self._text(m, command, [of[index + 2]], host="container", reads=argv[index]) if index is not None and "exec" in rest else None
            case [name, *_] if name.rpartition("/")[2] in _SHELLS:
                return self._shell(m, command, argv)
            case [name, *_] if "/" in name or name.endswith((".sh", ".bash")):
                file = self._find(name, command.env, m.usual(command.states))
                if file is None or takes_back(name):
                    return None
                return self._script(m, command, file, command.fields[1:], errexit=strict(self.project.files[file]))
            case ["npm" | "pnpm" | "yarn" | "bun" | "make", *_]:
                return self._package_script(m, command, argv)
        return None

    def _shell(self, m: Execution, command: Invocation, argv: list[str]) -> Completion | None:
        flags, rest = "", 1
        while rest < len(argv) and argv[rest].startswith("-"):
            flags += argv[rest][1:] if not argv[rest].startswith("--") else ""
            rest += 2 if argv[rest] in ("-o", "-O", "--rcfile") else 1
        errexit = "e" in flags.replace("errexit", "")
        said, of = command.fields, command.origins
        if "c" in flags:
            return self._text(m, command, [of[rest]], errexit=errexit, reads=posixpath.basename(argv[0])) if rest < len(of) else None
        if rest < len(argv) and "s" not in flags:
            file = self._find(argv[rest], command.env, m.usual(command.states))
            if file is None or takes_back(argv[rest]):
                return None
            return self._script(m, command, file, said[rest + 1 :], errexit=errexit)
        return self._stdin(m, command, errexit=errexit, arguments=tuple(said[rest:]), reads=posixpath.basename(argv[0]))

    def _stdin(self, m: Execution, command: Invocation, *, errexit: bool, arguments: tuple[Field, ...] = (), host: str | None = None, reads: str = "bash") -> Completion | None:
        """A shell that reads its script from a here-document, a here-string or a file."""
        shell, usual = command.env, m.usual(command.states)
        for redirect in command.node.redirects:
            if redirect.operator in ("<<", "<<-", "<<<"):
                source = text_of([redirect.target], shell, usual)
                return self._process(m, command, source, errexit=errexit, arguments=arguments, host=host, reads=reads)
            if redirect.operator == "<":
                found = self._read(m, command, redirect.target)
                if found is not None:
                    return self._process(m, command, found, errexit=errexit, arguments=arguments, host=host, script=f"{REPOSITORY}/{found.file}")
        match shell.fed_by:
            case Simple(words=[Word() as first], redirects=[Redirect(operator="<<" | "<<-" | "<<<") as redirect]) if first.literal() == "cat":
                fed = text_of([redirect.target], shell, usual)
            case Simple(words=[Word() as first, Word() as file]) if first.literal() == "cat" and (found := self._read(m, command, file)) is not None:
                fed = found
            case Simple(words=[Word() as first, Word() as text]) if first.literal() == "echo":
                fed = text_of([text], shell, usual)
            case _:
                return None
        return self._process(m, command, fed, errexit=errexit, arguments=arguments, host=host)

    def _read(self, m: Execution, command: Invocation, word: Word) -> Source | None:
        """A script of the project that a shell reads from its standard input."""
        usual = m.usual(command.states)
        named = expansion.text(word, command.env, usual, m.substitutions())[0][1]
        file = self._find(named, command.env, usual) if isinstance(named, str) else None
        return self._opened(file) if file is not None else None

    def _opened(self, file: str) -> Source:
        self.entered.add(file)
        return Source(file, self.project.files[file])

    def _text(self, m: Execution, command: Invocation, words: Sequence[Word | tuple[str, int]], *, errexit: bool = False, host: str | None = None, reads: str = "bash") -> Completion:
        return self._process(m, command, text_of(words, command.env, m.usual(command.states)), errexit=errexit, host=host, reads=reads)

    def _process(self, m: Execution, command: Invocation, source: Source, *, errexit: bool = False,
                 arguments: tuple[Field, ...] = (), host: str | None = None, script: str | None = None, reads: str = "bash") -> Completion:  # fmt: skip
        shell = command.env
        inner = shell.fresh(source, script=script, host=host)
        inner.calls = (*shell.calls, m.call(shell, command.node, opens=True))
        inner.arguments = arguments
        inner.reads = reads if reads in ("bash", "sh") else "sh" if reads in ("dash", "ash") else ""
        inner.errexit = Guarded.of(errexit)
        if host is not None:
            m.exploration.files.change(host, removes=True)  # it need not be the one of that name that was met before
        if command.node.assignments or (command.words and command.words[0] in _OTHERS):
            inner.variables.invalidate()
        return m.processes.process(source, inner, command.states, asked=command.asked)

    def _script(self, m: Execution, command: Invocation, file: str, arguments: Sequence[Field], *, errexit: bool = False) -> Completion:
        if any(e.source.file == file for e in m.exploration.environments):
            m.trace.unknown = "a script calls itself"
            return Completion(true=command.states)
        return self._process(m, command, self._opened(file), errexit=errexit, arguments=tuple(arguments), script=f"{REPOSITORY}/{file}")

    def sourced(self, name: str, env: Environment, state: States, running: Collection[str]) -> Source | None:
        """A script of the project that is sourced."""
        file = self._find(name, env, state)
        return self._opened(file) if file is not None and file not in running else None

    def _ssh(self, m: Execution, command: Invocation, argv: list[str]) -> Completion:
        noted = self.steps.step(m, command, asked=False)  # how it connects is a matter of its own
        done = self._far(m, command, argv)
        done.output = noted.output + done.output
        return done

    def _far(self, m: Execution, command: Invocation, argv: list[str]) -> Completion:
        """What ssh hands to the other side."""
        rest = argv.index("ssh") + 1 if "ssh" in argv else 1
        while rest < len(argv) and argv[rest].startswith("-") and len(argv[rest]) > 1:
            rest += 2 if _SSH_TAKES.fullmatch(argv[rest]) else 1
        rest += 1
        while rest < len(argv) and argv[rest] in ("-t", "-tt", "-T", "--"):
            rest += 1
        far = argv[rest:]
        if far and far[0] == "sudo":
            far = bare(far)
            rest = len(argv) - len(far)
        if len(far) == 1 and re.match(r"(?:/bin/)?(?:ba)?sh(?: -\w+)*$", " ".join(words := bare(far[0].split()))):
            far = words
        if not far or (posixpath.basename(far[0]) in _SHELLS and not any(re.fullmatch(r"-\w*c", w) for w in far[1:2])):
            errexit = any(re.fullmatch(r"-\w*e\w*", w) for w in far[1:])
            done = self._stdin(m, command, errexit=errexit, host="remote")
            if done is not None:
                return done
        if not far:
            return Completion(true=command.states)
        # of a "$@" that names the host as well only the rest is the command
        said, of = command.fields, command.origins
        shared = [(str(field), w.start) for field, w in zip(said[rest:], of[rest:], strict=True) if w is of[rest - 1] and isinstance(field, str)]
        return self._text(m, command, [*shared, *_unique([w for w in of[rest:] if w is not of[rest - 1]])], host="remote")

    def _package_script(self, m: Execution, command: Invocation, argv: list[str]) -> Completion | None:
        """`npm run deploy`: entered if what it runs is more than a build, which the caller's line already says."""
        shell = command.env
        argv, folder = without_place(argv)
        directory = shell.directory.one(m.usual(command.states))
        directory = self.steps.folder(joined(directory, folder) if folder else directory)
        if directory is None or argv[0] == "make":
            return None
        where = home(self.project, directory)
        body = script_body(argv, dict(scripts(self.project, where)))
        if body is None or not any(self._opens(b, where) for b in body):
            return None
        name = next((w for w in argv[1:] if w not in ("run", "run-script") and not w.startswith("-")), "")
        file = posixpath.join(where, "package.json")
        from checklist.parse import json

        parsed = json.parse(file, self.project.files.get(file, "")).value
        found = parsed.get("scripts", name) if parsed is not None else None
        if found is None or found.at is None or not isinstance(found.content, str):
            return None
        inner = embedded.source(self.project.files[file], found.at, found.content)
        made = shell.fresh(inner)
        made.calls = (*shell.calls, m.call(shell, command.node, opens=True))
        made.directory = Guarded.of(f"{REPOSITORY}/{where}".rstrip("/"))
        made.reads = "sh"
        return m.processes.process(inner, made, command.states, asked=command.asked) if len(shell.calls) < 8 else None

    def _opens(self, command: list[str], where: str) -> bool:
        found = effect(command, self.project.policy)
        return found in _ENTERED or command[:1] in (["ssh"], ["bash"], ["sh"]) or (bool(command) and command[0].endswith(".sh"))

    def _find(self, name: str, env: Environment, world: States) -> str | None:
        """The project's script that a path names, on the server by its longest suffix."""
        full = joined(env.directory.one(world), name) or name
        if UNSEEN in full:  # of "$release/scripts/x.sh" the end is known
            full = full.rpartition(UNSEEN)[2]
            if not full.startswith("/"):
                return None
        if full.startswith(f"{REPOSITORY}/"):
            candidates = [full.removeprefix(f"{REPOSITORY}/")]
        else:
            parts = full.strip("/~").split("/")
            candidates = ["/".join(parts[i:]) for i in range(len(parts))]
        for path in candidates:
            text = self.project.files.get(path)
            if text is not None and recognise(path, text[:200]) == "shell":
                return path
        return None


def _unique(words: list[Word]) -> list[Word]:
    """The words once each: one that became several fields stands in the list for each of them."""
    return [w for i, w in enumerate(words) if i == 0 or w is not words[i - 1]]

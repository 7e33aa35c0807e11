"""Doors to other scripts: ssh, shells, sourced files, scripts of the project and of package.json."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from checklist.facts.deploy.calls import call
from checklist.facts.deploy.effects import BACK, bare, effect, script_body, without_place
from checklist.facts.deploy.steps import Steps
from checklist.facts.folders import home, scripts
from checklist.parse import embedded, recognise
from checklist.parse.sh.tree import Redirect, Simple, Word
from checklist.parse.shell import Source
from checklist.shell import expansion
from checklist.shell.environment import REPOSITORY, Environment, joined, strict
from checklist.shell.executor import Machine
from checklist.shell.expansion import UNSEEN
from checklist.shell.processes import script_of
from checklist.shell.states import Completion, Guarded, States

_SHELLS = {"bash", "sh", "dash", "zsh", "ksh", "ash"}
_SAFE_SOURCES = re.compile(r"(?:^|/)(?:nvm\.sh|\.?(?:bash|zsh)?(?:rc|_?profile)|\.?env(?:\.[\w.-]*)?|[\w.-]*\.env)$|/etc/|bin/activate$|nvm|asdf|fnm|sdkman|volta")
_OTHERS = {"sudo", "su", "runuser", "env", "doas"}
"""They give what they run an environment of its own."""
_SSH_TAKES = re.compile(r"-[1246AaCfGgKkMNnqsTtVvXxYy]*[BbcDEeFIiJLlmOoPpQRSWw]")
_ENTERED = {"start", "restart", "reload", "stop", "delete", "save", "fetch", "ship", "archive", "rollback", "health_check", "notify"}


class Doors(Steps):
    """Enters what a command hands its work to."""

    def _door(self, m: Machine, shell: Environment, node: Simple, worlds: States, argv: list[str], of: list[Word], said: list[expansion.Field]) -> Completion | None:
        match argv:
            case ["ssh" | "sshpass" | "autossh", *_]:
                return self._ssh(m, shell, node, worlds, argv, of, said)
            case ["su" | "runuser", *rest] if "-c" in rest:
                return self._text(m, shell, node, worlds, [of[argv.index("-c") + 1]] if argv.index("-c") + 1 < len(of) else [])
            case ["su" | "runuser", *_]:
                return self._stdin(m, shell, node, worlds, False)
            case ["docker" | "podman" | "docker-compose" | "kubectl", *rest]:
                index = next((i for i, w in enumerate(argv) if w in _SHELLS and i + 2 < len(argv) and re.fullmatch(r"-\w*c", argv[i + 1])), None)
                return self._text(m, shell, node, worlds, [of[index + 2]], host="container", reads=argv[index]) if index is not None and "exec" in rest else None
            case [name, *_] if name.rpartition("/")[2] in _SHELLS:
                return self._shell(m, shell, node, worlds, argv, of, said)
            case [name, *_] if "/" in name or name.endswith((".sh", ".bash")):
                file = self._find(name, shell, m.ledger.usual(worlds))
                if file is None or self._is_rollback(name):
                    return None
                return self._script(m, shell, node, worlds, file, said[1:], errexit=strict(self.project.files[file]))
            case ["npm" | "pnpm" | "yarn" | "bun" | "make", *_]:
                return self._package_script(m, shell, node, worlds, argv)
        return None

    def _is_rollback(self, name: str) -> bool:
        return bool(BACK.search(posixpath.basename(name)))

    def _shell(self, m: Machine, shell: Environment, node: Simple, worlds: States, argv: list[str], of: list[Word], said: list[expansion.Field]) -> Completion | None:
        flags, rest = "", 1
        while rest < len(argv) and argv[rest].startswith("-"):
            flags += argv[rest][1:] if not argv[rest].startswith("--") else ""
            rest += 2 if argv[rest] in ("-o", "-O", "--rcfile") else 1
        errexit = "e" in flags.replace("errexit", "")
        if "c" in flags:
            return self._text(m, shell, node, worlds, [of[rest]], errexit=errexit, reads=posixpath.basename(argv[0])) if rest < len(of) else None
        if rest < len(argv) and "s" not in flags:
            file = self._find(argv[rest], shell, m.ledger.usual(worlds))
            if file is None or self._is_rollback(argv[rest]):
                return None
            return self._script(m, shell, node, worlds, file, said[rest + 1 :], errexit=errexit)
        return self._stdin(m, shell, node, worlds, errexit, tuple(said[rest:]), reads=posixpath.basename(argv[0]))

    def _stdin(self, m: Machine, shell: Environment, node: Simple, worlds: States, errexit: bool, arguments: tuple[expansion.Field, ...] = (), host: str | None = None, reads: str = "bash") -> Completion | None:
        """A shell that reads its script from a here-document, a here-string or a file."""
        for redirect in node.redirects:
            if redirect.operator in ("<<", "<<-", "<<<"):
                source = script_of([redirect.target], shell, m.ledger.usual(worlds))
                return self._process(m, shell, node, worlds, source, errexit=errexit, arguments=arguments, host=host, reads=reads)
            if redirect.operator == "<":
                found = self._read(m, shell, worlds, redirect.target)
                if found is not None:
                    return self._process(m, shell, node, worlds, found, errexit=errexit, arguments=arguments, host=host, script=f"{REPOSITORY}/{found.file}")
        match shell.fed_by:
            case Simple(words=[Word() as first], redirects=[Redirect(operator="<<" | "<<-" | "<<<") as redirect]) if first.literal() == "cat":
                fed = script_of([redirect.target], shell, m.ledger.usual(worlds))
            case Simple(words=[Word() as first, Word() as file]) if first.literal() == "cat" and (found := self._read(m, shell, worlds, file)) is not None:
                fed = found
            case Simple(words=[Word() as first, Word() as text]) if first.literal() == "echo":
                fed = script_of([text], shell, m.ledger.usual(worlds))
            case _:
                return None
        return self._process(m, shell, node, worlds, fed, errexit=errexit, arguments=arguments, host=host)

    def _read(self, m: Machine, shell: Environment, worlds: States, word: Word) -> Source | None:
        """A script of the project that a shell reads from its standard input."""
        named = expansion.text(word, shell, m.ledger.usual(worlds), m.substitution)[0][1]
        file = self._find(named, shell, m.ledger.usual(worlds)) if isinstance(named, str) else None
        if file is None:
            return None
        self.entered.add(file)
        return Source(file, self.project.files[file])

    def _text(self, m: Machine, shell: Environment, node: Simple, worlds: States, words: Sequence[Word | tuple[str, int]], *, errexit: bool = False,
              host: str | None = None, reads: str = "bash") -> Completion:  # fmt: skip
        return self._process(m, shell, node, worlds, script_of(words, shell, m.ledger.usual(worlds)), errexit=errexit, host=host, reads=reads)

    def _process(self, m: Machine, shell: Environment, node: Simple, worlds: States, source: Source, *, errexit: bool = False,
                 arguments: tuple[expansion.Field, ...] = (), host: str | None = None, script: str | None = None, reads: str = "bash") -> Completion:  # fmt: skip
        inner = shell.fresh(source, script=script, host=host)
        inner.calls = (*shell.calls, call(shell, node, opens=True))
        inner.arguments = arguments
        inner.reads = reads if reads in ("bash", "sh") else "sh" if reads in ("dash", "ash") else ""
        inner.errexit = Guarded.of(errexit)
        if host is not None:
            m.ledger.memory.wrote(host, removes=True)  # it need not be the one of that name that was met before
        if node.assignments or (m.words and m.words[0] in _OTHERS):
            inner.changed()
        return m.process(source, inner, worlds, asked=m.asked)

    def _script(self, m: Machine, shell: Environment, node: Simple, worlds: States, file: str, arguments: list[expansion.Field], *, errexit: bool = False) -> Completion:
        if any(s.source.file == file for s in m.shells):
            m.unknown = "a script calls itself"
            return Completion(true=worlds)
        self.entered.add(file)
        text = self.project.files[file]
        return self._process(m, shell, node, worlds, Source(file, text), errexit=errexit, arguments=tuple(arguments), script=f"{REPOSITORY}/{file}")

    def _source(self, m: Machine, shell: Environment, worlds: States, argv: list[str], ignored: bool) -> Completion:
        file = self._find(argv[0], shell, m.ledger.usual(worlds)) if argv else None
        if file is not None and not any(s.source.file == file for s in m.shells):
            self.entered.add(file)
            out = m.run(Source(file, self.project.files[file]), shell, worlds, ignored=ignored)
            return Completion(true=out.true | out.returned_true, false=out.false | out.returned_false, left_true=out.left_true, left_false=out.left_false)
        if not argv or not _SAFE_SOURCES.search(argv[0]):
            m.unknown = "a sourced file may do more"
        shell.changed()
        m.ledger.memory.wrote(shell.host, removes=False)
        return Completion(true=worlds)

    def _ssh(self, m: Machine, shell: Environment, node: Simple, worlds: States, argv: list[str], of: list[Word], said: list[expansion.Field]) -> Completion:
        self._step(m, shell, node, worlds, argv, False)  # how it connects is a matter of its own
        rest = argv.index("ssh") + 1 if "ssh" in argv else 1
        while rest < len(argv) and argv[rest].startswith("-") and len(argv[rest]) > 1:
            rest += 2 if _SSH_TAKES.fullmatch(argv[rest]) else 1
        rest += 1
        while rest < len(argv) and argv[rest] in ("-t", "-tt", "-T", "--"):
            rest += 1
        command = argv[rest:]
        if command and command[0] == "sudo":
            command = bare(command)
            rest = len(argv) - len(command)
        if len(command) == 1 and re.match(r"(?:/bin/)?(?:ba)?sh(?: -\w+)*$", " ".join(words := bare(command[0].split()))):
            command = words
        if not command or (posixpath.basename(command[0]) in _SHELLS and not any(re.fullmatch(r"-\w*c", w) for w in command[1:2])):
            errexit = any(re.fullmatch(r"-\w*e\w*", w) for w in command[1:])
            done = self._stdin(m, shell, node, worlds, errexit, host="remote")
            if done is not None:
                return done
        if not command:
            return Completion(true=worlds)
        # of a "$@" that names the host as well only the rest is the command
        shared = [(str(field), w.start) for field, w in zip(said[rest:], of[rest:], strict=True) if w is of[rest - 1] and isinstance(field, str)]
        return self._text(m, shell, node, worlds, [*shared, *_unique([w for w in of[rest:] if w is not of[rest - 1]])], host="remote")

    def _package_script(self, m: Machine, shell: Environment, node: Simple, worlds: States, argv: list[str]) -> Completion | None:
        """`npm run deploy`: entered if what it runs is more than a build, which the caller's line already says."""
        argv, folder = without_place(argv)
        directory = shell.directory.one(m.ledger.usual(worlds))
        directory = self.folder(joined(directory, folder) if folder else directory)
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
        made.calls = (*shell.calls, call(shell, node, opens=True))
        made.directory = Guarded.of(f"{REPOSITORY}/{where}".rstrip("/"))
        made.reads = "sh"
        return m.process(inner, made, worlds, asked=m.asked) if len(shell.calls) < 8 else None

    def _opens(self, command: list[str], where: str) -> bool:
        found = effect(command, self.project.policy)
        return found in _ENTERED or command[:1] in (["ssh"], ["bash"], ["sh"]) or (bool(command) and command[0].endswith(".sh"))

    def _find(self, name: str, shell: Environment, world: States) -> str | None:
        """The project's script that a path names, on the server by its longest suffix."""
        full = joined(shell.directory.one(world), name) or name
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

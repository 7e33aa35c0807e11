"""What each command of a script is to a deploy: a step, a builtin of the shell, or a door to another script."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

from checklist.facts.deploy import expand
from checklist.facts.deploy.effects import bare, effect, script_body, without_place
from checklist.facts.deploy.expand import UNSEEN
from checklist.facts.deploy.machine import Machine, place, script_of
from checklist.facts.deploy.state import REPOSITORY, Shell, joined
from checklist.facts.deploy.worlds import Answer, Masked, Out, Worlds
from checklist.facts.folders import home, scripts
from checklist.model import Location, Project
from checklist.parse import embedded, recognise
from checklist.parse.sh.tree import Assignment, Redirect, Simple, Word
from checklist.parse.shell import Source

_SHELLS = {"bash", "sh", "dash", "zsh", "ksh", "ash"}
_PRINTERS = {"echo", "printf", "cat", "tee", "log", "info", "warn", "say"}
_QUIET = {"true", ":", "shopt", "umask", "ulimit", "alias", "unalias", "bind", "jobs", "disown", "hash", "enable", "clear", "tput", "mkdir", "touch", "date", "whoami", "wait"}
_READERS = {"grep", "egrep", "fgrep", "rg", "jq", "awk", "python", "python3", "node", "perl"}
_SAFE_SOURCES = re.compile(r"(?:^|/)(?:nvm\.sh|\.?(?:bash|zsh)?(?:rc|_?profile)|\.?env(?:\.[\w.-]*)?|[\w.-]*\.env)$|/etc/|nvm|asdf|fnm|sdkman|volta")
_SSH_TAKES = re.compile(r"-[1246AaCfGgKkMNnqsTtVvXxYy]*[BbcDEeFIiJLlmOoPpQRSWw]")
_ENTERED = {"start", "restart", "reload", "stop", "delete", "save", "fetch", "ship", "archive", "rollback", "health_check", "notify"}
_TELLS = re.compile(r"(?:^| )(?:-[a-zA-Z]*f[a-zA-Z]*|--fail(?:-with-body)?|--fail-early)(?: |$)")


@dataclass(slots=True)
class Step:
    """One command as met on the way."""

    at: Location
    text: str
    argv: tuple[str, ...] | None
    """Its words without sudo, assignments and flags that name a folder."""
    words: tuple[str, ...] | None
    """All its words."""
    host: str
    directory: str | None
    effect: str | None
    body: list[list[str]] | None
    """The commands behind `npm run x`."""
    branch: str | None
    order: int
    world: Worlds
    """The world in which it fails; 0 if nobody asks."""
    parent: Worlds
    ran: Worlds
    fails: Worlds = 0
    """All worlds in which it fails: its own, and those that were split from it."""
    exported: tuple[str, ...] = ()
    """The variables that the script has exported before it."""
    quiet: bool = False
    """Whether what it prints goes elsewhere than to the terminal or log."""
    tells: bool = False
    """For a health check: whether its status tells an HTTP 500 from a 200."""


class Commands:
    """Executes simple commands for the machine; knows the project, whose scripts it enters."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.entered: set[str] = set()
        """Scripts of the project that were run or sourced by another."""
        self.tests: list[str] = []

    def __call__(self, m: Machine, shell: Shell, node: Simple, worlds: Worlds, ignored: bool) -> Out:
        m.substituted = None
        choices: list[tuple[Worlds, list[expand.Field], list[Word]]] = [(worlds, [], [])]
        for word in node.words:
            choices = [
                (mask & inner, said + list(found), of + [word] * len(found))
                for mask, said, of in choices
                for inner, found in expand.fields(word, shell, mask, m.substitution)
                if mask & inner
            ]
        m.substitutions(node.redirects, shell, worlds)
        born = m.take()
        worlds |= born
        choices[0] = (choices[0][0] | born, *choices[0][1:])
        if not choices[0][1] and len(choices) == 1:
            return self._assign(m, shell, node.assignments, worlds)
        out = Out()
        # only builtins that read values have to look at each world by itself
        name = choices[0][1][0] if choices[0][1] else ""
        if len(choices) > 1 and name not in ("[", "test", "exit", "return", "cd", "export", "local", "declare", "readonly", "typeset"):
            choices = [(worlds, *choices[0][1:])]
        if name in ("[", "test"):
            rows = [(mask, [f for f in said[1:] if not (name == "[" and f == "]")]) for mask, said, _ in choices]
            return m.decide(rows, patterns=False)
        for mask, said, of in choices:
            done = self._one(m, shell, node, mask, said, of, ignored)
            out.add(done)
            out.true |= done.true
            out.false |= done.false
        return out

    # ---- assignments ----

    def _assign(self, m: Machine, shell: Shell, assignments: Sequence[Assignment], worlds: Worlds) -> Out:
        status = None
        for one in assignments:
            m.substituted = None
            if isinstance(one.value, tuple):
                found: list[expand.Field] = []
                for word in one.value:
                    found += expand.fields(word, shell, worlds, m.substitution)[0][1]
                before = next(expand.lookup(one.name, shell, worlds))[1] if one.appends else ()
                worlds |= m.take()
                shell.assign(worlds, one.name, (*(before if isinstance(before, tuple) else ()), *found))
            elif one.value is not None:
                values = expand.text(one.value, shell, worlds, m.substitution)
                # the worlds that a substitution has opened get what it printed
                born = m.take()
                worlds |= born
                for mask, value in [(values[0][0] | born, values[0][1]), *values[1:]]:
                    for part, kept in list(expand.lookup(one.name, shell, mask)) if one.appends else [(mask, "")]:
                        shell.assign(part, one.name, kept + value if isinstance(kept, str) and isinstance(value, str) else value if kept == "" else None)
            m.changes += 1
            if m.substituted is not None:
                status = m.substituted
        if status is None:
            return Out(true=worlds)
        return Out(true=worlds & status[0] & ~status[1], false=worlds & status[1])

    # ---- one command ----

    def _one(self, m: Machine, shell: Shell, node: Simple, worlds: Worlds, said: list[expand.Field], of: list[Word], ignored: bool) -> Out:
        m.words = None
        if not isinstance(said[0], str):
            return self._step(m, shell, node, worlds, None, ignored)
        plain = [f if isinstance(f, str) else UNSEEN for f in said]
        m.words = tuple(plain)
        argv = bare(plain)
        if not argv:
            return Out(true=worlds)
        of = of[len(of) - len(argv) :]
        said = said[len(said) - len(argv) :]
        name = argv[0]
        if name in shell.functions:
            return self._function(m, shell, node, worlds, name, said[1:], ignored)
        built = self._builtin(m, shell, node, worlds, argv, said, ignored)
        if built is not None:
            return built
        entered = self._door(m, shell, node, worlds, argv, of, said)
        if entered is not None:
            return entered
        if name in _PRINTERS:
            m.printed += [f for f in said if isinstance(f, Answer)]
            # `cat .env` in a log is somebody's business
            self._step(m, shell, node, worlds, argv, False)
            return Out(true=worlds)
        if name in _READERS:
            answers = [*m.piped, *self._fed(m, shell, node.redirects, worlds)]
            if answers:
                return self._reads(m, answers, argv, worlds)
        return self._step(m, shell, node, worlds, argv, ignored)

    def _reads(self, m: Machine, answers: list[Answer], argv: list[str], worlds: Worlds) -> Out:
        """`grep -q ok` over a health check's answer: it fails where the answer is bad."""
        bad = 0
        for answer in answers:
            bad |= answer.world
        m.printed += answers
        asks_for_trouble = any(re.search(r"(?i)err|fail|50\d|down", w) for w in argv[1:]) or any(re.fullmatch(r"-\w*v\w*", w) for w in argv[1:])
        if (argv[0] == "jq" and not any(re.fullmatch(r"-\w*e\w*|--exit-status", w) for w in argv[1:])) or argv[0] == "awk":
            return Out(true=worlds)
        if asks_for_trouble:
            return Out(true=worlds & bad, false=worlds & ~bad)
        return Out(true=worlds & ~bad, false=worlds & bad)

    def _fed(self, m: Machine, shell: Shell, redirects: list[Redirect], worlds: Worlds) -> list[Answer]:
        fed = []
        for redirect in redirects:
            if redirect.operator == "<<<":
                fed += [v for _, v in expand.text(redirect.target, shell, worlds, lambda *_: None) if isinstance(v, Answer)]
        return fed

    def _function(self, m: Machine, shell: Shell, node: Simple, worlds: Worlds, name: str, arguments: list[expand.Field], ignored: bool) -> Out:
        if len(shell.calls) > 12:
            m.unknown = "scripts in scripts go too deep"
            return Out(true=worlds)
        function, source = shell.functions[name]
        held, trap_held = (shell.arguments, shell.source, shell.calls), shell.err_trap
        shell.arguments, shell.source, shell.calls = tuple(arguments), source, (*shell.calls, place(shell, node))
        if not shell.err_trace:
            shell.err_trap = Masked.of(None)
        body = function.body
        out = m.command(body, shell, worlds, ignored)
        shell.arguments, shell.source, shell.calls = held
        # bash hides the trap from a function, but keeps one that the function sets
        for mask, trap in shell.err_trap.split(-1) if not shell.err_trace else ():
            if trap is not None:
                trap_held = trap_held.put(mask, trap)
        shell.err_trap = shell.err_trap if shell.err_trace else trap_held
        return Out(true=out.true | out.returned_true, false=out.false | out.returned_false, left_true=out.left_true, left_false=out.left_false)

    def _builtin(self, m: Machine, shell: Shell, node: Simple, worlds: Worlds, argv: list[str], said: list[expand.Field], ignored: bool) -> Out | None:
        match argv[0]:
            case "cd" | "pushd":
                target = next((w for w in argv[1:] if not w.startswith("-") or w == "-"), None)
                return self._cd(m, shell, node, worlds, target, ignored)
            case "popd":
                shell.put("directory", worlds, None)
                return Out(true=worlds)
            case "set":
                self._set(argv[1:], shell, worlds)
                return Out(true=worlds)
            case "exit" | "return":
                return self._leave(argv[0], said[1] if len(said) > 1 else None, len(said) > 1, shell, worlds)
            case "break":
                return Out(broke=worlds)
            case "continue":
                return Out(continued=worlds)
            case "false":
                return Out(false=worlds)
            case "trap":
                self._trap(node, shell, worlds)
                return Out(true=worlds)
            case "export" | "local" | "declare" | "readonly" | "typeset":
                if argv[0] == "export" or any(re.fullmatch(r"-\w*x\w*", w) for w in argv[1:]):
                    shell.exported |= {a.name for a in node.assignments} | {w for w in argv[1:] if w.isidentifier()}
                done = self._assign(m, shell, [a for a in node.assignments if a.value is not None], worlds)
                return Out(true=done.on)
            case "unset" | "read" | "mapfile" | "readarray" | "getopts":
                for name in argv[1:]:
                    if name.isidentifier():
                        shell.assign(worlds, name, None)
                m.changes += 1
                return Out(true=worlds) if argv[0] in ("unset", "mapfile", "readarray") else m.fork(worlds)
            case "shift":
                if shell.arguments:
                    shell.arguments = shell.arguments[1:]
                return Out(true=worlds)
            case "let":
                return m.calculation(" ".join(argv[1:]), shell, worlds)
            case "eval":
                if any("\0" in w for w in argv[1:]):
                    return self._step(m, shell, node, worlds, None, ignored)
                return m.run(script_of(list(node.words[1:]), shell, worlds), shell, worlds, ignored=ignored)
            case "source" | ".":
                return self._source(m, shell, worlds, argv[1:], ignored)
            case name if name in _QUIET:
                return Out(true=worlds)
        return None

    def _cd(self, m: Machine, shell: Shell, node: Simple, worlds: Worlds, target: str | None, ignored: bool) -> Out:
        # a `cd` that fails leaves the next command in the wrong folder: that world is worth a look
        _, failed = self._record(m, shell, node, worlds, ["cd", target or "~"], shell.directory.one(worlds), None, None, fails=True)
        for mask, base in list(shell.directory.split(worlds & ~failed)):
            shell.put("directory", mask, None if target in (UNSEEN, "-") else joined(base, target or "~"))
        return Out(true=worlds & ~failed, false=failed)

    def _leave(self, how: str, code: expand.Field, given: bool, shell: Shell, worlds: Worlds) -> Out:
        _ok, bad = shell.status
        if not given:
            good, failed = worlds & ~bad, worlds & bad
        elif isinstance(code, str) and code.lstrip("-").isdigit():
            good, failed = (worlds, 0) if int(code) % 256 == 0 else (0, worlds)
        else:
            good, failed = 0, worlds
        return Out(left_true=good, left_false=failed) if how == "exit" else Out(returned_true=good, returned_false=failed)

    def _set(self, words: list[str], shell: Shell, worlds: Worlds) -> None:
        for i, word in enumerate(words):
            if word == "--":
                shell.arguments = tuple(None if "\0" in w else w for w in words[i + 1 :])
                return
            if not re.fullmatch(r"[-+][a-zA-Z]+", word):
                continue
            on = word[0] == "-"
            if "e" in word[1:].replace("o", ""):
                shell.put("errexit", worlds, on)
            if "E" in word:
                shell.err_trace = on
            if "a" in word[1:]:
                shell.exports_all = on
            if word.endswith("o") and i + 1 < len(words):
                if words[i + 1] in ("errexit", "pipefail"):
                    shell.put(words[i + 1], worlds, on)
                if words[i + 1] == "errtrace":
                    shell.err_trace = on

    def _trap(self, node: Simple, shell: Shell, worlds: Worlds) -> None:
        words = [w for w in node.words[1:] if not (w.literal() or "").startswith("-") or w.literal() == "-"]
        if len(words) < 2:
            return
        signals = {(w.literal() or "").upper().removeprefix("SIG") for w in words[1:]}
        body = None if words[0].literal() in ("-", "") else script_of([words[0]], shell, 1)
        if signals & {"ERR"}:
            shell.put("err_trap", worlds, body)
        if signals & {"EXIT", "0"}:
            shell.put("exit_trap", worlds, body)

    # ---- doors to other scripts ----

    def _door(self, m: Machine, shell: Shell, node: Simple, worlds: Worlds, argv: list[str], of: list[Word], said: list[expand.Field]) -> Out | None:
        match argv:
            case ["ssh" | "sshpass" | "autossh", *_]:
                return self._ssh(m, shell, node, worlds, argv, of)
            case ["su" | "runuser", *rest] if "-c" in rest:
                return self._text(m, shell, node, worlds, [of[argv.index("-c") + 1]] if argv.index("-c") + 1 < len(of) else [])
            case ["su" | "runuser", *_]:
                return self._stdin(m, shell, node, worlds, False)
            case ["docker" | "podman" | "docker-compose" | "kubectl", *rest]:
                index = next((i for i, w in enumerate(argv) if w in _SHELLS and i + 2 < len(argv) and re.fullmatch(r"-\w*c", argv[i + 1])), None)
                return self._text(m, shell, node, worlds, [of[index + 2]], host="container") if index is not None and "exec" in rest else None
            case [name, *rest] if posixpath.basename(name) in _SHELLS:
                return self._shell(m, shell, node, worlds, argv, of, said)
            case [name, *_] if "/" in name or name.endswith((".sh", ".bash")):
                file = self._find(name, shell, worlds)
                if file is None or self._is_rollback(name):
                    return None
                # its own first line counts only where it is started by its name
                errexit = bool(re.match(r"#!\S+(?:\s+\S+)*\s+-\w*e", self.project.files[file].split("\n", 1)[0]))
                return self._script(m, shell, node, worlds, file, said[1:], errexit=errexit)
            case ["npm" | "pnpm" | "yarn" | "bun" | "make", *_]:
                return self._package_script(m, shell, node, worlds, argv)
        return None

    def _is_rollback(self, name: str) -> bool:
        return bool(re.search(r"(?i)roll-?_?back|revert", posixpath.basename(name)))

    def _shell(self, m: Machine, shell: Shell, node: Simple, worlds: Worlds, argv: list[str], of: list[Word], said: list[expand.Field]) -> Out | None:
        flags, rest = "", 1
        while rest < len(argv) and argv[rest].startswith("-"):
            flags += argv[rest][1:] if not argv[rest].startswith("--") else ""
            rest += 2 if argv[rest] in ("-o", "-O", "--rcfile") else 1
        errexit = "e" in flags.replace("errexit", "")
        if "c" in flags:
            return self._text(m, shell, node, worlds, [of[rest]], errexit=errexit) if rest < len(of) else None
        if rest < len(argv) and "s" not in flags:
            file = self._find(argv[rest], shell, worlds)
            if file is None or self._is_rollback(argv[rest]):
                return None
            return self._script(m, shell, node, worlds, file, said[rest + 1 :], errexit=errexit)
        return self._stdin(m, shell, node, worlds, errexit, tuple(said[rest:]))

    def _stdin(self, m: Machine, shell: Shell, node: Simple, worlds: Worlds, errexit: bool, arguments: tuple[expand.Field, ...] = (), host: str | None = None) -> Out | None:
        """A shell that reads its script from a here-document, a here-string or a file."""
        for redirect in node.redirects:
            if redirect.operator in ("<<", "<<-", "<<<"):
                source = script_of([redirect.target], shell, worlds)
                return self._process(m, shell, node, worlds, source, errexit=errexit, arguments=arguments, host=host)
            if redirect.operator == "<":
                named = expand.text(redirect.target, shell, worlds, m.substitution)[0][1]
                file = self._find(named, shell, worlds) if isinstance(named, str) else None
                if file is not None:
                    self.entered.add(file)
                    return self._process(m, shell, node, worlds, Source(file, self.project.files[file]), errexit=errexit, arguments=arguments, host=host, script=f"{REPOSITORY}/{file}")
        return None

    def _text(self, m: Machine, shell: Shell, node: Simple, worlds: Worlds, words: list[Word], *, errexit: bool = False, host: str | None = None) -> Out:
        return self._process(m, shell, node, worlds, script_of(words, shell, worlds), errexit=errexit, host=host)

    def _process(self, m: Machine, shell: Shell, node: Simple, worlds: Worlds, source: Source, *, errexit: bool = False,
                 arguments: tuple[expand.Field, ...] = (), host: str | None = None, script: str | None = None) -> Out:  # fmt: skip
        inner = shell.fresh(source, script=script, host=host)
        inner.calls = (*shell.calls, place(shell, node))
        inner.arguments = arguments
        inner.errexit = Masked.of(errexit)
        return m.process(source, inner, worlds)

    def _script(self, m: Machine, shell: Shell, node: Simple, worlds: Worlds, file: str, arguments: list[expand.Field], *, errexit: bool = False) -> Out:
        if any(s.source.file == file for s in m.shells):
            m.unknown = "a script calls itself"
            return Out(true=worlds)
        self.entered.add(file)
        text = self.project.files[file]
        return self._process(m, shell, node, worlds, Source(file, text), errexit=errexit, arguments=tuple(arguments), script=f"{REPOSITORY}/{file}")

    def _source(self, m: Machine, shell: Shell, worlds: Worlds, argv: list[str], ignored: bool) -> Out:
        file = self._find(argv[0], shell, worlds) if argv else None
        if file is not None and not any(s.source.file == file for s in m.shells):
            self.entered.add(file)
            out = m.run(Source(file, self.project.files[file]), shell, worlds, ignored=ignored)
            return Out(true=out.true | out.returned_true, false=out.false | out.returned_false, left_true=out.left_true, left_false=out.left_false)
        if not argv or not _SAFE_SOURCES.search(argv[0]):
            m.unknown = "a sourced file may do more"
        return Out(true=worlds)

    def _ssh(self, m: Machine, shell: Shell, node: Simple, worlds: Worlds, argv: list[str], of: list[Word]) -> Out:
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
        if len(command) == 1 and re.match(r"(?:/bin/)?(?:ba)?sh(?: -\w+)*$", command[0]):
            command = command[0].split()
        if not command or (posixpath.basename(command[0]) in _SHELLS and not any(re.fullmatch(r"-\w*c", w) for w in command[1:2])):
            errexit = any(re.fullmatch(r"-\w*e\w*", w) for w in command[1:])
            done = self._stdin(m, shell, node, worlds, errexit, host="remote")
            if done is not None:
                return done
        return self._text(m, shell, node, worlds, _unique(of[rest:]), host="remote") if command else Out(true=worlds)

    def _package_script(self, m: Machine, shell: Shell, node: Simple, worlds: Worlds, argv: list[str]) -> Out | None:
        """`npm run deploy`: entered if what it runs is more than a build, which the caller's line already says."""
        argv, folder = without_place(argv)
        directory = self.folder(joined(shell.directory.one(worlds), folder) if folder else shell.directory.one(worlds))
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
        made.calls = (*shell.calls, place(shell, node))
        made.directory = Masked.of(f"{REPOSITORY}/{where}".rstrip("/"))
        return m.process(inner, made, worlds) if len(shell.calls) < 8 else None

    def _opens(self, command: list[str], where: str) -> bool:
        found = effect(command, self.project.policy)
        return found in _ENTERED or command[:1] in (["ssh"], ["bash"], ["sh"]) or (bool(command) and command[0].endswith(".sh"))

    def _find(self, name: str, shell: Shell, worlds: Worlds) -> str | None:
        """The project's script that a path names, on the server by its longest suffix."""
        full = joined(shell.directory.one(worlds), name) or name
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

    def folder(self, directory: str | None) -> str | None:
        """The folder of the repository that a directory is; one on the server by its longest suffix, else the root."""
        if directory is None:
            return None
        if directory == REPOSITORY or directory.startswith(f"{REPOSITORY}/"):
            return directory.removeprefix(REPOSITORY).lstrip("/")
        parts = directory.rpartition(UNSEEN)[2].strip("/~").split("/")
        for i in range(len(parts)):
            suffix = "/".join(parts[i:])
            if suffix and self.project.exists(f"{suffix}/package.json"):
                return suffix
        return ""

    # ---- steps ----

    def _step(self, m: Machine, shell: Shell, node: Simple, worlds: Worlds, argv: list[str] | None, ignored: bool) -> Out:
        """An external command. What has no effect is taken to succeed, unless its status is asked for: then it may be either."""
        found, body = None, None
        directory = shell.directory.one(worlds)
        if argv is not None:
            argv, folder = without_place(argv)
            if folder is not None:
                directory = None if folder == UNSEEN else joined(directory, folder)
            where = self.folder(directory)
            found = effect(argv, self.project.policy)
            body = script_body(argv, dict(scripts(self.project, home(self.project, where)))) if where is not None else None
            if body is not None:
                inside = [effect(b, self.project.policy) for b in body]
                found = next((e for e in ("build", "start", "restart", "reload", "migrate", "health_check") if e in inside), found)
        step, failed = self._record(m, shell, node, worlds, argv, directory, found, body, fails=found is not None)
        if found is None:
            return m.fork(worlds) if ignored else Out(true=worlds)
        if found == "health_check":
            # the world in which it fails is the one where the service answers 500
            step.tells = (argv or [])[:1] in (["wget"], ["http"], ["https"]) or bool(_TELLS.search(" ".join(argv or ())))
            m.printed.append(Answer(step, step.order, step.tells))
            if not step.tells:
                return Out(true=worlds | failed)
        return Out(true=worlds & ~failed, false=failed)

    def _record(self, m: Machine, shell: Shell, node: Simple, worlds: Worlds, argv: list[str] | None, directory: str | None, found: str | None,
                body: list[list[str]] | None, *, fails: bool) -> tuple[Step, Worlds]:  # fmt: skip
        """The step, and the worlds in which it fails now: its own is opened when it first runs."""
        at = place(shell, node)
        key = (*shell.calls, at)
        step = m.known.get(key)
        if step is not None:
            step.ran |= worlds
            return step, worlds & step.fails
        based = worlds & m.ledger.base or worlds
        parent = based & -based
        world = m.open(parent) if fails else 0
        step = Step(at, shell.source.text[node.start : node.end], None if argv is None else tuple(argv), m.words, shell.host, directory, found, body,
                    shell.branch, len(m.steps), world, parent, worlds | world, world, tuple(sorted(shell.exported)), shell.quiet or _goes_away(node.redirects))  # fmt: skip
        m.known[key] = step
        m.steps.append(step)
        return step, world


def _goes_away(redirects: Sequence[Redirect]) -> bool:
    return any(r.operator in (">", ">>", "&>", "&>>", ">|") and r.descriptor in ("", "1") for r in redirects)


def _unique(words: list[Word]) -> list[Word]:
    """The words once each: one that became several fields stands in the list for each of them."""
    return [w for i, w in enumerate(words) if i == 0 or w is not words[i - 1]]

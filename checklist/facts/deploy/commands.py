"""What each command of a script is to a deploy: a builtin of the shell, a door to another script, or a step."""

from __future__ import annotations

import re
from collections.abc import Sequence

from checklist.facts.deploy import expand
from checklist.facts.deploy.calls import call
from checklist.facts.deploy.effects import bare
from checklist.facts.deploy.expand import UNSEEN
from checklist.facts.deploy.machine import Machine
from checklist.facts.deploy.moves import Moves
from checklist.facts.deploy.processes import script_of
from checklist.facts.deploy.state import Shell
from checklist.facts.deploy.worlds import Answer, Out, Worlds
from checklist.parse.sh.tree import Assignment, Redirect, Simple, Word

_PRINTERS = {"echo", "printf", "cat", "tee", "log", "info", "warn", "say"}
_QUIET = {"true", ":", "shopt", "umask", "ulimit", "alias", "unalias", "bind", "jobs", "disown", "hash", "enable", "clear", "tput", "mkdir", "touch", "date", "whoami"}
_TOUCHES = {"mkdir", "touch"}
"""Of those: after them files may be others than before."""
_READERS = {"grep", "egrep", "fgrep", "rg", "jq", "awk", "python", "python3", "node", "perl"}


class Commands(Moves):
    """Executes simple commands for the machine."""

    def __call__(self, m: Machine, shell: Shell, node: Simple, worlds: Worlds, ignored: bool) -> Out:
        m.substituted = None
        choices: list[tuple[Worlds, list[expand.Field], list[Word]]] = [(worlds, [], [])]
        for word in node.words:
            if (literal := word.literal()) is not None and "{" not in literal:
                for _, said, of in choices:
                    said.append(literal)
                    of.append(word)
                continue
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
            choices = [(worlds, *next(c[1:] for c in choices if c[0] & m.ledger.usual(worlds)))]
        if name in ("[", "test"):
            rows = [(mask, said[1:], of[1:]) if name == "test" else (mask, said[1:-1], of[1:-1]) for mask, said, of in choices]
            return m.decide(rows, shell, patterns=False)
        for mask, said, of in choices:
            done = self._one(m, shell, node, mask, said, of, ignored)
            out.add(done)
            out.true |= done.true
            out.false |= done.false
        return out

    # ---- assignments ----

    def _assign(self, m: Machine, shell: Shell, assignments: Sequence[Assignment], worlds: Worlds, *, own: bool = False) -> Out:
        """`own`: they are the function's, `local x=$x`."""
        status = None
        for one in assignments:
            m.substituted = None
            if isinstance(one.value, tuple):
                found: list[expand.Field] = []
                for word in one.value:
                    found += next(f for mask, f in expand.fields(word, shell, worlds, m.substitution) if mask & m.ledger.usual(worlds))
                before = next(expand.lookup(one.name, shell, m.ledger.usual(worlds)))[1] if one.appends else ()
                worlds |= m.take()
                if own:
                    shell.hide(worlds, one.name)
                shell.assign(worlds, one.name, (*(before if isinstance(before, tuple) else ()), *found))
            elif one.value is not None:
                values = expand.text(one.value, shell, worlds, m.substitution)
                # the worlds that a substitution has opened get what it printed
                born = m.take()
                worlds |= born
                if own:
                    shell.hide(worlds, one.name)
                for mask, value in [(values[0][0] | born, values[0][1]), *values[1:]]:
                    for part, kept in list(expand.lookup(one.name, shell, mask)) if one.appends else [(mask, "")]:
                        shell.assign(part, one.name, value if kept == "" else kept + value if isinstance(kept, str) and isinstance(value, str) else None)
            m.changes += 1
            if m.substituted is not None:
                status = m.substituted
        if status is None:
            return Out(true=worlds)
        return Out(true=worlds & status[0] & ~status[1], false=worlds & status[1])

    # ---- one command ----

    def _one(self, m: Machine, shell: Shell, node: Simple, worlds: Worlds, said: list[expand.Field], of: list[Word], ignored: bool) -> Out:
        m.words, m.asked = None, ignored
        if not isinstance(said[0], str):
            return self._step(m, shell, node, worlds, None, ignored)
        plain = [f if isinstance(f, str) else UNSEEN for f in said]
        m.words = tuple(plain)
        argv = bare(plain)
        if not argv:
            return Out(true=worlds)
        if plain[0] == "exec" and len(plain) > 1:
            # the shell itself becomes the command
            done = self._one(m, shell, node, worlds, said[1:], of[1:], True)
            return Out(left_true=done.true | done.left_true, left_false=done.false | done.left_false)
        of = of[len(of) - len(argv) :]
        said = said[len(said) - len(argv) :]
        name = argv[0]
        if name in shell.functions and plain[0] == name:  # sudo, `command` and the like call no functions
            if node.assignments:
                # `ENV=prod deploy`: a variable of the function, for this call
                self._assign(m, shell, node.assignments, worlds)
            return self._function(m, shell, node, worlds, name, said[1:], ignored)
        built = self._builtin(m, shell, node, worlds, argv, of, said, ignored)
        if built is not None:
            return built
        entered = self._door(m, shell, node, worlds, argv, of, said)
        if entered is not None:
            return entered
        if name in _PRINTERS:
            if argv[:2] == ["printf", "-v"] and len(argv) > 2:
                shell.assign(worlds, argv[2], None)
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
        held, local = (shell.arguments, shell.source, shell.calls, shell.frame), shell.local
        shell.local = {}
        shell.arguments, shell.source, shell.calls, shell.frame = tuple(arguments), source, (*shell.calls, call(shell, node, opens=True)), object()
        hides = not shell.err_trace
        if hides:
            shell.hide_trap()
        out = m.command(function.body, shell, worlds, ignored)
        if hides:
            shell.show_trap()
        shell.arguments, shell.source, shell.calls, shell.frame = held
        shell.show(local)
        return Out(true=out.true | out.returned_true, false=out.false | out.returned_false, left_true=out.left_true, left_false=out.left_false)

    def _builtin(self, m: Machine, shell: Shell, node: Simple, worlds: Worlds, argv: list[str], of: list[Word], said: list[expand.Field], ignored: bool) -> Out | None:
        match argv[0]:
            case "cd" | "pushd":
                return self._cd(m, shell, node, worlds, argv, of)
            case "mkdir" if any(re.fullmatch(r"-\w*p\w*|--parents", w) for w in argv[1:]):
                return self._makes(m, shell, node, worlds, argv, of)
            case "popd":
                shell.put("directory", worlds, None)
                return Out(true=worlds)
            case "set":
                self._set(argv[1:], shell, worlds)
                return Out(true=worlds)
            case "exit" | "return":
                return self._leave(m, argv[0], said[1] if len(said) > 1 else None, len(said) > 1, shell, worlds)
            case "break":
                return Out(broke=worlds)
            case "continue":
                return Out(continued=worlds)
            case "false":
                return Out(false=worlds)
            case "trap":
                self._trap(m, node, shell, worlds)
                return Out(true=worlds)
            case "export" | "local" | "declare" | "readonly" | "typeset":
                if argv[0] == "export" or any(re.fullmatch(r"-\w*x\w*", w) for w in argv[1:]):
                    shell.exported |= {a.name for a in node.assignments} | {w for w in argv[1:] if w.isidentifier()}
                if any(UNSEEN in w for w in argv[1:]):
                    shell.changed()  # `export $(cat .env)`
                own = argv[0] in ("local", "declare", "typeset") and not any(re.fullmatch(r"-\w*g\w*", w) for w in argv[1:])
                for name in filter(str.isidentifier, argv[1:] if own else ()):
                    shell.hide(worlds, name)
                done = self._assign(m, shell, [a for a in node.assignments if a.value is not None], worlds, own=own)
                return Out(true=done.on)
            case "unset" | "read" | "mapfile" | "readarray" | "getopts":
                for name in argv[1:]:
                    if name.isidentifier():
                        shell.assign(worlds, name, None)
                m.changes += 1
                return Out(true=worlds) if argv[0] in ("unset", "mapfile", "readarray") else m.fork(worlds)
            case "shift":
                shell.frame = object()
                count = argv[1] if len(argv) > 1 else "1"
                if not count.isdigit():
                    shell.arguments = None
                elif shell.arguments is not None and int(count) <= len(shell.arguments):
                    shell.arguments = shell.arguments[int(count) :]
                return Out(true=worlds)
            case "let":
                return m.calculation(" ".join(argv[1:]), shell, worlds)
            case "eval":
                if any("\0" in w for w in argv[1:]):
                    shell.changed()
                    return self._step(m, shell, node, worlds, None, ignored)
                return m.run(script_of(list(node.words[1:]), shell, m.ledger.usual(worlds)), shell, worlds, ignored=ignored)
            case "source" | ".":
                return self._source(m, shell, worlds, argv[1:], ignored)
            case "wait":
                return self._wait(m, shell, worlds, argv[1:])
            case name if name in _QUIET:
                if name in _TOUCHES:
                    m.ledger.memory.wrote(shell.host, removes=False)
                return Out(true=worlds)
        return None

    def _wait(self, m: Machine, shell: Shell, worlds: Worlds, argv: list[str]) -> Out:
        """`wait`: its status is that of the last job that it is given, with -n of the first that ends."""
        m.ledger.memory.wrote(shell.host, removes=False)
        told = [m.jobs[w] for w in argv[-1:] if w in m.jobs] or (list(m.jobs.values()) if "-n" in argv else [])
        failed = 0
        for ok, bad in told:
            failed |= m.ledger.inherit(worlds, ok, bad)[1]
        return Out(true=worlds & ~failed, false=failed)

    def _leave(self, m: Machine, how: str, code: expand.Field, given: bool, shell: Shell, worlds: Worlds) -> Out:
        _ok, bad = shell.status
        if not given:
            good, failed = worlds & ~bad, worlds & bad
        elif isinstance(code, str) and code.lstrip("-").isdigit():
            good, failed = (worlds, 0) if int(code) % 256 == 0 else (0, worlds)
        else:
            # `exit $status`: it says what has happened
            good, failed = worlds & m.ledger.base, worlds & ~m.ledger.base
        return Out(left_true=good, left_false=failed) if how == "exit" else Out(returned_true=good, returned_false=failed)

    def _set(self, words: list[str], shell: Shell, worlds: Worlds) -> None:
        for i, word in enumerate(words):
            if word == "--":
                shell.frame = object()
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

    def _trap(self, m: Machine, node: Simple, shell: Shell, worlds: Worlds) -> None:
        words = [w for w in node.words[1:] if not (w.literal() or "").startswith("-") or w.literal() == "-"]
        if len(words) < 2:
            return
        signals = {(w.literal() or "").upper().removeprefix("SIG") for w in words[1:]}
        body = None if words[0].literal() in ("-", "") else script_of([words[0]], shell, m.ledger.usual(worlds))
        if signals & {"ERR"}:
            shell.put("err_trap", worlds, body)
        if signals & {"EXIT", "0"}:
            shell.put("exit_trap", worlds, body)

"""What the shell does itself: assignments, options, traps, jobs, and how a script is left. Bash 5.2 manual, 4."""

from __future__ import annotations

import re
from collections.abc import Sequence

from checklist.facts.deploy.moves import Moves
from checklist.parse.sh.tree import Assignment, Simple, Word
from checklist.shell import expansion
from checklist.shell.environment import Environment
from checklist.shell.executor import Machine
from checklist.shell.expansion import UNSEEN
from checklist.shell.processes import script_of
from checklist.shell.states import Completion, States

_QUIET = {"true", ":", "shopt", "umask", "ulimit", "alias", "unalias", "bind", "jobs", "disown", "hash", "enable", "clear", "tput", "mkdir", "touch", "date", "whoami"}
_TOUCHES = {"mkdir", "touch"}
"""Of those: after them files may be others than before."""


class Builtins(Moves):
    """The builtins of the shell, and what is as good as one."""

    def _assign(self, m: Machine, shell: Environment, assignments: Sequence[Assignment], worlds: States, *, own: bool = False) -> Completion:
        """`own`: they are the function's, `local x=$x`."""
        status = None
        for one in assignments:
            m.substituted = None
            if isinstance(one.value, tuple):
                found: list[expansion.Field] = []
                for word in one.value:
                    found += next(f for mask, f in expansion.fields(word, shell, worlds, m.substitution) if mask & m.ledger.usual(worlds))
                before = expansion.lookup(one.name, shell, m.ledger.usual(worlds))[0][1] if one.appends else ()
                worlds |= m.take()
                if own:
                    shell.hide(worlds, one.name)
                shell.assign(worlds, one.name, (*(before if isinstance(before, tuple) else ()), *found))
            elif one.value is not None:
                values = expansion.text(one.value, shell, worlds, m.substitution)
                # the worlds that a substitution has opened get what it printed
                born = m.take()
                worlds |= born
                if own:
                    shell.hide(worlds, one.name)
                for mask, value in [(values[0][0] | born, values[0][1]), *values[1:]]:
                    for part, kept in list(expansion.lookup(one.name, shell, mask)) if one.appends else [(mask, "")]:
                        shell.assign(part, one.name, value if kept == "" else kept + value if isinstance(kept, str) and isinstance(value, str) else None)
            if m.substituted is not None:
                status = m.substituted
        if status is None:
            return Completion(true=worlds)
        return Completion(true=worlds & status[0] & ~status[1], false=worlds & status[1])

    def _builtin(self, m: Machine, shell: Environment, node: Simple, worlds: States, argv: list[str], of: list[Word], said: list[expansion.Field], ignored: bool) -> Completion | None:
        match argv[0]:
            case "cd" | "pushd":
                return self._cd(m, shell, node, worlds, argv, of)
            case "mkdir" if any(re.fullmatch(r"-\w*p\w*|--parents", w) for w in argv[1:]):
                return self._makes(m, shell, node, worlds, argv, of)
            case "popd":
                shell.put("directory", worlds, None)
                return Completion(true=worlds)
            case "set":
                self._set(argv[1:], shell, worlds)
                return Completion(true=worlds)
            case "exit" | "return":
                return self._leave(m, argv[0], said[1] if len(said) > 1 else None, len(said) > 1, shell, worlds)
            case "break":
                return Completion(broke=worlds)
            case "continue":
                return Completion(continued=worlds)
            case "false":
                return Completion(false=worlds)
            case "trap":
                self._trap(m, node, shell, worlds)
                return Completion(true=worlds)
            case "export" | "local" | "declare" | "readonly" | "typeset":
                if argv[0] == "export" or any(re.fullmatch(r"-\w*x\w*", w) for w in argv[1:]):
                    shell.exported |= {a.name for a in node.assignments} | {w for w in argv[1:] if w.isidentifier()}
                if any(UNSEEN in w for w in argv[1:]):
                    shell.changed()  # `export $(cat .env)`
                own = argv[0] in ("local", "declare", "typeset") and not any(re.fullmatch(r"-\w*g\w*", w) for w in argv[1:])
                for name in filter(str.isidentifier, argv[1:] if own else ()):
                    shell.hide(worlds, name)
                done = self._assign(m, shell, [a for a in node.assignments if a.value is not None], worlds, own=own)
                return Completion(true=done.on)
            case "unset" | "read" | "mapfile" | "readarray" | "getopts":
                for name in filter(str.isidentifier, argv[1:]):
                    shell.assign(worlds, name, "" if argv[0] == "unset" else None)
                return Completion(true=worlds) if argv[0] in ("unset", "mapfile", "readarray") else m.fork(worlds)
            case "shift":
                shell.frame = object()
                count = argv[1] if len(argv) > 1 else "1"
                if not count.isdigit():
                    shell.arguments = None
                elif shell.arguments is not None and int(count) <= len(shell.arguments):
                    shell.arguments = shell.arguments[int(count) :]
                return Completion(true=worlds)
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
                return Completion(true=worlds)
        return None

    def _wait(self, m: Machine, shell: Environment, worlds: States, argv: list[str]) -> Completion:
        """`wait`: its status is that of the last job that it is given, with -n of the first that ends."""
        m.ledger.memory.wrote(shell.host, removes=False)
        told = [m.jobs[w] for w in argv[-1:] if w in m.jobs] or (list(m.jobs.values()) if "-n" in argv else [])
        failed = 0
        for ok, bad in told:
            failed |= m.ledger.inherit(worlds, ok, bad)[1]
        return Completion(true=worlds & ~failed, false=failed)

    def _leave(self, m: Machine, how: str, code: expansion.Field, given: bool, shell: Environment, worlds: States) -> Completion:
        _ok, bad = shell.status
        if not given:
            good, failed = worlds & ~bad, worlds & bad
        elif isinstance(code, str) and code.lstrip("-").isdigit():
            good, failed = (worlds, 0) if int(code) % 256 == 0 else (0, worlds)
        else:
            # `exit $status`: it says what has happened
            good, failed = worlds & m.ledger.base, worlds & ~m.ledger.base
        return Completion(left_true=good, left_false=failed) if how == "exit" else Completion(returned_true=good, returned_false=failed)

    def _set(self, words: list[str], shell: Environment, worlds: States) -> None:
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

    def _trap(self, m: Machine, node: Simple, shell: Environment, worlds: States) -> None:
        words = [w for w in node.words[1:] if not (w.literal() or "").startswith("-") or w.literal() == "-"]
        if len(words) < 2:
            return
        signals = {(w.literal() or "").upper().removeprefix("SIG") for w in words[1:]}
        body = None if words[0].literal() in ("-", "") else script_of([words[0]], shell, m.ledger.usual(worlds))
        if signals & {"ERR"}:
            shell.put("err_trap", worlds, body)
        if signals & {"EXIT", "0"}:
            shell.put("exit_trap", worlds, body)

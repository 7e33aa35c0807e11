"""What each command of a script is to a deploy: a builtin of the shell, a door to another script, or a step."""

from __future__ import annotations

import re

from checklist.facts.deploy.builtins import Builtins
from checklist.facts.deploy.calls import call
from checklist.facts.deploy.effects import bare
from checklist.parse.sh.tree import Redirect, Simple, Word
from checklist.shell import expansion
from checklist.shell.environment import Environment
from checklist.shell.executor import Machine
from checklist.shell.expansion import UNSEEN
from checklist.shell.states import Answer, Completion, States

_PRINTERS = {"echo", "printf", "cat", "tee", "log", "info", "warn", "say"}
_READERS = {"grep", "egrep", "fgrep", "rg", "jq", "awk", "python", "python3", "node", "perl"}


class Commands(Builtins):
    """Executes simple commands for the machine."""

    def __call__(self, m: Machine, shell: Environment, node: Simple, worlds: States, ignored: bool) -> Completion:
        m.substituted = None
        choices: list[tuple[States, list[expansion.Field], list[Word]]] = [(worlds, [], [])]
        for word in node.words:
            if (literal := word.literal()) is not None and "{" not in literal:
                for _, said, of in choices:
                    said.append(literal)
                    of.append(word)
                continue
            choices = [
                (mask & inner, said + list(found), of + [word] * len(found))
                for mask, said, of in choices
                for inner, found in expansion.fields(word, shell, mask, m.substitution)
                if mask & inner
            ]
        m.substitutions(node.redirects, shell, worlds)
        born = m.take()
        worlds |= born
        choices[0] = (choices[0][0] | born, *choices[0][1:])
        if not choices[0][1] and len(choices) == 1:
            return self._assign(m, shell, node.assignments, worlds)
        out = Completion()
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

    def _one(self, m: Machine, shell: Environment, node: Simple, worlds: States, said: list[expansion.Field], of: list[Word], ignored: bool) -> Completion:
        m.words, m.asked = None, ignored
        if not isinstance(said[0], str):
            return self._step(m, shell, node, worlds, None, ignored)
        plain = [str(f) if isinstance(f, str) else UNSEEN for f in said]
        m.words = tuple(plain)
        argv = bare(plain)
        if not argv:
            return Completion(true=worlds)
        if plain[0] == "exec" and len(plain) > 1:
            # the shell itself becomes the command
            done = self._one(m, shell, node, worlds, said[1:], of[1:], True)
            return Completion(left_true=done.true | done.left_true, left_false=done.false | done.left_false)
        of = of[len(of) - len(argv) :]
        said = said[len(said) - len(argv) :]
        name = argv[0]
        if name in shell.functions and plain[0] == name:  # sudo, `command` and the like call no functions
            if node.assignments:
                # `ENV=prod deploy`: a variable of the function, for this call
                self._assign(m, shell, node.assignments, worlds)
            return self._function(m, shell, node, worlds, name, said[1:], ignored)
        if name in _PRINTERS:
            if argv[:2] == ["printf", "-v"] and len(argv) > 2:
                shell.assign(worlds, argv[2], None)
            m.printed += [f for f in said if isinstance(f, Answer)]
            # `cat .env` in a log is somebody's business
            self._step(m, shell, node, worlds, argv, False)
            return Completion(true=worlds)
        built = self._builtin(m, shell, node, worlds, argv, of, said, ignored)
        if built is not None:
            return built
        entered = self._door(m, shell, node, worlds, argv, of, said)
        if entered is not None:
            return entered
        if name in _READERS:
            answers = [*m.piped, *self._fed(m, shell, node.redirects, worlds)]
            if answers:
                return self._reads(m, answers, argv, worlds)
        return self._step(m, shell, node, worlds, argv, ignored)

    def _reads(self, m: Machine, answers: list[Answer], argv: list[str], worlds: States) -> Completion:
        """`grep -q ok` over a health check's answer: it fails where the answer is bad."""
        bad = 0
        for answer in answers:
            bad |= answer.state
        m.printed += answers
        asks_for_trouble = any(re.search(r"(?i)err|fail|50\d|down", w) for w in argv[1:]) or any(re.fullmatch(r"-\w*v\w*", w) for w in argv[1:])
        if (argv[0] == "jq" and not any(re.fullmatch(r"-\w*e\w*|--exit-status", w) for w in argv[1:])) or argv[0] == "awk":
            return Completion(true=worlds)
        if asks_for_trouble:
            return Completion(true=worlds & bad, false=worlds & ~bad)
        return Completion(true=worlds & ~bad, false=worlds & bad)

    def _fed(self, m: Machine, shell: Environment, redirects: list[Redirect], worlds: States) -> list[Answer]:
        fed = []
        for redirect in redirects:
            if redirect.operator == "<<<":
                fed += [v for _, v in expansion.text(redirect.target, shell, worlds, lambda *_: None) if isinstance(v, Answer)]
        return fed

    def _function(self, m: Machine, shell: Environment, node: Simple, worlds: States, name: str, arguments: list[expansion.Field], ignored: bool) -> Completion:
        if len(shell.calls) > 12:
            m.unknown = "scripts in scripts go too deep"
            return Completion(true=worlds)
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
        return Completion(true=out.true | out.returned_true, false=out.false | out.returned_false, left_true=out.left_true, left_false=out.left_false)

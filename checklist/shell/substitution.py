"""`$(…)`, backticks and `<(…)`: a body runs in a subshell, what it prints becomes the value. Bash 5.2 manual, 3.5.4."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import replace

from checklist.parse.sh import tree
from checklist.parse.sh.tree import AndOr, Sequence, Simple, Substitution, Text, Word
from checklist.parse.shell import Source
from checklist.shell import expansion
from checklist.shell.environment import Environment
from checklist.shell.parameters import UNSEEN
from checklist.shell.paths import REPOSITORY, joined
from checklist.shell.processes import Processes
from checklist.shell.states import Answer, Field, Known, States


class Substitutions:
    """Runs the substitutions in the words of one command, which asks afterwards what has become of them."""

    __slots__ = ("_processes", "opened", "status")

    def __init__(self, processes: Processes) -> None:
        self._processes = processes
        self.opened: States = 0
        """The states that were opened: the command goes on in them as well."""
        self.status: tuple[States, States] | None = None
        """How the last one completed: the status of a command that only assigns (3.7.1)."""

    def __call__(self, part: Substitution, env: Environment, states: States) -> Known:
        """What it prints."""
        inner = env.child(errexit=False)
        inner.into = ("",)
        # the one before it in the same words has been run
        done = self._processes.subshell(part.body, inner, states | self.opened, False)
        self.status = (done.true, done.false)
        self.opened = done.on & ~states
        return self._printed(part.body, done.output, env, states, inner)

    def _printed(
        self, body: Sequence, answers: tuple[Answer, ...], env: Environment, states: States, inner: Environment
    ) -> Known:
        only = body.items[0] if len(body.items) == 1 else None
        if len(answers) == 1 and isinstance(only, AndOr) and only.operator == "||":
            return replace(answers[0], instead=_instead(only.right))
        if answers:
            return answers[-1]
        usual = self._processes.usual(states)
        argv: list[Field] = []
        if isinstance(only, Simple):
            for word in only.words:
                argv += expansion.fields(word, env, usual)[0][1]
        return _printed_by(only, argv, inner.directory.one(usual))


def embedded(words: Iterable[Word | tuple[str, int]], env: Environment, state: States) -> Source:
    """The script that words or a here-document hand to another shell, known variables put in; a text stands where it
    was put in."""
    pieces: list[tuple[str, int, bool]] = []
    sure = None
    for n, word in enumerate(words):
        start = word[1] if isinstance(word, tuple) else word.start
        if n:
            pieces.append((" ", start, False))
        if isinstance(word, tuple):
            pieces.append((word[0], word[1], False))
            continue
        for part in word.parts:
            if isinstance(part, Text):
                pieces.append((part.text, part.start, True))
                continue
            value = expansion.text(Word(part.start, part.end, (part,)), env, state)[0][1]
            if isinstance(part, Substitution):
                value = UNSEEN  # it has run here
            elif value == UNSEEN:
                value = None
            if isinstance(value, str):
                pieces.append((value, part.start, False))
                continue
            if sure is None and not any(UNSEEN in text for text, _, _ in pieces):
                sure = sum(len(text) for text, _, _ in pieces)
            pieces.append((env.source.text[part.start : part.end], part.start, True))
    return env.source.embedded(pieces, unseen=UNSEEN, sure=sure)


def _instead(node: tree.Command) -> str | None:
    """What a command prints that runs where the one before it has failed; None for nothing."""
    words = [w.literal() for w in node.words] if isinstance(node, Simple) else []
    if words[:1] == ["echo"] and None not in words:
        return " ".join(w or "" for w in words[1:])
    return None if words[:1] in (["true"], [":"], ["false"], ["exit"], ["return"]) else UNSEEN


def _printed_by(node: tree.Command | None, argv: list[Field], directory: str | None) -> Known:
    """What a plain command prints: `echo`, `pwd`, `dirname`, `basename`, `cd x && pwd`."""
    if isinstance(node, AndOr) and node.operator == "&&" and isinstance(node.right, Simple):
        return directory if node.right.words and node.right.words[0].literal() == "pwd" else None
    words = [a for a in argv if isinstance(a, str)]
    if not words or len(words) < len(argv):
        return None
    match words:
        case ["pwd", *_]:
            return directory
        case ["echo", *rest]:
            return None if rest[:1] in (["-e"], ["-n"]) else " ".join(rest)
        case ["printf", "%s" | "%s\\n", one]:
            return one
        case ["dirname" | "basename" | "realpath" | "readlink" as name, *rest]:
            return _path(name, rest, directory)
    return None


def _path(name: str, rest: list[str], directory: str | None) -> str | None:
    *flags, path = rest or [""]
    if not rest:
        return None
    if name == "dirname":
        if any(f != "--" for f in flags):
            return None
        return None if path == REPOSITORY else posixpath.dirname(path) or "."
    if name == "basename":
        return None if flags else posixpath.basename(path)
    return joined(directory, path) if all(f.startswith("-") for f in flags) else None

"""Where a run flips a link from one release to another, and whether the link is right at every moment."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from checklist.facts.deploy.path import Run
from checklist.facts.deploy.steps import Step
from checklist.shell.paths import REPOSITORY, joined

_NAMED = re.compile(r"(?i)(?:current|live|active|latest|stable)")
_RELEASE = re.compile(r"(?:^|/)releases?/[^/]+$")
_SHORT = re.compile(r"-[a-zA-Z]+")


@dataclass(frozen=True, slots=True)
class Link:
    """One flip."""

    step: Step
    path: str | None
    """The link, as a path on the server; None where it is not known."""
    how: str
    """`atomic`; `gap`: it is removed first; `inside`: what is made lies in the release that the link leads to."""


def links(run: Run, *, again: bool) -> Iterator[Link]:
    """The flips of a run; `again`: the link is there already, since what runs goes back to an earlier release."""
    steps = list(run.steps)
    for n, step in enumerate(steps):
        flags, names = _words(step)
        if len(names) != 2:
            continue
        target, link = names
        if step.argv and step.argv[0] == "ln" and "s" in flags and _flips(target, link):
            kept = bool(flags & {"n", "T", "h"})
            yield Link(step, _full(step, link), _how(steps[:n], step, link, kept=kept or not (again or "f" in flags)))
        elif step.argv and step.argv[0] == "mv" and _NAMED.fullmatch(posixpath.basename(link)) and _made(steps[:n], step, target):
            yield Link(step, _full(step, link), _how(steps[:n], step, link, kept="T" in flags))


def _words(step: Step) -> tuple[set[str], list[str]]:
    """The flags of `ln` or `mv` by their letters, and the names."""
    flags, names = set[str](), []
    for word in (step.argv or ())[1:]:
        if word in ("--no-dereference", "--no-target-directory", "--symbolic", "--force"):
            flags.add({"--no-dereference": "n", "--no-target-directory": "T", "--symbolic": "s", "--force": "f"}[word])
        elif _SHORT.fullmatch(word):
            flags |= set(word[1:])
        elif word != "--":
            names.append(word.rstrip("/"))
    return flags, names


def _flips(target: str, link: str) -> bool:
    if "shared" in target or "." in posixpath.basename(link):
        return False
    return bool(_NAMED.fullmatch(posixpath.basename(link))) or bool(_RELEASE.search(target) and not re.search(r"(?:^|/)releases?(?:/|$)", link))


def _made(before: list[Step], step: Step, name: str) -> bool:
    """Whether a link of that name was made before."""
    return any(s.argv and s.argv[0] == "ln" and "s" in _words(s)[0] and _words(s)[1][-1:] == [name] and s.host == step.host for s in before)


def _how(before: list[Step], step: Step, link: str, *, kept: bool) -> str:
    path = _full(step, link) or link
    for s in before:
        if s.argv and s.argv[0] in ("rm", "unlink") and s.host == step.host and path in [_full(s, w) or w for w in _words(s)[1]]:
            return "gap"
    return "atomic" if kept else "inside"


def _full(step: Step, name: str) -> str | None:
    return joined(step.directory, name) if step.directory != REPOSITORY or name.startswith(("/", "~")) else name

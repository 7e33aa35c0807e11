"""The table of commands, `effects.yaml`, and the rows of it that fit a command."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Any

from checklist.model import plain
from checklist.parse import yaml


@cache
def table() -> Mapping[str, Any]:
    """The whole table as its file has it."""
    text = resources.files("checklist.facts").joinpath("effects.yaml").read_text("utf-8")
    told: Mapping[str, Any] = plain(yaml.parse("effects.yaml", text).value, reveal=True)
    return told


@dataclass(frozen=True, eq=False)
class _Row:
    """A row of the table: what it is of, and what it says of that."""

    said: Mapping[str, Any]
    flags: Mapping[str, Sequence[str]]
    """Flags of programs that take the next word."""

    @cached_property
    def expression(self) -> re.Pattern[str]:
        """Made when it is first asked for: most runs meet few programs."""
        words = str(self.said.get("run") or self.said.get("tool") or "").split()
        return re.compile(self.said.get("match") or "".join(_patterns(words, self.flags)))

    @property
    def programs(self) -> Sequence[str]:
        """The first words of what it fits; none where only the expression knows."""
        words = str(self.said.get("run") or self.said.get("tool") or "").split()
        return [] if not words or "*" in words[0] else words[0].split("|")

    def fits(self, argv: Sequence[str], text: str) -> bool:
        """Whether a command is one of these; `text` is its words with a space between them."""
        wanted, barred = self.said.get("with"), self.said.get("without")
        if not self.expression.match(text):
            return False
        return not (wanted and not _among(argv, wanted)) and not (barred and _among(argv, barred))


def _patterns(words: Sequence[str], flags: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The expressions for the words of a row; flags before a word are left out."""
    for n, word in enumerate(words):
        valued = "|".join(flags.get(words[0], ()))
        gap = "" if n == 0 else rf"(?: (?:{valued}) \S+| -\S+)* " if valued else r"(?: -\S+)* "
        if word == "..":
            yield r"(?: \S+)*?"
        elif word.startswith("["):
            yield f"(?:{gap}(?:{_alternatives(word[1:-1])})(?= |$))?"
        else:
            yield f"{gap}(?:{_alternatives(word)})(?= |$)"


def _alternatives(word: str) -> str:
    return "|".join(re.escape(w).replace(r"\*", r"\S*") for w in word.split("|"))


def _among(argv: Sequence[str], words: Sequence[str]) -> bool:
    wanted = "|".join(_alternatives(w) for w in words)
    return any(re.fullmatch(wanted, w) for w in argv[1:])


@cache
def _rows() -> tuple[tuple[int, _Row], ...]:
    return tuple(enumerate(_Row(row, table().get("options", {})) for row in table()["commands"]))


@cache
def _by_program() -> Mapping[str, Sequence[tuple[int, _Row]]]:
    """The rows by the first word of what they fit; those that fit any under ""."""
    found: dict[str, list[tuple[int, _Row]]] = {"": []}
    for n, row in _rows():
        for program in row.programs or [""]:
            found.setdefault(program, []).append((n, row))
    return found


def fitting(argv: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """What the rows say that fit a command, in their order."""
    text, tool = " ".join(argv).replace("\n", " "), _tool(argv)
    rows = {n: row for program in ("", *argv[:1], *tool[:1]) for n, row in _by_program().get(program, ())}
    for n in sorted(rows):
        row = rows[n]
        if row.fits(argv, text) or ("tool" in row.said and tool and row.fits(tool, " ".join(tool))):
            yield row.said


def _tool(argv: Sequence[str]) -> Sequence[str]:
    """The command without the package manager that runs it."""
    for runner in table()["runners"]:
        words = runner.split()
        if list(argv[: len(words)]) == words:
            return argv[len(words) :]
    return ()

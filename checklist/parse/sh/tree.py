"""What a shell script is made of. Words keep their parts, so that values can be put in later; places are offsets in the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def _node(cls: type[T]) -> type[T]:
    """A frozen dataclass to mypy; to set the fields of a really frozen one takes three times as long, and they are many."""
    return dataclass(slots=True)(cls)


# ---- words -----------------------------------------------------------------------------------------------------------


@_node
class Text:
    """Literal characters after quotes and escapes are taken off; character i stands at offset `start + i`."""

    text: str
    start: int
    quoted: bool = False


@_node
class Variable:
    """`$name`, `${name}`, or with an operator: `${name:-word}` has `:-` and the word, anything rarer its own text."""

    name: str
    start: int
    end: int
    quoted: bool = False
    operator: str = ""
    argument: Word | None = None


@_node
class Substitution:
    """`$(…)`, backticks, or `<(…)`, whose `operator` is `<`."""

    body: Sequence
    start: int
    end: int
    quoted: bool = False
    operator: str = "$"


@_node
class Arithmetic:
    """`$((…))` with what stands in it."""

    text: str
    start: int
    end: int
    quoted: bool = False


Part = Text | Variable | Substitution | Arithmetic


@_node
class Word:
    start: int
    end: int
    parts: tuple[Part, ...]

    def literal(self) -> str | None:
        """Its text if nothing has to be put in."""
        if len(self.parts) == 1:
            only = self.parts[0]
            return only.text if isinstance(only, Text) else None
        said = [p.text for p in self.parts if isinstance(p, Text)]
        return "".join(said) if len(said) == len(self.parts) else None


# ---- commands --------------------------------------------------------------------------------------------------------


@_node
class Assignment:
    """`name=value`, `name+=value`, `name=(a b)`; no value where a declaration only names it."""

    name: str
    value: Word | tuple[Word, ...] | None
    appends: bool
    start: int
    end: int


@_node
class Redirect:
    """`2>&1`, `> file`, `<<EOF`: a here-document's `target` is its body, which is not expanded if its delimiter was quoted."""

    operator: str
    descriptor: str
    target: Word
    quoted: bool = False


@_node
class Simple:
    """A command with its words; `assignments` before it, or after `export`, `local` and the like."""

    start: int
    end: int
    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    redirects: list[Redirect]
    """A list, since the bodies of here-documents come only at the end of the line."""


@_node
class Pipeline:
    start: int
    end: int
    parts: tuple[Command, ...]
    negated: bool = False


@_node
class AndOr:
    """`left && right` or `left || right`."""

    start: int
    end: int
    left: Command
    operator: str
    right: Command


@_node
class Background:
    """`command &`."""

    start: int
    end: int
    command: Command


@_node
class Sequence:
    start: int
    end: int
    items: tuple[Command, ...]


@_node
class Group:
    """`{ …; }`, or `( … )`, which is a shell of its own."""

    start: int
    end: int
    body: Sequence
    subshell: bool


@_node
class If:
    start: int
    end: int
    clauses: tuple[tuple[Sequence, Sequence], ...]
    otherwise: Sequence | None


@_node
class While:
    start: int
    end: int
    condition: Sequence
    body: Sequence
    until: bool


@_node
class For:
    """`for name in words`; without words over the script's arguments. `for ((…))` has only `loop`, its text."""

    start: int
    end: int
    name: str
    words: tuple[Word, ...] | None
    body: Sequence
    loop: str | None = None


@_node
class CaseItem:
    patterns: tuple[Word, ...]
    body: Sequence
    falls_through: bool


@_node
class Case:
    start: int
    end: int
    word: Word
    items: tuple[CaseItem, ...]


@_node
class Function:
    start: int
    end: int
    name: str
    body: Command


@_node
class Test:
    """`[[ … ]]`: words, and operators as plain strings."""

    start: int
    end: int
    tokens: tuple[Word | str, ...]


@_node
class Calculation:
    """`(( … ))`."""

    start: int
    end: int
    text: str


@_node
class Redirected:
    """A compound command with redirects."""

    start: int
    end: int
    command: Command
    redirects: list[Redirect]


Command = Simple | Pipeline | AndOr | Background | Sequence | Group | If | While | For | Case | Function | Test | Calculation | Redirected

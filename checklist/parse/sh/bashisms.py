"""What of a script dash does not know, measured with dash 0.5.12 (Debian 12, Ubuntu 24.04) against `bash --posix`, which knows it all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from itertools import pairwise

from checklist.parse.sh import tree

# dash: "Bad substitution", and the script ends
_EXPANSION = re.compile(r"!|.*\[|#?(?:/|\^|,|@|:\Z)")
_COMMANDS = {"source", "pushd", "popd", "shopt", "declare", "typeset", "mapfile", "readarray"}
_OPTIONS = {"pipefail", "errtrace"}


def bashisms(root: tree.Sequence, text: str) -> Iterator[tuple[int, str, bool]]:
    """(offset, word, whether dash ends there) of each, in the order of the tree.

    Where dash goes on, it does something else: `[[` and `source` are commands that nobody has, `&>` starts the command in the
    background and `((` is a subshell.
    """
    for node in _nodes(root):
        match node:
            case tree.Test(start=start):
                yield start, "[[", False
            case tree.Calculation(start=start):
                yield start, "((", False
            case tree.Assignment(start=start, name=name, value=tuple()):
                yield start, f"{name}=(…)", True
            case tree.Function(start=start) if text.startswith("function", start):
                yield start, "function", True
            case tree.For(start=start, loop=str()):
                yield start, "for ((…))", True
            case tree.Substitution(start=start, operator="<" | ">" as operator):
                yield start, f"{operator}(…)", True
            case tree.Redirect(operator="<<<" | "&>" | "&>>" as operator, target=target):
                yield text.rfind(operator, 0, target.start), operator, operator == "<<<"
            case tree.Variable(start=start, end=end, operator=operator) if _EXPANSION.match(operator):
                yield start, text[start:end], True
            case tree.Simple(start=start, words=(first, *rest)):
                command, said = first.literal() or "", [w.literal() or "" for w in rest]
                if command in _COMMANDS:
                    yield start, command, False
                elif command == "set" and (option := next((w for before, w in pairwise(said) if re.fullmatch(r"-\w*o", before) and w in _OPTIONS), None)):
                    yield start, f"set -o {option}", True


def _nodes(of: object) -> Iterator[object]:
    if isinstance(of, tuple | list):
        for item in of:
            yield from _nodes(item)
    elif is_dataclass(of):
        yield of
        for field in fields(of):
            yield from _nodes(getattr(of, field.name))

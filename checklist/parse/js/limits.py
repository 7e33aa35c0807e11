"""What the evaluation of a config may cost, and how large what it makes may get."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

MAX_ITEMS = 10_000
"""Elements of an array."""
MAX_OPTIONS = 16
"""Values that one may be one of."""
MAX_TEXT = 100_000
"""Characters of a string."""
MAX_VALUES = 20_000
"""Values in the one that is given back."""


class TooComplex(Exception):
    """The program needs more steps, depth or room than a config may."""


@dataclass(slots=True)
class Budget:
    """What a config and all that it requires may cost together; what runs out is TooComplex."""

    steps: int = 100_000
    depth: int = 40
    """Calls of its functions within each other."""
    source: int = 60_000
    """Characters of one file: esprima reads a tenth of a megabyte in a second."""
    spent: int = 0

    def spend(self, steps: int = 1) -> None:
        """Takes what some work costs, before it is done."""
        self.spent += steps
        if self.spent > self.steps:
            raise TooComplex

    @contextmanager
    def nested(self) -> Iterator[None]:
        """The body of a function that is called."""
        if self.depth <= 0:
            raise TooComplex
        self.depth -= 1
        try:
            yield
        finally:
            self.depth += 1

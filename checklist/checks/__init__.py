"""Named checks for what a schema cannot say: `(document, params) -> Verdict`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from checklist.checks import sequence
from checklist.model import Document, Verdict

Checks = Mapping[str, Callable[[Document, Mapping[str, Any]], Verdict]]

CHECKS: Checks = {
    "follows": sequence.follows,
    "precedes": sequence.precedes,
    "never": sequence.never,
}

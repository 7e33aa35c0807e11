"""The one family of checks about order: what must come before or after what on a `deploy.path`, or never come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from checklist import schema
from checklist.model import Document, Unknown, Value, Verdict


def follows(document: Document, params: Mapping[str, Any]) -> Verdict:
    """Whether after each (`at: last`: the last) step that fits `each` one comes that fits `needs`."""
    return _ordered(document, params, after=True)


def precedes(document: Document, params: Mapping[str, Any]) -> Verdict:
    """Whether before each (`at: last`: the last) step that fits `each` one comes that fits `needs`."""
    return _ordered(document, params, after=False)


def never(document: Document, params: Mapping[str, Any]) -> Verdict:
    """Whether no step fits `each`."""
    found = [i for i, step in enumerate(_steps(document)) if _fits(step, params["each"])]
    return Verdict("fail", tuple(("steps", i) for i in found)) if found else Verdict("pass")


def _ordered(document: Document, params: Mapping[str, Any], *, after: bool) -> Verdict:
    steps = _steps(document)
    each = [i for i, step in enumerate(steps) if _fits(step, params["each"])]
    if params.get("at") == "last":
        each = each[-1:]
    missing = [i for i in each if not any(_fits(s, params["needs"]) for s in (steps[i + 1 :] if after else steps[:i]))]
    if not missing:
        return Verdict("pass")
    complete = document.value.get("complete")
    state: Any = "open" if complete is not None and isinstance(complete.content, Unknown) else "fail"
    return Verdict(state, tuple(("steps", i) for i in missing))


def _steps(document: Document) -> Sequence[Value]:
    steps = document.value.get("steps")
    return steps.items() if steps is not None else ()


def _fits(step: Value, wanted: Mapping[str, Any]) -> bool:
    """Whether a step has the wanted fields: `{effect: start}`, or `{effect: [start, restart]}` for one of them."""
    return schema.judge(
        {"required": list(wanted), "properties": {k: {"enum": v if isinstance(v, list) else [v]} for k, v in wanted.items()}}, step
    ).state == "pass"

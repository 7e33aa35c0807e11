"""A rule → its mutants: the same rule with one clause left out, or one limit moved by a step.

A clause is what a reader would point at: a keyword that holds a value, one name, one alternative, one branch. The
inside of a regular expression is none, and neither is a whole schema: what it asks is left out piece by piece. Nor is
`at`: it says where, not whether, and every bad example holds it to that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from checklist.model import Path, Rule

_LISTS = ("enum", "type", "required", "anyOf")  # their elements can be left out one by one
_LIMITS = ("minimum", "maximum", "minItems")
_WHOLE = ("const", "enum", "type", "pattern", "format", *_LIMITS, "anyOf", "not", "contains", "if")
_CLOSED = ("additionalProperties", False)
_NOTES = ("title", "description", "default")

Edit = tuple[Path, int | None, Any]
"""The clause; by how much a limit in it is moved, None where it is left out; and all of it edited."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A rule that asks a little less, or a little else."""

    path: Path
    """The clause, in the rule file."""
    step: int | None
    """By how much a limit is moved; None where the clause is left out."""
    rule: Rule

    @property
    def name(self) -> str:
        """`must.properties.watch.enum.0`, or `must.properties.max_restarts.maximum + 1`."""
        return ".".join(map(str, self.path)) + {None: "", 1: " + 1", -1: " - 1"}[self.step]


def mutants(rule: Rule) -> Iterator[Mutant]:
    """Every mutant of a rule that has its parameters put in, in the order of its clauses."""
    for key in ("when", "must"):
        for path, step, schema in _schema(getattr(rule, key) or {}):
            yield Mutant((key, *path), step, replace(rule, **{key: schema}))
    if rule.check is not None:
        for path, step, given in _params(rule.check.get("with", {})):
            yield Mutant(("check", "with", *path), step, replace(rule, check={**rule.check, "with": given}))
    for path, step, schemas in _members(rule.raise_to):
        yield Mutant(("raise_to", *path), step, replace(rule, raise_to=schemas))
    for n, wording in enumerate(rule.message[:-1]):
        others = rule.message[:n], rule.message[n + 1 :]
        yield Mutant(("message", n), None, replace(rule, message=(*others[0], *others[1])))
        for path, step, schema in _schema(wording.when or {}):
            changed = replace(wording, when=schema)
            yield Mutant(("message", n, "when", *path), step, replace(rule, message=(*others[0], changed, *others[1])))


def _schema(schema: Mapping[str, Any]) -> Iterator[Edit]:
    for word, argument in schema.items():
        if word in _NOTES:
            continue
        if word in _WHOLE or (word == "required" and len(argument) == 1) or (word, argument) == _CLOSED:
            yield (word,), None, _without(schema, word)
        for path, step, edited in _keyword(word, argument):
            if (word, edited) != ("not", {}):  # that would forbid everything
                yield (word, *path), step, {**schema, word: edited}


def _keyword(word: str, argument: Any) -> Iterator[Edit]:
    if word in _LISTS and isinstance(argument, list) and len(argument) > 1:
        yield from (((n,), None, _without(argument, n)) for n in range(len(argument)))
    if word in _LIMITS:
        # no list is shorter than empty
        yield from (((), by, argument + by) for by in (-1, 1) if word != "minItems" or argument + by > 0)
    elif word in ("allOf", "anyOf"):
        for n, branch in enumerate(argument):
            for path, step, edited in _schema(branch):
                yield (n, *path), step, [*argument[:n], edited, *argument[n + 1 :]]
    elif word == "properties":
        for key, schema in argument.items():
            if not schema:
                yield (key,), None, _without(argument, key)
            for path, step, edited in _schema(schema):
                yield (key, *path), step, {**argument, key: edited}
    elif isinstance(argument, Mapping) and word != "const":
        yield from _schema(argument)


def _members(schemas: Mapping[str, Mapping[str, Any]]) -> Iterator[Edit]:
    """Of a mapping of schemas, as `raise_to` is one: each schema, and what it asks."""
    for key, schema in schemas.items():
        yield (key,), None, _without(schemas, key)
        for path, step, edited in _schema(schema):
            yield (key, *path), step, {**schemas, key: edited}


def _params(given: Mapping[str, Any]) -> Iterator[Edit]:
    """Of what a named check is told, `with`: each key, alternative and field, however deep."""
    for key, value in given.items():
        if isinstance(value, Mapping):
            yield from (((key, *path), step, {**given, key: edited}) for path, step, edited in _params(value))
            continue
        yield (key,), None, _without(given, key)
        if isinstance(value, list) and len(value) > 1:
            yield from (((key, n), None, {**given, key: _without(value, n)}) for n in range(len(value)))


def _without(of: Any, key: str | int) -> Any:
    if isinstance(of, Mapping):
        return {k: v for k, v in of.items() if k != key}
    return [v for n, v in enumerate(of) if n != key]

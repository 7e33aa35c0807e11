"""`test-rules --mutate`: what a clause is, and that one which nothing needs is told. `.ci/run` holds the built-in pack to it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from test_cli import command
from test_docs import block

from checklist import packs
from checklist.mutation import clauses, conditions, of_checks

Folder = Callable[[Mapping[str, str]], Path]
RULE = block("## The whole of one")
NOT_RESTARTED = """  - title: PM2 may not restart it
    files:
      ecosystem.config.js: |
        module.exports = {apps: [{name: 'job', script: 'job.ts', autorestart: false, watch: true}]};
"""
NEEDED = RULE.replace("good:\n", f"good:\n{NOT_RESTARTED}")
LISTED = "equivalent:\n  - clause: when.properties.autorestart.not\n    reason: PM2 watches such an app as well.\n"


@pytest.mark.parametrize(
    ("must", "told"),
    [
        ("{type: string, pattern: x, format: url}", ["type", "pattern", "format"]),
        ("{const: {a: 1}}", ["const"]),
        ("{enum: [1, 2]}", ["enum", "enum.0", "enum.1"]),
        ("{type: [string, 'null'], enum: [1]}", ["type", "type.0", "type.1", "enum"]),
        ("{minimum: 3, minItems: 1}", ["minimum", "minimum - 1", "minimum + 1", "minItems", "minItems + 1"]),
        ("{maximum: 0.5}", ["maximum", "maximum - 1", "maximum + 1"]),
        ("{required: [name]}", ["required"]),
        ("{required: [name, script]}", ["required.0", "required.1"]),
        ("{properties: {name: {const: a}, script: {}}}", ["properties.name.const", "properties.script"]),
        ("{additionalProperties: false}", ["additionalProperties"]),
        ("{items: {const: 1}}", ["items.const"]),
        ("{contains: {const: 1}}", ["contains", "contains.const"]),
        ("{not: {const: 1}}", ["not"]),
        ("{not: {const: 1, type: number}}", ["not", "not.const", "not.type"]),
        ("{allOf: [{const: 1}, {type: number}]}", ["allOf.0.const", "allOf.1.type"]),
        ("{anyOf: [{const: 1}, {const: 2}]}", ["anyOf", "anyOf.0", "anyOf.1", "anyOf.0.const", "anyOf.1.const"]),
        ("{if: {const: 1}, then: {const: 1}, else: {type: string}}", ["if", "if.const", "then.const", "else.type"]),
        ("{title: not, description: a, default: {const: 1}}", []),
        ("{properties: {name: {default: false}}}", []),
    ],
)
def test_a_clause_is_what_a_reader_would_point_at(must: str, told: list[str], tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(RULE.split("---")[0].replace("{properties: {watch: {enum: [false]}}}", must).replace("when:", "#"), "utf-8")
    rule = packs.read(file, "own/x", strict=False)
    found = list(clauses.mutants(rule))
    assert [m.name for m in found] == [f"must.{name}" for name in told]
    assert all(m.rule.must != rule.must for m in found)


def test_wordings_priorities_and_checks_have_clauses_too(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    text = RULE.split("---")[0].replace("\nmust:", "\ncheck: {name: never, with: {each: {effect: [start, stop], text: x}, at: last}}\n#")
    text = text.replace("message: ", "raise_to: {P0: {const: 1}}\nmessage: ").replace("message:", "message:\n  - {when: {const: 1}, en: a, ru: a}\n  - {en: b, ru: b}\n#", 1)
    file.write_text("\n".join(line for line in text.split("\n") if not line.startswith(('  en: "app', '  ru: "приложение'))), "utf-8")
    assert [m.name for m in clauses.mutants(packs.read(file, "own/x", strict=False))] == [
        "when.properties.autorestart.not",
        "check.with.each.effect",
        "check.with.each.effect.0",
        "check.with.each.effect.1",
        "check.with.each.text",
        "check.with.at",
        "raise_to.P0",
        "raise_to.P0.const",
        "message.0",
        "message.0.when.const",
    ]


# (rule file, exit status, the lines that are told)
PACKS = [
    (RULE, 1, ["rules/own/x.yaml:8:35: no example needs 'when.properties.autorestart.not': write", "1 rule"]),
    (NEEDED, 0, []),
    (RULE + LISTED, 0, []),
    (NEEDED + LISTED, 1, ["rules/own/x.yaml:40: 'when.properties.autorestart.not' is listed as equivalent, but"]),
    (NEEDED + LISTED.replace("autorestart", "watch"), 1, ["'when.properties.watch.not' is listed as equivalent, but"]),
    (RULE + LISTED.split("\n    reason")[0] + "\n", 1, ["x.yaml:36:5: equivalent.0: 'reason' is missing"]),
    (RULE.replace("watch: true}", "watch: false}"), 1, ["25: bad example 'switched on': found at no place"]),
]


@pytest.mark.parametrize(("text", "status", "told"), PACKS)
def test_a_pack_of_ones_own_is_held_to_it(text: str, status: int, told: list[str], folder: Folder) -> None:
    done = command("test-rules", "--mutate", "rules", cwd=folder({"rules/own/x.yaml": text}))
    assert done.returncode == status, done.stdout
    assert all(line in done.stdout for line in told), done.stdout
    assert len(done.stdout.splitlines()) == 2 + (status == 1 and "mutants" in done.stdout), done.stdout


def test_what_survives_is_told_in_russian_where_russian_is_read(folder: Folder) -> None:
    done = command("test-rules", "--mutate", "rules", "--lang", "ru", cwd=folder({"rules/own/x.yaml": RULE}))
    _, told, summary = done.stdout.splitlines()
    assert told.startswith("rules/own/x.yaml:8:35: ни одному примеру не нужно 'when.properties.autorestart.not'")
    assert summary == "мутантов: 2, эквивалентных: 0, исправить: 1"


SOURCE = '''
"""A module."""
ANSWER = 1 if 2 > 1 else 0

def grade(points: int, late: bool) -> str:
    if points < 10 or late:
        return "failed"
    kept = [n for n in range(points) if n not in (3, 4)]
    match points:
        case 20 if not late:
            return "best"
    return "passed" if len(kept) else "none"
'''
GRADED: list[tuple[Any, ...]] = [(9, False), (10, False), (20, False), (20, True), (11, True)]


def test_each_condition_of_a_function_is_changed() -> None:
    mutants = list(conditions.mutants(SOURCE))
    assert [m.name for m in mutants] == [
        "grade: points < 10 or late: always true",
        "grade: points < 10 or late: always false",
        "grade: points < 10 or late: without points < 10",
        "grade: points < 10 or late: without late",
        "grade: points < 10: GtE",
        "grade: points < 10: LtE",
        "grade: n not in (3, 4): left out",
        "grade: n not in (3, 4): In",
        "grade: not late: always true",
        "grade: not late: always false",
        "grade: not late: without not",
        "grade: len(kept): always true",
        "grade: len(kept): always false",
    ]
    assert [m.line for m in mutants] == sorted(m.line for m in mutants)
    real: dict[str, Any] = {}
    exec(SOURCE, real)
    same = [m.name for m in mutants if [m.module("x").grade(*g) for g in GRADED] == [real["grade"](*g) for g in GRADED]]
    # those that such a function cannot show, and no other: nobody is late in the last three
    assert same == ["grade: n not in (3, 4): left out", "grade: n not in (3, 4): In", "grade: not late: always true", "grade: len(kept): always true"]
    assert "x" not in sys.modules


def test_the_checks_are_needed_by_the_built_in_rules_that_name_them() -> None:
    rules = packs.files(packs.builtin())
    held = of_checks(rules)
    assert not held.complaints
    assert held.clauses > held.equivalent > 0
    without = of_checks({id: file for id, file in rules.items() if id != "deploy/not-saved"})
    assert len(without.complaints) > 5

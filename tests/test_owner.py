"""docs/owner.md: what serves each of the owner's asks is really there."""

from __future__ import annotations

import re

import pytest
from conftest import ROOT

from checklist import packs
from checklist.cli import COMMANDS
from checklist.report import items

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "owner.md").read_text("utf-8").split("\n")
    if line.startswith("| ") and not line.endswith("| rules | items | commands |")
]
RULES = {rule.id for rule in packs.load(packs.builtin(), strict=False)}
ITEMS = {item.id: item for part in items.load() for item in part.items}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_serves_an_ask_is_there(row: list[str]) -> None:
    _, *served = row
    assert len(served) == 3
    rules, here, commands = (set(re.findall("`([^`]+)`", cell)) for cell in served)
    assert rules <= RULES
    assert here <= set(ITEMS)
    assert {command.removeprefix("onai-check ") for command in commands} <= set(COMMANDS)
    assert rules | here | commands


def test_the_rules_of_the_checklist_tick_and_cross_the_item_they_stand_with() -> None:
    homes = {rule.id: rule.checklist for rule in packs.load(packs.builtin(), strict=False)}
    named = {item.strip("`"): re.findall("`([^`]+)`", rules) for _, rules, item, _ in ROWS[-4 - 17 : -4]}
    assert len(named) == 17
    assert [(item, rule) for item, rules in named.items() for rule in rules if homes[rule] != item] == []


def test_every_item_of_the_checklist_is_named() -> None:
    named = {id for row in ROWS for id in re.findall("`([^`]+)`", row[2])}
    assert {id for id, item in ITEMS.items() if not item.quiet} <= named

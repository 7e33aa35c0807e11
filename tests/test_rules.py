"""Every rule: its form, and its examples, which are its tests."""

from __future__ import annotations

import re

import pytest

from checklist import examples, packs, texts
from checklist.facts import derive
from checklist.report.items import load as items_of

FILES = {f.relative_to(packs.builtin()).with_suffix("").as_posix(): f for f in sorted(packs.builtin().rglob("*.yaml"))}


@pytest.mark.parametrize("id", FILES)
def test_examples_come_out_as_they_say(id: str) -> None:
    assert list(examples.failures(FILES[id], id)) == []


@pytest.mark.parametrize("id", FILES)
def test_a_rule_has_near_misses_and_bad_examples(id: str) -> None:
    kinds = [e.kind for e in packs.examples(FILES[id])]
    assert kinds.count("good") >= 3
    assert kinds.count("bad") >= 2


@pytest.mark.parametrize("id", FILES)
def test_placeholders_name_something_that_is_there(id: str) -> None:
    rule = packs.read(FILES[id], id)
    named = {p for m in rule.message for t in m.texts.values() for p in texts.placeholders(t)} - {"value", "key", "value.wanted"}
    named |= {p for t in rule.title.values() for p in texts.placeholders(t)}
    documents = [d for e in packs.examples(FILES[id]) for d in derive(examples.project(e)).documents if d.kind == rule.kind]
    assert documents, f"no example of {id} has a document of kind {rule.kind}"
    for name in named:
        first, *rest = name.split(".")
        assert (first == "params" and rest[0] in rule.params) or any(first in d.value.members() for d in documents), name


@pytest.mark.parametrize("id", FILES)
def test_both_languages_say_the_same_things(id: str) -> None:
    rule = packs.read(FILES[id], id)
    for pair in (rule.title, rule.why, rule.fix, *(m.texts for m in rule.message)):
        assert re.search("[а-яё]", pair["ru"], re.IGNORECASE), "the Russian text is not Russian"
        assert not re.search("[а-яё]", pair["en"], re.IGNORECASE), "the English text is not English"
        assert sorted(set(texts.placeholders(pair["en"]))) == sorted(set(texts.placeholders(pair["ru"])))


@pytest.mark.parametrize("id", FILES)
def test_the_last_wording_fits_every_document(id: str) -> None:
    assert packs.read(FILES[id], id).message[-1].when is None


@pytest.mark.parametrize("id", FILES)
def test_a_rule_helps_an_item_of_the_checklist(id: str) -> None:
    assert packs.read(FILES[id], id).checklist in {item.id for part in items_of() for item in part.items}

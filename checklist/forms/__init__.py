"""What is wrong with a rule file: each mistake with its place, and what may stand there.

`shape` asks rule.schema.json and examples.schema.json which keys there are and of which type, `names` the tables that
know what a name stands for: a kind of document, a field of it, an item of the checklist, a parameter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from checklist.forms import names, params, shape
from checklist.forms.mistake import Mistake, place
from checklist.model import Value, plain

_ID = re.compile(r"[a-z0-9][a-z0-9-]*(?:/[a-z0-9][a-z0-9-]*)+")


def of_rule(id: str, rule: Value) -> list[Mistake]:
    """What is wrong with a rule, in the order of its file."""
    if not isinstance(rule.content, dict):
        return list(shape.mistakes(rule, plain(rule, reveal=True), "rule.schema.json"))
    filled, found = params.filled(rule)
    found += [*_misnamed(id, rule), *shape.mistakes(rule, filled, "rule.schema.json")]
    # what a name stands for can only be asked where the form is right
    return _sorted(found or names.mistakes(rule, filled))


def of_examples(examples: Value) -> list[Mistake]:
    """What is wrong with the form of a rule's examples, in the order of its file."""
    return _sorted(shape.mistakes(examples, plain(examples, reveal=True), "examples.schema.json"))


def _sorted(mistakes: Iterable[Mistake]) -> list[Mistake]:
    return sorted({(at, said["en"]): (at, said) for at, said in mistakes}.values(), key=lambda m: m[0])


def _misnamed(id: str, rule: Value) -> Iterator[Mistake]:
    if not _ID.fullmatch(id):
        yield place(rule), {
            "en": f"'{id}' is no id: below the pack's folder the file is GROUP/NAME.yaml, in small letters, digits "
            "and hyphens, such as own/watch-on.yaml; move it, or name the folder above",
            "ru": f"'{id}' не годится в id: внутри папки набора файл называется ГРУППА/ИМЯ.yaml, строчными латинскими "
            "буквами, цифрами и дефисами, например own/watch-on.yaml; переместить его или указать папку выше",
        }

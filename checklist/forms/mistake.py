"""A mistake in a rule file, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable

from checklist.errors import nearest
from checklist.model import Document, Location, Texts, Value

Mistake = tuple[Location, Texts]

_MANY = 40


def place(document: Value, *path: str | int, key: bool = False) -> Location:
    """Where a path stands (`key`: its key), or the nearest of what holds it."""
    return Document("rule", "", document).place(path, key=key)


def unknown(what: Texts, name: str, known: Iterable[str]) -> Texts:
    """What to say of a name that stands for nothing; `what` it should be, in Russian in the genitive."""
    known = sorted(known)
    told: Texts = nearest(name, known)
    if len(known) > _MANY and not told["en"].endswith("?"):
        told = {"en": "`onai-check show FILE` shows those there are", "ru": "какие бывают, покажет `onai-check show ФАЙЛ`"}
    return {"en": f"unknown {what['en']} '{name}'; {told['en']}", "ru": f"нет такого {what['ru']}: '{name}'; {told['ru']}"}

"""Errors a user can act on."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class CheckError(Exception):
    """An option, a config or a rule file that cannot be used: exit status 2.

    The message names the file and place where there is one, what was found there and what may stand there.
    It never holds a value that could be a secret. It is said in both languages, since only the command line knows which
    one is read.
    """

    def __init__(self, en: str, ru: str) -> None:
        super().__init__(en)
        self.texts = {"en": en, "ru": ru}


def nearest(wanted: str, known: Iterable[str]) -> dict[str, str]:
    """What to say after a name that is not known, in both languages: the one that was probably meant, else all of them."""
    known = list(known)
    close = difflib.get_close_matches(wanted, known, 1, 0.7)
    if close:
        return {"en": f"did you mean '{close[0]}'?", "ru": f"возможно, '{close[0]}'?"}
    return {"en": f"known here: {', '.join(known) or 'none'}", "ru": f"здесь бывают: {', '.join(known) or 'никакие'}"}

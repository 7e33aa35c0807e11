"""Errors a user can act on."""

from __future__ import annotations


class CheckError(Exception):
    """An option, a config or a rule file that cannot be used: exit status 2.

    The message names the file and place where there is one, what was found there and what may stand there.
    It never holds a value that could be a secret. It is said in both languages, since only the command line knows which
    one is read.
    """

    def __init__(self, en: str, ru: str) -> None:
        super().__init__(en)
        self.texts = {"en": en, "ru": ru}

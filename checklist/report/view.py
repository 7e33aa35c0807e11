"""How a report is to be shown; what every renderer is given beside the report."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """The choices of the one who reads."""

    gate: str = "P0"
    lang: str = "en"
    width: int = 80
    """Columns of the terminal."""
    color: bool = False
    encoding: str = "utf-8"
    """What the console takes; other characters are shown in their nearest form."""
    folder: str = ""
    """The checked folder, seen from the top of its repository; "" at the top, and outside a repository."""

    def from_top(self, file: str) -> str:
        """The path of a file as GitHub and GitLab resolve it: from the top of the repository."""
        return posixpath.normpath(f"{self.folder}/{file}") if self.folder else file

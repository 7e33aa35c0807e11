"""How a report is to be shown; what every renderer is given beside the report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """The choices of the one who reads."""

    gate: str = "P0"
    lang: str = "en"
    width: int = 80
    """Columns of the terminal."""
    color: bool = False
    ascii: bool = False
    """The console cannot take our glyphs: write their ASCII forms."""

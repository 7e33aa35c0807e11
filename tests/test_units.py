"""How times are written, the same everywhere and in both languages."""

from __future__ import annotations

import math

import pytest

from checklist.units import parse_time, show_time, spell_time

MINUTE, HOUR = 60_000, 3_600_000


@pytest.mark.parametrize(
    ("ms", "en", "ru"),
    [
        (0, "0 ms", "0 мс"),
        (100, "100 ms", "100 мс"),
        (0.5, "0.5 ms", "0,5 мс"),
        (1000, "1 s", "1 с"),
        (1400, "1.4 s", "1,4 с"),
        (59_949, "59.9 s", "59,9 с"),
        (59_950, "1 min", "1 мин"),
        (90_000, "1 min 30 s", "1 мин 30 с"),
        (2 * MINUTE, "2 min", "2 мин"),
        (HOUR - 400, "1 h", "1 ч"),
        (HOUR - 600, "59 min 59 s", "59 мин 59 с"),
        (167 * MINUTE, "2 h 47 min", "2 ч 47 мин"),
        (3 * HOUR - 20_000, "3 h", "3 ч"),
        (1752 * MINUTE, "29 h 12 min", "29 ч 12 мин"),
        (1e300, "1e+300 ms", "1e+300 мс"),
        (math.inf, "inf ms", "inf мс"),
    ],
)
def test_a_time_is_told_in_its_two_largest_units(ms: float, en: str, ru: str) -> None:
    assert (show_time(ms), show_time(ms, "ru")) == (en, ru)


@pytest.mark.parametrize(
    ("ms", "told"),
    [
        (0, "0ms"),
        (1, "1ms"),
        (0.5, "0.5ms"),
        (1500, "1500ms"),
        (90_000, "90s"),
        (120_000, "2m"),
        (7_200_000, "2h"),
        (1_234_567, "1234567ms"),
    ],
)
def test_a_time_is_written_such_that_it_is_read_again(ms: float, told: str) -> None:
    assert spell_time(ms) == told
    assert parse_time(told) == ms

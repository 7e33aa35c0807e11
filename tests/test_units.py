"""How times are written, the same everywhere and in both languages; and that no number is too long to be read."""

from __future__ import annotations

import math
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from conftest import need

from checklist import cli, units
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


@pytest.mark.parametrize("digits", ["0", "-1", "9" * 15, "9" * 308, "9" * 309, "-" + "9" * 309, "1" + "0" * 308, "9" * 4301, "0x" + "f" * 255, "0x" + "f" * 256, "0x" + "f" * 4301])
def test_a_number_of_any_length_is_what_node_makes_of_it(digits: str) -> None:
    said = subprocess.run([need("node"), "-p", f"({digits}) === Infinity ? 'inf' : ({digits}) === -Infinity ? '-inf' : 'finite'"], capture_output=True, text=True, check=True).stdout.strip()
    number = units.whole(digits, 0)
    assert said == (str(number) if math.isinf(number) else "finite")


HUGE = ["1" + "0" * 300, "9" * 4301, "-" + "9" * 400, "0x" + "f" * 4301]


@pytest.mark.parametrize("number", HUGE)
@pytest.mark.parametrize(
    "files",
    [
        {"onai-check.yaml": "policy: {max_restarts: NUMBER}\n"},
        {"onai-check.yaml": "policy: {min_uptime: NUMBER}\n"},
        {"onai-check.yaml": "policy: {min_uptime: NUMBERs}\n"},
        *({"process.yml": f"apps: [{{name: a, script: a.js, {key}: NUMBER}}]\n"} for key in ("max_restarts", "min_uptime", "instances", "kill_timeout", "exp_backoff_restart_delay", "name")),
        *({"ecosystem.config.js": f"module.exports = {{apps: [{{name: 'a', script: 'a.js', {key}: {said}}}]}}\n"} for key in ("max_restarts", "min_uptime", "max_memory_restart", "instances", "restart_delay") for said in ("NUMBER", "'NUMBER'", "'NUMBERG'", "'NUMBERs'")),
        {"ecosystem.config.json": '{"apps": [{"name": "a", "script": "a.js", "max_restarts": NUMBER}]}'},
        {".github/workflows/a.yml": "on: push\njobs: {a: {runs-on: x, timeout-minutes: NUMBER, steps: [{run: pm2 restart a}]}}\n"},
    ],
    ids=lambda files: next(iter(files.values()))[:70].replace("\n", " "),
)  # fmt: skip
def test_a_number_of_any_length_is_no_bug_of_ours(folder: Callable[[Mapping[str, str]], Path], files: Mapping[str, str], number: str) -> None:
    root = folder({"package.json": "{}", "a.js": "", **{file: text.replace("NUMBER", number) for file, text in files.items()}})
    for words in (["check", "--format", "json"], ["simulate"], ["config"]):
        assert cli.run([words[0], str(root), *words[1:]]) in (0, 1, 2), words

"""The values of options through the validator of the installed PM2, and through ours."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from conftest import ROOT
from real_pm2 import PM2, installed

from checklist.facts.pm2.options import Taken, table, take
from checklist.model import plain, value

# PM2's own check of a config's apps, each alone, as `pm2 start FILE` calls it
ASK = """
const fs = require('fs')
const { verifyConfs } = require('pm2/lib/Common.js')
const read = (k, v) => (v === '<Infinity>' ? Infinity : v)
const mark = (k, v) => (typeof v === 'number' && !Number.isFinite(v) ? `<${v}>` : v)
const asked = JSON.parse(fs.readFileSync(0), read)
const answers = asked.map((app) => {
  let taken
  try {
    taken = verifyConfs([app])
  } catch (error) {
    return { refused: true } // the command line of PM2 dies of it
  }
  return taken instanceof Error ? { refused: true } : { refused: false, taken: taken[0] }
})
fs.writeFileSync(process.argv[1], JSON.stringify(answers, mark))
"""

CASES = json.loads((ROOT / "tests" / "data" / "pm2_values.json").read_text("utf-8"))["cases"]


@pytest.fixture(scope="module")
def pm2() -> Iterator[PM2]:
    with installed() as found:
        yield found


def asked(pm2: PM2, apps: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = pm2.script(ASK, apps)
    return answers


def read(of: Any) -> Any:
    return math.inf if of == "<Infinity>" else of


def ours(app: Mapping[str, Any]) -> Taken:
    return take(value({k: read(v) for k, v in app.items()}))


def given(taken: Taken) -> dict[str, Any]:
    """What is left of what the config gave."""
    return {k: plain(v, reveal=True) for k, v in taken.options.items() if k not in taken.defaults}


def test_the_measured_values_are_what_this_pm2_does(pm2: PM2) -> None:
    answers = asked(pm2, [{case["option"]: case["value"]} for case in CASES])
    for case, answer in zip(CASES, answers, strict=True):
        assert answer["refused"] is not case["accepted"], case
        if case["accepted"] and case["option"] != "interpreter":
            assert answer["taken"].get(case["option"], "<dropped>") == case["stored"], case


VALUES = [
    None, True, False, 0, 1, -1, 3.5, 30, 99, 100, 5000, 1e10, "<Infinity>", "", " ", "0", "1", "-1", "3.5", "30", "100", "5000", "Infinity", "1e3", "0x10", "+7",
    "5s", "2m", "1h", "0s", "1d", "30sec", "5 s", "5S", "1.5s", "1h30m", "s", "300M", "1G", "0K", "512MB", "300m", "true", "false", "yes", "max", "abc",
    "fork", "cluster", "fork_mode", "CLUSTER", "a b", 'a "b c"', "--x='y z' w", "a 'b' \"\"", "0 0 * * *", [], ["a"], [0], ["0"], [0, 1], ["a b", "c"], {}, {"A": 1},
]  # fmt: skip


@pytest.mark.parametrize("option", [n for n in table() if not n.startswith("^")] + ["env_production"])
def test_any_value_of_an_option_is_taken_as_pm2_takes_it(pm2: PM2, option: str) -> None:
    apps = [{option: v} for v in VALUES]
    for app, theirs in zip(apps, asked(pm2, apps), strict=True):
        taken = ours(app)
        assert bool(taken.refused) == theirs["refused"], app
        if not theirs["refused"]:
            assert given(taken).get(option, "<dropped>") == theirs["taken"].get(option, "<dropped>"), app

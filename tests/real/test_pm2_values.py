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
const mark = (k, v) => (typeof v === 'number' && !Number.isFinite(v) ? String(v) : v)
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


DROPPED = "<dropped>"


def differences(pm2: PM2, apps: Sequence[Mapping[str, Any]], option: str) -> list[str]:
    """Where ours and PM2 do not agree about what becomes of an option."""
    found = []
    default = table().get(option, {}).get("default", DROPPED)
    for app, theirs in zip(apps, asked(pm2, apps), strict=True):
        taken = take(value({k: read(v) for k, v in app.items()}))
        if bool(taken.refused) or theirs["refused"]:
            if bool(taken.refused) != theirs["refused"]:
                found.append(f"{app}: PM2 {'refuses' if theirs['refused'] else 'takes'} it")
            continue
        in_effect = plain(taken.options[option], reveal=True) if option in taken.options else default
        stored = theirs["taken"].get(option, DROPPED)
        if stored != in_effect and not (stored == DROPPED and option in taken.defaults):
            found.append(f"{app}: PM2 has {stored!r}, ours {in_effect!r}")
    return found


def test_the_measured_values_are_what_this_pm2_does(pm2: PM2) -> None:
    answers = asked(pm2, [{case["option"]: case["value"]} for case in CASES])
    for case, answer in zip(CASES, answers, strict=True):
        assert answer["refused"] is not case["accepted"], case
        if case["accepted"]:
            assert answer["taken"].get(case["option"], DROPPED) == (case["stored"] if case["stored"] != "<Infinity>" else "Infinity"), case


VALUES = [
    None, True, False, 0, 1, -1, 3.5, 30, 99, 100, 5000, 1e10, "<Infinity>", "", " ", "0", "1", "-1", "3.5", "30", "100", "5000", "Infinity", "1e3", "0x10", "+7",
    "5s", "2m", "1h", "0s", "1d", "30sec", "5 s", "5S", "1.5s", "1h30m", "s", "300M", "1G", "0K", "512MB", "300m", "true", "false", "yes", "max", "abc",
    "fork", "cluster", "fork_mode", "CLUSTER", "a b", 'a "b c"', "--x='y z' w", "a 'b' \"\"", "0 0 * * *", [], ["a"], [0], ["0"], [0, 1], ["a b", "c"], {}, {"A": 1},
]  # fmt: skip


OPTIONS = [n for n in table() if not n.startswith("^")] + ["env_production"]
ELSEWHERE = {
    "uid": "PM2 looks it up among the users of this machine",
    "gid": "the same",
    "execute_command": "PM2 turns it into another option before it looks at it",
    "disable_trace": "the same",
    "username": "PM2 puts its own there",
}


def comparable(option: str, given: Any) -> bool:
    """Not: a command with blanks, which PM2 gives to bash; no variables, written as a text; one exit code, as a list."""
    odd = {"script": lambda v: isinstance(v, str) and " " in v, "env_production": lambda v: v == "", "stop_exit_codes": lambda v: isinstance(v, list) and len(v) < 2}
    return not odd.get(option, lambda v: False)(given)


@pytest.mark.parametrize("option", [o for o in OPTIONS if o not in ELSEWHERE])
def test_any_value_of_an_option_is_taken_as_pm2_takes_it(pm2: PM2, option: str) -> None:
    assert not differences(pm2, [{option: v} for v in VALUES if comparable(option, v)], option)


GOOD = {"exec_mode": ("fork_mode", "cluster_mode"), "merge_logs": (True, True)}
BY_TYPE = {"array": (["a"], ["b"]), "number": (3000, 4000), "boolean": (True, False), "object": ({"a": 1}, {"b": 1}), "string": ("a", "b")}


@pytest.mark.parametrize("option", [o for o in OPTIONS if table().get(o, {}).get("aliases") and o not in ELSEWHERE])
def test_of_several_spellings_the_one_counts_that_counts_for_pm2(pm2: PM2, option: str) -> None:
    one, other = GOOD.get(option) or next(pair for kind, pair in BY_TYPE.items() if kind in table()[option]["types"])
    # without a script nothing starts: no falsy one is of use
    falsy = [] if option == "script" else [0, False, "", None]
    keys = [option, *table()[option]["aliases"]]
    apps = [{k: v} for k in keys for v in (one, *falsy)]
    apps += [{a: x, b: y} for a in keys for b in keys if a != b for x, y in ((one, other), *((v, one) for v in falsy))]
    # with instances PM2 does not fill in merge_logs by itself
    assert not differences(pm2, [app | ({"instances": 2} if option == "merge_logs" else {}) for app in apps], option)


CRON = [
    "* * * * *", "* * * * * *", "* * * * * * *", "* * * *", "@daily", "@hourly", "2026-01-01T00:00:00", "2026-01-01", "*/5 * * * *", " 0 0 * * * ", "0  0 * * *",
    "0 0 ? * *", "0 0 L * *", "0 0 * JAN-DEC mon", "0 0 * * 7", "0,30 * * * 1-5", "daily", "5", 5, "0", 0, "", " ", None, "0 3 * * *\n",
]  # fmt: skip


def test_a_cron_pattern_is_refused_as_pm2_refuses_it(pm2: PM2) -> None:
    assert not differences(pm2, [{"cron_restart": pattern} for pattern in CRON], "cron_restart")

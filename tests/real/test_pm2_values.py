"""The values of options through the validator of the installed PM2, and through ours."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from conftest import ROOT
from real_pm2 import installed

from checklist.facts.pm2.options import table, take
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


DROPPED = "<dropped>"

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

GOOD = {"exec_mode": ("fork_mode", "cluster_mode"), "merge_logs": (True, True)}
BY_TYPE = {"array": (["a"], ["b"]), "number": (3000, 4000), "boolean": (True, False), "object": ({"a": 1}, {"b": 1}), "string": ("a", "b")}

CRON = [
    "* * * * *", "* * * * * *", "* * * * * * *", "* * * *", "@daily", "@hourly", "2026-01-01T00:00:00", "2026-01-01", "*/5 * * * *", " 0 0 * * * ", "0  0 * * *",
    "0 0 ? * *", "0 0 L * *", "0 0 * JAN-DEC mon", "0 0 * * 7", "0,30 * * * 1-5", "daily", "5", 5, "0", 0, "", " ", None, "0 3 * * *\n",
]  # fmt: skip


def comparable(option: str, given: Any) -> bool:
    """Not: a command with blanks, which PM2 gives to bash; no variables, written as a text; one exit code, as a list."""
    odd = {"script": lambda v: isinstance(v, str) and " " in v, "env_production": lambda v: v == "", "stop_exit_codes": lambda v: isinstance(v, list) and len(v) < 2}
    return not odd.get(option, lambda v: False)(given)


def spellings(option: str) -> Iterator[dict[str, Any]]:
    """Each name of an option alone, and two at a time."""
    one, other = GOOD.get(option) or next(pair for kind, pair in BY_TYPE.items() if kind in table()[option]["types"])
    # without a script nothing starts: no falsy one is of use
    falsy = [] if option == "script" else [0, False, "", None]
    # with instances PM2 does not fill in merge_logs by itself
    more = {"instances": 2} if option == "merge_logs" else {}
    names = [option, *table()[option]["aliases"]]
    yield from ({name: given, **more} for name in names for given in (one, *falsy))
    yield from ({a: x, b: y, **more} for a, b in itertools.permutations(names, 2) for x, y in ((one, other), *((given, one) for given in falsy)))


ASKED: dict[str, tuple[str, list[dict[str, Any]]]] = {
    **{f"{o}: any value": (o, [{o: given} for given in VALUES if comparable(o, given)]) for o in OPTIONS if o not in ELSEWHERE},
    **{f"{o}: spellings": (o, list(spellings(o))) for o in OPTIONS if o not in ELSEWHERE and "aliases" in table().get(o, {})},
    "cron_restart: patterns": ("cron_restart", [{"cron_restart": pattern} for pattern in CRON]),
    "measured": ("", [{case["option"]: case["value"]} for case in CASES]),
}


@pytest.fixture(scope="module")
def answers() -> dict[str, list[dict[str, Any]]]:
    """What PM2 says to everything that is asked, in one go."""
    with installed() as pm2:
        told = iter(pm2.script(ASK, [app for _, apps in ASKED.values() for app in apps]))
        return {title: [next(told) for _ in apps] for title, (_, apps) in ASKED.items()}


def test_the_measured_values_are_what_this_pm2_does(answers: dict[str, list[dict[str, Any]]]) -> None:
    for case, answer in zip(CASES, answers["measured"], strict=True):
        assert answer["refused"] is not case["accepted"], case
        if case["accepted"]:
            assert answer["taken"].get(case["option"], DROPPED) == plain(value(read(case["stored"]))), case


@pytest.mark.parametrize("title", [t for t in ASKED if t != "measured"])
def test_it_is_taken_as_pm2_takes_it(answers: dict[str, list[dict[str, Any]]], title: str) -> None:
    option, apps = ASKED[title]
    assert not [d for app, answer in zip(apps, answers[title], strict=True) for d in difference(app, option, answer)]


def difference(app: Mapping[str, Any], option: str, theirs: Mapping[str, Any]) -> Iterator[str]:
    """Where ours and PM2 do not agree about what becomes of an option."""
    taken = take(value({k: read(v) for k, v in app.items()}))
    if bool(taken.refused) or theirs["refused"]:
        if bool(taken.refused) != theirs["refused"]:
            yield f"{app}: PM2 {'refuses' if theirs['refused'] else 'takes'} it"
        return
    default = table().get(option, {}).get("default", DROPPED)
    ours = plain(taken.options[option], reveal=True) if option in taken.options else default
    stored = theirs["taken"].get(option, DROPPED)
    if stored != ours and not (stored == DROPPED and option in taken.defaults):
        yield f"{app}: PM2 has {stored!r}, ours {ours!r}"


def read(of: Any) -> Any:
    return math.inf if of == "<Infinity>" else of


SCHEMA = """
const { schema } = require('pm2/lib/tools/Config.js')
const told = Object.entries(schema).map(([name, { alias }]) => [name, alias || []])
require('fs').writeFileSync(process.argv[1], JSON.stringify(Object.fromEntries(told)))
"""


def test_the_table_knows_every_option_by_every_name() -> None:
    with installed() as pm2:
        theirs = pm2.script(SCHEMA, None)
    # PM2 reads these two before it looks into its schema
    theirs["script"] += ["cmd", "command"]
    assert {n: {n, *about.get("aliases", [])} for n, about in table().items()} == {n: {n, *aliases} for n, aliases in theirs.items()}

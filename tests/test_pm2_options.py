"""PM2's validator, as measured on PM2 7.0.4: what it takes, refuses, stores and throws away."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from conftest import make

from checklist.facts import derive
from checklist.facts.pm2.options import take
from checklist.model import plain, value

CASES = json.loads((Path(__file__).parent / "data" / "pm2_values.json").read_text("utf-8"))["cases"]


def read(of: Any) -> Any:
    return math.inf if of == "<Infinity>" else of


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['option']}={c['value']!r}")
def test_a_value_is_taken_as_pm2_takes_it(case: dict[str, Any]) -> None:
    option = case["option"]
    taken = take(value({option: read(case["value"])}))
    name = {"interpreter": "exec_interpreter"}.get(option, option)
    assert (name in taken.refused) is not case["accepted"]
    if not case["accepted"] or option == "interpreter":
        return
    stored = read(case["stored"])
    if stored == "<dropped>":
        assert name not in taken.options or name in taken.defaults
    elif option == "stop_exit_codes":
        assert plain(taken.options[name]) == [int(v) if str(v).isdigit() else v for v in case["value"]] or plain(taken.options[name]) == case["value"]
    elif not (option == "env" and case["value"] is None):
        assert plain(taken.options[name]) == ("Infinity" if stored == math.inf else stored)


def test_aliases_mean_the_canonical_option_which_wins() -> None:
    taken = take(value({"maxRestarts": 5, "exec": "a.js", "script": "b.js", "out": "x.log"}))
    assert plain(taken.options["max_restarts"]) == 5
    assert plain(taken.options["script"]) == "b.js"
    assert plain(taken.options["out_file"]) == "x.log"


@pytest.mark.parametrize(
    ("app", "option", "stored"),
    [
        ({"max_restarts": 0}, "max_restarts", 16),
        ({"maxRestarts": 0}, "max_restarts", 0),
        ({"max_restarts": 0, "maxRestarts": 5}, "max_restarts", 5),
        ({"waitReady": False}, "wait_ready", False),
        ({"out": "a", "out_log": "b"}, "out_file", "b"),
        ({"instances": "4 or so"}, "instances", 4),
        ({"args": "--name='a b' \"c d\" ''"}, "args", ["--name='a b'", "c d"]),
        ({"env": False}, "env", {}),
        ({"username": 5}, "username", 5),
    ],
)
def test_odd_spellings_and_values_are_taken_as_pm2_takes_them(app: dict[str, Any], option: str, stored: object) -> None:
    taken = take(value(app))
    assert not taken.refused
    assert plain(taken.options[option], reveal=True) == stored


@pytest.mark.parametrize(("app", "kind"), [({"cron_restart": "@daily"}, "cron"), ({"cron_restart": 5}, "cron"), ({"env_production": None}, "type"), ({"restart_delay": [1, 2]}, "type")])
def test_what_is_refused_is_told_by_its_kind(app: dict[str, Any], kind: str) -> None:
    (why,) = take(value(app)).refused.values()
    assert plain(why)["kind"] == kind


@pytest.mark.parametrize(("key", "meant"), [("exec_cwd", "cwd"), ("max_memory", ""), ("restart_dely", "restart_delay"), ("maxRestart", "maxRestarts"), ("zzz", "")])
def test_an_unknown_key_is_named_with_what_was_probably_meant(key: str, meant: str) -> None:
    assert plain(take(value({key: 1})).unknown[key]) == meant


APP = "{ name: 'api', script: 'a.js', port: 4000, env: { PORT: 1, A: 'env', B: 'env' }, env_production: { A: 'env_production' } }"


@pytest.mark.parametrize(
    ("deploy", "env", "more"),
    [
        ("", {"PORT": 4000, "A": "env_production", "B": "env"}, False),
        ("deploy: { production: { env: { A: 'deploy', B: 'deploy', C: 'deploy' } } }", {"PORT": 4000, "A": "env_production", "B": "deploy", "C": "deploy"}, False),
        ("deploy: { staging: { env: { B: 'deploy' } } }", {"PORT": 4000, "A": "env_production", "B": "env"}, False),
        ("deploy: require('not-here')", {"PORT": 4000, "A": "env_production", "B": "env"}, True),
    ],
)
def test_the_variables_of_an_environment_lie_over_each_other(deploy: str, env: dict[str, Any], more: bool) -> None:
    documents = derive(make({"ecosystem.config.js": f"module.exports = {{ apps: [{APP}], {deploy} }}"})).documents
    found = next(d.value.get("env") for d in documents if d.kind == "pm2.app" and d.value.text("environment") == "production")
    assert found is not None
    assert {k: plain(v, reveal=True) for k, v in found.members().items()} == env
    assert found.more is more

"""The crash-loop simulator agrees with crash loops measured on real PM2 7.0.4."""

from __future__ import annotations

import json

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from test_cli import command

from checklist.facts.pm2.crashloop import Limits, blind_zone, gives_up, simulate

# (id, limits, lifetime, first lifetime, observed seconds, verdict, final status, restarts), each run on real PM2
MEASURED = [
    ("a", Limits(), 0, None, 175, "gives_up", "errored", 15),
    ("b", Limits(15, 5000), 0, None, 175, "gives_up", "errored", 14),
    ("c", Limits(3, 30_000), 0, None, 175, "gives_up", "errored", 2),
    ("d", Limits(15, 5000), 6000, None, 175, "loops", "online", 27),
    ("e", Limits(3, 30_000), 6000, None, 175, "gives_up", "errored", 2),
    ("f", Limits(3, exp_backoff=100), 0, None, 175, "gives_up", "waiting restart", 2),
    ("g", Limits(restart_delay=5000), 0, None, 100, "loops", "waiting restart", 20),
    ("h", Limits(restart_delay=500), 0, None, 100, "gives_up", "waiting restart", 15),
    ("j", Limits(autorestart=False), 0, None, 100, "gives_up", "stopped", 0),
    ("j2", Limits(restart_delay=1000, autorestart=False), 0, None, 100, "gives_up", "waiting restart", 0),
    ("j3", Limits(1, autorestart=False), 0, None, 20, "gives_up", "errored", 0),
    ("m", Limits(exp_backoff=100), 0, None, 100, "loops", "waiting restart", 17),
    ("n", Limits(), 3000, None, 100, "loops", "online", 33),
    ("r", Limits(10, 60_000), 6000, None, 100, "gives_up", "errored", 9),
    ("x", Limits(), 1500, None, 45, "loops", "online", 27),
    ("i", Limits(), 0, 20_000, 45, "loops", "online", 244),
]


@pytest.mark.parametrize("case", MEASURED, ids=lambda c: c[0])
def test_it_does_what_pm2_did(case: tuple[str, Limits, float, float | None, float, str, str, int]) -> None:
    _, limits, lifetime, first, seconds, verdict, status, restarts = case
    loop = simulate(limits, lifetime, healthy_first=first, horizon=seconds * 1000)
    assert (loop.verdict, loop.final_status) == (verdict, status)
    assert abs(loop.restarts - restarts) <= max(2, restarts * 0.1)


@given(
    st.builds(Limits, st.sampled_from([1, 2, 3, 7.5, 15, 60]), st.sampled_from([101, 1000, 5000, 30_000, 70_000]), st.sampled_from([0, 0, 100, 4000]), st.sampled_from([0, 0, 1, 100, 2000, 20_000])),
    st.one_of(st.sampled_from([0, 1, 899, 900, 29_900, 30_001, 60_000]), st.integers(0, 80_000)),
)
def test_where_pm2_gives_up_is_computed_as_it_is_simulated(limits: Limits, lifetime: int) -> None:
    told = simulate(limits, lifetime, horizon=limits.min_uptime * limits.max_restarts).verdict
    assert gives_up(limits, lifetime) == (told == "gives_up")


@pytest.mark.parametrize("limits", [Limits(1e9, 86_400_000), Limits(1e12, 86_400_000, exp_backoff=100), Limits(1e308, 1000), Limits(1e300, 1e300, exp_backoff=1)])
def test_a_limit_that_is_hardly_one_is_no_endless_computation(limits: Limits) -> None:
    zone = blind_zone(limits)
    assert zone is not None
    assert zone[0] <= limits.min_uptime


@pytest.mark.parametrize(
    ("limits", "endless"),
    [(Limits(15, 5000, exp_backoff=100), True), (Limits(3, 30_000), False), (Limits(), True), (Limits(3, 30_000, restart_delay=1000), False)],
)
def test_a_crash_after_two_seconds(limits: Limits, endless: bool) -> None:
    assert (simulate(limits, 2000).verdict == "loops") is endless


@pytest.mark.parametrize("limits", [Limits(15, 5000, exp_backoff=100), Limits(3, 30_000), Limits(), Limits(10, 20_000, restart_delay=3000), Limits(5, 180_000)])
def test_the_blind_zone_begins_where_the_verdict_changes(limits: Limits) -> None:
    zone = blind_zone(limits)
    assert zone is not None
    assert simulate(limits, zone[0]).verdict == "loops"
    assert simulate(limits, zone[0] - 2).verdict == "gives_up"


def test_without_a_project_the_options_stand_over_pm2s_defaults() -> None:
    done = command("simulate", "--lifetime", "2s", "--max-restarts", "15", "--min-uptime", "5s", "--exp-backoff", "100", "--format", "json", cwd=ROOT.parent)
    told = json.loads(done.stdout)
    assert done.returncode == 0
    assert (told["version"], told["verdict"], told["blind_to_ms"]) == (1, "loops", None)
    assert 1000 < told["blind_from_ms"] < 2000
    assert set(told) == {"version", "verdict", "restarts", "final_status", "gave_up_after_ms", "blind_from_ms", "blind_to_ms"}


@pytest.mark.parametrize(("limit", "said"), [("2", "PM2 gives up after 1 restart, "), ("3", "PM2 gives up after 2 restarts, ")])
def test_one_is_no_more_than_one(limit: str, said: str) -> None:
    assert said in command("simulate", "--lifetime", "0", "--max-restarts", limit, "--min-uptime", "30s").stdout


def test_with_a_project_each_app_is_told() -> None:
    told = json.loads(command("simulate", "examples/incident", "--format", "json").stdout)
    assert [(a["app"], a["verdict"]) for a in told["apps"]] == [("shop-api", "loops")]
    shown = command("simulate", "examples/incident").stdout
    assert "restarted for ever" in shown
    assert "  the app lives 2 s before each crash (--lifetime)\n" in shown
    assert "each character is 3 min 45 s: a space for no restart" in shown
    assert "proposed: max_restarts 3, min_uptime 30 s" in shown


@pytest.mark.parametrize(("args", "said"), [(["--lifetime", "soon"], "is no time"), (["examples/incident", "--app", "x"], "there are shop-api"), (["docs"], "nothing to check")])
def test_what_cannot_be_simulated_is_2(args: list[str], said: str) -> None:
    done = command("simulate", *args)
    assert done.returncode == 2
    assert said in done.stderr

"""Crash loops on a real daemon, and what the simulator says of them."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from real_pm2 import PM2, daemon
from test_simulate import MEASURED

from checklist.facts.pm2.crashloop import START, Limits, limits, simulate
from checklist.facts.pm2.options import take
from checklist.model import Value, value

# lives some milliseconds, the first time perhaps more, and throws
CRASH = """
const fs = require('fs')
const [lifetime, first, mark] = process.argv.slice(2)
const born = !fs.existsSync(mark)
fs.writeFileSync(mark, '')
const fail = () => { throw new Error('as planned') }
const wait = Number(born ? first : lifetime)
if (wait) setTimeout(fail, wait)
else fail()
"""

# (id, options as written in a config, lifetime, first lifetime)
SHORT: list[tuple[str, Mapping[str, Any], float, float | None]] = [
    ("as measured: a", {}, 0, None),
    ("as measured: c", {"max_restarts": 3, "min_uptime": "30s"}, 0, None),
    ("as measured: f", {"exp_backoff_restart_delay": 100, "max_restarts": 3}, 0, None),
    ("as measured: g", {"restart_delay": 5000}, 0, None),
    ("as measured: j", {"autorestart": False}, 0, None),
    ("as measured: j2", {"autorestart": False, "restart_delay": 1000}, 0, None),
    ("as measured: m", {"exp_backoff_restart_delay": 100}, 0, None),
    ("as measured: x", {}, 1500, None),
    ("half a second, and the limit holds", {"max_restarts": 5, "min_uptime": "2s"}, 500, None),
    ("lives a little longer than min_uptime", {"max_restarts": 3, "min_uptime": "2s"}, 2300, None),
    ("a delay that leaves the limit within reach", {"restart_delay": 300, "max_restarts": 4}, 0, None),
    ("a delay that takes the limit out of reach", {"restart_delay": 2500, "max_restarts": 3}, 0, None),
    ("back-off within reach", {"exp_backoff_restart_delay": 50, "max_restarts": 3, "min_uptime": "3s"}, 0, None),
    ("back-off counts, not the delay beside it", {"exp_backoff_restart_delay": 50, "restart_delay": 9000, "max_restarts": 3, "min_uptime": "3s"}, 0, None),
    ("healthy first, within the window", {"max_restarts": 3, "min_uptime": "5s"}, 0, 6000),
    ("healthy first, and the window is over", {"max_restarts": 3, "min_uptime": "1s", "restart_delay": 2000}, 0, 4000),
    ("the first exit is one too many", {"max_restarts": "0"}, 1200, None),
    ("a zero in camelCase is none that is lost", {"maxRestarts": 0}, 1200, None),
    ("a zero that is lost", {"max_restarts": 0}, 1200, None),
    ("no restart, and over the limit all the same", {"autorestart": False, "max_restarts": 1}, 0, None),
    ("nothing is ever unstable", {"min_uptime": "0s", "max_restarts": 2, "restart_delay": 2500}, 0, None),
    ("two workers", {"max_restarts": 3, "min_uptime": "5s", "exec_mode": "cluster", "instances": 2}, 0, None),
]

NAMES = {"max_restarts": "max_restarts", "min_uptime": "min_uptime", "restart_delay": "restart_delay", "exp_backoff": "exp_backoff_restart_delay"}


def written(of: Limits) -> dict[str, Any]:
    """A config that says these limits; PM2's own are left out."""
    said = {option: int(getattr(of, name)) for name, option in NAMES.items() if getattr(of, name) != getattr(Limits(), name)}
    return said | ({} if of.autorestart else {"autorestart": False})


LONG = [(name, written(of), float(lifetime), first) for name, of, lifetime, first, *_ in MEASURED]


@dataclass(frozen=True)
class Seen:
    """What became of an app on the real daemon."""

    verdict: str
    status: str
    restarts: int
    elapsed: tuple[float, ...]
    """Milliseconds from its first start to each look, where that is still known."""


def watch(pm2: PM2, cases: list[tuple[str, Mapping[str, Any], float, float | None]], seconds: float) -> dict[str, list[Seen]]:
    """All the crash loops at once in one daemon, and how each stands in the end."""
    (pm2.home / "crash.js").write_text(CRASH)
    apps = []
    for name, options, lifetime, first in cases:
        args = [str(int(lifetime)), str(int(lifetime if first is None else first)), str(pm2.home / f"{name}.mark")]
        apps.append({"name": name, "script": "crash.js", "args": args, "out_file": "/dev/null", "error_file": "/dev/null", **options})
    (pm2.home / "ecosystem.config.json").write_text(json.dumps({"apps": apps}))
    started = pm2("start", "ecosystem.config.json")
    assert started.returncode == 0, started.stdout + started.stderr
    time.sleep(seconds)
    looks = []
    for _ in range(5):
        looks.append((time.time() * 1000, {p["pm_id"]: p for p in pm2.list()}))
        time.sleep(0.3)
    seen: dict[str, list[Seen]] = {}
    for number, process in looks[-1][1].items():
        env = process["pm2_env"]
        given_up = not process.get("pid") and (env.get("created_at") is None or not env["autorestart"])
        status = most(look[number]["pm2_env"]["status"] for _, look in looks)
        elapsed = tuple(now - (env.get("created_at") or now) for now, _ in looks)
        seen.setdefault(process["name"], []).append(Seen("gives_up" if given_up else "loops", status, env["restart_time"], elapsed))
    return seen


def most(statuses: Iterable[str]) -> str:
    """What an app is in most of the looks: each loop is in another state for a moment now and then."""
    return Counter(statuses).most_common(1)[0][0]


def compared(case: tuple[str, Mapping[str, Any], float, float | None], seen: list[Seen]) -> None:
    """Verdict and status exactly; restarts within a tenth, where not all the time goes into starts."""
    _, options, lifetime, first = case
    of = limits(Value(take(value(dict(options))).options))
    assert of is not None
    assert len(seen) == options.get("instances", 1)
    for one in seen:
        horizons = one.elapsed if one.verdict == "loops" else (3_600_000.0,)
        loops = [simulate(of, lifetime, healthy_first=first, horizon=until) for until in horizons]
        assert (loops[-1].verdict, most(loop.final_status for loop in loops)) == (one.verdict, one.status)
        if one.verdict == "gives_up" or lifetime + of.restart_delay + of.exp_backoff > START:
            assert abs(loops[-1].restarts - one.restarts) <= max(2, 0.1 * one.restarts)


@pytest.fixture(scope="module")
def short() -> Iterator[dict[str, list[Seen]]]:
    with daemon() as pm2:
        yield watch(pm2, SHORT, 18)


@pytest.fixture(scope="module")
def long() -> Iterator[dict[str, list[Seen]]]:
    with daemon() as pm2:
        yield watch(pm2, LONG, 120)


@pytest.mark.parametrize("case", SHORT, ids=lambda c: c[0])
def test_the_simulator_says_what_pm2_does(short: dict[str, list[Seen]], case: tuple[str, Mapping[str, Any], float, float | None]) -> None:
    compared(case, short[case[0]])


@pytest.mark.long
@pytest.mark.parametrize("case", LONG, ids=lambda c: c[0])
def test_what_was_measured_once_happens_again(long: dict[str, list[Seen]], case: tuple[str, Mapping[str, Any], float, float | None]) -> None:
    compared(case, long[case[0]])

"""What PM2 does with an app that crashes again and again, and the lifetimes for which it never gives up.

The rule as in PM2 7.0.4 lib/God.js:415-542 and lib/Worker.js:127-136, read and measured. With U = min_uptime and
N = max_restarts, an exit counts as unstable only if it comes within U×N after the last commanded start and the run was
shorter than U; at N unstable exits PM2 gives up. An automatic restart never renews the window.
Times are milliseconds; a lifetime is counted from the moment the script runs, the start before it costs about 100.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from checklist.facts.pm2.options import Taken
from checklist.model import Unknown, Value, value
from checklist.units import FOREVER

START = 100
"""What a start costs."""
BACKOFF_CAP = 15_000
BACKOFF_RESET = 30_000
"""Uptime after which the worker, which looks every 30 s, sets the back-off delay to its beginning."""
_FAR = 10_000
_MOST = 0.8
_RESTART_OPTIONS = ("min_uptime", "max_restarts", "restart_delay", "exp_backoff_restart_delay")


@dataclass(frozen=True, slots=True)
class Limits:
    """The options that decide about restarts."""

    max_restarts: float = 16
    min_uptime: float = 1000
    restart_delay: float = 0
    exp_backoff: float = 0
    autorestart: bool = True


@dataclass(frozen=True, slots=True)
class Loop:
    """What became of it by the end of the horizon."""

    verdict: Literal["gives_up", "loops"]
    restarts: int
    final_status: str
    gave_up_after: float | None
    """Time from the first start until PM2 gave up."""
    starts: tuple[float, ...]
    """When each start was, the first one 0; at most 10,000 of them."""


def simulate(limits: Limits, lifetime: float, *, healthy_first: float | None = None, horizon: float = 3 * 3_600_000) -> Loop:
    """The story of an app that lives `lifetime` before each crash, the first time `healthy_first`."""
    waits = limits.restart_delay > 0 or limits.exp_backoff > 0
    window = limits.min_uptime * limits.max_restarts
    now, unstable, restarts, backoff = 0.0, 0, 0, 0.0
    starts = [0.0]
    while True:
        run = START + (lifetime if restarts or healthy_first is None else healthy_first)
        backoff = _reset(backoff, now, run)
        if now + run > horizon:
            return Loop("loops", restarts, "online", None, tuple(starts))
        now += run
        unstable += now < window and run < limits.min_uptime
        if unstable >= limits.max_restarts:
            # with a delay the status is overwritten after the give-up, and no timer is set: God.js:512-520
            return Loop("gives_up", restarts, "waiting restart" if waits else "errored", now, tuple(starts))
        if not limits.autorestart:
            return Loop("gives_up", 0, "waiting restart" if waits else "stopped", now, tuple(starts))
        delay = backoff = _delay(limits, backoff)
        if now + delay > horizon:
            return Loop("loops", restarts, "waiting restart", None, tuple(starts))
        now += delay
        restarts += 1
        if len(starts) < 10_000:
            starts.append(now)


def blind_zone(limits: Limits) -> tuple[float, float | None] | None:
    """The lifetimes for which PM2 never gives up: (from, to), to None without an upper end; None if there is no such.

    An upper end is there only where an uptime of 30 s and more sets the back-off delays to their beginning.
    """
    if not limits.autorestart or limits.max_restarts <= 0:
        return None
    if limits.min_uptime <= START or math.isinf(limits.max_restarts) or not gives_up(limits, 0):
        start = 0.0
    else:
        start = _edge(limits, 0, limits.min_uptime)
    seen_again = 2 * BACKOFF_RESET
    if limits.exp_backoff > 0 and start < seen_again < limits.min_uptime - START and gives_up(limits, seen_again):
        return start, _edge(limits, seen_again, max(start, BACKOFF_RESET - START))
    return start, None


def limits(app: Value) -> Limits | None:
    """The limits of a `pm2.app` document, None where one of them is not known or refused by PM2."""
    names = ("max_restarts", "min_uptime", "restart_delay", "exp_backoff_restart_delay", "autorestart")
    values = [found.content if (found := app.get(n)) is not None else 0 for n in names]
    if app.more or any(isinstance(v, bool) or not isinstance(v, (int, float)) for v in values[:4]) or not isinstance(values[4], bool):
        return None
    numbers = [float(v) for v in values[:4] if isinstance(v, (int, float))]
    if any(math.isnan(n) for n in numbers) or any(abs(n) >= FOREVER for n in numbers[1:]):
        return None  # beyond all clocks
    return Limits(numbers[0], numbers[1], numbers[2], numbers[3], values[4])


def _delay(limits: Limits, backoff: float) -> float:
    """How long PM2 waits before the next start, after it has waited `backoff` before the last one."""
    if limits.exp_backoff > 0:
        return min(BACKOFF_CAP, math.floor(backoff * 1.5)) if backoff else limits.exp_backoff
    return limits.restart_delay


def _reset(backoff: float, start: float, run: float) -> float:
    """The back-off delay after a run: the worker's look at a run older than 30 s takes it back to nothing."""
    look = math.floor((start + run) / BACKOFF_RESET) * BACKOFF_RESET
    return 0.0 if look > start + BACKOFF_RESET else backoff


def gives_up(limits: Limits, lifetime: float) -> bool:
    """Whether the last crash that is needed comes within the window; outside it nothing counts any more."""
    run = START + lifetime
    if run >= limits.min_uptime:
        return False
    crashes, window = math.ceil(limits.max_restarts), limits.min_uptime * limits.max_restarts
    if not limits.exp_backoff > 0:
        return crashes * run + (crashes - 1) * limits.restart_delay < window
    now = backoff = 0.0
    for _ in range(min(crashes, _FAR) - 1):
        backoff = _delay(limits, _reset(backoff, now, run))
        now += run + backoff
    # by then the delays repeat themselves
    return now + run + max(0, crashes - _FAR) * now / (_FAR - 1) < window


def _edge(limits: Limits, ends: float, loops: float) -> float:
    """The lifetime nearest to where giving up ends, to the millisecond."""
    while abs(loops - ends) > 1:
        middle = math.floor((ends + loops) / 2)
        if gives_up(limits, middle):
            ends = middle
        else:
            loops = middle
    return loops


def of(taken: Taken, entry: Value) -> Value:
    """{written, from, uptime, to, window, option}: the lifetimes (ms) of an app for which PM2 never gives up.

    `uptime` is `from` as PM2 counts it, `option` the one that opens the zone, where the value is placed; `written`
    says whether any restart option was given. `from` is null where PM2 always gives up or never restarts.
    """
    written = [name for name in _RESTART_OPTIONS if name in taken.options and name not in taken.defaults]
    given = limits(Value(taken.options))
    if given is None:
        return Value(Unknown("a restart option is not known here"), entry.at)
    zone = blind_zone(given)
    if zone is None:
        return value({"written": bool(written), "from": None}, entry.at)
    without_delay = blind_zone(replace(given, restart_delay=0, exp_backoff=0))
    delay = "exp_backoff_restart_delay" if given.exp_backoff else "restart_delay"
    # a delay that takes next to nothing of what min_uptime grants is no cause
    opens = delay if without_delay and zone[0] < _MOST * without_delay[0] else "max_restarts" if math.isinf(given.max_restarts) else "min_uptime"
    told = {
        "written": bool(written),
        "from": int(zone[0]),
        "uptime": int(zone[0]) + START if zone[0] else 0,
        "to": zone[1],
        "window": given.min_uptime * given.max_restarts,
        "option": opens,
    }
    at = taken.options[opens].at if opens in taken.options else entry.at
    return value(told, at)

"""A crash loop in words: what PM2 does with an app that crashes again and again."""

from __future__ import annotations

import math
from collections.abc import Mapping

from checklist import units
from checklist.facts.pm2 import crashloop
from checklist.facts.pm2.crashloop import Limits, Loop
from checklist.model import Value

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "gives_up": "gives up after {restarts} restart{s}, {after} after the start; the status is then {status}",
        "loops": "is still restarting it after {horizon}: {restarts} restart{s}, and so it goes on",
        "none": "no blind zone: every crash loop ends",
        "zone": "blind zone: an app that lives longer than {start} before it crashes is restarted for ever",
        "ends": "blind zone: an app that lives between {start} and {end} before it crashes is restarted for ever",
        "unknown": "a restart option is not known here",
        "lives": "the app lives {lifetime} before each crash (--lifetime)",
        "lives, healthy": "the app lives {healthy} at first, then {lifetime} before each crash (--healthy-first, --lifetime)",
        "picture": "In the picture each character is {step}: a space for no restart, then . : + # for ever more of them.",
        "now": "as it is",
        "then": "proposed",
    },
    "ru": {
        "gives_up": "сдаётся после перезапусков: {restarts}, через {after} после старта; статус потом {status}",
        "loops": "и через {horizon} всё ещё перезапускает: перезапусков {restarts}, и так дальше",
        "none": "слепой зоны нет: любой цикл падений кончается",
        "zone": "слепая зона: приложение, которое до падения живёт дольше {start}, перезапускается вечно",
        "ends": "слепая зона: приложение, которое до падения живёт от {start} до {end}, перезапускается вечно",
        "unknown": "опция перезапуска отсюда неизвестна",
        "lives": "приложение до каждого падения живёт {lifetime} (--lifetime)",
        "lives, healthy": "приложение сначала живёт {healthy}, потом до каждого падения {lifetime} (--healthy-first, --lifetime)",
        "picture": "На картинке каждый знак — это {step}: пробел — перезапусков нет, дальше . : + # — их всё больше.",
        "now": "как есть",
        "then": "предлагается",
    },
}


def proposed(policy: Value) -> Limits:
    """The limits that the policy asks for, over PM2's defaults."""
    wanted = {name: found.content for name in ("max_restarts", "min_uptime") if (found := policy.get(name)) is not None}
    return Limits(max_restarts=_number(wanted.get("max_restarts"), 3), min_uptime=_number(wanted.get("min_uptime"), 30_000))


def options(of: Limits, lang: str) -> str:
    """The options that decide, as a config has them."""
    shown = [f"max_restarts {'Infinity' if math.isinf(of.max_restarts) else f'{of.max_restarts:g}'}", f"min_uptime {units.show_time(of.min_uptime, lang)}"]
    shown += [f"restart_delay {units.show_time(of.restart_delay, lang)}"] if of.restart_delay else []
    shown += [f"exp_backoff_restart_delay {units.show_time(of.exp_backoff, lang)}"] if of.exp_backoff else []
    return ", ".join(shown + ([] if of.autorestart else ["autorestart false"]))


def scene(lives: float, healthy_first: float | None, lang: str) -> str:
    """How the app crashes that is looked at, and which options say so."""
    words = WORDS[lang]["lives" if healthy_first is None else "lives, healthy"]
    return words.format(lifetime=units.show_time(lives, lang), healthy=units.show_time(healthy_first or 0, lang))


def verdict(loop: Loop, horizon: float, lang: str) -> str:
    """What became of the crash loop, in a sentence."""
    after = units.show_time(loop.gave_up_after or 0, lang)
    return "PM2 " + WORDS[lang][loop.verdict].format(restarts=loop.restarts, s="" if loop.restarts == 1 else "s", after=after, status=f'"{loop.final_status}"', horizon=units.show_time(horizon, lang))


def zone(limits: Limits, lang: str) -> str:
    """For which lifetimes PM2 never gives up."""
    found = crashloop.blind_zone(limits)
    if found is None:
        return WORDS[lang]["none"]
    # as PM2 counts it, the start included, which is how the rule says it too
    start = units.show_time(found[0] + crashloop.START if found[0] else 0, lang)
    return WORDS[lang]["zone" if found[1] is None else "ends"].format(start=start, end=units.show_time(found[1] or 0, lang))


def _number(of: object, otherwise: float) -> float:
    return of if isinstance(of, (int, float)) else otherwise

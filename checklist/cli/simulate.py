"""`onai-check simulate`: what PM2 does with an app that crashes again and again."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from checklist import units
from checklist.cli import common
from checklist.errors import CheckError
from checklist.facts.pm2 import crashloop
from checklist.facts.pm2.crashloop import Limits, Loop
from checklist.model import Report
from checklist.report.clean import one_line

_WORDS = {
    "en": {
        "gives_up": "gives up after {restarts} restarts, {after} after the start; the status is then {status}",
        "loops": "is still restarting it after {horizon}: {restarts} restarts, and so it goes on",
        "none": "no blind zone: every crash loop ends",
        "zone": "blind zone: an app that lives longer than {start} before it crashes is restarted for ever",
        "ends": "blind zone: an app that lives between {start} and {end} before it crashes is restarted for ever",
        "unknown": "a restart option is not known here",
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
        "now": "как есть",
        "then": "предлагается",
    },
}


class _Time(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        told = units.parse_time(value)
        if told is None:
            self.fail(f"'{value}' is no time; write 2s, 5m or milliseconds", param, ctx)
        return told


_TIME = _Time()


@click.command("simulate")
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--app", help="Only this app of the project.")
@click.option("--lifetime", type=_TIME, help="How long the app lives before each crash (default 2s).")
@click.option("--healthy-first", type=_TIME, help="How long it lived the first time.")
@click.option("--horizon", type=_TIME, default="3h", help="How long to look (default 3h).")
@click.option("--max-restarts", type=click.FloatRange(min=0), help="PM2's default: 16.")
@click.option("--min-uptime", type=_TIME, help="PM2's default: 1s.")
@click.option("--restart-delay", type=_TIME)
@click.option("--exp-backoff", type=_TIME)
@click.option("--format", "format", type=click.Choice(["text", "json"]), default="text")
@common.config_option
@common.lang_option
def command(
    path: Path | None,
    app: str | None,
    lifetime: float | None,
    healthy_first: float | None,
    horizon: float,
    max_restarts: float | None,
    min_uptime: float | None,
    restart_delay: float | None,
    exp_backoff: float | None,
    format: str,
    config_file: Path | None,
    lang: str | None,
) -> None:
    """Show what PM2 does with an app that lives that long before each crash, and when it never gives up.

    With PATH or --app the apps of the project are taken, and the options given replace theirs. With --lifetime and
    neither of them no project is read: the options given stand over PM2's defaults.
    """
    given = {"max_restarts": max_restarts, "min_uptime": min_uptime, "restart_delay": restart_delay, "exp_backoff": exp_backoff}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    lives = 2000.0 if lifetime is None else lifetime
    language = common.language(lang, None)
    if path is None and app is None and lifetime is not None:
        limits = replace(Limits(), **changes)
        loop = crashloop.simulate(limits, lives, healthy_first=healthy_first, horizon=horizon)
        if format == "json":
            common.write(json.dumps({"version": 1} | _told(limits, loop)) + "\n")
        else:
            common.write("\n".join(_page("pm2", limits, lives, healthy_first, horizon, language, None)) + "\n")
        return
    checked = common.check(path or Path(), config_file)
    language = common.language(lang, checked.config)
    found = _apps(checked.report, app)
    told = [(name, None if own is None else replace(own, **changes)) for name, own in found]
    if format == "json":
        common.write(json.dumps({"version": 1, "apps": [{"app": n} | (_told(li, crashloop.simulate(li, lives, healthy_first=healthy_first, horizon=horizon)) if li else {"verdict": None}) for n, li in told]}, indent=2) + "\n")
        return
    policy = checked.config.policy.value
    for name, limits_or_none in told:
        if limits_or_none is None:
            common.write(f"{one_line(name)}: {_WORDS[language]['unknown']}\n")
            continue
        wanted = {n: v.content for n in ("max_restarts", "min_uptime") if (v := policy.get(n)) is not None}
        proposed = Limits(max_restarts=_number(wanted.get("max_restarts"), 3), min_uptime=_number(wanted.get("min_uptime"), 30_000))
        common.write("\n".join(_page(name, limits_or_none, lives, healthy_first, horizon, language, proposed)) + "\n\n")


def _number(of: object, otherwise: float) -> float:
    return of if isinstance(of, (int, float)) else otherwise


def _apps(report: Report, wanted: str | None) -> list[tuple[str, Limits | None]]:
    apps = [d for d in report.documents if d.kind == "pm2.app" and d.value.get("environment") is not None and d.value.get("environment").content is None]  # type: ignore[union-attr]
    names = [d.subject for d in apps]
    if not apps:
        raise CheckError("there is no PM2 app here; give --lifetime alone to look at options without a project")
    if wanted is not None and wanted not in names:
        raise CheckError(f"--app {one_line(wanted)}: there is no such app; there are {one_line(', '.join(names))}")
    return [(d.subject, crashloop.limits(d.value)) for d in apps if wanted in (None, d.subject)]


def _told(limits: Limits, loop: Loop) -> dict[str, Any]:
    zone = crashloop.blind_zone(limits)
    return {
        "verdict": loop.verdict,
        "restarts": loop.restarts,
        "final_status": loop.final_status,
        "gave_up_after_ms": None if loop.gave_up_after is None else int(loop.gave_up_after),
        "blind_from_ms": None if zone is None else int(zone[0]),
        "blind_to_ms": None if zone is None or zone[1] is None else int(zone[1]),
    }


def _page(name: str, limits: Limits, lives: float, healthy: float | None, horizon: float, lang: str, proposed: Limits | None) -> list[str]:
    out = [f"{one_line(name)}: {_options(limits)}"]
    for label, one in (("now", limits), ("then", proposed)):
        if one is None or (label == "then" and one == limits):
            continue
        loop = crashloop.simulate(one, lives, healthy_first=healthy, horizon=horizon)
        if label == "then":
            out.append(f"  {_WORDS[lang]['then']}: {_options(one)}")
        out += [f"  {line}" for line in (_verdict(loop, horizon, lang), _plot(loop, horizon, lang), _zone(one, lang))]
    return out


def _options(of: Limits) -> str:
    shown = [f"max_restarts {'Infinity' if math.isinf(of.max_restarts) else f'{of.max_restarts:g}'}", f"min_uptime {units.show_time(of.min_uptime)}"]
    shown += [f"restart_delay {units.show_time(of.restart_delay)}"] if of.restart_delay else []
    shown += [f"exp_backoff_restart_delay {units.show_time(of.exp_backoff)}"] if of.exp_backoff else []
    return ", ".join(shown + ([] if of.autorestart else ["autorestart false"]))


def _verdict(loop: Loop, horizon: float, lang: str) -> str:
    after = units.show_time(loop.gave_up_after or 0, lang)
    return "PM2 " + _WORDS[lang][loop.verdict].format(restarts=loop.restarts, after=after, status=f'"{loop.final_status}"', horizon=units.show_time(horizon, lang))


def _zone(limits: Limits, lang: str) -> str:
    zone = crashloop.blind_zone(limits)
    if zone is None:
        return _WORDS[lang]["none"]
    # as PM2 counts it, the start included, which is how the rule says it too
    start = units.show_time(zone[0] + crashloop.START if zone[0] else 0, lang)
    return _WORDS[lang]["zone" if zone[1] is None else "ends"].format(start=start, end=units.show_time(zone[1] or 0, lang))


def _plot(loop: Loop, horizon: float, lang: str) -> str:
    """One line of restarts over time: how many fall into each of its columns, from . over : to #."""
    columns = 48
    counts = [0] * columns
    for start in loop.starts[1:]:
        counts[min(int(start / horizon * columns), columns - 1)] += 1
    most = max(counts)
    marks = "".join(" " if not c else ".:+#"[min(3, c * 4 // (most + 1))] for c in counts)
    return f"|{marks}| {units.show_time(horizon, lang)}"

"""`onai-check simulate`: what PM2 does with an app that crashes again and again."""

from __future__ import annotations

import json
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
from checklist.report import crashloop as told
from checklist.report.clean import one_line


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
    changed = [(name, None if own is None else replace(own, **changes)) for name, own in found]
    if format == "json":
        common.write(json.dumps({"version": 1, "apps": [{"app": n} | (_told(li, crashloop.simulate(li, lives, healthy_first=healthy_first, horizon=horizon)) if li else {"verdict": None}) for n, li in changed]}, indent=2) + "\n")
        return
    policy = checked.config.policy.value
    for name, limits_or_none in changed:
        if limits_or_none is None:
            common.write(f"{one_line(name)}: {told.WORDS[language]['unknown']}\n")
            continue
        common.write("\n".join(_page(name, limits_or_none, lives, healthy_first, horizon, language, told.proposed(policy))) + "\n\n")


def _apps(report: Report, wanted: str | None) -> list[tuple[str, Limits | None]]:
    apps = [d for d in report.documents if d.kind == "pm2.app" and d.value.get("environment") is not None and d.value.get("environment").content is None]  # type: ignore[union-attr]
    names = [d.subject for d in apps]
    if not apps:
        raise CheckError(
            "there is no PM2 app here; give --lifetime alone to look at options without a project",
            "приложений PM2 здесь нет; чтобы посмотреть на опции без проекта, указать только --lifetime",
        )
    if wanted is not None and wanted not in names:
        raise CheckError(f"--app {wanted}: there is no such app; there are {', '.join(names)}", f"--app {wanted}: такого приложения нет; есть {', '.join(names)}")
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
    out = [f"{one_line(name)}: {told.options(limits)}"]
    for label, one in (("now", limits), ("then", proposed)):
        if one is None or (label == "then" and one == limits):
            continue
        loop = crashloop.simulate(one, lives, healthy_first=healthy, horizon=horizon)
        if label == "then":
            out.append(f"  {told.WORDS[lang]['then']}: {told.options(one)}")
        out += [f"  {line}" for line in (told.verdict(loop, horizon, lang), _plot(loop, horizon, lang), told.zone(one, lang))]
    return out


def _plot(loop: Loop, horizon: float, lang: str) -> str:
    """One line of restarts over time: how many fall into each of its columns, from . over : to #."""
    columns = 48
    counts = [0] * columns
    for start in loop.starts[1:]:
        counts[min(int(start / horizon * columns), columns - 1)] += 1
    most = max(counts)
    marks = "".join(" " if not c else ".:+#"[min(3, c * 4 // (most + 1))] for c in counts)
    return f"|{marks}| {units.show_time(horizon, lang)}"

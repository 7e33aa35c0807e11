"""`onai-check simulate`: what PM2 does with an app that crashes again and again."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from checklist import units
from checklist.cli import common
from checklist.cli.helping import Command
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


@click.command("simulate", cls=Command)
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--app", metavar="NAME", help="Only this app of the project.")
@click.option("--lifetime", type=_TIME, help="How long the app lives before each crash (default 2s).")
@click.option("--healthy-first", type=_TIME, help="How long it lived the first time, before the crashes began.")
@click.option("--horizon", type=_TIME, default="3h", help="How long to look (default 3h).")
@click.option("--max-restarts", type=click.FloatRange(min=0), metavar="NUMBER", help="The app's max_restarts (PM2's default: 16).")
@click.option("--min-uptime", type=_TIME, help="The app's min_uptime (PM2's default: 1s).")
@click.option("--restart-delay", type=_TIME, help="The app's restart_delay: the wait before each restart.")
@click.option("--exp-backoff", type=_TIME, help="The app's exp_backoff_restart_delay: the first wait, half as long again each time, 15s at most.")
@click.option("--format", "format", type=click.Choice(["text", "json"]), default="text", help="A picture to read, or numbers.")
@common.config_option
@common.lang_option
def command(
    *,
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
    crash = _Crash(2000.0 if lifetime is None else lifetime, healthy_first, horizon)
    if path is None and app is None and lifetime is not None:
        limits = replace(Limits(), **changes)
        if format == "json":
            common.write(json.dumps({"version": 1} | _told(limits, crash.loop(limits))) + "\n")
        else:
            _show([_App("pm2", limits, None)], crash, common.console_language(lang, None))
        return
    checked = common.check(path or Path(), config_file)
    common.something(path or Path(), checked.report.checked)
    apps = [replace(own, limits=own.limits and replace(own.limits, **changes)) for own in _apps(checked.report, app)]
    if format == "json":
        data = [
            {"app": own.name} | (_told(own.limits, crash.loop(own.limits)) if own.limits else {"verdict": None})
            for own in apps
        ]
        common.write(json.dumps({"version": 1, "apps": data}, indent=2) + "\n")
    else:
        _show(apps, crash, common.console_language(lang, checked.config))


@dataclass(frozen=True, slots=True)
class _Crash:
    """How the app crashes: how long it lives before, how long it did the first time, and how long one looks."""

    lives: float
    healthy_first: float | None
    horizon: float

    def loop(self, limits: Limits) -> Loop:
        return crashloop.simulate(limits, self.lives, healthy_first=self.healthy_first, horizon=self.horizon)


@dataclass(frozen=True, slots=True)
class _App:
    """An app, its limits where they are known, and those that its policy asks for."""

    name: str
    limits: Limits | None
    proposed: Limits | None


def _apps(report: Report, wanted: str | None) -> list[_App]:
    apps = [d for d in report.documents if d.kind == "pm2.app" and d.value.get("environment") is not None and d.value.get("environment").content is None]  # type: ignore[union-attr]
    names = [d.subject for d in apps]
    if not apps:
        raise CheckError(
            "there is no PM2 app here; give --lifetime alone to look at options without a project",
            "приложений PM2 здесь нет; чтобы посмотреть на опции без проекта, указать только --lifetime",
        )
    if wanted is not None and wanted not in names:
        raise CheckError(f"--app {wanted}: there is no such app; there are {', '.join(names)}", f"--app {wanted}: такого приложения нет; есть {', '.join(names)}")
    return [
        _App(d.subject, crashloop.limits(d.value), told.proposed(report.policy(d.file)))
        for d in apps
        if wanted in (None, d.subject)
    ]


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


def _show(apps: Sequence[_App], crash: _Crash, lang: str) -> None:
    """A page for each app, and below them how to read the pictures."""
    width = shutil.get_terminal_size((100, 24)).columns
    words, columns = told.WORDS[lang], max(10, min(48, width - 14))
    for app in apps:
        limits, proposed = app.limits, app.proposed
        out = [f"{one_line(app.name)}: {told.options(limits, lang) if limits else words['unknown']}"]
        if limits:
            out += [f"  {told.scene(crash.lives, crash.healthy_first, lang)}", *_outcome(limits, crash, columns, lang)]
        if limits and proposed and proposed != limits:
            out += [f"  {words['then']}: {told.options(proposed, lang)}", *_outcome(proposed, crash, columns, lang)]
        common.write("".join(_wrapped(line, width) for line in out) + "\n")
    if any(app.limits for app in apps):
        common.write(textwrap.fill(words["picture"].format(step=units.show_time(crash.horizon / columns, lang)), max(20, width)) + "\n")


def _outcome(limits: Limits, crash: _Crash, columns: int, lang: str) -> list[str]:
    loop = crash.loop(limits)
    picture = f"|{_picture(loop, crash.horizon, columns)}| {units.show_time(crash.horizon, lang)}"
    return [f"  {line}" for line in (told.verdict(loop, crash.horizon, lang), picture, told.zone(limits, lang))]


def _wrapped(line: str, width: int) -> str:
    if line.startswith("  |"):  # the picture: its spaces tell
        return f"{line}\n"
    return textwrap.fill(line, max(20, width), subsequent_indent="    ", break_long_words=False, break_on_hyphens=False) + "\n"


def _picture(loop: Loop, horizon: float, columns: int) -> str:
    """Restarts over time: how many fall into each of the columns, from . over : to #."""
    counts = [0] * columns
    for start in loop.starts[1:]:
        counts[min(int(start / horizon * columns), columns - 1)] += 1
    most = max(counts)
    return "".join(" " if not c else ".:+#"[min(3, c * 4 // (most + 1))] for c in counts)

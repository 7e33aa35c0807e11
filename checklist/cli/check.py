"""`onai-check check`: the gate."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from checklist import gate as gates
from checklist.cli import common, files
from checklist.cli.helping import Command
from checklist.errors import CheckError
from checklist.report import coverage
from checklist.report.formats import ENDINGS, RENDERERS, renderer


@click.command("check", cls=Command)
@common.path_argument
@click.option("--format", "format", type=click.Choice(list(RENDERERS)), help="How to write the report.")
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    metavar="[FORMAT=]FILE",
    help="Write the report into a file as well (- is stdout); repeatable.",
)
@click.option("--gate", type=click.Choice(["P0", "P1", "P2", "none"]), help="Close the gate at findings of this priority or higher.")
@click.option("--select", multiple=True, metavar="RULE", help="Hold only these rules (an id, or a prefix such as pm2/); repeatable.")
@click.option("--ignore", multiple=True, metavar="RULE", help="Leave out these rules; repeatable.")
@click.option("--allow-nothing", is_flag=True, help="Exit 0 where there is nothing to judge, and say so; for hooks.")
@common.env_option
@common.config_option
@common.lang_option
@common.color_option
def command(
    *,
    path: Path,
    format: str | None,
    outputs: tuple[str, ...],
    gate: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    allow_nothing: bool,
    env_from: Path | None,
    config_file: Path | None,
    lang: str | None,
    color: str,
) -> int:
    """Hold the rules against the project in PATH and close or open the gate."""
    format, targets = _targets(format, outputs)
    for n, (_, file) in enumerate(targets):
        if file.resolve() in [other.resolve() for _, other in targets[:n]]:
            raise CheckError(f"--output {file}: is named twice", f"--output {file}: указан дважды")
    checked = common.check(path, config_file, select=select, ignore=ignore, env_from=env_from)
    nothing = coverage.nothing(checked.report)
    if nothing is not None and not allow_nothing:
        raise CheckError(f"{path}: {nothing['en']}", f"{path}: {nothing['ru']}")
    files.guard(checked.root, [file for _, file in targets])
    level = gate or checked.config.gate
    view = replace(common.view(level, common.language(lang, checked.config), color), folder=_below_top(checked))
    # everything is rendered before anything is written
    shown = renderer(format)(checked.report, view)
    plain = replace(view, lang=common.language(lang, checked.config), color=False, encoding="utf-8", width=100)
    written = [(file, renderer(kind)(checked.report, plain)) for kind, file in targets]
    files.replace([(file, text.encode("utf-8", "backslashreplace")) for file, text in written])
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary and format in ("github", "markdown"):
        _append(Path(summary), renderer("markdown")(checked.report, plain))
    common.write(shown)
    if nothing is not None and format != "text":
        click.echo(f"{path}: {nothing[view.lang]}", err=True)
    return 0 if gates.is_open(checked.report, level) else 1


def _targets(format: str | None, outputs: Sequence[str]) -> tuple[str, list[tuple[str, Path]]]:
    """(the format for stdout, the (format, file) of each file): an --output of `-` says what stdout gets."""
    shown = {format} if format else set()
    files = []
    for given in outputs:
        name, sign, file = given.partition("=")
        if given == "-":
            continue
        if sign and name in RENDERERS and file == "-":
            shown.add(name)
        else:
            files.append(_target(given))
    if len(shown) > 1:
        told = ", ".join(sorted(shown))
        raise CheckError(
            f"stdout takes one format, and these are asked for: {told}",
            f"в stdout идёт один формат, а запрошены {told}",
        )
    return next(iter(shown), "text"), files


def _target(given: str) -> tuple[str, Path]:
    """(format, file) of an --output: the format by its name, else by the file's ending."""
    name, sign, file = given.partition("=")
    if sign and name in RENDERERS:
        return name, Path(file)
    kind = ENDINGS.get(Path(given).suffix)
    if kind is None:
        raise CheckError(
            f"--output {given}: which format? Write FORMAT=FILE with one of {', '.join(RENDERERS)}, or end it in {', '.join(ENDINGS)}",
            f"--output {given}: в каком формате? Написать ФОРМАТ=ФАЙЛ (бывают {', '.join(RENDERERS)}) или дать файлу окончание {', '.join(ENDINGS)}",
        )
    return kind, Path(given)


def _below_top(checked: common.Checked) -> str:
    """The folder, seen from the top of its repository; outside one from the folder of its config."""
    from checklist.discover import repository

    root, top = checked.root, repository(checked.root)
    return checked.config.above if top is None else "" if top == root else root.relative_to(top).as_posix()


def _append(file: Path, text: str) -> None:
    try:
        with file.open("a", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)
    except OSError as error:
        raise files.unwritable("$GITHUB_STEP_SUMMARY", error) from None

"""`onai-check check`: the gate."""

from __future__ import annotations

from pathlib import Path

import click

from checklist import gate as gates
from checklist.cli import common
from checklist.report.formats import RENDERERS, renderer


@click.command("check")
@common.path_argument
@click.option("--format", "format", type=click.Choice(list(RENDERERS)), default="text", help="How to write the report.")
@click.option("--gate", type=click.Choice(["P0", "P1", "P2", "none"]), help="Close the gate at findings of this priority or higher.")
@common.config_option
@common.lang_option
@common.color_option
def command(path: Path, format: str, gate: str | None, config_file: Path | None, lang: str | None, color: str) -> int:
    """Hold the rules against the project in PATH and close or open the gate."""
    checked = common.check(path, config_file)
    level = gate or checked.config.gate
    view = common.view(level, common.language(lang, checked.config), color)
    common.write(renderer(format)(checked.report, view))
    return 0 if gates.is_open(checked.report, level) else 1

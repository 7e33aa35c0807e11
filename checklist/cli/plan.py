"""`onai-check plan`: the deploy as it will run."""

from __future__ import annotations

import io
from pathlib import Path

import click

from checklist.cli import common
from checklist.cli.helping import Command
from checklist.report import plan
from checklist.report.clean import fitted, no_command


@click.command("plan", cls=Command)
@common.path_argument
@click.option("--format", "format", type=click.Choice(["text", "json", "mermaid"]), default="text", help="To read, the contract of docs/formats.md, or a diagram.")
@common.env_option
@common.config_option
@common.lang_option
@common.color_option
def command(path: Path, format: str, env_from: Path | None, config_file: Path | None, lang: str | None, color: str) -> None:
    """Print each way a deploy of PATH can run, step by step.

    Every script, CI job, deploy hook and `deploy` script is followed through the scripts, functions, ssh commands and
    here-documents that it enters. Each step says where it runs and what becomes of the deploy if it fails.
    """
    checked = common.check(path, config_file, env_from=env_from)
    common.something(path, checked.report.checked)
    language = common.language(lang, checked.config)
    if format == "json":
        common.write(plan.as_json(checked.report))
    elif format == "mermaid":
        common.write(plan.mermaid(checked.report, language))
    else:
        from rich.console import Console

        view = common.view("P0", language, color)
        out = io.StringIO()
        console = Console(file=out, width=view.width, force_terminal=view.color, color_system="standard" if view.color else None,
                          highlight=False, emoji=False, markup=False, legacy_windows=False)  # fmt: skip
        for line in plan.lines(checked.report, view.lang, view.width):
            console.print(line, soft_wrap=True)
        common.write(fitted(no_command(out.getvalue()), view.encoding))

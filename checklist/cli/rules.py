"""`onai-check rules`: the list."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from pathlib import Path

import click

from checklist import engine
from checklist.cli import common
from checklist.cli.helping import Command
from checklist.report import clean


@click.command("rules", cls=Command)
@common.path_argument
@click.option("--format", "format", type=click.Choice(["text", "json"]), default="text", help="To read, or for programs.")
@common.config_option
@common.lang_option
def command(path: Path, format: str, config_file: Path | None, lang: str | None) -> None:
    """List the rules that are held against the project in PATH."""
    config = common.load_config(path, config_file)
    rules = [engine.resolve(rule, config.policy) for rule in common.load_rules(config)]
    if format == "json":
        told = [
            {"rule": r.id, "priority": r.priority, "effortMinutes": r.effort, "for": r.kind, "checklist": r.checklist, "title": dict(r.title)}
            for r in rules
        ]
        common.write(json.dumps({"version": 1, "rules": told}, indent=2) + "\n")
        return
    language = common.console_language(lang, config)
    longest = max(len(r.id) for r in rules)
    # who pipes it wants a line for each; a terminal would break the title anywhere
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    for rule in rules:
        common.write(_line(f"{rule.priority}  {rule.id.ljust(longest)}  ", clean.one_line(rule.title[language]), width))


def _line(head: str, title: str, width: int) -> str:
    if not width or len(head) + len(title) <= width:
        return f"{head}{title}\n"
    if width >= len(head) + 30:
        return textwrap.fill(title, width, initial_indent=head, subsequent_indent=" " * len(head)) + "\n"
    return head.rstrip() + "\n" + textwrap.fill(title, max(20, width), initial_indent="    ", subsequent_indent="    ") + "\n"

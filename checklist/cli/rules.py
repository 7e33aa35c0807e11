"""`onai-check rules`: the list."""

from __future__ import annotations

import json
from pathlib import Path

import click

from checklist import engine
from checklist.cli import common
from checklist.report import clean


@click.command("rules")
@common.path_argument
@click.option("--format", "format", type=click.Choice(["text", "json"]), default="text")
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
    for rule in rules:
        common.write(f"{rule.priority}  {rule.id.ljust(longest)}  {clean.one_line(rule.title[language])}\n")

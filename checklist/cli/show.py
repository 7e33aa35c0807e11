"""`onai-check show`: the documents as rules see them."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import click

from checklist import config as configs
from checklist.cli import common
from checklist.cli.helping import Command
from checklist.errors import CheckError
from checklist.facts import derive
from checklist.model import plain
from checklist.reasons import in_russian
from checklist.report.coverage import LOOKED_FOR


@click.command("show", cls=Command)
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--format", "format", type=click.Choice(["text", "json"]), default="text", help="To read, or the contract of docs/formats.md.")
@common.env_option
@common.config_option
def command(file: Path, format: str, env_from: Path | None, config_file: Path | None) -> None:
    """Show what the rules see of FILE: its documents, with secrets masked and unknowns named.

    The project is the nearest folder above with an onai-check.yaml or .git, else FILE's own folder.
    """
    resolved = file.resolve()
    root = _root(resolved)
    config = configs.load(config_file or configs.find(resolved), root, given=config_file is not None)
    name = resolved.relative_to(root).as_posix()
    facts = derive(replace(common.discovered(root, config)[0], environment=common.environment(env_from)))
    mine = [d for d in facts.documents if d.file == name or (resolved.is_dir() and name in (".", d.file.split("/")[0]))]
    mine = [d for d in mine if d.kind not in ("source", "policy") or d.file == config.file]
    if not mine and name not in dict(facts.checked):
        raise CheckError(
            f"{file}: is no file that rules look at; they look at {LOOKED_FOR['en']}",
            f"{file}: в такие файлы правила не смотрят; они смотрят в {LOOKED_FOR['ru']}",
        )
    broken = next((d for d in facts.documents if d.kind == "source" and d.file == name and d.value.text("reason")), None)
    if not mine and broken is not None:
        at, why = broken.place(), broken.value.text("reason") or ""
        raise CheckError(f"{name}:{at.line}:{at.column}: {why}", f"{name}:{at.line}:{at.column}: {in_russian(why)}")
    documents = [{"kind": d.kind, "file": d.file, "data": plain(d.value)} for d in mine]
    if format == "json":
        common.write(json.dumps({"version": 1, "documents": documents}, indent=2) + "\n")
        return
    import yaml

    for document in documents:
        common.write(f"# {document['kind']}\n")
        common.write(yaml.safe_dump(document["data"], allow_unicode=True, sort_keys=False, width=100) + "\n")


def _root(file: Path) -> Path:
    start = file if file.is_dir() else file.parent
    for folder in (start, *start.parents):
        if os.path.lexists(folder / configs.NAME) or (folder / ".git").exists():
            return folder
    return start

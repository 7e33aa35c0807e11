"""`onai-check config`: the config that applies, and its JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import click

from checklist import config as configs
from checklist import units
from checklist.cli import common
from checklist.cli.helping import Command
from checklist.model import plain


@click.command("config", cls=Command)
@common.path_argument
@click.option("--schema", is_flag=True, help="Print the JSON Schema of onai-check.yaml.")
@common.config_option
def command(path: Path, schema: bool, config_file: Path | None) -> None:
    """Print the config that applies to PATH with every default filled in."""
    if schema:
        common.write(resources.files("checklist").joinpath("config.schema.json").read_text("utf-8"))
        return
    import yaml

    config = common.load_config(path, config_file)
    policy = plain(config.policy.value)
    sections = {key: policy.pop(key) for key in ("monitor", "logging") if key in policy}
    told = {"gate": config.gate, "exclude": list(config.exclude), "policy": policy}
    told |= {"lang": config.lang} if config.lang else {}
    told |= sections
    told = _spelled(told, configs.shape())
    told |= {"rules": {"packs": [str(p) for p in config.packs], "disable": plain(config.disable)}, "checklist": dict(config.checklist)}
    common.write(f"# {config.file or 'no onai-check.yaml: the defaults'}\n")
    common.write(yaml.safe_dump(told, allow_unicode=True, sort_keys=False))


def _spelled(of: Any, shape: Mapping[str, Any]) -> Any:
    """The settings with their durations as a person writes them."""
    if shape.get("title") == configs.DURATION:
        return units.spell_time(of)
    keys = shape.get("properties", {})
    return {key: _spelled(below, keys.get(key, {})) for key, below in of.items()} if isinstance(of, dict) else of

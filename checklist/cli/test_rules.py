"""`onai-check test-rules`: the examples of a pack, run."""

from __future__ import annotations

from pathlib import Path

import click

from checklist import examples
from checklist.cli import common
from checklist.errors import CheckError


@click.command("test-rules")
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
def command(folder: Path) -> int:
    """Check every rule file in DIR and run its examples; exit 1 if one does not come out as it says."""
    files = sorted(folder.rglob("*.yaml"))
    if not files:
        raise CheckError(f"{folder}: holds no rule (*.yaml)", f"{folder}: правил (*.yaml) здесь нет")
    wrong = [w for file in files for w in examples.failures(file, file.relative_to(folder).with_suffix("").as_posix())]
    for line in wrong:
        common.write(line + "\n")
    common.write(f"{len(files)} rule{'s' * (len(files) != 1)}, {len(wrong)} failure{'s' * (len(wrong) != 1)}\n")
    return 1 if wrong else 0

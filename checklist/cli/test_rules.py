"""`onai-check test-rules`: the examples of a pack, run."""

from __future__ import annotations

from pathlib import Path

import click

from checklist import examples, packs
from checklist.cli import common
from checklist.cli.helping import Command
from checklist.model import Texts
from checklist.report.clean import one_line


@click.command("test-rules", cls=Command)
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@common.lang_option
def command(folder: Path, lang: str | None) -> int:
    """Check every rule file in DIR and run its examples; exit 1 if one does not come out as it says."""
    files = packs.files(folder)
    ours = packs.files(packs.builtin())
    taken = files.keys() & ours.keys()
    # a folder with most of the built-in rules is that pack itself, in a checkout
    wrong: list[Texts] = [packs.taken(files[id], id).texts for id in sorted(taken)] if 2 * len(taken) < len(ours) else []
    wrong += [w for id, file in files.items() for w in examples.failures(file, id)]
    language = common.console_language(lang, None)
    for told in wrong:
        common.write("".join(f"{one_line(line)}\n" for line in told[language].split("\n")))
    summary = {
        "en": f"{len(files)} rule{'s' * (len(files) != 1)}, {len(wrong)} failure{'s' * (len(wrong) != 1)}",
        "ru": f"правил: {len(files)}, не прошло: {len(wrong)}",
    }
    common.write(summary[language] + "\n")
    return 1 if wrong else 0

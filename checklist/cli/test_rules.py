"""`onai-check test-rules`: the examples of a pack, run, and asked whether they need every clause of their rules."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from checklist import examples, packs
from checklist.cli import common
from checklist.cli.helping import Command
from checklist.model import Texts
from checklist.report.clean import one_line


@click.command("test-rules", cls=Command)
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--mutate", is_flag=True, help="Also leave out each clause of each rule: one of its examples has to fail.")
@common.lang_option
def command(folder: Path, mutate: bool, lang: str | None) -> int:
    """Check every rule file in DIR and run its examples; exit 1 if one does not come out as it says.

    With --mutate, each clause of `when`, `must`, `check`, `raise_to` and of a wording's `when` is left out, one at a
    time, and each limit moved by one; exit 1 if none of the rule's examples fails then, and the rule does not list the
    clause under `equivalent` with a reason. In the built-in pack, so is each condition of the named checks.
    """
    files = packs.files(folder)
    ours = packs.files(packs.builtin())
    taken = files.keys() & ours.keys()
    # a folder with most of the built-in rules is that pack itself, in a checkout
    itself = 2 * len(taken) >= len(ours)
    wrong: list[Texts] = [] if itself else [packs.taken(files[id], id).texts for id in sorted(taken)]
    wrong += [w for id, file in files.items() for w in examples.failures(file, id)]
    language = common.console_language(lang, None)
    _tell(wrong, language)
    summary = {
        "en": f"{len(files)} rule{'s' * (len(files) != 1)}, {len(wrong)} failure{'s' * (len(wrong) != 1)}",
        "ru": f"правил: {len(files)}, не прошло: {len(wrong)}",
    }
    common.write(summary[language] + "\n")
    # examples that fail anyway notice nothing
    return 1 if wrong else _mutated(files, itself, language) if mutate else 0


def _mutated(files: Mapping[str, Path], itself: bool, language: str) -> int:
    from checklist import mutation

    results = [mutation.of_rule(file, id) for id, file in files.items()]
    results += [mutation.of_checks(files)] if itself else []
    wrong = [told for result in results for told in result.complaints]
    _tell(wrong, language)
    clauses, equivalent = sum(r.clauses for r in results), sum(r.equivalent for r in results)
    summary = {
        "en": f"{clauses} mutant{'s' * (clauses != 1)}, {equivalent} equivalent, {len(wrong)} to mend",
        "ru": f"мутантов: {clauses}, эквивалентных: {equivalent}, исправить: {len(wrong)}",
    }
    common.write(summary[language] + "\n")
    return 1 if wrong else 0


def _tell(wrong: list[Texts], language: str) -> None:
    for told in wrong:
        common.write("".join(f"{one_line(line)}\n" for line in told[language].split("\n")))

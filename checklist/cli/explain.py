"""`onai-check explain`: a rule's manual page."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import click

from checklist import engine, packs, units
from checklist.cli import common
from checklist.cli.helping import Command
from checklist.config import Config
from checklist.errors import CheckError
from checklist.model import Document

_WORDS = {
    "en": {"why": "Why", "fix": "What to do", "bad": "Found here", "good": "Fine", "unclear": "Cannot be known", "refs": "See also", "effort": "to mend"},
    "ru": {"why": "Почему", "fix": "Что делать", "bad": "Нарушение", "good": "Всё в порядке", "unclear": "Не узнать", "refs": "См. также", "effort": "на исправление"},
}


@click.command("explain", cls=Command)
@click.argument("rule")
@click.option("--path", "path", default=".", type=click.Path(exists=True, path_type=Path), help="The project whose config applies.")
@common.config_option
@common.lang_option
def command(rule: str, path: Path, config_file: Path | None, lang: str | None) -> None:
    """Say why RULE is there, what to do, and show examples."""
    config = common.load_config(path, config_file)
    ours = packs.files(packs.builtin())
    files = ours | {id: file for folder in config.packs for id, file in packs.files(folder).items() if id not in ours}
    if rule not in files and (group := packs.matching(rule, list(files))):
        raise CheckError(f"'{rule}' is a group of rules: {', '.join(group)}", f"'{rule}' — это группа правил: {', '.join(group)}")
    if rule not in files:
        raise CheckError(**packs.no_such(rule, list(files)))
    language = common.console_language(lang, config)
    words = _WORDS[language]
    found = packs.read(files[rule], rule, strict=rule not in ours)
    told = engine.resolve(found, _policy(path, config) if "health_url" in found.params else config.policy)
    out = [f"{told.id}  {told.priority}  {units.show_time(told.effort * 60_000, language)} {words['effort']}", "", told.title[language], ""]
    for part, text in ((words["why"], told.why[language]), (words["fix"], told.fix[language])):
        out += [part, *_wrapped(text), ""]
    for kind in ("bad", "good", "unclear"):
        shown = [e for e in packs.examples(files[rule]) if e.kind == kind][:2]
        for example in shown:
            out.append(f"{words[kind]}: {example.title}")
            for file, text in [*example.files.items(), *([("onai-check.yaml", example.config)] if example.config else ())]:
                out += [f"    {file}" + (f"  ({', '.join(example.at)})" if example.at and file in example.at[0] else "")]
                out += [f"      {line}" for line in text.rstrip("\n").split("\n")]
            out.append("")
    if told.refs:
        out += [words["refs"], *(f"  {ref}" for ref in told.refs), ""]
    common.write("\n".join(out).rstrip("\n") + "\n")


def _policy(path: Path, config: Config) -> Document:
    """The policy with what the project says of its health URL."""
    from checklist.facts import derive

    return derive(common.discovered(common.root_of(path), config)[0]).policy


def _wrapped(text: str) -> list[str]:
    width = min(common.view("P0", "en", "never").width, 100) - 2
    # single line breaks are only how the file is written
    parts = re.sub(r"(?<=\S)\n(?=[^\s-])", " ", text.strip()).split("\n")
    return [line for part in parts for line in textwrap.wrap(part, width, initial_indent="  ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False) or [""]]

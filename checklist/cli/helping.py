"""`--help` in the language of the one who asks: what `--lang` says, else the locale. No config is read for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from itertools import pairwise

import click


class Command(click.Command):
    """A command whose help is in Russian where Russian is read; its words are in `russian.py`."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if language(ctx.find_root().obj or ()) == "en":
            super().format_help(ctx, formatter)
            return
        from checklist.cli.russian import COMMANDS, OPTIONS

        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), "Использование: ")
        for paragraph in COMMANDS[self.name or ""].strip().split("\n\n"):
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(paragraph)
        rows = []
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if isinstance(param, click.Option) and record is not None:
                # click adds what a number may be
                rows.append((record[0], record[1].replace(str(param.help), OPTIONS[str(param.help)])))
        with formatter.section("Параметры"):
            formatter.write_dl(rows)
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)


def language(args: Sequence[str]) -> str:
    """The language that a command line asks for, else the locale's; English where stdout cannot show Russian."""
    asked = option(args, "--lang")
    lang = asked if asked in ("en", "ru") else of_locale()
    return lang if takes(sys.stdout.encoding, "Ж") else "en"


def option(args: Sequence[str], name: str) -> str | None:
    """The last value given for an option, None if there is none."""
    apart = [after for one, after in pairwise(args) if one == name]
    found = apart + [one.partition("=")[2] for one in args if one.startswith(f"{name}=")]
    return found[-1] if found else None


def of_locale() -> str:
    """The language of the locale, else English."""
    told = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "ru" if told.lower().startswith("ru") else "en"


def takes(encoding: str | None, text: str) -> bool:
    """Whether a console with this encoding can show a text."""
    try:
        text.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True

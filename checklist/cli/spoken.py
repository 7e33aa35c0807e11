"""Errors in the words of the one who reads them: which language that is, and what click says of a command line in Russian."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from checklist import config as configs
from checklist.cli import common
from checklist.cli.helping import option, takes
from checklist.errors import CheckError
from checklist.files import decoded

# What click 8 says (src/click/exceptions.py, types.py, parser.py), and what our own options and commands say through it.
_RUSSIAN = {
    r"Invalid value for (.+?): (.+)": r"неверное значение \1: \2",
    r"No such option:? '?(-[^\s']+?)'?\.?": r"нет такого параметра: \1",
    r"No such option:? '?(-[^\s']+?)'?\.? (?:\()?(?:Did you mean|Possible options:) (.+?)\??\)?": r"нет такого параметра: \1; возможно, \2?",
    r"Missing argument (.+)\.": r"не указан аргумент \1",
    r"Option (.+) requires an argument\.": r"параметру \1 нужно значение",
    r"Option (.+) does not take a value\.": r"у параметра \1 не бывает значения",
    r"Got unexpected extra arguments? \((.+)\)": r"лишние аргументы: \1",
    r"no command and no path (.+); did you mean (.+)\?": r"нет ни такой команды, ни такого пути: \1; возможно, \2?",
    r"(.+) is not one of (.+)\.": r"\1, а бывают \2",
    r"\w+ (.+) does not exist\.": r"\1, такого файла или папки нет",
    r"\w+ (.+) is a directory\.": r"\1, это папка",
    r"\w+ (.+) is a file\.": r"\1, это не папка",
    r"\w+ (.+) is not (?:read|writ)able\.": r"\1, нет прав доступа",
    r"(.+) is not a valid (?:float|integer|number)\.?( range)?\.?": r"\1, это не число",
    r"(.+) is not in the range (.+)\.": r"\1, а должно быть \2",
    r"(.+) is no time; write 2s, 5m or milliseconds": r"\1, это не время; написать 2s, 5m или число миллисекунд",
}


def language(args: Sequence[str]) -> str:
    """The language of an error in a command line: what `--lang` says, else the config that would apply, else the locale.

    It only looks: neither the command line nor the config needs to be right.
    """
    asked = option(args, "--lang")
    lang = common.language(asked if asked in ("en", "ru") else _configured(args), None)
    return lang if takes(sys.stderr.encoding, "Ж") else "en"


def usage(error: click.ClickException, lang: str) -> str:
    """What click has to say, as it says it: how the command is used, where its help is, what is wrong."""
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    said = error.format_message()
    if lang == "en":
        return "\n".join(([ctx.get_usage(), f"Try '{ctx.command_path} --help' for help.", ""] if ctx else []) + [f"Error: {said}"])
    how = [ctx.get_usage().replace("Usage:", "Использование:", 1), f"Справка: {ctx.command_path} --help", ""] if ctx else []
    return "\n".join([*how, f"Ошибка: {_russian(said)}"])


def _russian(said: str) -> str:
    for pattern, told in _RUSSIAN.items():
        if found := re.fullmatch(pattern, said, re.DOTALL):
            return re.sub(r"\\(\d)", lambda m: _russian(found[int(m[1])] or ""), told)
    return said


def _configured(args: Sequence[str]) -> str | None:
    given = option(args, "--config")
    try:
        path = next((Path(one) for one in args if not one.startswith("-") and Path(one).exists()), Path())
        file = Path(given) if given else configs.find(path.resolve())
        text = decoded(configs.content(file, given=bool(given))) if file else ""
        said = re.search(r"^lang:\s*['\"]?(en|ru)\b", text, re.MULTILINE)
    except (OSError, ValueError, CheckError):  # a path with a NUL in it is a ValueError
        return None
    return said[1] if said else None

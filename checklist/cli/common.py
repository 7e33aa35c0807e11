"""What the commands share: their options, and the way from a path to a report."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO, TypeVar

import click

from checklist import config as configs
from checklist import packs
from checklist.cli.helping import of_locale, takes
from checklist.errors import CheckError
from checklist.model import Report, Rule
from checklist.reasons import in_russian
from checklist.report.view import View

F = TypeVar("F", bound=Callable[..., Any])

LOOKED_FOR = {
    "en": "a PM2 config (ecosystem.config.js, pm2.json …), env files (env.env, .env), .gitignore, deploy scripts (*.sh), .github/workflows, package.json",
    "ru": "конфиг PM2 (ecosystem.config.js, pm2.json …), env-файлы (env.env, .env), .gitignore, деплой-скрипты (*.sh), .github/workflows, package.json",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A report with the config and the rules that it was made with."""

    report: Report
    config: configs.Config
    root: Path


def path_argument(command: F) -> F:
    """PATH, the folder that is checked."""
    return click.argument("path", default=".", type=click.Path(exists=True, path_type=Path))(command)


def config_option(command: F) -> F:
    """--config FILE."""
    return click.option(
        "--config", "config_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Use this onai-check.yaml."
    )(command)


def env_option(command: F) -> F:
    """--env-from FILE."""
    return click.option(
        "--env-from", "env_from", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Evaluate configs with process.env from this env file; what it lacks is unset."
    )(command)


def environment(file: Path | None) -> dict[str, str] | None:
    """The variables of an env file; CheckError where it cannot be read. Their values are shown nowhere."""
    if file is None:
        return None
    from checklist.parse import env

    try:
        parsed = env.parse(file.name, file.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        raise CheckError(f"--env-from {file}: is no text in UTF-8", f"--env-from {file}: это не текст в UTF-8") from None
    if parsed.value is None:
        why = parsed.problem.text if parsed.problem else "cannot be read"
        raise CheckError(f"--env-from {file}: {why}", f"--env-from {file}: {in_russian(why)}")
    return {name: str(value.content) for name, value in parsed.value.members().items()}


def lang_option(command: F) -> F:
    """--lang en|ru."""
    return click.option("--lang", type=click.Choice(["en", "ru"]), help="Language of what people read.")(command)


def color_option(command: F) -> F:
    """--color auto|always|never."""
    return click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colours in the terminal.")(command)


def language(asked: str | None, config: configs.Config | None) -> str:
    """The language asked for, else the config's, else the locale's, else English."""
    if asked or (config and config.lang):
        return asked or (config.lang if config else None) or "en"
    return of_locale()


def console_language(asked: str | None, config: configs.Config | None) -> str:
    """The language for stdout: English where it cannot show Russian."""
    return language(asked, config) if takes(sys.stdout.encoding, "Ж") else "en"


def view(gate: str, lang: str, color: str, *, to_terminal: bool = True) -> View:
    """How to show it where it goes: a console, a redirected stream, a file."""
    stream = sys.stdout
    if to_terminal and not takes(stream.encoding, "Ж"):
        lang = "en"
    return View(
        gate=gate,
        lang=lang,
        width=shutil.get_terminal_size((100, 24)).columns,
        color=_colored(color, stream),
        encoding=(stream.encoding or "ascii") if to_terminal else "utf-8",
    )


def _colored(asked: str, stream: TextIO) -> bool:
    """--color, else NO_COLOR (no-color.org), else FORCE_COLOR (0 says no, as Node has it), else whether a terminal shows it."""
    if asked != "auto":
        return asked == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if forced := os.environ.get("FORCE_COLOR"):
        return forced not in ("0", "false")
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def load_config(path: Path, config_file: Path | None) -> configs.Config:
    """The config given, else the one closest to the path."""
    root = root_of(path)
    return configs.load(config_file or configs.find(path.resolve()), root)


def root_of(path: Path) -> Path:
    """The folder that is checked."""
    resolved = path.resolve()
    return resolved if resolved.is_dir() else resolved.parent


def load_rules(config: configs.Config) -> tuple[Rule, ...]:
    """The built-in pack and the config's own ones, without those that it disables."""
    rules = {rule.id: rule for rule in packs.load(packs.builtin(), strict=False)}
    for folder in config.packs:
        for rule in packs.load(folder):
            if rule.id in rules:
                raise packs.taken(folder / f"{rule.id}.yaml", rule.id)
            rules[rule.id] = rule
    for entry in config.disable.items():
        wanted = str(entry.content)
        gone = packs.matching(wanted, list(rules))
        if not gone:
            at = f"{config.file}:{entry.at.line}:{entry.at.column}: " if entry.at else ""
            told = packs.no_such(wanted, list(rules))
            raise CheckError(f"{at}rules.disable: {told['en']}", f"{at}rules.disable: {told['ru']}")
        for id in gone:
            del rules[id]
    return tuple(rules.values())


def chosen(rules: tuple[Rule, ...], select: Sequence[str], ignore: Sequence[str]) -> tuple[Rule, ...]:
    """The rules of --select without those of --ignore; CheckError for a name that no rule has."""
    ids = [rule.id for rule in rules]
    for wanted in (*select, *ignore):
        if not packs.matching(wanted, ids):
            raise CheckError(**packs.no_such(wanted, ids))
    kept = {id for wanted in select for id in packs.matching(wanted, ids)} if select else set(ids)
    kept -= {id for wanted in ignore for id in packs.matching(wanted, ids)}
    return tuple(rule for rule in rules if rule.id in kept)


def check(path: Path, config_file: Path | None = None, *, select: Sequence[str] = (), ignore: Sequence[str] = (), env_from: Path | None = None) -> Checked:
    """The way from a path to its report; CheckError where there is nothing to check."""
    from checklist import engine
    from checklist.discover import discover

    root = root_of(path)
    config = load_config(path, config_file)
    rules = chosen(load_rules(config), select, ignore)
    project = replace(discover(root, exclude=config.exclude, policy=config.policy), environment=environment(env_from))
    report = engine.run(project, rules)
    something(path, report.checked)
    return Checked(report, config, root)


def something(path: Path, checked: Sequence[tuple[str, str]]) -> None:
    """CheckError where nothing has been read that rules look at."""
    if all(kind == "config" for _, kind in checked):
        raise CheckError(f"{path}: nothing to check here; looked for {LOOKED_FOR['en']}", f"{path}: проверять нечего; искали {LOOKED_FOR['ru']}")


def write(text: str | bytes) -> None:
    """Print to stdout whatever the console can take of a text, and bytes as they are.

    A reader who went away (`| head`) has read what he wanted: what is found, and the exit status, stay what they are.
    """
    encoding = sys.stdout.encoding or "ascii"
    try:
        if isinstance(text, bytes):
            sys.stdout.flush()
            sys.stdout.buffer.write(text)
        else:
            sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        hush(sys.stdout)


def tell(text: str) -> None:
    """Print a line to stderr; where nobody can be told, the exit status tells."""
    encoding = sys.stderr.encoding or "ascii"
    try:
        print(text.encode(encoding, "backslashreplace").decode(encoding), file=sys.stderr, flush=True)
    except OSError:
        hush(sys.stderr)


def hush(stream: TextIO) -> None:
    """Let nothing more come to a stream, not even by the interpreter's last flush, which would be another exit status."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())

"""What the commands share: their options, and the way from a path to a report."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO, TypeVar

import click

from checklist import config as configs
from checklist import packs
from checklist.cli.helping import of_locale, takes
from checklist.errors import CheckError
from checklist.files import Unreadable, read
from checklist.model import Document, LeftOut, Project, Report, Rule
from checklist.reasons import in_russian
from checklist.report.coverage import LOOKED_FOR
from checklist.report.view import View

F = TypeVar("F", bound=Callable[..., Any])

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
        parsed = env.parse(file.name, read(None, file).decode("utf-8-sig"))
    except Unreadable as reason:
        raise CheckError(f"--env-from {file}: cannot be read: {reason}", f"--env-from {file}: не читается: {in_russian(str(reason))}") from None
    except UnicodeDecodeError:
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
    return configs.load(config_file or configs.find(path.resolve()), root, given=config_file is not None)


def discovered(root: Path, config: configs.Config) -> tuple[Project, dict[str, configs.Config]]:
    """The project in a folder, and the configs of the folders below that have one of their own."""
    from checklist.discover import discover

    nested: dict[str, configs.Config] = {}

    def load(folder: str) -> tuple[Sequence[str], Document]:
        nested[folder] = own = configs.load(configs.find(root / folder), root)
        return own.exclude, own.policy

    return discover(root, exclude=config.exclude, above=config.above, policy=config.policy, nested=load), nested


def root_of(path: Path) -> Path:
    """The folder that is checked."""
    resolved = path.resolve()
    return resolved if resolved.is_dir() else resolved.parent


def load_rules(config: configs.Config) -> tuple[Rule, ...]:
    """The built-in pack and the config's own ones, without those that it disables."""
    rules = _all(config)
    gone = {id for ids in _disabled(config, [rule.id for rule in rules]).values() for id in ids}
    return tuple(rule for rule in rules if rule.id not in gone)


def _all(config: configs.Config) -> tuple[Rule, ...]:
    rules = {rule.id: rule for rule in packs.load(packs.builtin(), strict=False)}
    for folder in config.packs:
        for rule in packs.load(folder):
            if rule.id in rules:
                raise packs.taken(folder / f"{rule.id}.yaml", rule.id)
            rules[rule.id] = rule
    return tuple(rules.values())


def _disabled(config: configs.Config, ids: list[str]) -> dict[str, list[str]]:
    """The rules of each entry of `rules.disable`, by that entry; CheckError for a name that no rule has."""
    found = {}
    for entry in config.disable.items():
        wanted = str(entry.content)
        found[wanted] = packs.matching(wanted, ids)
        if not found[wanted]:
            at = f"{config.file}:{entry.at.line}:{entry.at.column}: " if entry.at else ""
            told = packs.no_such(wanted, ids)
            raise CheckError(f"{at}rules.disable: {told['en']}", f"{at}rules.disable: {told['ru']}")
    return found


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
    """The way from a path to its report; a nested config decides about its folder, and adds to the checklist."""
    from checklist import engine

    root = root_of(path)
    config = load_config(path, config_file)
    rules = _all(config)
    ids = [rule.id for rule in rules]
    project, nested = discovered(root, config)
    entries = {"": _disabled(config, ids)}
    for folder, own in nested.items():
        # the packs are the root's: a rule of one that only the folder names is not held here, but no mistake
        theirs = [id for pack in own.packs for id in packs.files(pack)] if own.disable.items() else []
        entries[folder] = _disabled(own, [*ids, *theirs])
    disabled = {folder: {id for found in told.values() for id in found} for folder, told in entries.items()}
    held = tuple(rule for rule in rules if any(rule.id not in gone for gone in disabled.values()))
    kept = chosen(held, select, ignore)
    report = engine.run(replace(project, environment=environment(env_from)), kept, disabled)
    ours = [LeftOut("select", ", ".join(select))] if select else []
    ours += _left_out("", {wanted: packs.matching(wanted, ids) for wanted in ignore})
    asked = {id for wanted in select or ids for id in packs.matching(wanted, ids)}
    for folder, told in entries.items():
        ours += _left_out(folder, {wanted: found for wanted, found in told.items() if asked.intersection(found)})
    lists = [own.checklist for own in (config, *nested.values())]
    items = {part: [item for one in lists for item in one.get(part, ())] for one in lists for part in one}
    return Checked(replace(report, left_out=(*report.left_out, *ours)), replace(config, checklist=items), root)


def _left_out(folder: str, entries: Mapping[str, Sequence[str]]) -> list[LeftOut]:
    """The rules that are not held in a folder; a group ends in a slash."""
    where = f" in {folder}/" if folder else ""
    names = (wanted if wanted in ids else f"{wanted.rstrip('/')}/" for wanted, ids in entries.items())
    return [LeftOut("disabled", name + where) for name in names]


def something(path: Path, checked: Sequence[tuple[str, str]]) -> None:
    """CheckError where nothing has been read that rules look at. What the gate asks for more is coverage.nothing."""
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

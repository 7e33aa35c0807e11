"""The command line. `main` is the one place where exceptions become exit statuses.

0 gate open · 1 gate closed · 2 could not check, or nothing to check · 3 a bug in onai-check · 130 interrupted.
"""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module

import click

from checklist import __version__
from checklist.cli.helping import Command, language
from checklist.errors import CheckError

COMMANDS = ("check", "report", "init", "show", "plan", "simulate", "rules", "explain", "test-rules", "config")
DEFAULT = "check"


class _Commands(Command, click.Group):
    """Commands that are imported when they are asked for; without the name of one it is `check`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = import_module(f"checklist.cli.{cmd_name.replace('-', '_')}").command
        return found

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0][:1] != "-" and args[0] not in COMMANDS and not os.path.exists(args[0]) and (near := get_close_matches(args[0], COMMANDS, 1)):
            raise click.UsageError(f"no command and no path '{args[0]}'; did you mean '{near[0]}'?", ctx)
        if args[:1] in (["--help"], ["-h"], ["--version"]):
            args = args[:1]  # a --lang behind it has been looked at
        elif not args or args[0] not in COMMANDS:
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        heading, says = "Commands", _SAYS
        if language(ctx.find_root().obj or ()) == "ru":
            from checklist.cli.russian import LISTED

            heading, says = "Команды", [(said, LISTED[said.split()[0]]) for said, _ in _SAYS]
        with formatter.section(heading):
            formatter.write_dl(says)


# the help must not import every command to learn these
_SAYS = [
    ("check [PATH]", "hold the rules against a project and close or open the gate (the default)"),
    ("report [PATH]", "write DEPLOY_CHECKLIST.md"),
    ("init [PATH]", "propose config, hooks, deploy scripts and a workflow; write them with --write"),
    ("show FILE", "what the rules see of a file"),
    ("plan [PATH]", "the deploy, step by step, as it will run"),
    ("simulate [PATH]", "what PM2 does with a crashing app, and when it never gives up"),
    ("rules", "list the rules"),
    ("explain RULE", "why a rule is there, how to mend it, examples"),
    ("test-rules DIR", "run the examples of the rules in a folder"),
    ("config", "the config that applies, or its JSON Schema"),
]


@click.command("onai-check", cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="onai-check")
def group() -> None:
    """Check what a deploy of a Node.js service under PM2 is made of, before it is deployed.

    `onai-check PATH` is short for `onai-check check PATH`. Exit statuses: 0 the gate is open, 1 it is closed,
    2 could not check or nothing to check, 3 a bug in onai-check, 130 interrupted.
    """


# what a disk says that takes no more, and a quota
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its status."""
    # a run is short and its trees have no cycles: to look for some as often as Python does takes a third of it
    gc.set_threshold(100_000, 20, 100)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller, `>&-`
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - it is there to the end
    sys.exit(run(sys.argv[1:] if args is None else args))


def run(args: Sequence[str]) -> int:
    """The exit status of a command line."""
    try:
        status = group.main(list(args), prog_name="onai-check", standalone_mode=False, obj=tuple(args))
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except (click.ClickException, CheckError) as error:
        from checklist.cli import spoken

        lang = spoken.language(args)
        _say(f"onai-check: {error.texts[lang]}" if isinstance(error, CheckError) else spoken.usage(error, lang))
        return 2
    except BrokenPipeError:
        # of help and lists: whoever decides something says so by common.write, which keeps the exit status
        from checklist.cli import common

        common.hush(sys.stdout)
        return 0
    except Exception as bug:
        from checklist.cli import spoken

        if isinstance(bug, OSError) and bug.errno in _FULL:
            from checklist.cli import common, files

            common.hush(sys.stdout)
            _say(f"onai-check: {files.unwritable('stdout', bug).texts[spoken.language(args)]}")
            return 2
        _say(_bug(bug, spoken.language(args)))
        return 3


def _bug(bug: Exception, lang: str) -> str:
    """Where our code failed, without the exception's own words: they may hold what was read."""
    import traceback

    places = [f"  {os.path.basename(f.filename)}:{f.lineno} in {f.name}" for f in traceback.extract_tb(bug.__traceback__)]
    first, last = {
        "en": (f"onai-check {__version__} has a bug: {type(bug).__name__}. It says nothing about your project.", "Please report these lines; they hold nothing of your files."),
        "ru": (f"ошибка в самом onai-check {__version__}: {type(bug).__name__}. О проекте она ничего не говорит.", "Пожалуйста, сообщите эти строки авторам; из ваших файлов в них ничего нет."),
    }[lang]
    return "\n".join([first, *places[-8:], last])


def _say(text: str) -> None:
    from checklist.cli import common
    from checklist.report.clean import one_line

    common.tell("\n".join(one_line(line) for line in text.split("\n")))

"""`onai-check report`: DEPLOY_CHECKLIST.md, and the record of one deploy."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from checklist.cli import common, files
from checklist.cli.helping import Command
from checklist.cli.record import deploy
from checklist.errors import CheckError
from checklist.files import Unreadable, read
from checklist.reasons import in_russian
from checklist.report import checklist, html, living
from checklist.report.clean import one_line

NAME = "DEPLOY_CHECKLIST.md"
PAGE = "DEPLOY_CHECKLIST.html"
FORMATS = ("markdown", "html")

_NOTES = {
    "written": {"en": "written", "ru": "записан"},
    "unchanged": {"en": "unchanged", "ru": "без изменений"},
    "missing": {"en": "is missing; `onai-check report` writes it", "ru": "такого файла нет; его запишет `onai-check report`"},
    "not ours": {"en": "is not a file that onai-check has written; --force overwrites it", "ru": "этот файл написан не onai-check; --force его перезапишет"},
    "stale": {
        "en": "is stale: the project has changed since it was written; `onai-check report` writes it anew",
        "ru": "устарел: проект с тех пор изменился; `onai-check report` запишет его заново",
    },
    "language": {
        "en": "is in Russian, and English is asked for (--lang, or lang in onai-check.yaml); `onai-check report` writes it anew",
        "ru": "написан по-английски, а нужен русский (--lang или lang в onai-check.yaml); `onai-check report` запишет его заново",
    },
    "not done": {"en": "not done", "ru": "не сделано"},
}


@click.command("report", cls=Command)
@common.path_argument
@click.option("--format", "format", type=click.Choice(FORMATS), help=f"A file to work with, or a page to look at and print (PATH/{PAGE}).")
@click.option("--output", "-o", metavar="[FORMAT=]FILE", type=click.Path(dir_okay=False, allow_dash=True), help=f"Where to write it: a file (else PATH/{NAME}), or - for stdout.")
@click.option("--force", is_flag=True, help="Overwrite a file that onai-check has not written.")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit 1 if the file is not what would be written.")
@click.option("--require-done", "parts", multiple=True, metavar="PART", help="Exit 1 while an item of this part (local, server, after) is open or failed; repeatable.")
@click.option(
    "--record",
    type=click.Path(dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Write also the record of this deploy: the checklist with commit, branch, time and who (- is stdout).",
)
@click.option("--gate", type=click.Choice(["P0", "P1", "P2", "none"]), help="The priority that the gate is said to be at.")
@common.config_option
@common.lang_option
def command(
    *,
    path: Path,
    format: str | None,
    output: str | None,
    force: bool,
    only_check: bool,
    parts: tuple[str, ...],
    record: str | None,
    gate: str | None,
    config_file: Path | None,
    lang: str | None,
) -> int:
    """Write DEPLOY_CHECKLIST.md for the project in PATH: what the rules have decided, and what is left to do."""
    for part in parts:
        _known(part)
    checked = common.check(path, config_file)
    common.something(path, checked.report.checked)
    config = checked.config
    format, output = _target(format, output)
    if output == "-" and record == "-":
        raise CheckError(
            "--record -: stdout gets the checklist already (--output -)",
            "--record -: в stdout уже идёт чек-лист (--output -)",
        )
    page = format == "html"
    listed = checked.root / NAME
    target = (checked.root / PAGE if page else listed) if output in (None, "-") else Path(str(output))
    # what a person has ticked and noted stands in the Markdown file, wherever the page goes
    source = listed if page else target
    files.guard(checked.root, [source, target, *([Path(record)] if record else [])])
    # a file that is there keeps its language: the locale of another machine must not make it stale
    spoken = lang or config.lang or checklist.language_of((_existing(source) or b"").decode("utf-8", "replace"))
    view = common.view(gate or config.gate, common.language(spoken, config), "never", to_terminal=False)
    text = checklist.render(checked.report, view, own=config.checklist)
    done = _require(parts, _merged(source, text, view.lang), view.lang) if parts else 0
    if page:
        old = (_existing(listed) or b"").decode("utf-8", "replace")
        person = living.person(text, old) if old.startswith(checklist.MARKER) else None
        shown = html.render(checked.report, view, own=config.checklist, person=person)
    else:
        shown = text
    if only_check:
        return max(_compare(target, shown, view.lang), done)
    # what cannot be recorded is said before anything is written
    recorded = deploy(checked.root) if record else None
    if output == "-":
        # the file's own bytes, whatever the console's encoding: what is redirected is what would be written
        common.write(shown.encode("utf-8"))
    else:
        changed = write_checklist(target, shown, force=force, lang=view.lang)
        _note(target, "written" if changed else "unchanged", view.lang)
    if record:
        told = _ticked(
            checklist.render(checked.report, view, own=config.checklist, deploy=recorded), _existing(source), view.lang
        )
        if record == "-":
            common.write(told)
        else:
            write_checklist(Path(record), told.decode("utf-8", "surrogateescape"), force=force, keep=False)
            _note(record, "written", view.lang)
    return done


def _target(format: str | None, output: str | None) -> tuple[str, str | None]:
    """(format, file): the format named before the file, else the one asked for, else by the file's ending."""
    named, sign, file = (output or "").partition("=")
    if sign and named in FORMATS:
        return named, file
    return format or ("html" if output and output.endswith((".html", ".htm")) else "markdown"), output


def write_checklist(path: Path, text: str, *, force: bool, keep: bool = True, lang: str = "en") -> bool:
    """Put the text into the file at once or not at all; False where it was there already. A person's ticks and notes stay, if `keep`.

    The file is replaced whole, in its own folder, with the mode it had; through a symbolic link the file it points to is
    replaced and the link stays. CheckError where a file stands that is not ours (unless `force`), or nothing can be written.
    """
    try:
        target = path.resolve(strict=path.is_symlink())
        old = _existing(target)
        new = _ticked(text, old if keep else None, lang)
        if old == new:
            return False
        if old is not None and not force and not _ours(old):
            raise CheckError(
                f"{path}: is not a file that onai-check has written; --force overwrites it, --output writes elsewhere",
                f"{path}: этот файл написан не onai-check; --force его перезапишет, --output запишет в другой",
            )
        files.replace([(target, new)])
    except OSError as error:
        raise files.unwritable(path, error) from None
    return True


def _compare(path: Path, text: str, lang: str) -> int:
    old = _existing(path)
    new = _ticked(text, old, lang)
    if old is not None and _lines(old) == _lines(new):
        return 0
    wrong, told = "missing", []
    if old is not None and not _ours(old):
        wrong = "not ours"
    elif old is not None and (checklist.language_of(old.decode("utf-8", "replace")) or lang) != lang:
        wrong = "language"
    elif old is not None:
        wrong = "stale"
        told = [] if text.startswith(html.MARKER) else list(living.changes(new.decode("utf-8", "replace"), old.decode("utf-8", "replace"), lang))
    _note(path, wrong, lang)
    for line in told:
        common.tell(f"  {one_line(line)}")
    return 1


def _note(path: Path | str, said: str, lang: str) -> None:
    """Tell on stderr what became of a file."""
    common.tell(f"{path}: {_NOTES[said][lang]}")


def _lines(of: bytes) -> Counter[bytes]:
    """What makes two of them the same: a note may stand anywhere below its item, and editors trim as they like."""
    return Counter(line.rstrip().replace(b"- [X] ", b"- [x] ", 1) for line in of.split(b"\n") if line.strip())


def _require(parts: Sequence[str], text: str, lang: str) -> int:
    """1 while an item of these parts is not ticked, after naming it."""
    headings = checklist.headings(lang)
    status = 0
    for part in parts:
        for item in living.unticked(text, headings[part], list(headings.values())):
            common.tell(f"{part}: {_NOTES['not done'][lang]}: {one_line(item)}")
            status = 1
    return status


def _known(part: str) -> None:
    known = list(checklist.headings("en"))
    if part not in known:
        close = difflib.get_close_matches(part, known, 1)
        raise CheckError(
            f"--require-done {part}: there is no such part; " + (f"did you mean '{close[0]}'?" if close else f"there are {', '.join(known)}"),
            f"--require-done {part}: такой части нет; " + (f"возможно, '{close[0]}'?" if close else f"есть {', '.join(known)}"),
        )


def _existing(path: Path) -> bytes | None:
    """What is in a file; None where there is none, or a pipe or a device that the user has named."""
    if not path.exists() or not (path.is_file() or path.is_dir()):
        return None
    try:
        # a checkout on Windows may have turned the line ends
        return read(None, path).replace(b"\r\n", b"\n")
    except Unreadable as reason:
        raise CheckError(f"{path}: cannot be read: {reason}", f"{path}: не читается: {in_russian(str(reason))}") from None


def _merged(path: Path, text: str, lang: str) -> str:
    return _ticked(text, _existing(path), lang).decode("utf-8", "surrogateescape")


def _ours(old: bytes) -> bool:
    return old.startswith((checklist.MARKER.encode("utf-8"), html.MARKER.encode("utf-8")))


def _ticked(text: str, old: bytes | None, lang: str) -> bytes:
    """What is to be in the file: the checklist, with what a person has put into it already."""
    kept = living.keep(text, old.decode("utf-8", "surrogateescape"), lang) if old is not None and _ours(old) and text.startswith(checklist.MARKER) else text
    return kept.encode("utf-8", "surrogateescape")

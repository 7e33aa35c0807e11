"""`onai-check report`: DEPLOY_CHECKLIST.md, and the record of one deploy."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from checklist.cli import common, files
from checklist.errors import CheckError
from checklist.report import checklist

NAME = "DEPLOY_CHECKLIST.md"


@click.command("report")
@common.path_argument
@click.option("--output", "-o", type=click.Path(dir_okay=False, allow_dash=True), help=f"Where to write it: a file (PATH/{NAME}), or - for stdout.")
@click.option("--force", is_flag=True, help="Overwrite a file that onai-check has not written.")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit 1 if the file is not what would be written.")
@click.option("--record", type=click.Path(dir_okay=False), metavar="FILE", help="Write also the record of this deploy: the checklist with commit, branch, time and who.")
@click.option("--gate", type=click.Choice(["P0", "P1", "P2", "none"]), help="The priority that the gate is said to be at.")
@common.config_option
@common.lang_option
def command(
    path: Path,
    output: str | None,
    force: bool,
    only_check: bool,
    record: str | None,
    gate: str | None,
    config_file: Path | None,
    lang: str | None,
) -> int:
    """Write DEPLOY_CHECKLIST.md for the project in PATH: what the rules have decided, and what is left to do."""
    checked = common.check(path, config_file)
    config = checked.config
    view = common.view(gate or config.gate, common.language(lang, config), "never", to_terminal=False)
    text = checklist.render(checked.report, view, own=config.checklist)
    target = checked.root / NAME if output in (None, "-") else Path(str(output))
    if only_check:
        return _compare(target, text)
    if output == "-":
        # the file's own bytes, whatever the console's encoding: what is redirected is what would be written
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8"))
    else:
        changed = write_checklist(target, text, force=force)
        click.echo(f"{target}: {'written' if changed else 'unchanged'}", err=True)
    if record:
        from checklist.cli.record import deploy

        told = checklist.render(checked.report, view, own=config.checklist, deploy=deploy(checked.root))
        write_checklist(Path(record), _ticked(told, _read(target)).decode("utf-8"), force=force, keep=False)
        click.echo(f"{record}: written", err=True)
    return 0


def write_checklist(path: Path, text: str, *, force: bool, keep: bool = True) -> bool:
    """Put the text into the file at once or not at all; False where it was there already. A person's ticks stay, if `keep`.

    The file is replaced whole, in its own folder, with the mode it had; through a symbolic link the file it points to is
    replaced and the link stays. CheckError where a file stands that is not ours (unless `force`), or nothing can be written.
    """
    try:
        target = path.resolve(strict=path.is_symlink())
        old = _read(target)
        new = _ticked(text, old if keep else None)
        if old == new:
            return False
        if old is not None and not force and not _ours(old):
            raise CheckError(f"{path}: is not a file that onai-check has written; --force overwrites it, --output writes elsewhere")
        files.replace([(target, new)])
    except OSError as error:
        raise CheckError(f"{path}: cannot be written: {error.strerror}") from None
    return True


def _compare(path: Path, text: str) -> int:
    try:
        old = _read(path)
    except OSError as error:
        raise CheckError(f"{path}: cannot be read: {error.strerror}") from None
    if old == _ticked(text, old):
        return 0
    wrong = "is missing" if old is None else "is stale: the project has changed since it was written"
    if old is not None and not _ours(old):
        wrong = "is not a file that onai-check has written"
    click.echo(f"{path}: {wrong}; `onai-check report` writes it", err=True)
    return 1


def _read(path: Path) -> bytes | None:
    # a checkout on Windows may have turned the line ends
    return path.read_bytes().replace(b"\r\n", b"\n") if path.exists() else None


def _ours(old: bytes) -> bool:
    return old.startswith(checklist.MARKER.encode("utf-8"))


def _ticked(text: str, old: bytes | None) -> bytes:
    """What is to be in the file: the checklist, with the ticks that are in it already."""
    return (checklist.with_ticks(text, old.decode("utf-8", "replace")) if old is not None and _ours(old) else text).encode("utf-8")

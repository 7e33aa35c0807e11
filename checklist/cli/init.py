"""`onai-check init`: what the project lacks, as a diff; written with --write."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from checklist import config as configs
from checklist import propose
from checklist.cli import common, files
from checklist.cli.helping import Command
from checklist.discover import repository, texts
from checklist.errors import CheckError
from checklist.facts import derive
from checklist.propose import Proposal, Survey
from checklist.report.clean import no_command, one_line

_MANY = 2000  # sources that are read: more say no more about where the health check is
_PLACE = re.compile(r"/[\w.-]+(?:/[\w.-]+)*")

_SAYS = {
    "new": {"en": "new", "ru": "новый"},
    "append": {"en": "added to", "ru": "дополняется"},
    "there": {"en": "is there, not touched", "ru": "уже есть, не трогаем"},
    "held": {"en": "not proposed", "ru": "не предлагается"},
    "shown": {"en": "to be added by hand", "ru": "дописать вручную"},
    "besides": {"en": "To be done besides", "ru": "Кроме того"},
    "nothing": {"en": "Nothing to write.", "ru": "Записывать нечего."},
    "write": {"en": "Nothing is written yet: onai-check init --write", "ru": "Пока ничего не записано: onai-check init --write"},
    "written": {"en": "written", "ru": "записан"},
}
_ASKS = {
    "health": {"en": "Where does the app answer 200 when it is well?", "ru": "Где приложение отвечает 200, когда с ним всё хорошо?"},
    "runs": {"en": "Does PM2 run the sources, or build output?", "ru": "Что запускает PM2: исходники (source) или собранный код (build)?"},
    "root": {"en": "Which folder on the server is to hold the releases?", "ru": "В какой папке на сервере будут лежать релизы?"},
    "branch": {"en": "Which branch is deployed?", "ru": "Какая ветка деплоится?"},
    "monitor": {"en": "Public URL that an uptime monitor asks (empty: there is none yet)", "ru": "Публичный URL, который опрашивает монитор (пусто — монитора пока нет)"},
    "provider": {"en": "Which monitor asks it?", "ru": "Какой монитор его опрашивает?"},
}
_URL = re.compile(r"https?://[^\s'\"`\\$]+")
# what an answer must look like, and how to say so
_FORMS = {
    "health": (_URL, {"en": "a URL is needed, such as http://localhost:3000/health", "ru": "нужен URL, например http://localhost:3000/health"}),
    "runs": (re.compile("source|build"), {"en": "source or build is needed", "ru": "нужно source или build"}),
    "root": (_PLACE, {"en": "an absolute path is needed, of letters, digits and . _ -", "ru": "нужен абсолютный путь из букв, цифр и . _ -"}),
    "branch": (re.compile(r"[\w./-]+"), {"en": "the name of a branch is needed", "ru": "нужно имя ветки"}),
    "monitor": (re.compile(f"(?:{_URL.pattern})?"), {"en": "a URL is needed, or nothing", "ru": "нужен URL или пустой ответ"}),
    "provider": (re.compile(r"[\w -]+"), {"en": "a name is needed, such as uptimerobot", "ru": "нужно название, например uptimerobot"}),
}


@click.command("init", cls=Command)
@common.path_argument
@click.option("--write", "writes", is_flag=True, help="Write what is proposed. Files that exist are never overwritten.")
@click.option("--interactive", is_flag=True, help="Ask for what cannot be seen: health URL, folder on the server, monitor.")
@click.option("--root", "releases", metavar="DIR", help="The folder on the server that holds the releases (else /srv/APP).")
@common.config_option
@common.lang_option
def command(path: Path, writes: bool, interactive: bool, releases: str | None, config_file: Path | None, lang: str | None) -> None:
    """Look at the project in PATH and propose what it lacks: onai-check.yaml, the pre-commit hook, deploy, rollback and smoke
    test scripts, a workflow, .env.example, documents. Shows a diff; writes only with --write."""
    if releases is not None and not _PLACE.fullmatch(releases):
        raise CheckError(
            f"--root {releases}: must be an absolute path of letters, digits and . _ -",
            f"--root {releases}: нужен абсолютный путь из букв, цифр и . _ -",
        )
    root = common.root_of(path)
    config = common.load_config(path, config_file)
    lang = common.console_language(lang, config)
    of, below = _survey(path, config, releases)
    if interactive:
        of = _asked(of, lang)
    present = texts(root, propose.TARGETS)
    # a folder's own config is looked for above it as well
    if config.file and propose.CONFIG not in present:
        present[propose.CONFIG] = None
    proposed = propose.proposals(of, present, lang, below=below)
    for alike in _alike(proposed):
        common.write(no_command(_told(alike, present, lang)))
    wanted = [p for p in proposed if p.writes]
    besides = propose.notes(of, proposed, lang)
    if besides:
        common.write(f"{_SAYS['besides'][lang]}:\n" + "".join(f"  - {one_line(text)}\n" for text in besides) + "\n")
    if writes and wanted:
        _write(root, wanted)
        for one in wanted:
            click.echo(f"{one.path}: {_SAYS['written'][lang]}", err=True)
    else:
        common.write(_SAYS["write" if wanted else "nothing"][lang] + "\n")


def _survey(path: Path, config: configs.Config, releases: str | None) -> tuple[Survey, bool]:
    """The survey of the folder, and whether the repository begins above it; CheckError where nothing is that could be checked."""
    root = common.root_of(path)
    project, _ = common.discovered(root, config)
    sources = [p for p in sorted(project.paths) if propose.is_code(p)][:_MANY]
    others = propose.other_systems(sorted(project.paths))
    code = {p: text for p, text in texts(root, [*sources, *others]).items() if text is not None}
    facts = derive(project)
    common.something(path, facts.checked)
    of = propose.survey(project, facts.documents, code)
    monitor = config.policy.value.get("monitor")
    if monitor is not None:
        of = replace(of, monitor=(monitor.text("provider") or "", monitor.text("url") or ""))
    top = repository(root)
    return replace(of, root=releases or of.root), top is not None and top != root


def _asked(of: Survey, lang: str) -> Survey:
    """The survey with a person's answers; what was seen is the default of each."""

    def ask(what: str, default: str) -> str:
        form, wanted = _FORMS[what]
        while True:
            said: str = click.prompt(_ASKS[what][lang], default=default, err=True)
            if form.fullmatch(said.strip()):
                return said.strip()
            click.echo(wanted[lang], err=True)

    if not of.silent:
        of = replace(of, health=replace(of.health, value=ask("health", of.health.value)))
    of = replace(of, runs=replace(of.runs, value=ask("runs", of.runs.value)))
    of = replace(of, root=ask("root", of.root), branch=ask("branch", of.branch))
    if of.monitor is None and (public := ask("monitor", "")):
        of = replace(of, monitor=(ask("provider", "healthchecks" if of.silent else "uptimerobot"), public))
    return of


def _alike(proposed: Sequence[Proposal]) -> Iterator[list[Proposal]]:
    """The proposals in their order; what is held for one reason is told once."""
    for one in proposed:
        same = [p for p in proposed if p.state == "held" and (p.state, p.why) == (one.state, one.why)]
        if not same or one is same[0]:
            yield same or [one]


def _told(alike: Sequence[Proposal], present: Mapping[str, str | None], lang: str) -> str:
    """A heading, and below it the diff or the reason."""
    one = alike[0]
    heading = f"{', '.join(p.path for p in alike)}: {_SAYS[one.state][lang]}"
    if one.why:
        heading += f": {one_line(one.why)}"
    if one.state == "shown":
        return f"{heading}\n\n{one.text}\n"
    if not one.writes:
        return f"{heading}\n"
    return f"{heading}\n\n{''.join(_diff(one, present.get(one.path)))}\n"


def _diff(one: Proposal, old: str | None) -> Iterator[str]:
    before = _lines(old or "")
    after = _lines(one.text)
    yield f"--- {f'a/{one.path}' if old is not None else '/dev/null'}\n+++ b/{one.path}\n"
    if old and one.path == propose.EXAMPLE:
        # what stands around it may be a value that should not be there: it is not shown
        added = after[len(before) :]
        yield f"@@ -{len(before)},0 +{len(before) + 1},{len(added)} @@\n"
        yield from (f"+{line}" for line in added)
        return
    for line in list(difflib.unified_diff(before, after))[2:]:
        shown = "\t".join(one_line(part) for part in line.rstrip("\n").split("\t"))
        yield f"{shown}\n" if line.endswith("\n") else f"{shown}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    return [f"{line}\n" for line in text.split("\n")[:-1]] + ([text.rpartition("\n")[2]] if text.rpartition("\n")[2] else [])


def _write(root: Path, wanted: Sequence[Proposal]) -> None:
    """All of the files or none; none through a link that leads out of the project."""
    for one in wanted:
        folder = (root / one.path).parent
        if not folder.resolve().is_relative_to(root) or (root / one.path).is_symlink():
            raise CheckError(
                f"{one.path}: is or lies behind a symbolic link; nothing is written there",
                f"{one.path}: это символическая ссылка или путь через неё; туда ничего не записывается",
            )
    for one in wanted:
        try:
            (root / one.path).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise files.unwritable(one.path, error) from None
    files.replace([(root / one.path, one.text.encode("utf-8")) for one in wanted])
    for one in wanted:
        if one.executable:
            mode = (root / one.path).stat().st_mode
            os.chmod(root / one.path, mode | (mode & 0o444) >> 2)

"""The report for a terminal: findings by file with their source line, the ladder, the gate."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from checklist import gate, units
from checklist.model import PRIORITIES, Outcome, Report, Snippet
from checklist.report import coverage, measures
from checklist.report.clean import fitted, no_command, one_line
from checklist.report.coverage import plural
from checklist.report.snippet import cut
from checklist.report.view import View

_NARROW = 60  # columns below which a table is no table any more
_COLORS = {"P0": "bold red", "P1": "bold yellow", "P2": "bold cyan"}
_WORDS = {
    "en": {
        "findings": ("finding", "findings", "findings"),
        "open": ("open", "open", "open"),
        "mend": "{} to mend",
        "also": "also here:",
        "unknown": "Cannot be known here",
        "closed": "Gate closed at {}: do not deploy.",
        "judged": "Judged: {}.",
        "opened": "Gate open at {}: {}.",
        "always": "Gate open, its level is none: {}.",
        "clean": "{} read, nothing found.",
        "files": ("file", "files", "files"),
        "explain": "Why, and what to do:  onai-check explain {}",
    },
    "ru": {
        "findings": ("замечание", "замечания", "замечаний"),
        "open": ("не проверить", "не проверить", "не проверить"),
        "mend": "{} на исправление",
        "also": "и здесь:",
        "unknown": "Отсюда не узнать",
        "closed": "Шлюз закрыт ({}): деплоить нельзя.",
        "judged": "Проверено: {}.",
        "opened": "Шлюз открыт ({}): {}.",
        "always": "Шлюз открыт, порог none: {}.",
        "clean": "Прочитано: {}, замечаний нет.",
        "files": ("файл", "файла", "файлов"),
        "explain": "Почему так и что делать:  onai-check explain {}",
    },
}


def render(report: Report, view: View) -> str:
    """The report as text, with ANSI colours where the view asks for them."""
    out = io.StringIO()
    console = Console(file=out, width=view.width, force_terminal=view.color, color_system="standard" if view.color else None,
                      highlight=False, emoji=False, markup=False, legacy_windows=False)
    for part in document(report, view):
        console.print(part, soft_wrap=False)
    text = "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"
    return no_command(fitted(text, view.encoding))


def document(report: Report, view: View) -> Iterator[RenderableType]:
    """The parts of the report, for any rich console."""
    words = _WORDS[view.lang]
    if (nothing := coverage.nothing(report)) is not None:
        yield Text(_plain(f"{nothing[view.lang][:1].upper()}{nothing[view.lang][1:]}.", view), style="bold yellow")
        return
    for file, outcomes in _by_file(report):
        yield Text(_plain(file, view), style="bold underline" if view.color else "bold")
        # what is wrong with one line is told over one copy of it
        for _, same in groupby(outcomes, key=lambda o: (o.location, o.related and o.rule.id)):
            yield Group(*_findings(list(same), view))
        yield Text()
    if report.open:
        yield Text(str(words["unknown"]), style="bold")
        for outcome in report.open:
            at = outcome.location
            text = outcome.message[view.lang].split(": ", 1)[-1]
            whole = (at.line, at.column, at.end_line, at.end_column) == (1, 1, 1, 1)
            line = Text(f"{_plain(at.file, view)}{'' if whole else f':{at.line}:{at.column}'}  ", style="dim")
            line.append(f"{outcome.rule.id}  ", style="dim").append(_plain(text, view))
            yield Padding(line, (0, 0, 0, 2))
        yield Text()
    yield _ladder(report, view)
    yield from _measures(report, view)
    yield from _gate(report, view)


def _by_file(report: Report) -> Iterator[tuple[str, Iterator[Outcome]]]:
    """The findings of each file in the order of their lines; first the files that hold the worst of them."""
    worst: dict[str, str] = {}
    for outcome in report.findings:
        file = outcome.location.file
        worst[file] = min(worst.get(file, outcome.priority), outcome.priority)
    ordered = sorted(report.findings, key=lambda o: (worst[o.location.file], o.location.file))
    return groupby(ordered, key=lambda o: o.location.file)


def _findings(same: Sequence[Outcome], view: View) -> Iterator[RenderableType]:
    """Findings of one place, the worst first, and the source line that they are about."""
    worst, *_ = same = sorted(same, key=lambda o: o.priority)
    place = f"{worst.location.line}:{worst.location.column}"
    for outcome in same:
        head = Text((place if outcome is worst else "").ljust(8))
        head.append(outcome.priority, style=_COLORS[outcome.priority]).append("  ")
        head.append(outcome.rule.id, style="dim")
        yield Padding(head, (0, 0, 0, 2))
        yield Padding(Text(_message(outcome, view)), (0, 0, 0, 10))
    if worst.snippet is not None:
        yield from _snippet(worst.snippet, _COLORS[worst.priority], view)
    if worst.related:
        yield Padding(Text(str(_WORDS[view.lang]["also"]), style="dim"), (0, 0, 0, 10))
        for related in worst.related:
            line = Text(f"{_plain(related.location.file, view)}:{related.location.line}", style="dim")
            line.append(f"  {_plain(related.text, view)}", style="dim")
            yield Padding(line, (0, 0, 0, 12))


def _message(outcome: Outcome, view: View) -> str:
    """The message, without the command at its end where the snippet below shows the very same."""
    message, snippet = outcome.message[view.lang], outcome.snippet
    if snippet is not None:
        marked = " ".join(snippet.text[snippet.start : snippet.end].split())
        if cell_len(_plain(marked, view)) <= _room(view):
            message = message.removesuffix(f": {marked}")
    return _plain(message, view)


def _snippet(snippet: Snippet, style: str, view: View) -> list[RenderableType]:
    """The source line, and the mark below it."""
    shown = cut(snippet, _room(view), view.encoding)
    line = Text(shown.text, no_wrap=True, overflow="crop", style="dim")
    mark = Text(" " * shown.column + "^" * shown.length, no_wrap=True, overflow="crop", style=style)
    return [Padding(line, (0, 0, 0, 12)), Padding(mark, (0, 0, 0, 12))]


def _room(view: View) -> int:
    return max(view.width - 14, 20)


def _plain(text: str, view: View) -> str:
    return fitted(one_line(text), view.encoding)


def _ladder(report: Report, view: View) -> RenderableType:
    words = _WORDS[view.lang]
    table = Table.grid(padding=(0, 1 if view.width < _NARROW else 3))
    for column in range(4):
        table.add_column(no_wrap=column == 0, overflow="fold")
    for priority, step in gate.ladder(report).items():
        table.add_row(
            Text(priority, style=_COLORS[priority] if step.findings else "dim"),
            f"{step.findings} {plural(step.findings, words['findings'], view.lang)}",
            str(words["mend"]).format(units.show_time(step.minutes * 60_000, view.lang)) if step.minutes else "",
            f"{step.open} {plural(step.open, words['open'], view.lang)}" if step.open else "",
        )
    return table


def _measures(report: Report, view: View) -> Iterator[RenderableType]:
    rows = measures.rows(report, view.lang)
    if not rows:
        return
    heads = measures.heads(view.lang)
    shown = [
        (row.name, Text(row.before, style="dim"), Text(one_line(row.now), style={True: "green", False: "bold red", None: ""}[row.met]), Text(row.goal, style="dim"))
        for row in rows
    ]  # fmt: skip
    yield Text()
    if view.width < _NARROW:  # four columns of a few letters each say nothing
        for name, *values in shown:
            yield Text(name)
            for head, value in zip(heads[1:], values, strict=True):
                yield Padding(Text(f"{head}: ", style="dim").append(value), (0, 0, 0, 2))
        return
    table = Table.grid(padding=(0, 3))
    for _ in heads:
        table.add_column(overflow="fold")
    table.add_row(*(Text(head, style="dim") for head in heads))
    for cells in shown:
        table.add_row(*cells)
    yield table


def _gate(report: Report, view: View) -> Iterator[RenderableType]:
    words = _WORDS[view.lang]
    yield Text()
    if not report.findings:
        count = len(report.checked)
        yield Text(str(words["clean"]).format(f"{count} {plural(count, words['files'], view.lang)}"))
    said = _plain(coverage.said(report, view.lang), view)
    if view.gate == "none":
        yield Text(str(words["always"]).format(said), style="bold green")
    elif gate.is_open(report, view.gate):
        yield Text(str(words["opened"]).format(view.gate, said), style="bold green")
    else:
        yield Text(str(words["closed"]).format(view.gate), style="bold red")
        yield Text(str(words["judged"]).format(said))
    if report.findings:
        worst = min(report.findings, key=lambda o: PRIORITIES.index(o.priority))
        yield Text(str(words["explain"]).format(worst.rule.id), style="dim")

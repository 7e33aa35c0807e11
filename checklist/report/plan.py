"""`plan`: each way a deploy can run, step by step, with what becomes of it when a step fails and what the rules say there."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from rich.cells import cell_len
from rich.text import Text

from checklist.model import PRIORITIES, Outcome, Report, Value, plain
from checklist.report.clean import one_line

FIELDS = ("n", "file", "line", "column", "text", "argv", "host", "directory", "effect", "role", "on_failure", "then", "branch")
"""The fields of `deploy.step` that the contract names (design.md)."""

_COLORS = {"P0": "bold red", "P1": "bold yellow", "P2": "bold cyan"}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "stops": "stops here if it fails",
        "continues": "goes on if it fails",
        "handled": "if it fails: {then}, then it ends with an error",
        "continues, then": "if it fails: {then}, then it goes on",
        "step": "step {n}",
        "smoke": "smoke test",
        "deploys": "deploy",
        "none": "No script, CI job or deploy hook here has a step that a deploy is made of.",
        "unknown": "it may do more than is seen here: {why}",
        "fails": "fails",
        "aside": "only after a failure",
    },
    "ru": {
        "stops": "при ошибке остановится здесь",
        "continues": "при ошибке пойдёт дальше",
        "handled": "при ошибке: {then}, потом завершится с ошибкой",
        "continues, then": "при ошибке: {then}, потом пойдёт дальше",
        "step": "шаг {n}",
        "smoke": "smoke-тест",
        "deploys": "деплой",
        "none": "Ни в одном скрипте, CI-задании или deploy-хуке нет шагов, из которых состоит деплой.",
        "unknown": "может делать больше, чем видно отсюда: {why}",
        "fails": "ошибка",
        "aside": "только после ошибки",
    },
}


def entries(report: Report) -> list[tuple[Value, list[tuple[Value, list[Outcome]]]]]:
    """Each `deploy.path` with its steps and the findings that stand at them, in the order of their names."""
    found: dict[tuple[str, int, int], list[Outcome]] = {}
    for outcome in report.findings:
        at = outcome.location
        found.setdefault((at.file, at.line, at.column), []).append(outcome)
    paths = sorted((d.value for d in report.documents if d.kind == "deploy.path"), key=lambda v: v.text("entry") or "")
    return [(path, [(step, _at(step, found)) for step in _steps(path)]) for path in paths]


def _steps(path: Value) -> Sequence[Value]:
    steps = path.get("steps")
    return steps.items() if steps is not None else ()


def _at(step: Value, found: Mapping[tuple[str, int, int], list[Outcome]]) -> list[Outcome]:
    return found.get((step.at.file, step.at.line, step.at.column), []) if step.at else []


def data(report: Report) -> dict[str, Any]:
    """The contract of `plan --format json`, version 1."""
    return {
        "version": 1,
        "entries": [
            {
                "entry": path.text("entry"),
                "steps": [
                    {name: plain(step.get(name)) for name in FIELDS} | {"findings": sorted({o.rule.id for o in outcomes})}
                    for step, outcomes in steps
                ],
            }
            for path, steps in entries(report)
        ],
    }


def as_json(report: Report) -> str:
    return json.dumps(data(report), indent=2) + "\n"


def lines(report: Report, lang: str, columns: int) -> Iterator[Text]:
    """The plan for a terminal, a tree for each entry point."""
    words = _WORDS[lang]
    shown = entries(report)
    if not shown:
        yield Text(words["none"])
    for index, (path, steps) in enumerate(shown):
        if index:
            yield Text()
        head = Text(one_line(path.text("entry") or ""), style="bold")
        if (deploys := path.get("deploys")) is not None and deploys.content is True:
            head.append(f"  ({words['deploys']})", style="dim")
        yield head
        for step, outcomes in steps:
            yield from _step(step, outcomes, words, lang, columns)


def _step(step: Value, outcomes: Sequence[Outcome], words: Mapping[str, str], lang: str, columns: int) -> Iterator[Text]:
    number = plain(step.get("n"))
    where = _where(step)
    effect = _effect(step, words)
    line = Text(f"{number:>4}  ", style="dim").append(f"{effect:<13}", style="bold" if outcomes else "")
    # a narrow terminal has the place on the next line, and less of an indent there
    narrow = columns < 60
    indent = " " * (6 if narrow else 19)
    room = columns - 6 - 13 if narrow else columns - 6 - 13 - 2 - cell_len(where)
    line.append(_cut(one_line(step.text("text") or ""), max(20, room)))
    yield line if narrow else line.append(f"  {where}", style="dim")
    told = _fate(step, words)
    branch = step.text("branch") or ("" if _usual(step) else words["aside"])
    if branch:
        told = f"[{_cut(one_line(branch), 50)}]  {told}"
    for part in textwrap.wrap(f"{where}  {told}" if narrow else told, max(20, columns - len(indent)), break_on_hyphens=False):
        yield Text(indent + part, style="dim")
    for outcome in sorted(outcomes, key=lambda o: (PRIORITIES.index(o.priority), o.rule.id)):
        yield Text(indent).append(f"{outcome.priority}  {outcome.rule.id}", style=_COLORS[outcome.priority])


def _usual(step: Value) -> bool:
    """Whether it runs where nothing fails."""
    return step.get("normal") == Value(True, step.at)


def _effect(step: Value, words: Mapping[str, str]) -> str:
    return words["smoke"] if step.text("role") == "smoke_test" else (step.text("effect") or "").replace("_", " ")


def _where(step: Value) -> str:
    """`local`, or `remote:backend` for a folder of the repository; `?` where the folder cannot be known."""
    folder = step.get("directory")
    said = "?" if folder is None or folder.content is None else str(folder.content)
    return f"{step.text('host') or ''}{f':{said}' if said else ''}"


def _fate(step: Value, words: Mapping[str, str]) -> str:
    fate = step.text("on_failure") or "continues"
    then = ", ".join(words["step"].format(n=n) for n in plain(step.get("then")) or ())
    return words[f"{fate}, then" if fate == "continues" and then else fate].format(then=then)


def _cut(text: str, room: int) -> str:
    return text if cell_len(text) <= room else text[: room - 1].rstrip() + "…"


def deploys(report: Report, lang: str) -> Iterator[tuple[str, list[tuple[str, str, str, str, str]]]]:
    """Each deploy with its steps in words: (number, effect, text, where, what a failure does)."""
    words = _WORDS[lang]
    for path, steps in entries(report):
        if path.get("deploys") == Value(True, path.at):
            rows = [(str(plain(s.get("n"))), _effect(s, words), s.text("text") or "", _where(s), _fate(s, words)) for s, _ in steps]
            yield path.text("entry") or "", rows


def mermaid(report: Report, lang: str = "en", *, deploys: bool = False) -> str:
    """The plan as a Mermaid flowchart, which GitHub shows: one subgraph for each entry point; `deploys`: for deploys only, "" without one."""
    words = _WORDS[lang]
    out = ["flowchart TD"]
    marks: dict[str, list[str]] = {}
    shown = [entry for entry in entries(report) if not deploys or entry[0].get("deploys") == Value(True, entry[0].at)]
    if deploys and not shown:
        return ""
    for e, (path, steps) in enumerate(shown):
        out.append(f'  subgraph e{e}["{_label(path.text("entry") or "")}"]')
        names = [f"e{e}s{i + 1}" for i in range(len(steps))]
        beside = {n for step, _ in steps for n in plain(step.get("then")) or ()}
        aside = {i + 1 for i, (step, _) in enumerate(steps) if not _usual(step)}
        for name, (step, outcomes) in zip(names, steps, strict=True):
            effect = _effect(step, words)
            rules = "".join(f"<br/>{o.priority} {o.rule.id}" for o in outcomes)
            out.append(f'    {name}["{plain(step.get("n"))}. {effect}: {_label(_cut(one_line(step.text("text") or ""), 60))}{rules}"]')
            if outcomes:
                marks.setdefault(min(o.priority for o in outcomes), []).append(name)
        usual = [name for i, name in enumerate(names) if i + 1 not in beside | aside]
        out += [f"    {a} --> {b}" for a, b in pairwise(usual)]
        # a notice is nobody's way back, but it follows it
        out += [f"    {names[n - 2]} -.-> {names[n - 1]}" for n in sorted(aside - beside) if n > 1]
        for name, (step, _) in zip(names, steps, strict=True):
            then = [f"e{e}s{n}" for n in plain(step.get("then")) or ()]
            if then:
                out.append(f"    {name} -. {words['fails']} .-> {then[0]}")
                out += [f"    {a} -.-> {b}" for a, b in pairwise(then)]
        out.append("  end")
    for priority, color in (("P0", "#d1242f"), ("P1", "#bf8700"), ("P2", "#0969da")):
        if priority in marks:
            out.append(f"  style {','.join(marks[priority])} stroke:{color},stroke-width:3px" if len(marks[priority]) == 1 else f"  classDef {priority.lower()} stroke:{color},stroke-width:3px")
            if len(marks[priority]) > 1:
                out.append(f"  class {','.join(marks[priority])} {priority.lower()}")
    return "\n".join(out) + "\n"


def _label(text: str) -> str:
    """Text inside a quoted Mermaid label: everything that could end it or be markup becomes an entity code (mermaid.js.org, Flowchart, Entity codes)."""
    return re.sub(r"[^\w ./:,=@+-]", lambda m: f"#{ord(m[0])};", one_line(text))

"""`report --format html`: the checklist as one page that needs neither network nor script, for a screen or paper."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from checklist import gate, units
from checklist.model import Location, Outcome, Report
from checklist.report import checklist, coverage, living, measures, page, plan, plot
from checklist.report.clean import one_line
from checklist.report.items import Line, Part, decide
from checklist.report.markdown import line as markdown_line
from checklist.report.view import View
from checklist.report.written import Anchor

MARKER = "<!doctype html>\n<!-- onai-check: this file is generated; `onai-check report --format html` writes it anew -->"
"""First lines of every page: how we know that a file on disk is ours."""

_MINUTE = 60_000
_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "findings": "findings",
        "mend": "to mend",
        "unknown": "cannot be known here",
        "measures": "Measures of success",
        "loops": "What PM2 does with a crash loop",
        "lifetime": "The app crashes {lifetime} after each start.",
        "read": "Files read: {files}, digest {digest}.",
        "notes": "Notes",
        "done": "done",
        "ticked": "done, ticked by a person",
        "failed": "failed",
        "open rules": "open: cannot be known here",
        "open person": "open: for you to do",
        "open probe": "open: after the deploy",
        "notApplicable": "does not apply",
        "instruction": "to do",
    },
    "ru": {
        "findings": "замечаний",
        "mend": "на исправление",
        "unknown": "отсюда не узнать",
        "measures": "Показатели",
        "loops": "Что PM2 делает с циклом падений",
        "lifetime": "Приложение падает через {lifetime} после каждого старта.",
        "read": "Прочитано файлов: {files}, дайджест {digest}.",
        "notes": "Заметки",
        "done": "сделано",
        "ticked": "сделано, отметил человек",
        "failed": "не пройдено",
        "open rules": "открыто: отсюда не узнать",
        "open person": "открыто: проверить самому",
        "open probe": "открыто: после деплоя",
        "notApplicable": "неприменимо",
        "instruction": "выполнить",
    },
}
_ICONS = {"done": "✔", "ticked": "✔", "failed": "✘", "open": "☐", "notApplicable": "–", "instruction": "➜"}


def render(report: Report, view: View, *, own: Mapping[str, Sequence[Mapping[str, str]]] | None = None, person: living.Person | None = None) -> str:
    """The page; `own` are the config's items by part, `person` what a person has put into DEPLOY_CHECKLIST.md."""
    lang = view.lang
    words = {**checklist.WORDS[lang], **_WORDS[lang]}
    left = person or living.Person(frozenset(), {})
    state = checklist.state_of(report, view.gate)
    left_out = ", ".join(coverage.left_out(report, lang, counted=False))
    said = words[state].format(level=view.gate).replace("❌", _ICONS["failed"])
    body = [
        f"<h1>{_text(words['title'])}</h1>",
        f'<p class="gate {state.replace(" ", "-")}">{_rich(said)}</p>',
        *([f"<p>{_text(words['left out'].format(what=left_out))}</p>"] if left_out else []),
        *_ladder(report, lang),
        *_measures(report, lang),
        *(part for one in decide(report, own or {}) for part in _part(*one, left, lang)),
        *_others(left, lang),
        *_plan(report, lang),
        *_loops(report, lang),
        f"<footer>{_rich(_WORDS[lang]['read'].format(files=len({f for f, _ in report.checked}), digest=f'`{report.digest[:12]}`'))}</footer>",
    ]
    return page.document(MARKER, lang, words["title"], body)


def _ladder(report: Report, lang: str) -> Iterator[str]:
    words = _WORDS[lang]
    rows = []
    for priority, step in gate.ladder(report).items():
        found = f'<b class="failed">{step.findings}</b>' if step.findings else "0"
        rows.append([priority, found, units.show_time(step.minutes * _MINUTE, lang) if step.minutes else "—", str(step.open)])
    yield page.table(["", words["findings"], words["mend"], words["unknown"]], rows)


def _measures(report: Report, lang: str) -> Iterator[str]:
    rows = measures.rows(report, lang)
    if rows:
        states = {True: "done", False: "failed", None: "open"}
        yield f"<h2>{_text(_WORDS[lang]['measures'])}</h2>"
        yield page.table(
            measures.heads(lang),
            [[_text(r.name), _text(r.before), f'<span class="{states[r.met]}">{_ICONS[states[r.met]]} {_text(r.now)}</span>{f" {_place(r.at)}" if r.at else ""}', _text(r.goal)] for r in rows],
        )


def _plan(report: Report, lang: str) -> Iterator[str]:
    for number, (entry, rows) in enumerate(plan.deploys(report, lang)):
        if not number:
            yield f"<h2>{_text(checklist.WORDS[lang]['plan'])}</h2>"
        yield f"<h3>{_code(entry)}</h3>"
        yield page.table(["", "", "", ""], [[n, _text(effect), f"{_code(text)} {_text(where)}", _text(fate)] for n, effect, text, where, fate in rows])


def _part(part: Part, lines: list[Line], left: living.Person, lang: str) -> Iterator[str]:
    heading = f"## {part.title[lang]}"
    yield f"<h2>{_text(part.title[lang])}</h2>"
    yield from _notes(left.notes.get((heading, "", 0), ()))
    yield '<ul class="items">'
    seen: dict[str, int] = {}
    for one in lines:
        named = markdown_line(one.text[lang]) if one.item.own else one.text[lang]
        seen[named] = seen.get(named, -1) + 1
        yield from _item(one, (heading, named, seen[named]), left, lang)
    yield "</ul>"


def _item(of: Line, anchor: Anchor, left: living.Person, lang: str) -> Iterator[str]:
    words = _WORDS[lang]
    state = "ticked" if of.state == "open" and anchor in left.ticks else of.state
    said = words[f"open {of.item.by}" if state == "open" else state]
    text = _text(of.text[lang]) if of.item.own else _rich(of.text[lang])
    yield f'<li class="{state}"><span class="icon" role="img" aria-label="{_text(said)}" title="{_text(said)}">{_ICONS[state]}</span><div><p>{text}</p>'
    evidence = [*_findings(of.failed, lang), *(f"{_place(o.location)} {_text(o.message[lang])} · {_code(o.rule.id)}" for o in of.unknown)]
    if of.unjudged and of.state == "open":
        evidence.append(_text(checklist.unjudged(of, lang)))
    if of.state == "done":
        evidence.append(_held(of, lang))
    elif of.state == "notApplicable":
        evidence.append(_rich(of.why_not[lang] if of.why_not else checklist.WORDS[lang]["nothing to judge"]))
    elif of.item.by in ("person", "probe"):
        evidence.append(_who(of, lang))
    if evidence:
        yield "<ul>" + "".join(f"<li>{one}</li>" for one in evidence) + "</ul>"
    yield from _notes(left.notes.get(anchor, ()))
    yield "</div></li>"


def _findings(failed: Sequence[Outcome], lang: str) -> Iterator[str]:
    """Each rule once, with all its places and one remedy; the highest priority first."""
    for _, group in groupby(sorted(failed, key=lambda o: (o.priority, o.rule.id)), key=lambda o: o.rule.id):
        outcomes = list(group)
        for o in outcomes:
            also = " (" + checklist.WORDS[lang]["also"].format(places=_places([r.location for r in o.related], lang)) + ")" if o.related else ""
            yield f'<b class="failed">{o.priority}</b> {_place(o.location)} {_text(o.message[lang])}{also}'
        rule = outcomes[0].rule
        effort = units.show_time(rule.effort * _MINUTE, lang)
        yield f'<span class="fix">{_text(checklist.WORDS[lang]["fix"])} ({effort}): {_rich(rule.fix[lang])} · {_code(rule.id)}</span>'


def _held(of: Line, lang: str) -> str:
    words = checklist.WORDS[lang]
    held = words["held"].format(rules=", ".join(map(_code, of.held)))
    return held + (" · " + words["judged"].format(places=_places(of.judged, lang)) if of.judged else "")


def _who(of: Line, lang: str) -> str:
    words = checklist.WORDS[lang]
    commands = ", ".join(map(_code, of.commands)) or (_text(of.see[lang]) if of.see else "")
    return words[of.item.by].format(commands=commands) if commands else _text(words[f"{of.item.by}, no command"])


def _notes(notes: Sequence[str]) -> Iterator[str]:
    if notes:
        yield '<blockquote class="note">' + "<br>".join(_text(n.strip().removeprefix(">").strip()) for n in notes) + "</blockquote>"


def _others(left: living.Person, lang: str) -> Iterator[str]:
    """Notes that stand at no item: above the parts, or of an item that is gone."""
    headings = set(checklist.headings(lang).values())
    rest = [n for anchor, notes in left.notes.items() if anchor[0] not in headings for n in notes]
    if rest:
        yield f"<h2>{_text(_WORDS[lang]['notes'])}</h2>"
        yield from _notes(rest)


def _loops(report: Report, lang: str) -> Iterator[str]:
    figures = plot.figures(report, lang)
    if figures:
        yield f"<h2>{_text(_WORDS[lang]['loops'])}</h2>"
        yield f"<p>{_text(_WORDS[lang]['lifetime'].format(lifetime=units.show_time(plot.LIFETIME, lang)))}</p>"
        yield from figures


def _text(text: str) -> str:
    return html.escape(one_line(text))


def _code(text: str) -> str:
    return f"<code>{_text(text)}</code>"


def _place(at: Location) -> str:
    return _code(f"{at.file}:{at.line}")


def _places(of: Sequence[Location], lang: str) -> str:
    places = ", ".join(map(_place, of[: checklist.PLACES]))
    return checklist.WORDS[lang]["more"].format(places=places, n=len(of) - checklist.PLACES) if len(of) > checklist.PLACES else places


def _rich(text: str) -> str:
    """A text of ours or of a rule: its code spans and bold stay, the rest is text."""
    pieces = " ".join(text.split()).split("`")
    if len(pieces) % 2 == 0:
        return _text(" ".join(text.split()))
    return "".join(_code(piece) if n % 2 else _bold(piece) for n, piece in enumerate(pieces))


def _bold(text: str) -> str:
    pieces = text.split("**")
    if len(pieces) % 2 == 0:
        return _text(text)
    return "".join(f"<b>{_text(piece)}</b>" if n % 2 else _text(piece) for n, piece in enumerate(pieces))

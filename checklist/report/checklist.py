"""DEPLOY_CHECKLIST.md: for the person who deploys, before, during and after.

The same report gives the same bytes on any machine: no clock, no commit, no absolute path. The digest of what was read
says whether the file still speaks of the project as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checklist import gate, units
from checklist.model import Location, Outcome, Report
from checklist.report import coverage, living, measures, plan
from checklist.report.items import Line, decide, load
from checklist.report.markdown import code, line
from checklist.report.view import View

MARKER = "<!-- onai-check: this file is generated; `onai-check report` writes it anew -->"
"""First line of every checklist: how we know that a file on disk is ours."""

PLACES = 6
"""More places of one thing than these are only counted."""
_MINUTE = 60_000
_MET = {True: "✅", False: "❌", None: "❔"}

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Deploy checklist",
        "record": "Deploy record",
        "commit": "Commit",
        "branch": "Branch",
        "state": "State",
        "changed": "**files changed since the commit: {n}**",
        "unchanged": "as committed",
        "time": "Time",
        "who": "Who",
        "open": "**The gate is open** ({level}): no rule stands against the deploy. The boxes below are still to be ticked.",
        "closed": "**The gate is closed** ({level}): do not deploy before the lines marked ❌ are mended.",
        "nothing": "**Nothing is judged**: no app, no deploy and no finding is seen here.",
        "left out": "Left out: {what}.",
        "no gate": "**No gate is set**: the lines marked ❌ do not stop the deploy.",
        "read": "Files read: {files}, digest {digest}. `onai-check report` writes this file anew; your ticks stay as long as the digest does, your notes (`> note` below an item, or behind ` — `) for ever.",
        "table": "| | findings | to mend | cannot be known here |",
        "held": "rules that hold: {rules}",
        "person": "for you to do: {commands}",
        "probe": "after the deploy: {commands}",
        "person, no command": "for you to decide",
        "probe, no command": "after the deploy",
        "n/a": "does not apply: {why}",
        "nothing to judge": "there is nothing here that its rules could judge",
        "judged": "judged: {places}",
        "unjudged": "not judged, nothing here tells of it: {what}",
        "also": "see also {places}",
        "more": "{places} and {n} more",
        "fix": "What to do",
        "plan": "The deploy as it will run",
    },
    "ru": {
        "title": "Чек-лист деплоя",
        "record": "Запись о деплое",
        "commit": "Коммит",
        "branch": "Ветка",
        "state": "Состояние",
        "changed": "**изменено после коммита, файлов: {n}**",
        "unchanged": "как в коммите",
        "time": "Время",
        "who": "Кто",
        "open": "**Шлюз открыт** ({level}): правила деплою не препятствуют. Пункты ниже всё равно нужно пройти.",
        "closed": "**Шлюз закрыт** ({level}): не деплоить, пока не исправлены пункты с ❌.",
        "nothing": "**Ничего не проверено**: здесь нет ни приложений, ни деплоя, ни замечаний.",
        "left out": "Не проверялось: {what}.",
        "no gate": "**Шлюз отключён**: пункты с ❌ деплой не останавливают.",
        "read": "Прочитано файлов: {files}, дайджест {digest}. `onai-check report` пишет этот файл заново; ваши галочки сохраняются, пока дайджест тот же, а заметки (`> заметка` под пунктом или после ` — `) — всегда.",
        "table": "| | замечаний | на исправление | отсюда не узнать |",
        "held": "правила соблюдены: {rules}",
        "person": "проверить самому: {commands}",
        "probe": "после деплоя: {commands}",
        "person, no command": "решает человек",
        "probe, no command": "после деплоя",
        "n/a": "неприменимо: {why}",
        "nothing to judge": "правилам здесь нечего проверять",
        "judged": "проверено: {places}",
        "unjudged": "не проверено, здесь об этом ничего не сказано: {what}",
        "also": "см. также {places}",
        "more": "{places} и ещё {n}",
        "fix": "Что сделать",
        "plan": "Деплой, как он пойдёт",
    },
}


@dataclass(frozen=True, slots=True)
class Deploy:
    """The deploy that a record is of."""

    commit: str
    branch: str | None
    """None where HEAD is detached, as in CI."""
    changed: int
    """Tracked files that are not as they were committed."""
    time: str
    """Local time with its offset, ISO 8601 to the second."""
    who: str


def render(report: Report, view: View, *, own: Mapping[str, Sequence[Mapping[str, str]]] | None = None, deploy: Deploy | None = None) -> str:
    """The checklist of a report as Markdown; `own` are the config's items by part, `deploy` makes it the record of one."""
    lang = view.lang
    words = WORDS[lang]
    state = state_of(report, view.gate)
    left_out = ", ".join(coverage.left_out(report, lang, counted=False))
    files = len({file for file, _ in report.checked})
    out = [
        MARKER,
        "",
        f"# {words['record' if deploy else 'title']}",
        "",
        *(_record(deploy, lang) if deploy else ()),
        "> [!CAUTION]" if state == "closed" else "> [!NOTE]",
        f"> {words[state].format(level=view.gate)}",
        *([f"> {words['left out'].format(what=line(left_out))}"] if left_out else []),
        "",
        words["read"].format(files=files, digest=code(report.digest[:12])),
        "",
        words["table"],
        "|---|---:|---:|---:|",
        *(
            f"| **{priority}** | {step.findings} | {units.show_time(step.minutes * _MINUTE, lang) if step.minutes else '—'} | {step.open} |"
            for priority, step in gate.ladder(report).items()
        ),
    ]
    if rows := measures.rows(report, lang):
        out += ["", "| {} | {} | {} | {} |".format(*measures.heads(lang)), "|---|---|---|---|"]
        out += [f"| {row.name} | {row.before} | {_MET[row.met]} {line(row.now)}{_cell(row.at)} | {row.goal} |" for row in rows]
    for part, lines in decide(report, own or {}):
        out += ["", f"## {part.title[lang]}", ""]
        for number, decided in enumerate(lines, 1):
            out += _item(decided, number, lang)
    if diagram := plan.mermaid(report, lang, deploys=True):
        out += ["", f"## {words['plan']}", "", "```mermaid", *diagram.rstrip("\n").split("\n"), "```"]
    return living.seal("\n".join(out) + "\n", report.digest[:12])


def state_of(report: Report, level: str) -> str:
    """What is said of the gate: `open`, `closed`, `no gate`, or `nothing` where nothing was judged."""
    if coverage.nothing(report) is not None:
        return "nothing"
    return "no gate" if level == "none" else "open" if gate.is_open(report, level) else "closed"


def language_of(text: str) -> str | None:
    """The language of a checklist, None where it is none."""
    return next((lang for lang, words in WORDS.items() if f"\n# {words['title']}\n" in text), None)


def headings(lang: str) -> dict[str, str]:
    """The heading of every part by its id."""
    return {part.id: f"## {part.title[lang]}" for part in load()}


def _record(of: Deploy, lang: str) -> list[str]:
    words = WORDS[lang]
    changed = words["changed"].format(n=of.changed) if of.changed else words["unchanged"]
    return [
        f"| {words['commit']} | {code(of.commit)} |",
        "|---|---|",
        f"| {words['branch']} | {code(of.branch) if of.branch else '—'} |",
        f"| {words['state']} | {changed} |",
        f"| {words['time']} | {line(of.time)} |",
        f"| {words['who']} | {line(of.who)} |",
        "",
    ]


def _item(of: Line, number: int, lang: str) -> list[str]:
    words = WORDS[lang]
    text = line(of.text[lang]) if of.item.own else of.text[lang]
    match of.state:
        case "instruction":
            return [f"{number}. **{text}**"]
        case "notApplicable":
            why = of.why_not[lang] if of.why_not else words["nothing to judge"]
            return [f"- ➖ {text} — {words['n/a'].format(why=why)}"]
        case "done":
            return [f"- [x] {text}", f"  - {_held(of, lang)}"]
        case "failed":
            out = [f"- [ ] ❌ **{text}**", *_findings(of.failed, lang)]
        case _:
            out = [f"- [ ] {text}"]
    out += [f"  - ❔ {_place(o.location)} {line(o.message[lang])} · {code(o.rule.id)}" for o in of.unknown]
    if of.unjudged and of.state == "open":
        out.append(f"  - ❔ {unjudged(of, lang)}")
    if of.item.by in ("person", "probe"):
        out.append(f"  - {_who(of, lang)}")
    return out


def unjudged(of: Line, lang: str) -> str:
    """What an item says and nobody has judged."""
    return WORDS[lang]["unjudged"].format(what=", ".join(text[lang] for text in of.unjudged))


def _findings(failed: Sequence[Outcome], lang: str) -> list[str]:
    """Each rule once, with all its places and one remedy; the highest priority first."""
    words = WORDS[lang]
    by_rule: dict[str, list[Outcome]] = {}
    for outcome in sorted(failed, key=lambda o: o.priority):
        by_rule.setdefault(outcome.rule.id, []).append(outcome)
    out = []
    for outcomes in by_rule.values():
        for outcome in outcomes:
            also = f" ({_also(outcome, lang)})" if outcome.related else ""
            out.append(f"  - **{outcome.priority}** {_place(outcome.location)} {line(outcome.message[lang])}{also}")
        rule = outcomes[0].rule
        effort = units.show_time(rule.effort * _MINUTE, lang)
        out.append(f"    - {words['fix']} ({effort}): {_remedy(rule.fix[lang])} · {code(rule.id)}")
    return out


def _also(of: Outcome, lang: str) -> str:
    return WORDS[lang]["also"].format(places=_places([r.location for r in of.related], lang))


def _places(of: Sequence[Location], lang: str) -> str:
    places = ", ".join(map(_place, of[:PLACES]))
    return WORDS[lang]["more"].format(places=places, n=len(of) - PLACES) if len(of) > PLACES else places


def _held(of: Line, lang: str) -> str:
    words = WORDS[lang]
    held = words["held"].format(rules=", ".join(map(code, of.held)))
    return held + (" · " + words["judged"].format(places=_places(of.judged, lang)) if of.judged else "")


def _who(of: Line, lang: str) -> str:
    words = WORDS[lang]
    commands = ", ".join(map(code, of.commands)) or (line(of.see[lang]) if of.see else "")
    return words[of.item.by].format(commands=commands) if commands else words[f"{of.item.by}, no command"]


def _remedy(text: str) -> str:
    """A rule's own text on one line: its code spans and links stay, the rest is harmless; packs are written by anybody."""
    pieces = " ".join(text.split()).split("`")
    if len(pieces) % 2 == 0:
        return line("`".join(pieces), links=True)
    return "".join(code(piece) if n % 2 else line(piece, links=True) for n, piece in enumerate(pieces))


def _cell(at: Location | None) -> str:
    # a pipe ends a table's cell even in a code span (GFM 0.29 §4.10)
    return " " + _place(at).replace("|", "\\|") if at else ""


def _place(at: Location) -> str:
    return code(f"{at.file}:{at.line}")

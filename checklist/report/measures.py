"""The measures of success as people read them: before, in the incident; now; when mended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checklist import units
from checklist.model import Location, Report, Value, plain

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "measure": "measure",
        "before": "in the incident",
        "now": "now",
        "goal": "when mended",
        "detection": "outage known (MTTD)",
        "repair": "up again (MTTR)",
        "monitoring": "monitoring 24/7",
        "alerts": "alerts",
        "rollback": "rollback on failure",
        "at most": "up to {}",
        "under": "under {}",
        "user": "unknown until a user complains",
        "no interval": "unknown, no interval is declared",
        "by hand": "{} by hand",
        "by hand now": "by hand",
        "automatic": "by itself, when the smoke test fails",
        "script": "by hand, with a rollback script",
        "unknown": "cannot be known here",
        "yes": "yes",
        "no": "no",
        "nobody": "nobody",
        "channels": "{} channels",
        "automatically": "automatic",
        "broken": "called, but faulty",
        "ways": "automatic on {} of {} ways",
        "no deploy": "no deploy script is seen here",
    },
    "ru": {
        "measure": "показатель",
        "before": "в аварии",
        "now": "сейчас",
        "goal": "после исправления",
        "detection": "узнаём об аварии (MTTD)",
        "repair": "снова работает (MTTR)",
        "monitoring": "мониторинг 24/7",
        "alerts": "оповещения",
        "rollback": "откат при неудаче",
        "at most": "до {}",
        "under": "меньше {}",
        "user": "когда пожалуется пользователь",
        "no interval": "неизвестно, interval не объявлен",
        "by hand": "{} вручную",
        "by hand now": "вручную",
        "automatic": "сам, если проверка после деплоя не прошла",
        "script": "вручную, скриптом отката",
        "unknown": "отсюда не узнать",
        "yes": "да",
        "no": "нет",
        "nobody": "никому",
        "channels": "каналов: {}",
        "automatically": "автоматический",
        "broken": "вызывается, но с ошибкой",
        "ways": "автоматический: {} из {} способов",
        "no deploy": "деплой-скриптов здесь не видно",
    },
}


@dataclass(frozen=True, slots=True)
class Row:
    """One measure in words."""

    name: str
    before: str
    now: str
    """May hold names from the project: to be made harmless where it is shown."""
    goal: str
    met: bool | None
    """None where it is not known."""
    at: Location | None
    """What decided it."""


def heads(lang: str) -> tuple[str, str, str, str]:
    """The heads of the four columns."""
    words = _WORDS[lang]
    return words["measure"], words["before"], words["now"], words["goal"]


def rows(report: Report, lang: str) -> list[Row]:
    """A row for each measure; none where there is no PM2 app that could be down."""
    if not any(d.kind == "pm2.app" for d in report.documents):
        return []
    return [_row(name, measure, lang) for name, measure in of(report).members().items()]


def of(report: Report) -> Value:
    """The measures by name. Where folders have configs of their own each measure is that of the folder with apps that
    stands worst: what holds for one service is no comfort for the other."""
    apps = {d.file for d in report.documents if d.kind == "project" and plain(d.value.get("apps"))}
    measured = [d.value.members() for d in report.documents if d.kind == "measures" and (d.file in apps or not apps)]
    if not measured:
        return Value(None)
    return Value({name: min((m[name] for m in measured), key=_standing) for name in measured[0]})


def _standing(of: Value) -> int:
    met = of.get("met")
    return {False: 0, True: 2}.get(met.content, 1) if met is not None and isinstance(met.content, bool) else 1


def _row(name: str, of: Value, lang: str) -> Row:
    words = _WORDS[lang]
    now, met = of.get("now"), of.get("met")
    told = met.content if met is not None and isinstance(met.content, bool) else None
    tell = {"detection": _detection, "repair": _repair, "monitoring": _monitoring, "alerts": _alerts, "rollback": _rollback}[name]
    goal = of.get("goal") or Value(None)
    aim = {
        "detection": lambda: words["under"].format(_time(goal, "to", lang)),
        "repair": lambda: words["under"].format(_time(goal, "to", lang)),
        "monitoring": lambda: words["yes"],
        "alerts": lambda: words["channels"].format(goal.content),
        "rollback": lambda: words["automatically"],
    }[name]()
    at = now.at if now is not None else None
    return Row(words[name], tell(of.get("before") or Value(None), None, lang), tell(now or Value(None), told, lang), aim, told, at if at and at.file else None)


def _time(of: Value, key: str, lang: str) -> str:
    found = of.get(key)
    return units.show_time(found.content, lang) if found is not None and isinstance(found.content, (int, float)) else "—"


def _detection(of: Value, met: bool | None, lang: str) -> str:
    if of.content is None:
        return _WORDS[lang]["no interval" if met is None else "user"]
    start, end = of.get("from"), _time(of, "to", lang)
    if start is None or start.content == 0:
        return _WORDS[lang]["at most"].format(end)
    return f"{_time(of, 'from', lang)} – {end}"


def _repair(of: Value, met: bool | None, lang: str) -> str:
    words = _WORDS[lang]
    match of.text("way"):
        case "automatic":
            return words["automatic"]
        case "script":
            return words["script"]
        case "by_hand":
            return words["by hand"].format(_time(of, "to", lang)) if of.get("to") else words["by hand now"]
    return words["unknown"]


def _monitoring(of: Value, met: bool | None, lang: str) -> str:
    return _WORDS[lang]["yes" if of.content is True else "no"]


def _alerts(of: Value, met: bool | None, lang: str) -> str:
    return ", ".join(str(item.content) for item in of.items()) or _WORDS[lang]["nobody"]


def _rollback(of: Value, met: bool | None, lang: str) -> str:
    words = _WORDS[lang]
    ways, back = of.get("ways"), of.get("back")
    if of.content is None:
        return words["no deploy"]
    if ways is None or back is None:
        return words["no"]
    if met is None:
        return words["unknown"]
    if met or back.content != 0:
        return words["automatically"] if met else words["ways"].format(back.content, ways.content)
    broken = of.get("broken")
    return words["broken"] if broken is not None and broken.content else words["no"]

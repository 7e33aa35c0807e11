"""What was judged and what was left out, and whether there was anything to judge: the gate claims no more than that."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from checklist.facts.deploy.subject import STARTS, is_deploy
from checklist.model import LeftOut, Report, Texts, Value
from checklist.report.clean import one_line

LOOKED_FOR: Texts = {
    "en": "a PM2 config (ecosystem.config.js, pm2.json …), env files (env.env, .env), .gitignore, "
    "deploy scripts (*.sh), .github/workflows, package.json",
    "ru": "конфиг PM2 (ecosystem.config.js, pm2.json …), env-файлы (env.env, .env), .gitignore, деплой-скрипты (*.sh), "
    ".github/workflows, package.json",
}
_SEEN = 5  # names that a line has room for

_WORDS: Mapping[str, Mapping[str, Any]] = {
    "en": {
        "app": ("app", "apps", "apps"),
        "no app": "no app",
        "deploy": ("way to deploy", "ways to deploy", "ways to deploy"),
        "restart": ("way to restart", "ways to restart", "ways to restart"),
        "no entry": "no way to deploy",
        "files": ("file", "files", "files"),
        "left out": "left out",
        "in": "{} in {} (exclude)",
        "by": "{} by {} (exclude)",
        "pattern": "{} (exclude)",
        "disabled": "rule {} (disabled)",
        "group": "rules {} (disabled)",
        "select": "all rules but {} (select)",
        "submodule": "submodule {}",
        "nothing": "nothing to judge",
        "none here": "there is no app under PM2, no deploy and no finding; looked for {}",
        "no rule": "no rule that is held has anything to look at",
        "seen": "seen: {}",
        "none": "nothing of it",
        "more": "{} and {} more",
    },
    "ru": {
        "app": ("приложение", "приложения", "приложений"),
        "no app": "ни одного приложения",
        "deploy": ("способ деплоя", "способа деплоя", "способов деплоя"),
        "restart": ("способ перезапустить", "способа перезапустить", "способов перезапустить"),
        "no entry": "ни одного способа деплоя",
        "files": ("файл", "файла", "файлов"),
        "left out": "не проверялось",
        "in": "{} в {} (exclude)",
        "by": "{} по {} (exclude)",
        "pattern": "{} (exclude)",
        "disabled": "правило {} (отключено)",
        "group": "правила {} (отключены)",
        "select": "все правила, кроме {} (select)",
        "submodule": "подмодуль {}",
        "nothing": "проверять нечего",
        "none here": "нет ни приложений PM2, ни деплоя, ни замечаний; искали {}",
        "no rule": "включённым правилам здесь не на что смотреть",
        "seen": "есть: {}",
        "none": "ничего из этого",
        "more": "{} и ещё {}",
    },
}


def as_json(report: Report) -> dict[str, Any]:
    """The `coverage` of the contract, as far as it is known: what was judged, and what was left out."""
    apps = ((app.subject, app.place()) for app in _apps(report))
    return {
        "apps": [{"name": name, "file": at.file, "line": at.line} for name, at in apps],
        "leftOut": [{"by": one.by, "what": one.what, "files": one.files} for one in report.left_out],
    }


def said(report: Report, lang: str) -> str:
    """What the gate has judged and what was left out, in half a sentence."""
    left = list(left_out(report, lang))
    return "; ".join([judged(report, lang), *([f"{heading(lang)}: {', '.join(left)}"] if left else [])])


def judged(report: Report, lang: str) -> str:
    """Apps and entries in numbers."""
    words = _WORDS[lang]
    apps = len({(posixpath.dirname(app.file), app.subject) for app in _apps(report)})
    deploys, restarts = _entries(report)
    counted = [_counted(n, words[what], lang) for n, what in ((deploys, "deploy"), (restarts, "restart")) if n]
    told = _counted(apps, words["app"], lang) if apps else str(words["no app"])
    return ", ".join([told, *(counted or [str(words["no entry"])])])


def left_out(report: Report, lang: str, *, counted: bool = True) -> Iterator[str]:
    """Each thing that was left out. Not `counted`: without the number of files, which differs from one machine to the
    next, and so with the patterns that leave out none on this one."""
    for one in report.left_out:
        if one.by != "exclude" or one.files or not counted:
            yield one_line(_told(one, lang, counted=counted))


def notices(report: Report, lang: str) -> list[str]:
    """Each thing that was left out, and that there was nothing to judge, for formats that list such things."""
    told = nothing(report)
    return [*(f"{heading(lang)}: {one}" for one in left_out(report, lang)), *([told[lang]] if told else [])]


def heading(lang: str) -> str:
    """What stands before the things left out."""
    return str(_WORDS[lang]["left out"])


def nothing(report: Report) -> Texts | None:
    """Why there is nothing to judge, with what was looked for and what was seen instead; None where there is something.

    An open gate would say that somebody had looked.
    """
    anything = bool(_apps(report)) or any(_entries(report))
    if report.findings or (anything and any(o.state != "notApplicable" for o in report.outcomes)):
        return None
    return {lang: "; ".join([_why(report, lang, anything=anything), *_instead(report, lang)]) for lang in _WORDS}


def _why(report: Report, lang: str, *, anything: bool) -> str:
    words = _WORDS[lang]
    return f"{words['nothing']}: " + str(words["no rule"] if anything else words["none here"].format(LOOKED_FOR[lang]))


def _instead(report: Report, lang: str) -> Iterator[str]:
    words = _WORDS[lang]
    seen = [one_line(file) for file, kind in report.checked if kind != "config"]
    shown = ", ".join(seen[:_SEEN])
    if len(seen) > _SEEN:
        shown = words["more"].format(shown, len(seen) - _SEEN)
    yield words["seen"].format(shown or words["none"])
    if left := list(left_out(report, lang)):
        yield f"{heading(lang)}: {', '.join(left)}"


def _apps(report: Report) -> list[Any]:
    return [d for d in report.documents if d.kind == "pm2.app" and d.value.get("environment") in (None, Value(None))]


def _entries(report: Report) -> tuple[int, int]:
    """(ways to deploy, ways that only start, restart, stop or delete)."""
    paths = [d for d in report.documents if d.kind == "deploy.path"]
    others = [d.value.get("steps") or Value(()) for d in paths if not is_deploy(d)]
    restarts = sum(any(step.text("effect") in (*STARTS, "stop", "delete") for step in steps.items()) for steps in others)
    return len(paths) - len(others), restarts


def _told(of: LeftOut, lang: str, *, counted: bool) -> str:
    words = _WORDS[lang]
    match of.by:
        case "exclude" if counted:
            said = words["in" if of.what.endswith("/") else "by"]
            return str(said.format(_counted(of.files, words["files"], lang), of.what))
        case "exclude":
            return str(words["pattern"].format(of.what))
        case "disabled":
            return str(words["group" if of.what.partition(" ")[0].endswith("/") else "disabled"].format(of.what))
    return str(words[of.by].format(of.what))


def _counted(count: int, forms: object, lang: str) -> str:
    return f"{count} {plural(count, forms, lang)}"


def plural(count: int, forms: object, lang: str) -> str:
    """The form of a word that goes with a number: one, few, many (CLDR plural rules for en and ru)."""
    assert isinstance(forms, tuple)
    if lang == "ru":
        if count % 10 == 1 and count % 100 != 11:
            return str(forms[0])
        return str(forms[1] if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else forms[2])
    return str(forms[0] if count == 1 else forms[2])

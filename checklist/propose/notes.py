"""A survey → what a person has to do besides, because it stands in files that are theirs."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterable

from checklist.model import Texts
from checklist.propose.deploys import DEPLOY, SMOKE
from checklist.propose.proposals import CONFIG, WORKFLOW, Proposal
from checklist.propose.survey import Survey, has_tests


def notes(of: Survey, proposed: Iterable[Proposal], lang: str) -> list[str]:
    """What is to be done by hand, in the language asked for; `proposed` has what becomes of each file."""
    has = {one.path for one in proposed if one.writes or one.state == "there"}
    found: list[Texts] = []
    if of.strays and not of.deploys and DEPLOY not in has:
        found.append({
            "en": f"before anything else: {_wanted(of)}, so that PM2 starts the app from the link that a rollback flips; then onai-check init again",
            "ru": f"прежде всего: {_wanted(of)}, чтобы PM2 запускал приложение через ссылку, которую переключает откат; затем снова onai-check init",
        })
    for at in of.unchecked:
        if at.folder is not None and SMOKE in has:
            line = f"bash {shlex.quote(posixpath.relpath(SMOKE, at.folder or '.'))} || exit 1"
            found.append({
                "en": f"{at.file}:{at.line}: add the smoke test in a line below this restart: {line}",
                "ru": f"{at.file}:{at.line}: строкой ниже этого перезапуска добавить smoke-тест: {line}",
            })
        elif not of.silent:
            line = f"&& sleep 10 && curl -sf {shlex.quote(of.health.value)} || exit 1"
            found.append({
                "en": f"{at.file}:{at.line}: ask the app after this restart, at the end of the same command: {line}",
                "ru": f"{at.file}:{at.line}: после этого перезапуска спросить приложение, дописав в ту же команду: {line}",
            })
            if at.lost:
                found.append({
                    "en": f"{at.lost}: put set -e at the top, or it goes on and ends well when that fails",
                    "ru": f"{at.lost}: поставить в начале set -e, иначе скрипт пойдёт дальше и закончится успешно, даже если ответа нет",
                })
    if of.runs.value == "build" and of.runs.where != "policy.run_from":
        found.append({
            "en": f"{of.config}: PM2 starts {of.entry}, so run_from: build is proposed; if the sources are meant to run, change `script` first",
            "ru": f"{of.config}: PM2 запускает {of.entry}, поэтому предложено run_from: build; если должны работать исходники, сначала изменить `script`",
        })
    if of.apps and of.lock is None and has & {DEPLOY, WORKFLOW}:
        found.append({
            "en": "no lock file is here, and `npm ci` needs one: run `npm install` once and commit package-lock.json",
            "ru": "нет lock-файла, а без него `npm ci` не работает: один раз выполнить `npm install` и закоммитить package-lock.json",
        })
    if of.apps and not has_tests(of) and WORKFLOW in has:
        found.append({
            "en": "there is no test command: the workflow deploys nothing until `npm test` runs something",
            "ru": "нет команды с тестами: workflow ничего не задеплоит, пока `npm test` что-нибудь не запускает",
        })
    if of.monitor is None:
        found.append({
            "en": f"{CONFIG}: declare the uptime monitor once there is one; nothing here can set it up",
            "ru": f"{CONFIG}: описать монитор доступности, когда он появится; сам он отсюда не заведётся",
        })
    return [text[lang] for text in found]


def _wanted(of: Survey) -> str:
    """The cwd that each app needs, and where."""
    return "; ".join(f"{of.config}:{home.line}: {home.app}: cwd: '{of.link_to(home.folder)}'" for home in of.strays)

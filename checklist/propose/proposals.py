"""A survey → the files that are proposed, each as it would stand, or the reason why it is not."""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from checklist.model import Texts
from checklist.parse import yaml
from checklist.propose.deploys import DEPLOY, SCRIPTS, SMOKE, ours
from checklist.propose.survey import Survey, has_tests
from checklist.propose.template import render

CONFIG, HOOKS, WORKFLOW, EXAMPLE = "onai-check.yaml", ".pre-commit-config.yaml", ".github/workflows/deploy.yml", ".env.example"
RUNBOOK, PLAYBOOK, ADR = "docs/runbook.md", "docs/incident-response.md", "docs/adr/0001-releases.md"
TARGETS = (CONFIG, HOOKS, *SCRIPTS, WORKFLOW, EXAMPLE, RUNBOOK, PLAYBOOK, ADR)
"""Every file that may be proposed."""

_INSTALL = {"npm": "npm ci", "yarn": "yarn install --frozen-lockfile", "pnpm": "pnpm install --frozen-lockfile", "bun": "bun install --frozen-lockfile"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """One file. `there` is not touched; `held` is not written for a reason; of `shown` a person has to take what fits."""

    path: str
    state: Literal["new", "append", "there", "held", "shown"]
    text: str = ""
    """The whole file as it would be; of `shown` what is to be put into it."""
    why: str = ""

    @property
    def writes(self) -> bool:
        return self.state in ("new", "append")

    @property
    def executable(self) -> bool:
        return self.path.endswith(".sh")


def proposals(of: Survey, present: Mapping[str, str | None], lang: str, *, below: bool = False) -> list[Proposal]:
    """What is proposed for each of TARGETS. `present` has those that exist (None: not to be read), `below` says that the
    folder is part of a larger repository."""
    made = _Maker(of, lang, present, below=below)
    return [_one(path, of, present, made, below=below) for path in TARGETS]


# ---- what becomes of one file ----------------------------------------------------------------------------------------


def _one(path: str, of: Survey, present: Mapping[str, str | None], made: _Maker, *, below: bool) -> Proposal:
    if path in present and path not in (HOOKS, EXAMPLE):
        return Proposal(path, "there")
    reason = _held(path, of, below=below, present=present)
    if reason is not None:
        return Proposal(path, "held", why=reason[made.lang])
    if path == HOOKS and path in present:
        return _hooks(present[path], made)
    if path == EXAMPLE:
        return _example(of, present.get(path), made, exists=path in present)
    return Proposal(path, "new", made.text(path))


def _held(path: str, of: Survey, *, below: bool, present: Mapping[str, str | None]) -> Texts | None:
    """Why a file is not written, None if it may be."""
    if below and path in (HOOKS, WORKFLOW, *SCRIPTS):
        return {
            "en": "the repository begins above this folder: run `onai-check init` at its top",
            "ru": "репозиторий начинается выше этой папки: запустить `onai-check init` в его корне",
        }
    if path not in (CONFIG, HOOKS) and not of.apps:
        return {"en": "no PM2 config here names an app", "ru": "ни один конфиг PM2 здесь не называет приложение"}
    if path == SMOKE and SMOKE not in present and any(at.folder is not None for at in of.unchecked):
        return None
    if path in SCRIPTS:
        return _no_release(of, present)
    if path == WORKFLOW and (of.workflows or of.other_ci):
        told = ", ".join(of.workflows or of.other_ci)
        if of.workflows:
            return {"en": f"there is a workflow that deploys already: {told}", "ru": f"workflow с деплоем уже есть: {told}"}
        return {"en": f"another CI system is in use: {told}", "ru": f"используется другая система CI: {told}"}
    if path in (WORKFLOW, RUNBOOK, PLAYBOOK, ADR) and (below or _no_release(of, present) is not None):
        return {"en": f"it is about {DEPLOY}, which is not written", "ru": f"он рассчитан на {DEPLOY}, а тот не создаётся"}
    document = {RUNBOOK: "runbook", PLAYBOOK: "playbook", ADR: "adr"}.get(path)
    if document in of.documents:
        return {"en": "there is one already", "ru": "такой документ уже есть"}
    return None


def _no_release(of: Survey, present: Mapping[str, str | None]) -> Texts | None:
    """Why the deploy by releases, with all that belongs to it, is not written; None if it is, or is there."""
    if of.deploys:
        told = "; ".join(of.deploys)
        one = len(of.deploys) == 1
        return {
            "en": f"there is a deploy already, and this would take its place: {told}. Remove {'it' if one else 'them'} and run this again, or mend {'it as its' if one else 'them as their'} findings say",
            "ru": f"деплой уже есть, и этот файл встал бы на его место: {told}. Удалить {'его' if one else 'их'} и запустить команду ещё раз или исправить по замечаниям",
        }
    if of.workflows:
        told = ", ".join(of.workflows)
        return {"en": f"there is a workflow that deploys already: {told}", "ru": f"workflow с деплоем уже есть: {told}"}
    if of.rollbacks:
        told = ", ".join(of.rollbacks)
        return {"en": f"there is a rollback already, and this would take its place: {told}", "ru": f"откат уже есть, и этот файл встал бы на его место: {told}"}
    if foreign := [p for p in SCRIPTS if p in present and not ours(present[p])]:
        return {
            "en": f"{foreign[0]} is there and is not init's; the scripts call each other: rename it and run this again",
            "ru": f"{foreign[0]} уже есть, и создал его не init, а скрипты вызывают друг друга: переименовать его и запустить команду ещё раз",
        }
    if of.strays:
        told = "; ".join(f"{of.config}:{home.line}: cwd: '{of.link_to(home.folder)}'" for home in of.strays)
        return {
            "en": f"first set the cwd that a rollback can reach, then run this again: {told}",
            "ru": f"сначала указать cwd, до которого дотянется откат, затем запустить команду ещё раз: {told}",
        }
    if of.runs.value == "build" and not of.makes:
        return {
            "en": f"PM2 starts {of.entry}, and nothing here builds it: add a build script to package.json",
            "ru": f"PM2 запускает {of.entry}, но здесь его ничто не собирает: добавить скрипт build в package.json",
        }
    return None


def _hooks(old: str | None, made: _Maker) -> Proposal:
    """The hook at the end of the list of repositories, if the file then says all that it said and the hook besides."""
    mine = made.text(HOOKS)
    entry = mine.partition("\n")[2]
    before = yaml.parse(HOOKS, old).value if old is not None else None
    told = _plain(before)
    if isinstance(told, dict) and isinstance(told.get("repos"), list) and old is not None:
        if any(h.get("id") == "onai-check" for r in told["repos"] if isinstance(r, dict) for h in r.get("hooks") or () if isinstance(h, dict)):
            return Proposal(HOOKS, "there")
        indent = re.findall(r"^( *)- repo:", old, re.MULTILINE)
        if indent:
            new = old.rstrip("\n") + "\n" + "".join(f"{indent[-1]}{line.removeprefix('  ')}\n" for line in entry.rstrip("\n").split("\n"))
            expected = {**told, "repos": [*told["repos"], *_plain(yaml.parse(HOOKS, mine).value)["repos"]]}
            if _plain(yaml.parse(HOOKS, new).value) == expected:
                return Proposal(HOOKS, "append", new)
    why = {"en": "what is there cannot be added to safely; put this under `repos:`", "ru": "безопасно дописать в этот файл не получится; вставить это в `repos:`"}
    return Proposal(HOOKS, "shown", entry, why[made.lang])


def _plain(of: Any) -> Any:
    from checklist.model import plain

    return plain(of, reveal=True)


def _example(of: Survey, old: str | None, made: _Maker, *, exists: bool) -> Proposal:
    """Names without values; a file that is there is only added to."""
    lines = "".join(f"{name}=\n" for name in of.env_names)
    if lines and of.example not in ("", EXAMPLE):
        why = {"en": f"these names are missing in {of.example}", "ru": f"в {of.example} не хватает этих имён"}
        return Proposal(EXAMPLE, "shown", lines, why[made.lang])
    if not lines or (exists and old is None):
        return Proposal(EXAMPLE, "there" if exists else "held", why="" if exists else {"en": "no variable is read here", "ru": "переменные здесь не читаются"}[made.lang])
    if old is None:
        return Proposal(EXAMPLE, "new", made.text(EXAMPLE) + lines)
    return Proposal(EXAMPLE, "append", old + ("" if old.endswith("\n") or not old else "\n") + lines)


# ---- the text of one file --------------------------------------------------------------------------------------------


class _Maker:
    """Fills the templates."""

    def __init__(self, of: Survey, lang: str, present: Mapping[str, str | None], *, below: bool) -> None:
        self.of, self.lang = of, lang
        self._values = _values(of, lang)
        self._true = {*_conditions(of), lang}
        # a file names another only where that one is or will be
        pushed = ours(present[WORKFLOW]) if WORKFLOW in present else _held(WORKFLOW, of, below=below, present=present) is None
        self._true |= {"pushed" if pushed else "nopush", "keys" if of.example or of.env_names else "nokeys"}

    def text(self, path: str) -> str:
        name = {HOOKS: "pre-commit.yaml", EXAMPLE: "env.example", ADR: f"adr.{self.lang}.md"}.get(path) or posixpath.basename(path)
        if path in (RUNBOOK, PLAYBOOK):
            name = name.replace(".md", f".{self.lang}.md")
        return render(name, self._values, self._true)


def _conditions(of: Survey) -> Iterator[str]:
    yield of.runs.value
    yield of.manager
    yield "silent" if of.silent else "asks"
    yield "monitor" if of.monitor else "nomonitor"
    # PM2 reads YAML with a library of its own, Node.js does not
    yield "yaml" if of.config.endswith((".yml", ".yaml")) else "javascript"
    if of.env_file.value:
        yield "env"
    if of.folder:
        yield "nested"
    if of.lock is not None and of.lock != of.folder:
        yield "apart"
    if of.frontends:
        yield "frontends"
    if not has_tests(of):
        yield "notests"


_LOCAL = re.compile(r"http://(?:localhost|127\.0\.0\.1|\[::1\]):(\d+)(?:[/?].*)?")


def _values(of: Survey, lang: str) -> Mapping[str, str]:
    run = f"{of.manager} run"
    usual = {"en": "what is usual; nothing here says otherwise", "ru": "как обычно; ничто здесь не говорит иначе"}[lang]
    provider, url = of.monitor or ("", "")
    example = of.example or EXAMPLE
    port = _LOCAL.fullmatch(of.health.value) if not of.silent else None
    env_home = f"{of.root}/shared/{of.env_file.value or '.env'}"
    return {
        "name": of.name,
        "apps": " ".join(shlex.quote(a) for a in of.apps),
        "root": of.root,
        "below": f"/{of.folder}" if of.folder else "",
        "folder": of.folder,
        "lock_folder": of.lock or ("." if of.lock == "" else of.folder),
        "lock_file": posixpath.join(of.folder if of.lock is None else of.lock, "package-lock.json"),
        "lock_below": f"/{of.folder}" if of.folder and of.lock != "" else "",
        "branch": of.branch,
        "config": shlex.quote(posixpath.relpath(of.config, of.folder or ".")) if of.config else "",
        "config_path": of.config,
        "install": _INSTALL[of.manager],
        "build": of.makes,
        "environment": f" --env {of.environment}" if of.environment else "",
        "load": 'eval("(" + readFileSync(file, "utf8") + ")") // as PM2 does' if of.config.endswith((".json", ".json5")) else "require(resolve(file))",
        "playbook": of.documents.get("playbook") or PLAYBOOK,
        "example": example,
        "env_keys": {"en": f"; {example} names its keys", "ru": f"; его ключи перечислены в {example}"}[lang] if of.example or of.env_names else "",
        # 0: it is not known which one is the app's own
        "health_port": port[1] if port else "0",
        "and_answers": {"en": f",\n# and no other Node.js answers on port {port[1]}", "ru": f",\n# и на порту {port[1]} не отвечает другой Node.js"}[lang] if port else "",
        "test": "bun run test" if of.manager == "bun" else f"{of.manager} test",
        "quality": "\n".join(f"      - run: {command}" for command in _quality(of, run)),
        "node": f"node-version-file: {of.node.value}" if of.node.where else f"node-version: {of.node.value}",
        "build_dirs": " ".join(shlex.quote(d) for d in of.build_dirs),
        "still_there": " || ".join(f"[ -e {shlex.quote(d)} ]" for d in of.build_dirs),
        "entry": shlex.quote(of.entry),
        "env_file": shlex.quote(of.env_file.value),
        "env_why": of.env_file.where,
        "env_home": env_home,
        # where a deploy that is there keeps it, nobody can know
        "env_at": "" if of.deploys or of.rollbacks else {"en": f", in {env_home}", "ru": f", в {env_home}"}[lang],
        "health_url": shlex.quote(of.health.value),
        "health_remote": shlex.quote(shlex.quote(of.health.value)),
        "health_plain": of.health.value,
        "health_yaml": json.dumps(of.health.value) if re.search(r"[#{}\[\],&*!|>'\"%@`\\]|: ", of.health.value) else of.health.value,
        "health_why": of.health.where or usual,
        "runs": of.runs.value,
        "runs_why": of.runs.where or usual,
        "runs_words": {"source": {"en": "sources", "ru": "исходники"}, "build": {"en": "build", "ru": "собранный код"}}[of.runs.value][lang],
        "frontends": json.dumps(list(of.frontends), ensure_ascii=False),
        "monitor_provider": json.dumps(provider, ensure_ascii=False),
        "monitor_url": json.dumps(url, ensure_ascii=False),
        "lang": lang,
    }


def _quality(of: Survey, run: str) -> Iterable[str]:
    if "lint" in of.scripts:
        yield f"{run} lint"
    if of.typed and not any("tsc" in of.scripts.get(name, "") for name in ("lint", "test")):
        yield f"{run} typecheck" if "typecheck" in of.scripts else "npx tsc --noEmit"

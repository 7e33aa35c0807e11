"""Rule files → Rule. A pack is a folder of them; its rules carry no code."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from checklist.errors import CheckError
from checklist.model import Location, Message, Rule, Texts, Value, plain
from checklist.parse import yaml
from checklist.reasons import in_russian


@dataclass(frozen=True, slots=True)
class Example:
    """One of a rule's examples: a project in a few lines, and where the rule must find something in it."""

    kind: str
    """`bad`, `good` or `unclear`."""
    title: str
    files: Mapping[str, str]
    tracked: frozenset[str] | None
    executable: frozenset[str] | None
    """The git index; None: no repository."""
    at: tuple[str, ...]
    """`file:line:column` of each finding; empty for good ones."""
    config: str
    """An onai-check.yaml for it, "" for the defaults."""
    paths: frozenset[str]
    """Files that are there without being read."""
    modes: Mapping[str, int]
    """Permission bits of env files on the disk."""


def builtin() -> Path:
    """The folder of the built-in pack: in the wheel `checklist/rules`, in a checkout `rules` beside the package."""
    inside = Path(str(resources.files("checklist"))) / "rules"
    return inside if inside.is_dir() else inside.parent.parent / "rules"


def load(folder: Path, *, strict: bool = True) -> tuple[Rule, ...]:
    """The rules of a pack, sorted by id; with `strict`, each file is held against rule.schema.json first."""
    if not folder.is_dir():
        raise CheckError(f"{folder}: is no folder of rules", f"{folder}: нет такой папки с правилами")
    files = sorted(folder.rglob("*.yaml"))
    if not files:
        raise CheckError(f"{folder}: holds no rule (*.yaml)", f"{folder}: правил (*.yaml) здесь нет")
    return tuple(read(file, file.relative_to(folder).with_suffix("").as_posix(), strict=strict) for file in files)


def read(file: Path, id: str, *, strict: bool = True) -> Rule:
    """The rule in one file; CheckError with its place where it is malformed."""
    document = next(_documents(file), None)
    if document is None:
        raise CheckError(f"{file}:1:1: an empty rule file", f"{file}:1:1: пустой файл правила")
    if strict:
        _validate(file, document, "rule.schema.json")
    return _rule(id, plain(document))


def examples(file: Path) -> tuple[Example, ...]:
    """The examples in the second YAML document of a rule file."""
    found = list(_documents(file))
    if len(found) < 2:
        return ()
    _validate(file, found[1], "examples.schema.json")
    return tuple(
        Example(
            kind=kind,
            title=one["title"],
            files=one["files"],
            tracked=frozenset(one["git"]["tracked"]) if "git" in one else None,
            executable=frozenset(one["git"]["executable"]) if "executable" in one.get("git", {}) else None,
            at=tuple(one.get("at", ())),
            config=one.get("config", ""),
            paths=frozenset(one.get("paths", ())),
            modes={path: int(mode, 8) for path, mode in one.get("modes", {}).items()},
        )
        for kind in ("good", "bad", "unclear")
        for one in plain(found[1]).get(kind, ())
    )


def _documents(file: Path) -> Iterator[Value]:
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise CheckError(f"{file}: cannot be read as UTF-8 text", f"{file}: не читается как текст в UTF-8") from None
    for parsed in yaml.parse_all(str(file), text):
        if parsed.problem or parsed.value is None:
            at = parsed.problem.location if parsed.problem else Location(str(file))
            why = parsed.problem.text if parsed.problem else "cannot be read"
            raise CheckError(f"{file}:{at.line}:{at.column}: {why}", f"{file}:{at.line}:{at.column}: {in_russian(why)}")
        yield parsed.value


def _rule(id: str, data: dict[str, Any]) -> Rule:
    wordings = data["message"] if isinstance(data["message"], list) else [data["message"]]
    effort = data["effort"]
    return Rule(
        id=id,
        title=data["title"],
        priority=data["priority"],
        effort=int(effort[:-1]) * (60 if effort.endswith("h") else 1),
        kind=data["for"],
        message=tuple(Message({k: m[k] for k in ("en", "ru")}, m.get("when")) for m in wordings),
        why=data["why"],
        fix=data["fix"],
        checklist=data.get("checklist"),
        when=data.get("when"),
        must=data.get("must"),
        check=data.get("check"),
        params=data.get("params", {}),
        raise_to=data.get("raise_to", {}),
        at=_path(data.get("at")),
        at_key=data.get("point") == "key",
        related=_path(data.get("related")),
        refs=tuple(data.get("refs", ())),
    )


def _path(of: str | list[str | int] | None) -> tuple[str | int, ...] | None:
    return None if of is None else tuple(of.split(".")) if isinstance(of, str) else tuple(of)


def _validate(file: Path, document: Value, schema: str) -> None:
    # 61 ms to import, and only packs of users, test-rules and our own tests need it
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    from checklist.checks import CHECKS
    from checklist.schema import FORMATS

    shape = json.loads(resources.files("checklist").joinpath(schema).read_text("utf-8"))
    if "check" in shape["properties"]:
        shape["properties"]["check"]["properties"]["name"] = {"enum": sorted(CHECKS)}
        shape["$defs"]["schema"]["properties"]["format"] = {"enum": sorted(FORMATS)}
    error = best_match(Draft202012Validator(shape).iter_errors(plain(document)))
    if error is None:
        return
    path = tuple(error.absolute_path)
    here = next((v for n in range(len(path), -1, -1) if (v := document.get(*path[:n])) is not None and v.at), document)
    at = f"{here.at.line}:{here.at.column}" if here.at else "1:1"
    said = ".".join(str(p) for p in path)
    short = error.message if len(error.message) < 200 else None
    raise CheckError(
        f"{file}:{at}: {said or 'the rule'}: {short or 'does not have the right form'}",
        f"{file}:{at}: {said or 'правило'}: {short or 'не та форма'}",
    )


def matching(wanted: str, ids: list[str]) -> list[str]:
    """The rules meant by an id or a prefix: `docs/` or `docs` is the whole group."""
    return [id for id in ids if id == wanted or id.startswith(wanted.rstrip("/") + "/")]


def no_such(wanted: str, ids: list[str]) -> Texts:
    """What to say of an id that no rule has."""
    close = difflib.get_close_matches(wanted, [*ids, *{id.split("/")[0] for id in ids}], 1)
    return {
        "en": f"no rule is called '{wanted}'; " + (f"did you mean '{close[0]}'?" if close else "`onai-check rules` lists them"),
        "ru": f"нет правила '{wanted}'; " + (f"возможно, '{close[0]}'?" if close else "все правила: `onai-check rules`"),
    }

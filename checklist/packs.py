"""Rule files → Rule. A pack is a folder of them; its rules carry no code."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checklist.errors import CheckError
from checklist.files import Unreadable, home
from checklist.files import read as read_file
from checklist.model import Document, Location, Message, Rule, Texts, Value, plain
from checklist.model import Path as Path_
from checklist.parse import yaml
from checklist.reasons import in_russian

if TYPE_CHECKING:
    from checklist.forms.mistake import Mistake


@dataclass(frozen=True, slots=True)
class Example:
    """One of a rule's examples: a project in a few lines, and where the rule must find something in it."""

    kind: str
    """`bad`, `good` or `unclear`."""
    title: str
    line: int
    """Where it stands in the rule file."""
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
    says: tuple[str, ...]
    """The English messages of the findings, in the order of `at`; empty where the example leaves them open."""
    priority: str
    """The priority of its findings; "" where the example leaves it open."""
    applies: bool | None
    """Whether the rule judges anything in it, or passes it by; None where the example leaves it open."""


@dataclass(frozen=True, slots=True)
class Equivalent:
    """A clause of a rule, or a condition of a named check, that no example needs, and the reason."""

    clause: str
    reason: str
    line: int


def builtin() -> Path:
    """The folder of the built-in pack: in the wheel `checklist/rules`, in a checkout `rules` beside the package."""
    inside = Path(str(resources.files("checklist"))) / "rules"
    return inside if inside.is_dir() else inside.parent.parent / "rules"


def files(folder: Path) -> dict[str, Path]:
    """The rule files of a pack by their rules' ids, sorted; CheckError where there is none, or one that would not be seen."""
    if not folder.is_dir():
        raise CheckError(f"{folder}: is no folder of rules", f"{folder}: нет такой папки с правилами")
    for unseen in sorted(folder.rglob("*.yml")):
        raise CheckError(f"{unseen}: the name of a rule file ends in .yaml", f"{unseen}: имя файла правила кончается на .yaml")
    found = sorted(folder.rglob("*.yaml"))
    if not found:
        raise CheckError(f"{folder}: holds no rule (*.yaml)", f"{folder}: правил (*.yaml) здесь нет")
    return {file.relative_to(folder).with_suffix("").as_posix(): file for file in found}


def load(folder: Path, *, strict: bool = True) -> tuple[Rule, ...]:
    """The rules of a pack, sorted by id; with `strict`, for packs that nobody has tested, every mistake in a file is an error."""
    return tuple(read(file, id, strict=strict) for id, file in files(folder).items())


def read(file: Path, id: str, *, strict: bool = True) -> Rule:
    """The rule in one file; CheckError with the places of all its mistakes where it is malformed."""
    document = next(_documents(file), None)
    if document is None or document.content is None:
        raise _error(file, Location(""), {"en": "an empty rule file", "ru": "пустой файл правила"})
    if strict:
        from checklist import forms

        _raise(file, forms.of_rule(id, document))
    return _rule(id, plain(document, reveal=True))


def examples(file: Path) -> tuple[Example, ...]:
    """The examples in the second YAML document of a rule file."""
    below = _below(file)
    return tuple(
        Example(
            kind=kind,
            title=one["title"],
            line=_line(below, kind, n),
            files=one["files"],
            tracked=frozenset(one["git"]["tracked"]) if "git" in one else None,
            executable=frozenset(one["git"]["executable"]) if "executable" in one.get("git", {}) else None,
            at=tuple(one.get("at", ())),
            config=one.get("config", ""),
            paths=frozenset(one.get("paths", ())),
            modes={path: int(mode, 8) for path, mode in one.get("modes", {}).items()},
            says=tuple(one.get("says", ())),
            priority=one.get("priority", ""),
            applies=one.get("applies"),
        )
        for kind in ("good", "bad", "unclear")
        for n, one in enumerate(plain(below, reveal=True).get(kind, ()))
    )


def equivalents(file: Path) -> tuple[Equivalent, ...]:
    """The clauses of a rule that none of its examples needs, as its file lists them below the examples."""
    return _equivalents(_below(file).get("equivalent") or Value(()))


def equivalents_of_checks() -> tuple[Path, tuple[Equivalent, ...]]:
    """The conditions of the named checks that no built-in rule needs, and the file that lists them."""
    file = Path(str(resources.files("checklist"))) / "checks" / "equivalent.yaml"
    return file, _equivalents(next(_documents(file)))


def _equivalents(listed: Value) -> tuple[Equivalent, ...]:
    return tuple(Equivalent(one["clause"], one["reason"], _line(listed, n)) for n, one in enumerate(plain(listed, reveal=True)))


def place(file: Path, path: Path_) -> Location:
    """Where a key of a rule, or an element of a list in it, stands in its file."""
    return Document("rule", str(file), next(_documents(file))).place(path, key=True)


def _below(file: Path) -> Value:
    """What stands below the rule: its examples."""
    from checklist import forms

    _, *found = _documents(file)
    if not found or found[0].content is None:
        return Value({})
    _raise(file, forms.of_examples(found[0]))
    if len(found) > 1:
        at = found[1].at or Location("")
        raise _error(file, at, {"en": "a rule file has two documents, the rule and its examples; this is a third", "ru": "в файле правила два документа: само правило и примеры; это третий"})
    return found[0]


def _line(of: Value, *path: str | int) -> int:
    found = of.get(*path)
    return found.at.line if found is not None and found.at else 1


def _documents(file: Path) -> Iterator[Value]:
    folder = file.parent.resolve()
    try:
        text = read_file(home(folder), folder / file.name).decode("utf-8")
    except Unreadable as reason:
        raise CheckError(f"{file}: cannot be read: {reason}", f"{file}: не читается: {in_russian(str(reason))}") from None
    except UnicodeDecodeError:
        raise CheckError(f"{file}: cannot be read as UTF-8 text", f"{file}: не читается как текст в UTF-8") from None
    for parsed in yaml.parse_all(str(file), text):
        if parsed.problem or parsed.value is None:
            at = parsed.problem.location if parsed.problem else Location(str(file))
            why = parsed.problem.text if parsed.problem else "cannot be read"
            raise _error(file, at, {"en": why, "ru": in_russian(why)})
        yield parsed.value


def taken(file: Path, id: str) -> CheckError:
    """What to say of a rule whose id another one has."""
    return _error(file, Location(""), {"en": f"there is already a rule '{id}'; give the file another name", "ru": f"правило '{id}' уже есть; назвать файл иначе"})


def _error(file: Path, at: Location, said: Texts) -> CheckError:
    return CheckError(*(f"{file}:{at.line}:{at.column}: {said[lang]}" for lang in ("en", "ru")))


def _raise(file: Path, mistakes: list[Mistake]) -> None:
    if mistakes:
        raise CheckError(*("\n".join(f"{file}:{at.line}:{at.column}: {said[lang]}" for at, said in mistakes) for lang in ("en", "ru")))


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

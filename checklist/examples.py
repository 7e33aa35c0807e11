"""The examples inside rule files, run as tests: `test-rules` and our own tests are callers of this."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from checklist import config, engine, packs
from checklist.errors import CheckError
from checklist.model import Outcome, Project, Rule, Texts
from checklist.parse import words
from checklist.parse.usage import is_source, telling


def project(example: packs.Example) -> Project:
    """The project that an example describes."""
    text = example.config or example.files.get(config.NAME, "")
    return Project(
        files=example.files,
        sources=telling(example.files),
        sources_seen=any(map(is_source, example.files)),
        words=words.of(example.files),
        tracked=example.tracked,
        executable=example.executable,
        paths=example.paths,
        modes=example.modes,
        policy=config.parse(config.NAME if text else "", text, Path("/project")).policy,
    )


def failures(file: Path, id: str) -> Iterator[Texts]:
    """What is wrong with a rule file, with its place: its form, or an example that does not come out as it says."""
    try:
        rule = packs.read(file, id)
        examples = packs.examples(file)
    except CheckError as error:
        yield error.texts
        return
    if not examples:
        yield _told(file, 1, {"en": f"{id} has no examples: write some below a line `---`", "ru": f"у {id} нет примеров: их пишут ниже строки `---`"})
    for example in examples:
        try:
            found = wrong(rule, example, engine.run(project(example), [rule]).outcomes)
        except CheckError as error:
            found = error.texts
        if found:
            yield _told(file, example.line, {lang: f"{kind} '{example.title}': {found[lang]}" for lang, kind in _KINDS[example.kind].items()})


_KINDS: Mapping[str, Texts] = {
    "bad": {"en": "bad example", "ru": "пример bad"},
    "good": {"en": "good example", "ru": "пример good"},
    "unclear": {"en": "unclear example", "ru": "пример unclear"},
}


def wrong(rule: Rule, example: packs.Example, outcomes: Sequence[Outcome]) -> Texts | None:
    """How the outcomes of a rule differ from what its example says; None: they do not."""
    findings = [o for o in outcomes if o.state == "fail"]
    found = sorted(map(_place, findings))
    unknown = sorted(_place(o) for o in outcomes if o.state == "open")
    told = _list("found at", "найдено в", found)
    wanted = _list("should be at", "должно быть в", sorted(example.at))
    unclear = _list("open at", "не узнать в", unknown)
    if not outcomes and example.kind != "good":
        return {"en": f"there is no {rule.kind} in it", "ru": f"в нём нет ни одного {rule.kind}"}
    match example.kind:
        case "bad" if found != sorted(example.at):
            return {lang: f"{told[lang]}, {wanted[lang]}" for lang in told}
        case "good" if found or unknown:
            return {lang: f"{told[lang]}, {unclear[lang]}" for lang in told}
        case "unclear" if found or not unknown:
            return {"en": f"{told['en']}, should be open", "ru": f"{told['ru']}, а узнать это должно быть нельзя"}
        case "unclear" if example.at and unknown != sorted(example.at):
            return {lang: f"{unclear[lang]}, {wanted[lang]}" for lang in told}
    messages = {_place(o): o.message["en"] for o in findings}
    said = [messages.get(place, "") for place in example.at]
    if example.says and list(example.says) != said:
        shown = "; ".join(said)
        return {"en": f"says '{shown}', should say '{'; '.join(example.says)}'", "ru": f"сказано «{shown}», должно быть «{'; '.join(example.says)}»"}
    priorities = {o.priority for o in findings}
    if example.priority and priorities != {example.priority}:
        shown = ", ".join(sorted(priorities))
        return {"en": f"of priority {shown}, should be {example.priority}", "ru": f"приоритет {shown}, должен быть {example.priority}"}
    if example.applies is not None and example.applies != any(o.state != "notApplicable" for o in outcomes):
        no = "" if example.applies else "not "
        return {"en": f"the rule should {no}apply", "ru": f"правило {'не ' if no else ''}должно применяться"}
    return None


def _list(en: str, ru: str, places: list[str]) -> Texts:
    shown = ", ".join(places)
    return {"en": f"{en} {shown or 'no place'}", "ru": f"{ru}: {shown or 'нигде'}"}


def _told(file: Path, line: int, said: Texts) -> Texts:
    return {lang: f"{file}:{line}: {text}" for lang, text in said.items()}


def _place(of: Outcome) -> str:
    return f"{of.location.file}:{of.location.line}:{of.location.column}"

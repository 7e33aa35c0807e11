"""The examples inside rule files, run as tests: `test-rules` and our own tests are callers of this."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from checklist import config, engine, packs
from checklist.errors import CheckError
from checklist.model import Outcome, Project, Rule
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


def failures(file: Path, id: str) -> Iterator[str]:
    """What is wrong with a rule file: its form, or an example that does not come out as it says."""
    try:
        rule = packs.read(file, id)
        examples = packs.examples(file)
    except CheckError as error:
        yield str(error)
        return
    if not examples:
        yield f"{file}: {id} has no examples"
    for example in examples:
        try:
            yield from (f"{file}: {id}: {wrong}" for wrong in _wrong(rule, example))
        except CheckError as error:
            yield f"{file}: {id}: {error}"


def _wrong(rule: Rule, example: packs.Example) -> Iterator[str]:
    outcomes = engine.run(project(example), [rule]).outcomes
    found = sorted(_place(o) for o in outcomes if o.state == "fail")
    unknown = sorted(_place(o) for o in outcomes if o.state == "open")
    where = f"{example.kind} example '{example.title}'"
    match example.kind:
        case "bad" if found != sorted(example.at):
            yield f"{where}: found at {', '.join(found) or 'no place'}, should be at {', '.join(example.at)}"
        case "good" if found or unknown:
            yield f"{where}: found at {', '.join(found) or 'no place'}, open at {', '.join(unknown) or 'no place'}"
        case "unclear" if found or not unknown:
            yield f"{where}: found at {', '.join(found) or 'no place'}, should be open"
        case "unclear" if example.at and unknown != sorted(example.at):
            yield f"{where}: open at {', '.join(unknown)}, should be at {', '.join(example.at)}"


def _place(of: Outcome) -> str:
    return f"{of.location.file}:{of.location.line}:{of.location.column}"

"""One finding per rule and place: what becomes of several outcomes there, in whatever order they are met."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from checklist import engine, facts, gate, packs
from checklist.model import Document, Location, Message, Outcome, Project, Report, Rule, Unknown, Value, value
from tests.conftest import ROOT, make, run

HERE = Location("a.js", 3, 5, 3, 9)
TEXTS = {"en": "", "ru": ""}
RULE = Rule(
    "own/wrong", TEXTS, "P1", 5, "thing", (Message({"en": "app {name} is wrong", "ru": "{name} не так"}),), TEXTS, TEXTS,
    must={"properties": {"bad": {"const": False}}},
    raise_to={"P0": {"properties": {"grave": {"const": True}}}},
    at=("bad",),
    related=("steps",),
)  # fmt: skip


def thing(name: str, bad: object, *, grave: bool = False, steps: Sequence[int] = ()) -> Document:
    lines = tuple(Value(f"step {n}", Location("deploy.sh", n, 1, n, 5)) for n in steps)
    data = {"name": value(name), "bad": Value(bad, HERE), "grave": value(grave), "steps": Value(lines)}  # type: ignore[arg-type]
    return Document("thing", "a.js", Value(data), name)


OPEN, FAILS, PASSES = thing("web", Unknown("it is set outside")), thing("worker", True), thing("cron", False)
NAMELESS = thing("", True)
ALSO, GRAVE = thing("api", True, steps=[4, 2]), thing("zoo", True, grave=True, steps=[2, 9])


def judged(documents: Sequence[Document], monkeypatch: pytest.MonkeyPatch) -> list[Outcome]:
    told = facts.Facts(tuple(documents), Document("policy", "", Value({})), (), frozenset(), Location("a.js"), "")
    with monkeypatch.context() as patch:
        patch.setattr(engine, "derive", lambda _: told)
        return [o for o in engine.run(Project({}), [RULE]).outcomes if o.state != "pass"]


@pytest.mark.parametrize(
    ("documents", "state", "priority", "message", "lines"),
    [
        ([OPEN], "open", "P1", None, []),
        ([OPEN, PASSES], "open", "P1", None, []),
        ([OPEN, FAILS], "fail", "P1", "app worker is wrong", []),
        ([OPEN, FAILS, ALSO], "fail", "P1", "app api is wrong (also worker)", [4, 2]),
        ([NAMELESS, FAILS], "fail", "P1", "app worker is wrong", []),
        ([FAILS, GRAVE], "fail", "P0", "app zoo is wrong (also worker)", [2, 9]),
        ([ALSO, OPEN, GRAVE, PASSES], "fail", "P0", "app zoo is wrong (also api)", [2, 9, 4]),
    ],
)
def test_what_fails_wins_and_the_gravest_speaks(
    documents: list[Document],
    state: str,
    priority: str,
    message: str | None,
    lines: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for order in itertools.permutations(documents):
        (one,) = judged(order, monkeypatch)
        assert (one.state, one.priority) == (state, priority)
        assert message in (None, one.message["en"])
        assert [r.location.line for r in one.related] == lines


APPS = """
const app = (name, env) => ({name, script: 'src/a.js', max_restarts: env.length});
module.exports = {apps: [%s]};
"""


WEB, WORKER, CRON = "app('web', process.env.NODE_ENV)", "app('worker', 'production')", "app('cron', 'dev')"


@pytest.mark.parametrize("apps", list(itertools.permutations([WEB, WORKER, CRON])))
def test_an_app_that_cannot_be_judged_does_not_open_the_gate_for_its_neighbour(apps: Sequence[str]) -> None:
    report = run({"ecosystem.config.js": APPS % ", ".join(apps)}, "pm2/too-many-restarts")
    assert [(o.state, o.message["en"]) for o in (*report.findings, *report.open)] == [
        ("fail", "app worker may crash 10 times before PM2 gives up; at most 3 are allowed")
    ]
    assert not gate.is_open(report, "P0")


INCIDENT = ROOT / "examples" / "incident"
FILES = {f.relative_to(INCIDENT).as_posix(): f.read_text("utf-8") for f in sorted(INCIDENT.rglob("*")) if f.is_file()}
SHOP = FILES | {
    "ecosystem.config.js": """
        const app = (name, env) => ({
          name, script: 'src/server.ts', max_restarts: env.length, watch: env === 'production', env: {NODE_ENV: env},
        });
        module.exports = {apps: [
          app('shop-api', process.env.NODE_ENV), app('worker', 'production'), app('cron', 'production'),
          app('mail', process.env.X || 'dev'),
        ]};
    """,
    "worker/ecosystem.config.js": "module.exports = {apps: [{name: 'worker', script: 'src/server.ts', max_restarts: 4}]};\n",
}
RULES = packs.load(packs.builtin(), strict=False)


def told(report: Report) -> list[tuple[object, ...]]:
    return [
        (o.rule.id, o.state, o.priority, o.location, o.subject, o.message, o.related, o.fingerprint)
        for o in report.outcomes
    ]


@settings(max_examples=15, deadline=None, phases=[Phase.generate])  # a shuffle has no simpler form
@given(st.sampled_from([FILES, SHOP]), st.randoms(use_true_random=False))
def test_the_order_of_documents_and_rules_changes_nothing(files: dict[str, str], order: random.Random) -> None:
    project = make(files)
    derived = facts.derive(project)
    documents, rules = list(derived.documents), list(RULES)
    order.shuffle(documents)
    order.shuffle(rules)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "derive", lambda _: replace(derived, documents=tuple(documents)))
        shuffled = engine.run(project, rules)
    assert told(shuffled) == told(engine.run(project, RULES))


@settings(max_examples=15, deadline=None, phases=[Phase.generate])  # a shuffle has no simpler form
@given(st.sampled_from([FILES, SHOP]), st.randoms(use_true_random=False))
def test_the_order_of_files_changes_nothing(files: dict[str, str], order: random.Random) -> None:
    names = list(files)
    order.shuffle(names)
    assert told(engine.run(make({name: files[name] for name in names}), RULES)) == told(engine.run(make(files), RULES))

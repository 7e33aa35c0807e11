"""What each of some four hundred commands is to a deploy and to a workflow, as a table that is checked in and read in the diff."""

from __future__ import annotations

import re
from pathlib import Path

from conftest import Snapshot, make

from checklist.facts import derive
from checklist.facts.effects import bare, meaning, without_place
from checklist.model import Document, plain, value

TABLE = Path(__file__).parent / "data" / "commands.tsv"
NO_POLICY = Document("policy", "", value({}))
HOSTED = "on: push\njobs:\n  x:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n          {}\n"
REMOTE = "on: push\njobs:\n  x:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: appleboy/ssh-action@v1\n        with:\n          script: |\n            {}\n"
ELSEWHERE = "a workflow may deploy in a way that is not read here"


def test_the_table_of_commands(snapshot: Snapshot) -> None:
    """command, effect in a deploy, `test` or `lint`, whether it only looks; what it does on a runner and on a server; another way to deploy."""
    head, *rows = TABLE.read_text("utf-8").splitlines()
    commands = [row.split("\t")[0] for row in rows]
    assert len(set(commands)) == len(commands)
    text = "".join(f"{row}\n" for row in (head, *("\t".join((c, *_told(c))) for c in commands)))
    snapshot("tests/data/commands.tsv", text)


def _told(command: str) -> tuple[str, ...]:
    words, _ = without_place(bare([w.strip("'\"") for w in command.split()]))
    told = meaning(words, NO_POLICY)
    here, there = (_workflow(command, form) for form in (HOSTED, REMOTE))
    whole = next(d for d in here if d.kind == "ci.project").value.get("deploys")
    other = whole is not None and ELSEWHERE in str(plain(whole))
    return (told.effect or "", told.verifies or "", "looks" if told.looks else "", _does(here), _does(there), "other" if other else "")


def _workflow(command: str, form: str) -> list[Document]:
    return list(derive(make({".github/workflows/x.yml": form.format(command)})).documents)


def _does(documents: list[Document]) -> str:
    return re.sub(r"^-$", "", " ".join(str(plain(d.value.get("does")) or "-") for d in documents if d.kind == "ci.command"))

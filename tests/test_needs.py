"""What the code reads without a default: does the example name it, does anything set it."""

from __future__ import annotations

import pytest
from conftest import make, run

from checklist.facts import derive
from checklist.model import Unknown, Value

READS = {"a.ts": "f(process.env.DB_URL);\n"}

# (files, tracked, message or None)
EXAMPLES = [
    ({".env.example": "A=\n"}, [], ".env.example lacks DB_URL, which the code reads without a default"),
    ({".env.example": "A=\n", ".env.test.example": "DB_URL=\n"}, [], None),
    ({".env.example": "DB_URL_OLD=\n"}, [], ".env.example lacks DB_URL, which the code reads without a default"),
    ({".env.example": "A=\n", ".env": "DB_URL=x\n"}, [".env"], None),
    ({".env.example": "A=\n", ".env": "DB_URL=x\n"}, [], ".env.example lacks DB_URL, which the code reads without a default"),
    ({".env.example": "A=\n", "deploy.sh": "export DB_URL=x\n"}, [], None),
    ({".env.example": "A=\n", "b.ts": "f(process.env.DB_URL ?? 1);\n"}, [], None),
    ({".env.example": "A=\n", "b.ts": "const {B, C, D, E} = process.env;\n"}, [], ".env.example lacks DB_URL, B, C and 2 more that the code reads without a default"),
    ({"docs/.env.example": "A=\n"}, [], None),
    ({".env.example": "A=\n", "a.ts": "const url = process.env.DB_URL;\nif (!url) return;\n"}, [], None),
    ({".env.example": "A=\n", "a.ts": "const url = process.env.DB_URL;\nif (!url) { throw new Error('no'); }\n"}, [], ".env.example lacks DB_URL, which the code reads without a default"),
    ({".env.example": "A=\n", "a.ts": "const { DB_URL } = process.env;\nif (DB_URL === 'x') f();\n"}, [], None),
    ({".env.example": "A=\n", "a.ts": "const n = Number(process.env.DB_URL);\nif (!Number.isFinite(n)) return 5;\n"}, [], None),
    ({".env": "A=\n"}, [], None),
]  # fmt: skip


@pytest.mark.parametrize(("files", "tracked", "message"), EXAMPLES)
def test_an_example_lacks_what_the_code_needs(files: dict[str, str], tracked: list[str], message: str | None) -> None:
    report = run({**READS, **files}, "env/variable-undocumented", tracked=tracked)
    assert [o.message["en"] for o in report.findings] == ([message] if message else [])


PM2 = '{"apps": [{"name": "api", "script": "a.ts"}]}'

# (files besides the config and the source, what nothing sets or None, how many are open)
NEEDS = [
    ({}, "DB_URL", 0),
    ({".env": "A=\n"}, "DB_URL", 0),
    ({".env": "DB_URL=\n"}, None, 0),
    ({"a.ts": "const url = process.env.DB_URL;\nif (url && x) f(url);\n"}, None, 0),
    ({"a.ts": "const url = process.env.DB_URL;\nf(url);\n"}, "DB_URL", 0),
    ({"a.ts": "f('true' === process.env.DB_URL);\n"}, None, 0),
    ({"a.ts": "", "client/a.ts": "f(process.env.DB_URL);\n"}, None, 0),
    ({".env.example": "# DB_URL=\n"}, None, 0),
    ({".env": "A=\n", ".gitignore": ".env*\n"}, "DB_URL", 0),
    ({".gitignore": ".env*\n"}, None, 1),
    ({"Dockerfile": "FROM node\nENV DB_URL=x\n"}, None, 0),
    ({"start.sh": "export DB_URL=x\n"}, None, 0),
    ({"b.ts": "process.env.DB_URL = 'x';\n"}, None, 0),
    ({"b.ts": "process.env['DB_URL'] ??= 'x';\n"}, None, 0),
    ({"b.ts": "import 'dotenv/config';\n"}, None, 1),
    ({"b.ts": "import 'dotenv/config';\n", ".env": "A=\n"}, "DB_URL", 0),
    ({"package.json": '{"dependencies": {"@nestjs/config": "4"}}'}, None, 1),
]  # fmt: skip


@pytest.mark.parametrize(("files", "names", "unknown"), NEEDS)
def test_what_nothing_sets(files: dict[str, str], names: str | None, unknown: int) -> None:
    report = run({"ecosystem.json": PM2, **READS, **files}, "env/variable-unset")
    assert [o.message["en"] for o in report.findings] == ([f"nothing sets {names}, which the code of api reads without a default"] if names else [])
    assert len(report.open) == unknown


def test_a_file_that_is_not_read_may_set_it() -> None:
    project = make({"ecosystem.json": PM2, **READS}, paths=["docker-compose.yml"])
    (need,) = (d for d in derive(project).documents if d.kind == "env.need")
    assert need.value.get("lacks") == Value(Unknown("files that are not read here may set it"), need.place())

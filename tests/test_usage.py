"""Which environment variables a source reads."""

from __future__ import annotations

import esprima  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checklist.parse.usage import scan

# (text, names that are read: with "?" where the code copes without, whether more may be read)
READS = [
    ("process.env.A", "A", False),
    ("process.env['A'] + process.env[\"B\"] + process.env[`C`]", "A B C", False),
    ("process?.env?.A; globalThis.process.env.B; process\n  .env\n  .C", "A B C", False),
    ("process.env!.A!.trim()", "A", False),
    ("`x ${process.env.A} ${ {a: `${process.env.B}`} }` + process.env.C", "A B C", False),
    ("process.env.A || 1; process.env.B ?? 2; Number(process.env.C) || 3; parseInt(process.env.D, 10) || 4", "A? B? C? D?", False),
    ("if (process.env.A === 'x' || !process.env.B) f(process.env.C ? 1 : 2, process.env.D)", "A? B? C? D", False),
    ("process.env.A ||= 'x'; process.env.B ??= 'y'", "A? B?", False),
    ("if ('A' in process.env) f()", "A?", False),
    ("const { A, B: c, C = 1, D: d = 'x' } = process.env", "A B C? D?", False),
    ("const { A }: Record<string, string> = process.env", "A", False),
    ("const { A, ...rest } = process.env", "", True),
    ("const { [key]: a } = process.env", "", True),
    ("cleanEnv(process.env, { A: str(), B: port({ default: 3000 }) })", "A B?", False),
    ("const S = z.object({ A: z.string().url(), B: z.string().default('x'), C: z.string().optional() }); S.parse(process.env)", "A B? C?", False),
    ("const S = z.object({ A: z.string() }); S.parse(body)", "", False),
    ("import env from 'env-var'; env.get('A').required().asString(); env.get('B').asInt()", "A B?", False),
    ("const env = require('env-var'); env.get('A').required()", "A", False),
    ("env.get('A'); env('B')", "", False),
    ("process.env[name]", "", True),
    ("const e = process.env; e.A", "", True),
    ("spawn('x', { env: { ...process.env, A: '1' } })", "", True),
    # no reads
    ("// process.env.A\n/* process.env.B */ 'process.env.C'; \"process.env.D\"; `process.env.E`", "", False),
    ("x = /process.env.A/.test(y); return /'/.test(z) && process.env.B", "B", False),
    ("a / process.env.A / b", "A", False),
    ("process.env.A = 'x'; delete process.env.B; process.env.hasOwnProperty('C')", "", False),
    ("process.env.A == 'x'", "A?", False),
    ("my.process.env.A; subprocess.env.B; process.environment.C; process.env_.D", "", False),
    # what the lexer misses: the apostrophe hides the rest of its line
    ("<p>don't {process.env.A}</p>\n<b>{process.env.B}</b>", "B", False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "names", "dynamic"), READS, ids=lambda v: v[:50] if isinstance(v, str) else None)
def test_what_a_text_reads(text: str, names: str, dynamic: bool) -> None:
    found = scan("a.ts", text)
    assert (" ".join(r.name + "?" * r.has_default for r in found.reads), found.dynamic) == (names, dynamic)


def test_a_read_stands_at_its_name() -> None:
    (read,) = scan("a.ts", "// \U0001f600\r\nconst x = '\U0001f600' + process.env.PORT;\r\n").reads
    assert (read.at.line, read.at.column, read.at.end_line, read.at.end_column) == (2, 29, 2, 33)


BITS = st.sampled_from([*"/`'\"{}()[]$\\\n,;=:!?.", "${", "process.env", ".A", "['A']", "const {A} = ", " in ", "cleanEnv(", "z.object({A: 1})", ".parse(", "/*", "//", "return "])  # fmt: skip


@given(st.text() | st.lists(BITS, max_size=25).map("".join))
def test_any_text_gives_places_inside_it(text: str) -> None:
    lines = text.split("\n")
    for read in scan("a.js", text).reads:
        assert read.at.line == read.at.end_line
        assert lines[read.at.line - 1][read.at.column - 1 : read.at.end_column - 1] == read.name


EXPRESSIONS = st.sampled_from(
    ["process.env.A", "process.env['B']", "'process.env.C'", "`${process.env.D}`", "/process.env.E/", "/[/]'/g", "1 / 2", "'it\\'s'", "/* process.env.F */ 1", "a\n// 'process.env.G\n", "`a'`", "\"'\""]
)  # fmt: skip


@given(st.lists(EXPRESSIONS, min_size=1, max_size=8), st.sampled_from([" + ", ", ", " || ", ";\n"]))
def test_an_outside_parser_sees_the_same_reads(parts: list[str], between: str) -> None:
    text = between.join(f"({part})" for part in parts)
    seen: list[str] = []

    def visit(node: object, _: object) -> None:
        if node.type == "MemberExpression" and getattr(node.object, "type", "") == "MemberExpression":  # type: ignore[attr-defined]
            of = node.object  # type: ignore[attr-defined]
            if of.object.type == "Identifier" and of.object.name == "process" and of.property.name == "env":
                seen.append(node.property.value if node.computed else node.property.name)  # type: ignore[attr-defined]

    esprima.parseScript(text, delegate=visit)
    assert sorted(r.name for r in scan("a.js", text).reads) == sorted(seen)

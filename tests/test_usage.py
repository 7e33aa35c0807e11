"""Which environment variables a source reads."""

from __future__ import annotations

import esprima  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checklist.parse.usage import scan, scan_all

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
    ("process.env.A?.split(',') || []; process.env.B ?.trim(); process.env.C.trim()", "A? B? C", False),
    ("if ('A' in process.env) f()", "A?", False),
    ("(process.env.A as Kind) || 'x'; (process.env.B as Kind); process.env.C as string", "A? B C", False),
    ("toNumber(\n  process.env.A,\n  MOST,\n)", "A?", False),
    ("toNumber(process.env.A, 100); f(process.env.B, 'x'); parseInt(process.env.C, 10); f(process.env.D, other)", "A? B? C D", False),
    ("ms(process.env.A, 15 * 60 * 1000); connect(process.env.B, { retry: true })", "A? B", False),
    # functions of the text: a default, a type, a test; one that stops does not cope
    ("const list = (raw) => (raw || '').split(','); list(process.env.A)", "A?", False),
    ("const list = (raw?: string): string[] => split(raw); list(process.env.A)", "A?", False),
    ("function url(raw: string | undefined) { return clean(raw) } url(process.env.A)", "A?", False),
    ("function int(raw, usual) { const n = Number(raw); return Number.isFinite(n) ? n : usual } int(process.env.A, cpus())", "A?", False),
    ("const on = (raw) => raw === 'true'; on(process.env.A)", "A?", False),
    ("const first = (raw = 'a,b') => raw.split(',')[0]; first(process.env.A)", "A?", False),
    ("function need(raw) { if (!raw) throw new Error('x'); return raw } need(process.env.A)", "A", False),
    ("const trim = (raw) => raw.trim(); trim(process.env.A); other(process.env.B)", "A B", False),
    ("process.env.A ?? process.env.B; !!(process.env.C && process.env.D)", "A? B? C? D?", False),
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
    ("import env from './env'; env.get('A'); import { env as e } from 'env-var2'", "", False),
    # Nest's ConfigService, by the type
    ("import { ConfigService } from '@nestjs/config'; class S { constructor(private readonly c: ConfigService) { this.c.get('A'); c.get<string>('B', 'x'); c.getOrThrow('C') } }", "A B? C", False),
    ("import { ConfigService } from '@nestjs/config'; const c = app.get(ConfigService); c.get('A') || 1; c.get('A.b'); c.get('B', { infer: true })", "A? B", False),
    ("import { ConfigService } from '@nestjs/config'; const f = (c: ConfigService) => cache.get('A')", "", False),
    ("import { ConfigService } from './config'; class S { constructor(c: ConfigService) { c.get('A') } }", "", False),
    ("import { ConfigModule, ConfigService } from '@nestjs/config'; ConfigModule.forRoot({ validationSchema: Joi.object({ A: Joi.string().required(), B: Joi.number() }) })", "A B?", False),
    # schemas that process.env is held against
    ("const spec = { A: str(), B: bool({ default: false }) }; envalid.cleanEnv(process.env, spec)", "A B?", False),
    ("cleanEnv(process.env, spec)", "", True),
    ("cleanEnv(body, { A: str() })", "", False),
    ("const Body = z.object({ B: z.string() }); const Env = z.object({ A: z.string() }); Env.safeParse(process.env); Body.parse(b)", "A", False),
    ("const Env = z.object({ A: z.string() }).merge(z.object({ B: z.string().optional() })); Env.parse(process.env)", "A B?", False),
    ("z.object({ A: z.string() }).parse(process.env)", "A", False),
    ("import { Env } from './schema'; Env.parse(process.env)", "", True),
    ("const { value } = Joi.object({ A: Joi.string().required(), B: Joi.string() }).unknown().validate(process.env)", "A B?", False),
    ("import { createEnv } from '@t3-oss/env-nextjs'; createEnv({ server: { A: z.string() }, client: { B: z.string().optional() }, runtimeEnv: process.env })", "A B?", False),
    ("import { createEnv } from '@t3-oss/env-core'; createEnv({ server: { A: z.string() }, runtimeEnv: { A: process.env.A } })", "A A", False),
    ("import { createEnv } from './env'; createEnv({ server: { A: 1 } })", "", False),
    # Strapi gives its config files such an env
    ("module.exports = ({ env }) => ({ host: env('A', '0.0.0.0'), keys: env.array('B') })", "A? B?", False),
    # functions that read what they are given
    ("function need(name) { const v = process.env[name]; if (!v) throw new Error(name); return v; }\nf(need('A'), need('B', 'x'))", "A B?", False),
    ("const env = (key: string, otherwise = ''): string => process.env[key] ?? otherwise;\nenv('A'); env('B', 'x')", "A? B?", False),
    ("class C { private get(key: string) { return process.env[key]; }\n  port() { return this.get('A') + other.get('B') } }", "A?", False),
    ("export const need = (key: string) => {\n  const v = process.env[key];\n  if (!v) process.exit(1);\n};\nneed('A'); keys.forEach(k => need(k))", "A", True),
    ("function f(a) { return a }\nfunction g(b) { return process.env[b] }\nf('A'); g('B')", "B?", False),
    ("const keys = ['A', 'B'] as const; const missing = keys.filter((k) => !process.env[k])", "A? B?", False),
    ("['A', 'B'].every(k => process.env[k])", "A? B?", False),
    ("const keys = ['A']; for (const k of keys) { if (!process.env[k]) exit() }", "A?", False),
    ("const keys = ['A', other]; keys.map(k => process.env[k])", "", True),
    ("keys.map(k => process.env[k])", "", True),
    ("process.env[key] = 'x'; delete process.env[key]", "", False),
    ("process.env[name]", "", True),
    ("const e = process.env; e.A + e['B'] || 1", "A B?", False),
    ("function f(env = process.env) { return env.A ?? env['B'] }", "A? B?", False),
    ("const e = process.env; f(e); e.A", "", True),
    ("const e = process.env; e[name]", "", True),
    ("const e = f(process.env); e.A", "", True),
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


HELPER = "export function need(name: string) { if (!process.env[name]) throw new Error(); return process.env[name]; }\n"

# (file with the helper, another text, what it reads, whether it may read more)
IMPORTS = [
    ("src/env.ts", "import { need } from './env'; need('A'); need('B')", "A B", False),
    ("src/env.ts", "const { need } = require('../src/env.js'); need('A')", "A", False),
    ("src/env/index.ts", "import { other, need } from '@/env'; need('A')", "A", False),
    ("src/config/need.ts", "import { need } from '../config'; need('A')", "A", False),
    ("src/env.ts", "import { need } from './env'; need(name)", "", True),
    ("src/env.ts", "import { need } from './other'; need('A')", "", False),
    ("src/env.ts", "import { other } from './env'; need('A')", "", False),
    ("src/env.ts", "need('A')", "", False),
]  # fmt: skip


@pytest.mark.parametrize(("file", "text", "names", "dynamic"), IMPORTS)
def test_what_a_text_reads_through_a_function_of_another(file: str, text: str, names: str, dynamic: bool) -> None:
    found = scan_all({file: HELPER, "src/b.ts": text})["src/b.ts"]
    assert (" ".join(r.name + "?" * r.has_default for r in found.reads), found.dynamic) == (names, dynamic)


# (text, whether it may read a name that stands nowhere)
COMPOSED = [
    ("process.env[name]", False),
    ("f(process.env)", False),
    ("process.env[`${name}_URL`]", True),
    ("const key = name.toUpperCase(); process.env[key]", True),
    ("const need = (key) => process.env[key]; need(name.toUpperCase())", True),
    ("Object.keys(process.env).filter(k => k.startsWith('A_'))", True),
    ("for (const k in process.env) f(k)", True),
    ("name.toUpperCase(); process.env.A", False),
]


@pytest.mark.parametrize(("text", "composed"), COMPOSED)
def test_whether_names_are_put_together(text: str, composed: bool) -> None:
    assert scan("a.js", text).composed == composed


def test_a_read_stands_at_its_name() -> None:
    (read,) = scan("a.ts", "// \U0001f600\r\nconst x = '\U0001f600' + process.env.PORT;\r\n").reads
    assert (read.at.line, read.at.column, read.at.end_line, read.at.end_column) == (2, 29, 2, 33)


BITS = st.sampled_from([*"/`'\"{}()[]$\\\n,;=:!?.", "${", "process.env", ".A", "['A']", "const {A} = ", " in ", "cleanEnv(", "z.object({A: 1})", ".parse(", "/*", "//", "return ", "[k]", "function f(k) {", "k => ", "f('A')", "const e = ", "createEnv({server: {A: 1}", "c: ConfigService", ".get('A')", "@nestjs/config", "({ env }) =>"])  # fmt: skip


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

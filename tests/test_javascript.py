"""The static evaluator against Node: each value is equal or unknown, never another one; and each is where one edits it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import need
from hypothesis import given, settings
from hypothesis import strategies as st

from checklist.model import Function, OneOf, Unknown, Value, walk
from checklist.parse.javascript import evaluate

RUNNER = Path(__file__).parent / "truth_runner.js"
M = "module.exports = "
CONFIGS = [
    M + "{ apps: [{ name: 'a', n: 1, f: 1.5, t: true, u: undefined, z: null, e: 1e3, h: 0x1f, neg: -5 }] }",
    "const N = 15; let a = { max: N }; " + M + "{ apps: [a] }",
    "var a = 1; a += 2; a++; " + M + "{ a }",
    "const base = { x: 1, y: 2 }; " + M + "{ ...base, y: 3, z: { ...base } }",
    "const { x, y: [p, ...q], z = 9, ...rest } = { x: 1, y: [1, 2, 3], k: 5 }; " + M + "{ x, p, q, z, rest }",
    "const n = 'api'; " + M + "{ a: `${n}-${1 + 1}`, b: n + 1 + 2, c: 1 + 2 + n }",
    M + "{ a: process.env.NOPE || 'd', b: process.env.NOPE ?? 5, c: process.env.SET || 'd' }",
    M + "{ a: process.env.NOPE ? 1 : 2, b: process.env.SET === 'yes' ? 1 : 2 }",
    M + "{ a: Number(process.env.NOPE) || 7, b: parseInt(process.env.NOPE || '15', 10) }",
    "const path = require('path'); " + M + "{ a: path.join(__dirname, 'x', '..', 'y/'), b: path.resolve(__dirname, 'z'), c: path.basename('/a/b.js', '.js'), d: path.extname('a.b.js'), e: path.dirname('/a/b/'), f: path.normalize('a//b/../c') }",
    M + "{ a: [1, 2, 3].map((x) => x * 2), b: [1, 2, 3].filter((x) => x > 1), c: [1, 2].reduce((s, x) => s + x, 0) }",
    M + "{ apps: ['a', 'b'].map((name, i) => ({ name, port: 3000 + i })) }",
    "function app(name, extra = {}) { return { name, script: name + '.js', ...extra } } " + M + "{ apps: [app('a'), app('b', { x: 1 })] }",
    "const apps = []; for (const n of ['a', 'b']) apps.push({ n }); " + M + "{ apps }",
    "const apps = []; for (let i = 0; i < 3; i++) { apps.push({ i }) } " + M + "{ apps }",
    "let i = 0; while (i < 5) i++; do { i += 10 } while (i < 30); " + M + "{ i }",
    "let r = ''; for (const k in { b: 1, a: 2, 1: 0 }) r += k; " + M + "{ r }",
    "let x; switch ('b') { case 'a': x = 1; break; case 'b': x = 2; case 'c': x += 10; break; default: x = 9 } " + M + "{ x }",
    "let x = 1; if (process.env.NOPE) { x = 2 } " + M + "{ x }",
    "const o = { a: 1 }; if (process.env.NOPE) o.b = 2; else o.c = 3; " + M + "o",
    "const o = { a: 1 }; if (process.env.SET) delete o.a; " + M + "o",
    "function f() { if (process.env.NOPE) return 1; return 2 } " + M + "{ x: f() }",
    "const f = () => { if (process.env.NOPE) { return { a: 1 } } else { return { a: 2 } } }; " + M + "f()",
    "let x = 0; try { x = 1; null.y; x = 2 } catch { x += 10 } finally { x += 100 } " + M + "{ x }",
    "let x = 0; for (const i of [1, 2, 3]) { if (i === 2) continue; if (i === 3) break; x += i } " + M + "{ x }",
    "let n = 0; outer: for (let i = 0; i < 3; i++) { for (let j = 0; j < 3; j++) { if (j === 1) continue outer; if (i === 2) break outer; n++ } } " + M + "{ n }",
    M + "Object.assign({}, { a: 1 }, { b: 2, a: 3 })",
    M + "{ k: Object.keys({ b: 1, a: 2, 2: 0, 1: 0 }), v: Object.values({ a: 1 }), e: Object.entries({ a: 1, b: [2] }), f: Object.fromEntries([['x', 1], ['y', 2]]) }",
    M + "Object.freeze({ apps: [{ name: 'x' }] })",
    "const o = Object.freeze({ a: 1 }); o.a = 2; " + M + "{ a: o.a }",
    "exports.apps = [{ name: 'x' }]",
    "exports.a = 1; module.exports.b = 2; exports = { c: 3 }",
    "module.exports = { a: 1 }; exports.b = 2",
    "module.exports.apps = []; module.exports.apps.push({ name: 'y' })",
    M + "() => ({ apps: [] })",
    M + "(() => ({ apps: [{ name: 'iife' }] }))()",
    "const make = (p) => (n) => ({ name: `${p}-${n}` }); " + M + "{ apps: ['a'].map(make('x')) }",
    "let c = 0; const next = () => ++c; " + M + "{ a: next(), b: next(), c }",
    M + "{ a: 1, a: 2, 'b': 3, ['c' + 1]: 4, 5: 'five', 1: 'one' }",
    M + "{ get x() { return 1 }, m() { return 2 }, async n() {}, y: 5 }",
    "class A { constructor() { this.x = 1 } } " + M + "{ a: new A(), b: 2 }",
    M + "{ a: typeof undefined, b: typeof null, c: typeof (() => 1), d: 'a' in { a: 1 }, e: !0, f: void 0, g: +'5', h: -'x' }",
    M + "{ a: 'x,y'.split(','), b: ['x', 'y'].join('-'), c: ' a '.trim(), d: 'abc'.slice(-2), e: 'abc'.substring(2, 0), f: 'a-b-c'.replace('-', '+'), g: 'ab'.toUpperCase(), h: 'a'.repeat(3), i: 'x'.padStart(3, '0'), j: 'abc'.includes('b'), k: 'abc'.charAt(1), l: 'abc'.length }",
    M + "{ a: 'a1b2'.replace(/\\d/g, ''), b: /x/.test('x'), c: 1 }",
    M + "{ a: [3, 1, 2].sort(), b: [3, 1, 10].sort((x, y) => x - y), c: [1, 2].reverse(), d: [1, [2, [3]]].flat(), e: [1, 2, 3].slice(1), f: [1].concat([2], 3), g: [1, 2].includes(2), h: [1, 2].indexOf(3), i: [1, 2, 3].at(-1), j: [1, 2, 3, 4].splice(1, 2) }",
    M + "{ a: Math.max(1, 5, 3), b: Math.floor(1.7), c: Math.round(-0.5), d: 7 % 3, e: -7 % 3, f: 2 ** 10, g: 7 / 2, h: 0.1 + 0.2, i: 1 / 0, j: 5 & 3, k: 1 << 4, l: -1 >>> 28, m: ~5 }",
    M + "{ a: JSON.parse('{\"x\": [1, null]}'), b: JSON.stringify({ a: 1, b: ['x'] }) }",
    M + "{ a: 1 == '1', b: null == undefined, c: null == 0, d: '' == 0, e: 'a' < 'b', f: '10' < '9', g: 10 < '9', h: NaN == NaN, i: [] + '', j: [1, 2] + 'x' }",
    M + "{ a: String(1e21), b: `${1e-7}`, c: String(123456789012345680000), d: `${0.000001}`, e: String(-0), f: 1_000 }",
    "const os = require('os'); " + M + "{ n: os.cpus().length, m: Math.max(1, os.cpus().length - 1), k: 1 }",
    "const fs = require('fs'); " + M + "{ a: fs.existsSync('x') ? 1 : 2, b: 3 }",
    "require('dotenv').config(); " + M + "{ a: process.env.SECRET, b: 1 }",
    "const x = require('./lib'); " + M + "{ ...x, own: 1 }",
    "const x = require('./data.json'); " + M + "{ v: x.list[1], w: x }",
    "const { helper } = require('./lib.js'); " + M + "{ v: helper('q') }",
    M + "{ a: require('./cycle').value, b: 1 }",
    M + "require('./nothing-here')",
    "let a = 1; { let a = 2; var b = a } " + M + "{ a, b }",
    M + "{ v: hoisted(), w: later }; function hoisted() { return 5 } var later = 1",
    "const a = { x: 1 }; const b = a; b.x = 2; const c = [a]; c[0].y = 3; " + M + "{ a, c }",
    "const fns = []; for (let i = 0; i < 3; i++) fns.push(() => i); " + M + "{ v: fns.map((f) => f()) }",
    "var fns = []; for (var i = 0; i < 3; i++) fns.push(() => i); " + M + "{ v: fns.map((f) => f()) }",
    M + "{ a: null?.x, b: ({ x: { y: 1 } })?.x?.y, c: undefined?.[0], d: (void 0)?.() }",
    "let a = null; a ??= 5; let b = 0; b ||= 6; let c = 1; c &&= 7; " + M + "{ a, b, c }",
    "const o = {}; o.self = o; o.x = 1; " + M + "o",
    "const a = [1, 2, 3]; a.length; a[5] = 6; " + M + "{ n: a.length, last: a[5] }",
    "const t = (s, ...v) => s.raw[0] + v[0]; " + M + "{ a: t`x${1}`, b: 2 }",
    M + "{ ...(process.env.NOPE && { a: 1 }), ...(process.env.SET && { b: 2 }), c: 3 }",
    M + "{ a: 1, ...(process.env.NOPE ? { a: 2 } : {}), b: 1 }",
    "const cfg = { dev: { n: 1 }, prod: { n: 2 } }; " + M + "{ n: cfg[process.env.MODE || 'dev'].n, m: cfg['prod'].n }",
    "const env = process.env; const { SET, NOPE = 'd' } = env; " + M + "{ a: SET, b: NOPE }",
    "process.env.MADE = 'x'; " + M + "{ a: process.env.MADE }",
    M + "{ a: process.cwd(), b: process.platform, c: process.argv.length, d: 4 }",
    M + "{ a: new Date().getTime(), b: Date.now(), c: Math.random(), d: 1 }",
    M + "{ d: __dirname, f: __filename }",
    "const list = ['a', 'b']; const [first, second = 'z', third = 'y'] = list; " + M + "{ first, second, third }",
    M + "Array.from({ length: 3 }, (_, i) => ({ i }))",
    M + "{ a: [...'ab', ...[1, 2]], b: Math.max(...[1, 9, 3]), c: ((...xs) => xs.length)(1, 2, 3) }",
    "const o = { f() { return this.x }, x: 7 }; " + M + "{ v: o.f(), w: o.f.call({ x: 8 }) }",
    "(function () { this.x = 1 }).call(exports)",
    "const r = []; [1, 2, 3].forEach((x) => { if (x > 1) r.push(x) }); " + M + "{ r, s: [1, 2].some((x) => x > 1), e: [1, 2].every((x) => x > 1), f: [1, 2].find((x) => x > 1) }",
    "let log = []; const a = (process.env.NOPE && log.push(1)) || 5; " + M + "{ a, log }",
    "let s = 0; for (const k of Object.keys(process.env)) { s += 1; if (k === 'ZZZ') break } " + M + "{ s: s > 0, t: 1 }",
    "const o = { a: 1 }; const k = process.env.SET; o[k] = 2; " + M + "{ a: o.a }",
    "if (!process.env.SET) { throw new Error('x') } " + M + "{ a: 1 }",
    "function fact(n) { return n < 2 ? 1 : n * fact(n - 1) } " + M + "{ v: fact(10) }",
    "const x = 1; " + M + "{ a: (() => { x2 = 5; return typeof x2 })(), b: x }",
    M + "{ a: 'é'.length, b: '😀'.length, c: ['😀'], d: 'ü'.toUpperCase() }",
    M + "{ a: '5' * '2', b: '5' - 2, c: true + 1, d: null + 1, e: undefined + 1, f: [] == false, g: +[], h: +{} }",
    "with_it = 1; " + M + "{ a: with_it }",
    "var a = 1; eval('a = 2'); " + M + "{ b: 1 }",
    "const a = [1, 2, 3]; for (const x of a) { if (x === 1) a.push(4) } " + M + "{ a }",
    M + "{ a: isNaN('x'), b: Array.isArray([]), c: Number.isInteger(5), d: Boolean(''), e: parseFloat('1.5x'), f: parseInt('08'), g: Number(''), h: Number('0x10'), i: Number(null) }",
]
LOCAL = {
    "lib.js": "exports.shared = 1; exports.helper = (x) => x + '!'",
    "data.json": '{"list": [1, "two", null], "n": 1.5}',
    "cycle.js": "exports.value = 1; require('./ecosystem.config.js'); exports.value = 2",
    ".env": "SECRET=x\n",
}


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    node = need("node")
    root = tmp_path_factory.mktemp("truth").resolve()
    for number, text in enumerate(CONFIGS):
        folder = root / f"{number:03}"
        folder.mkdir()
        for name, content in {**LOCAL, "ecosystem.config.js": text}.items():
            (folder / name).write_text(content, "utf-8")
    done = subprocess.run([node, str(RUNNER)], cwd=root, env={"SET": "yes", "PATH": ""}, capture_output=True, text=True, encoding="utf-8", timeout=60, check=True)
    return root, json.loads(done.stdout)


def differs(ours: Value | None, theirs: Any, path: str = "") -> str | None:
    """Where a value is another one than Node gives; None where it is equal or unknown."""
    if ours is None:
        return None if theirs == {"$undefined": True} else f"{path}: absent, Node has it"
    match ours.content:
        case Unknown():
            return None
        case OneOf(options):
            told = [differs(o, theirs, path) for o in options]
            return None if None in told else told[0]
        case Function():
            return None if theirs == {"$function": True} else f"{path}: a function"
        case dict() as members:
            if not isinstance(theirs, dict) or (len(theirs) == 1 and next(iter(theirs)).startswith("$")):
                return f"{path}: an object"
            for key in members.keys() | theirs.keys():
                if key not in members and ours.more:
                    continue
                wrong = differs(members.get(key), theirs.get(key, {"$undefined": True}), f"{path}.{key}")
                if wrong:
                    return wrong
            return None if ours.more or [k for k in theirs if theirs[k] != {"$undefined": True}] == list(members) else f"{path}: keys in another order"
        case tuple() as items:
            if not isinstance(theirs, list) or len(items) > len(theirs) or (len(items) < len(theirs) and not ours.more):
                return f"{path}: an array of another length"
            return next((w for i, v in enumerate(items) if (w := differs(v, theirs[i], f"{path}[{i}]"))), None)
        case None if theirs == {"$undefined": True}:
            return None
        case float() as number if isinstance(theirs, dict):
            return None if theirs == {"$number": {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}[str(number)]} else path
    same = type(ours.content) is type(theirs) or (isinstance(ours.content, (int, float)) and isinstance(theirs, (int, float)) and bool not in (type(ours.content), type(theirs)))
    return None if same and ours.content == theirs else f"{path}: {ours.content!r}, Node has {theirs!r}"


def ours(root: Path, number: int) -> Value | None:
    folder = f"{number:03}"
    files = {f"{folder}/{name}": text for name, text in LOCAL.items()} | {f"{folder}/ecosystem.config.js": CONFIGS[number]}
    return evaluate(f"{folder}/ecosystem.config.js", CONFIGS[number], root=str(root), files=files).value


@pytest.mark.parametrize("number", range(len(CONFIGS)))
def test_a_value_is_what_node_gives_or_unknown(number: int, truth: tuple[Path, dict[str, Any]]) -> None:
    root, theirs = truth
    told = theirs[f"{number:03}"]
    found = ours(root, number)
    if "throws" in told:
        assert found is None or isinstance(found.content, Unknown) or CONFIGS[number].startswith(("if (!process", "require('dotenv')"))
    else:
        assert differs(found, told["value"]) is None, CONFIGS[number]


def test_most_of_it_is_known(tmp_path: Path) -> None:
    known = sum(1 for n in range(len(CONFIGS)) if (v := ours(tmp_path, n)) is not None and v.known())
    assert known >= 60, known


@pytest.mark.parametrize("text", ["while (true) {}", "let s = 'x'; for (;;) s += s", "const f = () => f(); f()", "let a = [1]; while (1) a = a.concat(a)", "x = " + "[" * 3000 + "]" * 3000, "const a = []; for (;;) a.push(1)", "let s = 'x'.repeat(1e9)", "module.exports = " + "!" * 5000 + "1"])
def test_a_bomb_is_too_complex_to_know(text: str) -> None:
    module = evaluate("ecosystem.config.js", text + "; module.exports = { apps: [] }")
    assert module.problem is not None or (module.value is not None and not module.value.known())


@pytest.mark.parametrize(
    ("text", "path", "place"),
    [
        ("const MAX = 15\nmodule.exports = { apps: [{ max: MAX }] }", ("apps", 0, "max"), (1, 13)),
        ("const base = {\n\tmin: '5s',\n}\nmodule.exports = { apps: [{ ...base }] }", ("apps", 0, "min"), (2, 7)),
        ("const f = (n) => ({ n, up: '1s' })\nmodule.exports = { apps: [f('x')] }", ("apps", 0, "up"), (1, 28)),
        ("const f = (n) => ({ n })\nmodule.exports = { apps: [f('x')] }", ("apps", 0, "n"), (2, 29)),
        ("module.exports = { a: '😀', b: 5 }", ("b",), (1, 31)),
        ("/* 😀\n */ module.exports = { b: `x${1}` }", ("b",), (2, 27)),
    ],
)
def test_a_value_is_where_one_would_edit_it(text: str, path: tuple[str | int, ...], place: tuple[int, int]) -> None:
    value = evaluate("ecosystem.config.js", text).value
    assert value is not None
    found = value.get(*path)
    assert found is not None
    assert found.at is not None
    assert (found.at.line, found.at.column) == place


def test_an_es_module_gives_its_exports() -> None:
    module = evaluate("ecosystem.config.mjs", "import path from 'node:path'\nconst n = 3\nexport const apps = [{ n, p: path.join('/a', 'b') }]\nexport default { apps }\n")
    assert module.style == "esm"
    assert module.value is not None
    assert module.value.text("apps", 0, "p") == "/a/b"
    assert module.value.get("default", "apps", 0, "n") is not None


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.text(alphabet="module.exports={}[]();'`$ab1,:?&|=>\n", max_size=60))
def test_any_text_has_a_value_or_a_problem_inside_it(text: str) -> None:
    module = evaluate("ecosystem.config.js", text)
    lines = text.split("\n")
    places = [v.at for _, v in walk(module.value) if v.at] if module.value is not None else []
    for at in [*places, *([module.problem.location] if module.problem else [])]:
        assert 1 <= at.line <= len(lines)
        assert 1 <= at.column <= len(lines[at.line - 1]) + 1


@pytest.mark.parametrize("body", ["for (let i = 0; i < 60; i++) a = [...a, ...a]", "for (let i = 0; i < 60; i++) a = JSON.stringify([a, a])"])
def test_doubling_ends_before_the_memory_does(body: str) -> None:
    module = evaluate("ecosystem.config.js", f"let a = [1]; {body}; module.exports = {{ a }}")
    assert module.value is not None
    assert not module.value.known()

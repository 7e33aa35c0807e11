"""Random configs from a small grammar, against Node in batches: a value is the same one or unknown."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

from conftest import need
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from test_javascript import differs

from checklist.model import Unknown
from checklist.parse.javascript import evaluate

ENVIRONMENT = {"SET": "yes", "PATH": ""}
_TAKEN = """const { mark } = require('./mark.js')
const out = []
for (const text of JSON.parse(require('fs').readFileSync(0, 'utf-8'))) {
  const module = { exports: {} }
  try { new Function('module', 'exports', text)(module, module.exports); out.push({ value: mark(module.exports) }) } catch { out.push({ throws: true }) }
}
require('fs').writeSync(1, JSON.stringify(out))
"""

names = st.sampled_from(["a", "b", "c"])
keys = st.sampled_from(["x", "y", "1", "name", "z"])
leaves = st.one_of(st.integers(-3, 40).map(lambda n: f"({n})"), st.sampled_from(["'api'", "''", "'7'", "true", "null", "undefined", "1.5", "NaN", "process.env.SET", "process.env.NOPE", "'a-b'"]), names)


def _deeper(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    items = st.lists(st.one_of(inner, inner.map(lambda e: f"...[{e}]")), max_size=3).map(lambda e: f"[{', '.join(e)}]")
    pairs = st.lists(st.one_of(st.builds("{}: {}".format, keys, inner), st.builds("[{}]: {}".format, inner, inner), inner.map(lambda e: f"...{e}")), max_size=3).map(lambda e: f"({{ {', '.join(e)} }})")
    two = st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "%", "/", "<", "<=", "===", "==", "!=", "&&", "||", "??", "&", ">>"]), inner)
    chosen = st.builds("({} ? {} : {})".format, inner, inner, inner)
    template = st.builds("`{}${{{}}}-${{{}}}`".format, st.sampled_from(["", "v", " "]), inner, inner)
    calls = st.sampled_from(
        [
            "{}.map((x, i) => [x, i])", "{}.filter((x) => x)", "{}.reduce((t, x) => t + x, 0)", "{}.join('-')", "{}.concat([1], 2)", "{}.slice(1)", "{}.includes(7)", "{}.length", "{}.flat()", "{}.reverse()", "{}.indexOf('api')",
            "Object.keys({})", "Object.entries({})", "Object.assign({{ x: 1 }}, {})", "JSON.stringify({})", "String({})", "Number({})", "Array.isArray({})", "parseInt({}, 10)", "Math.max({}, 3)", "typeof {}", "!{}", "-{}", "f({})", "{}.x", "{}?.name", "{}[1]", "((x = 5, ...r) => [x, r])({})",
        ]
    )
    return st.one_of(items, pairs, two, chosen, template, st.builds(lambda form, e: f"({form.format(e)})", calls, inner))


expressions = st.recursive(leaves, _deeper, max_leaves=7)


def _blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(inner, min_size=1, max_size=3).map("; ".join)
    return st.one_of(
        st.builds("if ({}) {{ {} }} else {{ {} }}".format, expressions, body, body),
        st.builds("for (let i = 0; i < {}; i++) {{ {} }}".format, st.integers(0, 4), body),
        st.builds("for (const k of [{}, {}]) {{ a = k; {} }}".format, expressions, expressions, body),
        st.builds("for (const k in {}) {{ b = k; {} }}".format, expressions, body),
        st.builds("try {{ {} }} catch {{ {} }}".format, body, body),
        st.builds("switch ({}) {{ case {}: {}; break; default: {} }}".format, expressions, expressions, body, body),
    )


simple = st.one_of(
    st.builds("{} = {}".format, names, expressions),
    st.builds("{} += {}".format, names, expressions),
    st.builds("o.{} = {}".format, st.sampled_from(["x", "y", "name"]), expressions),
    st.builds("l.push({})".format, expressions),
    st.builds("({{ x: a = {}, ...b }} = o)".format, expressions),
    st.builds("delete o.{}".format, st.sampled_from(["x", "y"])),
)
statements = st.lists(st.recursive(simple, _blocks, max_leaves=4), max_size=5).map("; ".join)
configs = st.builds(
    "let a = {}, b = {}, c = {}; const o = {{ x: a, y: b }}, l = [a, c]; function f(x, y = 2) {{ if ({}) return [x, y]; return {{ x }} }}; {}; module.exports = {{ a, b, c, o, l, e: {} }}".format,
    leaves.filter(lambda e: e not in "abc"), leaves.filter(lambda e: e not in "abc"), leaves.filter(lambda e: e not in "abc"), expressions, statements, expressions,
)


def in_node(texts: list[str]) -> list[dict[str, object]]:
    runner = (Path(__file__).parent / "truth_runner.js").read_text("utf-8")
    marks = runner[runner.index("const { isFinite }") : runner.index("const load")]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "mark.js").write_text(f"{marks}\nmodule.exports = {{ mark }}\n", "utf-8")
        (Path(folder) / "taken.js").write_text(_TAKEN, "utf-8")
        done = subprocess.run([need("node"), "taken.js"], cwd=folder, env=ENVIRONMENT, input=json.dumps(texts), capture_output=True, text=True, encoding="utf-8", timeout=60, check=True)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate])
@given(st.lists(configs, min_size=20, max_size=20))
def test_random_configs_are_what_node_gives_or_unknown(texts: list[str]) -> None:
    for text, told in zip(texts, in_node(texts), strict=True):
        for env in (None, ENVIRONMENT):
            value = evaluate("ecosystem.config.js", text, env=env).value
            if "throws" in told:
                assert value is None or isinstance(value.content, Unknown), text
            else:
                assert differs(value, told["value"]) is None, text

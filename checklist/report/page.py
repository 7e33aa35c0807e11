"""The frame of an HTML page: one file, its style inside, nothing loaded and nothing run."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

# The browser is told as well that nothing is to be loaded or run, whatever stands in a name.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

_STYLE = """
:root { color-scheme: light dark; --fg: #1b1f24; --bg: #fff; --soft: #57606a; --line: #d0d7de; --good: #1a7f37; --bad: #cf222e; --todo: #9a6700; --fill: #f6f8fa; }
@media (prefers-color-scheme: dark) { :root { --fg: #e6edf3; --bg: #0d1117; --soft: #9198a1; --line: #30363d; --good: #3fb950; --bad: #f85149; --todo: #d29922; --fill: #161b22; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 60rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--fg); background: var(--bg); overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); }
p { margin: 0; }
code { font: .875em ui-monospace, monospace; background: var(--fill); padding: .1em .3em; border-radius: .25em; }
.gate { padding: .75rem 1rem; margin: 1rem 0; border-left: .3rem solid var(--todo); background: var(--fill); }
.gate.open { border-color: var(--good); } .gate.closed { border-color: var(--bad); }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .3rem .5rem; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: normal; font-size: .875rem; }
.done .icon, .ticked .icon, span.done { color: var(--good); } .failed .icon, b.failed, span.failed { color: var(--bad); } .open .icon, .instruction .icon, span.open { color: var(--todo); }
td { overflow-wrap: break-word; hyphens: auto; } td code { overflow-wrap: anywhere; }
@media (max-width: 34rem) { table { font-size: .75rem; } th, td { padding: .3rem .15rem; } th { font-size: .7rem; } }
ul.items { list-style: none; padding: 0; margin: 0; } .items > li { display: flex; gap: .6rem; padding: .4rem 0; break-inside: avoid; } .items > li > div { min-width: 0; flex: 1; }
.icon { font-weight: bold; width: 1.2em; flex: none; text-align: center; } .failed > div > p, .instruction > div > p { font-weight: bold; } li.notApplicable { color: var(--soft); }
.items ul { margin: .1rem 0; padding-left: 1.1rem; font-size: .9rem; color: var(--soft); } .fix { color: var(--fg); }
.note { margin: .3rem 0; padding: .1rem .8rem; border-left: .2rem solid var(--line); font-style: italic; }
figure { margin: 1rem 0; break-inside: avoid; } figcaption { font-size: .9rem; } svg { width: 100%; height: auto; max-height: 22rem; }
svg text { font: 12px system-ui, sans-serif; fill: var(--soft); } svg .axis { stroke: var(--line); } svg .now { stroke: var(--bad); } svg .then { stroke: var(--good); stroke-dasharray: 6 3; }
svg path { fill: none; stroke-width: 2.5; } svg circle.now { fill: var(--bad); } svg circle.then { fill: var(--good); }
.key { display: inline-block; width: 1.6em; border-top: .2em solid; vertical-align: middle; margin-right: .4em; } .key.now { color: var(--bad); } .key.then { color: var(--good); border-top-style: dashed; }
footer { margin-top: 2rem; color: var(--soft); font-size: .875rem; }
@media print { :root { --fg: #000; --bg: #fff; --soft: #444; --line: #999; --fill: #fff; } body { max-width: none; padding: 0; font-size: 10pt; } h2 { break-after: avoid; } }
"""


def document(marker: str, lang: str, title: str, body: Iterable[str]) -> str:
    """The whole page; `body` is HTML."""
    head = [
        marker,
        f'<html lang="{lang}">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{html.escape(title)}</title>",
        f"<style>{_STYLE}</style>",
        "</head>",
        "<body>",
        "<main>",
    ]
    return "\n".join([*head, *body, "</main>", "</body>", "</html>"]) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are HTML."""
    first = "".join(f'<th scope="col">{html.escape(h)}</th>' for h in heads)
    below = "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>" for cells in rows)
    return f"<table>\n<thead><tr>{first}</tr></thead>\n<tbody>\n{below}\n</tbody>\n</table>"

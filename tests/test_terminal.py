"""What the terminal shows: snapshots to be read like prose, when there are colours, and the picture in the README."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.etree import ElementTree as xml

import pytest
from conftest import ROOT, Snapshot
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text
from test_cli import command

Folder = Callable[[Mapping[str, str]], Path]

# Long lines, tabs, wide and combining characters, and names that want to be commands of a terminal, a log or a page.
_NAME = "部署\\u001b[31m ::error::x\\n<b>\\u202e"
ODD = {
    "сервис 🚀/ecosystem.config.js": (
        f"module.exports = {{ apps: [{{ name: '{_NAME}', script: 'api.ts', /* {'длинная строка ' * 8}*/\tmax_restarts: 15, "
        f"min_uptime: '5s', /* {'部署' * 40} */ exp_backoff_restart_delay: 100 }}] }};\n"
    ),
    "odd\x1b]0;title\x07\n::error::\u202ename.sh": (
        "#!/bin/bash\n"
        f"cd /srv/api && echo '{'部署开始 ' * 20}' &&\tnpm run build && echo 'e\u0301te\u0301 → «done» {'…' * 60}' && pm2 restart api\n"
        f"if true; then\n\t\t\tscp -o StrictHostKeyChecking=no -r dist/ deploy@{'very-' * 30}long.example.com:/srv/api/\nfi\n"
    ),
    "package.json": '{"name": "odd", "scripts": {"build": "tsc", "test": "node --test"}, "devDependencies": {"typescript": "5"}}\n',
    "tsconfig.json": '{"compilerOptions": {"outDir": "dist"}}\n',
    "onai-check.yaml": "policy: {required_env: []}\n",
}  # fmt: skip
# a few groups: the snapshot is about how findings look, not which there are
SELECT = [w for rule in ("pm2", "deploy/build-step", "deploy/archives-build-output", "deploy/no-smoke-test", "git") for w in ("--select", rule)]


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize(("width", "color", "encoding"), [(80, False, "utf-8"), (80, True, "utf-8"), (160, False, "utf-8"), (160, True, "utf-8"), (80, False, "cp1252")])
@pytest.mark.parametrize("project", ["incident", "odd"])
def test_the_report_looks_as_it_did(*, project: str, width: int, color: bool, encoding: str, lang: str, folder: Folder, snapshot: Snapshot) -> None:
    if lang == "ru" and (width, color, encoding) != (80, False, "utf-8"):
        return
    args = ["examples/incident"] if project == "incident" else [str(folder(ODD)), *SELECT]
    done = command(*args, "--lang", lang, "--color", "always" if color else "never", COLUMNS=str(width), PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (1, "")
    name = "-".join([project, str(width), *["color"] * color, *[encoding] * (encoding != "utf-8"), *[lang] * (lang != "en")])
    # an escape is written out: a diff of the snapshots is read in a terminal too
    snapshot(f"tests/snapshots/{name}.txt", done.stdout.replace("\x1b", "␛"))


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("width", [40, 60, 80, 120, 160])
def test_no_width_cuts_the_words(width: int, lang: str) -> None:
    def shown(*args: str, columns: int = width) -> list[str]:
        return command(*args, "--lang", lang, COLUMNS=str(columns)).stdout.splitlines()

    # the ladder, the measures and the gate: all their words are there, a table as blocks has a colon after some
    summary = {"en": "P0   24 findings", "ru": "P0   24 замечания"}[lang]
    wide = shown("examples/incident", columns=200)
    start = next(n for n, line in enumerate(wide) if line.startswith(summary))
    narrow = shown("examples/incident")
    assert {word for line in wide[start:] for word in line.split()} - {"measure", "показатель"} <= {word for line in narrow for word in (*line.split(), *line.replace(":", " ").split())}
    for told in (narrow, shown("simulate", "examples/incident"), shown("plan", "examples/healthy")):
        assert [line for line in told if cell_len(line) > width and line[:1] == " "] == []  # a long path is as long as it is


def on_a_terminal(*args: str, **env: str) -> str:
    """What a run writes that has a terminal for its stdout."""
    ours, theirs = pty.openpty()
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "TERM": "xterm-256color", **env}
    with subprocess.Popen([sys.executable, "-c", "from checklist.cli import main; main()", *args], stdout=theirs, cwd=ROOT, env=environment) as run:
        os.close(theirs)
        told = b""
        while True:
            try:
                part = os.read(ours, 1 << 16)
            except OSError:  # Linux says so when the other end is closed
                break
            if not part:
                break
            told += part
    os.close(ours)
    assert run.returncode in (0, 1)
    return told.decode("utf-8")


@pytest.mark.parametrize(("width", "said"), [(40, r"P0  pm2/runs-build-output\r\n    Apps run from their sources, or the\r\n    \w"), (90, r"P0  pm2/runs-build-output +Apps run from their sources, [\w ]+\r\n {30,}\w")])
def test_a_terminal_is_shown_titles_that_are_broken_between_words(width: int, said: str) -> None:
    told = on_a_terminal("rules", COLUMNS=str(width))
    assert re.search(said, told)
    assert max(map(len, told.split("\r\n"))) <= width
    piped = command("rules", COLUMNS=str(width)).stdout
    assert told.split() == piped.split()
    assert all(re.match("P[012]  ", line) for line in piped.splitlines())


@pytest.mark.parametrize(
    ("args", "env", "terminal", "redirected"),
    [
        ([], {}, True, False),
        ([], {"CI": "true"}, True, False),
        ([], {"NO_COLOR": "1"}, False, False),
        ([], {"NO_COLOR": ""}, True, False),
        ([], {"FORCE_COLOR": "1"}, True, True),
        ([], {"FORCE_COLOR": "1", "CI": "true"}, True, True),
        ([], {"FORCE_COLOR": "0"}, False, False),
        ([], {"FORCE_COLOR": ""}, True, False),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
        ([], {"TERM": "dumb"}, False, False),
        (["--color", "auto"], {}, True, False),
        (["--color", "always"], {"NO_COLOR": "1", "TERM": "dumb"}, True, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False, False),
    ],
    ids=lambda x: " ".join(x) or "nothing" if isinstance(x, list) else ",".join(f"{k}={v}" for k, v in x.items()) if isinstance(x, dict) else None,
)
def test_when_there_are_colours(args: list[str], env: dict[str, str], terminal: bool, redirected: bool) -> None:
    args = ["examples/incident", "--select", "pm2/too-many-restarts", *args]
    assert ("\x1b[" in on_a_terminal(*args, **env)) == terminal
    assert ("\x1b[" in command(*args, **env).stdout) == redirected


def test_what_is_redirected_is_100_columns_wide() -> None:
    assert command("examples/incident").stdout == command("examples/incident", COLUMNS="100").stdout


def test_colours_change_nothing_but_the_colour(tmp_path: Path) -> None:
    plain = command("examples/incident", COLUMNS="90").stdout
    colored = command("examples/incident", "--color", "always", "-o", f"text={tmp_path}/report", COLUMNS="90").stdout
    assert re.sub(r" *\x1b\[[\d;]*m$|\x1b\[[\d;]*m", "", colored, flags=re.MULTILINE) == plain
    assert "\x1b" not in (tmp_path / "report").read_text("utf-8")


@pytest.mark.parametrize("format", ["json", "sarif", "github", "junit", "gitlab", "markdown"])
def test_formats_for_machines_have_no_colours(format: str) -> None:
    assert "\x1b" not in command("examples/incident", "--format", format, "--color", "always", FORCE_COLOR="1").stdout


# ---- the picture -----------------------------------------------------------------------------------------------------

# rich's own template asks a server for its font
SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="onai-check on a project that fails">
  <style>
    .{unique_id}-matrix {{ font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: {char_height}px; line-height: {line_height}px; }}
    .{unique_id}-title {{ font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 16px; }}
    {styles}
  </style>
  <defs>
    <clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>
    {lines}
  </defs>
  {chrome}
  <g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
    {backgrounds}
    <g class="{unique_id}-matrix" xml:space="preserve">{matrix}</g>
  </g>
</svg>
"""


def drawn(svg: str) -> list[tuple[str, str]]:
    """What a picture shows, text by text with its style, whatever the numbers that rich lays it out with."""
    styles = dict(re.findall(r"\.([\w-]+-r\d+) \{ ?([^}]*)\}", svg))
    texts = (("".join(e.itertext()).replace("\xa0", " ").rstrip(), styles.get(e.get("class", ""), "")) for e in xml.fromstring(svg).iter() if e.tag.endswith("}text"))
    return [(text, style) for text, style in texts if text]


def test_the_picture_in_the_readme_is_a_real_run(snapshot: Snapshot) -> None:
    line = "onai-check examples/incident --select pm2 --select monitor --select deploy/smoke-test-cannot-fail"
    run = command(*line.split()[1:], "--color", "always", COLUMNS="100")
    console = Console(record=True, width=100, file=io.StringIO(), force_terminal=True, color_system="standard", legacy_windows=False)
    console.print(Text.from_ansi(run.stdout), end="")
    svg = console.export_svg(title=f"$ {line}", unique_id="onai-check", code_format=SVG)
    assert not re.search(r"url\((?!#)|@import|@font-face|(?:href|src)=", svg), "it asks a server for something"
    shown = "".join(text for text, _ in drawn(svg))
    said = re.sub(r"\x1b\[[\d;]*m|\s", "", run.stdout)
    assert said in re.sub(r"\s", "", shown)
    snapshot("docs/report.svg", "\n".join(row.rstrip() for row in svg.split("\n")), seen=drawn)
    assert "docs/report.svg" in (ROOT / "README.md").read_text("utf-8")

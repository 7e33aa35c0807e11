"""The checklist as a page: the same content, no network, no script, and it fits a phone and a desk."""

from __future__ import annotations

import html as escape
import re
import subprocess
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, need
from conftest import run as hold
from test_checklist import DSN, HOSTILE, IGNORED, PACKAGE, POLICY, RESTARTS, STRAY, outcome, report
from test_cli import command

from checklist.cli import run
from checklist.model import Document, value
from checklist.report import checklist, html, living
from checklist.report.view import View

APP = Document("pm2.app", "ecosystem.config.js", value({"name": "api", "environment": None, "max_restarts": 15, "min_uptime": 5000, "restart_delay": 0, "exp_backoff_restart_delay": 0, "autorestart": True}), "api")


class Page(HTMLParser):
    """Tags with their attributes, and the text; every element that was opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.stack: list[str] = []
        self.feed(text)
        assert self.stack == []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.stack or self.stack[-1] != "style":
            self.words.append(data)


def page_of(text: str) -> str:
    """A page in which every name, message and note is this text."""
    docs = (POLICY, PACKAGE, Document("pm2.app", "x", APP.value, text))
    own = {"local": [{"text": text, "run": text}]}
    found = report(outcome(RESTARTS, "fail", file=text, text=text), outcome(DSN, "open", file=text, text=text), outcome(IGNORED, "pass", file=text), documents=docs)
    left = living.Person(frozenset(), {("## Locally", "No TypeScript errors", 0): [text], ("", "", 0): [text]})
    return html.render(found, View(), own=own, person=left)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_are_text(text: str) -> None:
    hostile, tame = Page(page_of(text)), Page(page_of("x"))
    assert [t for t, _ in hostile.tags] == [t for t, _ in tame.tags]
    allowed = {"class", "lang", "charset", "http-equiv", "content", "name", "scope", "role", "aria-label", "title", "viewbox", "d", "x", "y", "cx", "cy", "r", "text-anchor"}
    assert {name for _, attrs in hostile.tags for name in attrs} <= allowed
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", page_of(text))


def test_it_loads_nothing_and_runs_nothing() -> None:
    text = page_of("x")
    assert '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'">' in text
    assert not {t for t, _ in Page(text).tags} & {"script", "link", "img", "iframe", "object", "a", "form", "base"}
    assert not re.search(r"url\(|@import|https?:", re.search("<style>.*</style>", text, re.DOTALL)[0])  # type: ignore[index]


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_it_says_what_the_file_says(lang: str) -> None:
    found = hold({"ecosystem.config.js": "module.exports = { apps: [{ name: 'api', script: 'dist/api.js', max_restarts: 15 }] };\n", "deploy.sh": "npm run build\npm2 restart api\n"})
    view = View(lang=lang)
    words = re.sub(r"\s+", " ", "".join(Page(html.render(found, view)).words))
    told = checklist.render(found, view).split("\n## ", 1)[1].rpartition("\n\n<!--")[0]
    assert "```mermaid" in told  # the page has a table instead
    for line in re.sub(r"(?s)```mermaid.*?```", "", told).split("\n"):
        plain = re.sub(r"<!-- -->|[`*]|^## |^ *(?:- (?:\[.\] )?|\d+\. )|[❌❔➖] |\\(?=\W)", "", line)
        for piece in escape.unescape(plain).split(" — " if "➖" in line else "\n"):
            piece = re.sub("^(?:does not apply|неприменимо): ", "", piece)
            assert " ".join(piece.split()) in words
    assert "MTTD" in words


def test_every_state_has_its_icon_and_its_word() -> None:
    text = html.render(
        report(outcome(RESTARTS, "fail"), outcome(IGNORED, "pass"), outcome(DSN, "open"), outcome(STRAY, "open")),
        View(),
    )
    said = [attrs["aria-label"] for _, attrs in Page(text).tags if attrs.get("class") == "icon"]
    assert set(said) == {"done", "failed", "open: cannot be known here", "open: for you to do", "open: after the deploy", "does not apply", "to do"}


def test_the_plot_shows_both_worlds() -> None:
    text = html.render(report(documents=(POLICY, APP)), View())
    shown = Page(text)
    assert [a["class"] for t, a in shown.tags if t == "path"] == ["axis", "now", "then"]
    # PM2 gives up after 14 crashes in the one, after 2 in the other
    assert [a["class"] for t, a in shown.tags if t == "circle"] == ["now", "then"]
    assert "as it is: max_restarts 15, min_uptime 5 s — PM2 gives up after 14 restarts" in "".join(shown.words)
    unknown = Document("pm2.app", "x", value({**APP.value.members(), "max_restarts": "15"}), "api")
    assert "<svg" not in html.render(report(documents=(POLICY, unknown)), View())


def test_the_page_has_the_ticks_and_notes_of_the_file(repository: Callable[[Mapping[str, str]], Path]) -> None:
    root = repository({"ecosystem.config.js": "module.exports = {apps: [{name: 'shop', script: 'src/server.js'}]};\n"})
    assert run(["report", str(root)]) == 0
    file, page = root / "DEPLOY_CHECKLIST.md", root / "DEPLOY_CHECKLIST.html"
    file.write_text(file.read_text("utf-8").replace("- [ ] The backend starts without errors\n", "- [x] The backend starts without errors — by <Ivan>\n"), "utf-8")
    assert run(["report", str(root), "--format", "html", "--check"]) == 1
    assert run(["report", str(root), "--format", "html"]) == 0
    assert run(["report", str(root), "--format", "html", "--check"]) == 0
    text = page.read_text("utf-8")
    assert '<li class="ticked"><span class="icon" role="img" aria-label="done, ticked by a person"' in text
    assert '<blockquote class="note">by &lt;Ivan&gt;</blockquote>' in text
    assert "by <Ivan>" in file.read_text("utf-8")
    page.write_text("mine")
    assert run(["report", str(root), "--format", "html"]) == 2
    assert page.read_text() == "mine"


# ---- in a browser ------------------------------------------------------------------------------------------------------

MEASURE = """<!doctype html><meta charset="utf-8"><body><iframe id="f" style="width:{width}px;height:900px;border:0" srcdoc="{page}"></iframe>
<script>document.getElementById("f").onload = e => {{ const d = e.target.contentDocument.documentElement;
document.body.dataset.seen = d.scrollWidth + "/" + d.clientWidth + "/" + d.querySelectorAll("li").length; }}</script></body>"""


def browse(tmp_path: Path, file: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [need("chromium"), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr", *options, file.as_uri()],
        capture_output=True, text=True, timeout=120, cwd=tmp_path,
    )  # fmt: skip


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    need("chromium")
    out = {}
    for name, lang in (("incident", "ru"), ("healthy", "en")):
        file = tmp_path_factory.mktemp("page") / "page.html"
        assert command("report", f"examples/{name}", "--format", "html", "-o", str(file), "--lang", lang, cwd=ROOT).returncode == 0
        out[name] = file.read_text("utf-8")
    out["long names"] = page_of("x" * 3000)
    return out


@pytest.mark.parametrize("width", [400, 1200])
@pytest.mark.parametrize("name", ["incident", "healthy", "long names"])
def test_nothing_is_wider_than_the_window(pages: dict[str, str], name: str, width: int, tmp_path: Path) -> None:
    file = tmp_path / "frame.html"
    file.write_text(MEASURE.format(width=width, page=escape.escape(pages[name])), "utf-8")
    done = browse(tmp_path, file, "--dump-dom", "--window-size=1600,1000")
    seen = re.search(r'data-seen="(\d+)/(\d+)/(\d+)"', done.stdout)
    assert seen, done.stderr
    wide, room, items = map(int, seen.groups())
    assert room in range(width - 20, width + 1)
    assert wide <= room
    assert items > 20


def test_it_opens_without_an_error(pages: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(pages["incident"], "utf-8")
    for width in (400, 1200):
        done = browse(tmp_path, file, f"--screenshot={tmp_path / f'{width}.png'}", f"--window-size={width},1000")
        assert (tmp_path / f"{width}.png").read_bytes().startswith(b"\x89PNG")
        assert "CONSOLE" not in done.stderr
    # the same look would see one: a script is refused, and the browser says so
    file.write_text(pages["incident"].replace("</main>", "<script>1</script></main>"), "utf-8")
    assert "CONSOLE" in browse(tmp_path, file, "--dump-dom").stderr


@pytest.mark.parametrize(("given", "page"), [(["-o", "html={}/x"], True), (["-o", "{}/x.html"], True), (["-o", "markdown={}/x.html"], False), (["--format", "html", "-o", "{}/x"], True), (["-o", "{}/x.md"], False)])
def test_the_format_stands_before_the_file_or_in_its_ending(tmp_path: Path, given: list[str], page: bool) -> None:
    project, out = tmp_path / "project", tmp_path / "out"
    project.mkdir()
    out.mkdir()
    (project / "ecosystem.config.js").write_text("module.exports = { apps: [{ name: 'api', script: 'a.ts' }] };\n", encoding="utf-8")
    assert run(["report", str(project), *(g.format(out) for g in given)]) == 0
    [file] = out.iterdir()
    assert file.read_text(encoding="utf-8").startswith(html.MARKER) is page

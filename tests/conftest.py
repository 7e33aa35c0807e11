"""What the tests share: real programs that may be missing, projects made of texts, a clean environment."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from checklist import config, engine, packs
from checklist.model import Project, Report
from checklist.parse import words
from checklist.parse.usage import is_source, telling

ROOT = Path(__file__).parent.parent
Snapshot = Callable[..., None]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest --update-snapshots`: the one way to write everything anew that is generated and checked in."""
    parser.addoption("--update-snapshots", action="store_true", help="write tests/snapshots, the README's blocks and docs/report.svg anew; read the diff")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--update-snapshots") and os.environ.get("CI") == "true":
        raise pytest.UsageError("CI compares snapshots, it does not write them")


@pytest.fixture
def snapshot(request: pytest.FixtureRequest) -> Snapshot:
    """Compares a text with what is checked in, or with --update-snapshots writes it there.

    `name` is a file, or FILE#BLOCK for the code block after `<!-- BLOCK -->`. `seen` gives what of it is compared.
    """

    def compare(name: str, text: str, *, seen: Callable[[str], object] = str) -> None:
        file, _, block = name.partition("#")
        path = ROOT / file
        whole = path.read_text("utf-8") if path.exists() else ""
        start, end = (0, len(whole)) if not block else _block(whole, block)
        old = whole[start:end]
        if request.config.getoption("--update-snapshots") and old != text:
            path.parent.mkdir(exist_ok=True)
            path.write_text(whole[:start] + text + whole[end:], "utf-8", newline="\n")
        elif not old or seen(old) != seen(text):
            assert old == text, f"{name} is not what is made now: pytest --update-snapshots, and read the diff"

    return compare


def _block(text: str, name: str) -> tuple[int, int]:
    found = re.search(rf"<!-- {name} -->\n```\w*\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert found, f"there is no <!-- {name} --> before a code block"
    return found.span(1)


def need(program: str) -> str:
    """The path of a real program; without it the test is skipped on a laptop and fails in CI."""
    found = shutil.which(program)
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have {program}")
        pytest.skip(f"{program} is not installed")
    return found


def make(files: Mapping[str, str], *, tracked: list[str] | None = None, settings: str = "", paths: list[str] | None = None) -> Project:
    """A project of texts."""
    policy = config.parse("onai-check.yaml" if settings else "", settings, Path("/project")).policy
    return Project(files=files, sources=telling(files), sources_seen=any(map(is_source, files)), words=words.of(files), tracked=None if tracked is None else frozenset(tracked), paths=frozenset(paths or ()), policy=policy)


def run(files: Mapping[str, str], *rules: str, tracked: list[str] | None = None, settings: str = "") -> Report:
    """The report of some built-in rules (none named: all) on a project of texts."""
    wanted = [r for r in packs.load(packs.builtin(), strict=False) if not rules or r.id in rules]
    assert not rules or len(wanted) == len(rules)
    return engine.run(make(files, tracked=tracked, settings=settings), wanted)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("GIT_", "GITHUB_")) or name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LANG", "LC_ALL", "LC_MESSAGES"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[Mapping[str, str]], Path]:
    """Writes files into a folder of its own."""

    def write(files: Mapping[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return tmp_path

    return write


@pytest.fixture
def repository(folder: Callable[[Mapping[str, str]], Path]) -> Callable[[Mapping[str, str]], Path]:
    """Writes files into a git repository of its own and adds them all that are not ignored."""

    def write(files: Mapping[str, str]) -> Path:
        root = folder(files)
        git = need("git")
        subprocess.run([git, "init", "-q", "-b", "main", str(root)], check=True)
        subprocess.run([git, "-C", str(root), "config", "user.email", "t@example.com"], check=True)
        subprocess.run([git, "-C", str(root), "config", "user.name", "t"], check=True)
        subprocess.run([git, "-C", str(root), "add", "-A"], check=True)
        return root

    return write

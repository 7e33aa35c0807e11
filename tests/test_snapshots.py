"""What is generated and checked in: how it is compared, and how it is written anew."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

PLUGIN = """
import conftest
conftest.ROOT = __import__("pathlib").Path(__file__).parent
def test_it(snapshot):
    snapshot("page.md#block", "new\\n")
    snapshot("kept/file.txt", "whole\\n")
"""
OLD = "before\n<!-- block -->\n```text\nold\n```\n```text\nanother\n```\n"


@pytest.mark.parametrize(
    ("args", "ci", "status", "page"),
    [
        ([], "", 1, OLD),
        (["--update-snapshots"], "", 0, OLD.replace("old", "new")),
        (["--update-snapshots"], "true", 4, OLD),
    ],
    ids=["compared", "updated", "refused in CI"],
)
def test_snapshots_are_compared_or_written_but_not_in_ci(tmp_path: Path, args: list[str], ci: str, status: int, page: str) -> None:
    (tmp_path / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text("utf-8"), "utf-8")
    (tmp_path / "test_it.py").write_text(PLUGIN, "utf-8")
    (tmp_path / "page.md").write_text(OLD, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path), *args],
        capture_output=True, text=True, cwd=tmp_path, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "CI": ci},
    )  # fmt: skip
    assert done.returncode == status, done.stdout + done.stderr
    assert (tmp_path / "page.md").read_text("utf-8") == page
    assert (tmp_path / "kept").exists() == (status == 0)

"""npm packages that tests compare with: installed once from tests/npm/package-lock.json."""

from __future__ import annotations

import os
import subprocess
from functools import cache
from pathlib import Path

import pytest
from conftest import need

FOLDER = Path(__file__).parent / "npm"


@cache
def _install() -> str | None:
    """Why it failed, None if all is there."""
    if (FOLDER / "node_modules" / ".package-lock.json").is_file():
        return None
    command = [need("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=120, check=False)
    return done.stderr or "npm ci failed" if done.returncode else None


def node_with(package: str) -> str:
    """The path of node, with an npm package installed for scripts that run in FOLDER."""
    node = need("node")
    failed = _install()
    if failed or not (FOLDER / "node_modules" / package).is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have the npm package {package}: {failed}")
        pytest.skip(f"the npm package {package} is not installed")
    return node

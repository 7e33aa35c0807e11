"""npm packages that tests compare with, as the package-lock.json beside their package.json pins them."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest
from conftest import need

FOLDER = Path(__file__).parent / "npm"


def node_with(package: str) -> str:
    """The path of node, with an npm package installed for scripts that run in FOLDER."""
    node = need("node")
    _there(package, FOLDER, _failure(FOLDER, need("npm")))
    return node


def outside(package: str, manifest: Path) -> Path:
    """A folder outside the checkout whose node_modules is what the manifest's lock file says; installed once per lock."""
    cache_folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "onai-check-tests"
    pinned = hashlib.sha256((manifest / "package-lock.json").read_bytes()).hexdigest()[:16]
    folder = cache_folder / f"{package}-{pinned}"
    failed = None
    if not (folder / "node_modules").is_dir():
        # made beside and then renamed: a run that is cut off, or two at once, leave nothing half installed
        cache_folder.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=cache_folder))
        for name in ("package.json", "package-lock.json"):
            shutil.copy(manifest / name, made)
        failed = _failure(made, need("npm"))
        try:
            if failed is None:
                made.rename(folder)
        except OSError:
            pass  # another run was faster
        finally:
            shutil.rmtree(made, ignore_errors=True)
    _there(package, folder, failed)
    return folder


@cache
def _failure(folder: Path, npm: str) -> str | None:
    """Why the packages of a folder cannot be installed, None if all are there."""
    if (folder / "node_modules" / ".package-lock.json").is_file():
        return None
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        return "npm ci took more than two minutes"
    return done.stderr or "npm ci failed" if done.returncode else None


def _there(package: str, folder: Path, failed: str | None) -> None:
    if failed or not (folder / "node_modules" / package).is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have the npm package {package}: {failed}")
        pytest.skip(f"the npm package {package} is not installed: {failed}")

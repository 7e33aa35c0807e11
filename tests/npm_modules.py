"""npm packages that tests compare with, as the package-lock.json beside their package.json pins them."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from conftest import need
from filelock import FileLock

FOLDER = Path(__file__).parent / "npm"


def node_with(package: str) -> str:
    """The path of node, with an npm package installed for scripts that run in FOLDER."""
    node = need("node")
    _there(package, FOLDER, _failure(FOLDER, need("npm")))
    return node


def outside(package: str, manifest: Path) -> Path:
    """A folder outside the checkout whose node_modules is what the manifest's lock file says; installed once per lock."""
    folder, failed = _outside(package, manifest, need("npm"))
    _there(package, folder, failed)
    return folder


@cache
def _outside(package: str, manifest: Path, npm: str) -> tuple[Path, str | None]:
    kept = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "onai-check-tests"
    pinned = hashlib.sha256((manifest / "package-lock.json").read_bytes()).hexdigest()[:16]
    folder = kept / f"{package}-{pinned}"
    if (folder / "node_modules").is_dir():
        return folder, None
    # made beside and then renamed: a run that is cut off, or two at once, leave nothing half installed
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept) as beside:
        made = Path(shutil.copytree(manifest, Path(beside) / "made", ignore=lambda _, names: {n for n in names if not n.startswith("package")}))
        failed = _failure(made, npm)
        if failed is None:
            with suppress(OSError):  # another run was faster
                made.rename(folder)
    return folder, failed


@cache
def _failure(folder: Path, npm: str) -> str | None:
    """Why the packages of a folder cannot be installed, None if all are there."""
    with FileLock(folder / "npm.lock"):  # each worker of pytest-xdist asks for them
        return _installed(folder, npm)


def _installed(folder: Path, npm: str) -> str | None:
    if (folder / "node_modules" / ".package-lock.json").is_file():
        return None
    # without a network it says so after a few seconds, not after a minute
    patience = ["--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=3000"]
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *patience]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        return "npm ci took more than two minutes"
    return None if done.returncode == 0 else " ".join(done.stderr.split())[:200] or "npm ci failed"


def _there(package: str, folder: Path, failed: str | None) -> None:
    if failed or not (folder / "node_modules" / package).is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have the npm package {package}: {failed}")
        pytest.skip(f"the npm package {package} is not installed: {failed}")

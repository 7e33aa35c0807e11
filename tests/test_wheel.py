"""The wheel, installed in a clean environment outside the checkout, finds its rules and works."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT


def test_the_wheel_brings_its_rules(tmp_path: Path) -> None:
    if os.environ.get("CI") != "true":
        pytest.skip("asks the package index; CI runs it")
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--outdir", str(tmp_path / "out"), str(ROOT)], check=True, capture_output=True)
    wheel = next((tmp_path / "out").glob("*.whl"))
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "v")], check=True)
    python = tmp_path / "v" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", str(wheel)], check=True)
    script = tmp_path / "v" / "bin" / "onai-check"
    rules = subprocess.run([script, "rules"], capture_output=True, text=True, cwd=tmp_path, check=True).stdout.splitlines()
    assert len(rules) == len(list((ROOT / "rules").rglob("*.yaml")))
    assert subprocess.run([script, str(ROOT / "examples" / "incident")], cwd=tmp_path, capture_output=True).returncode == 1
    assert subprocess.run([script, str(ROOT / "examples" / "healthy")], cwd=tmp_path, capture_output=True).returncode == 0
    (tmp_path / "ecosystem.config.js").write_text("module.exports = { apps: [{ name: 'api', script: 'api.ts', cwd: '/srv/api/current' }] }\n")
    assert "+++ b/scripts/deploy.sh" in subprocess.run([script, "init", str(tmp_path)], cwd=tmp_path, capture_output=True, text=True, check=True).stdout

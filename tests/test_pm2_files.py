"""Which configs Node gives to PM2 with their apps: what `pm2.file` says of `loads` is held against Node itself."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from checklist import config
from checklist.facts import derive
from checklist.model import Project

APPS = "[{name: 'api', script: 'api.js'}]"
CASES = [
    (None, "ecosystem.config.js", f"module.exports = {{apps: {APPS}}};"),
    (None, "ecosystem.config.js", f"exports.apps = {APPS};"),
    (None, "ecosystem.config.mjs", f"module.exports = {{apps: {APPS}}};"),
    (None, "ecosystem.config.mjs", f"export default {{apps: {APPS}}};"),
    (None, "ecosystem.config.cjs", f"export const apps = {APPS};"),
    ("module", "ecosystem.config.js", f"module.exports = {{apps: {APPS}}};"),
    ("module", "ecosystem.config.js", f"export default {{apps: {APPS}}};"),
    ("module", "ecosystem.config.cjs", f"module.exports = {{apps: {APPS}}};"),
    ("module", "ecosystem.config.cjs", f"export default {{apps: {APPS}}};"),
    ("commonjs", "ecosystem.config.js", f"module.exports = {{default: 1, apps: {APPS}}};"),
]
# What PM2 does with a config (7.0.4 lib/Common.js:301, lib/API.js:943)
LOOK = "const c = require(process.argv[1]); process.exit((c.apps || c.pm2 || [c]).every((a) => a.script) ? 0 : 1)"


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
@pytest.mark.parametrize(("kind", "name", "text"), CASES)
def test_a_config_loads_if_node_finds_its_apps(tmp_path: Path, kind: str | None, name: str, text: str) -> None:
    files = {name: text, "package.json": json.dumps({"type": kind} if kind else {})}
    for file, content in files.items():
        (tmp_path / file).write_text(content, "utf-8")
    found = subprocess.run(["node", "-e", LOOK, str(tmp_path / name)], capture_output=True).returncode == 0
    documents = derive(Project(files=files, policy=config.parse("", "", tmp_path).policy)).documents
    (told,) = (d for d in documents if d.kind == "pm2.file")
    assert (told.value.text("loads") == "yes") is found

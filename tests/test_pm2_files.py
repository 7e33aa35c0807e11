"""Which configs Node gives to PM2 with their apps: what `pm2.file` says of `loads` is held against Node itself."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import make

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


PROD = "module.exports = {apps: [{name: 'api', script: 'api.js', env: {NODE_ENV: 'production'}}]};"
DEV = "module.exports = {apps: [{name: 'api-dev', script: 'api.js', env: {NODE_ENV: 'development'}}]};"
PLAIN = f"module.exports = {{apps: {APPS}}};"
DESKS = [
    # named for it, or for development by every NODE_ENV, beside one for a server
    ({"ecosystem.dev.config.js": PLAIN, "ecosystem.config.js": PLAIN}, ["ecosystem.config.js"]),
    ({"ecosystem.config.dev.cjs": PLAIN, "ecosystem.config.cjs": PLAIN}, ["ecosystem.config.cjs"]),
    ({"pm2.local.json": '{"apps": [{"name": "api", "script": "api.js"}]}', "pm2.json": '{"apps": [{"name": "api", "script": "api.js"}]}'}, ["pm2.json"]),
    ({"ecosystem.config.js": DEV, "ecosystem.prod.config.js": PROD}, ["ecosystem.prod.config.js"]),
    ({"api/ecosystem.dev.config.js": DEV, "ecosystem.config.js": PROD}, ["ecosystem.config.js"]),
    # commands that start it at a desk
    ({"ecosystem.local.config.js": PLAIN, "ecosystem.config.js": PROD, "Makefile": "start:\n\tpm2 start ecosystem.local.config.js\n"}, ["ecosystem.config.js"]),
    ({"ecosystem.config.js": DEV, "ecosystem.prod.config.js": PROD, "package.json": '{"scripts": {"pm2:start": "pm2 start ecosystem.config.js"}}'}, ["ecosystem.prod.config.js"]),
    ({"ecosystem.dev.config.js": DEV, "ecosystem.config.js": PROD, "package.json": '{"scripts": {"deploy:dev": "pm2 start ecosystem.dev.config.js"}}'}, ["ecosystem.config.js"]),
    ({"ecosystem.dev.config.js": DEV, "ecosystem.config.js": PROD, "start-dev.sh": "pm2 start ecosystem.dev.config.js\n"}, ["ecosystem.config.js"]),
    # a script or an image for development starts it, and nothing else does
    ({"ecosystem.dev.config.js": PLAIN, "start.dev.sh": "npm run migrate\npm2-runtime ecosystem.dev.config.js\n"}, []),
    ({"ecosystem.dev.config.js": PLAIN, "start.dev.sh": "pm2-runtime ecosystem.dev.config.js\n", "start.sh": "pm2-runtime ecosystem.dev.config.js\n"}, ["ecosystem.dev.config.js"]),
    # a copy of a folder that is packed for the server; two servers side by side are none, nor services of one template
    ({f"{d}/{f}": t for d in ("api", "deploy/to-copy/api") for f, t in (("ecosystem.config.js", PROD), ("package.json", '{"name": "api"}'))}, ["api/ecosystem.config.js"]),
    ({f"{d}/{f}": t for d in ("api-1", "api-2") for f, t in (("ecosystem.config.js", PROD), ("package.json", '{"name": "api"}'))}, ["api-1/ecosystem.config.js", "api-2/ecosystem.config.js"]),
    ({f"{d}/{f}": t for d in ("api", "web") for f, t in (("ecosystem.config.js", PROD), ("package.json", f'{{"name": "{d}"}}'))}, ["api/ecosystem.config.js", "web/ecosystem.config.js"]),
    # nothing else would run on the server
    ({"ecosystem.dev.config.js": DEV}, ["ecosystem.dev.config.js"]),
    ({"ecosystem.config.js": DEV}, ["ecosystem.config.js"]),
    ({"api/ecosystem.dev.config.js": DEV, "web/ecosystem.config.js": PROD}, ["api/ecosystem.dev.config.js", "web/ecosystem.config.js"]),
    # the other one does not say that it is production's, and this one only by NODE_ENV that it is not
    ({"ecosystem.config.js": DEV, "pm2.config.js": PLAIN}, ["ecosystem.config.js", "pm2.config.js"]),
    ({"ecosystem.config.js": DEV.replace("env:", "env_production: {NODE_ENV: 'production'}, env:"), "pm2.config.js": PROD}, ["ecosystem.config.js", "pm2.config.js"]),
    # a stage is a server, and so is what a deploy or a folder says to be one
    ({"ecosystem.staging.config.js": PLAIN, "ecosystem.config.js": PROD}, ["ecosystem.config.js", "ecosystem.staging.config.js"]),
    ({"ecosystem.dev.config.js": DEV, "ecosystem.config.js": PROD, "deploy.sh": "git pull\npm2 reload ecosystem.dev.config.js\n"}, ["ecosystem.config.js", "ecosystem.dev.config.js"]),
    ({"ecosystem.dev.config.js": DEV, "ecosystem.config.js": PROD, "package.json": '{"scripts": {"deploy": "pm2 start ecosystem.dev.config.js"}}'}, ["ecosystem.config.js", "ecosystem.dev.config.js"]),
    ({"ecosystem.config.js": DEV.replace("script:", "cwd: '/srv/api', script:"), "ecosystem.prod.config.js": PROD}, ["ecosystem.config.js", "ecosystem.prod.config.js"]),
    ({"ecosystem.dev.config.js": DEV.replace("{apps:", "{deploy: {dev: {host: 'dev.example.com'}}, apps:"), "ecosystem.config.js": PROD}, ["ecosystem.config.js", "ecosystem.dev.config.js"]),
]


@pytest.mark.parametrize(("files", "judged"), DESKS)
def test_a_config_for_ones_own_machine_is_not_judged_as_a_server(files: dict[str, str], judged: list[str]) -> None:
    found = derive(make(files)).documents
    assert sorted({d.file for d in found if d.kind == "pm2.app"}) == judged
    assert {d.file for d in found if d.kind == "pm2.file"} == {f for f in files if "ecosystem" in f or "pm2" in f}  # its secrets are looked for all the same

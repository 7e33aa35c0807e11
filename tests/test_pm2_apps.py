"""What PM2 takes from a config: the mode that it chooses, and the variables of an environment. Measured on PM2 7.0.4."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import run

from checklist import config
from checklist.facts import derive
from checklist.model import Document, Project, plain


def apps(text: str) -> list[Document]:
    project = Project(files={"ecosystem.config.js": f"module.exports = {text};"}, policy=config.parse("", "", Path("/project")).policy)
    return [d for d in derive(project).documents if d.kind == "pm2.app"]


@pytest.mark.parametrize(
    ("app", "mode", "by"),
    [
        ("{script: 'a.js'}", "fork_mode", None),
        ("{script: 'a.js', instances: 1}", "cluster_mode", "instances"),
        ("{script: 'a.js', instances: 0}", "cluster_mode", "instances"),
        ("{script: 'a.js', instances: 2, exec_mode: 'fork'}", "fork_mode", "exec_mode"),
        ("{script: 'a.js', exec_mode: 'cluster'}", "cluster_mode", "exec_mode"),
        ("{script: 'npm', args: 'start', instances: 1}", "cluster_mode", "instances"),  # npm is a file of JavaScript
        ("{script: 'npm start', instances: 1}", "fork_mode", "instances"),  # bash -c
        ("{script: 'bash', args: 'run.sh', instances: 2}", "fork_mode", "instances"),
        ("{script: 'a.py', instances: 2}", "fork_mode", "instances"),
        ("{script: 'a.js', interpreter: 'python3', instances: 2}", "fork_mode", "instances"),
    ],
)
def test_the_mode_is_the_one_that_pm2_chooses(app: str, mode: str, by: str | None) -> None:
    (found,) = apps(f"{{apps: [{app}]}}")
    assert (plain(found.value.get("exec_mode")), plain(found.value.get("mode_by"))) == (mode, by)


def test_an_environment_lies_over_the_targets_variables_and_they_over_env() -> None:
    found = apps("""{
        apps: [{script: 'a.js', env: {HOST: 'env', LANG: 'env', TZ: 'env'}, env_prod: {TZ: 'over'}}],
        deploy: {prod: {env: {LANG: 'target', TZ: 'target'}}},
    }""")
    assert [plain(a.value.get("env"), reveal=True) for a in found] == [
        {"HOST": "env", "LANG": "env", "TZ": "env"},
        {"HOST": "env", "LANG": "target", "TZ": "over"},
    ]


@pytest.mark.parametrize(
    ("names", "en", "ru"),
    [
        ("api", "are allowed", "допустимо не больше 3"),
        ("api worker", "are allowed (also worker)", " (также worker)"),
        ("api api", "are allowed", "допустимо не больше 3"),
        ("api b c d e f g h", "are allowed (also b, c, d, e, f and 2 more)", " (также b, c, d, e, f и ещё 2)"),
    ],
)
def test_apps_that_share_a_value_are_all_named(names: str, en: str, ru: str) -> None:
    apps = ", ".join(f"{{ name: '{name}', script: 'a.js', ...shared, env_production: {{ A: 1 }} }}" for name in names.split())
    found = run({"ecosystem.config.js": f"const shared = {{ max_restarts: 15 }};\nmodule.exports = {{ apps: [{apps}] }};\n"}, "pm2/too-many-restarts").findings
    assert [(f.location.line, f.subject) for f in found] == [(1, "api max_restarts")]
    assert found[0].message["en"].endswith(en)
    assert ru in found[0].message["ru"]


@pytest.mark.parametrize(
    "app",
    [
        "{script: 'cargo', args: 'run'}",
        "{script: '/srv/venv/bin/celery', args: '-A app worker'}",
        "{script: 'main.py', interpreter: 'python3'}",
        "{script: 'gunicorn', args: 'app:app'}",
        "{script: 'ngrok', args: 'http 3000', interpreter: 'none'}",
    ],
)
def test_a_program_of_another_language_is_not_taken_for_sources_of_node(app: str) -> None:
    (found,) = apps(f"{{apps: [{app}]}}")
    assert plain(found.value.get("starts")) == "other"


@pytest.mark.parametrize("args", ["['dist/server.js', '--token', 's3cr3t']", "['dist/server.js', '--token=s3cr3t']"])
def test_an_argument_that_is_a_secret_hides_itself_and_not_what_runs(args: str) -> None:
    [app] = apps(f"{{ apps: [{{ name: 'a', script: 'node', args: {args} }}] }}")
    assert app.value.text("entry") == "dist/server.js"
    assert plain(app.value.get("command"), reveal=True)[:2] == ["node", "dist/server.js"]
    assert "s3cr3t" not in str(plain(app.value))

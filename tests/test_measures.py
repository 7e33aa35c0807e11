"""The measures of success: as they were in the incident, as they are now, and the goal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from conftest import run
from test_cli import command

from checklist import examples, packs
from checklist.facts import derive
from checklist.model import plain
from checklist.report import measures

ECOSYSTEM = "module.exports = { apps: [{ name: 'api', script: 'tsx', args: 'src/server.ts', cwd: '/srv/api/current' }] };\n"
APP = {"ecosystem.config.js": ECOSYSTEM}
BACK = "git pull\npm2 restart api\ncurl -sf http://localhost:3000/health || { bash rollback.sh v1; exit 1; }\n"
ONLY_EXITS = "git pull\npm2 restart api\ncurl -sf http://localhost:3000/health || exit 1\n"
CANNOT_FAIL = "git pull\npm2 restart api\ncurl -s http://localhost:3000/health || ln -sfn releases/1 current\n"


def measured(files: Mapping[str, str], settings: str = "") -> dict[str, Any]:
    """The measures of a project of texts, as {name: (now, met)}."""
    report = run({**APP, **files}, "monitor/slow-detection", settings=settings)
    [document] = [d for d in report.documents if d.kind == "measures"]
    return {name: (m["now"], m["met"]) for name, m in plain(document.value).items()}


def monitor(rest: str) -> str:
    return f"monitor: {{provider: uptime-kuma, url: 'https://a.example/health'{rest}}}\n"


@pytest.mark.parametrize(
    ("settings", "now", "met"),
    [
        ("", None, False),
        (monitor(""), None, None),
        (monitor(", interval: 2m"), {"from": 0, "to": 120_000}, True),
        (monitor(", interval: 2m, down_checks: 2"), {"from": 120_000, "to": 240_000}, True),
        (monitor(", interval: 2m, down_checks: 2, timeout: 30s"), {"from": 120_000, "to": 270_000}, True),
        (monitor(", interval: 5m, down_checks: 2"), {"from": 300_000, "to": 600_000}, False),
    ],
)
def test_an_outage_is_known_after_the_failed_checks_and_their_timeout(settings: str, now: object, met: bool | None) -> None:
    assert measured({}, settings)["detection"] == (now, met)


def test_the_rule_and_the_measure_have_one_number() -> None:
    report = run(APP, "monitor/slow-detection", settings=monitor(", interval: 4m, down_checks: 3, timeout: 10s"))
    [finding] = report.findings
    assert "up to 12 min 10 s" in finding.message["en"]
    assert measures.rows(report, "en")[0].now == "8 min – 12 min 10 s"
    assert measures.rows(report, "en")[0].at == finding.location


def without_cwd(instead: str) -> str:
    return ECOSYSTEM.replace(", cwd: '/srv/api/current'", instead)


WORKS = 'ln -sfn "releases/$1" current\npm2 restart api\ncurl -sf http://localhost:3000/health\n'
BY_HAND = ({"way": "by_hand"}, False)
ITSELF = ({"way": "automatic"}, True)
SCRIPT = ({"way": "script"}, None)


@pytest.mark.parametrize(
    ("files", "ways", "met", "repair"),
    [
        ({"deploy.sh": BACK, "rollback.sh": WORKS}, (1, 1, 0), True, ITSELF),
        ({"deploy.sh": BACK.replace("bash rollback.sh", "bash scripts/rollback.sh"), "scripts/rollback.sh": WORKS}, (1, 1, 0), True, ITSELF),
        # it is called, but does not restart, does not check, or comes to the bad release the second time
        ({"deploy.sh": BACK, "rollback.sh": 'ln -sfn "releases/$1" current\n'}, (1, 0, 1), False, SCRIPT),
        ({"deploy.sh": BACK, "rollback.sh": WORKS.replace("curl -sf", "curl -s")}, (1, 0, 1), False, SCRIPT),
        ({"deploy.sh": BACK, "rollback.sh": WORKS.replace("$1", "$(ls -t releases | sed -n 2p)")}, (1, 0, 1), False, SCRIPT),
        ({"deploy.sh": BACK, "rollback.sh": WORKS.replace("-sfn", "-sf")}, (1, 0, 1), False, SCRIPT),
        # a script that is not here, or does what is not seen
        ({"deploy.sh": BACK}, (1, 0, 0), None, (None, None)),
        # by its path, and which mode git gives it is not known
        ({"deploy.sh": BACK.replace("bash ", "./"), "rollback.sh": WORKS}, (1, 0, 0), None, SCRIPT),
        ({"deploy.sh": BACK, "rollback.sh": WORKS.replace("pm2 restart api", "/opt/bin/restart-all")}, (1, 0, 0), None, SCRIPT),
        # the deploy goes back by itself
        ({"deploy.sh": BACK.replace("bash rollback.sh v1", 'ln -sfn "$previous" current; pm2 restart api')}, (1, 1, 0), True, ITSELF),
        ({"deploy.sh": BACK.replace("bash rollback.sh v1", 'ln -sfn "$previous" current')}, (1, 0, 1), False, BY_HAND),
        ({"deploy.sh": ONLY_EXITS}, (1, 0, 0), False, BY_HAND),
        # PM2 does not run the app in the link that is flipped: the bad release goes on answering
        ({"deploy.sh": BACK, "rollback.sh": WORKS, "ecosystem.config.js": without_cwd("")}, (1, 0, 1), False, SCRIPT),
        ({"deploy.sh": BACK, "rollback.sh": WORKS, "ecosystem.config.js": without_cwd(", cwd: '/srv/api/releases/1'")}, (1, 0, 1), False, SCRIPT),
        ({"deploy.sh": BACK, "rollback.sh": WORKS, "ecosystem.config.js": without_cwd(", cwd: process.env.DIR")}, (1, 0, 0), None, SCRIPT),
        ({"deploy.sh": BACK, "rollback.sh": WORKS.replace("restart api", "delete api\npm2 start tsx --name api"), "ecosystem.config.js": without_cwd("")}, (1, 1, 0), True, ITSELF),
        ({"deploy.sh": BACK.replace("bash rollback.sh v1", 'ln -sfn "$previous" current; pm2 restart api'), "ecosystem.config.js": without_cwd("")}, (1, 0, 1), False, BY_HAND),
        # a rollback by git has no link
        ({"deploy.sh": BACK, "rollback.sh": WORKS.replace('ln -sfn "releases/$1" current', "git reset --hard HEAD~1"), "ecosystem.config.js": without_cwd("")}, (1, 1, 0), True, ITSELF),
        # a smoke test that cannot fail never starts its rollback
        ({"deploy.sh": CANNOT_FAIL}, (1, 0, 0), False, BY_HAND),
        ({"a.sh": BACK, "b.sh": ONLY_EXITS, "rollback.sh": WORKS}, (2, 1, 0), False, SCRIPT),
        ({"deploy.sh": ONLY_EXITS, "scripts/rollback.sh": "pm2 restart api\n"}, (1, 0, 0), False, SCRIPT),
        ({"deploy.sh": ONLY_EXITS, "package.json": '{"scripts": {"deploy:rollback": "x"}}'}, (1, 0, 0), False, SCRIPT),
        # what cannot be known of the smoke test is not known of the rollback
        ({"deploy.sh": "git pull\npm2 restart api\n$CHECK || ./rollback.sh\n"}, (1, 0, 0), None, (None, None)),
    ],
)
def test_a_rollback_starts_itself_or_a_person_does(files: Mapping[str, str], ways: tuple[int, int, int], met: bool | None, repair: object) -> None:
    found = measured(files)
    assert (found["rollback"], found["repair"]) == ((dict(zip(("ways", "back", "broken"), ways, strict=True)), met), repair)


def test_without_a_deploy_there_is_no_rollback() -> None:
    assert (measured({})["rollback"], measured({})["repair"]) == ((None, None), BY_HAND)


@pytest.mark.parametrize("rule", ["flips-back-and-forth", "link-gap", "not-checked", "not-executable", "not-restarted"])
def test_a_rollback_that_a_rule_finds_fault_with_does_not_count_as_one_that_works(rule: str) -> None:
    for example in packs.examples(packs.builtin() / "rollback" / f"{rule}.yaml"):
        works = [plain(d.value)["works"] for d in derive(examples.project(example)).documents if d.kind == "rollback" and d.value.text("script") is not None]
        assert example.kind != "bad" or not works or works == [False]


@pytest.mark.parametrize(
    ("settings", "monitoring", "alerts"),
    [
        ("", (False, False), ([], False)),
        (monitor(""), (True, True), ([], False)),
        (monitor(", alerts: [telegram]"), (True, True), (["telegram"], False)),
        (monitor(", alerts: [telegram, SMS, sms]"), (True, True), (["sms", "telegram"], True)),
        # of a webhook only the host is told
        (monitor(", alerts: ['https://hooks.example/T0/x', sms]"), (True, True), (["hooks.example", "sms"], True)),
    ],
)
def test_two_channels_are_told(settings: str, monitoring: object, alerts: object) -> None:
    found = measured({}, settings)
    assert (found["monitoring"], found["alerts"]) == (monitoring, alerts)


def test_every_measure_is_told_in_both_languages() -> None:
    for example in ("incident", "healthy"):
        shown = {lang: command(f"examples/{example}", "--lang", lang, COLUMNS="120").stdout for lang in ("en", "ru")}
        assert ("unknown until a user complains" in shown["en"]) == ("когда пожалуется пользователь" in shown["ru"]) == (example == "incident")
        assert "MTTD" in shown["ru"]
    told = json.loads(command("examples/healthy", "--format", "json").stdout)["measures"]
    assert all(m["met"] for m in told.values())
    assert "| outage known (MTTD) | 2 h – 3 h | 2 min – 4 min | under 5 min |" in command("examples/healthy", "--format", "markdown").stdout
    assert "| outage known (MTTD) | 2 h – 3 h | ✅ 2 min – 4 min `onai-check.yaml:" in command("report", "examples/healthy", "-o", "-").stdout


def test_without_an_app_nothing_can_be_down() -> None:
    report = run({"deploy.sh": "rsync -a site/ host:/srv/site/\n"}, "monitor/not-declared")
    assert measures.rows(report, "en") == []

"""onai-check.yaml: defaults, places, and errors that say where and what may stand there."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
import yaml
from test_cli import command

from checklist import config
from checklist.cli import run
from checklist.errors import CheckError
from checklist.model import plain

HERE = Path("/project")


def test_the_defaults_are_the_owners_values() -> None:
    found = config.parse("", "", HERE)
    assert (found.gate, found.lang, found.exclude) == ("P0", None, ())
    assert plain(found.policy.value) == {
        "max_restarts": 3,
        "min_uptime": 30_000,
        "boot_time": 10_000,
        "run_from": "auto",
        "build_dirs": ["dist", "build"],
        "frontends": [],
        "env_files": ["env.env", ".env", ".env.production"],
        "required_env": ["SENTRY_DSN", "SENTRY_ENABLED"],
        "health_url": "http://localhost:3000/health",
        "effects": [],
        "pm2_options": [],
    }


def test_what_is_given_keeps_its_place_and_times_are_milliseconds() -> None:
    found = config.parse("onai-check.yaml", "gate: P1\npolicy:\n  min_uptime: 2m\nmonitor:\n  provider: x\n  url: https://a.b/h\n  interval: 90s\n", HERE)
    assert found.gate == "P1"
    assert plain(found.policy.value.get("min_uptime")) == 120_000
    assert plain(found.policy.value.get("monitor", "interval")) == 90_000
    at = found.policy.place(("min_uptime",))
    assert (at.file, at.line, at.column) == ("onai-check.yaml", 3, 15)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gates: P0\n", "onai-check.yaml:1:1: unknown key 'gates'; did you mean 'gate'?"),
        (
            "policy:\n  max_restart: 5\n",
            "onai-check.yaml:2:3: unknown key 'policy.max_restart'; did you mean 'max_restarts'?",
        ),
        ("policy:\n  zzz: 5\n", "onai-check.yaml:2:3: unknown key 'policy.zzz'; known here: max_restarts, min_uptime"),
        ("gate: P3\n", "onai-check.yaml:1:7: gate must be one of P0, P1, P2, none"),
        (
            "policy: {min_uptime: 30 seconds}\n",
            "onai-check.yaml:1:22: policy.min_uptime must be a time with its unit, such as 30s, 2m or 500ms",
        ),
        ("policy: {min_uptime: 30}\n", "onai-check.yaml:1:22: policy.min_uptime: 30 has no unit: 30s or 30ms?"),
        ("policy:\n  boot_time: '1.5'\n", "onai-check.yaml:2:14: policy.boot_time: 1.5 has no unit: 1.5s or 1.5ms?"),
        (
            "monitor: {provider: x, url: https://a.b, interval: 0}\n",
            "onai-check.yaml:1:52: monitor.interval: 0 has no unit: 0s or 0ms?",
        ),
        (
            "monitor: {provider: x, url: https://a.b, timeout: 5000}\n",
            "monitor.timeout: 5000 has no unit: 5000s or 5000ms?",
        ),
        ("policy: {min_uptime: true}\n", "policy.min_uptime must be a time with its unit"),
        ("policy: {max_restarts: -1}\n", "onai-check.yaml:1:24: policy.max_restarts must be a whole number, 0 or more"),
        (
            "policy: {max_restarts: '3'}\n",
            "onai-check.yaml:1:24: policy.max_restarts must be a whole number, 0 or more",
        ),
        ("policy: {health_url: localhost}\n", "onai-check.yaml:1:22: policy.health_url must be a URL"),
        ("policy: {effects: [{match: make ship}]}\n", "onai-check.yaml:1:20: policy.effects.0: 'effect' is missing"),
        (
            "policy: {effects: [{match: a, effect: deploy}]}\n",
            "policy.effects.0.effect must be one of fetch, install, build",
        ),
        ("policy: {build_dirs: [../dist]}\n", "onai-check.yaml:1:23: policy.build_dirs.0 must be a text"),
        ("- gate\n", "onai-check.yaml:1:1: the file must be a mapping"),
        ("gate: [\n", "onai-check.yaml:2:1: "),
        ("gate: P0\ngate: P1\n", "onai-check.yaml:2:1: a key that stands twice in one mapping"),
        ("monitor: {provider: uptimerobot}\n", "onai-check.yaml:1:10: monitor: 'url' is missing"),
    ],
)
def test_errors_say_where_and_what_may_stand_there(text: str, message: str) -> None:
    with pytest.raises(CheckError) as error:
        config.parse("onai-check.yaml", text, HERE)
    assert message in str(error.value)


def test_an_error_does_not_quote_the_value() -> None:
    with pytest.raises(CheckError) as error:
        config.parse("onai-check.yaml", "policy: {health_url: hunter2-canary}\n", HERE)
    assert "hunter2-canary" not in str(error.value)


def test_the_schema_is_a_json_schema_and_agrees_with_our_evaluator() -> None:
    shape = json.loads(resources.files("checklist").joinpath("config.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(shape)
    # a keyword that editors know and we do not judge by would be said by one of them alone
    assert '"format"' not in json.dumps(shape)
    for text in ("gate: P1\n", "policy: {run_from: build}\n", "checklist: {local: [{text: a, run: b}]}\n", "{}"):
        jsonschema.validate(yaml.safe_load(text), shape)
        config.parse("onai-check.yaml", text, HERE)
    for text in ("gate: 1\n", "policy: []\n", "checklist: {local: [{run: b}]}\n"):
        assert not jsonschema.Draft202012Validator(shape).is_valid(yaml.safe_load(text))
        with pytest.raises(CheckError):
            config.parse("onai-check.yaml", text, HERE)


@pytest.mark.parametrize(
    "given",
    ["30s", "30 s", "1.5h", "500ms", "2m", "30", 30, 1.5, "30 seconds", "30S", "-1s", "s", "", "1d", True, None],
)
def test_an_editor_and_we_agree_on_every_time(given: object) -> None:
    held = jsonschema.Draft202012Validator(
        json.loads(resources.files("checklist").joinpath("config.schema.json").read_text("utf-8"))
    )
    for settings in (
        {"policy": {"min_uptime": given}},
        {"monitor": {"provider": "x", "url": "http://a", "timeout": given}},
    ):
        text = yaml.safe_dump(settings)
        try:
            config.parse("onai-check.yaml", text, HERE)
            said = True
        except CheckError:
            said = False
        assert said == held.is_valid(yaml.safe_load(text)) == (given in ("30s", "30 s", "1.5h", "500ms", "2m"))


URLS = {
    "http://localhost:3000/health": True, "https://a.example.com": True, "https://user:pw@a.b:443/x?y=1#z": True, "http://[::1]:3000/h": True,
    "http://a.b:65535": True, "http://a.b:65536": False, "http://a.b:0": False, "localhost:3000": False, "ftp://a.b": False,
    "http://": False, "https:///health": False, "http://a b": False, "http://a:b:c": False, "": False,
}  # fmt: skip


@pytest.mark.parametrize("given", URLS)
def test_an_editor_and_we_agree_on_every_url(given: str) -> None:
    held = jsonschema.Draft202012Validator(
        json.loads(resources.files("checklist").joinpath("config.schema.json").read_text("utf-8"))
    )
    text = yaml.safe_dump({"policy": {"health_url": given}})
    assert held.is_valid(yaml.safe_load(text)) == URLS[given]
    if URLS[given]:
        config.parse("onai-check.yaml", text, HERE)
    else:
        with pytest.raises(CheckError, match=r"policy\.health_url must be a URL such as"):
            config.parse("onai-check.yaml", text, HERE)


def test_what_config_prints_is_a_config(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "onai-check.yaml").write_text(
        "policy: {min_uptime: 90s, boot_time: 1500ms}\nmonitor: {provider: x, url: 'https://a.b', interval: 2m}\n"
    )
    assert run(["config", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "min_uptime: 90s\n  " in told
    before, after = config.load(tmp_path / "onai-check.yaml", tmp_path), config.parse("onai-check.yaml", told, HERE)
    assert plain(after.policy.value) == plain(before.policy.value)


def test_the_closest_config_wins_and_a_repository_ends_the_search(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "onai-check.yaml").write_text("gate: P2\n")
    assert config.find(inner) == tmp_path / "onai-check.yaml"
    (tmp_path / "a" / ".git").mkdir()
    assert config.find(inner) is None
    (inner / "onai-check.yaml").write_text("")
    assert config.find(inner) == inner / "onai-check.yaml"


def _folder(path: Path) -> None:
    path.mkdir()


def _dangling(path: Path) -> None:
    path.symlink_to("nowhere.yaml")


def _round(path: Path) -> None:
    path.symlink_to(path.name)


@pytest.mark.parametrize(
    ("make", "en", "ru"),
    [
        (_folder, "onai-check.yaml: cannot be read: no regular file", "onai-check.yaml: не читается: это не обычный файл"),
        (_dangling, "onai-check.yaml: cannot be read: a link that leads out of the project or nowhere", "не читается: ссылка ведёт за пределы проекта или никуда"),
        (_round, "onai-check.yaml: cannot be read: a link that leads out of the project or nowhere", "не читается: ссылка ведёт за пределы проекта или никуда"),
        (lambda path: path.write_bytes(b""), "onai-check.yaml:1:1: is empty; write what differs from the defaults", "onai-check.yaml:1:1: пустой файл"),
        (lambda path: path.write_bytes(b"\xef\xbb\xbf \n\n"), "onai-check.yaml:1:1: is empty", "пустой файл"),
        (lambda path: path.write_bytes(b"lang: \xff\n"), "onai-check.yaml: is not UTF-8 text", "это не текст в UTF-8"),
        (lambda path: path.write_bytes(b"- gate: P1\n"), "onai-check.yaml:1:1: the file must be a mapping", "файл: ожидается набор ключей"),
        (lambda path: path.write_bytes(b"P1\n"), "onai-check.yaml:1:1: the file must be a mapping", "набор ключей"),
        (lambda path: path.with_suffix(".yml").write_bytes(b"gate: P1\n"), "onai-check.yml: the name of the config is onai-check.yaml", "конфиг называется onai-check.yaml"),
    ],
)  # fmt: skip
def test_a_config_that_cannot_be_used_is_never_passed_over(make: Callable[[Path], object], en: str, ru: str, tmp_path: Path) -> None:
    make(tmp_path / "onai-check.yaml")
    (tmp_path / ".env").write_text("")
    for lang, told in (("en_US.UTF-8", en), ("ru_RU.UTF-8", ru)):
        for args in ([], ["rules"], ["init"]):
            done = command(*args, cwd=tmp_path, LC_ALL=lang)
            assert done.returncode == 2
            assert told in done.stderr
            assert "Traceback" not in done.stderr


def test_a_config_of_comments_only_is_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "onai-check.yaml").write_text("# gate: P1\n")
    assert config.load(config.find(tmp_path), tmp_path).gate == "P0"

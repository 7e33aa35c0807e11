"""A project whose config, rules or checklist are pipes, devices or links into the machine: none is waited for, read whole or shown.

Each command runs in a process of its own, with little memory and little time: what it would have waited for ends the test.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from conftest import ROOT

from checklist import files
from checklist.cli import run

Write = Callable[[Mapping[str, str]], Path]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes, devices and links are made otherwise there")

FILES = {
    "ecosystem.config.js": "module.exports = {apps: [{name: 'api', script: 'src/server.js', max_restarts: 3}]}\n",
    "package.json": '{"name": "api"}\n',
    "src/server.js": "require('http')\n",
    "deploy.sh": "set -e\nnpm ci\npm2 restart api\n",
}
SECRET = "root:$6$hunter2hunter2:19000:0:99999:7:::\n"
COMMANDS = [["check", "."], ["report", "."], ["show", "deploy.sh"], ["plan", "."], ["simulate", "."], ["init", "."], ["rules", "."], ["explain", "pm2/watch-on"], ["config", "."]]
_LIMITED = "import resource\nresource.setrlimit(resource.RLIMIT_DATA, (1 << 29, 1 << 29))\nfrom checklist.cli import main\nmain({words!r})"


def command(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command in half a GiB of memory and a minute."""
    code = _LIMITED.format(words=list(words))
    return subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300, env={**os.environ, "PYTHONPATH": str(ROOT)})


def pipe(file: Path, outside: Path) -> None:
    os.mkfifo(file)


def zeros(file: Path, outside: Path) -> None:
    file.symlink_to("/dev/zero")


def link(file: Path, outside: Path) -> None:
    file.symlink_to(outside / "shadow")


def large(file: Path, outside: Path) -> None:
    file.touch()
    os.truncate(file, 1 << 32)


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("outside")
    (folder / "shadow").write_text(SECRET)
    (folder / "rules").mkdir()
    (folder / "rules/secret.yaml").write_text(SECRET)
    return folder


WHY = {pipe: "no regular file", zeros: "a link that leads out of the project or nowhere", link: "a link that leads out of the project or nowhere", large: "larger than 1 MiB"}


@pytest.mark.parametrize("plant", WHY)
@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_a_config_is_read_as_every_file_of_the_project_is(folder: Write, outside: Path, plant: Callable[[Path, Path], None], words: list[str]) -> None:
    root = folder(FILES)
    plant(root / "onai-check.yaml", outside)
    done = command(root, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith(f"onai-check.yaml: cannot be read: {WHY[plant]}\n")
    assert "hunter2" not in done.stderr


@pytest.mark.parametrize("plant", WHY)
def test_a_file_that_the_user_names_may_lie_anywhere_and_is_bounded(folder: Write, outside: Path, plant: Callable[[Path, Path], None]) -> None:
    root, given = folder(FILES), outside / "given"
    plant(given, outside)
    for words in (["check", "--config", str(given)], ["plan", "--env-from", str(given)]):
        done = command(root, *words)
        assert done.returncode == 2 or (plant is link and words[0] == "plan")
        assert "hunter2" not in done.stdout + done.stderr
        assert plant is link or f"{given}: cannot be read: {WHY[plant] if plant is not zeros else WHY[pipe]}" in done.stderr


def test_a_config_may_be_a_link_inside_its_repository(repository: Write) -> None:
    root = repository({**{f"api/{name}": text for name, text in FILES.items()}, "shared/onai-check.yaml": "gate: P2\n"})
    (root / "api/onai-check.yaml").symlink_to("../shared/onai-check.yaml")
    assert "gate: P2" in command(root / "api", "config").stdout


# ---- rules -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", ["/etc", "{outside}/rules", "../../../../../../../etc", "link"])
@pytest.mark.parametrize("words", [["check"], ["rules"], ["explain", "pm2/watch-on"], ["config"]], ids=lambda words: words[0])
def test_a_pack_outside_the_project_is_not_looked_at(folder: Write, outside: Path, named: str, words: list[str]) -> None:
    root = folder(FILES | {"onai-check.yaml": f"rules: {{packs: ['{named.format(outside=outside)}']}}\n"})
    (root / "link").symlink_to(outside / "rules")
    done = command(root, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "lies outside the project" in done.stderr
    assert "secret.yaml" not in done.stderr


@pytest.mark.parametrize("plant", WHY)
def test_a_rule_file_is_read_as_every_file_of_the_project_is(folder: Write, outside: Path, plant: Callable[[Path, Path], None]) -> None:
    root = folder(FILES | {"onai-check.yaml": "rules: {packs: [rules]}\n"})
    (root / "rules/own").mkdir(parents=True)
    plant(root / "rules/own/x.yaml", outside)
    for words in (["check"], ["rules"], ["explain", "own/x"], ["test-rules", "rules"]):
        done = command(root, *words)
        assert done.returncode in (1, 2) if words[0] == "test-rules" else done.returncode == 2
        assert f"x.yaml: cannot be read: {WHY[plant]}" in done.stdout + done.stderr
        assert "hunter2" not in done.stdout + done.stderr


def test_the_packs_of_a_config_that_the_user_names_lie_beside_it(folder: Write, outside: Path) -> None:
    root = folder(FILES)
    (outside / "rules/secret.yaml").unlink()
    (outside / "rules/own").mkdir()
    (outside / "rules/own/watch.yaml").write_text((ROOT / "rules/pm2/watch-on.yaml").read_text("utf-8"), "utf-8")
    (outside / "org.yaml").write_text("rules: {packs: [./rules]}\n")
    assert "own/watch" in command(root, "rules", "--config", str(outside / "org.yaml")).stdout
    (outside / "org.yaml").write_text("rules: {packs: [/etc]}\n")
    assert command(root, "rules", "--config", str(outside / "org.yaml")).returncode == 2


# ---- what is written over --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plant", WHY)
@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("DEPLOY_CHECKLIST.md", ["report"]),
        ("DEPLOY_CHECKLIST.md", ["report", "--check"]),
        ("DEPLOY_CHECKLIST.md", ["report", "--require-done", "local"]),
        ("DEPLOY_CHECKLIST.md", ["report", "--format", "html"]),
        ("DEPLOY_CHECKLIST.md", ["report", "--force"]),
        ("DEPLOY_CHECKLIST.html", ["report", "--format", "html", "--force"]),
        ("out.md", ["report", "-o", "out.md", "--force"]),
        ("record.md", ["report", "--record", "record.md", "--force"]),
    ],
    ids=lambda of: " ".join(of) if isinstance(of, list) else of,
)
def test_what_is_to_be_written_is_no_pipe_device_or_link_out(repository: Write, outside: Path, plant: Callable[[Path, Path], None], file: str, words: list[str]) -> None:
    root = repository(FILES)
    subprocess.run(["git", "-C", str(root), "commit", "-qm", "x"], check=True)
    plant(root / file, outside)
    done = command(root, *words)
    assert done.returncode == 2
    assert f"{file}: " in done.stderr
    assert "bug" not in done.stderr
    assert "hunter2" not in done.stdout + done.stderr
    assert (outside / "shadow").read_text() == SECRET


@pytest.mark.parametrize("plant", [pipe, zeros, link])
@pytest.mark.parametrize("name", ["out.json", "folder/out.json"])
def test_a_report_is_written_to_no_place_that_the_project_chooses(folder: Write, outside: Path, plant: Callable[[Path, Path], None], name: str) -> None:
    root = folder(FILES)
    if "/" in name:
        (root / "folder").symlink_to(outside)
        plant(outside / "out.json", outside)
    else:
        plant(root / name, outside)
    done = command(root, "check", "-o", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert "nothing is written there" in done.stderr
    assert (outside / "shadow").read_text() == SECRET


def test_where_the_user_points_is_written(folder: Write, outside: Path) -> None:
    root = folder(FILES | {"docs/x": ""})
    (root / "link.json").symlink_to("docs/real.json")
    (root / "docs/real.json").touch()
    (outside / "link.json").symlink_to(outside / "real.json")
    (outside / "real.json").touch()
    given = ["link.json", f"../{root.name}/a.json", str(outside / "link.json"), "json=/dev/null"]
    assert command(root, "check", *(word for one in given for word in ("-o", one))).returncode == 1
    assert all(file.read_text().startswith("{") for file in (root / "docs/real.json", root / "a.json", outside / "real.json"))
    assert (root / "link.json").is_symlink()


@pytest.mark.parametrize("plant", [pipe, zeros, link])
def test_init_reads_and_writes_nothing_of_that_kind(folder: Write, outside: Path, plant: Callable[[Path, Path], None]) -> None:
    for name in (".gitignore", ".pre-commit-config.yaml", ".env.example", "scripts/deploy.sh"):
        root = folder(FILES | {"scripts/x": ""})
        (root / name).unlink(missing_ok=True)
        plant(root / name, outside)
    (root / "docs").symlink_to(outside)
    for words in (["init"], ["init", "--write"]):
        done = command(root, *words)
        assert done.returncode in (0, 2)
        assert "hunter2" not in done.stdout + done.stderr
    assert (outside / "shadow").read_text() == SECRET
    assert sorted(file.name for file in outside.iterdir()) == ["rules", "shadow"]


# ---- the one function ------------------------------------------------------------------------------------------------


def test_a_folder_that_is_a_link_leads_out_as_a_file_does(folder: Write, outside: Path) -> None:
    root = folder({"in/a.txt": "a", "b.txt": "b"})
    (root / "out").symlink_to(outside)
    (root / "back").symlink_to("in")
    assert files.read(root, "back/a.txt") == b"a"
    assert files.read(root, root / "b.txt") == b"b"
    assert files.read(None, root / "out/shadow") == SECRET.encode()
    for path in ("out/shadow", f"../{outside.name}/shadow", outside / "shadow", "in/../out/shadow", "out/none"):
        with pytest.raises(files.Unreadable):
            files.read(root, path)
    with pytest.raises(files.Unreadable, match="cannot be read"):
        files.read(root, "a\0b")


def test_a_pipe_that_takes_the_files_place_is_not_waited_for(folder: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    root = folder({"a.txt": "a"})
    real = os.open

    def late(file: str, *rest: int) -> int:
        os.unlink(file)
        os.mkfifo(file)
        return real(file, *rest)

    monkeypatch.setattr(os, "open", late)
    assert files.read(root, "a.txt") == b""


@pytest.mark.parametrize("kind", ["sha1", "sha256"])
def test_the_id_of_a_content_is_gits(folder: Write, kind: str) -> None:
    root = folder({"a.txt": "a" * 3_000_000})
    done = subprocess.run(["git", "init", "-q", f"--object-format={kind}", str(root)], check=False)
    if done.returncode:
        pytest.skip("this git knows no sha256")
    told = subprocess.run(["git", "-C", str(root), "hash-object", "a.txt"], capture_output=True, text=True, check=True).stdout.strip()
    assert files.blob(root, "a.txt", kind) == told


def test_an_error_says_which_file_and_why(folder: Write, capsys: pytest.CaptureFixture[str]) -> None:
    root = folder(FILES)
    os.mkfifo(root / "onai-check.yaml")
    assert run(["check", str(root), "--lang", "ru"]) == 2
    assert capsys.readouterr().err == f"onai-check: {root}/onai-check.yaml: не читается: это не обычный файл\n"

"""The hook, with the real pre-commit and the real git: what is committed is what is judged."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checklist.cli import run
from tests.conftest import ROOT, need

CARRIED = ("checklist", "rules", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
"""What a clone of the hook's repository needs."""


class Shop:
    """A repository with the hook installed; the same service as examples/healthy, able to build a `dist/`."""

    def __init__(self, root: Path, env: dict[str, str]) -> None:
        self.root, self.env = root, env

    def git(self, *args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([need("git"), *args], cwd=self.root, env=self.env, capture_output=True, text=True)

    def commit(self, *args: str) -> tuple[bool, str]:
        """Whether the hook let a commit through, and what it said."""
        done = self.git("commit", "-m", "change", *args)
        return done.returncode == 0, done.stdout + done.stderr

    def write(self, name: str, text: str) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text("utf-8")
        assert old in text
        self.write(name, text.replace(old, new))


def _environment(home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") and k != "SKIP"}
    who = {f"GIT_{role}_{what}": v for role in ("AUTHOR", "COMMITTER") for what, v in (("NAME", "t"), ("EMAIL", "t@example.com"))}
    return kept | who | {"PRE_COMMIT_HOME": str(home), "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C.UTF-8", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The repository with the hook, its environment built once."""
    if importlib.util.find_spec("pre_commit") is None:
        need("pre-commit")
    hook = tmp_path_factory.mktemp("hook")
    env = _environment(tmp_path_factory.mktemp("home"))
    for name in CARRIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, hook / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, hook / name)
    ours = Shop(hook, env)
    for args in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "hook"]):
        assert ours.git(*args).returncode == 0, args
    rev = ours.git("rev-parse", "HEAD").stdout.strip()
    root = tmp_path_factory.mktemp("template")
    shutil.copytree(ROOT / "examples" / "healthy", root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("package-lock.json"))
    shop = Shop(root, env)
    shop.change("package.json", '"dev":', '"build": "tsc", "dev":')
    shop.change("tsconfig.json", '"noEmit": true', '"outDir": "dist"')
    shop.write(".pre-commit-config.yaml", f"repos: [{{repo: '{hook}', rev: {rev}, hooks: [{{id: onai-check}}]}}]\n")
    assert shop.git("init", "-q", "-b", "main").returncode == 0
    assert shop.git("add", "-A").returncode == 0
    built = subprocess.run([sys.executable, "-m", "pre_commit", "install", "--install-hooks"], cwd=root, env=env, capture_output=True, text=True)
    if built.returncode and os.environ.get("CI") != "true":
        pytest.skip(f"pre-commit cannot build the hook's environment here: {built.stdout[-300:]}")
    assert built.returncode == 0, built.stdout
    passed, said = shop.commit()
    assert passed, said
    return shop


@pytest.fixture
def shop(template: Shop, tmp_path: Path) -> Shop:
    shutil.copytree(template.root, tmp_path / "shop", symlinks=True)
    return Shop(tmp_path / "shop", template.env)


def test_a_good_change_passes_and_a_bad_one_does_not(shop: Shop) -> None:
    shop.change("ecosystem.config.js", "max_restarts: 3", "max_restarts: 2")
    passed, said = shop.commit("-a")
    assert passed, said
    shop.change("ecosystem.config.js", "max_restarts: 2", "max_restarts: 15")
    passed, said = shop.commit("-a")
    assert not passed
    assert "pm2/too-many-restarts" in said
    assert "ecosystem.config.js\n  12:21 " in said


def test_what_is_not_staged_is_not_judged(shop: Shop) -> None:
    shop.change("ecosystem.config.js", "max_restarts: 3", "max_restarts: 15")
    shop.write("README.md", "new\n")
    shop.git("add", "README.md")
    passed, said = shop.commit()
    assert passed, said


def test_a_commit_that_only_deletes_is_judged(shop: Shop) -> None:
    assert shop.git("rm", "-q", ".gitignore").returncode == 0
    passed, said = shop.commit()
    assert not passed
    assert "git/build-output-not-ignored" in said


def test_a_cyrillic_file_name(shop: Shop) -> None:
    shop.write("скрипты/деплой.sh", "#!/bin/bash\nset -e\nnpm run build\npm2 restart shop-api\nsleep 10\ncurl -sf http://localhost:3000/health\n")
    assert shop.git("add", "-A").returncode == 0
    passed, said = shop.commit()
    assert not passed
    assert "скрипты/деплой.sh" in said
    assert "deploy/build-step" in said


def test_a_commit_of_paths_is_judged_by_its_own_index(shop: Shop) -> None:
    shop.write("dist/server.js", "1\n")
    assert shop.git("add", "-f", "dist/server.js").returncode == 0
    shop.write("README.md", "new\n")
    passed, said = shop.commit("--", "README.md")
    assert passed, said
    passed, said = shop.commit("--", "dist/server.js")
    assert not passed
    assert "git/build-output-tracked" in said


def test_a_push_needs_a_checklist_of_the_project_as_it_is(shop: Shop, tmp_path: Path) -> None:
    shop.change(".pre-commit-config.yaml", "[{id: onai-check}]", "[{id: onai-check}, {id: onai-checklist}]")
    assert shop.git("init", "-q", "--bare", str(tmp_path / "origin.git")).returncode == 0
    assert shop.git("remote", "add", "origin", str(tmp_path / "origin.git")).returncode == 0
    subprocess.run([sys.executable, "-m", "pre_commit", "install", "-t", "pre-push"], cwd=shop.root, env=shop.env, check=True, capture_output=True)
    passed, said = shop.commit("-a")
    assert passed, said
    pushed = shop.git("push", "-q", "origin", "main")
    assert pushed.returncode != 0
    assert "DEPLOY_CHECKLIST.md: is missing" in pushed.stdout + pushed.stderr
    assert run(["report", str(shop.root)]) == 0
    file = shop.root / "DEPLOY_CHECKLIST.md"
    file.write_text(file.read_text("utf-8").replace("- [ ] The backend", "- [x] The backend"), "utf-8")
    shop.git("add", "-A")
    passed, said = shop.commit()
    assert passed, said
    pushed = shop.git("push", "-q", "origin", "main")
    assert pushed.returncode == 0, pushed.stdout + pushed.stderr
    shop.change("ecosystem.config.js", "max_restarts: 3", "max_restarts: 2")
    passed, said = shop.commit("-a")
    assert passed, said
    pushed = shop.git("push", "-q", "origin", "main")
    assert pushed.returncode != 0
    assert "- [x] The backend starts without errors  →  - [ ] The backend" in pushed.stdout + pushed.stderr


@pytest.mark.parametrize(
    ("page", "stage", "said"),
    [
        ("README.md", "pre-commit", "pm2/too-many-restarts"),
        ("README.md", "pre-push", "Gate closed at P0"),
        ("docs/formats.md", "pre-commit", "Шлюз закрыт"),
        ("docs/checklist.md", "pre-push", "DEPLOY_CHECKLIST.md: is missing"),
    ],
)
def test_the_hook_as_the_docs_show_it_runs_what_is_in_path(
    page: str, stage: str, said: str, shop: Shop, tmp_path: Path
) -> None:
    [config] = [
        text
        for text in re.findall(r"```yaml\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
        if "repo: local" in text
    ]
    shop.write(".pre-commit-config.yaml", config)
    program = tmp_path / "bin" / "onai-check"
    program.parent.mkdir()
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom checklist.cli import main\nmain()\n"
    )
    program.chmod(0o755)
    env = shop.env | {"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}

    def hook() -> tuple[bool, str]:
        shop.git("add", "-A")
        run = [sys.executable, "-m", "pre_commit", "run", "--hook-stage", stage, "--verbose"]
        done = subprocess.run(
            [*run, "--from-ref", "HEAD", "--to-ref", "HEAD"] if stage == "pre-push" else run,
            cwd=shop.root,
            env=env,
            capture_output=True,
            text=True,
        )
        return done.returncode == 0, done.stdout + done.stderr

    if page != "docs/checklist.md":
        passed, told = hook()
        assert passed, told
        assert "Skipped" not in told
        shop.change("ecosystem.config.js", "max_restarts: 3", "max_restarts: 15")
    passed, told = hook()
    assert not passed
    assert said in told

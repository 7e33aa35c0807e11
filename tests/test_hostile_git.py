"""A repository whose own git config names programs: none of them runs, whatever command of ours looks at it.

Each way to plant such a config is held against git itself, which must run one of the programs: else the plant proves nothing.
"""

from __future__ import annotations

import hashlib
import os
import struct
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from conftest import ROOT, need

from checklist import discover
from checklist.cli import run
from checklist.cli.record import deploy
from checklist.discover import git as git_module
from checklist.errors import CheckError
from checklist.model import Document, Location, Problem, Project, value

Write = Callable[[Mapping[str, str]], Path]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the programs that are planted are shell scripts")

FILES = {
    "ecosystem.config.js": "module.exports = {apps: [{name: 'api', script: 'src/server.js', max_restarts: 3}]}\n",
    "package.json": '{"name": "api", "scripts": {"start": "node src/server.js"}}\n',
    "src/server.js": "require('http').createServer().listen(process.env.PORT)\n",
    "src/other.js": "1\n",
    "deploy.sh": "#!/bin/bash\nset -e\ngit pull\nnpm ci\npm2 restart api\n",
    ".env": "PORT=3000\n",
    ".gitattributes": "* filter=evil diff=evil merge=evil\n*.sh text\n",
}
COMMANDS = [
    ["check", "."],
    ["check", "src"],
    ["report", "."],
    ["report", ".", "--record", "record.md"],
    ["show", "ecosystem.config.js"],
    ["plan", "."],
    ["simulate", "."],
    ["init", "."],
    ["rules", "."],
    ["explain", "pm2/watch-on"],
    ["test-rules", "own"],
    ["config", "."],
    ["init", ".", "--write"],
]
# git-config(1): every key whose value is a program, in the form that the key wants
KEYS = [
    "core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass", "core.gitProxy", "core.alternateRefsCommand",
    "credential.helper", "diff.external", "diff.evil.command", "diff.evil.textconv", "filter.evil.clean", "filter.evil.smudge",
    "filter.evil.process", "merge.evil.driver", "gpg.program", "gpg.ssh.program", "gpg.x509.program", "interactive.diffFilter",
    "sequence.editor", "trailer.evil.command", "uploadpack.packObjectsHook", "remote.origin.uploadpack", "remote.origin.receivepack",
    "pager.ls-files", "pager.diff-files", "pager.diff-index", "pager.rev-parse", "pager.config", "pager.symbolic-ref", "pager.log",
    "sendemail.sendmailCmd", "web.browser", "mergetool.evil.cmd", "difftool.evil.cmd", "tar.evil.command",
]  # fmt: skip
ALIASES = ["ls-files", "diff-files", "diff-index", "rev-parse", "symbolic-ref", "config", "version"]
HOOKS = ["fsmonitor-watchman", "post-checkout", "post-index-change", "pre-commit", "post-commit", "reference-transaction", "pre-auto-gc"]


def git(root: Path, *words: str, check: bool = True) -> str:
    done = subprocess.run([need("git"), "-C", str(root), *words], check=check, capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
    return done.stdout.decode("utf-8", "replace").strip()


class Traps:
    """Programs that leave their names in a folder when they run, and pass on what they are given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mark = folder / "ran"
        self.mark.mkdir()

    def program(self, name: str, then: str = "exec cat") -> Path:
        file = self.folder / f"trap-{name}"
        file.write_text(f"#!/bin/sh\n: > '{self.mark}/{name}'\n{then}\n")
        file.chmod(0o755)
        return file

    def config(self, file: Path, way: str, keys: list[str] = KEYS) -> None:
        """Names a program at every key of a config file, one of its own for each."""
        file.parent.mkdir(exist_ok=True)
        for key in keys:
            subprocess.run([need("git"), "config", "--file", str(file), key, str(self.program(f"{way}:{key}"))], check=True)
        for name in ALIASES:
            subprocess.run([need("git"), "config", "--file", str(file), f"alias.{name}", f"!{self.program(f'{way}:alias')}"], check=True)

    def hooks(self, folder: Path, way: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name in HOOKS:
            (folder / name).unlink(missing_ok=True)
            (folder / name).symlink_to(self.program(f"{way}:{name}"))

    def ran(self) -> set[str]:
        return {file.name for file in self.mark.iterdir()}

    def forget(self) -> None:
        for file in self.mark.iterdir():
            file.unlink()


@pytest.fixture
def traps(tmp_path_factory: pytest.TempPathFactory) -> Traps:
    return Traps(tmp_path_factory.mktemp("traps"))


@pytest.fixture
def shop(repository: Write, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A service with one commit, on whose files git has to look again, and a script that the checkout has with CRLF."""
    root = repository(FILES | {"own/own/watch.yaml": (ROOT / "rules/pm2/watch-on.yaml").read_text("utf-8")})
    git(root, "commit", "-qm", "first")
    (root / "deploy.sh").write_bytes(FILES["deploy.sh"].replace("\n", "\r\n").encode())
    (root / "src/other.js").write_text("2\n")  # as long as it was: only its content tells
    monkeypatch.chdir(root)
    return root


# ---- ways to plant ---------------------------------------------------------------------------------------------------


def in_the_config(root: Path, traps: Traps) -> None:
    traps.config(root / ".git/config", "config")
    traps.hooks(root / ".git/hooks", "hooks")


def in_a_folder_of_hooks(root: Path, traps: Traps) -> None:
    traps.hooks(root / "hooks", "hooks")
    git(root, "config", "core.hooksPath", "hooks")


def in_an_include(root: Path, traps: Traps) -> None:
    traps.config(root / "tools/evil.config", "include")
    git(root, "config", "include.path", "../tools/evil.config")


def in_an_include_for_a_branch(root: Path, traps: Traps) -> None:
    traps.config(root / "evil.config", "include")
    git(root, "config", "includeIf.onbranch:main.path", "../evil.config")


def in_an_include_for_a_folder(root: Path, traps: Traps) -> None:
    traps.config(root / "evil.config", "include")
    git(root, "config", "includeIf.gitdir:**.path", "../evil.config")


def in_the_config_of_the_worktree(root: Path, traps: Traps) -> None:
    git(root, "config", "extensions.worktreeConfig", "true")
    traps.config(root / ".git/config.worktree", "worktree")


def behind_a_file_named_git(root: Path, traps: Traps) -> None:
    (root / ".git").rename(root / "elsewhere")
    (root / ".git").write_text("gitdir: elsewhere\n")
    traps.config(root / "elsewhere/config", "config")
    traps.hooks(root / "elsewhere/hooks", "hooks")


def in_a_common_folder(root: Path, traps: Traps) -> None:
    (root / "common").mkdir()
    for name in ("objects", "refs", "config", "packed-refs"):
        if (root / ".git" / name).exists():
            (root / ".git" / name).rename(root / "common" / name)
    (root / ".git/commondir").write_text("../common\n")
    traps.config(root / "common/config", "config")
    traps.hooks(root / "common/hooks", "hooks")


def in_a_submodule(root: Path, traps: Traps) -> None:
    sub = root / "sub"
    subprocess.run([need("git"), "init", "-q", str(sub)], check=True)
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    git(sub, *who, "commit", "-q", "--allow-empty", "-m", "x")
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{git(sub, 'rev-parse', 'HEAD')},sub")
    (root / ".gitmodules").write_text('[submodule "sub"]\n\tpath = sub\n\turl = ./sub\n\tignore = none\n')
    git(root, "config", "submodule.recurse", "true")
    git(root, "config", "diff.ignoreSubmodules", "none")
    git(root, *who, "commit", "-qam", "sub")
    (sub / "new").touch()
    traps.config(sub / ".git/config", "submodule")
    traps.hooks(sub / ".git/hooks", "submodule-hooks")


def in_a_bare_repository_among_the_files(root: Path, traps: Traps) -> None:
    # git takes a folder with these names for a repository; this one says that its files are the ones around it
    src = root / "src"
    for name in ("objects", "refs"):
        (src / name).mkdir()
    (src / "HEAD").write_text("ref: refs/heads/main\n")
    (src / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n")
    (src / "index").write_bytes((root / ".git/index").read_bytes())
    traps.config(src / "config", "bare")
    traps.hooks(src / "hooks", "bare-hooks")


def from_a_remote_that_owes_objects(root: Path, traps: Traps) -> None:
    script, other = git(root, "rev-parse", ":deploy.sh"), git(root, "rev-parse", "HEAD:src")
    # no tree is kept with the index: that of HEAD is asked for
    git(root, "update-index", "--add", "src/other.js")
    for oid in (script, other):
        (root / ".git/objects" / oid[:2] / oid[2:]).unlink()
    for key, said in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.url": f"ext::{traps.program('promisor', 'exit 1')}",
        "remote.origin.promisor": "true",
        "remote.origin.fetch": "+refs/heads/*:refs/remotes/origin/*",
        "protocol.ext.allow": "always",
        "protocol.allow": "always",
    }.items():
        git(root, "config", key, said)


# (how it is planted, the folder in which git is asked and what, some of the programs that git then runs)
WAYS = [
    (in_the_config, "", "status", {"config:core.fsmonitor", "hooks:post-index-change"}),
    (in_the_config, "", "diff", {"config:diff.evil.command"}),
    (in_the_config, "", "log -p", {"config:diff.evil.textconv"}),
    (in_the_config, "", "add -A", {"config:filter.evil.process"}),
    (in_a_folder_of_hooks, "", "add -A", {"hooks:post-index-change"}),
    (in_an_include, "", "status", {"include:core.fsmonitor"}),
    (in_an_include, "", "ls-files -m", {"include:core.fsmonitor"}),
    (in_an_include_for_a_branch, "", "status", {"include:core.fsmonitor"}),
    (in_an_include_for_a_folder, "", "status", {"include:core.fsmonitor"}),
    (in_the_config_of_the_worktree, "", "status", {"worktree:core.fsmonitor"}),
    (behind_a_file_named_git, "", "status", {"config:core.fsmonitor", "hooks:post-index-change"}),
    (in_a_common_folder, "", "status", {"config:core.fsmonitor", "hooks:post-index-change"}),
    (in_a_submodule, "", "status", {"submodule:core.fsmonitor"}),
    (in_a_submodule, "", "diff-files --raw", {"submodule:core.fsmonitor"}),
    (in_a_bare_repository_among_the_files, "src", "status", {"bare:core.fsmonitor"}),
    (from_a_remote_that_owes_objects, "", "ls-files --eol", {"promisor"}),
    (from_a_remote_that_owes_objects, "", "diff-index --cached HEAD", {"promisor"}),
    (from_a_remote_that_owes_objects, "", "-c protocol.allow=never log -p", {"promisor"}),
]


@pytest.mark.parametrize("plant", dict.fromkeys(way[0] for way in WAYS), ids=lambda plant: plant.__name__)
def test_no_program_of_the_repositorys_choosing_runs(shop: Path, traps: Traps, plant: Callable[[Path, Traps], None]) -> None:
    plant(shop, traps)
    traps.forget()
    for command in COMMANDS:
        status = run(command)
        assert traps.ran() == set(), command
        assert status in (0, 1, 2), command


@pytest.mark.parametrize(("plant", "place", "words", "expected"), WAYS, ids=[f"{w[0].__name__}: {w[2]}" for w in WAYS])
def test_git_itself_runs_what_is_planted(
    shop: Path, traps: Traps, plant: Callable[[Path, Traps], None], place: str, words: str, expected: set[str]
) -> None:
    plant(shop, traps)
    traps.forget()
    git(shop / place, *words.split(), check=False)
    assert expected <= traps.ran()


def test_a_repository_that_the_environment_names_is_not_asked(shop: Path, traps: Traps, monkeypatch: pytest.MonkeyPatch) -> None:
    other = traps.folder / "other"
    subprocess.run([need("git"), "init", "-q", str(other)], check=True)
    traps.config(other / ".git/config", "other")
    for name, said in {"GIT_DIR": other / ".git", "GIT_COMMON_DIR": other / ".git", "GIT_WORK_TREE": other}.items():
        monkeypatch.setenv(name, str(said))
    assert run(["check", "."]) in (0, 1)
    assert run(["report", ".", "--record", "record.md"]) == 0
    assert traps.ran() == set()


@pytest.mark.parametrize("place", ["node_modules/.bin", ""])
def test_a_git_of_the_projects_own_is_not_run(shop: Path, traps: Traps, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    (shop / place).mkdir(parents=True, exist_ok=True)
    (shop / place / "git").symlink_to(traps.program("git"))
    # npm puts the first of them in front, absolute; an empty entry is the folder that one is in
    monkeypatch.setenv("PATH", os.pathsep.join([str(shop / place) if place else "", os.environ["PATH"]]))
    subprocess.run(["git", "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    assert traps.ran() == {"git"}
    traps.forget()
    assert run(["check", "."]) in (0, 1)
    done = subprocess.run([sys.executable, "-c", "from checklist.cli import main; main()", "report", ".", "--record", "record.md"], capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=120)
    assert done.returncode == 0, done.stderr
    assert traps.ran() == set()


_WATCHED = """
import os, sys
from checklist.cli import run
def told(event, args):
    if event == "subprocess.Popen":
        print("STARTS", args[0], (args[3] or os.environ).get("GIT_ALLOW_PROTOCOL"), file=sys.stderr)
    elif event in ("os.system", "os.exec", "os.posix_spawn", "os.spawn", "pty.spawn"):
        print("STARTS", event, file=sys.stderr)
sys.addaudithook(told)
for words in {commands!r}:
    run(words)
"""


def test_every_program_that_is_started_is_git_in_its_one_environment(shop: Path) -> None:
    code = _WATCHED.format(commands=COMMANDS)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=300)
    started = [line for line in done.stderr.splitlines() if line.startswith("STARTS")]
    assert len(started) > len(COMMANDS) / 2
    # while it is imported GitPython asks this git, which is no project's, for its version; no config has a say in that
    assert sorted(set(started)) == [f"STARTS {need('git')} None", f"STARTS {need('git')} none"]
    assert started.count(f"STARTS {need('git')} None") <= 2


# ---- what holds git up, and what an index may name -------------------------------------------------------------------


def found(root: Path) -> Project:
    return discover.discover(root, policy=Document("policy", "", value({"build_dirs": ["dist"]})))


@pytest.mark.parametrize("file", ["include", ".gitattributes", ".git/info/attributes", ".git/HEAD"])
def test_a_pipe_holds_nothing_up(shop: Path, monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    monkeypatch.setattr(git_module, "SECONDS", 1)
    (shop / file).unlink(missing_ok=True)
    (shop / file).parent.mkdir(exist_ok=True)
    os.mkfifo(shop / file)
    git_config = shop / ".git/config"
    git_config.write_text(git_config.read_text() + '[include]\n\tpath = "../include"\n')
    project = found(shop)
    # of the attributes only the ends of lines are asked; the rest makes the index one that cannot be read
    assert (project.tracked is None) is (file in ("include", ".git/HEAD"))
    assert project.git_problem is None or project.git_problem.text in ("git did not answer", "git cannot read the index")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets one limit another process")
@pytest.mark.parametrize("file", [".git/info/attributes", ".git/packed-refs", ".git/objects/info/alternates", ".git/HEAD", ".git/config", ".git/index"])
def test_a_link_to_endless_zeros_fills_no_memory(shop: Path, file: str) -> None:
    (shop / file).unlink(missing_ok=True)
    (shop / file).parent.mkdir(exist_ok=True)
    (shop / file).symlink_to("/dev/zero")
    code = f"import resource\nfrom checklist.cli import run\nrun(['check', {str(shop)!r}])\nrun(['report', {str(shop)!r}, '--record', 'r.md'])\nprint(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=120)
    assert int(done.stdout.splitlines()[-1]) < 400 * 1024, done.stdout[-200:]  # KiB; Python itself and git with what it may have
    assert "bug" not in done.stderr


def test_a_file_named_git_of_any_size(folder: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    root = folder({"deploy.sh": "", ".git": "gitdir: x\n"})
    os.truncate(root / ".git", 1 << 32)
    monkeypatch.setenv("GIT_INDEX_FILE", str(root / "index"))
    (root / "HEAD").touch()
    project = found(root)
    assert project.git_problem == Problem(Location(".git"), "git cannot read the index")


def index(*paths: bytes) -> bytes:
    """A git index of empty files with any names, as git itself would not write it (gitformat-index(5), version 2)."""
    empty = hashlib.sha1(b"blob 0\0").digest()
    told = b"DIRC" + struct.pack(">LL", 2, len(paths))
    for path in sorted(paths):
        entry = struct.pack(">10L", 0, 0, 0, 0, 0, 0, 0o100644, 0, 0, 0) + empty + struct.pack(">H", len(path)) + path
        told += entry + b"\0" * (8 - len(entry) % 8)
    return told + hashlib.sha1(told).digest()


ODD = [b"/abs.sh", b"//abs.sh", b"../up.sh", b"a/../../up.sh", b"a//b.sh", b"./c.sh", b"d/", b".git/config", b"a/.GIT/hooks/x.sh", b"..", b"/", b"\x1b]0;title\x07/../x.sh", b"../\xff\n.sh"]


@pytest.mark.parametrize("odd", ODD)
def test_a_path_that_no_checkout_has_is_said_and_the_others_are_judged(repository: Write, odd: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    root = repository({"deploy.sh": "npm ci\npm2 restart api\n", "package.json": "{}", ".env": "DB_PASSWORD=hunter2hunter2\n"})
    (root / ".git/index").write_bytes(index(odd, b"deploy.sh", b".env", "день.sh".encode(), b"\xff.sh", b"a\nb.sh"))
    project = found(root)
    assert project.tracked == {"deploy.sh", ".env", "день.sh", "\udcff.sh", "a\nb.sh"}
    assert project.git_problem == Problem(Location(".git"), f"the git index names a path that no checkout has: {os.fsdecode(odd)}")
    for command, *options in (["check"], ["check", "--format", "json"], ["check", "--format", "sarif"], ["plan"], ["report", "--record", str(root / "record.md")]):
        assert run([command, str(root), *options]) in (0, 1, 2)
        told = capfd.readouterr()
        assert "\x1b]" not in told.out + told.err
    run(["check", str(root), "--select", "git"])
    told = " ".join(capfd.readouterr().out.split())
    assert "No env file with secrets is in the git index (the git index names a path that no checkout has: " in told
    assert "P0 1 finding" in told


def test_git_does_not_write_such_an_index_itself(repository: Write) -> None:
    root = repository({"deploy.sh": ""})
    for path in ("/abs.sh", "../up.sh", "a//b.sh", ".git/config"):
        done = subprocess.run([need("git"), "-C", str(root), "update-index", "--add", "--index-info"], input=f"100644 {'0' * 39}1\t{path}\n".encode(), capture_output=True)
        assert b"path" in done.stderr
    assert git(root, "ls-files") == "deploy.sh"


def test_a_record_reads_no_file_outside_the_project(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "deploy.sh").write_text(FILES["deploy.sh"])
    git(shop, "config", "core.worktree", str(elsewhere))
    assert deploy(shop).changed == 2  # as without that line
    (shop / "deploy.sh").unlink()
    (shop / "deploy.sh").symlink_to("/dev/zero")
    assert deploy(shop).changed == 2


def test_without_a_commit_there_is_no_record(repository: Write) -> None:
    with pytest.raises(CheckError, match="is there one"):
        deploy(repository({"a.sh": ""}))

"""What is read of a folder and its index, and what never is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from conftest import need
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checklist.discover import MAX_BYTES, discover, evidence
from checklist.errors import CheckError
from checklist.model import Document, Location, Problem, Project, value

Write = Callable[[Mapping[str, str]], Path]
POLICY = Document("policy", "", value({"build_dirs": ["dist", "build"]}))


def found(root: Path, *exclude: str) -> Project:
    return discover(root, exclude=exclude, policy=POLICY)


def git(root: Path, *words: str, **env: str) -> None:
    who = {f"GIT_{w}_{x}": "t@example.com" for w in ("AUTHOR", "COMMITTER") for x in ("NAME", "EMAIL")}
    subprocess.run([need("git"), "-C", str(root), *words], check=True, capture_output=True, env={**os.environ, **who, **env})


# (files, what is read of them)
READ = [
    ({"ecosystem.config.js": "", "src/app.js": "", "README.md": ""}, ["ecosystem.config.js"]),
    ({"a/b/c/deploy.sh": "", "scripts/деплой 🚀.sh": ""}, ["a/b/c/deploy.sh", "scripts/деплой 🚀.sh"]),
    ({"node_modules/x/package.json": "", "vendor/x/.env": "", ".git2/.env": ""}, [".git2/.env"]),
    ({"dist/package.json": "", "api/build/.env": "", "api/builder/.env": ""}, ["api/builder/.env"]),
    ({".next/package.json": "", "coverage/x.sh": "", ".cache/x.sh": ""}, []),
    ({".env": "", "examples/a/onai-check.yaml": "", "examples/a/.env": ""}, [".env", "examples/a/.env", "examples/a/onai-check.yaml"]),
    ({"onai-check.yaml": "", "a/.env": ""}, ["a/.env", "onai-check.yaml"]),
    ({"env/pyvenv.cfg": "", "env/bin/run.sh": ""}, []),
    ({"bin/deploy": "#!/usr/bin/env bash\n", "bin/app": "#!/usr/bin/env node\n", "LICENSE": "MIT"}, ["bin/deploy"]),
]


@pytest.mark.parametrize(("files", "expected"), READ)
def test_what_is_read(folder: Write, files: Mapping[str, str], expected: list[str]) -> None:
    assert sorted(found(folder(files)).files) == sorted(expected)


def test_folders_that_are_not_entered_are_known_to_be_there(folder: Write) -> None:
    project = found(folder({"dist/server.js": "", "api/node_modules/x/index.js": "", "src/app.js": ""}))
    assert {"dist", "api/node_modules", "src/app.js"} <= project.paths
    assert "dist/server.js" not in project.paths


def test_ignored_env_files_are_read(repository: Write) -> None:
    project = found(repository({".gitignore": "env.env\n", "env.env": "A=1\n"}))
    assert project.files["env.env"] == "A=1\n"
    assert project.tracked == {".gitignore"}


def test_a_submodule_and_a_nested_repository_are_projects_of_their_own(repository: Write, folder: Write) -> None:
    root = repository({"deploy.sh": ""})
    folder({"inner/deploy.sh": "", "sub/.git": "gitdir: ../.git/modules/sub\n", "sub/deploy.sh": ""})
    git(root, "init", "-q", "inner")
    assert sorted(found(root).files) == ["deploy.sh"]


def test_excluded_is_neither_read_nor_looked_for_in_the_index(repository: Write) -> None:
    root = repository({"legacy/.env": "", "legacy/deploy.sh": "", "deploy.sh": "", "a/old.sh": ""})
    project = found(root, "legacy/", "old.*")
    assert sorted(project.files) == ["deploy.sh"]
    assert project.tracked == {"deploy.sh"}


def test_of_committed_dependencies_the_index_names_only_the_folder(repository: Write) -> None:
    root = repository({"api/node_modules/x/.env": "", "api/node_modules/y/a.js": "", "node_modules.sh": ""})
    assert found(root).tracked == {"api/node_modules", "node_modules.sh"}


def test_what_was_left_out_is_counted_and_dependencies_are_not(repository: Write) -> None:
    files = {"legacy/a.sh": "", "legacy/b/c.txt": "", "legacy/node_modules/x.js": "", "a.bak": "", "b/a.bak": "", "kept.bak": "", "node_modules/y.js": ""}
    project = found(repository(files), "legacy/", "*.bak", "!kept.bak", "node_modules/", "gone/")
    told = [(one.by, one.what, one.files) for one in project.left_out]
    assert told == [("exclude", "legacy/", 2), ("exclude", "*.bak", 2), ("exclude", "node_modules/", 0), ("exclude", "gone/", 0)]


def test_a_submodule_is_told_whether_it_is_checked_out_or_not(repository: Write, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    git(other, "init", "-q", "-b", "main")
    (other / "deploy.sh").write_text("pm2 restart a\n")
    git(other, "add", "-A")
    git(other, "commit", "-qm", "x")
    root = repository({"a.sh": ""})
    git(root, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "api/vendor/lib")
    assert [(one.by, one.what, one.files) for one in found(root).left_out] == [("submodule", "api/vendor/lib", 1)]
    assert [(one.by, one.what, one.files) for one in found(root / "api").left_out] == [("submodule", "vendor/lib", 1)]
    git(root, "commit", "-qm", "x")
    bare = tmp_path_factory.mktemp("bare")
    git(bare, "clone", "-q", str(root), "clone")  # as CI does that is not told to bring submodules
    assert [(one.by, one.what, one.files) for one in found(bare / "clone").left_out] == [("submodule", "api/vendor/lib", 0)]


def test_links_are_not_followed_out_of_the_project(folder: Write, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "deploy.sh").write_text("secret")
    (outside / ".env").write_text("A=secret")
    root = folder({"real.sh": "echo"})
    (root / "out.sh").symlink_to(outside / "deploy.sh")
    (root / ".env").symlink_to(outside / ".env")
    (root / "folder").symlink_to(outside, target_is_directory=True)
    (root / "in.sh").symlink_to("real.sh")
    (root / "loop.sh").symlink_to("loop.sh")
    (root / "nowhere.sh").symlink_to("none")
    project = found(root)
    assert project.files == {"real.sh": "echo", "in.sh": "echo"}
    assert sorted(project.broken) == ["loop.sh", "nowhere.sh", "out.sh"]
    assert ".env" in project.paths  # shared between releases: no fault, but not here


def test_what_cannot_be_read_is_named_with_the_reason(folder: Write) -> None:
    root = folder({"large.sh": "x" * (MAX_BYTES + 1), "ok.sh": "x" * MAX_BYTES})
    os.mkfifo(root / "pipe.sh")
    os.mkfifo(root / "pipe")
    project = found(root)
    assert sorted(project.files) == ["ok.sh"]
    assert project.broken == {"large.sh": "larger than 1 MiB", "pipe.sh": "no regular file"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(folder: Write) -> None:
    root = folder({"deploy.sh": ""})
    (root / "deploy.sh").chmod(0)
    assert found(root).broken == {"deploy.sh": "permission denied"}


@pytest.mark.skipif(os.name == "nt", reason="modes say nothing there")
def test_env_files_have_their_modes_and_no_other_file(folder: Write) -> None:
    root = folder({"env.env": "A=1", "api/.env": "A=1", "deploy.sh": ""})
    (root / "env.env").chmod(0o600)
    (root / "api/.env").chmod(0o646)
    assert found(root).modes == {"env.env": 0o600, "api/.env": 0o646}
    (root / "link.env").symlink_to("env.env")
    assert found(root).modes["link.env"] == 0o600


def test_bytes_that_are_no_text(folder: Write) -> None:
    root = folder({})
    (root / ".env").write_bytes(b"\xef\xbb\xbfA=\xff\xfe\r\n")
    assert found(root).files[".env"] == "A=\ufffd\ufffd\r\n"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
@pytest.mark.parametrize("name", [b"\xff.sh", b"a\nb.sh", b" .sh", b"-rf.sh", "день 🚀.sh".encode(), b"a\tb\"'.sh", b":(glob).sh"])
def test_odd_names_in_folder_and_index(repository: Write, name: bytes) -> None:
    root = repository({})
    with open(os.path.join(os.fsencode(root), name), "wb"):
        git(root, "add", "-A")
    project = found(root)
    assert list(project.files) == [os.fsdecode(name)]
    assert project.tracked == {os.fsdecode(name)}


# ---- the index -------------------------------------------------------------------------------------------------------


def test_outside_a_repository_there_is_no_index(folder: Write) -> None:
    project = found(folder({".env": ""}))
    assert project.tracked is None
    assert project.git_problem is None


def test_the_index_is_told_from_the_disk(repository: Write) -> None:
    root = repository({"a.sh": "", "b.sh": ""})
    (root / "b.sh").unlink()
    (root / "c.sh").touch()
    project = found(root)
    assert sorted(project.files) == ["a.sh", "c.sh"]
    assert project.tracked == {"a.sh", "b.sh"}


def test_a_folder_of_a_repository_sees_its_part_and_the_ignores_above(repository: Write) -> None:
    root = repository({".gitignore": "dist/\n", "api/deploy.sh": "", "web/deploy.sh": ""})
    project = found(root / "api")
    assert project.tracked == {"deploy.sh"}
    assert project.files == {"../.gitignore": "dist/\n", "deploy.sh": ""}


def test_an_empty_folder_of_a_repository_stays_empty(repository: Write) -> None:
    root = repository({".gitignore": "dist/\n", "docs/onai-check.yaml": "", "docs/a.md": ""})
    assert list(found(root / "docs").files) == ["onai-check.yaml"]


def test_the_index_that_a_hook_names_is_asked(repository: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository({"a.sh": ""})
    git(root, "commit", "-qm", "x")
    (root / "b.sh").touch()
    git(root, "add", "b.sh", GIT_INDEX_FILE=str(root / ".git" / "next-index-1.lock"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(root / ".git" / "next-index-1.lock"))
    assert found(root).tracked == {"b.sh"}
    monkeypatch.chdir(root)
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
    monkeypatch.setenv("GIT_DIR", ".git")
    (root / "sub").mkdir()
    assert found(root).tracked == {"a.sh"}
    assert found(root / "sub").tracked == frozenset()


def test_the_index_of_another_repository_is_not_asked(
    repository: Write, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, other = repository({"a.sh": ""}), tmp_path_factory.mktemp("other")
    git(other, "init", "-q")
    (other / "x.sh").touch()
    git(other, "add", "x.sh")
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    assert found(root).tracked == {"a.sh"}


def test_a_linked_worktree_has_its_own_index(repository: Write, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository({"a.sh": ""})
    git(root, "commit", "-qm", "x")
    tree = tmp_path_factory.mktemp("trees") / "w"
    git(root, "worktree", "add", "-q", str(tree))
    (tree / "b.sh").touch()
    git(tree, "add", "b.sh")
    assert found(tree).tracked == {"a.sh", "b.sh"}
    monkeypatch.setenv("GIT_INDEX_FILE", str(root / ".git" / "worktrees" / "w" / "index"))
    assert found(tree).tracked == {"a.sh", "b.sh"}


def test_nothing_that_the_repository_names_is_run(repository: Write, tmp_path: Path) -> None:
    root = repository({"a.sh": "x", ".gitattributes": "* filter=evil diff=evil\n"})
    trap, mark = tmp_path / "trap", tmp_path / "ran"
    trap.write_text(f"#!/bin/sh\ntouch '{mark}'\nexec cat\n")
    trap.chmod(0o755)
    (root / ".git" / "hooks").mkdir(exist_ok=True)
    for name in ("post-index-change", "fsmonitor-watchman", "pre-commit"):
        (root / ".git" / "hooks" / name).symlink_to(trap)
    for key in (
        "core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass", "alias.ls-files", "filter.evil.clean",
        "filter.evil.smudge", "filter.evil.process", "diff.evil.textconv", "diff.external", "pager.ls-files", "credential.helper",
    ):  # fmt: skip
        git(root, "config", key, f"!{trap}" if key.startswith("alias") else str(trap))
    (root / "a.sh").write_text("changed")
    mark.unlink(missing_ok=True)
    assert found(root).tracked == {"a.sh", ".gitattributes"}
    assert not mark.exists()


def test_a_repository_that_git_cannot_read_is_no_missing_repository(folder: Write) -> None:
    root = folder({".git/HEAD": "garbage", ".env": ""})
    need("git")
    project = found(root)
    assert project.tracked is None
    assert project.git_problem == Problem(Location(".git"), "git cannot read the index")


def test_a_repository_of_somebody_else(repository: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository({"a.sh": ""})
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    project = found(root)
    assert project.tracked is None
    assert project.git_problem is not None
    assert project.git_problem.text == "git does not trust this folder, see safe.directory"


def test_without_git(repository: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository({"a.sh": "", "api/a.sh": ""})
    monkeypatch.setenv("PATH", str(root))
    assert found(root).git_problem == Problem(Location(".git"), "git is not installed")
    assert found(root / "api").git_problem == Problem(Location("../.git"), "git is not installed")


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(CheckError, match="is no folder"):
        found(tmp_path / "none")


NAME = st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1, max_size=20).filter(lambda n: n not in (".", ".."))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(NAME.map(lambda n: f"{n}.sh"), st.binary(max_size=50), max_size=5))
def test_any_names_and_bytes_are_read(tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]) -> None:
    root = tmp_path_factory.mktemp("any")
    for name, data in files.items():
        (root / name).write_bytes(data)
    assert set(found(root).files) == set(files)


def test_sources_are_evidence_and_no_tests_of_them_configs_or_builds(folder: Write) -> None:
    reads = "process.env.A\n"
    kept = ["a.js", "src/b.ts", "src/c.mts", "web/d.jsx"]
    left = ["src/b.test.ts", "tests/e.js", "__tests__/f.js", "types.d.ts", "node_modules/x/g.js", "dist/h.js", "ecosystem.config.js"]
    project = found(folder({**dict.fromkeys([*kept, *left], reads), "src/silent.ts": "1\n"}))
    assert (sorted(project.sources), project.sources_seen) == (kept, True)
    assert not project.sources.keys() & project.files.keys()


@pytest.mark.parametrize(("length", "seen"), [(1 << 19, True), ((1 << 19) + 1, False), (MAX_BYTES + 1, False)])
def test_a_source_that_is_too_large_is_not_all_there_is(folder: Write, length: int, seen: bool) -> None:
    project = found(folder({"a.js": "process.env.A".ljust(length)}))
    assert (bool(project.sources), project.sources_seen) == (seen, seen)


@pytest.mark.parametrize("limit", ["MAX_SOURCES", "MAX_TOTAL", "MAX_SOURCE"])
def test_sources_beyond_a_limit_count_as_not_seen(folder: Write, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    root = folder({".env": "X=1", "a.js": "process.env.A1_X", "b.js": "process.env.A2_X"})
    whole = found(root)
    assert whole.sources_seen
    assert {"A1_X", "A2_X"} <= (whole.words or set())
    monkeypatch.setattr(evidence, limit, 1)
    assert (found(root).sources_seen, found(root).words) == (False, None)


@pytest.mark.parametrize("limit", ["MAX_SOURCES", "MAX_TOTAL"])
def test_names_in_more_files_than_are_read_are_not_known(folder: Write, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    root = folder({".env": "X=1", "a.html": "A1_X", "b.html": "A2_X"})
    assert {"A1_X", "A2_X"} <= (found(root).words or set())
    monkeypatch.setattr(evidence, limit, 1)
    assert found(root).sources_seen
    assert found(root).words is None


def test_a_source_is_not_in_the_digest(folder: Write) -> None:
    first = found(folder({"package.json": "{}", "a.js": "process.env.A"})).digest()
    assert found(folder({"a.js": "process.env.B"})).digest() == first


@pytest.mark.parametrize(("autocrlf", "ends"), [("true", "\n"), ("false", "\r\n")])
def test_a_script_has_the_line_ends_that_git_has(tmp_path: Path, autocrlf: str, ends: str) -> None:
    # on Windows git puts the carriage returns into the checkout itself
    git(tmp_path, "init", "-q")
    git(tmp_path, "config", "core.autocrlf", autocrlf)
    (tmp_path / "deploy.sh").write_bytes(b"#!/bin/bash\r\nexit 0\r\n")
    git(tmp_path, "add", ".")
    assert discover(tmp_path, policy=POLICY).files["deploy.sh"] == f"#!/bin/bash{ends}exit 0{ends}"

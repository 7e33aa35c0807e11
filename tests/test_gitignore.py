"""Ignore rules are git's own: every row and every generated tree is held against `git check-ignore --no-index -v`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checklist.parse import gitignore

# (texts of .gitignore files, path; a folder's path ends with a slash, whether git ignores it)
ROWS = [
    ({".gitignore": "dist/\n"}, "dist/", True),
    ({".gitignore": "dist/\n"}, "dist", False),
    ({".gitignore": "dist\n"}, "backend/dist/", True),
    ({".gitignore": "/dist\n"}, "backend/dist/", False),
    ({".gitignore": "/dist/\r\n"}, "dist/", True),
    ({".gitignore": "*/dist/\n"}, "dist/", False),
    ({".gitignore": "*/dist/\n"}, "backend/dist/", True),
    ({".gitignore": "*/dist/\n"}, "a/b/dist/", False),
    ({".gitignore": "**/dist\n"}, "a/b/dist/", True),
    ({".gitignore": "**/dist\n"}, "dist/", True),
    ({".gitignore": ".vuepress/dist\n"}, "dist/", False),
    ({".gitignore": ".vuepress/dist\n"}, "docs/.vuepress/dist/", False),
    ({".gitignore": "dist-ssr\n"}, "dist/", False),
    ({".gitignore": "dist/*\n"}, "dist/", False),
    ({".gitignore": "dist/*\n"}, "dist/app.js", True),
    ({".gitignore": "dist/**\n"}, "dist/", False),
    ({".gitignore": "dist/**\n"}, "dist/a/b.js", True),
    ({".gitignore": "dist\n!dist\n"}, "dist/", False),
    ({".gitignore": "dist/\n!dist/keep.js\n"}, "dist/keep.js", True),
    ({".gitignore": "dist/*\n!dist/keep.js\n"}, "dist/keep.js", False),
    ({".gitignore": "*.log\n!keep\n"}, "keep/a.log", True),
    ({".gitignore": "dist\n", "backend/.gitignore": "!dist\n"}, "backend/dist/", False),
    ({".gitignore": "backend\n", "backend/.gitignore": "!dist\n"}, "backend/dist/", True),
    ({"backend/.gitignore": "/dist\n"}, "backend/dist/", True),
    ({"backend/.gitignore": "/dist\n"}, "frontend/dist/", False),
    ({".gitignore": "# dist\n"}, "dist/", False),
    ({".gitignore": " dist\n"}, "dist/", False),
    ({".gitignore": "dist   \n"}, "dist/", True),
    ({".gitignore": "dist\\ \n"}, "dist/", False),
    ({".gitignore": "dist\\ \n"}, "dist /", True),
    ({".gitignore": "dist\t\n"}, "dist/", False),
    ({".gitignore": "\\#a\n\\!b\n"}, "#a", True),
    ({".gitignore": "\\#a\n\\!b\n"}, "!b", True),
    ({".gitignore": "\ufeffdist\n"}, "dist/", True),
    ({".gitignore": "dist//\n"}, "dist/", False),
    ({".gitignore": "./dist\n"}, "dist/", False),
    ({".gitignore": "/\n"}, "dist/", False),
    ({".gitignore": "*\n!.gitignore\n"}, "dist/", True),
    ({".gitignore": "foo**/bar\n"}, "foobar", True),
    ({".gitignore": "foo**/bar\n"}, "foox/bar", True),
    ({".gitignore": "a/**/b\n"}, "a/b", True),
    ({".gitignore": "a/**/b\n"}, "a/x/y/b", True),
    ({".gitignore": "a/**/b\n"}, "ab", False),
    ({".gitignore": "a**b\n"}, "axxb", True),
    ({".gitignore": "*.env\n"}, "env.env", True),
    ({".gitignore": ".env*\n!.env.example\n"}, ".env.example", False),
    ({".gitignore": ".env.*\n"}, ".env", False),
    ({".gitignore": "[a-c]x\n"}, "bx", True),
    ({".gitignore": "[!a-c]x\n"}, "bx", False),
    ({".gitignore": "[[:digit:]]x\n"}, "1x", True),
    ({".gitignore": "[[:nope:]]x\n"}, "nx", False),
    ({".gitignore": "[]-]x\n"}, "]x", True),
    ({".gitignore": "[a\n"}, "[a", False),
    ({".gitignore": "a\\\n"}, "a", False),
    ({".gitignore": "?x\n"}, "жx", False),
    ({".gitignore": "??x\n"}, "жx", True),
    ({".gitignore": "сборка/\n"}, "сборка/", True),
    ({".gitignore": "📦*\n"}, "📦.tgz", True),
]


def git_says(root: Path, files: dict[str, str], paths: list[str]) -> dict[str, tuple[bool, str, int] | None]:
    """What git decides for each path: (ignored, file, line), None if no line does."""
    env = {"PATH": os.environ["PATH"], "HOME": str(root), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    if not (root / ".git").exists():
        subprocess.run(["git", "init", "-q", str(root)], check=True, env=env)
    for file, text in files.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_bytes(text.encode())
    # a path that ends with a slash would be asked as the nameless file in that folder: so the folders are made
    for path in paths:
        if path.endswith("/"):
            (root / path).mkdir(parents=True, exist_ok=True)
    asked = "\0".join(path.rstrip("/") for path in paths).encode() + b"\0"
    command = ["git", "check-ignore", "--no-index", "-v", "-n", "-z", "--stdin"]
    out = subprocess.run(command, cwd=root, env=env, input=asked, capture_output=True, check=False).stdout
    fields = out.decode().split("\0")[:-1]
    told: dict[str, tuple[bool, str, int] | None] = {}
    for path, (file, line, pattern, _) in zip(paths, zip(*[iter(fields)] * 4, strict=True), strict=True):
        told[path] = (not pattern.startswith("!"), file, int(line)) if file else None
    return told


def ours(files: dict[str, str], path: str) -> tuple[bool, str, int] | None:
    found = gitignore.decide(files, path, folder=path.endswith("/"))
    return None if found is None else (found.ignored, found.file, found.line)


@pytest.mark.parametrize(("files", "path", "ignored"), ROWS, ids=lambda v: repr(v)[:60])
def test_a_path_is_ignored_where_git_ignores_it(tmp_path: Path, files: dict[str, str], path: str, ignored: bool) -> None:
    found = ours(files, path)
    assert (found is not None and found[0]) is ignored
    assert git_says(tmp_path, files, [path])[path] == found


NAMES = ["dist", "build", "a", "b", "dist.js", "a b", "ж", ".env", "foo", "foobar"]
PIECES = ["*", "**", "?", "/", "!", "[ab]", "[!a]", "[a-f]", "\\", " ", ".", "#", "[[:alpha:]]", "**/", "/**", *NAMES]
LINE = st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("".join)
TEXT = st.lists(LINE, max_size=5).map("\n".join)
PATH = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.sampled_from([".gitignore", "a/.gitignore", "a/b/.gitignore", "dist/.gitignore"]), TEXT, min_size=1),
    st.lists(st.tuples(PATH, st.sampled_from(["", "/"])).map("".join), min_size=20, max_size=20, unique=True),
)
def test_git_decides_the_same_by_the_same_line(tmp_path_factory: pytest.TempPathFactory, files: dict[str, str], paths: list[str]) -> None:
    folders = [f.rpartition("/")[0] for f in files] + [p for p in paths if p.endswith("/")]
    there = {"/".join(f.strip("/").split("/")[:n]) for f in folders for n in range(1, f.count("/") + 2)}
    asked = sorted({p.rstrip("/") + "/" * (p.rstrip("/") in there) for p in paths})
    told = git_says(tmp_path_factory.mktemp("tree"), files, asked)
    assert {p: ours(files, p) for p in asked} == told


@given(st.text(), st.text(alphabet=st.characters(exclude_characters="\0"), min_size=1))
def test_any_text_and_any_path_are_taken(text: str, path: str) -> None:
    gitignore.decide({".gitignore": text}, path, folder=True)
    parsed = gitignore.parse(".gitignore", text)
    assert parsed.value is not None
    lines = text.split("\n")
    for item in parsed.value.items():
        assert item.at is not None
        assert 1 <= item.at.line <= len(lines)
        assert item.at.end_column <= len(lines[item.at.line - 1]) + 1


def test_many_stars_take_no_time() -> None:
    assert gitignore.decide({".gitignore": "*a" * 40 + "b/x"}, "a" * 200 + "/y") is None


@pytest.mark.parametrize(
    ("files", "folder", "expected"),
    [
        ({".gitignore": ""}, "backend/dist", ".gitignore"),
        ({".gitignore": "", "backend/.gitignore": ""}, "backend/dist", "backend/.gitignore"),
        ({"frontend/.gitignore": ""}, "backend/dist", None),
    ],
)
def test_the_nearest_gitignore_governs(files: dict[str, str], folder: str, expected: str | None) -> None:
    assert gitignore.governing(files, folder) == expected

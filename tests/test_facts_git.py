"""What git ignores, holds, and would come to hold, by what the project shows of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import make

from checklist.facts import git, packages
from checklist.facts.folders import above, is_frontend
from checklist.facts.places import folders
from checklist.model import Document, Location, Problem, Project, plain, value
from checklist.parse import json as parse_json


def app(directory: str = "", entry: str | None = "src/app.js", starts: str = "source") -> Document:
    data = {"name": "api", "directory": directory, "entry": entry, "starts": starts}
    return Document("pm2.app", "ecosystem.config.js", value(data, Location("ecosystem.config.js", 3, 5)), "api")


def documents(project: Project, apps: list[Document]) -> list[Document]:
    found = [packages.document(f, v, project) for f, t in project.files.items() if f.endswith("package.json") and (v := parse_json.parse(f, t).value)]
    return git.documents(project, apps, found)


def build_dir(files: dict[str, str], path: str, *apps: Document, paths: list[str] | None = None, settings: str = "") -> dict[str, object]:
    """One `git.build_dir` document of a project with an empty .gitignore."""
    found = documents(make({".gitignore": "", **files}, paths=paths, settings=settings), list(apps))
    (told,) = (plain(d.value) for d in found if d.kind == "git.build_dir" and d.value.text("path") == path)
    return dict(told)


def script(text: str) -> dict[str, str]:
    return {"package.json": f'{{"scripts": {{"build": "{text}"}}}}'}


TSCONFIG = {"tsconfig.json": '{"compilerOptions": {"outDir": "./dist"}}'}

# (files, path, what makes it)
MADE = [
    ({"package.json": "{}"}, "dist/", None),
    (script("tsc"), "dist/", None),
    (script("tsc") | TSCONFIG, "dist/", "npm run build"),
    # a tsconfig that nothing compiles by builds nothing
    ({"package.json": "{}"} | TSCONFIG, "dist/", None),
    (script("tsc --noEmit") | TSCONFIG, "dist/", None),
    (script("vite build --outDir public") | TSCONFIG, "dist/", None),
    (script("tsc --outDir out") | TSCONFIG, "dist/", None),
    ({"package.json": "{}", "run.sh": "npx tsc --noEmit\n"} | TSCONFIG, "dist/", None),
    ({"package.json": "{}", "run.sh": "npx tsc --outDir .\n"} | TSCONFIG, "dist/", None),
    ({"package.json": "{}", "run.sh": "npx tsc\n"} | TSCONFIG, "dist/", "tsconfig.json"),
    ({"package.json": "{}", "Dockerfile": "FROM node:22\nRUN npx tsc -p .\n"} | TSCONFIG, "dist/", "tsconfig.json"),
    ({"package.json": '{"scripts": {"start": "nest start"}}'} | TSCONFIG, "dist/", "tsconfig.json"),
    (script("node scripts/build.js") | TSCONFIG, "dist/", "tsconfig.json"),
    # a script builds where it goes
    (script("cd web && vite build"), "dist/", None),
    (script("cd web && vite build && cp -r dist/* ../public"), "dist/", None),
    (script("cd web && npm ci && cd .. && tsc") | TSCONFIG, "dist/", "npm run build"),
    (script("cd web && tsc") | {"web/package.json": "{}", "web/tsconfig.json": '{"compilerOptions": {"outDir": "dist"}}'}, "web/dist/", "npm run build"),
    (script("tsc -b") | {"api/package.json": "{}", "api/tsconfig.json": '{"compilerOptions": {"outDir": "dist"}}'}, "api/dist/", "api/tsconfig.json"),
    ({"package.json": "{}", "tsconfig.json": '{"compilerOptions": {"outDir": "dist", "noEmit": true}}'}, "dist/", None),
    ({"package.json": "{}", "tsconfig.json": '{"extends": "./base"}', "Makefile": "build:\n\tnpx tsc\n", "base.json": '{"compilerOptions": {"outDir": "dist"}}'}, "dist/", "tsconfig.json"),
    ({"package.json": "{}", "tsconfig.json": '{"extends": "./tsconfig"}'}, "dist/", None),
    ({"package.json": "{}", "tsconfig.json": "{broken"}, "dist/", None),
    (script("tsc -p tsconfig.build.json") | {"tsconfig.build.json": '{"compilerOptions": {"outDir": "build"}}'}, "build/", "npm run build"),
    (script("rm -rf dist && tsc --outDir dist"), "dist/", "npm run build"),
    (script("nest build"), "dist/", "npm run build"),
    (script("tsup src/index.ts --out-dir build"), "dist/", None),
    (script("tsup src/index.ts --out-dir build"), "build/", "npm run build"),
    (script("esbuild src/a.ts --bundle --outfile=dist/a.js"), "dist/", "npm run build"),
    (script("babel src -d dist"), "dist/", "npm run build"),
    (script("swc src -d ./dist/src"), "dist/", "npm run build"),
    (script("next build"), "dist/", None),
    (script("tsc --noEmit"), "dist/", None),
    (script("docker build -t api ."), "build/", None),
    (script("webpack"), "dist/", "npm run build"),
    (script("webpack --config config/webpack.js"), "dist/", None),
    (script("rollup -c"), "dist/", None),
    (script("echo no build"), "build/", None),
    ({"package.json": '{"main": "dist/index.js", "scripts": {"build": "node make.js"}}'}, "dist/", "package.json"),
    ({"package.json": '{"main": "dist/index.js", "scripts": {"start": "ts-node server.ts"}}'}, "dist/", None),
    ({"package.json": '{"devDependencies": {"@sveltejs/kit": "2"}, "scripts": {"build": "vite build"}}'}, "dist/", None),
    ({"package.json": '{"devDependencies": {"@sveltejs/kit": "2"}, "scripts": {"build": "vite build"}}'}, "build/", "npm run build"),
    ({"api/package.json": '{"scripts": {"build": "nest build"}}'}, "api/dist/", "npm run build"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "path", "how"), MADE)
def test_what_makes_a_build_dir(files: dict[str, str], path: str, how: str | None) -> None:
    told = build_dir(files, path)
    assert (told["how"], told["produced"]) == (how, how is not None)


def test_an_app_that_starts_it_or_the_folder_itself_shows_that_it_can_be_there() -> None:
    assert build_dir({}, "dist/", app(entry="dist/server.js"))["how"] == "ecosystem.config.js"
    assert build_dir({}, "dist/", app(), paths=["dist"])["how"] == "dist/"


def test_an_ignored_folder_names_the_line() -> None:
    told = build_dir({".gitignore": "a\n\ndist/\n", "package.json": "{}"}, "dist/")
    assert (told["ignored"], told["by"]) == (True, ".gitignore:3")


def test_other_names_of_build_dirs_are_the_policys() -> None:
    told = build_dir(script("tsc --outDir ./lib/js/"), "lib/js/", settings="policy: {build_dirs: [./lib/js/]}")
    assert told["produced"] is True


def test_a_gitignore_above_the_project_counts_and_is_never_the_place() -> None:
    project = replace(make({"../.gitignore": "backend/dist/\n", "package.json": "{}"}), root="/srv/shop/backend")
    dist, build = (d for d in documents(project, [app()]) if d.kind == "git.build_dir")
    assert (plain(dist.value)["ignored"], plain(dist.value)["by"]) == (True, "../.gitignore:1")
    assert plain(build.value)["ignored"] is False
    assert build.place(("ignored",)).file == "ecosystem.config.js"


def test_without_repository_and_gitignore_nothing_is_asked() -> None:
    assert documents(make({"package.json": "{}"}), [app()]) == []


def test_an_index_that_cannot_be_read_is_unknown_not_empty() -> None:
    project = replace(make({"package.json": "{}"}), git_problem=Problem(Location("../.git"), "git is not installed"))
    (found,) = (d for d in documents(project, [app()]) if d.kind == "git.tracked")
    assert plain(found.value)["what"] == {"$unknown": "git is not installed"}
    assert found.place(("what",)).file == "../.git"


# (files, tracked, what is found)
TRACKED = [
    ({}, ["dist/a.js", "dist/b.js", "dist/c.map"], [("dist/", "build_output")]),
    ({}, ["dist/.gitkeep", "dist/README.md"], []),
    ({}, ["src/dist/a.js", "public/x/dist/a.js"], []),
    ({"api/package.json": "{}"}, ["api/dist/a.js"], [("api/dist/", "build_output")]),
    ({}, ["build/webpack.config.js"], []),
    ({"tsconfig.json": '{"compilerOptions": {"outDir": "build"}}'}, ["build/a.js"], [("build/", "build_output")]),
    ({}, ["dist.tar.gz", "a/dist-1.2.zip", "x_dist.tgz", "build.zip"], [("a/dist-1.2.zip", "build_archive"), ("build.zip", "build_archive"), ("dist.tar.gz", "build_archive"), ("x_dist.tgz", "build_archive")]),
    ({}, ["distribution.zip", "dist.ts", "src/dist.js", "mydist.zip", "rebuild.zip"], []),
    ({"action.yml": ""}, ["dist/index.js"], []),
    ({}, [".env", "a/.env.bak", ".env.example", "src/env.ts", ".envrc"], [(".env", "env_file"), ("a/.env.bak", "env_backup")]),
]  # fmt: skip


@pytest.mark.parametrize(("files", "tracked", "expected"), TRACKED)
def test_what_is_in_the_index(files: dict[str, str], tracked: list[str], expected: list[tuple[str, str]]) -> None:
    found = documents(make({"package.json": "{}", **files}, tracked=tracked), [app()])
    assert sorted((d.value.text("path"), d.value.text("what")) for d in found if d.kind == "git.tracked") == expected


def test_many_files_are_one_document_with_a_few_examples() -> None:
    (found,) = documents(make({}, tracked=[f"dist/{n}.js" for n in range(500)]), [app()])[-1:]
    told = plain(found.value)
    assert told["files"] == 500
    assert len(told["examples"]) == 5


# (files, folder, PM2 apps, whether it is a frontend)
FRONTENDS = [
    ({"web/package.json": '{"scripts": {"build": "vite build"}}'}, "web", [app()], True),
    ({"web/package.json": '{"scripts": {"build": "tsc && vite build"}}'}, "web/src", [app()], True),
    ({"web/package.json": "{}", "web/vite.config.ts": ""}, "web", [app()], True),
    ({"web/package.json": "{}", "web/angular.json": ""}, "web", [], True),
    ({"web/package.json": '{"scripts": {"build": "react-scripts build"}}'}, "web", [app("web", "web/server.js")], False),
    ({"web/package.json": '{"scripts": {"build": "vite build"}}'}, "web", [app("web", None, "static")], True),
    ({"package.json": '{"scripts": {"build": "vite build"}}'}, "", [app()], False),
    ({"web/package.json": '{"scripts": {"build": "tsc"}}'}, "web", [app()], False),
    ({"web/package.json": '{"scripts": {"build": "nest build"}}'}, "web", [app()], False),
    ({"web/package.json": '{"scripts": {"dev": "vite build"}}'}, "web", [app()], False),
    ({"web/package.json": "{}", "web/jest.config.js": ""}, "web", [app()], False),
]  # fmt: skip


@pytest.mark.parametrize(("files", "folder", "apps", "expected"), FRONTENDS)
def test_which_folder_is_a_frontend(files: dict[str, str], folder: str, apps: list[Document], expected: bool) -> None:
    project = make(files)
    assert is_frontend(project, folder, apps, project.policy) is expected


def test_the_policy_names_frontends_of_its_own() -> None:
    project = make({}, settings="policy: {frontends: [./site/]}")
    assert is_frontend(project, "site/src", [], project.policy)
    assert not is_frontend(project, "sites", [], project.policy)


@pytest.mark.parametrize(
    ("folder", "expected"),
    [("", [""]), ("a/b", ["a/b", "a", ""]), ("/a/b", ["/a/b", "/a", "/"]), ("/", ["/"]), ("//a", ["//a", "//"]), ("../a", ["../a", "..", ""]), ("a//b", ["a//b", "a", ""]), ("a/b/", ["a/b/", "a/b", "a", ""])],
)
def test_the_folders_above_a_path_end_at_its_root(folder: str, expected: list[str]) -> None:
    assert list(above(folder)) == expected


@pytest.mark.parametrize("path", ["/abs.sh", "//abs.sh", "../up.sh", "a//b.sh", "a/", "/"])
def test_a_path_of_any_form_is_judged_in_bounded_time(path: str) -> None:
    documents(make({"package.json": "{}"}, tracked=["dist/a.js", path], paths=[path]), [app()])
    assert {"", "dist"} <= folders(make({}, tracked=["dist/a.js", path]))

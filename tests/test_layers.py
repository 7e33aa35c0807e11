"""Imports point down only, there is no circle, and what is slow is not on the way."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "checklist"

# Each layer may import from itself and from those below it; siblings in one line do not know each other.
LAYERS = [
    ["__main__"],
    ["cli"],
    ["mutation"],
    ["examples"],
    ["discover", "packs", "gate", "report", "config", "propose"],
    ["forms"],
    ["engine"],
    ["snippets"],
    ["facts", "checks"],
    ["shell"],
    ["parse"],
    ["schema", "texts", "units", "reasons", "files"],
    ["model"],
    ["secrets"],
    ["errors"],
]
LEVEL = {name: depth for depth, names in enumerate(LAYERS) for name in names}
# The order among the small modules of one line, and what a report needs of the gate
ALLOWED = {("report", "gate"), ("texts", "units"), ("texts", "reasons")}
MODULES = sorted(p for p in PACKAGE.rglob("*.py"))


def imports(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "checklist":
            found |= {node.module} if node.module != "checklist" else {f"checklist.{a.name}" for a in node.names}
        elif isinstance(node, ast.Import):
            found |= {a.name for a in node.names if a.name.split(".")[0] == "checklist"}
    return found


def layer(module: str) -> str:
    return module.split(".")[1] if "." in module else module


@pytest.mark.parametrize("file", MODULES, ids=lambda f: f.relative_to(PACKAGE).as_posix())
def test_imports_point_down(file: Path) -> None:
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    if parts == ("__init__",):
        return
    own = parts[0]
    for module in imports(file):
        other = layer(module)
        if other in (own, "__version__"):
            continue
        assert LEVEL[own] < LEVEL[other] or (own, other) in ALLOWED, f"{own} imports {module}"


@pytest.mark.parametrize("file", sorted((PACKAGE / "shell").glob("*.py")), ids=lambda f: f.name)
def test_the_shell_knows_no_project(file: Path) -> None:
    known = ("checklist.shell", "checklist.parse.sh", "checklist.parse.shell", "checklist.model", "checklist.secrets", "checklist.errors")
    assert all(f"{module}.".startswith(tuple(f"{k}." for k in known)) for module in imports(file))
    node = ast.parse(file.read_text("utf-8"))
    taken = {a.name for n in ast.walk(node) if isinstance(n, ast.ImportFrom) and n.module == "checklist.model" for a in n.names}
    assert taken <= {"Location", "Problem"}


def test_every_module_has_its_layer() -> None:
    assert {p.relative_to(PACKAGE).with_suffix("").parts[0] for p in MODULES} - {"__init__"} <= set(LEVEL)


def loaded(*args: str) -> set[str]:
    code = f"import sys\nfrom checklist.cli import run\nrun({list(args)!r})\nsys.stderr.write(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    return {name.split(".")[0] for name in done.stderr.split()}


@pytest.mark.parametrize("args", [["--version"], ["--help"]])
def test_version_and_help_import_nothing_heavy(args: list[str]) -> None:
    assert not loaded(*args) & {"yaml", "rich", "jsonschema", "git", "esprima", "pathspec"}


def test_the_way_to_the_gate_imports_neither_jsonschema_nor_gitpython() -> None:
    found = loaded("check", "examples/healthy", "--format", "json")
    assert "yaml" in found
    assert not found & {"jsonschema", "git", "rich"}

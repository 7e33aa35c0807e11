"""What a run of onai-check costs beside its neighbours, in one run: `python benchmarks/run.py [ROUNDS]`.

Each line is the median of the rounds and its ratio to the neighbour that it is held against; the goal stands behind it.
The tree of 2,400 files is made up: 58 scripts that differ, 800 sources that read variables, 6 workflows, the rest is
text. Not a test: machines differ.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from bash_scripts import Made  # noqa: E402

RUN = [sys.executable, "-P", "-c", "from checklist.cli import main; main()"]
SCRIPTS, SOURCES, WORKFLOWS, FILES = 58, 800, 6, 2400


@dataclass(frozen=True)
class Line:
    """A command, the commands that it is held against, and how many times their time it may take."""

    name: str
    words: Sequence[str]
    beside: Sequence[Sequence[str]]
    goal: float
    folder: Path


def tree(root: Path) -> Path:
    """A repository of 2,400 files."""
    made = {f"deploy/deploy-{n}.sh": Made(n).files["deploy.sh"] for n in range(SCRIPTS)}
    made |= {
        f"src/module{n // 40}/file{n}.ts": f"export const value{n} = process.env.VARIABLE_{n % 60} ?? 'none';\n" * 20
        for n in range(SOURCES)
    }
    job = "jobs: {deploy: {runs-on: ubuntu-latest, steps: [{run: npm ci}, {run: ssh h pm2 restart api}]}}\n"
    made |= {f".github/workflows/flow{n}.yml": f"name: flow{n}\non: push\n{job}" for n in range(WORKFLOWS)}
    made |= {
        "package.json": '{"name": "api", "scripts": {"start": "tsx src/module0/file0.ts"}}\n',
        "ecosystem.config.js": "module.exports = { apps: [{ name: 'api', script: 'tsx', args: 'src/module0/file0.ts' }] };\n",
        ".env": "".join(f"VARIABLE_{n}=x\n" for n in range(60)),
    }
    made |= {f"docs/page{n}.md": "Some words.\n" * 30 for n in range(FILES - len(made))}
    for name, text in made.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return repository(root)


def repository(root: Path) -> Path:
    """The folder as a git repository with all that is in it added."""
    root.mkdir(exist_ok=True)
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    subprocess.run(["git", "-C", str(root), "add", "-A"], check=True)
    return root


def lines(folder: Path) -> list[Line]:
    """What is measured."""
    python = sys.executable
    imports = [python, "-c", "import click, yaml, jsonschema"]
    listed = ["git", "ls-files", "-z", "--stage"]
    empty, whole = repository(folder / "empty"), tree(folder / "tree")
    found = [
        Line("--version", [*RUN, "--version"], [[python, "-c", "import click"]], 1.3, ROOT),
        Line("an empty repository", RUN, [[python, "-c", "import click, yaml"], listed], 1.3, empty),
        Line("examples/incident", [*RUN, "examples/incident"], [imports], 2.0, ROOT),
        Line(
            "examples/incident, one PM2 rule",
            [*RUN, "examples/incident", "--select", "pm2/too-many-restarts"],
            [imports],
            1.5,
            ROOT,
        ),
    ]
    checker = shutil.which("shellcheck", path=os.pathsep.join([str(Path(python).parent), os.environ.get("PATH", "")]))
    if checker is None:
        print("shellcheck is not installed: the tree of 2,400 files is held against nothing")
    else:
        scripts = [str(p) for p in sorted(whole.glob("deploy/*.sh"))]
        found.append(Line(f"{FILES:,} files, {SCRIPTS} scripts", RUN, [[checker, *scripts]], 1.0, whole))
    return found


def seconds(words: Sequence[str], folder: Path, env: dict[str, str]) -> float:
    """How long a command takes."""
    start = time.perf_counter()
    subprocess.run(words, cwd=folder, env=env, capture_output=True, check=False)
    return time.perf_counter() - start


def main() -> None:
    """Prints a line for each: milliseconds, those of the neighbour, the ratio and the goal."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory() as made:
        # an installed package is compiled, a checkout may be read-only: the first round, which compiles, does not count
        env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        env |= {"PYTHONPYCACHEPREFIX": str(Path(made) / "compiled"), "PYTHONPATH": str(ROOT)}
        for line in lines(Path(made)):
            own, beside = [], []
            for _ in range(rounds + 1):
                own.append(seconds(line.words, line.folder, env))
                beside.append(sum(seconds(words, line.folder, env) for words in line.beside))
            took, other = statistics.median(own[1:]), statistics.median(beside[1:])
            print(
                f"{took * 1000:7.0f} ms  beside {other * 1000:6.0f} ms  {took / other:5.2f}×"
                f"  (at most {line.goal})  {line.name}"
            )


if __name__ == "__main__":
    main()

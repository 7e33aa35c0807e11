"""How long many deploy scripts take: `python benchmarks/scripts.py [FOLDER]`, of FOLDER or of 1,800 made up ones of about 7 KB.

The goal: 1,800 scripts, 13 MB, in 6 s of CPU time, and twice the scripts in twice the time. Not a test: machines differ.
The made-up ones are plainer than what people write: scripts from public projects, with their functions, loops and
conditions that nobody can know, cost two to three times as much a megabyte. Their figure is that of FOLDER.
"""

from __future__ import annotations

import gc
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from bash_scripts import Made  # noqa: E402

from checklist.facts import deploy  # noqa: E402
from checklist.model import Document, Project, value  # noqa: E402
from checklist.parse import shell  # noqa: E402

POLICY = Document("policy", "", value({"build_dirs": ["dist", "build"]}))


def texts() -> list[str]:
    """The scripts: those of a folder, or made up, half of each what people write around the commands."""
    if len(sys.argv) > 1:
        return [p.read_text("utf-8", "replace") for p in sorted(Path(sys.argv[1]).rglob("*.sh"))]
    prose = "# what the next lines do, and why they do it in this order and in no other\necho 'a line of the log'\nlog_level=info\n"
    return [Made(n).files["deploy.sh"] + prose * 60 for n in range(1800)]


def main() -> None:
    """Prints the CPU time of reading and of following them, for half of them and for all."""
    gc.set_threshold(100_000, 20, 100)  # as the command line does
    scripts = texts()
    for many in (scripts[: len(scripts) // 2], scripts):
        size = sum(map(len, many)) / 1e6
        start = time.process_time()
        for n, text in enumerate(many):
            shell.read(shell.Source(f"{n}.sh", text))
        read = time.process_time()
        for n, text in enumerate(many):
            deploy.paths(Project(files={f"{n}.sh": text}, policy=POLICY), [])
        done = time.process_time()
        print(f"{len(many):5} scripts {size:5.1f} MB  read {read - start:5.1f} s  read and followed {done - read:5.1f} s")


if __name__ == "__main__":
    main()

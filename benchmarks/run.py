"""How long onai-check takes beside the imports that it cannot do without: `python benchmarks/run.py [ROUNDS]`.

The goal: at most 3 times `import click, yaml, jsonschema`, in the same run. Not a test: machines differ.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
RUN = "from checklist.cli import main; main()"
COMMANDS = {
    "import click, yaml, jsonschema": ["-c", "import click, yaml, jsonschema"],
    "onai-check examples/incident": ["-c", RUN, "examples/incident"],
    "onai-check examples/incident --format json": ["-c", RUN, "examples/incident", "--format", "json"],
    "onai-check --version": ["-c", RUN, "--version"],
    "onai-check --help": ["-c", RUN, "--help"],
}


def main() -> None:
    """Times the commands in turn and prints the median of each, with its ratio to the first."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory() as compiled:
        # an installed package is compiled, a checkout may be read-only: the first round, which compiles, does not count
        env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {"PYTHONPYCACHEPREFIX": compiled}
        for n in range(rounds + 1):
            for name, args in COMMANDS.items():
                start = time.perf_counter()
                subprocess.run([sys.executable, *args], cwd=ROOT, env=env, capture_output=True, check=False)
                if n:
                    times[name].append(time.perf_counter() - start)
    base = statistics.median(times[next(iter(COMMANDS))])
    for name, taken in times.items():
        median = statistics.median(taken)
        print(f"{median * 1000:7.0f} ms  {median / base:4.1f}×  {name}")


if __name__ == "__main__":
    main()

"""A PM2 of the tests' own: the version that package-lock.json pins, a home of its own, and gone at the end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from conftest import need
from npm_modules import outside

MANIFEST = Path(__file__).parent
T = TypeVar("T")


@dataclass(frozen=True)
class PM2:
    """The command `pm2`, bound to one home."""

    node: str
    modules: Path
    home: Path

    def __call__(self, *args: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """What a command of PM2 did; it has a minute."""
        command = [self.node, str(self.modules / "pm2" / "bin" / "pm2"), *args]
        return subprocess.run(command, cwd=cwd or self.home, env={**self.environment, **(env or {})}, capture_output=True, text=True, timeout=60, check=False)

    @property
    def environment(self) -> dict[str, str]:
        """What the daemon and all its apps inherit: nothing of the shell that runs the tests but its PATH."""
        return {
            "PATH": os.pathsep.join([str(Path(self.node).parent), os.environ.get("PATH", os.defpath)]),
            "HOME": str(self.home),
            "PM2_HOME": str(self.home),
            "PM2_DISABLE_VERSION_CHECK": "true",
            "LC_ALL": "C.UTF-8",
            **({"CI": os.environ["CI"]} if "CI" in os.environ else {}),
        }

    def list(self) -> list[dict[str, Any]]:
        """The processes that PM2 has, as `pm2 jlist` gives them."""
        told: list[dict[str, Any]] = json.loads(self("-s", "jlist").stdout)
        return told

    def script(self, text: str, given: object) -> Any:
        """What a Node script with the installed PM2 at hand answers: `given` on its input → a file, its first argument."""
        answer = self.home / "answer.json"
        environment = {**self.environment, "NODE_PATH": str(self.modules)}
        command = [self.node, "-e", text, str(answer)]
        subprocess.run(command, cwd=self.home, env=environment, input=json.dumps(given), capture_output=True, text=True, timeout=60, check=True)
        return json.loads(answer.read_text("utf-8"))


@contextmanager
def installed() -> Iterator[PM2]:
    """PM2 as installed, with an empty home; skipped where there is no npm or no network, a failure in CI."""
    node = need("node")
    modules = outside("pm2", MANIFEST) / "node_modules"
    # the sockets of PM2 lie in its home, and the path of a socket may have no more than about a hundred characters
    home = Path(tempfile.mkdtemp(prefix="pm2-")).resolve()
    try:
        yield PM2(node, modules, home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def daemon() -> Iterator[PM2]:
    """PM2 with a daemon of its own, which is gone afterwards, and with it every process that it started."""
    with installed() as pm2:
        try:
            pm2("ping")
            yield pm2
        finally:
            pids = [int(f.read_text()) for f in pm2.home.glob("pm2.pid")] + [p["pid"] for p in pm2.list() if p.get("pid")]
            pm2("kill")
            left = until(lambda: [p for p in pids if _alive(p)], lambda found: not found, seconds=20)
            for pid in left:
                os.kill(pid, signal.SIGKILL)
            assert pids, "PM2 had a daemon"
            assert not left, "PM2's kill ended its daemon and all that it had started"


def until(look: Callable[[], T], good: Callable[[T], bool], *, seconds: float) -> T:
    """What a look finds as soon as it is good, or when the time is over."""
    end = time.monotonic() + seconds
    while not good(found := look()) and time.monotonic() < end:
        time.sleep(0.2)
    return found


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        # ended, but nobody has fetched its status yet: a container whose first process does not
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return not Path("/proc/self").exists()

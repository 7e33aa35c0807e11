"""Ways to find the release to go back to, run twice in bash: what is said of each is held against where it went."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from conftest import need

from checklist.facts.rollback.picks import needs_argument, pick

FURTHER, STAYS, RETURNS = "further", "stays", "returns"

NOW = 'now=$(basename "$(readlink current)")\n'
FLIP = 'ln -sfn "releases/$prev" current\n'

# how, script: run among the releases 1 to 4, a minute apart, with 4 in use, and with what a deploy notes down
RELEASES: dict[str, tuple[str | None, str]] = {
    # by the order, whatever is in use
    "head and tail": ("order", "prev=$(ls -t releases | head -2 | tail -1)\n" + FLIP),
    "sed": ("order", "prev=$(ls -1t releases | sed -n 2p)\n" + FLIP),
    "sed, quoted": ("order", "prev=$(ls -1t releases | sed -n '2p')\n" + FLIP),
    "sed deletes the rest": ("order", "prev=$(ls -1t releases | sed '2!d')\n" + FLIP),
    "awk": ("order", "prev=$(ls -t releases | awk 'NR==2')\n" + FLIP),
    "awk, and ends": ("order", "prev=$(ls -t releases | awk 'NR == 2 {print; exit}')\n" + FLIP),
    "tail from the second on": ("order", "prev=$(ls -t releases | tail -n +2 | head -n 1)\n" + FLIP),
    "without the first": ("order", "prev=$(ls -t releases | sed 1d | head -1)\n" + FLIP),
    "by name": ("order", "prev=$(ls -1 releases | sort -r | sed -n 2p)\n" + FLIP),
    "by version": ("order", "prev=$(ls releases | sort -V | tail -n2 | head -n1)\n" + FLIP),
    "folders": ("order", 'prev=$(ls -dt releases/*/ | sed -n 2p)\nln -sfn "${prev%/}" current\n'),
    "find": ("order", "prev=$(find releases -mindepth 1 -maxdepth 1 -type d | sort | tail -2 | head -1)\nln -sfn $prev current\n"),
    "find by time": ("order", "prev=$(find releases -mindepth 1 -maxdepth 1 -printf '%T@ %p\\n' | sort -rn | sed -n 2p | cut -d' ' -f2-)\nln -sfn $prev current\n"),
    "an array": ("order", "all=($(ls -t releases))\nprev=${all[1]}\n" + FLIP),
    "mapfile": ("order", "mapfile -t all < <(ls -1t releases)\nprev=${all[1]}\n" + FLIP),
    "backquotes": ("order", "prev=`ls -t releases | head -n 2 | tail -n 1`\n" + FLIP),
    # any but the one in use
    "without the one in use": ("swap", NOW + 'prev=$(ls -t releases | grep -v "$now" | head -1)\n' + FLIP),
    "without the one in use, exactly": ("swap", NOW + 'prev=$(ls -1t releases | grep -vxF "$now" | sed -n 1p)\n' + FLIP),
    "the last but the one in use": ("swap", NOW + 'prev=$(ls releases | grep -v "^$now$" | sort | tail -n 1)\n' + FLIP),
    # the one before the one in use
    "the line before": ("before", NOW + 'prev=$(ls -1 releases | grep -B1 "$now" | head -1)\n' + FLIP),
    "the line after, backwards": ("before", NOW + 'prev=$(ls -r releases | grep -A1 "$now" | tail -1)\n' + FLIP),
    "awk keeps the line before": (None, NOW + "prev=$(ls releases | awk -v now=\"$now\" '$0 == now {print last} {last = $0}')\n" + FLIP),
    "a loop over smaller names": (None, NOW + 'for r in releases/*; do r=${r##*/}; if [[ $r < $now ]]; then prev=$r; fi; done\n' + FLIP),
    # bad ones are passed by
    "a mark, and a loop": ("mark", 'bad=$(readlink -f current)\nfor r in releases/*; do [ "$PWD/$r" != "$bad" ] && [ ! -e "$r/.bad" ] && prev=${r##*/}; done\ntouch "$bad/.bad"\n' + FLIP),
    "it is moved away": ("mark", NOW + 'prev=$(ls -t releases | sed -n 2p)\nmkdir -p failed\n' + FLIP + 'mv "releases/$now" "failed/$now"\n'),
    "it is removed": ("mark", 'bad=$(readlink current)\nprev=$(ls -t releases | sed -n 2p)\n' + FLIP + 'rm -rf "$bad"\n'),
    # what a deploy has noted down
    "a file": (None, "prev=$(cat previous)\n" + FLIP),
    "a file, turned round": (None, NOW + 'prev=$(cat previous)\n' + FLIP + 'echo "$now" > previous\n'),
    "a link": (None, "ln -sfn \"$(readlink previous-link)\" current\n"),
    "a link, turned round": (None, 'now=$(readlink current)\nln -sfn "$(readlink previous-link)" current\nln -sfn "$now" previous-link\n'),
    "a log": (None, "prev=$(tail -n 2 deploys.log | head -n 1)\n" + FLIP),
    "a log that is shortened": (None, "sed -i '$d' deploys.log\nprev=$(tail -n 1 deploys.log)\n" + FLIP),
}
# the same for a working copy at the last of four commits, each with a tag
COMMITS: dict[str, tuple[str | None, str]] = {
    "reset to the parent": ("before", "git reset -q --hard HEAD~1\n"),
    "reset to the parent, another spelling": ("before", "git reset --hard HEAD^\n"),
    "the parent is checked out": ("before", "git checkout -q HEAD~1\n"),
    "the parent by its name": ("before", "prev=$(git rev-parse HEAD~)\ngit checkout -q $prev\n"),
    "the log": ("before", "prev=$(git log --format=%h -n 2 | tail -1)\ngit checkout -q $prev\n"),
    "the log without the first": ("before", "prev=$(git log -1 --skip=1 --format=%H)\ngit reset -q --hard $prev\n"),
    "the tag before": ("before", "git checkout -q $(git describe --tags --abbrev=0 HEAD^)\n"),
    "the second tag": ("order", "prev=$(git tag --sort=-creatordate | sed -n 2p)\ngit checkout -q $prev\n"),
    "the second tag by version": ("order", "git checkout -q $(git tag | sort -V | tail -2 | head -1)\n"),
    "the second tag of all": ("order", "git checkout -q $(git describe --tags $(git rev-list --tags --skip=1 --max-count=1))\n"),
    "the branch's parent": (None, "git reset -q --hard main~1\n"),
    "the parent of what is on the server": ("order", "git reset -q --hard origin/main~1\n"),
    "the reflog": ("swap", "git reset -q --hard HEAD@{1}\n"),
    "the branch before": ("swap", "git checkout -q -\n"),
    "revert": ("swap", "git revert --no-edit HEAD\n"),
    "a file": (None, "git checkout -q $(cat ../previous)\n"),
}
# and for archives of the versions before, the newest the one before the last
ARCHIVES: dict[str, tuple[str | None, str]] = {
    "the newest": (None, 'tar -xzf "$(ls -t backups/*.tar.gz | head -1)"\n'),
    "the second newest": ("order", 'tar -xzf "$(ls -t backups/*.tar.gz | sed -n 2p)"\n'),
    "the newest, then it goes": (None, 'last=$(ls -t backups/*.tar.gz | head -1)\ntar -xzf "$last"\nrm "$last"\n'),
    "a copy": (None, "cp backups/old/version version\n"),
}


def shell(folder: Path, script: str) -> None:
    env = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run([need("bash"), "-c", script], cwd=folder, env=env, capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr


def went(first: int, second: int) -> str:
    """Where the second rollback came to, seen from the first."""
    return FURTHER if second < first else STAYS if second == first else RETURNS


def holds(how: str | None, truth: str) -> bool:
    """What is not understood is open; the rest is right about the second rollback."""
    return how is None or (how in ("before", "mark")) == (truth == FURTHER)


@pytest.mark.parametrize("name", RELEASES)
def test_releases(name: str, tmp_path: Path) -> None:
    how, script = RELEASES[name]
    for n in range(1, 5):
        (tmp_path / f"releases/2025010{n}").mkdir(parents=True)
        os.utime(tmp_path / f"releases/2025010{n}", (60.0 * n, 60.0 * n))
    (tmp_path / "current").symlink_to("releases/20250104")
    (tmp_path / "previous-link").symlink_to("releases/20250103")
    (tmp_path / "previous").write_text("20250103\n")
    (tmp_path / "deploys.log").write_text("".join(f"2025010{n}\n" for n in range(1, 5)))
    found = []
    for _ in range(2):
        shell(tmp_path, script)
        found.append(int(os.readlink(tmp_path / "current").rstrip("/")[-1]))
    assert found[0] == 3
    assert pick(script)[0] == how
    assert holds(how, went(*found))


@pytest.mark.parametrize("name", COMMITS)
def test_commits(name: str, tmp_path: Path) -> None:
    how, script = COMMITS[name]
    (tmp_path / "app").mkdir()
    setup = "git init -q -b main; git config user.email a@example.com; git config user.name a\n"
    setup += "for n in 1 2 3 4; do echo $n > version; git add .; GIT_COMMITTER_DATE=\"2025-01-0$n 12:00\" git commit -qm $n; git tag v$n; done\n"
    shell(tmp_path / "app", setup + "git checkout -q v3; git checkout -q main; git rev-parse HEAD~1 > ../previous; git update-ref refs/remotes/origin/main v4; git reset -q --hard v3; git reset -q --hard v4\n")
    found = []
    for _ in range(2):
        shell(tmp_path / "app", script)
        found.append(int((tmp_path / "app/version").read_text()))
    assert found[0] == 3
    assert pick(script)[0] == how
    assert holds(how, went(*found))


@pytest.mark.parametrize("name", ARCHIVES)
def test_archives(name: str, tmp_path: Path) -> None:
    how, script = ARCHIVES[name]
    shell(tmp_path, "mkdir -p backups/old; for n in 1 2 3 4; do echo $n > version; tar -czf backups/$n.tar.gz version; touch -d \"2025-01-0$n\" backups/$n.tar.gz; done; echo 3 > backups/old/version")
    if how is None:
        (tmp_path / "backups/4.tar.gz").unlink()
    found = []
    for _ in range(2):
        shell(tmp_path, script)
        found.append(int((tmp_path / "version").read_text()))
    assert found[0] == 3
    assert pick(script)[0] == how
    assert holds(how, went(*found))


@pytest.mark.parametrize(
    ("script", "needs"),
    [
        ('ln -sfn "releases/$1" current', True),
        ("ln -sfn releases/${1} current", True),
        ('ln -sfn "releases/${1:?which release}" current', True),
        ('ln -sfn "releases/${1:-3}" current', False),
        ('ln -sfn "releases/${1:=3}" current', True),  # bash assigns to no argument
        ('if [ -z "$1" ]; then set -- 3; fi\nln -sfn "releases/$1" current', False),
        ('[ $# -gt 0 ] || set -- 3\nln -sfn "releases/$1" current', False),
        ('go() { ln -sfn "releases/$1" current; }\ngo 3', False),
        ('# ln -sfn "releases/$1" current\nln -sfn releases/3 current', False),
    ],
)
def test_called_without_an_argument_a_script_that_needs_one_comes_to_no_release(script: str, needs: bool, tmp_path: Path) -> None:
    (tmp_path / "releases/3").mkdir(parents=True)
    subprocess.run([need("bash"), "-c", script], cwd=tmp_path, capture_output=True, timeout=20)
    assert needs_argument(script) == needs
    assert ((tmp_path / "current").exists() and os.readlink(tmp_path / "current") == "releases/3") == (not needs)

"""Whether a rollback works, and works twice: what is said of scripts is held against bash and git."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT, make, need

from checklist.discover import discover
from checklist.facts import derive
from checklist.facts.rollback.picks import pick
from checklist.model import Document, plain

CONFIG = "module.exports = {apps: [{name: 'api', script: 'src/server.ts'}]};\n"


def of(kind: str, **files: str) -> list[dict[str, object]]:
    named = {name.replace("_", "."): text for name, text in files.items()}
    return [plain(d.value) for d in derive(make({"ecosystem.config.js": CONFIG, "package.json": "{}", **named})).documents if d.kind == kind]


@pytest.mark.parametrize(
    ("script", "how"),
    [
        ("prev=$(ls -t releases | head -2 | tail -1)", "order"),
        ("prev=$(ls -1t releases | sed -n 2p)", "order"),
        ("prev=$(ls -dt /srv/releases/*/ | head -n 2 | tail -n 1)", "order"),
        ("prev=`ls -1 releases | sort -r | sed -n '2p'`", "order"),
        ("prev=$(ls releases | tail -n 2 | head -n 1)", "order"),
        ("prev=$(ls -t releases \\\n  | awk 'NR==2')", "order"),
        ("ssh h 'ln -sfn $(ls -t releases | sed -n 2p) current'", "order"),
        ('prev=$(ls -t releases | grep -v "$current" | head -1)', "swap"),
        ('prev=$(ls -1dt releases/* | grep -vF "$(basename "$(readlink current)")" | head -n1)', "swap"),
        ("git reset --hard HEAD@{1}", "swap"),
        ("git reset --hard ORIG_HEAD", "swap"),
        ("git checkout -", "swap"),
        ("pm2 deploy ecosystem.config.js production revert 1", "swap"),
        ("git revert --no-edit HEAD", "swap"),
        ("git reset --hard HEAD~1", "before"),
        ("prev=$(git rev-parse HEAD^)", "before"),
        ('prev=$(ls -1 releases | grep -B1 "$current" | head -1)', "before"),
        ('prev=$(ls -t releases | head -2 | tail -1)\nmv "$current" "$current.bad"', "mark"),
        ('prev=$(ls -t releases | grep -v bad | sed -n 2p)\ntouch "$cur/.bad"', "mark"),
        ('prev=$(ls -t releases | sed -n 2p)\nln -sfn "releases/$prev" current\nrm -rf "$current_release"', "mark"),
        ('prev=$(ls -t releases | sed -n 2p)\nrm -f "$current_link"\nln -s "releases/$prev" "$current_link"', "order"),
        ('ln -sfn "releases/$1" current', "argument"),
        ("git checkout \"$1\"", "argument"),
        # what only looks like one
        ("# ls -t releases | head -2 | tail -1", None),
        ('echo "ls -t releases | head -2 | tail -1"', None),
        ("ls -t releases | tail -n +6 | xargs rm -rf", None),
        ("ls -t releases | head -1", None),
        ("ls -t releases | head -20", None),
        ("git log HEAD@{10}", None),
    ],
)
def test_how_the_earlier_release_is_found(script: str, how: str | None) -> None:
    assert pick(script)[0] == how


# ---- bash and git themselves -----------------------------------------------------------------------------------------


def shell(folder: Path, script: str) -> str:
    env = {"PATH": f"{folder}/bin{os.pathsep}/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run([need("bash"), "-c", script], cwd=folder, env=env, capture_output=True, text=True, check=True, timeout=20).stdout.strip()


def server(folder: Path, *releases: str) -> None:
    """Releases a minute apart, the last of them in use."""
    for n, name in enumerate(releases):
        (folder / "releases" / name).mkdir(parents=True)
        os.utime(folder / "releases" / name, (60.0 * n, 60.0 * n))
    (folder / "current").symlink_to(f"releases/{releases[-1]}")


def in_use(folder: Path) -> str:
    return Path(os.readlink(folder / "current")).name


OWNER = 'ln -sfn "releases/$(ls -t releases | head -2 | tail -1)" current'
OTHER = 'now=$(basename "$(readlink current)"); ln -sfn "releases/$(ls -t releases | grep -v "$now" | head -1)" current'


def test_the_second_newest_is_no_way_back_twice(tmp_path: Path) -> None:
    server(tmp_path, "1", "2", "3")
    shell(tmp_path, OWNER)
    assert in_use(tmp_path) == "2"
    shell(tmp_path, OWNER)
    assert in_use(tmp_path) == "2"  # nowhere
    (tmp_path / "releases/2/app.pid").write_text("1")  # what runs writes into its folder, which is the newest then
    shell(tmp_path, OWNER)
    assert in_use(tmp_path) == "3"  # the bad one
    shell(tmp_path, OWNER)
    assert in_use(tmp_path) == "3"


def test_the_second_newest_is_the_bad_one_after_the_next_deploy(tmp_path: Path) -> None:
    server(tmp_path, "1", "2")
    shell(tmp_path, OWNER)
    assert in_use(tmp_path) == "1"
    shell(tmp_path, f"mkdir releases/3; ln -sfn releases/3 current; {OWNER}")
    assert in_use(tmp_path) == "2"  # which was rolled back


def test_the_newest_of_the_others_flips_back(tmp_path: Path) -> None:
    server(tmp_path, "1", "2", "3")
    went = []
    for _ in range(4):
        shell(tmp_path, OTHER)
        went.append(in_use(tmp_path))
    assert went == ["2", "3", "2", "3"]
    assert pick(OTHER)[0] == "swap"


def test_marking_goes_further_back(tmp_path: Path) -> None:
    """The healthy example's own script, in a folder of ours."""
    server(tmp_path, "20250101", "20250102", "20250103", "20250104")
    (tmp_path / "bin").mkdir()
    for name in ("pm2", "curl", "sleep"):
        (tmp_path / "bin" / name).write_text("#!/bin/sh\n")
        (tmp_path / "bin" / name).chmod(0o755)
    script = (ROOT / "examples/healthy/scripts/rollback.sh").read_text("utf-8")
    assert "root=/srv/shop-api\n" in script
    went = []
    for _ in range(3):
        shell(tmp_path, script.replace("root=/srv/shop-api\n", f"root={tmp_path}\n"))
        went.append(in_use(tmp_path))
    assert went == ["20250103", "20250102", "20250101"]
    # and a release that was bad is passed by when a later one fails
    shell(tmp_path, f"mkdir releases/20250105; ln -sfn $PWD/releases/20250105 current; {script.replace('root=/srv/shop-api', f'root={tmp_path}')}")
    assert in_use(tmp_path) == "20250101"


@pytest.mark.parametrize(
    ("command", "went"),
    [("git reset -q --hard HEAD@{1}", ["2", "3"]), ("git reset -q --hard HEAD~1", ["2", "1"]), ("git revert --no-edit HEAD", ["2", "3"])],
)
def test_where_git_goes_the_second_time(tmp_path: Path, command: str, went: list[str]) -> None:
    shell(tmp_path, "git init -q .; git config user.email a@example.com; git config user.name a; for n in 1 2 3; do echo $n > f; git add f; git commit -qm $n; done")
    found = []
    for _ in range(2):
        shell(tmp_path, command)
        found.append((tmp_path / "f").read_text().strip())
    assert found == went
    assert (pick(command)[0] == "swap") == (found[-1] == "3")


@pytest.mark.parametrize(
    ("flip", "how"),
    [
        ("ln -sfn releases/1 current", "atomic"),
        ("ln -nfs releases/1 current", "atomic"),
        ("ln -sfT releases/1 current", "atomic"),
        ("ln -s --force --no-dereference releases/1 current", "atomic"),
        ("ln -s releases/1 current.new && mv -Tf current.new current", "atomic"),
        ("rm -f current && ln -s releases/1 current", "gap"),
        ("rm -f current; ln -sfn releases/1 current", "gap"),
        ("unlink current\nln -s releases/1 current", "gap"),
        ("ln -sf releases/1 current", "inside"),
        ("ln -s releases/1 current", "inside"),
        ("ln -s releases/1 current.new && mv -f current.new current", "inside"),
    ],
)
def test_the_link_at_every_moment(tmp_path: Path, flip: str, how: str) -> None:
    server(tmp_path, "1", "2")
    found = of("rollback.link", rollback_sh=f"{flip}\npm2 restart api\n")
    assert [link["how"] for link in found] == [how]
    shell(tmp_path, flip)
    assert (in_use(tmp_path) == "2") == (how == "inside")


@pytest.mark.parametrize(
    "script",
    [
        "ln -sf ../shared/.env current/.env",
        "ln -s /srv/shared/node_modules node_modules",
        "ln -sf /etc/nginx/sites-available/api.conf /etc/nginx/sites-enabled/api.conf",
        "ln -s /srv/shared/uploads releases/1/uploads",
        "mv build current",
        "# ln -sf releases/1 current",
    ],
)
def test_what_flips_no_link(script: str) -> None:
    assert of("rollback.link", rollback_sh=script) == []


# ---- facts -----------------------------------------------------------------------------------------------------------

_UNKNOWN = {"$unknown": "a command is not known here"}


@pytest.mark.parametrize(
    ("script", "kind", "restarts", "checks"),
    [
        ('ln -sfn "$1" current\npm2 restart api\ncurl -sf http://localhost:3000/health', "releases", True, True),
        ('ln -sfn "$1" current\npm2 restart api\ncurl -s http://localhost:3000/health || true', "releases", True, False),
        ('ln -sfn "$1" current\npm2 restart api', "releases", True, False),
        ('ln -sfn "$1" current', "releases", False, None),
        ('ln -sfn "$1" current\nsudo systemctl restart api', "releases", _UNKNOWN, None),
        ('ln -sfn "$1" current\n./restart-app', "releases", _UNKNOWN, None),
        ('git checkout -f "$1"\nnpm ci\npm2 reload api', "git", True, False),
        ("git reset --hard HEAD~1\npm2 reload api", "git", True, False),
        ("git revert --no-edit HEAD\npm2 reload api", "git", True, False),
        ("tar -xzf backups/last.tar.gz\npm2 reload api", "archive", True, False),
        ("tar -czf backups/now.tar.gz .\npm2 reload api", None, True, False),
        ("pm2 deploy production revert 1", "pm2", _UNKNOWN, None),
        ("git reset --hard origin/main\npm2 reload api", None, True, False),
        ("git checkout main\npm2 reload api", None, True, False),
        ("npx prisma migrate resolve --rolled-back x", None, False, None),
        ("kubectl rollout undo deployment/api", None, _UNKNOWN, None),
    ],
)
def test_what_a_rollback_does(script: str, kind: str | None, restarts: object, checks: object) -> None:
    (found,) = of("rollback", rollback_sh=script)
    assert (found["kind"], found["restarts"], found["checks"]) == (kind, restarts, checks)


def test_a_project_without_pm2_has_no_such_document() -> None:
    assert [d for d in derive(make({"rollback.sh": "ln -sfn a current", "package.json": "{}"})).documents if d.kind.startswith("rollback")] == []


def test_the_mode_is_that_of_the_index(repository: object) -> None:
    root = repository({"rollback.sh": "x\n", "deploy.sh": "x\n"})  # type: ignore[operator]
    git = need("git")
    subprocess.run([git, "-C", str(root), "update-index", "--chmod=+x", "rollback.sh"], check=True)
    assert discover(root, policy=Document("policy", "", make({}).policy.value)).executable == {"rollback.sh"}


@pytest.mark.parametrize(
    ("files", "back"),
    [
        ({"rollback.sh": "ln -sfn releases/1 current\npm2 reload api\n"}, True),
        ({"scripts/roll-back.sh": "./undo\n"}, True),
        ({"package.json": '{"scripts": {"rollback": "./undo"}}'}, True),
        ({"package.json": '{"scripts": {"deploy:revert": "pm2 deploy production revert 1"}}'}, True),
        ({"Makefile": "rollback:\n\t./undo\n"}, True),
        # a database is no release
        ({"package.json": '{"scripts": {"migration:revert": "typeorm migration:revert -d src/data-source.ts"}}'}, False),
        ({"package.json": '{"scripts": {"migrate:rollback": "knex migrate:rollback"}}'}, False),
        ({"package.json": '{"scripts": {"rollback": "NODE_ENV=production npx knex migrate:rollback"}}'}, False),
        ({"package.json": '{"scripts": {"dbRollback": "./undo"}}'}, False),
        ({"rollback-migration.sh": "npx knex migrate:rollback\n"}, False),
        ({"scripts/rollback.sh": "#!/bin/sh\n# one step\nset -e\nnpx sequelize-cli db:migrate:undo\n"}, False),
        ({"db/rollback.sh": "./undo\n"}, False),
        ({"Makefile": "db-rollback:\n\t./undo\n"}, False),
    ],
)
def test_what_takes_a_database_back_takes_no_release_back(files: dict[str, str], back: bool) -> None:
    app = {"ecosystem.config.js": CONFIG, "deploy.sh": "git pull\nnpm ci\npm2 reload api\n"}
    documents = derive(make(app | files)).documents
    told = [plain(d.value.get("way")) for d in documents if d.kind == "rollback"]
    (measures,) = [d for d in documents if d.kind == "measures"]
    assert set(told) == {back}
    assert measures.value.text("repair", "now", "way") == ("script" if back and "Makefile" not in files else "by_hand")

"""What deploy scripts really run, in which order, and whether a failure stops them: held against bash itself."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import make, need, run

from checklist.facts import deploy, derive
from checklist.model import Document, Project, plain, value

POLICY = Document("policy", "", value({"build_dirs": ["dist", "build"]}))
APP = Document("pm2.app", "ecosystem.config.js", value({"name": "api", "directory": "", "runs": "source"}), "api")


def documents(script: str, **files: str) -> list[Document]:
    project = Project(files={"deploy.sh": script, "package.json": "{}", **files}, policy=POLICY)
    return deploy.documents(project, deploy.paths(project, [APP]), [APP])


def steps(script: str) -> list[dict[str, object]]:
    return [plain(d.value) for d in documents(script) if d.kind == "deploy.step"]


def smoke(script: str) -> object:
    return next(plain(d.value.get("smoke")) for d in documents(script) if d.kind == "deploy.path")


@pytest.mark.parametrize(
    ("script", "effects"),
    [
        ("echo 'pm2 restart api'", []),
        ("# pm2 restart api", []),
        ("cat <<EOF\npm2 restart api\nEOF", []),
        ("cat > x.sh <<'EOF'\npm2 restart api\nEOF", []),
        ("printf 'npm run build\\n'", []),
        ("usage() { echo 'pm2 start x'; }\nusage", []),
        ("f() { pm2 restart api; }", []),
        ("f() { pm2 restart api; }\nf", ["restart"]),
        ("X='pm2 restart api'", []),
        ("pm2 start a.js", ["start"]),
        ("pm2 startOrReload e.config.js --env production", ["start"]),
        ("pm2 reload all", ["reload"]),
        ("pm2 stop api; pm2 delete api; pm2 save", ["stop", "delete", "save"]),
        ("pm2 status; pm2 logs; pm2 jlist", []),
        ("sudo -u app pm2 restart api", ["restart"]),
        ("NODE_ENV=production npm run build", ["build"]),
        ("npm --prefix backend run build", ["build"]),
        ("pnpm -C backend build", ["build"]),
        ("yarn --cwd backend build", ["build"]),
        ("npm ci && npm run build && pm2 restart api", ["install", "build", "restart"]),
        ("npx tsc", ["build"]),
        ("npx tsc --noEmit", []),
        ("tar -czf dist.tar.gz dist", ["archive"]),
        ("tar -xzf dist.tar.gz", []),
        ("rm -rf dist", ["clean"]),
        ("sleep 10", ["wait"]),
        ("git pull origin main", ["fetch"]),
        ("git status", []),
        ("scp a b:c; rsync -a x y:z", ["ship", "ship"]),
        ("rsync -az --exclude .env ./ u@h:/srv; rsync .env u@h:/srv/", ["ship", "env"]),
        ("curl -sf http://localhost:3000/health", ["health_check"]),
        ("curl -sf \"$URL\"", []),
        ("URL=http://localhost/health\ncurl -sf \"$URL\"", ["health_check"]),
        ("ssh h 'git pull && pm2 restart api'", ["fetch", "restart"]),
        ("ssh -p 22 -t u@h \"pm2 restart api\"", ["restart"]),
        ("ssh h pm2 restart api", ["restart"]),
        ("ssh h <<EOF\npm2 restart api\nEOF", ["restart"]),
        ("ssh h bash -s <<'EOF'\npm2 restart api\nEOF", ["restart"]),
        ("bash -c 'pm2 restart api'", ["restart"]),
        ("if true; then pm2 restart api; else pm2 start a; fi", ["restart"]),
        ("if [ -f x ]; then pm2 restart api; else pm2 start a; fi", ["restart", "start"]),
        ("for x in a b; do pm2 restart $x; done", ["restart"]),
        ("(cd a; npm ci)", ["install"]),
        ("./rollback.sh", ["rollback"]),
        ("ln -sfn a current", []),
        ("pm2 restart api || { ln -sfn a current; exit 1; }", ["restart", "rollback"]),
        ("pm2 restart api || true", ["restart"]),
        ("X=$(curl -s http://localhost/health)", ["health_check"]),
    ],
)
def test_commands_have_effects_and_text_has_none(script: str, effects: list[str]) -> None:
    assert [s["effect"] for s in steps(script)] == effects


@pytest.mark.parametrize(
    ("script", "directory"),
    [
        ("npm ci", ""),
        ("cd backend\nnpm ci", "backend"),
        ("cd backend && npm ci", "backend"),
        ("(cd backend)\nnpm ci", ""),
        ("D=backend\ncd \"$D\"\nnpm ci", "backend"),
        ("cd \"$UNKNOWN\"\nnpm ci", None),
        ("cd \"$(dirname \"$0\")\"\nnpm ci", ""),
        ("npm --prefix backend ci", "backend"),
        ("cd a\ncd ../b\nnpm ci", "b"),
        ("cd /srv/shop\nnpm ci", ""),
        ("cd backend || exit 1\nnpm ci", "backend"),
    ],
)
def test_the_directory_is_followed(script: str, directory: str | None) -> None:
    assert steps(script)[-1]["directory"] == directory


FAILING = [
    "npm ci\npm2 save",
    "set -e\nnpm ci\npm2 save",
    "set -euo pipefail\nnpm ci\npm2 save",
    "set -o errexit\nnpm ci\npm2 save",
    "set -e\nset +e\nnpm ci\npm2 save",
    "set -e\nnpm ci || true\npm2 save",
    "set -e\nnpm ci || echo bad\npm2 save",
    "npm ci || exit 1\npm2 save",
    "npm ci || { echo bad; exit 1; }\npm2 save",
    "npm ci || exit 0\npm2 save",
    "npm ci && pm2 save",
    "npm ci && pm2 save\npm2 save",
    "set -e\nnpm ci && echo ok\npm2 save",
    "set -e\nnpm ci && echo ok || echo bad\npm2 save",
    "if ! npm ci; then exit 1; fi\npm2 save",
    "if ! npm ci; then echo bad; fi\npm2 save",
    "set -e\nif npm ci; then echo ok; fi\npm2 save",
    "if npm ci; then echo ok; else exit 1; fi\npm2 save",
    "set -e\nnpm ci | cat\npm2 save",
    "set -eo pipefail\nnpm ci | cat\npm2 save",
    "set -e\n(npm ci)\npm2 save",
    "set -e\n{ npm ci; }\npm2 save",
    "set -e\nf() { npm ci; }\nf\npm2 save",
    "f() { npm ci; }\nf\npm2 save",
    "set -e\nf() { npm ci; }\nf || true\npm2 save",
    "f() { npm ci; }\nf || exit 1\npm2 save",
    "set -e\nf() { npm ci; echo x; }\nif f; then echo ok; fi\npm2 save",
    "set -e\nssh h 'npm ci'\npm2 save",
    "ssh h 'npm ci'\npm2 save",
    "set -e\nssh h 'npm ci; echo ok'\npm2 save",
    "set -e\nssh h 'npm ci && echo ok'\npm2 save",
    "set -e\nssh h 'set -e; npm ci; echo ok'\npm2 save",
    "ssh h 'set -e; npm ci; pm2 save'",
    "ssh h 'npm ci; pm2 save'",
    "ssh h 'npm ci && pm2 save'",
    "set -e\nssh h <<'EOF'\nnpm ci\npm2 save\nEOF",
    "ssh h <<'EOF'\nset -e\nnpm ci\npm2 save\nEOF",
    "bash -c 'npm ci; pm2 save'",
    "set -e\nbash -c 'npm ci'\npm2 save",
    "npm ci\nif [ $? -ne 0 ]; then exit 1; fi\npm2 save",
    "set -e\nX=$(npm ci)\npm2 save",
    "set -e\nf() { local x=$(npm ci); }\nf\npm2 save",
    "set -e\nfor i in 1; do npm ci; done\npm2 save",
    "npm ci; pm2 save",
    "set -e; npm ci; pm2 save",
    "#!/bin/bash -e\nnpm ci\npm2 save",
    "set -e\n! npm ci\npm2 save",
    "trap 'exit 1' ERR\nnpm ci\npm2 save",
]


@pytest.mark.parametrize("script", FAILING)
def test_whether_a_failure_stops_is_what_bash_does(script: str, tmp_path: Path) -> None:
    bash = need("bash")
    for name, body in {"npm": "exit 1", "pm2": f"echo ran >> {tmp_path}/log", "ssh": 'shift; if [ $# -gt 0 ]; then exec bash -c "$*"; else exec bash -s; fi'}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "deploy.sh").write_text(script)
    flags = ["-e"] if script.startswith("#!/bin/bash -e") else []
    subprocess.run([bash, *flags, "deploy.sh"], cwd=tmp_path, env={"PATH": f"{tmp_path}{os.pathsep}/usr/bin:/bin"}, capture_output=True, timeout=10, check=False)
    ran = (tmp_path / "log").exists()
    told = next(s for s in steps(script) if s["effect"] == "install")["on_failure"]
    assert (told == "continues") == ran


@pytest.mark.parametrize(
    ("tail", "is_smoke"),
    [
        ("", "none"),
        ("pm2 status", "none"),
        ("curl -sf http://localhost:3000/health", "real"),
        ("curl -sf http://localhost:3000/health || exit 1", "real"),
        ("curl -s http://localhost:3000/health || exit 1", "cannot_fail"),
        ("curl -sf http://localhost:3000/health || true", "cannot_fail"),
        ("curl -s http://localhost:3000/health | grep -q ok || exit 1", "real"),
        ("if ! curl -sf http://localhost:3000/health; then ./rollback.sh; exit 1; fi", "real"),
        ("for i in 1 2; do curl -sf http://localhost/health && exit 0; sleep 1; done\nexit 1", "real"),
        ("until curl -sf http://localhost/health; do sleep 1; done", "real"),
        ("C=$(curl -s -w '%{http_code}' http://localhost/health)\n[ \"$C\" = 200 ] || exit 1", "real"),
        ("C=$(curl -s -w '%{http_code}' http://localhost/health)\nif [ \"$C\" = 200 ]; then echo ok; else echo bad; fi", "cannot_fail"),
    ],
)
def test_a_smoke_test_is_real_only_if_it_can_end_the_deploy(tail: str, is_smoke: str) -> None:
    assert smoke(f"git pull\npm2 restart api\n{tail}\n") == is_smoke


PULLS: list[tuple[str, str, bool]] = [
    # what a deploy does, its pull, whether git stops at the next commit, which changes every file
    ("sed -i s/a/b/ app.json", "git pull", True),
    ("sed -i s/a/b/ app.json", "git pull --ff-only", True),
    ("sed -i s/a/b/ app.json", "git pull --rebase", True),
    ("sed -i s/a/b/ app.json", "git pull --autostash --rebase", False),
    ("sed s/a/b/ app.json", "git pull", False),
    ("sed -i s/a/b/ local.json", "git pull", False),
    ("echo b > app.json", "git pull", True),
    ("echo b | tee app.json", "git pull", True),
    ("echo b > version", "git pull", False),
    ("cp local.json app.json", "git pull", True),
    ("cp app.json app.bak; sed -i s/a/b/ app.json; mv app.bak app.json", "git pull", False),
    ("chmod +x run.sh", "git pull", True),
    ("chmod 755 *.sh", "git pull", True),
    ("chmod +x done.sh", "git pull", False),
    ("git config core.fileMode false; chmod +x run.sh", "git pull", False),
    ("sed -i s/a/b/ app.json; git checkout -- app.json", "git pull", False),
    ("sed -i s/a/b/ app.json; git stash", "git pull", False),
    ("sed -i s/a/b/ app.json; git reset --hard", "git pull", False),
]


@pytest.mark.parametrize(("does", "pull", "stops"), PULLS)
def test_a_deploy_that_changes_a_tracked_file_is_one_that_git_pull_stops(does: str, pull: str, stops: bool, tmp_path: Path) -> None:
    git = need("git")
    files = {"app.json": "a\n", "run.sh": "exit 0\n", "done.sh": "exit 0\n"}
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, **{f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}}

    def sh(script: str, folder: str = "") -> int:
        return subprocess.run([need("bash"), "-c", script], cwd=tmp_path / folder, env=environment, capture_output=True, timeout=30, check=False).returncode

    assert sh(f"{git} init -q -b main origin") == 0
    for name, text in files.items():
        (tmp_path / "origin" / name).write_text(text)
    (tmp_path / "origin" / "done.sh").chmod(0o755)
    assert sh(f"{git} add . && {git} commit -qm 1", "origin") == 0
    assert sh(f"{git} clone -q origin server && echo b > server/local.json") == 0
    sh(does, "server")
    assert sh(f"for f in *; do echo c >> $f; done; {git} commit -qam 2", "origin") == 0
    assert (sh(pull, "server") != 0) is stops

    project = make({"deploy.sh": f"cd /srv/app\n{pull}\n{does}\npm2 restart api\n", **{n: t for n, t in files.items() if n.endswith(".sh")}}, tracked=[*files, "deploy.sh"])
    path = next(d for d in derive(replace(project, executable=frozenset({"done.sh"}))).documents if d.kind == "deploy.path" and d.subject == "deploy.sh")
    told = path.value.get("dirties")
    assert (told is not None and told.content is not None) is stops


def test_a_default_for_an_argument_is_a_plain_text_in_the_documents() -> None:
    files = {"ecosystem.config.js": "", "deploy.sh": 'E=${1:-production}\ncd "${2:-/srv/api}"\nnpm ci\npm2 start ecosystem.config.js --env "$E" > "${3:-/tmp/log}"'}
    found = deploy.documents(project := Project(files=files, policy=POLICY), deploy.paths(project, []), [], (), {"ecosystem.config.js": {}})
    held = [d.value for d in found]
    for one in held:
        held += [*one.items(), *one.members().values()] if isinstance(one.content, (dict, tuple, list)) else []
    assert {type(v.content) for v in held if isinstance(v.content, str)} == {str}
    assert "production" in [v.content for v in held]


@pytest.mark.parametrize(
    ("script", "together"),
    [
        ("npm ci\npm2 save", True),
        ("npm ci && true x && pm2 save", True),
        ("npm ci && unknown && pm2 save", True),
        ("if a; then npm ci; fi\npm2 save", True),
        ("if a; then npm ci; fi\nif b; then pm2 save; fi", True),
        ("if a; then npm ci; else pm2 save; fi", False),
        ("if a; then npm ci; elif b; then pm2 save; fi", False),
        ('case "$1" in a) npm ci ;; b) pm2 save ;; esac', False),
        ('case "$1" in a) npm ci ;; *) c ;; esac\ncase "$1" in a) pm2 save ;; esac', True),
        ("if a; then npm ci; exit 0; fi\npm2 save", False),
        ("npm ci\nif a; then exit 0; fi\npm2 save", True),
        ("if a; then exit 0; else npm ci; fi\npm2 save", True),
        ("if a; then if b; then npm ci; fi; fi\nif c; then pm2 save; fi", True),
        ("one() { npm ci; }\ntwo() { pm2 save; }\nif a; then one; else two; fi", False),
        ("for i in 1 2; do if a; then npm ci; else pm2 save; fi; done", True),
        ("f() { if a; then npm ci; return; fi; pm2 save; }\nf", False),
        ("f() { if a; then npm ci; return 1; fi; pm2 save; }\nf || true", False),
        ("f() { if a; then npm ci; return; fi; b; }\nf\npm2 save", True),
        ("f() { if a; then npm ci; return; fi; pm2 save; }\nfor i in 1 2; do f; done", True),
        ("f() { if a; then return; fi; pm2 save; }\nf\nnpm ci", True),
        ("for i in 1 2; do if a; then npm ci; continue; fi; pm2 save; done", True),
        ('if [ "$A" = x ]; then npm ci; fi\nif [ "$A" = y ]; then pm2 save; fi', False),
        ('if [ "$A" = x ]; then npm ci; fi\nif [ "$B" = y ]; then pm2 save; fi', True),
        ('if [ "$A" = x ]; then npm ci; fi\nA=$(cat b)\nif [ "$A" = y ]; then pm2 save; fi', True),
    ],
)
def test_two_steps_are_of_one_deploy_if_bash_may_run_both(script: str, together: bool) -> None:
    project = Project(files={"deploy.sh": script}, policy=POLICY)
    followed = deploy.paths(project, [])[0].run
    one, other = (next(s for s in followed.steps if s.argv == argv) for argv in (("npm", "ci"), ("pm2", "save")))
    assert followed.together(one, other) is followed.together(other, one) is together


def test_a_step_that_two_ways_run_is_listed_once() -> None:
    report = run(
        {
            "ecosystem.config.js": "module.exports = { apps: [{ name: 'api', script: 'dist/server.js' }] };",
            "package.json": '{"scripts": {"build": "tsc --outDir dist", "deploy": "bash deploy.sh"}}',
            "deploy.sh": "git pull\nnpm run build && npm run build\npm2 restart api\n",
            "all.sh": "bash deploy.sh\n",
        },
        "pm2/runs-build-output",
    )
    (finding,) = report.findings
    assert [(r.location.file, r.location.line, r.text) for r in finding.related] == [("deploy.sh", 2, "npm run build")]

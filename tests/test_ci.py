"""What the workflows of GitHub Actions do, by their text."""

from __future__ import annotations

import json

import pytest
from conftest import make

from checklist.facts import derive
from checklist.model import Document, plain

FILE = ".github/workflows/deploy.yml"


def documents(files: dict[str, str], kind: str) -> list[Document]:
    return [d for d in derive(make(files)).documents if d.kind == kind]


def job(step: str) -> str:
    return "on: push\njobs:\n  x:\n    runs-on: ubuntu-latest\n    steps:\n      - " + step.replace("\n", "\n        ")


def is_open(of: object) -> bool:
    return isinstance(of, dict) and "$unknown" in of


@pytest.mark.parametrize(
    ("step", "deploys"),
    [
        ("run: ssh web@example.com 'cd app && git pull && pm2 restart api'", True),
        ("run: sudo rsync -a ./ web@example.com:/srv", True),
        ("run: rsync -a --exclude docs/ --exclude .env ./ web@example.com:/srv", True),
        ("run: scp -P 2222 -r build web@example.com:/srv", True),
        ("run: rsync -a ./ ${{ secrets.USER }}@${{ secrets.HOST }}:/srv", True),
        ("run: bash scripts/deploy-backend.sh", True),
        ("run: ssh web@example.com ./deploy.sh", True),
        ("run: ssh web@example.com \"bash -lc 'git pull'\"", True),
        ("run: |\n  ssh web@example.com sudo bash -s << EOF\n  docker compose up -d --build\n  EOF", True),
        ("uses: appleboy/scp-action@v1", True),
        ("uses: appleboy/ssh-action@v1\nwith:\n  script: cd app && git pull", True),
        # what brings the code is not seen
        ("run: ssh web@example.com 'docker compose up -d'", None),
        ("run: ssh web@example.com 'npm ci && npm run build'", None),
        ("run: ssh web@example.com pm2 restart api", None),
        ("run: ssh web@example.com /srv/update.sh", None),
        ("run: ssh web@example.com 'bash -s' < update.sh", None),
        ("run: ssh web@example.com", None),
        ("uses: appleboy/ssh-action@v1\nwith:\n  script_path: x.sh", None),
        # asked, not changed
        ("run: ssh web@example.com 'pm2 list; df -h'", False),
        ("run: ssh -fN -L 5432:localhost:5432 web@example.com", False),
        ("uses: appleboy/ssh-action@v1\nwith:\n  script: pm2 logs --nostream", False),
        ("run: scp web@example.com:/srv/dump.sql .", False),
        ("run: rsync -a docs/ web@example.com:/var/www/docs", False),
        ("run: git pull && npm ci && docker compose up -d", False),
        ("run: echo ssh web@example.com", False),
        ("run: |\n  # rsync -a ./ web:/srv\n  npm test", False),
        ("run: ssh-keyscan example.com >> known_hosts", False),
        ("run: ssh -T git@github.com", False),
        ("run: rsync -a src/ dist/", False),
        ("run: grep deploy.sh README.md", False),
        ("run: bash scripts/check-deploy-config.sh", False),
        ("run: bash -n scripts/deploy.sh", False),
        ("run: scp README.md restart.sh web@example.com:/srv", False),
        ("run: npm install pm2", False),
    ],
)
def test_what_deploys(step: str, deploys: bool | None) -> None:
    (found,) = documents({FILE: job(step)}, "ci.job")
    told = plain(found.value.get("deploys"))
    assert is_open(told) if deploys is None else told is deploys


def test_pm2_on_a_runner_is_a_deploy_only_if_the_runner_can_be_the_server() -> None:
    hosted = job("run: pm2 reload all")
    for text, deploys in ((hosted, False), (hosted.replace("ubuntu-latest", "[self-hosted, linux]"), True)):
        (found,) = documents({FILE: text}, "ci.job")
        assert plain(found.value.get("deploys")) is deploys


@pytest.mark.parametrize(
    ("command", "does", "masked"),
    [
        ("npm test", "test", False),
        ("npm run test:unit -- --coverage", "test", False),
        ("npm --prefix api test || true", "test", True),
        ("npx vitest run || echo failed", "test", True),
        ("node server/test/login.test.js", "test", False),
        ("node scripts/session-test.js", "test", False),
        ("node scripts/latest.js", None, False),
        ("node --import tsx --test", "test", False),
        ("CI=1 yarn jest || exit 1", "test", False),
        ("npm install test", "install", False),
        ("npm run contest", None, False),
        ("pnpm lint || :", "lint", True),
        ("npx tsc --noEmit", "lint", False),
        ("npm run build || exit 0", "build", True),
        ("curl -sf http://localhost:3000/health", "health", False),
        ("curl -f -o /dev/null https://example.com/api/webhooks/status", "health", False),
        ("curl -fsSL https://get.docker.com | sh", None, False),
        ("curl https://example.com/install | bash", None, False),
        ("curl -sLO https://github.com/a/b/releases/download/v1/b.tar.gz", None, False),
        ("curl -X POST https://api.example.com/purge", None, False),
        ("curl -s https://api.ipify.org", None, False),
        ("command -v curl", None, False),
        ("docker compose exec -T api curl -f http://localhost:3000/health", "health", False),
        ("powershell -Command Invoke-WebRequest http://localhost:3000", "health", False),
        ("./mvnw package -DskipTests", None, False),
        ("curl -s https://hooks.slack.com/services/x", "notify", False),
        ('curl -d "{}" "$SLACK_WEBHOOK_URL"', "notify", False),
        ("pm2 delete api || true", None, True),
    ],
)
def test_what_a_command_is_for(command: str, does: str | None, masked: bool) -> None:
    first = documents({FILE: job(f"run: |\n  {command}")}, "ci.command")[0]
    assert (plain(first.value.get("does")), plain(first.value.get("masked"))) == (does, masked)


@pytest.mark.parametrize(
    ("step", "line", "column"),
    [
        ("run: npm test", 6, 14),
        ("run: 'npm test'", 6, 15),
        ("run: |\n  npm test", 7, 11),
        ("run: |\n\n    npm test", 8, 13),
        ("run: |-\n  if true; then\n    npm test\n  fi", 8, 13),
    ],
)
def test_a_command_is_placed_where_it_stands(step: str, line: int, column: int) -> None:
    place = next(d.place() for d in documents({FILE: job(step)}, "ci.command") if d.value.text("text") == "npm test")
    assert (place.line, place.column) == (line, column)


def test_what_runs_over_ssh_and_in_scripts_is_seen() -> None:
    step = "run: |\n  ssh web@example.com << 'EOF'\n  npm test\n  EOF\n  ./ci/check.sh"
    found = documents({FILE: job(step), "ci/check.sh": "curl -sf http://localhost:3000/health\n"}, "ci.command")
    assert [(d.value.text("does"), plain(d.value.get("remote"))) for d in found if d.value.text("does")] == [("test", True), ("health", False)]


def test_actions_and_workflows_of_the_project_are_followed_others_are_not_known() -> None:
    deploy = "  deploy:\n    needs: check\n    runs-on: x\n    steps:\n      - run: scp a web:/srv\n"
    called = "on: workflow_call\njobs:\n  t:\n    runs-on: x\n    steps:\n      - uses: ./.github/actions/t\n"
    action = "runs:\n  using: composite\n  steps:\n    - run: npm test\n      shell: bash\n"
    own = "on: push\njobs:\n  check:\n    uses: ./.github/workflows/t.yml\n" + deploy
    far = "on: push\njobs:\n  check:\n    uses: acme/ci/.github/workflows/t.yml@v1\n" + deploy
    rest = {".github/workflows/t.yml": called, ".github/actions/t/action.yml": action}
    for text, expected in ((own, True), (far, None)):
        told = next(plain(d.value.get("tests")) for d in documents({FILE: text, **rest}, "ci.job") if d.subject == "deploy")
        assert told is True if expected else is_open(told)


@pytest.mark.parametrize(
    ("rest", "given", "asked", "fits"),
    [
        ("", "22", ">=20", True),
        ("", "18.x", ">=20", False),
        ("", "'20'", "^20.11.0", True),
        ("", "22", "^20.11.0", False),
        ("", "lts/*", ">=20", None),
        ("", "22", "18 || 20 || 22", True),
        ("    strategy: {matrix: {node: [18, 20]}}\n", "${{ matrix.node }}", ">=20", True),
        ("    strategy: {matrix: {node: [16, 18]}}\n", "${{ matrix.node }}", ">=20", False),
        ("    strategy: {matrix: {include: [{node: 20}]}}\n", "${{matrix.node}}", ">=20", True),
        ("    strategy: {matrix: '${{ fromJSON(needs.x.outputs.y) }}'}\n", "${{ matrix.node }}", ">=20", None),
        ("    env: {NODE_VERSION: 18}\n", "${{ env.NODE_VERSION }}", ">=20", False),
        ("    env: {OTHER: 18}\n", "${{ env.NODE_VERSION }}", ">=20", None),
    ],
)
def test_the_node_of_ci_is_that_of_the_project(rest: str, given: str, asked: str, fits: bool | None) -> None:
    text = f"on: push\njobs:\n  x:\n    runs-on: x\n{rest}    steps:\n      - uses: actions/setup-node@v4\n        with:\n          node-version: {given}\n"
    (found,) = documents({FILE: text, "package.json": json.dumps({"engines": {"node": asked}})}, "ci.step")
    told = plain(found.value.get("node_fits"))
    assert is_open(told) if fits is None else told is fits


CALLED = "on: workflow_call\njobs:\n  ship:\n    runs-on: x\n    steps:\n      - run: scp a web:/srv\n"
CALLER = "on: {push: {branches: [main]}}\njobs:\n  check:\n    steps: [{run: npm test}]\n  go:\n    uses: ./.github/workflows/ship.yml\n    needs: check\n    concurrency: production\n"
AFTER = "  ask:\n    needs: go\n    steps: [{run: 'curl -f https://example.com/health'}]\n  tell:\n    if: always()\n    needs: go\n    steps: [{run: 'curl https://hooks.slack.com/services/x'}]\n"
BARE = "on: push\njobs:\n  go:\n    uses: ./.github/workflows/ship.yml\n"


@pytest.mark.parametrize(
    ("callers", "tests", "health", "notifies", "concurrency", "any_branch"),
    [
        ([CALLER + AFTER], True, True, True, True, False),
        ([CALLER], True, False, False, True, False),
        ([BARE], False, False, False, False, True),
        ([CALLER + AFTER, BARE], False, False, None, False, True),
        ([], None, None, None, None, False),
        # one that is called itself, by whom is not followed; and two that call each other
        ([CALLER.replace("{push: {branches: [main]}}", "workflow_call")], None, None, None, None, False),
        ([BARE.replace("on: push", "on: workflow_call") + "  back:\n    uses: ./.github/workflows/c0.yml\n"], None, None, None, None, False),
    ],
)
def test_a_called_workflow_has_what_its_callers_do(callers: list[str], tests: bool | None, health: bool | None, notifies: bool | None, concurrency: bool | None, any_branch: bool) -> None:
    files = {".github/workflows/ship.yml": CALLED, **{f".github/workflows/c{n}.yml": text for n, text in enumerate(callers)}}
    (found,) = [d.value for d in documents(files, "ci.job") if d.subject == "ship"]
    told = [plain(found.get(key)) for key in ("tests", "health", "notifies", "concurrency", "any_branch")]
    assert [None if is_open(t) else t for t in told] == [tests, health, notifies, concurrency, any_branch]


@pytest.mark.parametrize(
    ("step", "masked"),
    [
        # the shells that GitHub runs (docs.github.com, workflow syntax): `bash -e`, and pipefail only where bash is asked for
        ("run: npm test | tee log", True),
        ("run: npm test | tee log\nshell: bash", False),
        ("run: set -o pipefail; npm test | tee log", False),
        ("run: |\n  npm test\n  echo done", False),
        ("run: |\n  set +e\n  npm test\n  echo done", True),
        ("run: |\n  set +e\n  npm test\n  exit $?", False),
        ("run: |\n  npm test || failed=1\n  echo a report\n  exit ${failed:-0}", False),
        ("run: if npm test; then echo good; else exit 1; fi", False),
        ("run: if ! npm test; then echo bad; fi", True),
        ("run: npm test && echo good || echo bad", True),
        ("run: npm test || { echo bad; exit 1; }", False),
        ("run: npm test &", True),
        ("run: npm run test:unit || npx vitest run", False),
        ("run: ./ci/test.sh", True),
        # where the step may fail is another rule's
        ("run: npm test || true\ncontinue-on-error: true", False),
    ],
)
def test_whose_failure_is_swallowed(step: str, masked: bool) -> None:
    found = documents({FILE: job(step), "ci/test.sh": "npm test\necho done\n"}, "ci.command")
    assert [plain(d.value.get("masked")) for d in found if d.value.text("does") == "test"][:1] == [masked]


@pytest.mark.parametrize(
    ("step", "health"),
    [
        ("run: |\n  ssh web@h 'git pull && pm2 restart api'\n  curl -sf https://example.com/health || ssh web@h 'git checkout v1 && pm2 restart api'", True),
        ("run: |\n  curl -sf https://example.com/health\n  ssh web@h 'git pull && pm2 restart api'", False),
        ("run: |\n  ssh web@h 'A=1 bash -s' <<'EOF'\n  git pull\n  pm2 restart api\n  docker compose exec -T api wget -qO- http://localhost:3000/health\n  EOF", True),
        ("run: |\n  [ -n \"$HOST\" ] || ok=1\n  ssh web@h 'git pull && pm2 restart api'\n  curl -sf https://example.com/health\n  exit $ok", True),
        ("run: |\n  ssh web@h 'git pull && pm2 restart api'\n  curl -fsSL https://example.com/x | sh", False),
        ("run: |\n  ssh web@h 'bash deploy/go.sh'", True),
    ],
)
def test_a_check_counts_behind_the_last_restart_of_the_normal_way(step: str, health: bool) -> None:
    (found,) = documents({FILE: job(step), "deploy/go.sh": "git pull\npm2 restart api\ncheck() { curl -sf \"localhost:3000$1\"; }\ncheck /health\n"}, "ci.job")
    assert (plain(found.value.get("deploys")), plain(found.value.get("health"))) == (True, health)


@pytest.mark.parametrize(
    ("step", "notifies"),
    [
        ("run: ssh web@h 'git pull' || { curl -d x https://hooks.slack.com/services/x; exit 1; }", True),
        ("run: |\n  trap 'curl -d x https://hooks.slack.com/services/x' ERR\n  ssh web@h 'git pull'", True),
        ("run: |\n  ssh web@h 'git pull'\n  curl -d x https://hooks.slack.com/services/x", False),
        ("run: ssh web@h 'git pull' && curl -d x https://hooks.slack.com/services/x", False),
        ("run: ssh web@h 'git pull' || { echo bad; exit 1; }", False),
    ],
)
def test_a_script_tells_of_a_failure_itself(step: str, notifies: bool) -> None:
    assert [plain(d.value.get("notifies")) for d in documents({FILE: job(step)}, "ci.job")] == [notifies]


def test_a_job_that_goes_back_is_no_deploy() -> None:
    text = "on: workflow_dispatch\njobs:\n  rollback:\n    steps: [{run: \"ssh web@h 'git checkout v1 && pm2 restart api'\"}]\n"
    assert [plain(d.value.get("deploys")) for d in documents({FILE: text}, "ci.job")] == [False]


@pytest.mark.parametrize(
    "text",
    ["", "on: push", "jobs: 3", "on: push\njobs: {a: 1, b: {steps: x, needs: [1, {a: b}]}}", "jobs:\n  a:\n    steps:\n      - run: 5\n      - uses: 5\n      - 7\n      - if: 3\n", "a: [", job("run: 'if then ((('")],
)  # fmt: skip
def test_nonsense_is_no_crash(text: str) -> None:
    assert documents({FILE: text}, "ci.project")


def test_jobs_that_need_each_other_end() -> None:
    assert len(documents({FILE: "on: push\njobs:\n  a: {needs: b, steps: [{run: scp x h:/y}]}\n  b: {needs: a, steps: []}\n"}, "ci.job")) == 2

"""What the workflows of GitHub Actions do, by their text."""

from __future__ import annotations

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
    "text",
    ["", "on: push", "jobs: 3", "on: push\njobs: {a: 1, b: {steps: x, needs: [1, {a: b}]}}", "jobs:\n  a:\n    steps:\n      - run: 5\n      - uses: 5\n      - 7\n      - if: 3\n", "a: [", job("run: 'if then ((('")],
)  # fmt: skip
def test_nonsense_is_no_crash(text: str) -> None:
    assert documents({FILE: text}, "ci.project")


def test_jobs_that_need_each_other_end() -> None:
    assert len(documents({FILE: "on: push\njobs:\n  a: {needs: b, steps: [{run: scp x h:/y}]}\n  b: {needs: a, steps: []}\n"}, "ci.job")) == 2

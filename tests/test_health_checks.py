"""A deploy script and a workflow give one answer to whether a command asks the service how it is."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from conftest import make, need

from checklist.facts import derive
from checklist.model import plain

APP = {
    "ecosystem.config.js": "module.exports = {apps: [{name: 'api', script: 'a.js'}]}",
    "package.json": '{"name": "x", "scripts": {}}',
}
WORKFLOW = ".github/workflows/deploy.yml"
JOB = """on: push
jobs:
  x:
    runs-on: ubuntu-latest
    steps:
      - run: |
          ssh web@example.com 'cd app && git pull && pm2 restart api'
          {}
"""

CHECKS = r"""
curl http://localhost:3000
curl -sf http://localhost:3000/health
curl -fsS -o /dev/null -w '%{http_code}' https://shop.example.com
curl --silent --show-error --fail --output /dev/null https://shop.example.com/health
curl -sfo /dev/null https://shop.example.com/health
curl -o answer.json -w '%{http_code}' https://shop.example.com/api/version
curl -o answer.json https://shop.example.com/health
curl --retry 5 --retry-delay 2 --retry-connrefused -f http://localhost:3000/health
curl -m 10 -H 'Host: shop.example.com' -L http://127.0.0.1/health
curl -I https://shop.example.com
curl --url http://localhost:3000/health
curl -f shop.example.com/health
curl -f "$HEALTH_URL"
curl -f "${HEALTHCHECK_URL}"
curl -f "$BASE/health"
curl -sf "http://$HOST:3000/health"
curl -sf https://shop.example.com/health | grep ok
curl -s http://localhost:3000/health | jq -e '.status == "ok"'
curl -X POST http://localhost:3000/health
curl -X POST http://localhost:3000/graphql -d '{}'
curl -f https://shop.example.com/api/webhooks/status
curl -f -s http://localhost/api/webhooks/relay
timeout 60 curl -f http://localhost:3000/health
sudo curl -f http://localhost:3000/health
wget --spider https://shop.example.com/health
wget -q --spider http://localhost:3000
wget -qO- http://localhost:3000/health
wget -q -O /dev/null --tries=3 --timeout=5 http://localhost:3000
http GET https://shop.example.com/health
http --check-status :3000/health
https shop.example.com/health
httpie https://shop.example.com/health
xh http://localhost:3000/health
nc -z localhost 3000
nc -w 5 -zv 127.0.0.1 3000
wait-on tcp:3000
npx wait-on -t 30000 http://localhost:3000
npx wait-port 3000
./scripts/wait-for-it.sh localhost:3000
npm run health
npm run healthcheck
npm run smoke:prod
npm --prefix api run smoke
yarn smoke-test
pnpm run health-check
make smoke
./scripts/smoke-test.sh
bash scripts/health_check.sh production
./bin/healthCheck
/opt/shop/bin/smoke-test
node scripts/health-check.js
npx tsx scripts/smoke-test.ts
k6 run smoke.js
npx newman run smoke.json
docker exec api curl -f http://localhost:3000/health
docker compose exec -T api curl -f http://localhost:3000/health
docker-compose exec api wget --spider http://localhost:3000
kubectl exec api -- curl -f http://localhost:3000/health
docker inspect --format '{{.State.Health.Status}}' api
grpc_health_probe -addr=localhost:5000
node -e "fetch('http://localhost:3000/health').then(r => process.exit(r.ok ? 0 : 1))"
node -e "require('http').get('http://localhost:3000', r => process.exit(r.statusCode === 200 ? 0 : 1))"
python3 -c "import urllib.request; urllib.request.urlopen('http://localhost:3000/health')"
powershell -Command Invoke-WebRequest http://localhost:3000
pwsh -c "Invoke-WebRequest -Uri http://localhost:3000/health -UseBasicParsing"
"""
NOT_KNOWN = r"""
curl -f "$URL"
curl -f "${{ secrets.ADDRESS }}"
wget --spider "$1"
node -e "require('./after')"
node scripts/after-deploy.js
./scripts/verify.sh
npm run start:health
npm run verify
"""
OTHERS = r"""
curl --version
curl -O https://example.com/a.tar.gz
curl -sLO https://example.com/a
curl -L -o a.zip https://example.com/a.zip
curl -fsSL https://get.docker.com | sh
curl -fsSL https://example.com/install | bash
curl https://example.com/key.gpg
curl -s https://deb.nodesource.com/setup_20.x
wget https://example.com/a.tgz
wget -P /tmp https://example.com/a
curl -X POST -d x https://hooks.slack.com/services/x
curl -d '{}' "$SLACK_WEBHOOK_URL"
curl -d '{}' https://shop.example.com/api/hook
curl -XPOST https://shop.example.com/api/purge
curl "https://shop.example.com/hooks/redeploy?key=1"
curl --json '{}' https://api.example.com/x
curl -F file=@a https://example.com/
curl -T file https://example.com/
curl -s "https://api.telegram.org/bot$T/sendMessage?text=done"
http POST https://shop.example.com/api x=1
http https://shop.example.com/api x=1
curl -s https://api.ipify.org
curl -4 ifconfig.me
curl -s https://checkip.amazonaws.com
curl http://169.254.169.254/latest/meta-data/public-ipv4
curl https://api.github.com/repos/a/b/releases/latest
curl -H "Authorization: token $T" https://api.github.com/repos/a/b
curl https://registry.npmjs.org/foo
curl -X DELETE https://api.cloudflare.com/client/v4/zones/x/purge_cache
curl -fsS -m 10 --retry 5 -o /dev/null https://hc-ping.com/uuid
curl http://localhost:9200/_cluster/health
nc -z db 5432
nc -l 3000
./scripts/wait-for-it.sh db:5432
npx wait-on tcp:localhost:6379
pg_isready -h db
redis-cli ping
pm2 status
echo curl -f http://localhost:3000/health
bash -n scripts/smoke-test.sh
chmod +x scripts/smoke-test.sh
npm install health
docker inspect api
"""
TABLE = [(c, told) for text, told in ((CHECKS, True), (NOT_KNOWN, None), (OTHERS, False)) for c in text.strip().split("\n")]


@pytest.mark.parametrize(("command", "checks"), TABLE, ids=[c for c, _ in TABLE])
def test_both_give_one_answer(command: str, checks: bool | None) -> None:
    assert (_deploy(command), _workflow(command)) == (checks, checks)


def _deploy(command: str) -> bool | None:
    script = f"set -e\ngit pull\npm2 restart api\n{command}\n"
    documents = derive(make(APP | {"deploy.sh": script})).documents
    (path,) = [d for d in documents if d.kind == "deploy.path" and d.value.text("entry") == "deploy.sh"]
    told = plain(path.value.get("smoke"))
    return None if isinstance(told, dict) else told != "none"


def _workflow(command: str) -> bool | None:
    (job,) = [d for d in derive(make({WORKFLOW: JOB.format(command)})).documents if d.kind == "ci.job"]
    told = plain(job.value.get("health"))
    return None if isinstance(told, dict) else bool(told)


@pytest.mark.parametrize(
    ("command", "smoke"),
    [
        ("curl -sf http://localhost:3000", "real"),
        ("curl -sS http://localhost:3000", "cannot_fail"),
        ("docker compose exec -T api wget --spider http://localhost:3000", "real"),
        ("docker exec api curl http://localhost:3000", "cannot_fail"),
        ("wait-on http://localhost:3000", "real"),
        ("wait-on tcp:3000", "cannot_fail"),
        ("nc -z localhost 3000", "cannot_fail"),
        ("http --check-status :3000/health", "real"),
        ("http :3000/health", "cannot_fail"),
        ("xh :3000/health", "real"),
        ("node -e \"fetch('http://localhost:3000')\"", "cannot_fail"),
        ("node -e \"fetch('http://localhost:3000').then(r => process.exit(r.ok ? 0 : 1))\"", "real"),
        ("docker inspect -f '{{.State.Health.Status}}' api", "cannot_fail"),
        ("docker inspect -f '{{.State.Health.Status}}' api | grep -qx healthy", "real"),
        ("./scripts/smoke-test.sh", "real"),
        ("./scripts/smoke-test.sh || true", "cannot_fail"),
    ],
)
def test_whether_its_status_tells_a_500_from_a_200(command: str, smoke: str) -> None:
    assert _smoke(command) == smoke


def _smoke(command: str) -> str | None:
    documents = derive(make(APP | {"deploy.sh": f"set -e\ngit pull\npm2 restart api\n{command}\n"})).documents
    (path,) = [d for d in documents if d.kind == "deploy.path" and d.value.text("entry") == "deploy.sh"]
    return path.value.text("smoke")


class Bad(BaseHTTPRequestHandler):
    """A service that answers 500 to everything."""

    def do_GET(self) -> None:
        self.send_response(500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def bad() -> Iterator[int]:
    """The port of a service that answers 500."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Bad) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize(
    "command",
    [
        "curl {}",
        "curl -f {}",
        "curl -sfo /dev/null {}",
        "curl -so /dev/null -w '%{{http_code}}' {}",
        "curl --fail-with-body {}",
        "curl -I {}",
        "curl -X POST -d x {}",
        "curl -fX POST -d x {}",
        "wget -qO- --tries=1 {}",
        "wget -q --spider --tries=1 {}",
        "node -e \"fetch('{}')\"",
        "node -e \"fetch('{}').then(r => process.exit(r.ok ? 0 : 1))\"",
        "node -e \"fetch('{}').then(r => {{ if (!r.ok) throw new Error(r.status) }})\"",
        "node -e \"require('http').get('{}', r => process.exitCode = r.statusCode === 200 ? 0 : 1)\"",
        "python3 -c \"import urllib.request; urllib.request.urlopen('{}')\"",
    ],
)
def test_the_real_program_tells_what_we_say_it_tells(command: str, bad: int) -> None:
    need(command.split()[0])
    command = command.format(f"http://127.0.0.1:{bad}/health")
    done = subprocess.run(["sh", "-c", command], capture_output=True, timeout=60)
    assert _smoke(command) == ("real" if done.returncode else "cannot_fail")


@pytest.mark.parametrize(
    ("script", "smoke"),
    [("node health.js", "real"), ("curl -f http://localhost:3000", "real"), ("curl http://localhost:3000", "cannot_fail"), ("echo healthy", "none")],
)
def test_what_is_behind_a_name_comes_before_it(script: str, smoke: str) -> None:
    package = {"package.json": f'{{"name": "x", "scripts": {{"health": "{script}"}}}}'}
    for command in ("npm run health", "npm --silent run health"):
        files = APP | package | {"deploy.sh": f"set -e\ngit pull\npm2 restart api\n{command}\n"}
        (path,) = [d for d in derive(make(files)).documents if d.kind == "deploy.path" and d.value.text("entry") == "deploy.sh"]
        assert path.value.text("smoke") == smoke


@pytest.mark.parametrize(("body", "health"), [("curl -f http://localhost:3000", True), ("node ask.js", True), ("echo fine", False)])
def test_a_script_of_the_workflow_is_a_check_if_something_in_it_may_be_one(body: str, health: bool) -> None:
    files = {WORKFLOW: JOB.format("bash scripts/smoke-test.sh"), "scripts/smoke-test.sh": f"set -e\n{body}\n"}
    (job,) = [d for d in derive(make(files)).documents if d.kind == "ci.job"]
    assert plain(job.value.get("health")) is health

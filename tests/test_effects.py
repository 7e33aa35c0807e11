"""What a command does to a deploy: the table of effects, held against commands as people write them."""

from __future__ import annotations

from dataclasses import fields

import pytest
from conftest import make

from checklist.facts import derive
from checklist.facts.effects import Meaning, bare, effect, meaning, without_place
from checklist.facts.rows import table
from checklist.model import Document, plain, value

POLICY = Document("policy", "", value({"effects": [{"match": "make ship", "effect": "ship"}]}))

TABLE = {
    "start": ["pm2 start", "pm2 start ecosystem.config.js --only api", "pm2 startOrRestart e.config.js", "pm2 startOrReload e.json", "pm2 startOrGracefulReload x", "npx pm2 start a.js", "sudo -u app pm2 start a", "/usr/local/bin/pm2 start a", "./node_modules/.bin/pm2 start a", "NODE_ENV=production pm2 start a", "pm2 -s start a", "pm2 resurrect"],
    "restart": ["pm2 restart api --update-env", "sudo -E pm2 restart all", "timeout 30 pm2 restart 0"],
    "reload": ["pm2 reload ecosystem.config.js", "pm2 gracefulReload api"],
    "stop": ["pm2 stop all", "pm2 kill"],
    "delete": ["pm2 delete api", "pm2 del 0"],
    "save": ["pm2 save --force", "pm2 dump"],
    "build": ["npm run build", "npm run-script build", "npm run build:prod", "npm --silent run build", "yarn build", "yarn run build", "yarn workspace api build", "pnpm build", "pnpm run build", "pnpm --filter api build", "pnpm -r build", "bun run build", "npx tsc", "npx tsc -p tsconfig.build.json", "tsc --build", "nest build", "npx nest build", "next build", "vite build", "webpack --mode production", "npx turbo build", "turbo run build", "nx build api", "npx lerna run build", "make build", "rollup -c", "esbuild src/a.ts --bundle", "npm run compile", "node ace build", "yarn tsc"],
    "install": ["npm install", "npm i", "npm ci --omit=dev", "npm clean-install", "npm install --production", "yarn", "yarn --frozen-lockfile", "yarn install", "pnpm install --frozen-lockfile", "pnpm i", "bun install", "npm --prefix x ci", "npm update"],
    "fetch": ["git pull", "git pull origin main", "git -C /srv/x fetch --all", "git fetch", "git reset --hard origin/main", "git checkout main", "git clone https://x/y.git", "git merge origin/main", "git -c core.x=y pull"],
    "ship": ["scp a h:b", "rsync -az . h:/srv", "sftp h", "aws s3 sync x s3://y", "make ship"],
    "archive": ["tar -czf a.tgz a", "tar czf a.tgz a", "tar --create a", "zip -r a.zip a"],
    "clean": ["rm -rf dist", "rm -r dist", "rm -fr a", "rm --recursive a", "rm -f -r a", "git clean -fd", "rimraf dist", "npx rimraf dist"],
    "migrate": ["npx prisma migrate deploy", "prisma db push", "npx knex migrate:latest", "npx sequelize-cli db:migrate", "npx typeorm migration:run -d x", "npm run migrate", "npm run db:migrate", "yarn migration:run", "npx drizzle-kit migrate", "node ace migration:run"],
    "env": ["cp .env.production .env", "cp env.env /srv/x/env.env", "mv .env.new .env", "ln -sf /etc/x/.env .env", "scp .env h:/srv/.env", "sed -i s/a/b/ .env"],
    "health_check": ["curl -sf http://localhost:3000/health", "curl http://127.0.0.1:3000", "curl -fsS localhost:3000/ready", "wget -qO- http://localhost/health", "wget --spider https://x.example.com/health", "http GET https://x.example.com/health", "curl -s -o /dev/null -w '%{http_code}' https://x.example.com", "nc -z localhost 3000", "npx wait-on http://localhost:3000", "curl -X POST http://localhost:3000/health"],
    "wait": ["sleep 10", "sleep 0.5s"],
    "notify": ["curl -s -X POST https://api.telegram.org/botX/sendMessage -d text=x", "curl -X POST -d x https://hooks.slack.com/services/x", "curl https://discord.com/api/webhooks/1/x", "mail -s done a@example.com"],
    "rollback": ["./rollback.sh", "bash scripts/rollback.sh v1", "/srv/x/rollback", "pm2 deploy production revert 1", "npm run rollback", "roll_back", "ln -sfn a current"],
    None: ["npx prisma migrate status", "npm run migrate:status", "npx sequelize-cli db:migrate:status", "npm run start:test", "pm2 list", "pm2 status", "pm2 logs --lines 5", "pm2 jlist", "pm2 describe api", "pm2 monit", "pm2 flush", "pm2 install pm2-logrotate", "pm2 startup", "npm -v", "yarn --version", "npm run lint", "npm test", "npm run builder", "npm install -g pm2", "npm i --global yarn", "yarn global add pm2", "yarn lint", "node -v", "git status", "git rev-parse HEAD", "git log -1", "git stash", "git add .", "tar -xzf a.tgz", "tar xf a.tgz", "tar --extract --file=a.tgz", "unzip a.zip", "rm a", "rm -f dist.tar.gz", "npx tsc --noEmit", "tsc --noEmit -p x", "tsconfig build", "curl -fsSL https://deb.nodesource.com/setup_20.x", "curl -O https://x.example.com/a.tar.gz", "curl -L -o a.zip https://x.example.com/a.zip", "wget https://x.example.com/a.tgz", "curl -X POST https://x.example.com/api -d x", "cp a b", "cp .environment x", "ln", "sleepy", "next start", "vite", "docker compose up -d", "nodemon", "make", "http-server", "wait"],
}  # fmt: skip


@pytest.mark.parametrize(("command", "wanted"), [(c, e) for e, commands in TABLE.items() for c in commands])
def test_a_command_has_its_effect_and_no_other(command: str, wanted: str | None) -> None:
    words, _ = without_place(bare([w.strip("'") for w in command.split()]))
    assert effect(words, POLICY) == wanted


SETTINGS = """\
policy:
  effects:
    - {match: shipctl push, effect: ship}
    - {match: shipctl pull, effect: fetch}
    - {match: shipctl verify, effect: health_check}
    - {match: shipctl undo, effect: rollback}
    - {match: shipctl tell, effect: notify}
    - {match: ./scripts/alive.sh, effect: health_check}
    - {match: npm run alive, effect: health_check}
    - {match: sudo npx appctl up, effect: restart}
"""
APP = {
    "ecosystem.config.js": "module.exports = {apps: [{name: 'api', script: 'a.js'}]}",
    "package.json": '{"name": "x", "scripts": {"alive": "next build"}}',
    "scripts/alive.sh": "pm2 jlist\n",
}


@pytest.mark.parametrize(
    ("command", "does", "there"),
    [
        ("shipctl push api", "deploy", "deploy"),
        ("shipctl pull", None, "deploy"),
        ("shipctl verify", "health", "health"),
        ("shipctl tell all", "notify", "notify"),
        ("shipctl status", None, None),
        ("./scripts/alive.sh", "health", "health"),
        ("npm run alive", "health", "health"),
        ("sudo appctl up", "restart", "restart"),
        ("shipctl pushed", None, None),
    ],
)
def test_what_the_config_says_of_a_command_holds_in_workflows(command: str, does: str | None, there: str | None) -> None:
    job = "on: push\njobs:\n  x:\n    runs-on: ubuntu-latest\n    steps:\n      - "
    for step, wanted in ((f"run: {command}", does), (f"uses: appleboy/ssh-action@v1\n        with:\n          script: {command}", there)):
        project = make(APP | {".github/workflows/x.yml": job + step}, settings=SETTINGS)
        (found,) = [d for d in derive(project).documents if d.kind == "ci.command"]
        assert found.value.text("does") == wanted


@pytest.mark.parametrize(
    ("command", "wanted"),
    [("./scripts/alive.sh", "health_check"), ("bash -c './scripts/alive.sh'", "health_check"), ("npm run alive", "health_check"), ("npx appctl up api", "restart"), ("shipctl undo", "rollback")],
)
def test_what_the_config_says_of_a_command_comes_before_what_is_in_it(command: str, wanted: str) -> None:
    documents = derive(make(APP | {"deploy.sh": f"git pull\npm2 restart api\n{command}\n"}, settings=SETTINGS)).documents
    steps = [d.value.text("effect") for d in documents if d.kind == "deploy.step" and d.file == "deploy.sh"]
    assert steps == ["fetch", "restart", wanted]


@pytest.mark.parametrize(("settings", "back"), [(SETTINGS, True), ("", False)])
def test_a_command_that_the_config_declares_a_rollback_is_a_way_back(settings: str, back: bool) -> None:
    documents = derive(make(APP | {"deploy.sh": "git pull\npm2 restart api\n"}, settings=settings)).documents
    (told,) = [d for d in documents if d.kind == "rollback"]
    (measures,) = [d for d in documents if d.kind == "measures"]
    assert plain(told.value.get("way")) is back
    assert measures.value.text("repair", "now", "way") == ("script" if back else "by_hand")


@pytest.mark.parametrize(
    ("command", "destroys"),
    [
        ("docker compose down -v", True),
        ("docker-compose -f prod.yml down --remove-orphans --volumes", True),
        ("docker volume rm db", True),
        ("docker system prune -af --volumes", True),
        ("npx prisma migrate reset --force", True),
        ("prisma db push --accept-data-loss", True),
        ("yarn sequelize-cli db:drop", True),
        ("psql -c 'DROP DATABASE shop'", True),
        ("mysql -e 'truncate orders'", True),
        ("redis-cli -h db FLUSHALL", True),
        ("dropdb shop", True),
        # near misses
        ("docker compose down", False),
        ("docker compose up -d -V", False),
        ("docker system prune -af", False),
        ("docker volume ls", False),
        ("npx prisma migrate deploy", False),
        ("prisma db push", False),
        ("psql -f migrations/1.sql", False),
        ("rm -rf dist", False),
        ("echo DROP DATABASE shop", False),
    ],
)
def test_what_removes_data_that_no_deploy_brings_back(command: str, destroys: bool) -> None:
    words, _ = without_place(bare(command.split()))
    assert meaning(words, POLICY).destroys is destroys


def test_every_row_of_the_table_is_read() -> None:
    """A misspelt key of a row would say nothing, silently."""
    rows = table()["commands"]
    assert {key for row in rows for key in row} <= {"run", "tool", "match", "with", "without"} | {f.name for f in fields(Meaning)}
    assert all(len(row.keys() & {"run", "tool", "match"}) == 1 for row in rows)
    assert {row["effect"] for row in rows if "effect" in row} <= {*TABLE, "none"} - {None}

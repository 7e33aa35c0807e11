"""What is masked wherever a text of the project is shown, and what is not: no secret in any output, and nothing else hidden."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from checklist import secrets
from checklist.cli import run
from checklist.model import plain, sealed, value
from checklist.report.formats import RENDERERS
from checklist.secrets import programs

Repository = Callable[[Mapping[str, str]], Path]


def example(program: str, line: str, secret: str) -> str:
    """A line of the table as a command that carries this secret."""
    words = {"SECRET": secret, "LOGIN": f"me:{secret}", "WORD": "word", "NAME": "api_token"}
    said, piped, reads = line.partition("< ")
    command = f"{program if program != programs.ANY else 'deploy-tool'} {re.sub('|'.join(words), lambda m: words[m[0]], said)}".strip()
    return f"echo {words[reads]} | {command}" if piped else command


TABLE = [(program, line) for names, line in programs.rows() for program in names]
FORMS = [
    "curl -ume:{} https://example.com",
    "curl -sSfu me:{} https://example.com",
    "curl -H 'X-Api-Key: {}' https://example.com",
    'curl -H "Authorization: Bearer {}" https://example.com',
    "curl -H 'Authorization: {}' https://example.com",
    "curl --header='PRIVATE-TOKEN: {}' https://example.com",
    "curl -d '{{\"password\": \"{}\"}}' https://example.com",
    "curl 'https://example.com/hook?token={}'",
    "curl https://example.com/?a=1\\&api_key={}",
    "curl 'https://example.com/x?key={}&b=2'",
    "curl 'https://example.com/x?b=2&secret={}'",
    "curl 'https://example.com/x?access_token={}'",
    "curl 'https://example.com/x?sig={}'",
    "wget --header 'X-Auth-Token: {}' https://example.com",
    "git clone https://me:{}@example.com/x.git",
    "curl https://hooks.slack.com/services/T1/B2/{}",
    "curl https://discord.com/api/webhooks/4711/{}",
    "curl https://api.telegram.org/bot4711:{}/sendMessage",
    "curl https://shop.webhook.office.com/webhookb2/4711/{}",
    "psql -c \"ALTER USER shop WITH PASSWORD '{}'\"",
    "mysql -e \"CREATE USER shop IDENTIFIED BY '{}'\"",
    "PGPASSWORD={} psql shop",
    "env DB_PASS={} node x.js",
    "docker run -e API_KEY={} -p 3000:3000 shop",
    "docker login -u me --password-stdin <<< {}",
    "printf 'API_KEY={}\\n' >> .env",
    'echo "SECRET_KEY={} two words" > .env',
    'echo "machine example.com login me password {}" > ~/.netrc',
    "docker exec db mysql -uroot -p{} shop",
    "sudo -u me /usr/bin/mysqldump --password={} shop",
    "PASSWORD=${{PASSWORD:-{}}} node x.js",
    "deploy --db-password {}",
    "NODE_ENV={}Xy node x.js",
]


def commands(secret: Callable[[], str]) -> list[str]:
    """A command for each program of each line of the table and for each form, each with a secret of its own."""
    return [*(example(program, line, secret()) for program, line in TABLE), *(form.format(secret()) for form in FORMS)]


CANARY = re.compile(r"c4n4ry\d{4}(?=[xX])")


def canaries() -> Callable[[], str]:
    numbers = iter(range(10_000))
    return lambda: f"c4n4ry{next(numbers):04}xLm0aZt"


@pytest.mark.parametrize("command", commands(lambda: "c4n4ry0000xLm0aZt"))
def test_an_argument_that_is_a_secret_is_masked(command: str) -> None:
    for text in (command, f"ssh h '{command}'" if "'" not in command else command, json.dumps({"scripts": {"x": command}}), f"      - run: {command}", f"$(sudo {command})"):
        assert not CANARY.search(secrets.mask(text)), CANARY.sub("…", text)


@pytest.mark.parametrize(("program", "line"), [(p, line) for p, line in TABLE if p != programs.ANY and "<" not in line])
def test_an_argument_of_an_app_is_marked(program: str, line: str) -> None:
    args = example(program, line, "c4n4ry0000xLm0aZt").split()[1:]
    for said in (args, " ".join(args)):
        app = sealed(value({"script": f"/usr/bin/{program}", "args": said}))
        assert not CANARY.search(str(plain(app))), said
        assert CANARY.search(str(plain(app, reveal=True)))


@pytest.mark.parametrize("command", [c.replace("c4n4ry0000xLm0aZt", "$SECRET") for c in commands(lambda: "c4n4ry0000xLm0aZt")])
def test_a_variable_is_none(command: str) -> None:
    if "'" not in command and "NODE_ENV" not in command:
        assert secrets.mask(command) == command


@pytest.mark.parametrize(
    "text",
    [
        "tsc -p .",
        "tsc -p tsconfig.build.json",
        "next start -p 3000",
        "serve dist -p 3100 -s",
        "docker run -p 3000:3000 mysql",
        "docker compose -p shop up -d",
        "ssh -p 22 me@host uptime",
        "scp -P 22 a me@host:b",
        "mkdir -p a/b",
        "unzip -p a.zip b",
        "redis-cli -h cache -p 6379 ping",
        "mysql -u root -p shop",
        "mysql --password shop",
        "mysql -p",
        'mysql -p"$PW" shop',
        'curl -u "$USER:$PW" https://example.com',
        "curl -u me https://example.com",
        'curl -u "me:${PW}" -H "Authorization: Bearer $TOKEN" https://example.com?token=$TOKEN',
        "curl -fsS https://example.com/health?full=1&page=2",
        "docker login -u me --password-stdin < ~/token",
        "echo $TOKEN | docker login -u me --password-stdin",
        "docker build --secret id=npm,src=.npmrc .",
        "openssl enc -pass env:PW -in a",
        "7z a -r x.7z dist",
        "psql -c \"ALTER USER shop PASSWORD '$PW'\"",
        "deploy --password <password> --token ${{ secrets.TOKEN }}",
        "deploy --token-file /run/secrets/token --no-password --password-file x",
        "env_file: '.env'",
        "  key: npm-${{ runner.os }}-${{ hashFiles('package-lock.json') }}",
        '  "author": "Jane Doe",',
        "git clone ssh://git@github.com/x/y.git",
        "https://github.com/onai/shop",
        'echo "Token: not found"',
        'read -sp "Password: " PW',
        "PASS=$((PASS + 1)); PASS=0",
        "SSH_KEY=~/.ssh/id_ed25519",
        "NODE_ENV=production npm start",
        'echo "basic authentication is off"',
        "pm2 link $SECRET $PUBLIC",
        'export ORACLE_PWD=${ORACLE_PWD:-"`openssl rand -hex 8`"}',
        'echo "Token: ${TOKEN:0:8}…"',
        "sed -i 's/^API_TOKEN=.*/API_TOKEN=$NEW/' .env",
        "adduser --disabled-password runner",
        "root ALL=(ALL) NOPASSWD: ALL",
        "  id-token: write",
        '    "jsonwebtoken": "^9.0.2",',
        '    "generate-password": "node scripts/generate.js --length 20",',
        "REDIS_URL=redis://localhost:6379",
        "DATABASE_URL=postgres://$USER:$PASSWORD@$HOST:5432/shop",
        'if [ "$TOKEN" = "" ]; then exit 1; fi',
    ],
)
def test_what_is_no_secret_is_shown(text: str) -> None:
    assert secrets.mask(text) == text
    assert secrets.mask_words(text.split()) == text.split()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mongodump -u me -p=s3cr3t --db shop", "mongodump -u me -p=*** --db shop"),
        ("sshpass -p 12345 ssh me@host", "sshpass -p *** ssh me@host"),
        ("deploy --token abcdef --port 3000", "deploy --token *** --port 3000"),
        ("echo s3cr3t |\n  sudo -kS apt update", "echo *** |\n  sudo -kS apt update"),
        ("curl https://a.b/c?token=s3cr3t&page=2", "curl https://a.b/c?token=***&page=2"),
        ("x: 'https://a.b/c?token=s3cr3t', y: 1", "x: 'https://a.b/c?token=***', y: 1"),
        ("args: [\n  '--password', 's3cr3t',\n]", "args: [\n  '--password', '***',\n]"),
        ('"x": "mysql -p\\"s3cr3t\\" shop && tsc -p ."', '"x": "mysql -p\\"***\\" shop && tsc -p ."'),
        ("password: s3cr3t two # three", "password: *** # three"),
        ("cat <<EOF > .env\nSECRET_KEY=s3cr3t\nPORT=3000\nEOF", "cat <<EOF > .env\nSECRET_KEY=***\nPORT=3000\nEOF"),
    ],
)
def test_only_the_secret_is_masked(text: str, shown: str) -> None:
    assert secrets.mask(text) == shown


def test_a_bare_word_is_a_text_in_yaml_and_none_in_javascript() -> None:
    assert secrets.spans("password: letmein,", code=True) == ()
    assert secrets.spans("password: cfg.db.password,", code=True) == ()
    assert secrets.spans("password: 'letmein',", code=True) == ((11, 18),)
    assert secrets.spans("password: letmein") == ((10, 17),)


def test_every_program_stands_in_the_table_once_with_each_line() -> None:
    assert len(set(TABLE)) == len(TABLE)


MILLION = 1_000_000
LONG = ["a", "https:", "key=", "key=$", "password='", 'password="', "curl ", "curl -u ", "mysql -p ", '\\"', "\\'", "'", "--token ", "-", "eyJ", "://", "://@", "?token=", "| ",
        "\\\n", "machine x login ", "PASSWORD ", "-----BEGIN PRIVATE KEY", "${A:-", "bearer ", "$(", "${{", "a.b:", "password: ", '"password": ', "x\\\\\"", "echo a | sudo -S "]  # fmt: skip


@pytest.mark.parametrize("piece", LONG)
def test_a_long_text_comes_to_its_end(piece: str) -> None:
    """Each of these took minutes or hours at this length while one pattern was quadratic; what is asked is only that it ends."""
    text = (piece * (MILLION // len(piece) + 1))[:MILLION]
    assert len(secrets.mask(text)) <= 2 * MILLION


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*LONG, "'", '"', "\n", " ", "=", ":", ",", "x", "s3cr3t", "$X", "`", ";", "(", ")", "<<<", "[", "]", "{", "}"]), max_size=30))
def test_any_text_has_spans_in_order_within_it(pieces: list[str]) -> None:
    text = "".join(pieces)
    ends = [0, *(n for span in secrets.spans(text) for n in span), len(text)]
    assert ends == sorted(ends)
    assert secrets.mask(text).count("\n") == text.count("\n")
    secrets.mask_words(pieces)


# ---- every command, every format -------------------------------------------------------------------------------------


def project() -> dict[str, str]:
    """A project that deploys with every line of the table, in a script, over ssh, in CI and in npm scripts."""
    secret = canaries()
    rows = lambda: [*(example(names[0], line, secret()) for names, line in programs.rows()), *(form.format(secret()) for form in FORMS)]  # noqa: E731
    script = [command if n % 2 else f"ssh h {json.dumps(command)}" for n, command in enumerate(rows())]
    names = sorted({program for program, _ in TABLE if program != programs.ANY} | {"deploy-tool", "git clone", "PGPASSWORD", "printf"})
    return {
        "ecosystem.config.js": f"const password = '{secret()}';\nmodule.exports = {{ apps: [\n"
        f"  {{ name: 'api', script: 'dist/api.js', args: [\n    '--password',\n    '{secret()}',\n  ], env: {{ NODE_ENV: '{secret()}', FOO: '{secret()}' }}, max_restarts: 15, api_key: '{secret()}' }},\n"
        f"  {{ name: 'db', script: 'mysql', args: '-p{secret()} shop', max_restarts: 15 }},\n  {{ name: 'x', interpreter: 'curl', script: '-u', args: ['me:{secret()}'] }},\n"
        f"  {{ name: 'web', script: 'dist/web.js', args: '--token {secret()} --port 3000', env_file: '.env', min_uptime: 5, node_args: '--require x --api-key {secret()}' }}],\n"
        f"  deploy: {{ production: {{ user: 'me', host: 'h', ref: 'origin/main', path: '/srv/shop', repo: 'https://me:{secret()}@example.com/x.git',\n"
        f"    'post-deploy': 'curl -u me:{secret()} https://example.com && npm ci && npm run build && pm2 restart api' }} }} }};\n",
        "package.json": json.dumps({"name": "shop", "scripts": {f"s{n}": c for n, c in enumerate(rows())} | {"deploy": f"git pull && curl -u me:{secret()} https://h && pm2 restart api"}}, indent=1),
        "deploy.sh": "\n".join(["#!/bin/bash", "git pull", "npm ci", "npm run build", *script, f"if curl -u me:{secret()} https://h; then tar czf a.tgz dist; fi",
                                f"cat > .env <<EOF\nSECRET_KEY={secret()}\nEOF", f"X={secret()}", "echo $X | docker login --password-stdin", 'mysql -p"$X" shop', f"cd '/srv/x?token={secret()}' && rm -rf dist",
                                "pm2 restart api", f"curl -u me:{secret()} http://localhost:3000/health || true", ""]),
        "rollback.sh": f"#!/bin/bash\nln -sfn releases/1 current && curl -H 'X-Api-Key: {secret()}' https://h\npm2 restart api --token {secret()}\n",
        ".github/workflows/deploy.yml": yaml.safe_dump({"name": f"deploy --token {secret()}", "on": "push", "env": {"API_KEY": secret()}, "jobs": {"d": {"runs-on": "ubuntu-latest", "steps": [
            {"run": "\n".join(rows()) + "\n"}, {"name": f"curl -u me:{secret()}", "run": f"ssh h 'curl -u me:{secret()} https://h; pm2 restart api' || true"},
            {"uses": "appleboy/ssh-action@v1", "with": {"password": secret(), "script": f"mysql -p{secret()} x; pm2 restart api"}}]}}}),
        "onai-check.yaml": yaml.safe_dump({"policy": {"health_url": f"http://localhost:3000/health?token={secret()}", "effects": [{"match": name, "effect": "notify"} for name in names]},
                                           "monitor": {"provider": "x", "url": f"https://example.com/health?api_key={secret()}", "alerts": [f"https://hooks.example/{secret()}"]},
                                           "checklist": {"local": [{"text": f"ask with curl -u me:{secret()} https://h", "run": f"curl -u me:{secret()} https://h"}]}}),
        ".env": f"API_KEY={secret()}\nNODE_ENV={secret()}\n",
        ".env.example": "API_KEY=\n",
        "broken.json": f'{{"password": "{secret()}"',
        ".gitignore": "node_modules/\n",
    }  # fmt: skip


def command_lines(root: Path, files: Mapping[str, str]) -> Iterator[list[str]]:
    yield from (["check", str(root), "--format", form] for form in RENDERERS)
    yield from (["plan", str(root), "--format", form] for form in ("text", "json", "mermaid"))
    yield from ([command, str(root), "--lang", "ru"] for command in ("check", "plan", "init"))
    yield from (["report", str(root), "--format", form, "-o", "-"] for form in ("markdown", "html"))
    yield from (["simulate", str(root), "--format", form] for form in ("text", "json"))
    yield from (["show", str(root / file), "--format", form] for file, form in zip(files, ("text", "json") * len(files), strict=False))
    yield ["config", "--config", str(root / "onai-check.yaml")]
    yield ["explain", "deploy/secret-in-script", "--path", str(root)]
    yield ["rules", "--config", str(root / "onai-check.yaml")]
    yield ["check", str(root), "-o", f"json={root / 'out.json'}", "-o", f"sarif={root / 'out.sarif'}", "--env-from", str(root / ".env")]
    yield ["report", str(root), "-o", str(root / "DEPLOY_CHECKLIST.md"), "--record", str(root / "record.md")]
    yield ["report", str(root), "-o", str(root / "DEPLOY_CHECKLIST.md"), "--check"]
    yield ["init", str(root), "--write"]
    yield ["show", str(root / "nothing.sh")]
    yield ["check", str(root), "--config", str(root / "broken.json")]


def test_no_command_prints_or_writes_a_secret(repository: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    files = project()
    root = repository(files)
    subprocess.run(["git", "-C", str(root), "commit", "-qm", "all"], check=True)
    monkeypatch.chdir(root)
    leaks = dict[str, str]()
    for line in command_lines(root, files):
        status = run(line)
        said = capsys.readouterr()
        assert status in (0, 1, 2), line[:1]
        for found in CANARY.finditer(said.out + said.err):
            leaks.setdefault(found[0], f"{' '.join(w for w in line if not w.startswith('/'))}")
    written = [p for p in root.rglob("*") if p.is_file() and ".git/" not in p.as_posix() and p.relative_to(root).as_posix() not in files]
    assert {"out.json", "out.sarif", "DEPLOY_CHECKLIST.md", "record.md"} <= {p.name for p in written}
    for path in written:
        for found in CANARY.finditer(path.read_text("utf-8")):
            leaks.setdefault(found[0], path.name)
    where = {n: line for text in files.values() for line in text.split("\n") for n in CANARY.findall(line)}
    assert {CANARY.sub("…", where[n])[:200]: by for n, by in leaks.items()} == {}

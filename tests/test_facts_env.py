"""The state of a required variable, by what the project shows of it."""

from __future__ import annotations

import json

import pytest
from conftest import make, run

from checklist.facts import env
from checklist.facts.placeholders import is_placeholder, is_reference, real_secrets, role
from checklist.model import Document, Location, Unknown, Value, plain, value
from checklist.parse import env as parser

DSN = "https://0f1e2d3c4b5a69788796a5b4c3d2e1f0@o42.ingest.sentry.io/4507"
SET = f"SENTRY_DSN={DSN}\n"
UNKNOWN = {"$unknown": "the env file is on the server: git ignores it"}


def app(directory: str = "", variables: object = None, environment: str | None = None, starts: str = "source", **more: object) -> Document:
    data = {"name": "api", "directory": directory, "starts": starts, "environment": environment, "env": variables or {}} | more
    return Document("pm2.app", "ecosystem.config.js", value(data, Location("ecosystem.config.js", 3, 5)), "api")


# (files, PM2 apps, state, place)
STATES = [
    ({"env.env": SET}, [app()], "set", "env.env:1:12"),
    ({".env": SET}, [app()], "set", ".env:1:12"),
    ({".env.production": SET}, [app()], "set", ".env.production:1:12"),
    ({".env.local": SET}, [app()], "missing", "ecosystem.config.js:3:5"),
    ({"env.env": "PORT=1\n"}, [app()], "missing", "env.env:1:1"),
    ({"env.env": "", ".env": SET}, [app()], "set", ".env:1:12"),
    ({"env.env": "SENTRY_DSN=\n", ".env": "A=1\n"}, [app()], "empty", "env.env:1:12"),
    ({"env.env": "SENTRY_DSN=changeme\n", ".env": SET}, [app()], "set", ".env:1:12"),
    ({"env.env": "SENTRY_DSN=' '\n"}, [app()], "empty", "env.env:1:12"),
    ({"env.env": "SENTRY_DSN=<dsn>\n"}, [app()], "placeholder", "env.env:1:12"),
    ({"env.env": "VITE_SENTRY_DSN=x\nSENTRY_DSN_OLD=x\nsentry_dsn=x\n"}, [app()], "missing", "env.env:1:1"),
    ({"env.env": "SENTRY_DSN=$OTHER\n"}, [app()], {"$unknown": "another variable or tool fills it in"}, "env.env:1:12"),
    # folders: the service's own, then those above it, never beside or below
    ({"env.env": SET}, [app("backend")], "set", "env.env:1:12"),
    ({"backend/env.env": SET}, [app("backend")], "set", "backend/env.env:1:12"),
    ({"backend/env.env": "A=1\n", "env.env": SET}, [app("backend")], "set", "env.env:1:12"),
    ({"frontend/env.env": SET}, [app("backend")], "missing", "ecosystem.config.js:3:5"),
    ({"backend/env.env": SET}, [app()], "missing", "ecosystem.config.js:3:5"),
    # PM2's env
    ({}, [app(variables={"SENTRY_DSN": DSN})], "set", "ecosystem.config.js:3:5"),
    ({"env.env": SET}, [app(variables={"SENTRY_DSN": "changeme"})], "placeholder", "ecosystem.config.js:3:5"),
    ({"env.env": SET}, [app(variables={"SENTRY_DSN": ""})], "empty", "ecosystem.config.js:3:5"),
    ({}, [app(), app(variables={"SENTRY_DSN": DSN}, environment="production")], "set", "ecosystem.config.js:3:5"),
    ({}, [app(variables={"SENTRY_DSN": DSN}), app(variables={"SENTRY_DSN": "todo"}, environment="staging")], "set", "ecosystem.config.js:3:5"),
    ({}, [app(variables={"SENTRY_DSN": Value(Unknown("it is set outside"))})], {"$unknown": "it is set outside"}, "ecosystem.config.js:3:5"),
    ({}, [app(variables=Value({}, more=True))], {"$unknown": "the PM2 config may hold more variables than are seen here"}, "ecosystem.config.js:3:5"),
    # an env file that git ignores is on the server, if anything shows that the variable is known
    ({".gitignore": "*.env\n", ".env.example": "SENTRY_DSN=\n"}, [app()], UNKNOWN, "ecosystem.config.js:3:5"),
    ({".gitignore": "*.env\n", ".env.example": "PORT=\n"}, [app()], "missing", "ecosystem.config.js:3:5"),
    ({".gitignore": "*.env\n", ".env.example": "# SENTRY_DSN=\n"}, [app()], "missing", "ecosystem.config.js:3:5"),
    ({".gitignore": "*.env\n"}, [app()], "missing", "ecosystem.config.js:3:5"),
    ({".gitignore": "dist\n", ".env.example": "SENTRY_DSN=\n"}, [app()], "missing", "ecosystem.config.js:3:5"),
    ({".gitignore": "*.env\n", "env.env": "A=1\n", ".env.example": "SENTRY_DSN=\n"}, [app()], "missing", "env.env:1:1"),
    ({".gitignore": "*.env\n", "backend/.env.example": "SENTRY_DSN=\n"}, [app("backend")], UNKNOWN, "ecosystem.config.js:3:5"),
    ({".gitignore": "*.env\n", "frontend/.env.example": "SENTRY_DSN=\n"}, [app("backend")], "missing", "ecosystem.config.js:3:5"),
    # workflows and scripts
    (
        {".github/workflows/d.yml": "env:\n  SENTRY_DSN: ${{ secrets.SENTRY_DSN }}\n"},
        [app()],
        {"$unknown": ".github/workflows/d.yml may set it"},
        "ecosystem.config.js:3:5",
    ),
    ({".github/workflows/d.yml": "# SENTRY_DSN: ${{ secrets.SENTRY_DSN }}\n"}, [app()], "missing", "ecosystem.config.js:3:5"),
    ({".github/workflows/d.yml": "env:\n  X: ${{ secrets.NEXT_PUBLIC_SENTRY_DSN }}\n"}, [app()], "missing", "ecosystem.config.js:3:5"),
    ({"deploy.sh": 'echo "SENTRY_DSN=$1" >> env.env\n'}, [app()], {"$unknown": "deploy.sh may set it"}, "ecosystem.config.js:3:5"),
    ({"deploy.sh": 'test -n "$SENTRY_DSN"\n'}, [app()], "missing", "ecosystem.config.js:3:5"),
    # a file that a command names
    ({"conf/api.env": SET}, [app(command=["node", "--env-file=conf/api.env", "src/x.js"])], "set", "conf/api.env:1:12"),
    ({"conf/api.env": SET}, [app(node_args="--env-file conf/api.env")], "set", "conf/api.env:1:12"),
    # without an app: the folder of an env file, or the root where there is a PM2 config
    ({"env.env": SET}, [], "set", "env.env:1:12"),
    ({"api/env.env": ""}, [], "missing", "api/env.env:1:1"),
    ({"ecosystem.config.js": ""}, [], "missing", "ecosystem.config.js:1:1"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "apps", "state", "place"), STATES, ids=lambda v: json.dumps(v)[:60] if isinstance(v, dict) else None)
def test_the_state_of_a_variable(files: dict[str, str], apps: list[Document], state: object, place: str) -> None:
    (found,) = (d for d in env.documents(make(files), apps, []) if d.kind == "env.variable" and d.value.text("name") == "SENTRY_DSN")
    at = found.place(("state",))
    assert (plain(found.value.get("state")), f"{at.file}:{at.line}:{at.column}") == (state, place)


@pytest.mark.parametrize(
    ("files", "apps"),
    [({}, []), ({".env.example": "SENTRY_DSN=\n"}, []), ({"web/.env.local": ""}, []), ({}, [app(starts="static")]), ({".env": ""}, [app(starts="other")])],
)
def test_where_no_node_service_runs_nothing_is_asked(files: dict[str, str], apps: list[Document]) -> None:
    assert [d for d in env.documents(make(files), apps, []) if d.kind == "env.variable"] == []


def test_two_apps_in_one_folder_are_asked_once() -> None:
    documents = env.documents(make({".env": ""}), [app(), app()], [])
    assert [d.value.text("name") for d in documents if d.kind == "env.variable"] == ["SENTRY_DSN", "SENTRY_ENABLED"]


def test_an_env_file_that_is_a_link_out_of_the_project_is_on_the_server() -> None:
    documents = env.documents(make({".env.example": "SENTRY_DSN=\n"}, paths=[".env"]), [app()], [])
    (found,) = (d for d in documents if d.subject == "SENTRY_DSN")
    assert plain(found.value.get("state")) == UNKNOWN


def test_a_line_that_a_later_one_overrides_is_told() -> None:
    (found,) = (d for d in env.documents(make({".env": "A=1\nB=2\nA=3\n"}), [app()], []) if d.kind == "env.file")
    assert [(plain(v), v.at) for v in found.value.get("repeated").items()] == [("A", Location(".env", 1, 1, 1, 2))]  # type: ignore[union-attr]


PLACEHOLDERS = """
    <dsn> your-dsn your_api_key YOUR_KEY changeme change_me CHANGE-ME xxx xxxxxxxx xxxx-xxxx ... ***** TODO replace_me
    put-your-key-here paste_here https://<key>@<host>/<id> https://your-key@o1.ingest.sentry.io/1 https://xxxx@sentry.io/1
    https://examplePublicKey@o0.ingest.sentry.io/0 https://public@sentry.example.com/1 <your-token> [token] my-secret-here
    change_me_min_32_chars set-in-production sk_test_xxxxxxxx postgres://<user>:<password>@<host>/db null undefined placeholder укажите_dsn
"""
MEANT = f"""
    {DSN} production 3000 true your myapp youryoghurt.com https://api.example.com postgres://db/shop changelog xx inserted exchange
    https://0f1e2d3c4b5a69788796a5b4c3d2e1f0@sentry.example.com:9000/1 admin@example.com settings 0 test secret addons change_method insertion setup inherited
"""


@pytest.mark.parametrize("text", PLACEHOLDERS.split())
def test_placeholders(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize("text", MEANT.split())
def test_values_that_are_meant(text: str) -> None:
    assert not is_placeholder(text)


@pytest.mark.parametrize("text", ["$A", "${A}", "${A:-x}", "{{ sentry_dsn }}", "<%= x %>", "op://vault/item/field", "%DSN%", "__DSN__"])
def test_references(text: str) -> None:
    assert is_reference(text)


ROLES = {
    "example": ".env.example env.example example.env .env.sample .env.template .env.dist .env.j2 .env.production.example api/.env.tpl .env.schema",
    "backup": ".env.bak env.env.bak .env~ .env.old .env.backup .env_backup .env.orig .env.bak.2 .env.20251222 .env.save .env.backup-1 .env.production.bak",
    "real": ".env env.env .env.production .env.local prod.env .env.test api/.env.development .env.prod.local restore.env",
}


@pytest.mark.parametrize(("path", "expected"), [(p, r) for r, paths in ROLES.items() for p in paths.split()])
def test_what_an_env_file_is_for(path: str, expected: str) -> None:
    assert role(path) == expected


# (line, whether its value is a secret that must not be in a repository)
SECRETS = [
    ("DB_PASSWORD=Kq7vR2mXw9tB", True),
    ("DATABASE_URL=postgres://shop:Kq7vR2mXw9tB@db.example.com/shop", True),
    ("MONGO_URI=mongodb+srv://shop:Kq7vR2mXw9tB@c.mongodb.net", True),
    ("ANY=ghp_" + "a1" * 18, True),
    ("STRIPE=sk_live_" + "a1" * 12, True),
    ("JWT_SECRET=4f2c1b7a9e", True),
    ("KEY='-----BEGIN RSA PRIVATE KEY-----\n" + "Ab1+" * 20 + "\n-----END RSA PRIVATE KEY-----'", True),
    ("KEY='-----BEGIN PRIVATE KEY-----\n" + "Ab1+" * 16 + "\n-----END PRIVATE KEY-----'", True),
    ('FIREBASE_PRIVATE_KEY="-----BEGIN PRIVATE KEY-----\\n...\\n-----END PRIVATE KEY-----\\n"', False),
    ('FIREBASE_PRIVATE_KEY="-----BEGIN PRIVATE KEY-----\\nYOUR-KEY\\n-----END PRIVATE KEY-----"', False),
    ('FIREBASE_PRIVATE_KEY="-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAo...\\n-----END PRIVATE KEY-----\\n"', False),
    ("TELEGRAM_BOT_TOKEN=123456789:" + "Ab-1" * 9, True),
    ("DB_PASSWORD=", False),
    ("DB_PASSWORD=password", False),
    ("DB_PASSWORD=postgres123", False),
    ("JWT_SECRET=test-jwt-secret-key-for-testing", False),
    ("JWT_SECRET=test-4f2c1b7a9e", True),
    ("DATABASE_URL=sqlite:./data/shop.db", False),
    ("DB_PASSWORD=<password>", False),
    ("DB_PASSWORD=${SECRET}", False),
    ("DATABASE_URL=postgres://shop:Kq7vR2mXw9tB@localhost:5432/shop", True),
    ("DATABASE_URL=postgres://shop:shop@localhost:5432/shop", False),
    ("DATABASE_URL=postgres://root:toor@db:5432/shop", False),
    ("JWT_SECRET=secretKey", False),
    ("JWT_SECRET=mySuperSecretKey1", False),
    ("DATABASE_URL=postgres://shop:Kq7vR2mXw9tB@postgres:5432/shop", False),
    ("REDIS_URL=redis://redis:6379", False),
    ("API_URL=https://api.example.com", False),
    ("PORT=3000", False),
    ("NEXT_PUBLIC_KEY=pk_abc123def456", False),
    ("DB_PASSWORD='$eCr3t-w0rd'", True),
    ("STRIPE_PUBLISHABLE_KEY=pk_live_" + "a1" * 12, False),
    ("NEXT_PUBLIC_MAPS=AIza" + "a1" * 18, False),
    ("VAPID_PUBLIC_KEY=BKq7vR2mXw9tB8sN4", False),
    ("VAPID_PRIVATE_KEY=Kq7vR2mXw9tB8sN4", True),
    ("SSL_KEY=/etc/ssl/key.pem", False),
    ("REDIS_KEY_PREFIX=shop-sessions:", False),
    ("REDIS_PASSWORD=secure_redis_password", False),
    ("REDIS_PASSWORD=secure_redis_password4f", True),
    ("JWT_SECRET=shop-dev-secret-2025-change-this-in-production", False),
    ("SESSION_COOKIE_NAME=shop_session", False),
    ("JWT_EXPIRES_IN=15minutes", False),
    ("SUPABASE_ANON_KEY=eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.Kq7vR2mXw9tB", False),
    ("SUPABASE_SERVICE_ROLE_KEY=Kq7vR2mXw9tB8sN4", True),
    ("COOKIE_KEY=Kq7vR2mXw9tB8sN4", True),
    ("AUTH_ENABLED=true", False),
    ("TOKEN_TTL=3600", False),
    (f"SENTRY_DSN={DSN}", False),
    ("ADMIN_EMAIL=a@example.com", False),
    ("PASSWORD_RESET_URL=https://shop.example.com/reset", False),
]


@pytest.mark.parametrize(("line", "secret"), SECRETS, ids=[f"{n}" for n, _ in enumerate(SECRETS)])
def test_what_is_a_secret_in_a_committed_file(line: str, secret: bool) -> None:
    parsed = parser.parse(".env", line).value
    assert parsed is not None
    assert bool(real_secrets(parsed.members())) is secret


CANARY = "Kq7vR2mXw9tBcanary"


def test_no_value_of_an_env_file_reaches_a_report() -> None:
    names = ("SENTRY_DSN", "SENTRY_ENABLED", "DB_PASSWORD", "PORT", "NODE_ENV", "HOST", "ANYTHING")
    files = {
        "env.env": "".join(f"{name}={CANARY}\n" for name in names),
        ".env.bak": f"X_TOKEN='{CANARY}\n",
        ".env.production": f"NAMED={CANARY}\r\nMULTI=\"{CANARY}\n{CANARY}\"\n",
    }
    report = run(files, tracked=list(files))
    told = repr(report) + json.dumps([plain(d.value) for d in report.documents])
    assert CANARY not in told

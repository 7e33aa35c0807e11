"""`service`: each package that PM2 runs with Node: what it logs with, where its logs go, which tests it has.

Judged by package.json, the names of files and the policy; what the sources do with a library is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from checklist.facts import testing
from checklist.facts.folders import above, of_code
from checklist.facts.pm2 import governing
from checklist.model import Content, Document, Location, Project, Unknown, Value, value

# Libraries whose lines are JSON, or can be by one option of their own; the frameworks at the end bring one along.
_STRUCTURED = re.compile(
    r"(?:[\w@./-]*\b)?(?:pino|winston|bunyan)(?:\b[\w./-]*)?|roarr|tslog|lambda-log|loglayer|evlog|@logtape/.+|@logdna/logger|@google-cloud/logging"
    r"|@aws-lambda-powertools/logger|@elastic/ecs-.+|@logtail/.+|applicationinsights|fastify|@nestjs/platform-fastify|@adonisjs/(?:core|logger)|@strapi/strapi"
)
# One option makes their lines JSON, and it stands in the code.
_PERHAPS = re.compile(r"log4js|consola|moleculer|egg|@midwayjs/logger|effect|electron-log|@opentelemetry/(?:api-logs|sdk-logs|sdk-node)")
_PLAIN = re.compile(r"(?:koa|redux|morgan|express|color|simple-node|vite-plugin|@hono)[/-]?logger|log-symbols|loglevel")
_LOGGER = re.compile(r"(?:.*[/-])?logg(?:er|ing)(?:-.*)?")

# What runs in a browser, or renders for one, and what makes a service of a package all the same.
_BROWSER = re.compile(r"react-dom|react-scripts|preact|vue|vuetify|nuxt\d?|next|svelte|@sveltejs/.+|@angular/core|astro|gatsby|@remix-run/.+|solid-js|vite|webpack|@vue/.+")
_SERVER = re.compile(r"express|koa|@?hapi(?:/hapi)?|fastify|@nestjs/core|hono|restify|polka|apollo-server.*|@apollo/server|@feathersjs/.+|socket\.io|ws|graphql-yoga|bullmq|bull|amqplib|kafkajs|discord\.js|telegraf|mongoose|pg|mysql2?")

# What sends logs away: transports, agents inside the process.
_TRANSPORT = re.compile(
    r"(?:winston|pino|bunyan)-.*(?:loki|cloudwatch|datadog|elastic|logdna|loggly|papertrail|syslog|gelf|graylog|logstash|seq|axiom|newrelic|kafka|fluent|splunk|sentry|logflare|socket|mongodb|opentelemetry).*"
    r"|@datadog/.+|datadog-.+|dd-trace|newrelic|@newrelic/.+|@logtail/.+|@axiomhq/.+|@logdna/.+|logdna|@google-cloud/logging.*|elastic-apm-node|@elastic/(?!elasticsearch).+"
    r"|applicationinsights|@grafana/.+|gelf-pro|fluent-logger|@fluent-org/.+|@opentelemetry/(?:sdk-logs|exporter-logs-.+|auto-instrumentations-node)|@aws-sdk/client-cloudwatch-logs"
    r"|splunk-logging|@highlight-run/.+|seq-logging|@datalust/.+"
)
# Their config files, by the names that their own documentation uses.
_AGENT = re.compile(
    r"(?i)(?:^|/)(?:promtail|vector|fluent-?bit|fluentd?|filebeat|grafana-agent|alloy|logstash|datadog|otel-?col(?:lector)?|(?:amazon-)?cloudwatch-agent)"
    r"(?:[._-][\w.-]*)?\.(?:ya?ml|toml|conf|alloy|river)\Z|cloudwatch-agent\.json\Z|(?:^|/)(?:promtail|fluent-?bit|fluentd|filebeat|grafana-agent|logstash)/"
)


def documents(project: Project, apps: Sequence[Document], packages: Sequence[Document]) -> list[Document]:
    """One for each package with PM2 apps that run Node, and one for the apps of a config that no package is seen of.

    {directory, apps, frontend, logger, dev_logger, ships, unit_tests, integration_tests, end_to_end_tests}
    """
    groups: dict[tuple[str, str], list[Document]] = {}
    for app in apps:
        starts = app.value.get("starts")
        if starts is not None and starts.content in ("static", "other"):
            continue
        package = governing(code_folder(app, project), packages, project) if starts is not None else None
        groups.setdefault(("package", package.file) if package else ("config", app.file), []).append(app)
    found = {p.file: p for p in packages}
    return [_service(project, found.get(file) if kind == "package" else None, of, packages) for (kind, file), of in groups.items()]


def code_folder(app: Document, project: Project) -> str:
    """Where the app's code is: its entry's folder, which need not be below the one that it runs in."""
    return of_code(project, app.value.text("entry"), app.value.text("directory") or "")


def _service(project: Project, package: Document | None, apps: list[Document], packages: Sequence[Document]) -> Document:
    names = sorted({name for a in apps if (name := a.value.text("name")) is not None}) or [package.subject if package else "?"]
    shared = {"apps": value(names)}
    subject = ", ".join(names)
    if package is None:
        at = apps[0].value.at
        unseen = Value(Unknown("no package.json is seen"), at)
        told = dict.fromkeys(("logger", "unit_tests", "integration_tests"), unseen) | {
            "frontend": Value(False),
            "ships": _ships(project, {}, at, unseen.content),
            "end_to_end_tests": Value(True, at) if testing.end_to_end(project, packages) else unseen,
        }
        return Document("service", apps[0].file, Value(shared | told, at), subject)
    mine = reached(package, packages)
    needed, dev = dependencies(mine, "dependencies"), dependencies(mine, "devDependencies")
    listed, scripts = package.value.get("dependencies"), package.value.get("scripts")
    at = listed.at if listed is not None else package.value.at
    told = {
        "frontend": Value(any(_BROWSER.fullmatch(n) for n in needed | dev) and not any(_SERVER.fullmatch(n) for n in needed), at),
        "directory": Value(package.value.text("directory") or ""),
        "logger": Value(_logger(needed), at),
        "dev_logger": Value(next((n for n in dev if _STRUCTURED.fullmatch(n)), None), at),
        "ships": _ships(project, needed, at, None),
    }
    place = scripts.at if scripts is not None else package.value.at
    return Document("service", package.file, Value(shared | told | testing.facts(project, package, mine, packages, place), package.value.at), subject)


def reached(package: Document, packages: Sequence[Document]) -> list[Document]:
    """The package, those of the folders above it, and those of the project that it depends on."""
    folders = set(above(package.value.text("directory") or ""))
    found = [p for p in packages if (p.value.text("directory") or "") in folders]
    by_name = {p.value.text("name"): p for p in packages}
    waiting = [package]
    while waiting:
        for name in dependencies([waiting.pop()], "dependencies"):
            other = by_name.get(name)
            if other is not None and other not in found:
                found.append(other)
                waiting.append(other)
    return found


def dependencies(packages: Iterable[Document], key: str) -> dict[str, Value]:
    """Dependencies by name, of all the packages."""
    return {name: v for p in packages for name, v in (p.value.get(key) or Value({})).members().items() if not name.startswith("@types/")}


def _logger(needed: Mapping[str, Value]) -> Content:
    """The structured logger among the dependencies; None without one, unknown where the code decides."""
    for name in needed:
        if _STRUCTURED.fullmatch(name):
            return name
    nest = needed.get("@nestjs/common")
    if nest is not None and not re.match(r"[\^~=v>\s]*(?:[0-9]|10)(?:\.|\Z)", str(nest.content)):
        return Unknown("Nest's own logger writes JSON if it is told to")  # ConsoleLogger({json: true}), since Nest 11
    if any(_PERHAPS.fullmatch(name) or (_LOGGER.fullmatch(name) and not _PLAIN.fullmatch(name)) for name in needed):
        return Unknown("whether its logger writes JSON is set in the code")
    return None


def _ships(project: Project, needed: Mapping[str, Value], at: Location | None, otherwise: Content) -> Value:
    """Where the logs go: what the policy says, else a transport or an agent's config; None where nothing tells."""
    said = project.policy.value.get("logging", "ships_to")
    if said is not None:
        return said
    found = next((name for name in needed if _TRANSPORT.fullmatch(name)), None)
    found = found or _agent(project)
    return Value(found if found is not None else otherwise, at)


@lru_cache(maxsize=2)
def _agent(project: Project) -> str | None:
    """The config of a program that ships logs."""
    return next((p for p in sorted(_seen(project)) if _AGENT.search(p)), None)


def _seen(project: Project) -> frozenset[str]:
    return frozenset((*project.paths, *project.files, *(project.tracked or ())))

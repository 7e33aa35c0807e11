"""Which kinds of tests a service has, by the names of files and of test libraries."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from checklist.facts.folders import above
from checklist.model import Content, Document, Location, Project, Unknown, Value

# A test by its own name; code in a folder of tests that is no helper by name.
_CODE = r"\.(?:[cm]?[jt]sx?|coffee)"
_NAMED = re.compile(rf"(?i)(?:^|/)(?:[^/]*[._-])?(?:test|spec|e2e|cy|itest)s?{_CODE}\Z|(?:^|/)test_[^/]*{_CODE}\Z|\.feature\Z")
_FOLDER = re.compile(rf"(?i)(?:^|/)(?:__tests?__|tests?|specs?|e2e|cypress|integration[_-]?tests?|unit[_-]?tests?)/(?:.*/)?[^/]+{_CODE}\Z")
_HELPER = re.compile(
    r"(?i)(?:^|/)(?:__mocks__|mocks?|fixtures?|helpers?|support|utils?|factories|seeds?)/"
    r"|(?:setup|teardown|config|helpers?|utils?|mocks?|fixtures?|global|\.d)\.[cm]?[jt]sx?\Z"
)
_END_TO_END = re.compile(r"(?i)\.feature\Z|(?:^|[/._-])(?:e2e|end-?to-?end|playwright|cypress|acceptance|browser-?tests?)[/._-]|\.cy\.")
_INTEGRATION = re.compile(r"(?i)(?:^|[/._-])(?:integrations?|integra[çc][ãa]o|integraci[oó]n|itest|integration[_-]?tests?)[/._-]|\.int\.|/int/")
# They may start the app and ask it
_ROUTES = re.compile(r"(?i)[/._-](?:api|apis|https?|routes?|routers?|endpoints?|contracts?|controllers?|server|app|health)[._-][^/]*\Z")
# `src/integrations/slack.test.ts` tests a part of the product
_OWN_PART = re.compile(r"(?i)(?:^|/)(?:src|lib|app)/(?:.*/)?integrations?/")

_REQUESTS = re.compile(
    r"supertest(?:-.+)?|pactum|light-my-request|testcontainers|@testcontainers/.+|chai-http|@japa/api-client|frisby|@nestjs/testing|mongodb-memory-server(?:-.+)?"
)
_BROWSERS = re.compile(r"@playwright/test|playwright|cypress|webdriverio|@wdio/.+|testcafe|nightwatch|codeceptjs|@cucumber/cucumber|jest-puppeteer|jest-playwright-preset")
_PRODUCT_BROWSERS = {"playwright"}  # in `dependencies` it is a part of the product
_RUNNERS = re.compile(r"jest|vitest|mocha|ava|tap|jasmine|uvu")
# They answer requests in tests without a library
_INJECTS = {"fastify", "@nestjs/platform-fastify", "hono", "elysia", "@hapi/hapi"}
_BARE_RUNNER = re.compile(r"\s*(?:jest|vitest|vitest run|node --test|mocha|ava)(?:\s+--?[\w=-]+)*\s*")
# `test:unit` is a command for tests, `test:email` sends one
_TEST_NAME = re.compile(r"tests?(?::(?:all|ci|run|unit|int|integration|e2e|api|backend|server|smoke|regression|functional|cov|coverage|jest|vitest|mocha)(?:[:-].*)?)?")
_NO_TEST = re.compile(r"no test specified|^\s*(?:exit 0|true|:)?\s*$|^\s*echo [^&|;]*$")


def script(package: Document | None, packages: Sequence[Document], at: Location | None) -> Value:
    """The command that runs the tests of a service, at its place in package.json: its own, or one of a package above it.

    What `npm init` writes where that is all there is, null where there is none, unknown where no package.json is seen.
    """
    if package is None:
        return Value(Unknown("no package.json is seen"), at)
    found = []
    for folder in above(package.value.text("directory") or ""):
        for other in packages:
            if (other.value.text("directory") or "") == folder:
                members = (other.value.get("scripts") or Value({})).members()
                found += [v for name, v in sorted(members.items()) if _TEST_NAME.fullmatch(name)]
    first = next((v for v in found if isinstance(v.content, str) and not _NO_TEST.search(v.content)), next(iter(found), None))
    scripts = package.value.get("scripts")
    return first if first is not None else Value(None, scripts.at if scripts is not None else package.value.at)


def facts(project: Project, package: Document, mine: Sequence[Document], packages: Sequence[Document], at: Location | None) -> dict[str, Value]:
    """{unit_tests, integration_tests, end_to_end_tests}: true, false, or unknown where tests may run that no name gives away.

    Unit and integration tests count where the service's own package, one above it or one that it needs governs them;
    end-to-end tests go through the whole, so they count wherever they are.
    """
    folders = {p.value.text("directory") or "" for p in packages}
    own = {p.value.text("directory") or "" for p in mine}
    files = [f for f in _tests(project) if _home(f, folders) in own]
    plain = [f for f in files if kind(f) == "unit"]
    libraries = set(_libraries(mine))
    requests = any(_REQUESTS.fullmatch(name) for name in libraries)
    integration: Content = any(kind(f) == "integration" for f in files) or (requests and bool(files))
    if not integration and files and libraries & _INJECTS:
        integration = Unknown("its framework answers requests in tests without a library")
    if not integration and any(_ROUTES.search("/" + f) for f in files):
        integration = Unknown("tests that are named for routes may send requests")
    unit: Content = bool(plain)
    if not plain and not files and _odd_command(mine):
        unit = integration = Unknown("the test command may run tests that no file name gives away")
    return {"unit_tests": Value(unit, at), "integration_tests": Value(integration, at), "end_to_end_tests": Value(end_to_end(project, packages), at)}


def end_to_end(project: Project, packages: Sequence[Document]) -> bool:
    """Whether there are end-to-end tests anywhere in the project."""
    return any(kind(f) == "end-to-end" for f in _tests(project)) or _drives_browser(packages)


def kind(file: str) -> str:
    """`unit`, `integration` or `end-to-end`: what the name of a file of tests says."""
    if _END_TO_END.search(file):
        return "end-to-end"
    return "integration" if _INTEGRATION.search(file) and not _OWN_PART.search(file) else "unit"


def is_test(file: str) -> bool:
    """Whether a file holds tests, by its path."""
    return bool(_NAMED.search(file) or (_FOLDER.search(file) and not _HELPER.search(file)))


@lru_cache(maxsize=2)
def _tests(project: Project) -> tuple[str, ...]:
    seen = {*project.paths, *project.files, *(project.tracked or ())}
    return tuple(sorted(f for f in seen if "node_modules/" not in f and is_test(f)))


def _home(file: str, folders: Collection[str]) -> str:
    """The folder of the package that governs a file; the root where none does."""
    return next((f for f in above(posixpath.dirname(file)) if f in folders), "")


def _libraries(packages: Iterable[Document], *keys: str) -> list[str]:
    return [name for p in packages for key in keys or ("dependencies", "devDependencies") for name in (p.value.get(key) or Value({})).members()]


def _drives_browser(packages: Sequence[Document]) -> bool:
    for package in packages:
        dev, needed = set(_libraries([package], "devDependencies")), set(_libraries([package], "dependencies"))
        if any(_BROWSERS.fullmatch(name) for name in dev | (needed - _PRODUCT_BROWSERS)):
            return True
        if "puppeteer" in dev and any(_RUNNERS.fullmatch(name) for name in dev):
            return True
    return False


def _odd_command(packages: Iterable[Document]) -> bool:
    """Whether a `test` script runs something other than a known runner with its own idea of where tests are."""
    commands = [p.value.text("scripts", "test") for p in packages]
    return any(c is not None and not _NO_TEST.search(c) and not _BARE_RUNNER.fullmatch(c) for c in commands)

"""JavaScript or TypeScript text → the environment variables that it reads.

What stands in comments, texts and regular expressions is no read; what cannot be followed (`process.env[name]` where the
name comes from somewhere else) is `dynamic`. What libraries read for the code is in getters.py.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from checklist.model import Location
from checklist.parse import getters, recognise
from checklist.parse.getters import Found
from checklist.parse.lexer import TEXT, hide, parts
from checklist.parse.lines import Lines

SIGNS = ("process.env", "Sentry", "sentry", "pino", "winston", "process.send", "env-var", "dotenv", "ConfigService", "cleanEnv", "createEnv", ".listen(", "Server(", "serve(", "ebhook:", "ebHook:", "health")
"""A source with none of these, and that calls nothing as `CALL` does, says nothing that the facts ask."""
CALL = r"[eE]nv\w*\s*\(\s*['\"`][A-Z]|(?:[eE]nv|[cC]onfig|[cC]onf|[sS]ettings)(?:\.\w+)+\s*(?:\|\||\?\?|&&)"

_SOURCE = re.compile(r".*\.[cm]?[jt]sx?", re.DOTALL)
_NO_SOURCE = re.compile(r"(?:^|/)(?:__tests__|__mocks__|tests?|e2e|specs?)/|\.(?:test|spec|e2e-spec|d|min)\.[^/]*\Z")

_NAME = re.compile(r"[A-Za-z_]\w*")
_ENV = re.compile(r"(?<![\w$])(?<![^.]\.)(?:(?:globalThis|global)\s*\.\s*)?process\s*\??\.\s*env(?![\w$])")
_MEMBER = re.compile(r"\s*!?\s*\??\.\s*([A-Za-z_$][\w$]*)")
_INDEX = re.compile(rf"\s*!?\s*(?:\?\.)?\s*\[\s*({TEXT})\s*\]")
_VARIABLE = re.compile(r"\s*!?\s*(?:\?\.)?\s*\[\s*([A-Za-z_$][\w$]*)\s*\]")
_WRITTEN = re.compile(r"\s*=(?![=>])")
_CALLED = re.compile(r"\s*\(")
_DELETED = re.compile(r"(?<![\w$])delete\s+\Z")
# `!x`, `if (x`, `=== x`, and the second of two: `y || x`, `process.env.Y && x`
_TESTED = re.compile(r"(?:!|(?<![\w$])(?:if|while|Boolean)\s*\(|[=!]==?|\|\||\?\?|process\.env\.\w+\s*&&)\s*\Z")
# `toList(process.env.X`: a function that may be of the same text
_OWN_CALL = re.compile(r"(?<![\w$.])([A-Za-z_$][\w$]*)\s*\(\s*\Z")
# of a list whose empty elements are left out: `[process.env.X, 'a'].filter(Boolean)`
_LISTED = re.compile(r"[\[,]\s*\Z")
_REST_OF_LIST = re.compile(r"\s*(?:,[^\[\];{}]*)?\]\s*\.\s*filter\s*\(")
# its second argument is the base
_PARSED = re.compile(r"(?<![\w$])parseInt\s*\(\s*\Z")
_PATTERN_END = re.compile(r"\}\s*(?::[^={}();]*)?=\s*\Z")
_IN = re.compile(rf"({TEXT})\s+in\s*\Z")
# `const env = process.env;`, `function f(env = process.env)`
_ALIAS = re.compile(r"(?:(?<![\w$])(?:const|let|var)\s+|[(,]\s*)([A-Za-z_$][\w$]*)\s*(?::[^=;(){}]+)?=\s*\Z")
_ALIASED = re.compile(r"\s*(?:as\s+[\w<>, ]+)?\s*(?:[;,)]|\n|\Z)")
# A name that is put together, or taken from what is set: any name may be.
_COMPOSES = re.compile(r"toUpperCase|Object\s*\.\s*(?:keys|entries|values|fromEntries)\s*\(|(?<![\w$])in\s+process\s*\.\s*env|[cC]onstantCase|[sS]nakeCase|\[\s*`[^`\]]*\$\{")


@dataclass(frozen=True, slots=True)
class Read:
    """One read of a variable."""

    name: str
    at: Location
    has_default: bool
    """The code copes where it is not set: a default, or no more than a test."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a text reads of the environment."""

    reads: tuple[Read, ...]
    dynamic: bool
    """It may read more, by names that are not seen here."""
    composed: bool = False
    """And these may be names that stand nowhere: they are put together, or all that is set is gone through."""
    helpers: tuple[tuple[str, bool], ...] = ()
    """Functions that read the variable whose name they are given, and whether they stop where it is not set."""


def is_source(path: str) -> bool:
    """Whether a file is code of the service by its name: no test, no declaration, no config that is read as one."""
    return _SOURCE.fullmatch(path) is not None and not _NO_SOURCE.search(path) and recognise(path) is None


def telling(texts: Mapping[str, str]) -> dict[str, str]:
    """Of a project's texts by path, its sources that say something the facts ask."""
    return {f: t for f, t in texts.items() if is_source(f) and (any(sign in t for sign in SIGNS) or re.search(CALL, t))}


def scan_all(texts: Mapping[str, str]) -> dict[str, Usage]:
    """What each of a project's sources reads, by path in their order, also through functions of other sources."""
    alone = {file: scan(file, text) for file, text in sorted(texts.items())}
    shared = {file: dict(found.helpers) for file, found in alone.items() if found.helpers}
    return {file: _with_imports(file, texts[file], found, shared) if shared else found for file, found in alone.items()}


def _with_imports(file: str, text: str, found: Usage, shared: Mapping[str, Mapping[str, bool]]) -> Usage:
    """The usage with what the text reads through the functions that it imports."""
    if not any(name in text for of in shared.values() for name in of):
        return found
    code = hide(text)
    helpers = {}
    for name, source in getters.imported(code, text):
        stem = posixpath.splitext(posixpath.basename(source))[0]
        if owner := next((f for f in shared if name in shared[f] and f != file and stem in _stems(f)), None):
            helpers[name] = shared[owner][name]
    more, dynamic = getters.calls(code, helpers)
    reads = {*found.reads, *_reads(Lines(file, text), text, more)}
    return replace(found, reads=tuple(sorted(reads, key=lambda r: r.at)), dynamic=found.dynamic or dynamic)


def _stems(file: str) -> tuple[str, str]:
    """What an import may call a file: its own name, or its folder's, whose index passes it on."""
    folder, name = posixpath.split(file)
    return posixpath.splitext(name)[0], posixpath.basename(folder)


def scan(file: str, text: str) -> Usage:
    """The reads in a source, in its order; never raises, since what is no JavaScript reads nothing."""
    if "process" not in text and not any(sign in text for sign in getters.SIGNS):
        return Usage((), False)
    code = hide(text)
    found = set(getters.reads(code, text))
    helpers: dict[str, bool] = {}
    dynamic = False
    for match in _ENV.finditer(code):
        variable = _VARIABLE.match(code, match.end())
        helper = getters.helper(code, match.start(), variable[1]) if variable else None
        here = [] if helper else _use(code, text, match)
        helpers |= dict([helper] if helper else ())
        found.update(here or ())
        dynamic = dynamic or here is None
    called, unseen = getters.calls(code, helpers)
    found.update(called)
    dynamic = dynamic or unseen
    composed = (dynamic or bool(helpers)) and _COMPOSES.search(code) is not None
    return Usage(tuple(_reads(Lines(file, text), text, sorted(found))), dynamic, composed, tuple(helpers.items()))


def _reads(lines: Lines, text: str, found: list[Found]) -> list[Read]:
    return [Read(text[a:b], lines.span(a, b), default) for a, b, default in found if _NAME.fullmatch(text, a, b)]


def _use(code: str, text: str, match: re.Match[str]) -> list[Found] | None:
    """The names that one `process.env` is asked for; None where they are not seen."""
    before, end = code[max(0, match.start() - 400) : match.start()], match.end()
    if member := _MEMBER.match(code, end):
        return _single(code, before, member.end(), member.span(1))
    if index := _INDEX.match(code, end):
        return _single(code, before, index.end(), (index.start(1) + 1, index.end(1) - 1))
    if variable := _VARIABLE.match(code, end):
        if _WRITTEN.match(code, variable.end()) or _DELETED.search(before):
            return []
        return getters.listed(code, match.start(), variable[1])
    if named := _IN.search(before):
        start = match.start() - len(before)
        return [(start + named.start(1) + 1, start + named.end(1) - 1, True)]
    if pattern := _PATTERN_END.search(before):
        return _destructured(code, match.start() - len(before) + pattern.start())
    if (alias := _ALIAS.search(before)) and _ALIASED.match(code, end):
        return _aliased(code, alias[1], match.start() - len(before) + alias.start(1))
    return getters.validated(code, text, before, end)


def _single(code: str, before: str, end: int, name: tuple[int, int]) -> list[Found]:
    if _WRITTEN.match(code, end) or _CALLED.match(code, end) or _DELETED.search(before):
        return []
    copes = getters.COPES.match(code, end)
    given = copes is not None and copes[0].endswith(")") and _PARSED.search(before)
    own = _OWN_CALL.search(before)
    coped = own is not None and getters.copes(code, own[1])
    listed = _LISTED.search(before) and _REST_OF_LIST.match(code, end)
    return [(*name, bool((copes and not given) or coped or listed or _TESTED.search(before)))]


def _aliased(code: str, name: str, declared: int) -> list[Found] | None:
    """What is asked of a name that is `process.env` in the whole text; None where it is used in any other way."""
    found: list[Found] = []
    for use in re.finditer(rf"(?<![\w$.]){re.escape(name)}(?![\w$])(?!\s*:)", code):
        if use.start() == declared:
            continue
        before = code[max(0, use.start() - 40) : use.start()]
        if member := _MEMBER.match(code, use.end()):
            found += _single(code, before, member.end(), member.span(1))
        elif index := _INDEX.match(code, use.end()):
            found += _single(code, before, index.end(), (index.start(1) + 1, index.end(1) - 1))
        else:
            return None
    return found


def _destructured(code: str, close: int) -> list[Found] | None:
    """The keys of `{A, B: c = 1}` that ends at `close`; None for a rest, a computed key, or no pattern at all."""
    depth, start = 0, close
    while start >= 0:
        depth += (code[start] in ")]}") - (code[start] in "([{")
        if depth == 0:
            break
        start -= 1
    if start < 0 or not re.search(r"(?<![\w$])(?:const|let|var)\s*\Z|[(,]\s*\Z", code[max(0, start - 40) : start]):
        return None
    found = []
    for a, b in parts(code, start):
        key = re.compile(r"\s*([A-Za-z_$][\w$]*)\s*(?=[:=]|\Z)").match(code, a, b)
        if key:
            found.append((*key.span(1), "=" in code[key.end() : b]))
        elif code[a:b].strip():
            return None
    return found

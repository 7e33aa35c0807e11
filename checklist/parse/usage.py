"""JavaScript or TypeScript text → the environment variables that it reads.

Read with a lexer, not a parser: sources are many, and TypeScript is none of the grammars here. What stands in comments,
texts and regular expressions is no read; what cannot be followed (`process.env[name]`, an alias) is `dynamic`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from checklist.model import Location
from checklist.parse import recognise
from checklist.parse.lines import Lines

SIGNS = ("process.env", "Sentry", "sentry", "pino", "winston", "process.send", "env-var", "dotenv")
"""A source with none of these says nothing that the facts ask."""

_SOURCE = re.compile(r".*\.[cm]?[jt]sx?", re.DOTALL)
_NO_SOURCE = re.compile(r"(?:^|/)(?:__tests__|__mocks__|tests?|e2e|specs?)/|\.(?:test|spec|e2e-spec|d|min)\.[^/]*\Z")

_HIDDEN = "\x01"
_TOKEN = re.compile(r"//[^\n]*|/\*[\s\S]*?(?:\*/|\Z)|'(?:\\[\s\S]|[^'\\\n])*'?|\"(?:\\[\s\S]|[^\"\\\n])*\"?|[\w$]+|\s+|[\s\S]")
_TEMPLATE = re.compile(r"(?:\\[\s\S]|\$(?!\{)|[^\\`$])*")
_REGEX = re.compile(r"/(?![*/])(?:\\[^\n]|\[(?:\\[^\n]|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*")
# After these a slash begins a regular expression; after a name, a number or a bracket that closes it divides.
_BEFORE_REGEX = re.compile(r"[(,=:\[!&|?{;+\-*%~^<>]|return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield|instanceof")

_NAME = re.compile(r"[A-Za-z_]\w*")
_ENV = re.compile(r"(?<![\w$])(?<![^.]\.)(?:(?:globalThis|global)\s*\.\s*)?process\s*\??\.\s*env(?![\w$])")
_MEMBER = re.compile(r"\s*!?\s*\??\.\s*([A-Za-z_$][\w$]*)")
_INDEX = re.compile(rf"\s*!?\s*(?:\?\.)?\s*\[\s*(['\"`]{_HIDDEN}*['\"`])\s*\]")
_WRITTEN = re.compile(r"\s*=(?![=>])")
_CALLED = re.compile(r"\s*\(")
# `x || y`, `x ?? y`, `Number(x) || y`, `parseInt(x, 10) || y`; a comparison or a test copes with a missing one as well
_COPES = re.compile(r"\s*!?(?:\s*,\s*\w+)?[\s)]*(?:\|\|=?|\?\?=?|&&|\?(?![.?])|[!=]==?)")
_TESTED = re.compile(r"(?:!|(?<![\w$])(?:if|while|Boolean)\s*\(|[=!]==?)\s*\Z")
_PATTERN_END = re.compile(r"\}\s*(?::[^={}();]*)?=\s*\Z")
_CLEAN = re.compile(r"(?<![\w$])cleanEnv\s*\(\s*\Z")
_PARSED = re.compile(r"\.\s*(?:safeP|p)arse(?:Async)?\s*\(\s*\Z")
_IN = re.compile(rf"(['\"]{_HIDDEN}*['\"])\s+in\s*\Z")
_SCHEMA = re.compile(r"(?<![\w$])(?:z|zod)\s*\.\s*object\s*\(\s*(?=\{)")
_IMPORTED = re.compile(r"(?:import\s+(?:\*\s*as\s+)?([\w$]+)\s+from\s*|(?:const|let|var)\s+([\w$]+)\s*=\s*require\s*\(\s*)(['\"]env-var['\"])")


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
    """It may read more, by names that are not seen."""


def is_source(path: str) -> bool:
    """Whether a file is code of the service by its name: no test, no declaration, no config that is read as one."""
    return _SOURCE.fullmatch(path) is not None and not _NO_SOURCE.search(path) and recognise(path) is None


def telling(texts: Mapping[str, str]) -> dict[str, str]:
    """Of a project's texts by path, its sources that say something the facts ask."""
    return {f: t for f, t in texts.items() if is_source(f) and any(sign in t for sign in SIGNS)}


def scan_all(texts: Mapping[str, str]) -> dict[str, Usage]:
    """What each of a project's sources reads, by path in their order."""
    return {file: scan(file, text) for file, text in sorted(texts.items())}


def scan(file: str, text: str) -> Usage:
    """The reads in a source, in its order; never raises, since what is no JavaScript reads nothing."""
    if "process" not in text and "env-var" not in text:
        return Usage((), False)
    code = _code(text)
    lines = Lines(file, text)
    found: set[tuple[int, int, bool]] = set()
    dynamic = False
    for match in _ENV.finditer(code):
        here = _use(code, match)
        found.update(here or ())
        dynamic = dynamic or here is None
    found.update(_env_var(code, text))
    reads = [Read(text[a:b], lines.span(a, b), default) for a, b, default in sorted(found)]
    return Usage(tuple(r for r in reads if _NAME.fullmatch(r.name)), dynamic)


def _code(text: str) -> str:
    """The text with comments blanked and the insides of texts and regular expressions hidden; as long as it was."""
    out: list[str] = []
    depths: list[int] = []  # of braces, in each `${` that is open
    before, at = "", 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        word = token[0] if token else text[at]
        if word == "`" or (word == "}" and depths and depths[-1] == 0):
            if word == "}":
                depths.pop()
            inside = _TEMPLATE.match(text, at + 1)
            end = inside.end() if inside else at + 1
            out += [word, _HIDDEN * (end - at - 1)]
            stop = text[end : end + 2]
            if stop == "${":
                depths.append(0)
                out.append("${")
                end += 2
            elif stop[:1] == "`":
                out.append("`")
                end += 1
            before, at = "{" if stop == "${" else "`", end
            continue
        if word == "/" and (not before or _BEFORE_REGEX.fullmatch(before)) and (regex := _REGEX.match(text, at)):
            word = regex[0]
            out.append("/" + _HIDDEN * (len(word) - 2) + "/")
            before = "/"
        elif word[:2] in ("//", "/*"):
            out.append(" " * len(word))
        elif word[0] in "'\"":
            closed = len(word) > 1 and word[-1] == word[0]
            out.append(word[0] + _HIDDEN * (len(word) - 1 - closed) + word[0] * closed)
            before = word[0]
        else:
            out.append(word)
            before = before if word.isspace() else word
            if depths:
                depths[-1] += (word == "{") - (word == "}")
        at += len(word)
    return "".join(out)


def _use(code: str, match: re.Match[str]) -> list[tuple[int, int, bool]] | None:
    """(start, end, has a default) of the names that one `process.env` is asked for; None where they are not seen."""
    before, end = code[max(0, match.start() - 400) : match.start()], match.end()
    if member := _MEMBER.match(code, end):
        return _single(code, before, member.end(), member.span(1))
    if index := _INDEX.match(code, end):
        return _single(code, before, index.end(), (index.start(1) + 1, index.end(1) - 1))
    if named := _IN.search(before):
        start = match.start() - len(before)
        return [(start + named.start(1) + 1, start + named.end(1) - 1, True)]
    if pattern := _PATTERN_END.search(before):
        return _destructured(code, match.start() - len(before) + pattern.start())
    if _CLEAN.search(before):
        comma = re.compile(r"\s*,\s*(?=\{)").match(code, end)
        return list(_keys(code, comma.end())) if comma else None
    if _PARSED.search(before) and (schemas := list(_SCHEMA.finditer(code))):
        return [key for schema in schemas for key in _keys(code, schema.end())]
    return None


def _single(code: str, before: str, end: int, name: tuple[int, int]) -> list[tuple[int, int, bool]]:
    if _WRITTEN.match(code, end) or _CALLED.match(code, end) or re.search(r"(?<![\w$])delete\s+\Z", before):
        return []
    return [(*name, bool(_COPES.match(code, end) or _TESTED.search(before)))]


def _destructured(code: str, close: int) -> list[tuple[int, int, bool]] | None:
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
    for a, b in _parts(code, start):
        key = re.compile(r"\s*([A-Za-z_$][\w$]*)\s*(?=[:=]|\Z)").match(code, a, b)
        if key:
            found.append((*key.span(1), "=" in code[key.end() : b]))
        elif code[a:b].strip():
            return None
    return found


def _keys(code: str, start: int) -> Iterator[tuple[int, int, bool]]:
    """The keys of the schema object that begins at `start`; `.default(`, `.optional(`, `default:` make them optional."""
    optional = re.compile(r"\.\s*(?:default|optional|nullish|catch)\s*\(|(?<![\w$])(?:default|devDefault)\s*:")
    for a, b in _parts(code, start):
        key = re.compile(r"\s*['\"]?([A-Za-z_$][\w$]*)['\"]?\s*:").match(code, a, b)
        if key:
            yield (*key.span(1), bool(optional.search(code, key.end(), b)))


def _parts(code: str, start: int) -> list[tuple[int, int]]:
    """(start, end) of what stands between the commas of the bracket that opens at `start`."""
    parts, depth, begun = [], 0, start + 1
    for at in range(start, len(code)):
        depth += (code[at] in "([{") - (code[at] in ")]}")
        if depth == 0 or (depth == 1 and code[at] == ","):
            parts.append((begun, at))
            begun = at + 1
        if depth == 0:
            break
    return parts


def _env_var(code: str, text: str) -> Iterator[tuple[int, int, bool]]:
    """`env.get('X').required()` of npm's env-var: without `required` it copes."""
    for imported in re.finditer(_IMPORTED, text):
        name = re.escape(imported[1] or imported[2])
        call = re.compile(rf"(?<![\w$.]){name}\s*\.\s*get\s*\(\s*(['\"]{_HIDDEN}*['\"])\s*\)((?:\s*\.\s*\w+\s*\([^()]*\))*)")
        for found in call.finditer(code):
            yield found.start(1) + 1, found.end(1) - 1, not re.search(r"\.\s*required\s*\(", found[2])

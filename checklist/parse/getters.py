"""JavaScript or TypeScript text → the environment variables that libraries and the code's own functions read for it.

Known are, each by the import or the type that gives it away: npm's env-var, Nest's ConfigService, envalid, zod, Joi,
t3-env, Strapi's config files, and functions of the project that do `process.env[name]` with their first parameter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from checklist.parse.lexer import TEXT, parts

Found: TypeAlias = "tuple[int, int, bool]"
"""Start and end of a name in the text, and whether the code copes where it is not set."""

SIGNS = ("env-var", "ConfigService", "createEnv", "validationSchema", "({ env })", "({env})")
"""A text with none of these and no `process` reads nothing."""

COPES = re.compile(
    r"\s*!?(?:\s+as\s+[\w$.<>\[\]| ]+)?(?:\s*,\s*\w+)?[\s)]*(?:\|\|=?|\?\?=?|&&|\?|[!=]==?)"
    r"|\s*!?\s*,\s*(?:(?:-?[\d_.]+(?:\s*[*+]\s*[\d_.]+)*|true|false|(?:[A-Z][A-Z\d_]+|(?i:default|fallback)\w*)(?:\.\w+)*)\s*[,)]|['\"`][^'\"`\n]*['\"`]\s*,?\s*\))"
)
"""`x || y`, `x ?? y`, `Number(x) || y`, `parseInt(x, 10) || y`, `toNumber(x, 100, {min: 1})`; a comparison, a test or
`x?.trim()` copes with a missing one as well."""

_GENERIC = r"(?:\s*<[^()=;]*?>)?"
_IMPORT = re.compile(r"(?<![\w$.])import\s+([^;'\"]*?)\s*from\s*(['\"])")
_REQUIRE = re.compile(r"(?<![\w$.])(?:const|let|var)\s+([^;=]*?)\s*=\s*(?:await\s+import|require)\s*\(\s*(['\"])")
_CONFIG_SERVICE = re.compile(r"(?<![\w$.])([A-Za-z_$][\w$]*)\s*\??\s*(?::\s*ConfigService(?![\w$])|=\s*(?:new\s+ConfigService\s*[(<]|[\w.]+\s*\.\s*get\s*\(\s*ConfigService\s*\)))")
_NEST = re.compile(r"['\"]@nestjs/config['\"]")
_T3 = re.compile(r"['\"]@t3-oss/env-")
_CREATED = re.compile(r"(?<![\w$.])createEnv\s*\(\s*(?=\{)")
_CREATED_FROM = re.compile(r"(?:runtimeEnv|experimental__runtimeEnv)\s*:\s*\Z")
_GROUP = re.compile(r"\s*(?:server|client|shared)\s*:\s*(?=\{)")
_CLEAN = re.compile(r"(?<![\w$])(?:cleanEnv|customCleanEnv)\s*(?:<[^()]*>)?\(\s*\Z")
_PARSED = re.compile(r"(?:([A-Za-z_$][\w$]*)|\))\s*\.\s*(?:parse|safeParse|parseAsync|safeParseAsync|validate|validateSync)\s*\(\s*\Z")
_SCHEMA = re.compile(r"(?<![\w$])(?:(?:z|zod)\s*\.\s*(?:object|strictObject|looseObject)|[Jj]oi\s*\.\s*object(?:\s*\(\s*\)\s*\.\s*keys)?)\s*(?:<[^()]*>)?\(\s*(?=\{)")
_JOI = re.compile(r"(?<![\w$])validationSchema\s*:\s*(?=[Jj]oi\s*\.\s*object)")
_STRAPI = re.compile(r"\(\s*\{\s*env\s*(?:,[^{}]*)?\}\s*\)\s*=>")
_STOPS = re.compile(r"(?<![\w$])(?:throw|exit\s*\()")
_FUNCTION = (
    r"(?:(?<![\w$.])function\s*\*?\s*([A-Za-z_$][\w$]*)|(?<![\w$.])(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*(?::[^=;]+)?=\s*(?:async\s*)?(?:function\s*[\w$]*)?"
    r"|(?:(?<=[{};\n])|(?<![\w$.])(?:public|private|protected|static|async))\s*(?!(?:if|for|while|switch|catch|return|function)\b)([A-Za-z_$][\w$]*))"
)


def reads(code: str, text: str) -> Iterator[Found]:
    """What libraries read of the environment, in a text and the same with its texts hidden."""
    imports = list(imported(code, text))
    for name in {n for n, source in imports if source == "env-var"}:
        yield from _env_var(code, name)
    if "ConfigService" in code and _NEST.search(text):
        yield from _config_service(code)
        for schema in _JOI.finditer(code):
            if found := _SCHEMA.match(code, schema.end()):
                yield from keys(code, found.end())
    if _T3.search(text):
        for created in _CREATED.finditer(code):
            for a, _ in parts(code, created.end()):
                if group := _GROUP.match(code, a):
                    yield from keys(code, group.end())
    if _STRAPI.search(code):
        yield from ((a, b, True) for a, b, _ in _literal_calls(code, r"env(?:\s*\.\s*\w+)?"))


def imported(code: str, text: str) -> Iterator[tuple[str, str]]:
    """(name, module) of each name that a text imports or requires, as the module calls it."""
    for pattern in (_IMPORT, _REQUIRE):
        for found in pattern.finditer(code):
            end = text.find(found[2], found.end())
            for name in re.findall(r"(?<![\w$])(?:\*\s*as\s+)?([A-Za-z_$][\w$]*)(?:\s*(?:as|:)\s+?[\w$]+)?", re.sub(r"(?<![\w$])type\s+", "", found[1])):
                yield name, text[found.end() : end]


def calls(code: str, helpers: Mapping[str, bool]) -> tuple[list[Found], bool]:
    """What is read by calls of functions that read the variable they are given; whether some are given unseen names."""
    found: list[Found] = []
    dynamic = False
    for name, stops in helpers.items():
        literal = list(_literal_calls(code, re.escape(name)))
        found += [(a, b, copes or not stops) for a, b, copes in literal]
        declared = r"(?!\s*[\w$]+\s*(?:\)|[?:,=][^;()]*\))\s*(?::[^=;{}()]+)?\{)"
        every = re.findall(rf"(?<!function )(?:(?<![\w$.])|(?<=this\.)){re.escape(name)}{_GENERIC}\s*\({declared}", code)
        dynamic = dynamic or len(every) > len(literal)
    return found, dynamic


def _literal_calls(code: str, name: str) -> Iterator[Found]:
    for call in re.finditer(rf"(?:(?<![\w$.])|(?<=this\.)){name}{_GENERIC}\s*\(\s*({TEXT})\s*([,)])", code):
        yield call.start(1) + 1, call.end(1) - 1, call[2] == "," or bool(COPES.match(code, call.end()))


def helper(code: str, at: int, variable: str) -> tuple[str, bool] | None:
    """The function around `at` whose first parameter is the variable: its name, and whether it stops anywhere."""
    head = re.compile(rf"{_FUNCTION}{_GENERIC}\s*(?P<open>\()\s*{re.escape(variable)}(?![\w$])")
    for match in reversed(list(head.finditer(code, max(0, at - 1500), at))):
        body = _body(code, match.start("open"))
        if body is not None and body[0] <= at < body[1]:
            name = next(g for g in match.groups() if g)
            return name, _STOPS.search(code[slice(*body)]) is not None
    return None


def _body(code: str, opened: int) -> tuple[int, int] | None:
    """Start and end of the body of the function whose parameters begin at `opened`."""
    parameters = parts(code, opened)
    begun = re.compile(r"\)\s*(?::[^=;{}()]+)?(=>)?\s*").match(code, parameters[-1][1]) if parameters else None
    if begun is None:
        return None
    if code[begun.end() : begun.end() + 1] == "{":
        block = parts(code, begun.end())
        return (begun.end(), block[-1][1]) if block else None
    stop = re.compile(r";|\n\s*\n|\Z").search(code, begun.end()) if begun[1] else None
    return (begun.end(), stop.start()) if stop else None


def copes(code: str, name: str) -> bool:
    """Whether a function of the text copes with a first argument that is not set: a default, a type that allows it, or a
    test in it says so. One that may throw or exit does not."""
    word = re.escape(name)
    head = re.compile(rf"(?<![\w$.])(?:function\s+{word}|(?:const|let|var)\s+{word}\s*(?::[^=;]+)?=\s*(?:async\s*)?(?:function\s*[\w$]*)?){_GENERIC}\s*(?=\()")
    for found in head.finditer(code):
        first = re.compile(r"\s*([A-Za-z_$][\w$]*)([^,]*)").match(code, *next(iter(parts(code, found.end())), (0, 0)))
        body = _body(code, found.end())
        if first is None or body is None or _STOPS.search(code[slice(*body)]):
            continue
        param = re.escape(first[1])
        tested = rf"(?<![\w$.])(?:(?:!|if\s*\(|typeof\s+|Boolean\s*\()\s*{param}(?![\w$])|{param}(?:\s*(?:\|\||\?|[!=]==?|&&)))|is(?:NaN|Finite)\s*\("
        if re.search(r"\?\s*:|=|(?<![\w$])(?:undefined|null|any|unknown)(?![\w$])", first[2]) or re.search(tested, code[slice(*body)]):
            return True
    return False


def listed(code: str, at: int, variable: str) -> list[Found] | None:
    """The names in the array of texts that a loop around `at` takes the variable from; None where it is none."""
    before = code[max(0, at - 600) : at]
    word = re.escape(variable)
    loop = re.compile(
        rf"(?P<array>[A-Za-z_$][\w$]*|\])\s*\.\s*(?:filter|every|some|find|forEach|map|flatMap)\s*\(\s*(?:function\s*)?\(?\s*{word}\s*(?::[^)=]+)?\)?\s*(?:=>|\{{)"
        rf"|(?<![\w$])for\s*\(\s*(?:const|let|var)\s+{word}\s+of\s+(?P<of>[A-Za-z_$][\w$]*)\s*\)"
    )
    taken = list(loop.finditer(before))
    if not taken:
        return None
    name = taken[-1]["array"] or taken[-1]["of"]
    opened = before.rfind("[", 0, taken[-1].start()) + at - len(before) if name == "]" else -1
    if name != "]" and (array := re.search(rf"(?<![\w$.])(?:const|let|var)\s+{re.escape(name)}\s*(?::[^=;]+)?=\s*(?=\[)", code)):
        opened = array.end()
    texts = [re.compile(rf"\s*({TEXT})\s*\Z").match(code, a, b) for a, b in parts(code, opened) if code[a:b].strip()] if opened >= 0 else []
    return [(t.start(1) + 1, t.end(1) - 1, True) for t in texts if t] if texts and all(texts) else None


def validated(code: str, text: str, before: str, end: int) -> list[Found] | None:
    """The keys of the schema that `process.env`, which ends at `end`, is held against; None where there is none in the text."""
    if _CREATED_FROM.search(before) and _T3.search(text):
        return []
    if _CLEAN.search(before):
        spec = re.compile(r"\s*,\s*(?:(?=\{)|([A-Za-z_$][\w$]*))").match(code, end)
        opened = _object(code, spec[1]) if spec and spec[1] else spec.end() if spec else None
        return list(keys(code, opened)) if opened is not None else None
    if parsed := _PARSED.search(before):
        schemas = [s.end() for s in _SCHEMA.finditer(code)]
        named = re.search(rf"(?<![\w$.])(?:const|let|var)\s+{re.escape(parsed[1])}\s*(?::[^=;]+)?=\s*", code) if parsed[1] else None
        own = _SCHEMA.match(code, named.end()) if named else None
        opened_at = [own.end()] if own and re.match(r"\)\s*(?:;|\n|\Z)", code[parts(code, own.end())[-1][1] + 1 :]) else schemas
        return [key for at in opened_at for key in keys(code, at)] if schemas else None
    return None


def _object(code: str, name: str) -> int | None:
    found = re.search(rf"(?<![\w$.])(?:const|let|var)\s+{re.escape(name)}\s*(?::[^=;]+)?=\s*(?=\{{)", code)
    return found.end() if found else None


def keys(code: str, start: int) -> Iterator[Found]:
    """The keys of the schema object that begins at `start`, and whether what they name may be missing."""
    optional = re.compile(r"\.\s*(?:default|optional|nullish|catch|prefault)\s*\(|(?<![\w$])(?:default|devDefault)\s*:")
    joi = re.compile(r"[\s:]*[Jj]oi(?![\w$])(?![\s\S]*\.\s*required\s*\()")
    for a, b in parts(code, start):
        key = re.compile(r"\s*['\"]?([A-Za-z_$][\w$]*)['\"]?\s*:").match(code, a, b)
        if key:
            yield (*key.span(1), bool(optional.search(code, key.end(), b) or joi.match(code[key.end() : b])))


def _config_service(code: str) -> Iterator[Found]:
    """`config.get('X')`, `this.config.getOrThrow<string>('X')`, where `config` is a ConfigService by its type."""
    for name in {found[1] for found in _CONFIG_SERVICE.finditer(code)}:
        for call in re.finditer(rf"(?<![\w$]){re.escape(name)}\s*!?\s*\??\.\s*get(OrThrow)?{_GENERIC}\s*\(\s*({TEXT})\s*(\)|,(?!\s*[{{)]))?", code):
            default = call[3] is not None and call[3].startswith(",")
            yield call.start(2) + 1, call.end(2) - 1, not call[1] and (default or bool(COPES.match(code, call.end())))


def _env_var(code: str, name: str) -> Iterator[Found]:
    """`env.get('X').required()` of npm's env-var: without `required` it copes."""
    call = re.compile(rf"(?<![\w$.]){re.escape(name)}\s*\.\s*get\s*\(\s*({TEXT})\s*\)((?:\s*\.\s*\w+\s*\([^()]*\))*)")
    for found in call.finditer(code):
        yield found.start(1) + 1, found.end(1) - 1, not re.search(r"\.\s*required\s*\(", found[2])

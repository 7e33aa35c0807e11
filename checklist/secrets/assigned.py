"""What is assigned to a name that promises a secret, in any language: `NAME=x`, `name: x`, `"name": "x"`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checklist.secrets.literal import counts, literal
from checklist.secrets.naming import secret_name, setting_name
from checklist.secrets.patterns import KEY

_NAME = re.compile(
    r"(?<![\w.-])(?P<name>[\w.-]++)(?P<closed>\\{0,7}[\"'`]\]?)?[ \t]*+(?P<sign>=>|[:+?]?=(?!=)|:(?!//|:))"
    # a formatter puts a long text on the next line
    r"(?P<space>[ \t]*+(?:\r?\n[ \t]*+(?=[\"'`]))?)"
)
_SCHEME = re.compile(r"(?i)\b(?:bearer|basic|token|apikey)[ \t]{1,4}")
_COMMAND = re.compile(
    r"(?:node|npx|tsx|ts-node|npm|pnpm|yarn|bun|bunx|deno|bash|sh|python3?|php|k6|jest|vitest|mocha|playwright|cross-env"
    r"|env|docker|curl|chmod|\./\S+) "
)
_OPENING = re.compile(r"\\{0,7}[\"'`]")
_BEFORE = re.compile(r"\\{0,7}[\"'`]\Z")
_ONE_WORD = re.compile(r"(?:\b(?:echo|printf)(?: -\w+)?|(?:^|\s)--?(?!\w?c[ =])[\w-]+)[ =]*\\{0,7}[\"'`]\Z")
"""What stands before a quote that holds one word: `echo "KEY=a b"`, `-e "KEY=a b"`; `ssh h "KEY=a b"` holds more."""
_QUOTED = {q: re.compile(rf"(?:[^{q}\\\n]|\\.)*+") for q in "\"'`"}
_BARE = re.compile(r"[^\s\"'`;&|()<>]+")
_TOLD = re.compile(r"[^\s\"'`,;{}()\[\]<>]+(?=(?P<end>\s*(?:$|[\"'`,;})\]\\]))?)", re.MULTILINE)
_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z_$.?]*(?:[\[(].*)?", re.DOTALL)
_MIXED = re.compile(
    r"[\"']?((?=\D{0,400}\d)(?=[^a-z\s]{0,400}[a-z])(?=[^A-Z\s]{0,400}[A-Z])[\w+=-]{16,400}|[0-9a-f]{32,400})"
    r"(?![\w./:-])"
)


def found(text: str, *, code: bool) -> Iterator[tuple[int, int]]:
    """(start, end) of the values of names that promise one; `code`: it is JavaScript, where a bare word is no text."""
    at, begin, stop = 0, 0, -1
    while (m := _NAME.search(text, at)) is not None:
        at = m.end("name")
        if text[m.start() - 2 : m.start()] == "${":
            continue  # `${TOKEN:0:8}`; the value in `${TOKEN:-x}` has a pattern of its own
        if not secret_name(m["name"]):
            if setting_name(m["name"]) and (key := _MIXED.match(text, m.end())):
                yield key.span(1)
            continue
        if stop < m.start():
            begin, stop = text.rfind("\n", 0, m.start()) + 1, _line_end(text, m.start())
        before = text[begin : m.start()] if m.start() - begin < 100 else "x"
        start, end = _value(text, m, before, stop if m.end() <= stop else _line_end(text, m.end()), code=code)
        if scheme := _SCHEME.match(text, start, end):
            start = scheme.end()
        if _COMMAND.match(text, start, end):
            continue  # an npm script whose name has the word
        start, end, value = _login(text, m["name"], start, end)
        if literal(value) and not counts(value) and (not _of_a_table(m) or KEY.fullmatch(value)):
            yield start, end
        at = max(at, end)


def _login(text: str, name: str, start: int, end: int) -> tuple[int, int, str]:
    """(start, end, what must be written out) of a value; of an address it is the login, of a webhook the whole."""
    value = text[start:end]
    if "://" not in value[:40] or "hook" in name.lower():
        return start, end, value
    last = value.rfind("@")
    password = value[value.index("://") + 3 : max(last, 0)].partition(":")[2]
    return start + value.index("://") + 3, start + max(last, value.index("://") + 3), password


def _of_a_table(m: re.Match[str]) -> bool:
    """Whether a name is the plain `key` of a cache or a list, rather than the variable KEY."""
    return m["name"].lower() in ("key", "keys") and (m["name"] != m["name"].upper() or m["space"] != "")


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _value(text: str, m: re.Match[str], before: str, stop: int, *, code: bool) -> tuple[int, int]:
    """(start, end) of what stands behind the sign, without its quotes; nothing where that is no text.

    `before` is what stands before the name on its line, `stop` the end of the line.
    """
    at = m.end()
    nothing = (at, at)
    own = _BEFORE.search(before) if m["closed"] is None else None
    if opening := _OPENING.match(text, at):
        if own is not None and own[0] == opening[0]:
            return nothing  # `"TOKEN="` is closed there
        return nothing if text[opening.end() : opening.end() + 1] == " " else _quoted(text, opening, stop)
    if own is not None and (m["sign"] == ":" or _ONE_WORD.search(before)) and (end := text.find(own[0], at, stop)) >= 0:
        # `"KEY=a b"` is one word, a sentence is no secret
        told = text[at:end]
        sentence = m["sign"] == ":" and " " in told and not re.search(r"\d", told[:400]) and not _SCHEME.match(told)
        return nothing if sentence else (at, end)
    if text[at : at + 1] in ("{", "[", "&", "*", "!", "|", ">", "(", ""):
        return nothing
    if code:
        name = _IDENTIFIER.match(text, at, min(stop, at + 400))
        if name and not text[name.end() : name.end() + 1].isalnum():
            return nothing
    if "=" in m["sign"]:
        bare = _BARE.match(text, at, stop)
        return (at, bare.end()) if bare else nothing
    if not before.strip(" \t-") and not code and m["closed"] is None:  # a line of YAML
        comment = text.find(" #", at, stop)
        return at, at + len(text[at : stop if comment < 0 else comment].rstrip())
    word = _TOLD.match(text, at, stop)
    return (at, word.end()) if word and (word["end"] is not None or re.search(r"\d", word[0][:400])) else nothing


def _quoted(text: str, opening: re.Match[str], stop: int) -> tuple[int, int]:
    start = opening.end()
    if len(opening[0]) == 1 and (inside := _QUOTED[opening[0]].match(text, start)):
        return start, inside.end()
    end = text.find(opening[0], start, stop)
    return start, stop if end < 0 else end

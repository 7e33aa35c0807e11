"""JavaScript or TypeScript text → the same text without what its comments, texts and regular expressions say.

A lexer, not a parser: sources are many, and TypeScript is none of the grammars here. It misses what only a grammar can
know, such as an apostrophe between the tags of JSX.
"""

from __future__ import annotations

import re

HIDDEN = "\x01"
"""Stands for each character inside a text or a regular expression."""
TEXT = rf"['\"`]{HIDDEN}*['\"`]"
"""Pattern of a text that holds no `${`."""

_TOKEN = re.compile(r"//[^\n]*|/\*[\s\S]*?(?:\*/|\Z)|'(?:\\[\s\S]|[^'\\\n])*'?|\"(?:\\[\s\S]|[^\"\\\n])*\"?|[\w$]+|\s+|[\s\S]")
_TEMPLATE = re.compile(r"(?:\\[\s\S]|\$(?!\{)|[^\\`$])*")
_REGEX = re.compile(r"/(?![*/])(?:\\[^\n]|\[(?:\\[^\n]|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*")
# After these a slash begins a regular expression; after a name, a number or a bracket that closes it divides.
_BEFORE_REGEX = re.compile(r"[(,=:\[!&|?{;+\-*%~^<>]|return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield|instanceof")


def hide(text: str) -> str:
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
            out += [word, HIDDEN * (end - at - 1)]
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
            out.append("/" + HIDDEN * (len(word) - 2) + "/")
            before = "/"
        elif word[:2] in ("//", "/*"):
            out.append(" " * len(word))
        elif word[0] in "'\"":
            closed = len(word) > 1 and word[-1] == word[0]
            out.append(word[0] + HIDDEN * (len(word) - 1 - closed) + word[0] * closed)
            before = word[0]
        else:
            out.append(word)
            before = before if word.isspace() else word
            if depths:
                depths[-1] += (word == "{") - (word == "}")
        at += len(word)
    return "".join(out)


def parts(code: str, start: int) -> list[tuple[int, int]]:
    """(start, end) of what stands between the commas of the bracket that opens at `start`."""
    found, depth, begun = [], 0, start + 1
    for at in range(start, len(code)):
        depth += (code[at] in "([{") - (code[at] in ")]}")
        if depth == 0 or (depth == 1 and code[at] == ","):
            found.append((begun, at))
            begun = at + 1
        if depth == 0:
            break
    return found

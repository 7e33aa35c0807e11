"""Words: what quotes, escapes and dollars make of the characters. Bash 5.2 manual, 3.1.2 Quoting and 3.5 Shell Expansions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checklist.parse.sh.tree import Arithmetic, Part, Substitution, Text, Variable, Word

if TYPE_CHECKING:
    from checklist.parse.sh.reader import Reader

_ALONE = re.compile(r"""(?:([^ \t\n;&|<>()"'`$\\]++)|"([^"`$\\]*+)"|'([^']*+)')(?=[ \t\n;&|)]|\Z)""")
_META = " \t\n;&|<>()"
_RUN = re.compile(r"[^ \t\n;&|<>()\"'`$\\]+")
_QUOTED_RUN = re.compile(r"[^\"`$\\]+")
_NAME = re.compile(r"[A-Za-z_]\w*|[0-9]|[@*#?$!-]", re.ASCII)
_BRACED = re.compile(r"([!#]?)([A-Za-z_]\w*|\d+|[@*#?$!-])(\[[^\]\n]*\])?", re.ASCII)
_OPERATOR = re.compile(r":?[-=?+]|##?|%%?|//?[#%]?|\^\^?|,,?|@|:")
_ANSI = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"', "?": "?", "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "v": "\v"}
_EXTENDED = "?*+@!"


class Lost(Exception):
    """(offset, why): the text cannot be understood from there on."""

    def __init__(self, offset: int, why: str) -> None:
        super().__init__(why)
        self.offset, self.why = offset, why


def word(p: Reader) -> Word | None:
    """The word that begins here, None if none does."""
    start, text = p.at, p.text
    if alone := _ALONE.match(text, start, p.end):  # most words are one piece
        kind = alone.lastindex or 0
        p.at, quoted = alone.end(), kind > 1
        return Word(start, p.at, (Text(alone[kind], start + quoted, quoted),))
    parts = list[Part]()
    while p.at < p.end:
        c = text[p.at]
        if c in _META:
            if c == "(" and p.at > start and text[p.at - 1] in _EXTENDED and parts and isinstance(parts[-1], Text):
                close = _balanced(p, p.at + 1)
                parts.append(Text(text[p.at : close], p.at))
                p.at = close
                continue
            if c in "<>" and text.startswith("(", p.at + 1):
                parts.append(_process(p, c))
                continue
            break
        _piece(p, c, parts)
    return Word(start, p.at, tuple(parts)) if p.at > start else None


def _piece(p: Reader, c: str, parts: list[Part], stop: str = "") -> None:
    """One more piece of a word; `stop` has further characters that end it."""
    text = p.text
    if c == '"':
        _double(p, parts)
    elif c == "'":
        close = text.find("'", p.at + 1)
        if close < 0 or close >= p.end:
            raise Lost(p.at, "a quote is not closed")
        parts.append(Text(text[p.at + 1 : close], p.at + 1, True))
        p.at = close + 1
    elif c == "$":
        _dollar(p, parts, quoted=False)
    elif c == "`":
        parts.append(_backticks(p, quoted=False))
    elif c == "\\":
        if text.startswith("\n", p.at + 1):
            p.at += 2
            return
        if p.at + 1 < p.end:
            parts.append(Text(text[p.at + 1], p.at + 1, True))
        p.at = min(p.at + 2, p.end)
    else:
        run = _RUN.match(text, p.at, p.end)
        end = run.end() if run else p.at + 1
        for character in stop:
            found = text.find(character, p.at, end)
            end = end if found < 0 else found
        parts.append(Text(text[p.at : end], p.at))
        p.at = end


def _double(p: Reader, parts: list[Part]) -> None:
    opened = p.at
    p.at += 1
    if p.text.startswith('"', p.at):
        parts.append(Text("", p.at, True))
    inside(p, parts, '"')
    if p.at >= p.end:
        raise Lost(opened, "a quote is not closed")
    p.at += 1


def inside(p: Reader, parts: list[Part], stop: str) -> None:
    """What stands between double quotes, or in a here-document (`stop` is empty) up to the parser's end."""
    text = p.text
    while p.at < p.end:
        c = text[p.at]
        if c == stop:
            return
        if c == "$":
            _dollar(p, parts, quoted=True)
        elif c == "`":
            parts.append(_backticks(p, quoted=True))
        elif c == "\\":
            after = text[p.at + 1 : p.at + 2]
            if after == "\n":
                pass
            elif after and after in '$`\\"' and (after != '"' or stop):
                parts.append(Text(after, p.at + 1, True))
            else:
                parts.append(Text("\\" + after, p.at, True))
            p.at = min(p.at + 2, p.end)
        else:
            run = _QUOTED_RUN.match(text, p.at, p.end)
            end = run.end() if run else p.at + 1
            parts.append(Text(text[p.at : end], p.at, True))
            p.at = end


def _dollar(p: Reader, parts: list[Part], *, quoted: bool) -> None:
    text, start = p.text, p.at
    after = text[start + 1 : start + 2] if start + 1 < p.end else ""
    if after == "(":
        if text.startswith("(", start + 2) and (close := _arithmetic_end(p, start + 3)) is not None:
            parts.append(Arithmetic(text[start + 3 : close], start, close + 2, quoted))
            p.at = close + 2
            return
        p.at += 2
        body = p.sequence((")",))
        if not text.startswith(")", p.at) or p.at >= p.end:
            raise Lost(start, "$( is not closed")
        p.at += 1
        parts.append(Substitution(body, start, p.at, quoted))
    elif after == "{":
        parts.append(_braced(p, quoted=quoted))
    elif after == "[":
        close = text.find("]", start)
        p.at = close + 1 if 0 <= close < p.end else p.end
        parts.append(Arithmetic(text[start + 2 : p.at - 1], start, p.at, quoted))
    elif after == "'" and not quoted:
        _ansi(p, parts)
    elif after == '"' and not quoted:
        p.at += 1
        _double(p, parts)
    elif name := _NAME.match(text, start + 1, p.end):
        p.at = name.end()
        parts.append(Variable(name[0], start, p.at, quoted))
    else:
        parts.append(Text("$", start, quoted))
        p.at += 1


def _braced(p: Reader, *, quoted: bool) -> Part:
    text, start = p.text, p.at
    p.at += 2
    head = _BRACED.match(text, p.at, p.end)
    if head and text.startswith("}", head.end()) and head.end() < p.end:
        p.at = head.end() + 1
        return Variable(head[2], start, p.at, quoted, head[1] + (head[3] or ""))
    if head is None or (operator := _OPERATOR.match(text, head.end(), p.end)) is None:
        # ${!prefix*}, ${ command; } of bash 5.3, or nothing that bash takes
        _until_brace(p, start, quoted=quoted)
        return Variable("", start, p.at, quoted, "?")
    p.at = operator.end()
    argument = _until_brace(p, start, quoted=quoted)
    return Variable(head[2], start, p.at, quoted, head[1] + (head[3] or "") + operator[0], argument)


def _until_brace(p: Reader, opened: int, *, quoted: bool) -> Word:
    start, parts = p.at, list[Part]()
    while p.at < p.end and p.text[p.at] != "}":
        c = p.text[p.at]
        if c == "'" and quoted:
            # bash keeps the quotes here and yet wants a pair of them
            close = p.text.find(c, p.at + 1, p.end)
            if close < 0:
                raise Lost(p.at, "a quote is not closed")
            parts.append(Text(p.text[p.at : close + 1], p.at, True))
            p.at = close + 1
        elif c in _META:
            parts.append(Text(c, p.at, quoted))
            p.at += 1
        else:
            _piece(p, c, parts, "}'" if quoted else "}")
    if p.at >= p.end:
        raise Lost(opened, "${ is not closed")
    p.at += 1
    return Word(start, p.at - 1, tuple(parts))


def _backticks(p: Reader, *, quoted: bool) -> Part:
    start = p.at
    close = start + 1
    while close < p.end and p.text[close] != "`":
        close += 2 if p.text[close] == "\\" else 1
    if close >= p.end:
        raise Lost(start, "a backtick is not closed")
    outer, p.end, p.at = p.end, close, start + 1
    try:
        body = p.sequence(())
    finally:
        p.end = outer
    p.at = close + 1
    return Substitution(body, start, p.at, quoted)


def _process(p: Reader, operator: str) -> Part:
    start = p.at
    p.at += 2
    body = p.sequence((")",))
    if not p.text.startswith(")", p.at):
        raise Lost(start, f"{operator}( is not closed")
    p.at += 1
    return Substitution(body, start, p.at, False, operator)


def _ansi(p: Reader, parts: list[Part]) -> None:
    start = p.at
    p.at += 2
    while p.at < p.end and p.text[p.at] != "'":
        if p.text[p.at] == "\\" and p.at + 1 < p.end:
            escape = re.compile(r"x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|c?(.)", re.DOTALL).match(p.text, p.at + 1, p.end)
            assert escape
            digits = escape[1] or escape[2] or escape[3]
            code = int(digits, 16) if digits else int(escape[4], 8) if escape[4] else None
            made = _ANSI.get(escape[5], "\\" + escape[5]) if code is None else chr(code) if code < 0x110000 else "?"
            parts.append(Text(made, p.at, True))
            p.at = escape.end()
        else:
            parts.append(Text(p.text[p.at], p.at, True))
            p.at += 1
    if p.at >= p.end:
        raise Lost(start, "a quote is not closed")
    p.at += 1


def _arithmetic_end(p: Reader, at: int) -> int | None:
    """Where the `))` of an arithmetic expression stands, None if it is none: `$( (a); b )`."""
    depth = 0
    text = p.text
    while at < p.end:
        c = text[at]
        if c == "(":
            depth += 1
        elif c == ")":
            if depth == 0:
                return at if text.startswith("))", at) and at + 1 < p.end else None
            depth -= 1
        elif c == "\\":
            at += 1
        elif c == "'" or (c == '"' and depth == 0 and text.find('"', at + 1) < 0):
            return None
        at += 1
    return None


arithmetic_end = _arithmetic_end


def _balanced(p: Reader, at: int) -> int:
    """The end of what begins after an opening parenthesis, past the closing one."""
    opened, depth = at - 1, 1
    while at < p.end:
        c = p.text[at]
        if c == "\\":
            at += 1
        elif c in "'\"":
            close = p.text.find(c, at + 1)
            if close < 0:
                break
            at = close
        elif c == "(":
            depth += 1
        elif c == ")":
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    raise Lost(opened, "( is not closed")

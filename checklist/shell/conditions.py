"""`[ … ]` and `[[ … ]]` in three values: true, false, or None where it cannot be known. Bash 5.2 manual, 6.4."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from checklist.shell.constraints import Predicate
from checklist.shell.states import Answer, Default

Token = str | Answer | None

_FILES = {"-e", "-d", "-f", "-a", "-s", "-r", "-x", "-L", "-h", "-w", "-p", "-S", "-O", "-G", "-u", "-g", "-k", "-b", "-c", "-N", "-nt", "-ot", "-ef"}
FOLDER: frozenset[Hashable] = frozenset({"folder"})
_THERE: dict[str, frozenset[Hashable]] = {"-d": FOLDER, "-f": frozenset({"file"}), "-e": frozenset({"folder", "file", "other"})}
"""What a path then is."""
_OWN = {"-v", "-t", "-R", "-o"}
"""What the shell says of itself."""
_UNARY = _FILES - {"-nt", "-ot", "-ef"} | _OWN | {"-z", "-n"}
_EMPTY: frozenset[Hashable] = frozenset({""})
_COMPARES = {"=", "==", "!=", "=~", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"}
_BAD_WORD = re.compile(r"(?i)[45]\d\d|000|.*(?:err|fail|down|unhealthy|bad|unavailable|refused).*|0")


@dataclass(slots=True)
class _Reader:
    tokens: Sequence[Token]
    broken: bool
    """Whether this is the state in which health checks get bad answers."""
    patterns: bool
    at: int = 0

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def sees(self, *words: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at] in words

    def either(self) -> bool | None:
        left = self.both()
        while self.sees("-o", "||"):
            self.take()
            right = self.both()
            left = True if left or right else None if left is None or right is None else False
        return left

    def both(self) -> bool | None:
        left = self.one()
        while self.sees("-a", "&&"):
            self.take()
            right = self.one()
            left = False if left is False or right is False else None if left is None or right is None else True
        return left

    def one(self) -> bool | None:
        left = len(self.tokens) - self.at
        if left <= 0:
            return False
        if self.sees("!") and left > 1:
            self.take()
            inner = self.one()
            return None if inner is None else not inner
        if self.sees("(") and left > 1:
            self.take()
            inner = self.either()
            if self.sees(")"):
                self.take()
            return inner
        after = self.tokens[self.at + 1] if left > 1 else None
        if left > 2 and isinstance(after, str) and after in _COMPARES:
            a, operator, b = self.take(), str(self.take()), self.take()
            return self.compare(a, operator, b)
        if left > 1 and self.sees(*_UNARY):
            return self.unary(str(self.take()), self.take())
        return self.unary("-n", self.take())

    def unary(self, operator: str, value: Token) -> bool | None:
        if operator not in ("-n", "-z"):
            return None
        if isinstance(value, Answer):
            if self.broken and value.empty and value.instead is not None:
                return self.unary(operator, value.instead)
            filled = not (self.broken and value.empty)
        elif value is None:
            return None
        else:
            filled = bool(value)
            if value == "\0":
                return None
        return filled if operator == "-n" else not filled

    def compare(self, a: Token, operator: str, b: Token) -> bool | None:
        if isinstance(a, Answer) or isinstance(b, Answer):
            answer, other = (a, b) if isinstance(a, Answer) else (b, a)
            if not isinstance(other, str) or not isinstance(answer, Answer):
                return None
            if answer.instead is not None and self.broken and answer.empty:
                return self.compare(answer.instead if isinstance(a, Answer) else a, operator, answer.instead if isinstance(b, Answer) else b)
            if other == answer.instead and not other.isdigit():
                return self.compare("", operator, other)  # an error that is answered is not this word
            if not other:
                a, b = "" if self.broken and answer.empty else "x", other
                return self.compare(a, operator, b)
            if re.fullmatch(r"\d+", other) and operator != "=~":
                said = "500" if self.broken else "200"
                a, b = (said, other) if isinstance(a, Answer) else (other, said)
            else:
                # a good answer fits what the script asks for, unless it asks for trouble
                same = bool(_BAD_WORD.fullmatch(other.strip("*^$"))) == self.broken
                return same if operator in ("=", "==", "=~") else not same if operator == "!=" else None
        if not isinstance(a, str) or not isinstance(b, str) or "\0" in a + b or isinstance(a, Default) or isinstance(b, Default):
            return None
        match operator:
            case "=" | "==":
                return fnmatch.fnmatchcase(a, b) if self.patterns else a == b
            case "!=":
                return not (fnmatch.fnmatchcase(a, b) if self.patterns else a == b)
            case "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge":
                if not (re.fullmatch(r"\s*-?\d{1,15}\s*", a) and re.fullmatch(r"\s*-?\d{1,15}\s*", b)):
                    return None
                left, right = int(a), int(b)
                return {"-eq": left == right, "-ne": left != right, "-lt": left < right, "-le": left <= right, "-gt": left > right, "-ge": left >= right}[operator]
        return None


def judge(tokens: Sequence[Token], *, broken: bool, patterns: bool) -> bool | None:
    """Whether the condition holds; `patterns`: in `[[ ]]` the right of `==` is one."""
    reader = _Reader(tokens, broken, patterns)
    found = reader.either()
    return found if reader.at >= len(tokens) else None


def question(tokens: Sequence[Token], names: Sequence[Hashable], place: Callable[[Hashable], Hashable], *, patterns: bool) -> tuple[Predicate, bool]:
    """What is asked, and whether the condition holds where it is so: `[ ! -n "$X" ]` asks like `[ -z "$X" ]` whether $X is one of {""}.

    `names` stand for the tokens, known or not; `place` tells a path of now from the same one elsewhere and earlier.
    """
    said, straight = list(names), True
    while len(said) > 1 and said[0] == "!":
        said, straight = said[1:], not straight
    match said:
        case [str(test), path] if test in _THERE:
            return Predicate(("what is", place(path)), _THERE[test], path=tokens[-1] if isinstance(tokens[-1], str) else None), straight
        case [str(test), path] if test in _FILES:
            return Predicate((test, place(path))), straight
        case ["-z", value]:
            return Predicate(value, _EMPTY), straight
        case ["-n", value] | [value]:
            return Predicate(value, _EMPTY), not straight
        case [left, "=" | "==" | "!=" as operator, right]:
            straight = straight == (operator != "!=")
            if patterns and not (isinstance(right, str) and not set("*?[") & set(right)):
                return Predicate(("like", left, right)), straight
            if isinstance(left, str):
                left, right = right, left
            return Predicate(left, frozenset({right})) if isinstance(right, str) else Predicate(("=", left, right)), straight
        case [left, "-eq", str(number)] if re.fullmatch(r"\d+", number):
            return Predicate(("number", left), frozenset({int(number)})), straight
    if any(isinstance(n, str) and n in _OWN for n in said):
        return Predicate(object()), straight
    return Predicate((*said, place("") if any(isinstance(n, str) and n in _FILES for n in said) else None)), straight


def fits(subject: Hashable, patterns: Sequence[str | None]) -> Predicate | None:
    """What an item of `case` asks; None where its patterns are not known."""
    texts = [p for p in patterns if p is not None]
    if len(texts) < len(patterns):
        return None
    return Predicate(("like", subject, *texts)) if any(set("*?[") & set(t) for t in texts) else Predicate(subject, frozenset(texts))

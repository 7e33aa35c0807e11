"""`[ … ]` and `[[ … ]]` in three values: true, false, or None where it cannot be known. Bash 5.2 manual, 6.4."""

from __future__ import annotations

import fnmatch
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from checklist.shell.parameters import UNSEEN
from checklist.shell.states import Answer, Default, Field

ABOUT_FILES = {"-e", "-d", "-f", "-a", "-s", "-r", "-x", "-L", "-h", "-w", "-p", "-S", "-O", "-G", "-u", "-g", "-k"}
ABOUT_FILES |= {"-b", "-c", "-N", "-nt", "-ot", "-ef"}
ABOUT_SHELL = {"-v", "-t", "-R", "-o"}
"""What the shell says of itself."""
_UNARY = ABOUT_FILES - {"-nt", "-ot", "-ef"} | ABOUT_SHELL | {"-z", "-n"}
_NUMBERS: dict[str, Callable[[int, int], bool]] = {
    "-eq": operator.eq,
    "-ne": operator.ne,
    "-lt": operator.lt,
    "-le": operator.le,
    "-gt": operator.gt,
    "-ge": operator.ge,
}
_BINARY = {"=", "==", "!=", "=~", "<", ">", *_NUMBERS, "-nt", "-ot", "-ef"}
_BAD_WORD = re.compile(r"(?i)[45]\d\d|000|.*(?:err|fail|down|unhealthy|bad|unavailable|refused).*|0")


def judge(tokens: Sequence[Field], *, broken: bool, patterns: bool) -> bool | None:
    """Whether the condition holds; `broken`: in a state in which health checks get bad answers; `patterns`: in `[[ ]]`
    the right of `==` is one."""
    reader = _Reader(tokens, broken, patterns)
    found = reader.either()
    return found if reader.at >= len(tokens) else None


@dataclass(slots=True)
class _Reader:
    """A recursive descent over the tokens, by the precedence of 6.4."""

    tokens: Sequence[Field]
    broken: bool
    patterns: bool
    at: int = 0

    def take(self) -> Field:
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
        if left > 2 and isinstance(after, str) and after in _BINARY:
            a, sign, b = self.take(), str(self.take()), self.take()
            return self.compare(a, sign, b)
        if left > 1 and self.sees(*_UNARY):
            return self.unary(str(self.take()), self.take())
        return self.unary("-n", self.take())

    def unary(self, sign: str, value: Field) -> bool | None:
        if sign not in ("-n", "-z"):
            return None
        if isinstance(value, Answer):
            if self.broken and value.empty and value.instead is not None:
                return self.unary(sign, value.instead)
            filled = not (self.broken and value.empty)
        elif value is None or value == UNSEEN:
            return None
        else:
            filled = bool(value)
        return filled if sign == "-n" else not filled

    def compare(self, a: Field, sign: str, b: Field) -> bool | None:
        if isinstance(a, Answer) and isinstance(b, str):
            return self.answered(a, sign, b, straight=True)
        if isinstance(b, Answer) and isinstance(a, str):
            return self.answered(b, sign, a, straight=False)
        if not isinstance(a, str) or not isinstance(b, str) or UNSEEN in a + b:
            return None
        if isinstance(a, Default) or isinstance(b, Default):
            return None
        if sign in ("=", "==", "!="):
            same = fnmatch.fnmatchcase(a, b) if self.patterns else a == b
            return same == (sign != "!=")
        if sign not in _NUMBERS or not all(re.fullmatch(r"\s*-?\d{1,15}\s*", said) for said in (a, b)):
            return None
        return _NUMBERS[sign](int(a), int(b))

    def answered(self, answer: Answer, sign: str, other: str, *, straight: bool) -> bool | None:
        """A health check's answer against a word; `straight`: the answer stands on the left."""

        def compare(said: str) -> bool | None:
            return self.compare(said, sign, other) if straight else self.compare(other, sign, said)

        if answer.instead is not None and self.broken and answer.empty:
            return compare(answer.instead)
        if other == answer.instead and not other.isdigit():
            return self.compare("", sign, other)  # an error that is answered is not this word
        if not other:
            return self.compare("" if self.broken and answer.empty else "x", sign, other)
        if re.fullmatch(r"\d+", other) and sign != "=~":
            return compare("500" if self.broken else "200")
        # a good answer fits what the script asks for, unless it asks for trouble
        same = bool(_BAD_WORD.fullmatch(other.strip("*^$"))) == self.broken
        return same if sign in ("=", "==", "=~") else not same if sign == "!=" else None

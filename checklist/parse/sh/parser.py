"""Shell text → tree, by recursive descent. Grammar: POSIX.1-2017 XCU 2.10 and the bash 5.2 manual, chapter 3."""

from __future__ import annotations

import re

from checklist.parse.sh.reader import Reader
from checklist.parse.sh.tree import (
    AndOr,
    Background,
    Calculation,
    Case,
    CaseItem,
    Command,
    For,
    Function,
    Group,
    If,
    Part,
    Pipeline,
    Redirect,
    Redirected,
    Sequence,
    Test,
    Text,
    While,
    Word,
)
from checklist.parse.sh.words import Lost, arithmetic_end, word

_RESERVED = re.compile(
    r"(?:!|\[\[|[{}]|if|then|el(?:if|se)|fi|case|esac|for|select|while|until|do(?:ne)?|in|function|time)(?=[ \t\n;&|<>()]|\Z)"
)
_FUNCTION = re.compile(r"([^\s;&|<>()\"'`$\\]++)[ \t]*\([ \t]*\)")
_NAME = re.compile(r"[^\s;&|<>()\"'`$\\]+")
_CLOSERS = {"then", "elif", "else", "fi", "do", "done", "esac", "}", "in"}
_DEPTH = 90


class Parser(Reader):
    """One pass over `text[at:end]`; `problems` has (offset, why) of what was not understood."""

    def script(self) -> Sequence:
        """The whole text; after something that is not understood it goes on with the next line."""
        items: list[Command] = []
        while True:
            try:
                items += self.sequence((), top=items).items[len(items) :]
                if self.at >= self.end:
                    break
                raise Lost(self.at, f"`{self.text[self.at]}` is not expected here")
            except Lost as lost:
                self.problems.append((lost.offset, lost.why))
            except RecursionError:
                self.problems.append((self.at, "it is nested too deeply"))
            self._heredocs.clear()
            self._depth = 0
            self.end = len(self.text)
            after = self.text.find("\n", max(self.at, self.problems[-1][0]))
            if after < 0 or len(self.problems) > 50:
                break
            self.at = after + 1
        return Sequence(0, len(self.text), tuple(items))

    # ---- lists ----

    def sequence(self, stops: tuple[str, ...], top: list[Command] | None = None) -> Sequence:
        """Commands up to one of the words or signs in `stops`, which is not taken."""
        self._depth += 1
        if self._depth > _DEPTH:
            raise Lost(self.at, "it is nested too deeply")
        items: list[Command] = [] if top is None else top
        self._newlines()
        start = self.at
        while self.at < self.end:
            said = self._reserved()
            if self._stops(stops, said):
                break
            items.append(self._and_or(said))
            if self.at < self.end and self.text[self.at] in ";&":
                if self.text.startswith(";;", self.at) or self.text.startswith(";&", self.at):
                    break
                if self.text[self.at] == "&":
                    items[-1] = Background(items[-1].start, self.at + 1, items[-1])
                self.at += 1
            elif self.at < self.end and self.text[self.at] != "\n":
                break
            self._newlines()
        self._depth -= 1
        return Sequence(start, self.at, tuple(items))

    def _body(self, stops: tuple[str, ...]) -> Sequence:
        """Commands up to one of `stops`: bash wants one at least."""
        body = self.sequence(stops)
        if not body.items and self.at < self.end:
            raise Lost(self.at, f"`{self._reserved() or self.text[self.at]}` is not expected here")
        return body

    def _stops(self, stops: tuple[str, ...], said: str) -> bool:
        return said in stops if said else self.text[self.at] in ");" and self.text.startswith((")", ";;", ";&"), self.at)

    def _reserved(self) -> str:
        found = _RESERVED.match(self.text, self.at, self.end)
        return found[0] if found else ""

    def _expect(self, reserved: str, opened: int, of: str) -> None:
        self._newlines()
        if self._reserved() != reserved:
            raise Lost(opened, f"`{of}` without `{reserved}`")
        self.at += len(reserved)

    def _and_or(self, said: str) -> Command:
        """`said` is the reserved word that it begins with."""
        left = self._pipeline(said)
        while True:
            operator = self.text[self.at : min(self.at + 2, self.end)]
            if operator not in ("&&", "||"):
                return left
            self.at += 2
            self._newlines()
            right = self._pipeline(self._reserved())
            left = AndOr(left.start, right.end, left, operator, right)

    def _pipeline(self, said: str) -> Command:
        start, negated = self.at, False
        while said in ("!", "time"):
            negated ^= said == "!"
            self.at += len(said)
            self._blank()
            while said == "time" and self.text.startswith("-p", self.at):
                self.at += 2
                self._blank()
            said = self._reserved()
        parts = [self._command(said)]
        while True:
            if not (self.at < self.end and self.text[self.at] == "|") or self.text.startswith("||", self.at):
                break
            self.at += 2 if self.text.startswith("|&", self.at) else 1
            self._newlines()
            parts.append(self._command(self._reserved()))
        if len(parts) == 1 and not negated:
            return parts[0]
        return Pipeline(start, parts[-1].end, tuple(parts), negated)

    # ---- commands ----

    def _command(self, said: str) -> Command:
        """The command that begins here; it takes the blanks behind it."""
        if self.at >= self.end:
            raise Lost(self.at, "a command is missing")
        made = self._compound(said)
        if made is None:
            return self._simple()
        redirects: list[Redirect] = []
        self._blank()
        while self._redirect(redirects):
            self._blank()
        if not redirects:
            return made
        return Redirected(made.start, self.at, made, redirects)

    def _compound(self, said: str) -> Command | None:
        text, start = self.text, self.at
        if text.startswith("((", start):
            close = arithmetic_end(self, start + 2)
            if close is not None:
                self.at = close + 2
                return Calculation(start, self.at, text[start + 2 : close])
        if text[start] == "(":
            self.at += 1
            body = self._body((")",))
            if self.at >= self.end or text[self.at] != ")":
                raise Lost(start, "( is not closed")
            self.at += 1
            return Group(start, self.at, body, True)
        match said:
            case "":
                pass
            case "{":
                self.at += 1
                body = self._body(("}",))
                self._expect("}", start, "{")
                return Group(start, self.at, body, False)
            case "if":
                return self._if(start)
            case "while" | "until":
                self.at += len(said)
                condition = self._body(("do",))
                body = self._do(start, said)
                return While(start, self.at, condition, body, said == "until")
            case "for" | "select":
                return self._for(start, said)
            case "case":
                return self._case(start)
            case "[[":
                return self._test(start)
            case "function":
                self.at += len(said)
                self._blank()
                name = _NAME.match(text, self.at, self.end)
                if name is None:
                    raise Lost(start, "`function` without a name")
                self.at = name.end()
                self._blank()
                if parentheses := re.compile(r"\([ \t]*\)").match(text, self.at, self.end):
                    self.at = parentheses.end()
                return self._function(start, name[0])
        if said in _CLOSERS and said != "in":
            raise Lost(start, f"`{said}` is not expected here")
        name = _FUNCTION.match(text, start, self.end)
        if name and "=" not in name[1]:
            self.at = name.end()
            return self._function(start, name[1])
        return None

    def _function(self, start: int, name: str) -> Command:
        self._newlines()
        body = self._command(self._reserved())
        return Function(start, self.at, name, body)

    def _do(self, start: int, of: str) -> Sequence:
        self._expect("do", start, of)
        body = self._body(("done",))
        self._expect("done", start, "do")
        return body

    def _if(self, start: int) -> If:
        clauses, otherwise = [], None
        self.at += 2
        while True:
            condition = self._body(("then",))
            self._expect("then", start, "if")
            body = self._body(("elif", "else", "fi"))
            clauses.append((condition, body))
            said = self._reserved() if self.at < self.end else ""
            self.at += len(said)
            if said == "elif":
                continue
            if said == "else":
                otherwise = self._body(("fi",))
                self._expect("fi", start, "if")
            elif said != "fi":
                raise Lost(start, "`if` without `fi`")
            return If(start, self.at, tuple(clauses), otherwise)

    def _for(self, start: int, said: str) -> For:
        self.at += len(said)
        self._blank()
        if self.text.startswith("((", self.at):
            close = arithmetic_end(self, self.at + 2)
            if close is None:
                raise Lost(start, "for (( is not closed")
            loop = self.text[self.at + 2 : close]
            self.at = close + 2
            self._separator()
            return For(start, self.at, "", None, self._for_body(start), loop)
        name = _NAME.match(self.text, self.at, self.end)
        if name is None:
            raise Lost(start, f"`{said}` without a name")
        self.at = name.end()
        self._newlines()
        words = None
        if self._reserved() == "in":
            self.at += 2
            words = []
            self._blank()
            while (item := word(self)) is not None:
                words.append(item)
                self._blank()
        self._separator()
        body = self._for_body(start)
        return For(start, self.at, name[0], None if words is None else tuple(words), body)

    def _for_body(self, start: int) -> Sequence:
        if self._reserved() == "{":
            self.at += 1
            body = self._body(("}",))
            self._expect("}", start, "for")
            return body
        return self._do(start, "for")

    def _separator(self) -> None:
        self._blank()
        if self.at < self.end and self.text[self.at] == ";":
            self.at += 1
        self._newlines()

    def _case(self, start: int) -> Case:
        self.at += 4
        self._blank()
        subject = word(self)
        if subject is None:
            raise Lost(start, "`case` without a word")
        self._expect("in", start, "case")
        items: list[CaseItem] = []
        while True:
            self._newlines()
            if self.at >= self.end:
                raise Lost(start, "`case` without `esac`")
            if self._reserved() == "esac":
                self.at += 4
                return Case(start, self.at, subject, tuple(items))
            if self.text[self.at] == "(":
                self.at += 1
            patterns: list[Word] = []
            while True:
                self._blank()
                pattern = word(self)
                if pattern is None:
                    raise Lost(self.at, "a pattern is missing")
                patterns.append(pattern)
                self._blank()
                if self.at < self.end and self.text[self.at] == "|":
                    self.at += 1
                    continue
                break
            if self.at >= self.end or self.text[self.at] != ")":
                raise Lost(self.at, "a pattern is not closed")
            self.at += 1
            body = self.sequence(("esac",))
            ends = next((e for e in (";;&", ";;", ";&") if self.text.startswith(e, self.at)), "")
            self.at += len(ends)
            items.append(CaseItem(tuple(patterns), body, ends in (";&", ";;&")))

    def _test(self, start: int) -> Test:
        self.at += 2
        tokens: list[Word | str] = []
        while True:
            self._newlines()
            if self.at >= self.end:
                raise Lost(start, "[[ is not closed")
            if self._reserved() == "]]" or self.text.startswith("]]", self.at):
                self.at += 2
                return Test(start, self.at, tuple(tokens))
            sign = next((s for s in ("&&", "||", "(", ")", "<", ">") if self.text.startswith(s, self.at)), None)
            if sign and not (tokens and tokens[-1] == "=~"):
                self.at += len(sign)
                tokens.append(sign)
                continue
            item = self._regex() if tokens and tokens[-1] == "=~" else word(self)
            if item is None:
                raise Lost(self.at, "[[ is not understood")
            said = item.literal()
            tokens.append(said if said in ("=~", "!") and len(item.parts) == 1 else item)

    def _regex(self) -> Word:
        """The pattern after `=~`: parentheses and bars belong to it."""
        start, parts, depth = self.at, list[Part](), 0
        while self.at < self.end and not (self.text[self.at] in " \t\n" and depth == 0):
            c = self.text[self.at]
            if c in "()|<>&; \t\n":
                depth += {"(": 1, ")": -1}.get(c, 0)
                parts.append(Text(c, self.at))
                self.at += 1
            else:
                part = word(self)
                if part is None:
                    break
                parts += part.parts
        return Word(start, self.at, tuple(parts))

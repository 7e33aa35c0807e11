"""A script walked into its steps: what is really run, where, and what becomes of the rest when it fails."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from checklist.facts.deploy.effects import bare, without_place
from checklist.facts.deploy.words import expand
from checklist.model import Location
from checklist.parse import shell
from checklist.parse.shell import Node

_DEPTH = 12
_PRINTERS = {"echo", "printf", "cat", "tee", "read", "log", "info", "warn"}
_SKIPPED = {"comment", "heredoc_body", "heredoc_redirect", "file_redirect", "herestring_redirect"}
_EXIT = re.compile(r"\b(?:exit|return)(?:\s+(?!0\b)\S+|(?=\s*(?:[;}\n]|$)))|\bfalse\b")
_LEAVES = re.compile(r"\b(?:exit|return)\s+0\b|\bbreak\b|\b\w+=(?:true|1|ok|yes|\"?\w+\"?)\b")
_COMPARES = re.compile(r"(?:e?grep|jq|\[\[?|test)\b")
_CLAUSES = {"then", "else", "elif", "fi", "if", "do", "done", ";", ";;", "\n", "&", "{", "}", "(", ")"}


@dataclass(frozen=True)
class Fail:
    """What follows from a failure: `errexit` (as `set -e` says), `skip` (the rest of the list is left out), or the final word."""

    result: str = "errexit"
    exits: bool = False
    """Whether the deploy then ends with a non-zero status."""


@dataclass
class Step:
    """One command as met on the way."""

    at: Location
    text: str
    argv: tuple[str, ...] | None
    host: str
    directory: str | None
    fail: Fail
    order: int
    branch: str | None = None
    normal: bool = True
    """Whether it is on the path where nothing fails."""
    compares: bool = False
    """Whether its output is compared with something."""
    list_end: int = 0


@dataclass
class _State:
    here: str
    directory: str | None
    vars: dict[str, str | None] = field(default_factory=dict)
    functions: dict[str, Node] = field(default_factory=dict)
    errexit: bool = False
    pipefail: bool = False
    host: str = "local"
    branch: str | None = None
    normal: bool = True
    compares: bool = False
    depth: int = 0


class Walk:
    """The steps of one script in the order they run, and whether all of it was understood."""

    def __init__(self, file: str, text: str, directory: str) -> None:
        self.steps: list[Step] = []
        self.unknown: str | None = None
        self.count = 0
        self.captured: dict[str, Step] = {}
        script = shell.parse(file, text)
        if script.problem:
            self.unknown = "part of the script is not understood"
        state = _State(posixpath.dirname(file), directory)
        state.errexit = bool(re.match(r"#!\S+(?:\s+\S+)*\s+-\w*e", text.split("\n", 1)[0]))
        self._body(script.root, state, Fail())

    # ---- statements ----

    def _body(self, node: Node, state: _State, fail: Fail) -> None:
        parts = [c for c in node.children if c.kind not in _CLAUSES and c.kind not in _SKIPPED and c.kind not in ("elif_clause", "else_clause") and c.field not in ("condition", "variable", "value", "name")]
        for i, part in enumerate(parts):
            rest = parts[i + 1 :]
            inner = fail if not rest or fail.result == "errexit" else Fail("continues")
            if part.kind == "function_definition":
                name = part.child("name")
                body = part.child("body")
                if name is not None and body is not None:
                    state.functions[name.text] = body
            else:
                self._statement(part, state, inner, rest)

    def _statement(self, node: Node, state: _State, fail: Fail, rest: list[Node]) -> None:
        match node.kind:
            case "command":
                self._command(node, state, fail, None)
            case "redirected_statement":
                body = node.child("body")
                heredoc = next((c for c in node.children if c.kind == "heredoc_redirect"), None)
                if body is not None and body.kind == "command":
                    self._command(body, state, fail, heredoc)
                elif body is not None:
                    self._statement(body, state, fail, rest)
                for tail in heredoc.children if heredoc else ():
                    if tail.kind in ("command", "list", "pipeline") and body is not None:
                        self._statement(tail, state, fail, rest)
            case "list":
                self._list(node, state, fail, rest)
            case "pipeline":
                self._pipeline(node, state, fail, rest)
            case "negated_command":
                for part in node.children[1:]:
                    self._statement(part, state, Fail("continues") if fail.result == "errexit" else fail, rest)
            case "if_statement":
                self._if(node, state, fail, rest)
            case "while_statement" | "until_statement" | "for_statement" | "c_style_for_statement":
                self._loop(node, state, fail, rest)
            case "case_statement":
                for item in node.children:
                    if item.kind == "case_item":
                        self._body(item, replace(state, branch=f"case {node.text.splitlines()[0][:60]}"), fail)
                self._seen(node, rest)
            case "subshell":
                self._body(node, replace(state, vars=dict(state.vars)), fail)
            case "compound_statement" | "do_group" | "program":
                self._body(node, state, fail)
            case "variable_assignment" | "declaration_command" | "variable_assignments":
                self._assign(node, state, fail)
            case "test_command":
                self.count += 1
                self._seen(node, rest)
            case "ERROR":
                self.unknown = "part of the script is not understood"

    def _list(self, node: Node, state: _State, fail: Fail, rest: list[Node]) -> None:
        parts = [c for c in node.children if c.kind not in ("comment", "\n")]
        if len(parts) < 3:
            for part in parts:
                self._statement(part, state, fail, rest)
            return
        left, sign, right = parts[0], parts[1].kind, parts[2]
        first = len(self.steps)
        if sign == "&&":
            self._statement(left, state, Fail("skip") if fail.result == "errexit" else fail, [])
            made = len(self.steps)
            self._statement(right, state, fail, rest)
            for step in self.steps[first:made]:
                step.list_end = max(step.list_end, self.count)
            if left.kind == "test_command":
                self._seen(left, [right])
            return
        told = self._outcome([right], state)
        self._statement(left, state, told, [])
        self._seen(left, [right])
        aside = replace(state, branch=f"if it fails: {left.text.splitlines()[0][:60]}", normal=state.normal and not told.exits)
        self._statement(right, aside, fail, rest)
        for step in self.steps[first:]:
            step.list_end = max(step.list_end, self.count)

    def _pipeline(self, node: Node, state: _State, fail: Fail, rest: list[Node]) -> None:
        parts = [c for c in node.children if c.kind not in ("|", "|&", "comment")]
        compared = bool(parts) and bool(_COMPARES.match(parts[-1].text))
        for part in parts:
            last = part is parts[-1]
            held = fail if last or state.pipefail or compared else Fail("continues")
            self._statement(part, replace(state, vars=dict(state.vars), compares=state.compares or compared), held, rest)

    def _if(self, node: Node, state: _State, fail: Fail, rest: list[Node]) -> None:
        conditions = [c for c in node.children if c.field == "condition"]
        clauses = [c for c in node.children if c.kind in ("elif_clause", "else_clause")]
        body = [c for c in node.children if c.field != "condition" and c not in clauses and c.kind not in _CLAUSES]
        said = " ".join(c.text for c in conditions if c.kind not in _CLAUSES)[:60]
        negated = bool(conditions) and conditions[0].kind == "negated_command"
        failing = body if negated else list(clauses)
        told = self._outcome(failing, state)
        if not told.exits:
            if any(c.kind == "elif_clause" for c in clauses):
                told = self._outcome(list(clauses), state)
            elif not negated and any(_LEAVES.search(c.text) for c in body):
                told = self._outcome(rest, state)
        for condition in conditions:
            if condition.kind not in _CLAUSES:
                self._statement(condition, replace(state, compares=state.compares or condition.kind == "test_command"), told, [])
                self._mentions(condition, self._outcome([node], state))
        # what the branches do to the directory is not known after them
        gone = self._outcome(body, state).exits
        self._body(node, replace(state, branch=f"if {said}", normal=state.normal and not gone), fail)
        for clause in clauses:
            lost = self._outcome([clause], state).exits
            self._body(clause, replace(state, branch=f"else of {said}", normal=state.normal and not lost), fail)

    def _loop(self, node: Node, state: _State, fail: Fail, rest: list[Node]) -> None:
        for condition in (c for c in node.children if c.field == "condition" and c.kind not in _CLAUSES):
            # a loop until it succeeds never goes on without it
            self._statement(condition, state, Fail("stops", True), [])
        for body in (c for c in node.children if c.kind == "do_group"):
            first = len(self.steps)
            self._body(body, state, fail)
            after = self._outcome([body, *rest], state)
            for step in self.steps[first:]:
                if after.exits and not step.fail.exits and step.argv and step.argv[0] in ("curl", "wget", "http"):
                    step.fail = after

    # ---- commands ----

    def _command(self, node: Node, state: _State, fail: Fail, heredoc: Node | None) -> None:
        self.count += 1
        words = [c for c in node.children if c.field in ("name", "argument") or c.kind == "variable_assignment"]
        values = [expand(w, state.vars, state.here) for w in words if w.kind != "variable_assignment"]
        nodes = [w for w in words if w.kind != "variable_assignment"]
        for word in words:
            self._inside(word, state, fail)
        if not values or values[0] is None:
            self._step(node, None, state, fail)
            return
        argv = bare([v if v is not None else "\0" for v in values])
        if not argv:
            return
        nodes = nodes[len(values) - len(argv) :]
        name = argv[0]
        if name in state.functions and state.depth < _DEPTH:
            held = fail if fail.result != "errexit" or not state.errexit else Fail("stops", True)
            inner = replace(state, depth=state.depth + 1)
            self._body(state.functions[name], inner, held if held.result not in ("errexit",) else fail)
            return
        match name:
            case "cd" | "pushd":
                target = argv[1] if len(argv) > 1 else None
                state.directory = None if target is None or "\0" in target or target == "-" else posixpath.normpath(posixpath.join(state.directory or "", target))
                return
            case "set":
                self._set(argv[1:], state)
                return
            case "trap":
                if "ERR" in argv and _EXIT.search(argv[1]):
                    state.errexit = True
                return
            case "ssh" | "sshpass":
                self._remote(argv, nodes, state, fail, heredoc)
                return
            case "bash" | "sh" if "-c" in argv or "-lc" in argv:
                index = next(i for i, w in enumerate(argv) if w in ("-c", "-lc"))
                fail = Fail("stops", True) if fail.result == "errexit" and state.errexit else fail
                if index + 1 < len(nodes):
                    self._text(nodes[index + 1], replace(state, vars=dict(state.vars), errexit=False), fail)
                return
            case "bash" | "sh" if heredoc is not None:
                self._heredoc(heredoc, replace(state, vars=dict(state.vars), errexit=False), fail)
                return
            case "source" | ".":
                self.unknown = "a sourced file may do more"
                return
        if name in _PRINTERS or name in ("exit", "return", "true", ":", "false", "export", "shift", "break", "continue"):
            return
        self._step(node, argv, state, fail)

    def _step(self, node: Node, argv: list[str] | None, state: _State, fail: Fail) -> None:
        directory = state.directory
        if argv:
            argv, folder = without_place(argv)
            if folder is not None:
                directory = posixpath.normpath(posixpath.join(directory or "", folder)) if "\0" not in folder else None
        if fail.result == "errexit":
            fail = Fail("stops", True) if state.errexit else Fail("errexit")
        self.steps.append(
            Step(node.at, node.text, tuple(argv) if argv else None, state.host, directory, fail, self.count, state.branch, state.normal, state.compares, self.count)
        )

    def _set(self, words: list[str], state: _State) -> None:
        for i, word in enumerate(words):
            if re.fullmatch(r"[-+]\w*o", word) and i + 1 < len(words):
                if words[i + 1] == "errexit":
                    state.errexit = word[0] == "-"
                if words[i + 1] == "pipefail":
                    state.pipefail = word[0] == "-"
            if re.fullmatch(r"[-+]\w*e\w*", word):
                state.errexit = word[0] == "-"

    def _remote(self, argv: list[str], nodes: list[Node], state: _State, fail: Fail, heredoc: Node | None) -> None:
        rest = 1
        if argv[0] == "sshpass":
            while rest < len(argv) and argv[rest] != "ssh":
                rest += 1
            rest += 1
        while rest < len(argv) and argv[rest].startswith("-"):
            rest += 2 if re.fullmatch(r"-\w*[bcDEeFIiJLlmOopQRSWw]", argv[rest]) else 1
        rest += 1
        inner = replace(state, vars=dict(state.vars), functions={}, errexit=False, pipefail=False, host="remote", directory="")
        if fail.result == "errexit" and state.errexit:
            fail = Fail("stops", True)
        if rest < len(nodes) and not re.fullmatch(r"(?:/bin/)?(?:ba)?sh", argv[rest]):
            if len(nodes) - rest == 1 and nodes[rest].kind in ("string", "raw_string"):
                self._text(nodes[rest], inner, fail)
            else:
                self._script(" ".join(n.text for n in nodes[rest:]), nodes[rest].at, inner, fail)
        elif heredoc is not None:
            inner.errexit = any(re.fullmatch(r"-\w*e\w*", w) for w in argv[rest + 1 :])
            self._heredoc(heredoc, inner, fail)

    def _heredoc(self, heredoc: Node, state: _State, fail: Fail) -> None:
        for body in heredoc.children:
            if body.kind == "heredoc_body":
                self._script(body.text.replace("\\$", " $"), body.at, state, fail)

    def _text(self, node: Node, state: _State, fail: Fail) -> None:
        """A script in a quoted word; an escape becomes a blank and the character, so that columns stay."""
        if node.kind not in ("string", "raw_string"):
            self.unknown = "a command is not known here"
            return
        text = node.text[1:-1]
        if node.kind == "string":
            text = re.sub(r'\\(["$`\\])', r" \1", text)
        self._script(text, replace(node.at, column=node.at.column + 1), state, fail)

    def _script(self, text: str, at: Location, state: _State, fail: Fail) -> None:
        if state.depth >= _DEPTH:
            self.unknown = "scripts in scripts go too deep"
            return
        script = shell.parse(at.file, text)
        if script.problem:
            self.unknown = "part of the script is not understood"
        # without set -e of its own, only the last command's failure reaches the outer shell
        held = fail
        first = len(self.steps)
        state.depth += 1
        self._body(script.root, state, Fail("errexit"))
        for step in self.steps[first:]:
            step.at = _moved(step.at, at)
        last = self.steps[-1] if len(self.steps) > first else None
        for step in self.steps[first:]:
            if step.fail.result == "stops" and step.fail.exits:
                step.fail = held if held.result != "errexit" else Fail("skip")
                step.list_end = self.count
            elif step.fail.result == "errexit" and (step is not last or step.order != self.count):
                step.fail = Fail("continues")
            elif step.fail.result in ("errexit", "skip") and held.result != "errexit":
                step.fail = held if step.list_end >= self.count else Fail("continues")

    def _inside(self, node: Node, state: _State, fail: Fail) -> None:
        """Commands in `$(…)` inside a word."""
        for child in node.children:
            if child.kind == "command_substitution":
                self._body(child, replace(state, vars=dict(state.vars)), Fail("continues"))
            else:
                self._inside(child, state, fail)

    def _assign(self, node: Node, state: _State, fail: Fail) -> None:
        for one in [node] if node.kind == "variable_assignment" else [c for c in node.children if c.kind == "variable_assignment"]:
            name, given = one.child("name"), one.child("value")
            if name is None:
                continue
            self.count += 1
            state.vars[name.text] = expand(given, state.vars, state.here) if one.text[len(name.text) : len(name.text) + 1] == "=" else None
            first = len(self.steps)
            held = Fail("continues") if node.kind == "declaration_command" else fail
            for part in (given,) if given is not None else ():
                for below in _substitutions(part):
                    self._body(below, replace(state, vars=dict(state.vars)), held)
            for step in self.steps[first:]:
                self.captured[name.text] = step

    # ---- what becomes of a failure ----

    def _outcome(self, parts: list[Node], state: _State) -> Fail:
        """What the branch that runs after a failure makes of it."""
        text = "\n".join(_without_strings(p) for p in parts)
        called = "\n".join(_without_strings(body) for name, body in state.functions.items() if re.search(rf"(?<![\w$-]){re.escape(name)}(?![\w=-])", text))
        if _EXIT.search(f"{text}\n{called}"):
            steps = re.search(r"\b(?:pm2|rollback\w*|ln|git|systemctl|docker|ssh|mv|cp)\b", f"{text}\n{called}")
            return Fail("handled" if steps else "stops", True)
        return Fail("stops") if re.search(r"\bexit\s+0\b", text) else Fail("continues")

    def _seen(self, node: Node, rest: list[Node]) -> None:
        self._mentions(node, self._outcome([node, *rest], _State("", None)))

    def _mentions(self, node: Node, told: Fail) -> None:
        """A test of a variable that holds a command's output, or of `$?`, decides about that command."""
        for name in re.findall(r"\$\{?(\w+|\?)", node.text):
            step = self.captured.get(name) or (self.steps[-1] if name == "?" and self.steps else None)
            if step is not None:
                step.compares = step.compares or name != "?"
                if told.exits:
                    step.fail = told

    def result(self, step: Step) -> tuple[str, bool]:
        """(`on_failure`, whether the deploy then ends with a non-zero status)."""
        later = any(s.order > step.list_end and s.normal for s in self.steps)
        match step.fail.result:
            case "errexit" | "skip":
                return ("continues" if later else "stops"), step.list_end >= self.count
            case found:
                return found, step.fail.exits


def _substitutions(node: Node) -> Iterator[Node]:
    if node.kind == "command_substitution":
        yield node
        return
    for child in node.children:
        yield from _substitutions(child)


def _without_strings(node: Node) -> str:
    """The text of a piece without what is in quotes or comments."""
    return re.sub(r"'[^']*'|\"(?:\\.|[^\"\\])*\"|(?m:(?:^|\s)#.*$)", "''", node.text)


def _moved(at: Location, by: Location) -> Location:
    def move(line: int, column: int) -> tuple[int, int]:
        return line + by.line - 1, column + by.column - 1 if line == 1 else column

    return Location(at.file, *move(at.line, at.column), *move(at.end_line, at.end_column))


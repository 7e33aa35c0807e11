"""The commands of a `run` block, of what they call, and of what they send to another machine over ssh."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from checklist.facts.deploy.effects import bare, without_place
from checklist.model import Location, Project, Value
from checklist.parse import shell

_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_SCRIPT = re.compile(r"[\w./~-]+\.(?:sh|bash)")
_NO_TTY = {"-i", "-p", "-o", "-l", "-F", "-J", "-L", "-R", "-b", "-c", "-E", "-e", "-m", "-S", "-W"}

_PM = r"(?:npm|pnpm|yarn|bun)(?! (?:install|i|add|ci|exec|create|publish)\b)(?: \S+)*? "
_DOES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("test", rf"{_PM}(?:t|tst|(?:[\w-]+:)*(?:tests?|e2e|unit|coverage)(?:[:.-][\w:.-]+)?)(?: |$)"),
        ("test", r"(?:npm exec |pnpm (?:exec |dlx )?|yarn |bun )?(?:vitest|jest|mocha|ava|tap|nyc|c8|cypress run|playwright test|react-scripts test|ng test)\b"),
        ("test", r"node (?:\S+ )*--test\b|deno test|bun test|(?:npx )?(?:turbo|nx|lerna)\b.*\btest\b|make (?:\S+ )*(?:test|check)\b"),
        ("test", r"(?:poetry run |python3? -m |uv run )?(?:pytest|unittest|tox)\b|python3? manage\.py test|(?:go|cargo|dotnet|mix|sbt|swift) test\b|(?:\./)?(?:mvnw?|gradlew?)\b.*\b(?:test|verify|check|build|package|install)\b"),
        ("test", r"(?:php artisan test|(?:\./)?(?:vendor/bin/)?(?:phpunit|pest)|composer (?:run )?test|bundle exec (?:rspec|rails test|rake)|rspec|rails test)\b"),
        ("lint", rf"{_PM}(?:[\w-]+:)*(?:lint|type-?check|check-types|tsc|format:check|prettier:check)(?:[:.-][\w:.-]+)?(?: |$)"),
        ("lint", r"(?:pnpm (?:exec )?|yarn )?(?:eslint|biome (?:check|ci|lint)|prettier .*--check|tsc .*--noEmit)\b"),
        ("build", rf"{_PM}build(?:[:.-][\w:.-]+)?(?: |$)|(?:tsc|nest build|tsup|vite build|next build|webpack)\b"),
        ("install", r"(?:npm|pnpm|bun) (?:install|i|ci)\b|yarn(?: install\b.*)?$"),
        ("notify", r"(?:curl|wget|http)\b.*(?:api\.telegram\.org|hooks\.slack\.com|slack\.com/api|discord(?:app)?\.com/api|webhook|WEBHOOK|ntfy|TELEGRAM|SLACK|DISCORD)|gh issue create|sendmail\b|mail -s"),
        ("health", r"(?:curl|wget|http|https|wait-on|httpie|k6)\b(?!.*githubusercontent)|nc -\w*z|(?:npm|pnpm|yarn) (?:run )?\S*(?:health|smoke|wait-for)"),
        ("health", r"(?:bash |sh |\./|\S*/)\S*(?:health|smoke|verify|wait-for)\S*"),
        ("deploy", r"pm2 (?:start|restart|reload|startOr\w+|gracefulReload|deploy)\b"),
        ("deploy", r"(?:bash |sh |source |\. )?(?:\S*/)?[\w.-]*deploy[\w.-]*\.(?:sh|bash)\b"),
    )
)


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its words, what it is for, and where it stands."""

    text: str
    at: Location
    does: str | None
    masked: bool = False
    """A failure of it does not fail the step."""
    shows: str | None = None
    """The secret that it prints to the log."""
    remote: bool = False
    unseen: bool = False
    """It calls a script that is not read here."""


def commands(script: Value, project: Project, *, remote: bool = False, depth: int = 3) -> list[Command]:
    """Every command of a scalar in a workflow, in the order they stand."""
    if not isinstance(script.content, str) or script.at is None:
        return []
    return list(_parse(script.content, _places(script, project), project, remote, depth))


@dataclass(frozen=True, slots=True)
class _Places:
    """From a line and column of a script to its file: exact for `|` blocks and scalars of one line."""

    at: Location
    line: int = 0
    column: int = 0
    exact: bool = True

    def of(self, where: Location) -> Location:
        if not self.exact:
            return self.at
        first = where.line == 1
        line, column = self.line + where.line, where.column + self.column
        return replace(self.at, line=line, column=column, end_line=self.line + where.end_line, end_column=where.end_column + (self.column if first or where.end_line > 1 else 0))


def _places(script: Value, project: Project) -> _Places:
    at = script.at
    assert at is not None
    assert isinstance(script.content, str)
    lines = project.files.get(at.file, "").split("\n")
    head = lines[at.line - 1][at.column - 1 :] if at.line <= len(lines) else ""
    if head.startswith("|") and not any(c.isdigit() for c in head[:3]):
        below = next((line for line in lines[at.line :] if line.strip()), "")
        return _Places(at, at.line, len(below) - len(below.lstrip(" ")))
    if "\n" not in script.content and not head.startswith(">"):
        return _Places(at, at.line - 1, at.column - 1 + head.startswith(("'", '"')))
    return _Places(at, exact=False)


def _parse(text: str, places: _Places, project: Project, remote: bool, depth: int) -> Iterator[Command]:
    # the grammar of bash trips over `${{ }}`; a word of the same length keeps every place
    plain = _EXPRESSION.sub(lambda m: re.sub(r"[^\n]", "_", m[0]), text)
    lines = text.split("\n")
    root = shell.parse(places.at.file, plain).root

    def original(node: shell.Node) -> str:
        at = node.at
        if at.line != at.end_line:
            return node.text
        return lines[at.line - 1][at.column - 1 : at.end_column - 1]

    def visit(node: shell.Node, masked: bool, quiet: bool, sent: str) -> Iterator[Command]:
        match node.kind:
            case "command":
                yield from one(node, masked, quiet, sent)
                return
            case "list" if any(c.text == "||" for c in node.children) and len(node.children) >= 3:
                forgiving = re.match(r"(?:true|:|exit 0|echo\b(?!.*exit)|/bin/true)", node.children[-1].text) is not None
                for index, child in enumerate(node.children):
                    yield from visit(child, masked or (forgiving and index == 0), quiet, sent)
                return
            case "redirected_statement":
                here = next((b.text for c in node.children if c.kind == "heredoc_redirect" for b in c.children if b.kind == "heredoc_body"), "")
                away = any(c.kind in ("file_redirect", "herestring_redirect") and not re.search(r">\s*&[12]\b", c.text) for c in node.children)
                for child in node.children:
                    yield from visit(child, masked, quiet or away, here)
                return
            case "pipeline" | "command_substitution" | "function_definition":
                quiet = True
            case "heredoc_body" | "comment":
                return
        for child in node.children:
            yield from visit(child, masked, quiet, sent)

    def one(node: shell.Node, masked: bool, quiet: bool, sent: str) -> Iterator[Command]:
        argv, _ = without_place(bare([_word(c) for c in node.children if c.field in ("name", "argument")]))
        if not argv:
            return
        full, told = " ".join(argv), original(node)
        command = Command(told, places.of(node.at), _does(argv, full), masked, None if quiet or remote else _shown(argv, told), remote)
        called = next((w for w in argv[:3] if _SCRIPT.fullmatch(w)), None) if argv[0] in ("bash", "sh", "source", ".") or _SCRIPT.fullmatch(argv[0]) else None
        file = posixpath.normpath(called.removeprefix("./")) if called else ""
        inside = file in project.files
        yield replace(command, unseen=bool(called) and not (inside and depth))
        if inside and depth:
            yield from (replace(c, at=command.at) for c in _parse(project.files[file], replace(places, exact=False), project, remote, depth - 1))
        if argv[0] in ("ssh", "sshpass") and depth:
            far = sent or _far(argv)
            yield from (replace(c, at=command.at) for c in _parse(far, replace(places, at=command.at, exact=False), project, True, depth - 1))
        for child in node.children:
            if child.kind not in ("word", "command_name"):
                yield from visit(child, masked, True, "")

    yield from visit(root, False, False, "")


def _word(node: shell.Node) -> str:
    """A word without its quotes; variables in it stay as they are written."""
    text = node.text
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    return text


def _does(argv: list[str], full: str) -> str | None:
    if argv[0] in ("echo", "printf", ":", "true", "cat", "mkdir", "chmod", "grep", "which"):
        return None
    if argv[0] in ("ssh", "sshpass"):
        return None if re.search(r"(?:^|\s)(?:-T\s+)?git@|(?:^|\s)-V\b", full) else "deploy"
    if argv[0] in ("scp", "rsync"):
        return "deploy" if any(":" in w or "__" in w or "$" in w for w in argv[1:]) else None
    return next((name for name, pattern in _DOES if pattern.match(full)), None)


def _shown(argv: list[str], told: str) -> str | None:
    if argv[0] not in ("echo", "printf") or re.match(r"\S+\s+(?:-\w+\s+)?[\"']?::", told):
        return None
    found = re.search(r"\$\{\{\s*secrets\.(\w+)\s*\}\}", told)
    return found[1] if found else None


def _far(argv: list[str]) -> str:
    """What `ssh host …` runs on the host."""
    rest = argv[argv.index("ssh") + 1 :] if "ssh" in argv else []
    while rest and rest[0].startswith("-"):
        rest = rest[2:] if rest[0] in _NO_TTY else rest[1:]
    return " ".join(w[1:-1] if len(w) > 1 and w[0] == w[-1] and w[0] in "'\"" else w for w in rest[1:])

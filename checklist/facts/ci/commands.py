"""The commands of a `run` block, of what they call, and of what they send to another machine over ssh."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from checklist.facts.deploy.effects import bare, without_place
from checklist.model import Location, Project, Value
from checklist.parse import embedded, shell
from checklist.parse.sh import tree
from checklist.parse.sh.tree import Word
from checklist.parse.shell import Source

_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_HOLE = re.compile(r"\$\{__EXPRESSION_(\d+)__\}")
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
    source = embedded.source(project.files.get(script.at.file, ""), script.at, script.content)
    expressions = _EXPRESSION.findall(script.content)

    def said(text: str) -> str:
        """A text as it is written in the workflow."""
        return _HOLE.sub(lambda m: expressions[int(m[1])], text)

    return list(_read(source.plain(_EXPRESSION), project, said, remote, depth))


def _read(source: Source, project: Project, said: Callable[[str], str], remote: bool, depth: int, at: Location | None = None) -> Iterator[Command]:
    """The commands of a script; `at` is where all of them stand if the script is called from there."""

    def visit(node: tree.Command, masked: bool, quiet: bool) -> Iterator[Command]:
        match node:
            case tree.Simple():
                yield from simple(node, masked, quiet or _goes_away(node.redirects))
            case tree.AndOr(_, _, left, operator, right):
                forgiving = operator == "||" and _FORGIVES.match(source.text[right.start : right.end]) is not None
                yield from visit(left, masked or forgiving, quiet)
                yield from visit(right, masked, quiet)
            case tree.Pipeline(_, _, parts):
                for part in parts:
                    yield from visit(part, masked, quiet or len(parts) > 1)
            case tree.Redirected(_, _, inner, redirects):
                yield from visit(inner, masked, quiet or _goes_away(redirects))
            case tree.Function(_, _, _, body):
                yield from visit(body, masked, True)
            case _:
                for below in _below(node):
                    yield from visit(below, masked, quiet)

    def simple(node: tree.Simple, masked: bool, quiet: bool) -> Iterator[Command]:
        argv, _ = without_place(bare([_word(w, source) for w in node.words]))
        if argv:
            full, told = said(" ".join(argv)), said(source.text[node.start : node.end])
            here = at or source.at(node.start, node.end)
            called = next((w for w in argv[:3] if _SCRIPT.fullmatch(w)), None) if argv[0] in ("bash", "sh", "source", ".") or _SCRIPT.fullmatch(argv[0]) else None
            file = posixpath.normpath(called.removeprefix("./")) if called else ""
            inside = file in project.files
            yield Command(told, here, _does(argv, full), masked, None if quiet or remote else _shown(argv, told), remote, bool(called) and not (inside and depth))
            if inside and depth:
                yield from _read(Source(file, project.files[file]), project, said, remote, depth - 1, here)
            if argv[0] in ("ssh", "sshpass") and depth:
                sent = next((_word(r.target, source) for r in node.redirects if r.operator.startswith("<<")), "")
                yield from _read(Source(source.file, sent or _far(argv)), project, said, True, depth - 1, here)
        for word in [*node.words, *(a.value for a in node.assignments if isinstance(a.value, Word))]:
            for part in word.parts:
                if isinstance(part, tree.Substitution):
                    yield from visit(part.body, masked, True)

    yield from visit(shell.read(source).root, False, False)


_FORGIVES = re.compile(r"true|:|exit 0|echo\b(?!.*exit)|/bin/true")


def _goes_away(redirects: list[tree.Redirect]) -> bool:
    """Whether what is printed goes into a file rather than into the log."""
    return any(r.operator in (">", ">>", "&>", "&>>", ">|", "<<<") and not (r.target.literal() or "").startswith("&") for r in redirects)


def _below(node: tree.Command) -> Iterator[tree.Command]:
    match node:
        case tree.Sequence(_, _, items):
            yield from items
        case tree.Group() | tree.For():
            yield node.body
        case tree.Background():
            yield node.command
        case tree.While():
            yield from (node.condition, node.body)
        case tree.If():
            for condition, body in node.clauses:
                yield from (condition, body)
            if node.otherwise is not None:
                yield node.otherwise
        case tree.Case():
            yield from (item.body for item in node.items)


def _word(word: Word, source: Source) -> str:
    """A word without its quotes; variables in it stay as they are written."""
    return "".join(p.text if isinstance(p, tree.Text) else source.text[p.start : p.end] for p in word.parts)


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

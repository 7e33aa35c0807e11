"""The commands of a `run` block, of what they call, and of what they send to another machine over ssh."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from checklist.facts.deploy.effects import bare, without_place
from checklist.model import Location, Project, Value
from checklist.parse import embedded, shell
from checklist.parse.sh import tree
from checklist.parse.sh.tree import Word
from checklist.parse.shell import Source
from checklist.secrets import secret_name

_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_HOLE = re.compile(r"\$\{__EXPRESSION_(\d+)__\}")
_SCRIPT = re.compile(r"[\w./~${}-]+\.(?:sh|bash)")
_TAKES = {"-i", "-p", "-o", "-l", "-F", "-J", "-L", "-R", "-D", "-b", "-c", "-E", "-e", "-m", "-S", "-W"}
"""Options of ssh that take the next word."""
_VALUED = {"-e", "--rsh", "--exclude", "--exclude-from", "--include", "--filter", "-f", "--chown", "--chmod", "-i", "-o", "-F", "-J"}
"""Options of rsync and scp that take the next word."""
_FAR = ("ssh", "sshpass")
_SHELLS = ("bash", "sh", "zsh")

_PM = r"(?:npm|pnpm|yarn|bun)(?! (?:install|i|add|ci|exec|create|publish)\b)(?: \S+)*? "
_RUNNER = r"(?:npm exec |pnpm (?:exec |dlx )?|yarn |bun )?"
_SENDS = r"(?=.*\s(?:-d|--data\S*|-F|--form\S*|--json|-X ?[\"']?POST|--request[ =]POST))"
# a download, or a question to somebody else's server
_ELSEWHERE = (
    r"(?!.*(?:github(?:usercontent)?\.(?:com|io)|gitlab\.com|//get\.|//sh\.|//install\.|nodesource|npmjs|docker\.com|(?:api|pages|www)\.cloudflare|checkip|ipify|ifconfig|icanhazip|ipinfo|codecov"
    r"|googleapis|dl\.google|amazonaws\.com/?[\"']?$|api\.(?:telegram|vercel|netlify|render|digitalocean|uptimerobot)|hooks\.|HOOK|\.(?:tgz|tar\.\w+|zip|deb|rpm|sh|key|gpg|asc|pub|whl|jar)\b))"
    r"(?!.*\s(?:-X ?[\"']?(?:POST|PUT|PATCH|DELETE)|--request[ =](?:POST|PUT|PATCH|DELETE)|-T |--upload-file))"
)
_SCRIPTED = r"(?:bash |sh |source |\. )?(?:\S*/)?"
_DOES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("test", rf"{_PM}(?:t|tst|(?:[\w-]+:)*(?:tests?|e2e|unit|coverage)(?:[:.-][\w:.-]+)?)(?: |$)"),
        ("test", rf"{_RUNNER}(?:vitest|jest|mocha|ava|tap|nyc|c8|cypress run|playwright test|react-scripts test|ng test)\b"),
        ("test", r"node (?:\S+ )*--test\b|deno test|bun test|(?:turbo|nx|lerna)\b.*\btest\b|make (?:\S+ )*(?:test|check)\b"),
        ("test", r"(?:poetry run |python3? -m |uv run )?(?:pytest|unittest|tox)\b|python3? manage\.py test|(?:go|cargo|dotnet|mix|sbt|swift) test\b"),
        ("test", r"(?:\./)?(?:mvnw?|gradlew?)\b(?!.* (?:-DskipTests|-Dmaven\.test\.skip|-x test))(?:.*\b)(?:test|verify|check|build|package|install)\b"),
        ("test", r"(?:php artisan test|(?:\./)?(?:vendor/bin/)?(?:phpunit|pest)|composer (?:run )?test|bundle exec (?:rspec|rails test|rake)|rspec|rails test)\b"),
        ("lint", rf"{_PM}(?:[\w-]+:)*(?:lint|type-?check|check-types|tsc|format:check|prettier:check)(?:[:.-][\w:.-]+)?(?: |$)"),
        ("lint", r"(?:pnpm (?:exec )?|yarn )?(?:eslint|biome (?:check|ci|lint)|prettier .*--check|tsc .*--noEmit)\b"),
        ("build", rf"{_PM}build(?:[:.-][\w:.-]+)?(?: |$)|(?:tsc|nest build|tsup|vite build|next build|webpack)\b"),
        ("install", r"(?:npm|pnpm|bun) (?:install|i|ci)\b|yarn(?: install\b.*)?$"),
        ("notify", r"(?:curl|wget|http)\b.*(?:api\.telegram\.org|hooks\.slack\.com|slack\.com/api|discord(?:app)?\.com/api|ntfy)|gh issue create|sendmail\b|mail -s"),
        ("notify", rf"(?:curl|wget|http)\b{_SENDS}.*(?i:webhook|telegram|slack|discord|mattermost)"),
        ("health", rf"(?:docker(?: compose|-compose)? .*?exec .*?)?(?:curl|wget|http|https|wait-on|httpie|k6)\b{_ELSEWHERE}|docker inspect\b.*(?i:health|state)|nc -\w*z|(?:npm|pnpm|yarn) (?:run )?\S*(?:health|smoke|wait-for)"),
        ("health", r"(?i:.*\b(?:invoke-webrequest|invoke-restmethod|iwr)\b(?!.*-method +['\"]?(?:post|put)))"),
        ("health", r"(?:bash |sh |\./|\S*/)\S*(?:health|smoke|verify|wait-for)\S*"),
        ("deploy", r"pm2 deploy\b"),
        ("deploy", rf"(?!source |\. /?\S*lib/){_SCRIPTED}(?!\S*(?:check|test|lint|valid|guard|common|helper|prepare|notif))[\w.-]*deploy[\w.-]*\.(?:sh|bash)\b"),
        ("restart", r"pm2 (?:start|restart|reload|startOr\w+|gracefulReload)\b|forever (?:re)?start"),
        # a web server or a database that is restarted beside the service is not the service
        ("restart", r"(?:(?:systemctl|supervisorctl)(?: -\S+)* (?:re)?(?:start|load)|service(?= \S+ (?:re)?(?:start|load)))\b(?!.*\b(?:nginx|caddy|apache2?|httpd|haproxy|cloudflared|postgresql|pgbouncer|mysqld?|redis|docker)\b)"),
        ("restart", r"docker(?: compose|-compose)? (?:\S+ )*?(?:(?:re)?start|up|run)\b(?!.*--build)"),
    )
)
# what brings code if it runs on the server; on a runner it would be part of a test
_BRINGS = re.compile(
    r"git (?:-\S+ \S+ )*(?:pull|fetch|reset|checkout|clone)\b|docker(?: compose|-compose)? (?:\S+ )*?(?:up|pull|build|load)\b|docker (?:stack deploy|service update)\b"
    r"|tar (?:-\S*x|x)|unzip\b|ln -\S*s|(?:kubectl (?:apply|rollout|set)|helm upgrade)\b|(?:\S*/)?[\w-]*deploy\b|make (?:\S+ )*deploy"
)
_BESIDE = re.compile(r"(?:^|[/:])\.?/?(?:docs?|storybook(?:-static)?|coverage|reports?|backups?|dumps?)(?:/|$)")
_SETTINGS = re.compile(r"\.(?:md|txt|sh|conf|ya?ml|service|pem|key|env|html)(?:\.\w+)?$|(?:^|/)\.env")
_OTHER_WAYS = re.compile(
    r"(?:fly|flyctl) deploy|aws (?:ssm send-command|ecs|deploy|lambda|elasticbeanstalk|s3 sync)|gcloud|kubectl (?:apply|rollout|set)|helm upgrade|heroku|railway|vercel|netlify|eb deploy|az (?:webapp|container)"
    r"|docker(?: buildx)? (?:push|build .*--push)|ansible-playbook|cap \S+ deploy|dokku|git push (?!origin\b)\S+ |caprover|kamal|serverless|(?:npm|pnpm|yarn|bun) (?:run )?\S*deploy|curl\b.*(?i:hook|deploy)"
)
_ENCODES = {"base64", "rev", "xxd", "od", "hexdump", "cut", "sed", "head", "tail", "tr", "fold", "awk"}
_UNPACKS = {"bash", "sh", "zsh", "sudo", "tar", "gpg", "apt-key", "tee", "python", "python3", "node"}


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

    @property
    def other_way(self) -> bool:
        """Whether it may bring code to where the service runs in a way that is not read here."""
        return _OTHER_WAYS.match(self.text) is not None

    @property
    def ships(self) -> bool:
        """Whether it brings code to a server."""
        return self.does == "deploy"

    @property
    def restarts(self) -> bool:
        """Whether it changes what runs on a server, without bringing code there."""
        return self.remote and self.does in ("restart", "install", "build")


def commands(script: Value, project: Project, *, remote: bool = False, depth: int = 3) -> list[Command]:
    """Every command of a scalar in a workflow, in the order they stand."""
    if not isinstance(script.content, str) or script.at is None:
        return []
    source = embedded.source(project.files.get(script.at.file, ""), script.at, script.content)
    expressions = _EXPRESSION.findall(script.content)

    def said(text: str) -> str:
        """A text as it is written in the workflow."""
        return _HOLE.sub(lambda m: expressions[int(m[1])], text)

    return list(_read(source.plain(_EXPRESSION, numbered=True), project, said, remote, depth))


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
                for i, part in enumerate(parts):
                    into = [_first(p) for p in parts[i + 1 :]]
                    # what is encoded on the way to the log is not hidden in it
                    away = bool(into) and not (_ENCODES.issuperset(into) and isinstance(parts[-1], tree.Simple) and not _goes_away(parts[-1].redirects))
                    for c in visit(part, masked, quiet or away):
                        yield replace(c, does=None) if c.does == "health" and not _UNPACKS.isdisjoint(into) else c
            case tree.Redirected(_, _, inner, redirects):
                yield from visit(inner, masked, quiet or _goes_away(redirects))
            case tree.Function(_, _, _, body):
                yield from visit(body, masked, True)
            case _:
                for below in _below(node):
                    yield from visit(below, masked, quiet)

    def simple(node: tree.Simple, masked: bool, quiet: bool) -> Iterator[Command]:
        words = [_word(w, source) for w in node.words]
        argv, _ = without_place(bare(words)) if words[:2] != ["command", "-v"] else (words, None)
        if argv:
            full, told = said(" ".join(argv)), said(source.text[node.start : node.end])
            here = at or source.at(node.start, node.end)
            called = next((w for w in argv[:3] if _SCRIPT.fullmatch(w)), None) if argv[0] in ("bash", "sh", "source", ".") or _SCRIPT.fullmatch(argv[0]) else None
            file = posixpath.normpath(called.removeprefix("./")) if called else ""
            inside = file in project.files and "-n" not in argv
            handed = _handed(argv, next((_word(r.target, source) for r in node.redirects if r.operator.startswith("<<")), ""))
            unseen = (handed == "" and (remote or argv[0] in _FAR)) or (bool(called) and not (inside and depth) and "-n" not in argv) or (remote and full.startswith("$"))
            yield Command(told, here, _does(argv, full, remote, inside), masked, None if quiet else _shown(argv, told), remote or (handed == "" and argv[0] in _FAR), unseen)
            if inside and depth:
                yield from _read(Source(file, project.files[file]), project, said, remote, depth - 1, here)
            if handed and depth:
                yield from _read(Source(source.file, handed), project, said, remote or argv[0] in _FAR, depth - 1, here)
        for word in [*node.words, *(a.value for a in node.assignments if isinstance(a.value, Word))]:
            for part in word.parts:
                if isinstance(part, tree.Substitution):
                    yield from visit(part.body, masked, True)

    script = shell.read(source)
    yield from visit(script.root, False, False)
    if script.problem is not None:
        yield Command(said(source.text).strip(), at or script.problem.location, None, remote=remote, unseen=True)


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


def _first(node: tree.Command) -> str:
    """The name of the program that a part of a pipe runs."""
    inner = node.command if isinstance(node, tree.Redirected) else node
    return (inner.words[0].literal() or "") if isinstance(inner, tree.Simple) and inner.words else ""


def _does(argv: list[str], full: str, remote: bool, inside: bool) -> str | None:
    if argv[0] in ("echo", "printf", ":", "true", "cat", "mkdir", "chmod", "grep", "which", "type", "command", *_FAR) or (argv[0] in _SHELLS and "-n" in argv):
        return None
    if argv[0] in ("scp", "rsync"):
        return "deploy" if _ships([w for before, w in pairwise(argv) if not w.startswith("-") and before not in _VALUED and not (before == "-P" and argv[0] == "scp")]) else None
    found = next((name for name, pattern in _DOES if pattern.match(full)), None)
    if found == "deploy" and inside:
        return None  # what it does is seen
    return "deploy" if found is None and remote and _BRINGS.match(full) else found


def _ships(places: list[str]) -> bool:
    """Whether what is copied goes to another machine, and is not documentation, a report or a backup beside the service."""
    far = [":" in w or ("$" in w and any("@" in p or ":" in p for p in places)) for w in places]
    return bool(far) and far[-1] and not any(_BESIDE.search(w) for w in places) and not all(_SETTINGS.search(w) for w in places[:-1])


def _shown(argv: list[str], told: str) -> str | None:
    """The secret that a command prints. Addresses, users and ports are stored as secrets too, and are none."""
    if argv[0] not in ("echo", "printf") or re.match(r"\S+\s+(?:-\w+\s+)?[\"']?::", told):
        return None
    return next((name for name in re.findall(r"\$\{\{\s*secrets\.(\w+)\s*\}\}", told) if secret_name(name)), None)


def _handed(argv: list[str], heredoc: str) -> str | None:
    """What a command gives another shell to run: None for nothing, an empty text for something that is not seen."""
    if argv[0] in _FAR:
        rest = argv[argv.index("ssh") + 1 :] if "ssh" in argv else []
        while rest and rest[0].startswith("-"):
            if re.fullmatch(r"-[a-zA-Z]*[NVGO]", rest[0]):
                return None
            rest = rest[2:] if rest[0][-2:] in _TAKES else rest[1:]
        if not rest or rest[0].startswith("git@"):
            return None
        far = " ".join(rest[1:])
        return heredoc if heredoc and bare(far.split())[:1] in ([], *([s] for s in _SHELLS)) else far
    if argv[0] not in (*_SHELLS, "su"):
        return None
    for flag, text in pairwise(argv[1:]):
        if re.fullmatch(r"-[a-z]*c", flag):
            return text
    return None if argv[0] == "su" or any(not w.startswith("-") for w in argv[1:]) else heredoc

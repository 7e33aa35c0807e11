"""`deploy.script`: what is true of a script as a file: will bash read it to its end, which secrets stand in it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Sequence

from checklist.facts.deploy import secrets
from checklist.facts.deploy.entries import is_shell
from checklist.facts.deploy.met import Path
from checklist.facts.folders import is_retired
from checklist.facts.vocabulary import says
from checklist.model import Document, Location, Problem, Project, Unknown, Value
from checklist.parse import shell
from checklist.parse.lines import Lines
from checklist.parse.sh.bashisms import bashisms

_BASH = re.compile(r"(?!#!)|#!\s*\S*\bbash\b|#!\s*/usr/bin/env\s+(?:-S\s+)?bash\b")
_SHELL = re.compile(r"(?!#!)|#![^\n]*\b(?:ba|da|k|z)?sh\b")
_SH = re.compile(r"#!\s*(?:\S*/)?(?:env\s+)?(?:da)?sh\b")
_ASKS = re.compile(r"BASH_VERSION|exec \S*bash\b")
"""Of a script that looks itself which shell reads it."""
_DEBIAN = re.compile(r"(?m)^[^#\n]*\bapt(?:-get)? (?:-\S+ )*(?:install|update|upgrade)\b")
_LINE = re.compile(r"(?m)^(?:#!|[ \t]*[^\s#])[^\n]*?(?=\r\n)")
_MENDS = re.compile(r"dos2unix|fromdos|igncr|s[/|,]\\?\\r|tr\s+-d\s+\S*\\r|\bautocrlf\b|\beol=lf\b")


def documents(project: Project, deployed: Collection[str], paths: Sequence[Path] = (), packages: Sequence[Document] = (), *, apps: bool) -> Iterator[Document]:
    """One for each script, for each package.json with a secret in its scripts, and for each text in another file or text that its shell cannot read: {role, stops, windows, needs_bash, secrets}. `role` is `deploy`, `rollback` or null; `stops` why bash gets no
    further, with the place, null where it reads all of it or another shell does; `windows` the first line that ends in
    CR LF; `needs_bash` is {word, by, ends} of the first thing that dash does not know in a script that sh reads: `by` is the
    file that says so, `ends` whether the script ends there; `secrets` their places.

    `packages` are the documents of that kind; `deployed` are the entry points that deploy and the scripts that they enter, `paths` all entry points; `apps`: whether PM2 runs any, else a name says nothing.
    """
    texts = project.files.values()
    mended = any("\r\n" in text for text in texts) and any(_MENDS.search(text) for text in texts)
    for file, text in sorted(project.files.items()):
        if is_shell(file, text):
            start = Location(file)
            told = {
                "role": Value(_role(file, deployed) if apps and not is_retired(file) else None, start),
                "stops": _stops(file, text),
                "windows": _windows(file, text, mended=mended),
                "needs_bash": _needs_bash(project, file, text),
                "secrets": Value(tuple(Value("", at, secret=True) for at in secrets.places(file, text)), start),
            }
            yield Document("deploy.script", file, Value(told, start), file)
    for package in packages:
        held = [v for v in (package.value.get("scripts") or Value({})).members().values() if isinstance(v.content, str) and v.at and secrets.written(v.content)]
        if held:
            start = Location(package.file)
            nothing = {key: Value(None, start) for key in ("role", "stops", "windows", "needs_bash")}
            yield Document("deploy.script", package.file, Value(nothing | {"secrets": Value(tuple(Value("", v.at, secret=True) for v in held), start)}, start), package.file)
    found = {at: (path.entry.name, *said) for path in paths for at, said in path.run.problems.items()}
    for at, (entry, problem, host) in found.items():
        role = _role(entry, deployed if host != "remote" else (*deployed, entry))
        told = {
            "role": Value(role if (apps or entry in deployed) and not is_retired(at.file) else None, at),
            "stops": Value(_reason(problem), at),
            "windows": Value(None, at),
            "needs_bash": Value(None, at),
            "secrets": Value((), at),
        }
        yield Document("deploy.script", at.file, Value(told, at), entry)


def _role(file: str, deployed: Collection[str]) -> str | None:
    name = posixpath.basename(file)
    if says(name, "back"):
        return "rollback"
    return "deploy" if file in deployed or says(name, "deploy") else None


def _stops(file: str, text: str) -> Value:
    """Where our grammar stops, bash does: held against `bash -n` and against what bash runs of the text, see the tests."""
    problem = shell.parse(file, text).problem
    if problem is None or not _BASH.match(text) or file.endswith((".zsh", ".ksh")):
        return Value(None, Location(file))
    reason = _reason(problem)
    return Value(Unknown(reason) if reason == shell.TOO_DEEP else reason, problem.location)


def _reason(problem: Problem) -> str:
    return problem.text.removeprefix("not understood as shell: ")


def _needs_bash(project: Project, file: str, text: str) -> Value:
    """Which shell sh is, the machine decides: dash on Debian and Ubuntu, bash on macOS and Red Hat. It is known where the
    script itself calls apt and goes nowhere else."""
    name = re.escape(posixpath.basename(file))
    by_bash = re.compile(rf"(?:\bbash|\bzsh|\bsource|(?:^|[\s;&|(])\.)\s+(?:-\w+\s+)*[\"']?(?:[^\s\"']*/)?{name}\b", re.MULTILINE)
    by_sh = re.compile(rf"(?m)^[^#\n]*(?<![\w./-])(?:/bin/)?(?:da)?sh\s+(?:-[eux]+\s+)*[\"']?(?:[^\s\"']*/)?{name}\b")
    texts = {f: t for f, t in project.files.items() if posixpath.basename(file) in t}
    by = file if _SH.match(text) else next((f for f, t in sorted(texts.items()) if f != file and by_sh.search(t)), None)
    if by is None or any(by_bash.search(t) for t in texts.values()) or _ASKS.search(text):
        return Value(None, Location(file))
    found = min(bashisms(shell.parse(file, text).root, text), default=None)
    if found is None:
        return Value(None, Location(file))
    at = Lines(file, text).span(found[0], found[0])
    if not (_DEBIAN.search(text) and "ssh " not in text):
        return Value(Unknown("which shell sh is depends on the machine"), at)
    return Value({"word": Value(found[1], at), "by": Value(by, at), "ends": Value(found[2], at)}, at)


def _windows(file: str, text: str, *, mended: bool) -> Value:
    """The first line that a carriage return spoils: no comment, but `#!` is one."""
    found = _LINE.search(text) if "\r\n" in text and _SHELL.match(text) else None
    if found is None:
        return Value(None, Location(file))
    at = Lines(file, text).span(found.end(), found.end() + 1)
    return Value(Unknown("another command may mend its line ends") if mended else found[0].startswith("#!"), at)

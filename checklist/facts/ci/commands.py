"""The commands of a `run` block, of what they call, and of what they send to another machine over ssh, as the deploy's runs have them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from checklist.facts.deploy.path import Run
from checklist.facts.deploy.steps import Step
from checklist.facts.deploy.whole import may_check
from checklist.facts.effects import bare, meaning
from checklist.facts.requests import request
from checklist.model import Location, Project, Value
from checklist.secrets import secret_name
from checklist.shell.states import Completion

_SCRIPT = re.compile(r"[\w./~${}-]+\.(?:sh|bash)")
_VALUED = {"-e", "--rsh", "--exclude", "--exclude-from", "--include", "--filter", "-f", "--chown", "--chmod", "-i", "-o", "-F", "-J"}
"""Options of rsync and scp that take the next word."""
_FAR = ("ssh", "sshpass", "autossh")
_SHELLS = ("bash", "sh", "zsh", "dash")
_OTHER_SHELLS = ("powershell", "pwsh", "cmd", "wsl", "python", "python3")
_NOTHING_SENT = re.compile(r"ssh (?:.* )?(?:-[a-zA-Z]*[NVGO]|git@\S+)(?: |$)")

_EFFECTS = {"health_check": "health", "build": "build", "install": "install", "notify": "notify", "start": "restart", "restart": "restart", "reload": "restart"}
_DECLARED = _EFFECTS | {"ship": "deploy"}
"""What the project's config says of a command of its own."""
_BESIDE = re.compile(r"(?:^|[/:])\.?/?(?:docs?|storybook(?:-static)?|coverage|reports?|backups?|dumps?)(?:/|$)")
_SETTINGS = re.compile(r"\.(?:md|txt|sh|conf|ya?ml|service|pem|key|env|html)(?:\.\w+)?$|(?:^|/)\.env")
_ENCODES = {"base64", "rev", "xxd", "od", "hexdump", "cut", "sed", "head", "tail", "tr", "fold", "awk"}


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
    """It calls a script that is not read here, although nothing has failed."""
    normal: bool = True
    """It runs although nothing has failed."""
    may_pass: bool = False
    """A condition that is not known decides whether a failure of it fails the step."""
    may_check: bool = False
    """It is not known here, and may ask the service how it is."""
    may_verify: bool = False
    """It may say whether the code is good."""
    other_way: bool = False
    """It may bring code to where the service runs in a way that is not read here."""

    @property
    def ships(self) -> bool:
        """Whether it brings code to a server."""
        return self.does == "deploy" and self.normal

    @property
    def restarts(self) -> bool:
        """Whether it changes what runs on a server, without bringing code there."""
        return self.remote and self.normal and self.does in ("restart", "install", "build")


def commands(script: Value, run: Run, project: Project) -> list[Command]:
    """Every command that runs because of a scalar in a workflow, in the order in which they first run."""
    at = script.at
    if at is None:
        return []
    mine = [s for s in run.steps if _inside((*s.calls, s.at)[0], at)]
    ended = [out for where, out in run.parts if _inside(where, at)]
    entered = {call for s in mine for call in s.calls}
    out, seen = list[Command](), {s.at for s in mine}
    for step in mine:
        for n, call in enumerate(step.calls):
            if call not in seen:
                seen.add(call)
                inside = [s for s in mine if call in s.calls]
                out.append(_call(call, _shown_at((*step.calls[:n], call), at), step.host == "remote", inside, project))
        out.append(_command(step, _shown_at((*step.calls, step.at), at), run, ended, entered, project))
    return out


def _inside(at: Location, of: Location) -> bool:
    return at.file == of.file and (of.line, of.column) <= (at.line, at.column) <= (of.end_line, of.end_column)


def _shown_at(places: Iterable[Location], of: Location) -> Location:
    """The last of the places that is in the workflow."""
    return [p for p in places if p.file == of.file][-1]


def _call(call: Location, at: Location, remote: bool, inside: Sequence[Step], project: Project) -> Command:
    """What calls a script that is read: if it is named for a check, something that is not known there may be that."""
    lines = project.files[call.file].split("\n")[call.line - 1 : call.end_line]
    lines[-1] = lines[-1][: call.end_column - 1]
    lines[0] = lines[0][call.column - 1 :]
    text = "\n".join(lines)
    told = meaning(bare(text.split()), project.policy)
    checks = told.effect == "health_check" and any(may_check(s) for s in inside)
    return Command(text, at, "health" if checks else None, remote=remote, may_verify=told.may_verify, other_way=told.elsewhere)


def _command(step: Step, at: Location, run: Run, ended: Sequence[Completion], entered: set[Location], project: Project) -> Command:
    words, remote = step.written, step.host == "remote"
    unseen = _unseen(step, words, step.call.place in entered, project)
    does = _does(step, words, remote) if words else None
    # what a server does about a failed build, the rules of deploys say
    passes, stops = any(o.true & step.fails for o in ended), any(o.false & step.fails for o in ended)
    masked = passes and not stops and step.effect != "health_check" and not (remote and step.verifies is None)
    normal = run.normal(step)
    perhaps = does in (None, "test") and may_check(step)
    return Command(step.text, at, does, masked, _shown(words, step), remote or (unseen and words[0] in _FAR), unseen and normal, normal, passes and stops, perhaps, step.meaning.may_verify, step.meaning.elsewhere)


def _unseen(step: Step, words: list[str], entered: bool, project: Project) -> bool:
    """Whether a script runs that is not read here."""
    if step.argv is None or not words:
        return step.host == "remote"
    if step.meaning.declared or request(words) is not None:
        return False
    if words[0] in _FAR:
        said = " ".join(words)
        return not entered and not _NOTHING_SENT.search(said) and "ssh" in words
    if words[0].removesuffix(".exe") in _OTHER_SHELLS:
        return step.host == "remote"
    if words[0] in _SHELLS or _SCRIPT.fullmatch(words[0]):
        called = next((w for w in words[:3] if _SCRIPT.fullmatch(w)), "")
        return "-n" not in words and (called.removeprefix("./") not in project.files if called else step.host == "remote")
    # `/srv/shop/bin/deploy $SHA` on the server: a program of one's own, whatever it is written in
    return step.host == "remote" and re.match(r"(?:~|\.{1,2})?/(?!usr/|s?bin/|opt/|etc/)", words[0]) is not None


def _does(step: Step, words: list[str], remote: bool) -> str | None:
    if step.meaning.declared:
        brings = remote and step.effect == "fetch"
        return step.verifies or ("deploy" if brings else _DECLARED.get(step.effect or ""))
    if words[0] in ("echo", "printf", ":", "true", "cat", "mkdir", "chmod", "grep", "which", "type", "command", *_FAR) or (words[0] in _SHELLS and "-n" in words):
        return None
    if words[0] in ("scp", "rsync"):
        return "deploy" if _ships([w for before, w in pairwise(words) if not w.startswith("-") and before not in _VALUED and not (before == "-P" and words[0] == "scp")]) else None
    told = step.meaning
    found = step.verifies or ("deploy" if told.deploys else "restart" if told.restarts else _EFFECTS.get(step.effect or ""))
    return "deploy" if found is None and remote and told.brings else found


def _ships(places: list[str]) -> bool:
    """Whether what is copied goes to another machine, and is not documentation, a report or a backup beside the service."""
    said = [re.sub(r"\$\{[^}]*\}", "$", w) for w in places]  # the @ of "${all[@]}" and the : of ${x:-y} name no machine
    far = [":" in w or ("$" in w and any("@" in p or ":" in p for p in said)) for w in said]
    return bool(far) and far[-1] and not any(_BESIDE.search(w) for w in places) and not all(_SETTINGS.search(w) for w in places[:-1])


def _shown(words: list[str], step: Step) -> str | None:
    """The secret that a command prints. Addresses, users and ports are stored as secrets too, and are none."""
    # what is encoded on the way to the log is not hidden in it
    if words[:1] not in (["echo"], ["printf"]) or not _ENCODES.issuperset(step.into) or re.match(r"\S+\s+(?:-\w+\s+)?[\"']?::", step.text):
        return None
    return next((name for name in re.findall(r"\$\{\{\s*secrets\.(\w+)\s*\}\}", step.text) if secret_name(name)), None)

"""Which words of a command are secrets, by the table programs.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from checklist.secrets.naming import secret_name
from checklist.secrets.tokens import Command, Word, commands, lines

ANY = "any"
_PLACE = re.compile(r"SECRET|LOGIN|WORD|NAME")
# a login without a password is a name; a key may be the user, with no password: `-u sk_live_…:`
_FORMS = {
    "SECRET": r"([\s\S]+)",
    "LOGIN": r"((?!-)[^\s:]+:(?P<password>[\s\S]*))",
    "WORD": r"[^\s/,%]+",
    "NAME": r"(?P<name>\S+)",
}
_SAID = ("echo", "printf")
_WORDS = re.compile(r"[A-Za-z0-9][\w-]*")
_FLAGS = re.compile(r"[-_](?:pass|token|secret|api-?key|auth|access-key|private-key)")


@dataclass(slots=True)
class _Node:
    """What may follow in a line of the table behind a program, or behind words of it."""

    words: dict[str, _Node] = field(default_factory=dict)
    flags: dict[str, list[re.Pattern[str]]] = field(default_factory=dict)
    """Flag → the forms of the word that follows."""
    inline: list[tuple[str, re.Pattern[str]]] = field(default_factory=list)
    """(what it begins with, the form) of a flag with its value in one word."""
    places: list[tuple[re.Pattern[str], ...]] = field(default_factory=list)
    """The forms of the arguments that follow one another."""
    reads: re.Pattern[str] | None = None


def rows() -> list[tuple[tuple[str, ...], str]]:
    """(programs, line) of the table, in its order; the programs of the lines for all are `any`."""
    import yaml

    text = resources.files("checklist.secrets").joinpath("programs.yaml").read_text("utf-8")
    table = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return [(tuple(key.split()), line) for key, given in table.items() for line in given]


@cache
def _table() -> Mapping[str, _Node]:
    """The first node of each program."""
    nodes = dict[str, _Node]()
    for programs, line in rows():
        for program in programs if programs != (ANY,) else ():
            _add(nodes.setdefault(program, _Node()), line)
    return nodes


@cache
def _general() -> re.Pattern[str]:
    """A flag of any program that takes a secret, alone or with `=` and the secret."""
    flags = "|".join(line.split()[0].lstrip("-") for programs, line in rows() if programs == (ANY,))
    switches = "no|disabled?|without|skip|ask|show|prompt|generate|random|empty|allow-empty"
    return re.compile(rf"--?(?!(?:{switches})-)(?:[A-Za-z][\w-]*[-_])?(?:{flags})(?:=([\s\S]+))?")


def _add(node: _Node, line: str) -> None:
    said, _, reads = line.partition("< ")
    words = said.split()
    first = next((i for i, word in enumerate(words) if _PLACE.search(word)), len(words))
    flag = first - 1 if first > 0 and words[first - 1 : first] and words[first - 1].startswith("-") else None
    if reads or flag is None or first + 1 < len(words):
        flag = None
    for word in words[: first if flag is None else flag]:
        node = node.words.setdefault(word, _Node())
    if reads:
        node.reads = _form(reads)
    elif flag is not None:
        node.flags.setdefault(words[flag], []).append(_form(words[first]))
    elif words[first].startswith(("-", "/")):
        node.inline.append((_PLACE.split(words[first])[0], _form(words[first])))
    else:
        node.places.append(tuple(_form(word) for word in words[first:]))


@cache
def _form(word: str) -> re.Pattern[str]:
    parts, at = [], 0
    for found in _PLACE.finditer(word):
        parts += [re.escape(word[at : found.start()]), _FORMS[found[0]]]
        at = found.end()
    return re.compile("".join(parts) + re.escape(word[at:]))


Found = tuple[Word, int, str]
"""A word, where in its text the secret begins (it ends with the word), and what of it must be written out to be one."""


def places(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, what of it must be written out) of every argument in a text that the table takes for a secret."""
    programs = _table().keys()
    for start, end in lines(text):
        # few lines name a program of the table, or have a flag that may be one of any program
        if not programs.isdisjoint(_WORDS.findall(text, start, end)) or _FLAGS.search(text, start, end):
            for level in commands(text, start, end):
                for word, at, value in _of_commands(level):
                    last, start = word.pieces[-1]
                    yield word.offset(at), start + len(last), value


def in_words(words: Sequence[str]) -> list[tuple[int, int, str]]:
    """(index, offset, what of it must be written out) of each word of one command that the table takes for a secret."""
    made = [Word([(text, 0)], len(text)) for text in words]
    numbers = {id(word): n for n, word in enumerate(made)}
    return [(numbers[id(word)], at, value) for word, at, value in _of_command(Command(made), None)]


def _taken(word: Word, m: re.Match[str], before: int = 0) -> Found:
    return word, before + m.start(1), m.groupdict().get("password") or m[1]


def _of_commands(level: Iterable[Command]) -> Iterator[Found]:
    before: Command | None = None
    for command in level:
        if command.words:
            yield from _of_command(command, before if command.piped else None)
        before = command


def _of_command(command: Command, before: Command | None) -> Iterator[Found]:
    """The secrets among the words of a command, and among those that the one before it hands to it."""
    active = list[_Node]()
    waiting: list[tuple[re.Pattern[str], ...]] = []
    takes: list[re.Pattern[str]] = []
    for word in command.words:
        text = word.text
        if takes and not text.startswith("-") and (fits := _fits(takes, text)):
            takes = []
            yield _taken(word, fits)
            continue
        takes = []
        if text.startswith(("-", "/")):
            told, takes = _flag(active, text)
            if told is not None:
                yield _taken(word, *told)
                continue
        else:
            found, waiting = _argument(waiting, text)
            yield from (_taken(word, m) for m in found)
        for node in _entered(active, text):
            active.append(node)
            waiting += node.places
    for node in active:
        if node.reads is not None:
            yield from _handed(command, before, node.reads)


def _entered(active: Sequence[_Node], text: str) -> list[_Node]:
    """What a word leads to that is not led to already: the lines of a program, or the rest of those that it stands in."""
    program = _table().get(text.rpartition("/")[2].lstrip("@").removesuffix(".exe"))
    found = [below for node in active for word, below in node.words.items() if word == text or _cluster(word, text)]
    return [node for node in ([program] if program else []) + found if not any(node is other for other in active)]


def _flag(active: Sequence[_Node], text: str) -> tuple[tuple[re.Match[str], int] | None, list[re.Pattern[str]]]:
    """(the secret in a flag's own word and how far in the match begins, the forms of the word that is to follow)."""
    inline = [(start, form) for node in active for start, form in node.inline if text.startswith(start)]
    if fits := _fits([form for _, form in inline], text):
        return (fits, 0), []
    flag, sign, value = text.partition("=")
    known = [form for node in active for form in node.flags.get(flag, ())]
    if sign and (fits := _fits(known, value)):
        return (fits, len(flag) + 1), []
    # `-uuser:pw`; `-sSu user:pw` has switches before the letter of a login
    attached = [form for node in active for form in node.flags.get(text[:2], ()) if text[1:2] != "-" and len(text) > 2]
    if fits := _fits(attached, text[2:]):
        return (fits, 2), []
    takes = known if not sign else []
    if not takes and re.fullmatch(r"-[A-Za-z#]+", text):
        takes = [form for node in active for form in node.flags.get(f"-{text[-1:]}", ()) if form is _form("LOGIN")]
    named = _general().fullmatch(text)
    if named is None or takes or any(start == f"{flag}=" for node in active for start, _ in node.inline):
        return None, takes
    return (None, [_form("SECRET")]) if named[1] is None else ((named, 0), [])


def _argument(
    waiting: Iterable[tuple[re.Pattern[str], ...]], text: str
) -> tuple[list[re.Match[str]], list[tuple[re.Pattern[str], ...]]]:
    """(the secrets that a word is in the arguments that are waited for, what is waited for then)."""
    found, left = list[re.Match[str]](), list[tuple[re.Pattern[str], ...]]()
    for forms in waiting:
        m = forms[0].fullmatch(text)
        if m is None or ((name := m.groupdict().get("name")) is not None and not secret_name(name)):
            continue
        if m.re.groups and "name" not in m.groupdict():
            found.append(m)
        if forms[1:]:
            left.append(forms[1:])
    return found, left


def _fits(forms: Iterable[re.Pattern[str]], text: str) -> re.Match[str] | None:
    return next((m for form in forms if (m := form.fullmatch(text))), None)


def _cluster(short: str, text: str) -> bool:
    """`-kS` is `-S` among others."""
    return len(short) == 2 and short[0] == "-" and short[1] in text and bool(re.fullmatch(r"-[A-Za-z]{2,4}", text))


def _handed(command: Command, before: Command | None, form: re.Pattern[str]) -> Iterator[Found]:
    """The words of a here-string, or of `echo` and `printf` before a pipe."""
    given = [command.here] if command.here is not None else []
    for number, word in enumerate(before.words if before is not None else ()):
        if word.text in _SAID and before is not None:
            given += [w for w in before.words[number + 1 :] if not w.text.startswith("-") and "%" not in w.text]
            break
    yield from (_taken(word, m) for word in given if (m := form.fullmatch(word.text)) is not None)

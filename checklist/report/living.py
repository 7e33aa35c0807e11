"""What a person has put into DEPLOY_CHECKLIST.md, carried over into the next one.

The last line of the file knows every line that onai-check has written, by a hash: all others are a person's. Ticks live
as long as the digest of what was read does; words live for ever, where they stood, or at the end if that place is gone.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

Anchor = tuple[str, str, int]
"""(heading of the part, text of the item, which one of that text); ("", "", 0) is above the first part."""

_EARLIER = {"en": "⏳ from an earlier state of the project:", "ru": "⏳ от прежнего состояния проекта:"}
_GONE = {"en": "## Notes whose item is gone", "ru": "## Заметки к пунктам, которых больше нет"}
_RESET = {
    "en": "**⏳ The project has changed since digest `{digest}`: ticks taken away: {count}.**",
    "ru": "**⏳ С дайджеста `{digest}` проект изменился, снято галочек: {count}.**",
}
_WAS_RESET = re.compile(r"\*\*⏳ .*`[0-9a-f]{12}`.*\*\*")
_NOT_APPLICABLE = re.compile(r" — (?:does not apply|неприменимо): ")

_SEAL = re.compile(r"(?m)^<!-- onai-check: state ([0-9a-f]{12}) ([A-Za-z0-9+/=]*) -->[ \t]*$")
_DIGEST = re.compile("`([0-9a-f]{12})`")
_BOX = re.compile(r"- \[[ xX]\] ")
_TICK = re.compile(r"- \[[xX]\] ")
_ITEM = re.compile(r"(?:- \[[ xX]\]|- ➖|\d+\.) (.*)")
# how a line of ours begins in a file whose last line has been lost
_OURS = re.compile(
    r"<!-- onai-check: |# (?:Deploy checklist|Чек-лист деплоя)$|> \[!(?:CAUTION|NOTE)\]$|> \*\*(?:The gate is|No gate is|Шлюз) |Read: |Прочитано файлов: "
    r"|\| (?:\*\*P[012]\*\*|\||measure \||показатель \||[^|]+\|[^|]+\| [✅❌❔] )|\|---"
    r"| {2}- (?:\*\*P[012]\*\* `|❔ `|rules that hold: |for you to |after the deploy|правила соблюдены: |проверить самому|после деплоя|решает человек)"
    r"| {4}- (?:What to do|Что сделать) \(|```(?:mermaid)?$|flowchart TD$| {2}(?:subgraph e\d+\[|end$|style e|class(?:Def)? )| {4}e\d+s\d+(?:\[| -)"
)


@dataclass(frozen=True, slots=True)
class Person:
    """What a person has put into a checklist, for others who show it."""

    ticks: frozenset[Anchor]
    notes: Mapping[Anchor, Sequence[str]]


@dataclass
class _Left:
    """What a person has left at one place."""

    suffix: list[str] = field(default_factory=list)
    now: list[str] = field(default_factory=list)
    earlier: list[str] = field(default_factory=list)


@dataclass
class _Read:
    digest: str
    ticks: set[Anchor]
    left: dict[Anchor, _Left]
    reset: str | None


def seal(text: str, digest: str) -> str:
    """A new checklist with its last line, which knows all the others and the digest that it is of."""
    return _sealed(digest, text.split("\n"), text)


def keep(new: str, old: str, lang: str) -> str:
    """The new checklist with what a person has put into the old one.

    What a rule decides cannot be ticked away: a crossed line stays crossed.
    """
    digest, blocks = _digest(new), _blocks(_open(new).split("\n"))
    told = _read(old, new)
    same = told.digest == digest
    left = _homed(told.left, [anchor for anchor, _ in blocks], lang)
    if not same:
        left = {anchor: _aged(one) for anchor, one in left.items()}
    out: list[str] = []
    ours: list[str] = []
    for anchor, lines in blocks:
        body = list(lines)
        if anchor == ("", "", 0):
            body = _with_reset(body, digest, _reset_line(told, same=same, lang=lang))
        ours += body
        if same and anchor in told.ticks:
            body[0] = body[0].replace("- [ ] ", "- [x] ", 1) if "- [ ] ❌" not in body[0] else body[0]
        out += _with_left(body, left.pop(anchor, None), ours, lang, top=not anchor[1])
    if left:
        head = ["", _GONE[lang], ""]
        out, ours = [*_trimmed(out), *head], [*ours, *head]
        for (_, text, _), one in left.items():
            item = f"- ➖ {text}"
            ours.append(item)
            out += _with_left([item], one, ours, lang, top=False)
        out.append("")
    return _sealed(digest, ours, "\n".join(out))


def person(new: str, old: str) -> Person:
    """What a person has put into the old checklist: ticks only if the new one is of the same project."""
    told = _read(old, new)
    notes = {anchor: [*one.suffix, *one.now, *one.earlier] for anchor, one in told.left.items()}
    return Person(frozenset(told.ticks) if told.digest == _digest(new) else frozenset(), notes)


def unticked(text: str, heading: str, headings: Sequence[str]) -> list[str]:
    """The items of a part that are not ticked, as they stand there; a person's own headings end no part."""
    part, found = "", []
    for line in text.split("\n"):
        part = line if line in headings else part
        if part == heading and line.startswith("- [ ] "):
            found.append(line.removeprefix("- [ ] "))
    return found


def changes(new: str, old: str, lang: str) -> Iterator[str]:
    """What is different in the one that would be written, a line for each item that stands otherwise."""
    if _digest(new) != _digest(old):
        told = {"en": "what was read has changed: digest {}, now {}", "ru": "изменилось то, что прочитано: дайджест был {}, стал {}"}[lang]
        yield told.format(_digest(old) or "—", _digest(new))
    before, after = (dict(_blocks(_ours_of(t))) for t in (old, new))
    for anchor, lines in after.items():
        if not anchor[1]:
            continue
        was = before.get(anchor)
        if was is None:
            yield f"+ {lines[0]}"
        elif was[0] != lines[0]:
            yield f"{was[0]}  →  {lines[0]}"
    yield from (f"- {lines[0]}" for anchor, lines in before.items() if anchor[1] and anchor not in after)


def _ours_of(text: str) -> list[str]:
    """The lines of ours in a checklist, as they stand there."""
    known = _known(text, text)
    return [ours for line in text.split("\n") if (ours := _split(line.rstrip(), known)[0]) is not None]


# ---- reading -----------------------------------------------------------------------------------------------------------


def _read(old: str, new: str) -> _Read:
    known = _known(old, new)
    told = _Read(_digest(old), set(), {}, None)
    anchor: Anchor = ("", "", 0)
    seen: dict[tuple[str, str], int] = {}
    earlier, blank = False, 0
    for line in old.split("\n"):
        end = line.rstrip()
        if _SEAL.fullmatch(end):
            continue
        ours, note = _split(end, known)
        if ours is None:
            if not end:
                blank += 1
                continue
            one = told.left.setdefault(anchor, _Left())
            lines = one.earlier if earlier else one.now
            lines += ["" for _ in range(blank)] if lines else []
            lines.append(line)
            blank = 0
            continue
        blank = 0
        if ours.startswith("## "):
            anchor, earlier = (ours, "", 0), False
        elif (text := _text(ours)) is not None:
            seen[anchor[0], text] = seen.get((anchor[0], text), -1) + 1
            anchor, earlier = (anchor[0], text, seen[anchor[0], text]), False
            if _TICK.match(ours) and "❌" not in ours[:8] and not known(_forms(ours)[-1]):
                told.ticks.add(anchor)
        elif ours.strip("- *") in _EARLIER.values():
            earlier = True
        elif _WAS_RESET.fullmatch(ours):
            told.reset = ours
        if note:
            told.left.setdefault(anchor, _Left()).suffix.append(note)
    return told


def _split(line: str, known: Callable[[str], bool]) -> tuple[str | None, str]:
    """(our line, a person's words behind it); None where all of it is a person's."""
    if not line:
        return None, ""
    if any(map(known, _forms(line))):
        return line, ""
    at = line.rfind(" — ")
    while at > 0 and _text(line) is not None:
        if any(map(known, _forms(line[:at]))):
            return line[:at], line[at + 3 :]
        at = line.rfind(" — ", 0, at)
    return None, ""


def _known(old: str, new: str) -> Callable[[str], bool]:
    """Whether a line is one that onai-check has written."""
    hashes = {bytes(raw[i : i + 4]) for raw in map(_decoded, _seals(old)) for i in range(0, len(raw), 4)}
    if hashes:
        return lambda line: _hash(line) in hashes
    blocks = _blocks(_open(new).split("\n"))
    lines = {line for _, body in blocks for line in body}
    items = {anchor[1] for anchor, _ in blocks}
    structure = {*_GONE.values(), *(f"  - {text}" for text in _EARLIER.values()), *(f"*{text}*" for text in _EARLIER.values())}

    def by_form(line: str) -> bool:
        if line in lines or line in structure or _OURS.match(line) or _WAS_RESET.fullmatch(line):
            return True
        # a tick is a person's unless the new one has it; what follows a reason is a person's too
        told = _NOT_APPLICABLE.split(line)[1:]
        return _text(line) in items and not _TICK.match(line) and not any(" — " in reason for reason in told)

    return by_form


def _seals(text: str) -> list[str]:
    return [m[2] for m in _SEAL.finditer(text)]


def _decoded(seal: str) -> bytes:
    try:
        return base64.b64decode(seal, validate=True)
    except binascii.Error:
        return b""


def _digest(text: str) -> str:
    """The digest that a checklist is of; "" where it has none, or two of them after a merge."""
    sealed = {m[1] for m in _SEAL.finditer(text)}
    if sealed:
        return sealed.pop() if len(sealed) == 1 else ""
    found = _DIGEST.search(text)
    return found[1] if found else ""


def _open(text: str) -> str:
    """Without its seal."""
    return _SEAL.sub("", text).rstrip("\n") + "\n"


def _text(line: str) -> str | None:
    """The text of an item, the same in every state; None where the line is no item."""
    found = _ITEM.fullmatch(line)
    if not found:
        return None
    text = found[1].removeprefix("❌ ")
    if line.startswith("- ➖"):
        text = _NOT_APPLICABLE.split(text)[0]
    return text[2:-2] if text.startswith("**") and text.endswith("**") and len(text) > 4 else text


def _forms(line: str) -> list[str]:
    """The line unticked and ticked; itself where it has no box."""
    return [f"- [{mark}] {line[6:]}" for mark in " x"] if _BOX.match(line) else [line]


def _blocks(lines: Iterable[str]) -> list[tuple[Anchor, list[str]]]:
    """The lines of a checklist of ours: above the parts, then by heading and item."""
    anchor: Anchor = ("", "", 0)
    blocks: list[tuple[Anchor, list[str]]] = [(anchor, [])]
    seen: dict[tuple[str, str], int] = {}
    for line in lines:
        if line.startswith("## "):
            anchor = (line, "", 0)
            blocks.append((anchor, []))
        elif anchor[0] and (text := _text(line)) is not None:
            seen[anchor[0], text] = seen.get((anchor[0], text), -1) + 1
            anchor = (anchor[0], text, seen[anchor[0], text])
            blocks.append((anchor, []))
        blocks[-1][1].append(line)
    return blocks


# ---- writing -----------------------------------------------------------------------------------------------------------


def _homed(left: dict[Anchor, _Left], places: list[Anchor], lang: str) -> dict[Anchor, _Left]:
    """What is left, at places of the new checklist; what has none there is at the end, under the name of its item."""
    items = {anchor[1]: anchor for anchor in reversed(places) if anchor[1]}
    out: dict[Anchor, _Left] = {}
    for anchor, one in left.items():
        if anchor not in places:
            text = anchor[1] or anchor[0].removeprefix("## ")
            anchor = items.get(text) or (_GONE[lang], text, 0)
        into = out.setdefault(anchor, _Left())
        into.suffix += one.suffix
        into.now += one.now
        into.earlier += one.earlier
    return out


def _aged(one: _Left) -> _Left:
    return _Left([], [], [*one.earlier, *(f"  > {words}" for words in one.suffix), *one.now])


def _reset_line(told: _Read, *, same: bool, lang: str) -> str | None:
    if same or not told.ticks:
        return told.reset if same else None
    return _RESET[lang].format(digest=told.digest or "0" * 12, count=len(told.ticks))


def _with_reset(preamble: list[str], digest: str, reset: str | None) -> list[str]:
    at = next((i for i, line in enumerate(preamble) if f"`{digest}`" in line), None)
    return preamble if reset is None or at is None else [*preamble[: at + 1], "", reset, *preamble[at + 1 :]]


def _with_left(body: list[str], one: _Left | None, ours: list[str], lang: str, *, top: bool) -> list[str]:
    """A block with a person's words behind its first line and below it."""
    if one is None:
        return body
    kept = _trimmed(body)
    gap = body[len(kept) :]
    if one.suffix and kept:
        kept[0] = " — ".join([kept[0], *one.suffix])
    mark = f"*{_EARLIER[lang]}*" if top else f"  - {_EARLIER[lang]}"
    if one.earlier:
        ours.append(mark)
    # a line right below a table would be a row of it
    space = [""] if top and (one.now or one.earlier) else []
    return [*kept, *space, *one.now, *([mark, *space, *one.earlier] if one.earlier else []), *(gap or space)]


def _trimmed(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1]:
        end -= 1
    return lines[:end]


def _sealed(digest: str, ours: Iterable[str], text: str) -> str:
    hashes = b"".join(sorted({_hash(line) for line in ours if line}))
    return f"{text.rstrip(chr(10))}\n\n<!-- onai-check: state {digest or '0' * 12} {base64.b64encode(hashes).decode()} -->\n"


def _hash(line: str) -> bytes:
    return hashlib.sha256(line.rstrip().encode("utf-8", "surrogatepass")).digest()[:4]

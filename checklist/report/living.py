"""What a person has put into DEPLOY_CHECKLIST.md, carried over into the next one.

The last line of the file knows every line that onai-check has written, by a hash: all others are a person's. Ticks live
as long as the digest of what was read does; words live for ever, where they stood, or at the end if that place is gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from checklist.report import written
from checklist.report.written import Anchor

_RESET = {
    "en": "**⏳ The project has changed since digest `{digest}`: ticks taken away: {count}.**",
    "ru": "**⏳ С дайджеста `{digest}` проект изменился, снято галочек: {count}.**",
}


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
    return written.sealed(digest, text.split("\n"), text)


def keep(new: str, old: str, lang: str) -> str:
    """The new checklist with what a person has put into the old one.

    What a rule decides cannot be ticked away: a crossed line stays crossed.
    """
    digest, blocks = written.digest_of(new), written.blocks(written.unsealed(new).split("\n"))
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
        head = ["", written.GONE[lang], ""]
        out, ours = [*_trimmed(out), *head], [*ours, *head]
        for (_, text, _), one in left.items():
            item = f"- ➖ {text}"
            ours.append(item)
            out += _with_left([item], one, ours, lang, top=False)
        out.append("")
    return written.sealed(digest, ours, "\n".join(out))


def person(new: str, old: str) -> Person:
    """What a person has put into the old checklist: ticks only if the new one is of the same project."""
    told = _read(old, new)
    notes = {anchor: [*one.suffix, *one.now, *one.earlier] for anchor, one in told.left.items()}
    return Person(frozenset(told.ticks) if told.digest == written.digest_of(new) else frozenset(), notes)


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
    if written.digest_of(new) != written.digest_of(old):
        told = {"en": "what was read has changed: digest {}, now {}", "ru": "изменилось то, что прочитано: дайджест был {}, стал {}"}[lang]
        yield told.format(written.digest_of(old) or "—", written.digest_of(new))
    before, after = (dict(written.blocks(written.ours_of(t))) for t in (old, new))
    for anchor, lines in after.items():
        if not anchor[1]:
            continue
        was = before.get(anchor)
        if was is None:
            yield f"+ {lines[0]}"
        elif was[0] != lines[0]:
            yield f"{was[0]}  →  {lines[0]}"
    yield from (f"- {lines[0]}" for anchor, lines in before.items() if anchor[1] and anchor not in after)


# ---- reading -----------------------------------------------------------------------------------------------------------


def _read(old: str, new: str) -> _Read:
    known = written.known(old, new)
    told = _Read(written.digest_of(old), set(), {}, None)
    anchor: Anchor = ("", "", 0)
    seen: dict[tuple[str, str], int] = {}
    earlier, blank = False, 0
    for line in old.split("\n"):
        end = line.rstrip()
        if written.SEAL.fullmatch(end):
            continue
        ours, note = written.split(end, known)
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
        elif (text := written.item(ours)) is not None:
            seen[anchor[0], text] = seen.get((anchor[0], text), -1) + 1
            anchor, earlier = (anchor[0], text, seen[anchor[0], text]), False
            if written.TICK.match(ours) and "❌" not in ours[:8] and not known(written.forms(ours)[-1]):
                told.ticks.add(anchor)
        elif ours.strip("- *") in written.EARLIER.values():
            earlier = True
        elif written.WAS_RESET.fullmatch(ours):
            told.reset = ours
        if note:
            told.left.setdefault(anchor, _Left()).suffix.append(note)
    return told


# ---- writing -----------------------------------------------------------------------------------------------------------


def _homed(left: dict[Anchor, _Left], places: list[Anchor], lang: str) -> dict[Anchor, _Left]:
    """What is left, at places of the new checklist; what has none there is at the end, under the name of its item."""
    items = {anchor[1]: anchor for anchor in reversed(places) if anchor[1]}
    out: dict[Anchor, _Left] = {}
    for anchor, one in left.items():
        if anchor not in places:
            text = anchor[1] or anchor[0].removeprefix("## ")
            anchor = items.get(text) or (written.GONE[lang], text, 0)
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
    mark = f"*{written.EARLIER[lang]}*" if top else f"  - {written.EARLIER[lang]}"
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

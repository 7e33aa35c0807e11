"""The lines of a DEPLOY_CHECKLIST.md: which of them onai-check has written, and which item each is about.

The last line, the seal, knows every line of ours by a hash. Without it they are told by their form.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable

Anchor = tuple[str, str, int]
"""(heading of the part, text of the item, which one of that text); ("", "", 0) is above the first part."""

EARLIER = {"en": "⏳ from an earlier state of the project:", "ru": "⏳ от прежнего состояния проекта:"}
GONE = {"en": "## Notes whose item is gone", "ru": "## Заметки к пунктам, которых больше нет"}
WAS_RESET = re.compile(r"\*\*⏳ .*`[0-9a-f]{12}`.*\*\*")
_NOT_APPLICABLE = re.compile(r" — (?:does not apply|неприменимо): ")

SEAL = re.compile(r"(?m)^<!-- onai-check: state ([0-9a-f]{12}) ([A-Za-z0-9+/=]*) -->[ \t]*$")
_DIGEST = re.compile("`([0-9a-f]{12})`")
_BOX = re.compile(r"- \[[ xX]\] ")
TICK = re.compile(r"- \[[xX]\] ")
_ITEM = re.compile(r"(?:- \[[ xX]\]|- ➖|\d+\.) (.*)")
# how a line of ours begins in a file whose last line has been lost
_OURS = re.compile(
    r"<!-- onai-check: |# (?:Deploy checklist|Чек-лист деплоя)$|> \[!(?:CAUTION|NOTE)\]$|> \*\*(?:The gate is|No gate is|Шлюз) |Read: |Прочитано файлов: "
    r"|\| (?:\*\*P[012]\*\*|\||measure \||показатель \||[^|]+\|[^|]+\| [✅❌❔] )|\|---"
    r"| {2}- (?:\*\*P[012]\*\* `|❔ `|rules that hold: |for you to |after the deploy|правила соблюдены: |проверить самому|после деплоя|решает человек)"
    r"| {4}- (?:What to do|Что сделать) \(|```(?:mermaid)?$|flowchart TD$| {2}(?:subgraph e\d+\[|end$|style e|class(?:Def)? )| {4}e\d+s\d+(?:\[| -)"
)


def ours_of(text: str) -> list[str]:
    """The lines of ours in a checklist, as they stand there."""
    is_ours = known(text, text)
    return [ours for line in text.split("\n") if (ours := split(line.rstrip(), is_ours)[0]) is not None]


def split(line: str, is_ours: Callable[[str], bool]) -> tuple[str | None, str]:
    """(our line, a person's words behind it); None where all of it is a person's."""
    if not line:
        return None, ""
    if any(map(is_ours, forms(line))):
        return line, ""
    at = line.rfind(" — ")
    while at > 0 and item(line) is not None:
        if any(map(is_ours, forms(line[:at]))):
            return line[:at], line[at + 3 :]
        at = line.rfind(" — ", 0, at)
    return None, ""


def known(old: str, new: str) -> Callable[[str], bool]:
    """Whether a line is one that onai-check has written."""
    hashes = {bytes(raw[i : i + 4]) for raw in map(_decoded, _seals(old)) for i in range(0, len(raw), 4)}
    if hashes:
        return lambda line: _hash(line) in hashes
    parts = blocks(unsealed(new).split("\n"))
    lines = {line for _, body in parts for line in body}
    items = {anchor[1] for anchor, _ in parts}
    structure = {*GONE.values(), *(f"  - {text}" for text in EARLIER.values()), *(f"*{text}*" for text in EARLIER.values())}

    def by_form(line: str) -> bool:
        if line in lines or line in structure or _OURS.match(line) or WAS_RESET.fullmatch(line):
            return True
        # a tick is a person's unless the new one has it; what follows a reason is a person's too
        told = _NOT_APPLICABLE.split(line)[1:]
        return item(line) in items and not TICK.match(line) and not any(" — " in reason for reason in told)

    return by_form


def _seals(text: str) -> list[str]:
    return [m[2] for m in SEAL.finditer(text)]


def _decoded(seal: str) -> bytes:
    try:
        return base64.b64decode(seal, validate=True)
    except binascii.Error:
        return b""


def digest_of(text: str) -> str:
    """The digest that a checklist is of; "" where it has none, or two of them after a merge."""
    sealed = {m[1] for m in SEAL.finditer(text)}
    if sealed:
        return sealed.pop() if len(sealed) == 1 else ""
    found = _DIGEST.search(text)
    return found[1] if found else ""


def unsealed(text: str) -> str:
    """Without its seal."""
    return SEAL.sub("", text).rstrip("\n") + "\n"


def item(line: str) -> str | None:
    """The text of an item, the same in every state; None where the line is no item."""
    found = _ITEM.fullmatch(line)
    if not found:
        return None
    text = found[1].removeprefix("❌ ")
    if line.startswith("- ➖"):
        text = _NOT_APPLICABLE.split(text)[0]
    return text[2:-2] if text.startswith("**") and text.endswith("**") and len(text) > 4 else text


def forms(line: str) -> list[str]:
    """The line unticked and ticked; itself where it has no box."""
    return [f"- [{mark}] {line[6:]}" for mark in " x"] if _BOX.match(line) else [line]


def blocks(lines: Iterable[str]) -> list[tuple[Anchor, list[str]]]:
    """The lines of a checklist of ours: above the parts, then by heading and item."""
    anchor: Anchor = ("", "", 0)
    blocks: list[tuple[Anchor, list[str]]] = [(anchor, [])]
    seen: dict[tuple[str, str], int] = {}
    for line in lines:
        if line.startswith("## "):
            anchor = (line, "", 0)
            blocks.append((anchor, []))
        elif anchor[0] and (text := item(line)) is not None:
            seen[anchor[0], text] = seen.get((anchor[0], text), -1) + 1
            anchor = (anchor[0], text, seen[anchor[0], text])
            blocks.append((anchor, []))
        blocks[-1][1].append(line)
    return blocks


def sealed(digest: str, ours: Iterable[str], text: str) -> str:
    hashes = b"".join(sorted({_hash(line) for line in ours if line}))
    return f"{text.rstrip(chr(10))}\n\n<!-- onai-check: state {digest or '0' * 12} {base64.b64encode(hashes).decode()} -->\n"


def _hash(line: str) -> bytes:
    return hashlib.sha256(line.rstrip().encode("utf-8", "surrogatepass")).digest()[:4]

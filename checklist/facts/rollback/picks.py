"""How a script finds what to go back to, and whether doing it twice goes further back."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checklist.parse import shell
from checklist.parse.sh import tree

_COMMENT = re.compile(r"(?m)^([ \t]*)#.*$")
_SAYS = re.compile(r"(?m)^([ \t]*)(?:echo|printf|log\w*|info|warn|error|print\w*|say)\b(?:[ \t]+(?:\"[^\"`$]*\"|'[^']*'|[^\"'|`$\n])*)?$")
_CONTINUED = re.compile(r"\\\n")
_GIT = r"\bgit\s+(?:-C\s+\S+\s+)?"
_LISTING = re.compile(rf"(?:\b(?:ls|find)\s|{_GIT}tag\b)[^|;\n`]*(?:\|(?!\|)[^|;\n`]*)+")
_ARRAY = re.compile(r"(?:\b(\w+)=\(\s*(?:\$\(|`)|\b(?:mapfile|readarray)\s+(?:-\w+\s+)*(\w+)\s+<\s+<\(\s*)(ls\s[^;\n)`]*)")

_SECOND = re.compile(
    r"\bhead\s+(?:-n\s*|-|--lines[= ])2\s*\|\s*tail\s+(?:-n\s*|-|--lines[= ])1\b|\btail\s+(?:-n\s*|-|--lines[= ])2\s*\|\s*head\s+(?:-n\s*|-|--lines[= ])1\b"
    r"|(?:\btail\s+-n\s*\+2|\bsed\s+['\"]?1d['\"]?)\s*\|\s*head\s+(?:-n\s*|-)1\b|\bsed\s+(?:-n\s*)?['\"]?2(?:p|!d|\{p;q;?\})|\bawk\s+['\"]NR\s*==\s*2\b"
)
_FIRST = re.compile(r"\b(?:head|tail)\s+(?:-n\s*|-|--lines[= ])1\b|\bsed\s+-n\s*['\"]?1p")
_WITHOUT = re.compile(r"\bgrep\s+(?:-\w+\s+)*-\w*v\w*\s+(?:-\w+\s+)*(?:--\s+)?(?P<what>[^|]*)")
_IN_USE = re.compile(r"(?i)curr|live|active|in_?use|running|readlink|\$")
_NEIGHBOUR = re.compile(r"\bgrep\s+[^|]*-\w*[AB]\s*1\b")

# a release that was bad is named so, moved or removed: the next rollback does not see it
_MARKS = re.compile(
    r"(?i)\b(?:touch|mv|tee|ln)\b[^\n;|]*(?:bad|fail|broken|rolled|skip)|>>?\s*[\"']?[^\n;|]*(?:\.bad|bad[-_.]|fail|broken|rolled)"
    r"|\brm\s+-\w*r\w*\s+(?:--\s+)?[\"']?\$\{?(?!\w*link)\w*(?:curr|bad|fail|broken)\w*\}?[\"']?\s*$",
    re.MULTILINE,
)
_SWAPS = re.compile(
    r"\bgit\b[^\n;|]*(?:HEAD@\{1\}|ORIG_HEAD)|" + _GIT + r"(?:checkout|switch)\s+(?:-\w+\s+)*-(?=\s*(?:$|[;&|)]))|" + _GIT + r"revert\b[^\n;|]*\bHEAD\b(?![~^@])"
    # PM2's own deploy notes down what it went back to as the latest deploy (pm2-deploy 1.0, `revert_to`)
    r"|\bpm2\s+deploy\b[^\n;|]*\brevert\b",
    re.MULTILINE,
)
_BEFORE = re.compile(
    r"\bgit\b[^\n;|]*HEAD(?:~1?|\^)(?![\w@])"
    rf"|{_GIT}(?:log|rev-list)\b(?![^\n;|]*(?:--tags|--all|--branches|origin/))[^\n;|]*(?:--skip[= ]1\b|\s(?:-n\s*2|-2|--max-count[= ]2)\b[^\n;|]*\|\s*tail\s+(?:-n\s*|-)1\b)"
)
_SECOND_OF_ALL = re.compile(rf"{_GIT}(?:log|rev-list)\b[^\n;|]*--tags\b[^\n;|]*--skip[= ]1\b|\bgit\b[^\n;|]*\b(?:reset|checkout|switch)\b[^\n;|]*\borigin/[\w./-]+(?:~1?|\^)(?![\w@])")
_ARGUMENT = re.compile(r"\$\{?1\b|\$@|\bgetopts\b")
_NEEDED = re.compile(r"\$1\b|\$\{1(?:\}|:?[?=])")
_ASKED = re.compile(r"\$#|\$@|\$\*|\$\{1:?[-+]|\bgetopts\b|\bshift\b|(?:\[|\btest)\s+(?:!\s+)?-[zn]\s+\S*\$\{?1\b|(?:\[|\btest)\s+\S*\$\{?1\b|\bcase\s+\S*\$\{?1\b|(?:\[|\btest)\s+-[de]\s")


def pick(script: str) -> tuple[str | None, int]:
    """(how, where in the text) the thing to go back to is found, None if that is not seen.

    `order`: the second newest, whatever is in use. `swap`: the last one that is not in use, which the next time is the
    one that was left. `before`: the one before that in use. `mark`: bad ones are marked or removed. `argument`: it is named.
    """
    text = _CONTINUED.sub("  ", script)
    for hidden in (_COMMENT, _SAYS):
        text = hidden.sub(lambda m: " " * len(m[0]), text)
    found = list(_listed(text))
    if found and _MARKS.search(text):
        return "mark", found[0][1]
    for how in ("before", "order", "swap"):
        if places := [at for told, at in found if told == how]:
            return how, places[0]
    for how, pattern in (("order", _SECOND_OF_ALL), ("swap", _SWAPS), ("before", _BEFORE)):
        if m := pattern.search(text):
            return how, m.start()
    if _MARKS.search(text):
        return "mark", 0
    m = _ARGUMENT.search(_outside_functions(text))
    return ("argument", m.start()) if m else (None, 0)


def needs_argument(script: str) -> bool:
    """Whether it uses its first argument, and neither asks whether there is one nor does without."""
    text = _outside_functions(_COMMENT.sub(lambda m: " " * len(m[0]), script))
    return _NEEDED.search(text) is not None and _ASKED.search(text) is None


def _outside_functions(text: str) -> str:
    """The text without the bodies of its functions, which have arguments of their own."""
    for item in shell.parse("", text).root.items:
        if isinstance(item, tree.Function):
            text = text[: item.start] + " " * (item.end - item.start) + text[item.end :]
    return text


def _listed(text: str) -> Iterator[tuple[str, int]]:
    for m in _ARRAY.finditer(text):
        if "grep" not in m[3] and re.search(rf"\$\{{{m[1] or m[2]}\[1\]\}}", text):
            yield "order", m.start(3)
    for m in _LISTING.finditer(text):
        said = m[0]
        without = [w["what"] for w in _WITHOUT.finditer(said)]
        if re.search(r"\bxargs\b|\bwc\b|-exec\b", said):
            continue
        if _NEIGHBOUR.search(said):
            yield "before", m.start()
        elif len(without) == 1 and _IN_USE.search(without[0]) and _FIRST.search(said):
            yield "swap", m.start()
        elif not without and _SECOND.search(said) and re.search(r"\bsort\b|^(?:ls|git)\s", said):
            yield "order", m.start()

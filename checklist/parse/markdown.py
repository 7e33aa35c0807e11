"""Runbooks, playbooks and decision records: which files they are, whether they say anything, and the code in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

KINDS = {
    "runbook": re.compile(r"(?i)(?:^|/)(?:[^/]*(?:run-?_?book|operations?-?_?(?:guide|manual)|регламент|эксплуатац)[^/]*(?:/|\.(?:md|adoc|rst|txt)$)|(?:ops|operations)\.(?:md|adoc|rst|txt)$)"),
    "playbook": re.compile(r"(?i)(?:^|/)[^/]*(?:incident|play-?_?book|post-?_?mortem|on-?_?call|инцидент|авари)[^/]*(?:/|\.(?:md|adoc|rst|txt)$)"),
    "adr": re.compile(r"(?i)(?:^|/)(?:adrs?|decisions|architecture[-_]decisions?|решения)(?:/|\.(?:md|adoc|rst)$)|(?:^|/)adr-?\d+[^/]*\.(?:md|adoc|rst)$"),
}
"""By the names that people give to them, in folders of documents or at the root."""

_TEMPLATE = re.compile(r"(?i)template|шаблон|example|sample")
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_HEADING = re.compile(r"^[ \t]*(?:#{1,6}(?:[ \t].*)?|=+|-+|\*{3,}|_{3,})$", re.MULTILINE)
_UNDERLINED = re.compile(r"^[^\n]+\n[ \t]*(?:=+|-+)[ \t]*$", re.MULTILINE)
_TO_DO = re.compile(r"(?i)\b(?:to-?do|tbd|tba|fixme|wip|coming soon|to be (?:written|defined|done|added)|в работе|будет позже|дописать)\b")
_FENCE = re.compile(r" {0,3}(?:>[ \t]?)?[ \t]*(`{3,}|~{3,})[ \t]*([\w+-]*)")
_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_SHELLS = {"", "sh", "bash", "shell", "console", "zsh", "terminal", "shell-session", "shellsession", "text", "txt"}


def kind(path: str) -> str | None:
    """`runbook`, `playbook` or `adr` for a Markdown file that is one by its name; templates are none."""
    if not path.lower().endswith(".md") or _TEMPLATE.search(path):
        return None
    return next((name for name, pattern in KINDS.items() if pattern.search(path)), None)


def is_empty(text: str) -> bool:
    """Whether a text says nothing beyond headings, marks and promises."""
    left = text
    for pattern in (_FRONT_MATTER, _COMMENT, _UNDERLINED, _HEADING, _TO_DO):
        left = pattern.sub("", left)
    return not re.search(r"\w", left)


@dataclass(frozen=True, slots=True)
class Code:
    """A line of code: a span, or a line of a shell block; `block` counts them. 1-based places."""

    text: str
    line: int
    column: int
    block: int
    span: bool


def code(text: str) -> Iterator[Code]:
    """The code spans, and the lines of the fenced blocks that are shell or say nothing of their language."""
    fence, shell, block = "", False, 0
    for number, line in enumerate(text.split("\n"), 1):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not mark[2]:
                fence = ""
            elif shell:
                yield Code(line, number, 1, block, span=False)
        elif mark and "`" not in line[mark.end() :]:
            fence, shell, block = mark[1], mark[2].lower() in _SHELLS, block + 1
        else:
            for found in _SPAN.finditer(line):
                block += 1
                yield Code(found[2], number, found.start(2) + 1, block, span=True)

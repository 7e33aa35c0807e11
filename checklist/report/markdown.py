"""Text that is not ours, made harmless inside Markdown as GitHub renders it (GFM 0.29 and its extensions)."""

from __future__ import annotations

import re

from checklist.report.clean import one_line

# What acts inside a line: emphasis, code, links, HTML, entities, strikethrough, tables, math. An underscore acts only
# at a word's edge, so max_restarts stays readable in the raw file.
_ACTS = re.compile(r"[\\`*\[\]<>&~|$]|(?<!\w)_|_(?!\w)")
_LINKS = re.compile(r"(?i)\b(https?|ftp|mailto|xmpp)(?=:)|\bwww(?=\.)")
_MENTIONS = re.compile(r"([@#])(?=\w)")


def line(text: str, *, links: bool = False) -> str:
    """The text on one line, with nothing in it that could end it, style it, link it (unless allowed) or mention somebody."""
    shown = _ACTS.sub(lambda m: {"<": "&lt;", ">": "&gt;", "&": "&amp;"}.get(m[0], "\\" + m[0]), one_line(text))
    if links:
        return shown
    # a link or mention is broken by an empty comment, which no renderer shows
    shown = _LINKS.sub(lambda m: m[0] + "<!-- -->", shown)
    return _MENTIONS.sub(r"\1<!-- -->", shown)


def prose(text: str) -> str:
    """Text of rules: its paragraphs and what it has in backticks stay, everything else is made harmless."""
    paragraphs = (re.split("`([^`]+)`", " ".join(p.split())) for p in re.split(r"\n\s*\n", text.strip()))
    return "\n\n".join("".join(code(part) if n % 2 else line(part) for n, part in enumerate(parts)) for parts in paragraphs)


def code(text: str) -> str:
    """The text as a code span, whatever backticks are in it."""
    shown = one_line(text)
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    pad = " " if not shown.strip() or shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown}{pad}{fence}"

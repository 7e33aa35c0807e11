"""What the words of a command are once known variables are put in; None for what cannot be known."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from checklist.parse.shell import Node

Vars = Mapping[str, "str | None"]
_HERE = re.compile(r"\$\(\s*(?:cd\s+\"?\$\(\s*)?dirname\s+(?:--\s+)?\"?\$\{?(?:0|BASH_SOURCE(?:\[0\])?)\}?\"?\s*\)(?P<up>[\w./]*)\"?(?:\s*(?:>\s*/dev/null)?\s*&&\s*pwd(?:\s+-P)?\s*\))?")


def expand(node: Node | None, known: Vars, here: str) -> str | None:
    """The text of a word; `here` is the script's own folder, for `$(dirname "$0")`."""
    if node is None:
        return ""
    match node.kind:
        case "word" | "number" | "string_content" | "command_name" | "variable_name" | "test_operator" | "extglob_pattern":
            if node.kind == "command_name" and node.children and node.children[0].kind not in ("word",):
                return expand(node.children[0], known, here)
            return re.sub(r"\\(.)", r"\1", node.text) if "\\" in node.text else node.text
        case "raw_string" | "ansi_c_string":
            return node.text.strip("$")[1:-1]
        case "simple_expansion":
            return known.get(node.text[1:])
        case "expansion":
            found = re.fullmatch(r"\$\{(\w+)\}", node.text)
            return known.get(found[1]) if found else None
        case "command_substitution":
            own = _HERE.fullmatch(node.text)
            return posixpath.normpath(posixpath.join(here or ".", own["up"].lstrip("/"))) if own else None
        case "string" | "concatenation":
            return _joined(node, known, here)
    return None


def _joined(node: Node, known: Vars, here: str) -> str | None:
    """The parts of a string with what stands between them, which the grammar gives no node for."""
    own = _HERE.fullmatch(node.text.strip('"'))
    if own:
        return posixpath.normpath(posixpath.join(here or ".", own["up"].lstrip("/")))
    parts = [c for c in node.children if c.kind != '"']
    out = [expand(c, known, here) for c in parts]
    if any(o is None for o in out):
        return None
    return "".join(o for o in out if o is not None)

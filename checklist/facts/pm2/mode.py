"""Fork or cluster: in which of its two modes PM2 runs an app, and which option decides it."""

from __future__ import annotations

import posixpath

from checklist.facts.pm2.options import Taken
from checklist.model import Unknown, Value

_NODE = {"js", "cjs", "mjs", "ts", "tsx", "jsx", ""}
# Programs that PM2 starts as they are; a file without an ending that is none of these is taken for JavaScript, npm as well
_BINARIES = {"bash", "sh", "dash", "zsh", "node", "bun", "deno", "python", "python3", "java", "php", "ruby", "go"}


def mode(taken: Taken, script: Value | None, *, here: bool) -> Value:
    """`instances` without `exec_mode` means cluster mode for node scripts (PM2 7.0.4 lib/Common.js:347-351).

    `here`: the script is in the project. PM2 looks into a file without an ending: a program that is compiled is started as
    it is (lib/Common.js, isBinary), so of one that a build makes it is not known.
    """
    given = taken.options.get("exec_mode")
    if given is not None:
        return given
    instances = taken.options.get("instances")
    interpreter = taken.options.get("exec_interpreter")
    text = script.content if script and isinstance(script.content, str) else ""
    # what has a blank in it is run through bash
    by_node = "node" in str(interpreter.content) if interpreter else " " not in text and posixpath.basename(text) not in _BINARIES and posixpath.splitext(text)[1].lstrip(".") in _NODE
    if instances is not None and "instances" not in taken.defaults and by_node:
        if interpreter is None and not here and "/" in text and not posixpath.splitext(text)[1]:
            return Value(Unknown("the file that it runs is not in the project"), instances.at)
        return Value("cluster_mode", instances.at)
    return Value("fork_mode", instances.at if instances else None)


def mode_by(taken: Taken) -> str | None:
    """Which option decides about the mode."""
    return next((name for name in ("exec_mode", "instances") if name in taken.options and name not in taken.defaults), None)

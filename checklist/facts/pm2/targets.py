"""`pm2.deploy`: each target of a config's `deploy` section, with the hooks that pm2-deploy gives to a shell.

After pm2-deploy 1.0.2 deploy.js and deploy, read and measured.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from checklist.facts.placeholders import is_unfilled
from checklist.model import Document, Value, value
from checklist.parse import shell
from checklist.parse.sh import tree

HOOKS = ("pre-setup", "post-setup", "pre-deploy-local", "pre-deploy", "post-deploy")
_NEEDED = ("host", "repo", "path", "ref")
# What a deploy does not depend on, or what cannot fail: its status may be lost
_IDLE = {"source", ".", "export", "set", "unset", "echo", "printf", "true", ":", "pwd", "ls", "whoami", "date", "nvm", "fnm", "eval",
         "sleep", "trap", "shopt", "alias", "umask", "ulimit", "hash", "pm2", "rm", "mkdir", "cat"}  # fmt: skip


def documents(config: Document) -> Iterator[Document]:
    """One for each target: {target, missing, hooks, hidden}; the target's own keys stay in the config."""
    section = config.value.get("deploy")
    for name, target in (section.members() if section is not None else {}).items():
        members = target.members()
        if not members or is_unfilled(target):
            continue
        hooks = {hook: members[hook] for hook in HOOKS if hook in members}
        missing = [key for key in _NEEDED if key not in members or members[key].content in (None, "")]
        told = {
            "target": name,
            "needed": Value({key: members[key] for key in _NEEDED if key not in missing}, target.at, target.key_at, target.more),
            "missing": missing,
            "hooks": Value(hooks, target.at),
            "hidden": [hidden for hook in hooks.values() if (hidden := hides(hook)) is not None],
        }
        yield Document("pm2.deploy", config.file, Value(value(told, target.at).members(), target.at, more=target.more), name)


def hides(hook: Value) -> Value | None:
    """The first command of a hook whose failure the next one hides; None where none is seen."""
    text = hook.content
    if not isinstance(text, str) or re.search(r"\bset\s+-\w*e|\btrap\b", text):
        return None
    script = shell.parse("hook", text)
    if script.problem is not None:
        return None
    for part in script.root.items[:-1]:
        found = next((w for w in _names(part) if w not in _IDLE), None)
        if found is not None:
            return value(found, hook.at)
    return None


def _names(of: tree.Command) -> Iterator[str]:
    """The names of the commands that a statement may end with a failure of; of `if` and loops none is asked."""
    match of:
        case tree.Simple(words=(first, *_)):
            yield first.literal() or ":"
        case tree.AndOr(left=left, operator="&&", right=right) if "||" not in _operators(of):
            yield from _names(left)
            yield from _names(right)


def _operators(of: tree.Command) -> Iterator[str]:
    if isinstance(of, tree.AndOr):
        yield of.operator
        yield from _operators(of.left)
        yield from _operators(of.right)

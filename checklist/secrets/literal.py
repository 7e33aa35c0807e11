"""Whether a value is one, or stands for what is somewhere else."""

from __future__ import annotations

import re

_VARIABLE = re.compile(
    r"\$\{\{[^}]{0,200}\}\}|\$\{[^}]{0,200}\}|\$\([^)]{0,400}\)?|\$[A-Za-z_]\w*|\$[0-9@*#?!$-]|%[A-Za-z_]\w*%"
    r"|\{\{[^}]{0,200}\}\}|<%[^%]{0,200}%>"
)
_STANDS_FOR_ANOTHER = re.compile(
    # what a shell or a program puts in, and what a person still has to
    r"\$\(.*|\$\{[^}]*|`.*|process\.env\b.*|os\.environ\b.*|%[sdv]|<[^<>]*>|\{[\w .-]*\}|\[[\w .-]*\]|[*xX.…_?-]+"
    # where it is to be read from: `pass:$X` and `env:X` of openssl, `id=x,src=y` of docker build, a file
    r"|@-|@[\w.~-]*/.*|(?:file|env|fd):.*|pass:\$.*|(?:id|type|src|source|env)=.*"
    r"|[\w./-]+\.(?:sh|js|mjs|cjs|ts|py|json|pem|crt|txt|ya?ml|env|sql|conf)"
    r"|(?:~|\.{1,2}|/(?:run|etc|home|root|var|opt|srv|tmp|usr|mnt|dev|secrets|app|data|Users|private))/.*"
    # an expression of sed, a version, the words of permissions and switches
    r"|\.\*.*|\[\^.*|\$?/[/^].*|\\[(SswWd].*|[~^<>=v]*\d+\.\d+\.\d[\w.+-]*"
    r"|read|write|inherit|yes|no|on|off|required|optional|true|false|null|undefined|none|nil",
    re.DOTALL,
)


def literal(value: str) -> bool:
    """Whether a value stands where it is written: no variable, no placeholder, no path of a file that has it."""
    given = value.strip().strip("'\"").strip()
    if not given or (len(given) < 2000 and _STANDS_FOR_ANOTHER.fullmatch(given)):
        return False
    if given.startswith("$"):
        given = given.split()[0]
    if "$" in given or "%" in given or "{{" in given:
        return sum(c.isalnum() for c in _VARIABLE.sub("", given)) > 2
    return any(c.isalnum() for c in given)


def counts(value: str) -> bool:
    """Whether a value is a number such as a port, an index or a limit, which a name alone makes no secret."""
    return len(value) < 6 and value.isdigit()

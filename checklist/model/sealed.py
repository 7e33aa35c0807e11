"""A value → the value with everything in it marked secret that its place or its neighbours give away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from checklist.model.values import OneOf, Unknown, Value
from checklist.secrets import mask_words, plain_value, secret_name, spans

_ARGUMENTS = ("args", "node_args", "interpreter_args")
_PROGRAMS = ("interpreter", "exec_interpreter", "script")


def sealed(of: Value, *, below: bool = False) -> Value:
    """The value with everything in it marked secret that stands under `env` or a name that promises a secret, has the form
    of one, or is an argument that carries one."""
    match of.content:
        case dict() as members:
            kept = {
                key: v if below and _harmless(key, v) else sealed(v, below=below or _holds_secrets(key, v))
                for key, v in members.items()
            }
            return replace(of, content=kept | ({} if below else _arguments(kept)))
        case tuple() as items:
            return _marked([], replace(of, content=tuple(sealed(v, below=below) for v in items)))
        case OneOf(options):
            return replace(of, content=OneOf(tuple(sealed(v, below=below) for v in options)))
        case Unknown(_, Value() as default):
            return replace(of, content=replace(of.content, default=sealed(default, below=below)))
        case str() as text if below or spans(text):
            return replace(of, secret=True)
        case bool() | None:
            return of
        case int() | float() if below:
            return replace(of, secret=True)
    return of


def _holds_secrets(key: str, of: Value) -> bool:
    # `env_file` is an option, `env_production` an environment
    return key == "env" or (key.startswith("env_") and not isinstance(of.content, str)) or secret_name(key)


def _harmless(name: str, of: Value) -> bool:
    return isinstance(of.content, (str, int, float)) and plain_value(name, str(of.content))


def _arguments(members: Mapping[str, Value]) -> dict[str, Value]:
    """The arguments of an app, with those marked that its program or a word before them gives away."""
    program = " ".join(told for key in _PROGRAMS if key in members and isinstance(told := members[key].content, str))
    return {key: _marked(program.split(), members[key]) for key in _ARGUMENTS if key in members}


def _marked(program: list[str], of: Value) -> Value:
    match of.content:
        case str() as text if _given_away(program, text.split()) != text.split():
            return replace(of, secret=True)
        case tuple() as items if all(isinstance(v.content, str) for v in items):
            given = [str(v.content) for v in items]
            shown = zip(items, given, _given_away(program, given), strict=True)
            return replace(of, content=tuple(v if now == was else replace(v, secret=True) for v, was, now in shown))
    return of


def _given_away(program: list[str], words: list[str]) -> list[str]:
    return mask_words([*program, *words])[len(program) :]

"""The schema of `must` and `when`: a small subset of JSON Schema, judged in three values.

A plain validator answers wrongly about unknowns inside `not`, `if` and `type`, so this one says pass, fail or open:

- unknown → open, unless the schema asks nothing;
- one of a few → all fail: fail, all pass: pass, mixed: open;
- unknown with a default → judged once as unknown and once as the default: if the default fails, fail;
- an object or array that may hold more → what is not seen is open.

docs/rules.md lists the keywords; KEYWORDS is the same list for the loader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from checklist.model import Function, OneOf, Path, Unknown, Value, Verdict, plain
from checklist.schema.formats import FORMATS, compiled

Schema = Mapping[str, Any]

PASS = Verdict("pass")


def judge(schema: Schema, of: Value | None) -> Verdict:
    """What the schema says of a value (None: there is none), with the paths that fail or are open."""
    if of is None:
        return PASS if not schema else Verdict("open", ((),))
    verdict = _judge(schema, of, (), False)
    if verdict.state == "open":
        with_defaults = by_default(schema, of)
        if with_defaults.state == "fail":
            return with_defaults
    return verdict


def by_default(schema: Schema, of: Value) -> Verdict:
    """What the schema says if nothing outside says otherwise: every unknown with a default is its default."""
    return _judge(schema, of, (), True)


def both(verdicts: Iterable[Verdict]) -> Verdict:
    """All must pass: any failure is a failure, then any open is open; the paths of the worst are kept."""
    worst: str = "pass"
    paths: list[Path] = []
    rank = {"pass": 0, "open": 1, "fail": 2}
    for verdict in verdicts:
        if rank[verdict.state] > rank[worst]:
            worst, paths = verdict.state, []
        if verdict.state == worst:
            paths += [p for p in verdict.paths if p not in paths]
    return Verdict(worst, tuple(paths))  # type: ignore[arg-type]


def either(verdicts: Iterable[Verdict], path: Path) -> Verdict:
    """One must pass."""
    states = {v.state for v in verdicts}
    return PASS if "pass" in states else Verdict("open" if "open" in states else "fail", (path,))


def _judge(schema: Schema, of: Value, path: Path, defaults: bool) -> Verdict:
    if not schema:
        return PASS
    match of.content:
        case Unknown(_, default):
            return _judge(schema, default, path, True) if defaults and default else Verdict("open", (path,))
        case OneOf(options):
            verdicts = [_judge(schema, option, path, defaults) for option in options]
            states = {v.state for v in verdicts}
            return verdicts[0] if len(states) == 1 else Verdict("open", (path,))
    return both(KEYWORDS[word](argument, of, path, defaults, schema) for word, argument in schema.items())


def _say(good: bool | None, path: Path) -> Verdict:
    return PASS if good else Verdict("open" if good is None else "fail", (path,))


def _type(argument: Any, of: Value, path: Path, *_: Any) -> Verdict:
    content = of.content
    names = {
        bool: ["boolean"],
        str: ["string"],
        dict: ["object"],
        tuple: ["array"],
        int: ["integer", "number"],
        float: ["number", "integer"] if isinstance(content, float) and content.is_integer() else ["number"],
        type(None): ["null"],
        Function: ["function"],
    }[type(content)]
    return _say(any(n in names for n in ([argument] if isinstance(argument, str) else argument)), path)


def _known_equal(of: Value, wanted: Any) -> bool | None:
    if not of.known():
        return None if isinstance(wanted, (dict, list)) else False
    return _same(plain(of, reveal=True), wanted)


def _same(a: Any, b: Any) -> bool:
    # JSON Schema: true is not 1, but 1.0 is 1.
    if isinstance(a, bool) is not isinstance(b, bool):
        return False
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[k], b[k]) for k in a)
    return bool(a == b)


def _const(argument: Any, of: Value, path: Path, *_: Any) -> Verdict:
    return _say(_known_equal(of, argument), path)


def _enum(argument: Any, of: Value, path: Path, *_: Any) -> Verdict:
    told = [_known_equal(of, wanted) for wanted in argument]
    return _say(True if True in told else None if None in told else False, path)


def _number(compare: Callable[[float, float], bool]) -> Callable[..., Verdict]:
    def keyword(argument: Any, of: Value, path: Path, *_: Any) -> Verdict:
        content = of.content
        if isinstance(content, bool) or not isinstance(content, (int, float)):
            return PASS
        return _say(compare(content, argument), path)

    return keyword


def _pattern(argument: Any, of: Value, path: Path, *_: Any) -> Verdict:
    return _say(not isinstance(of.content, str) or compiled(argument).search(of.content) is not None, path)


def _format(argument: Any, of: Value, path: Path, *_: Any) -> Verdict:
    return _say(not isinstance(of.content, str) or FORMATS[argument](of.content), path)


def _may_hold_more(of: Value, kind: type) -> bool:
    return of.more and isinstance(of.content, kind)


def _required(argument: Any, of: Value, path: Path, *_: Any) -> Verdict:
    if not isinstance(of.content, dict):
        return PASS
    if all(key in of.content for key in argument):
        return PASS
    return Verdict("open" if of.more else "fail", (path,))


def _properties(argument: Any, of: Value, path: Path, defaults: bool, *_: Any) -> Verdict:
    if not isinstance(of.content, dict):
        return PASS
    members = of.content
    return both(
        _judge(schema, members[key], (*path, key), defaults) if key in members else _say(None, path)
        for key, schema in argument.items()
        if key in members or (of.more and schema)
    )


def _additional(argument: Any, of: Value, path: Path, defaults: bool, schema: Schema) -> Verdict:
    rest = [k for k in of.members() if k not in schema.get("properties", {})]
    if argument is False and rest:
        return Verdict("fail", tuple((*path, k) for k in rest))
    seen = [_judge(argument, of.members()[k], (*path, k), defaults) for k in rest]
    return both(seen + ([Verdict("open", (path,))] if _may_hold_more(of, dict) and argument != {} else []))


def _items(argument: Any, of: Value, path: Path, defaults: bool, *_: Any) -> Verdict:
    seen = [_judge(argument, item, (*path, i), defaults) for i, item in enumerate(of.items())]
    return both(seen + ([Verdict("open", (path,))] if _may_hold_more(of, tuple) and argument else []))


def _contains(argument: Any, of: Value, path: Path, defaults: bool, *_: Any) -> Verdict:
    if not isinstance(of.content, tuple):
        return PASS
    seen = [_judge(argument, item, (*path, i), defaults) for i, item in enumerate(of.content)]
    return either(seen + ([Verdict("open")] if of.more else []), path)


def _min_items(argument: Any, of: Value, path: Path, *_: Any) -> Verdict:
    if not isinstance(of.content, tuple) or len(of.content) >= argument:
        return PASS
    return Verdict("open" if of.more else "fail", (path,))


def _all_of(argument: Any, of: Value, path: Path, defaults: bool, *_: Any) -> Verdict:
    return both(_judge(schema, of, path, defaults) for schema in argument)


def _any_of(argument: Any, of: Value, path: Path, defaults: bool, *_: Any) -> Verdict:
    return either((_judge(schema, of, path, defaults) for schema in argument), path)


def _not(argument: Any, of: Value, path: Path, defaults: bool, *_: Any) -> Verdict:
    inner = _judge(argument, of, path, defaults).state if argument else "pass"
    return _say({"pass": False, "fail": True, "open": None}[inner], path)


def _if(argument: Any, of: Value, path: Path, defaults: bool, schema: Schema) -> Verdict:
    condition = _judge(argument, of, path, defaults).state
    then = _judge(schema.get("then", {}), of, path, defaults)
    otherwise = _judge(schema.get("else", {}), of, path, defaults)
    if condition != "open":
        return then if condition == "pass" else otherwise
    return both([then, otherwise]) if then.state == otherwise.state else Verdict("open", (path,))


def _nothing(*_: Any) -> Verdict:
    return PASS


KEYWORDS: Mapping[str, Callable[..., Verdict]] = {
    "type": _type,
    "const": _const,
    "enum": _enum,
    "minimum": _number(lambda a, b: a >= b),
    "maximum": _number(lambda a, b: a <= b),
    "pattern": _pattern,
    "format": _format,
    "required": _required,
    "properties": _properties,
    "additionalProperties": _additional,
    "items": _items,
    "contains": _contains,
    "minItems": _min_items,
    "allOf": _all_of,
    "anyOf": _any_of,
    "not": _not,
    "if": _if,
    "then": _nothing,
    "else": _nothing,
    "description": _nothing,
    "default": _nothing,
    "title": _nothing,
}

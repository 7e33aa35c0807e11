"""The three-valued schema: with known values it agrees with jsonschema; with unknown ones it never guesses."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checklist.model import OneOf, Unknown, Value, value
from checklist.schema import judge

ANY = Value(Unknown("set outside"))


def one_of(*options: Any) -> Value:
    return Value(OneOf(tuple(value(o) for o in options)))


def default(of: Any) -> Value:
    return Value(Unknown("set outside", value(of)))


def more(of: Any) -> Value:
    return Value(value(of).content, more=True)


AT_MOST_3 = {"type": "integer", "maximum": 3}


@pytest.mark.parametrize(
    ("schema", "of", "state"),
    [
        (AT_MOST_3, value(3), "pass"),
        (AT_MOST_3, value(4), "fail"),
        (AT_MOST_3, value("3"), "fail"),
        (AT_MOST_3, ANY, "open"),
        ({}, ANY, "pass"),
        (AT_MOST_3, one_of(4, 15), "fail"),
        (AT_MOST_3, one_of(1, 2), "pass"),
        (AT_MOST_3, one_of(1, 15), "open"),
        (AT_MOST_3, default(15), "fail"),
        (AT_MOST_3, default(3), "open"),
        ({"not": {"const": 1}}, ANY, "open"),
        ({"not": {}}, ANY, "open"),
        ({"if": {"const": 1}, "then": {"const": 1}, "else": {"const": 2}}, ANY, "open"),
        ({"if": {"required": ["a"]}, "then": {"required": ["b"]}}, more({}), "open"),
        ({"required": ["a"]}, more({}), "open"),
        ({"required": ["a"]}, value({}), "fail"),
        ({"properties": {"a": {"const": 1}}}, value({}), "pass"),
        ({"properties": {"a": {"const": 1}}}, more({}), "open"),
        ({"properties": {"a": {"const": 1}}}, more({"a": 2}), "fail"),
        ({"additionalProperties": False}, more({}), "open"),
        ({"additionalProperties": False}, more({"a": 1}), "fail"),
        ({"properties": {"a": {}}, "additionalProperties": {"const": 1}}, more({"a": 2, "b": 1}), "open"),
        ({"additionalProperties": {"const": 1}}, more({"a": 2}), "fail"),
        ({"additionalProperties": {}}, more({}), "pass"),
        ({"additionalProperties": False}, more([1]), "pass"),
        ({"items": {"const": 1}}, more({"a": 2}), "pass"),
        ({"items": {"const": 1}}, more([1]), "open"),
        ({"items": {"const": 1}}, more([2]), "fail"),
        ({"not": {"required": ["a"]}}, more({}), "open"),
        ({"not": {"required": ["a"]}}, more({"a": ANY}), "fail"),
        ({"not": {"additionalProperties": False}}, more({}), "open"),
        ({"contains": {"const": 1}}, more([2]), "open"),
        ({"contains": {"const": 1}}, more([1]), "pass"),
        ({"contains": {"const": 1}}, value([2]), "fail"),
        ({"minItems": 2}, more([1]), "open"),
        ({"anyOf": [{"const": 1}, {"type": "string"}]}, default("x"), "open"),
        ({"const": True}, value(1), "fail"),
        ({"enum": [1, 2]}, value(1.0), "pass"),
        ({"properties": {"a": AT_MOST_3, "b": AT_MOST_3}}, value({"a": default(4), "b": ANY}), "fail"),
        ({"not": {"const": 3}}, default(3), "fail"),
    ],
)
def test_what_cannot_be_known_is_open(schema: dict[str, Any], of: Value, state: str) -> None:
    assert judge(schema, of).state == state


def test_paths_lead_to_what_failed() -> None:
    verdict = judge({"properties": {"a": {"items": AT_MOST_3}, "b": {"required": ["c"]}}}, value({"a": [1, 9, 8], "b": {}}))
    assert set(verdict.paths) == {("a", 1), ("a", 2), ("b",)}


plain_values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 20) | st.sampled_from([0.5, 1.0, 15.0]) | st.sampled_from(["", "a", "30s", "dist/x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, max_size=3),
    max_leaves=6,
)
leaves = st.one_of(
    st.fixed_dictionaries({"type": st.sampled_from(["string", "integer", "number", "object", "array", "boolean", "null"])}),
    st.fixed_dictionaries({"const": plain_values}),
    st.fixed_dictionaries({"enum": st.lists(plain_values, min_size=1, max_size=3)}),
    st.fixed_dictionaries({"minimum": st.integers(0, 9)}),
    st.fixed_dictionaries({"maximum": st.integers(0, 9)}),
    st.fixed_dictionaries({"pattern": st.sampled_from(["^dist/", "s$", "a|b"])}),
    st.fixed_dictionaries({"required": st.lists(st.sampled_from(["a", "b"]), max_size=2)}),
    st.fixed_dictionaries({"minItems": st.integers(0, 3)}),
)
schemas = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"properties": st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2)}),
        st.fixed_dictionaries(
            {"properties": st.just({"a": {}}), "additionalProperties": inner | st.sampled_from([False, {}])}
        ),
        st.fixed_dictionaries({"additionalProperties": inner | st.just(False)}),
        st.fixed_dictionaries({"items": inner}),
        st.fixed_dictionaries({"contains": inner}),
        st.fixed_dictionaries({"not": inner}),
        st.fixed_dictionaries({"allOf": st.lists(inner, min_size=1, max_size=2)}),
        st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=2)}),
        st.fixed_dictionaries({"if": inner, "then": inner, "else": inner}),
    ),
    max_leaves=5,
)


@settings(max_examples=400, deadline=None)
@given(schemas, plain_values)
def test_known_values_are_judged_as_jsonschema_does(schema: dict[str, Any], data: Any) -> None:
    assert judge(schema, value(data)).state == ("pass" if jsonschema.Draft202012Validator(schema).is_valid(data) else "fail")


KEYS = st.sampled_from(["a", "b", "c", "d"])


def blurred(leaf: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    """Values of which something is not known: all of it, which of two it is, or what else is in it."""
    return st.one_of(
        st.builds(lambda items, more: Value(tuple(items), more=more), st.lists(leaf, max_size=3), st.booleans()),
        st.builds(
            lambda members, more: Value(members, more=more), st.dictionaries(KEYS, leaf, max_size=3), st.booleans()
        ),
        st.builds(lambda *options: Value(OneOf(options)), leaf, leaf),
        st.builds(lambda default: Value(Unknown("set outside", default)), leaf),
    )


unclear_values = st.recursive(plain_values.map(value) | st.just(ANY), blurred, max_leaves=8)


def completed(of: Value, draw: st.DataObject, *, by_default: bool = False) -> Any:
    """What an unclear value may turn out to be, as plain data."""

    def inner(part: Value) -> Any:
        return completed(part, draw, by_default=by_default)

    match of.content:
        case Unknown(_, Value() as default) if by_default:
            return inner(default)
        case Unknown():
            return draw.draw(plain_values)
        case OneOf(options):
            return inner(draw.draw(st.sampled_from(options)))
        case dict() as members:
            unseen = draw.draw(st.dictionaries(KEYS, plain_values, max_size=2)) if of.more else {}
            return unseen | {k: inner(v) for k, v in members.items()}
        case tuple() as items:
            return [*map(inner, items), *(draw.draw(st.lists(plain_values, max_size=2)) if of.more else ())]
    return of.content


@settings(max_examples=1500, deadline=None)
@given(schemas, unclear_values, st.data())
def test_what_is_said_of_an_unclear_value_holds_whatever_it_turns_out_to_be(
    schema: dict[str, Any], of: Value, draw: st.DataObject
) -> None:
    said = judge(schema, of).state
    # that a default fails is enough to fail: only what it turns out to be with its defaults need agree with a failure
    data = completed(of, draw, by_default=said == "fail")
    truth = "pass" if jsonschema.Draft202012Validator(schema).is_valid(data) else "fail"
    assert said in ("open", truth), data

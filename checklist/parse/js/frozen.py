"""From the values of a program to a Value, which nobody changes any more, and back."""

from __future__ import annotations

from checklist.model import Content, Function, Location, OneOf, Unknown, Value
from checklist.parse.js.heap import (
    UNDEFINED,
    Arr,
    Fn,
    Obj,
    One,
    Prop,
    Rx,
    Undefined,
    Unk,
    Val,
    one_of,
    ordered,
    unknown,
)
from checklist.parse.js.limits import MAX_VALUES, TooComplex


def freeze(of: Val, *, order: bool = False) -> Value:
    """The value as other code sees it: undefined properties are absent, cycles and floods are unknown.

    With `order` an object whose keys may be in another order is said to hold more.
    """
    return _Freezer(order).value(of, (), None)


class _Freezer:
    def __init__(self, order: bool) -> None:
        self.count, self.order = 0, order

    def value(self, of: Val, above: tuple[int, ...], key_at: Location | None) -> Value:
        self.count += 1
        if self.count > MAX_VALUES or len(above) > 100:
            raise TooComplex
        data = of.data
        inside = (*above, id(data))
        more = False
        content: Content
        if isinstance(data, (Obj, Arr)) and id(data) in above:
            return Value(Unknown("it refers to itself"), of.at, key_at)
        match data:
            case Obj():
                members, more = self._members(data, inside)
                content = members
            case Arr():
                content, more = tuple(self.value(v, inside, None) for v in data.items), data.more
            case Fn():
                content = Function()
            case Rx():
                content = Unknown("a regular expression")
            case Unk(why, default):
                content = Unknown(
                    why, None if default is None or default.data is UNDEFINED else self.value(default, inside, None)
                )
            case One(options):
                content = OneOf(tuple(self.value(o, inside, None) for o in options))
            case Undefined():
                content = None
            case float() if data == 0:
                content = 0
            case float() if data.is_integer() and abs(data) < 2**53:
                content = int(data)
            case _:
                content = data
        return Value(content, of.at, key_at, more, of.secret)

    def _members(self, data: Obj, inside: tuple[int, ...]) -> tuple[dict[str, Value], bool]:
        members, more = (
            {},
            data.more
            or data.textual
            or data.default is not None
            or data.accessors
            or data.guarded
            or (self.order and data.unordered),
        )
        for key in ordered(data.props):
            prop = (
                Prop(unknown("a getter may change it", data.props[key].value.at), data.props[key].key_at)
                if data.accessors
                else data.props[key]
            )
            options = prop.value.data.options if isinstance(prop.value.data, One) else (prop.value,)
            if all(o.data is UNDEFINED for o in options):
                continue
            if prop.optional or any(o.data is UNDEFINED for o in options):
                more = True  # it may be there and it may not
                continue
            members[key] = self.value(prop.value, inside, prop.key_at)
        return members, more


def thaw(of: Value) -> Val:
    """A frozen value as a fresh one of the program, for JSON that is required."""
    match of.content:
        case dict() as members:
            return Val(Obj({k: Prop(thaw(v), v.key_at) for k, v in members.items()}, of.more), of.at, of.secret)
        case tuple() as items:
            return Val(Arr([thaw(v) for v in items], of.more), of.at, of.secret)
        case Unknown(why, default):
            return Val(Unk(why, None if default is None else thaw(default)), of.at, of.secret)
        case OneOf(options):
            return one_of([thaw(o) for o in options], of.at)
    return Val(of.content, of.at, of.secret)

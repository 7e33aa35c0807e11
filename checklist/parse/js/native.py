"""What a built-in function is: one parameter, the call. Tables of these are the library; here they become values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from checklist.model import Location
from checklist.parse.js.conversions import is_secret
from checklist.parse.js.heap import UNDEFINED, Fn, Obj, Prop, Unk, Val, each, unknown
from checklist.parse.js.operations import UNKNOWN_PARTS, call
from checklist.parse.js.store import Store


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a built-in function or method."""

    store: Store
    this: Val
    args: list[Val]
    at: Location | None

    def arg(self, index: int) -> Val:
        return self.args[index] if index < len(self.args) else Val(UNDEFINED)

    def value(self, data: Any, *, secret: bool = False) -> Val:
        return Val(data, self.at, secret)

    def unknown(self, why: str = "not known") -> Val:
        return unknown(why, self.at)

    def said(self, data: Any, secret: bool) -> Val:
        """What is made of the arguments; None if that cannot be said."""
        return self.unknown(UNKNOWN_PARTS) if data is None else Val(data, self.at, secret)

    def array(self, items: list[Val], more: bool = False) -> Val:
        return self.store.array(items, self.at, more)

    def callback(self, *args: Val) -> Val:
        """What the function that is the first argument gives."""
        return call(self.store, self.args[0], list(args), Val(UNDEFINED), self.at)


Builtin = Callable[[Call], Val]
Method = Callable[[Call], Val | None]
"""A method of a prototype; None where such arguments are not evaluated."""


def function(store: Store, of: Builtin, props: Obj | None = None) -> Val:
    """A built-in function."""
    return Val(Fn(lambda args, this, at: of(Call(store, this, args, at)), props or Obj()))


def functions(store: Store, table: Mapping[str, Builtin]) -> dict[str, Val]:
    return {name: function(store, of) for name, of in table.items()}


def obj(props: Mapping[str, Val], *, otherwise: str | None = None) -> Obj:
    """A built-in object; with `otherwise` its other members are unknown for that reason."""
    return Obj(
        {key: Prop(value) for key, value in props.items()},
        default=None if otherwise is None else lambda key: opaque(otherwise.replace("*", key)),
    )


def opaque(why: str) -> Val:
    """A member that cannot be known: also when it is called. Its arguments are not changed by it."""
    return Val(Unk(why, pure=True))


def over_first(do: Callable[[Val, Location | None], Val]) -> Builtin:
    """A function of one argument, over every option and default of it."""
    return lambda c: each(c.arg(0), lambda of: do(of, c.at))


def convert(conversion: Callable[[Val], Any], empty: Any = ...) -> Builtin:
    """A conversion of the first argument; with no argument it gives `empty`, else what undefined becomes."""

    def do(c: Call) -> Val:
        if not c.args and empty is not ...:
            return c.value(empty)
        return each(c.arg(0), lambda of: c.said(conversion(of), is_secret(of)))

    return do

"""Functions and objects that Node brings, as values of the program."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from checklist.model import Location
from checklist.parse.js.heap import UNDEFINED, Fn, Obj, Prop, Unk, Val, each


def fn(of: Callable[[list[Val], Location | None], Val], /, **props: Val) -> Val:
    """A built-in function."""
    return Val(Fn(lambda args, _this, at: of(args, at), Obj({k: Prop(v) for k, v in props.items()})))


def obj(props: Mapping[str, Val], *, otherwise: str | None = None) -> Val:
    """A built-in object; with `otherwise` its other members are unknown for that reason."""
    return Val(
        Obj(
            {k: Prop(v) for k, v in props.items()},
            default=None if otherwise is None else lambda key: opaque(otherwise.replace("*", key)),
        )
    )


def opaque(why: str) -> Val:
    """A member that cannot be known: also when it is called. Its arguments are not changed by it."""
    return Val(Unk(why, calm=True))


def arg(args: list[Val], index: int) -> Val:
    return args[index] if index < len(args) else Val(UNDEFINED)


def on_first(do: Callable[[Val, Location | None], Val]) -> Val:
    """A function of one argument, over every option and default of it."""
    return fn(lambda args, at: each(arg(args, 0), lambda a: do(a, at)))

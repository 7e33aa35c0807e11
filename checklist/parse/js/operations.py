"""Operators, and what is evaluated only if it is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from checklist.model import Location
from checklist.parse.js import operators as ops
from checklist.parse.js.heap import (
    UNDEFINED,
    Arr,
    Fn,
    Obj,
    One,
    Rx,
    Thrown,
    TooComplex,
    Unk,
    Val,
    aliases,
    each,
    one_of,
    unknown,
)
from checklist.parse.js.literals import Literals
from checklist.parse.js.regions import Env
from checklist.parse.js.state import is_unknown

INHERITED = frozenset(
    {
        "hasOwnProperty",
        "toString",
        "valueOf",
        "constructor",
        "isPrototypeOf",
        "toLocaleString",
        "propertyIsEnumerable",
        "__proto__",
        "__defineGetter__",
        "__defineSetter__",
        "__lookupGetter__",
        "__lookupSetter__",
    }
)
"""What every object has from Object.prototype (ECMA-262 §20.1.3)."""


class Operations(Literals):
    """The evaluator of operators."""

    def _UnaryExpression(self, node: Any, env: Env) -> Val:
        at = self.place(node)
        if node.operator == "delete":
            if node.argument.type in ("ChainExpression", "Identifier"):
                raise TooComplex
            if node.argument.type == "MemberExpression":
                target, key = self.reference(node.argument, env)
                if key is None:
                    self.put_unknown_key(target, Val(UNDEFINED))
                else:
                    fixed = isinstance(target.data, Arr) and key == "length"
                    self.remove(target, key)
                    if (
                        fixed
                        or not (isinstance(target.data, (Obj, Arr)) and not target.data.frozen)
                        or getattr(target.data, "odd", False)
                    ):
                        return unknown("not known", at)
            return Val(True, at)
        if node.operator == "typeof" and node.argument.type == "Identifier" and env.find(node.argument.name) is None:
            told = ops.kind(self.global_name(node.argument.name))
            return Val(told, at) if told else unknown("its type is not known here", at)
        of = self.eval(node.argument, env)
        if node.operator == "void":
            return Val(UNDEFINED, at)
        if node.operator != "!":
            self.weigh(of)

        def one(value: Val) -> Val:
            match node.operator:
                case "!":
                    true = ops.truth(value)
                    return unknown("not known", at) if true is None else Val(not true, at)
                case "typeof":
                    told = ops.kind(value)
                    return Val(told, at) if told else unknown("its type is not known here", at)
            number = ops.to_number(value)
            if number is None:
                return unknown("it is made of something that is not known", at)
            if node.operator == "~":
                return Val(~ops.to_int32(float(number)), at)
            negated = (-float(number) if number == 0 else -number) if node.operator == "-" else number
            return Val(ops.tidy(float(negated)) if isinstance(negated, float) else negated, at, value.secret)

        return each(of, one)

    def _BinaryExpression(self, node: Any, env: Env) -> Val:
        left, right = self.eval(node.left, env), self.eval(node.right, env)
        at = self.place(node)
        if node.operator == "in":
            return self._in(left, right, at)
        if node.operator == "instanceof":
            return unknown("instanceof is not evaluated", at)
        return self.binary(node.operator, left, right, at)

    def _in(self, left: Val, right: Val, at: Location | None) -> Val:
        key = ops.to_text(left)
        match right.data:
            case Obj() as obj if key is not None:
                if key in obj.props and not obj.props[key].maybe and obj.default is None and not (obj.more or obj.odd):
                    return Val(True, at)
                if (
                    key not in obj.props
                    and not obj.more
                    and not obj.odd
                    and obj.default is None
                    and key not in INHERITED
                ):
                    return Val(False, at)
            case Unk() | One() | Obj() | Arr() | Fn() | Rx():
                pass
            case _:
                raise Thrown
        return unknown("whether the key is there is not known", at)

    def binary(self, operator: str, left: Val, right: Val, at: Location | None) -> Val:
        """left operator right, over every option and default."""
        if operator not in ("===", "!=="):
            self.weigh(left, right)
        if isinstance(left.data, One) and isinstance(right.data, One):
            self.spend(4 * len(left.data.options) * len(right.data.options))

        def one(a: Val, b: Val) -> Val:
            told = ops.binary(operator, a, b)
            return (
                unknown("it is made of something that is not known", at)
                if told is ...
                else Val(told, at, not isinstance(told, bool) and (ops.secret(a) or ops.secret(b)))
            )

        found = each(left, lambda a: each(right, lambda b: one(a, b)))
        if (
            isinstance(found.data, Unk)
            and found.data.default is None
            and isinstance(left.data, Unk)
            and isinstance(right.data, Unk)
        ):
            return Val(Unk(left.data.why), at, left.secret or right.secret)
        secret = not isinstance(found.data, bool) and (found.secret or left.secret or right.secret)
        return Val(found.data, at if isinstance(found.data, (Unk, One)) else found.at, secret)

    def _LogicalExpression(self, node: Any, env: Env) -> Val:
        return self.logical(
            node.operator, self.eval(node.left, env), lambda: self.eval(node.right, env), self.place(node)
        )

    def logical(self, operator: str, left: Val, right: Callable[[], Val], at: Location | None) -> Val:
        """left || right, &&, ??; the right side is evaluated only if it may be asked."""
        match left.data:
            case One(options):
                asked = [self.stops(operator, o) is not True for o in options]
                if not any(asked):
                    return left
                if all(asked):
                    return right()
                other = self._perhaps(right)
                return one_of([o for o, a in zip(options, asked, strict=True) if not a] + [other], at)
            case Unk(why, default):
                if default is not None and self.stops(operator, default) is True:
                    self._perhaps(right)
                    return left
                other = self._perhaps(right)
                if operator == "&&":
                    return Val(Unk(why, may=aliases([left, other])), at, left.secret)
                fallback = (
                    other.data.default
                    if isinstance(other.data, Unk)
                    else None
                    if isinstance(other.data, One)
                    else other
                )
                return Val(Unk(why, fallback, may=aliases([left, other])), at, left.secret)
        return left if self.stops(operator, left) else right()

    def stops(self, operator: str, left: Val) -> bool | None:
        """Whether ||, && or ?? gives its left side."""
        if operator == "??":
            return None if is_unknown(left) else not (left.data is None or left.data is UNDEFINED)
        true = ops.truth(left)
        return true if operator == "||" or true is None else not true

    def _perhaps(self, run: Callable[[], Val]) -> Val:
        """The value of an expression that may not be evaluated at all."""
        found = Val(UNDEFINED)
        with self.region():
            try:
                found = run()
            except Thrown:
                found = unknown("it may throw")
        return found

    def _ConditionalExpression(self, node: Any, env: Env) -> Val:
        test = self.truth_of(self.eval(node.test, env))
        if test is not None:
            return self.eval(node.consequent if test else node.alternate, env)
        return one_of(
            [
                self._perhaps(lambda: self.eval(node.consequent, env)),
                self._perhaps(lambda: self.eval(node.alternate, env)),
            ],
            self.place(node),
        )

    def truth_of(self, of: Val) -> bool | None:
        """Whether it counts as true; all options of a choice must agree."""
        if isinstance(of.data, One):
            told = {ops.truth(o) for o in of.data.options}
            return told.pop() if len(told) == 1 else None
        return ops.truth(of)

    def _SequenceExpression(self, node: Any, env: Env) -> Val:
        return [self.eval(e, env) for e in node.expressions][-1]

    def _TaggedTemplateExpression(self, node: Any, env: Env) -> Val:
        for part in (node.tag, *node.quasi.expressions):
            self.spoil(self.eval(part, env), "a tagged template is not evaluated")
        self.run_escaped()
        return unknown("a tagged template is not evaluated", self.place(node))

    def _YieldExpression(self, node: Any, env: Env) -> Val:
        if node.argument is not None:
            self.spoil(self.eval(node.argument, env), "it is yielded")
        return unknown("what is yielded is not known", self.place(node))

    def _ImportExpression(self, node: Any, env: Env) -> Val:
        self.eval(node.source, env)
        return unknown("an ES module that is imported", self.place(node))

    def _Super(self, node: Any, env: Env) -> Val:
        return unknown("a class is not evaluated", self.place(node))

    def _AwaitExpression(self, node: Any, env: Env) -> Val:
        self.eval(node.argument, env)
        return unknown("what is awaited is not known", self.place(node))

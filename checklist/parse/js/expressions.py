"""Assignments and calls: with them the evaluator of expressions is whole."""

from __future__ import annotations

from typing import Any

from checklist.model import Location
from checklist.parse.js.heap import UNDEFINED, Arr, Fn, Obj, One, Thrown, Unk, Val, one_of, unknown
from checklist.parse.js.members import Members, Short
from checklist.parse.js.paths import new_url
from checklist.parse.js.regions import Env


class Expressions(Members):
    """The evaluator of expressions; functions and statements are above it."""

    # ---- assignments

    def _AssignmentExpression(self, node: Any, env: Env) -> Val:
        if node.operator == "=":
            if node.left.type == "MemberExpression":
                target, key = self.reference(node.left, env, writes=True)
                value = self.eval(node.right, env)
                self._store(target, key, value, self.place(node.left.property))
            else:
                value = self.eval(node.right, env)
                self.bind(node.left, value, env, False)
            return value
        operator = node.operator[:-1]
        if node.left.type == "MemberExpression":
            target, key = self.reference(node.left, env, writes=True)
            old = self.get(target, key, self.place(node.left))
            if (stops := self._stays(operator, old)) is True:
                return old
            value = self._updated(operator, old, node, env)
            made = (
                isinstance(target.data, Obj)
                and target.data.default is None
                and key is not None
                and (key not in target.data.props or target.data.props[key].maybe)
            )
            self._store(target, key, value, self.place(node.left.property))
            if made and stops is None and key in target.data.props:
                target.data.props[key].maybe = True
        else:
            old = self.eval(node.left, env)
            if self._stays(operator, old) is True:
                return old
            value = self._updated(operator, old, node, env)
            self.bind(node.left, value, env, False)
        return value

    def _stays(self, operator: str, old: Val) -> bool | None:
        """Whether ||=, &&= or ??= leaves the old value."""
        return self.stops(operator, old) if operator in ("||", "&&", "??") else False

    def _updated(self, operator: str, old: Val, node: Any, env: Env) -> Val:
        if operator in ("||", "&&", "??"):
            return self.logical(operator, old, lambda: self.eval(node.right, env), self.place(node))
        return self.binary(operator, old, self.eval(node.right, env), self.place(node))

    def _UpdateExpression(self, node: Any, env: Env) -> Val:
        at = self.place(node)
        step = Val(1 if node.operator == "++" else -1)
        if node.argument.type == "MemberExpression":
            target, key = self.reference(node.argument, env, writes=True)
            old = self.binary("-", self.get(target, key, at), Val(0), at)
            new = self.binary("+", old, step, at)
            self._store(target, key, new, None)
        else:
            old = self.binary("-", self.eval(node.argument, env), Val(0), at)
            new = self.binary("+", old, step, at)
            self.bind(node.argument, new, env, False)
        return new if node.prefix else old

    def _store(self, target: Val, key: str | None, value: Val, key_at: Location | None) -> None:
        if key is None:
            self.put_unknown_key(target, value)
        else:
            self.put(target, key, value, key_at)

    # ---- calls

    def _CallExpression(self, node: Any, env: Env) -> Val:
        at = self.place(node)
        callee = node.callee
        this = Val(UNDEFINED)
        if callee.type == "MemberExpression":
            this, key = self.reference(callee, env)
            called = self.get(this, key, self.place(callee))
        else:
            called = self.eval(callee, env)
        if getattr(node, "optional", False) and (called.data is None or called.data is UNDEFINED):
            raise Short
        args, more = self.elements(node.arguments, env)
        if more:
            for arg in args:
                self.spoil(arg, "it is given to a call whose arguments are not known")
            for part in (called, this):
                self.spoil(part, "it is called with arguments that are not known")
            self.run_escaped()
            return unknown("the arguments are not known", at)
        return self.call(called, args, this, at)

    def call(self, called: Val, args: list[Val], this: Val, at: Location | None) -> Val:
        """What a call gives; code that is not seen may change everything that it is given."""
        self.step()
        match called.data:
            case Fn(own=True) as fn:
                return fn.call(args, this, at)
            case Fn() as fn:
                self.weigh(*args)
                told = fn.call(args, this, at)
                if isinstance(told.data, str):
                    self.weigh(told)
                elif isinstance(told.data, Arr):
                    self.spend(len(told.data.items) // 5)
                return told
            case One(options):
                return one_of([self._perhaps(lambda o=o: self.call(o, args, this, at)) for o in options], at)  # type: ignore[misc]
            case Unk(why, calm=True):
                functions = [given for given in args if isinstance(given.data, Fn)]
                for given in functions:
                    self.spoil(given, "built-in code may call it")
                if functions:
                    self.run_escaped()
                return unknown(why, at)
            case Unk(why):
                for given in (*args, Val(UNDEFINED) if isinstance(this.data, Unk) and this.data.shared else this):
                    self.spoil(given, "code that is not seen may change it")
                self.run_escaped()
                return unknown(why, at)
        raise Thrown

    def run_unseen(self, given: Val) -> None:
        """A function given to code that is not seen may be called at any time."""
        self.spoil(given, "code that is not seen may change it")
        self.run_escaped()

    def _NewExpression(self, node: Any, env: Env) -> Val:
        args, _ = self.elements(node.arguments, env)
        url = (
            new_url(args, self.place(node))
            if node.callee.type == "Identifier" and node.callee.name == "URL" and env.find("URL") is None
            else None
        )
        if url is not None:
            return url
        name = node.callee.name if node.callee.type == "Identifier" and env.find(node.callee.name) is None else ""
        if name not in ("Error", "TypeError", "RangeError", "Date", "URL"):
            self.spoil(self.eval(node.callee, env), "an instance of it may change it")
            for arg in args:
                self.spoil(arg, "code that is not seen may change it")
            self.run_escaped()
        return unknown(
            f"new {name} is not evaluated" if name else "an instance of a class is not evaluated", self.place(node)
        )

    def _MetaProperty(self, node: Any, env: Env) -> Val:
        binding = env.find("import.meta")
        return binding.value if binding and binding.value else unknown("not known here", self.place(node))

"""Loops: round by round, or all rounds at once where their number is not known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from checklist.parse.js.functions import Functions
from checklist.parse.js.heap import Arr, Obj, Val, ordered, unknown
from checklist.parse.js.state import Binding, Env, Left, Thrown


class Loops(Functions):
    """The evaluator of loops."""

    def after(self, left: list[Exception | None], env: Env, *, all_ways: bool) -> None:
        raise NotImplementedError

    def _s_ForStatement(self, node: Any, env: Env, label: str | None = None) -> None:
        scope = Env(env)
        if node.init is not None:
            if node.init.type == "VariableDeclaration":
                self.hoist([node.init], scope)
                self.statement(node.init, scope)
            else:
                self.eval(node.init, scope)

        def fresh() -> Env:
            # each round has its own let variables, as closures see them
            self.spend(len(scope.names) // 2)
            return Env(env, {n: Binding(b.value, b.region, b.constant) for n, b in scope.names.items()})

        def test(inner: Env) -> bool | None:
            return True if node.test is None else self.truth_of(self.eval(node.test, inner))

        while (told := test(scope)) is True:
            if self._round(node.body, scope, label):
                return
            scope = fresh()
            if node.update is not None:
                self.eval(node.update, scope)
        if told is None:
            self._rounds(lambda: self._unsure_round(node, scope), scope)

    def _unsure_round(self, node: Any, scope: Env) -> None:
        if node.test is not None:
            self.eval(node.test, scope)
        self.statement(node.body, scope)
        if getattr(node, "update", None) is not None:
            self.eval(node.update, scope)

    def _s_WhileStatement(self, node: Any, env: Env, label: str | None = None) -> None:
        while (told := self.truth_of(self.eval(node.test, env))) is True:
            if self._round(node.body, env, label):
                return
        if told is None:
            self._rounds(lambda: self._unsure_round(node, env), env)

    def _s_DoWhileStatement(self, node: Any, env: Env, label: str | None = None) -> None:
        while True:
            if self._round(node.body, env, label):
                return
            told = self.truth_of(self.eval(node.test, env))
            if told is None:
                self._rounds(lambda: self._unsure_round(node, env), env)
            if told is not True:
                return

    def _s_ForOfStatement(self, node: Any, env: Env, label: str | None = None) -> None:
        over = self.eval(node.right, env)
        match over.data:
            case Arr() as array:
                index = 0
                while index < len(array.items):
                    if self._each(node, array.items[index], env, label):
                        return
                    index += 1
                if array.more:
                    self._unknown_each(node, env)
            case str() as text:
                for char in text:
                    if self._each(node, Val(char, None, over.secret), env, label):
                        return
            case None | bool() | int() | float():
                raise Thrown
            case _:
                self._unknown_each(node, env)

    def _s_ForInStatement(self, node: Any, env: Env, label: str | None = None) -> None:
        over = self.eval(node.right, env)
        self.weigh(over)
        match over.data:
            case Obj() as obj if obj.listed():
                keys = ordered(obj.props)
            case Arr() as array if not array.more and not array.named:
                keys = [str(i) for i in range(len(array.items))]
            case _:
                self._unknown_each(node, env)
                return
        for key in keys:
            if isinstance(over.data, Obj) and (over.data.more or key not in over.data.props or over.data.props[key].maybe):
                self._unknown_each(node, env)  # it changes while it is gone over
                return
            if self._each(node, Val(key), env, label):
                return

    def _each(self, node: Any, item: Val, env: Env, label: str | None) -> bool:
        scope = Env(env)
        if node.left.type == "VariableDeclaration":
            self.bind(node.left.declarations[0].id, item, scope, node.left.kind != "var")
        else:
            self.bind(node.left, item, scope, False)
        return self._round(node.body, scope, label)

    def _unknown_each(self, node: Any, env: Env) -> None:
        def once() -> None:
            self._each(node, unknown("what the loop goes over is not known"), env, None)

        self._rounds(once, env)

    def _round(self, body: Any, env: Env, label: str | None) -> bool:
        """One round of a loop; whether the loop ends with it."""
        try:
            self.statement(body, env)
        except Left as left:
            if left.how == "return" or left.label not in (None, label):
                raise
            return left.how == "break"
        return False

    def _rounds(self, once: Callable[[], None], env: Env) -> None:
        """A loop whose rounds are not known: whatever a round writes is unknown. Twice, since the second sees more."""
        left: list[Exception | None] = []
        with self.region(widening=True):
            for _ in range(3):
                left += self.maybe(once)
        ways = [w for w in left if not (isinstance(w, Left) and w.how != "return")]
        self.after(ways, env, all_ways=False)

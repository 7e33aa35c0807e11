"""Loops: round by round, or all rounds at once where their number is not known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from checklist.parse.js.functions import Functions
from checklist.parse.js.heap import UNDEFINED, Arr, Obj, Thrown, TooComplex, Unk, Val, aliases, iterable, ordered
from checklist.parse.js.regions import Binding, Env, Left, Way


class Loops(Functions):
    """The evaluator of loops."""

    def after(self, left: list[Exception | None], env: Env, *, all_ways: bool) -> None:
        raise NotImplementedError

    def returns(self, values: list[Val], env: Env) -> None:
        """The function may have returned one of these values."""
        binding = env.find("return")
        if binding is None or binding.value is None:
            raise TooComplex
        binding.value.data.items.extend(values)

    def ends(self, run: Callable[[], None], env: Env, *ends: Way) -> None:
        """Runs what these ways of leaving go to the end of.

        If it may have been left so before, then whatever it is left by after that is not sure.
        """
        depth = len(self.regions)
        left: Exception | None = None
        try:
            run()
        except (Left, Thrown) as way:
            left = way
        ways = self.ways(depth)
        if left is not None and not (isinstance(left, Left) and (left.how, left.label) in ends):
            if not ways.intersection(ends):
                raise left
            if isinstance(left, Left):
                ways |= {(left.how, left.label)}
                if left.how == "return":
                    self.returns([left.value or Val(UNDEFINED)], env)
        del self.regions[depth:]
        if ways.difference(ends):
            self.enter_region(ways.difference(ends))

    def loop(self, node: Any, env: Env, label: str | None = None) -> None:
        """A loop, as a whole left by `break`."""
        self.ends(lambda: _LOOPS[node.type](self, node, env, label), env, ("break", None))

    _s_ForStatement = _s_WhileStatement = _s_DoWhileStatement = _s_ForOfStatement = _s_ForInStatement = loop

    def _round(self, body: Any, env: Env, label: str | None) -> None:
        """One round of a loop, left by `continue`."""
        self.ends(lambda: self.statement(body, env), env, ("continue", None), ("continue", label))

    def _for(self, node: Any, env: Env, label: str | None) -> None:
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
            self._round(node.body, scope, label)
            scope = fresh()
            if node.update is not None:
                self.eval(node.update, scope)
        if told is None:
            self._rounds(lambda: self._unsure_round(node, scope, label), scope)

    def _unsure_round(self, node: Any, scope: Env, label: str | None) -> None:
        if node.test is not None:
            self.eval(node.test, scope)
        self._round(node.body, scope, label)
        if getattr(node, "update", None) is not None:
            self.eval(node.update, scope)

    def _while(self, node: Any, env: Env, label: str | None) -> None:
        while (told := self.truth_of(self.eval(node.test, env))) is True:
            self._round(node.body, env, label)
        if told is None:
            self._rounds(lambda: self._unsure_round(node, env, label), env)

    def _do_while(self, node: Any, env: Env, label: str | None) -> None:
        while True:
            self._round(node.body, env, label)
            told = self.truth_of(self.eval(node.test, env))
            if told is None:
                self._rounds(lambda: self._unsure_round(node, env, label), env)
            if told is not True:
                return

    def _for_of(self, node: Any, env: Env, label: str | None) -> None:
        over = self.eval(node.right, env)
        match over.data:
            case Arr() as array:
                index = 0
                while index < len(array.items):
                    self._each(node, array.items[index], env, label)
                    index += 1
                if array.more:
                    self._unknown_each(node, env, label)
            case str() as text:
                for char in text:
                    self._each(node, Val(char, None, over.secret), env, label)
            case _ if not iterable(over):
                raise Thrown
            case _:
                self._unknown_each(node, env, label, aliases([over]))

    def _for_in(self, node: Any, env: Env, label: str | None) -> None:
        over = self.eval(node.right, env)
        self.weigh(over)
        match over.data:
            case Obj() as obj if obj.listed():
                keys = ordered(obj.props)
            case Arr() as array if not array.more and not array.named:
                keys = [str(i) for i in range(len(array.items))]
            case _:
                self._unknown_each(node, env, label)
                return
        for key in keys:
            if isinstance(over.data, Obj) and (
                over.data.more or key not in over.data.props or over.data.props[key].maybe
            ):
                self._unknown_each(node, env, label)  # it changes while it is gone over
                return
            self._each(node, Val(key), env, label)

    def _each(self, node: Any, item: Val, env: Env, label: str | None) -> None:
        scope = Env(env)
        if node.left.type == "VariableDeclaration":
            self.bind(node.left.declarations[0].id, item, scope, node.left.kind != "var")
        else:
            self.bind(node.left, item, scope, False)
        self._round(node.body, scope, label)

    def _unknown_each(self, node: Any, env: Env, label: str | None, may: tuple[Val, ...] = ()) -> None:
        def once() -> None:
            self._each(node, Val(Unk("what the loop goes over is not known", may=may)), env, label)

        self._rounds(once, env)

    def _rounds(self, once: Callable[[], None], env: Env) -> None:
        """A loop whose rounds are not known: whatever a round writes is unknown. Twice, since the second sees more."""
        left: list[Exception | None] = []
        with self.region(widening=True):
            for _ in range(3):
                left += self.maybe(once)
        self.after(left, env, all_ways=False)


_LOOPS: dict[str, Callable[[Any, Any, Env, str | None], None]] = {
    "ForStatement": Loops._for,
    "WhileStatement": Loops._while,
    "DoWhileStatement": Loops._do_while,
    "ForOfStatement": Loops._for_of,
    "ForInStatement": Loops._for_in,
}
LOOPS = frozenset(_LOOPS)

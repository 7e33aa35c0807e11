"""Loops (ECMA-262 §14.7): round by round, or all rounds at once where their number is not known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from checklist.parse.js.conversions import to_boolean
from checklist.parse.js.evaluator import Evaluator, Statement
from checklist.parse.js.flow import Completion, Scope
from checklist.parse.js.functions import hoist
from checklist.parse.js.heap import Arr, Obj, Thrown, Unk, Val, aliases, iterable, ordered
from checklist.parse.js.nodes import Node
from checklist.parse.js.references import bind


@dataclass(frozen=True, slots=True)
class Loop:
    """One loop that is run."""

    on: Evaluator
    node: Node
    scope: Scope
    label: str | None = None

    def test(self) -> bool | None:
        return True if self.node.test is None else to_boolean(self.on.eval(self.node.test, self.scope))

    def body(self, scope: Scope) -> None:
        """One round, left by `continue`."""
        ends = (("continue", None), ("continue", self.label))
        self.on.store.flow.until(lambda: self.on.run(self.node.body, scope), scope, *ends)

    def update(self) -> None:
        if self.node.update is not None:
            self.on.eval(self.node.update, self.scope)

    def each(self, item: Val) -> None:
        """One round with what it goes over."""
        scope, left = Scope(self.scope), self.node.left
        if left.type == "VariableDeclaration":
            bind(self.on, left.declarations[0].id, item, scope, left.kind != "var")
        else:
            bind(self.on, left, item, scope, False)
        self.body(scope)

    def rounds(self, once: Callable[[], None]) -> None:
        """Rounds whose number is not known: whatever one writes is unknown. Thrice, since the next one sees more."""
        completions: list[Completion] = []
        flow = self.on.store.flow
        with flow.region(widening=True):
            for _ in range(3):
                completions += flow.maybe(once)
        flow.after(completions, self.scope)

    def unknown_rounds(self) -> None:
        def once() -> None:
            if self.node.test is not None:
                self.on.eval(self.node.test, self.scope)
            self.body(self.scope)
            self.update()

        self.rounds(once)

    def unknown_each(self, may: tuple[Val, ...] = ()) -> None:
        self.rounds(lambda: self.each(Val(Unk("what the loop goes over is not known", may=may))))


def _for(loop: Loop) -> None:
    on, init, outer = loop.on, loop.node.init, loop.scope
    loop = replace(loop, scope=Scope(outer))
    if init is not None and init.type == "VariableDeclaration":
        hoist(on, [init], loop.scope)
        on.run(init, loop.scope)
    elif init is not None:
        on.eval(init, loop.scope)
    while (test := loop.test()) is True:
        loop.body(loop.scope)
        # each round has its own let variables, as closures see them
        on.store.budget.spend(len(loop.scope.names) // 2)
        names = {name: replace(binding) for name, binding in loop.scope.names.items()}
        loop = replace(loop, scope=Scope(outer, names))
        loop.update()
    if test is None:
        loop.unknown_rounds()


def _while(loop: Loop) -> None:
    while (test := loop.test()) is True:
        loop.body(loop.scope)
    if test is None:
        loop.unknown_rounds()


def _do_while(loop: Loop) -> None:
    test: bool | None = True
    while test:
        loop.body(loop.scope)
        test = loop.test()
    if test is None:
        loop.unknown_rounds()


def _for_of(loop: Loop) -> None:
    over = loop.on.eval(loop.node.right, loop.scope)
    match over.data:
        case Arr() as array:
            index = 0
            while index < len(array.items):  # a round may add some
                loop.each(array.items[index])
                index += 1
            if array.more:
                loop.unknown_each()
        case str() as text:
            for char in text:
                loop.each(Val(char, None, over.secret))
        case _ if not iterable(over):
            raise Thrown
        case _:
            loop.unknown_each(aliases([over]))


def _for_in(loop: Loop) -> None:
    over = loop.on.eval(loop.node.right, loop.scope)
    loop.on.store.weigh(over)
    match over.data:
        case Obj() as obj if obj.listed():
            for key in ordered(obj.props):
                if obj.more or key not in obj.props or obj.props[key].optional:
                    return loop.unknown_each()  # it changes while it is gone over
                loop.each(Val(key))
        case Arr(items, more=False, named=False):
            for index in range(len(items)):
                loop.each(Val(str(index)))
        case _:
            loop.unknown_each()
    return None


_LOOPS: dict[str, Callable[[Loop], None]] = {
    "ForStatement": _for,
    "WhileStatement": _while,
    "DoWhileStatement": _do_while,
    "ForOfStatement": _for_of,
    "ForInStatement": _for_in,
}


def _loop(on: Evaluator, node: Node, scope: Scope, label: str | None = None) -> None:
    """A loop, as a whole left by `break`."""
    loop = Loop(on, node, scope, label)
    on.store.flow.until(lambda: _LOOPS[node.type](loop), scope, ("break", None))


def labeled(on: Evaluator, node: Node, scope: Scope) -> None:
    label, body = node.label.name, node.body

    def run() -> None:
        if body.type in _LOOPS:
            _loop(on, body, scope, label)
        else:
            on.run(body, scope)

    on.store.flow.until(run, scope, ("break", label))


LOOPS: dict[str, Statement] = dict.fromkeys(_LOOPS, _loop)

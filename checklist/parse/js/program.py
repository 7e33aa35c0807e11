"""Statements: the evaluator of whole programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from checklist.model import Location
from checklist.parse.js import methods
from checklist.parse.js import operators as ops
from checklist.parse.js.heap import UNDEFINED, Fn, Thrown, Val, one_of, unknown
from checklist.parse.js.loops import LOOPS, Loops
from checklist.parse.js.names import names
from checklist.parse.js.regions import Env, Left
from checklist.parse.js.state import is_unknown


class Program(Loops):
    """One file's evaluation; what is asked of the world around it is given by javascript.py."""

    method = staticmethod(methods.call)
    has_method = staticmethod(methods.has)

    def __init__(self, global_names: Callable[[str], Val | None]) -> None:
        super().__init__()
        self._globals = global_names

    def place(self, node: Any) -> Location | None:
        return self.places(node)

    def global_name(self, name: str) -> Val:
        found = self._globals(name)
        return unknown(f"{name} is not known here") if found is None else found

    def _s_ExpressionStatement(self, node: Any, env: Env) -> None:
        self.eval(node.expression, env)

    def _s_EmptyStatement(self, node: Any, env: Env) -> None:
        pass

    _s_DebuggerStatement = _s_EmptyStatement

    def _s_FunctionDeclaration(self, node: Any, env: Env) -> None:
        """In a block, outside strict mode, it also sets the function's variable of its name (ECMA-262 §B.3.2)."""
        scope = env
        while scope.outer is not None and not scope.function:
            scope = scope.outer
        if scope is not env and self.strict is not True and node.id.name in scope.names:
            self.assign(scope, node.id.name, unknown("a function in a block may set it"))

    def _s_ClassDeclaration(self, node: Any, env: Env) -> None:
        self.declare(env, node.id.name, self.class_of(node, env))

    def class_of(self, node: Any, env: Env) -> Val:
        """A class, unknown, whose code may run from here on whenever code runs that is not seen."""
        if node.superClass is not None:
            self.eval(node.superClass, env)
        inside = Env(env, function=True)
        if node.id is not None:
            self.declare(inside, node.id.name, unknown("a class is not evaluated"))
        self.declare(inside, "this", unknown("an instance of a class is not evaluated"))
        for member in node.body.body:
            if getattr(member, "computed", False):
                self.eval(member.key, inside)
            if member.type == "MethodDefinition":
                self.spoil(self.function(member.value, inside), "")
                self.hooked = self.hooked or member.kind in ("get", "set")
            elif member.type == "PropertyDefinition" and member.value is not None:
                run = self.placed(lambda args, this, at, value=member.value: self.eval(value, inside))
                self.escaped.append(Val(Fn(run, own=True)))
            elif member.type == "StaticBlock":
                run = self.placed(lambda args, this, at, body=member.body: self._static_block(body, inside))
                self.escaped.append(Val(Fn(run, own=True)))
        self.run_escaped()
        return unknown("a class is not evaluated", self.place(node))

    def _static_block(self, body: list[Any], env: Env) -> Val:
        inner = Env(env, function=True)
        self.hoist_var(body, inner)
        self.run(body, inner)
        return Val(UNDEFINED)

    def _ClassExpression(self, node: Any, env: Env) -> Val:
        return self.class_of(node, env)

    def _s_VariableDeclaration(self, node: Any, env: Env) -> None:
        for declarator in node.declarations:
            if node.kind == "var":
                if declarator.init is not None:
                    self.bind(declarator.id, self.eval(declarator.init, env), env, False)
            else:
                value = (
                    Val(UNDEFINED, self.place(declarator.id))
                    if declarator.init is None
                    else self.eval(declarator.init, env)
                )
                self.bind(declarator.id, value, env, True)
                if node.kind == "const":
                    for name in names(declarator.id):
                        env.names[name].constant = True

    def _s_BlockStatement(self, node: Any, env: Env) -> None:
        self.run(node.body, Env(env))

    def _s_ReturnStatement(self, node: Any, env: Env) -> None:
        raise Left("return", value=Val(UNDEFINED) if node.argument is None else self.eval(node.argument, env))

    def _s_ThrowStatement(self, node: Any, env: Env) -> None:
        self.eval(node.argument, env)
        raise Thrown

    def _s_BreakStatement(self, node: Any, env: Env) -> None:
        raise Left("break", node.label.name if node.label else None)

    def _s_ContinueStatement(self, node: Any, env: Env) -> None:
        raise Left("continue", node.label.name if node.label else None)

    def _s_LabeledStatement(self, node: Any, env: Env) -> None:
        label = node.label.name
        self.ends(
            lambda: self.loop(node.body, env, label) if node.body.type in LOOPS else self.statement(node.body, env),
            env,
            ("break", label),
        )

    def _s_IfStatement(self, node: Any, env: Env) -> None:
        test = self.truth_of(self.eval(node.test, env))
        if test is not None:
            branch = node.consequent if test else node.alternate
            if branch is not None:
                self.statement(branch, env)
            return
        branches = [node.consequent] + ([node.alternate] if node.alternate is not None else [])
        self.after(
            self.maybe(*(lambda b=b: self.statement(b, env) for b in branches)),
            env,
            all_ways=node.alternate is not None,
        )

    def after(self, left: list[Exception | None], env: Env, *, all_ways: bool) -> None:
        """Goes on after stretches of which at most one has run; `all_ways`: one of them is sure to have."""
        returned = [w.value or Val(UNDEFINED) for w in left if isinstance(w, Left) and w.how == "return"]
        gone = [w for w in left if isinstance(w, Left)]
        if all_ways and all(w is not None for w in left):
            if not gone:
                raise Thrown
            if len(returned) == len(gone):
                raise Left("return", value=one_of(returned))
            if not returned and len({(w.how, w.label) for w in gone}) == 1:
                raise gone[0]
        if returned:
            self.returns(returned, env)
        if gone:
            self.enter_region(frozenset((w.how, w.label) for w in gone))  # whatever follows may not run any more

    def _s_SwitchStatement(self, node: Any, env: Env) -> None:
        value = self.eval(node.discriminant, env)
        inner = Env(env)
        bodies = [case.consequent for case in node.cases]
        self.hoist([s for body in bodies for s in body], inner)
        start: int | None = None
        for index, case in enumerate(node.cases):
            if case.test is None:
                continue
            test = self.eval(case.test, env)
            equal = None if is_unknown(value) or is_unknown(test) else ops.strict_equal(value, test)
            if equal is None:
                for later in node.cases[index + 1 :]:
                    if later.test is not None:
                        self._perhaps(lambda later=later: self.eval(later.test, env))
                return self._switch_unknown(bodies, inner, has_default=any(c.test is None for c in node.cases))
            if equal:
                start = index
                break
        else:
            start = next((i for i, c in enumerate(node.cases) if c.test is None), None)
        if start is not None:
            self._cases(bodies[start:], inner)
        return None

    def _switch_unknown(self, bodies: list[Any], env: Env, *, has_default: bool) -> None:
        runs = [lambda i=i: self._cases(bodies[i:], env) for i in range(len(bodies))]
        self.after(self.maybe(*runs), env, all_ways=has_default)

    def _cases(self, bodies: list[Any], env: Env) -> None:
        def run() -> None:
            for statement in (s for body in bodies for s in body):
                self.statement(statement, env)

        self.ends(run, env, ("break", None))

    def _s_TryStatement(self, node: Any, env: Env) -> None:
        if node.handler is None:
            try:
                self.statement(node.block, env)
            except (Left, Thrown):
                self.statement(node.finalizer, env)
                raise
        else:
            catch = Env(env)
            if node.handler.param is not None:
                for name in names(node.handler.param):
                    self.declare(catch, name, unknown("what is caught is not known"))
            # anything in it may throw, so either may have run, and the first in part
            depth = len(self.regions)
            left = self.maybe(lambda: self.statement(node.block, env), lambda: self.statement(node.handler.body, catch))
            if len(self.regions) == depth and all(isinstance(way, Thrown) for way in left):
                raise Thrown
            self.after(left, env, all_ways=False)
        if node.finalizer is not None:
            self.statement(node.finalizer, env)

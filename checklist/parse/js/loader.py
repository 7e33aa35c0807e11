"""A config and the files that it requires, each evaluated once as the kind of module that it is."""

from __future__ import annotations

import posixpath
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from checklist.model import Location, Problem, Unknown, Value
from checklist.parse import json
from checklist.parse.js.evaluator import Evaluator
from checklist.parse.js.exports import link
from checklist.parse.js.expressions import EXPRESSIONS
from checklist.parse.js.flow import Abrupt, Scope
from checklist.parse.js.frozen import freeze, thaw
from checklist.parse.js.functions import hoist_var, run_block
from checklist.parse.js.heap import Obj, Prop, Thrown, Val, unknown
from checklist.parse.js.limits import Budget, TooComplex
from checklist.parse.js.native import Call, function, obj
from checklist.parse.js.realm import Host, Realm
from checklist.parse.js.statements import STATEMENTS
from checklist.parse.js.store import Store
from checklist.parse.js.syntax import BEFORE, parse, places


@dataclass(frozen=True, slots=True)
class Module:
    """What became of a config."""

    value: Value | None
    """`module.exports`, or the named exports of an ES module as an object; None where it does not parse."""
    problem: Problem | None = None
    style: str = "commonjs"
    """`commonjs` or `esm`."""


class Loader:
    """Evaluates a file and those that it requires, each once, in one store with one budget."""

    def __init__(self, host: Host, budget: Budget) -> None:
        self.host, self.store = host, Store(budget)
        self.realm = Realm(self.store, host)
        self.modules: dict[str, Obj] = {}
        """The `module` object of each file that is loaded or being loaded."""
        self.modes: set[bool | None] = set()
        """In which modes files run: strict ones, sloppy ones, and those that change their mind (None)."""

    def config(self, file: str, text: str, *, expression: bool) -> Module:
        tree, style, problem = self._parse(file, text, expression=expression)
        if problem is not None:
            return Module(None, problem)
        if expression:
            self.store.strict = False
            return Module(freeze(self._evaluator(file, text, 1).eval(tree.body[0].expression, Scope(None))))
        try:
            return Module(freeze(self._run(file, text, tree, style)), style=style)
        except Thrown:
            return Module(Value(Unknown("it throws when it is loaded"), Location(file)), style=style)

    def _parse(self, file: str, text: str, *, expression: bool = False) -> tuple[Any, str, Problem | None]:
        if len(text) > self.store.budget.source:
            raise TooComplex
        return parse(file, text, expression=expression)

    def _evaluator(self, file: str, text: str, shift: int) -> Evaluator:
        return Evaluator(self.store, self.realm.globals, places(file, text, shift), EXPRESSIONS, STATEMENTS)

    def _run(self, file: str, text: str, tree: Any, style: str) -> Val:
        """What a module exports."""
        is_esm = style == "esm"
        strict = is_esm or any(node.directive == "use strict" for node in tree.body[:3])
        # one that changes its mind is not followed
        self.modes.add(strict if strict or "use strict" not in text else None)
        self.store.strict = next(iter(self.modes)) if len(self.modes) == 1 else None
        on = self._evaluator(file, text, 0 if is_esm else len(BEFORE))
        exports = Val(Obj(), Location(file))
        module = self.modules[file] = _known_in_part(exports=exports)
        scope, folder, flow = Scope(None, function=True), posixpath.dirname(file), self.store.flow
        depth = flow.depth
        for name, value in (self._meta(file) if is_esm else self._wrapper(file, module, exports)).items():
            self.store.declare(scope, name, value)
        try:
            with suppress(Abrupt):  # `return` at the top of a CommonJS module
                hoist_var(on, tree.body, scope)
                if is_esm:
                    link(on, tree.body, scope, exports, lambda name, at: self._import(folder, name, at))
                else:
                    scope.returned = []
                    run_block(on, tree.body, scope)
        except Thrown:
            if flow.depth == depth:  # else it may have returned before
                raise
        finally:
            flow.leave(depth)
        return module.props["exports"].read()

    def _folder(self, file: str) -> str:
        return posixpath.join(self.host.root, posixpath.dirname(file)).rstrip("/")

    def _meta(self, file: str) -> dict[str, Val]:
        """import.meta of an ES module."""
        path = f"{self.host.root}/{file}"
        names = {"url": f"file://{path}", "dirname": self._folder(file), "filename": path}
        return {"import.meta": Val(_known_in_part(**{name: Val(value) for name, value in names.items()}))}

    def _wrapper(self, file: str, module: Obj, exports: Val) -> dict[str, Val]:
        """What Node's function around a CommonJS module gives it."""
        path = f"{self.host.root}/{file}"
        return {
            "module": Val(module),
            "exports": exports,
            "this": exports,
            "require": self._require(posixpath.dirname(file)),
            "__dirname": Val(self._folder(file)),
            "__filename": Val(path),
        }

    # ---- modules

    def _require(self, folder: str) -> Val:
        def require(c: Call) -> Val:
            name = c.arg(0).data
            found = self._load(folder, name, c.at) if isinstance(name, str) else None
            return c.unknown("which module it is is not known") if found is None else found

        resolve = function(self.store, lambda c: c.unknown("require.resolve reads the disk"))
        return function(self.store, require, obj({"resolve": resolve}))

    def _import(self, folder: str, name: str, at: Location | None) -> Val:
        return unknown("an ES module that is imported", at) if name.startswith(".") else self._load(folder, name, at)

    def _load(self, folder: str, name: str, at: Location | None) -> Val:
        """The module of a name as `folder` sees it (https://nodejs.org/docs/latest-v20.x/api/modules.html)."""
        if name.startswith(self.host.root + "/"):
            folder, name = "", name[len(self.host.root) + 1 :]
        elif not name.startswith(("./", "../")) and name not in (".", ".."):
            return self._package(name, at)
        path = posixpath.normpath(posixpath.join(folder, name))
        if path.startswith(".."):
            return unknown("a module outside the project is not read", at)
        endings = ("", ".js", ".json", "/package.json", "/index.js", "/index.json")
        for candidate in (path + ending for ending in endings):
            if candidate in self.host.files and candidate == f"{path}/package.json":
                return unknown("a folder with its own package.json", at)
            if candidate in self.modules:
                return self.modules[candidate].props["exports"].read()
            if candidate in self.host.files and candidate.endswith((".json", ".js", ".cjs", ".mjs")):
                return self._read(candidate, at)
        return unknown("the module is not here", at)

    def _package(self, name: str, at: Location | None) -> Val:
        found = self.realm.module(name)
        if found is not None:
            return found
        self.realm.open_environment()  # as dotenv's relatives do
        what = f"the module {name[:40]}" if re.fullmatch(r"[@\w./-]+", name) else "a module that"
        return unknown(f"{what} is not evaluated", at)

    def _read(self, file: str, at: Location | None) -> Val:
        text = self.host.files[file]
        if file.endswith(".json"):
            self.store.budget.spend(len(text) // 4)
            parsed = json.parse(file, text)
            if parsed.value is None:
                raise Thrown
            self.modules[file] = obj({"exports": thaw(parsed.value)})
            return self.modules[file].props["exports"].value
        self.store.budget.spend(len(text))
        tree, style, problem = self._parse(file, text)
        if problem is not None:
            raise Thrown
        return unknown("an ES module that is required", at) if style == "esm" else self._run(file, text, tree, style)


def _known_in_part(**members: Val) -> Obj:
    props = {name: Prop(value) for name, value in members.items()}
    return Obj(props, default=lambda key: unknown("what Node knows of a module is not evaluated"))

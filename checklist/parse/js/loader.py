"""A config and the files that it requires, each evaluated once as the kind of module that it is."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from checklist.model import Location, Problem, Unknown, Value
from checklist.parse import env as env_files
from checklist.parse import json
from checklist.parse.js.frozen import freeze, thaw
from checklist.parse.js.heap import Arr, Obj, Prop, Thrown, Val, unknown
from checklist.parse.js.library import Library
from checklist.parse.js.names import names
from checklist.parse.js.native import arg, fn
from checklist.parse.js.program import Program
from checklist.parse.js.regions import Env, Left
from checklist.parse.js.syntax import BEFORE, parse, places
from checklist.secrets import plain_value


@dataclass(frozen=True, slots=True)
class Module:
    """What became of a config."""

    value: Value | None
    """`module.exports`, or the named exports of an ES module as an object; None where it does not parse."""
    problem: Problem | None = None
    style: str = "commonjs"
    """`commonjs` or `esm`."""


class Loader:
    """Evaluates a file and those that it requires, each once, with one budget."""

    def __init__(self, root: str, files: Mapping[str, str], env: Mapping[str, str] | None) -> None:
        self.root, self.files = root, files
        self.exports: dict[str, Val] = {}
        self.environment = Val(
            Obj(
                {k: Prop(Val(v, None, not plain_value(k, v))) for k, v in (env or {}).items()},
                default=(lambda key: unknown(f"process.env.{key} is set outside")) if env is None else None,
                texts=True,
            )
        )
        self.program = Program(self._global)
        self.library = Library(self.program, self.environment, root, self.files, self._env_file)
        self.globals = self.library.globals()

    def config(self, file: str, text: str, *, expression: bool) -> Module:
        tree, style, problem = parse(file, text, expression=expression)
        if problem is not None:
            return Module(None, problem)
        if expression:
            self.program.places = places(file, text, 1)
            self.program.strict = False
            return Module(freeze(self.program.eval(tree.body[0].expression, Env(None))))
        try:
            return Module(freeze(self._run(file, text, tree, style)), style=style)
        except Thrown:
            return Module(Value(Unknown("it throws when it is loaded"), Location(file)), style=style)

    def _global(self, name: str) -> Val | None:
        return self.globals.get(name)

    def _run(self, file: str, text: str, tree: Any, style: str) -> Val:
        program = self.program
        before, program.places = program.places, places(file, text, 0 if style == "esm" else len(BEFORE))
        strict = style == "esm" or any(getattr(node, "directive", None) == "use strict" for node in tree.body[:3])
        # one that changes its mind is not followed
        program.strict = strict if (strict or "use strict" not in text) and program.strict in (None, strict) else ...
        exports = Val(Obj(), Location(file))
        module = Val(
            Obj({"exports": Prop(exports)}, default=lambda key: unknown("what Node knows of a module is not evaluated"))
        )
        self.exports[file] = module
        top = Env(None, function=True)
        regions = len(program.regions)
        here = posixpath.join(self.root, posixpath.dirname(file)).rstrip("/")
        if style == "esm":
            program.declare(
                top,
                "import.meta",
                Val(
                    Obj(
                        {
                            "url": Prop(Val(f"file://{self.root}/{file}")),
                            "dirname": Prop(Val(here)),
                            "filename": Prop(Val(f"{self.root}/{file}")),
                        },
                        default=lambda key: unknown("what Node knows of a module is not evaluated"),
                    )
                ),
            )
        else:
            own = {
                "module": module,
                "exports": exports,
                "this": exports,
                "require": self._require(posixpath.dirname(file)),
                "__dirname": Val(here),
                "__filename": Val(f"{self.root}/{file}"),
            }
            for name, value in (own | {"return": Val(Arr([]))}).items():
                program.declare(top, name, value)
        try:
            program.hoist_var(tree.body, top)
            if style == "esm":
                self._esm(tree.body, top, exports, posixpath.dirname(file))
            else:
                program.run(tree.body, top)
        except Left:
            pass  # `return` at the top of a CommonJS module
        except Thrown:
            if len(program.regions) == regions:  # else it may have returned before
                raise
        finally:
            program.places = before
            del program.regions[regions:]
        return module.data.props["exports"].read() if isinstance(module.data, Obj) else exports

    # ---- modules

    def _require(self, folder: str) -> Val:
        def require(args: list[Val], at: Location | None) -> Val:
            name = arg(args, 0).data
            return (
                self._load(folder, name, at)
                if isinstance(name, str)
                else unknown("which module it is is not known", at)
            )

        return fn(require, resolve=fn(lambda args, at: unknown("require.resolve reads the disk", at)))

    def _load(self, folder: str, name: str, at: Location | None) -> Val:
        """The module of a name as `folder` sees it."""
        if not name.startswith(("./", "../")) and name not in (".", ".."):
            if name.startswith(self.root + "/"):
                folder, name = "", name[len(self.root) + 1 :]
            else:
                found = self.library.module(name)
                if found is None:
                    self._unseen()
                return (
                    unknown(
                        f"the module {name[:40]} is not evaluated"
                        if re.fullmatch(r"[@\w./-]+", name)
                        else "a module that is not evaluated",
                        at,
                    )
                    if found is None
                    else found
                )
        path = posixpath.normpath(posixpath.join(folder, name))
        if path.startswith(".."):
            return unknown("a module outside the project is not read", at)
        for candidate in (
            path,
            f"{path}.js",
            f"{path}.json",
            f"{path}/package.json",
            f"{path}/index.js",
            f"{path}/index.json",
        ):
            if candidate in self.files and candidate == f"{path}/package.json":
                return unknown("a folder with its own package.json", at)
            if candidate in self.exports:
                module = self.exports[candidate].data
                return module.props["exports"].read() if isinstance(module, Obj) else unknown("a cycle", at)
            if candidate in self.files and candidate.endswith((".json", ".js", ".cjs", ".mjs")):
                return self._read(candidate, at)
        return unknown("the module is not here", at)

    def _unseen(self) -> None:
        """A package that is not read may set variables that nothing else has set, as dotenv's relatives do."""
        self.environment.data.default = lambda key: unknown(f"process.env.{key} is set outside")

    def _read(self, file: str, at: Location | None) -> Val:
        text = self.files[file]
        self.program.spend(len(text) if not file.endswith(".json") else len(text) // 4)
        if file.endswith(".json"):
            parsed = json.parse(file, text)
            if parsed.value is None:
                raise Thrown
            self.exports[file] = Val(Obj({"exports": Prop(thaw(parsed.value))}))
            return self.exports[file].data.props["exports"].value  # type: ignore[no-any-return]
        tree, style, problem = parse(file, text)
        if problem is not None:
            raise Thrown
        if style == "esm":
            return unknown("an ES module that is required", at)
        return self._run(file, text, tree, style)

    def _esm(self, body: list[Any], env: Env, exports: Val, folder: str) -> None:
        program = self.program
        program.hoist(body, env)
        live: dict[str, tuple[str, Any]] = {}
        for node in body:
            match node.type:
                case "ImportDeclaration":
                    found = self._import(folder, str(node.source.value), program.place(node))
                    for one in node.specifiers:
                        kind = (
                            "*"
                            if one.type == "ImportNamespaceSpecifier"
                            else "default"
                            if one.type == "ImportDefaultSpecifier"
                            else one.imported.name
                        )
                        program.declare(
                            env,
                            one.local.name,
                            found if kind in ("*", "default") else program.get(found, kind, program.place(one)),
                        )
                case "ExportNamedDeclaration" if node.declaration is not None:
                    program.statement(node.declaration, env)
                    for name in _declared(node.declaration):
                        live[name] = (name, program.place(node))
                case "ExportNamedDeclaration" if node.source is not None:
                    found = self._import(folder, str(node.source.value), program.place(node))
                    for one in node.specifiers:
                        program.put(exports, one.exported.name, program.get(found, one.local.name, program.place(one)))
                case "ExportNamedDeclaration":
                    for one in node.specifiers:
                        live[one.exported.name] = (one.local.name, program.place(one))
                case "ExportDefaultDeclaration":
                    if node.declaration.type in ("FunctionDeclaration", "ClassDeclaration"):
                        value = unknown("a function or class is exported", program.place(node))
                    else:
                        value = program.eval(node.declaration, env)
                    program.put(exports, "default", value, program.place(node))
                case "ExportAllDeclaration":
                    program.spoil(exports, "it exports everything from another module", deep=False)
                case _:
                    program.statement(node, env)
        for exported, (local, at) in live.items():
            binding = env.find(local)
            program.put(
                exports, exported, binding.value if binding and binding.value else unknown("not known here", at), at
            )

    def _import(self, folder: str, name: str, at: Location | None) -> Val:
        if name.startswith("."):
            return unknown("an ES module that is imported", at)
        return self._load(folder, name, at)

    def _env_file(self, path: str) -> Value | None:
        """The parsed env file that dotenv would read: {name: value}; its values stay here."""
        file = posixpath.relpath(path, self.root) if path.startswith("/") else posixpath.normpath(path)
        return env_files.parse(file, self.files[file]).value if file in self.files else None


def _declared(node: Any) -> list[str]:
    return (
        [node.id.name]
        if getattr(node, "id", None) is not None
        else [n for d in getattr(node, "declarations", ()) for n in names(d.id)]
    )

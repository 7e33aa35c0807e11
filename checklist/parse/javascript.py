"""What Node's `require` of a config would give, found without running it.

A value is known, one of a few, or unknown; it is never another one than Node would give. Every value is placed where
a person would edit it: the literal behind a variable, a spread or a helper function.
"""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import esprima

from checklist.model import Location, Problem, Unknown, Value
from checklist.parse import env as env_files
from checklist.parse import json
from checklist.parse.js.functions import names
from checklist.parse.js.heap import Arr, Obj, Prop, Thrown, TooComplex, Val, freeze, thaw, unknown
from checklist.parse.js.library import Library
from checklist.parse.js.native import arg, fn
from checklist.parse.js.program import Program
from checklist.parse.js.state import Env, Left
from checklist.parse.lines import Lines
from checklist.secrets import plain_value

MAX_TEXT = 60_000  # esprima reads a tenth of a megabyte in a second

# Node puts a CommonJS module into a function: it may `return`, and ask for new.target
_BEFORE, _AFTER = "(function () {", "\n})"


@dataclass(frozen=True, slots=True)
class Module:
    """What became of a config."""

    value: Value | None
    """`module.exports`, or the named exports of an ES module as an object; None where it does not parse."""
    problem: Problem | None = None
    style: str = "commonjs"
    """`commonjs` or `esm`."""


def evaluate(
    file: str,
    text: str,
    *,
    root: str = "/project",
    files: Mapping[str, str] | None = None,
    env: Mapping[str, str] | None = None,
    expression: bool = False,
) -> Module:
    """The value of a config.

    `file` is its POSIX path from the project's root, `root` that root's absolute path, `files` the project's texts that
    a local `require` may read; `env` is the whole of process.env (None: any variable may be set outside). With
    `expression` the text is what PM2 makes of a .json file: a JavaScript expression (PM2 7.0.4 lib/Common.js:285).
    """
    try:
        return _Loader(root, files or {}, env).config(file, text, expression=expression)
    except (TooComplex, RecursionError, MemoryError):
        return Module(Value(Unknown("too complex to know"), Location(file)))


class _Loader:
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
        self.places: Callable[[Any], Location | None] = lambda node: None
        self.program = Program(lambda node: self.places(node), self._global)
        self.library = Library(self.program, self.environment, root, self.files, self._env_file)
        self.globals = self.library.globals()

    def config(self, file: str, text: str, *, expression: bool) -> Module:
        tree, style, problem = _parse(file, text, expression=expression)
        if problem is not None:
            return Module(None, problem)
        if expression:
            self.places = _places(file, text, 1)
            self.program.strict = False
            return Module(freeze(self.program.eval(tree.body[0].expression, Env(None))))
        try:
            return Module(freeze(self._run(file, text, tree, style)), style=style)
        except Thrown:
            return Module(Value(Unknown("it throws when it is loaded"), Location(file)), style=style)

    def _global(self, name: str) -> Val | None:
        return self.globals.get(name)

    def _run(self, file: str, text: str, tree: Any, style: str) -> Val:
        before, self.places = self.places, _places(file, text, 0 if style == "esm" else len(_BEFORE))
        program = self.program
        strict = style == "esm" or any(getattr(node, "directive", None) == "use strict" for node in tree.body[:3])
        # one that changes its mind is not followed
        program.strict = strict if (strict or "use strict" not in text) and program.strict in (None, strict) else ...
        exports = Val(Obj(), Location(file))
        module = Val(Obj({"exports": Prop(exports)}, default=lambda key: unknown("what Node knows of a module is not evaluated")))
        self.exports[file] = module
        top = Env(None, function=True)
        regions = len(program.regions)
        here = posixpath.join(self.root, posixpath.dirname(file)).rstrip("/")
        if style == "esm":
            program.declare(top, "import.meta", Val(Obj({"url": Prop(Val(f"file://{self.root}/{file}")), "dirname": Prop(Val(here)), "filename": Prop(Val(f"{self.root}/{file}"))}, default=lambda key: unknown("what Node knows of a module is not evaluated"))))
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
            self.places = before
            del program.regions[regions:]
        return module.data.props["exports"].read() if isinstance(module.data, Obj) else exports

    # ---- modules

    def _require(self, folder: str) -> Val:
        def require(args: list[Val], at: Location | None) -> Val:
            name = arg(args, 0).data
            return self._load(folder, name, at) if isinstance(name, str) else unknown("which module it is is not known", at)

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
                return unknown(f"the module {name[:40]} is not evaluated" if re.fullmatch(r"[@\w./-]+", name) else "a module that is not evaluated", at) if found is None else found
        path = posixpath.normpath(posixpath.join(folder, name))
        if path.startswith(".."):
            return unknown("a module outside the project is not read", at)
        for candidate in (path, f"{path}.js", f"{path}.json", f"{path}/package.json", f"{path}/index.js", f"{path}/index.json"):
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
        tree, style, problem = _parse(file, text)
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
                        kind = "*" if one.type == "ImportNamespaceSpecifier" else "default" if one.type == "ImportDefaultSpecifier" else one.imported.name
                        program.declare(env, one.local.name, found if kind in ("*", "default") else program.get(found, kind, program.place(one)))
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
            program.put(exports, exported, binding.value if binding and binding.value else unknown("not known here", at), at)

    def _import(self, folder: str, name: str, at: Location | None) -> Val:
        if name.startswith("."):
            return unknown("an ES module that is imported", at)
        return self._load(folder, name, at)

    def _env_file(self, path: str) -> Value | None:
        """The parsed env file that dotenv would read: {name: value}; its values stay here."""
        file = posixpath.relpath(path, self.root) if path.startswith("/") else posixpath.normpath(path)
        return env_files.parse(file, self.files[file]).value if file in self.files else None


def _declared(node: Any) -> list[str]:
    return [node.id.name] if getattr(node, "id", None) is not None else [n for d in getattr(node, "declarations", ()) for n in names(d.id)]


# ---- syntax


def _parse(file: str, text: str, *, expression: bool = False) -> tuple[Any, str, Problem | None]:
    """(tree, style, problem)."""
    if len(text) > MAX_TEXT:
        raise TooComplex
    first: tuple[Exception, int] | None = None
    for style, parse in (("commonjs", _script), ("esm", esprima.parseModule)):
        before, source = ("(", f"({text}\n)") if expression else ("", text) if style == "esm" else (_BEFORE, text)
        try:
            return (esprima.parseScript if expression else parse)(source, {"range": True}), style, None
        except Exception as error:  # esprima raises its own Error, and a few of Python's on odd input
            if isinstance(error, RecursionError) or isinstance(error.__context__, RecursionError):
                raise TooComplex from None  # Node can read it: that is no problem of the file
            if first is None or (style == "esm" and re.search(r"^\s*(?:import|export)\b", text, re.MULTILINE)):
                first = error, len(before)
        if expression or not re.search("import|export|await", text):
            break  # it would be parsed to the same end again
    return None, "commonjs", _problem(file, text, *(first or (None, 0)))


def _script(text: str, options: dict[str, bool]) -> Any:
    """The body of the function that Node makes of a CommonJS module."""
    text = f"//{text[2:]}" if text.startswith("#!") else text
    tree = esprima.parseScript(_BEFORE + text + _AFTER, options)
    made = tree.body[0].expression
    if len(tree.body) != 1 or getattr(made, "type", "") != "FunctionExpression":
        return esprima.parseScript(text, options)  # it closes that function itself: say where
    return made.body


def _problem(file: str, text: str, error: Exception | None, shift: int) -> Problem:
    index = getattr(error, "index", None)
    at = Location(file)
    if isinstance(index, int):
        units = _Units(text)
        offset = units.offset(max(min(index - shift, units.length), 0))
        at = Lines(file, text).span(offset, offset)
    return Problem(at, "unexpected end" if at.line and isinstance(index, int) and index - shift >= len(text.rstrip()) else "a syntax error")


class _Units:
    """Offsets in UTF-16 units, as esprima counts, to offsets in code points."""

    def __init__(self, text: str) -> None:
        self.wide = [i for i, c in enumerate(text) if c > "\uffff"]
        self.starts = [i + n for n, i in enumerate(self.wide)]
        self.length = len(text) + len(self.wide)

    def offset(self, units: int) -> int:
        if not self.wide:
            return units
        before = bisect_right(self.starts, units - 1) if units else 0
        return units - before


def _places(file: str, text: str, shift: int) -> Callable[[Any], Location | None]:
    """Node → place. `shift`: how many characters were put before the text."""
    units, lines = _Units(text), Lines(file, text)

    def place(node: Any) -> Location | None:
        start, end = (units.offset(min(max(n - shift, 0), units.length)) for n in node.range)
        return lines.span(start, end)

    return place

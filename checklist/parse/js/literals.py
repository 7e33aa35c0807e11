"""Values as they are written: literals, names, templates, arrays, objects and functions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from checklist.model import Location
from checklist.parse.js import operators as ops
from checklist.parse.js.heap import (
    Arr,
    Fn,
    Obj,
    One,
    Prop,
    Rx,
    Thrown,
    TooComplex,
    Unk,
    Val,
    aliases,
    iterable,
    one_of,
    unknown,
)
from checklist.parse.js.regions import MAX_ITEMS, Env
from checklist.parse.js.state import State, is_unknown


class Literals(State):
    """The evaluator of what is written out; each `_Type` method takes one kind of node of the esprima tree (ESTree)."""

    def place(self, node: Any) -> Location | None:
        raise NotImplementedError

    def function(self, node: Any, env: Env) -> Val:
        raise NotImplementedError

    def bind(self, pattern: Any, value: Val, env: Env, declare: bool) -> None:
        raise NotImplementedError

    def global_name(self, name: str) -> Val:
        raise NotImplementedError

    def reference(self, node: Any, env: Env, *, writes: bool = False) -> tuple[Val, str | None]:
        raise NotImplementedError

    def binary(self, operator: str, left: Val, right: Val, at: Location | None) -> Val:
        raise NotImplementedError

    def eval(self, node: Any, env: Env) -> Val:
        """The value of an expression."""
        self.step()
        handler = getattr(self, f"_{node.type}", None)
        if handler is None:
            raise TooComplex
        found: Val = handler(node, env)
        return found

    def _Literal(self, node: Any, env: Env) -> Val:
        if getattr(node, "regex", None) is not None:
            return Val(Rx(node.regex.pattern, node.regex.flags or ""), self.place(node))
        if getattr(node, "bigint", None) is not None:
            return unknown("a BigInt is not evaluated", self.place(node))
        data = node.value
        return Val(ops.tidy(data) if isinstance(data, float) else data, self.place(node))

    def _Identifier(self, node: Any, env: Env) -> Val:
        binding = env.find(node.name)
        if binding is None:
            return self.global_name(node.name)
        if binding.value is None:
            raise Thrown  # read before its declaration
        return binding.value

    def _ThisExpression(self, node: Any, env: Env) -> Val:
        binding = env.find("this")
        return binding.value if binding and binding.value else unknown("`this` is not known here", self.place(node))

    def _TemplateLiteral(self, node: Any, env: Env) -> Val:
        at = self.place(node)
        told = Val(node.quasis[0].value.cooked, at)
        for expression, quasi in zip(node.expressions, node.quasis[1:], strict=True):
            part = self.eval(expression, env)
            told = self.binary("+", self.binary("+", told, part, at), Val(quasi.value.cooked), at)
        return told

    def _ArrayExpression(self, node: Any, env: Env) -> Val:
        items, more = self.elements(node.elements, env)
        return Val(self.born(Arr(items, more)), self.place(node))

    def elements(self, nodes: list[Any], env: Env) -> tuple[list[Val], bool]:
        """The values of array elements or arguments, spreads opened; and whether there may be others."""
        items: list[Val] = []
        more = False
        for element in nodes:
            if element is None:
                items, more = [], True  # a hole is not told from undefined, and what goes over the array differs
                for later in (e for e in nodes if e is not None):
                    self.eval(later.argument if later.type == "SpreadElement" else later, env)
                break
            if element.type != "SpreadElement":
                items.append(self.eval(element, env))
            else:
                spread = self.eval(element.argument, env)
                match spread.data:
                    case Arr() as array:
                        if len(items) + len(array.items) > MAX_ITEMS:
                            raise TooComplex
                        self.spend(len(array.items))
                        items += array.items
                        more = more or array.more
                    case str() as text:
                        if len(items) + len(text) > MAX_ITEMS:
                            raise TooComplex
                        self.spend(len(text))
                        items += [Val(c, spread.at, spread.secret) for c in text]
                    case _ if not iterable(spread):
                        raise Thrown
                    case _:
                        more = True
                if more:  # what follows stands at a place that is not known
                    rest = [e for e in nodes[nodes.index(element) + 1 :] if e is not None]
                    for later in rest:
                        self.eval(later.argument if later.type == "SpreadElement" else later, env)
                    break
        return items, more

    def _ObjectExpression(self, node: Any, env: Env) -> Val:
        obj = Obj()
        made = Val(self.born(obj), self.place(node))
        for prop in node.properties:
            if prop.type == "SpreadElement":
                self.spread(obj, self.eval(prop.argument, env))
                continue
            key = self.key(prop, env, makes=True)
            key_at = self.place(prop.key)
            if prop.kind != "init":
                value = unknown("a getter is not evaluated", key_at)
                self.spoil(self.function(prop.value, env), "")
                obj.odd = self.hooked = True
            elif prop.method:
                value = self.function(prop.value, env)
            else:
                value = self.eval(prop.value, env)
            if key is None:
                self.blur(obj, "a key that is not known may set it")
            elif key == "__proto__" and not prop.computed and not prop.shorthand:
                self.spoil(made, "its prototype is not followed", deep=False)
            else:
                obj.set(key, Prop(value, key_at))
        return made

    def key(self, node: Any, env: Env, *, makes: bool = False) -> str | None:
        """The name of a property or member, None if it is not known; `makes`: it may be a new one."""
        key = node.key if node.type == "Property" else node.property
        if node.computed:
            told = self.eval(key, env)
            self.weigh(told)
            # as the key of a new property it would be shown
            return None if makes and ops.secret(told) else ops.to_text(told)
        return (
            key.name
            if key.type == "Identifier"
            else ops.to_text(self._Literal(key, env))
            if key.type == "Literal"
            else None
        )

    def spread(self, obj: Obj, source: Val) -> None:
        """{...source} or Object.assign: into an object that is being made."""
        self.weigh(source)
        match source.data:
            case Obj() as other:
                if other.odd:
                    self.spoil(source, "a getter may change it")
                    self.run_escaped()
                for key, prop in other.props.items():
                    old = obj.props.get(key)
                    if prop.maybe and old is not None:
                        obj.set(key, Prop(one_of([old.value, prop.value], prop.value.at), prop.key_at, old.maybe))
                    else:
                        obj.set(key, replace(prop))
                obj.more = obj.more or other.texts
                obj.jumbled = obj.jumbled or other.jumbled
                obj.may = aliases([*obj.may, *other.may])
                if other.more or other.default is not None:
                    missing = obj.props.keys() - other.props.keys()
                    self.blur(obj, other.why, missing)
            case Fn() as fn:
                self.spread(obj, Val(fn.props))
            case Arr() as array:
                for index, item in enumerate(array.items):
                    obj.props[str(index)] = Prop(item)
                if array.more or array.named:
                    obj.more = True
            case str() as text:
                self.spend(len(text))
                for index, char in enumerate(text):
                    obj.props[str(index)] = Prop(Val(char, source.at, source.secret))
            case One(options):
                # each option gives its own object; a key that only some set keeps what was there before
                trials = []
                self.spend(len(options) * len(obj.props))
                for option in options:
                    trial = Obj(dict(obj.props), obj.more, obj.why)
                    self.spread(trial, option)
                    trials.append(trial)
                place = {key: n for n, key in enumerate({k: None for t in trials for k in t.props})}
                for key in place:
                    found = [t.props[key] for t in trials if key in t.props]
                    obj.props[key] = Prop(
                        one_of([p.value for p in found]),
                        found[0].key_at,
                        len(found) < len(trials) or any(p.maybe for p in found),
                    )
                obj.more, obj.may = any(t.more for t in trials), aliases(v for t in trials for v in t.may)
                obj.jumbled = obj.jumbled or any(
                    t.jumbled or list(t.props) != sorted(t.props, key=place.__getitem__) for t in trials
                )
            case Unk(why) as unk:
                self.blur(obj, why)
                obj.may = aliases([*obj.may, *unk.touches()])

    def blur(self, obj: Obj, why: str, keys: set[str] | None = None) -> None:
        """Something unseen may have set more keys, and these again (None: all)."""
        self.spend(len(obj.props))
        for key in obj.props if keys is None else keys:
            old = obj.props[key]
            told = None if old.maybe or is_unknown(old.value) else old.value
            obj.props[key] = replace(old, value=Val(Unk(why, told), old.value.at))
        obj.more, obj.why = True, why

    def _FunctionExpression(self, node: Any, env: Env) -> Val:
        return self.function(node, env)

    _ArrowFunctionExpression = _FunctionExpression

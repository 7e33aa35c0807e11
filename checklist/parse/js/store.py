"""The memory of a program: its variables, and what code that is not seen may do to its objects."""

from __future__ import annotations

from contextlib import suppress

from checklist.model import Location
from checklist.parse.js.flow import Binding, Flow, Scope
from checklist.parse.js.heap import Arr, Fn, Obj, One, Prop, Thrown, Unk, Val, one_of, unknown
from checklist.parse.js.limits import Budget, TooComplex

UNSEEN = "code that is not seen may change it"


class Store:
    """What an evaluation has come to. A write in a region that may not run joins the old value and the new one."""

    def __init__(self, budget: Budget) -> None:
        self.budget, self.flow = budget, Flow()
        self.strict: bool | None = None
        """Whether the code is in strict mode; None if in part."""
        self.accessors = False
        """Whether reading a property may run a function of the program."""
        self._escaped: list[Fn] = []
        """Functions that code which is not seen may call whenever it runs."""
        self._running = False

    def refuse(self) -> None:
        """A write that cannot be: strict mode throws, outside of it it is lost without a word."""
        if self.strict is not False:
            raise Thrown if self.strict else TooComplex

    def weigh(self, *values: Val) -> None:
        """Spends what it costs to go over whole texts, arrays (and arrays in them) and objects."""
        waiting = [value.data for value in values]
        while waiting:
            match waiting.pop():
                case str() as text:
                    self.budget.spend(len(text) // 50)
                case Arr(items):
                    self.budget.spend(len(items))
                    waiting += [item.data for item in items if isinstance(item.data, (str, Arr, One))]
                case Obj(props):
                    self.budget.spend(len(props))
                case One(options):
                    self.budget.spend(len(options))
                    waiting += [option.data for option in options]
                case Unk(_, Val(default)):
                    waiting.append(default)

    # ---- objects

    def made(self, of: Obj | Arr, at: Location | None = None) -> Val:
        """A new object, which knows the region that it was made in."""
        of.region = self.flow.here
        return Val(of, at)

    def array(self, items: list[Val], at: Location | None = None, more: bool = False) -> Val:
        """A new array."""
        return self.made(Arr(items, more), at)

    def is_sure(self, of: Obj | Arr) -> bool:
        """Whether a write to this object is sure to happen if its making was."""
        return of.region == self.flow.here

    def spoil(self, of: Val, why: str, *, deep: bool = True) -> None:
        """Code that is not seen may have changed it: everything in it is unknown from here on."""
        waiting, seen = [of], set()
        while waiting:
            data = waiting.pop().data
            if id(data) in seen:
                continue
            seen.add(id(data))
            self.budget.spend(1 + (len(data.props) if isinstance(data, Obj) else len(self._escaped) // 20))
            match data:
                case Obj(guarded=True) | Unk(shared=True):
                    raise TooComplex
                case One(options):
                    waiting += options
                case Unk() as unk:
                    waiting += unk.touches()
                case Obj(props) as obj:
                    waiting += [*(prop.value for prop in props.values()), *obj.may] if deep else []
                    obj.props = {key: Prop(unknown(why, prop.value.at), prop.key_at) for key, prop in props.items()}
                    obj.more, obj.why = True, why
                case Arr(items) as array:
                    waiting += items if deep else []
                    array.items, array.more = [], True
                case Fn() as fn:
                    waiting.append(Val(fn.props))
                    if deep and fn.user:
                        self.escape(fn)

    def escape(self, fn: Fn) -> None:
        """Code that is not seen may call this function from here on."""
        if not any(known is fn for known in self._escaped):
            self._escaped.append(fn)

    def expose(self, *given: Val, why: str = UNSEEN) -> None:
        """Gives values to code that is not seen, and runs it."""
        for value in given:
            self.spoil(value, why)
        self.run_escaped()

    def run_escaped(self) -> None:
        """Code that is not seen runs: so may every function that it was given."""
        if self._running:
            return
        self._running = True
        unseen = "it is called by code that is not seen"
        try:
            for fn in self._escaped:
                self.budget.spend(4)
                with self.flow.region(widening=True), suppress(Thrown):
                    fn.call([unknown(unseen) for _ in range(4)], unknown(unseen), None)
        finally:
            self._running = False

    # ---- variables

    def declare(self, scope: Scope, name: str, value: Val | None) -> None:
        scope.names[name] = Binding(value, self.flow.here)

    def assign(self, scope: Scope, name: str, value: Val) -> None:
        binding = scope.find(name)
        if binding is None:
            self.refuse()
            *_, top = scope.chain()
            top.names[name] = Binding(value if self.flow.depth == 1 else unknown("it is set under a condition"), 0)
        elif binding.constant is None:
            raise TooComplex
        elif binding.constant or binding.value is None:
            raise Thrown
        elif binding.region == self.flow.here and not self.flow.widening:
            binding.value = value
        else:
            binding.value = self.joined(binding.value, value)

    def joined(self, old: Val, new: Val) -> Val:
        """The value of what may or may not have been written."""
        if self.flow.widening:
            return unknown("it changes in a loop whose end is not known", new.at)
        self.budget.spend(sum(4 * len(value.data.options) for value in (old, new) if isinstance(value.data, One)))
        return one_of([old, new], new.at)

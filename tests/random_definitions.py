"""Random definitions: patterns within patterns, of real functions, with sound flow of data.

What is generated has one meaning: no step reads what a step beside it writes. Everything else that
a definition may say is there: fields not written on every way, defaults, merge rules, steps led to
by name, functions that spoil what they were given.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from hypothesis import strategies as st

from tests.interpreter import ways

Definition = dict[str, Any]  # Any: a definition is data, as a YAML file holds it
Step = dict[str, Any]
T = TypeVar("T")

DEPTH = 4
MOST_STEPS = 60
COLOURS = ("red", "green", "blue")
WORDS = ("true", "none", "1", "x")
TYPES: Mapping[str, Any] = {
    "int": int,
    "bool": bool,
    "colour": Literal["red", "green", "blue"],
    "word": str,
    "ints": list[int],
    "grid": list[list[int]],
    "map": dict[str, int],
}
PLAIN = ("int", "bool", "colour", "word", "ints", "grid")
#: What a merge rule merges.
MERGED = {
    "append": "ints",
    "union": "ints",
    "add": "int",
    "max": "int",
    "min": "int",
    "merge": "map",
}
PATTERNS = ("if", "route", "loop", "parallel", "map", "workflow")
#: What can stand within what; a "dag" is a list whose steps have depends_on.
KINDS = ("function", "dag", *PATTERNS)


class PowerCutError(Exception):
    """A process that ends in the middle of a step."""


class Calls:
    """What was called with what; with a ``fuse``, the call at which the power goes."""

    def __init__(self) -> None:
        self.made: list[tuple[str, str]] = []
        self.fuse: int | None = None
        self._lock = threading.Lock()

    def note(self, name: str, given: Mapping[str, object]) -> None:
        with self._lock:
            if self.fuse is not None:
                self.fuse -= 1
                if self.fuse == 0:
                    raise PowerCutError
            self.made.append((name, repr(sorted((key, _told(x)) for key, x in given.items()))))


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field as a step sees it. ``certain``: it has a value on every way that leads here."""

    kind: str
    certain: bool = True
    readable: bool = True
    writable: bool = True
    merge: str | None = None

    @property
    def exact(self) -> bool:
        """Is its order known, whatever ran at once?"""
        return self.merge not in {"append", "union"}


def _told(value: object) -> str:
    """A value as text; a mapping that was merged at once has its keys in any order."""
    return repr(sorted(value.items()) if isinstance(value, dict) else value)


Known = dict[str, Field]


@dataclass(frozen=True, kw_only=True)
class Example:
    """A definition with what to start it with."""

    definition: Definition
    inputs: dict[str, Any]
    calls: Calls

    def __repr__(self) -> str:
        return f"Example({self.definition!r}, {self.inputs!r})"


def weigh(value: object, *, ordered: bool) -> int:
    """A number that follows from a value, however deep, and from its order if that is known."""
    if isinstance(value, list | tuple):
        inner = [weigh(each, ordered=True) for each in value]
        return sum((n if ordered else 0) * 7 + x + 1 for n, x in enumerate(inner))
    if isinstance(value, dict):
        return sum(weigh(each, ordered=True) + len(key) for key, each in value.items())
    if isinstance(value, str):
        return sum(map(ord, value))
    return 5 if value is None else int(value)  # type: ignore[call-overload]  # bool and int


def _spoil(value: object) -> None:
    for each in value if isinstance(value, list) else ():
        _spoil(each)
    if isinstance(value, list):
        value.append(99)


def make_value(kind: str, seed: int, name: str) -> Any:
    """A value of that kind, by a number."""
    made: Mapping[str, Any] = {
        "int": seed % 7,
        "bool": seed % 3 == 0,
        "colour": COLOURS[seed % 3],
        "word": WORDS[seed % 4],
        "ints": [(seed + n) % 5 for n in range(seed % 4)],
        "grid": [[(seed + n) % 3] * (n % 3) for n in range(seed % 4)],
        "map": {name: seed % 9},
    }
    return made[kind]


def make_function(
    name: str,
    reads: Mapping[str, Field],
    result: Callable[[int, Mapping[str, Any]], Any],
    returns: object,
    calls: Calls,
    *,
    form: str,
    salt: int,
    is_async: bool,
) -> Callable[..., Any]:
    """A function of these fields that notes its call and spoils the lists that it is given."""

    def work(given: Mapping[str, Any]) -> Any:
        seen = {
            each: deepcopy(given[each]) if spec.exact else sorted(given[each] or ())
            for each, spec in reads.items()
        }
        calls.note(name, seen)
        seed = salt + sum(
            (n + 1) * weigh(x, ordered=reads[each].exact)
            for n, (each, x) in enumerate(seen.items())
        )
        for each in given.values() if form == "names" else ():
            _spoil(each)
        return result(seed, seen)

    def plain(**given: Any) -> Any:
        if form == "state":
            return work({each: getattr(given["state"], each) for each in reads})
        return work({each: given["data"][each] for each in reads} if form == "data" else given)

    async def waiting(**given: Any) -> Any:
        return plain(**given)

    made: Any = waiting if is_async else plain
    annotation: Any = {"state": inspect.Parameter.empty, "data": dict[str, Any]}
    names = list(reads) if form == "names" else [form]
    parameters = [
        inspect.Parameter(
            each,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=annotation.get(each, Any) if form != "names" else Any,
        )
        for each in names
    ]
    made.__signature__ = inspect.Signature(parameters, return_annotation=returns)
    hints = {each.name: each.annotation for each in parameters if form == "data"}
    made.__annotations__ = {**hints, "return": returns}
    made.__name__ = made.__qualname__ = name
    return made  # type: ignore[no-any-return]  # a function made at run time


class Writer:
    """Writes one definition; every choice is Hypothesis's own, so that it can be shrunk."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any], calls: Calls) -> None:
        self._draw = draw
        self._calls = calls
        self._left = 42
        self._count = 0
        #: The fields that the scopes now written declare, and whether under 'state'.
        self._declared: list[tuple[bool, dict[str, Any]]] = []

    # Choices

    def number(self, most: int) -> int:
        return int(self._draw(st.integers(0, most)))

    def chance(self, tenths: int) -> bool:
        return self.number(9) >= 10 - tenths

    def pick(self, of: list[T] | tuple[T, ...]) -> T:
        return of[self.number(len(of) - 1)]

    def name(self, stem: str) -> str:
        self._count += 1
        return f"{stem}{self._count}"

    # Lists of steps

    def workflow(self, known: Known, depth: int, times: int) -> tuple[Definition, Known]:
        """A definition whose inputs are ``known``, and what is known at its end."""
        self._declared.append((True, {}))
        fields = dict(known)
        for rule in [each for each in MERGED if self.chance(2)]:
            fields |= self.merged(rule)
        unordered = self.chance(1)
        make = self.ordered if unordered else self.row
        steps, after = make(fields, depth, times, size=2 + self.number(3))
        return {
            "workflow_definition": {
                "name": self.name("w"),
                "version": "1",
                "owner": "tests",
                "orchestration_pattern": "dag" if unordered else "sequential",
            },
            "inputs": {name: self.declared(spec) for name, spec in known.items()},
            "state": self._declared.pop()[1],
            "workflow_steps": steps,
        }, after

    def declared(self, spec: Field) -> Any:
        if spec.certain:
            return TYPES[spec.kind]
        return {"type": TYPES[spec.kind], "default": make_value(spec.kind, self.number(9), "k")}

    def merged(self, rule: str) -> Known:
        """A new field that merges, declared in the scope that is now written."""
        kind, name = MERGED[rule], self.name("m")
        spec: dict[str, Any] = {"type": TYPES[kind], "merge": rule}
        if self.chance(4):
            spec["default"] = make_value(kind, 2 + self.number(9), "k")
        self._declared[-1][1][name] = spec
        certain = "default" in spec or rule not in {"max", "min"}
        return {name: Field(kind=kind, certain=certain, merge=rule)}

    def block(self, known: Known, depth: int, times: int) -> tuple[Any, Known]:
        """Some steps: a list of them, or a single one without a list."""
        size = 1 if self._left < 8 else 1 + self.number(2)
        if size > 1 and depth > 0 and self.chance(3):
            return self.ordered(known, depth, times, size=size)
        steps, after = self.row(known, depth, times, size=size)
        return (steps[0] if len(steps) == 1 and self.chance(5) else steps), after

    def row(self, known: Known, depth: int, times: int, *, size: int) -> tuple[list[Step], Known]:
        """Steps one after another, and among them those that are only led to."""
        steps: list[Step] = []
        led: list[Step] = []
        for _ in range(size):
            step, known = self.step(known, depth, times, led)
            steps.append(step)
        for each in led:
            steps.insert(self.number(len(steps)), each)
        return steps, known

    def ordered(
        self, known: Known, depth: int, times: int, *, size: int
    ) -> tuple[list[Step], Known]:
        """Steps that run as soon as what they depend on has ended."""
        fates = self.fates(known, size)
        steps: list[Step] = []
        led: list[Step] = []
        ends: list[Known] = []
        before: list[set[int]] = []
        for position in range(size):
            needs = {n for n in range(position) if self.chance(5)}
            before.append(needs.union(*(before[n] for n in needs)))
            mine = self.share(known, fates, position)
            for n in sorted(before[-1]):
                for name, spec in ends[n].items():
                    if name not in known or fates.get(name) == n:
                        mine[name] = replace(spec, writable=False)
            step, after = self.step(mine, depth - 1, times, led)
            if needs or self.chance(3) or position == size - 1:
                step["depends_on"] = [steps[n]["step"] for n in sorted(needs)]
            steps.append(step)
            ends.append(after)
        listed = steps[::-1] if self.chance(3) else list(steps)
        for each in led:
            listed.insert(self.number(len(listed)), each)
        return listed, self.together(known, fates, ends)

    def fates(self, known: Known, size: int) -> dict[str, int]:
        """Which fields one of several branches has to itself; of the rest, each may read plain
        ones and add to those that merge."""
        writable = [name for name, spec in known.items() if spec.writable and spec.readable]
        return {name: self.number(size - 1) for name in writable if self.chance(3)}

    def share(self, known: Known, fates: Mapping[str, int], position: int) -> Known:
        """The fields that one of several branches may use."""
        found: Known = {}
        for name, spec in known.items():
            if fates.get(name, position) != position:
                continue
            if name in fates:
                found[name] = spec
            elif spec.merge is not None and spec.writable:
                found[name] = replace(spec, readable=False)
            else:
                found[name] = replace(spec, writable=False)
        return found

    def together(self, known: Known, fates: Mapping[str, int], ends: list[Known]) -> Known:
        """What is known once every branch has ended."""
        found = dict(known)
        for position, end in enumerate(ends):
            for name, spec in end.items():
                if name not in known:
                    found[name] = replace(spec, writable=spec.kind != "other")
                elif fates.get(name) == position or (spec.certain and not found[name].certain):
                    found[name] = replace(found[name], certain=spec.certain)
        return found

    # Steps

    def step(self, known: Known, depth: int, times: int, led: list[Step]) -> tuple[Step, Known]:
        if depth <= 0 or self._left <= 4 or not self.chance(7 + (depth > 2)):
            return self.function(known)
        self._left -= 1
        kind = self.pick(PATTERNS)
        match kind:
            case "if" | "route":
                return self.branch(kind, known, depth, times, led)
            case "loop":
                return self.loop(known, depth, times)
            case "parallel":
                return self.parallel(known, depth, times)
            case "map":
                return self.map(known, depth, times)
            case _:
                return self.nested(known, depth, times)

    def function(
        self, known: Known, *, into: Mapping[str, str] | None = None, adds: str | None = None
    ) -> tuple[Step, Known]:
        """A step with a function of some fields; ``into`` are new fields that it must write, and
        ``adds`` names one that is there already."""
        self._left -= 1
        name = self.name("s")
        readable = [each for each, spec in known.items() if spec.readable]
        reads = {each: known[each] for each in dict.fromkeys(self.picks(readable, 3))}
        form = self.pick(("names", "names", "names", "state", "data"))
        step: Step = {"step": name}
        if adds is None:
            targets, returns = self.targets(name, known, into)
        else:
            targets, returns = {adds: known[adds]}, TYPES[known[adds].kind]
        if form == "state" or (form == "data" and self.chance(5)):
            step["reads"] = list(reads)
        if returns is dict:
            step["writes"] = {each: self.spec(each, spec) for each, spec in targets.items()}
        elif list(targets) != [name]:
            alone = next(iter(targets), None)
            if alone is not None:
                spec = self.spec(alone, targets[alone])
                step["writes"] = alone if spec is None else {alone: spec}
        step["function"] = make_function(
            name,
            reads,
            _result(name, targets, whole=returns is dict),
            returns,
            self._calls,
            form=form if reads else "names",
            salt=self.number(9),
            is_async=self.chance(2),
        )
        if not reads:
            step.pop("reads", None)
        return step, {
            **known,
            **{each: replace(spec, certain=True) for each, spec in targets.items()},
        }

    def spec(self, name: str, spec: Field) -> Any:
        """What a step's 'writes' say of a field."""
        in_state, declared = self._declared[-1]
        if name not in declared:
            return TYPES[spec.kind]
        return None if in_state else declared[name]

    def picks(self, of: list[T], most: int) -> list[T]:
        return [self.pick(of) for _ in range(self.number(most))] if of else []

    def targets(
        self, name: str, known: Known, into: Mapping[str, str] | None
    ) -> tuple[dict[str, Field], Any]:
        """The fields that a function writes, and what it is annotated to give back."""
        if into is not None:
            found = {each: Field(kind=kind) for each, kind in into.items()}
            return found, TYPES[next(iter(into.values()))]
        old = {each: spec for each, spec in known.items() if spec.writable}
        choice = self.number(9)
        if choice >= 6 and old:
            merging = {each: spec for each, spec in old.items() if spec.merge}
            one = self.pick(list(merging if merging and choice > 7 else old))
            return {one: old[one]}, TYPES[old[one].kind]
        if choice == 5:
            return {}, None
        kind = self.pick(PLAIN)
        if choice == 4:
            pair = {self.name("f"): Field(kind=kind), self.name("f"): Field(kind="int")}
            return pair, dict
        return {name: Field(kind=kind)}, TYPES[kind]

    def branch(
        self, kind: str, known: Known, depth: int, times: int, led: list[Step]
    ) -> tuple[Step, Known]:
        """An if or a route: its ways written in place, or steps of the same list by name."""
        on = self.condition(known) if kind == "if" else self.switch(known)
        if on is None:
            return self.function(known)
        name = self.name("b")
        shared = self.name("f") if self.chance(3) else None
        kind_of = self.pick(PLAIN)
        ends: list[Known] = []

        def way() -> Any:
            if self.chance(3):
                target, after = self.step(known, depth - 1, times, led)
                led.append(target)
                ends.append(after)
                return target["step"] if self.chance(7) else [target["step"]]
            made, after = self.block(known, depth - 1, times)
            if shared is not None:
                last, after = self.function(after, into={shared: kind_of})
                made = followed(made, last)
            ends.append(after)
            return made

        if kind == "if":
            step = {"step": name, "if": on[0], "then": way()}
            if self.chance(5):
                step["else"] = way()
            else:
                ends.append(known)
            return step, _either(known, ends)
        cases: dict[Any, Any] = {}
        for value in on[1]:
            again = [each for each in cases.values() if _is_name(each)]
            cases[value] = again[0] if again and self.chance(4) else way()
        named = [each for each in cases.values() if _is_name(each)]
        fallback = self.pick(("on", "way", "same"))
        if fallback == "way":
            last: Any = way()
        else:
            last = named[0] if fallback == "same" and named else None
            ends += [known] if last is None else []
        step = {"step": name, "route": {"on": on[0], "cases": cases, "fallback": last}}
        return step, _either(known, ends)

    def loop(self, known: Known, depth: int, times: int) -> tuple[Step, Known]:
        most = 1 + self.number(3 if times < 6 else 1)
        name = self.name("l")
        bare = depth > 1 and self.chance(4)
        if bare:  # a body that can be gone through without doing anything
            body: Any = []
            step, after = self.branch("if", known, depth - 1, times * most, body)
            body.append(step)
        else:
            body, after = self.block(known, depth - 1, times * most)
        loop: dict[str, Any] = {"steps": body, "max_iterations": most}
        sums = [
            each
            for each, spec in after.items()
            if spec.merge == "add" and spec.readable and spec.writable
        ]
        until = None
        if sums and self.chance(6):
            total = self.pick(sums)
            step, after = self.function(after, adds=total)
            loop["steps"] = followed(body, step)
            until = f"{total} >= {2 + self.number(9)}"
        elif self.chance(2 if bare else 5):
            counter = self.name("n")
            loop["steps"] = followed(body, self.counting(counter))
            after = {**after, counter: Field(kind="int")}
            until = f"{counter} >= {1 + self.number(3)}"
        elif self.chance(8):
            found = self.condition(after)
            until = None if found is None else found[0]
        if until is not None:
            loop["until"] = until
        return {"step": name, "loop": loop}, after

    def counting(self, counter: str) -> Step:
        """A step that counts its runs in a field."""
        self._left -= 1
        name = self.name("s")
        function = make_function(
            name,
            {counter: Field(kind="int")},
            lambda _, seen: (seen[counter] or 0) + 1,
            int,
            self._calls,
            form="names",
            salt=0,
            is_async=False,
        )
        return {"step": name, "function": function, "writes": {counter: int}}

    def parallel(self, known: Known, depth: int, times: int) -> tuple[Step, Known]:
        name, size = self.name("p"), 2 + (self._left > 10 and self.number(1))
        fates = self.fates(known, size)
        made, ends = [], []
        for position in range(size):
            block, after = self.block(self.share(known, fates, position), depth - 1, times)
            made.append(block)
            ends.append(after)
        named = {self.name("way"): each for each in made}
        return {"step": name, "parallel": named if self.chance(4) else made}, self.together(
            known, fates, ends
        )

    def map(self, known: Known, depth: int, times: int) -> tuple[Step, Known]:
        """The same steps for every item, in a scope of their own."""
        lists = [
            name
            for name, spec in known.items()
            if spec.kind in {"ints", "grid"} and spec.readable and spec.exact
        ]
        if not lists or times > 30:
            return self.function(known)
        name, over = self.name("e"), self.pick(lists)
        item = self.pick(("item", "item", self.name("x")))
        inner = {each: replace(spec, writable=False) for each, spec in known.items()}
        kind = "int" if known[over].kind == "ints" else "ints"
        inner[item] = Field(kind=kind, writable=False)
        self._declared.append((False, {}))
        extra = self.merged(self.pick(tuple(MERGED))) if self.chance(3) else {}
        body, after = self.block({**inner, **extra}, depth - 1, times * 2)
        if extra:
            body, after = self.ending(body, after, next(iter(extra)))
        given: dict[str, Any] = {"over": over, "steps": body}
        if item != "item" or self.chance(5):
            given["as"] = item
        own = [each for each in after if each not in inner and after[each].exact]
        if own and self.chance(6):
            result = given["collect"] = self.pick(own)
        else:
            again = [x for x in own if after[x].kind in PLAIN and after[x].merge is None]
            if again and self.chance(4):
                result = self.pick(again)
                step, after = self.function(after, adds=result)
            else:
                result = self.name("f")
                step, after = self.function(after, into={result: self.pick(PLAIN)})
            given["steps"] = followed(body, step)
            if _has_order(body) or self.chance(3):
                given["collect"] = result
        self._declared.pop()
        lists = {"int": "ints", "ints": "grid"}
        kind = lists.get(after[result].kind, "other") if after[result].certain else "other"
        made = Field(kind=kind, writable=kind != "other")
        return {"step": name, "map": given}, {**known, name: made}

    def ending(self, body: Any, after: Known, name: str) -> tuple[Any, Known]:
        """A map's steps and, perhaps only for some items, one that adds to the field ``name``."""
        last, known = self.function({**after, name: replace(after[name], certain=True)}, adds=name)
        test = self.condition(after) if self.chance(5) else None
        if test is None:
            return followed(body, last), known
        branch = {"step": self.name("b"), "if": test[0], "then": last}
        return followed(body, branch), after

    def nested(self, known: Known, depth: int, times: int) -> tuple[Step, Known]:
        """Another workflow, in a state of its own: its fields from ours, and ours from its."""
        name = self.name("u")
        usable = [
            each
            for each, spec in known.items()
            if spec.readable and spec.exact and spec.kind != "other"
        ]
        taken = list(dict.fromkeys(self.picks(usable, 3)))
        inputs: Known = {}
        mapping: dict[str, str] = {}
        for each in taken:
            inner = each if self.chance(3) else self.name("i")
            if inner in inputs:
                continue
            inputs[inner] = Field(kind=known[each].kind, certain=known[each].certain)
            if inner != each:
                mapping[inner] = each
        definition, after = self.workflow(inputs, depth - 1, times)
        given = {each: replace(spec, certain=True) for each, spec in inputs.items()}
        after = {**after, **{n: s for n, s in given.items() if n in after}}
        exact = [each for each, s in after.items() if s.exact and s.kind != "other"]
        chosen = dict.fromkeys(self.picks(exact, 2))
        if not chosen:
            step, _ = self.function(after, into={self.name("f"): "int"})
            ordered = definition["workflow_definition"]["orchestration_pattern"] == "dag"
            steps = definition["workflow_steps"]
            definition["workflow_steps"] = followed(steps, step, ordered=ordered)
            chosen, after = {_fields(step)[0]: None}, {**after, _fields(step)[0]: Field(kind="int")}
        outputs = {self.name("o"): each for each in chosen}
        step = {"step": name, "workflow": definition, "outputs": outputs}
        if mapping:
            step["inputs"] = mapping
        if self.chance(3):
            definition["outputs"] = {f"{each}_out": each for each in chosen}
            step["outputs"] = {ours: f"{each}_out" for ours, each in outputs.items()}
        made = {ours: replace(after[each], merge=None) for ours, each in outputs.items()}
        return step, {**known, **made}

    # Expressions

    def condition(self, known: Known) -> tuple[str, tuple[Any, ...]] | None:
        """A condition on what is known; what may be absent is asked for first."""
        usable = [
            each
            for each, spec in known.items()
            if spec.readable and spec.kind in {"int", "bool", "colour", "word"}
        ]
        merged = [each for each in usable if known[each].merge]
        usable = merged if merged and self.chance(3) else usable
        if not usable:
            return None
        # Of one field, two tests might contradict each other, and that is refused.
        some = dict.fromkeys(self.pick(usable) for _ in range(1 + self.number(1)))
        parts = [self.atom(each, known) for each in some]
        text = f" {self.pick(('and', 'or'))} ".join(parts)
        return (f"not ({text})" if self.chance(2) else text), ()

    def atom(self, name: str, known: Known) -> str:
        spec = known[name]
        if not spec.certain and self.chance(4):
            return f"{name} is {self.pick(('', 'not '))}None"
        match spec.kind:
            case "int":
                test = f"{name} {self.pick(('>', '<=', '==', '!='))} {self.number(6)}"
            case "bool":
                test = self.pick((name, f"not {name}"))
            case "colour":
                test = self.pick((f"{name} == 'red'", f"{name} in ('red', 'blue')"))
            case _:
                test = self.pick((f"{name} != 'x'", name))
        return test if spec.certain else f"({name} is not None and {test})"

    def switch(self, known: Known) -> tuple[str, tuple[Any, ...]] | None:
        """What a route may be on, and its cases."""
        usable = [
            each
            for each, spec in known.items()
            if spec.readable and spec.kind in {"int", "bool", "colour", "word"}
        ]
        if not usable:
            return None
        if self.chance(2):
            found = self.condition(known)
            assert found is not None
            return (found[0], (True, False)) if " " in found[0] else None
        name = self.pick(usable)
        values: dict[str, tuple[Any, ...]] = {
            "int": (0, 1, 2, 3),
            "bool": (True, False),
            "colour": COLOURS,
            "word": WORDS,
        }
        cases = [each for each in values[known[name].kind] if self.chance(7)]
        return name, tuple(cases) or values[known[name].kind][:1]


def _result(
    name: str, targets: Mapping[str, Field], *, whole: bool
) -> Callable[[int, Mapping[str, Any]], Any]:
    """What a function gives: one field's value, a mapping of several, or nothing."""

    def value(field_name: str, seed: int) -> Any:
        return make_value(targets[field_name].kind, seed, name)

    def result(seed: int, _: Mapping[str, Any]) -> Any:
        if whole:
            return {each: value(each, seed + n) for n, each in enumerate(targets)}
        return value(next(iter(targets)), seed) if targets else None

    return result


def _either(known: Known, ends: list[Known]) -> Known:
    """What is known where ways meet."""
    found: Known = {}
    for end in ends:
        for name, spec in end.items():
            certain = all(name in each and each[name].certain for each in ends)
            readable = known[name].readable if name in known else spec.readable
            found[name] = replace(spec, certain=certain, readable=readable)
    return found


def _is_name(way: Any) -> bool:
    return isinstance(way, str) or (isinstance(way, list) and isinstance(way[0], str))


def _steps(block: Any) -> list[Step]:
    listed = block if isinstance(block, list | tuple) else [block]
    return [each for each in listed if isinstance(each, dict)]


def _has_order(block: Any) -> bool:
    return any("depends_on" in each for each in _steps(block))


def followed(block: Any, step: Step, *, ordered: bool = False) -> list[Step]:
    """The steps and then one more, whatever orders them."""
    steps = _steps(block)
    if ordered or _has_order(steps):
        led = {name for each in steps for way in ways(each) for name in _names(way)}
        step["depends_on"] = [each["step"] for each in steps if each["step"] not in led]
    return [*steps, step]


def _names(way: Any) -> list[str]:
    listed = way if isinstance(way, list) else [way]
    return [each for each in listed if isinstance(each, str)]


def _fields(step: Step) -> list[str]:
    writes = step.get("writes", step["step"])
    return [writes] if isinstance(writes, str) else list(writes)


@st.composite
def examples(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Example:
    """Definitions with functions in them, and inputs."""
    calls = Calls()
    known = {each: Field(kind=each.removeprefix("in_")) for each in (f"in_{k}" for k in PLAIN)}
    writer = Writer(draw, calls)
    definition, _ = writer.workflow(known, DEPTH, 1)
    inputs = {name: make_value(spec.kind, writer.number(20), "k") for name, spec in known.items()}
    return Example(definition=definition, inputs=inputs, calls=calls)


def within(step: Step) -> Iterator[Any]:
    """Every block right within a step."""
    yield from ways(step)
    if "map" in step:
        yield step["map"]["steps"]
    if "workflow" in step:
        yield step["workflow"]["workflow_steps"]


def kind_of(step: Step) -> str:
    return next(kind for kind in KINDS if kind in step)


def pairs(block: Any, outer: str = "workflow") -> Iterator[tuple[str, str]]:
    """What stands within what."""
    if _has_order(block):
        yield outer, "dag"
        outer = "dag"
    for step in _steps(block):
        yield outer, kind_of(step)
        for inner in within(step):
            yield from pairs(inner, kind_of(step))


def count_steps(block: Any) -> int:
    """How many steps there are, however deep."""
    return sum(1 + sum(count_steps(each) for each in within(step)) for step in _steps(block))


def depth_of(block: Any) -> int:
    """How many patterns stand within each other."""
    deep = [
        (kind_of(step) != "function") + max((depth_of(each) for each in within(step)), default=0)
        for step in _steps(block)
    ]
    return _has_order(block) + max(deep, default=0)

"""What a definition means, as plain Python has it: one recursive walk over the data itself.

It shares nothing with what it is held against. Conditions are Python's own, and what runs at once
here runs one after another, each branch on a copy of the state as it was where the ways parted.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

Definition = Mapping[str, Any]  # Any: a definition is data, as a YAML file holds it
Step = Mapping[str, Any]
Values = dict[str, Any]

MERGES: Mapping[str, Callable[[Any, Any], Any]] = {
    "append": lambda present, more: [*present, *more],
    "union": lambda present, more: [*present, *(x for x in more if x not in present)],
    "merge": lambda present, more: {**present, **more},
    "add": lambda present, more: present + more,
    "max": max,
    "min": min,
}
BEGINNINGS: Mapping[str, Any] = {"append": [], "union": [], "merge": {}, "add": 0}


@dataclass(kw_only=True)
class Trace:
    """What was done: the names of the steps in order, and which way each branch took."""

    history: list[str] = field(default_factory=list)
    decisions: list[tuple[str, str]] = field(default_factory=list)


@dataclass(kw_only=True)
class Scope:
    """The fields as one line of steps sees them, and what it has written to them."""

    specs: Mapping[str, Any]
    trace: Trace
    values: Values = field(default_factory=dict)
    outer: Scope | None = None
    written: list[tuple[str, Any]] = field(default_factory=list)

    def read(self, name: str) -> Any:
        if name in self.values:
            return deepcopy(self.values[name])
        if self.outer is not None and name not in self.specs:
            return self.outer.read(name)
        return self._beginning(name)

    def known(self, name: str) -> bool:
        """Is there anything to read?"""
        return name in self.values or self._beginning(name) is not None

    def write(self, name: str, value: Any) -> None:
        self.written.append((name, value))
        spec = self.specs.get(name)
        merge = spec.get("merge") if isinstance(spec, Mapping) else None
        present = self.read(name)
        known = merge is not None and present is not None
        self.values[name] = MERGES[merge](present, value) if known else value

    def fork(self) -> Scope:
        values = deepcopy(self.values)
        return Scope(specs=self.specs, trace=self.trace, values=values, outer=self.outer)

    def join(self, branches: Iterable[Scope]) -> None:
        for branch in branches:
            for name, value in branch.written:
                self.write(name, value)

    def evaluate(self, text: str) -> Any:
        """A field's own value, or whether the condition holds."""
        if text.isidentifier():
            return self.read(text)
        found = eval(text, {"__builtins__": {}}, _Names(self))
        return found if text.replace(".", "").isidentifier() else bool(found)

    def _beginning(self, name: str) -> Any:
        spec = self.specs.get(name)
        if not isinstance(spec, Mapping):
            return None
        return deepcopy(spec.get("default", BEGINNINGS.get(spec.get("merge", ""))))


class _Names(dict[str, Any]):
    """The fields as names to Python's eval; the keys of mappings as attributes."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self._scope = scope

    def __missing__(self, name: str) -> Any:
        value = self._scope.read(name)
        return _Keys(**value) if isinstance(value, dict) else value


class _Keys(SimpleNamespace):
    def __getattr__(self, name: str) -> None:
        return None


def interpret(
    definition: Definition, inputs: Mapping[str, Any], before: Mapping[str, Any] | None = None
) -> Scope:
    """The state at the end of a run with these inputs, and its trace; ``before`` is the state of
    a thread that had runs before."""
    steps = definition["workflow_steps"]
    specs = {**definition.get("inputs", {}), **definition.get("state", {})}
    scope = Scope(specs=_specs(steps, specs), trace=Trace(), values=dict(before or {}))
    for name, spec in definition.get("inputs", {}).items():
        has_default = isinstance(spec, Mapping) and "default" in spec
        scope.values[name] = inputs.get(name, spec["default"]) if has_default else inputs[name]
    pattern = definition["workflow_definition"].get("orchestration_pattern")
    _list(steps, scope, unordered=pattern in {"concurrent", "dag"})
    return scope


def _specs(steps: Any, specs: Mapping[str, Any]) -> dict[str, Any]:
    """Every field of a scope with what is said of it; a map's steps have a scope of their own."""
    found = dict(specs)
    for step in _steps(steps):
        writes = step.get("writes")
        for name, spec in (writes if isinstance(writes, Mapping) else {}).items():
            found.setdefault(name, spec)
        for inner in ways(step):
            found = _specs(inner, found)
    return found


def _steps(block: Any) -> list[Step]:
    listed = block if isinstance(block, list | tuple) else [block]
    return [each for each in listed if isinstance(each, Mapping)]


def ways(step: Step) -> Iterator[Any]:
    """The blocks within a step that share its scope."""
    yield from (step[key] for key in ("then", "else") if key in step)
    if "route" in step:
        yield from step["route"]["cases"].values()
        if step["route"]["fallback"] is not None:
            yield step["route"]["fallback"]
    if "loop" in step:
        yield step["loop"]["steps"]
    yield from branches(step).values()


def branches(step: Step) -> Mapping[str, Any]:
    """The branches of a parallel step by name."""
    given = step.get("parallel", {})
    return given if isinstance(given, Mapping) else {str(n): each for n, each in enumerate(given)}


def _list(steps: Any, scope: Scope, *, unordered: bool = False) -> None:
    siblings = {each["step"]: each for each in _steps(steps)}
    led = {name for each in siblings.values() for way in ways(each) for name in _named(way)}
    flowing = [each for name, each in siblings.items() if name not in led]
    if unordered or any("depends_on" in each for each in flowing):
        _ordered(flowing, scope, siblings)
        return
    for each in flowing:
        _step(each, scope, siblings)


def _named(way: Any) -> list[str]:
    listed = way if isinstance(way, list | tuple) else [way]
    return [each for each in listed if isinstance(each, str)]


def _block(block: Any, scope: Scope, siblings: Mapping[str, Step]) -> None:
    if _named(block):
        _step(siblings[_named(block)[0]], scope, siblings)
    else:
        _list(block, scope)


def _ordered(steps: list[Step], scope: Scope, siblings: Mapping[str, Step]) -> None:
    """Steps as soon as what they depend on has ended: each sees what these and theirs wrote."""
    needs = {each["step"]: set(each.get("depends_on", ())) for each in steps}
    done: dict[str, Scope] = {}
    while len(done) < len(steps):
        ready = [name for name in needs if name not in done and needs[name] <= done.keys()]
        assert ready, "the steps depend on each other in a circle"
        for name in ready:
            before = _before(name, needs)
            own = scope.fork()
            own.join(done[each] for each in done if each in before)
            own.written = []
            _step(siblings[name], own, siblings)
            done[name] = own
    scope.join(done.values())


def _before(name: str, needs: Mapping[str, set[str]]) -> set[str]:
    return needs[name].union(*(_before(each, needs) for each in needs[name]))


def _step(step: Step, scope: Scope, siblings: Mapping[str, Step]) -> None:
    kinds = {
        "function": _function,
        "loop": _loop,
        "parallel": _parallel,
        "map": _map,
        "workflow": _workflow,
    }
    if "if" in step:
        _if(step, scope, siblings)
    elif "route" in step:
        _route(step, scope, siblings)
    else:
        next(run for kind, run in kinds.items() if kind in step)(step, scope)


def _if(step: Step, scope: Scope, siblings: Mapping[str, Step]) -> None:
    holds = bool(scope.evaluate(step["if"]))
    scope.trace.decisions.append((step["step"], "true" if holds else "false"))
    way = step["then"] if holds else step.get("else")
    if way is not None:
        _block(way, scope, siblings)


def _route(step: Step, scope: Scope, siblings: Mapping[str, Step]) -> None:
    found = _text(scope.evaluate(step["route"]["on"]))
    scope.trace.decisions.append((step["step"], found))
    cases = {_text(value): way for value, way in step["route"]["cases"].items()}
    way = cases.get(found, step["route"]["fallback"])
    if way is not None:
        _block(way, scope, siblings)


def _text(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else _plain(value)


def _plain(value: Any) -> str:
    return "none" if value is None else str(value)


def _loop(step: Step, scope: Scope) -> None:
    loop = step["loop"]
    for _ in range(loop["max_iterations"]):
        _block(loop["steps"], scope, {})
        if "until" in loop and scope.evaluate(loop["until"]):
            break


def _parallel(step: Step, scope: Scope) -> None:
    forks = []
    for block in branches(step).values():
        forks.append(scope.fork())
        _block(block, forks[-1], {})
    scope.join(forks)


def _map(step: Step, scope: Scope) -> None:
    given = step["map"]
    item, body = given.get("as", "item"), given["steps"]
    result = given.get("collect") or _last_field(body)
    found = []
    for each in scope.evaluate(given["over"]) or ():
        specs = _specs(body, {item: None})
        inner = Scope(specs=specs, trace=scope.trace, values={item: each}, outer=scope)
        _block(body, inner, {})
        found.append(inner.read(result))
    scope.trace.history.append(step["step"])
    scope.write(_fields(step)[0], found)


def _last_field(block: Any) -> str:
    """The field that is written last, of several ways in the last one."""
    step = _steps(block)[-1]
    inner = list(ways(step))
    if inner:
        return _last_field(inner[-1])
    return list(step["outputs"])[-1] if "workflow" in step else _fields(step)[-1]


def _fields(step: Step) -> list[str]:
    writes = step.get("writes", step["step"])
    return [writes] if isinstance(writes, str) else list(writes)


def _workflow(step: Step, scope: Scope) -> None:
    definition = step["workflow"]
    inputs = definition.get("inputs", {})
    given = {name: scope.evaluate(step.get("inputs", {}).get(name, name)) for name in inputs}
    inner = interpret(definition, {name: x for name, x in given.items() if x is not None})
    scope.trace.history += [*inner.trace.history, step["step"]]
    scope.trace.decisions += inner.trace.decisions
    whole = definition.get("outputs", {})
    for name, source in step["outputs"].items():
        text = whole.get(source, source)
        if not text.isidentifier() or inner.known(text):
            scope.write(name, inner.evaluate(text))


def _function(step: Step, scope: Scope) -> None:
    function = step["function"]
    names = list(inspect.signature(function).parameters)
    if names == ["state"]:
        given: Values = {"state": SimpleNamespace(**{n: scope.read(n) for n in step["reads"]})}
    elif names == ["data"]:
        given = {"data": _Known(scope)}
    else:
        given = {name: scope.read(name) for name in names}
    result = function(**given)
    if inspect.iscoroutine(result):
        result = _awaited(result)
    scope.trace.history.append(step["step"])
    fields = _fields(step)
    if isinstance(result, dict) and set(result) <= set(fields):
        for name, value in result.items():
            scope.write(name, value)
    elif inspect.signature(function).return_annotation is not None:
        scope.write(fields[0], result)


class _Known(dict[str, Any]):
    """Everything that is known, to a function that takes it as one mapping."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self._scope = scope

    def __missing__(self, name: str) -> Any:
        return self._scope.read(name)


def _awaited(work: Any) -> Any:
    """What a coroutine gives that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waits for something")

"""A plan as LangGraph's own graph: channels, nodes with their gates, edges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from langchain_core.runnables import Runnable, RunnableConfig
from langgraph._internal._runnable import RunnableCallable
from langgraph.graph import END, START
from langgraph.graph.state import CompiledStateGraph

from ..state.definition.expressions import compiled
from ..state.definition.flow import (
    Block,
    Each,
    EscalateWork,
    FieldSpec,
    FunctionWork,
    Leaf,
    NestedWork,
    NoWork,
    Resolved,
    ReviewWork,
    Scope,
)
from ..state.definition.signatures import signature_of
from ..state.journal import Effect
from . import channels
from .bridge import Node
from .builder import Builder
from .continuations import HALTED, SPREAD, End, Go, Split, Way, counter, nodes_of
from .fields import Fields
from .gate import Exit, Gate, Passed, Person, gate_of
from .input_gate import InputGate
from .items import item_finish, read_outside, sends
from .running.acts import Update
from .running.inner import gathered, item_act
from .running.node import Reader, leaf_node
from .running.works import Works
from .wiring import Plan, is_single, plan

if TYPE_CHECKING:
    from ..nodes.tools import Tool


def build(resolved: Resolved, *, nested: bool = False) -> Builder:
    """The graph of a whole workflow; a nested one tells whether a rejection ended it."""
    tools = {
        name: _tool(name, each, resolved.effects[name]) for name, each in resolved.tools.items()
    }
    scope = resolved.scope
    inputs = {
        name: scope.own[name].annotation if name in scope.own else each.annotation
        for name, each in resolved.inputs.items()
    }
    output = (*scope.own, *channels.TELEMETRY, *([HALTED] if nested else ()))
    made = _Graph(resolved, resolved.flow, scope, tools, outer=())
    return made.build(inputs, output, needs=resolved.inputs)


def _tool(name: str, given: object, effect: Effect) -> Tool:
    from ..nodes.tools import Tool, tool_from

    if isinstance(given, Tool):
        return given
    return tool_from(cast(Any, given), name=name, effect=effect)


class _Graph:
    """One graph under construction: a workflow's, or that of a map's steps."""

    def __init__(
        self,
        resolved: Resolved,
        flow: Block,
        scope: Scope,
        tools: Mapping[str, Tool],
        *,
        outer: tuple[str, ...],
    ) -> None:
        self._resolved = resolved
        self._flow = flow
        self._scope = scope
        self._tools = tools
        self._outer = outer
        self._plan: Plan = plan(flow, stops=resolved.stops)
        specs = {**{name: scope.outer[name] for name in outer}, **scope.own}
        self._fields = Fields(specs)
        self._schemas: list[type[Any]] = []
        self._works = Works(resolved, tools, self._fields, self._schemas)
        self._gates: dict[str, Gate | InputGate] = {}

    def build(
        self,
        inputs: Mapping[str, object],
        output: tuple[str, ...],
        *,
        needs: Mapping[str, FieldSpec],
    ) -> Builder:
        begin = self._begin()
        state = channels.state_schema(
            self._scope,
            outer=self._outer,
            counters=[counter(each) for each in self._plan.loops],
            maps=list(self._plan.collects),
        )
        hints = state.__annotations__
        builder = Builder(
            state,
            inputs=channels.schema("Input", inputs),
            output=channels.schema("Output", {name: hints[name] for name in output}),
        )
        # A plan is made backwards; pictures and listings read forwards.
        for name, leaf in reversed(self._plan.leaves.items()):
            self._add_leaf(builder, name, leaf)
        for name, each in self._plan.items.items():
            self._add_item(builder, name, each)
        for name, each in self._plan.collects.items():
            self._add_collect(builder, name, each)
        anew = {counter(each): 0 for each in self._plan.loops}
        if self._plan.halts:
            anew[HALTED] = 0
        self._gates[START] = InputGate(self._fields, needs, accepts=inputs, anew=anew)
        for node_name in _nodes(begin):
            builder.add_edge(START, node_name)
        self._add_edges(builder)
        builder.gates = self._gates
        builder.resolved = replace(self._resolved, flow=self._flow, scope=self._scope)
        builder.inner_schemas = self._schemas
        return builder

    def _begin(self) -> Way:
        begin = self._plan.begin
        if Exit(after=begin).is_static and not isinstance(begin, End):
            return begin
        self._plan.leaves[_BEGIN] = Leaf(name=_BEGIN, work=NoWork(), reads=(), writes={}, path=())
        self._plan.exits[_BEGIN] = Exit(after=begin)
        return Go(node=_BEGIN)

    def _reads(self, leaf: Leaf) -> tuple[str, ...]:
        known = (*self._fields.specs, *channels.TELEMETRY)
        if leaf.reads is None:
            return self._named_like(leaf) or tuple(self._fields.specs)
        return tuple(name for name in leaf.reads if name in known)

    def _named_like(self, leaf: Leaf) -> tuple[str, ...]:
        """The field that a function's one parameter is named like; otherwise it takes them all."""
        if not isinstance(leaf.work, FunctionWork):
            return ()
        signature = signature_of(leaf.work.function)
        if signature.takes != "either" or signature.special:
            return ()
        return tuple(name for name in signature.parameters if name in self._fields.specs)

    def _add_leaf(self, builder: Builder, name: str, leaf: Leaf) -> None:
        reads = self._reads(leaf)
        hidden = isinstance(leaf.work, NoWork)
        if hidden:
            runnable: Runnable[Any, Any] = RunnableCallable(_pass, _apass, name=name, trace=False)
        else:
            act, direct = self._works.of(leaf)
            runnable = leaf_node(name, act, direct, Reader(self._fields, reads, ()))
        seen = (*reads, HALTED) if self._plan.halting and not hidden else reads
        builder.add_node(
            name,
            runnable,
            input_schema=builder.reading(name, seen),
            metadata=_metadata(leaf),
            retry_policy=self._works.retry(leaf),
        )
        writes = self._works.writable(leaf)
        nested = {HALTED: _as_it_is} if isinstance(leaf.work, NestedWork) else {}
        self._gate(name, leaf.name, writes, hidden=hidden, extra=nested, person=_person(leaf))

    def _gate(
        self,
        node: str,
        step: str,
        writes: Mapping[str, object],
        *,
        hidden: bool,
        extra: Mapping[str, Any] | None = None,  # Any: a check of any value
        person: Person | None = None,
    ) -> None:
        self._gates[node] = gate_of(
            node,
            step=step,
            fields=self._fields,
            writes=writes,
            exit=self._plan.exits[node],
            hidden=hidden,
            extra=extra or {},
            person=person,
            halting=self._plan.halting and not hidden,
        )

    def _add_item(self, builder: Builder, name: str, each: Each) -> None:
        """The node that does one item; what it is sent is the item and its position."""
        schema = channels.schema(name, {each.item: Any})
        channel = channels.parts(each.name)
        if is_single(each):
            leaf = each.body
            assert isinstance(leaf, Leaf)
            inner = _Graph(
                self._resolved,
                leaf,
                each.scope,
                self._tools,
                outer=read_outside(each, self._fields),
            )
            act, direct = inner._works.of(leaf)
            outside = tuple(n for n in inner._reads(leaf) if n in inner._outer)
            reader = Reader(inner._fields, inner._reads(leaf), outside)
            finish = item_finish(each, leaf, inner._fields, channel)
            runnable = leaf_node(name, act, direct, reader, finish=finish)
            retry = self._works.retry(leaf)
            metadata = _metadata(leaf)
        else:
            reads = read_outside(each, self._fields)
            act = item_act(each, self._inner(each), reads=reads)
            runnable = leaf_node(name, act, None, Reader(self._fields, reads, reads))
            retry, metadata = None, {"kind": "map"}
        builder.add_node(name, runnable, input_schema=schema, metadata=metadata, retry_policy=retry)
        step = each.body.name if isinstance(each.body, Leaf) else each.name
        self._gate(name, step, {}, hidden=True, extra={channel: _as_it_is})

    def _inner(self, each: Each) -> CompiledStateGraph[Any, Any, Any, Any]:
        """A map's steps as a graph of their own, which inherits the checkpointer."""
        outer = read_outside(each, self._fields)
        made = _Graph(self._resolved, each.body, each.scope, self._tools, outer=outer)
        inputs: dict[str, object] = {name: made._fields.specs[name].annotation for name in outer}
        inputs[each.item] = each.scope.own[each.item].annotation
        output = (*each.collect, HALTED, *channels.TELEMETRY)
        from .compiler import as_graph

        builder = made.build(inputs, output, needs={})
        self._schemas += [builder.state_schema, *builder.inner_schemas]
        return as_graph(builder.gated(None, each.name))

    def _add_collect(self, builder: Builder, name: str, each: Each) -> None:
        channel = channels.parts(each.name)
        # The items' nodes leave their traces here, in one write where there would be thousands.
        item = (each.body.name,) if is_single(each) and isinstance(each.body, Leaf) else ()

        async def collect(given: Any, config: RunnableConfig) -> Update:  # Any: the parts' channel
            return at_once(given, config)

        def at_once(given: Any, _: RunnableConfig) -> Update:  # Any: as above
            results = given.get(channel) or ()
            return {each.into: gathered(each, results), "history": item * len(results)}

        runnable = Node(collect, name=name, direct=at_once)
        schema = builder.reading(name, [channel])
        builder.add_node(name, runnable, input_schema=schema, metadata={"kind": "collect"})
        self._gate(name, name, {each.into: None}, hidden=False)

    def _add_edges(self, builder: Builder) -> None:
        for name, exit_ in self._plan.exits.items():
            if exit_.is_static:
                for target in _nodes(exit_.after):
                    builder.add_edge(name, target)
                continue
            self._add_way(builder, name, exit_)
        for join in self._plan.joins:
            builder.add_edge(list(join.ends), join.node)

    def _add_way(self, builder: Builder, name: str, exit_: Exit) -> None:
        """A conditional edge that takes what the gate decided; a map's items are sent here."""
        targets = list(dict.fromkeys(t for way in exit_.ways for t in nodes_of(way)))
        spreads = {SPREAD + each.name: (each, node_) for node_, each in self._plan.items.items()}
        overs = {key: compiled(each.over) for key, (each, _) in spreads.items()}

        def way(passed: Passed) -> list[Any]:  # Any: LangGraph's own
            found: list[Any] = []
            for target in passed.onward:
                if target in spreads:
                    each, node_ = spreads[target]
                    found += sends(each, node_, cast(Any, overs[target](passed.known)))
                else:
                    found.append(target)
            return found or [END]

        async def away(passed: Passed) -> list[Any]:  # Any: as above
            return way(passed)

        path = RunnableCallable(way, away, name=f"{name}_way", trace=False)
        if self._plan.halting:
            targets.append("")
        builder.add_conditional_edges(name, path, {each or END: each or END for each in targets})


def _nodes(way: Way) -> list[str]:
    match way:
        case Go(node=name):
            return [name]
        case Split(ways=ways):
            return [name for each in ways for name in _nodes(each)]
        case _:
            return []


def _person(leaf: Leaf) -> Person | None:
    """What a person gives at a node, where one decides there."""
    match leaf.work:
        case ReviewWork(review=review):
            return Person(decision=leaf.name, fields=review.fields)
        case EscalateWork():
            return Person(decision=leaf.name, fields=tuple(leaf.writes))
        case _:
            return None


def _metadata(leaf: Leaf) -> dict[str, Any]:  # Any: LangGraph's own, and the user's
    kind = type(leaf.work).__name__.removesuffix("Work").lower()
    kinds = {"no": "join", "agent": "model", "decide": "model", "speak": "model", "plan": "model"}
    return {"kind": kinds.get(kind, kind), **leaf.metadata}


def _as_it_is(value: object) -> object:
    return value


def _pass(_: Any) -> Update:  # Any: a place where nothing happens is given nothing
    return {}


async def _apass(_: Any) -> Update:  # Any: as above
    return {}


#: Where the first thing is a condition; no step can have a dot in its name.
_BEGIN = "workflow.begin"

"""LangGraph's builder, with the gates that stand in its graph once it is compiled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from langgraph.channels import NamedBarrierValue
from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Checkpointer

from ..state.context import RunContext
from ..state.definition.flow import Resolved
from ..state.definition.workflow import Workflow
from .channels import Join
from .gate import Gate, gated_writers
from .holding import Holding
from .input_gate import InputGate
from .running.caching import Kept


class Builder(StateGraph[Any, Any, Any, Any]):  # Any: the workflow's schemas
    """A graph not yet compiled, with the gates that stand in it once it is."""

    gates: Mapping[str, Gate | InputGate]
    #: What it is made of, for its picture.
    resolved: Resolved
    #: The state schemas of the graphs within, whose types checkpoints hold too.
    inner_schemas: list[type[Any]]  # Any: made at run time
    #: The definition, where the graph was compiled from one by hand.
    workflow: Workflow | None = None
    #: Who may run on a thread of its database; None: another checkpointer, or none.
    holding: Holding | None = None
    #: Where results are kept of steps that say so; None: nowhere.
    kept: Kept | None = None

    def __init__(self, state: type[Any], *, inputs: type[Any], output: type[Any]) -> None:
        """The ``state`` has every field that ``inputs`` and ``output`` have."""
        super().__init__(state, context_schema=RunContext)
        self.input_schema = self._known(inputs, inputs.__annotations__)
        self.output_schema = self._known(output, output.__annotations__)

    def reading(self, node: str, names: Iterable[str]) -> type[Any]:  # Any: made at run time
        """A schema for a node that is given these fields."""
        return self._known(type(node, (dict,), {}), names)

    def _known(self, schema: type[Any], names: Iterable[str]) -> type[Any]:
        """The schema, its channels noted; from types LangGraph would make each of them anew."""
        self.schemas[schema] = {name: self.channels[name] for name in names}
        return schema

    def gated(
        self, checkpointer: Checkpointer, name: str
    ) -> CompiledStateGraph[Any, Any, Any, Any]:
        """The compiled graph, a gate before each node's writers."""
        compiled = self.compile(checkpointer=checkpointer, name=name)
        joins = [name for name, one in compiled.channels.items() if type(one) is NamedBarrierValue]
        for each in joins:
            made = compiled.channels[each]
            assert isinstance(made, NamedBarrierValue)
            join = Join(made.typ, made.names)
            join.key = each
            compiled.channels[each] = join
        start = self.gates[START]
        assert isinstance(start, InputGate)
        start.joins = tuple(joins)
        for each, gate in self.gates.items():
            compiled.nodes[each].writers[:] = gated_writers(gate, compiled.nodes[each].writers)
        return compiled

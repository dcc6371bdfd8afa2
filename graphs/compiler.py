"""A workflow as LangGraph's own compiled graph."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from copy import copy
from typing import TYPE_CHECKING, Any

from langgraph._internal._serde import build_serde_allowlist
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.graph.state import CompiledStateGraph

from .library import load

if TYPE_CHECKING:
    from langgraph.graph import StateGraph
    from langgraph.types import Checkpointer

    from ..state.workflow import Workflow


class Graph(CompiledStateGraph):  # type: ignore[type-arg]  # generic over the workflow's schemas
    """A compiled graph that is durable by default and draws itself without a network.

    Everything else is LangGraph's: ``invoke``, ``ainvoke``, ``stream``, ``get_state`` and so on.
    """

    # Any below: LangGraph's own signatures, passed on as they are.
    def stream(self, *args: Any, durability: Any = None, **kwargs: Any) -> Iterator[Any]:
        """As LangGraph's, with ``durability="sync"`` where there is a checkpointer."""
        yield from super().stream(*args, durability=self._durable(durability), **kwargs)

    async def astream(
        self, *args: Any, durability: Any = None, **kwargs: Any
    ) -> AsyncIterator[Any]:
        """As LangGraph's, with ``durability="sync"`` where there is a checkpointer."""
        async for chunk in super().astream(*args, durability=self._durable(durability), **kwargs):
            yield chunk

    def _durable(self, asked: Any) -> Any:
        # "async" and "exit" lose finished steps when the process is killed.
        return "sync" if asked is None and self.checkpointer else asked

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """The picture for a notebook; LangGraph's own asks a web service for it."""
        from .drawing.picture import svg

        drawable = self.get_graph()
        return {
            "image/svg+xml": svg(drawable, title=self.name),
            "text/vnd.mermaid": drawable.draw_mermaid(),
            "text/plain": f"{self.name}: {', '.join(drawable.nodes)}",
        }


def compile(  # the promised name: dalsegno.compile
    workflow: str | Workflow, checkpointer: Checkpointer = None
) -> Graph:
    """The graph of a workflow, by its name or itself.

    Without a ``checkpointer`` it runs in memory and cannot pause; with one, a pause needs a
    ``thread_id`` in the config, as in LangGraph.

    Raises:
        NotFoundError: no workflow of that name; names the nearest.
    """
    definition = load(workflow)
    builder = definition.build()
    compiled = builder.compile(checkpointer=_strict(checkpointer, builder), name=definition.name)
    # LangGraph makes the object itself and offers no class to make instead; what is added here
    # holds no data of its own.
    compiled.__class__ = Graph
    assert isinstance(compiled, Graph)
    return compiled


def _strict(checkpointer: Checkpointer, builder: StateGraph[Any, Any, Any, Any]) -> Checkpointer:
    """The checkpointer, making from stored bytes only what the graph's own schemas name.

    LangGraph does this where an environment variable was set before it was first imported; a
    library cannot count on having been there first. A serializer of the caller's own stays.
    """
    if not isinstance(checkpointer, BaseCheckpointSaver):
        return checkpointer
    if type(checkpointer.serde) is not JsonPlusSerializer:
        return checkpointer
    allowed = build_serde_allowlist(
        schemas=[builder.state_schema, builder.input_schema], channels=builder.channels
    )
    clone = copy(checkpointer)
    clone.serde = JsonPlusSerializer(allowed_msgpack_modules=sorted(allowed))
    return clone

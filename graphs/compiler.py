"""A workflow as LangGraph's own compiled graph."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from copy import copy
from typing import TYPE_CHECKING, Any

from langgraph._internal._constants import INPUT
from langgraph._internal._serde import build_serde_allowlist
from langgraph.cache.base import BaseCache
from langgraph.cache.memory import InMemoryCache
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.graph import START
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command
from pydantic import BaseModel

from ..checkpoints.sqlite import SqliteSaver
from ..state.errors import InputError
from .builder import Builder
from .building import build
from .holding import Holding
from .input_gate import InputGate
from .library import load, resolved
from .running.caching import CACHE, Kept

if TYPE_CHECKING:
    from langgraph.types import Checkpointer

    from ..state.definition.flow import Resolved
    from ..state.definition.workflow import Workflow

#: How many synchronous functions may be under way at once in one synchronous call.
_THREADS = 32
#: Every loop has a cap of its own, so that LangGraph's, which would cut a long one short, need
#: not stand in for it.
_BOUNDS = {"recursion_limit": 10_000_000}


class Graph(CompiledStateGraph):  # type: ignore[type-arg]  # generic over the workflow's schemas
    """A compiled graph that is durable by default and draws itself without a network.

    Everything else is LangGraph's: ``invoke``, ``ainvoke``, ``stream``, ``get_state`` and so on.
    """

    # Any below: LangGraph's own signatures, passed on as they are.
    def stream(
        self, input: Any, config: Any = None, *, durability: Any = None, **kwargs: Any
    ) -> Iterator[Any]:
        """As LangGraph's, with ``durability="sync"`` where there is a checkpointer."""
        # LangGraph's own pool has as many threads as there are cores, and a few; branches that
        # block would wait for each other. A wide map starts them all: 256 made one over a thousand
        # items slower by a fifth.
        wide: Any = {"max_concurrency": _THREADS, **_BOUNDS, **self._with_cache(config)}
        checked, lasting = self._checked(input), self._durable(durability)
        with self._held(wide) as bound:
            yield from super().stream(checked, bound, durability=lasting, **kwargs)

    async def astream(
        self, input: Any, config: Any = None, *, durability: Any = None, **kwargs: Any
    ) -> AsyncIterator[Any]:
        """As LangGraph's, with ``durability="sync"`` where there is a checkpointer."""
        checked, lasting = self._checked(input), self._durable(durability)
        wide: Any = {**_BOUNDS, **self._with_cache(config)}
        async with self._aheld(wide) as bound:
            async for chunk in super().astream(checked, bound, durability=lasting, **kwargs):
                yield chunk

    def bulk_update_state(self, config: Any, supersteps: Any) -> Any:
        """As LangGraph's, whose ``as_node="__input__"`` stores an input unread."""
        return super().bulk_update_state(config, self._inputs_checked(config, supersteps))

    async def abulk_update_state(self, config: Any, supersteps: Any) -> Any:
        """As ``bulk_update_state``, awaited."""
        checked = self._inputs_checked(config, supersteps)
        return await super().abulk_update_state(config, checked)

    def _inputs_checked(self, config: Any, supersteps: Any) -> Any:
        # A graph within has a gate of its own.
        if (config.get("configurable") or {}).get("checkpoint_ns"):
            return supersteps
        return [
            [
                each._replace(values=self._checked(each.values)) if each.as_node == INPUT else each
                for each in updates
            ]
            for updates in supersteps
        ]

    @property
    def schemas(self) -> list[type[Any]]:
        """Every state schema that its checkpoints may hold values of."""
        inner = self.builder.inner_schemas if isinstance(self.builder, Builder) else []
        return [self.builder.state_schema, *inner]

    def _held(self, config: Any) -> AbstractContextManager[Any]:
        holding = self.builder.holding if isinstance(self.builder, Builder) else None
        return nullcontext(config) if holding is None else holding.held(config)

    def _aheld(self, config: Any) -> AbstractAsyncContextManager[Any]:
        holding = self.builder.holding if isinstance(self.builder, Builder) else None
        return nullcontext(config) if holding is None else holding.aheld(config)

    def _with_cache(self, config: Any) -> Any:
        kept = self.builder.kept if isinstance(self.builder, Builder) else None
        given = config or {}
        if kept is None:
            return given
        return {**given, "configurable": {**(given.get("configurable") or {}), CACHE: kept}}

    def _durable(self, asked: Any) -> Any:
        # "async" and "exit" lose finished steps when the process is killed.
        return "sync" if asked is None and self.checkpointer else asked

    def _checked(self, given: Any) -> Any:
        """The input, refused before anything is stored when it does not fit."""
        gate = self.builder.gates[START] if isinstance(self.builder, Builder) else None
        if not isinstance(gate, InputGate):
            return given
        if given is None:
            return given
        if isinstance(given, Command):
            return gate.commanded(given)
        if isinstance(given, BaseModel):
            return gate.checked(dict(given))
        if isinstance(given, Mapping):
            return gate.checked(given)
        raise InputError(
            f"An input is a mapping from names to values, not {type(given).__name__}.",
            fix="Give the inputs by name; None goes on with the thread.",
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """The picture for a notebook; LangGraph's own asks a web service for it."""
        from .drawing.mermaid import mermaid
        from .drawing.picture import drawn
        from .drawing.sketch import sketch

        assert isinstance(self.builder, Builder)
        shown = sketch(self.builder.resolved)
        return {
            "image/svg+xml": drawn(shown),
            "text/vnd.mermaid": mermaid(shown),
            "text/plain": f"{self.name}: {', '.join(self.get_graph().nodes)}",
        }


def compile(  # the promised name: dalsegno.compile
    workflow: str | Mapping[str, object] | Workflow,
    checkpointer: Checkpointer = None,
    *,
    cache: BaseCache[Any] | None = None,  # Any: a cache of anything
) -> Graph:
    """The graph of a workflow: a catalog name, a YAML path, a dict, or a Workflow.

    Without a ``checkpointer`` it runs in memory and cannot pause; with one, a pause needs a
    ``thread_id`` in the config, as in LangGraph. The ``cache`` holds the results of steps that say
    ``cache``: left out, one in memory; for more than one process LangGraph's SqliteCache, of the
    package langgraph-checkpoint-sqlite.

    Raises:
        NotFoundError: no workflow of that name; names the nearest.
        DefinitionError: the definition is wrong; says where.
    """
    definition = load(workflow)
    made = graph_of(resolved(definition), checkpointer, cache)
    assert isinstance(made.builder, Builder)
    made.builder.workflow = definition
    return made


def graph_of(
    ready: Resolved,
    checkpointer: Checkpointer,
    cache: BaseCache[Any] | None = None,  # Any: as above
) -> Graph:
    """The graph of a resolved workflow."""
    builder = build(ready)
    strict = JsonPlusSerializer(allowed_msgpack_modules=sorted(_allowed(builder)))
    # By comparison with None: an empty cache may well count as false.
    builder.kept = Kept(cache=InMemoryCache() if cache is None else cache, serde=strict)
    if isinstance(checkpointer, SqliteSaver):
        builder.holding = Holding(checkpointer.database)
    return as_graph(builder.gated(_strict(checkpointer, strict), ready.name))


def inner_graph_of(ready: Resolved) -> Graph:
    """The graph of a workflow within another, which has the outer one's checkpointer and cache."""
    return as_graph(build(ready, nested=True).gated(None, ready.name))


def as_graph(compiled: CompiledStateGraph[Any, Any, Any, Any]) -> Graph:
    """LangGraph's compiled graph as one of ours.

    LangGraph makes the object itself and offers no class to make instead; what is added here
    holds no data of its own.
    """
    compiled.__class__ = Graph
    assert isinstance(compiled, Graph)
    return compiled


def _strict(checkpointer: Checkpointer, serde: JsonPlusSerializer) -> Checkpointer:
    """The checkpointer, making from stored bytes only what the graph's own schemas name.

    LangGraph does this where an environment variable was set before it was first imported; a
    library cannot count on having been there first. A serializer of the caller's own stays.
    """
    if not isinstance(checkpointer, BaseCheckpointSaver):
        return checkpointer
    if type(checkpointer.serde) is not JsonPlusSerializer:
        return checkpointer
    clone = copy(checkpointer)
    clone.serde = serde
    return clone


def _allowed(builder: Builder) -> set[tuple[str, ...]]:
    """The classes that the graph's schemas name; whatever a graph keeps is in its state's."""
    return build_serde_allowlist(schemas=[builder.state_schema, *builder.inner_schemas])

"""A workflow as the rest of the house sees it: named, versioned, owned, and able to be built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from langgraph.graph import StateGraph


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """What a graph is made from.

    ``inputs`` is the schema of what a run is started with; ``primary`` names the field that a
    bare command-line argument fills. ``reviews`` gives, for each node where a person decides,
    the schema of the fields under review. ``build`` makes the graph: node names and edges, no
    checkpointer. ``output`` turns the final state into the run's output, as plain JSON data.
    ``prepare`` gives the inputs as a run keeps them (paths made absolute) and refuses, with a
    ValidationError, those that cannot work, before a run exists.
    """

    name: str
    version: str
    owner: str
    description: str
    pattern: str
    steps: tuple[str, ...]
    inputs: type[BaseModel]
    primary: str
    # Any: StateGraph is generic over the workflow's own state, context and schemas.
    build: Callable[[], StateGraph[Any, Any, Any, Any]]
    output: Callable[[Mapping[str, object]], dict[str, object]]
    prepare: Callable[[BaseModel], BaseModel] = lambda inputs: inputs
    reviews: Mapping[str, type[BaseModel]] = field(default_factory=dict)

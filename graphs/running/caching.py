"""A step's result, kept for the next time that the step reads the same.

LangGraph's own cache keeps what a node's writers wrote, and with it the way that the gate decided
on from fields that the node itself never read. So results are kept here, before the gate.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import CodeType
from typing import Any
from uuid import uuid4

from langgraph.cache.base import BaseCache, FullKey
from langgraph.checkpoint.serde.base import SerializerProtocol
from pydantic_core import PydanticSerializationError, to_jsonable_python

from ...state.definition.flow import AgentWork, FunctionWork, Leaf
from ...state.definition.parts import reference_text
from ...state.definition.types import text_of
from .acts import Act, Call, Update, Values

#: Where a graph's cache stands among what its nodes are called with.
CACHE = "__dalsegno_cache"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A cache of LangGraph's, holding bytes: ``serde`` makes of them what the graph's schemas
    name, and nothing else."""

    cache: BaseCache[tuple[str, bytes]]
    serde: SerializerProtocol

    async def get(self, key: FullKey) -> Update | None:
        """What is kept under the key."""
        found = (await self.cache.aget([key])).get(key)
        if found is None:
            return None
        kind, data = found
        update: Update = self.serde.loads_typed((kind, data))
        return update

    async def set(self, key: FullKey, update: Update, ttl: int | None) -> None:
        """Keep an update, for so many seconds."""
        await self.cache.aset({key: (self.serde.dumps_typed(update), ttl)})


def cached(act: Act, leaf: Leaf, workflow: str) -> Act:
    """The work, or its result from before; ``workflow`` is whose step it is. Failures and what
    has no form in JSON are not kept, and what comes from the cache has cost nothing."""
    if leaf.cache is None:
        return act
    place = (workflow, leaf.name)
    ttl = None if math.isinf(leaf.cache) else math.ceil(leaf.cache)
    about = _about(leaf)

    async def kept(values: Values, call: Call) -> Update:
        cache: Kept | None = call.config["configurable"].get(CACHE)
        key = None if cache is None else _key(about, values, call)
        if cache is None or key is None:
            return await act(values, call)
        full = (place, key)
        found = await cache.get(full)
        if found is not None:
            return found
        made = await act(values, call)
        if isinstance(made, Mapping):  # and not a Command, which the gate reads
            free = {name: value for name, value in made.items() if name != "usage"}
            await cache.set(full, free, ttl)
        return made

    return kept


def _key(about: object, values: Values, call: Call) -> str | None:
    """What the result depends on, as a hash; None where that cannot be told."""
    try:
        read = to_jsonable_python(values)
    except PydanticSerializationError:
        return None
    models = [call.context.model, call.context.strong]
    text = json.dumps([about, models, read], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _about(leaf: Leaf) -> object:
    """What the step is told to do: when that changes, its results from before are another's."""
    gates = [each.model_dump(mode="json") for each in leaf.gates]
    writes = {name: text_of(kind) for name, kind in leaf.writes.items()}
    return [_work(leaf), gates, writes]


def _work(leaf: Leaf) -> object:
    match leaf.work:
        case FunctionWork(function=function):
            return _code(function)
        case AgentWork(agent=agent, task=task, entry=entry):
            own = None if agent.function is None else _code(agent.function)
            return [agent.model_dump(mode="json"), task, entry, own]
        case _:
            raise AssertionError(f"{leaf.name!r} is no step whose result can be kept.")


def _code(function: Any) -> object:  # Any: a function, or a class or object with 'execute'
    """A function by its name, its code, and the values that it brings along.

    What it brings along and cannot be written down (an object of its own) makes it nobody else's:
    then what it made is kept for this very object.
    """
    called = getattr(function, "execute", function)
    code = getattr(called, "__code__", None)
    name = reference_text(function)
    cells = [each.cell_contents for each in getattr(called, "__closure__", None) or ()]
    brought = [
        cells,
        getattr(called, "__defaults__", None),
        getattr(called, "__kwdefaults__", None),
    ]
    owner = getattr(called, "__self__", None)
    if owner is not None:
        brought.append(getattr(owner, "__dict__", None) if isinstance(function, type) else owner)
    try:
        written: object = to_jsonable_python(brought)
    except ValueError:  # pydantic's own for what has no form in JSON, or goes round in a circle
        written = f"only here: {uuid4().hex}"
    return [name, _compiled(code) if isinstance(code, CodeType) else "", written]


def _compiled(code: CodeType) -> list[object]:
    constants = [
        _compiled(each) if isinstance(each, CodeType) else repr(each) for each in code.co_consts
    ]
    return [code.co_code.hex(), constants, list(code.co_names)]

"""Graphs within a node: another workflow, or a map's steps for one item."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakKeyDictionary

from langgraph.errors import GraphBubbleUp

from ...state.definition.expressions import compiled, names, parse
from ...state.definition.flow import Each, FieldSpec, NestedWork
from ..channels import TELEMETRY, parts
from ..continuations import HALTED
from .acts import Act, Call, Update, Values
from .failing import noted
from .levels import positioned


class Limit:
    """At most so many at once in this process, on each event loop in the order of asking."""

    def __init__(self, most: int | None) -> None:
        self._most = most
        self._waiting: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore]
        self._waiting = WeakKeyDictionary()

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[None]:
        if self._most is None:
            yield
            return
        loop = asyncio.get_running_loop()
        semaphore = self._waiting.setdefault(loop, asyncio.Semaphore(self._most))
        async with semaphore:
            yield


def nested_act(work: NestedWork, graph: Any) -> Act:  # Any: a Graph, whose module needs this one
    """Another workflow, in a state of its own, whose pauses are ours."""
    inputs = {name: compiled(parse(text)) for name, text in work.inputs.items()}
    whole = {name: compiled(each) for name, each in work.workflow.outputs.items()}
    roots = {name: names(each) for name, each in work.workflow.outputs.items()}
    own = work.workflow.scope.own
    defaults = begun(own)

    async def act(values: Values, call: Call) -> Update:
        given = {
            name: found
            for name, read in inputs.items()
            if (found := read(values)) is not None
            or work.workflow.inputs[name].has_default is False
        }
        result = {**defaults, **await graph.ainvoke(given, context=call.context)}
        update: Update = {}
        for field, name in work.outputs.items():
            # What the other workflow never wrote, it does not write here either.
            if name in whole:
                found = whole[name](result)
                known = found is not None or roots[name] <= result.keys()
                update |= {field: found} if known else {}
            elif name:
                update |= {field: result[name]} if name in result else {}
            elif whole:
                update[field] = {key: read(result) for key, read in whole.items()}
            else:
                update[field] = {key: result[key] for key in own if key in result}
        # A rejection in there ends this workflow too: nobody let what it made go on.
        return {**update, **telemetry(result), HALTED: result.get(HALTED, 0)}

    return act


def item_act(
    each: Each,
    graph: Any,  # Any: as above
    *,
    reads: tuple[str, ...],
) -> Act:
    """A map's steps for one item, in a graph of their own.

    A rejection that ends the item leaves it without a result.
    """
    limit = Limit(each.limit)
    defaults = begun(each.scope.own)

    async def act(values: Values, call: Call) -> Update:
        item, index = values[each.item], values[INDEX]
        given = {name: values[name] for name in reads if values.get(name) is not None}
        try:
            async with limit():
                given[each.item] = item
                within = positioned(call.config, index)
                result = {**defaults, **await graph.ainvoke(given, within, context=call.context)}
        except GraphBubbleUp:
            raise
        except Exception as error:  # one item's failure is its own where the rules say so
            if not each.isolate:
                raise
            many = len(item) if each.chunk is not None else 1
            lost = [None] * many if each.chunk is not None else None
            return noted({parts(each.name): [(index, lost)]}, error, each.name, "isolate")
        made = None if result.get(HALTED) else collected(each, result)
        return {parts(each.name): [(index, made)], **telemetry(result)}

    return act


def begun(fields: Mapping[str, FieldSpec]) -> dict[str, object]:
    """What fields are before anything is written to them, where that is something."""
    return {name: each.default for name, each in fields.items() if each.has_default}


#: The key of an item's position among what a map's node is sent.
INDEX = "dalsegno:index"


def collected(each: Each, result: Mapping[str, Any]) -> object:  # Any: fields of every type
    """An item's result: of the fields that its path may have written, the one that it wrote."""
    if each.keep:
        stages = [(name, result[name]) for name in each.collect if result.get(name) is not None]
        many = len(stages[0][1]) if stages else 0
        return [{name: items[n] for name, items in stages} for n in range(many)]
    found = [(name, result[name]) for name in each.collect if result.get(name) is not None]
    # A field that merges is there before anybody writes it.
    own = [value for name, value in found if value != each.scope.own[name].default]
    return own[-1] if own else found[-1][1] if found else None


def gathered(each: Each, results: Any) -> list[Any]:  # Any: pairs as a checkpoint gives them
    """Every item's result in the order of the items; batches are one list again."""
    ordered = [result for _, result in sorted(results, key=lambda pair: pair[0])]
    if each.chunk is None:
        return ordered
    return [item for batch in ordered for item in (batch or ())]


def telemetry(result: Mapping[str, Any]) -> Update:  # Any: a state's values
    """What an inner graph spent and noted, as ours."""
    return {name: tuple(result[name]) for name in TELEMETRY if result.get(name)}

"""A node for LangGraph from a leaf's work: values read and handed out, faces for both callers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from langchain_core.runnables import RunnableConfig

from ...state.context import RunContext
from ..bridge import Node
from ..calling import door
from ..continuations import HALTED
from ..fields import Fields
from .acts import Act, Call, Direct, Update, Values
from .inner import INDEX

#: Frozen, so that one serves every call.
_NO_CONTEXT = RunContext()


class Reader:
    """Gives a step what it reads: its own copies, with defaults where nothing is written yet."""

    def __init__(self, fields: Fields, reads: tuple[str, ...], outside: tuple[str, ...]) -> None:
        self._defaults = {name: fields.defaults.get(name) for name in reads}
        self._copies = {
            name: copy for name in reads if (copy := fields.copies.get(name)) is not None
        }
        #: Fields that the node is not given and reads itself: what is sent to it is one item.
        self._outside = list(outside)

    def __call__(self, given: Mapping[str, Any], config: RunnableConfig) -> dict[str, Any]:
        values = {**self._defaults, **given}
        if self._outside:
            values.update(config["configurable"]["__pregel_read"](self._outside, False))
        for name, copy in self._copies.items():
            found = values[name]
            if found is not None:
                values[name] = copy(found)
        return values


def call_of(step: str, config: RunnableConfig) -> Call:
    """What a step may know beside its values."""
    runtime = config["configurable"].get("__pregel_runtime")
    given = None if runtime is None else runtime.context
    context = given if isinstance(given, RunContext) else _NO_CONTEXT
    return Call(step=step, context=context, config=config, runtime=runtime, door=door(config))


def leaf_node(
    name: str,
    act: Act,
    direct: Direct | None,
    reader: Reader,
    *,
    finish: Callable[[Update, Values], Update] | None = None,
) -> Node:
    """The node of a leaf. ``finish`` has the last word on the update, and is given an item's
    position, which is not the work's to see. Once a rejection has ended the workflow, a node
    whose turn comes does nothing."""

    def _own(values: Values) -> Values:
        if finish is None:
            return values
        return {name: each for name, each in values.items() if name != INDEX}

    async def run(given: Any, config: RunnableConfig) -> Any:  # Any: what LangGraph hands over
        if given.get(HALTED):
            return {}
        values = reader(given, config)
        update = await act(_own(values), call_of(name, config))
        return update if finish is None else finish(update, values)

    def at_once(given: Any, config: RunnableConfig) -> Any:  # Any: as above
        assert direct is not None
        if given.get(HALTED):
            return {}
        values = reader(given, config)
        update = direct(_own(values), call_of(name, config))
        return update if finish is None else finish(update, values)

    return Node(run, name=name, direct=None if direct is None else at_once)

"""Where a step stands among nested graphs, by what LangGraph tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...checkpoints.visits import Level

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig

#: The key under which a graph in a node is told its position among those that run in parallel.
POSITIONS = "__dalsegno_positions"


def levels_of(config: RunnableConfig) -> tuple[Level, ...]:
    """The tasks around a step, from LangGraph's ``outer:task|inner:task``, and the step's own.

    A number between two is which of the graphs that the outer one calls it is. A name without a
    task is a node whose graph keeps its own state from one pass to the next: the tasks within
    that graph tell the passes apart.
    """
    own = config["configurable"]
    positions: Mapping[str, int] = own.get(POSITIONS) or {}
    checkpoints: Mapping[str, str] = own.get("checkpoint_map") or {}
    levels: list[Level] = []
    ns, nth = "", 0
    lasting: list[str] = []
    for part in str(own["checkpoint_ns"]).split("|"):
        name, _, task = part.rpartition(":")
        here = f"{ns}|{part}" if ns else part
        if name:
            place = positions.get(here)
            named = "|".join((*lasting, name if place is None else f"{name}#{place}"))
            checkpoint = str(checkpoints.get(ns, ""))
            levels.append(Level(name=named, task=task, ns=ns, checkpoint=checkpoint, nth=nth))
            nth, lasting = 0, []
        elif part.isdigit():
            nth = int(part)
        else:
            lasting.append(part)
        ns = here
    sent = position_of(config)
    if sent is not None and "#" not in levels[-1].name:
        levels[-1] = replace(levels[-1], name=f"{levels[-1].name}#{sent}")
    return tuple(levels)


def positioned(config: RunnableConfig, position: int) -> RunnableConfig:
    """What to give to a graph that a step calls, so that its steps know the position of that one.

    LangGraph tells it to the step alone.
    """
    own = config["configurable"]
    known: Mapping[str, int] = own.get(POSITIONS) or {}
    return {"configurable": {POSITIONS: {**known, own["checkpoint_ns"]: position}}}


def position_of(config: RunnableConfig) -> int | None:
    """A step's position among those that were sent with it; None for one that was not sent."""
    # Any: LangGraph's own way of saying which task it is
    path: tuple[Any, ...] = config.get("metadata", {}).get("langgraph_path") or ()
    pushed = len(path) >= 2 and path[0] == "__pregel_push"
    position = path[-2] if pushed and isinstance(path[-1], bool) else None
    return position if isinstance(position, int) else None

"""Where a graph from elsewhere stops without asking anything: its own breakpoints, as tickets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..state.review import review_request

if TYPE_CHECKING:
    from langgraph.types import StateSnapshot

    from .programs import AnyGraph


def breakpoint_of(graph: AnyGraph, snapshot: StateSnapshot) -> tuple[str, dict[str, object]] | None:
    """The id of the breakpoint at which a thread stands and what a person is asked there.

    LangGraph goes on over a breakpoint whenever it is called, and keeps no note of having stopped.
    So every checkpoint that one may belong to counts, also when a crash came in between.
    """
    names = [task.name for task in snapshot.tasks]
    if not names or any(task.interrupts for task in snapshot.tasks):
        return None
    before = [name for name in names if _named(graph.interrupt_before_nodes, name)]
    # Which node was the last is not kept: any may be one to stop after.
    after = bool(graph.interrupt_after_nodes) and (snapshot.metadata or {}).get("source") == "loop"
    if not before and not after:
        return None
    shown = ", ".join(repr(name) for name in before or names)
    request = review_request(
        f"before_{(before or names)[0]}",
        args={},
        description=f"The graph stops before {shown}, as it was told to. Approve to go on; to end "
        "it, cancel the run.",
        allowed=("approve",),
    )
    return f"breakpoint:{snapshot.config['configurable']['checkpoint_id']}", request


def _named(nodes: object, name: str) -> bool:
    return nodes == "*" or (isinstance(nodes, list | tuple | set) and name in nodes)

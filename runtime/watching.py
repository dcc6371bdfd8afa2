"""The steps of a graph that was compiled elsewhere, noted from LangGraph's own stream of tasks."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..state.ports import StepLog
    from ..state.run import Outcome
    from .programs import AnyGraph


async def run_watched(
    graph: AnyGraph,
    entry: Any,  # Any: what LangGraph takes as input
    config: Any,  # Any: LangGraph's RunnableConfig, a TypedDict that is not total
    *,
    steps: StepLog,
    stored: Collection[str],
    **options: Any,  # Any: LangGraph's own
) -> None:
    """Run the graph until it pauses or ends, noting each attempt at a step.

    ``stored`` are tasks whose results are there from before: LangGraph announces them again.
    """
    under_way: dict[str, int] = {}
    try:
        async for event in graph.astream(entry, config, stream_mode="tasks", **options):
            task = event["id"]
            if "triggers" in event:
                if task not in stored:
                    under_way[task] = steps.begin(event["name"], task)
            elif task in under_way:
                steps.end(under_way.pop(task), _outcome(event))
    finally:
        # What failed, or was stopped beside it, is announced by nobody.
        for attempt in under_way.values():
            steps.end(attempt, "failed")


def _outcome(event: dict[str, Any]) -> Outcome:  # Any: LangGraph's own
    if event.get("error"):
        return "failed"
    return "paused" if event.get("interrupts") else "done"

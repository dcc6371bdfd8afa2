"""Which part of a thread is a run's own: its runs follow one another there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .copying import at

if TYPE_CHECKING:
    from langgraph.types import StateSnapshot

    from ..checkpoints.runs import Runs
    from ..state.run import RunRecord
    from .programs import AnyGraph


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """The part of a thread that is one run's own.

    It begins behind the checkpoint ``after`` (None: with the thread) and goes up to ``until``
    (None: where the thread stands). A run that ended before its input was stored has none.
    """

    thread: str
    after: str | None
    until: str | None
    empty: bool

    def holds(self, checkpoint: str) -> bool:
        """Is that one of the run's own? Ids grow with time."""
        behind = self.after is None or self.after < checkpoint
        return not self.empty and behind and (self.until is None or checkpoint <= self.until)

    async def snapshots(
        self, graph: AnyGraph, limit: int | None = None
    ) -> AsyncIterator[StateSnapshot]:
        """The newest ``limit`` of the run's own checkpoints, the newest first."""
        if self.empty:
            return
        bound = None if self.until is None else at(self.thread, self.until)
        if bound is not None:
            last = await graph.aget_state(bound)
            if last.created_at is not None:  # else it was pruned
                yield last
                limit = None if limit is None else limit - 1
        if limit == 0:
            return
        async for each in graph.aget_state_history(at(self.thread), before=bound, limit=limit):
            if not self.holds(checkpoint_of(each)):
                return
            yield each


def stretch_of(runs: Runs, record: RunRecord) -> Stretch:
    """The part of its thread that is a run's own."""
    following = runs.next_after(record)
    until = None if following is None else following.follows
    return Stretch(
        thread=record.thread,
        after=record.follows,
        until=until,
        empty=following is not None and until in {None, record.follows},
    )


def checkpoint_of(snapshot: StateSnapshot) -> str:
    """The id of a checkpoint that was read."""
    return str(snapshot.config["configurable"]["checkpoint_id"])

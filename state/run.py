"""Where a run stands: its status as a state machine, written as one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .errors import ConflictError

Status = Literal["queued", "running", "paused", "completed", "failed", "cancelled"]
Event = Literal["start", "pause", "decide", "finish", "fail", "stop", "resume"]
Outcome = Literal["running", "done", "paused", "failed", "stopped"]

#: What may happen to a run in each status, and what it then is. Pairs that are not here are
#: refused, so a late writer can never bring a finished run back.
TRANSITIONS: Mapping[tuple[Status, Event], Status] = {
    ("queued", "start"): "running",
    ("running", "pause"): "paused",
    ("running", "finish"): "completed",
    ("running", "fail"): "failed",
    ("running", "stop"): "queued",
    ("running", "resume"): "running",
    ("paused", "resume"): "running",
    # A decision makes a paused run ready; one that is driven is told when it comes to pause.
    ("paused", "decide"): "queued",
    ("queued", "decide"): "queued",
    ("running", "decide"): "running",
    ("failed", "decide"): "failed",
    ("failed", "resume"): "running",
    ("queued", "resume"): "running",
}

FINAL: frozenset[Status] = frozenset({"completed", "cancelled"})


def after(status: Status, event: Event) -> Status:
    """The status that follows; ConflictError when ``event`` cannot happen to such a run."""
    following = TRANSITIONS.get((status, event))
    if following is None:
        raise ConflictError(f"A run that is {status} cannot {event}.")
    return following


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """One row of our own record of runs, beside the checkpoints.

    ``created`` and ``updated`` are seconds since the epoch; ``output``, ``metrics`` and
    ``error`` are plain JSON data; ``fence`` counts how often the run changed hands. ``digest``
    is what its definition meant when it was started, and ``source`` the file that this was read
    from, if any.
    """

    id: str
    thread: str
    workflow: str
    version: str
    model: str
    inputs: Mapping[str, object]
    status: Status
    created: float
    updated: float
    digest: str = ""
    source: str | None = None
    fence: int = 0
    output: Mapping[str, object] | None = None
    metrics: Mapping[str, object] | None = None
    error: Mapping[str, object] | None = None


@dataclass(frozen=True, kw_only=True)
class StepRecord:
    """One attempt at one step, as the trace keeps it. Times are seconds since the epoch.

    Attempts at the same piece of work have the same ``task``; a loop's next pass is another.
    """

    run: str
    node: str
    started: float
    ended: float | None = None
    outcome: Outcome = "running"
    task: str = ""

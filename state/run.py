"""Where a run stands: its status as a state machine, written as one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .errors import ConflictError

Status = Literal["queued", "running", "paused", "completed", "failed", "cancelled"]
Event = Literal[
    "start",
    "pause",
    "decide",
    "expire",
    "change",
    "rollback",
    "finish",
    "fail",
    "stop",
    "resume",
    "cancel",
]
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
    # A deadline that nobody met ends the waiting; resuming asks again.
    ("paused", "expire"): "failed",
    # Somebody changed the thread by hand: what it waited for is no longer asked.
    ("paused", "change"): "queued",
    ("queued", "rollback"): "queued",
    ("paused", "rollback"): "queued",
    # Its hold refuses who is not alone with it: what is left is a run whose process has died.
    ("running", "rollback"): "queued",
    ("failed", "rollback"): "queued",
    ("failed", "resume"): "running",
    ("queued", "resume"): "running",
    # Whoever drives a run that is cancelled loses its hold, and is told at its next write.
    ("queued", "cancel"): "cancelled",
    ("running", "cancel"): "cancelled",
    ("paused", "cancel"): "cancelled",
    ("failed", "cancel"): "cancelled",
}

FINAL: frozenset[Status] = frozenset({"completed", "cancelled"})


_SAID: Mapping[Event, str] = {
    "start": "be started",
    "pause": "pause",
    "decide": "be decided on",
    "expire": "expire",
    "change": "be changed",
    "rollback": "go back",
    "finish": "finish",
    "fail": "fail",
    "stop": "be stopped",
    "resume": "be resumed",
    "cancel": "be cancelled",
}


def after(status: Status, event: Event) -> Status:
    """The status that follows; ConflictError when ``event`` cannot happen to such a run."""
    following = TRANSITIONS.get((status, event))
    if following is None:
        raise ConflictError(f"A run that is {status} cannot {_SAID[event]}.")
    return following


#: The key in a config's ``configurable`` under which a driver shows its hold on the thread.
HOLDER = "dalsegno_holder"


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who drives a thread: ``name`` tells drivers apart, ``fence`` grows with each change of hands.

    A write that shows an older fence than the thread's is refused.
    """

    name: str
    fence: int


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """One row of our own record of runs, beside the checkpoints.

    ``created`` and ``updated`` are seconds since the epoch; ``output``, ``metrics`` and
    ``error`` are plain JSON data. ``digest`` is what its definition meant when it was started, and
    ``source`` the file that this was read from, if any. ``key`` is the caller's own name for it: a
    second start with the same one gives this run. A fork names the run that it was ``forked_from``
    and the checkpoint. ``turn`` is its number among the runs of its thread, which follow one
    another: each begins where the thread stood, at the checkpoint that it ``follows``, with a
    state that had ``usage_before`` entries of usage.
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
    key: str | None = None
    forked_from: str | None = None
    forked_at: str | None = None
    output: Mapping[str, object] | None = None
    metrics: Mapping[str, object] | None = None
    error: Mapping[str, object] | None = None
    strong: str | None = None
    turn: int = 0
    follows: str | None = None
    usage_before: int = 0


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

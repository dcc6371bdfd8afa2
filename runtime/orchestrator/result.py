"""What an orchestrator gives back: what came out, how it went, and what can be done next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ...state.review import Review
from ...state.run import Status

Kind = Literal["step", "decision", "gate", "failure", "review", "context"]


@dataclass(frozen=True, kw_only=True)
class TraceEntry:
    """One thing that happened, at or after which step.

    A ``step`` is one attempt, with its number from 1 and its times in seconds since the epoch; its
    outcome is done, failed, paused, stopped or running. A ``decision``'s outcome is the way taken,
    and ``detail`` has its reason and what it was decided on. A ``gate``'s is passed, failed or not
    run. A ``failure``'s is what was done about it, a ``review``'s what a person decided, and
    ``context`` says what an agent did not get to read.
    """

    kind: Kind
    step: str
    outcome: str
    agent: str | None = None
    attempt: int | None = None
    started: float | None = None
    ended: float | None = None
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RecoveryOption:
    """One thing that can be done about a run that did not end well, and how."""

    option: Literal["resume", "mend", "restart", "decide"]
    how: str


@dataclass(frozen=True, kw_only=True)
class Result:
    """A run as the orchestrator left it: ended, failed, or waiting for a person.

    ``output`` is plain data: each agent's result by its name, or what the workflow lists as its
    outputs; of a run that failed, what there was until then. ``performance_metrics`` and
    ``execution_trace`` are empty where nothing was monitored. ``rejected`` names the reviews at
    which a person said no: such a run is completed, and its output is not approved.
    """

    run_id: str
    thread_id: str
    workflow: str
    version: str
    status: Status
    output: Mapping[str, object]
    error: Mapping[str, object] | None
    performance_metrics: Mapping[str, object]
    execution_trace: tuple[TraceEntry, ...]
    recovery_options: tuple[RecoveryOption, ...]
    every_review: tuple[Review, ...] = field(default=(), repr=False)

    def reviews(self, *, decided: bool = False) -> tuple[Review, ...]:
        """The reviews that wait for a person; with ``decided``, those that were decided too."""
        return tuple(each for each in self.every_review if decided or each.open)

    @property
    def rejected(self) -> tuple[str, ...]:
        """The reviews at which a person said no, the last word of each."""
        last = {each.node: each.decision or {} for each in self.every_review}
        return tuple(node for node, made in last.items() if made.get("type") == "reject")


def recovery_options(
    status: Status, run: str, error: Mapping[str, object] | None, reviews: tuple[Review, ...]
) -> tuple[RecoveryOption, ...]:
    """What can be done about a run that is not completed."""
    if status in {"completed", "cancelled"}:
        return ()
    decide = tuple(
        RecoveryOption(
            option="decide",
            how=f"orchestrator.decide({each.id!r}, {{'type': 'approve'}}, by=…): {each.node}",
        )
        for each in reviews
        if each.open
    )
    if status == "paused":
        return decide
    resume = RecoveryOption(
        option="resume", how=f"orchestrator.resume({run!r}) goes on; finished steps stay done."
    )
    if status != "failed":
        return (*decide, resume)
    fix = (error or {}).get("fix")
    mend = (RecoveryOption(option="mend", how=str(fix)),) if fix else ()
    restart = RecoveryOption(option="restart", how="execute_workflow(…) begins a new run.")
    return (*decide, *mend, resume, restart)

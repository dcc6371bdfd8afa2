"""How a run joins those before it on its thread.

The state goes on from run to run, as from one call of a LangGraph thread to the next. All else is
a run's own: inputs, tickets, calls, metrics, and the checkpoints from its input to its end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from ..state.errors import ConflictError
from ..state.run import FINAL, Status
from .copying import at
from .repair import misfits
from .turns import checkpoint_of

if TYPE_CHECKING:
    from ..checkpoints.runs import Runs
    from ..state.run import RunRecord
    from .programs import AnyGraph, Ready


async def joined(record: RunRecord, ready: Ready, graph: AnyGraph, runs: Runs) -> RunRecord:
    """A new run's record as that of the next one on its thread; as it is where there is none yet.

    Raises:
        ConflictError: the thread's last run has not ended, or is of another workflow, what it left
            does not fit the workflow any more, or somebody used the thread without a run.
    """
    last = runs.newest(record.thread)
    if last is not None:
        _check_ended(last, record)
    found = await graph.aget_state(at(record.thread))
    if last is None:
        if found.created_at is not None:
            raise ConflictError(
                f"Thread {record.thread!r} has been used before, without a run.",
                fix="Nothing was started. Use another thread.",
            )
        return record
    values: Mapping[str, object] = found.values if isinstance(found.values, Mapping) else {}
    if last.digest != record.digest:
        _check_fits(record, ready, values)
    usage = values.get("usage")
    return replace(
        record,
        turn=last.turn + 1,
        follows=None if found.created_at is None else checkpoint_of(found),
        usage_before=len(usage) if isinstance(usage, list | tuple) else 0,
    )


def _check_ended(last: RunRecord, record: RunRecord) -> None:
    """Refuse to follow a run that may still go on, or one of another workflow."""
    if last.workflow != record.workflow:
        raise ConflictError(
            f"Thread {record.thread!r} belongs to the workflow {last.workflow!r}, by run "
            f"{last.id!r}.",
            fix=f"Nothing was started. Use another thread for {record.workflow!r}.",
        )
    if last.status not in FINAL:
        raise ConflictError(
            f"Run {last.id!r} on thread {record.thread!r} has not ended: it is {last.status}.",
            fix=f"Nothing was started. {_WAYS[last.status].format(run=last.id)} "
            f"Or end it for good: dalsegno cancel {last.id}",
        )


_WAYS: Mapping[Status, str] = {
    "queued": "Go on with it: dalsegno resume {run}.",
    "running": "Wait for it; if its process has ended, go on with it: dalsegno resume {run}.",
    "paused": "A person decides first: dalsegno show {run}.",
    "failed": "Go on with it: dalsegno resume {run}.",
}


def _check_fits(record: RunRecord, ready: Ready, values: Mapping[str, object]) -> None:
    """Refuse a state that an earlier form of the workflow left, where a field's type is another."""
    from ..graphs.program import Program

    inputs = ready.resolved.inputs if isinstance(ready, Program) else {}
    anew = {name for name, each in inputs.items() if each.merge is None}
    kept = {name: value for name, value in values.items() if name not in anew}
    for name, why in misfits(ready, kept).items():
        raise ConflictError(
            f"Thread {record.thread!r} holds {name!r} as {record.workflow!r} wrote it when it was "
            f"another one, and it does not fit any more: {why}.",
            fix="Nothing was started. Use another thread.",
        )

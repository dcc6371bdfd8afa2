"""Going back: a run at an earlier checkpoint of its own, or another run from there."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from ..checkpoints import rewinding
from ..checkpoints.runs import Runs
from ..state.errors import ConflictError, LeaseError, NotFoundError
from ..state.names import nearest
from .copying import at, copy_checkpoint, put_again
from .tickets import asked_now
from .turns import checkpoint_of, stretch_of

if TYPE_CHECKING:
    from ..checkpoints.database import Database
    from ..state.run import RunRecord
    from .programs import AnyGraph

#: How long a run is held while it goes back, in seconds: there is one write to make.
_HELD = 30.0


async def roll_back(
    database: Database, graph: AnyGraph, record: RunRecord, checkpoint: str, *, by: str, now: float
) -> None:
    """Have a run's thread stand where it stood at ``checkpoint``; nothing of it is deleted.

    It is queued then, and goes on when somebody resumes it: steps after that point run again,
    their reviews are put anew, and what they did outside is asked about before it is repeated.

    Raises:
        NotFoundError: no such checkpoint. LeaseError: the run is being driven.
        ConflictError: it stands there already, has ended for good, or that is another run's.
    """
    await _check(database, graph, record, checkpoint)
    await _check_moves(graph, record, checkpoint)
    await go_back(database, graph, record, checkpoint, by=by, now=now)


async def go_back(
    database: Database, graph: AnyGraph, record: RunRecord, checkpoint: str, *, by: str, now: float
) -> None:
    """As ``roll_back``, without a look at where the run stands, which may be unreadable."""
    holder = rewinding.hold(database, record.id, by=by, now=now, until=now + _HELD)
    try:
        await put_again(graph, record.thread, checkpoint, holder)
    except BaseException:
        with suppress(LeaseError):
            rewinding.let_go(database, record.thread, holder)
        raise
    rewinding.rewound(database, record.id, holder, checkpoint, now=now)


async def fork(
    database: Database,
    graph: AnyGraph,
    record: RunRecord,
    checkpoint: str,
    *,
    new: str,
    now: float,
) -> str:
    """Start another run, ``new``, from a checkpoint of a run; gives its id.

    Its thread begins with that checkpoint; what came before it is the original's history. Where
    the original stands there still, what it waits for and what it has finished beside that are
    taken along; otherwise the next step begins anew.

    Raises:
        NotFoundError: no such checkpoint. ConflictError: it is another run's.
    """
    await _check(database, graph, record, checkpoint)
    await copy_checkpoint(graph, record.thread, checkpoint, new)
    made = replace(
        record,
        id=new,
        thread=new,
        turn=0,
        follows=None,
        key=None,
        status="queued",
        created=now,
        updated=now,
        forked_from=record.id,
        forked_at=checkpoint,
        output=None,
        metrics=None,
        error=None,
    )
    asked = await asked_now(graph, at(new))
    rewinding.forked(database, made, record, asked, now=now)
    return new


async def _check_moves(graph: AnyGraph, record: RunRecord, checkpoint: str) -> None:
    """ConflictError when a run stands at that checkpoint."""
    head = await graph.aget_state(at(record.thread))
    if head.config["configurable"].get("checkpoint_id") == checkpoint:
        raise ConflictError(
            f"Run {record.id!r} stands at that checkpoint already.",
            fix=f"See the earlier ones with: dalsegno show {record.id} --history",
        )


async def _check(database: Database, graph: AnyGraph, record: RunRecord, checkpoint: str) -> None:
    """NotFoundError when a run's thread has no such checkpoint; ConflictError when it is of another
    run there."""
    runs = Runs(database)
    own, thread = stretch_of(runs, record), record.thread
    if (await graph.aget_state(at(thread, checkpoint))).created_at is None:
        known = [checkpoint_of(each) async for each in own.snapshots(graph, 100)]
        raise NotFoundError(
            f"Thread {thread!r} has no checkpoint {checkpoint!r}{nearest(checkpoint, known)}.",
            fix=f"See those of the run with: dalsegno show {record.id} --history",
        )
    if not own.holds(checkpoint):
        every = [each for each in runs.all() if each.thread == thread]
        owners = [each for each in every if stretch_of(runs, each).holds(checkpoint)]
        shown = " or ".join(repr(each.id) for each in owners)
        raise ConflictError(
            f"Checkpoint {checkpoint!r} is not of run {record.id!r}: thread {thread!r} came to it "
            f"in run {shown}.",
            fix="Nothing was changed. To start another run from there, fork that one.",
        )

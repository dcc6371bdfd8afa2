"""Going back: a run at an earlier checkpoint of its own, or another run from there."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from ..checkpoints import rewinding
from ..state.errors import ConflictError, LeaseError, NotFoundError
from ..state.names import nearest
from .copying import at, copy_checkpoint, put_again
from .tickets import asked_now

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
        ConflictError: it stands there already, or has ended for good.
    """
    await _check(graph, record.thread, checkpoint)
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
        NotFoundError: no such checkpoint.
    """
    await _check(graph, record.thread, checkpoint)
    await copy_checkpoint(graph, record.thread, checkpoint, new)
    made = replace(
        record,
        id=new,
        thread=new,
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
    rewinding.forked(database, made, record.thread, asked, now=now)
    return new


async def _check_moves(graph: AnyGraph, record: RunRecord, checkpoint: str) -> None:
    """ConflictError when a run stands at that checkpoint."""
    head = await graph.aget_state(at(record.thread))
    if head.config["configurable"].get("checkpoint_id") == checkpoint:
        raise ConflictError(
            f"Run {record.id!r} stands at that checkpoint already.",
            fix=f"See the earlier ones with: dalsegno show {record.id} --history",
        )


async def _check(graph: AnyGraph, thread: str, checkpoint: str) -> None:
    """NotFoundError when a thread has no such checkpoint."""
    if (await graph.aget_state(at(thread, checkpoint))).created_at is not None:
        return
    newest = [each async for each in graph.aget_state_history(at(thread), limit=100)]
    known = [str(each.config["configurable"]["checkpoint_id"]) for each in newest]
    raise NotFoundError(
        f"Thread {thread!r} has no checkpoint {checkpoint!r}{nearest(checkpoint, known)}.",
        fix="See them with: dalsegno show RUN --history.",
    )

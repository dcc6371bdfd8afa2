"""Going back to an earlier checkpoint: the run, its tickets, and what it did outside."""

from collections.abc import Sequence
from dataclasses import replace

from ..state.errors import ConflictError
from ..state.run import FINAL, Holder, RunRecord, after
from . import leases
from .database import Database
from .journal import inherit
from .passing import pass_over
from .reviews import close_all
from .runs import insert, row_of
from .standing import Asked, ask


def hold(database: Database, run: str, *, by: str, now: float, until: float) -> Holder:
    """Take a run that is to go back, so that nobody drives it meanwhile.

    Raises:
        ConflictError: it has ended for good. LeaseError: somebody drives it.
    """
    with database.transaction("rollback") as connection:
        row = row_of(connection, run)
        if row["status"] in FINAL:
            raise ConflictError(
                f"Run {run!r} is {row['status']}: it goes back no more.",
                fix=f"Start another one from there: dalsegno fork {run} CHECKPOINT",
            )
        after(row["status"], "rollback")
        return leases.take(connection, row["thread"], by=by, now=now, until=until)


def let_go(database: Database, thread: str, holder: Holder) -> None:
    """Nothing was changed; somebody else may have the run."""
    with database.transaction("leave") as connection:
        leases.leave(connection, thread, holder)


def rewound(database: Database, run: str, holder: Holder, checkpoint: str, *, now: float) -> None:
    """The thread stands at ``checkpoint`` again: what was asked after it is asked no more.

    Raises:
        LeaseError: the run changed hands meanwhile.
    """
    with database.transaction("rollback") as connection:
        row = row_of(connection, run)
        leases.leave(connection, row["thread"], holder)
        close_all(connection, run, "superseded", now=now)
        pass_over(connection, row["thread"], checkpoint)
        connection.execute(
            "UPDATE dalsegno_run SET status = ?, updated = ?, error = NULL WHERE id = ?",
            (after(row["status"], "rollback"), now, run),
        )


def forked(
    database: Database, record: RunRecord, source: RunRecord, asked: Sequence[Asked], *, now: float
) -> None:
    """Record a run whose thread was copied from that of ``source``, with tickets for what it asks.

    It knows what the original did outside from there on, and asks before it does that again.
    """
    with database.transaction("fork") as connection:
        insert(connection, replace(record, status="paused" if asked else "queued"))
        inherit(connection, source.thread, record.thread, record.forked_at, turn=source.turn)
        ask(connection, record.id, asked, now=now)

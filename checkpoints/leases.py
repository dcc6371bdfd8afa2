"""One writer per thread: a lease with a fencing token, checked in every transaction that writes.

A lease is on a LangGraph thread, so that it holds with and without a run of ours around it.
"""

import sqlite3
from collections.abc import Callable

from ..state.errors import LeaseError
from ..state.run import Holder
from .process import is_dead as has_ended

#: Tells whether a holder's process is known to have ended; its hold is then over at once.
IsDead = Callable[[str], bool]


def take(
    connection: sqlite3.Connection,
    thread: str,
    *,
    by: str,
    now: float,
    until: float,
    is_dead: IsDead = has_ended,
) -> Holder:
    """Become the one that drives the thread, until ``until`` (seconds) unless renewed.

    Raises:
        LeaseError: another holds it.
    """
    row = _row(connection, thread)
    if row is not None and _is_held(row, now, is_dead):
        raise LeaseError(
            f"Thread {thread!r} is being run already, by {row['holder']}.",
            fix="Wait until it ends. If that process is dead, its hold ends "
            f"in {row['until'] - now:.0f} s at the latest.",
            thread=thread,
        )
    taken = connection.execute(
        "INSERT INTO dalsegno_lease (thread, fence, holder, until) VALUES (?, 1, ?, ?)"
        " ON CONFLICT (thread) DO UPDATE SET fence = fence + 1, holder = excluded.holder,"
        " until = excluded.until RETURNING fence",
        (thread, by, until),
    ).fetchone()
    return Holder(name=by, fence=taken["fence"])


def check(
    connection: sqlite3.Connection,
    thread: str,
    holder: Holder | None,
    *,
    now: float,
    is_dead: IsDead = has_ended,
) -> None:
    """Refuse a write to a thread by one who does not hold it.

    Who comes without a hold may write while nobody has one. Who comes with one must have it still:
    a process that was frozen and overtaken is refused also after the other has let go.

    Raises:
        LeaseError: nothing may be written.
    """
    row = _row(connection, thread)
    if holder is not None:
        if row is None or (row["holder"], row["fence"]) != (holder.name, holder.fence):
            raise LeaseError(
                f"Thread {thread!r} went on elsewhere while it was stopped here.",
                fix="Nothing was written here. Look it up again, and resume it if it stopped.",
                thread=thread,
            )
    elif row is not None and _is_held(row, now, is_dead):
        raise LeaseError(
            f"Thread {thread!r} is being run by {row['holder']}.",
            fix="Nothing was written. Wait until it pauses or ends.",
            thread=thread,
        )


def renew(connection: sqlite3.Connection, thread: str, holder: Holder, *, until: float) -> bool:
    """Hold on for longer; False when the thread has changed hands."""
    changed = connection.execute(
        "UPDATE dalsegno_lease SET until = ? WHERE thread = ? AND holder = ? AND fence = ?",
        (until, thread, holder.name, holder.fence),
    )
    return changed.rowcount == 1


def leave(connection: sqlite3.Connection, thread: str, holder: Holder) -> None:
    """Let go. The fence stays, so that the next hold is another one.

    Raises:
        LeaseError: the thread changed hands meanwhile.
    """
    changed = connection.execute(
        "UPDATE dalsegno_lease SET holder = NULL, until = NULL"
        " WHERE thread = ? AND holder = ? AND fence = ?",
        (thread, holder.name, holder.fence),
    )
    if changed.rowcount != 1:
        check(connection, thread, holder, now=0.0)


def revoke(connection: sqlite3.Connection, thread: str) -> None:
    """Take the thread from whoever holds it: what that one writes from now on is refused."""
    connection.execute(
        "UPDATE dalsegno_lease SET holder = NULL, until = NULL, fence = fence + 1 WHERE thread = ?",
        (thread,),
    )


def _is_held(row: sqlite3.Row, now: float, is_dead: IsDead) -> bool:
    return row["holder"] is not None and row["until"] > now and not is_dead(row["holder"])


def _row(connection: sqlite3.Connection, thread: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = connection.execute(
        "SELECT holder, fence, until FROM dalsegno_lease WHERE thread = ?", (thread,)
    ).fetchone()
    return row

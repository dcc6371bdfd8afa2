"""Runs that follow one another on one thread: whose turn it is, and whether it has begun."""

import sqlite3

from ..state.errors import ConflictError
from ..state.run import FINAL, RunRecord
from .database import Database
from .lineage import head_of_thread, made_of, number_of


def turn_of(connection: sqlite3.Connection, thread: str) -> int:
    """The number of the thread's newest run; 0 where it has none."""
    found = connection.execute(
        "SELECT max(turn) FROM dalsegno_run WHERE thread = ?", (thread,)
    ).fetchone()[0]
    return 0 if found is None else int(found)


def check_next(connection: sqlite3.Connection, record: RunRecord) -> None:
    """Refuse a new run unless the thread is as it was looked at: ended, and at that checkpoint.

    Raises:
        ConflictError: another run was started there, or somebody wrote to the thread.
    """
    last = connection.execute(
        "SELECT id, turn, status FROM dalsegno_run WHERE thread = ? ORDER BY turn DESC LIMIT 1",
        (record.thread,),
    ).fetchone()
    if last is not None and (record.turn != last["turn"] + 1 or last["status"] not in FINAL):
        raise ConflictError(
            f"Run {last['id']!r} was started on thread {record.thread!r} at the same moment.",
            fix="Nothing was started. Start yours when it has ended, or use another thread.",
        )
    if head_of_thread(connection, record.thread) != record.follows:
        raise ConflictError(
            f"Thread {record.thread!r} was written to at the same moment.",
            fix="Nothing was started. Start it again when nobody else writes there.",
        )


def has_begun(database: Database, record: RunRecord) -> bool:
    """Was the run's input stored? Else its thread still stands where the run before it ended.

    Of the first run of a thread that is told by the thread itself, which is empty until then.
    """
    if record.follows is None:
        return True
    with database.reading() as connection:
        return _has_input(connection, record.thread, record.follows)


def _has_input(connection: sqlite3.Connection, thread: str, follows: str) -> bool:
    """Is there an input behind a checkpoint? What was written by hand is none: it is passed by."""
    at = head_of_thread(connection, thread)
    while at is not None and at != follows:
        made = made_of(connection, thread, "", at)
        if made is None or made.source not in {"update", "fork"}:
            return not _is_before(connection, thread, at, follows)
        at = made.parent
    return False


def _is_before(connection: sqlite3.Connection, thread: str, one: str, other: str) -> bool:
    """Was a checkpoint stored before another? A thread stands there when that was damaged."""
    first = number_of(connection, thread, one)
    second = number_of(connection, thread, other)
    if first is None or second is None:
        return one < other  # pruned or taken out; ids grow with time
    return first < second

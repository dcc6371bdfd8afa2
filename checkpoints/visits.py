"""Visits: how often a step was come to, so that a loop's next pass is told from a repeated one.

LangGraph's id of a task stays the same when the task is executed again, after a retry, a pause or
a kill. It changes when a person repaired the thread with ``update_state`` and the step runs again.
So a task that is not known takes over the visit that never ended, and else begins the next.
"""

import re
import sqlite3
from collections.abc import Container, Sequence
from dataclasses import dataclass

from .lineage import has_ended
from .passing import pass_over_abandoned
from .turns import turn_of

_NUMBERS = re.compile(r":\d+(?=[|/])")


def shown(path: str) -> str:
    """A visit's path as the way to the step that people read."""
    return _NUMBERS.sub("", path)


@dataclass(frozen=True, kw_only=True)
class Level:
    """One task on the way to a step, the outermost first.

    ``name`` is the node's, with its position among parallel ones; ``ns`` and ``checkpoint`` are
    those of the graph that it is a task of, which is the ``nth`` that the task around it called.
    """

    name: str
    task: str
    ns: str
    checkpoint: str
    nth: int = 0


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A visit of a step: its path, which counts the visits of the steps around it, and number.

    ``outer:2/1|inner`` is the step of the second graph that the third visit of ``outer`` called.
    """

    path: str
    number: int

    def within(self, nth: int) -> str:
        """The path to the ``nth`` graph that the step called in this visit."""
        return f"{self.path}:{self.number}/{nth}" if nth else f"{self.path}:{self.number}"


def visit_of(
    connection: sqlite3.Connection,
    thread: str,
    levels: Sequence[Level],
    *,
    past: Container[str] = (),
) -> Visit:
    """The visit that a task belongs to; one that is not known yet is noted.

    ``past`` are tasks that ran before in the same run of the graph: it goes on only when they
    have ended.
    """
    known = _known(connection, thread, levels[-1].task)
    if known is not None:
        return known
    outer: Visit | None = None
    for level in levels:
        path = level.name if outer is None else f"{outer.within(level.nth)}|{level.name}"
        found = _known(connection, thread, level.task)
        outer = found or _noted(connection, thread, path, level, past)
    assert outer is not None
    return outer


def _known(connection: sqlite3.Connection, thread: str, task: str) -> Visit | None:
    row = connection.execute(
        "SELECT path, number FROM dalsegno_visit WHERE thread = ? AND task = ?", (thread, task)
    ).fetchone()
    return None if row is None else Visit(path=row["path"], number=row["number"])


def _noted(
    connection: sqlite3.Connection, thread: str, path: str, level: Level, past: Container[str]
) -> Visit:
    turn = turn_of(connection, thread)
    number = _left(connection, thread, path, level, past, turn)
    if number is None:
        pass_over_abandoned(
            connection, thread, path, ns=level.ns, checkpoint=level.checkpoint, turn=turn
        )
        last = connection.execute(
            "SELECT max(number) FROM dalsegno_visit WHERE thread = ? AND path = ? AND ns = ?",
            (thread, path, level.ns),
        ).fetchone()[0]
        number = 0 if last is None else int(last) + 1
    connection.execute(
        "INSERT INTO dalsegno_visit (thread, task, path, number, ns, checkpoint, turn)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (thread, level.task, path, number, level.ns, level.checkpoint, turn),
    )
    return Visit(path=path, number=number)


def _left(
    connection: sqlite3.Connection,
    thread: str,
    path: str,
    level: Level,
    past: Container[str],
    turn: int,
) -> int | None:
    """The number of a visit that never ended, and that a task may take over.

    Only visits of the same run of the graph around it count: when that began anew, so does this.
    What an earlier run of the thread left is not taken over.
    Several that never ended were parallel, and are taken over in their order.
    """
    place = (thread, path, level.ns)
    before = connection.execute(
        "SELECT checkpoint FROM dalsegno_visit WHERE thread = ? AND path = ? AND ns = ?"
        " AND checkpoint <> ? AND turn = ? ORDER BY id DESC LIMIT 1",
        (*place, level.checkpoint, turn),
    ).fetchone()
    if before is None:
        return None
    beside = connection.execute(
        "SELECT number FROM dalsegno_visit WHERE thread = ? AND path = ? AND ns = ?"
        " AND checkpoint = ?",
        (*place, level.checkpoint),
    ).fetchall()
    taken = {row["number"] for row in beside}
    left = connection.execute(
        "SELECT number, task, ended FROM dalsegno_visit WHERE thread = ? AND path = ?"
        " AND ns = ? AND checkpoint = ? ORDER BY number",
        (*place, before["checkpoint"]),
    ).fetchall()
    for row in left:
        over = (
            row["ended"]
            or row["task"] in past
            or has_ended(connection, thread, level.ns, row["task"], before["checkpoint"])
        )
        if row["number"] not in taken and not over:
            number: int = row["number"]
            return number
    return None


def settle(connection: sqlite3.Connection, thread: str, ns: str) -> None:
    """Note which visits have ended, while there are still the checkpoints that tell.

    For whoever prunes: without it a loop's next pass would be taken for the last one once more.
    """
    rows = connection.execute(
        "SELECT id, task, checkpoint FROM dalsegno_visit WHERE thread = ? AND ns = ? AND ended = 0",
        (thread, ns),
    ).fetchall()
    over = [
        (row["id"],)
        for row in rows
        if has_ended(connection, thread, ns, row["task"], row["checkpoint"])
    ]
    connection.executemany("UPDATE dalsegno_visit SET ended = 1 WHERE id = ?", over)

"""Visits that are passed over: the thread goes on from before them.

Somebody took it back, forked it or updated it by hand. What such a visit did outside is marked, so
that the next one does not just do it again.
"""

import re
import sqlite3
from collections.abc import Sequence

from . import markers
from .lineage import has_ended, made_of

#: What the column `ended` of a visit says then, whether it had ended or not.
_PASSED = 2


def visits_since(
    connection: sqlite3.Connection, thread: str, checkpoint: str, turn: int | None = None
) -> set[markers.Visited]:
    """The visits from a checkpoint on that nobody went back over yet.

    ``turn`` is the number of the thread's run that made them; None: whichever.
    """
    rows = connection.execute(
        "SELECT path, number FROM dalsegno_visit WHERE thread = ? AND checkpoint >= ?"
        " AND ended <> ? AND (? IS NULL OR turn = ?)",
        (thread, checkpoint, _PASSED, turn, turn),
    )
    return {(row["path"], row["number"]) for row in rows}


def pass_over(connection: sqlite3.Connection, thread: str, checkpoint: str) -> None:
    """The thread stands at a checkpoint again: nothing that came after it counts any more."""
    rows = connection.execute(
        "SELECT id, path, number, task, ns, checkpoint, ended FROM dalsegno_visit WHERE thread = ?"
        " AND checkpoint >= ? AND ended <> ?",
        (thread, checkpoint, _PASSED),
    )
    _pass_over(connection, thread, rows.fetchall())


def _pass_over(connection: sqlite3.Connection, thread: str, rows: Sequence[sqlite3.Row]) -> None:
    """Mark what these visits did. One that never ended may still be taken over, with its calls."""
    visits = {(row["path"], row["number"]) for row in rows}
    for effect in ("external", "idempotent"):
        markers.mark(connection, thread, visits, target=thread, effect=effect)
    over = [
        (_PASSED, row["id"])
        for row in rows
        if row["ended"] or has_ended(connection, thread, row["ns"], row["task"], row["checkpoint"])
    ]
    connection.executemany("UPDATE dalsegno_visit SET ended = ? WHERE id = ?", over)


def pass_over_abandoned(
    connection: sqlite3.Connection, thread: str, path: str, *, ns: str, checkpoint: str, turn: int
) -> None:
    """Where a person took the thread back over visits of a step, they are passed over.

    The step is come to again, at ``checkpoint`` of the namespace ``ns``. The checkpoints that lead
    there tell: the last visit's is not among them, or not what its end led to, where the thread
    goes on from before it. Or an update by hand came after it: then the step may well run again
    because of that. New input in between is a turn of its own, and so is the thread's next run.
    """
    place = (ns, checkpoint, _PASSED, turn)
    newest = _last(connection, thread, "path = ?", (path,), place)
    family, values = _family(path)
    if newest is None and values:
        newest = _last(connection, thread, family, values, place)
    if newest is None:
        return
    line, by_hand = [], False
    at: str | None = checkpoint
    while at is not None and at > newest:
        found = made_of(connection, thread, ns, at)
        if found is None and by_hand:  # pruned
            at = newest
            break
        if found is None or found.source == "input":
            return  # not stored yet, or begun anew
        line.append(at)
        at = found.parent
        by_hand = by_hand or found.source == "update"
        if at == newest and found.source == "loop" and not by_hand:
            return
    since = "checkpoint = ?" if at == newest else "checkpoint > ?"
    rows = connection.execute(
        "SELECT id, path, number, task, ns, checkpoint, ended FROM dalsegno_visit WHERE thread = ?"
        f" AND ({family} OR path = ?) AND ns = ? AND checkpoint <> ? AND ended <> ? AND turn = ?"
        f" AND {since}",
        (thread, *values, path, *place, at or ""),
    )
    left = [row for row in rows.fetchall() if row["checkpoint"] not in line]
    _pass_over(connection, thread, left)


def _last(
    connection: sqlite3.Connection,
    thread: str,
    which: str,
    values: tuple[str, ...],
    place: tuple[str, str, int, int],
) -> str | None:
    """The checkpoint of the last such visit that is not passed over, beside those of this one."""
    row = connection.execute(
        f"SELECT checkpoint FROM dalsegno_visit WHERE thread = ? AND {which} AND ns = ?"
        " AND checkpoint <> ? AND ended <> ? AND turn = ? ORDER BY id DESC LIMIT 1",
        (thread, *values, *place),
    ).fetchone()
    return None if row is None else str(row["checkpoint"])


def _family(path: str) -> tuple[str, tuple[str, ...]]:
    """SQL for the visits of a step that was sent, at every position, and its values.

    Items that are sent again may come in another order, or be more.
    """
    base, mark, position = path.rpartition("#")
    if not mark or not position.isdigit():
        return "0", ()
    return "path GLOB ? AND path > ? AND path < ?", (_digits(base), f"{base}#", f"{base}$")


def _digits(base: str) -> str:
    """A pattern for a name and a position."""
    exact = re.sub(r"([*?[])", r"[\1]", base)
    return f"{exact}#[0-9]*"

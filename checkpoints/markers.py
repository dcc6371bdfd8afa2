"""Markers: what was done outside, in a past that the thread does not go on from any more.

Whoever forks a run, takes it back or repairs it has its steps run again. An external call that one
of them repeats is asked about first; an idempotent one is made under the key that it had. A marker
stands for one such call until that has been seen to, or the thread has its next run.
"""

import re
import sqlite3
from collections.abc import Collection, Iterator

from .turns import turn_of

#: The type of the result that there will never be.
GIVEN_UP = "given up"
#: A part of a path without its position among parallel ones, its visit and its graph's number.
_COUNTS = re.compile(r"(#\d+)?(:\d+)?(/\d+)?(?=\||$)")
_VISIT = re.compile(r":(\d+)(?=[|/])")

#: (path, number) of a visit.
Visited = tuple[str, int]


def bare(path: str) -> str:
    """A path without all that is counted in it: items may come in another order."""
    return _COUNTS.sub("", path)


def mark(
    connection: sqlite3.Connection,
    source: str,
    visits: Collection[Visited],
    *,
    target: str,
    effect: str,
) -> None:
    """Note on the thread ``target`` what ``source`` did in these visits, and in graphs within.

    What surely did not happen is left out; what a person gave up is not.
    """
    states = "'intent', 'done', 'unknown'" if effect == "external" else "'intent', 'done', 'failed'"
    found = connection.execute(
        "SELECT id, step, visit FROM dalsegno_call WHERE thread = ? AND effect = ?"
        f" AND (state IN ({states}) OR state = 'failed' AND type = ?) ORDER BY id",
        (source, effect, GIVEN_UP),
    )
    known, turn = frozenset(visits), turn_of(connection, target)
    marked = [
        (target, turn, row["id"])
        for row in found.fetchall()
        if any(each in known for each in _around(row["step"], row["visit"]))
    ]
    connection.executemany(_MARK.format(which="id = ?"), marked)


def hand_on(connection: sqlite3.Connection, source: str, target: str, turn: int) -> None:
    """Note on a thread what stands on another still, for the run of that number."""
    connection.execute(
        _MARK.format(which="thread = ? AND state = 'marker' AND turn = ? ORDER BY id"),
        (target, turn_of(connection, target), source, turn),
    )


_MARK = (
    "INSERT OR IGNORE INTO dalsegno_call (thread, turn, key, step, visit, name, digest, effect,"
    " state, tries, token, started, ended, type, result) SELECT ?, ?, 'marker-' || id, step, visit,"
    " name, digest, effect, 'marker', tries, token, started, ended, type, result"
    " FROM dalsegno_call WHERE {which}"
)


def _around(path: str, number: int) -> Iterator[Visited]:
    """A call's visit, and those of the steps around it."""
    yield path, number
    for found in _VISIT.finditer(path):
        yield path[: found.start()], int(found[1])


def marker_of(
    connection: sqlite3.Connection, thread: str, path: str, name: str, digest: str
) -> sqlite3.Row | None:
    """The oldest marker of that call in that step, whichever the item and the visit."""
    wanted = bare(path)
    found = connection.execute(
        "SELECT * FROM dalsegno_call WHERE state = 'marker' AND thread = ? AND name = ?"
        " AND digest = ? AND turn = ? ORDER BY id",
        (thread, name, digest, turn_of(connection, thread)),
    )
    return next((row for row in found.fetchall() if bare(row["step"]) == wanted), None)


def spend(connection: sqlite3.Connection, call: int) -> None:
    """What was done before is asked about once, and this call was about it."""
    row = connection.execute(
        "SELECT * FROM dalsegno_call WHERE id = ? AND state = 'elsewhere'", (call,)
    ).fetchone()
    if row is None:
        return
    marker = marker_of(connection, row["thread"], row["step"], row["name"], row["digest"])
    if marker is not None:
        take_off(connection, marker["id"])


def take_off(connection: sqlite3.Connection, marker: int) -> None:
    connection.execute("DELETE FROM dalsegno_call WHERE id = ?", (marker,))


def found_again(connection: sqlite3.Connection, row: sqlite3.Row) -> None:
    """A call goes on where it stood: it is not repeated, whatever was marked."""
    connection.execute(
        "DELETE FROM dalsegno_call WHERE thread = ? AND key = 'marker-' || ?",
        (row["thread"], row["id"]),
    )

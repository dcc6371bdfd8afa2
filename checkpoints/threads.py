"""Which threads a database holds, and whether one has changed."""

import sqlite3

from .database import Database
from .records import head_of, place_of


def threads(database: Database) -> tuple[str, ...]:
    """Every thread that has checkpoints or a run, by name."""
    rows = database.rows(
        "SELECT thread FROM dalsegno_place UNION SELECT thread FROM dalsegno_run ORDER BY 1"
    )
    return tuple(str(row["thread"]) for row in rows)


def mark(database: Database, thread: str) -> str:
    """A text that is another one once anything was written to where a thread stands."""
    if not database.exists:
        return ""
    with database.reading() as connection:
        return mark_of(connection, thread, database.key)


def mark_of(connection: sqlite3.Connection, thread: str, key: bytes | None) -> str:
    """As ``mark``, within a transaction."""
    place = place_of(thread, "", key)
    head = head_of(connection, place)
    if head is None or head.row is None:
        return ""
    written = connection.execute(
        "SELECT count(*) FROM dalsegno_record WHERE place = ? AND checkpoint = ?",
        (place.id, head.row.checkpoint),
    ).fetchone()[0]
    return f"{head.row.id}.{written}"

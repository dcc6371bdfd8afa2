"""Reading the table of reviews."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Literal

from ..state.errors import NotFoundError
from ..state.names import nearest
from ..state.review import Ending, Review
from .database import Database


class Reviews:
    """Tickets: written when a run pauses, decided once, kept. ``standing`` writes them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, review: str) -> Review:
        """The review of that id.

        Raises:
            NotFoundError: there is none; names the nearest.
        """
        rows = self._database.rows("SELECT * FROM dalsegno_review WHERE id = ?", (review,))
        if not rows:
            known = self._database.rows("SELECT id FROM dalsegno_review WHERE decision IS NULL")
            raise NotFoundError(
                f"There is no review {review!r}{nearest(review, [row['id'] for row in known])}.",
                fix="See the open ones with: dalsegno reviews.",
            )
        return review_of(rows[0])

    def due(self, *, now: float, run: str | None = None) -> tuple[Review, ...]:
        """Open reviews whose deadline has passed, the longest ago first."""
        rows = self._database.rows(
            "SELECT * FROM dalsegno_review WHERE decision IS NULL AND deadline <= ?"
            " AND (? IS NULL OR run = ?) ORDER BY deadline, rowid",
            (now, run, run),
        )
        return tuple(review_of(row) for row in rows)

    def list(self, run: str | None = None, *, open_only: bool = True) -> tuple[Review, ...]:
        """Reviews of one run or of all, the oldest first."""
        rows = self._database.rows(
            "SELECT * FROM dalsegno_review WHERE (? IS NULL OR run = ?)"
            " AND (? = 0 OR decision IS NULL) ORDER BY created, rowid",
            (run, run, int(open_only)),
        )
        return tuple(review_of(row) for row in rows)


def close(
    connection: sqlite3.Connection,
    review: str,
    ended: Ending,
    *,
    now: float,
    by: str = "dalsegno",
) -> None:
    """End an open ticket without a decision, and say how."""
    connection.execute(
        "UPDATE dalsegno_review SET decision = ?, decided_by = ?, decided_at = ?"
        " WHERE id = ? AND decision IS NULL",
        (json.dumps({"type": ended}), by, now, review),
    )


def close_all(
    connection: sqlite3.Connection,
    run: str,
    ended: Literal["superseded", "cancelled"],
    *,
    now: float,
) -> None:
    """End every open ticket of a run."""
    found = connection.execute(
        "SELECT id FROM dalsegno_review WHERE run = ? AND decision IS NULL", (run,)
    ).fetchall()
    for row in found:
        close(connection, row["id"], ended, now=now)


def review_of(row: sqlite3.Row) -> Review:
    return Review(
        id=row["id"],
        run=row["run"],
        node=row["node"],
        interrupt=row["interrupt"],
        digest=row["digest"],
        request=json.loads(row["request"]),
        created=row["created"],
        assignee=row["assignee"],
        deadline=row["deadline"],
        on_deadline=_loaded(row["on_deadline"]),
        passed=row["passed"],
        decision=_loaded(row["decision"]),
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
    )


def _loaded(text: str | None) -> Mapping[str, object] | None:
    value: Mapping[str, object] | None = None if text is None else json.loads(text)
    return value

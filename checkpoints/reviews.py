"""Reading the table of reviews."""

import json
import sqlite3

from ..state.errors import NotFoundError
from ..state.names import nearest
from ..state.review import Review
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
        return _review(rows[0])

    def list(self, run: str | None = None, *, open_only: bool = True) -> tuple[Review, ...]:
        """Reviews of one run or of all, the oldest first."""
        rows = self._database.rows(
            "SELECT * FROM dalsegno_review WHERE (? IS NULL OR run = ?)"
            " AND (? = 0 OR decision IS NULL) ORDER BY created, rowid",
            (run, run, int(open_only)),
        )
        return tuple(_review(row) for row in rows)


def _review(row: sqlite3.Row) -> Review:
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
        decision=None if row["decision"] is None else json.loads(row["decision"]),
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
    )

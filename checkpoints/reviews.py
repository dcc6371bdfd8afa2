"""The table of reviews. A decision is a compare-and-set: the first one counts, for good."""

import json
import sqlite3
from collections.abc import Mapping

from ..state.errors import ConflictError, NotFoundError
from ..state.names import nearest
from ..state.review import Review
from .database import Database


class Reviews:
    """Tickets: written when a run pauses, decided once, kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(
        self,
        *,
        run: str,
        node: str,
        interrupt: str,
        digest: str,
        request: Mapping[str, object],
        now: float,
    ) -> Review:
        """The ticket of a pause, written on the first call and found on every later one."""
        with self._database.transaction() as connection:
            known = connection.execute(
                "SELECT * FROM dalsegno_review WHERE run = ? AND interrupt = ?", (run, interrupt)
            ).fetchone()
            if known is not None:
                return _review(known)
            count = connection.execute(
                "SELECT count(*) FROM dalsegno_review WHERE run = ?", (run,)
            ).fetchone()[0]
            connection.execute(
                "INSERT INTO dalsegno_review (id, run, node, interrupt, digest, request, created)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    f"{run}.{count + 1}",
                    run,
                    node,
                    interrupt,
                    digest,
                    json.dumps(dict(request), ensure_ascii=False),
                    now,
                ),
            )
        return self.get(f"{run}.{count + 1}")

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

    def decide(self, review: str, decision: Mapping[str, object], *, by: str, now: float) -> Review:
        """Record the decision; it is on disk when this returns.

        Raises:
            ConflictError: somebody decided before; says who, what and that nothing changed.
        """
        with self._database.transaction() as connection:
            changed = connection.execute(
                "UPDATE dalsegno_review SET decision = ?, decided_by = ?, decided_at = ?"
                " WHERE id = ? AND decision IS NULL",
                (json.dumps(dict(decision), ensure_ascii=False), by, now, review),
            )
            first = changed.rowcount == 1
        known = self.get(review)
        if not first:
            made = known.decision or {}
            raise ConflictError(
                f"Review {review!r} was already decided: {made.get('type')} "
                f"by {known.decided_by!r}.",
                fix="Nothing was changed. See the run with: dalsegno show " + known.run,
            )
        return known


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

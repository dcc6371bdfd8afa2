"""What changes a run and its reviews together, each in one transaction.

A pause and its tickets become visible at once, so that nobody decides on a run that is still
held. A decision makes the run ready to go on, so that one that nobody carried out is seen.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..state.errors import ConflictError, NotFoundError
from ..state.review import asked_of
from ..state.run import after
from .database import Database
from .runs import Holder, held_row, to_json


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One pause of a graph: where, LangGraph's id of it, and what the person is shown.

    ``digest`` is the hash of the request: an answer counts for what was shown, and no other.
    """

    node: str
    interrupt: str
    digest: str
    request: Mapping[str, object]


def pause(
    database: Database,
    run: str,
    holder: Holder,
    asked: Sequence[Asked],
    *,
    now: float,
    output: Mapping[str, object],
    metrics: Mapping[str, object],
) -> bool:
    """Open a ticket for each pause and let go of the run; False when one is decided already.

    Then nothing was let go: the holder has to go on with that decision. A ticket whose request
    has changed since is closed as superseded, and a new one is opened.

    Raises:
        LeaseError: the run changed hands meanwhile; nothing was written.
    """
    with database.transaction() as connection:
        row = held_row(connection, run, holder)
        if any(_is_decided(connection, run, each) for each in asked):
            return False
        for each in asked:
            _open(connection, run, each, now=now)
        connection.execute(
            "UPDATE dalsegno_run SET status = ?, holder = NULL, held_until = NULL, updated = ?,"
            " output = ?, metrics = ?, error = NULL WHERE id = ?",
            (after(row["status"], "pause"), now, to_json(output), to_json(metrics), run),
        )
    return True


def _is_decided(connection: sqlite3.Connection, run: str, asked: Asked) -> bool:
    found = connection.execute(
        "SELECT 1 FROM dalsegno_review WHERE run = ? AND interrupt = ? AND digest = ?"
        " AND decision IS NOT NULL",
        (run, asked.interrupt, asked.digest),
    )
    return found.fetchone() is not None


def _open(connection: sqlite3.Connection, run: str, asked: Asked, *, now: float) -> None:
    connection.execute(
        "UPDATE dalsegno_review SET decision = ?, decided_by = 'dalsegno', decided_at = ?"
        " WHERE run = ? AND interrupt = ? AND digest != ? AND decision IS NULL",
        (json.dumps({"type": "superseded"}), now, run, asked.interrupt, asked.digest),
    )
    assignee, within = asked_of(asked.request)
    connection.execute(
        "INSERT INTO dalsegno_review"
        " (id, run, node, interrupt, digest, request, created, assignee, deadline)"
        " SELECT ? || '.' || (count(*) + 1), ?, ?, ?, ?, ?, ?, ?, ?"
        " FROM dalsegno_review WHERE run = ?"
        " ON CONFLICT (run, interrupt, digest) DO NOTHING",
        (
            run,
            run,
            asked.node,
            asked.interrupt,
            asked.digest,
            to_json(asked.request),
            now,
            assignee,
            None if within is None else now + within,
            run,
        ),
    )


def decide(
    database: Database, review: str, decision: Mapping[str, object], *, by: str, now: float
) -> None:
    """Record a decision, for good; it is on disk when this returns, and its run ready to go on.

    Raises:
        ConflictError: somebody decided before; says who, what, and that nothing changed.
    """
    with database.transaction() as connection:
        ticket = connection.execute(
            "SELECT * FROM dalsegno_review WHERE id = ?", (review,)
        ).fetchone()
        if ticket is None:
            raise NotFoundError(f"There is no review {review!r}.", fix="See: dalsegno reviews.")
        if ticket["decision"] is not None:
            raise already_decided(ticket)
        connection.execute(
            "UPDATE dalsegno_review SET decision = ?, decided_by = ?, decided_at = ? WHERE id = ?",
            (to_json(decision), by, now, review),
        )
        run = connection.execute(
            "SELECT * FROM dalsegno_run WHERE id = ?", (ticket["run"],)
        ).fetchone()
        connection.execute(
            "UPDATE dalsegno_run SET status = ?, updated = ? WHERE id = ?",
            (after(run["status"], "decide"), now, run["id"]),
        )


def already_decided(ticket: sqlite3.Row) -> ConflictError:
    """The error of a second decision: who was first, and that nothing changed."""
    made = json.loads(ticket["decision"]).get("type")
    return ConflictError(
        f"Review {ticket['id']!r} was already decided: {made} by {ticket['decided_by']!r}.",
        fix=f"Nothing was changed. See the run with: dalsegno show {ticket['run']}",
    )

"""What changes a run and its reviews together, each in one transaction.

A pause and its tickets become visible at once, so that nobody decides on a run that is still
held. A decision makes the run ready to go on, so that one that nobody carried out is seen.
"""

import logging
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ..state.errors import ConflictError, DalsegnoError, NotFoundError
from ..state.lapse import terms_of
from ..state.review import ENDINGS, Review
from ..state.run import Holder, after
from . import leases
from .database import Database
from .reviews import close, review_of
from .runs import row_of, to_json
from .threads import mark_of


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One pause of a graph: where, LangGraph's id of it, and what the person is shown.

    ``digest`` is the hash of the request: an answer counts for what was shown, and no other.
    ``ours`` are pauses that take our own decisions; others are answered in their own shape.
    """

    node: str
    interrupt: str
    digest: str
    request: Mapping[str, object]
    ours: bool = False


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

    Then nothing was let go: the holder has to go on with that decision. A ticket whose question
    is no longer asked is closed as superseded.

    Raises:
        LeaseError: the run changed hands meanwhile; nothing was written.
    """
    with database.transaction("pause") as connection:
        row = row_of(connection, run)
        leases.check(connection, row["thread"], holder, now=now)
        if any(_is_decided(connection, run, each) for each in asked):
            return False
        ask(connection, run, asked, now=now)
        connection.execute(
            "UPDATE dalsegno_run SET status = ?, updated = ?, output = ?, metrics = ?,"
            " error = NULL WHERE id = ?",
            (after(row["status"], "pause"), now, to_json(output), to_json(metrics), run),
        )
        leases.leave(connection, row["thread"], holder)
    return True


def _is_decided(connection: sqlite3.Connection, run: str, asked: Asked) -> bool:
    found = connection.execute(
        "SELECT * FROM dalsegno_review WHERE run = ? AND interrupt = ? AND digest = ?"
        " AND decision IS NOT NULL",
        (run, asked.interrupt, asked.digest),
    )
    return any(review_of(row).answer is not None for row in found)


def ask(
    connection: sqlite3.Connection, run: str, asked: Sequence[Asked], *, now: float
) -> tuple[str, ...]:
    """A ticket for each question, and none for what is asked no more; gives those that ended.

    A question that was decided on and is carried out at this moment keeps its ticket.
    """
    wanted = {(each.interrupt, each.digest): each for each in asked}
    ended = []
    for row in _open_rows(connection, run):
        if wanted.pop((row["interrupt"], row["digest"]), None) is None:
            close(connection, row["id"], "superseded", now=now)
            ended.append(row["id"])
    for each in wanted.values():
        if not _is_decided(connection, run, each):
            _open(connection, run, each, now=now)
    return tuple(ended)


def _open_rows(connection: sqlite3.Connection, run: str) -> list[sqlite3.Row]:
    return connection.execute(
        "SELECT * FROM dalsegno_review WHERE run = ? AND decision IS NULL", (run,)
    ).fetchall()


def _open(connection: sqlite3.Connection, run: str, asked: Asked, *, now: float) -> None:
    terms = terms_of(asked.request)
    if terms.unfit is not None:
        logging.getLogger("dalsegno").warning(
            "What %r asks for its deadline cannot be done, so it expires: %s",
            asked.node,
            terms.unfit,
        )
    connection.execute(
        "INSERT INTO dalsegno_review"
        " (id, run, node, interrupt, digest, request, created, assignee, deadline, on_deadline)"
        " SELECT ? || '.' || (count(*) + 1), ?, ?, ?, ?, ?, ?, ?, ?, ?"
        " FROM dalsegno_review WHERE run = ?",
        (
            run,
            run,
            asked.node,
            asked.interrupt,
            asked.digest,
            to_json(asked.request),
            now,
            terms.assignee,
            None if terms.within is None else now + terms.within,
            to_json(terms.on_deadline),
            run,
        ),
    )


def decide(
    database: Database,
    review: str,
    decision: Mapping[str, object],
    *,
    by: str,
    now: float,
    asked: Sequence[Asked] | None = None,
    seen: str | None = None,
) -> bool:
    """Record a decision, for good; it is on disk when this returns, and its run ready to go on.

    ``asked`` is what the graph asks, where that is known, and ``seen`` the thread's mark before
    it was looked at. A ticket for something else is closed as superseded, and what is asked
    instead has a ticket of its own. False when the thread has changed since that look: nothing
    was written, and it has to be looked at again.

    Raises:
        ConflictError: somebody decided before, its deadline has passed, or the graph asks
            something else now; says which. Nothing was recorded as decided.
        LeaseError: somebody drives the thread without its run, and may be answering just that.
    """
    with database.transaction("decide") as connection:
        ticket = ticket_of(connection, review)
        conflict = _conflict(ticket, now=now)
        if conflict is None and asked is not None:
            run = row_of(connection, ticket.run)
            if run["status"] == "paused":
                leases.check(connection, run["thread"], None, now=now)
            if seen is not None and seen != mark_of(connection, run["thread"], database.key):
                return False
            if not is_asked(ticket, asked):
                conflict = _supersede(connection, ticket, asked, now=now)
        if conflict is None:
            record_decision(connection, ticket, decision, by=by, now=now)
    if conflict is not None:
        raise conflict
    return True


def is_asked(ticket: Review, asked: Sequence[Asked]) -> bool:
    """Does the graph still ask just what the ticket says?"""
    return any((each.interrupt, each.digest) == (ticket.interrupt, ticket.digest) for each in asked)


def record_decision(
    connection: sqlite3.Connection,
    ticket: Review,
    decision: Mapping[str, object],
    *,
    by: str,
    now: float,
) -> None:
    """Write down a decision on an open ticket; its run is ready to go on."""
    assert decision.get("type") not in ENDINGS
    connection.execute(
        "UPDATE dalsegno_review SET decision = ?, decided_by = ?, decided_at = ?"
        " WHERE id = ? AND decision IS NULL",
        (to_json(decision), by, now, ticket.id),
    )
    run = row_of(connection, ticket.run)
    connection.execute(
        "UPDATE dalsegno_run SET status = ?, updated = ? WHERE id = ?",
        (after(run["status"], "decide"), now, ticket.run),
    )


def ticket_of(connection: sqlite3.Connection, review: str) -> Review:
    """The review of that id, within a transaction; NotFoundError when there is none."""
    row = connection.execute("SELECT * FROM dalsegno_review WHERE id = ?", (review,)).fetchone()
    if row is None:
        raise NotFoundError(f"There is no review {review!r}.", fix="See: dalsegno reviews.")
    return review_of(row)


def _conflict(ticket: Review, *, now: float) -> DalsegnoError | None:
    if ticket.decision is not None:
        return already_decided(ticket)
    if ticket.deadline is not None and ticket.deadline <= now:
        return ConflictError(
            f"The deadline of review {ticket.id!r} passed at {moment(ticket.deadline)}.",
            fix="Nothing was changed; what was agreed on for that holds. "
            f"Have it done with: dalsegno resume {ticket.run}",
        )
    return None


def _supersede(
    connection: sqlite3.Connection, ticket: Review, asked: Sequence[Asked], *, now: float
) -> ConflictError:
    """Close what is asked no more and open what is asked now; gives what to tell."""
    run = ticket.run
    _settle(connection, run, asked, now=now)
    others = [review_of(row).id for row in _open_rows(connection, run)]
    where = f"dalsegno show {run}" if others else f"dalsegno resume {run}"
    return ConflictError(
        f"Review {ticket.id!r} is no longer what the graph asks: thread "
        f"{row_of(connection, run)['thread']!r} was changed since. Nothing was decided.",
        fix=f"Asked now: {', '.join(others) or 'nothing, until the run goes on'}. See: {where}",
    )


def settle(database: Database, run: str, asked: Sequence[Asked], *, now: float) -> None:
    """Let a run's tickets be those of what its graph asks now, after its thread was changed."""
    with database.transaction("settle") as connection:
        _settle(connection, run, asked, now=now)


def _settle(
    connection: sqlite3.Connection, run: str, asked: Sequence[Asked], *, now: float
) -> None:
    ask(connection, run, asked, now=now)
    status = row_of(connection, run)["status"]
    if not asked and status == "paused":
        connection.execute(
            "UPDATE dalsegno_run SET status = ?, updated = ? WHERE id = ?",
            (after(status, "change"), now, run),
        )


def moment(seconds: float) -> str:
    """A time for a message."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def already_decided(ticket: Review) -> ConflictError:
    """The error of a second decision: who was first, and that nothing changed."""
    made = (ticket.decision or {}).get("type")
    if ticket.answer is None:
        told = f"Review {ticket.id!r} is {made}: it can be decided no more."
    else:
        told = f"Review {ticket.id!r} was already decided: {made} by {ticket.decided_by!r}."
    return ConflictError(
        told, fix=f"Nothing was changed. See the run with: dalsegno show {ticket.run}"
    )

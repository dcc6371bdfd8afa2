"""What a passed deadline does to a ticket and its run, each in one transaction.

It goes through the same compare-and-set as a person's decision: whoever comes first wins.
"""

import logging
import sqlite3
from typing import assert_never

from ..state.errors import ConflictError, DeadlineError, DecisionError
from ..state.lapse import BY_DEADLINE, Expire, HandOn, Settle, agreed
from ..state.review import Review, recorded
from ..state.run import after
from .database import Database
from .reviews import Reviews, close, review_of
from .runs import row_of, to_json
from .standing import moment, record_decision, ticket_of


def due(database: Database, *, now: float, run: str | None = None) -> tuple[Review, ...]:
    """The open reviews whose deadline has passed at ``now``, of one run or of all."""
    return Reviews(database).due(now=now, run=run)


def pass_deadlines(database: Database, *, now: float, run: str | None = None) -> tuple[Review, ...]:
    """Do what was agreed on for each deadline that has passed; gives the tickets as they then are.

    A ticket that only expires waits with that while its run is under way. One that cannot be acted
    on is told of in the log, and is in no other's way.
    """
    passed = []
    for ticket in due(database, now=now, run=run):
        try:
            passed.append(_pass(database, ticket.id, now=now))
        except (ConflictError, DecisionError) as error:
            logging.getLogger("dalsegno").warning(
                "The deadline of review %r cannot be acted on: %s", ticket.id, error
            )
    return tuple(each for each in passed if each is not None)


def _pass(database: Database, review: str, *, now: float) -> Review | None:
    """One ticket's deadline; None when somebody was first, or it has to wait."""
    with database.transaction("deadline") as connection:
        ticket = ticket_of(connection, review)
        if not ticket.open or ticket.deadline is None or ticket.deadline > now:
            return None
        lapse = agreed(ticket.on_deadline)
        match lapse:
            case Settle(decision=decision):
                made = recorded(decision)
                record_decision(connection, ticket, made, by=BY_DEADLINE, now=now)
            case HandOn():
                _hand_on(connection, ticket, lapse, now=now)
            case Expire():
                if row_of(connection, ticket.run)["status"] != "paused":
                    return None
                _expire(connection, ticket, now=now)
            case _:
                assert_never(lapse)
        connection.execute("UPDATE dalsegno_review SET passed = ? WHERE id = ?", (now, review))
        row = connection.execute("SELECT * FROM dalsegno_review WHERE id = ?", (review,))
        return review_of(row.fetchone())


def _hand_on(connection: sqlite3.Connection, ticket: Review, lapse: HandOn, *, now: float) -> None:
    until = None if lapse.within is None else now + lapse.within
    connection.execute(
        "UPDATE dalsegno_review SET assignee = ?, deadline = ?, on_deadline = ? WHERE id = ?",
        (lapse.to, until, to_json(lapse.then or None), ticket.id),
    )


def _expire(connection: sqlite3.Connection, ticket: Review, *, now: float) -> None:
    """Close the ticket, and tell of it in the run as of a failure that can be resumed."""
    close(connection, ticket.id, "expired", now=now, by=BY_DEADLINE)
    whom = "Nobody had" if ticket.assignee is None else f"{ticket.assignee!r} had not"
    error = DeadlineError(
        f"{whom} decided on review {ticket.id!r} by {moment(ticket.deadline or now)}.",
        fix="Nothing was decided. Resume the run to ask again, with a new deadline.",
        node=ticket.node,
    )
    again = {"do": "resume", "how": f"dalsegno resume {ticket.run}", "what": "Ask again."}
    connection.execute(
        "UPDATE dalsegno_run SET status = ?, updated = ?, error = ? WHERE id = ?",
        (
            after(row_of(connection, ticket.run)["status"], "expire"),
            now,
            to_json({**error.record(), "recovery": [again]}),
            ticket.run,
        ),
    )

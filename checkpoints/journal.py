"""The journal's tables: what was about to be done, and what came of it.

What the methods for writing give is work for `Database.write`: it may share a transaction with
other work, and be run again.
"""

import secrets
import sqlite3
from collections.abc import Callable, Sequence

from ..state.journal import CallRecord, CallState
from . import leases, markers
from .calls import (
    Begun,
    Place,
    Question,
    Standing,
    Wanted,
    added,
    begun_of,
    key_of,
    note_asked,
    record_of,
    row_where,
    standing_of,
    tried_again,
)
from .database import Database
from .lineage import head_of_thread
from .markers import GIVEN_UP
from .passing import visits_since
from .turns import turn_of
from .visits import visit_of

Work = Callable[[sqlite3.Connection], Begun]


class Journal:
    """The calls of every thread of a database."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], float],
        new_key: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        """``clock`` gives seconds since the epoch, ``new_key`` a text that nobody else has."""
        self.database = database
        self._clock = clock
        self._new_key = new_key

    def calls(self, thread: str) -> tuple[CallRecord, ...]:
        """Every call of a thread, in the order in which they were begun."""
        rows = self.database.rows(
            "SELECT * FROM dalsegno_call WHERE thread = ? AND state <> 'marker' ORDER BY id",
            (thread,),
        )
        return tuple(record_of(row) for row in rows)

    def unknown(self, thread: str) -> tuple[CallRecord, ...]:
        """The external calls of which nobody knows what came: also those that are under way."""
        return tuple(
            each
            for each in self.calls(thread)
            if each.state == "unknown" or (each.state == "intent" and each.effect == "external")
        )

    def begin(self, place: Place, wanted: Wanted) -> Work:
        """Notes the intent, unless the call was begun before; then says how it stands.

        Raises, when carried out:
            LeaseError: the thread is another's; nothing was noted and nothing may be done.
        """
        now, new_key = self._clock(), self._new_key()

        def work(connection: sqlite3.Connection) -> Begun:
            leases.check(connection, place.thread, place.holder, now=now)
            visit = visit_of(connection, place.thread, place.levels, past=place.past)
            key = key_of(visit, wanted)
            row = row_where(connection, "thread = ? AND key = ?", (place.thread, key))
            if row is None:
                row = added(connection, place, wanted, visit, (key, new_key), now)
                fresh: Standing = "elsewhere" if row["state"] == "elsewhere" else "run"
                return begun_of(connection, row, fresh, place.task)
            if wanted.effect != "pure":
                markers.found_again(connection, row)
            standing = standing_of(row, wanted.effect)
            if standing == "run":
                row = tried_again(connection, row["id"], place.holder, now, wanted.effect)
            elif standing == "unknown" and row["state"] != "unknown":
                connection.execute(
                    "UPDATE dalsegno_call SET state = 'unknown' WHERE id = ?", (row["id"],)
                )
            return begun_of(connection, row, standing, place.task)

        return work

    def held(self, place: Place) -> Callable[[sqlite3.Connection], None]:
        """Looks whether the thread is still its holder's.

        Raises, when carried out:
            LeaseError: it is another's; nothing may be done.
        """
        now = self._clock()
        return lambda connection: leases.check(connection, place.thread, place.holder, now=now)

    def again(self, place: Place, begun: Begun, questions: Sequence[Question] = ()) -> Work:
        """Notes that it did not happen and will be done now: somebody found out, or decided."""
        now = self._clock()

        def work(connection: sqlite3.Connection) -> Begun:
            leases.check(connection, place.thread, place.holder, now=now)
            note_asked(connection, place, begun, questions)
            markers.spend(connection, begun.id)
            row = tried_again(connection, begun.id, place.holder, now)
            return begun_of(connection, row, "run", place.task)

        return work

    def done(
        self, begun: Begun, kept: tuple[str, bytes] | None, error: str | None = None
    ) -> Callable[[sqlite3.Connection], None]:
        """Notes the result of what was begun here; None where it is done and cannot be kept.

        It is noted whoever drives the thread by now, since it is true, but not over another try.
        """
        return self._ended(begun, "done", kept, error)

    def failed(
        self, begun: Begun, state: CallState, error: str
    ) -> Callable[[sqlite3.Connection], None]:
        """Notes that the function raised: ``failed`` where nothing was done, or ``unknown``."""
        return self._ended(begun, state, None, error)

    def settled(
        self,
        place: Place,
        begun: Begun,
        kept: tuple[str, bytes] | None,
        *,
        error: str | None = None,
        questions: Sequence[Question] = (),
    ) -> Callable[[sqlite3.Connection], None]:
        """Notes what somebody found out: the result; without one, that it is given up."""
        now = self._clock()
        kind, data = kept or (GIVEN_UP, None)

        def work(connection: sqlite3.Connection) -> None:
            leases.check(connection, place.thread, place.holder, now=now)
            note_asked(connection, place, begun, questions)
            markers.spend(connection, begun.id)
            connection.execute(
                "UPDATE dalsegno_call SET state = ?, type = ?, result = ?, error = ?, ended = ?"
                " WHERE id = ?",
                ("failed" if kept is None else "done", kind, data, error, now, begun.id),
            )

        return work

    def asked(
        self, place: Place, begun: Begun, questions: Sequence[Question]
    ) -> Callable[[sqlite3.Connection], None]:
        """Notes which pauses of the task are about this call, so that each answer finds its own."""
        return lambda connection: note_asked(connection, place, begun, questions)

    def forgotten(self, tokens: Sequence[str]) -> Callable[[sqlite3.Connection], None]:
        """Notes that these results are of no use, so that the calls are made anew."""
        pairs = [tuple(map(int, each.split("."))) for each in tokens]

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "UPDATE dalsegno_call SET state = 'failed', error = 'its answer was of no use'"
                " WHERE id = ? AND tries = ? AND effect = 'pure'",
                pairs,
            )

        return work

    def _ended(
        self, begun: Begun, state: CallState, kept: tuple[str, bytes] | None, error: str | None
    ) -> Callable[[sqlite3.Connection], None]:
        now = self._clock()
        kind, data = kept or (None, None)

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE dalsegno_call SET state = ?, type = ?, result = ?, error = ?, ended = ?"
                " WHERE id = ? AND tries = ? AND state IN ('intent', 'unknown')",
                (state, kind, data, error, now, begun.id, begun.tries),
            )

        return work


def inherit(
    connection: sqlite3.Connection,
    source: str,
    target: str,
    since: str | None = None,
    *,
    turn: int | None = None,
) -> None:
    """Let a fork know what its original did outside, so that it does not just do so again.

    ``source`` and ``target`` are threads. The fork begins at the checkpoint ``since``; None: it
    has all of them, and what is under way at the last may be repeated. ``turn`` is the number of
    the run that is forked, among those of ``source``; None: the whole thread is.
    """
    begun = head_of_thread(connection, source) if since is None else since
    newest = turn_of(connection, source) if turn is None else turn
    markers.hand_on(connection, source, target, newest)
    for effect, first in (("external", since or ""), ("idempotent", begun or "")):
        visits = visits_since(connection, source, first, turn)
        markers.mark(connection, source, visits, target=target, effect=effect)


def forget(connection: sqlite3.Connection, thread: str) -> None:
    """Let go of all that a thread did: it is deleted, and another may have its name."""
    connection.execute("DELETE FROM dalsegno_call WHERE thread = ?", (thread,))
    connection.execute("DELETE FROM dalsegno_visit WHERE thread = ?", (thread,))

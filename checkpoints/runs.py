"""Our own record of runs and steps: status by the table of transitions, one holder at a time."""

import json
import sqlite3
from collections.abc import Mapping

from ..state.errors import ConflictError, NotFoundError
from ..state.names import nearest
from ..state.run import FINAL, Event, Holder, RunRecord, Status, StepRecord, after
from . import leases, turns
from .database import Database
from .process import is_dead
from .reviews import close_all


class Runs:
    """The table of runs. Every change of status goes through ``state.run.TRANSITIONS``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, record: RunRecord, *, by: str | None = None, until: float = 0.0) -> Holder | None:
        """Record a new run, held from the first moment where ``by`` says who drives it.

        Raises:
            ConflictError: its key belongs to another run already, or its thread is not as it was
                when that was looked at.
            LeaseError: somebody drives that thread without a run.
        """
        try:
            # Who drives it tells of it at its pause or end: that is on disk with all before it.
            with self._database.transaction("start", durable=by is None) as connection:
                turns.check_next(connection, record)
                insert(connection, record)
                if by is None:
                    return None
                return leases.take(
                    connection, record.thread, by=by, now=record.created, until=until
                )
        except sqlite3.IntegrityError as error:
            raise ConflictError(
                f"A run was started with the key {record.key!r}, or on thread {record.thread!r}.",
                fix="See it with: dalsegno runs. Resume it, or use another key or --thread.",
            ) from error

    def keyed(self, key: str) -> RunRecord | None:
        """The run that was started with that key."""
        rows = self._database.rows("SELECT * FROM dalsegno_run WHERE key = ?", (key,))
        return _record(rows[0]) if rows else None

    def get(self, run: str) -> RunRecord:
        """The run of that id, or the newest of that thread.

        Raises:
            NotFoundError: there is none; names the nearest.
        """
        rows = self._database.rows("SELECT * FROM dalsegno_run WHERE id = ?", (run,))
        found = _record(rows[0]) if rows else self.newest(run)
        if found is None:
            known = self._database.rows("SELECT id FROM dalsegno_run")
            raise NotFoundError(
                f"There is no run {run!r}{nearest(run, [row['id'] for row in known])} "
                f"in {str(self._database.path)!r}.",
                fix="See the runs there are with: dalsegno runs.",
            )
        return found

    def newest(self, thread: str) -> RunRecord | None:
        """The last of the runs of a thread, which follow one another."""
        rows = self._database.rows(
            "SELECT * FROM dalsegno_run WHERE thread = ? ORDER BY turn DESC LIMIT 1", (thread,)
        )
        return _record(rows[0]) if rows else None

    def next_after(self, record: RunRecord) -> RunRecord | None:
        """The run that follows on a run's thread, if there is one."""
        rows = self._database.rows(
            "SELECT * FROM dalsegno_run WHERE thread = ? AND turn > ? ORDER BY turn LIMIT 1",
            (record.thread, record.turn),
        )
        return _record(rows[0]) if rows else None

    def all(self) -> tuple[RunRecord, ...]:
        """Every run, the newest first."""
        rows = self._database.rows("SELECT * FROM dalsegno_run ORDER BY created DESC, rowid DESC")
        return tuple(_record(row) for row in rows)

    def take(self, run: str, event: Event, *, by: str, now: float, until: float) -> Holder:
        """Become the one process that runs this run, until ``until`` unless renewed.

        Raises:
            ConflictError: a run of that status cannot be run.
            LeaseError: another process holds it.
        """
        # Lost with the machine, it leaves the run as it stood, for the next one.
        with self._database.transaction("take", durable=False) as connection:
            row = row_of(connection, run)
            holder = leases.take(connection, row["thread"], by=by, now=now, until=until)
            connection.execute(
                "UPDATE dalsegno_run SET status = ?, updated = ?, error = NULL WHERE id = ?",
                (after(row["status"], event), now, run),
            )
        return holder

    def renew(self, thread: str, holder: Holder, *, until: float) -> bool:
        """Hold on for longer; False when the run has changed hands."""
        with self._database.transaction("renew") as connection:
            return leases.renew(connection, thread, holder, until=until)

    def leave(
        self,
        run: str,
        holder: Holder,
        event: Event,
        *,
        now: float,
        output: Mapping[str, object] | None = None,
        metrics: Mapping[str, object] | None = None,
        error: Mapping[str, object] | None = None,
    ) -> Status:
        """Let go of the run with its new status, what came out and what went wrong.

        What is not given stays as it was, but for the error.

        Raises:
            LeaseError: the run changed hands meanwhile; nothing was written.
        """
        with self._database.transaction("leave") as connection:
            row = left_row(connection, run, holder)
            status = after(row["status"], event)
            connection.execute(
                "UPDATE dalsegno_run SET status = ?, updated = ?, output = coalesce(?, output),"
                " metrics = coalesce(?, metrics), error = ? WHERE id = ?",
                (status, now, to_json(output), to_json(metrics), to_json(error), run),
            )
            if status in FINAL:  # what was asked and never answered is asked no more
                close_all(connection, run, "superseded", now=now)
        return status

    def cancel(self, run: str, *, now: float) -> None:
        """End a run for good; whoever drives it holds it no more.

        Raises:
            ConflictError: it has ended already. NotFoundError: there is none.
        """
        with self._database.transaction("cancel") as connection:
            row = row_of(connection, run)
            connection.execute(
                "UPDATE dalsegno_run SET status = ?, updated = ? WHERE id = ?",
                (after(row["status"], "cancel"), now, run),
            )
            close_all(connection, run, "cancelled", now=now)
            leases.revoke(connection, row["thread"])

    def orphans(self, *, now: float) -> tuple[str, ...]:
        """Runs that are to go on and that nobody drives: the longest waiting first.

        Those are the queued ones, and running ones whose holder has died or let its hold run out.
        """
        rows = self._database.rows(
            "SELECT r.id, l.holder, l.until FROM dalsegno_run r"
            " LEFT JOIN dalsegno_lease l ON l.thread = r.thread"
            " WHERE r.status IN ('queued', 'running') ORDER BY r.updated"
        )
        return tuple(
            row["id"]
            for row in rows
            if row["holder"] is None or row["until"] <= now or is_dead(row["holder"])
        )

    def note_step(self, record: RunRecord, holder: Holder, step: StepRecord, number: int) -> None:
        """Note an attempt at a step as it stands: the ``number``-th of this hold.

        It goes along with the next thing that is written, and is left out when the run has changed
        hands until then: nothing of such an attempt is kept.
        """

        values = (
            *(record.id, holder.fence, number, step.node, step.task),
            *(step.started, step.ended, step.outcome, record.thread, holder.fence),
        )
        self._database.later(
            lambda connection: connection.execute(
                "INSERT INTO dalsegno_step (run, fence, number, node, task, started, ended,"
                " outcome) SELECT ?, ?, ?, ?, ?, ?, ?, ? FROM dalsegno_lease"
                " WHERE thread = ? AND fence = ?"
                " ON CONFLICT (run, fence, number) DO UPDATE SET ended = excluded.ended,"
                " outcome = excluded.outcome",
                values,
            ),
            what="step",
        )

    def check_held(self, thread: str, holder: Holder, *, now: float) -> None:
        """LeaseError when the run has changed hands: nothing of it may be done here."""
        with self._database.reading() as connection:
            leases.check(connection, thread, holder, now=now)

    def steps(self, run: str) -> tuple[StepRecord, ...]:
        """Every attempt at every step, in the order in which they began."""
        self._database.settle()
        rows = self._database.rows(
            "SELECT * FROM dalsegno_step WHERE run = ? ORDER BY fence, number", (run,)
        )
        return tuple(_step(row) for row in rows)


def _step(row: sqlite3.Row) -> StepRecord:
    return StepRecord(
        run=row["run"],
        node=row["node"],
        started=row["started"],
        ended=row["ended"],
        outcome=row["outcome"],
        task=row["task"],
    )


def insert(connection: sqlite3.Connection, record: RunRecord) -> None:
    """Add a new run's row."""
    values = _columns(record)
    connection.execute(
        f"INSERT INTO dalsegno_run ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",
        tuple(values.values()),
    )


def row_of(connection: sqlite3.Connection, run: str) -> sqlite3.Row:
    """The run's row; NotFoundError when there is none."""
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM dalsegno_run WHERE id = ?", (run,)
    ).fetchone()
    if row is None:
        raise NotFoundError(f"There is no run {run!r}.", fix="See: dalsegno runs.")
    return row


def left_row(connection: sqlite3.Connection, run: str, holder: Holder) -> sqlite3.Row:
    """The run's row, its holder having let go of it.

    Raises:
        LeaseError: it changed hands.
    """
    row = row_of(connection, run)
    leases.leave(connection, row["thread"], holder)
    return row


def _columns(record: RunRecord) -> dict[str, object]:
    """A new run's columns."""
    plain = ("id", "thread", "turn", "follows", "usage_before", "key", "workflow", "version")
    more = ("digest", "source", "model", "strong", "status")
    times = ("created", "updated", "forked_from", "forked_at")
    found: dict[str, object] = {name: getattr(record, name) for name in (*plain, *more, *times)}
    return {**found, "inputs": json.dumps(dict(record.inputs))}


def to_json(value: Mapping[str, object] | None) -> str | None:
    """A record as JSON; what JSON has no form for (a date, a path) as its text."""
    return None if value is None else json.dumps(dict(value), ensure_ascii=False, default=str)


def _loaded(text: str | None) -> Mapping[str, object] | None:
    value: Mapping[str, object] | None = None if text is None else json.loads(text)
    return value


def _record(row: sqlite3.Row) -> RunRecord:
    return RunRecord(
        id=row["id"],
        thread=row["thread"],
        workflow=row["workflow"],
        version=row["version"],
        digest=row["digest"],
        source=row["source"],
        model=row["model"],
        inputs=json.loads(row["inputs"]),
        status=row["status"],
        created=row["created"],
        updated=row["updated"],
        key=row["key"],
        forked_from=row["forked_from"],
        forked_at=row["forked_at"],
        output=_loaded(row["output"]),
        metrics=_loaded(row["metrics"]),
        error=_loaded(row["error"]),
        strong=row["strong"],
        turn=row["turn"],
        follows=row["follows"],
        usage_before=row["usage_before"],
    )

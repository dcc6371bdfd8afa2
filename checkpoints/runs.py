"""Our own record of runs and steps: status by the table of transitions, one holder at a time."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..state.errors import ConflictError, LeaseError, NotFoundError
from ..state.names import nearest
from ..state.run import Event, RunRecord, Status, StepRecord, after
from .database import Database


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who runs a run: ``name`` tells processes apart, ``fence`` grows with each change of hands."""

    name: str
    fence: int


class Runs:
    """The table of runs. Every change of status goes through ``state.run.TRANSITIONS``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, record: RunRecord) -> None:
        """Record a new run.

        Raises:
            ConflictError: its thread belongs to another run already.
        """
        try:
            with self._database.transaction() as connection:
                connection.execute(
                    "INSERT INTO dalsegno_run (id, thread, workflow, version, digest, source,"
                    " model, inputs, status, created, updated)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        record.id,
                        record.thread,
                        record.workflow,
                        record.version,
                        record.digest,
                        record.source,
                        record.model,
                        json.dumps(dict(record.inputs)),
                        record.status,
                        record.created,
                        record.updated,
                    ),
                )
        except sqlite3.IntegrityError as error:
            raise ConflictError(
                f"Thread {record.thread!r} belongs to another run.",
                fix="Use another --thread, or resume the run that has it.",
            ) from error

    def get(self, run: str) -> RunRecord:
        """The run of that id, or of that thread.

        Raises:
            NotFoundError: there is none; names the nearest.
        """
        rows = self._database.rows("SELECT * FROM dalsegno_run WHERE id = ?", (run,))
        rows = rows or self._database.rows("SELECT * FROM dalsegno_run WHERE thread = ?", (run,))
        if not rows:
            known = self._database.rows("SELECT id FROM dalsegno_run")
            raise NotFoundError(
                f"There is no run {run!r}{nearest(run, [row['id'] for row in known])} "
                f"in {str(self._database.path)!r}.",
                fix="See the runs there are with: dalsegno runs.",
            )
        return _record(rows[0])

    def all(self) -> tuple[RunRecord, ...]:
        """Every run, the newest first."""
        rows = self._database.rows("SELECT * FROM dalsegno_run ORDER BY created DESC, rowid DESC")
        return tuple(_record(row) for row in rows)

    def take(
        self,
        run: str,
        event: Event,
        *,
        by: str,
        now: float,
        until: float,
        is_dead: Callable[[str], bool],
    ) -> Holder:
        """Become the one process that runs this run, until ``until`` unless renewed.

        ``is_dead`` tells whether a holder is known to have ended; its hold is then over at once.

        Raises:
            ConflictError: a run of that status cannot be run.
            LeaseError: another process holds it.
        """
        with self._database.transaction() as connection:
            row = _row(connection, run)
            other = row["holder"]
            if other is not None and row["held_until"] > now and not is_dead(other):
                raise LeaseError(
                    f"Run {run!r} is being run already, by {other}.",
                    fix="Wait until it ends. If that process is dead, its hold ends "
                    f"in {row['held_until'] - now:.0f} s at the latest.",
                )
            status = after(row["status"], event)
            fence = row["fence"] + 1
            connection.execute(
                "UPDATE dalsegno_run SET status = ?, holder = ?, held_until = ?, fence = ?,"
                " updated = ?, error = NULL WHERE id = ?",
                (status, by, until, fence, now, run),
            )
        return Holder(name=by, fence=fence)

    def renew(self, run: str, holder: Holder, *, until: float) -> bool:
        """Hold on for longer; False when the run has changed hands."""
        with self._database.transaction() as connection:
            changed = connection.execute(
                "UPDATE dalsegno_run SET held_until = ? WHERE id = ? AND holder = ? AND fence = ?",
                (until, run, holder.name, holder.fence),
            )
            return changed.rowcount == 1

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
        with self._database.transaction() as connection:
            row = held_row(connection, run, holder)
            status = after(row["status"], event)
            connection.execute(
                "UPDATE dalsegno_run SET status = ?, holder = NULL, held_until = NULL,"
                " updated = ?, output = coalesce(?, output), metrics = coalesce(?, metrics),"
                " error = ? WHERE id = ?",
                (status, now, to_json(output), to_json(metrics), to_json(error), run),
            )
        return status

    def begin_step(self, run: str, holder: Holder, node: str, task: str, *, now: float) -> int:
        """Note that a node begins: one row for each attempt, whose number is given back.

        Raises:
            LeaseError: the run changed hands meanwhile; the node must not run.
        """
        with self._database.transaction() as connection:
            held_row(connection, run, holder)
            added = connection.execute(
                "INSERT INTO dalsegno_step (run, node, task, started, outcome)"
                " VALUES (?, ?, ?, ?, 'running')",
                (run, node, task, now),
            )
            assert added.lastrowid is not None
            return added.lastrowid

    def end_step(self, attempt: int, outcome: str, *, now: float) -> StepRecord:
        """Note how an attempt ended."""
        with self._database.transaction() as connection:
            ended = connection.execute(
                "UPDATE dalsegno_step SET ended = ?, outcome = ? WHERE id = ? RETURNING *",
                (now, outcome, attempt),
            ).fetchone()
            return _step(ended)

    def steps(self, run: str) -> tuple[StepRecord, ...]:
        """Every attempt at every step, in the order in which they began."""
        rows = self._database.rows("SELECT * FROM dalsegno_step WHERE run = ? ORDER BY id", (run,))
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


def _row(connection: sqlite3.Connection, run: str) -> sqlite3.Row:
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM dalsegno_run WHERE id = ?", (run,)
    ).fetchone()
    if row is None:
        raise NotFoundError(f"There is no run {run!r}.", fix="See: dalsegno runs.")
    return row


def held_row(connection: sqlite3.Connection, run: str, holder: Holder) -> sqlite3.Row:
    """The run's row, if ``holder`` still holds it.

    Raises:
        LeaseError: it changed hands.
    """
    row = _row(connection, run)
    if (row["holder"], row["fence"]) != (holder.name, holder.fence):
        raise LeaseError(
            f"Run {run!r} went on elsewhere while it was stopped here.",
            fix=f"Nothing was written here. See it with: dalsegno show {run}",
        )
    return row


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
        fence=row["fence"],
        output=_loaded(row["output"]),
        metrics=_loaded(row["metrics"]),
        error=_loaded(row["error"]),
    )

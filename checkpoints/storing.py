"""The transactions of a saver: one checkpoint after its parent, and what one task wrote.

A thread goes on from its last checkpoint and from no other, unless somebody asked for another one
by name. So of two who go on at once, one wins and the other is told.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.serde.base import SerializerProtocol

from ..state.errors import ConflictError, DatabaseError
from ..state.run import Holder
from .drafting import Draft, WritesDraft, draft
from .encoding import Cell
from .headers import pack
from .heads import Known, Wrote
from .memo import Memo, Remembering
from .reading import Reader
from .records import (
    CHECKPOINT,
    WRITES,
    Place,
    Row,
    Slot,
    add_record,
    add_values,
    are_stored,
    head_of,
    move_head,
    sealed,
)


def begins(metadata: CheckpointMetadata) -> bool:
    """Whether a checkpoint without a parent says that its thread is new.

    So does the first one of a graph and of an update. Whoever stores checkpoints by hand, one
    beside the other, says nothing of the kind.
    """
    return metadata.get("step", 0) < 0 or metadata.get("source") in {"update", "fork"}


class Asked(str):
    """The id of a checkpoint that somebody asked for by name: a put on it is a fork on purpose."""

    __slots__ = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """Who writes, and when: shown to the thread's lease in the transaction itself."""

    holder: Holder | None
    clock: Callable[[], float]

    def check(self, connection: sqlite3.Connection, thread: str, memo: Memo) -> None:
        memo.check(connection, thread, self.holder, self.clock())


@dataclass(kw_only=True, slots=True, eq=False)
class Put(Remembering):
    """Stores one checkpoint. ``before`` is its parent as it is remembered, ``after`` itself."""

    place: Place
    hold: Hold
    # What kept a task's writes on its parent from being stored.
    failure: Callable[[], BaseException | None]
    checkpoint: Checkpoint
    new_versions: ChannelVersions
    metadata: Cell
    parent: str | None
    begins: bool
    before: Known | None
    wrote: Wrote
    drafted: Draft | None
    after: Known
    serde: SerializerProtocol
    key: bytes | None

    def __call__(self, connection: sqlite3.Connection) -> None:
        """The work of a transaction.

        Raises:
            ConflictError: somebody else has gone on with the thread.
            LeaseError: somebody else drives it.
        """
        failure = self.failure()
        if failure is not None:
            raise _failed(failure, self.place.thread) from failure
        self.hold.check(connection, self.place.thread, self.memo)
        if not self._as_remembered(connection):
            self._looked_up(connection)

    def _as_remembered(self, connection: sqlite3.Connection) -> bool:
        """Store it, if the thread is still as it is remembered."""
        drafted, before = self.drafted, self.before
        if drafted is None or before is None or before.stamp is None:
            return False
        if not are_stored(connection, drafted.uses):
            return False
        row = self._row(connection, drafted)
        stamp = self.place.stamp(row.id, row.sum)
        if not move_head(connection, self.place, row.id, stamp, was=before.stamp):
            return False
        self._add(connection, drafted, row, stamp)
        return True

    def _looked_up(self, connection: sqlite3.Connection) -> None:
        reader = Reader(
            connection=connection,
            place=self.place,
            serde=self.serde,
            key=self.key,
            warn=lambda _: None,
        )
        head = head_of(connection, self.place)
        last = head.row.checkpoint if head and head.row else None
        replaced = reader.latest_row(self.checkpoint["id"])
        if replaced is None and not self._may_follow(last):
            raise _conflict(self.place, last)
        drafted = self._draft(connection, reader)
        row = self._row(connection, drafted)
        if replaced is not None and head and head.row and head.row.id != replaced.id:
            self._add(connection, drafted, row, None)  # the head stays where it is
            return
        stamp = self.place.stamp(row.id, row.sum)
        connection.execute(
            "INSERT OR REPLACE INTO dalsegno_place (id, thread, ns, head, stamp)"
            " VALUES (?, ?, ?, ?, ?)",
            (self.place.id, self.place.thread, self.place.ns, row.id, stamp),
        )
        self._add(connection, drafted, row, stamp)

    def _may_follow(self, last: str | None) -> bool:
        if self.parent is None:
            return last is None or not self.begins
        return self.parent == last or isinstance(self.parent, Asked)

    def _draft(self, connection: sqlite3.Connection, reader: Reader) -> Draft:
        """The draft anew, from the parent as it is stored."""
        before = Known(slot=Slot())
        row = reader.latest_row(self.parent) if self.parent is not None else None
        if row is not None:
            remembered = self.before
            if remembered and (remembered.slot.id, remembered.slot.sum) == (row.id, row.sum):
                before = remembered
            else:
                header, full = reader.header(row)
                before = Known(
                    slot=Slot(row.id, row.sum),
                    versions=header.versions,
                    values=header.values,
                    full=full,
                )
        made = self._drafted_from(before, self.wrote)
        return made if are_stored(connection, made.uses) else self._drafted_from(before, Wrote())

    def _drafted_from(self, before: Known, wrote: Wrote) -> Draft:
        return draft(
            self.checkpoint, self.new_versions, self.metadata, before, wrote, self.serde, self.key
        )

    def _row(self, connection: sqlite3.Connection, drafted: Draft) -> Row:
        drafted.slot.id = self.memo.next_id(connection)
        body, self.after.full = pack(drafted.header, drafted.slot, drafted.before.full)
        row = Row(
            drafted.slot.id,
            self.checkpoint["id"],
            CHECKPOINT,
            None if self.parent is None else str(self.parent),
            None,
            None,
            body,
            b"",
        )
        return sealed(self.place, row)

    def _add(
        self, connection: sqlite3.Connection, drafted: Draft, row: Row, stamp: bytes | None
    ) -> None:
        add_record(connection, self.place, row)
        add_values(connection, row.id, drafted.large)
        drafted.slot.sum = row.sum
        drafted.remember(self.after)
        self.after.stamp = stamp


@dataclass(kw_only=True, slots=True, eq=False)
class PutWrites(Remembering):
    """Stores what one task wrote on a checkpoint."""

    place: Place
    hold: Hold
    checkpoint: str
    task: str
    path: str
    drafted: WritesDraft

    def __call__(self, connection: sqlite3.Connection) -> None:
        self.hold.check(connection, self.place.thread, self.memo)
        self.memo.add_place(connection, self.place)
        slot = self.drafted.slot
        row = Row(
            self.memo.next_id(connection),
            self.checkpoint,
            WRITES,
            None,
            self.task,
            self.path,
            self.drafted.body,
            b"",
        )
        row = sealed(self.place, row)
        add_record(connection, self.place, row)
        add_values(connection, row.id, self.drafted.large)
        slot.id, slot.sum = row.id, row.sum


def _conflict(place: Place, last: str | None) -> ConflictError:
    where = "has no such checkpoint" if last is None else f"is at checkpoint {last!r} by now"
    return ConflictError(
        f"Somebody else went on with thread {place.thread!r}: it {where}.",
        fix="Nothing was written. Read the thread again, and go on from where it is.",
        thread=place.thread,
    )


def _failed(error: BaseException, thread: str) -> DatabaseError:
    """What every later put of a thread raises when a task's writes were not stored."""
    return DatabaseError(
        f"Thread {thread!r} cannot go on: what a task of its last step wrote was not stored."
        f" {error}",
        fix="Nothing that was stored is lost. Mend the cause, and start the thread again.",
        thread=thread,
    )

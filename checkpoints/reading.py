"""From records back to checkpoints: each row is checked, and each address followed once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import ormsgpack
from langgraph.checkpoint.base import Checkpoint, PendingWrite, writes_sort_key
from langgraph.checkpoint.serde.base import SerializerProtocol

from ..state.errors import DamagedError, DatabaseError
from .encoding import GROWN, Cell, UnmakeableError, decode
from .grown import GrownLists
from .headers import Full, Header, Told, base_of, parse, whole
from .lists import Kept, are_scalar, unpacked
from .records import (
    CHECKPOINT,
    KIND_NAMES,
    WRITES,
    Place,
    Row,
    plain,
    rows_by_id,
    rows_of,
    value_of,
)

Body = list[Any]  # Any: what msgpack may hold
#: Told of each damaged record that is left out.
Warn = Callable[[str], None]


@dataclass(kw_only=True, slots=True)
class Stored:
    """A checkpoint as it was read. ``lists`` are its lists with where they are stored."""

    row: Row
    header: Header
    full: Full
    checkpoint: Checkpoint
    metadata: dict[str, Any]  # Any: JSON
    pending: list[PendingWrite]
    lists: dict[str, Kept]


@dataclass(kw_only=True, slots=True)
class Reader:
    """Reads the records of one place, each once."""

    connection: sqlite3.Connection
    place: Place
    serde: SerializerProtocol
    key: bytes | None
    warn: Warn
    # Unpacked bodies by record.
    bodies: dict[int, Body] = field(default_factory=dict)
    lists: GrownLists = field(init=False)

    def __post_init__(self) -> None:
        self.lists = GrownLists(cells=self.cells, value=self.value)

    def latest_row(self, checkpoint: str) -> Row | None:
        """The record of a checkpoint; the last one, where it was replaced."""
        found = plain(self.connection).execute(
            "SELECT id FROM dalsegno_record WHERE place = ? AND checkpoint = ? AND kind = ?"
            " ORDER BY id DESC LIMIT 1",
            (self.place.id, checkpoint, CHECKPOINT),
        )
        number = found.fetchone()
        return next(rows_by_id(self.connection, self.place, number), None) if number else None

    def rows_before(self, number: int | None) -> Iterator[Row]:
        """Every checkpoint's record that was written before a record, the last one first."""
        found = plain(self.connection).execute(
            "SELECT id FROM dalsegno_record WHERE place = ? AND kind = ? AND id < ?"
            " ORDER BY id DESC",
            (self.place.id, CHECKPOINT, 2**63 - 1 if number is None else number),
        )
        for one in found.fetchall():
            yield from rows_by_id(self.connection, self.place, one)

    def header(self, row: Row) -> tuple[Header, Full]:
        """A checkpoint's header.

        Raises:
            DamagedError: its record, or the one it differs from, is not as it was written.
        """
        body = self._take(row)
        base: Told | None = None
        number = base_of(row.id, body)
        if number is not None:
            self.fetch([number])
            base = parse(number, self.bodies[number], None)
        return whole(parse(row.id, body, base), base)

    def metadata(self, header: Header) -> dict[str, Any]:  # Any: JSON
        found: dict[str, Any] = self.value(header.metadata)
        return found

    def stored(self, row: Row) -> Stored:
        """A checkpoint with all its values, and what its tasks have written.

        Raises:
            DamagedError: a record that it needs is damaged; says which channel needs it.
            DatabaseError: a value's class cannot be made; says which, and of which channel.
        """
        header, full = self.header(row)
        metadata = self.metadata(header)
        self._fetch_all(header)
        values: dict[str, Any] = {}  # Any: a channel's value
        lists: dict[str, Kept] = {}
        for channel, (slot, index) in header.values.items():
            with self._naming(channel, row.checkpoint):
                values[channel] = self.at(slot.id, index)
            if type(values[channel]) is list and values[channel]:
                items = tuple(values[channel])
                cell = self.cell(slot.id, index)
                lists[channel] = Kept(
                    items=items,
                    scalar=are_scalar(items),
                    address=(slot, index),
                    growth=unpacked(cell, slot.id) if is_grown(cell) else None,
                )
        checkpoint: dict[str, Any] = {  # Any: LangGraph's type says what each is
            "v": header.v,
            "id": row.checkpoint,
            "ts": header.ts,
            "channel_values": values,
            "channel_versions": header.versions,
            "versions_seen": header.seen,
            "updated_channels": header.updated,
            **(self.value(header.extra) if header.extra else {}),
        }
        return Stored(
            row=row,
            header=header,
            full=full,
            checkpoint=checkpoint,  # type: ignore[arg-type]  # a TypedDict put together from its parts
            metadata=metadata,
            pending=self.pending(row.checkpoint),
            lists=lists,
        )

    def pending(self, checkpoint: str) -> list[PendingWrite]:
        """What tasks wrote on a checkpoint, in LangGraph's order; damaged rows are left out."""
        rows = rows_of(self.connection, self.place, checkpoint)
        found = self.writes(row for row in rows if row.kind == WRITES)
        decoded: list[PendingWrite] = []
        for (_, task, _), channel, cell in found:
            try:
                decoded.append((task, channel, self.value(cell)))
            except UnmakeableError as error:
                raise _unmakeable(self.place, checkpoint, channel, error) from error
            except DamagedError as error:
                self.warn(f"task {task!r} of checkpoint {checkpoint!r}: {error.message}")
        return decoded

    def writes(self, rows: Iterable[Row]) -> list[tuple[tuple[str, str, int], str, Cell]]:
        """Writes as (path, task, number), channel and cell, sorted as they take effect.

        The first write under a task's number counts; of LangGraph's own channels the last.
        """
        found: dict[tuple[str, int], tuple[tuple[str, str, int], str, Cell]] = {}
        for row in rows:
            try:
                body = self._take(row)
                for number, channel, cell in body:
                    task, path = row.task or "", row.path or ""
                    if number < 0 or (task, number) not in found:
                        key = writes_sort_key(path, task, number)
                        found[task, number] = (key, channel, cell)
            except (DamagedError, TypeError, ValueError) as error:
                said = error.message if isinstance(error, DamagedError) else str(error)
                self.warn(f"{said}: its task runs again")
        return sorted(found.values(), key=lambda each: each[0])

    def value(self, cell: Cell) -> Any:  # Any: a value
        return decode(cell, self.serde, self._large)

    def at(self, record: int, index: int) -> Any:  # Any: a value
        """The value at an address whose record was fetched, or is fetched now."""
        cell = self.cell(record, index)
        return self.lists.read(cell, record) if is_grown(cell) else self.value(cell)

    def cell(self, record: int, index: int) -> Cell:
        if record not in self.bodies:
            self.fetch([record])
        body = self.bodies[record]
        try:
            return cells_of(body)[index]
        except IndexError:
            raise DamagedError(f"record {record} has no value {index}") from None

    def cells(self, numbers: Sequence[int]) -> Mapping[int, Sequence[Cell]]:
        """The cells of records, of which nothing is kept: there may be thousands.

        Raises:
            DamagedError: one is missing, or not as it was written.
        """
        found = {each: cells_of(self.bodies[each]) for each in numbers if each in self.bodies}
        missing = [each for each in dict.fromkeys(numbers) if each not in found]
        for row in rows_by_id(self.connection, self.place, missing):
            found[row.id] = cells_of(self._checked(row))
        for each in missing:
            if each not in found:
                raise DamagedError(f"record {each} is missing")
        return found

    def fetch(self, numbers: Iterable[int]) -> None:
        """Read records that were not read yet.

        Raises:
            DamagedError: one is missing, or not as it was written.
        """
        missing = [each for each in dict.fromkeys(numbers) if each not in self.bodies]
        if not missing:
            return
        for row in rows_by_id(self.connection, self.place, missing):
            self._take(row)
        for each in missing:
            if each not in self.bodies:
                raise DamagedError(f"record {each} is missing")

    def _fetch_all(self, header: Header) -> None:
        try:
            self.fetch(slot.id for slot, _ in header.values.values())
        except DamagedError:
            return  # it is raised again for the channel that needs it

    def _take(self, row: Row) -> Body:
        known = self.bodies.get(row.id)
        if known is None:
            known = self.bodies[row.id] = self._checked(row)
        return known

    def _checked(self, row: Row) -> Body:
        if not self.place.is_sound(row):
            kind = KIND_NAMES.get(row.kind, "record")
            raise DamagedError(f"record {row.id} ({kind}) is not as it was written")
        body: Body = ormsgpack.unpackb(row.body)
        return body

    def _large(self, digest: bytes) -> tuple[str, bytes]:
        return value_of(self.connection, digest, self.key)

    @contextmanager
    def _naming(self, channel: str, checkpoint: str) -> Iterator[None]:
        """What cannot be read within is said to be of that channel."""
        try:
            yield
        except UnmakeableError as error:
            raise _unmakeable(self.place, checkpoint, channel, error) from error
        except DamagedError as error:
            raise DamagedError(f"channel {channel!r}: {error.message}") from error


def _unmakeable(
    place: Place, checkpoint: str, channel: str, error: UnmakeableError
) -> DatabaseError:
    return DatabaseError(
        f"Thread {place.thread!r} cannot be read: in checkpoint {checkpoint!r}, channel"
        f" {channel!r}: {error.message}.",
        fix="Put the class back where it was, as it was, or go on from an earlier checkpoint.",
        thread=place.thread,
    )


def is_grown(cell: Cell) -> bool:
    return type(cell) is list and bool(cell) and cell[0] == GROWN


def cells_of(body: Body) -> Sequence[Cell]:
    """The cells that a record's body holds, which addresses count."""
    if body and isinstance(body[0], list):  # what a task wrote: number, channel, cell
        return [each[2] for each in body]
    found: Sequence[Cell] = body[-1]
    return found

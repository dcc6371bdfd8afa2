"""LangGraph's tuples of what is stored: the last checkpoint, one by name, a list, a history."""

from __future__ import annotations

import heapq
import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointTuple, DeltaChannelHistory
from langgraph.checkpoint.serde.base import SerializerProtocol

from ..state.errors import DamagedError, DatabaseError
from .database import Database
from .headers import Header
from .heads import Heads, Known
from .reading import Reader, Stored
from .records import (
    CHECKPOINT,
    COLUMNS,
    WRITES,
    Head,
    Place,
    Row,
    Slot,
    head_of,
    place_of,
    plain,
    rows_by_id,
    rows_of,
)
from .storing import Asked

_log = logging.getLogger("dalsegno")
#: How many records a walk or a listing reads at once.
_CHUNK = 64


@dataclass(frozen=True, kw_only=True)
class Source:
    """What reading needs."""

    database: Database
    heads: Heads
    serde: SerializerProtocol

    def reader(self, connection: sqlite3.Connection, place: Place) -> Reader:
        return Reader(
            connection=connection,
            place=place,
            serde=self.serde,
            key=self.database.key,
            warn=lambda said: warn(place, said),
        )


def warn(place: Place, said: str) -> None:
    inner = f", namespace {place.ns!r}" if place.ns else ""
    _log.warning("Thread %r%s: damaged, and left out: %s.", place.thread, inner, said)


def latest(source: Source, place: Place) -> CheckpointTuple | None:
    """The last checkpoint; the last sound one, with a warning, where that is damaged."""
    with source.database.reading() as connection:
        head = head_of(connection, place)
        if head is None or (head.sound and head.row is None):
            return None
        reader = source.reader(connection, place)
        if head.sound and head.row is not None:
            try:
                found = reader.stored(head.row)
            except DamagedError as error:
                warn(place, f"checkpoint {head.row.checkpoint!r}: {error.message}")
            else:
                _remember(source, place, found, head)
                return _tuple(place, found, str)
        else:
            warn(place, "its last checkpoint is not the one that it names")
        found_sound = last_sound(reader, warn=lambda said: warn(place, said))
        if found_sound is None:
            raise DamagedError(
                f"Thread {place.thread!r} is damaged: none of its checkpoints is sound.",
                fix="Restore the database from a backup, or start the work under another thread.",
                thread=place.thread,
            )
        return _tuple(place, found_sound, Asked)


def last_sound(reader: Reader, *, warn: Callable[[str], None]) -> Stored | None:
    for row in reader.rows_before(None):
        try:
            return reader.stored(row)
        except DamagedError as error:
            warn(f"checkpoint {row.checkpoint!r}: {error.message}")
    return None


def named(source: Source, place: Place, checkpoint: str) -> CheckpointTuple | None:
    """The checkpoint of that id."""
    with source.database.reading() as connection:
        reader = source.reader(connection, place)
        row = reader.latest_row(checkpoint)
        if row is None:
            return None
        try:
            found = reader.stored(row)
        except DamagedError as error:
            sound = last_sound(source.reader(connection, place), warn=lambda _: None)
            raise DamagedError(
                f"Thread {place.thread!r} is damaged: checkpoint {checkpoint!r}, {error.message}.",
                fix="None of its checkpoints is sound: restore the database from a backup."
                if sound is None
                else f"Its last sound checkpoint is {sound.row.checkpoint!r}.",
                thread=place.thread,
            ) from error
        head = head_of(connection, place)
        is_head = head is not None and head.sound and head.row is not None and head.row.id == row.id
        _remember(source, place, found, head if is_head else None)
        return _tuple(place, found, Asked)


def _remember(source: Source, place: Place, found: Stored, head: Head | None) -> None:
    """Note where what was read is stored, for the puts that follow it."""
    row, header = found.row, found.header
    known = source.heads.get(place, row.checkpoint)
    if known is None or (known.slot.id, known.slot.sum) != (row.id, row.sum):
        known = Known(
            slot=Slot(row.id, row.sum),
            versions=dict(header.versions),
            values=header.values,
            full=found.full,
        )
        for channel, kept in found.lists.items():
            known.read(channel, kept)
        source.heads.put(place, row.checkpoint, known, instead_of=None)
    else:
        for channel, kept in found.lists.items():
            known.read(channel, kept)
    if head is not None:
        known.stamp = head.stamp


def _tuple(place: Place, found: Stored, wrap: Callable[[str], str]) -> CheckpointTuple:
    parent = found.row.parent
    return CheckpointTuple(
        _config(place, wrap(found.row.checkpoint)),
        found.checkpoint,
        cast("Any", found.metadata),  # Any: a TypedDict that is not total
        None if parent is None else _config(place, parent),
        found.pending,
    )


def _config(place: Place, checkpoint: str) -> RunnableConfig:
    return {
        "configurable": {
            "thread_id": place.thread,
            "checkpoint_ns": place.ns,
            "checkpoint_id": checkpoint,
        }
    }


def listed(
    source: Source,
    *,
    thread: object,
    ns: str | None,
    checkpoint: str | None,
    filter: Mapping[str, object] | None,
    before: str | None,
    limit: int | None,
    wrap: Callable[[str], str],
) -> Iterator[CheckpointTuple]:
    """Checkpoints, those of the largest ids first; what cannot be read is left out."""
    places = _places(source, None if thread is None else str(thread), ns)
    walks = [_walk(source, place, checkpoint, before) for place in places]
    count = 0
    readers: dict[int, Reader] = {}
    for _, place, number in heapq.merge(*walks, key=lambda each: each[0], reverse=True):
        if limit is not None and count >= limit:
            return
        with source.database.reading() as connection:
            # What one checkpoint shares with the next is read once.
            reader = readers.setdefault(place.id, source.reader(connection, place))
            reader.connection = connection
            found = _read(reader, number, filter)
        if found is not None:
            count += 1
            yield _tuple(place, found, wrap)


def _places(source: Source, thread: str | None, ns: str | None) -> list[Place]:
    rows = source.database.rows(
        "SELECT thread, ns FROM dalsegno_place WHERE (?1 IS NULL OR thread = ?1)"
        " AND (?2 IS NULL OR ns = ?2)",
        (thread, ns),
    )
    return [place_of(row["thread"], row["ns"], source.database.key) for row in rows]


def _walk(
    source: Source, place: Place, only: str | None, before: str | None
) -> Iterator[tuple[str, Place, int]]:
    """The ids and records of a place's checkpoints, the largest id first, read in chunks."""
    # For SQLite every text is less than any bytes.
    bound: str | bytes = b"" if before is None else before
    while True:
        rows = source.database.rows(
            f"SELECT checkpoint, max(id) AS id FROM dalsegno_record WHERE place = ?"
            f" AND checkpoint < ? {'' if only is None else 'AND checkpoint = ?'} AND kind = ?"
            " GROUP BY checkpoint ORDER BY checkpoint DESC LIMIT ?",
            (place.id, bound, *([] if only is None else [only]), CHECKPOINT, _CHUNK),
        )
        for row in rows:
            yield row["checkpoint"], place, row["id"]
        if len(rows) < _CHUNK:
            return
        bound = rows[-1]["checkpoint"]


def _read(reader: Reader, number: int, filter: Mapping[str, object] | None) -> Stored | None:
    row = next(rows_by_id(reader.connection, reader.place, (number,)), None)
    if row is None:
        return None  # it was deleted meanwhile
    try:
        if filter:
            metadata = reader.metadata(reader.header(row)[0])
            if any(metadata.get(name) != wanted for name, wanted in filter.items()):
                return None
        return reader.stored(row)
    except DatabaseError as error:
        warn(reader.place, f"checkpoint {row.checkpoint!r}: {error.message}")
        return None


def histories(
    source: Source, place: Place, checkpoint: str | None, channels: Sequence[str]
) -> Mapping[str, DeltaChannelHistory]:
    """For each channel the writes since a checkpoint that holds its value, and that value."""
    walk = _Walk(missing=dict.fromkeys(channels), writes={each: [] for each in channels}, seeds={})
    with source.database.reading() as connection:
        reader = source.reader(connection, place)
        start = reader.latest_row(checkpoint) if checkpoint else _head_row(connection, place)
        if start is not None:
            _walk_back(reader, start, walk)
    found: dict[str, DeltaChannelHistory] = {}
    for channel in channels:
        entry: DeltaChannelHistory = {"writes": walk.writes[channel][::-1]}
        if channel in walk.seeds:
            entry["seed"] = walk.seeds[channel]
        found[channel] = entry
    return found


def _head_row(connection: sqlite3.Connection, place: Place) -> Row | None:
    head = head_of(connection, place)
    return head.row if head else None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Walk:
    missing: dict[str, None]
    # Newest first. Any below: a channel's value.
    writes: dict[str, list[tuple[str, str, Any]]]
    seeds: dict[str, Any]

    def visit(self, reader: Reader, header: Header, rows: Sequence[Row]) -> None:
        """Take from an ancestor what it holds of the channels that are still sought."""
        for (_, task, _), channel, cell in reversed(reader.writes(rows)):
            if channel in self.missing:
                self.writes[channel].append((task, channel, reader.value(cell)))
        for channel in list(self.missing):
            if channel in header.values:
                slot, index = header.values[channel]
                self.seeds[channel] = reader.at(slot.id, index)
                del self.missing[channel]


def _walk_back(reader: Reader, start: Row, walk: _Walk) -> None:
    """Visit a checkpoint's ancestors, reading the place's records by the chunk."""
    parent = start.parent
    groups: dict[str, list[Row]] = {}
    while parent is not None and walk.missing:
        if parent not in groups:
            groups = _chunk(reader, parent)
        rows = groups.pop(parent, [])
        heads = [row for row in rows if row.kind == CHECKPOINT]
        if not heads:
            return  # it was pruned, and what it held with it
        header, _ = reader.header(heads[-1])
        walk.visit(reader, header, [row for row in rows if row.kind == WRITES])
        parent = heads[-1].parent


def _chunk(reader: Reader, last: str) -> dict[str, list[Row]]:
    """The records of a checkpoint, and of those before it by id, as an ancestor's id mostly is."""
    most = _CHUNK * 4
    found = plain(reader.connection).execute(
        f"SELECT {COLUMNS} FROM dalsegno_record WHERE place = ? AND checkpoint <= ?"
        " ORDER BY checkpoint DESC, id LIMIT ?",
        (reader.place.id, last, most),
    )
    rows = [Row._make(row) for row in found]
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.checkpoint, []).append(row)
    if len(rows) == most:  # of the last one some may be missing
        cut = rows[-1].checkpoint
        groups[cut] = rows_of(reader.connection, reader.place, cut)
    return groups

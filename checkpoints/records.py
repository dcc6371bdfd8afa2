"""The rows that checkpoints are kept in: where they belong, and the checksums that hold them there.

A checksum covers the whole row and its place, so that a flipped bit is found, and a row that was
put in the place of another, too. With the database's key only its owner can make one.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

import ormsgpack

from ..state.errors import DamagedError

#: What a record is: a checkpoint, what a task wrote, or values that others still refer to.
CHECKPOINT, WRITES, HELD = 0, 1, 2
KIND_NAMES = {CHECKPOINT: "checkpoint", WRITES: "writes", HELD: "held values"}
#: Beside its error, a task that a handler takes over from writes its name.
_FAILED = "__error_source_node__"
_SUM = 16
_BULK = 500
COLUMNS = "id, checkpoint, kind, parent, task, path, body, sum"


class Slot:
    """The number of a record and its checksum, which it is given when it is stored.

    Until then, and when it could not be stored, there is no record of that checksum.
    """

    __slots__ = ("id", "sum")

    def __init__(self, number: int = 0, checksum: bytes = b"") -> None:
        self.id = number
        self.sum = checksum


class Row(NamedTuple):
    """A record as it is stored."""

    id: int
    checkpoint: str
    kind: int
    parent: str | None
    task: str | None
    path: str | None
    body: bytes
    sum: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One namespace of a thread. Its number is a hash of both, so that it needs no index."""

    thread: str
    ns: str
    id: int
    # Any: hashlib gives its objects no public type. It has the key, the thread and the namespace
    # in it, and is copied for each row.
    begun: Any = field(repr=False, compare=False)

    def sum(self, row: Row) -> bytes:
        """The checksum that a row of this place must have; its own ``sum`` is not read."""
        made = self.begun.copy()
        made.update(
            ormsgpack.packb((row.id, row.checkpoint, row.kind, row.parent, row.task, row.path))
        )
        made.update(row.body)
        digest: bytes = made.digest()
        return digest

    def is_sound(self, row: Row) -> bool:
        try:
            return self.sum(row) == row.sum
        except (TypeError, ValueError):  # text where bytes were, or what is no UTF-8
            return False

    def stamp(self, head: int, head_sum: bytes) -> bytes:
        """What a place's row must say of its head, and of nothing else."""
        made = self.begun.copy()
        made.update(b"head%d:" % head + head_sum)
        digest: bytes = made.digest()
        return digest


def place_of(thread: str, ns: str, key: bytes | None) -> Place:
    begun = blake2b(digest_size=_SUM, key=key or b"")
    begun.update(ormsgpack.packb((thread, ns), option=ormsgpack.OPT_REPLACE_SURROGATES))
    number = int.from_bytes(begun.digest()[:8], "big") >> 1
    return Place(thread=thread, ns=ns, id=number, begun=begun)


def digest_of(kind: str, data: bytes, key: bytes | None) -> bytes:
    """The name of a large value: a hash of its bytes."""
    made = blake2b(kind.encode() + b"\0", digest_size=20, key=key or b"")
    made.update(data)
    return made.digest()


def next_id(connection: sqlite3.Connection) -> int:
    found = connection.execute("SELECT max(id) FROM dalsegno_record").fetchone()[0]
    return 1 if found is None else found + 1


def add_record(connection: sqlite3.Connection, place: Place, row: Row) -> None:
    connection.execute(
        "INSERT INTO dalsegno_record"
        " (id, place, checkpoint, kind, parent, task, path, body, sum)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (row.id, place.id, *row[1:]),
    )


def sealed(place: Place, row: Row) -> Row:
    """The row with its checksum."""
    return Row(*row[:-1], place.sum(row))


def are_stored(connection: sqlite3.Connection, slots: Iterable[Slot]) -> bool:
    """Whether there is a record for each slot, with its checksum."""
    return all(
        connection.execute(
            "SELECT 1 FROM dalsegno_record WHERE id = ? AND sum = ?", (slot.id, slot.sum)
        ).fetchone()
        for slot in slots
    )


def add_place(connection: sqlite3.Connection, place: Place) -> None:
    """Make a place known, if it is not yet."""
    connection.execute(
        "INSERT OR IGNORE INTO dalsegno_place (id, thread, ns, head, stamp) VALUES (?, ?, ?, 0, ?)",
        (place.id, place.thread, place.ns, place.stamp(0, b"")),
    )


def add_values(
    connection: sqlite3.Connection, record: int, values: Mapping[bytes, tuple[str, bytes]]
) -> None:
    """Store large values (type and bytes, by digest) that are not there yet, for a record's use."""
    for digest, (kind, data) in values.items():
        connection.execute(
            "INSERT OR IGNORE INTO dalsegno_value (digest, type, value) VALUES (?, ?, ?)",
            (digest, kind, data),
        )
        use_value(connection, record, digest)


def use_value(connection: sqlite3.Connection, record: int, digest: bytes) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO dalsegno_use (digest, record) VALUES (?, ?)", (digest, record)
    )


def move_head(
    connection: sqlite3.Connection, place: Place, head: int, stamp: bytes, *, was: bytes
) -> bool:
    """Make a record the head; False when the place is not as it ``was``."""
    moved = connection.execute(
        "UPDATE dalsegno_place SET head = ?, stamp = ? WHERE id = ? AND stamp = ?",
        (head, stamp, place.id, was),
    )
    return moved.rowcount == 1


class Head(NamedTuple):
    """What a place says of itself. ``sound`` is False when it does not agree with its record."""

    row: Row | None
    stamp: bytes
    sound: bool


def head_of(connection: sqlite3.Connection, place: Place) -> Head | None:
    """The place's head, or None where nothing was ever stored.

    A place whose own row is lost, but not its records, is not sound.
    """
    found = plain(connection).execute(
        "SELECT thread, ns, head, stamp FROM dalsegno_place WHERE id = ?", (place.id,)
    )
    row = found.fetchone()
    if row is None:
        left = connection.execute(
            "SELECT 1 FROM dalsegno_record WHERE place = ? LIMIT 1", (place.id,)
        ).fetchone()
        return None if left is None else Head(None, b"", False)
    thread, ns, head, stamp = row
    told = next(rows_by_id(connection, place, (head,)), None) if head else None
    expected = place.stamp(head, told.sum if told else b"")
    sound = (thread, ns, stamp) == (place.thread, place.ns, expected)
    return Head(told, stamp, sound and (told is not None or head == 0))


def plain(connection: sqlite3.Connection) -> sqlite3.Cursor:
    """A cursor whose rows are plain tuples: many are read, and nobody asks for names."""
    cursor = connection.cursor()
    cursor.row_factory = None
    return cursor


def rows_by_id(connection: sqlite3.Connection, place: Place, ids: Sequence[int]) -> Iterator[Row]:
    """The records of those numbers, as far as they are there and of this place."""
    cursor = plain(connection)
    for start in range(0, len(ids), _BULK):
        some = ids[start : start + _BULK]
        marks = ",".join("?" * len(some))
        cursor.execute(
            # The plus keeps SQLite from going through all of the place by its index.
            f"SELECT {COLUMNS} FROM dalsegno_record WHERE id IN ({marks}) AND +place = ?",
            (*some, place.id),
        )
        yield from map(Row._make, cursor.fetchall())


def rows_of(connection: sqlite3.Connection, place: Place, checkpoint: str) -> list[Row]:
    """Every record of a checkpoint, in the order of arrival."""
    found = plain(connection).execute(
        f"SELECT {COLUMNS} FROM dalsegno_record WHERE place = ? AND checkpoint = ? ORDER BY id",
        (place.id, checkpoint),
    )
    return [Row._make(row) for row in found]


def places_of(connection: sqlite3.Connection, thread: str, key: bytes | None) -> list[Place]:
    """Every namespace that a thread has used."""
    found = plain(connection).execute(
        "SELECT ns FROM dalsegno_place WHERE thread = ? ORDER BY ns", (thread,)
    )
    return [place_of(thread, ns, key) for (ns,) in found.fetchall()]


def value_of(connection: sqlite3.Connection, digest: bytes, key: bytes | None) -> tuple[str, bytes]:
    """A large value.

    Raises:
        DamagedError: it is not there, or not as it was stored.
    """
    row = (
        plain(connection)
        .execute("SELECT type, value FROM dalsegno_value WHERE digest = ?", (digest,))
        .fetchone()
    )
    if row is None:
        raise DamagedError("a large value is missing")
    kind, data = row
    try:
        sound = digest_of(kind, data, key) == digest
    except (TypeError, ValueError):
        sound = False
    if not sound:
        raise DamagedError("a large value is not as it was stored")
    return kind, data


def ended(connection: sqlite3.Connection, thread: str, ns: str, checkpoint: str, task: str) -> bool:
    """Whether a task's result is stored: it wrote to a channel that is none of LangGraph's own."""
    found = plain(connection).execute(
        "SELECT r.body FROM dalsegno_place AS p JOIN dalsegno_record AS r ON r.place = p.id"
        " WHERE p.thread = ? AND p.ns = ? AND r.checkpoint = ? AND r.kind = ? AND r.task = ?",
        (thread, ns, checkpoint, WRITES, task),
    )
    writes = (write for (body,) in found for write in ormsgpack.unpackb(body))
    return any(index >= 0 and channel != _FAILED for index, channel, _ in writes)

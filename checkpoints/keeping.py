"""What is kept of a thread, and what is let go: pruning, retention, copies.

A checkpoint that stays may need records of ones that go: values that have not changed since, the
parts of a list, and for LangGraph's DeltaChannels whole ancestors. Those stay, too. Records that
stay for their values only are no checkpoints any more.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime

import ormsgpack

from ..state.errors import ConflictError, DamagedError, InputError
from .encoding import digests_in
from .journal import forget, inherit
from .lists import Growth, unpacked
from .reading import Reader, cells_of, is_grown
from .records import (
    CHECKPOINT,
    COLUMNS,
    HELD,
    WRITES,
    Place,
    Row,
    add_record,
    head_of,
    next_id,
    place_of,
    places_of,
    plain,
    rows_by_id,
    sealed,
    use_value,
)
from .tuples import Source
from .visits import settle

Work = Callable[[sqlite3.Connection], int]
#: How many records one transaction deletes at most.
_BULK = 2_000


def pruning(threads: Sequence[str], strategy: str, source: Source) -> Iterator[Work]:
    """The transactions of a pruning; each is repeated while it gives back that more is left.

    Raises:
        InputError: an unknown strategy.
    """
    if strategy not in {"keep_latest", "delete"}:
        raise InputError(
            f"There is no strategy {strategy!r} of pruning.", fix="Use keep_latest or delete."
        )
    for thread in map(str, threads):
        if strategy == "delete":
            yield _emptying(thread, source.database.key)
            yield _deleting(thread, source.database.key)
        else:
            for place in _places(source, thread):
                yield _keeping_last(source, place)


def _places(source: Source, thread: str | None = None) -> list[Place]:
    rows = source.database.rows(
        "SELECT thread, ns FROM dalsegno_place WHERE ?1 IS NULL OR thread = ?1", (thread,)
    )
    return [place_of(row["thread"], row["ns"], source.database.key) for row in rows]


def _emptying(thread: str, key: bytes | None) -> Work:
    """From then on there is no such thread, whatever is left of its records."""

    def work(connection: sqlite3.Connection) -> int:
        for place in places_of(connection, thread, key):
            _set_head(connection, place, None)
        forget(connection, thread)
        return 0

    return work


def _deleting(thread: str, key: bytes | None) -> Work:
    """Delete some records of an emptied thread; gives back whether more may be left."""

    def work(connection: sqlite3.Connection) -> int:
        left = _BULK
        # A namespace that has a head again belongs to a thread of the same name that began since.
        found = plain(connection).execute(
            "SELECT ns FROM dalsegno_place WHERE thread = ? AND head = 0", (thread,)
        )
        for (ns,) in found.fetchall():
            place = place_of(thread, ns, key)
            rows = plain(connection).execute(
                f"SELECT {COLUMNS} FROM dalsegno_record WHERE place = ? LIMIT ?", (place.id, left)
            )
            some = [Row._make(row) for row in rows]
            _delete(connection, some)
            left -= len(some)
            if left <= 0:
                return 1
            connection.execute("DELETE FROM dalsegno_place WHERE id = ?", (place.id,))
        return 0

    return work


def _keeping_last(source: Source, place: Place) -> Work:
    def work(connection: sqlite3.Connection) -> int:
        head = head_of(connection, place)
        if head is None or (head.sound and head.row is None):
            return 0
        if head.row is None or not head.sound:
            raise DamagedError(
                f"Thread {place.thread!r} is damaged, and was left as it is.",
                fix="Repair it before it is pruned.",
                thread=place.thread,
            )
        retain(connection, source.reader(connection, place), [head.row])
        return 0

    return work


def retiring(
    source: Source, *, newest: int | None, seconds: float | None, now: float
) -> Iterator[Work]:
    """The transactions of a retention, one for each namespace; each tells how many it took."""
    for place in _places(source):
        yield _retiring(source, place, newest=newest, seconds=seconds, now=now)


def _retiring(
    source: Source, place: Place, *, newest: int | None, seconds: float | None, now: float
) -> Work:
    def work(connection: sqlite3.Connection) -> int:
        driven = connection.execute(
            "SELECT 1 FROM dalsegno_lease WHERE thread = ? AND holder IS NOT NULL AND until > ?",
            (place.thread, now),
        ).fetchone()
        head = head_of(connection, place)
        if driven or head is None or head.row is None or not head.sound:
            return 0
        reader = source.reader(connection, place)
        kept = [head.row]
        rows = list(reader.rows_before(None))
        for number, row in enumerate(rows):
            if row.id == head.row.id:
                continue
            is_new = newest is not None and number < newest
            if is_new or (seconds is not None and _written(reader, row) >= now - seconds):
                kept.append(row)
        if newest is None and seconds is None:
            return 0
        return retain(connection, reader, kept)

    return work


def _written(reader: Reader, row: Row) -> float:
    """When a checkpoint was made, in seconds since the epoch."""
    return datetime.fromisoformat(reader.header(row)[0].ts).timestamp()


def forgetting_runs(source: Source, runs: Collection[str]) -> Iterator[Work]:
    """The transactions that take out what some runs have made, one for each namespace."""
    unwanted = frozenset(map(str, runs))
    for place in _places(source) if unwanted else ():
        yield _forgetting(source, place, unwanted)


def _forgetting(source: Source, place: Place, runs: frozenset[str]) -> Work:
    def work(connection: sqlite3.Connection) -> int:
        reader = source.reader(connection, place)
        rows = list(reader.rows_before(None))
        kept = [
            row
            for row in rows
            if str(reader.metadata(reader.header(row)[0]).get("run_id")) not in runs
        ]
        return 0 if len(kept) == len(rows) else retain(connection, reader, kept)

    return work


def retain(connection: sqlite3.Connection, reader: Reader, kept: Sequence[Row]) -> int:
    """Keep of a place some checkpoints and what they need; gives back how many others there were.

    The last one written of those that stay is the head, if the head does not.

    Raises:
        DamagedError: what is to stay cannot be read.
    """
    place = reader.place
    settle(connection, place.thread, place.ns)
    staying, needed = _closure(reader, kept)
    names = {row.checkpoint for row in staying.values()}
    taken, unneeded = 0, []
    for number, checkpoint, kind in (
        plain(connection)
        .execute("SELECT id, checkpoint, kind FROM dalsegno_record WHERE place = ?", (place.id,))
        .fetchall()
    ):
        if number in staying or (kind == WRITES and checkpoint in names):
            continue
        taken += kind == CHECKPOINT
        if number not in needed:
            unneeded.append(number)
        elif kind == CHECKPOINT:
            _hold(connection, place, number)
    for start in range(0, len(unneeded), _BULK):
        _delete(connection, [*rows_by_id(connection, place, unneeded[start : start + _BULK])])
    head = head_of(connection, place)
    if head is None or head.row is None or head.row.id not in staying:
        _set_head(connection, place, staying[max(staying)] if staying else None)
    return taken


def _hold(connection: sqlite3.Connection, place: Place, number: int) -> None:
    for row in rows_by_id(connection, place, [number]):
        held = sealed(place, row._replace(kind=HELD))
        connection.execute(
            "UPDATE dalsegno_record SET kind = ?, sum = ? WHERE id = ?",
            (HELD, held.sum, held.id),
        )


def _set_head(connection: sqlite3.Connection, place: Place, row: Row | None) -> None:
    number, checksum = (row.id, row.sum) if row else (0, b"")
    connection.execute(
        "INSERT OR REPLACE INTO dalsegno_place (id, thread, ns, head, stamp)"
        " VALUES (?, ?, ?, ?, ?)",
        (place.id, place.thread, place.ns, number, place.stamp(number, checksum)),
    )


def _closure(reader: Reader, kept: Sequence[Row]) -> tuple[dict[int, Row], set[int]]:
    """The checkpoints that have to stay, by record, and every record that they need."""
    staying: dict[int, Row] = {}
    needed: set[int] = set()
    links: set[tuple[int, int]] = set()
    todo = list(kept)
    while todo:
        row = todo.pop()
        if row.id in staying:
            continue
        staying[row.id] = row
        header, full = reader.header(row)
        needed.add(full.slot.id)
        for slot, index in header.values.values():
            needed.add(slot.id)
            cell = reader.cell(slot.id, index)
            if is_grown(cell):
                _follow(reader, unpacked(cell, slot.id), needed, links)
        todo.extend(_ancestors(reader, row))
    return staying, needed


def _follow(reader: Reader, growth: Growth, needed: set[int], links: set[tuple[int, int]]) -> None:
    """Add the records of a list's parts; sealed ones that were seen before are not read again."""
    while True:
        needed.update(slot.id for slot, _, _ in growth.segments)
        if growth.sealed is None:
            return
        at = (growth.sealed[0].id, growth.sealed[1])
        if at in links:
            return
        links.add(at)
        needed.add(at[0])
        growth = unpacked(reader.cell(*at), at[0])


def _ancestors(reader: Reader, row: Row) -> Iterator[Row]:
    """The checkpoints that a checkpoint's DeltaChannels are rebuilt from."""
    header, _ = reader.header(row)
    counters = reader.metadata(header).get("counters_since_delta_snapshot") or {}
    missing = {name for name in counters if name not in header.values}
    above = row
    while missing and above.parent is not None:
        found = reader.latest_row(above.parent)
        if found is None:
            return
        above = found
        yield above
        missing -= reader.header(above)[0].values.keys()


def _delete(connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
    """Delete records, and the large values that nothing else uses."""
    connection.executemany("DELETE FROM dalsegno_record WHERE id = ?", [(r.id,) for r in rows])
    for row in rows:
        for digest in digests_of(row):
            connection.execute(
                "DELETE FROM dalsegno_use WHERE digest = ? AND record = ?", (digest, row.id)
            )
            connection.execute(
                "DELETE FROM dalsegno_value WHERE digest = ?1"
                " AND NOT EXISTS (SELECT 1 FROM dalsegno_use WHERE digest = ?1)",
                (digest,),
            )


def digests_of(row: Row) -> set[bytes]:
    """The large values that a record's own cells need; none, where it cannot be read."""
    try:
        cells = cells_of(ormsgpack.unpackb(row.body))
        return {digest for cell in cells for digest in digests_in(cell)}
    except (TypeError, ValueError, IndexError):
        return set()


def copying(source: str, target: str, key: bytes | None) -> Work:
    """The transaction that copies a thread: every record, as far apart as they are.

    Raises:
        ConflictError: there is a thread of that name.
        DamagedError: a record is damaged; a copy would hide it.
    """

    def work(connection: sqlite3.Connection) -> int:
        there = [head_of(connection, place) for place in places_of(connection, target, key)]
        if any(head is not None and head.row is not None for head in there):
            raise ConflictError(
                f"There is a thread {target!r} already.",
                fix="Nothing was copied. Choose another name, or delete it first.",
                thread=target,
            )
        for place in places_of(connection, source, key):
            _copy(connection, place, place_of(target, place.ns, key))
        inherit(connection, source, target)
        return 0

    return work


def _copy(connection: sqlite3.Connection, place: Place, other: Place) -> None:
    found = plain(connection).execute(
        f"SELECT {COLUMNS} FROM dalsegno_record WHERE place = ? ORDER BY id", (place.id,)
    )
    rows = [Row._make(row) for row in found.fetchall()]
    head = head_of(connection, place)
    shift = next_id(connection) - rows[0].id if rows else 0
    last: Row | None = None
    for row in rows:
        if not place.is_sound(row):
            raise DamagedError(
                f"Thread {place.thread!r} is damaged: record {row.id} is not as it was written.",
                fix="Nothing was copied. Repair it first.",
                thread=place.thread,
            )
        copied = sealed(other, row._replace(id=row.id + shift))
        add_record(connection, other, copied)
        for digest in digests_of(row):
            use_value(connection, copied.id, digest)
        if head and head.row and row.id == head.row.id:
            last = copied
    _set_head(connection, other, last)

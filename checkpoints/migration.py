"""Carrying over what LangGraph's own saver wrote, and what an older Dalsegno did, once and whole.

Classes are not made for it: values keep the bytes that they have.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import ormsgpack
from langgraph.checkpoint.base import Checkpoint

from ..state.errors import DatabaseError
from .drafting import draft
from .encoding import LARGE, LARGE_VALUE, TYPED, Cell, Values, encode
from .headers import pack
from .heads import Known, Wrote
from .records import (
    CHECKPOINT,
    WRITES,
    Place,
    Row,
    Slot,
    add_place,
    add_record,
    add_values,
    digest_of,
    move_head,
    next_id,
    place_of,
    plain,
    sealed,
)
from .schema import SCHEMA

#: How the saver of schema 2 told of a value that it kept apart.
_REFERENCE = "dalsegno:value"
_RECORDS = ("dalsegno_run", "dalsegno_review", "dalsegno_step")


def migrate(connection: sqlite3.Connection, there: frozenset[str], key: bytes | None) -> None:
    """Make the tables, filled with what the older ones hold, in the caller's transaction."""
    if "dalsegno_record" in there:
        _from_3(connection)
        return
    old = {name: _rows(connection, name) for name in _RECORDS if name in there}
    large = _large(connection) if "dalsegno_value" in there else {}
    for name in ("dalsegno_step", "dalsegno_review", "dalsegno_run", "dalsegno_value"):
        if name in there:
            connection.execute(f"DROP TABLE {name}")
    for statement in SCHEMA.split(";"):
        connection.execute(statement)
    for step in old.get("dalsegno_step", ()):  # they were numbered throughout
        step |= {"fence": 0, "number": step["id"]}
    for name, rows in old.items():
        _refill(connection, name, rows)
    _leases(connection, old.get("dalsegno_run", ()))
    if "checkpoints" in there:
        _threads(connection, large, key)
        connection.execute("DROP TABLE checkpoints")
        connection.execute("DROP TABLE IF EXISTS writes")


def _from_3(connection: sqlite3.Connection) -> None:
    """From the schema in which a thread had one run at most."""
    old = {name: _rows(connection, name) for name in _RECORDS}
    for name in reversed(_RECORDS):
        connection.execute(f"DROP TABLE {name}")
    for name in ("dalsegno_visit", "dalsegno_call"):
        connection.execute(f"ALTER TABLE {name} ADD COLUMN turn INTEGER NOT NULL DEFAULT 0")
    for statement in SCHEMA.split(";"):
        connection.execute(statement)
    for name, rows in old.items():
        _refill(connection, name, rows)


_Record = dict[str, Any]  # Any: what SQLite may hold


def _rows(connection: sqlite3.Connection, table: str) -> list[_Record]:
    return [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]


def _large(connection: sqlite3.Connection) -> dict[str, tuple[str, bytes]]:
    return {
        row["digest"]: (row["type"], row["value"]) for row in _rows(connection, "dalsegno_value")
    }


def _refill(connection: sqlite3.Connection, table: str, rows: Sequence[_Record]) -> None:
    """Put rows back, without the columns that are no more."""
    known = {row["name"] for row in connection.execute(f"PRAGMA table_info({table})")}
    for row in rows:
        names = [name for name in row if name in known]
        marks = ", ".join("?" * len(names))
        connection.execute(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})",
            [row[name] for name in names],
        )


def _leases(connection: sqlite3.Connection, runs: Sequence[_Record]) -> None:
    for run in runs:
        if run.get("fence"):
            connection.execute(
                "INSERT INTO dalsegno_lease (thread, fence, holder, until) VALUES (?, ?, ?, ?)",
                (run["thread"], run["fence"], run["holder"], run["held_until"]),
            )


class _Raw:
    """Packs values whose classes were left as the bytes that tell of them."""

    def dumps_typed(self, value: Any) -> tuple[str, bytes]:  # Any: a value
        return "msgpack", ormsgpack.packb(value, option=_OPTION)

    def loads_typed(self, data: tuple[str, bytes]) -> Any:  # Any: a value
        return ormsgpack.unpackb(data[1], ext_hook=ormsgpack.Ext, option=_OPTION)


_OPTION = ormsgpack.OPT_NON_STR_KEYS
_RAW = _Raw()


_Large = dict[str, tuple[str, bytes]]


def _threads(connection: sqlite3.Connection, large: _Large, key: bytes | None) -> None:
    found = plain(connection).execute("SELECT DISTINCT thread_id, checkpoint_ns FROM checkpoints")
    for thread, ns in found.fetchall():
        place = place_of(thread, ns, key)
        add_place(connection, place)
        _checkpoints(connection, place, large, key)
        _writes(connection, place, large, key)


def _checkpoints(
    connection: sqlite3.Connection, place: Place, large: _Large, key: bytes | None
) -> None:
    known: dict[str, Known] = {}
    stamp = place.stamp(0, b"")
    found = plain(connection).execute(
        "SELECT checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata FROM checkpoints"
        " WHERE thread_id = ? AND checkpoint_ns = ? ORDER BY checkpoint_id",
        (place.thread, place.ns),
    )
    for name, parent, kind, data, metadata in found:
        checkpoint = _checkpoint(place, kind, data, large)
        before = known.get(parent or "") or Known(slot=Slot())
        meta = _RAW.dumps_typed(json.loads(metadata) if metadata else {})[1]
        drafted = draft(checkpoint, {}, meta, before, Wrote(), _RAW, key)
        drafted.slot.id = next_id(connection)
        known[name] = after = Known(slot=drafted.slot)
        body, after.full = pack(drafted.header, drafted.slot, before.full)
        drafted.remember(after)
        unsealed = Row(drafted.slot.id, name, CHECKPOINT, parent, None, None, body, b"")
        row = sealed(place, unsealed)
        add_record(connection, place, row)
        add_values(connection, row.id, drafted.large)
        was, stamp = stamp, place.stamp(row.id, row.sum)
        move_head(connection, place, row.id, stamp, was=was)


def _checkpoint(place: Place, kind: str, data: bytes, large: _Large) -> Checkpoint:
    if kind != "msgpack":
        raise DatabaseError(
            f"Thread {place.thread!r} was written by an old LangGraph, as {kind!r}.",
            fix="Nothing was changed. Let a LangGraph of version 1 go on with it first.",
            thread=place.thread,
        )
    checkpoint: Checkpoint = _RAW.loads_typed((kind, data))
    values = checkpoint["channel_values"]
    checkpoint["channel_values"] = {name: _whole(each, large) for name, each in values.items()}
    return checkpoint


def _whole(value: Any, large: _Large) -> Any:  # Any: a value
    """A value that schema 2 kept apart, put back."""
    if isinstance(value, dict) and value.keys() == {_REFERENCE}:
        kind, data = large[value[_REFERENCE]]
        return _RAW.loads_typed((kind, data)) if kind == "msgpack" else data
    return value


def _writes(connection: sqlite3.Connection, place: Place, large: _Large, key: bytes | None) -> None:
    """What tasks wrote, one record for each task; it takes effect in the same order."""
    columns = {row["name"] for row in connection.execute("PRAGMA table_info(writes)")}
    path = "task_path" if "task_path" in columns else "''"
    found = plain(connection).execute(
        f"SELECT checkpoint_id, task_id, {path}, idx, channel, type, value FROM writes"
        " WHERE thread_id = ? AND checkpoint_ns = ? ORDER BY checkpoint_id, task_id, idx",
        (place.thread, place.ns),
    )
    for (checkpoint, task), rows in groupby(found.fetchall(), key=lambda row: row[:2]):
        apart: Values = {}
        told, where = [], ""
        for _, _, where, number, channel, kind, data in rows:  # noqa: B007  # the last one's path
            told.append((number, channel, _cell(kind, data or b"", large, apart, key)))
        body = ormsgpack.packb(told)
        unsealed = Row(next_id(connection), checkpoint, WRITES, None, task, where, body, b"")
        row = sealed(place, unsealed)
        add_record(connection, place, row)
        add_values(connection, row.id, apart)


def _cell(kind: str, data: bytes, large: _Large, apart: Values, key: bytes | None) -> Cell:
    if kind == "msgpack":
        return encode(_whole(_RAW.loads_typed((kind, data)), large), _RAW, apart, key)
    if len(data) <= LARGE:
        return [TYPED, kind, data]
    digest = digest_of(kind, data, key)
    apart[digest] = (kind, data)
    return [LARGE_VALUE, digest]

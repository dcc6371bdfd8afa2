"""Examining a thread for damage, and taking out what is damaged."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from ..state.errors import DamagedError
from .keeping import retain
from .reading import Reader
from .records import (
    CHECKPOINT,
    COLUMNS,
    KIND_NAMES,
    WRITES,
    Place,
    Row,
    head_of,
    place_of,
    places_of,
    plain,
)
from .tuples import Source


@dataclass(frozen=True, kw_only=True)
class Damage:
    """One thing that is not as it was written, in a namespace of a thread.

    ``record`` is the row's number, None where it is the place's own row. ``said`` names the
    channel, where that is known.
    """

    ns: str
    checkpoint: str | None
    record: int | None
    said: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """What is damaged of a thread, and its last sound checkpoint, if there is one."""

    thread: str
    damage: tuple[Damage, ...]
    last_sound: str | None

    @property
    def sound(self) -> bool:
        return not self.damage


@dataclass(frozen=True, kw_only=True)
class _Examined:
    damage: list[Damage]
    # Checkpoints that can be read, the last one written first.
    sound: list[Row]
    unsound: list[Row]


def examine(source: Source, thread: str) -> Report:
    """Read everything of a thread, and say what is damaged."""
    with source.database.reading() as connection:
        found = {
            place.ns: _examine(source, connection, place)
            for place in _places(source, connection, thread)
        }
    return _report(thread, found)


def repair(source: Source, thread: str) -> Report:
    """Take out what is damaged, and checkpoints that need it; says what that was.

    The head is then the last sound checkpoint.
    """

    def work(connection: sqlite3.Connection) -> dict[str, _Examined]:
        connection.execute("REINDEX dalsegno_record")  # it may be the index that is damaged
        found: dict[str, _Examined] = {}
        for place in _places(source, connection, thread):
            found[place.ns] = examined = _examine(source, connection, place)
            if examined.damage:
                connection.executemany(
                    "DELETE FROM dalsegno_record WHERE id = ?",
                    [(row.id,) for row in examined.unsound],
                )
                reader = source.reader(connection, place)
                retain(connection, reader, examined.sound)
        return found

    return _report(thread, source.database.write(work, what="repair"))


def _report(thread: str, found: dict[str, _Examined]) -> Report:
    root = found.get("")
    return Report(
        thread=thread,
        damage=tuple(each for examined in found.values() for each in examined.damage),
        last_sound=root.sound[0].checkpoint if root and root.sound else None,
    )


def _places(source: Source, connection: sqlite3.Connection, thread: str) -> list[Place]:
    found = {place.id: place for place in places_of(connection, thread, source.database.key)}
    root = place_of(thread, "", source.database.key)
    return list({root.id: root, **found}.values())


def _examine(source: Source, connection: sqlite3.Connection, place: Place) -> _Examined:
    examined = _Examined(damage=[], sound=[], unsound=[])
    head = head_of(connection, place)
    if head is not None and not head.sound:
        said = "the namespace's own row does not agree with its last checkpoint"
        examined.damage.append(Damage(ns=place.ns, checkpoint=None, record=None, said=said))
    # Without the index, which may be what is damaged.
    found = plain(connection).execute(
        f"SELECT {COLUMNS} FROM dalsegno_record NOT INDEXED WHERE place = ? ORDER BY id DESC",
        (place.id,),
    )
    rows = [Row._make(row) for row in found.fetchall()]
    for row in rows:
        if not place.is_sound(row):
            said = (
                f"record {row.id} ({KIND_NAMES.get(row.kind, 'record')}) is not as it was written"
            )
            examined.damage.append(_damage(place, row, said))
            examined.unsound.append(row)
    reader = source.reader(connection, place)
    for row in rows:
        if row not in examined.unsound:
            _read(reader, row, examined)
    return examined


def _read(reader: Reader, row: Row, examined: _Examined) -> None:
    try:
        if row.kind == CHECKPOINT:
            reader.stored(row)
            examined.sound.append(row)
        elif row.kind == WRITES:
            for _, _, cell in reader.writes([row]):
                reader.value(cell)
    except DamagedError as error:
        examined.damage.append(_damage(reader.place, row, error.message))


def _damage(place: Place, row: Row, said: str) -> Damage:
    return Damage(ns=place.ns, checkpoint=row.checkpoint, record=row.id, said=said)

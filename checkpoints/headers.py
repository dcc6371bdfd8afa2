"""The body of a checkpoint's record: versions and addresses, told by what changed.

Every so often a header is told in full, and the ones after it by how they differ from that one, so
that a graph of many channels does not repeat all their names at each step: a channel that the full
one has is told by its place there. Records are named by how far before this one they are: a thread
can be copied as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ormsgpack

from ..state.errors import DamagedError
from .encoding import Cell
from .lists import Address, Growth, packed
from .records import Slot

#: How many headers in a row may differ from the same full one: damage to it damages them all.
_IN_A_ROW = 32

Versions = dict[str, Any]  # Any: LangGraph's versions are int, float or str
Seen = dict[str, Versions]


@dataclass(frozen=True, kw_only=True, slots=True)
class Full:
    """A header that was told in full, and that later ones differ from."""

    slot: Slot
    versions: Versions
    seen: Seen
    values: dict[str, Address]
    # How later headers tell its channels.
    numbers: Mapping[str, int]
    age: int = 0


@dataclass(kw_only=True, slots=True)
class Header:
    """A checkpoint but for its values, which are cells of its own or addresses of earlier ones."""

    v: int
    ts: str
    metadata: Cell
    versions: Versions
    seen: Seen
    updated: list[str] | None
    values: dict[str, Address]
    extra: Cell
    # Cells, and growths (with whether they are sealed segments), whose cells need the own number.
    cells: list[Cell | tuple[Growth, bool]] = field(default_factory=list)


def pack(header: Header, slot: Slot, full: Full | None) -> tuple[bytes, Full]:
    """The body of a header in record ``slot``, and the full one that the next may differ from."""
    own = slot.id
    cells = [
        packed(each[0], own, sealed=each[1]) if type(each) is tuple else each
        for each in header.cells
    ]
    if full is not None and full.age < _IN_A_ROW:
        differing = _difference(header, own, full)
        if differing is not None:
            return _body(header, own - full.slot.id, differing, cells), Full(
                slot=full.slot,
                versions=full.versions,
                seen=full.seen,
                values=full.values,
                numbers=full.numbers,
                age=full.age + 1,
            )
    fresh = Full(
        slot=slot,
        versions=header.versions,
        seen=header.seen,
        values=dict(header.values),
        numbers=_numbers(header.versions),
    )
    told = _told(header.versions, header.seen, header.values, own, {})
    return _body(header, 0, (*told, None, header.updated), cells), fresh


#: Versions, what nodes have seen, and addresses, each as names and what belongs to them in turn;
#: what is gone; and what was updated.
_Told = tuple[list[Any], list[Any], list[Any], object, object]  # Any: what msgpack may hold


def _numbers(versions: Versions) -> Mapping[str, int]:
    return {name: number for number, name in enumerate(versions)}


def _told(
    versions: Versions,
    seen: Seen,
    values: Mapping[str, Address],
    own: int,
    numbers: Mapping[str, int],
) -> tuple[list[Any], list[Any], list[Any]]:  # Any: as above
    places: list[int | str] = []
    for channel, (at, index) in values.items():
        places += (numbers.get(channel, channel), own - at.id, index)
    visits: list[Any] = []  # Any: as above
    for node, theirs in seen.items():
        visits += (node, _in_turn(theirs, numbers))
    return _in_turn(versions, numbers), visits, places


def _in_turn(versions: Versions, numbers: Mapping[str, int]) -> list[Any]:  # Any: as above
    told: list[Any] = []  # Any: as above
    for channel, version in versions.items():
        told += (numbers.get(channel, channel), version)
    return told


def _difference(header: Header, own: int, full: Full) -> _Told | None:
    """What differs from a full header; None when that is most of it."""
    versions = {k: v for k, v in header.versions.items() if full.versions.get(k) != v}
    seen = {k: v for k, v in header.seen.items() if full.seen.get(k) != v}
    values = {
        name: now
        for name, now in header.values.items()
        if (was := full.values.get(name)) is None or (was[0].id, was[1]) != (now[0].id, now[1])
    }
    if len(versions) > 8 and len(versions) * 2 > len(header.versions):
        return None
    gone = [
        list(full.versions.keys() - header.versions.keys()),
        list(full.seen.keys() - header.seen.keys()),
        list(full.values.keys() - header.values.keys()),
    ]
    told = _told(versions, seen, values, own, full.numbers)
    updated = None if header.updated is None else [full.numbers.get(c, c) for c in header.updated]
    return *told, gone if any(gone) else None, updated


def _body(header: Header, base: int, told: _Told, cells: list[Cell]) -> bytes:
    return ormsgpack.packb(
        (
            header.v,
            header.ts,
            header.metadata,
            base,
            *told,
            header.extra,
            cells,
        )
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A header's body as it was read: in full, or by what differs from a full one."""

    own: int
    v: int
    ts: str
    metadata: Cell
    versions: Versions
    seen: Seen
    values: dict[str, tuple[int, int]]
    gone: list[list[str]] | None
    updated: list[str] | None
    extra: Cell
    cells: list[Cell]


def base_of(own: int, body: Sequence[Any]) -> int | None:  # Any: what msgpack may hold
    """The record of the full header that a header's body differs from, if it is not full itself."""
    return own - body[3] if len(body) > 3 and body[3] else None


def parse(own: int, body: Sequence[Any], base: Told | None) -> Told:  # Any: as above
    """A header's unpacked body, which differs from the full one ``base``.

    Raises:
        DamagedError: it is of another form.
    """
    names = list(base.versions) if base else []

    def named(each: int | str) -> str:
        return names[each] if type(each) is int else str(each)

    try:
        v, ts, metadata, _, versions, seen, values, gone, updated, extra, cells = body
        parts = iter(values)
        return Told(
            own=own,
            v=v,
            ts=ts,
            metadata=metadata,
            versions=_versions(versions, named),
            seen={
                node: _versions(theirs, named)
                for node, theirs in zip(seen[::2], seen[1::2], strict=True)
            },
            values={
                named(name): (own - at, index)
                for name, at, index in zip(parts, parts, parts, strict=True)
            },
            gone=gone,
            updated=None if updated is None else [named(each) for each in updated],
            extra=extra,
            cells=cells,
        )
    except (TypeError, ValueError, IndexError) as error:
        raise DamagedError("its header is of a form that is not known") from error


def _versions(told: Sequence[Any], named: Callable[[int | str], str]) -> Versions:  # Any: as above
    return {named(name): version for name, version in zip(told[::2], told[1::2], strict=True)}


def whole(told: Told, base: Told | None) -> tuple[Header, Full]:
    """The header that a body and the one it differs from tell together."""
    if base is None:
        values = _slots(told.values)
        header = _header(told, told.versions, told.seen, values)
        return header, Full(
            slot=Slot(told.own),
            versions=told.versions,
            seen=told.seen,
            values=dict(values),
            numbers=_numbers(told.versions),
        )
    gone_versions, gone_seen, gone_values = told.gone or ((), (), ())
    before = _slots(base.values)
    versions = {**base.versions, **told.versions}
    seen = {**base.seen, **told.seen}
    now = {**before, **_slots(told.values)}
    for table, names in ((versions, gone_versions), (seen, gone_seen), (now, gone_values)):
        for name in names:
            table.pop(name, None)
    full = Full(
        slot=Slot(base.own),
        versions=base.versions,
        seen=base.seen,
        values=before,
        numbers=_numbers(base.versions),
        # How many there are is not known: as many as there can be.
        age=_IN_A_ROW,
    )
    return _header(told, versions, seen, now), full


def _slots(values: dict[str, tuple[int, int]]) -> dict[str, Address]:
    return {name: (Slot(at), index) for name, (at, index) in values.items()}


def _header(told: Told, versions: Versions, seen: Seen, values: dict[str, Address]) -> Header:
    return Header(
        v=told.v,
        ts=told.ts,
        metadata=told.metadata,
        versions=dict(versions),
        seen={node: dict(each) for node, each in seen.items()},
        updated=told.updated,
        values=values,
        extra=told.extra,
        cells=list(told.cells),
    )

"""Lists that grow, stored as what was added: one kilobyte appended is one kilobyte stored.

A list that begins with the items of the one before, the very same objects, is stored as segments:
where the old list is, and where the writes are whose items were appended. Items of immutable types
are the same when they are the same object. Of others that holds only while nobody changes them in
place: it is relied on where a reducer appended what the step's tasks wrote, as the saver then need
not look at the old items again. A list that a node returns whole is stored as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import is_
from typing import Any, Final

from .encoding import GROWN, SEALED, Cell
from .records import Slot

#: How many segments a list's own cell holds; full ones are sealed into a cell that it links to.
SEGMENTS = 32
#: Lists of fewer items are stored whole, if they are short in bytes, too.
SHORT, SHORT_BYTES = 16, 512
_SCALARS: Final = frozenset({str, int, float, bool, bytes, type(None)})

#: A record, and the number of a cell in it.
Address = tuple[Slot, int]
#: A record, a cell in it, and whether its items are meant (or it is itself an item).
Segment = tuple[Slot, int, bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Growth:
    """Where a list's items are: a link to sealed segments, and those after them."""

    size: int
    sealed: Address | None = None
    segments: tuple[Segment, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A list as it was when it was stored or read, with where it is."""

    items: tuple[Any, ...]  # Any: items of any type
    scalar: bool
    address: Address
    growth: Growth | None = None

    @property
    def grown(self) -> Growth:
        """Its growth; a list that is stored whole is its own first segment."""
        if self.growth is not None:
            return self.growth
        return Growth(size=len(self.items), segments=((*self.address, True),))


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A value that a task of this step wrote, and where it is stored."""

    value: Any  # Any: a value of any type
    items: tuple[Any, ...] | None
    scalar: bool
    cell: Cell
    address: Address


#: A write whose items were added (True), or which is itself an item (False).
Placed = tuple[Written, bool]
#: Items that no write accounts for: they are stored with the checkpoint.
Inline = list[Any]
Encode = Callable[[Any], Cell]


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How a list came about: from which one, and from what was added, in order."""

    before: Kept | None
    added: Sequence[Placed | Inline] = field(default_factory=list)


def are_scalar(items: Sequence[Any]) -> bool:
    return _SCALARS.issuperset(map(type, items))


def plan(
    items: tuple[Any, ...], known: Sequence[Kept], written: Sequence[Written], encode: Encode
) -> Plan | None:
    """How to store a list by what was added; None where it is as well stored whole."""
    before = next((kept for kept in known if _continues(items, kept, written)), None)
    start = len(before.items) if before else 0
    added = list(_added(items, start, written, encode))
    if before is None and not any(type(each) is tuple for each in added):
        return None
    return Plan(before=before, added=added)


def _continues(items: tuple[Any, ...], kept: Kept, written: Sequence[Written]) -> bool:
    old = kept.items
    if not old or len(items) < len(old) or items[len(old) - 1] is not old[-1]:
        return False
    if not kept.scalar and not _was_appended_to(old, written):
        return False
    return all(map(is_, old, items))


def _was_appended_to(old: tuple[Any, ...], written: Sequence[Written]) -> bool:
    """Whether this step's writes are additions: one that has the old items is a list of its own."""
    first = old[0]
    whole = any(each.items and each.items[0] is first for each in written)
    return bool(written) and not whole


def _added(
    items: tuple[Any, ...], start: int, written: Sequence[Written], encode: Encode
) -> Iterator[Placed | Inline]:
    by_first: dict[int, list[Written]] = {}
    for each in written:
        if each.items:
            by_first.setdefault(id(each.items[0]), []).append(each)
        by_first.setdefault(id(each.value), []).append(each)
    loose: Inline = []
    while start < len(items):
        found = next(
            (w for w in by_first.get(id(items[start]), ()) if _is_at(w, items, start, encode)),
            None,
        )
        if found is None:
            loose.append(items[start])
            start += 1
            continue
        if loose:
            yield loose
            loose = []
        spliced = items[start] is not found.value
        yield found, spliced
        start += len(found.items or ()) if spliced else 1
    if loose:
        yield loose


def _is_at(written: Written, items: tuple[Any, ...], start: int, encode: Encode) -> bool:
    """Whether a write's value, or its items, stand at a position as they were stored."""
    if items[start] is written.value:
        return type(written.value) in _SCALARS or encode(written.value) == written.cell
    theirs = written.items or ()
    here = items[start : start + len(theirs)]
    if len(here) != len(theirs) or not all(map(is_, theirs, here)):
        return False
    # A reducer may have changed them since: add_messages gives them their ids.
    return written.scalar or encode(list(here)) == written.cell


def sealing(growth: Growth, seal: Callable[[Growth], Address]) -> Growth:
    """The growth with no more than SEGMENTS segments of its own; ``seal`` stores full ones."""
    while len(growth.segments) > SEGMENTS:
        full = Growth(size=0, sealed=growth.sealed, segments=growth.segments[:SEGMENTS])
        growth = Growth(size=growth.size, sealed=seal(full), segments=growth.segments[SEGMENTS:])
    return growth


def packed(growth: Growth, own: int, *, sealed: bool) -> Cell:
    """The cell of a growth in record ``own``: records are told by how far before it they are.

    Segments that are equally far apart, as a loop's are, are told once, with how many they are.
    """
    runs: list[int] = []
    last = own
    for slot, index, spliced in growth.segments:
        told = [slot.id - last, index * 2 + spliced]
        if runs[-3:-1] == told:
            runs[-1] += 1
        else:
            runs += (*told, 1)
        last = slot.id
    link = None if growth.sealed is None else [own - growth.sealed[0].id, growth.sealed[1]]
    return [SEALED, link, runs] if sealed else [GROWN, link, runs, growth.size]


#: Segments as pairs of numbers, one after the other: a record, and twice a cell's number in it,
#: with one more where the cell's items are meant.
Flat = list[int]


def flattened(cell: Cell, own: int) -> tuple[tuple[int, int] | None, Flat]:
    """The address that a growth's cell links to, and its segments."""
    link, runs = cell[1:3]
    flat: Flat = []
    last = own
    parts = iter(runs)
    for distance, number, count in zip(parts, parts, parts, strict=True):
        for _ in range(count):
            last += distance
            flat += (last, number)
    return None if link is None else (own - link[0], link[1]), flat


def unpacked(cell: Cell, own: int) -> Growth:
    """The growth that a cell tells of."""
    link, flat = flattened(cell, own)
    return Growth(
        size=cell[3] if cell[0] == GROWN else 0,
        sealed=None if link is None else (Slot(link[0]), link[1]),
        segments=tuple(
            (Slot(record), number >> 1, bool(number & 1))
            for record, number in zip(flat[::2], flat[1::2], strict=True)
        ),
    )

"""Lists that were stored as what was added, read back: each segment once, whoever begins with it.

Of the checkpoints of one thread that are read one after the other, most lists begin alike. The
longest is kept with where each part of it ends, and the others are slices of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..state.errors import DamagedError
from .encoding import Cell
from .lists import Flat, flattened

#: How many segments are read at once: few, so that the many short-lived rows of a long list do not
#: make Python's collector look at everything there is.
_BULK = 100
#: What says where a list is up to a point: the address of sealed segments. Of none, it is the first
#: segment itself, with its number made negative.
_Up = tuple[int, int]


@dataclass(kw_only=True, slots=True, eq=False)
class _Read:
    """Segments, how many items there are up to the end of each, and the items."""

    flat: Flat = field(default_factory=list)
    ends: list[int] = field(default_factory=lambda: [0])
    items: list[Any] = field(default_factory=list)  # Any: items of any type

    def begun(self, segments: int) -> _Read:
        size = self.ends[segments]
        return _Read(
            flat=self.flat[: 2 * segments], ends=self.ends[: segments + 1], items=self.items[:size]
        )

    def slice(self, segments: int, more: Flat) -> list[Any] | None:  # Any: as above
        """The items of the first segments and ``more``; None where others follow there."""
        end = 2 * segments + len(more)
        if self.flat[2 * segments : end] != more:
            return None
        return self.items[: self.ends[end // 2]]


@dataclass(kw_only=True, slots=True)
class GrownLists:
    """Reads the lists of one place.

    ``cells`` gives the cells of many records, and ``value`` what a cell holds.
    """

    cells: Callable[[Sequence[int]], Mapping[int, Sequence[Cell]]]
    value: Callable[[Cell], Any]  # Any: a value
    known: dict[_Up, tuple[_Read, int]] = field(default_factory=dict)

    def read(self, cell: Cell, record: int) -> list[Any]:  # Any: items of any type
        """The items of the list whose cell is in a record.

        Raises:
            DamagedError: what it needs is not there, or not as it was written.
        """
        link, own = flattened(cell, record)
        links: list[_Up] = []
        parts = [own]
        while link is not None and link not in self.known:
            links.append(link)
            link, part = flattened(_at(self.cells(link[:1]), *link), link[0])
            parts.append(part)
        if link is None:
            link = (parts[-1][0], -1 - parts[-1][1])
        known, count = self.known.get(link, (None, 0))
        items = None if known is None or links else known.slice(count, own)
        if items is None:
            read = known.begun(count) if known else _Read()
            ups: dict[_Up, tuple[_Read, int]] = {}
            for part, up in zip(reversed(parts), [link, *reversed(links)], strict=True):
                ups[up] = read, len(read.flat) // 2
                read.flat += part
            self._fill(read)
            self.known |= ups
            items = list(read.items)
        if len(items) != cell[3]:
            raise DamagedError(f"a list of {cell[3]} items has {len(items)}")
        return items

    def _fill(self, read: _Read) -> None:
        """Read the items of the segments that have none yet."""
        start = 2 * (len(read.ends) - 1)
        for begin in range(start, len(read.flat), 2 * _BULK):
            some = read.flat[begin : begin + 2 * _BULK]
            cells = self.cells(some[::2])
            for record, number in zip(some[::2], some[1::2], strict=True):
                found = self.value(_at(cells, record, number >> 1))
                if number & 1:
                    read.items.extend(found)
                else:
                    read.items.append(found)
                read.ends.append(len(read.items))


def _at(cells: Mapping[int, Sequence[Cell]], record: int, index: int) -> Cell:
    try:
        return cells[record][index]
    except IndexError:
        raise DamagedError(f"record {record} has no value {index}") from None

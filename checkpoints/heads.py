"""What a saver remembers of the checkpoints that it wrote or read last.

It spares reading a thread's head before each put, and tells which values are stored already. None
of it is relied on before the transaction has seen that the thread is as it is remembered.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from .headers import Full, Versions
from .lists import Address, Kept, Written
from .records import Place, Slot, place_of

#: How many checkpoints are remembered, and with how many list items in all.
_CHECKPOINTS, _ITEMS = 1_024, 500_000
#: How many readings of one list are remembered: whoever goes on has one of them.
_READINGS = 4


@dataclass(kw_only=True, slots=True, eq=False)
class Wrote:
    """What tasks have written on a checkpoint: the next one may hold it, or its items."""

    written: dict[str, list[Written]] = field(default_factory=dict)
    cells: dict[bytes, Address] = field(default_factory=dict)

    def add(self, channel: str, written: Written) -> None:
        if isinstance(written.cell, bytes) and len(written.cell) >= WORTH_NAMING:
            self.cells.setdefault(written.cell, written.address)
        self.written.setdefault(channel, []).append(written)


@dataclass(kw_only=True, slots=True, eq=False)
class Known:
    """A checkpoint as it is stored: its values by address.

    ``stamp`` is the place's when this was its head; None where it was not seen to be.
    """

    slot: Slot
    stamp: bytes | None = None
    versions: Versions = field(default_factory=dict)
    values: dict[str, Address] = field(default_factory=dict)
    full: Full | None = None
    lists: dict[str, list[Kept]] = field(default_factory=dict)

    def read(self, channel: str, kept: Kept) -> None:
        """Note another reading of a list that is stored where the known one is."""
        before = self.lists.setdefault(channel, [])
        if all(each.address[0].id == kept.address[0].id for each in before):
            before.append(kept)
            del before[1:-_READINGS]  # the first is the run's own, if a put has made it

    @property
    def weight(self) -> int:
        return sum(len(kept.items) for lists in self.lists.values() for kept in lists)


#: Cells of fewer bytes are as well stored again.
WORTH_NAMING = 48


class Heads:
    """The checkpoints that are remembered, the longest unused one forgotten first."""

    def __init__(self, key: bytes | None) -> None:
        self._key = key
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[int, str], Known] = OrderedDict()
        self._wrote: OrderedDict[tuple[int, str], Wrote] = OrderedDict()
        self._places: OrderedDict[tuple[str, str], Place] = OrderedDict()
        self._failed: OrderedDict[tuple[int, str, int], BaseException] = OrderedDict()
        self._weights: dict[tuple[int, str], int] = {}
        self._weight = 0

    def place(self, thread: str, ns: str) -> Place:
        found = self._places.get((thread, ns))
        if found is None:
            found = place_of(thread, ns, self._key)
            with self._lock:
                self._places[thread, ns] = found
                if len(self._places) > _CHECKPOINTS:
                    self._places.popitem(last=False)
        return found

    def get(self, place: Place, checkpoint: str) -> Known | None:
        return self._known.get((place.id, checkpoint))

    def wrote(self, place: Place, checkpoint: str) -> Wrote:
        """What tasks have written on a checkpoint; it may not have been stored itself yet."""
        found = self._wrote.get((place.id, checkpoint))
        if found is None:
            with self._lock:
                found = self._wrote.setdefault((place.id, checkpoint), Wrote())
                if len(self._wrote) > _CHECKPOINTS:
                    self._wrote.popitem(last=False)
        return found

    def put(self, place: Place, checkpoint: str, known: Known, *, instead_of: str | None) -> None:
        """Remember a checkpoint, and forget the one that it follows."""
        with self._lock:
            if instead_of is not None:
                self._drop((place.id, instead_of))
                self._wrote.pop((place.id, instead_of), None)
            name = (place.id, checkpoint)
            self._drop(name)
            self._known[name] = known
            self._weights[name] = weight = known.weight
            self._weight += weight
            while len(self._known) > _CHECKPOINTS or (
                self._weight > _ITEMS and len(self._known) > 1
            ):
                self._drop(next(iter(self._known)))

    def forget(self, place: Place, checkpoint: str) -> None:
        with self._lock:
            self._drop((place.id, checkpoint))

    def forget_all(self) -> None:
        with self._lock:
            self._known.clear()
            self._wrote.clear()
            self._weights.clear()
            self._weight = 0

    def fail(self, place: Place, checkpoint: str, loop: int, error: BaseException) -> None:
        """Note that a task's writes were not stored: its loop may build nothing on the checkpoint.

        LangGraph does not wait for them, and would start the nodes that come after. Others who
        go on with the thread have nothing to do with it.
        """
        with self._lock:
            self._failed[place.id, checkpoint, loop] = error
            if len(self._failed) > _CHECKPOINTS:
                self._failed.popitem(last=False)

    def failure(self, place: Place, checkpoint: str | None, loop: int) -> BaseException | None:
        if not self._failed or not checkpoint:
            return None
        return self._failed.get((place.id, checkpoint, loop))

    def begin_again(self, place: Place, checkpoint: str, loop: int) -> None:
        """A loop goes on from the checkpoint: what failed in an earlier one is over."""
        if self._failed:
            with self._lock:
                self._failed.pop((place.id, checkpoint, loop), None)

    def _drop(self, name: tuple[int, str]) -> None:
        if self._known.pop(name, None) is not None:
            self._weight -= self._weights.pop(name, 0)

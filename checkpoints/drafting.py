"""From LangGraph's checkpoints and writes to records: what is stored already is named, not stored.

Drafts are made before the transaction. What depends on the numbers of records waits for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import ormsgpack
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    ChannelVersions,
    Checkpoint,
)
from langgraph.checkpoint.serde.base import SerializerProtocol

from .encoding import Cell, Values, encode
from .headers import Header
from .heads import WORTH_NAMING, Known, Wrote
from .lists import (
    SHORT,
    SHORT_BYTES,
    Address,
    Growth,
    Kept,
    Plan,
    Written,
    are_scalar,
    plan,
    sealing,
)
from .records import Slot

_TOLD_APART = frozenset(
    {"v", "id", "ts", "channel_values", "channel_versions", "versions_seen", "updated_channels"}
)
#: Writes to these are on disk before `put_writes` returns: a person or an operator waits for them.
DURABLE = frozenset({*WRITES_IDX_MAP, "__error_source_node__"})


@dataclass(kw_only=True, slots=True)
class Draft:
    """A checkpoint that is ready to be stored, but for the numbers of records."""

    slot: Slot
    header: Header
    large: Values
    lists: dict[str, list[Kept]]
    before: Known
    wrote: Wrote
    # Records of this step's writes that it refers to: they may not have been stored.
    uses: set[Slot]

    def remember(self, known: Known) -> None:
        """Note in ``known`` what is to be remembered of it."""
        known.slot = self.slot
        known.versions, known.values = self.header.versions, self.header.values
        known.lists = self.lists


def draft(
    checkpoint: Checkpoint,
    new_versions: ChannelVersions,
    metadata: Cell,
    before: Known,
    wrote: Wrote,
    serde: SerializerProtocol,
    key: bytes | None,
) -> Draft:
    """The draft of a checkpoint that follows the one ``before``, on which tasks ``wrote``."""
    extra = {name: each for name, each in checkpoint.items() if name not in _TOLD_APART}
    updated = checkpoint.get("updated_channels")
    header = Header(
        v=checkpoint["v"],
        ts=checkpoint["ts"],
        metadata=metadata,
        versions=dict(checkpoint["channel_versions"]),
        seen={node: dict(seen) for node, seen in checkpoint["versions_seen"].items()},
        updated=None if updated is None else list(updated),
        values={},
        extra=serde.dumps_typed(extra)[1] if extra else None,
    )
    drafting = _Drafting(header=header, before=before, wrote=wrote, serde=serde, key=key)
    for channel, value in checkpoint["channel_values"].items():
        known = before.values.get(channel)
        same = before.versions.get(channel) == header.versions.get(channel)
        if known is not None and same and channel not in new_versions:
            header.values[channel] = known
            if channel in before.lists:
                drafting.lists[channel] = before.lists[channel]
        else:
            header.values[channel] = drafting.store(channel, value)
    return Draft(
        slot=drafting.slot,
        header=header,
        large=drafting.large,
        lists=drafting.lists,
        before=before,
        wrote=wrote,
        uses=drafting.uses,
    )


@dataclass(kw_only=True, slots=True)
class _Drafting:
    header: Header
    before: Known
    wrote: Wrote
    serde: SerializerProtocol
    key: bytes | None
    slot: Slot = field(default_factory=Slot)
    large: Values = field(default_factory=dict)
    lists: dict[str, list[Kept]] = field(default_factory=dict)
    uses: set[Slot] = field(default_factory=set)

    def store(self, channel: str, value: Any) -> Address:  # Any: a channel's value
        """Where a new value is: in a cell of this record, or where a task's write put it."""
        if type(value) in {list, tuple} and value:
            items = tuple(value)
            grown = self._grown(channel, items)
            if grown is not None:
                return grown
            address = self._cell(encode(value, self.serde, self.large, self.key))
            kept = Kept(items=items, scalar=are_scalar(items), address=address)
            self.lists[channel] = [kept]
            return address
        return self._cell(encode(value, self.serde, self.large, self.key))

    def _cell(self, cell: Cell | tuple[Growth, bool]) -> Address:
        if type(cell) is bytes and len(cell) >= WORTH_NAMING:
            known = self.wrote.cells.get(cell)
            if known is not None:
                self.uses.add(known[0])
                return known
        self.header.cells.append(cell)
        return self.slot, len(self.header.cells) - 1

    def _grown(self, channel: str, items: tuple[Any, ...]) -> Address | None:  # Any: as above
        known = self.before.lists.get(channel, ())
        if len(items) < SHORT and not any(kept.growth for kept in known):
            cell = encode(list(items), self.serde, {}, self.key)
            if type(cell) is bytes and len(cell) <= SHORT_BYTES:
                return None
        written = list(self.wrote.written.get(channel, ()))
        planned = plan(items, known, written, self._again)
        if planned is None:
            return None
        growth = self._growth(planned, len(items))
        before = planned.before
        if before is not None and not planned.added:
            address, growth = before.address, before.grown
        else:
            growth = sealing(growth, lambda full: self._cell((full, True)))
            address = self._cell((growth, False))
        start = len(before.items) if before else 0
        scalar = (before is None or before.scalar) and are_scalar(items[start:])
        kept = Kept(items=items, scalar=scalar, address=address, growth=growth)
        self.lists[channel] = [kept]
        return address

    def _again(self, value: Any) -> Cell:  # Any: as above
        return encode(value, self.serde, {}, self.key)

    def _growth(self, planned: Plan, size: int) -> Growth:
        begun = planned.before.grown if planned.before else Growth(size=0)
        segments = list(begun.segments)
        for each in planned.added:
            if isinstance(each, tuple):
                written, spliced = each
                segments.append((*written.address, spliced))
                self.uses.add(written.address[0])
            else:
                at = self._cell(encode(each, self.serde, self.large, self.key))
                segments.append((*at, True))
        return Growth(size=size, sealed=begun.sealed, segments=tuple(segments))


@dataclass(kw_only=True, slots=True)
class WritesDraft:
    """What one task wrote, ready to be stored."""

    slot: Slot
    body: bytes
    large: Values
    durable: bool


def draft_writes(
    writes: Sequence[tuple[str, Any]],  # Any: a channel's value
    wrote: Wrote,
    serde: SerializerProtocol,
    key: bytes | None,
) -> WritesDraft:
    """The draft of what a task has written, which is noted in ``wrote``."""
    slot = Slot()
    large: Values = {}
    told = []
    for number, (channel, value) in enumerate(writes):
        cell = encode(value, serde, large, key)
        told.append((WRITES_IDX_MAP.get(channel, number), channel, cell))
        items = tuple(value) if type(value) in {list, tuple} else None
        scalar = are_scalar(items) if items else False
        at = (slot, number)
        wrote.add(channel, Written(value=value, items=items, scalar=scalar, cell=cell, address=at))
    return WritesDraft(
        slot=slot,
        body=ormsgpack.packb(told),
        large=large,
        durable=any(channel in DURABLE for channel, _ in writes),
    )


def awaits(checkpoint: Checkpoint, new_versions: ChannelVersions, wrote: Wrote) -> bool:
    """Whether a step's checkpoint holds what a task wrote, and that is not known yet.

    LangGraph hands both to threads, one right after the other.
    """
    values = checkpoint["channel_values"]
    return any(
        channel not in wrote.written
        for channel in new_versions
        if channel in values and _is_long(values[channel])
    )


def _is_long(value: Any) -> bool:  # Any: as above
    return isinstance(value, list | tuple | str | bytes) and len(value) >= SHORT

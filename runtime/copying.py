"""Checkpoints put a second time, on the same thread or on another, with any saver's own methods."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from langgraph.channels.delta import DeltaChannel
from langgraph.checkpoint.base import BaseCheckpointSaver, Checkpoint, CheckpointTuple
from langgraph.checkpoint.base.id import uuid6
from langgraph.checkpoint.serde.types import _DeltaSnapshot

from ..state.run import HOLDER

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig
    from langgraph.checkpoint.base import CheckpointMetadata

    from ..state.run import Holder
    from .programs import AnyGraph


async def put_again(graph: AnyGraph, thread: str, checkpoint: str, holder: Holder) -> None:
    """Make a new head of a thread that equals one of its checkpoints, and comes from it.

    What was written after that checkpoint does not go along: its next step begins anew.
    """
    saver, found = await _found(graph, at(thread, checkpoint))
    whole = await _whole(graph, saver, found, at(thread, checkpoint))
    step = found.metadata.get("step", -1) + 1
    copied: Checkpoint = {
        **whole,
        "id": str(uuid6(clock_seq=step)),
        "ts": datetime.now(UTC).isoformat(),
    }
    metadata: CheckpointMetadata = {
        "source": "fork",
        "step": step,
        "parents": found.metadata.get("parents", {}),
    }
    before = found.checkpoint["channel_versions"]
    versions = copied["channel_versions"]
    new = {name: each for name, each in versions.items() if before[name] != each}
    found.config["configurable"][HOLDER] = holder
    await saver.aput(found.config, copied, metadata, new)


async def copy_checkpoint(graph: AnyGraph, thread: str, checkpoint: str, new: str) -> None:
    """Begin a thread with a checkpoint of another, and with nothing that came after it.

    Where the other stands there still, what its steps have written or ask goes along, also within
    nested graphs: ids of tasks and pauses do not depend on the thread.
    """
    head = None
    with suppress(Exception):  # where it stands may be what cannot be read
        head = await graph.aget_state(at(thread))
    stands = head is not None and head.config["configurable"].get("checkpoint_id") == checkpoint
    saver, found = await _found(graph, at(thread) if stands else at(thread, checkpoint))
    whole = await _whole(graph, saver, found, at(thread, checkpoint))
    if head is not None and stands:
        for inner in await _within(saver, found, [task.id for task in head.tasks]):
            await _put(saver, inner, inner.checkpoint, new, writes=True)
    await _put(saver, found, whole, new, writes=stands)


async def _found(
    graph: AnyGraph, config: RunnableConfig
) -> tuple[BaseCheckpointSaver[Any], CheckpointTuple]:  # Any: of whatever versions
    saver = graph.checkpointer
    assert isinstance(saver, BaseCheckpointSaver)
    found = await saver.aget_tuple(config)
    assert found is not None
    return saver, found


async def _whole(
    graph: AnyGraph,
    saver: BaseCheckpointSaver[Any],  # Any: as above
    found: CheckpointTuple,
    config: RunnableConfig,
) -> Checkpoint:
    """A checkpoint that needs none before it: what is kept as a series of changes is in it whole.

    Such a channel gets a version of its own, which who has seen the old one has seen, too.
    """
    checkpoint = found.checkpoint
    grown = [name for name, each in graph.channels.items() if isinstance(each, DeltaChannel)]
    grown = [name for name in grown if name in checkpoint["channel_versions"]]
    if not grown:
        return checkpoint
    # Asked for by its id: as it stands, what its steps have finished would be in it already.
    values = (await graph.aget_state(config)).values
    versions = dict(checkpoint["channel_versions"])
    channels = dict(checkpoint["channel_values"])
    seen = {node: dict(each) for node, each in checkpoint["versions_seen"].items()}
    for name in grown:
        old = versions[name]
        versions[name] = saver.get_next_version(max(versions.values()), None)
        channels[name] = _DeltaSnapshot(values[name])
        for each in seen.values():
            if each.get(name) == old:
                each[name] = versions[name]
    return {
        **checkpoint,
        "channel_versions": versions,
        "channel_values": channels,
        "versions_seen": seen,
    }


async def _within(
    saver: BaseCheckpointSaver[Any],  # Any: as above
    found: CheckpointTuple,
    tasks: list[str],
) -> list[CheckpointTuple]:
    """Where the graphs within these tasks stand. They were written after what they are within."""
    begun = found.checkpoint["id"]
    everywhere: RunnableConfig = {
        "configurable": {"thread_id": found.config["configurable"]["thread_id"]}
    }
    newest: dict[str, CheckpointTuple] = {}
    async for each in saver.alist(everywhere):
        if each.checkpoint["id"] <= begun:
            break
        ns = str(each.config["configurable"].get("checkpoint_ns", ""))
        if ns.partition("|")[0].rpartition(":")[2] in tasks:
            newest.setdefault(ns, each)
    return list(newest.values())


async def _put(
    saver: BaseCheckpointSaver[Any],  # Any: as above
    found: CheckpointTuple,
    checkpoint: Checkpoint,
    new: str,
    *,
    writes: bool,
) -> None:
    ns = found.config["configurable"].get("checkpoint_ns", "")
    place: RunnableConfig = {"configurable": {"thread_id": new, "checkpoint_ns": ns}}
    put = await saver.aput(place, checkpoint, found.metadata, checkpoint["channel_versions"])
    made: dict[str, list[tuple[str, Any]]] = {}  # Any: what tasks write
    for task, channel, value in (found.pending_writes or ()) if writes else ():
        made.setdefault(task, []).append((channel, value))
    for task, written in made.items():
        await saver.aput_writes(put, written, task)


def at(thread: str, checkpoint: str | None = None) -> RunnableConfig:
    """The config of a checkpoint of a thread; None: of where it stands."""
    place: dict[str, object] = {"thread_id": thread, "checkpoint_ns": ""}
    return {"configurable": place if checkpoint is None else {**place, "checkpoint_id": checkpoint}}

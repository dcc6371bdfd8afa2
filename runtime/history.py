"""What a run went through: each checkpoint with the step that made it and what it changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from ..graphs.channels import TELEMETRY
from .copying import at
from .tickets import asked_by
from .turns import checkpoint_of

if TYPE_CHECKING:
    from langgraph.types import StateSnapshot

    from .programs import AnyGraph, Ready
    from .turns import Stretch

#: How a checkpoint came about: from the input, by a step, by hand, or as a copy of another.
Source = Literal["input", "loop", "update", "fork"]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One checkpoint of a run's thread.

    ``at`` is in seconds since the epoch. ``steps`` are those that made it; none made an input or
    an update by hand. ``before`` and ``after`` hold the fields that changed; one that was not
    there before is only in ``after``. ``next`` are the steps that come, ``asked`` the reviews that
    were put there. Of a fork, what came before it is in its original's ``thread``.
    """

    thread: str
    checkpoint: str
    parent: str | None
    at: float
    source: Source
    steps: tuple[str, ...]
    before: Mapping[str, object]
    after: Mapping[str, object]
    next: tuple[str, ...]
    asked: tuple[str, ...] = ()


async def history(
    graph: AnyGraph, stretch: Stretch, *, fields: Collection[str] | None, limit: int | None
) -> tuple[Entry, ...]:
    """The newest checkpoints of a run, the newest first; ``fields`` None: every one.

    What is read does not grow with the thread's length, where there is a ``limit``.
    """
    more = None if limit is None else limit + 1
    found = [each async for each in stretch.snapshots(graph, more)]
    known = {_id(each.config): each for each in found}
    entries = []
    for each in found[:limit]:
        parent = _id(each.parent_config)
        if parent is not None and parent not in known:
            assert each.parent_config is not None
            known[parent] = await graph.aget_state(each.parent_config)
        entries.append(_entry(each, None if parent is None else known[parent], fields))
    return tuple(entries)


async def lineage(
    graph: AnyGraph,
    stretch: Stretch,
    checkpoint: str,
    *,
    fields: Collection[str] | None,
    limit: int | None,
) -> tuple[Entry, ...]:
    """A checkpoint of a run and those of it that it came from, the newest first."""
    found: list[Entry] = []
    here = await graph.aget_state(at(stretch.thread, checkpoint))
    while here.created_at is not None and (limit is None or len(found) < limit):
        if not stretch.holds(checkpoint_of(here)):
            break
        before = here.parent_config
        parent = None if before is None else await graph.aget_state(before)
        found.append(_entry(here, parent, fields))
        if parent is None:
            break
        here = parent
    return tuple(found)


def fields_of(ready: Ready) -> Collection[str] | None:
    """The fields of a workflow that its history tells of; None: all of a graph made elsewhere."""
    from ..graphs.program import Program

    return frozenset(ready.resolved.scope.own) if isinstance(ready, Program) else None


def _entry(
    snapshot: StateSnapshot, parent: StateSnapshot | None, fields: Collection[str] | None
) -> Entry:
    source = (snapshot.metadata or {}).get("source", "loop")
    earlier = {} if parent is None else parent.values
    before, after = _changed(earlier, snapshot.values, fields)
    made = () if parent is None or source != "loop" else parent.tasks
    checkpoint = _id(snapshot.config)
    assert checkpoint is not None
    return Entry(
        thread=str(snapshot.config["configurable"]["thread_id"]),
        checkpoint=checkpoint,
        parent=_id(snapshot.parent_config),
        at=_seconds(snapshot.created_at),
        source=source,
        steps=_steps(task.name for task in made if task.result is not None),
        before=before,
        after=after,
        next=_steps(snapshot.next),
        asked=tuple(each.node for each in asked_by(snapshot)),
    )


def _changed(
    before: Mapping[str, object], after: Mapping[str, object], fields: Collection[str] | None
) -> tuple[dict[str, object], dict[str, object]]:
    names = [
        name
        for name in dict.fromkeys((*before, *after))
        if (name in fields if fields is not None else name not in TELEMETRY)
        and not (name in before and name in after and _same(before[name], after[name]))
    ]
    return (
        {name: before[name] for name in names if name in before},
        {name: after[name] for name in names if name in after},
    )


def _same(one: Any, other: Any) -> bool:  # Any: a state holds anything
    if one is other:
        return True
    with suppress(Exception):  # a comparison of the user's own may fail, or be an array's
        return bool(one == other)
    return False


def _steps(names: Iterable[str]) -> tuple[str, ...]:
    """The workflow's own steps: a node that the graph has for one begins with its name."""
    own = (name.partition(".")[0] for name in names)
    return tuple(dict.fromkeys(name for name in own if not name.startswith("__")))


def _id(config: Any) -> str | None:  # Any: LangGraph's RunnableConfig, a TypedDict, or None
    found = None if config is None else config["configurable"].get("checkpoint_id")
    return None if found is None else str(found)


def _seconds(told: str | None) -> float:
    return 0.0 if told is None else datetime.fromisoformat(told).timestamp()

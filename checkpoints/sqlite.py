"""A drop-in SQLite checkpointer for any LangGraph graph: both faces, smaller, faster, checked.

What is stored is never stored again: a value once per version, a list that grows as what was
added, a large value by the hash of its bytes. See `lists` for what that asks of mutable items.
"""

from __future__ import annotations

import time
from collections.abc import (
    AsyncIterator,
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    DeltaChannelHistory,
    get_checkpoint_id,
    get_checkpoint_metadata,
)
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from ..state.run import HOLDER
from .answered import used_answers
from .database import Database, database_at
from .drafting import awaits, draft, draft_writes
from .heads import Heads, Known, Wrote
from .keeping_saver import KeepingSaver
from .records import Slot
from .storing import Asked, Hold, Put, PutWrites, begins
from .tuples import histories, latest, listed, named

#: A version as LangGraph's own savers write it: a number of many digits, a point, a random part.
_DIGITS = 32
#: How often, and for how many seconds, a checkpoint waits for what its step's tasks wrote.
_TURNS, _TURN = 10, 0.000_5


class SqliteSaver(KeepingSaver):
    """Checkpoints in one SQLite file, for `invoke` and `ainvoke` alike.

    Two who go on with one thread at once: one wins, the other gets a ConflictError. A thread whose
    lease another holds is refused with a LeaseError. What is damaged is found: the thread goes on
    from its last sound checkpoint, and the log "dalsegno" says what was left out.
    """

    def __init__(
        self,
        database: Database | Path | str,
        *,
        serde: SerializerProtocol | None = None,
        allow: Iterable[type | tuple[str, str]] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``database``: one that is open already, a path, or a URL such as ``sqlite:///x.db``.

        From stored bytes only plain values, LangChain's messages and the classes of ``allow``
        are made; others come back as their fields. A graph of ours adds those of its schemas.
        ``clock`` gives seconds since the epoch.
        """
        strict = JsonPlusSerializer(
            allowed_msgpack_modules=[
                each if isinstance(each, tuple) else (each.__module__, each.__name__)
                for each in allow
            ]
        )
        super().__init__(serde=serde or strict)
        if not isinstance(database, Database):
            database = database_at(str(database))
        self.database = database
        self._clock = clock
        self._heads = Heads(database.key)
        database.connection  # noqa: B018  # makes the tables, or says why it cannot

    @classmethod
    @contextmanager
    def from_conn_string(cls, conn_string: str) -> Iterator[SqliteSaver]:
        """A saver on the database at a path or URL, closed in the end."""
        database = database_at(conn_string)
        try:
            yield cls(database)
        finally:
            database.close()

    def setup(self) -> None:
        """Nothing is left to do: the tables are made with the saver."""

    def get_next_version(self, current: Any, channel: None) -> Any:  # noqa: ARG002  # LangGraph's
        """Short numbers, as values are not addressed by version; texts go on as texts."""
        if current is None:
            return 1
        if isinstance(current, str):  # of a thread that LangGraph's own saver began
            number, _, rest = current.partition(".")
            return f"{int(number) + 1:0{_DIGITS}}.{rest or 0}"
        return current + 1

    # Writing

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        work = self._putting(config, checkpoint, metadata, new_versions, waits=True)
        try:
            self.database.write(work, what="checkpoint")
        except BaseException:
            self._heads.forget(work.place, checkpoint["id"])
            raise
        return _config(work.place.thread, work.place.ns, checkpoint["id"])

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        work = self._putting(config, checkpoint, metadata, new_versions)
        try:
            await self.database.awrite(work, what="checkpoint")
        except BaseException:
            self._heads.forget(work.place, checkpoint["id"])
            raise
        return _config(work.place.thread, work.place.ns, checkpoint["id"])

    def put_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],  # Any: a channel's value may be anything
        task_id: str,
        task_path: str = "",
    ) -> None:
        if not writes:
            return
        work = self._writing(config, writes, task_id, task_path)
        failed = partial(self._heads.fail, work.place, work.checkpoint, _loop(config))
        durable = work.drafted.durable
        self.database.write(
            work, what="writes", durable=durable, patient=not durable, failed=failed
        )

    async def aput_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        if not writes:
            return
        work = self._writing(config, writes, task_id, task_path)
        failed = partial(self._heads.fail, work.place, work.checkpoint, _loop(config))
        await self.database.awrite(work, what="writes", durable=work.drafted.durable, failed=failed)

    def _putting(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
        *,
        waits: bool = False,
    ) -> Put:
        conf = config["configurable"]
        place = self._heads.place(str(conf["thread_id"]), conf.get("checkpoint_ns", ""))
        parent = conf.get("checkpoint_id")
        before = self._heads.get(place, parent) if parent else None
        wrote = self._heads.wrote(place, parent) if parent else Wrote()
        if waits and parent and metadata.get("source") == "loop":
            _wait_for(checkpoint, new_versions, wrote)
        cell = self.serde.dumps_typed(get_checkpoint_metadata(config, metadata))[1]
        key = self.database.key
        drafted = (
            None
            if before is None
            else draft(checkpoint, new_versions, cell, before, wrote, self.serde, key)
        )
        after = Known(slot=drafted.slot if drafted else Slot())
        if drafted is not None:
            drafted.remember(after)
        self._heads.put(place, checkpoint["id"], after, instead_of=parent)
        return Put(
            place=place,
            hold=self._hold(config),
            failure=partial(self._heads.failure, place, parent, _loop(config)),
            checkpoint=checkpoint,
            new_versions=new_versions,
            metadata=cell,
            parent=parent,
            begins=begins(metadata),
            before=before,
            wrote=wrote,
            drafted=drafted,
            after=after,
            serde=self.serde,
            key=key,
        )

    def _writing(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str,
    ) -> PutWrites:
        conf = config["configurable"]
        place = self._heads.place(str(conf["thread_id"]), conf.get("checkpoint_ns", ""))
        checkpoint = str(conf["checkpoint_id"])
        return PutWrites(
            place=place,
            hold=self._hold(config),
            checkpoint=checkpoint,
            task=task_id,
            path=task_path,
            drafted=draft_writes(
                writes, self._heads.wrote(place, checkpoint), self.serde, self.database.key
            ),
        )

    def _hold(self, config: RunnableConfig) -> Hold:
        return Hold(holder=config["configurable"].get(HOLDER), clock=self._clock)

    # Reading

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The checkpoint that ``config`` names, or the thread's last one.

        Raises:
            DamagedError: the one that is named is damaged; says where, and the last sound one.
            DatabaseError: a value's class cannot be made; says which, and of which channel.
        """
        conf = config["configurable"]
        place = self._heads.place(str(conf["thread_id"]), conf.get("checkpoint_ns", ""))
        checkpoint = get_checkpoint_id(config)
        source = self._source
        found = named(source, place, checkpoint) if checkpoint else latest(source, place)
        if found is not None:
            self._heads.begin_again(place, found.checkpoint["id"], _loop(config))
        return found

    def answered(self, thread: str, tasks: Collection[str]) -> frozenset[str]:
        """The ids of pauses of these tasks (``name:id``) whose answers are stored with them."""
        return used_answers(self._source, thread, tasks)

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        return await self.database.aread(partial(self.get_tuple, config))

    def list(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,  # Any: JSON
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[CheckpointTuple]:
        """Checkpoints, the newest first; damaged ones are left out, with a warning."""
        conf = (config or {}).get("configurable", {})
        bound = get_checkpoint_id(before) if before else None
        # What LangGraph's replay of a subgraph asks for, to go on from it.
        on_purpose = bound is not None and limit == 1
        yield from listed(
            self._source,
            thread=conf.get("thread_id"),
            ns=conf.get("checkpoint_ns"),
            checkpoint=conf.get("checkpoint_id"),
            filter=filter,
            before=bound,
            limit=limit,
            wrap=Asked if on_purpose else str,
        )

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        found = self.list(config, filter=filter, before=before, limit=limit)
        while (each := await self.database.aread(lambda: next(found, None))) is not None:
            yield each

    def get_delta_channel_history(
        self, *, config: RunnableConfig, channels: Sequence[str]
    ) -> Mapping[str, DeltaChannelHistory]:
        """What DeltaChannels are rebuilt from, found in one walk back from the checkpoint."""
        conf = config["configurable"]
        place = self._heads.place(str(conf["thread_id"]), conf.get("checkpoint_ns", ""))
        return histories(self._source, place, get_checkpoint_id(config), channels)

    async def aget_delta_channel_history(
        self, *, config: RunnableConfig, channels: Sequence[str]
    ) -> Mapping[str, DeltaChannelHistory]:
        return await self.database.aread(
            partial(self.get_delta_channel_history, config=config, channels=channels)
        )


def _wait_for(checkpoint: Checkpoint, new_versions: ChannelVersions, wrote: Wrote) -> None:
    """Give the threads that store what a step ``wrote`` a moment to come first.

    Otherwise they are stored twice; nothing but space depends on it.
    """
    for _ in range(_TURNS):
        if not awaits(checkpoint, new_versions, wrote):
            return
        time.sleep(_TURN)


def _loop(config: RunnableConfig) -> int:
    """Which of LangGraph's loops asks, told by the object that it makes for each."""
    return id(config["configurable"].get("__pregel_runtime"))


def _config(thread: str, ns: str, checkpoint: str) -> RunnableConfig:
    return cast(
        "RunnableConfig",
        {
            "configurable": {
                "thread_id": thread,
                "checkpoint_ns": ns,
                "checkpoint_id": checkpoint,
            }
        },
    )

"""A SQLite checkpointer with both faces, large values kept once by the hash of their bytes."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from langgraph.checkpoint.base import (
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
)
from langgraph.checkpoint.sqlite import SqliteSaver as LangGraphSqliteSaver

from ..state.errors import DatabaseError
from .database import Database, database_at, explained

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from langchain_core.runnables import RunnableConfig

#: Values of more bytes than this are stored by reference.
LARGE = 4_096
_REFERENCE = "dalsegno:value"


class SqliteSaver(LangGraphSqliteSaver):
    """LangGraph's saver on our connection, under `invoke` and `ainvoke` alike.

    A value that stays the same over many checkpoints is stored once: the checkpoint holds its
    SHA-256, the table of values its bytes.
    """

    def __init__(self, database: Database | Path | str) -> None:
        """``database``: one that is open already, a path, or a URL such as ``sqlite:///x.db``."""
        if not isinstance(database, Database):
            database = database_at(str(database))
        super().__init__(database.connection)
        self._database = database
        self._known: OrderedDict[tuple[str, str, str, str], dict[str, str]] = OrderedDict()
        with database.lock, explained(database.path):
            super().setup()

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

    @contextmanager
    def cursor(self, transaction: bool = True) -> Iterator[sqlite3.Cursor]:
        if transaction:
            with self._database.transaction() as connection:
                yield connection.cursor()
        else:
            with self._database.lock, explained(self._database.path):
                yield self._database.connection.cursor()

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        place = (str(config["configurable"]["thread_id"]), config["configurable"]["checkpoint_ns"])
        versions = checkpoint["channel_versions"]
        slim = {
            channel: self._slim_channel(value, (*place, channel, str(versions.get(channel))))
            for channel, value in checkpoint["channel_values"].items()
        }
        stored: Checkpoint = {**checkpoint, "channel_values": slim}
        return super().put(config, stored, metadata, new_versions)

    def put_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],  # Any: a channel's value may be anything
        task_id: str,
        task_path: str = "",
    ) -> None:
        slim = [(channel, self._slim(value)) for channel, value in writes]
        super().put_writes(config, slim, task_id, task_path)

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        found = super().get_tuple(config)
        return None if found is None else self._whole(found)

    def list(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[CheckpointTuple]:
        for found in super().list(config, filter=filter, before=before, limit=limit):
            yield self._whole(found)

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        return self.get_tuple(config)

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        return self.put(config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        self.put_writes(config, writes, task_id, task_path)

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        for found in self.list(config, filter=filter, before=before, limit=limit):
            yield found

    async def adelete_thread(self, thread_id: str) -> None:
        self.delete_thread(thread_id)

    def _slim_channel(self, value: Any, key: tuple[str, str, str, str]) -> Any:
        """A channel's value or its reference; a version that was seen is not hashed again."""
        with self._database.lock:
            if key in self._known:
                return self._known[key]
            slim = self._slim(value)
            if slim is not value:
                self._known[key] = slim
                if len(self._known) > 1_024:
                    self._known.popitem(last=False)
            return slim

    def _slim(self, value: Any) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        kind, data = self.serde.dumps_typed(value)
        # A value that looks like a reference must not be taken for one.
        if len(data) <= LARGE and not _is_reference(value):
            return value
        digest = hashlib.sha256(kind.encode() + b"\0" + data).hexdigest()
        with self.cursor() as cursor:
            cursor.execute(
                "INSERT OR IGNORE INTO dalsegno_value (digest, type, value) VALUES (?, ?, ?)",
                (digest, kind, data),
            )
        return {_REFERENCE: digest}

    def _whole(self, found: CheckpointTuple) -> CheckpointTuple:
        checkpoint: Checkpoint = {
            **found.checkpoint,
            "channel_values": {
                channel: self._fetch(value)
                for channel, value in found.checkpoint["channel_values"].items()
            },
        }
        writes = [
            (task, channel, self._fetch(value))
            for task, channel, value in found.pending_writes or ()
        ]
        return found._replace(checkpoint=checkpoint, pending_writes=writes)

    def _fetch(self, value: Any) -> Any:
        if not _is_reference(value):
            return value
        rows = self._database.rows(
            "SELECT type, value FROM dalsegno_value WHERE digest = ?", (value[_REFERENCE],)
        )
        if not rows:
            raise DatabaseError(
                f"The database {str(self._database.path)!r} lacks a value that a checkpoint names.",
                fix="It was damaged or edited: restore it from a backup.",
            )
        return self.serde.loads_typed((rows[0]["type"], rows[0]["value"]))


def _is_reference(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {_REFERENCE}

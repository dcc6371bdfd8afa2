"""The part of a saver that lets go: deleting, pruning, retention, copies, and repair."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver

from . import keeping, soundness
from .database import Database
from .heads import Heads
from .tuples import Source


class KeepingSaver(BaseCheckpointSaver[Any]):  # Any: versions are int, float or str
    """What is kept, and for how long. A saver of a database adds putting and getting."""

    database: Database
    _heads: Heads

    @property
    def _source(self) -> Source:
        return Source(database=self.database, heads=self._heads, serde=self.serde)

    def delete_thread(self, thread_id: str) -> None:
        """Forget a thread and everything that only it needs."""
        self.prune([thread_id], strategy="delete")

    async def adelete_thread(self, thread_id: str) -> None:
        await self.aprune([thread_id], strategy="delete")

    def prune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        """Keep of each thread the last checkpoint of each namespace, or nothing (``"delete"``)."""
        for work in keeping.pruning(thread_ids, strategy, self._source):
            while self.database.write(work, what="prune"):
                pass
        self._heads.forget_all()

    async def aprune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        for work in keeping.pruning(thread_ids, strategy, self._source):
            while await self.database.awrite(work, what="prune"):
                pass
        self._heads.forget_all()

    def copy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """Copy a whole thread to a new one.

        Raises:
            ConflictError: there is a thread of that name.
        """
        self.database.write(
            keeping.copying(source_thread_id, target_thread_id, self.database.key), what="copy"
        )

    async def acopy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        await self.database.awrite(
            keeping.copying(source_thread_id, target_thread_id, self.database.key), what="copy"
        )

    def delete_for_runs(self, run_ids: Sequence[str]) -> None:
        """Forget the checkpoints that those runs (``run_id`` in the metadata) have made."""
        for work in keeping.forgetting_runs(self._source, run_ids):
            self.database.write(work, what="prune")
        self._heads.forget_all()

    async def adelete_for_runs(self, run_ids: Sequence[str]) -> None:
        works = await self.database.aread(lambda: [*keeping.forgetting_runs(self._source, run_ids)])
        for work in works:
            await self.database.awrite(work, what="prune")
        self._heads.forget_all()

    def keep(self, *, newest: int | None, seconds: float | None, now: float) -> int:
        """Keep of each thread the ``newest`` checkpoints, and those not older than ``seconds``.

        The last checkpoint of each namespace stays, whatever its age, and a thread that is being
        driven is left alone. Gives back how many checkpoints were taken out.
        """
        works = keeping.retiring(self._source, newest=newest, seconds=seconds, now=now)
        taken = sum(self.database.write(work, what="prune") for work in works)
        self._heads.forget_all()
        return taken

    async def akeep(self, *, newest: int | None, seconds: float | None, now: float) -> int:
        works = await self.database.aread(
            lambda: [*keeping.retiring(self._source, newest=newest, seconds=seconds, now=now)]
        )
        taken = 0
        for work in works:
            taken += await self.database.awrite(work, what="prune")
        self._heads.forget_all()
        return taken

    def sound(self, thread_id: str) -> soundness.Report:
        """What of a thread is damaged, and which checkpoint is the last sound one."""
        return soundness.examine(self._source, thread_id)

    def repair(self, thread_id: str) -> soundness.Report:
        """Take out of a thread what is unsound, and nothing else; says what it was."""
        report = soundness.repair(self._source, thread_id)
        self._heads.forget_all()
        return report

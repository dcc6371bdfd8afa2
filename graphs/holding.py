"""What a graph of ours takes before it runs on a thread: the one hold on it, and a journal.

LangGraph runs a node before the first write, so that two callers of one thread would both act
before a saver could refuse one of them.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from ..checkpoints import leases
from ..checkpoints.journal import Journal
from ..checkpoints.keeper import LEASE, Keeper
from ..checkpoints.process import this_process
from ..state.errors import LeaseError
from ..state.run import HOLDER, Holder
from .calling import bound

if TYPE_CHECKING:
    from ..checkpoints.database import Database

#: LangGraph's config, a TypedDict that is not total. Any: its values are of every type.
Config = Mapping[str, Any]


class Holding:
    """Holds threads of one database while graphs run on them by a plain ``invoke``."""

    def __init__(
        self, database: Database, *, clock: Callable[[], float] = time.time, lease: float = LEASE
    ) -> None:
        self._database = database
        self._clock = clock
        self._keeper = Keeper(database, clock=clock, lease=lease)
        self._journal = Journal(database, clock=clock)

    @contextmanager
    def held(self, config: Config) -> Iterator[Config]:
        """The config with a hold on its thread, and the journal of what its nodes do.

        Raises:
            LeaseError: somebody else runs on this thread.
        """
        thread = _free_thread(config)
        if thread is None:
            yield config
            return
        holder = self._database.write(self._take(thread), what="take", durable=False)
        try:
            with self._keeper.keeping(thread, holder, _nothing):
                yield self._with(config, holder)
        finally:
            with suppress(LeaseError):  # whoever has it now was told of at the write it refused
                self._database.write(_leave(thread, holder), what="leave", durable=False)

    @asynccontextmanager
    async def aheld(self, config: Config) -> AsyncIterator[Config]:
        """As ``held``, awaited."""
        thread = _free_thread(config)
        if thread is None:
            yield config
            return
        holder = await self._database.awrite(self._take(thread), what="take", durable=False)
        try:
            with self._keeper.keeping(thread, holder, _nothing):
                yield self._with(config, holder)
        finally:
            with suppress(LeaseError):
                await self._database.awrite(_leave(thread, holder), what="leave", durable=False)

    def _with(self, config: Config, holder: Holder) -> Config:
        own = {HOLDER: holder, **bound(self._journal)}
        return {**config, "configurable": {**config["configurable"], **own}}

    def _take(self, thread: str) -> Callable[[Any], Holder]:  # Any: SQLite's connection
        now = self._clock()
        name = f"{this_process()}:{secrets.token_hex(4)}"
        until = now + self._keeper.lease
        return partial(leases.take, thread=thread, by=name, now=now, until=until)


def _leave(thread: str, holder: Holder) -> Callable[[Any], None]:  # Any: as above
    return partial(leases.leave, thread=thread, holder=holder)


def _free_thread(config: Config) -> str | None:
    """The thread to take; None where there is none, or where the caller holds it already."""
    given = config.get("configurable") or {}
    thread = given.get("thread_id")
    return None if thread is None or HOLDER in given else str(thread)


def _nothing() -> None:
    """A hold that was lost is told of by the first write that is refused."""

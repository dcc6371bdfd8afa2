"""A worker: takes over runs that nobody drives, and does what a passed deadline asks for."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..nodes.blocking import in_thread
from ..state.errors import DalsegnoError, LeaseError

if TYPE_CHECKING:
    from .runtime import Runtime

#: How often a worker looks for runs that nobody drives, in seconds.
INTERVAL = 2.0
#: How many runs one worker drives at once.
WIDTH = 8


class Worker:
    """Drives what is ready in one database, until it is told to stop."""

    def __init__(
        self,
        runtime: Runtime,
        *,
        interval: float = INTERVAL,
        width: int = WIDTH,
        ended: Callable[[str], None] = lambda _: None,
    ) -> None:
        """``interval`` is in seconds. ``ended`` is told of each run that was driven to where it
        pauses, ended or failed."""
        self._runtime = runtime
        self._ended = ended
        self._interval = interval
        self._width = width
        self._stopping = threading.Event()
        #: Runs that cannot go on here, and why: each is told once.
        self._refused: dict[str, str] = {}

    def stop(self) -> None:
        """Stop after the steps that are under way. Safe to call from a signal's handler."""
        self._stopping.set()
        self._runtime.drain()

    async def work(self) -> None:
        """Look for runs and drive them, until ``stop``."""
        under_way: dict[str, asyncio.Task[None]] = {}
        try:
            while not self._stopping.is_set():
                await self._look(under_way)
                await self._pause(under_way)
        finally:
            if under_way:
                await asyncio.wait(under_way.values())

    async def once(self) -> None:
        """Drive what is ready now, and come back when all of it ended or paused."""
        under_way: dict[str, asyncio.Task[None]] = {}
        seen: set[str] = set()
        while True:
            await self._look(under_way, seen)
            seen |= under_way.keys()
            if not under_way:
                return
            await asyncio.wait(under_way.values(), return_when=asyncio.FIRST_COMPLETED)

    async def _look(
        self,
        under_way: dict[str, asyncio.Task[None]],
        seen: frozenset[str] | set[str] = frozenset(),
    ) -> None:
        """Begin with as many runs as there are places for."""
        for run in [name for name, task in under_way.items() if task.done()]:
            del under_way[run]
        try:
            ready = await in_thread(self._runtime.orphans)
        except DalsegnoError:
            logging.getLogger("dalsegno").exception("The worker cannot read the database.")
            return
        for run in ready:
            if len(under_way) >= self._width or self._stopping.is_set():
                return
            if run not in under_way and run not in seen:
                under_way[run] = asyncio.create_task(self._drive(run))

    async def _drive(self, run: str) -> None:
        try:
            await self._runtime.aresume(run)
        except LeaseError:
            return  # another worker was quicker
        except DalsegnoError as error:
            self._tell(run, error)
        else:
            self._ended(run)

    def _tell(self, run: str, error: DalsegnoError) -> None:
        if self._refused.get(run) != error.message:
            self._refused[run] = error.message
            logging.getLogger("dalsegno").warning("Run %r does not go on here: %s", run, error)

    async def _pause(self, under_way: dict[str, asyncio.Task[None]]) -> None:
        """Wait for the next look: a while, or until a run ended and left a place."""
        until = asyncio.get_running_loop().time() + self._interval
        while not self._stopping.is_set():
            left = until - asyncio.get_running_loop().time()
            if left <= 0:
                return
            if len(under_way) >= self._width:
                await asyncio.wait(
                    under_way.values(), timeout=left, return_when=asyncio.FIRST_COMPLETED
                )
                return
            await asyncio.sleep(min(left, 0.2))


class Background:
    """A worker in a thread of its own, until it is closed."""

    def __init__(self, runtime: Runtime) -> None:
        self._worker = Worker(runtime)
        self._thread = threading.Thread(
            target=asyncio.run, args=(self._worker.work(),), name="dalsegno-worker", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop after the steps that are under way, and wait for that."""
        self._worker.stop()
        self._thread.join()

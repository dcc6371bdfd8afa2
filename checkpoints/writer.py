"""The queue of a database's writers: many waiting pieces of work share one commit.

Whoever gets the lock commits for all who wait, and the others find their work done when their
turn comes. A thread waits for coroutines, so that an event loop never blocks.
"""

import asyncio
import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, Protocol, TypeVar, cast

from ..state.errors import DatabaseError
from .memo import Memo, Remembering
from .opening import in_words

T = TypeVar("T")
#: How long patient work waits for other work to share its commit, in seconds. The checkpoint of a
#: step comes this soon after what its last task wrote.
_PATIENCE = 0.000_3
#: How long work that nobody waits for waits for other work, in seconds.
_LATER = 0.05
Work = Callable[[sqlite3.Connection], T]
Reach = Callable[[str], None]


@dataclass(kw_only=True, slots=True, eq=False)
class Job(Generic[T]):
    """One piece of work, and what became of it. ``waiting`` is the coroutine's future, if any.

    ``failed`` is told of its error before any work that was queued after it is done. A ``patient``
    one waits a moment for another to share its commit: for a bare lock, ``held`` until it is done,
    since a sleep costs each step some 50 µs more, most of it in other threads.
    """

    work: Work[T]
    what: str
    durable: bool
    patient: bool = False
    failed: Callable[[BaseException], None] | None = None
    waiting: "asyncio.Future[T] | None" = None
    held: "threading.Lock | None" = None
    done: bool = False
    result: T | None = None
    error: BaseException | None = None

    def fail(self, error: BaseException) -> None:
        self.error, self.done = error, True
        if self.failed is not None:
            self.failed(error)


class Commit(Protocol):
    """Carries out jobs in one transaction, as `commit_all` does."""

    def __call__(self, jobs: Sequence[Job[object]]) -> None: ...


@dataclass(kw_only=True)
class Queue:
    """The jobs of one process that wait for the writer."""

    lock: threading.RLock
    commit: Commit
    jobs: deque[Job[object]] = field(default_factory=deque)
    wake: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None
    closing: bool = False
    #: Whether a job waits that is in no hurry.
    lazy: bool = False

    def run(self, job: Job[T]) -> T:
        """Have a job done in this thread, or by whoever holds the lock before."""
        if job.patient:
            job.held = held = threading.Lock()
            held.acquire()
            self.jobs.append(cast("Job[object]", job))
            held.acquire(timeout=_PATIENCE)
        else:
            self.jobs.append(cast("Job[object]", job))
        if not job.done:
            with self.lock:
                if not job.done:
                    self.drain()
        if job.error is not None:
            raise job.error
        return cast("T", job.result)

    async def arun(self, job: Job[T]) -> T:
        """Have a job done by the thread that waits for coroutines."""
        job.waiting = asyncio.get_running_loop().create_future()
        self.jobs.append(cast("Job[object]", job))
        if self.thread is None or not self.thread.is_alive():
            self._start()
        self.wake.set()
        return await job.waiting

    def later(self, job: Job[T]) -> None:
        """Have a job done with the next that is, or a little later; nobody waits for it."""
        self.jobs.append(cast("Job[object]", job))
        if not self.lazy:
            self.lazy = True
            if self.thread is None or not self.thread.is_alive():
                self._start()
            self.wake.set()

    def drain(self) -> None:
        """Commit every job that waits; the caller holds the lock."""
        batch: list[Job[object]] = []
        while self.jobs:
            batch.append(self.jobs.popleft())
        if batch:
            self.commit(batch)
            _tell(batch)

    def close(self) -> None:
        """End the thread, once it has done what waits."""
        thread = self.thread
        if thread is not None and thread is not threading.current_thread():
            self.closing = True
            self.wake.set()
            thread.join()
        self.thread, self.closing = None, False
        with self.lock:
            self.drain()

    def _start(self) -> None:
        with self.lock:
            if self.thread is None or not self.thread.is_alive():
                self.thread = threading.Thread(
                    target=self._serve, name="dalsegno-writer", daemon=True
                )
                self.thread.start()

    def _serve(self) -> None:
        while True:
            self.wake.wait()
            self.wake.clear()
            if self.lazy:
                self.lazy = False
                # One that somebody waits for may have come with it, before this thread woke.
                alone = all(job.waiting is None for job in tuple(self.jobs))
                if alone and not self.closing:
                    self.wake.wait(_LATER)
            with self.lock:
                self.drain()
            if self.closing:
                return


def _tell(batch: Sequence[Job[object]]) -> None:
    """Wake who waits for a batch: each event loop is called once, for all of its own."""
    loops: dict[asyncio.AbstractEventLoop, list[Job[object]]] = {}
    for job in batch:
        if job.held is not None:
            job.held.release()
        if job.waiting is not None:
            loops.setdefault(job.waiting.get_loop(), []).append(job)
    for loop, theirs in loops.items():
        try:
            loop.call_soon_threadsafe(_settle, theirs)
        except RuntimeError:
            continue  # the loop has ended, and nobody waits there any more


def _settle(jobs: Sequence[Job[object]]) -> None:
    for job in jobs:
        waiting = job.waiting
        if waiting is None or waiting.done():
            continue  # its coroutine was cancelled
        if job.error is not None:
            waiting.set_exception(job.error)
        else:
            waiting.set_result(job.result)


def commit_all(
    connection: sqlite3.Connection,
    jobs: Sequence[Job[object]],
    *,
    path: Path,
    begin: Callable[[], None],
    reach: Reach,
) -> None:
    """Carry out jobs in one transaction; if one fails, each alone, so that it fails alone.

    Results and errors are left in the jobs.
    """
    try:
        begin()
    except (sqlite3.DatabaseError, DatabaseError) as error:
        for job in jobs:
            job.fail(_said(path, error))
        return
    try:
        _do(connection, jobs)
        names = dict.fromkeys(job.what for job in jobs)
        for name in names:
            reach(f"before {name}")
        connection.execute("COMMIT")
    except Exception as error:  # whoever waits for a job must hear of it
        _roll_back(connection)
        if len(jobs) > 1:
            for job in jobs:
                commit_all(connection, [job], path=path, begin=begin, reach=reach)
        else:
            jobs[0].fail(_said(path, error))
        return
    except BaseException as error:  # the process is ending
        _roll_back(connection)
        for job in jobs:
            job.fail(error)
        raise
    for job in jobs:
        job.done = True
    for name in names:
        reach(f"after {name}")


def _do(connection: sqlite3.Connection, jobs: Sequence[Job[object]]) -> None:
    memo: Memo | None = None
    for job in jobs:
        work: object = job.work
        if isinstance(work, Remembering):
            work.memo = memo = memo or Memo()
        else:
            memo = None
        job.result = job.work(connection)


def _roll_back(connection: sqlite3.Connection) -> None:
    # A full disk may have rolled it back already.
    if connection.in_transaction:
        connection.rollback()


def _said(path: Path, error: BaseException) -> BaseException:
    if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.IntegrityError):
        words = in_words(path, error)
        words.__cause__ = error
        return words
    return error


def begin_immediately(
    connection: sqlite3.Connection, *, timeout: float, jitter: Callable[[], float]
) -> None:
    """BEGIN IMMEDIATE, asked for again while another process writes.

    The pauses grow and are drawn at random, between a half and three halves: SQLite's own are
    fixed, so that many processes meet again and again and one may starve.
    """
    until = time.monotonic() + timeout
    pause = 0.000_5
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(pause * (0.5 + jitter()))
            pause = min(pause * 2, 0.02)
        else:
            return


def check_inode(path: str, inode: int) -> None:
    """Refuse to go on with a file that is not at its place any more: writes would be lost."""
    try:
        there = os.stat(path).st_ino  # noqa: PTH116  # at every step: Path.stat costs thrice that
    except OSError:
        there = -1
    if there != inode:
        raise DatabaseError(
            f"The database {path!r} was deleted or replaced while it was in use.",
            fix="Put the file back, or start again with another one; nothing was written.",
        )

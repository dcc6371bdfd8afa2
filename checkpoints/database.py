"""One SQLite file: its connections, its transactions, and the group commit of many writers."""

import asyncio
import math
import os
import random
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qsl, unquote

from ..state.errors import InputError
from ..state.names import nearest
from .opening import create_private, explained, is_current, is_there, make_tables, open_file
from .schema import SCHEMA_VERSION
from .writer import Job, Queue, Reach, begin_immediately, check_inode, commit_all

__all__ = ["BUSY_TIMEOUT", "SCHEMA_VERSION", "Database", "database_at", "explained"]

T = TypeVar("T")

#: How long a writer waits for another process's transaction, in seconds.
BUSY_TIMEOUT = 15.0


def nothing(_point: str) -> None:
    """What happens at a named point when nobody wants to know."""


@dataclass(kw_only=True)
class _Open:
    """What one process has open of a database. A child of a fork begins with nothing."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    reading: threading.RLock = field(default_factory=threading.RLock)
    connection: sqlite3.Connection | None = None
    reader: sqlite3.Connection | None = None
    owner: int = 0
    inode: int = 0
    is_full: bool = True
    queue: Queue | None = None
    readers: ThreadPoolExecutor | None = None


class Database:
    """A file with one connection that writes and one that reads, shared by many threads.

    Opening creates and migrates nothing until the first write, so that asking an empty place a
    question leaves no file behind.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        timeout: float = BUSY_TIMEOUT,
        key: bytes | None = None,
        reach: Reach = nothing,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """``key`` (up to 64 bytes) makes checksums that only its owner can make.

        ``reach`` is called at named points, such as ``"before checkpoint"`` when a transaction is
        about to commit and ``"after checkpoint"`` when it has: a test may end the process there.
        ``jitter`` gives numbers from 0 to 1, for the pauses of a writer that waits.
        """
        self.path = Path(path)
        self._file = str(path)
        self.timeout = timeout
        self.key = key
        self.reach = reach
        self._jitter = jitter
        # A connection must not be used, nor closed, by a child of a fork: it stays here for good.
        self._processes: dict[int, _Open] = {}

    @property
    def _open(self) -> _Open:
        mine = self._processes.get(os.getpid())
        return mine or self._processes.setdefault(os.getpid(), _Open())

    @property
    def lock(self) -> threading.RLock:
        """Held by whoever writes."""
        return self._open.lock

    @property
    def exists(self) -> bool:
        """Whether there is a file; DatabaseError when there can be none."""
        return self._open.connection is not None or is_there(self.path)

    @property
    def connection(self) -> sqlite3.Connection:
        """The open connection, its tables in place.

        Raises:
            DatabaseError: not a database, read-only, locked, a directory, of a newer version.
        """
        mine = self._open
        if mine.connection is not None:
            return mine.connection
        with mine.lock:
            if mine.connection is None:
                with explained(self.path):
                    if not is_there(self.path):
                        create_private(self.path)
                    opened = open_file(self.path, self.timeout)
                    try:
                        make_tables(opened, self.timeout, self.key)
                        # From here on waiting is ours, with pauses of our own.
                        opened.execute("PRAGMA busy_timeout=0")
                    except BaseException:
                        opened.close()
                        raise
                    mine.inode = self.path.stat().st_ino
                    mine.is_full = True
                    mine.connection = opened
            return mine.connection

    @contextmanager
    def transaction(
        self, what: str = "write", *, durable: bool = True
    ) -> Iterator[sqlite3.Connection]:
        """A write transaction: all of it is committed and on disk, or none.

        ``durable`` is as for ``write``.
        """
        mine = self._open
        with mine.lock, explained(self.path):
            connection = self.connection
            if mine.owner == 0:
                self._queue(mine).drain()  # what was asked for before comes before
            self._begin(mine, connection, durable=durable)
            mine.owner = threading.get_ident()
            try:
                yield connection
                self.reach(f"before {what}")
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
            finally:
                mine.owner = 0
            self.reach(f"after {what}")

    def write(
        self,
        work: Callable[[sqlite3.Connection], T],
        *,
        what: str,
        durable: bool = True,
        patient: bool = False,
        failed: Callable[[BaseException], None] | None = None,
    ) -> T:
        """Have ``work`` done in a transaction that it may share with others who wait.

        It only executes SQL on the connection it is given, and may be run a second time: when
        another's work fails, each is done again alone. ``durable=False`` is committed without
        waiting for the disk: it survives the end of the process, not that of the machine.
        ``failed`` is told of an error before any work that was queued later is done; ``patient``
        work waits a moment for other work to come.
        """
        mine = self._open
        if mine.owner == threading.get_ident():
            raise RuntimeError(f"{what!r} is written within a transaction of the same thread.")
        job = Job(work=work, what=what, durable=durable, patient=patient, failed=failed)
        return self._queue(mine).run(job)

    def later(self, work: Callable[[sqlite3.Connection], object], *, what: str) -> None:
        """Have ``work`` done with the next that is, or 50 ms later; nobody waits, nobody is told.

        For what is worth noting, and not worth a commit of its own.
        """
        self._queue(self._open).later(Job(work=work, what=what, durable=False))

    def settle(self) -> None:
        """Have everything done that waits."""
        mine = self._open
        with mine.lock:
            self._queue(mine).drain()

    async def awrite(
        self,
        work: Callable[[sqlite3.Connection], T],
        *,
        what: str,
        durable: bool = True,
        failed: Callable[[BaseException], None] | None = None,
    ) -> T:
        """As `write`, without ever blocking the event loop."""
        job = Job(work=work, what=what, durable=durable, failed=failed)
        return await self._queue(self._open).arun(job)

    def rows(self, query: str, values: tuple[object, ...] = ()) -> list[sqlite3.Row]:
        """The rows that a query finds; none where there is no database yet.

        It sees what was committed, also while another thread writes.
        """
        mine = self._open
        with mine.reading, explained(self.path):
            reader = self._reader(mine)
            return [] if reader is None else reader.execute(query, values).fetchall()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One moment of the database, to be read with several queries."""
        mine = self._open
        with mine.reading, explained(self.path):
            self.connection  # noqa: B018  # makes the tables
            reader = self._reader(mine)
            assert reader is not None
            inside = reader.in_transaction
            if not inside:
                reader.execute("BEGIN")
            try:
                yield reader
            finally:
                if not inside:
                    reader.execute("COMMIT")

    async def aread(self, read: Callable[[], T]) -> T:
        """What ``read`` finds, asked for in a thread of the database's own.

        The loop's own threads may all be waiting for a graph that waits for this.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers(self._open), read)

    def _readers(self, mine: _Open) -> ThreadPoolExecutor:
        if mine.readers is None:
            mine.readers = ThreadPoolExecutor(1, "dalsegno-reader")
        return mine.readers

    def close(self) -> None:
        mine = self._open
        if mine.queue is not None:
            mine.queue.close()
        if mine.readers is not None:
            mine.readers.shutdown()
            mine.readers = None
        with mine.lock, mine.reading:
            for each in (mine.reader, mine.connection):
                if each is not None:
                    each.close()
            mine.reader = mine.connection = None

    def _reader(self, mine: _Open) -> sqlite3.Connection | None:
        if mine.reader is not None:
            return mine.reader
        if not is_there(self.path):
            return None
        opened = open_file(self.path, self.timeout)
        if not is_current(opened):
            # An empty file, or LangGraph's alone: reading makes no tables. An older one of ours
            # is carried over.
            ours = opened.execute("SELECT 1 FROM sqlite_schema WHERE name = 'dalsegno_run'")
            older = ours.fetchone() is not None
            if not older:
                opened.close()
                return None
            self.connection  # noqa: B018  # carries it over
        mine.reader = opened
        return opened

    def _queue(self, mine: _Open) -> Queue:
        if mine.queue is None:
            with mine.lock:
                if mine.queue is None:
                    mine.queue = Queue(lock=mine.lock, commit=partial(self._commit, mine))
        return mine.queue

    def _commit(self, mine: _Open, jobs: "list[Job[object]]") -> None:
        try:
            connection = mine.connection or self.connection
        except Exception as error:  # whoever waits for a job must hear of it
            for job in jobs:
                job.fail(error)
            return
        durable = any(job.durable for job in jobs)
        commit_all(
            connection,
            jobs,
            path=self.path,
            begin=lambda: self._begin(mine, connection, durable=durable),
            reach=self.reach,
        )

    def _begin(self, mine: _Open, connection: sqlite3.Connection, *, durable: bool) -> None:
        if durable:  # what is not, a durable commit follows: it finds the file gone
            check_inode(self._file, mine.inode)
        if mine.is_full != durable and not connection.in_transaction:
            connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            mine.is_full = durable
        begin_immediately(connection, timeout=self.timeout, jitter=self._jitter)


def database_at(url: str, *, key: bytes | None = None, reach: Reach = nothing) -> Database:
    """The database that a URL names: ``sqlite:///relative.db`` or ``sqlite:////absolute.db``.

    A plain path is taken too. ``?timeout=5`` sets how many seconds a writer waits for another;
    ``key`` and ``reach`` are as for ``Database``.

    Raises:
        InputError: another kind of database, an unknown option, or no file's name.
    """
    scheme, found, rest = url.partition("://")
    if found and scheme.partition("+")[0] in {"postgresql", "postgres"}:
        raise InputError(  # the URL may hold a password: it is not repeated
            "PostgreSQL is not available yet: runs are kept in a SQLite file.", fix=_URL_HELP
        )
    if (found and not (scheme == "sqlite" and rest.startswith("/"))) or (
        not found and url.startswith("sqlite:")
    ):
        raise InputError(f"{scheme!r:.80} names no database that can be used.", fix=_URL_HELP)
    path, _, query = (rest[1:] if found else url).partition("?")
    path = unquote(path) if found else path
    if path == ":memory:":
        raise InputError(
            "A database in memory would end with the process, and its runs with it.", fix=_URL_HELP
        )
    if not path or "\0" in path:
        raise InputError(f"{url!r} names no file for the database.", fix=_URL_HELP)
    place = Path(path).expanduser() if path.startswith("~/") else Path(path)
    return Database(place.absolute(), timeout=_timeout(query), key=key, reach=reach)


_URL_HELP = "Use sqlite:///name.db, relative to here, or sqlite:////an/absolute/path.db."


def _timeout(query: str) -> float:
    """The seconds that ``timeout=…`` asks for; nothing else may stand there."""
    wanted = dict(parse_qsl(query, keep_blank_values=True))
    for name in wanted:
        if name != "timeout":
            raise InputError(
                f"A database has no option {name!r}{nearest(name, ['timeout'])}.",
                fix="The only one is ?timeout=5, in seconds.",
            )
    text = wanted.get("timeout", str(BUSY_TIMEOUT))
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= 86_400:  # false for NaN, too
        raise InputError(
            f"The database's timeout {text!r} is not a number of seconds.", fix="Use ?timeout=5."
        )
    return seconds

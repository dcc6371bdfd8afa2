"""One SQLite file: opening it, its schema's version, and errors that say what to do."""

import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, unquote

from ..state.errors import DatabaseError, InputError

#: Raised with every change of a table below; a database of a newer version is refused.
SCHEMA_VERSION = 1

#: How long a writer waits for another process's transaction, in seconds.
BUSY_TIMEOUT = 15.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS dalsegno_run (
    id TEXT PRIMARY KEY,
    thread TEXT NOT NULL,
    workflow TEXT NOT NULL,
    version TEXT NOT NULL,
    model TEXT NOT NULL,
    inputs TEXT NOT NULL,
    status TEXT NOT NULL,
    created REAL NOT NULL,
    updated REAL NOT NULL,
    fence INTEGER NOT NULL DEFAULT 0,
    holder TEXT,
    held_until REAL,
    output TEXT,
    metrics TEXT,
    error TEXT
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS dalsegno_run_thread ON dalsegno_run (thread);
CREATE TABLE IF NOT EXISTS dalsegno_review (
    id TEXT PRIMARY KEY,
    run TEXT NOT NULL REFERENCES dalsegno_run (id),
    node TEXT NOT NULL,
    interrupt TEXT NOT NULL,
    digest TEXT NOT NULL,
    request TEXT NOT NULL,
    created REAL NOT NULL,
    assignee TEXT,
    deadline REAL,
    decision TEXT,
    decided_by TEXT,
    decided_at REAL,
    UNIQUE (run, interrupt)
) STRICT;
CREATE TABLE IF NOT EXISTS dalsegno_step (
    id INTEGER PRIMARY KEY,
    run TEXT NOT NULL REFERENCES dalsegno_run (id),
    node TEXT NOT NULL,
    task TEXT NOT NULL,
    started REAL NOT NULL,
    ended REAL,
    outcome TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS dalsegno_step_run ON dalsegno_step (run);
CREATE TABLE IF NOT EXISTS dalsegno_value (
    digest TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    value BLOB NOT NULL
) STRICT;
"""


class Database:
    """A connection that many threads share, one at a time.

    Opening creates and migrates nothing until the first write, so that asking an empty place a
    question leaves no file behind.
    """

    def __init__(self, path: Path, *, timeout: float = BUSY_TIMEOUT) -> None:
        self.path = path
        self.timeout = timeout
        self.lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None

    @property
    def exists(self) -> bool:
        return self._connection is not None or self.path.exists()

    @property
    def connection(self) -> sqlite3.Connection:
        """The open connection, its tables in place.

        Raises:
            DatabaseError: not a database, read-only, locked, a directory, of a newer version.
        """
        with self.lock:
            if self._connection is None:
                with explained(self.path):
                    self._connection = _open(self.path, self.timeout)
            return self._connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction: all of it is committed, or none."""
        with self.lock, explained(self.path):
            connection = self.connection
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def rows(self, query: str, values: tuple[object, ...] = ()) -> list[sqlite3.Row]:
        """The rows that a query finds; none where there is no database yet."""
        if not self.exists:
            return []
        with self.lock, explained(self.path):
            return self.connection.execute(query, values).fetchall()

    def close(self) -> None:
        with self.lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


def database_at(url: str) -> Database:
    """The database that a URL names: ``sqlite:///relative.db`` or ``sqlite:////absolute.db``.

    ``?timeout=5`` sets how many seconds a writer waits for another one.

    Raises:
        InputError: another scheme, or a URL that names no file.
    """
    match = re.fullmatch(r"sqlite:///(?P<path>[^?]+)(?:\?(?P<query>.*))?", url)
    if match is None:
        if "://" not in url:
            return Database(Path(url).absolute())
        raise InputError(
            f"{url!r} is no database that can be used.",
            fix="Use sqlite:///name.db, relative to here, or sqlite:////an/absolute/path.db.",
        )
    wanted = parse_qs(match["query"] or "").get("timeout", [str(BUSY_TIMEOUT)])[0]
    try:
        timeout = float(wanted)
    except ValueError:
        raise InputError(
            f"The timeout {wanted!r} of {url!r} is not a number.", fix="Use ?timeout=5."
        ) from None
    return Database(Path(unquote(match["path"])).absolute(), timeout=timeout)


def _open(path: Path, timeout: float) -> sqlite3.Connection:
    if not path.exists():
        _create_private(path)
    connection = sqlite3.connect(
        path, timeout=timeout, isolation_level=None, check_same_thread=False
    )
    try:
        connection.row_factory = sqlite3.Row
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise DatabaseError(
                f"{str(path)!r} was written by a newer Dalsegno (schema {version}, "
                f"this one knows {SCHEMA_VERSION}).",
                fix="Upgrade Dalsegno, or use another database with --db.",
            )
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        if version < SCHEMA_VERSION:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("BEGIN IMMEDIATE")
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
            connection.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    return connection


def _create_private(path: Path) -> None:
    """An empty file that only its owner may read: runs hold what documents say."""
    try:
        path.touch(mode=0o600, exist_ok=True)
    except FileNotFoundError as error:
        raise DatabaseError(
            f"There is no directory {str(path.parent)!r} for the database.",
            fix="Create it, or name another place with --db.",
        ) from error
    except OSError as error:
        raise DatabaseError(
            f"{str(path)!r} cannot be created: {error.strerror}.",
            fix="Check the directory's permissions, or name another place with --db.",
        ) from error


_REMEDIES = {
    "readonly": ("is read-only", "Check its permissions, or use another one with --db."),
    "locked": (
        "is locked by another process",
        "Let that process end, or wait longer with ?timeout=60 in --db.",
    ),
    "not a database": ("is not a SQLite database", "Name the right file with --db."),
    "unable to open": ("cannot be opened", "Check the path and its permissions."),
    "disk is full": ("cannot grow: the disk is full", "Make room; nothing was lost."),
    "malformed": ("is damaged", "Restore it from a backup, or use another one with --db."),
    "disk i/o": ("cannot be read or written", "Check the disk and the permissions."),
}


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """SQLite's errors as ours, with the file's name and a remedy."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise  # a broken rule of ours: the caller knows which
    except sqlite3.DatabaseError as error:
        said = str(error).lower()
        for sign, (what, fix) in _REMEDIES.items():
            if sign in said:
                raise DatabaseError(f"The database {str(path)!r} {what}.", fix=fix) from error
        raise DatabaseError(f"The database {str(path)!r} failed: {error}.") from error

"""One SQLite file: opening it, its schema's version, and errors that say what to do."""

import math
import sqlite3
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, unquote

from ..state.errors import DatabaseError, InputError
from ..state.names import nearest

#: Raised with every change of a table below; a database of another version is refused.
SCHEMA_VERSION = 2

#: How long a writer waits for another process's transaction, in seconds.
BUSY_TIMEOUT = 15.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS dalsegno_run (
    id TEXT PRIMARY KEY,
    thread TEXT NOT NULL,
    workflow TEXT NOT NULL,
    version TEXT NOT NULL,
    digest TEXT NOT NULL,
    source TEXT,
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
    UNIQUE (run, interrupt, digest)
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
        """Whether there is a file; DatabaseError when there can be none."""
        return self._connection is not None or _is_there(self.path)

    @property
    def connection(self) -> sqlite3.Connection:
        """The open connection, its tables in place.

        Raises:
            DatabaseError: not a database, read-only, locked, a directory, of a newer version.
        """
        with self.lock:
            if self._connection is None:
                with explained(self.path):
                    if not _is_there(self.path):
                        _create_private(self.path)
                    opened = _open(self.path, self.timeout)
                    try:
                        _make_tables(opened, self.timeout)
                    except BaseException:
                        opened.close()
                        raise
                    self._connection = opened
            return self._connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction: all of it is committed, or none."""
        with self.lock, explained(self.path):
            connection = self.connection
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.commit()
            except BaseException:
                connection.rollback()
                raise

    def rows(self, query: str, values: tuple[object, ...] = ()) -> list[sqlite3.Row]:
        """The rows that a query finds; none where there is no database yet."""
        with self.lock, explained(self.path):
            if self._connection is not None:
                return self._connection.execute(query, values).fetchall()
            if not _is_there(self.path):
                return []
            opened = _open(self.path, self.timeout)
            if "dalsegno_run" not in _tables(opened):  # an empty file: reading makes no tables
                opened.close()
                return []
            self._connection = opened
            return opened.execute(query, values).fetchall()

    def close(self) -> None:
        with self.lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


def database_at(url: str) -> Database:
    """The database that a URL names: ``sqlite:///relative.db`` or ``sqlite:////absolute.db``.

    A plain path is taken too. ``?timeout=5`` sets how many seconds a writer waits for another.

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
    return Database(place.absolute(), timeout=_timeout(query))


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


def _is_there(path: Path) -> bool:
    """Whether the file exists; DatabaseError where no database file can be."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        if path.parent.is_dir():
            return False
        raise DatabaseError(
            f"There is no directory {str(path.parent)!r} for the database.",
            fix="Create it, or name another place with --db.",
        ) from None
    except OSError as error:
        raise DatabaseError(
            f"The database {str(path)!r:.200} cannot be opened: {error.strerror}.",
            fix="Name the right file with --db.",
        ) from error
    if stat.S_ISDIR(mode):
        raise DatabaseError(
            f"The database {str(path)!r} is a directory.", fix="Name a file in it with --db."
        )
    if not stat.S_ISREG(mode):
        raise DatabaseError(f"The database {str(path)!r} is no file.", fix="Name one with --db.")
    return True


def _open(path: Path, timeout: float) -> sqlite3.Connection:
    """A connection to an existing file that is ours or empty."""
    connection = sqlite3.connect(
        path, timeout=timeout, isolation_level=None, check_same_thread=False
    )
    try:
        connection.row_factory = sqlite3.Row
        _check_ours(connection, path)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _check_ours(connection: sqlite3.Connection, path: Path) -> None:
    tables = _tables(connection)
    if tables and "dalsegno_run" not in tables and not tables <= _LANGGRAPH:
        raise DatabaseError(
            f"The database {str(path)!r} belongs to another program.",
            fix="Nothing was changed in it. Use another one with --db.",
        )
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise DatabaseError(
            f"The database {str(path)!r} was written by a newer Dalsegno (schema {version}, "
            f"this one knows {SCHEMA_VERSION}).",
            fix="Upgrade Dalsegno, or use another database with --db.",
        )
    if "dalsegno_run" in tables and version < SCHEMA_VERSION:
        raise DatabaseError(
            f"The database {str(path)!r} was written by an older Dalsegno (schema {version}, "
            f"this one writes {SCHEMA_VERSION}).",
            fix="Before 1.0 databases are not converted: finish its runs with the Dalsegno that "
            "wrote it, and use another one with --db.",
        )


#: LangGraph's own tables: its checkpoints may have been there before our runs.
_LANGGRAPH = frozenset({"checkpoints", "writes"})


def _tables(connection: sqlite3.Connection) -> frozenset[str]:
    found = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return frozenset(row[0] for row in found if not row[0].startswith("sqlite_"))


def _make_tables(connection: sqlite3.Connection, timeout: float) -> None:
    """What is missing of the schema; another process may be making it at the same moment."""
    if connection.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION:
        return
    until = time.monotonic() + timeout
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError as error:
            # SQLite's own timeout does not hold here: who changes the journal is refused at once.
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def _create_private(path: Path) -> None:
    """An empty file that only its owner may read: runs hold what documents say."""
    try:
        path.touch(mode=0o600, exist_ok=True)
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

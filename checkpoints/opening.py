"""Opening a database's file: whose it is, of which version, and SQLite's errors in our words."""

import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..state.errors import DatabaseError
from .schema import SCHEMA, SCHEMA_VERSION


def is_there(path: Path) -> bool:
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


def create_private(path: Path) -> None:
    """An empty file that only its owner may read: runs hold what documents say."""
    try:
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        raise DatabaseError(
            f"{str(path)!r} cannot be created: {error.strerror}.",
            fix="Check the directory's permissions, or name another place with --db.",
        ) from error


def open_file(path: Path, timeout: float) -> sqlite3.Connection:
    """A connection to an existing file that is ours, LangGraph's or empty."""
    connection = sqlite3.connect(
        path, timeout=timeout, isolation_level=None, check_same_thread=False
    )
    try:
        connection.row_factory = sqlite3.Row
        connection.text_factory = _text
        _check_ours(connection, path)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _text(stored: bytes) -> str:
    # A flipped bit may leave what is no UTF-8. It must not keep the rows beside it from being read.
    return stored.decode("utf-8", "surrogateescape")


def is_current(connection: sqlite3.Connection) -> bool:
    """Whether every table is there as this Dalsegno makes it."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version == SCHEMA_VERSION


def make_tables(connection: sqlite3.Connection, timeout: float, key: bytes | None) -> None:
    """What is missing of the schema; another process may be making it at the same moment.

    The threads of LangGraph's own saver, and of an older Dalsegno, are carried over.
    """
    if is_current(connection):
        return
    until = time.monotonic() + timeout
    # For a new file only. A step is a row of a kilobyte or two: on pages of 4,096 bytes a sixth
    # of each would stay empty.
    connection.execute("PRAGMA page_size=8192")
    _retry(lambda: connection.execute("PRAGMA journal_mode=WAL"), until)
    _retry(lambda: connection.execute("BEGIN IMMEDIATE"), until)
    try:
        if not is_current(connection):
            _make(connection, key)
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def _make(connection: sqlite3.Connection, key: bytes | None) -> None:
    there = tables(connection)
    if "dalsegno_run" in there or "checkpoints" in there:
        from .migration import migrate  # rarely needed, and it needs LangGraph

        migrate(connection, there, key)
    else:
        for statement in SCHEMA.split(";"):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")


def _retry(act: object, until: float) -> None:
    # SQLite's own timeout does not hold for a change of the journal: it is refused at once.
    assert callable(act)
    while True:
        try:
            act()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _check_ours(connection: sqlite3.Connection, path: Path) -> None:
    there = tables(connection)
    if there and "dalsegno_run" not in there and not there <= _LANGGRAPH:
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
    if "dalsegno_run" in there and version < OLDEST:
        raise DatabaseError(
            f"The database {str(path)!r} was written by an older Dalsegno (schema {version}, "
            f"this one reads {OLDEST} to {SCHEMA_VERSION}).",
            fix="Finish its runs with the Dalsegno that wrote it, and use another one with --db.",
        )


#: The oldest schema that is carried over.
OLDEST = 2
#: LangGraph's own tables: its checkpoints may have been there before our runs.
_LANGGRAPH = frozenset({"checkpoints", "writes"})


def tables(connection: sqlite3.Connection) -> frozenset[str]:
    found = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return frozenset(row[0] for row in found if not row[0].startswith("sqlite_"))


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
        raise in_words(path, error) from error
    except UnicodeDecodeError as error:  # SQLite names what is damaged, and the name is, too
        raise in_words(path, sqlite3.DatabaseError("malformed")) from error


def in_words(path: Path, error: sqlite3.DatabaseError) -> DatabaseError:
    said = str(error).lower()
    for sign, (what, fix) in _REMEDIES.items():
        if sign in said:
            return DatabaseError(f"The database {str(path)!r} {what}.", fix=fix)
    return DatabaseError(f"The database {str(path)!r} failed: {error}.")

"""The accounts as an SQLite file: the shop's own, or one made of the sample at first use."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from importlib.resources import files
from pathlib import Path

from ....state.errors import DatabaseError, InputError

_TABLES = {"customer", "orders", "invoice", "ticket", "action"}


def check_accounts(path: Path) -> Path:
    """The absolute path of a file that has the tables.

    Raises:
        InputError: it is not there, no database, or lacks a table.
    """
    path = path.expanduser().absolute()
    if not path.is_file():
        raise InputError(f"There are no accounts at {str(path)!r}.", fix="Name an SQLite file.")
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            missing = _TABLES - {name for (name,) in rows}
    except sqlite3.DatabaseError as error:
        raise InputError(
            f"{str(path)!r} is no database that can be read: {error}.", fix="Name an SQLite file."
        ) from error
    if missing:
        raise InputError(
            f"The accounts {str(path)!r} lack the table {min(missing)!r}.",
            fix="Make them like samples/accounts.sql.",
        )
    return path


def made_accounts(path: Path) -> Path:
    """The sample's accounts at ``path``: made whole, by whoever comes first."""
    if path.exists():
        return path
    script = files(__package__).joinpath("samples", "accounts.sql").read_text("utf-8")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    try:
        with closing(sqlite3.connect(temporary)) as database:
            database.executescript(script)
        with suppress(FileExistsError):  # somebody else was first, with the same
            os.link(temporary, path)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return path


@contextmanager
def accounts(path: str, *, write: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection whose rows go by name; with ``write`` one transaction, all of it or nothing.

    Raises:
        DatabaseError: the file cannot be used.
    """
    try:
        with closing(
            sqlite3.connect(
                f"{Path(path).as_uri()}?mode={'rw' if write else 'ro'}",
                uri=True,
                timeout=30.0,
                isolation_level=None,
            )
        ) as database:
            database.row_factory = sqlite3.Row
            database.execute("PRAGMA foreign_keys = ON")
            database.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            try:
                yield database
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")
    except sqlite3.IntegrityError:
        raise
    except sqlite3.DatabaseError as error:
        raise DatabaseError(
            f"The accounts {path!r} cannot be used: {error}.",
            fix="See that the file is there and can be written; then resume.",
        ) from error

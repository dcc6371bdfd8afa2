"""The accounts as an SQLite file: the shop's own, or one made of the sample at first use."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from importlib.resources import files
from pathlib import Path

from ....nodes.output import absolute_path
from ....state.errors import DatabaseError, InputError

_DAY = "NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'"
#: What is read of each table, and what no row of it may be: a column and a condition.
_TABLES: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "customer": ("id, name, email, address", ()),
    "orders": (
        "id, customer, item, status, ordered_on, expected_on, delivered_on, carrier",
        (
            ("status", "status NOT IN ('placed', 'shipped', 'delivered', 'cancelled')"),
            ("ordered_on", f"ordered_on {_DAY}"),
            ("expected_on", f"expected_on {_DAY}"),
            ("delivered_on", f"delivered_on {_DAY}"),
            ("delivered_on", "status = 'delivered' AND delivered_on IS NULL"),
        ),
    ),
    "invoice": (
        "id, order_id, cents, currency, due_on, paid_on, refunded",
        (("due_on", f"due_on {_DAY}"), ("paid_on", f"paid_on {_DAY}")),
    ),
    "ticket": (
        "id, customer, subject, opened_on, status",
        (("opened_on", f"opened_on {_DAY}"), ("status", "status NOT IN ('open', 'closed')")),
    ),
    "action": ("key, kind, customer, order_id, cents, detail", ()),
}


def check_accounts(path: Path) -> Path:
    """The absolute path of a file that has the tables.

    Raises:
        InputError: it is not there, no database, lacks a table, or a row cannot be read.
    """
    path = absolute_path(str(path))
    if not path.is_file():
        raise InputError(f"There are no accounts at {str(path)!r}.", fix="Name an SQLite file.")
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            missing = _TABLES.keys() - {name for (name,) in rows}
            fault = None if missing else _fault_in(database)
    except sqlite3.DatabaseError as error:
        raise InputError(
            f"{str(path)!r} is no database that can be read: {error}.", fix="Name an SQLite file."
        ) from error
    if missing:
        raise InputError(
            f"The accounts {str(path)!r} lack the table {min(missing)!r}.",
            fix="Make them like samples/accounts.sql.",
        )
    if fault:
        raise InputError(
            f"The accounts {str(path)!r} cannot be read: {fault}.",
            fix="Statuses and dates (2026-03-24) are as in samples/accounts.sql.",
        )
    return path


def _fault_in(database: sqlite3.Connection) -> str | None:
    """The first row that could not be told of, by table, row and column."""
    for table, (columns, refused) in _TABLES.items():
        try:
            database.execute(f"SELECT {columns} FROM {table} LIMIT 0")
        except sqlite3.OperationalError as error:
            return f"table {table!r}: {error}"
        for column, condition in refused:
            found = database.execute(
                f"SELECT id, {column} FROM {table} WHERE {condition} LIMIT 1"
            ).fetchone()
            if found is not None:
                return f"table {table!r}, row {found[0]!r}, column {column!r} is {found[1]!r}"
    return None


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

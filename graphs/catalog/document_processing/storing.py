"""The database: a table for each kind, one transaction for each batch, each file once.

The digest of a file is its key, so that what was stored is never stored again, whether a crash or
a colleague brought it back. Constraints have the last word: a row that breaks one takes its whole
batch back. Sums are text in plain decimal form, for SQLite would make floats of them.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypedDict

from ....state.errors import InputError, ResourceError
from .kinds import KINDS

_WAIT = 30.0

Row = Mapping[str, object]


class Told(TypedDict):
    """What the database said to a batch: which digests it has now, or whom it refused and why."""

    stored: list[str]
    present: list[str]
    refused: str
    reason: str


def _tables() -> Iterator[str]:
    yield (
        "CREATE TABLE IF NOT EXISTS document (digest TEXT PRIMARY KEY, file TEXT NOT NULL, "
        "kind TEXT NOT NULL, decided_by TEXT NOT NULL, stored_by TEXT NOT NULL)"
    )
    for kind, specs in KINDS.items():
        columns = [f"{each.name} TEXT{' NOT NULL' if each.required else ''}" for each in specs]
        if kind == "invoice":
            columns += ["supplier_key TEXT NOT NULL", "UNIQUE (supplier_key, number)"]
        if specs:
            own = "digest TEXT PRIMARY KEY REFERENCES document"
            yield f"CREATE TABLE IF NOT EXISTS {kind} ({', '.join((own, *columns))})"
    yield (
        "CREATE TABLE IF NOT EXISTS invoice_line (digest TEXT REFERENCES invoice, "
        "position INTEGER, text TEXT NOT NULL, amount TEXT NOT NULL, "
        "PRIMARY KEY (digest, position))"
    )
    yield (
        "CREATE TABLE IF NOT EXISTS form_field (digest TEXT REFERENCES form, name TEXT, "
        "value TEXT NOT NULL, PRIMARY KEY (digest, name))"
    )


def supplier_key(name: str) -> str:
    """A company by its name, however that is spaced, pointed and capitalised."""
    return re.sub(r"[\W_]+", "", name).casefold()


def check_database(path: Path) -> None:
    """Refuse what is there and is no database, before anything is done.

    Raises:
        InputError: a directory, or a file of another kind.
    """
    if path.is_dir():
        raise InputError(f"{str(path)!r} is a directory.", fix="Name a file for the database.")
    if not path.exists() or path.stat().st_size == 0:
        return
    try:
        with _open(str(path)) as database:
            database.execute("SELECT count(*) FROM sqlite_master")
    except (sqlite3.Error, ResourceError) as error:
        raise InputError(
            f"{str(path)!r} is no SQLite database: {error}.", fix="Name another file."
        ) from error


def known_digests(store: str) -> frozenset[str]:
    """The files that the database has."""
    return frozenset(str(row[0]) for row in _rows(store, "SELECT digest FROM document"))


def known_invoices(store: str) -> list[tuple[str, str, str, str]]:
    """The invoices that the database has: supplier, number, total and file."""
    query = "SELECT supplier_key, number, total, file FROM invoice JOIN document USING (digest)"
    return [(str(a), str(b), str(c), str(d)) for a, b, c, d in _rows(store, query)]


def _rows(store: str, query: str) -> list[tuple[object, ...]]:
    if not Path(store).exists():
        return []
    with _open(store) as database:
        found = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'document'").fetchone()
        return database.execute(query).fetchall() if found else []


@contextmanager
def _open(store: str) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(store, timeout=_WAIT, isolation_level=None)) as database:
            database.execute("PRAGMA foreign_keys = ON")
            yield database
    except sqlite3.OperationalError as error:
        raise ResourceError(
            f"The database {store!r} cannot be used: {error}.",
            fix="Check its place and who else has it open; then resume.",
        ) from error


def put_rows(store: str, rows: Sequence[Row], idempotency_key: str) -> Told:
    """All rows or none. The same key again finds its own rows and says the same as before."""
    Path(store).parent.mkdir(parents=True, exist_ok=True)
    told = Told(stored=[], present=[], refused="", reason="")
    with _open(store) as database:
        for table in _tables():
            database.execute(table)
        database.execute("BEGIN IMMEDIATE")
        digest = ""
        try:
            for row in rows:
                digest = str(row["digest"])
                is_new = _put(database, row, idempotency_key)
                told["stored" if is_new else "present"].append(digest)
            database.execute("COMMIT")
        except sqlite3.IntegrityError as error:
            database.execute("ROLLBACK")
            return Told(stored=[], present=[], refused=digest, reason=str(error))
        except BaseException:
            database.execute("ROLLBACK")
            raise
    return told


def _put(database: sqlite3.Connection, row: Row, key: str) -> bool:
    """One document's rows; whether this call stored them, now or before a crash."""
    digest, kind = str(row["digest"]), str(row["kind"])
    query = "SELECT stored_by FROM document WHERE digest = ?"
    found = database.execute(query, (digest,)).fetchone()
    if found is not None:
        return bool(found[0] == key)
    own = {"digest": digest, "file": row["file"], "kind": kind, "decided_by": row["decided_by"]}
    _insert(database, "document", {**own, "stored_by": key})
    values = dict(row["values"])  # type: ignore[call-overload]  # a mapping, as row_of makes it
    columns = {each.name: values.get(each.name) for each in KINDS[kind]}
    if kind == "invoice":
        columns["supplier_key"] = supplier_key(str(values.get("supplier", "")))
    _insert(database, kind, {"digest": digest, **columns})
    for position, (text, amount) in enumerate(row["lines"], 1):  # type: ignore[arg-type, var-annotated]  # pairs, as row_of makes them
        line = {"digest": digest, "position": position, "text": text, "amount": amount}
        _insert(database, "invoice_line", line)
    own_fields = [name for name in values if name not in columns] if kind == "form" else []
    for name in own_fields:
        _insert(database, "form_field", {"digest": digest, "name": name, "value": values[name]})
    return True


def _insert(database: sqlite3.Connection, table: str, values: Row) -> None:
    # The names of tables and columns are our own; what a paper says is only ever a parameter.
    marks = ", ".join("?" * len(values))
    statement = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})"
    database.execute(statement, tuple(values.values()))

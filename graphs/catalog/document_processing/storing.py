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
#: How long a database may be locked before a run is begun.
_SOON = 3.0

Row = Mapping[str, object]
#: An invoice of the database: supplier, number, total, file and digest.
Stored = tuple[str, str, str, str, str]
SAME_NUMBER = "it has an invoice of this supplier with this number already"
#: Names of companies' forms that mean the same.
_FORMS = {"limited": "ltd", "incorporated": "inc", "corporation": "corp", "company": "co"}


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
            columns += [
                "supplier_key TEXT NOT NULL",
                "UNIQUE (supplier_key, number COLLATE NOCASE)",
            ]
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
    """A company by its name, however that is spaced, pointed, capitalised and cut short."""
    words = re.findall(r"[^\W_]+", name.casefold())
    return "".join(_FORMS.get(each, each) for each in words)


def number_key(number: str) -> str:
    """An invoice's number, however it is spaced and capitalised."""
    return re.sub(r"\s+", "", number).casefold()


def check_database(path: Path) -> None:
    """Refuse what can be seen to be unusable, before anything is done.

    Raises:
        InputError: a directory, a file of another kind, locked or read-only, with tables of
            somebody else under our names; or a place where no file can be.
    """
    if path.is_dir():
        raise InputError(f"{str(path)!r} is a directory.", fix="Name a file for the database.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"There can be no database {str(path)!r}: {error.strerror}.", fix="Name another place."
        ) from error
    if not path.exists():
        return
    try:
        with _open(str(path), wait=_SOON) as database:
            database.execute("BEGIN IMMEDIATE")
            foreign = _foreign(database)
            database.execute("ROLLBACK")
    except ResourceError as error:
        is_locked = isinstance(error.__cause__, sqlite3.OperationalError)
        told = error.message if is_locked else f"{str(path)!r} is no SQLite database."
        raise InputError(told, fix="Free it, or name another file.") from error
    if foreign:
        raise InputError(
            f"{str(path)!r} has a table {foreign!r} that is not of this workflow.",
            fix="Name another file; or take that table out of it.",
        )


def _foreign(database: sqlite3.Connection) -> str | None:
    """A table that has one of our names and not our columns."""
    with closing(sqlite3.connect(":memory:")) as ours:
        for statement in _tables():
            ours.execute(statement)
        for table in _columns(ours):
            found = _columns(database).get(table)
            if found is not None and not _columns(ours)[table] <= found:
                return table
    return None


def _columns(database: sqlite3.Connection) -> dict[str, set[str]]:
    query = (
        "SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c "
        "WHERE m.type IN ('table', 'view')"
    )
    found: dict[str, set[str]] = {}
    for table, column in database.execute(query):
        found.setdefault(str(table), set()).add(str(column))
    return found


def known_digests(store: str) -> frozenset[str]:
    """The files that the database has."""
    return frozenset(str(row[0]) for row in _rows(store, "SELECT digest FROM document"))


def known_invoices(store: str) -> list[Stored]:
    """The invoices that the database has."""
    query = "SELECT supplier, number, total, file, digest FROM invoice JOIN document USING (digest)"
    return [(str(a), str(b), str(c), str(d), str(e)) for a, b, c, d, e in _rows(store, query)]


def _rows(store: str, query: str) -> list[tuple[object, ...]]:
    if not Path(store).exists():
        return []
    with _open(store) as database:
        found = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'document'").fetchone()
        return database.execute(query).fetchall() if found else []


@contextmanager
def _open(store: str, wait: float = _WAIT) -> Iterator[sqlite3.Connection]:
    try:
        Path(store).parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(store, timeout=wait, isolation_level=None)) as database:
            database.execute("PRAGMA foreign_keys = ON")
            yield database
    except (sqlite3.Error, OSError) as error:
        raise ResourceError(
            f"The database {store!r} cannot be used: {error}.",
            fix="Check its place and who else has it open; then resume.",
        ) from error


def put_rows(store: str, rows: Sequence[Row], idempotency_key: str) -> Told:
    """All rows or none, and no tables without rows. The same key again finds its own rows and says
    the same as before."""
    told = Told(stored=[], present=[], refused="", reason="")
    with _open(store) as database:
        database.execute("BEGIN IMMEDIATE")
        digest = ""
        try:
            for table in _tables():
                database.execute(table)
            for row in rows:
                digest = str(row["digest"])
                is_new = _put(database, row, idempotency_key)
                told["stored" if is_new else "present"].append(digest)
            database.execute("COMMIT")
        except sqlite3.IntegrityError as error:
            database.execute("ROLLBACK")
            return Told(stored=[], present=[], refused=digest, reason=_words(error))
        except BaseException:
            database.execute("ROLLBACK")
            raise
    return told


def _words(error: sqlite3.IntegrityError) -> str:
    is_twice = str(error).startswith("UNIQUE constraint failed: invoice.supplier_key")
    return SAME_NUMBER if is_twice else str(error)


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

"""The ledger: one SQLite file of claims and payment orders, in which no claim is paid twice.

Whether a claim was there before is asked twice: when it is read, for a person to see, and again
in the transaction that orders the payment, since two runs may have begun before either ended.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from ....state.errors import InputError, ResourceError
from .names import key_of

#: What it is called where nobody named one.
LEDGER = "claims.db"
_COLUMNS = {
    "claims": ("number", "claimant", "policy", "incident", "total", "bills", "ruling", "decided"),
    "payments": ("number", "amount", "currency", "ordered", "key"),
}
_SAME = {
    ("policy", "incident"): "the same policy and day",
    ("policy", "total"): "the same policy and total",
    ("total", "incident"): "the same total and day",
    ("claimant", "incident"): "the same claimant and day",
}


def check_ledger(ledger: str) -> None:
    """Refuse what is there and is no ledger.

    Raises:
        InputError: it is a directory, no SQLite file, or one with other tables of these names.
    """
    path = Path(ledger)
    fix = "Name another file for the ledger; it is made where there is none."
    if path.is_dir():
        raise InputError(f"The ledger {ledger!r} is a directory.", fix=fix)
    if not path.exists() or not path.stat().st_size:
        return
    try:
        with closing(_reading(ledger)) as db:
            for table, wanted in _COLUMNS.items():
                found = tuple(row[1] for row in db.execute(f"PRAGMA table_info({table})"))
                if found and found != wanted:
                    raise InputError(f"{ledger!r} has other {table!r} than a ledger.", fix=fix)
    except sqlite3.Error as error:
        raise InputError(f"{ledger!r} is no ledger: {error}.", fix=fix) from error


def _reading(ledger: str) -> sqlite3.Connection:
    """As a URI, in which "#" and "?" of a file's name are written so that they are that."""
    return sqlite3.connect(f"{Path(ledger).absolute().as_uri()}?mode=ro", uri=True, timeout=30)


def entry_of(
    number: str, *, claimant: str, policy: str, incident: str, total: str, bills: Sequence[str]
) -> dict[str, str]:
    """A claim as the ledger compares it."""
    return {
        "number": number,
        "claimant": key_of(claimant),
        "policy": key_of(policy),
        "incident": incident,
        "total": total,
        "bills": "\n".join(sorted(set(bills))),
    }


def earlier(ledger: str, entry: Mapping[str, str]) -> list[tuple[str, str, bool]]:
    """The claims that may be this one: number, what they share, and whether they were paid.

    Raises:
        ResourceError: the ledger cannot be read.
    """
    if not Path(ledger).is_file():
        return []
    try:
        with closing(_reading(ledger)) as db:
            return _alike(db, entry)
    except sqlite3.Error as error:
        raise ResourceError(
            f"The ledger {ledger!r} cannot be read: {error}.", fix="Check the file; then resume."
        ) from error


def _alike(db: sqlite3.Connection, entry: Mapping[str, str]) -> list[tuple[str, str, bool]]:
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
    if not set(_COLUMNS) <= tables:
        return []
    names = _COLUMNS["claims"][:6]
    rows = db.execute(
        f"SELECT {', '.join(f'claims.{name}' for name in names)}, payments.number IS NOT NULL"
        " FROM claims LEFT JOIN payments ON payments.number = claims.number ORDER BY claims.number"
    )
    found = []
    for row in rows:
        other, paid = dict(zip(names, row, strict=False)), bool(row[-1])
        says = _shared(entry, other)
        if says is not None:
            found.append((other["number"], says, paid))
    return found


def _shared(entry: Mapping[str, str], other: Mapping[str, str]) -> str | None:
    number = other["number"]
    if number == entry["number"]:
        return f"The same papers were decided before, as claim {number}."
    theirs = set(map(key_of, filter(None, other["bills"].split("\n"))))
    for bill in entry["bills"].split("\n"):
        if key_of(bill) in theirs:
            return f"Bill {bill} was in claim {number} before."
    for names, what in _SAME.items():
        if all(entry[name] and entry[name] == other[name] for name in names):
            return f"Claim {number} has {what}."
    return None


def record(
    ledger: str, entry: dict[str, str], known: Sequence[str], idempotency_key: str
) -> str | None:
    """Enter the claim, and its payment order where it is paid; else why nothing was entered.

    A claim has one payment order, whatever happens. One that may be another that was paid is not
    paid either, unless that is ``known`` to who decided.

    Raises:
        ResourceError: the ledger cannot be written.
    """
    try:
        Path(ledger).parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(ledger, timeout=30, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            for table, columns in _COLUMNS.items():
                rest = ", ".join(f"{name} TEXT" for name in columns[1:])
                db.execute(f"CREATE TABLE IF NOT EXISTS {table} (number TEXT PRIMARY KEY, {rest})")
            before = _paid_before(db, entry, known, idempotency_key)
            if before is None:
                _enter(db, entry, idempotency_key)
            db.execute("COMMIT" if before is None else "ROLLBACK")
            return before
    except (sqlite3.Error, OSError) as error:
        raise ResourceError(
            f"The ledger {ledger!r} cannot be written: {error}.", fix="Check the file; then resume."
        ) from error


def _paid_before(
    db: sqlite3.Connection, entry: Mapping[str, str], known: Sequence[str], key: str
) -> str | None:
    mine = db.execute("SELECT key FROM payments WHERE number = ?", (entry["number"],)).fetchone()
    if mine is not None:
        is_this = mine[0] == key  # a step that is done again after a crash
        return None if is_this else f"Claim {entry['number']} is in the ledger already, as paid."
    if entry["ruling"] != "pay":
        return None
    paid = (each for each in _alike(db, entry) if each[2] and each[0] not in known)
    return next((f"{says} That one was paid." for _, says, _ in paid), None)


def _enter(db: sqlite3.Connection, entry: Mapping[str, str], key: str) -> None:
    db.execute(
        "INSERT INTO claims VALUES (:number, :claimant, :policy, :incident, :total, :bills,"
        " :ruling, :decided) ON CONFLICT(number) DO UPDATE SET ruling = :ruling,"
        " decided = :decided",
        entry,
    )
    if entry["ruling"] == "pay":
        db.execute(
            "INSERT OR IGNORE INTO payments VALUES (:number, :amount, :currency, :decided, :key)",
            {**entry, "key": key},
        )

"""The portfolio: one SQLite file with the terms of each lease as they hold now."""

import sqlite3
from contextlib import closing
from pathlib import Path

from ....nodes.output import checked_directory
from ....state.errors import InputError, ResourceError

_COLUMNS = ("lease", "terms", "ends", "action", "seen")


def check_portfolio(path: str) -> None:
    """Refuse what can be no portfolio, before a run begins.

    Raises:
        InputError: a directory, a file that is no database or holds other tables, or a place
            where none can be made.
    """
    file = Path(path)
    if file.is_dir():
        raise InputError(f"The portfolio {path!r} is a directory.", fix="Name a file in it.")
    checked_directory(str(file.parent))
    if not file.exists():
        return
    try:
        with closing(_opened(file)) as db:
            tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            columns = tuple(row[1] for row in db.execute("PRAGMA table_info(leases)"))
    except sqlite3.Error as error:
        raise InputError(
            f"The portfolio {path!r} is no SQLite database: {error}.",
            fix="Name the file that an earlier run wrote, or a new one.",
        ) from error
    if (tables or columns) and columns != _COLUMNS:
        raise InputError(
            f"The database {path!r} is no portfolio: it has other tables.", fix="Name a new file."
        )


def _opened(file: Path) -> sqlite3.Connection:
    """To read only. A "#" or "?" in its name is a part of it."""
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=30)


def stored(path: str | None, lease: str) -> str | None:
    """The terms of a lease as the portfolio has them."""
    if path is None or not Path(path).is_file():
        return None
    with closing(_opened(Path(path))) as db:
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'leases'").fetchone():
            return None
        row = db.execute("SELECT terms FROM leases WHERE lease = ?", (lease,)).fetchone()
    return None if row is None else str(row[0])


def store(path: str, entry: dict[str, str], seen_terms: str | None) -> bool:
    """Enter a lease's terms as they hold now; the same again changes nothing.

    ``seen_terms`` is what stood there when the person decided: another entry is not replaced.

    Raises:
        ResourceError: the portfolio cannot be written, or has another entry by now.
    """
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, timeout=30)) as db, db:
            db.execute("BEGIN IMMEDIATE")
            db.execute(
                "CREATE TABLE IF NOT EXISTS leases (lease TEXT PRIMARY KEY, terms TEXT NOT NULL,"
                " ends TEXT, action TEXT, seen TEXT)"
            )
            row = db.execute("SELECT terms FROM leases WHERE lease = :lease", entry).fetchone()
            if row is not None and row[0] not in (seen_terms, entry["terms"]):
                raise ResourceError(
                    f"Lease {entry['lease']!r} was entered anew in {path!r} since it was read.",
                    fix="Start a run anew, which is held against that entry; this one ends here.",
                )
            db.execute(
                "INSERT OR REPLACE INTO leases VALUES (:lease, :terms, :ends, :action, :seen)",
                entry,
            )
    except (sqlite3.Error, OSError) as error:
        raise ResourceError(
            f"The portfolio {path!r} cannot be written: {error}.",
            fix="Check the file; then resume.",
        ) from error
    return True

"""A look at what may be wrong, before or after something went wrong."""

import os
import platform
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from ..state.errors import DalsegnoError
from .terminal import print_json, say


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    what: str
    level: Literal["ok", "note", "wrong"]
    detail: str


def examine(db: str, *, json: bool) -> int:
    """Look at the machine, the models and the database. Gives 1 when something is wrong."""
    findings = [*_machine(), *_models(), *_database(db)]
    if json:
        print_json([asdict(each) for each in findings])
    else:
        marks = {"ok": "✓", "note": "·", "wrong": "✗"}
        for each in findings:
            say(f"{marks[each.level]} {each.what}: {each.detail}")
    return 1 if any(each.level == "wrong" for each in findings) else 0


def _machine() -> Iterator[Finding]:
    python = platform.python_version()
    yield Finding(what="Python", level="ok", detail=f"{python} at {sys.executable}")
    for package in ("langgraph", "langgraph-checkpoint-sqlite", "pypdfium2", "typst"):
        try:
            yield Finding(what=package, level="ok", detail=version(package))
        except PackageNotFoundError:
            yield Finding(what=package, level="wrong", detail="missing: install dalsegno again")
    try:
        sqlite3.connect(":memory:").execute("CREATE VIRTUAL TABLE t USING fts5(x)")
        yield Finding(what="SQLite", level="ok", detail=f"{sqlite3.sqlite_version} with full text")
    except sqlite3.OperationalError:
        detail = "built without full-text search (FTS5); use another Python"
        yield Finding(what="SQLite", level="wrong", detail=detail)


def _models() -> Iterator[Finding]:
    yield Finding(what="offline:extract", level="ok", detail="always there; no key, no network")
    base = os.environ.get("OPENAI_BASE_URL")
    where = f" at {base}" if base else ""
    if os.environ.get("OPENAI_API_KEY"):
        yield Finding(what="openai", level="ok", detail=f"OPENAI_API_KEY is set{where}")
    else:
        detail = "OPENAI_API_KEY is not set; needed for --model openai:…"
        yield Finding(what="openai", level="note", detail=detail)


def _database(db: str) -> Iterator[Finding]:
    from ..checkpoints.database import database_at
    from ..checkpoints.reviews import Reviews
    from ..checkpoints.runs import Runs

    try:
        database = database_at(db)
        if not database.exists:
            detail = f"{database.path} does not exist yet; the first run makes it"
            yield Finding(what="database", level="note", detail=detail)
            return
        database.connection.execute("BEGIN IMMEDIATE").connection.rollback()
        problems = [row[0] for row in database.rows("PRAGMA quick_check") if row[0] != "ok"]
        runs = Runs(database).all()
        waiting = len(Reviews(database).list())
    except DalsegnoError as error:
        yield Finding(what="database", level="wrong", detail=str(error).replace("\n", ""))
        return
    except sqlite3.OperationalError as error:
        yield Finding(what="database", level="wrong", detail=f"cannot be written: {error}")
        return
    if problems:
        yield Finding(what="database", level="wrong", detail=f"damaged: {problems[0]}")
        return
    counts = Counter(run.status for run in runs)
    listed = ", ".join(f"{count} {status}" for status, count in sorted(counts.items())) or "no runs"
    detail = f"{database.path}: {listed}; {waiting} review(s) open"
    yield Finding(what="database", level="ok", detail=detail)
    for run in runs:
        if run.status in {"failed", "queued", "running"}:
            detail = f"{run.status}; go on with: dalsegno resume {run.id}"
            yield Finding(what=f"run {run.id}", level="note", detail=detail)

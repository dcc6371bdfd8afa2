"""A look at what may be wrong, before or after something went wrong."""

import logging
import os
import platform
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Literal

from ..state.errors import DalsegnoError
from .terminal import command, near, print_json, say, wrapped

if TYPE_CHECKING:
    from ..checkpoints.database import Database
    from ..runtime.repair import Trouble


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    what: str
    level: Literal["ok", "note", "wrong"]
    detail: str
    #: What is wrong with a thread, part by part.
    trouble: "Trouble | None" = None


def examine(db: str, *, repair: bool, json: bool) -> int:
    """Look at the machine, the models and the database. Gives 1 when something is wrong.

    With ``repair``, threads that cannot be read are brought back to their last sound state.
    """
    findings = [*_machine(), *_models(), *_database(db, repair=repair)]
    if json:
        print_json([_plain(each) for each in findings])
    else:
        marks = {"ok": "✓", "note": "·", "wrong": "✗"}
        width = max(len(each.what) for each in findings) + 2
        for each in findings:
            first = f"{marks[each.level]} {each.what:<{width}}"
            for number, line in enumerate(near(each.detail).split("\n")):
                indent = " " * len(first)
                say(wrapped(line.strip(), indent=indent, first=indent if number else first))
    return 1 if any(each.level == "wrong" for each in findings) else 0


def _plain(finding: Finding) -> dict[str, object]:
    found = asdict(finding)
    return found if found["trouble"] else {key: found[key] for key in found if key != "trouble"}


def _machine() -> Iterator[Finding]:
    python = platform.python_version()
    yield Finding(what="Python", level="ok", detail=f"{python} at {sys.executable}")
    for package in ("langgraph", "langgraph-checkpoint", "pypdfium2", "typst"):
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


def _database(db: str, *, repair: bool) -> Iterator[Finding]:
    from ..checkpoints.database import database_at
    from ..checkpoints.reviews import Reviews
    from ..checkpoints.runs import Runs
    from ..runtime.runtime import Runtime

    try:
        database = database_at(db)
        # First a reader's question: it opens what is there, and creates nothing.
        runs = Runs(database).all()
        waiting = len(Reviews(database).list())
        problem = _problem(database) if runs else None
    except DalsegnoError as error:
        yield Finding(what="database", level="wrong", detail=str(error))
        return
    if problem:
        detail = f"{database.path} is damaged: {problem}"
        yield Finding(what="database", level="wrong", detail=detail)
        return
    if not database.exists:
        detail = f"{database.path} does not exist yet; the first run makes it"
        yield Finding(what="database", level="note", detail=detail)
        return
    counts = Counter(run.status for run in runs)
    listed = ", ".join(f"{count} {status}" for status, count in sorted(counts.items())) or "no runs"
    waits = f"; open reviews: {waiting}" if waiting else ""
    yield Finding(what="database", level="ok", detail=f"{database.path}: {listed}{waits}")
    with _quietly():
        threads = Runtime(db).examine(repair=repair)
    yield from (_of_thread(each) for each in threads)
    for run in runs if not threads else Runs(database).all():
        if run.status in {"failed", "queued", "running"}:
            unless = "if its process has ended, " if run.status == "running" else ""
            detail = f"{run.status}; {unless}go on with: {command(f'resume {run.id}')}"
            yield Finding(what=f"run {run.id}", level="note", detail=detail)


@contextmanager
def _quietly() -> Iterator[None]:
    """Without LangGraph's word on each class that it does not make: here they are data."""
    logger = logging.getLogger("langgraph.checkpoint.serde.jsonplus")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def _of_thread(trouble: "Trouble") -> Finding:
    """A thread that is in trouble: what is wrong, and what was or can be done about it."""
    name = f"thread {trouble.thread}" if trouble.run is None else f"run {trouble.run}"
    lines = list(trouble.found)
    if trouble.node is not None:
        lines.append(f"It was written by the step {trouble.node!r}.")
    if trouble.mended is not None:
        lines.append(trouble.mended)
        if trouble.run is not None:
            lines.append(f"See where it stands: {command(f'show {trouble.run}')}")
        return Finding(what=name, level="note", detail="\n".join(lines), trouble=trouble)
    if trouble.refused is not None:
        lines.append(f"It was left as it is: {trouble.refused}")
    elif trouble.sound is None:
        lines.append("None of its checkpoints is sound.")
    else:
        lines.append(f"Bring it back to {trouble.sound} with: {command('doctor --repair')}")
    return Finding(what=name, level="wrong", detail="\n".join(lines), trouble=trouble)


def _problem(database: "Database") -> str | None:
    """What is damaged in the file; DatabaseError when it cannot be written."""
    with database.transaction() as connection:
        # Changes nothing, and yet SQLite refuses it where it cannot write.
        connection.execute("DELETE FROM dalsegno_run WHERE 0")
        rows = connection.execute("PRAGMA quick_check").fetchall()
    return next((str(row[0]) for row in rows if row[0] != "ok"), None)

"""How a checkpoint came about, and whether a task of it has ended."""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import ormsgpack

from .records import CHECKPOINT, ended


@dataclass(frozen=True, kw_only=True)
class Made:
    """How a checkpoint came about: from which one, and by what."""

    parent: str | None
    source: object


def made_of(connection: sqlite3.Connection, thread: str, ns: str, checkpoint: str) -> Made | None:
    return next(_records(connection, thread, ns, "r.checkpoint = ?", checkpoint), None)


def number_of(connection: sqlite3.Connection, thread: str, checkpoint: str) -> int | None:
    """Where a checkpoint stands in the order in which they were stored; None: it is not there."""
    row = connection.execute(
        "SELECT r.id FROM dalsegno_place AS p JOIN dalsegno_record AS r ON r.place = p.id"
        " WHERE p.thread = ? AND p.ns = '' AND r.kind = ? AND r.checkpoint = ?",
        (thread, CHECKPOINT, checkpoint),
    ).fetchone()
    return None if row is None else int(row["id"])


def _followed_by(
    connection: sqlite3.Connection, thread: str, ns: str, checkpoint: str
) -> Iterator[object]:
    """What made each of the checkpoints that follow one: the loop, or a person's update."""
    found = _records(connection, thread, ns, "r.parent = ?", checkpoint)
    return (each.source for each in found)


def _records(
    connection: sqlite3.Connection, thread: str, ns: str, where: str, value: str
) -> Iterator[Made]:
    found = connection.execute(
        "SELECT r.parent, r.body FROM dalsegno_place AS p JOIN dalsegno_record AS r"
        f" ON r.place = p.id WHERE p.thread = ? AND p.ns = ? AND r.kind = ? AND {where}",
        (thread, ns, CHECKPOINT, value),
    )
    for row in found:
        with suppress(ValueError, TypeError, LookupError):  # a damaged record tells nothing
            metadata = ormsgpack.unpackb(ormsgpack.unpackb(row["body"])[2])
            yield Made(parent=row["parent"], source=metadata.get("source"))


def has_ended(
    connection: sqlite3.Connection, thread: str, ns: str, task: str, checkpoint: str
) -> bool:
    """Did a task end? Then the next one of its step is another visit.

    Its writes may be stored after the checkpoint that follows, and a kill may come between: then
    that checkpoint tells, which LangGraph makes when all tasks have ended.
    """
    return ended(connection, thread, ns, checkpoint, task) or any(
        source == "loop" for source in _followed_by(connection, thread, ns, checkpoint)
    )


def head_of_thread(connection: sqlite3.Connection, thread: str) -> str | None:
    """The checkpoint that a thread stands at."""
    row = connection.execute(
        "SELECT r.checkpoint FROM dalsegno_place AS p JOIN dalsegno_record AS r ON r.id = p.head"
        " WHERE p.thread = ? AND p.ns = ''",
        (thread,),
    ).fetchone()
    return None if row is None else str(row["checkpoint"])

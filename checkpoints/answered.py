"""Which pauses of a thread have used their answer.

LangGraph keeps an answer with the task that took it, and still shows the pause when the task then
failed. Fed once more, the same answer would be taken for the task's next pause.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from typing import Any

from .reading import Reader
from .records import WRITES, Place, Row, head_of, places_of, rows_of
from .tuples import Source

_ASKED, _ANSWERED = "__interrupt__", "__resume__"


def used_answers(source: Source, thread: str, tasks: Collection[str]) -> frozenset[str]:
    """The ids of pauses whose answers are stored with the tasks that took them.

    ``tasks`` are the outermost tasks that pause, as ``name:id``; what runs within them is looked
    through, too.
    """
    found: set[str] = set()
    with source.database.reading() as connection:
        for place in places_of(connection, thread, source.database.key):
            if not place.ns or place.ns.partition("|")[0] in tasks:
                found |= _answered(source, connection, place)
    return frozenset(found)


def _answered(source: Source, connection: sqlite3.Connection, place: Place) -> set[str]:
    head = head_of(connection, place)
    if head is None or head.row is None:
        return set()
    reader = source.reader(connection, place)
    asked: dict[str, set[str]] = {}
    used: set[str] = set()
    for row in rows_of(connection, place, head.row.checkpoint):
        if row.kind == WRITES and row.task is not None:
            written = _written(reader, row)
            # With a new pause the task stores the answers to the ones before it.
            if _ANSWERED in written:
                used |= asked.pop(row.task, set())
            if _ASKED in written:
                asked[row.task] = {each.id for each in written[_ASKED]}
    return used


def _written(reader: Reader, row: Row) -> dict[str, Any]:  # Any: LangGraph's own values
    return {
        channel: reader.value(cell)
        for _, channel, cell in reader.writes([row])
        if channel in {_ASKED, _ANSWERED}
    }

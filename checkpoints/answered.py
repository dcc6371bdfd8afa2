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
    asked: dict[str, tuple[set[str], int]] = {}
    used: set[str] = set()
    for row in rows_of(connection, place, head.row.checkpoint):
        if row.kind != WRITES or row.task is None:
            continue
        written = _written(reader, row)
        taken = _length(written.get(_ANSWERED))
        if _ASKED in written:
            # With a new pause the task stores the answers to the ones before it.
            asked[row.task] = {each.id for each in written[_ASKED]}, taken
        elif row.task in asked:
            ids, before = asked[row.task]
            # A task that was only stopped once more stores the same answers again.
            if taken > before:
                used |= ids
    return used


def _length(answers: object) -> int:
    if answers is None:
        return 0
    return len(answers) if isinstance(answers, list) else 1


def _written(reader: Reader, row: Row) -> dict[str, Any]:  # Any: LangGraph's own values
    return {
        channel: reader.value(cell)
        for _, channel, cell in reader.writes([row])
        if channel in {_ASKED, _ANSWERED}
    }

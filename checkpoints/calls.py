"""The rows of the journal: reading one, adding one, and how a call stands by it."""

import json
import sqlite3
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ..state.canonical import digest_of_parts
from ..state.journal import CallRecord, CallState, Effect
from ..state.run import Holder
from .markers import GIVEN_UP, marker_of, take_off
from .visits import Level, Visit, shown

#: What a call that begins has to do: its function; nothing, since it is done; ask what came of it;
#: ask whether to do what another thread did; or nothing, since a person gave it up.
Standing = Literal["run", "done", "unknown", "elsewhere", "given up"]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Who calls: the thread, its holder, and the tasks that lead to the step.

    ``past`` are tasks that called something before, in the same run of the graph.
    """

    thread: str
    levels: tuple[Level, ...]
    holder: Holder | None = None
    past: Container[str] = ()

    @property
    def task(self) -> str:
        return self.levels[-1].task

    @property
    def step(self) -> str:
        """The way to the step as people read it."""
        first, *inner = self.levels
        more = (f"/{each.nth}|{each.name}" if each.nth else f"|{each.name}" for each in inner)
        return first.name + "".join(more)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One call as it is told from others: the ``occurrence``-th with this name and digest."""

    name: str
    digest: str
    effect: Effect
    occurrence: int = 0
    salt: str | None = None
    undo: str | None = None
    undo_args: tuple[str, bytes] | None = None


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question about a call to a person: the position of its pause in the task, the answer."""

    index: int
    answer: object = None


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A call that is about to be done, or was done. ``kept`` is its result's type and bytes.

    ``questions`` are those that its task put about it, ``answered`` all that a person answered
    about calls of this task, in their order.
    """

    standing: Standing
    id: int
    tries: int
    key: str
    kept: tuple[str, bytes] | None = None
    error: str | None = None
    questions: tuple[Question, ...] = ()
    answered: tuple[Question, ...] = ()

    @property
    def token(self) -> str:
        """This doing of it, told from the one before and the one after."""
        return f"{self.id}.{self.tries}"


def key_of(visit: Visit, wanted: Wanted) -> str:
    """What tells a call from every other of its thread, wherever it stands in the step's code."""
    return digest_of_parts(
        visit.path, visit.number, wanted.name, wanted.digest, wanted.occurrence, wanted.salt
    )


def standing_of(row: sqlite3.Row, effect: Effect) -> Standing:
    """How a call stands that was begun before, when it is made again with this effect."""
    state = row["state"]
    if state == "done":
        return "done"
    if row["type"] == GIVEN_UP:
        return "given up"
    if state == "elsewhere":
        return "elsewhere"
    # What was external when it was begun does not become harmless by being called so now.
    doubtful = "external" in {effect, row["effect"]} and state != "failed"
    return "unknown" if doubtful else "run"


def added(
    connection: sqlite3.Connection,
    place: Place,
    wanted: Wanted,
    visit: Visit,
    keys: tuple[str, str],
    now: float,
) -> sqlite3.Row:
    """A new call, as an intent; where a past that counts no more did it, as what is to be asked.

    ``keys`` are its key in the journal and the one that its function is given: an idempotent
    call that was made in such a past keeps the one that it had there.
    """
    key, token = keys
    state, marker = "intent", None
    if wanted.effect != "pure":
        marker = marker_of(connection, place.thread, visit.path, wanted.name, wanted.digest)
    if marker is not None and "external" in {wanted.effect, marker["effect"]}:
        state = "elsewhere"
    elif marker is not None:
        token = marker["token"]
        take_off(connection, marker["id"])
    kind, args = wanted.undo_args or (None, None)
    made = connection.execute(
        "INSERT INTO dalsegno_call (thread, key, token, step, visit, name, digest, effect, state,"
        " tries, fence, started, undo, undo_type, undo_args)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            place.thread,
            key,
            token,
            visit.path,
            visit.number,
            wanted.name,
            wanted.digest,
            wanted.effect,
            state,
            1,
            None if place.holder is None else place.holder.fence,
            now,
            wanted.undo,
            kind,
            args,
        ),
    )
    row = row_where(connection, "id = ?", (made.lastrowid,))
    assert row is not None
    return row


def tried_again(
    connection: sqlite3.Connection,
    call: int,
    holder: Holder | None,
    now: float,
    effect: Effect | None = None,
) -> sqlite3.Row:
    """A call that is begun once more, under the same keys; with the effect that it has now."""
    connection.execute(
        "UPDATE dalsegno_call SET state = 'intent', tries = tries + 1, started = ?, ended = NULL,"
        " type = NULL, error = NULL, fence = ?, effect = coalesce(?, effect) WHERE id = ?",
        (now, None if holder is None else holder.fence, effect, call),
    )
    row = row_where(connection, "id = ?", (call,))
    assert row is not None
    return row


def note_asked(
    connection: sqlite3.Connection, place: Place, begun: Begun, questions: Sequence[Question]
) -> None:
    """Note which pauses of the task are about the call, and what was answered."""
    if not questions:
        return
    plain = json.dumps([[each.index, each.answer] for each in questions])
    connection.execute(
        "UPDATE dalsegno_call SET asked_task = ?, asked = ? WHERE id = ?",
        (place.task, plain, begun.id),
    )


def _questions(text: str | None) -> tuple[Question, ...]:
    pairs = json.loads(text) if text else []
    return tuple(Question(index=index, answer=answer) for index, answer in pairs)


def row_where(
    connection: sqlite3.Connection, where: str, values: tuple[object, ...]
) -> sqlite3.Row | None:
    """The first call of which that holds."""
    row: sqlite3.Row | None = connection.execute(
        f"SELECT * FROM dalsegno_call WHERE {where} LIMIT 1", values
    ).fetchone()
    return row


def begun_of(
    connection: sqlite3.Connection, row: sqlite3.Row, standing: Standing, task: str
) -> Begun:
    """The call as its step has to know it."""
    asked = connection.execute(
        "SELECT asked FROM dalsegno_call WHERE thread = ? AND asked_task = ?", (row["thread"], task)
    )
    every = [question for each in asked for question in _questions(each["asked"])]
    decided = [each for each in every if each.answer is not None]
    return Begun(
        standing=standing,
        id=row["id"],
        tries=row["tries"],
        key=row["token"],
        kept=None if row["type"] is None else (row["type"], row["result"]),
        error=row["error"],
        questions=_questions(row["asked"]) if row["asked_task"] == task else (),
        answered=tuple(sorted(decided, key=lambda each: each.index)),
    )


_SHOWN: Mapping[str, CallState] = {"elsewhere": "unknown"}


def record_of(row: sqlite3.Row) -> CallRecord:
    """The call as others are told of it."""
    return CallRecord(
        id=row["id"],
        thread=row["thread"],
        step=shown(row["step"]),
        visit=row["visit"],
        name=row["name"],
        effect=row["effect"],
        state=_SHOWN.get(row["state"], row["state"]),
        started=row["started"],
        ended=row["ended"],
        error=row["error"],
        tries=row["tries"],
        key=row["token"],
        undo=row["undo"],
        given_up=row["type"] == GIVEN_UP,
    )

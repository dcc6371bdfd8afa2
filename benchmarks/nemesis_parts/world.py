"""The world outside the runs: what a kill cannot take back, and so what tells the truth.

A model that counts its calls, a bank that knows a payment by its key, and a post office that
sends every letter it is given, also a second time. All of it is in one folder of plain files.
"""

import asyncio
import os
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

#: What each step notes: that the model was asked, that the answer was there, that the step ended.
LOG = "log"
POSTED = "posted"


def note(place: str, file: str, *words: str) -> None:
    """A line at the end of a file, on disk when this returns."""
    opened = os.open(Path(place, file), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(opened, f"{' '.join(words)}\n".encode())
        os.fsync(opened)
    finally:
        os.close(opened)


def ask(place: str, what: str) -> str:
    """A model call: costs money each time."""
    note(place, LOG, "asked", what)
    return f"answer to {what}"


def pay(place: str, what: str, idempotency_key: str) -> str:
    """A payment, made once for each key."""
    with closing(_bank(place)) as bank:
        bank.execute("INSERT OR IGNORE INTO payment VALUES (?, ?)", (idempotency_key, what))
    return f"paid {what}"


def post(place: str, what: str) -> str:
    """A letter, sent each time."""
    note(place, POSTED, what)
    return f"posted {what}"


async def ask_later(place: str, what: str) -> str:
    """`ask` for a step that is a coroutine."""
    return await asyncio.to_thread(ask, place, what)


async def pay_later(place: str, what: str, idempotency_key: str) -> str:
    """`pay` for one."""
    return await asyncio.to_thread(pay, place, what, idempotency_key)


async def post_later(place: str, what: str) -> str:
    """`post` for one."""
    return await asyncio.to_thread(post, place, what)


def is_posted(place: str, what: str) -> bool:
    """What a person finds who looks in the post office's book."""
    return what in lines(place, POSTED)


def open_bank(place: str) -> None:
    """The bank's table, made before anybody pays."""
    with closing(_bank(place)) as bank:
        bank.execute("CREATE TABLE IF NOT EXISTS payment (key TEXT PRIMARY KEY, what TEXT)")


def _bank(place: str) -> sqlite3.Connection:
    bank = sqlite3.connect(Path(place, "bank.db"), timeout=30, isolation_level=None)
    bank.execute("PRAGMA synchronous=OFF")  # kill -9 takes nothing of it
    return bank


def lines(place: str, file: str) -> Sequence[str]:
    """The lines of one of its files."""
    path = Path(place, file)
    return path.read_text().splitlines() if path.exists() else ()


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What happened, by the name of each piece of work."""

    asked: Mapping[str, int]
    paid: Mapping[str, int]
    posted: Mapping[str, int]
    ended: Mapping[str, int]
    #: Calls whose answer had reached the step, and that were made again after it.
    again: Mapping[str, int]


def tally(place: str) -> Tally:
    """Count everything that was done."""
    log = [line.split(" ", 1) for line in lines(place, LOG)]
    answered: set[str] = set()
    again: Counter[str] = Counter()
    for kind, what in log:
        if kind == "answered":
            answered.add(what)
        elif kind == "asked" and what in answered:
            again[what] += 1
    with closing(_bank(place)) as bank:
        paid = Counter(what for (what,) in bank.execute("SELECT what FROM payment"))
    return Tally(
        asked=Counter(what for kind, what in log if kind == "asked"),
        paid=paid,
        posted=Counter(lines(place, POSTED)),
        ended=Counter(what for kind, what in log if kind == "ended"),
        again=again,
    )

"""What the works of one transaction look up once between them: who may write, and the next number.

A saver's works that follow one another share it. Whatever other work comes between may have changed
what it tells, so that it ends there; and it ends with the transaction.
"""

import sqlite3
from dataclasses import dataclass, field

from ..state.run import Holder
from . import leases, records


@dataclass(kw_only=True, slots=True, eq=False)
class Memo:
    """What was looked up so far."""

    allowed: set[tuple[str, Holder | None]] = field(default_factory=set)
    places: set[int] = field(default_factory=set)
    last: int = 0

    def check(
        self, connection: sqlite3.Connection, thread: str, holder: Holder | None, now: float
    ) -> None:
        """As `leases.check`."""
        if (thread, holder) not in self.allowed:
            leases.check(connection, thread, holder, now=now)
            self.allowed.add((thread, holder))

    def add_place(self, connection: sqlite3.Connection, place: records.Place) -> None:
        """As `records.add_place`."""
        if place.id not in self.places:
            records.add_place(connection, place)
            self.places.add(place.id)

    def next_id(self, connection: sqlite3.Connection) -> int:
        """As `records.next_id`; each number is given once."""
        self.last = self.last + 1 if self.last else records.next_id(connection)
        return self.last


@dataclass(kw_only=True, slots=True, eq=False)
class Remembering:
    """A work that is given what the ones before it have looked up."""

    memo: Memo = field(init=False)

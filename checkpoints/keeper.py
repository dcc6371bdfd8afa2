"""Keeps leases while their threads are driven, and tells who has lost one.

One background thread serves all holds of a database, so that none of them can be forgotten by a
node that blocks, and many of them cost one transaction.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..state.errors import DatabaseError
from . import leases

if TYPE_CHECKING:
    import sqlite3

    from ..state.run import Holder
    from .database import Database

#: How long a thread is held without renewing, in seconds: what is lost when a whole machine ends.
LEASE = 20.0
#: How often it is looked whether a hold was taken away, in seconds.
PULSE = 0.5
#: How long the background thread waits for another hold before it ends, in seconds.
_IDLE = 5.0


#: A hold: the thread, and the holder whose fence tells it from a later hold of the same thread.
_Hold = tuple[str, "Holder"]


class Keeper:
    """Renews the leases that this process holds in one database.

    Times come from ``clock``, in seconds since the epoch; a hold lasts ``lease`` seconds.
    """

    def __init__(
        self, database: Database, *, clock: Callable[[], float], lease: float = LEASE
    ) -> None:
        self._database = database
        self._clock = clock
        self.lease = lease
        self._kept: dict[_Hold, Callable[[], None]] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @contextmanager
    def keeping(self, thread: str, holder: Holder, lost: Callable[[], None]) -> Iterator[None]:
        """Keep a hold; ``lost`` is called, in the background thread, when it was taken away."""
        with self._changed:
            self._kept[thread, holder] = lost
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="dalsegno-lease", daemon=True
                )
                self._thread.start()
            self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._kept.pop((thread, holder), None)

    def _run(self) -> None:
        pulse, renewed = min(PULSE, self.lease / 8), time.monotonic()
        while True:
            with self._changed:
                if not self._kept and not self._changed.wait(_IDLE) and not self._kept:
                    self._thread = None
                    return
            time.sleep(pulse)
            kept, now = tuple(self._kept), time.monotonic()
            if not kept:
                continue
            try:
                if now - renewed >= self.lease / 4:
                    gone, renewed = self._renewed(kept), now
                else:
                    gone = self._missing(kept)
            except DatabaseError:
                # Busy now; the next pulse comes long before the hold ends.
                logging.getLogger("dalsegno").warning("Leases could not be renewed.", exc_info=True)
                continue
            for hold in gone:
                with self._changed:
                    lost = self._kept.pop(hold, None)
                if lost is not None:
                    lost()

    def _renewed(self, kept: Iterable[_Hold]) -> list[_Hold]:
        """Renew them all; gives those that are held no more."""
        until = self._clock() + self.lease

        def work(connection: sqlite3.Connection) -> list[_Hold]:
            return [
                (thread, holder)
                for thread, holder in kept
                if not leases.renew(connection, thread, holder, until=until)
            ]

        return self._database.write(work, what="renew", durable=False)

    def _missing(self, kept: Iterable[_Hold]) -> list[_Hold]:
        """Those that are held no more."""
        rows = self._database.rows(
            "SELECT thread, holder, fence FROM dalsegno_lease WHERE holder IS NOT NULL"
        )
        found = {(row["thread"], row["holder"], row["fence"]) for row in rows}
        return [
            (thread, holder)
            for thread, holder in kept
            if (thread, holder.name, holder.fence) not in found
        ]

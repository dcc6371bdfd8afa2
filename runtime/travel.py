"""The part of a runtime that looks back at what a run went through, and goes back there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..checkpoints.process import this_process

if TYPE_CHECKING:
    from ..checkpoints.database import Database
    from ..checkpoints.runs import Runs
    from .history import Entry
    from .programs import Programs
    from .repair import Trouble
    from .run import Run


class Travel(ABC):
    """Looks at a run's history, takes a run back, and starts others from where it was."""

    _database: Database
    _programs: Programs
    _runs: Runs
    _clock: Callable[[], float]
    _new_id: Callable[[], str]

    @abstractmethod
    def run(self, run: str) -> Run:
        """The run of that id, or the newest of that thread."""

    def history(self, run: Run | str, *, limit: int | None = 50) -> tuple[Entry, ...]:
        """The newest ``limit`` checkpoints of a run (None: all), the newest first.

        Raises:
            NotFoundError: no such run. ConflictError: its definition has changed.
        """
        from ..graphs.bridge import blocking

        return blocking(self.ahistory)(run, limit=limit)

    async def ahistory(self, run: Run | str, *, limit: int | None = 50) -> tuple[Entry, ...]:
        """As ``history``, awaited."""
        from .history import fields_of, history, lineage
        from .turns import stretch_of

        record = self._runs.get(run if isinstance(run, str) else run.id)
        ready = self._programs.of(record)
        graph, fields = self._programs.graph(ready), fields_of(ready)
        own = stretch_of(self._runs, record)
        found = await history(graph, own, fields=fields, limit=limit)
        while record.forked_from is not None and record.forked_at is not None:
            whole = bool(found) and found[-1].parent is None
            left = None if limit is None else limit - len(found) + 1
            if not whole or left == 0:
                break
            # A fork's first checkpoint is one of its original's, which knows how it was made.
            checkpoint, record = record.forked_at, self._runs.get(record.forked_from)
            own = stretch_of(self._runs, record)
            before = await lineage(graph, own, checkpoint, fields=fields, limit=left)
            found = (*found[:-1], *before) if before else found
            if not before:
                break
        return found

    def rollback(self, run: Run | str, checkpoint: str) -> Run:
        """Take a run back to an earlier checkpoint of its own; it is queued then, to be resumed.

        Nothing is deleted. The steps after that point run again: their reviews are put anew, and
        what they did outside is asked about before it is done again.

        Raises:
            NotFoundError: no such run or checkpoint. LeaseError: it is being driven.
            ConflictError: it stands there already, has ended for good (fork it then), or the
                checkpoint is of another run on its thread.
        """
        from ..graphs.bridge import blocking

        return blocking(self.arollback)(run, checkpoint)

    async def arollback(self, run: Run | str, checkpoint: str) -> Run:
        """As ``rollback``, awaited."""
        from .forking import roll_back

        record = self._runs.get(run if isinstance(run, str) else run.id)
        graph = self._programs.graph(self._programs.of(record))
        name = f"{this_process()}:{self._new_id()}"
        await roll_back(self._database, graph, record, checkpoint, by=name, now=self._clock())
        return self.run(record.id)

    def fork(self, run: Run | str, checkpoint: str) -> Run:
        """Another run, on a thread of its own, from a checkpoint of this one.

        It is queued, to be resumed; where the checkpoint is the one at which this run pauses, it
        is paused, with tickets of its own. What comes after the checkpoint it does for itself.

        Raises:
            NotFoundError: no such run or checkpoint. ConflictError: it is of another run on its
                thread.
        """
        from ..graphs.bridge import blocking

        return blocking(self.afork)(run, checkpoint)

    def examine(self, *, repair: bool = False) -> tuple[Trouble, ...]:
        """The threads that cannot be read, or hold values of a wrong type; none is as it should be.

        With ``repair``, each is brought back to its last sound state: what is damaged is taken
        out, and a run whose values do not fit goes back as by ``rollback``. A sound thread is
        never touched.
        """
        from ..graphs.bridge import blocking

        return blocking(self.aexamine)(repair=repair)

    async def aexamine(self, *, repair: bool = False) -> tuple[Trouble, ...]:
        """As ``examine``, awaited."""
        from ..checkpoints.sqlite import SqliteSaver
        from .repair import Clinic

        return await Clinic(
            database=self._database,
            programs=self._programs,
            runs=self._runs,
            saver=SqliteSaver(self._database),
            clock=self._clock,
            new_id=self._new_id,
        ).look(repair=repair)

    async def afork(self, run: Run | str, checkpoint: str) -> Run:
        """As ``fork``, awaited."""
        from .forking import fork

        record = self._runs.get(run if isinstance(run, str) else run.id)
        graph = self._programs.graph(self._programs.of(record))
        made = await fork(
            self._database, graph, record, checkpoint, new=self._new_id(), now=self._clock()
        )
        return self.run(made)

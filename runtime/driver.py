"""Who drives runs: each once, in this process or where an engine takes it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ..checkpoints.process import this_process
from ..state.errors import ConflictError, LeaseError
from .draining import Draining
from .engine import Engine, in_process

if TYPE_CHECKING:
    from ..checkpoints.database import Database
    from ..checkpoints.keeper import Keeper
    from ..checkpoints.reviews import Reviews
    from ..checkpoints.runs import Runs
    from ..state.run import Holder, RunRecord
    from .programs import Programs, Ready
    from .progress import Watch


@dataclass(frozen=True, kw_only=True)
class Driver:
    """Starts and resumes runs of one database. Times come from ``clock``, in seconds."""

    database: Database
    programs: Programs
    runs: Runs
    reviews: Reviews
    keeper: Keeper
    engine: Engine
    clock: Callable[[], float]
    new_id: Callable[[], str]
    context: object = None
    draining: Draining = field(default_factory=Draining)

    async def start(self, record: RunRecord, definition: Ready, watch: Watch) -> str:
        """Record a run and have it driven; gives its id, or that of the run its key started before.

        Raises:
            ConflictError: the thread's last run has not ended or is none to be followed, or the
                key started something else.
        """
        if record.key is not None and (known := self.runs.keyed(record.key)) is not None:
            return await self._started_before(known, record, definition, watch)
        graph = self.programs.graph(definition)  # what cannot be built must leave no run behind
        try:
            if record.thread != record.id:
                from .joining import joined

                record = await joined(record, definition, graph, self.runs)
            holder = self._add(record)
        except ConflictError:
            found = None if record.key is None else self.runs.keyed(record.key)
            if found is None:
                raise
            return await self._started_before(found, record, definition, watch)
        if holder is None:
            await self.pass_on(record, definition, watch)
        else:
            # Nobody can have written to the thread since it was looked at: it is held.
            await self._drive(record.id, definition, holder, watch, fresh=True)
        return record.id

    def _add(self, record: RunRecord) -> Holder | None:
        """Record a run, held from then on where it is driven here."""
        if self.engine is not in_process:
            return self.runs.add(record)
        until = record.created + self.keeper.lease
        return self.runs.add(replace(record, status="running"), by=self._name(), until=until)

    async def pass_on(self, record: RunRecord, definition: Ready, watch: Watch) -> None:
        """Give a run that is ready to the engine."""

        async def here() -> None:
            await self.resume(record, definition, watch)

        await self.engine(record.id, here)

    async def resume(self, record: RunRecord, definition: Ready, watch: Watch) -> None:
        """Take a run and drive it in this process.

        Raises:
            LeaseError: somebody else drives it. ConflictError: a run of its status cannot go on.
        """
        self.programs.graph(definition)  # what cannot be built must not leave the run held
        now = self.clock()
        until = now + self.keeper.lease
        holder = self.runs.take(record.id, "resume", by=self._name(), now=now, until=until)
        await self._drive(record.id, definition, holder, watch)

    async def _started_before(
        self, known: RunRecord, record: RunRecord, definition: Ready, watch: Watch
    ) -> str:
        """The run that a key started before, gone on with if it failed or nobody drives it.

        Whoever starts a run again wants it done.
        """
        was = (known.workflow, known.digest, known.model, known.strong)
        same = was == (record.workflow, record.digest, record.model, record.strong)
        if not same or not _same_inputs(known, record, definition):
            raise ConflictError(
                f"The key {record.key!r} has started run {known.id!r} with another workflow, "
                "other inputs or another model.",
                fix="Nothing was started. Use another key for another run.",
            )
        if known.status == "failed" or known.id in self.runs.orphans(now=self.clock()):
            begun = self.programs.of(known)
            with suppress(LeaseError, ConflictError):  # somebody may be quicker
                await self.resume(known, begun, watch)
        return known.id

    async def _drive(
        self, run: str, definition: Ready, holder: Holder, watch: Watch, *, fresh: bool = False
    ) -> None:
        from .drive import Drive

        with self.draining.driving() as control:
            try:
                await Drive(
                    record=self.runs.get(run),
                    workflow=definition,
                    graph=self.programs.graph(definition),
                    holder=holder,
                    database=self.database,
                    runs=self.runs,
                    reviews=self.reviews,
                    keeper=self.keeper,
                    control=control,
                    directory=str(self.database.path.parent / "dalsegno-runs" / run),
                    clock=self.clock,
                    watch=watch,
                    context=self.context,
                    fresh=fresh,
                )()
            except LeaseError:
                if self.runs.get(run).status != "cancelled":
                    raise

    def _name(self) -> str:
        """A name for one drive: two in one process are two holders."""
        return f"{this_process()}:{self.new_id()}"


def _same_inputs(known: RunRecord, record: RunRecord, definition: Ready) -> bool:
    """Do two runs begin with the same? What is packed may be written in more than one way."""
    if known.inputs == record.inputs:
        return True
    begun, now = definition.entry(known.inputs), definition.entry(record.inputs)
    try:
        return bool(begun == now)
    except ValueError:  # arrays, of which there is no one answer; their bytes differ
        return False

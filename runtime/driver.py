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
    from langchain_core.runnables import RunnableConfig

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
            ConflictError: the thread was used before, or the key started something else.
        """
        if record.key is not None and (known := self.runs.keyed(record.key)) is not None:
            return await self._started_before(known, record, definition, watch)
        if record.thread != record.id:
            await self._check_thread(definition, record.thread)
        self.programs.graph(definition)  # what cannot be built must not leave a run behind
        holder: Holder | None = None
        try:
            if self.engine is in_process:
                until = record.created + self.keeper.lease
                started = replace(record, status="running")
                holder = self.runs.add(started, by=self._name(), until=until)
            else:
                self.runs.add(record)
        except ConflictError:
            found = None if record.key is None else self.runs.keyed(record.key)
            if found is None:
                raise
            return await self._started_before(found, record, definition, watch)
        if holder is None:
            await self.pass_on(record, definition, watch)
        else:
            fresh = record.thread == record.id
            await self._drive(record.id, definition, holder, watch, fresh=fresh)
        return record.id

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
        was = (known.workflow, known.digest, known.model)
        same = was == (record.workflow, record.digest, record.model)
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

    async def _check_thread(self, definition: Ready, thread: str) -> None:
        """Refuse a thread that has checkpoints: the graph would go on there, inputs unread."""
        config: RunnableConfig = {"configurable": {"thread_id": thread}}
        found = await self.programs.graph(definition).aget_state(config)
        if found.created_at is not None:
            raise ConflictError(
                f"Thread {thread!r} has been used before.",
                fix="Use another thread, or resume the run that has it.",
            )

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

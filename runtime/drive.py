"""Driving one run as far as it goes: to its end, to a pause, or to an error."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from langgraph.errors import GraphDrained
from langgraph.types import Command

from ..checkpoints.journal import Journal
from ..checkpoints.sqlite import SqliteSaver
from ..checkpoints.standing import pause
from ..checkpoints.turns import has_begun
from ..graphs.calling import bound
from ..graphs.compiler import Graph
from ..state.context import RunContext
from ..state.errors import AgentError, DalsegnoError, LeaseError
from ..state.run import HOLDER, StepRecord
from .progress import Progress, Watch, lost_in, metrics, tell
from .recovery import raised_at, recovery_options
from .tickets import answers, asked_by, asked_in
from .watching import run_watched

if TYPE_CHECKING:
    from langgraph.runtime import RunControl
    from langgraph.types import StateSnapshot

    from ..checkpoints.database import Database
    from ..checkpoints.keeper import Keeper
    from ..checkpoints.reviews import Reviews
    from ..checkpoints.runs import Runs
    from ..state.run import Holder, Outcome, RunRecord
    from ..state.usage import Usage
    from .programs import AnyGraph, Ready


@dataclass(frozen=True, kw_only=True)
class Drive:
    """All that driving a run takes. Time comes from ``clock``, in seconds since the epoch."""

    record: RunRecord
    workflow: Ready
    graph: AnyGraph
    holder: Holder
    database: Database
    runs: Runs
    reviews: Reviews
    keeper: Keeper
    control: RunControl
    directory: str
    clock: Callable[[], float]
    watch: Watch
    #: LangGraph's run context of a graph that was compiled elsewhere, whatever that takes.
    context: object = None
    #: Whether the run was started just now: its input is what comes first.
    fresh: bool = False
    #: The attempts that began here.
    steps: list[StepRecord] = field(default_factory=list)

    @cached_property
    def config(self) -> Any:  # Any: LangGraph's RunnableConfig, a TypedDict that is not total
        told = lost_in(self.record.metrics or {})
        counted = [token for each in told for token in each.recorded]
        journal = bound(Journal(self.database, clock=self.clock), counted=counted)
        own = {"thread_id": self.record.thread, HOLDER: self.holder, **journal}
        return {"configurable": own}

    async def __call__(self) -> None:
        """Go on from where the run stands and record where it then stands.

        Raises:
            LeaseError: somebody took the run over, or cancelled it; nothing more was written here.
        """
        lost = threading.Event()
        # In a task of its own: the caller's must not be cancelled for a hold that was lost.
        work, loop = asyncio.create_task(self._worked()), asyncio.get_running_loop()

        def end() -> None:
            lost.set()
            loop.call_soon_threadsafe(work.cancel)

        with self.keeper.keeping(self.record.thread, self.holder, end):
            try:
                ended = await work
            except asyncio.CancelledError:
                with suppress(DalsegnoError):  # the cancellation is what the caller must see
                    self._stop()
                if lost.is_set():
                    raise LeaseError(f"Run {self.record.id!r} was taken over.") from None
                raise
            except GraphDrained:
                self._stop()
            except LeaseError:
                raise
            except Exception as error:  # whatever a node raises ends the run
                await self._fail(error)
            else:
                if ended is not None:
                    raise ended

    async def _worked(self) -> BaseException | None:
        """The work; what would end a task's whole loop is given back instead."""
        try:
            await self._go_on()
        except (SystemExit, KeyboardInterrupt) as end:
            return end
        return None

    def _stop(self) -> None:
        """Let go of a run that is ready to go on."""
        self.runs.leave(self.record.id, self.holder, "stop", now=self.clock())

    async def _go_on(self) -> None:
        """Feed the graph until it ends, or pauses with nothing decided."""
        snapshot = None if self.fresh else await self.graph.aget_state(self.config)
        while True:
            entry = self._entry(snapshot)
            if entry is not _STAY:
                await self._invoke(entry, snapshot)
                snapshot = await self.graph.aget_state(self.config)
            if snapshot is not None and self._settled(snapshot):
                return

    def _entry(self, snapshot: StateSnapshot | None) -> Any:  # Any: what LangGraph takes as input
        """What LangGraph is given: the inputs, the recorded decisions, or nothing new.

        Decisions are fed by interrupt id from our own record, and only to the request that the
        person was shown, so that going on after a crash answers every pause as it was answered.
        """
        if snapshot is None or snapshot.created_at is None or not self._begun():
            return self.workflow.entry(self.record.inputs)
        tickets = self.reviews.list(self.record.id, open_only=False)
        pending = asked_by(snapshot)
        if not pending:
            stop = asked_in(self.graph, snapshot)
            return _STAY if stop and not answers(stop, tickets) else None
        used = self._used(snapshot)
        waiting = [each for each in pending if each.interrupt not in used]
        decided = answers(waiting, tickets)
        if decided:
            return Command(resume=decided)
        return None if used else _STAY

    def _begun(self) -> bool:
        return has_begun(self.database, self.record)

    def _used(self, snapshot: StateSnapshot) -> frozenset[str]:
        """The pauses whose tasks have taken their answer, and then failed."""
        saver = self.graph.checkpointer
        assert isinstance(saver, SqliteSaver)
        tasks = {f"{task.name}:{task.id}" for task in snapshot.tasks if task.interrupts}
        return saver.answered(self.record.thread, tasks)

    async def _invoke(self, entry: Any, snapshot: StateSnapshot | None) -> None:  # Any: as above
        options: dict[str, Any] = {"durability": "sync", "control": self.control}  # Any: options
        if isinstance(self.graph, Graph):
            options["context"] = RunContext(
                model=self.record.model,
                strong=self.record.strong,
                run=self.record.id,
                directory=self.directory,
                steps=self,
            )
            await self.graph.ainvoke(entry, self.config, **options)
        else:
            before = () if snapshot is None else snapshot.tasks
            stored = {task.id for task in before if task.result is not None}
            options["context"] = self.context
            await run_watched(self.graph, entry, self.config, steps=self, stored=stored, **options)

    def begin(self, node: str, task: str) -> int:
        """Note a step's beginning, in the trace and to whoever watches.

        Raises:
            LeaseError: somebody took the run over; the step must not run.
        """
        now = self.clock()
        self.runs.check_held(self.record.thread, self.holder, now=now)
        step = StepRecord(run=self.record.id, node=node, task=task, started=now)
        attempt = len(self.steps)
        self.steps.append(step)
        self.runs.note_step(self.record, self.holder, step, attempt)
        tell(self.watch, Progress(run=self.record.id, node=node, kind="began"))
        return attempt

    def end(self, attempt: int, outcome: Outcome) -> None:
        """Note a step's end."""
        now = self.clock()
        step = replace(self.steps[attempt], ended=now, outcome=outcome)
        self.runs.note_step(self.record, self.holder, step, attempt)
        told = Progress(run=step.run, node=step.node, kind=outcome, seconds=now - step.started)
        tell(self.watch, told)

    def _settled(self, snapshot: StateSnapshot) -> bool:
        """Record a pause or the end; False when a pause was decided on meanwhile.

        An end is judged by the tasks: LangGraph's ``next`` is empty, too, when it was killed
        between two writes.
        """
        pending = asked_in(self.graph, snapshot)
        output = self.workflow.output(snapshot.values)
        worked = self._metrics(snapshot.values)
        now = self.clock()
        if pending:
            return pause(
                self.database,
                self.record.id,
                self.holder,
                pending,
                now=now,
                output=output,
                metrics=worked,
            )
        if snapshot.tasks:
            names = ", ".join(repr(task.name) for task in snapshot.tasks)
            raise AgentError(f"The graph stopped before {names} could run.")
        self.runs.leave(
            self.record.id, self.holder, "finish", now=now, output=output, metrics=worked
        )
        return True

    async def _fail(self, error: Exception) -> None:
        """Record the error with what there is so far; the run can be resumed."""
        shown = error
        if not isinstance(shown, DalsegnoError):
            shown = AgentError(f"{type(error).__name__}: {error}", fix=raised_at(error))
        steps = self.runs.steps(self.record.id)
        failed = [step.node for step in steps if step.outcome == "failed"]
        shown.node = shown.node or (failed[-1] if failed else None)
        recovery = recovery_options(
            shown,
            run=self.record.id,
            thread=self.record.thread,
            done=[step.node for step in steps if step.outcome == "done"],
        )
        output, worked = None, None
        with suppress(Exception):  # the first error is the one to tell
            known = await self.graph.aget_state(self.config)
            values = known.values if self._begun() else {}
            worked = self._metrics(values, shown.spent)
            output = self.workflow.output(values) if values else None
        self.runs.leave(
            self.record.id,
            self.holder,
            "fail",
            now=self.clock(),
            output=output,
            metrics=worked,
            error={**shown.record(), "recovery": recovery},
        )

    def _metrics(self, values: object, spent: tuple[Usage, ...] = ()) -> dict[str, object]:
        """What the run used, with what its failures spent: the state does not have that."""
        lost = [*lost_in(self.record.metrics or {}), *spent]
        known = values if isinstance(values, Mapping) else {}
        steps = self.runs.steps(self.record.id)
        return metrics(known, steps, lost=lost, before=self.record.usage_before)


#: The entry of a run whose pause nobody has decided on: there is nothing to do.
_STAY = object()

"""Driving one run as far as it goes: to its end, to a pause, or to an error."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..checkpoints.standing import Asked, pause
from ..state.context import RunContext
from ..state.errors import AgentError, DalsegnoError, DatabaseError, LeaseError
from .progress import Progress, Watch, lost_in, metrics, tell
from .recovery import raised_at, recovery_options

if TYPE_CHECKING:
    from langgraph.types import StateSnapshot

    from ..checkpoints.database import Database
    from ..checkpoints.reviews import Reviews
    from ..checkpoints.runs import Holder, Runs
    from ..graphs.compiler import Graph
    from ..graphs.program import Program
    from ..state.run import Outcome, RunRecord
    from ..state.usage import Usage

#: How long a run is held without renewing, in seconds.
LEASE = 30.0


@dataclass(frozen=True, kw_only=True)
class Drive:
    """All that driving a run takes. Time comes from ``clock``, in seconds since the epoch."""

    record: RunRecord
    workflow: Program
    graph: Graph
    holder: Holder
    database: Database
    runs: Runs
    reviews: Reviews
    directory: str
    clock: Callable[[], float]
    watch: Watch

    @property
    def config(self) -> Any:  # Any: LangGraph's RunnableConfig, a TypedDict that is not total
        return {"configurable": {"thread_id": self.record.thread}}

    async def __call__(self) -> None:
        """Go on from where the run stands and record where it then stands.

        Raises:
            LeaseError: somebody took the run over; nothing more was written here.
        """
        with self._held() as lost:
            try:
                await self._go_on()
            except asyncio.CancelledError:
                with suppress(DalsegnoError):  # the cancellation is what the caller must see
                    self.runs.leave(self.record.id, self.holder, "stop", now=self.clock())
                if lost.is_set():
                    raise LeaseError(f"Run {self.record.id!r} was taken over.") from None
                raise
            except LeaseError:
                raise
            except Exception as error:  # whatever a node raises ends the run
                await self._fail(error)

    async def _go_on(self) -> None:
        """Feed the graph until it ends, or pauses with nothing decided."""
        while True:
            entry = await self._entry()
            if entry is not _STAY:
                await self._invoke(entry)
            snapshot = await self.graph.aget_state(self.config)
            if self._settled(snapshot):
                return

    async def _entry(self) -> Any:  # Any: what LangGraph takes as input
        """What LangGraph is given: the inputs, the recorded decisions, or nothing new.

        Decisions are fed by interrupt id from our own record, and only to the request that the
        person was shown, so that going on after a crash answers every pause as it was answered.
        """
        snapshot = await self.graph.aget_state(self.config)
        if snapshot.created_at is None:
            return dict(self.record.inputs)
        pending = _asked(snapshot)
        if not pending:
            return None
        tickets = {
            (ticket.interrupt, ticket.digest): ticket.decision
            for ticket in self.reviews.list(self.record.id, open_only=False)
        }
        decided = {
            each.interrupt: dict(decision)
            for each in pending
            if (decision := tickets.get((each.interrupt, each.digest))) is not None
        }
        if not decided:
            return _STAY
        from langgraph.types import Command

        return Command(resume=decided)

    async def _invoke(self, entry: Any) -> None:  # Any: what LangGraph takes as input
        context = RunContext(
            model=self.record.model, run=self.record.id, directory=self.directory, steps=self
        )
        # The stubs know no context for a graph whose type parameters are left open.
        await self.graph.ainvoke(entry, self.config, context=context)  # type: ignore[call-overload]

    def begin(self, node: str, task: str) -> int:
        """Note a step's beginning, in the trace and to whoever watches.

        Raises:
            LeaseError: somebody took the run over; the step must not run.
        """
        now = self.clock()
        attempt = self.runs.begin_step(self.record.id, self.holder, node, task, now=now)
        tell(self.watch, Progress(run=self.record.id, node=node, kind="began"))
        return attempt

    def end(self, attempt: int, outcome: Outcome) -> None:
        """Note a step's end."""
        step = self.runs.end_step(attempt, outcome, now=self.clock())
        seconds = (step.ended or step.started) - step.started
        told = Progress(run=self.record.id, node=step.node, kind=outcome, seconds=seconds)
        tell(self.watch, told)

    def _settled(self, snapshot: StateSnapshot) -> bool:
        """Record a pause or the end; False when a pause was decided on meanwhile.

        An end is judged by the tasks: LangGraph's ``next`` is empty, too, when it was killed
        between two writes.
        """
        pending = _asked(snapshot)
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
        values: Mapping[str, object] = {}
        with suppress(Exception):  # the first error is the one to tell
            values = (await self.graph.aget_state(self.config)).values
        self.runs.leave(
            self.record.id,
            self.holder,
            "fail",
            now=self.clock(),
            output=self.workflow.output(values) if values else None,
            metrics=self._metrics(values, shown.spent),
            error={**shown.record(), "recovery": recovery},
        )

    def _metrics(
        self, values: Mapping[str, object], spent: tuple[Usage, ...] = ()
    ) -> dict[str, object]:
        """What the run used, with what its failures spent: the state does not have that."""
        lost = [*lost_in(self.record.metrics or {}), *spent]
        return metrics(values, self.runs.steps(self.record.id), lost=lost)

    @contextmanager
    def _held(self) -> Iterator[threading.Event]:
        """The hold, renewed from a thread that no node can block; when it is lost, the work ends.

        Gives an event that is set when somebody else has taken the run over.
        """
        over, lost = threading.Event(), threading.Event()
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None

        def renew() -> None:
            while not over.wait(LEASE / 3):
                # A database that is busy now may not be at the next try, before the hold ends.
                with suppress(DatabaseError):
                    until = self.clock() + LEASE
                    if not self.runs.renew(self.record.id, self.holder, until=until):
                        lost.set()
                        loop.call_soon_threadsafe(task.cancel)
                        return

        threading.Thread(target=renew, name="dalsegno-lease", daemon=True).start()
        try:
            yield lost
        finally:
            over.set()


#: The entry of a run whose pause nobody has decided on: there is nothing to do.
_STAY = object()


def _asked(snapshot: StateSnapshot) -> tuple[Asked, ...]:
    """The pauses that wait: where, their id, and what is asked."""
    found = []
    for task in snapshot.tasks:
        for interrupt in task.interrupts:
            value = interrupt.value
            request = value if isinstance(value, dict) else {"value": value}
            found.append(
                Asked(
                    node=_name_of(request) or task.name,
                    interrupt=interrupt.id,
                    digest=digest(request),
                    request=request,
                )
            )
    return tuple(found)


def _name_of(request: Mapping[str, object]) -> str | None:
    """The review's own name: a pause within a map or a nested workflow is its outer node's task."""
    actions = request.get("action_requests")
    first = actions[0] if isinstance(actions, list) and actions else None
    name = first.get("name") if isinstance(first, dict) else None
    return name if isinstance(name, str) else None


def digest(request: Mapping[str, object]) -> str:
    """What the person was shown, as a hash that layout and key order do not change."""
    plain = json.dumps(request, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()

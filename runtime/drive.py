"""Driving one run as far as it goes: to its end, to a pause, or to an error."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ..state.context import RunContext
from ..state.errors import AgentError, DalsegnoError, DatabaseError
from ..state.usage import Usage, total

if TYPE_CHECKING:
    from langgraph.types import StateSnapshot

    from ..checkpoints.reviews import Reviews
    from ..checkpoints.runs import Holder, Runs
    from ..graphs.compiler import Graph
    from ..state.run import RunRecord
    from ..state.workflow import Workflow

#: How long a process holds a run without renewing, in seconds.
LEASE = 30.0


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A step that began or ended, for whoever watches a run."""

    run: str
    node: str
    kind: Literal["began", "done", "paused", "failed"]
    seconds: float = 0.0


Watch = Callable[[Progress], None]


@dataclass(frozen=True, kw_only=True)
class Drive:
    """All that driving a run takes. Time comes from ``clock``, in seconds since the epoch."""

    record: RunRecord
    workflow: Workflow
    graph: Graph
    holder: Holder
    runs: Runs
    reviews: Reviews
    directory: str
    clock: Callable[[], float]
    watch: Watch

    @property
    def config(self) -> Any:  # Any: LangGraph's RunnableConfig, a TypedDict that is not total
        return {"configurable": {"thread_id": self.record.thread}}

    async def __call__(self) -> None:
        """Go on from where the run stands and record where it then stands."""
        with self._held():
            try:
                entry = await self._entry()
                if entry is not _STAY:
                    await self._invoke(entry)
                snapshot = await self.graph.aget_state(self.config)
            except asyncio.CancelledError:
                self.runs.leave(self.record.id, self.holder, "stop", now=self.clock())
                raise
            except Exception as error:  # whatever a node raises ends the run
                await self._fail(error)
            else:
                self._settle(snapshot)

    async def _entry(self) -> Any:  # Any: what LangGraph takes as input
        """What LangGraph is given: the inputs, the recorded decisions, or nothing new.

        Decisions are fed by interrupt id from our own record, so that going on after a crash
        answers every pause as it was answered and no other.
        """
        snapshot = await self.graph.aget_state(self.config)
        if snapshot.created_at is None:
            return dict(self.record.inputs)
        pending = _interrupts(snapshot)
        if not pending:
            return None
        tickets = {
            each.interrupt: each for each in self.reviews.list(self.record.id, open_only=False)
        }
        decided = {
            id_: dict(ticket.decision)
            for id_ in pending
            if (ticket := tickets.get(id_)) is not None and ticket.decision is not None
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
        """Note a step's beginning, in the trace and to whoever watches."""
        attempt = self.runs.begin_step(self.record.id, node, task, now=self.clock())
        self.watch(Progress(run=self.record.id, node=node, kind="began"))
        return attempt

    def end(self, attempt: int, outcome: Literal["done", "paused", "failed"]) -> None:
        """Note a step's end."""
        step = self.runs.end_step(attempt, outcome, now=self.clock())
        seconds = (step.ended or step.started) - step.started
        self.watch(Progress(run=self.record.id, node=step.node, kind=outcome, seconds=seconds))

    def _settle(self, snapshot: StateSnapshot) -> None:
        """A pause becomes tickets, an end becomes the output. An end is judged by the tasks:
        LangGraph's ``next`` is empty, too, when it was killed between two writes."""
        pending = _interrupts(snapshot)
        for interrupt, (node, request) in pending.items():
            self.reviews.open(
                run=self.record.id,
                node=node,
                interrupt=interrupt,
                digest=digest(request),
                request=request,
                now=self.clock(),
            )
        if not pending and snapshot.tasks:
            names = ", ".join(repr(task.name) for task in snapshot.tasks)
            raise AgentError(f"The graph stopped before {names} could run.")
        self.runs.leave(
            self.record.id,
            self.holder,
            "pause" if pending else "finish",
            now=self.clock(),
            output=self.workflow.output(snapshot.values),
            metrics=self._metrics(snapshot.values),
        )

    async def _fail(self, error: Exception) -> None:
        """Record the error with what there is so far; the run can be resumed."""
        node = next(
            (
                each.node
                for each in reversed(self.runs.steps(self.record.id))
                if each.outcome in {"failed", "running"}
            ),
            None,
        )
        shown = (
            error
            if isinstance(error, DalsegnoError)
            else AgentError(f"{type(error).__name__}: {error}")
        )
        values: Mapping[str, object] = {}
        with suppress(Exception):  # the first error is the one to tell
            values = (await self.graph.aget_state(self.config)).values
        shown.node = shown.node or node
        self.runs.leave(
            self.record.id,
            self.holder,
            "fail",
            now=self.clock(),
            output=self.workflow.output(values) if values else None,
            metrics=self._metrics(values),
            error=shown.record(),
        )

    def _metrics(self, values: Mapping[str, object]) -> dict[str, object]:
        usage = values.get("usage") or ()
        assert isinstance(usage, tuple | list)
        rows = [each for each in usage if isinstance(each, Usage)]
        steps = self.runs.steps(self.record.id)
        worked = [each.ended - each.started for each in steps if each.ended is not None]
        return {
            "seconds": round(sum(worked), 3),
            "steps": len(steps),
            **total(rows),
            "by_step": [
                {
                    "step": each.step,
                    "model": each.model,
                    "calls": each.calls,
                    "input_tokens": each.input_tokens,
                    "output_tokens": each.output_tokens,
                    "cost_usd": each.cost,
                }
                for each in rows
            ],
        }

    @contextmanager
    def _held(self) -> Iterator[None]:
        """The hold renewed while the run is driven, from a thread that no node can block."""
        over = threading.Event()

        def renew() -> None:
            while not over.wait(LEASE / 3):
                # A database that is busy now may not be at the next try, before the hold ends.
                with suppress(DatabaseError):
                    until = self.clock() + LEASE
                    if not self.runs.renew(self.record.id, self.holder, until=until):
                        return

        thread = threading.Thread(target=renew, name="dalsegno-lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()


#: The entry of a run whose pause nobody has decided on: there is nothing to do.
_STAY = object()


def _interrupts(snapshot: StateSnapshot) -> dict[str, tuple[str, dict[str, object]]]:
    """The pauses that wait, by their id: the node and what it asks."""
    return {
        interrupt.id: (task.name, _request(interrupt.value))
        for task in snapshot.tasks
        for interrupt in task.interrupts
    }


def _request(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {"value": value}


def digest(request: Mapping[str, object]) -> str:
    """What the person was shown, as a hash that layout and key order do not change."""
    plain = json.dumps(request, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()

"""The runtime: starts runs, pauses them where a person decides, and goes on from there."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from ..checkpoints.database import database_at, nothing
from ..checkpoints.keeper import LEASE, Keeper
from ..checkpoints.reviews import Reviews
from ..checkpoints.runs import Runs
from ..checkpoints.turns import has_begun
from ..state.context import DEFAULT_URL, OFFLINE
from ..state.errors import DalsegnoError, LeaseError
from ..state.review import Review
from ..state.run import FINAL, RunRecord, StepRecord
from .driver import Driver
from .engine import Engine, in_process
from .programs import Programs, as_program
from .progress import Watch, unwatched
from .run import Run
from .tickets import decide_on, has_expired, made_of, pass_deadlines
from .travel import Travel

if TYPE_CHECKING:
    from pathlib import Path

    from langchain_core.runnables import RunnableConfig
    from pydantic import BaseModel

    from ..checkpoints.sqlite import SqliteSaver
    from ..graphs.program import Program
    from ..state.definition.workflow import Workflow
    from .programs import Given, Ready
    from .worker import Background


def _new_id() -> str:
    """Eight characters that are easily read out and typed."""
    return "".join(secrets.choice("23456789abcdefghjkmnpqrstuvwxyz") for _ in range(8))


def _check_models(model: str, strong: str | None) -> None:
    """Refuse, before anything runs, a model that cannot be reached."""
    from ..nodes.models.connect import check_model

    for each in (model, strong):
        if each is not None:
            check_model(each)


class Runtime(Travel):
    """Runs of workflows in one database.

    Workflows of the catalog are known by name, those from a file by their file; others of your
    own, and graphs that LangGraph compiled, from ``workflows`` or from ``start``.
    Opening one runs nothing: stopped runs go on when ``resume`` or a worker says so, or at once
    with ``recover``. Every method has an async face of the same name with an ``a`` before it, where
    it drives a run.
    """

    def __init__(  # noqa: PLR0913  # each is a word of its own at the call
        self,
        url: str = DEFAULT_URL,
        *,
        workflows: Iterable[Given] = (),
        recover: bool = False,
        engine: Engine = in_process,
        lease: float = LEASE,
        key: bytes | None = None,
        context: object = None,
        clock: Callable[[], float] = time.time,
        new_id: Callable[[], str] = _new_id,
        reach: Callable[[str], None] = nothing,
    ) -> None:
        """``recover`` takes over, for as long as this is open, runs that nobody drives any more.

        ``engine`` has runs driven; without one they are driven here. ``lease`` is how long a run is
        held without renewing, in seconds: so long may a run rest whose machine has ended. ``key``
        (up to 64 bytes) makes the checksums of what is stored ones that only its owner can make.
        ``context`` is LangGraph's run context for graphs that were compiled elsewhere: clients,
        secrets, whatever their ``context_schema`` says; it is not stored.
        ``clock`` gives seconds since the epoch, ``new_id`` names for runs; ``reach`` is called
        before and after each commit and effect with its name, so that a test may crash there.
        """
        self._database = database_at(url, key=key, reach=reach)
        self._programs = Programs(workflows, saver=self._new_saver)
        self._runs = Runs(self._database)
        self._reviews = Reviews(self._database)
        self._driver = Driver(
            database=self._database,
            programs=self._programs,
            runs=self._runs,
            reviews=self._reviews,
            keeper=Keeper(self._database, clock=clock, lease=lease),
            engine=engine,
            clock=clock,
            new_id=new_id,
            context=context,
        )
        self._clock = clock
        self._new_id = new_id
        self._background: Background | None = None
        if recover:
            from .worker import Background

            self._background = Background(self)

    def start(
        self,
        workflow: Given,
        inputs: Mapping[str, object] | BaseModel,
        *,
        model: str = OFFLINE,
        strong: str | None = None,
        thread: str | None = None,
        key: str | None = None,
        watch: Watch = unwatched,
    ) -> Run:
        """Run a workflow up to its end, its first pause or an error, and give the run.

        Agents whose tier is strong use the model ``strong``; left out, ``model`` like the others.
        On a ``thread`` whose last run has ended this one goes on with the state that it left, as
        LangGraph does: the inputs are new, and every other field is as it was.
        ``key`` is your own name for this start (an order's number, a message's id): starting again
        with it gives the same run, which goes on if it had stopped.

        Raises:
            ValidationError: the workflow, an input, the model or the thread is wrong; then
                nothing was started and nothing written. A ConflictError, when ``key`` has started
                something else, or the last run on ``thread`` has not ended or is of another
                workflow.
            DatabaseError: the database cannot be used.
        """
        from ..graphs.bridge import blocking

        return blocking(self.astart)(
            workflow, inputs, model=model, strong=strong, thread=thread, key=key, watch=watch
        )

    async def astart(
        self,
        workflow: Given | Ready,
        inputs: Mapping[str, object] | BaseModel,
        *,
        model: str = OFFLINE,
        strong: str | None = None,
        thread: str | None = None,
        key: str | None = None,
        watch: Watch = unwatched,
    ) -> Run:
        """As ``start``, awaited. A ``Program`` runs as it is, and does not take its name."""
        definition = self._programs.learn(workflow)
        _check_models(model, strong)
        now = self._clock()
        run = self._new_id()
        record = RunRecord(
            id=run,
            thread=thread or run,
            key=key,
            workflow=definition.name,
            version=definition.version,
            digest=definition.digest,
            source=definition.source,
            model=model,
            strong=strong,
            inputs=definition.checked(inputs),
            status="queued",
            created=now,
            updated=now,
        )
        return self.run(await self._driver.start(record, definition, watch))

    def resume(self, run: Run | str, *, watch: Watch = unwatched) -> Run:
        """Go on with a run that stopped: killed, failed, or paused and decided meanwhile.

        A finished run, or one that still waits for a person, is given back as it is.

        Raises:
            NotFoundError: no such run. LeaseError: somebody else drives it now.
        """
        from ..graphs.bridge import blocking

        return blocking(self.aresume)(run, watch=watch)

    async def aresume(self, run: Run | str, *, watch: Watch = unwatched) -> Run:
        """As ``resume``, awaited. It drives the run in this process, whatever the engine."""
        name = self._runs.get(run if isinstance(run, str) else run.id).id
        passed = pass_deadlines(self._database, now=self._clock(), run=name)
        record = self._runs.get(name)
        if record.status in FINAL or has_expired(passed):  # resuming once more asks again
            return self.run(record.id)
        _check_models(record.model, record.strong)
        await self._driver.resume(record, self._programs.of(record), watch)
        return self.run(record.id)

    def decide(self, review: str, decision: object, *, by: str, watch: Watch = unwatched) -> Run:
        """Decide on a review and go on with its run. The decision is on disk before that.

        ``decision`` is ``{"type": "approve"}``, ``edit`` with ``args``, ``reject`` or ``respond``
        with ``message``; LangChain's ``{"decisions": [...]}`` is taken too, with as many as a graph
        made elsewhere asks for at once. Where such a graph asks in a form of its own, any JSON
        value is the answer.

        Raises:
            NotFoundError: no such review. DecisionError: it does not fit; the review stays open.
            ConflictError: the review was decided before.
        """
        from ..graphs.bridge import blocking

        return blocking(self.adecide)(review, decision, by=by, watch=watch)

    async def adecide(
        self, review: str, decision: object, *, by: str, watch: Watch = unwatched
    ) -> Run:
        """As ``decide``, awaited."""
        ticket = self._reviews.get(review)
        record = self._runs.get(ticket.run)
        definition = self._programs.of(record)
        _check_models(record.model, record.strong)
        # else the conflict is what there is to tell
        made = made_of(ticket, decision, definition) if ticket.open else {}
        config: RunnableConfig = {"configurable": {"thread_id": record.thread}}
        graph, now = self._programs.graph(definition), self._clock()
        await decide_on(self._database, ticket, made, by=by, now=now, graph=graph, config=config)
        try:
            await self._driver.pass_on(record, definition, watch)
        except LeaseError:
            pass  # whoever drives the run finds the decision before it lets go
        except DalsegnoError as error:
            error.done = (
                *error.done,
                f"The decision is recorded. Go on with: dalsegno resume {ticket.run}",
            )
            raise
        return self.run(ticket.run)

    def cancel(self, run: Run | str) -> Run:
        """End a run for good. Who drives it stops within a second, and can write nothing more.

        Raises:
            NotFoundError: no such run. ConflictError: it has ended already.
        """
        name = run if isinstance(run, str) else run.id
        self._runs.cancel(self._runs.get(name).id, now=self._clock())
        return self.run(name)

    def drain(self) -> None:
        """Let every run that is driven here stop after the step that it is in, ready to go on.

        Runs are started here no more. Safe to call from a signal's handler.
        """
        self._driver.draining.begin()

    def run(self, run: str) -> Run:
        """The run of that id, or the newest of that thread.

        Raises:
            NotFoundError: there is none; names the nearest.
        """
        return Run(self._runs.get(run), self)

    def runs(self) -> tuple[Run, ...]:
        """Every run, the newest first."""
        return tuple(Run(record, self) for record in self._runs.all())

    def reviews(self, run: str | None = None, *, decided: bool = False) -> tuple[Review, ...]:
        """The reviews that wait for a decision, of one run or of all, the oldest first.

        With ``decided``, those too that were decided, with who decided what and when.
        """
        return self._reviews.list(run, open_only=not decided)

    def review(self, review: str) -> Review:
        """One review, open or decided.

        Raises:
            NotFoundError: there is none; names the nearest.
        """
        return self._reviews.get(review)

    def steps(self, run: str) -> tuple[StepRecord, ...]:
        """Every attempt at every step of a run."""
        return self._runs.steps(run)

    def orphans(self) -> tuple[str, ...]:
        """The runs that are to go on and that nobody drives, passed deadlines having been acted on.

        What a worker resumes.
        """
        pass_deadlines(self._database, now=self._clock())
        return self._runs.orphans(now=self._clock())

    def learn(self, workflow: str | Path | Mapping[str, object] | Workflow) -> Program:
        """A workflow, known by its name from now on, so that its runs can go on here.

        Raises:
            NotFoundError, DefinitionError: as ``load``.
        """
        return as_program(self._programs.learn(workflow))

    def program_of(self, run: Run) -> Program:
        """The workflow of a run as the run began it: without what was switched off then.

        Raises:
            InputError: the run is one of a graph that was compiled elsewhere.
        """
        return as_program(self._programs.of(run.record))

    async def avalues(self, run: Run | str) -> Mapping[str, object]:
        """What is known in a run as it stands: the state's fields, and what the graph noted."""
        from .copying import at
        from .turns import stretch_of

        record = self._runs.get(run if isinstance(run, str) else run.id)
        own = stretch_of(self._runs, record)
        if own.empty or not has_begun(self._database, record):
            return {}
        graph = self._programs.graph(self._programs.of(record))
        values: Mapping[str, object] = (await graph.aget_state(at(own.thread, own.until))).values
        return values

    def close(self) -> None:
        """Close the database; runs that are paused stay so. What is driven is drained before."""
        if self._background is not None:
            self._background.close()
        self._driver.draining.finish()
        self._programs.forget_graphs()
        self._database.close()

    def _new_saver(self) -> SqliteSaver:
        from ..checkpoints.sqlite import SqliteSaver

        return SqliteSaver(self._database)

"""The runtime: starts runs, pauses them where a person decides, and goes on from there."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..checkpoints import standing
from ..checkpoints.database import database_at
from ..checkpoints.reviews import Reviews
from ..checkpoints.runs import Runs
from ..state.context import DEFAULT_URL, OFFLINE
from ..state.errors import ConflictError, DalsegnoError, LeaseError, NotFoundError
from ..state.review import Review, check_decision, parse_decision
from ..state.run import FINAL, Event, RunRecord, StepRecord
from .process import is_dead, this_process
from .progress import Watch, unwatched
from .run import Run

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig
    from pydantic import BaseModel

    from ..graphs.compiler import Graph
    from ..graphs.program import Program
    from ..state.definition.workflow import Workflow


def _new_id() -> str:
    """Eight characters that are easily read out and typed."""
    return "".join(secrets.choice("23456789abcdefghjkmnpqrstuvwxyz") for _ in range(8))


class Runtime:
    """Runs of workflows in one database.

    Workflows of the catalog are known by name, those from a file by their file; others of your
    own, from ``workflows`` or from ``start``.
    Opening one runs nothing: stopped runs go on when ``resume`` says so. Every method has an
    async face of the same name with an ``a`` before it, where it drives a run.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        workflows: Iterable[Path | str | Mapping[str, object] | Workflow] = (),
        clock: Callable[[], float] = time.time,
        new_id: Callable[[], str] = _new_id,
    ) -> None:
        self._database = database_at(url)
        self._given = tuple(workflows)
        self._programs: dict[str, Program] = {}
        self._graphs: dict[str, tuple[Program, Graph]] = {}
        self._runs = Runs(self._database)
        self._reviews = Reviews(self._database)
        self._clock = clock
        self._new_id = new_id

    def start(
        self,
        workflow: str | Path | Mapping[str, object] | Workflow,
        inputs: Mapping[str, object] | BaseModel,
        *,
        model: str = OFFLINE,
        thread: str | None = None,
        watch: Watch = unwatched,
    ) -> Run:
        """Run a workflow up to its end, its first pause or an error, and give the run.

        Raises:
            ValidationError: the workflow, an input, the model or the thread is wrong; then
                nothing was started and nothing written.
            DatabaseError: the database cannot be used.
        """
        from ..graphs.bridge import blocking

        return blocking(self.astart)(workflow, inputs, model=model, thread=thread, watch=watch)

    async def astart(
        self,
        workflow: str | Path | Mapping[str, object] | Workflow | Program,
        inputs: Mapping[str, object] | BaseModel,
        *,
        model: str = OFFLINE,
        thread: str | None = None,
        watch: Watch = unwatched,
    ) -> Run:
        """As ``start``, awaited. A ``Program`` runs as it is, and does not take its name."""
        from ..nodes.models.connect import check_model
        from .inputs import checked_inputs

        definition = self._definition(workflow)
        check_model(model)
        ready = checked_inputs(definition, inputs)
        run, now = self._new_id(), self._clock()
        if thread is not None:
            await self._check_thread(definition, thread)
        self._runs.add(
            RunRecord(
                id=run,
                thread=thread or run,
                workflow=definition.name,
                version=definition.workflow.version,
                digest=definition.digest,
                source=definition.workflow.file,
                model=model,
                inputs=ready.model_dump(mode="json"),
                status="queued",
                created=now,
                updated=now,
            )
        )
        return await self._drive(run, "start", definition, watch)

    def resume(self, run: Run | str, *, watch: Watch = unwatched) -> Run:
        """Go on with a run that stopped: killed, failed, or paused and decided meanwhile.

        A finished run, or one that still waits for a person, is given back as it is.

        Raises:
            NotFoundError: no such run. LeaseError: somebody else drives it now.
        """
        from ..graphs.bridge import blocking

        return blocking(self.aresume)(run, watch=watch)

    async def aresume(self, run: Run | str, *, watch: Watch = unwatched) -> Run:
        """As ``resume``, awaited."""
        from ..nodes.models.connect import check_model

        record = self._runs.get(run if isinstance(run, str) else run.id)
        if record.status in FINAL:
            return self.run(record.id)
        definition = self._program_of(record)
        check_model(record.model)
        return await self._drive(record.id, "resume", definition, watch)

    def decide(self, review: str, decision: object, *, by: str, watch: Watch = unwatched) -> Run:
        """Decide on a review and go on with its run. The decision is on disk before that.

        ``decision`` is ``{"type": "approve"}``, ``edit`` with ``args``, ``reject`` or ``respond``
        with ``message``; LangChain's ``{"decisions": [...]}`` is taken too.

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
        from ..nodes.models.connect import check_model

        ticket = self._reviews.get(review)
        record = self._runs.get(ticket.run)
        definition = self._program_of(record)
        check_model(record.model)
        if ticket.open:  # else the conflict is what there is to tell
            chosen = parse_decision(decision)
            fields = definition.form(ticket.node, ticket.args)
            check_decision(chosen, review=review, allowed=ticket.allowed, fields=fields)
            made = chosen.model_dump()
        else:
            made = {}
        standing.decide(self._database, review, made, by=by, now=self._clock())
        try:
            return await self.aresume(ticket.run, watch=watch)
        except LeaseError:
            # Whoever drives the run finds the decision before it lets go.
            return self.run(ticket.run)
        except DalsegnoError as error:
            error.done = (
                *error.done,
                f"The decision is recorded. Go on with: dalsegno resume {ticket.run}",
            )
            raise

    def run(self, run: str) -> Run:
        """The run of that id, or of that thread.

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

    def learn(self, workflow: str | Path | Mapping[str, object] | Workflow) -> Program:
        """A workflow, known by its name from now on, so that its runs can go on here.

        Raises:
            NotFoundError, DefinitionError: as ``load``.
        """
        return self._definition(workflow)

    def program_of(self, run: Run) -> Program:
        """The workflow of a run as the run began it: without what was switched off then."""
        return self._program_of(run.record)

    async def avalues(self, run: Run | str) -> Mapping[str, object]:
        """What is known in a run as it stands: the state's fields, and what the graph noted."""
        record = self._runs.get(run if isinstance(run, str) else run.id)
        config: RunnableConfig = {"configurable": {"thread_id": record.thread}}
        graph = self._graph(self._program_of(record))
        values: Mapping[str, object] = (await graph.aget_state(config)).values
        return values

    def close(self) -> None:
        """Close the database; runs that are paused stay so."""
        self._graphs.clear()  # their saver has the connection that ends here
        self._database.close()

    def _definition(
        self, workflow: str | Path | Mapping[str, object] | Workflow | Program
    ) -> Program:
        """A workflow of ours or of the catalog; one that is given is known from then on."""
        from ..graphs.program import Program, program

        self._know_given()
        if isinstance(workflow, Program):
            return workflow
        if isinstance(workflow, str) and workflow in self._programs:
            return self._programs[workflow]
        try:
            return self._know(program(workflow))
        except NotFoundError as error:
            error.fix = f"{error.fix} A workflow of your own: Runtime(url, workflows=[…])."
            raise

    def _know_given(self) -> None:
        from ..graphs.program import program

        for each in self._given:
            self._know(program(each))
        self._given = ()

    def _program_of(self, record: RunRecord) -> Program:
        """The workflow of a run, as it was when the run was started.

        Raises:
            NotFoundError: it is not there any more. ConflictError: it is another one now.
        """
        from .orchestrator.variants import as_begun

        self._know_given()
        found = self._programs.get(record.workflow)
        if record.source is not None and (found is None or found.digest != record.digest):
            if not Path(record.source).is_file():
                raise NotFoundError(
                    f"The definition of run {record.id!r} is gone: {record.source!r}.",
                    fix="Put the file back. Nothing was changed.",
                )
            found = self._definition(Path(record.source))
        elif found is None:
            found = self._definition(record.workflow)
        found = as_begun(found, record)
        if found.digest != record.digest:
            where = "" if record.source is None else f" in {record.source!r}"
            raise ConflictError(
                f"The definition of {record.workflow!r}{where} has changed since run "
                f"{record.id!r} was started with it.",
                fix="Nothing was changed. Go on with the definition as it was, or start a new run.",
            )
        return found

    def _know(self, program: Program) -> Program:
        """A program by its name; the same definition keeps its graph."""
        known = self._programs.get(program.name)
        if known is not None and known.resolved is program.resolved:
            return known
        self._programs[program.name] = program
        return program

    async def _check_thread(self, definition: Program, thread: str) -> None:
        """Refuse a thread that has checkpoints: the graph would go on there, inputs unread."""
        config: RunnableConfig = {"configurable": {"thread_id": thread}}
        if (await self._graph(definition).aget_state(config)).created_at is not None:
            raise ConflictError(
                f"Thread {thread!r} has been used before.",
                fix="Use another thread, or resume the run that has it.",
            )

    def _graph(self, definition: Program) -> Graph:
        """The workflow's graph, compiled once for all runs of this runtime."""
        from ..checkpoints.sqlite import SqliteSaver
        from ..graphs.compiler import graph_of

        known = self._graphs.get(definition.name)
        if known is None or known[0] is not definition:
            known = definition, graph_of(definition.resolved, SqliteSaver(self._database))
            self._graphs[definition.name] = known
        return known[1]

    async def _drive(self, run: str, event: Event, definition: Program, watch: Watch) -> Run:
        from .drive import LEASE, Drive

        # Made before the run is held: what cannot be built must not leave it held.
        graph = self._graph(definition)
        now = self._clock()
        name = f"{this_process()}:{self._new_id()}"  # two drives in one process are two holders
        holder = self._runs.take(run, event, by=name, now=now, until=now + LEASE, is_dead=is_dead)
        directory: Path = self._database.path.parent / "dalsegno-runs" / run
        await Drive(
            record=self._runs.get(run),
            workflow=definition,
            graph=graph,
            holder=holder,
            database=self._database,
            runs=self._runs,
            reviews=self._reviews,
            directory=str(directory),
            clock=self._clock,
            watch=watch,
        )()
        return self.run(run)

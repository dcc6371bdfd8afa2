"""The orchestrator's face: agents and a pattern instead of a definition, one call instead of a run.

It makes a definition of what it is given and hands that to the runtime: there is no second engine,
and whatever it starts can be seen, decided and resumed from the runtime and the terminal too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict, Unpack

from ...graphs.bridge import blocking
from ...graphs.program import Program, program
from ...state.context import DEFAULT_URL, OFFLINE
from ...state.definition.policies import ErrorHandling
from ...state.definition.workflow import Checkpoint, Workflow
from ...state.errors import DefinitionError, InputError, NotFoundError
from ...state.names import nearest
from ..runtime import Runtime
from .agents import Functions, functions_by_name
from .building import Asked, built
from .input import Data, input_of
from .metrics import performance
from .patterns import pattern_named
from .result import Result, recovery_options
from .trace import trace
from .variants import marks_of, varied

if TYPE_CHECKING:
    from ..run import Run
    from .context import PreparedContext

#: What a workflow is given as: an object, a name, a file, or a definition as data.
Which = Workflow | str | Path | Mapping[str, object]


class More(TypedDict, total=False):
    """What ``create_workflow`` may be told beside its agents; see there."""

    name: str
    owner: str
    version: str
    description: str
    inputs: Mapping[str, object]
    outputs: Mapping[str, str] | Iterable[str]
    human_checkpoints: Iterable[str | Checkpoint | Mapping[str, object]]
    tools: Functions
    gates: Functions
    task: str | Mapping[str, str]
    until: str
    max_iterations: int
    over: str
    batch_size: int


class WorkflowOrchestrator:
    """Makes workflows of agents and runs them.

    A switch that is off takes its part out of whatever is executed; one that is on leaves the
    workflow's own word:

    - ``context_engineering``: agents are given what matters most of what they read, packed under
      their ``context_limit``, and what was left out is recorded. Off: everything, or an error
      where that is more than fits.
    - ``validation_gates``: gates run and can block. Off: none runs, and the result says so.
    - ``error_recovery``: the error handling applies. Off: a step's first failure ends the run.

    Runs are kept in the database ``url``, by default the runtime's own, ``dalsegno.db`` in the
    working directory: a run that waits for a person must be there after a restart.
    ``tools`` and ``gates`` are functions that agents and steps may name.
    """

    def __init__(
        self,
        *,
        context_engineering: bool = True,
        validation_gates: bool = True,
        error_recovery: bool = True,
        url: str = DEFAULT_URL,
        model: str = OFFLINE,
        tools: Functions = (),
        gates: Functions = (),
        workflows: Iterable[Which] = (),
    ) -> None:
        self._context = context_engineering
        self._gates = validation_gates
        self._recovery = error_recovery
        self._model = model
        self._tools = functions_by_name(tools, "tool")
        self._own_gates = functions_by_name(gates, "gate")
        self._runtime = Runtime(url, workflows=workflows)
        self._created: dict[str, Program] = {}

    @property
    def runtime(self) -> Runtime:
        """The runtime that runs everything, with every run and review."""
        return self._runtime

    def create_workflow(
        self,
        agents: Sequence[Any],  # Any: agents, functions, classes, and lists of them
        pattern: str = "sequential",
        validation_gates: object = (),
        error_handling: ErrorHandling | Mapping[str, object] | None = None,
        **more: Unpack[More],
    ) -> Workflow:
        """A workflow of agents, known here by its name from now on.

        ``pattern`` is one of: sequential, concurrent (``results`` has all of them), conditional
        (the first decides which of the others does it), loop (until the gates pass or ``until``
        holds, at most ``max_iterations`` times; ``check`` says what the gates found), map_reduce
        (over the list ``over``; the last reduces), orchestrator_worker and hierarchical (the first
        leads), group_chat (``conversation``), pipeline (stages over the list ``over``), hybrid (a
        list among the agents runs at once) and dag (by what each reads).

        ``validation_gates`` stand around every agent, or by agent: ``{"writer": ["quality"]}``.
        ``error_handling`` left out: three more tries with growing waits. ``inputs`` left out: what
        the agents ask for by name, and anything more where one of them reads everything. ``task``
        is what agents are asked to do, for all or by agent; left out, their specialization.

        Raises:
            InputError, DefinitionError: an agent, tool, gate, pattern or field that is not there,
                by its name and with the nearest one; nothing was made.
        """
        named = pattern_named(pattern)
        passed = ("owner", "version", "description", "human_checkpoints")
        asked = Asked(
            pattern=named,
            name=more.get("name", f"{named}_workflow"),
            agents=agents,
            gates=validation_gates,
            handling=error_handling,
            inputs=more.get("inputs"),
            outputs=more.get("outputs"),
            task=more.get("task", ""),
            until=more.get("until"),
            most=more.get("max_iterations", 6 if named == "group_chat" else 3),
            over=more.get("over", "items"),
            batch_size=more.get("batch_size", 10),
            tools={**self._tools, **functions_by_name(more.get("tools", ()), "tool")},
            own_gates={**self._own_gates, **functions_by_name(more.get("gates", ()), "gate")},
            more={key: value for key, value in more.items() if key in passed},
        )
        made = built(asked)
        self._created[made.name] = self._runtime.learn(made)
        return made

    def execute_workflow(
        self,
        workflow: Which,
        input_data: Data = None,
        *,
        monitoring: bool = True,
        human_oversight: bool = False,
        thread: str | None = None,
        model: str | None = None,
    ) -> Result:
        """Run a workflow to its end, its first review, or an error, and give the result.

        ``input_data`` is a mapping; a text is the first input that is needed. With
        ``human_oversight`` the run stops at the workflow's human checkpoints, or where it has none
        at a ``final_approval`` of its outputs; without, only at its review steps. Without
        ``monitoring`` the result has neither metrics nor trace. A run that fails is a result too.

        Raises:
            ValidationError: the workflow or its input is wrong; nothing was started.
        """
        return blocking(self.aexecute_workflow)(
            workflow,
            input_data,
            monitoring=monitoring,
            human_oversight=human_oversight,
            thread=thread,
            model=model,
        )

    async def aexecute_workflow(
        self,
        workflow: Which,
        input_data: Data = None,
        *,
        monitoring: bool = True,
        human_oversight: bool = False,
        thread: str | None = None,
        model: str | None = None,
    ) -> Result:
        """As ``execute_workflow``, awaited."""
        base = self._runtime.learn(workflow)
        inputs = input_of(base, input_data)
        ready = self._ready(base, inputs, human_oversight=human_oversight)
        started = await self._runtime.astart(
            ready, inputs, model=model or self._model, thread=thread
        )
        return await self._result(started, monitoring=monitoring)

    def decide(self, review: str, decision: object, *, by: str, monitoring: bool = True) -> Result:
        """Decide on a review and go on with its run: ``{"type": "approve"}``, ``edit`` with
        ``args``, ``reject`` or ``respond`` with ``message``.

        Raises:
            NotFoundError: no such review. DecisionError: it does not fit; the review stays open.
            ConflictError: somebody decided before.
        """
        return blocking(self.adecide)(review, decision, by=by, monitoring=monitoring)

    async def adecide(
        self, review: str, decision: object, *, by: str, monitoring: bool = True
    ) -> Result:
        """As ``decide``, awaited."""
        given = {"type": decision} if isinstance(decision, str) else decision
        run = await self._runtime.adecide(review, given, by=by)
        return await self._result(run, monitoring=monitoring)

    def resume(self, run: Result | str, *, monitoring: bool = True) -> Result:
        """Go on with a run that failed or was stopped; finished steps stay done.

        Raises:
            NotFoundError: no such run. LeaseError: somebody else drives it now.
        """
        return blocking(self.aresume)(run, monitoring=monitoring)

    async def aresume(self, run: Result | str, *, monitoring: bool = True) -> Result:
        """As ``resume``, awaited."""
        found = await self._runtime.aresume(run if isinstance(run, str) else run.run_id)
        return await self._result(found, monitoring=monitoring)

    def prepare_context(
        self,
        agent_id: str,
        task: str,
        *,
        material: Mapping[str, object] | None = None,
        workflow: Which | None = None,
    ) -> PreparedContext:
        """What an agent would be told of a task: the fixed part, and what fits of the material.

        The agent is one of ``workflow``, or of the workflows made here, the latest first.

        Raises:
            NotFoundError: no such agent; names the nearest. ContextError: it does not fit.
        """
        from .context import prepared

        known = reversed(self._created.values())
        programs = list(known) if workflow is None else [self._runtime.learn(workflow)]
        for each in programs:
            for agent in each.workflow.agents:
                if agent.name == agent_id:
                    return prepared(each, agent, task, material or {}, model=self._model)
        names = [agent.name for each in programs for agent in each.workflow.agents]
        raise NotFoundError(
            f"There is no agent {agent_id!r}{nearest(agent_id, names)}.",
            fix=f"The agents are: {', '.join(dict.fromkeys(names)) or 'none yet'}.",
        )

    #: The same by the name that users were promised.
    prepare_agent_context = prepare_context

    def close(self) -> None:
        """Close the database; runs that wait stay so."""
        self._runtime.close()

    def _ready(
        self, base: Program, inputs: Mapping[str, object], *, human_oversight: bool
    ) -> Program:
        """The workflow as the switches make it."""
        marks = marks_of(
            base.workflow,
            inputs,
            context=self._context,
            gates=self._gates,
            recovery=self._recovery,
            oversight=human_oversight,
        )
        if not marks:
            return base
        try:
            return program(varied(base.workflow, marks, inputs))
        except DefinitionError as error:
            raise InputError(
                f"{base.name!r} cannot be executed like this ({', '.join(marks)}): {error.message}",
                fix="Leave the switch on that takes away what the workflow itself reads.",
            ) from error

    async def _result(self, run: Run, *, monitoring: bool) -> Result:
        record, runtime = run.record, self._runtime
        reviews = runtime.reviews(run.id, decided=True)
        measured: Mapping[str, object] = {}
        happened: tuple[Any, ...] = ()
        if monitoring:
            values, steps = await runtime.avalues(run), run.trace
            ready, base = runtime.program_of(run), runtime.learn(run.workflow)
            measured = performance(steps, values, ready, base=base)
            happened = trace(steps, values, ready, base=base, reviews=reviews, error=run.error)
        return Result(
            run_id=run.id,
            thread_id=run.thread_id,
            workflow=run.workflow,
            version=record.version,
            status=run.status,
            output=run.output or {},
            error=run.error,
            performance_metrics=measured,
            execution_trace=happened,
            recovery_options=recovery_options(run.status, run.id, run.error, reviews),
            every_review=reviews,
        )

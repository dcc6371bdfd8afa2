"""Agents as nodes: what each kind is asked, and how its typed answer becomes an update."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field, create_model

from ...state.context import OFFLINE
from ...state.definition.flow import (
    AgentWork,
    AssignedWork,
    DecideWork,
    PlanWork,
    SpeakWork,
    TurnWork,
)
from ...state.definition.workflow import Agent
from ...state.records import Assignment
from .acts import Act, Call, Update, Values
from .functions import function_acts
from .given import decision, everybody, message, next_turn, plan_of, turn

if TYPE_CHECKING:
    from ...nodes.tools import Tool

#: What an agent is asked: a task, a schema for the answer, and the update made of it.
Reading = Callable[[BaseModel], Update]


class Agents:
    """Makes the work of agents, with the tools and the context rules of one workflow."""

    def __init__(self, tools: Mapping[str, Tool], *, select: bool) -> None:
        self._tools = tools
        self._select = select

    def work(self, work: AgentWork, writes: Mapping[str, object]) -> Act:
        """An agent's own step; its answer fills what the step writes."""
        agent = work.agent
        if agent.function is not None:
            return _entered(function_acts(agent.function, writes=writes, state_class=None)[0], work)
        schema, read = answer_schema(writes, entry=work.entry)

        async def act(values: Values, call: Call) -> Update:
            return await self.ask(agent, work.task, schema, read, values, call)

        return act

    def decide(self, work: DecideWork, name: str) -> Act:
        """A typed decision among the choices; none that fits leaves the choice empty."""
        agent = work.agent
        if agent.function is not None:
            return _function(agent, lambda found: {name: decision(found, name)})
        choices: Any = Literal[work.choices]  # a type made at run time
        schema = create_model(
            "Decision",
            choice=(choices | None, Field(description=work.task or "The case that fits; or null.")),
            confidence=(float, Field(default=0.0, ge=0, le=1, description="From 0 to 1.")),
            reason=(str | None, Field(default=None, description="Why, in one sentence.")),
        )

        def read(answer: BaseModel) -> Update:
            given = answer.model_dump()
            return {name: decision({**given, "choice": given["choice"] or ""}, name)}

        async def act(values: Values, call: Call) -> Update:
            return await self.ask(agent, work.task, schema, read, values, call)

        return act

    def plan(self, work: PlanWork, name: str) -> Act:
        """A manager divides the task. The offline extractor cannot: then everybody gets all."""
        agent = work.agent
        if agent.function is not None:
            # In a loop the results of the last pass are there, by which a manager's function would
            # take this for the synthesis.
            planning = _function(agent, lambda found: {name: plan_of(found, work, name)})
            return _without(planning, name, f"{name.removesuffix('_plan')}_results")
        workers: Any = Literal[tuple(work.workers)]  # a type made at run time
        assignment = create_model(
            "Assignment",
            worker=(workers, Field(description="Who does it.")),
            task=(str, Field(description="What exactly is to be done.")),
        )
        tasks: Any = list[assignment]  # type: ignore[valid-type]  # made at run time
        schema = create_model(
            "Plan", tasks=(tasks, Field(description=f"The parts, at most {work.most}."))
        )
        about = "; ".join(f"{who}: {what}" if what else who for who, what in work.workers.items())
        task = f"{work.task}\nDivide this among the workers. They are: {about}."

        async def act(values: Values, call: Call) -> Update:
            if _model_of(agent, call) == OFFLINE:
                return {name: everybody(work)}

            def read(answer: BaseModel) -> Update:
                return {name: plan_of(answer.model_dump(), work, name)}

            return await self.ask(agent, task, schema, read, values, call)

        return act

    def assigned(self, work: AssignedWork, writes: Mapping[str, object]) -> Act:
        """A worker does what the plan assigned to it."""
        agent, key = work.agent, work.assignment
        if agent.function is not None:
            return function_acts(agent.function, writes=writes, state_class=None)[0]
        schema, read = answer_schema(writes, entry=None)

        async def act(values: Values, call: Call) -> Update:
            assignment = values[key]
            assert isinstance(assignment, Assignment)
            others = {name: value for name, value in values.items() if name != key}
            return await self.ask(agent, assignment.task, schema, read, others, call)

        return act

    def turn(self, work: TurnWork, name: str) -> Act:
        """Who speaks next. Without a manager that is a rule, and so it is offline."""
        manager = work.manager
        if manager is not None and manager.function is not None:
            own = function_acts(manager.function, writes={name: Any}, state_class=None)[0]

            async def turned(values: Values, call: Call) -> Update:
                found = (await own(values, call))[name]
                return {name: turn(found, work, name, values.get(work.chat) or ())}

            return turned
        speakers: Any = Literal[work.participants]  # a type made at run time
        schema = create_model(
            "Turn",
            speaker=(speakers | None, Field(description="Who speaks next.")),
            consensus=(bool, Field(description="True when they agree and nothing is left.")),
            reason=(str | None, Field(default=None, description="Why, in one sentence.")),
        )

        async def act(values: Values, call: Call) -> Update:
            said = values.get(work.chat) or ()
            if manager is None or _model_of(manager, call) == OFFLINE:
                return {name: next_turn(said, work.participants, before=values.get(name))}

            def read(answer: BaseModel) -> Update:
                return {name: turn(answer.model_dump(), work, name, said)}

            task = f"{work.task}\nYou lead this conversation."
            return await self.ask(manager, task, schema, read, values, call)

        return act

    def speak(self, work: SpeakWork) -> Act:
        """A participant's message to one of the others, or to all."""
        agent, chat = work.agent, work.chat
        if agent.function is not None:
            return _function(agent, lambda found: {chat: [message(found, work)]})
        others: Any = Literal[("", *(each for each in work.participants if each != agent.name))]
        schema = create_model(
            "Said",
            text=(str, Field(description=work.task or "What you say.")),
            to=(others | None, Field(default=None, description="Whom you address; null: all.")),
            agrees=(bool, Field(default=False, description="Do you agree with what was said?")),
        )

        def read(answer: BaseModel) -> Update:
            return {chat: [message(answer.model_dump(), work)]}

        async def act(values: Values, call: Call) -> Update:
            return await self.ask(agent, work.task, schema, read, values, call)

        return act

    async def ask(
        self,
        agent: Agent,
        task: str,
        schema: type[BaseModel],
        read: Reading,
        values: Values,
        call: Call,
    ) -> Update:
        """One call of an agent, with what it cost."""
        from ...nodes.agents import AgentCall, run_agent

        answer = await run_agent(
            AgentCall(
                step=call.step,
                agent=agent.name,
                model=_model_of(agent, call),
                specialization=agent.specialization,
                instructions=agent.instructions,
                task=task,
                schema=schema,
                material={name: value for name, value in values.items() if value is not None},
                tools=tuple(self._tools[name] for name in agent.tools),
                context_limit=agent.context_limit,
                temperature=agent.temperature,
                max_tokens=agent.max_tokens,
                select=self._select,
                correction=call.correction,
                door=call.door,
            )
        )
        return {**read(answer.value), "usage": (replace(answer.usage, dropped=answer.dropped),)}


def _model_of(agent: Agent, call: Call) -> str:
    return agent.model or call.context.model_for(agent.tier)


def answer_schema(
    writes: Mapping[str, object], *, entry: str | None
) -> tuple[type[BaseModel], Reading]:
    """The schema of what a step writes, and how an answer becomes its update.

    One field of a model's type is that model; anything else is a model with a field for each.
    """
    if entry is not None:
        field = next(iter(writes))
        schema = create_model("Answer", answer=(str, Field(description="The answer.")))
        return schema, lambda answer: {field: {entry: getattr(answer, "answer", None)}}
    kinds = list(writes.values())
    if len(kinds) == 1 and isinstance(kinds[0], type) and issubclass(kinds[0], BaseModel):
        name = next(iter(writes))
        return kinds[0], lambda answer: {name: answer}
    fields: dict[str, Any] = {
        name: (str if kind is Any else kind, Field(description=name.replace("_", " ")))
        for name, kind in writes.items()
    }
    made = create_model("Answer", **fields)
    return made, lambda answer: {name: getattr(answer, name) for name in writes}


def _function(agent: Agent, read: Callable[[object], Update]) -> Act:
    """An agent of the user's own, whose result is read as what its part gives."""
    key = "result"
    inner = function_acts(agent.function, writes={key: Any}, state_class=None)[0]

    async def act(values: Values, call: Call) -> Update:
        found = await inner(values, call)
        return read(found[key])

    return act


def _without(act: Act, *names: str) -> Act:
    """The work as if nothing were known of these fields."""

    async def less(values: Values, call: Call) -> Update:
        return await act({**values, **dict.fromkeys(names)}, call)

    return less


def _entered(act: Act, work: AgentWork) -> Act:
    """The result as an entry of a mapping, where several agents share one."""
    if work.entry is None:
        return act

    async def entered(values: Values, call: Call) -> Update:
        found = await act(values, call)
        return {name: {work.entry: value} for name, value in found.items()}

    return entered

"""What an agent would be told of a task, before anything is asked of a model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from ...graphs.program import Program
from ...graphs.running.agents import answer_schema
from ...nodes.agents import AgentCall, messages_of
from ...nodes.context import Context, selected, whole
from ...nodes.documents.search import words_query
from ...nodes.models.connect import context_limit
from ...nodes.packing import approximate_tokens
from ...nodes.tools import Tool, tool_from
from ...state.definition.checks import leaves
from ...state.definition.flow import AgentWork, Leaf
from ...state.definition.policies import ErrorHandling
from ...state.definition.workflow import Agent
from ...state.errors import ContextError


@dataclass(frozen=True, kw_only=True)
class PreparedContext:
    """An agent's context for a task, in tokens by estimate.

    ``fixed`` is who it is and how it works: persona, instructions, tools with their documents, the
    schema of its answer, what happens on errors. ``retrieved`` is the part of the material that
    fits beside it, the most relevant to the task; ``dropped`` says what does not.
    """

    agent: str
    task: str
    fixed: str
    retrieved: str
    fixed_tokens: int
    retrieved_tokens: int
    limit: int
    dropped: tuple[str, ...]


def prepared(
    program: Program, agent: Agent, task: str, material: Mapping[str, object], *, model: str
) -> PreparedContext:
    """The context of one agent of a workflow for a task.

    Raises:
        ContextError: the fixed part alone does not fit, or nothing of the material does.
    """
    leaf = _leaf(program, agent)
    schema = _schema(leaf)
    call = AgentCall(
        step=agent.name,
        agent=agent.name,
        model=agent.model or model,
        specialization=agent.specialization,
        instructions=agent.instructions,
        task=task,
        schema=schema,
        material=material,
        tools=tuple(_tool(program, name) for name in agent.tools),
    )
    system, human = messages_of(call, Context(text="", tokens=0))
    rules = _rules(leaf.handling if leaf is not None else ErrorHandling())
    answer = f"Answer in this form:\n{json.dumps(schema.model_json_schema(), ensure_ascii=False)}"
    fixed = "\n\n".join([str(system.content), answer, rules, str(human.content)])
    limit = context_limit(call.model) if agent.context_limit is None else agent.context_limit
    tokens = approximate_tokens(fixed)
    if tokens > limit:
        raise ContextError(
            f"What {agent.name!r} is always told is about {tokens} tokens, and {limit} fit.",
            fix="Raise its context_limit, or give it fewer tools or a smaller output.",
            node=agent.name,
        )
    found = _retrieved(call, limit - tokens, select=program.resolved.context_engineering)
    return PreparedContext(
        agent=agent.name,
        task=task,
        fixed=fixed,
        retrieved=found.text,
        fixed_tokens=tokens,
        retrieved_tokens=found.tokens,
        limit=limit,
        dropped=found.dropped,
    )


def _retrieved(call: AgentCall, room: int, *, select: bool) -> Context:
    if not call.material:
        return Context(text="", tokens=0)
    if not select:
        return whole(call.material, limit=room, step=call.step)
    return selected(call.material, limit=room, queries=(words_query(call.task),), step=call.step)


def _tool(program: Program, name: str) -> Tool:
    given: Any = program.resolved.tools[name]  # Any: a user's function, or a tool made of one
    return given if isinstance(given, Tool) else tool_from(given, name=name)


def _leaf(program: Program, agent: Agent) -> Leaf | None:
    """The step that the agent does; None where it only decides or speaks."""
    for leaf in leaves(program.resolved.flow):
        if isinstance(leaf.work, AgentWork) and leaf.work.agent.name == agent.name:
            return leaf
    return None


def _schema(leaf: Leaf | None) -> type[BaseModel]:
    writes: Mapping[str, Any] = {"answer": str} if leaf is None else leaf.writes  # Any: any type
    return answer_schema(writes, entry=None)[0]


def _rules(handling: ErrorHandling) -> str:
    retries = handling.max_retries or 0
    again = f"It is tried again up to {retries} times" if retries else "It is not tried again"
    last = {
        "skip": "is passed over",
        "escalate": "is shown to a person",
        "substitute": f"is given to {handling.substitute or 'another agent'}",
    }.get(handling.fallback_strategy or "fail", "ends the run")
    return (
        "An answer that does not fit its form is asked for again with what was wrong. A step may "
        f"fail: {again.lower()}, and then {last}. Where the data do not state something, say so."
    )

"""The orchestrator's patterns in which agents share a step: teams, chats, stages of a line."""

from __future__ import annotations

from ...graphs.patterns import batches, chat, stage, team
from ...state.definition.steps import Step
from ...state.definition.workflow import Pattern
from ...state.errors import InputError
from .agents import Player
from .laying import (
    CONVERSATION,
    RESULTS,
    Cast,
    Laid,
    Lay,
    Plan,
    enough,
    gives,
    plain,
)


def led_team(pattern: Pattern) -> Lay:
    """The first plans, the others do their parts at once, the first makes one of them."""

    def lay(cast: Cast, plan: Plan) -> Laid:
        if pattern == "orchestrator_worker":
            plain(cast, pattern, least=2)
        enough(cast, pattern, 2)
        step = _led(cast, plan, depth=0)
        return Laid(steps=(step,), outputs=(step.step, f"{step.step}_results"), pattern=pattern)

    return lay


def _led(cast: Cast, plan: Plan, *, depth: int) -> Step:
    first = cast[0] if cast else None
    if not isinstance(first, Player) or len(cast) < 2:
        raise InputError(
            "A team is a manager and at least one worker.",
            fix="Begin each list with its manager: [lead, ana, [second_lead, ben, eva]].",
        )
    workers: dict[str, Step | None] = {}
    for one in cast[1:]:
        if isinstance(one, Player):
            workers[one.name] = None
        else:
            inner = _led(one, plan, depth=depth + 1)
            workers[inner.step] = inner
    return team(
        first.name,
        first.agent,
        workers,
        task=plan.task(first),
        writes={first.name: gives(first)},
        validation_gates=plan.shared_gates(cast) if depth == 0 else (),
    )


def group_chat(cast: Cast, plan: Plan) -> Laid:
    """Everybody in one conversation; an agent of the type 'manager' leads it."""
    agents = plain(cast, "group_chat", least=2)
    leads = [one for one in agents if one.agent.type == "manager"]
    speakers = [one.agent for one in agents if one not in leads[:1]]
    step = chat(
        CONVERSATION,
        *speakers,
        manager=leads[0].agent if leads else None,
        task=plan.tasks.get(CONVERSATION, "") or plan.task(agents[0]),
        until=plan.until,
        most=plan.most,
        validation_gates=plan.shared_gates(cast),
    )
    return Laid(steps=(step,), outputs=(CONVERSATION,), pattern="group_chat")


def pipeline(cast: Cast, plan: Plan) -> Laid:
    """Each agent is a stage that batches go through, one behind the other."""
    agents = plain(cast, "pipeline")
    stages = [stage(one.name, one.agent, task=plan.task(one)) for one in agents]
    step = batches(
        RESULTS,
        plan.over,
        *stages,
        batch_size=plan.batch_size,
        reads=tuple(name for name in plan.inputs if name != plan.over),
        validation_gates=plan.shared_gates(cast),
    )
    return Laid(steps=(step,), outputs=(RESULTS,), pattern="pipeline")

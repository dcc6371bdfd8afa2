"""What a graph asks at this moment, and which recorded answers belong to it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..checkpoints.deadlines import due, pass_deadlines
from ..checkpoints.standing import Asked, decide, is_asked
from ..checkpoints.threads import mark
from ..state.answers import answer_to, decision_for
from ..state.errors import ConflictError
from ..state.plain import plain, text_of
from ..state.review import check_decision, decision_schema, parse_decision, recorded
from .breakpoints import breakpoint_of

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig
    from langgraph.types import StateSnapshot

    from ..checkpoints.database import Database
    from ..state.review import Review
    from .programs import AnyGraph, Ready

#: How often a thread is looked at that changes between the look and the decision.
_LOOKS = 20

__all__ = [
    "answers",
    "asked_by",
    "asked_in",
    "asked_now",
    "decide_on",
    "due",
    "has_expired",
    "made_of",
    "pass_deadlines",
    "stale",
]


def asked_by(snapshot: StateSnapshot) -> tuple[Asked, ...]:
    """The pauses that wait in a state: where, their id, and what is asked."""
    found = []
    for task in snapshot.tasks:
        for interrupt in task.interrupts:
            value = plain(interrupt.value)
            request = value if isinstance(value, dict) else {"value": value}
            found.append(
                Asked(
                    node=_name_of(request) or task.name,
                    interrupt=interrupt.id,
                    digest=digest(request),
                    request=request,
                    ours=interrupt.response_schema == decision_schema(),
                )
            )
    return tuple(found)


def asked_in(graph: AnyGraph, snapshot: StateSnapshot) -> tuple[Asked, ...]:
    """What a person has to decide on in a state: its pauses, or its graph's own breakpoint."""
    stop = breakpoint_of(graph, snapshot)
    if stop is None:
        return asked_by(snapshot)
    interrupt, request = stop
    name = _name_of(request) or interrupt
    asked = Asked(node=name, interrupt=interrupt, digest=digest(request), request=request)
    return (asked,)


async def asked_now(graph: AnyGraph, config: RunnableConfig) -> tuple[Asked, ...]:
    """What a person has to decide on in a thread as it stands."""
    return asked_in(graph, await graph.aget_state(config))


async def stale(graph: AnyGraph, config: RunnableConfig, ticket: Review) -> bool:
    """Was the thread changed since, so that the graph no longer asks what the ticket says?

    It was repaired by ``update_state``, rolled back, or driven on by somebody without a run.
    """
    return not is_asked(ticket, await asked_now(graph, config))


def answers(asked: Sequence[Asked], tickets: Iterable[Review]) -> dict[str, object]:
    """The recorded answers that a graph is resumed with, by the id of the pause.

    Each goes to the pause it was made on, and only where that asks what the person was shown.
    """
    made = {
        (ticket.interrupt, ticket.digest): ticket.answer
        for ticket in tickets
        if ticket.answer is not None
    }
    return {
        each.interrupt: dict(answer) if each.ours else answer_to(each.request, answer)
        for each in asked
        if (answer := made.get((each.interrupt, each.digest))) is not None
    }


def made_of(ticket: Review, decision: object, workflow: Ready) -> dict[str, object]:
    """What is recorded of a decision, as its client sent it.

    Raises:
        DecisionError: it is not what was asked for.
    """
    fields = workflow.form(ticket.node, ticket.args)
    if fields is None:  # for the graph itself to check
        return decision_for(ticket.request, decision, review=ticket.id)
    chosen = parse_decision(decision)
    check_decision(chosen, review=ticket.id, allowed=ticket.allowed, fields=fields)
    return recorded(chosen)


def has_expired(passed: Iterable[Review]) -> bool:
    """Did one of these deadlines end a run's waiting, with nothing decided?"""
    return any(not each.open and each.answer is None for each in passed)


async def decide_on(
    database: Database,
    ticket: Review,
    decision: Mapping[str, object],
    *,
    by: str,
    now: float,
    graph: AnyGraph,
    config: RunnableConfig,
) -> None:
    """Record a decision on a ticket; what was agreed on for a deadline that has passed goes first.

    It counts only while the graph still asks just that, which is made sure of in one transaction
    with it.

    Raises:
        ConflictError: somebody was first, the deadline has passed or the question has changed.
        LeaseError: somebody drives the thread without its run.
    """
    passed = {each.id: each for each in pass_deadlines(database, now=now, run=ticket.run)}
    handed = passed.get(ticket.id)
    if handed is not None and handed.open:
        raise ConflictError(
            f"The deadline of review {ticket.id!r} has passed: it was handed on to "
            f"{handed.assignee!r}.",
            fix="Nothing was decided. See the open ones with: dalsegno reviews.",
        )
    thread = str(config["configurable"]["thread_id"])
    for _ in range(_LOOKS):
        seen = mark(database, thread)
        asked = await asked_now(graph, config) if ticket.open else None
        if decide(database, ticket.id, decision, by=by, now=now, asked=asked, seen=seen):
            database.reach("acknowledge")
            return
    raise ConflictError(
        f"Thread {thread!r} is being changed all the time.",
        fix=f"Nothing was decided. Decide on {ticket.id!r} when it has come to rest.",
    )


def _name_of(request: Mapping[str, object]) -> str | None:
    """The review's own name: a pause within a map or a nested workflow is its outer node's task."""
    actions = request.get("action_requests")
    first = actions[0] if isinstance(actions, list) and actions else None
    name = first.get("name") if isinstance(first, dict) else None
    return name if isinstance(name, str) else None


def digest(request: Mapping[str, object]) -> str:
    """What the person was shown, as a hash that layout and key order do not change."""
    return hashlib.sha256(text_of(request).encode()).hexdigest()

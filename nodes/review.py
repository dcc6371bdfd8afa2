"""Asking a person: the pause, and the typed answer."""

from collections.abc import Mapping

from langgraph.types import interrupt

from ..state.review import (
    DECISION_TYPES,
    Approve,
    DecisionType,
    Edit,
    Reject,
    Respond,
    decision_schema,
    parse_decision,
    review_request,
)


def ask_person(
    name: str,
    *,
    args: Mapping[str, object],
    description: str,
    allowed: tuple[DecisionType, ...] = DECISION_TYPES,
) -> Approve | Edit | Reject | Respond:
    """Pause until a person has decided on ``args``; what stands before it in a node runs twice."""
    request = review_request(name, args=args, description=description, allowed=allowed)
    return parse_decision(interrupt(request, response_schema=decision_schema()))

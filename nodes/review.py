"""Asking a person: the pause, and the typed answer."""

from collections.abc import Mapping

from langgraph.types import interrupt
from pydantic import BaseModel

from ..state.errors import DecisionError
from ..state.review import (
    DECISION_TYPES,
    Approve,
    DecisionType,
    Edit,
    Reject,
    Respond,
    check_decision,
    decision_schema,
    parse_decision,
    review_request,
)


def ask_person(
    name: str,
    *,
    args: Mapping[str, object],
    description: str,
    fields: type[BaseModel],
    allowed: tuple[DecisionType, ...] = DECISION_TYPES,
    assignee: str | None = None,
    within: float | None = None,
) -> Approve | Edit | Reject | Respond:
    """Pause until a person has decided on ``args``; what stands before it in a node runs twice.

    ``assignee`` is whom it is for, ``within`` how many seconds they have; both are told, and
    nothing happens by itself when the time has passed.

    ``fields`` is the schema of what may be edited. An answer that does not fit is asked for again
    with what was wrong: LangGraph keeps the first answer to a pause for good, so that an error
    here would meet every later one too.
    """
    asked = description
    while True:
        request = review_request(
            name,
            args=args,
            description=asked,
            allowed=allowed,
            assignee=assignee,
            within=within,
        )
        answer = interrupt(request, response_schema=decision_schema())
        try:
            decision = parse_decision(answer)
            check_decision(decision, review=name, allowed=allowed, fields=fields)
        except DecisionError as error:
            asked = f"{description}\nThe last answer does not fit. {error}"
        else:
            return decision

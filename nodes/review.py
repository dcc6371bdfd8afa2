"""Asking a person: the pause, and the typed answer."""

from collections.abc import Mapping

from langgraph.errors import GraphInterrupt
from langgraph.types import interrupt
from pydantic import BaseModel

from ..state.errors import DecisionError
from ..state.lapse import HandOn, Settle, lapse_of
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
    with_form,
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
    on_deadline: Mapping[str, object] | None = None,
) -> Approve | Edit | Reject | Respond:
    """Pause until a person has decided on ``args``; what stands before it in a node runs twice.

    ``assignee`` is whom it is for, ``within`` how many seconds they have, and ``on_deadline`` what
    the runtime does when they have passed (see `state.lapse`); left out, the review expires.

    ``fields`` is the schema of what may be edited. An answer that does not fit is asked for again
    with what was wrong: LangGraph keeps the first answer to a pause for good, so that an error
    here would meet every later one too.
    """
    _check_lapse(on_deadline, review=name, allowed=allowed, fields=fields)
    asked = description
    while True:
        request = review_request(
            name,
            args=args,
            description=asked,
            allowed=allowed,
            assignee=assignee,
            within=within,
            on_deadline=on_deadline,
        )
        try:
            decision = parse_decision(_answer(request, fields))
            return check_decision(decision, review=name, allowed=allowed, fields=fields)
        except DecisionError as error:
            asked = f"{description}\nThe last answer does not fit. {error}"


def _answer(request: dict[str, object], fields: type[BaseModel]) -> object:
    """What a person answered; until then, the pause that asks for it.

    The form of an answer is made for a pause alone: that takes longer than to go on from one.
    """
    try:
        return interrupt(request)
    except GraphInterrupt as pause:
        for each in pause.args[0]:
            each.response_schema = decision_schema()
            each.value = with_form(request, fields)
        raise


def _check_lapse(
    policy: Mapping[str, object] | None,
    *,
    review: str,
    allowed: tuple[DecisionType, ...],
    fields: type[BaseModel],
) -> None:
    """Refuse a decision for a deadline that the review would not take from a person either.

    Raises:
        DecisionError: naming what was found and what fits.
    """
    lapse = lapse_of(policy)
    if isinstance(lapse, HandOn):
        _check_lapse(lapse.then, review=review, allowed=allowed, fields=fields)
    elif isinstance(lapse, Settle):
        check_decision(lapse.decision, review=review, allowed=allowed, fields=fields)

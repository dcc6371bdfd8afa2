"""What a graph is answered with that was made elsewhere: in the shape in which it asked.

A request in LangChain's human-in-the-loop shape is about one or more actions, and takes
``{"decisions": [...]}``: as many, in the same order. A graph that asks in a form of its own takes
whatever JSON value its client sends.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic_core import PydanticSerializationError, to_jsonable_python

from .errors import DecisionError
from .review import DECISION_TYPES, Edit, check_decision, parse_decision, recorded

#: The types of what is recorded that is not one decision: a value, and several decisions.
_VALUE, _SEVERAL = "answer", "several"


@dataclass(frozen=True, kw_only=True)
class Action:
    """One of the actions that a request is about, and which decisions it takes."""

    name: str
    args: Mapping[str, object]
    description: str
    allowed: tuple[str, ...]


def actions_of(request: Mapping[str, object]) -> tuple[Action, ...]:
    """The actions of a request in LangChain's shape; none where it has another."""
    found, configs = request.get("action_requests"), request.get("review_configs")
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        return ()
    listed = (
        [each for each in configs if isinstance(each, Mapping)] if isinstance(configs, list) else []
    )
    return tuple(_action(each, number, listed) for number, each in enumerate(found))


def _action(
    request: Mapping[str, object], number: int, configs: list[Mapping[str, object]]
) -> Action:
    name, args = request.get("name"), request.get("args")
    # The one in its place, when it has the name: two actions of a name may differ.
    near = [*configs[number : number + 1], *configs]
    config = next((each for each in near if each.get("action_name") == name), {})
    allowed = config.get("allowed_decisions")
    return Action(
        name=str(name),
        args=args if isinstance(args, Mapping) else {},
        description=str(request.get("description") or ""),
        allowed=tuple(map(str, allowed))
        if allowed and isinstance(allowed, list)
        else DECISION_TYPES,
    )


def decision_for(request: Mapping[str, object], data: object, *, review: str) -> dict[str, object]:
    """What is recorded of an answer, as its client sent it, to such a request.

    Raises:
        DecisionError: it is not what was asked for.
    """
    actions = actions_of(request)
    if not actions:
        return _value(data, review=review)
    sent = _listed(data)
    if len(sent) != len(actions):
        raise DecisionError(
            f"Review {review!r} is about {len(actions)} actions and takes as many decisions, "
            f"not {len(sent)}.",
            fix='Send {"decisions": [{"type": "approve"}, …]}, one for each, in their order.',
        )
    made = [_checked(each, of, review=review) for each, of in zip(sent, actions, strict=True)]
    return made[0] if len(made) == 1 else {"type": _SEVERAL, "decisions": made}


def answer_to(request: Mapping[str, object], decision: Mapping[str, object]) -> object:
    """What a graph that asked that is resumed with, from what is recorded.

    One decision on several actions is what was agreed on for a deadline: it is for each of them.
    """
    if decision.get("type") == _VALUE:
        return decision["value"]
    actions = actions_of(request)
    if not actions:
        return dict(decision)
    several = decision.get("decisions")
    made = several if isinstance(several, list) else [decision] * len(actions)
    return {"decisions": [_theirs(each, of) for each, of in zip(made, actions, strict=True)]}


def _listed(data: object) -> list[object]:
    if isinstance(data, Mapping) and "decisions" in data:
        data = data["decisions"]
    return list(data) if isinstance(data, list | tuple) else [data]


def _checked(data: object, action: Action, *, review: str) -> dict[str, object]:
    """One decision on one action; an edit keeps the action that its client made of it."""
    chosen = parse_decision(data)
    check_decision(chosen, review=review, allowed=action.allowed, fields=None)
    made = recorded(chosen)
    edited = data.get("edited_action") if isinstance(data, Mapping) else None
    if isinstance(chosen, Edit) and isinstance(edited, Mapping):
        made["edited_action"] = {
            "name": str(edited.get("name") or action.name),
            "args": made["args"],
        }
    return made


def _theirs(decision: Mapping[str, object], action: Action) -> dict[str, object]:
    """A decision in LangChain's words: an edit is the whole action as it then is."""
    if decision["type"] == "edit":
        args = decision.get("args")
        whole = {**action.args, **(args if isinstance(args, Mapping) else {})}
        edited = decision.get("edited_action") or {"name": action.name, "args": whole}
        return {"type": "edit", "edited_action": edited}
    message = decision.get("message")
    return {"type": decision["type"], **({"message": message} if message else {})}


def _value(data: object, *, review: str) -> dict[str, object]:
    """Any JSON value; one of our own decisions stays what it is."""
    if isinstance(data, Mapping) and data.get("type") in DECISION_TYPES:
        return recorded(parse_decision(data))
    try:
        value = to_jsonable_python(data)
    except (PydanticSerializationError, ValueError) as error:
        raise DecisionError(
            f"The answer to review {review!r} is not JSON: {error}",
            fix="Nothing was decided. Send a text, a number, a list or an object of those.",
        ) from error
    if value is None:
        raise DecisionError(
            f"The answer to review {review!r} is null, which LangGraph takes for none.",
            fix="Nothing was decided. Send a value.",
        )
    return {"type": _VALUE, "value": value}

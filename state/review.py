"""What a person is asked, and what a person may answer.

The request and the answers keep to LangChain's human-in-the-loop convention, so that any client
that speaks it (Agent Inbox, LangGraph Studio) can put a review before a person. The answers of
the older inbox (``accept``, ``ignore``, ``response``) are understood too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic import ValidationError as PydanticError

from .errors import DecisionError
from .names import nearest

DecisionType = Literal["approve", "edit", "reject", "respond"]
DECISION_TYPES: tuple[DecisionType, ...] = ("approve", "edit", "reject", "respond")
_OLDER_NAMES = {"accept": "approve", "ignore": "reject", "response": "respond"}


class _Decision(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Approve(_Decision):
    """Go on with the request as it stands."""

    type: Literal["approve"] = "approve"


class Edit(_Decision):
    """Go on with ``args`` put in the place of the request's fields of the same names."""

    type: Literal["edit"] = "edit"
    # Any: the fields belong to the workflow; the review's own schema checks them.
    args: dict[str, Any] = Field(min_length=1)


class Reject(_Decision):
    """Do not go on; ``message`` tells the writer why."""

    type: Literal["reject"] = "reject"
    message: str = ""


class Respond(_Decision):
    """Ask ``message``; the graph answers and puts the review again."""

    type: Literal["respond"] = "respond"
    message: str = Field(min_length=1)


Decision = Annotated[Approve | Edit | Reject | Respond, Field(discriminator="type")]
_DECISION: TypeAdapter[Approve | Edit | Reject | Respond] = TypeAdapter(Decision)


@dataclass(frozen=True, kw_only=True)
class Review:
    """A ticket: one question to a person, about one state of one run.

    ``interrupt`` is LangGraph's id of the pause and ``digest`` the hash of the request that the
    person was shown; an answer counts for exactly these. ``decision`` is set once, for good.
    """

    id: str
    run: str
    node: str
    interrupt: str
    digest: str
    request: Mapping[str, object]
    created: float
    assignee: str | None = None
    deadline: float | None = None
    decision: Mapping[str, object] | None = None
    decided_by: str | None = None
    decided_at: float | None = None

    @property
    def open(self) -> bool:
        return self.decision is None

    @property
    def args(self) -> Mapping[str, object]:
        """The fields under review, by name; none where a graph asks in a form of its own."""
        actions = self.request.get("action_requests")
        first = actions[0] if isinstance(actions, list) and actions else {}
        args = first.get("args") if isinstance(first, dict) else None
        return args if isinstance(args, dict) else {}

    @property
    def allowed(self) -> tuple[str, ...]:
        """The decision types that this review takes; all, where a graph does not say."""
        configs = self.request.get("review_configs")
        first = configs[0] if isinstance(configs, list) and configs else {}
        allowed = first.get("allowed_decisions") if isinstance(first, dict) else None
        return tuple(allowed) if isinstance(allowed, list) else DECISION_TYPES

    def public(self) -> dict[str, object]:
        """The review as ``--json`` prints it."""
        return {
            "id": self.id,
            "run_id": self.run,
            "node": self.node,
            "request": dict(self.request),
            "assignee": self.assignee,
            "deadline": self.deadline,
            "decision": None if self.decision is None else dict(self.decision),
            "decided_by": self.decided_by,
        }


def review_request(
    name: str,
    *,
    args: Mapping[str, object],
    description: str,
    allowed: tuple[DecisionType, ...],
    assignee: str | None = None,
    within: float | None = None,
) -> dict[str, object]:
    """A request in LangChain's human-in-the-loop shape, with one action.

    ``assignee`` and ``within`` (seconds) are our own, and there only where they are said.
    """
    ours = {"assignee": assignee, "within": within}
    return {
        "action_requests": [{"name": name, "args": dict(args), "description": description}],
        "review_configs": [
            {
                "action_name": name,
                "allowed_decisions": list(allowed),
                **{key: value for key, value in ours.items() if value is not None},
            }
        ],
    }


def asked_of(request: Mapping[str, object]) -> tuple[str | None, float | None]:
    """Whom a request is for, and within how many seconds; None where it does not say."""
    configs = request.get("review_configs")
    first = configs[0] if isinstance(configs, list) and configs else {}
    if not isinstance(first, dict):
        return None, None
    assignee, within = first.get("assignee"), first.get("within")
    seconds = float(within) if isinstance(within, int | float) else None
    return (assignee if isinstance(assignee, str) else None), seconds


@cache
def decision_schema() -> dict[str, Any]:  # Any: JSON
    """JSON Schema of an answer, from which a client draws its form. We read it ourselves: clients
    wrap it in several ways."""
    return _DECISION.json_schema()


def parse_decision(data: object) -> Approve | Edit | Reject | Respond:
    """A decision from what a person's client sent.

    Takes ``{"type": ...}``, ``{"decisions": [{...}]}`` and the older inbox answers. An edit's
    fields may stand in ``args`` or, as LangChain has it, in ``edited_action.args``.

    Raises:
        DecisionError: an unknown type, a missing part or one too many.
    """
    plain = _unwrap(data)
    kind = plain.get("type")
    if kind not in DECISION_TYPES:
        known = ", ".join(DECISION_TYPES)
        raise DecisionError(
            f"Unknown decision type {kind!r}{nearest(str(kind), DECISION_TYPES)}.",
            fix=f"Use one of: {known}.",
        )
    try:
        return _DECISION.validate_python(plain)
    except PydanticError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"][1:]) or kind
        raise DecisionError(
            f"The decision {kind!r} does not fit: {field}: {first['msg']}.",
            fix=_HOW_TO[kind],
        ) from error


_HOW_TO: Mapping[DecisionType, str] = {
    "approve": 'Send {"type": "approve"}.',
    "edit": 'Send {"type": "edit", "args": {"field": "new value"}} with the changed fields.',
    "reject": 'Send {"type": "reject", "message": "why"}.',
    "respond": 'Send {"type": "respond", "message": "your question"}.',
}


def _unwrap(data: object) -> dict[str, object]:
    if isinstance(data, Mapping) and "decisions" in data:
        decisions = data["decisions"]
        if not isinstance(decisions, list | tuple) or len(decisions) != 1:
            raise DecisionError(
                "A review with one request takes exactly one decision.",
                fix='Send {"decisions": [{"type": "approve"}]}.',
            )
        data = decisions[0]
    elif isinstance(data, list | tuple) and len(data) == 1:
        data = data[0]
    if not isinstance(data, Mapping):
        raise DecisionError(
            f"A decision is an object with a type, not {type(data).__name__}.",
            fix=_HOW_TO["approve"],
        )
    return _modern(dict(data))


def _modern(plain: dict[str, object]) -> dict[str, object]:
    kind = plain.get("type")
    plain["type"] = kind = _OLDER_NAMES.get(kind, kind) if isinstance(kind, str) else kind
    args = plain.get("args")
    if kind in {"respond", "reject"} and isinstance(args, str):  # the older inbox's manner
        del plain["args"]
        plain.setdefault("message", args)
    if "args" in plain and plain["args"] is None:
        del plain["args"]
    edited = plain.pop("edited_action", None) if kind == "edit" else None
    if isinstance(edited, Mapping):
        plain["args"] = edited.get("args")
    elif kind == "edit" and isinstance(args, Mapping) and set(args) == {"action", "args"}:
        plain["args"] = args["args"]
    return plain


def check_decision(
    decision: Approve | Edit | Reject | Respond,
    *,
    review: str,
    allowed: Sequence[str],
    fields: type[BaseModel] | None,
) -> None:
    """Refuse a decision that a review does not take, or an edit that does not fit its ``fields``.

    Raises:
        DecisionError: naming what was found and what fits.
    """
    if decision.type not in allowed:
        raise DecisionError(
            f"Review {review!r} does not take {decision.type!r}.",
            fix=f"It takes: {', '.join(allowed)}.",
        )
    if isinstance(decision, Edit) and fields is not None:
        _check_edit(decision, fields, review=review)


def _check_edit(decision: Edit, schema: type[BaseModel], *, review: str) -> None:
    fields = tuple(schema.model_fields)
    for name in decision.args:
        if name not in fields:
            raise DecisionError(
                f"Review {review!r} has no field {name!r}{nearest(name, fields)}.",
                fix=f"Its fields are: {', '.join(fields)}.",
            )
    try:
        schema.model_validate(decision.args, strict=True)
    except PydanticError as error:
        wrong = [each for each in error.errors() if each["type"] != "missing"]
        if wrong:
            field = ".".join(str(part) for part in wrong[0]["loc"])
            raise DecisionError(
                f"The edit of {field!r} does not fit: {wrong[0]['msg']} "
                f"(found {wrong[0]['input']!r:.80}).",
                fix="Nothing was decided; the review is still open. Send the edit again.",
            ) from error

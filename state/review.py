"""What a person is asked, and what a person may answer.

The request and the answers keep to LangChain's human-in-the-loop convention, so that any client
that speaks it (Agent Inbox, LangGraph Studio) can put a review before a person. The answers of
the older inbox (``accept``, ``ignore``, ``response``) are understood too.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model
from pydantic import ValidationError as PydanticError
from pydantic.errors import PydanticUserError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaWarningKind
from pydantic_core import PydanticSerializationError, to_jsonable_python

from .errors import DecisionError
from .names import nearest

DecisionType = Literal["approve", "edit", "reject", "respond"]
DECISION_TYPES: tuple[DecisionType, ...] = ("approve", "edit", "reject", "respond")
#: How a ticket may end without an answer.
Ending = Literal["superseded", "expired", "cancelled"]
ENDINGS: tuple[Ending, ...] = ("superseded", "expired", "cancelled")
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
    person was shown; an answer counts for exactly these. ``decision`` is set once, for good; a
    ticket that ended without one has how it ended as its type: superseded, expired or cancelled.

    ``on_deadline`` is what happens when the ``deadline`` has passed (see `state.lapse`), and
    ``passed`` when one last did.
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
    on_deadline: Mapping[str, object] | None = None
    passed: float | None = None
    decision: Mapping[str, object] | None = None
    decided_by: str | None = None
    decided_at: float | None = None

    @property
    def open(self) -> bool:
        return self.decision is None

    @property
    def answer(self) -> Mapping[str, object] | None:
        """The decision that its graph goes on with; none where the ticket ended otherwise."""
        made = self.decision
        return None if made is None or made.get("type") in ENDINGS else made

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
        return tuple(allowed) if isinstance(allowed, list) and allowed else DECISION_TYPES

    @property
    def form(self) -> Mapping[str, Any]:  # Any: JSON
        """The JSON Schema of what may be edited; empty where a graph does not say."""
        configs = self.request.get("review_configs")
        first = configs[0] if isinstance(configs, list) and configs else {}
        form = first.get("args_schema") if isinstance(first, dict) else None
        return form if isinstance(form, dict) else {}

    def public(self) -> dict[str, object]:
        """The review as ``--json`` prints it."""
        return {
            "id": self.id,
            "run_id": self.run,
            "node": self.node,
            "request": dict(self.request),
            "assignee": self.assignee,
            "deadline": self.deadline,
            "on_deadline": None if self.on_deadline is None else dict(self.on_deadline),
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
    on_deadline: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """A request in LangChain's human-in-the-loop shape, with one action.

    ``assignee``, ``within`` (seconds) and ``on_deadline`` are our own, and there only where they
    are said.
    """
    ours = {"assignee": assignee, "within": within, "on_deadline": on_deadline}
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


def with_form(request: Mapping[str, object], fields: type[BaseModel]) -> dict[str, object]:
    """The request with the JSON Schema of what may be edited, as LangChain's shape has a place for.

    Where types of the fields have no such schema, it is left out.
    """
    configs = request["review_configs"]
    assert isinstance(configs, list)
    try:
        form = fields.model_json_schema(schema_generator=_Quiet)
    except PydanticUserError:
        return dict(request)
    return {**request, "review_configs": [{**each, "args_schema": form} for each in configs]}


class _Quiet(GenerateJsonSchema):
    """A default that JSON has no form for is left out, and nobody needs to be warned of that."""

    def emit_warning(self, kind: JsonSchemaWarningKind, detail: str) -> None: ...


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
) -> Approve | Edit | Reject | Respond:
    """Refuse a decision that a review does not take, or an edit that does not fit its ``fields``.

    Gives the decision with an edit's values as the fields have them: a date for its text.

    Raises:
        DecisionError: naming what was found and what fits.
    """
    if decision.type not in allowed:
        raise DecisionError(
            f"Review {review!r} does not take {decision.type!r}.",
            fix=f"It takes: {', '.join(allowed)}.",
        )
    if isinstance(decision, Edit) and fields is not None:
        return _checked_edit(decision, fields, review=review)
    return decision


def recorded(decision: Approve | Edit | Reject | Respond) -> dict[str, object]:
    """A decision as JSON data, with dates and the like as their texts.

    Raises:
        DecisionError: an edit has a value that JSON has no form for.
    """
    made = decision.model_dump()
    return {**made, "args": _as_json(decision)} if isinstance(decision, Edit) else made


def _as_json(decision: Edit) -> dict[str, object]:
    try:
        made: dict[str, object] = to_jsonable_python(decision.args, round_trip=True)
    except (PydanticSerializationError, ValueError) as error:
        raise DecisionError(
            f"The edit is not JSON: {error}",
            fix="Nothing was decided; the review is still open. Send the edit again.",
        ) from error
    return made


def _checked_edit(decision: Edit, schema: type[BaseModel], *, review: str) -> Edit:
    """The edit with its fields' own values. It is judged as the JSON text that is kept of it."""
    fields = tuple(schema.model_fields)
    for name in decision.args:
        if name not in fields:
            raise DecisionError(
                f"Review {review!r} has no field {name!r}{nearest(name, fields)}.",
                fix=f"Its fields are: {', '.join(fields)}.",
            )
    text = json.dumps(_as_json(decision))
    try:
        fitting = schema.model_validate_json(text, strict=True)
    except PydanticError as error:
        wrong = [each for each in error.errors() if not _is_left_out(each["type"], each["loc"])]
        if wrong:
            field = ".".join(str(part) for part in wrong[0]["loc"])
            raise DecisionError(
                f"The edit of {field!r} does not fit: {wrong[0]['msg']} "
                f"(found {wrong[0]['input']!r:.80}).",
                fix="Nothing was decided; the review is still open. Send the edit again.",
            ) from error
        fitting = _part_of(schema, decision.args).model_validate_json(text, strict=True)
    return Edit(args={name: getattr(fitting, name) for name in decision.args})


def _is_left_out(kind: str, where: Sequence[object]) -> bool:
    """Is it only that the edit leaves a field as it is?"""
    return kind == "missing" and len(where) == 1


def _part_of(schema: type[BaseModel], names: Mapping[str, object]) -> type[BaseModel]:
    """The schema with only those of its fields."""
    part: dict[str, Any] = {  # Any: a field's type and what is said of it
        name: (schema.model_fields[name].annotation, schema.model_fields[name]) for name in names
    }
    return create_model(schema.__name__, __config__=schema.model_config, **part)

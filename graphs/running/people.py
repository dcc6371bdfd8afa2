"""A person as a node: a review, and a failure that is shown to somebody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, create_model

from ...nodes.review import ask_person
from ...state.definition.flow import EscalateWork, Leaf, ReviewWork
from ...state.errors import AgentError
from ...state.plain import as_json
from ...state.records import Failure, Verdict
from ...state.review import Approve, Decision, Edit, Reject, Respond
from .acts import Act, Call, Direct, Update, Values
from .functions import function_acts


def review_form(name: str, fields: tuple[str, ...], types: Mapping[str, object]) -> type[BaseModel]:
    """The schema of what may be edited at a review: its fields with their types.

    Its validator is made when something is edited.
    """
    made: dict[str, Any] = {each: (types.get(each, Any), ...) for each in fields}
    return create_model(name, __config__={"defer_build": True}, **made)


def review_act(
    leaf: Leaf, work: ReviewWork, form: type[BaseModel], state_class: type | None
) -> tuple[Act, Direct | None]:
    """A person decides on the fields; the verdict is the field named like the review.

    For either face; the second one only where no function has to describe the review first.
    """
    review = work.review
    describe = None
    if review.describe is not None:
        described = {"text": str}
        describe, _ = function_acts(review.describe, writes=described, state_class=state_class)

    async def act(values: Values, call: Call) -> Update:
        if describe is None:
            return decide(values, review.description)
        return decide(values, str((await describe(values, call))["text"]))

    def decide(values: Values, text: str | None) -> Update:
        decision = ask_person(
            leaf.name,
            args={name: as_json(values.get(name)) for name in review.fields},
            description="\n".join(
                [text or _about(leaf, review.fields), *_asked(leaf, work, values)]
            ),
            fields=form,
            allowed=review.decisions,
            assignee=review.assignee,
            within=review.deadline,
            on_deadline=None if review.on_deadline is None else review.on_deadline.plain(),
        )
        return _decided(leaf.name, decision, values)

    def direct(values: Values, _: Call) -> Update:
        return decide(values, review.description)

    return act, direct if describe is None else None


def _decided(name: str, decision: Decision, values: Values) -> Update:
    match decision:
        case Approve():
            return {name: Verdict(type="approve")}
        case Edit(args=args):
            return {name: Verdict(type="edit"), **args}
        case Reject(message=message):
            return {name: Verdict(type="reject", message=message)}
        case Respond(message=message):
            failed = len(_failures(values))
            return {name: Verdict(type="respond", message=message, failed=failed)}


def _asked(leaf: Leaf, work: ReviewWork, values: Values) -> list[str]:
    """The question that was put before, and what was answered, or why it was not.

    Where a function describes the review, the answer is its to tell; a failure is not.
    """
    last = values.get(leaf.name)
    if not isinstance(last, Verdict) or last.type != "respond":
        return []
    fresh = [
        each
        for each in _failures(values)[last.failed :]
        if each.handled == "skip" and each.step in work.answered_by
    ]
    if fresh:
        why = [f"It could not be answered: {each.message}" for each in fresh]
        return [f"You asked: {last.message}", *why]
    if work.review.describe is not None:
        return []
    from ...nodes.context import rendered

    told = [f"{name}: {rendered(values[name])}" for name in work.answers if values.get(name)]
    return [f"You asked: {last.message}", *(told or ["It could not be answered."])]


def _failures(values: Values) -> tuple[Failure, ...]:
    return tuple(values.get("failures") or ())


def _about(leaf: Leaf, fields: tuple[str, ...]) -> str:
    return f"{leaf.name}: please decide on {', '.join(fields)}."


def escalation_act(leaf: Leaf, work: EscalateWork, form: type[BaseModel]) -> Act:
    """A person sees why a step failed: approve tries again, edit gives its result by hand, and
    reject ends the run as failed."""

    async def act(values: Values, _: Call) -> Update:
        failures = [each for each in values.get("failures") or () if each.step == work.step]
        last = failures[-1] if failures else None
        assert isinstance(last, Failure)
        written = {name: values.get(name) for name in form.model_fields}
        decision = ask_person(
            leaf.name,
            args={
                "failure": {"error": last.error, "message": last.message, "class": last.family},
                **{name: as_json(value) for name, value in written.items()},
            },
            description=(
                f"The step {work.step!r} failed: {last.message} Approve to try again, edit to give "
                f"its result by hand, reject to end the run."
            ),
            fields=form,
            allowed=("approve", "edit", "reject") if form.model_fields else ("approve", "reject"),
        )
        match decision:
            case Edit(args=args):
                return {leaf.name: Verdict(type="edit"), **args}
            case Reject(message=message):
                raise AgentError(
                    f"The step {work.step!r} failed and was given up: {last.message}"
                    f"{f' ({message})' if message else ''}",
                    fix="Start a new run when what failed is mended.",
                    node=work.step,
                )
            case _:
                return {leaf.name: Verdict(type="approve")}

    return act

"""A decision from the command line's words."""

import json
from typing import TYPE_CHECKING

from ..state.errors import ConflictError, DalsegnoError, DecisionError, InputError
from .terminal import command

if TYPE_CHECKING:
    from ..runtime.drive import Watch
    from ..runtime.run import Run
    from ..runtime.runtime import Runtime

_EXAMPLE = """Write --args '{"summary": "new text"}'."""


def chosen(kind: str, *, args: str | None, message: str | None) -> dict[str, object]:
    """The decision as the runtime takes it; what each kind needs is asked for in options' names.

    Raises:
        InputError: args that are no JSON object. DecisionError: an option missing or too many.
    """
    decision: dict[str, object] = {"type": kind}
    if args is not None:
        if kind in {"approve", "reject", "respond"}:
            raise DecisionError(f"{kind!r} takes no --args.", fix="Only 'edit' does.")
        decision["args"] = _fields(args)
    elif kind == "edit":
        raise DecisionError("'edit' needs --args with the changed fields.", fix=_EXAMPLE)
    if message is not None:
        if kind in {"approve", "edit"}:
            raise DecisionError(
                f"{kind!r} takes no --message.", fix="Only 'reject' and 'respond' do."
            )
        decision["message"] = message
    if kind == "respond" and not (message or "").strip():
        raise DecisionError(
            "'respond' needs --message with the question.",
            fix='Write --message "What does the report say about debt?".',
        )
    return decision


def _fields(text: str) -> dict[str, object]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"--args is not JSON: {error}.", fix=_EXAMPLE) from error
    if not isinstance(value, dict):
        raise InputError(f"--args is JSON, but no object: {text:.60}", fix=_EXAMPLE)
    if not value:
        raise DecisionError("--args holds no field to change.", fix=_EXAMPLE)
    return value


def decided(
    runtime: "Runtime", review: str, decision: dict[str, object], *, by: str, watch: "Watch"
) -> "Run":
    """Decide, and say so when the decision was recorded but the run could not go on."""
    try:
        return runtime.decide(review, decision, by=by, watch=watch)
    except ConflictError:
        raise
    except DalsegnoError as error:
        known = _decision_of(runtime, review)
        if known is not None:
            go_on = command(f"resume {known}")
            error.done = (*error.done, f"The decision is recorded. Go on with: {go_on}")
        raise


def _decision_of(runtime: "Runtime", review: str) -> str | None:
    """The run whose review was decided on just now; None when it is open or cannot be read."""
    try:
        ticket = runtime.review(review)
    except DalsegnoError:
        return None
    return None if ticket.open else ticket.run

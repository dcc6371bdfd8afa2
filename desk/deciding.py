"""A decision from the command line's words."""

import json

from ..state.errors import DecisionError, InputError

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

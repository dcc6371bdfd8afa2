"""A decision from the command line's words."""

import json

from ..state.errors import DecisionError, InputError

_EXAMPLE = """Write --args '{"summary": "new text"}'."""
_SEVERAL = """Write --args '{"decisions": [{"type": "approve"}]}'."""


def chosen(kind: str, *, args: str | None, message: str | None) -> object:
    """The decision as the runtime takes it; what each kind needs is asked for in options' names.

    ``answer`` is what a graph made elsewhere takes: a text, or JSON of any shape.

    Raises:
        InputError: args that are no JSON object. DecisionError: an option missing or too many.
    """
    if kind == "answer":
        return _answer(args, message)
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


def _answer(args: str | None, message: str | None) -> object:
    if (args is None) == (message is None):
        raise DecisionError(
            "'answer' needs either --message with a text or --args with JSON.",
            fix='Write --message "Ana".',
        )
    return message if args is None else _json(args, _SEVERAL)


def _json(text: str, example: str) -> object:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"--args is not JSON: {error}.", fix=example) from error
    return value


def _fields(text: str) -> dict[str, object]:
    value = _json(text, _EXAMPLE)
    if not isinstance(value, dict):
        raise InputError(f"--args is JSON, but no object: {text:.60}", fix=_EXAMPLE)
    if not value:
        raise DecisionError("--args holds no field to change.", fix=_EXAMPLE)
    return value

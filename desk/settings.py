"""Inputs as the command line gives them: text, made what the workflow's types ask for."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..state.errors import InputError

if TYPE_CHECKING:
    from ..graphs.program import Program


def inputs_from(program: "Program", bare: str | None, pairs: Iterable[str]) -> dict[str, object]:
    """The inputs of a run: the one that needs no name, and those given as ``key=value``.

    Raises:
        InputError: not of that form, given twice, or no JSON where only JSON can say it.
    """
    found: dict[str, object] = {}
    if bare is not None:
        if program.primary is None:
            raise InputError(f"{program.name!r} takes no input.", fix="Leave it out.")
        found[program.primary] = _value(program, program.primary, bare)
    for pair in pairs:
        key, equals, text = pair.partition("=")
        key = key.strip()
        if not equals or not key:
            raise InputError(f"--set {pair!r} is not key=value.", fix="Write --set key=value.")
        if key in found:
            raise InputError(f"The input {key!r} is given twice.", fix="Give it once.")
        found[key] = _value(program, key, text)
    return found


def _value(program: "Program", key: str, text: str) -> object:
    """The text where the input's type takes it as it is (numbers too), otherwise what it says as
    JSON. What is neither is refused where every input is checked, unless it is meant as JSON."""
    from pydantic import TypeAdapter, ValidationError

    field = program.inputs.model_fields.get(key)
    if field is None:
        return text
    kind: Any = field.annotation  # Any: a type, made at run time
    adapter = TypeAdapter(kind)
    try:
        adapter.validate_python(text)
    except ValidationError:
        form = adapter.json_schema().get("type", "object")
        if form == "string":
            return text
    else:
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        if form not in _EXAMPLES:
            return text
        raise InputError(
            f"The input {key!r} is given as JSON, and {text!r:.60} is none: {error}.",
            fix=f"Write --set '{key}={_EXAMPLES[form]}'.",
        ) from error


_EXAMPLES = {"array": '["a", "b"]', "object": '{"name": "value"}'}

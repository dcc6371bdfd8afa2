"""What a workflow is executed with: data by name, or one text for the input that is needed."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError, to_jsonable_python

from ...graphs.program import Program
from ...state.errors import InputError
from .building import OpenWorkflow

Data = Mapping[str, object] | BaseModel | str | None


def input_of(base: Program, given: Data) -> dict[str, object]:
    """The input data by name, as plain data.

    Raises:
        InputError: it is neither a mapping nor a text, or cannot be kept.
    """
    if isinstance(given, str):
        open_one = "input" if isinstance(base.workflow, OpenWorkflow) else None
        name = base.primary or open_one
        if name is None:
            raise InputError(
                f"{base.name!r} takes no input, and was given {given!r:.80}.",
                fix="Leave input_data out.",
            )
        return {name: given}
    if given is not None and not isinstance(given, Mapping | BaseModel):
        raise InputError(
            f"The input data are a mapping from names to values, not {type(given).__name__}.",
            fix=f"{base.name!r} takes: {', '.join(base.resolved.inputs) or 'anything'}.",
        )
    plain = given.model_dump() if isinstance(given, BaseModel) else dict(given or {})
    for name, value in plain.items():
        try:
            to_jsonable_python(value)
        except PydanticSerializationError as error:
            raise InputError(
                f"The input {name!r} of {base.name!r} cannot be kept: {error}.",
                fix="Give plain data, or a Pydantic model.",
            ) from error
    return plain

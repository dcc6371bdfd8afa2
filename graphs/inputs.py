"""What a run is started with, checked before anything is written."""

from collections.abc import Mapping

from pydantic import BaseModel, ValidationError

from ..state.errors import InputError
from ..state.names import nearest


def checked_inputs(
    workflow: str, schema: type[BaseModel], inputs: Mapping[str, object] | BaseModel
) -> BaseModel:
    """The inputs of the ``workflow`` of that name as its own type, prepared to be kept.

    Raises:
        InputError: an unknown, missing or wrong field; names it and what fits.
    """
    plain = inputs.model_dump() if isinstance(inputs, BaseModel) else dict(inputs)
    fields = tuple(schema.model_fields)
    for name in plain:
        if name not in fields:
            raise InputError(
                f"{workflow!r} has no input {name!r}{nearest(name, fields)}.",
                fix=f"Its inputs are: {', '.join(fields)}.",
            )
    try:
        return schema.model_validate(plain)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        if first["type"] == "missing":
            raise InputError(
                f"{workflow!r} needs the input {name!r}.",
                fix=(schema.model_fields[name].description if name in fields else None)
                or f"Give {name!r} a value, or let the definition say that it has a default.",
            ) from error
        described = schema.model_fields[name].description if name in fields else None
        raise InputError(
            f"The input {name!r} of {workflow!r} does not fit: {first['msg']} "
            f"(found {first['input']!r:.80}).",
            fix=f"It is: {described}" if described else None,
        ) from error

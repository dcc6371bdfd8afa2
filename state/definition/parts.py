"""What every part of a definition is: frozen, keyed as in YAML, and closed to unknown keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError


class Part(BaseModel):
    """A frozen piece of a definition."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        arbitrary_types_allowed=True,
        # A definition's text names things that Pydantic would keep for itself (model).
        protected_namespaces=(),
    )


_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _name(value: object) -> object:
    if not isinstance(value, str):
        raise PydanticCustomError("name", "a name is text, not {kind}", {"kind": kind_of(value)})
    if not _NAME.fullmatch(value) or value.startswith("__"):
        raise PydanticCustomError(
            "name",
            "a name has letters, digits and underscores and begins with a letter",
        )
    return value


def kind_of(value: object) -> str:
    """What a plain value is, in a reader's words."""
    names = {str: "text", bool: "true or false", int: "a number", float: "a number"}
    names |= {list: "a list", tuple: "a list", dict: "a mapping", type(None): "nothing"}
    return names.get(type(value), type(value).__name__)


Name = Annotated[
    str, BeforeValidator(_name), Field(json_schema_extra={"pattern": f"^(?!__){_NAME.pattern}$"})
]


def _strings(value: object) -> object:
    return (value,) if isinstance(value, str) else value


#: One name may stand for a list of one.
Names = Annotated[tuple[Name, ...], BeforeValidator(_strings)]


def by_name(value: object) -> object:
    """A list of names as a mapping from each to nothing."""
    named = isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)
    return dict.fromkeys(value) if named and isinstance(value, list | tuple) else value


_REFERENCE = re.compile(r"\.?[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")


def _reference(value: object) -> object:
    if callable(value):
        return value
    execute = getattr(value, "execute", None)
    if callable(execute):  # an object of a class step, made with arguments of its own
        return execute
    if isinstance(value, str) and _REFERENCE.fullmatch(value):
        return value
    raise PydanticCustomError("reference", "write it as package.module:name")


def reference_text(value: object) -> str:
    """``module:name`` of something importable; a local function gives its own name too."""
    if isinstance(value, str):
        return value
    named: Any = value if hasattr(value, "__qualname__") else type(value)  # Any: any callable
    return f"{named.__module__}:{named.__qualname__}"


#: Something to import, as ``module:name``, or the Python object itself.
Reference = Annotated[
    str | Callable[..., Any],  # Any: a user's function has any signature; it is inspected
    BeforeValidator(_reference),
    PlainSerializer(reference_text),
    WithJsonSchema({"type": "string", "pattern": "^\\.?[A-Za-z_][\\w.]*:[A-Za-z_][\\w.]*$"}),
]


def _plain_type(value: object) -> object:
    from .types import text_of

    if value is None or isinstance(value, str):
        return value
    return dict(value) if isinstance(value, Mapping) else text_of(value)


#: A field's type: a type expression, a mapping such as ``{type: float, minimum: 0}``, or a type.
TypeSpec = Annotated[
    Any,  # Any: Python's types have no common type
    PlainSerializer(_plain_type),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "properties": {
                        "type": {"type": "string"},
                        "description": {"type": "string"},
                        "default": {},
                        "enum": {"type": "array"},
                        "minimum": {"type": "number"},
                        "maximum": {"type": "number"},
                        "min_length": {"type": "integer"},
                        "max_length": {"type": "integer"},
                        "pattern": {"type": "string"},
                        "merge": {"type": "string"},
                    },
                    "additionalProperties": False,
                },
            ]
        }
    ),
]


_SECONDS = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|min|h)?")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, None: 1.0}


def _duration(value: object) -> object:
    if isinstance(value, str) and (match := _SECONDS.fullmatch(value.strip())):
        return float(match[1]) * _UNITS[match[2]]
    return value


#: Seconds: a number, or text such as ``30s``, ``5m``, ``200ms``.
Duration = Annotated[
    float,
    BeforeValidator(_duration),
    Field(gt=0),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0},
                {"type": "string", "pattern": f"^{_SECONDS.pattern}$"},
            ]
        }
    ),
]


def _lapse(value: object) -> object:
    return {"do": value} if isinstance(value, str) else value


class Lapse(Part):
    """What happens by itself when a review's deadline has passed.

    ``expire``: the run fails, and resuming it asks again. ``approve`` and ``reject`` decide so,
    ``edit`` with these fields. ``escalate`` hands the review to somebody else, who may have a
    ``deadline``, too, and ``then``.
    """

    do: Literal["expire", "approve", "reject"] | None = None
    edit: Mapping[str, Any] | None = Field(  # Any: the review's own fields
        default=None, min_length=1, description="Approve, with these fields changed."
    )
    escalate: str | None = Field(default=None, min_length=1, description="Who decides instead.")
    deadline: Duration | None = Field(
        default=None, description="With escalate: how long they have."
    )
    then: Annotated[Lapse, BeforeValidator(_lapse)] | None = Field(
        default=None, description="With escalate and deadline: what happens after that."
    )

    @model_validator(mode="after")
    def _one(self) -> Lapse:
        said = [each for each in (self.do, self.edit, self.escalate) if each is not None]
        if len(said) != 1:
            raise PydanticCustomError(
                "lapse", "it is one of: expire, approve, reject, edit, escalate"
            )
        if self.deadline is not None and self.escalate is None:
            raise PydanticCustomError("lapse", "'deadline' goes with 'escalate' only")
        if self.then is not None and self.deadline is None:
            raise PydanticCustomError("lapse", "'then' needs a 'deadline' that it comes after")
        return self

    def plain(self) -> dict[str, object]:
        """As a ticket keeps it, durations in seconds."""
        kept = {"do": self.do, "edit": self.edit, "escalate": self.escalate}
        later = {
            "deadline": self.deadline,
            "then": None if self.then is None else self.then.plain(),
        }
        return {key: value for key, value in (kept | later).items() if value is not None}


#: A bare word is what is done.
OnDeadline = Annotated[Lapse, BeforeValidator(_lapse)]

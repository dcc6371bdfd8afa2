"""What a field of a workflow holds: its type, its default, and what it is for.

A type is written as text (``list[str] | None``), as a mapping with limits and a default, or, in
Python, as itself. All three become the same ``FieldType``, and can be written down again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, ForwardRef, Literal, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined, to_jsonable_python

from ..names import nearest
from .type_check import checker, late_checker
from .type_copies import hand_out, needs_copy
from .type_limits import LIMITS, limited, limits_in
from .type_reading import parse
from .type_text import text_of
from .type_words import Named, TypeFault, awaited, checked, union

__all__ = [
    "MISSING",
    "FieldType",
    "TypeFault",
    "checker",
    "hand_out",
    "late_checker",
    "needs_copy",
    "spec_of",
    "text_of",
    "type_of",
]

KEYS = ("type", "enum", "description", "default", *LIMITS)


class _Missing(Enum):
    MISSING = "MISSING"

    def __repr__(self) -> str:
        return "MISSING"


#: What a field without a default has for one; None may be a default.
MISSING = _Missing.MISSING


@dataclass(frozen=True, kw_only=True)
class FieldType:
    """A field's type with its limits, what it holds at first, and what it is for."""

    annotation: Any  # Any: Python's types have no common type
    default: object = MISSING
    description: str | None = None

    @property
    def required(self) -> bool:
        return self.default is MISSING


def type_of(spec: object, schemas: Mapping[str, type], *, base: Path | None = None) -> FieldType:
    """The field that a specification means: text, a mapping, or a type itself.

    ``base`` is the folder of the definition's file, where modules of classes may lie.

    Raises:
        TypeFault: it means none; says where.
    """
    return field_of(spec, schemas, base=base)


def field_of(spec: object, schemas: Mapping[str, object], *, base: Path | None = None) -> FieldType:
    """``type_of``, where a schema may still be a name; a default is not checked against those."""
    if isinstance(spec, Mapping):
        return _of_mapping(spec, schemas, base)
    if spec is None or isinstance(spec, list | tuple):
        raise TypeFault(
            "A type is missing." if spec is None else f"A {type(spec).__name__} is no type.",
            fix="Write a type such as str or list[str], or {enum: [a, b]} for a choice.",
        )
    annotation = _expression(spec, schemas, base)
    said = [each for each in _metadata(annotation) if isinstance(each, FieldInfo)]
    defaults = [each.default for each in said if each.default is not PydanticUndefined]
    return FieldType(
        annotation=annotation,
        default=_fitting(annotation, defaults[-1]) if defaults else MISSING,
        description=next((each.description for each in said if each.description), None),
    )


def _expression(  # Any: a type
    spec: object, schemas: Mapping[str, object], base: Path | None
) -> Any:
    if isinstance(spec, str):
        return parse(spec, schemas, base=base)
    checked(spec, getattr(spec, "__qualname__", None) or repr(spec))
    return spec


def _metadata(annotation: object) -> tuple[object, ...]:
    return get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()


def _of_mapping(
    spec: Mapping[object, object], schemas: Mapping[str, object], base: Path | None
) -> FieldType:
    for key in spec:
        if key not in KEYS:
            raise TypeFault(
                f"A type has no {key!r}{nearest(str(key), KEYS)}.",
                fix=f"A type may have: {', '.join(KEYS)}.",
                path=(str(key),),
                at_key=True,
            )
    if "type" not in spec and "enum" not in spec:
        raise TypeFault("A type is missing.", fix="Add type: str, or another, or enum: [a, b].")
    kind = FieldType(annotation=None)
    if "type" in spec:
        kind = _kind(spec["type"], schemas, base)
    annotation = kind.annotation
    if "enum" in spec:
        annotation = _choice(spec["enum"], annotation if "type" in spec else None)
    annotation = limited(annotation, {key: spec[key] for key in LIMITS if key in spec})
    description = spec.get("description", kind.description)
    if description is not None and not isinstance(description, str):
        raise TypeFault(f"A description is text, not {description!r}.", path=("description",))
    default = spec.get("default", kind.default)
    if default is not MISSING:
        default = _fitting(annotation, default, "default")
    return FieldType(annotation=annotation, default=default, description=description)


def _kind(kind: object, schemas: Mapping[str, object], base: Path | None) -> FieldType:
    if isinstance(kind, Mapping):
        raise TypeFault(
            "A mapping does not hold another as its type.",
            fix="Write the type as text; name a mapping of fields under schemas.",
            path=("type",),
        )
    try:
        return field_of(kind, schemas, base=base)
    except TypeFault as fault:
        raise fault.below("type") from fault


def _choice(values: object, kind: object) -> Any:  # Any: a type made at run time
    if not isinstance(values, list | tuple) or not values:
        raise TypeFault(
            "'enum' lists the values that are allowed.", fix="Write enum: [a, b].", path=("enum",)
        )
    for value in values:
        if value is not None and type(value) not in (str, int, bool):
            raise TypeFault(
                f"A value of 'enum' is text, a whole number, true or false, not {value!r}.",
                path=("enum",),
            )
        if kind is not None:
            _fitting(kind, value, "enum")
    said = tuple(each for each in values if each is not None)
    if len(said) == len(values):
        return Literal[said]
    return union((Literal[said], type(None))) if said else type(None)


def _fitting(annotation: object, value: object, *path: str) -> object:
    """The value as the type keeps it; TypeFault when it does not fit."""
    if any(unresolved(annotation)):
        return value
    try:
        return checker(annotation)(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = "".join(f" at {part!r}" for part in first["loc"])
        raise TypeFault(
            f"{value!r} does not fit {text_of(annotation)}: {first['msg']}{place}.",
            fix="Change the value or the type.",
            path=path,
        ) from error


def unresolved(annotation: object) -> Iterator[str]:
    """The names of schemas that a type speaks of and that are still to be made."""
    if isinstance(annotation, ForwardRef):
        yield awaited(annotation)
    for each in get_args(annotation):
        yield from unresolved(each)


def spec_of(field: FieldType) -> str | dict[str, object]:
    """The field as plain data that ``type_of`` reads: text where there is nothing but a type."""
    metadata = _metadata(field.annotation)
    named = [at for at, each in enumerate(metadata) if isinstance(each, Named)]
    kept = metadata[: named[-1] + 1] if named else ()
    limits, others = limits_in(metadata[len(kept) :])
    bare = get_args(field.annotation)[0] if metadata else field.annotation
    kept = (*kept, *others)
    spec: dict[str, object] = {"type": text_of(Annotated[(bare, *kept)] if kept else bare)}
    if field.description is not None:
        spec["description"] = field.description
    if not field.required:
        plain = TypeAdapter(field.annotation).dump_python(field.default)
        spec["default"] = to_jsonable_python(plain, inf_nan_mode="constants")
    spec |= limits
    return str(spec["type"]) if len(spec) == 1 else spec
